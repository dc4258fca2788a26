// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
	"ordersync.dev/operator/internal/routine"
)

// activeRun is a run between its first slice and the write of its result.
type activeRun struct {
	subject subject
	plan    plan
	claims  []string
	run     routine.Run
	// planned records what the run would do; nil when it does it.
	planned *routine.Plan
	trigger v1alpha1.RunTrigger
	tokens  []token
	start   time.Time
	slot    time.Time
	scope   string
	// credentials is the version of what the run was begun with.
	credentials string
	// accounts that the run asks.
	accounts []string
	// lane is how the lane is left that the run has; nil while it has none.
	lane func()
	// demand of a run that a token asked for; nil otherwise.
	demand *assembly.Demand
	// mappings that the run works with.
	mappings mappings
	// resumeAt is when a throttled run goes on.
	resumeAt time.Time
	// progressAt is when progress was last written.
	progressAt time.Time
	// ended is the result that is still to be written.
	ended *ending
}

// leaveLane gives the lane back, if there is one.
func (a *activeRun) leaveLane() {
	if a.lane != nil {
		a.lane()
		a.lane = nil
	}
}

// activeRuns are the runs under way of one routine. They live in memory alone:
// a process that loses them begins its runs again, which only costs calls.
type activeRuns struct {
	mutex sync.Mutex
	byKey map[types.NamespacedName]*activeRun
}

func newActiveRuns() *activeRuns {
	return &activeRuns{byKey: map[types.NamespacedName]*activeRun{}}
}

func (a *activeRuns) get(key types.NamespacedName) *activeRun {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.byKey[key]
}

func (a *activeRuns) put(key types.NamespacedName, run *activeRun) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.byKey[key] = run
}

func (a *activeRuns) drop(key types.NamespacedName) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	delete(a.byKey, key)
}

// current returns the run under way when it may go on by the plan of this
// moment, and drops it otherwise. A run that is over is kept until its result
// is written.
func (a *activeRuns) current(key types.NamespacedName, p *plan) *activeRun {
	active := a.get(key)
	switch {
	case active == nil:
		return nil
	case active.subject.connection != p.connection.UID:
	case active.ended != nil, active.subject == p.subject() && p.mayRun():
		return active
	}
	a.drop(key)
	return nil
}
