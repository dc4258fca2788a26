// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

// Exchange is what the controllers of one process share. Nothing in it is a
// decision, and a process that begins without it comes to the same results.
type Exchange struct {
	mutex        sync.Mutex
	coordination map[types.UID]*routine.Coordination
	// working counts the slices under way on a claim, and says whose they are.
	working map[string]*holding
	// doubtful are the connections that a run found unfit.
	doubtful map[types.UID]bool
	nudges   calls
}

type holding struct {
	connection types.UID
	slices     int
}

// NewExchange returns an empty exchange.
func NewExchange() *Exchange {
	return &Exchange{
		coordination: map[types.UID]*routine.Coordination{},
		working:      map[string]*holding{},
		doubtful:     map[types.UID]bool{},
		nudges:       newCalls(),
	}
}

// coordinationOf returns what keeps the routines of a connection out of each other's way.
func (e *Exchange) coordinationOf(connection types.UID) *routine.Coordination {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	found := e.coordination[connection]
	if found == nil {
		found = routine.NewCoordination()
		e.coordination[connection] = found
	}
	return found
}

// enter takes the right to work on the claims for one slice. It fails while a
// slice of another connection is at work on one of them: the owner of a
// warehouse may change, and the former one may not have noticed yet.
func (e *Exchange) enter(connection types.UID, claims []string) (leave func(), ok bool) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	for _, claim := range claims {
		if held := e.working[claim]; held != nil && held.connection != connection {
			return nil, false
		}
	}
	for _, claim := range claims {
		held := e.working[claim]
		if held == nil {
			held = &holding{connection: connection}
			e.working[claim] = held
		}
		held.slices++
	}
	return func() {
		e.mutex.Lock()
		defer e.mutex.Unlock()
		for _, claim := range claims {
			if held := e.working[claim]; held != nil {
				if held.slices--; held.slices == 0 {
					delete(e.working, claim)
				}
			}
		}
	}, true
}

// doubt asks the connection controller to look at a connection again.
func (e *Exchange) doubt(connection *v1alpha1.OrderManagerConnection) {
	e.mutex.Lock()
	e.doubtful[connection.UID] = true
	e.mutex.Unlock()
	// Should the call be lost, the doubt stays; whatever reconciles the
	// connection next finds it.
	e.nudge(client.ObjectKeyFromObject(connection))
}

// nudge wakes the connection controller for a connection.
func (e *Exchange) nudge(key types.NamespacedName) { e.nudges.send(key) }

// doubted reports whether a connection is in doubt, and forgets it.
func (e *Exchange) doubted(connection types.UID) bool {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	doubted := e.doubtful[connection]
	delete(e.doubtful, connection)
	return doubted
}

// forget drops what belongs to a connection that is gone.
func (e *Exchange) forget(connection types.UID) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	delete(e.coordination, connection)
	delete(e.doubtful, connection)
}
