// SPDX-License-Identifier: Apache-2.0

// Package fault makes a server misbehave on purpose: it stands before a simulator's handler, and by rules
// delays, refuses, drops, shortens or holds the answers of the requests that they pick.
package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options of New. The zero value works.
type Options struct {
	// Seed of the choice behind Rule.Probability: the same seed and order of requests, the same choices.
	Seed uint64
	// Templates name the paths that Calls counts, such as /orders/{id}; the first that matches wins.
	// A path without one is counted with {id} in the place of numbers.
	Templates []string
	// LogSize is how many requests Log keeps; 0 keeps none.
	LogSize int
	// Now is the clock of the log; time.Now when nil.
	Now func() time.Time
	// Sleep waits for latency and slow bodies; a timer that ends early with ctx when nil.
	Sleep func(ctx context.Context, d time.Duration)
}

// Injector applies rules to requests and counts them. It is safe for concurrent use.
type Injector struct {
	templates []string
	logSize   int
	now       func() time.Time
	sleep     func(ctx context.Context, d time.Duration)

	mu       sync.Mutex
	random   *rand.Rand
	rules    []*armed
	lastID   int
	calls    map[string]int
	log      []Request
	requests int
}

// armed is a rule with its counters.
type armed struct {
	id      string
	rule    Rule
	matched int
	fired   int
	hold    *Hold
}

// New makes an injector without rules: it counts and lets everything through.
func New(options Options) *Injector {
	i := &Injector{
		templates: slices.Clone(options.Templates),
		logSize:   options.LogSize,
		now:       options.Now,
		sleep:     options.Sleep,
		random:    rand.New(rand.NewPCG(options.Seed, 0)),
		calls:     map[string]int{},
	}
	if i.now == nil {
		i.now = time.Now
	}
	if i.sleep == nil {
		i.sleep = sleepOnTimer
	}
	return i
}

func sleepOnTimer(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Add arms a rule behind those that are there and returns its ID.
func (i *Injector) Add(rule Rule) (string, error) {
	a, err := i.arm(rule)
	if err != nil {
		return "", err
	}
	return a.id, nil
}

// MustAdd is Add for rules written out in a test; it panics on one that makes no sense.
func (i *Injector) MustAdd(rule Rule) string {
	id, err := i.Add(rule)
	if err != nil {
		panic(fmt.Sprintf("fault rule: %v", err))
	}
	return id
}

// HoldAfter keeps back the answer of the request that rule picks, once it took effect.
// Without Nth, Every and Probability it is the first matching one. It panics on a rule that makes no sense.
func (i *Injector) HoldAfter(rule Rule) *Hold {
	rule.Kind = HoldAfter
	return i.mustHold(rule)
}

// HoldBefore keeps the request that rule picks from the handler; otherwise as HoldAfter.
func (i *Injector) HoldBefore(rule Rule) *Hold {
	rule.Kind = HoldBefore
	return i.mustHold(rule)
}

func (i *Injector) mustHold(rule Rule) *Hold {
	a, err := i.arm(rule)
	if err != nil {
		panic(fmt.Sprintf("fault rule: %v", err))
	}
	return a.hold
}

func (i *Injector) arm(rule Rule) (*armed, error) {
	if err := rule.validate(); err != nil {
		return nil, err
	}
	holds := rule.Kind == HoldAfter || rule.Kind == HoldBefore
	if holds && rule.Nth == 0 && rule.Every == 0 && rule.Probability == 0 {
		rule.Nth = 1
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.lastID++
	a := &armed{id: fmt.Sprintf("rule-%d", i.lastID), rule: rule}
	if holds {
		a.hold = newHold(a.id)
	}
	i.rules = append(i.rules, a)
	return a, nil
}

// Remove disarms a rule and releases what it holds; false when there is no such rule.
func (i *Injector) Remove(id string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, a := range i.rules {
		if a.id == id {
			a.release()
			i.rules = slices.Delete(i.rules, n, n+1)
			return true
		}
	}
	return false
}

// Clear disarms every rule and releases every hold. Counts and log stay.
func (i *Injector) Clear() {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, a := range i.rules {
		a.release()
	}
	i.rules = nil
}

func (a *armed) release() {
	if a.hold != nil {
		a.hold.Release()
	}
}

// Armed is a rule as the injector holds it.
type Armed struct {
	ID string `json:"id"`
	// Matched counts the requests that fit, Fired those that the rule was applied to.
	Matched int        `json:"matched"`
	Fired   int        `json:"fired"`
	Rule    Rule       `json:"rule"`
	Hold    *HoldState `json:"hold,omitempty"`
}

// Rules lists the rules in the order in which they were added.
func (i *Injector) Rules() []Armed {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := make([]Armed, 0, len(i.rules))
	for _, a := range i.rules {
		list = append(list, a.describe())
	}
	return list
}

func (a *armed) describe() Armed {
	described := Armed{ID: a.id, Matched: a.matched, Fired: a.fired, Rule: a.rule}
	if a.hold != nil {
		described.Hold = new(a.hold.State())
	}
	return described
}

// FindHold returns the handle of a rule that holds; nil when there is none of this ID.
func (i *Injector) FindHold(id string) *Hold {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, a := range i.rules {
		if a.id == id {
			return a.hold
		}
	}
	return nil
}

// pick counts a request and returns the rules that fire on it, in their order.
func (i *Injector) pick(request *http.Request) (Request, []*armed) {
	i.mu.Lock()
	defer i.mu.Unlock()
	noted := i.count(request)
	var fired []*armed
	for _, a := range i.rules {
		if !a.rule.matches(request) || !i.fires(a) {
			continue
		}
		a.fired++
		fired = append(fired, a)
		noted.Rules = append(noted.Rules, a.id)
	}
	i.remember(noted)
	return noted, fired
}

// fires counts a match and decides; the caller holds the lock.
func (i *Injector) fires(a *armed) bool {
	a.matched++
	if a.rule.Times > 0 && a.fired >= a.rule.Times {
		return false
	}
	switch {
	case a.rule.Nth > 0:
		return a.matched == a.rule.Nth
	case a.rule.Every > 0:
		return a.matched%a.rule.Every == 0
	case a.rule.Probability > 0:
		return i.random.Float64() < a.rule.Probability
	}
	return true
}
