// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/internal/assembly"
)

const (
	// lanePause is the pause before a connection that found no lane asks again by
	// itself: it is woken when its turn comes, and this is for a call that was lost.
	lanePause = 3 * time.Second
	// lanePlace is how long the place of one that does not ask again is kept.
	lanePlace = 2 * lanePause
	// laneTurn is how long a run stays in its lane while others wait for it.
	laneTurn = 5 * time.Second
)

// errNoLane says that as many workers as may already stand before an account,
// or that others wait for the next one.
var errNoLane = errors.New("the account has no lane left")

// accountsOf are the accounts that a connection asks.
func accountsOf(source assembly.Source, destination assembly.Destination) []string {
	return []string{"source " + source.Account(), "destination " + destination.Account()}
}

// lanes keep the workers of one routine from all standing before one account: a
// system that hangs holds each of them until its request is given up. So one
// account gets three of four workers at most, and others find one that is free.
//
// Who finds no lane gets the next one in the order of coming. Without an order a
// connection among forty of one account would be served by luck, and some not at all.
type lanes struct {
	most int
	now  func() time.Time
	// wake calls a connection whose turn has come.
	wake  func(types.NamespacedName)
	mutex sync.Mutex
	taken map[string]int
	// waiting are those that found no lane, in the order of coming.
	waiting []*waiter
}

// waiter is a connection that waits for a lane of each of its accounts.
type waiter struct {
	key      types.NamespacedName
	accounts []string
	// until is when its place is given away, unless it asks again.
	until time.Time
	// called says that it was told since it last asked.
	called bool
}

func newLanes(workers int, now func() time.Time, wake func(types.NamespacedName)) *lanes {
	return &lanes{most: max(1, workers-max(1, workers/4)), now: now, wake: wake, taken: map[string]int{}}
}

// enter takes a lane of each account. It takes none when one has no more to
// give, or only as many as there are others before this connection; then it
// keeps a place for it.
func (l *lanes) enter(key types.NamespacedName, accounts []string) (leave func(), ok bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.prune()
	place := slices.IndexFunc(l.waiting, func(w *waiter) bool { return w.key == key })
	before := l.waiting
	if place >= 0 {
		before = l.waiting[:place]
	}
	room := maps.Clone(l.taken)
	l.admit(room, before)
	if !l.fits(room, accounts) {
		if place < 0 {
			l.waiting = append(l.waiting, &waiter{key: key})
			place = len(l.waiting) - 1
		}
		w := l.waiting[place]
		w.accounts, w.until, w.called = accounts, l.now().Add(lanePlace), false
		return nil, false
	}
	if place >= 0 {
		l.waiting = slices.Delete(l.waiting, place, place+1)
	}
	take(l.taken, accounts)
	return sync.OnceFunc(func() { l.leave(accounts) }), true
}

// leave gives the lanes back, and calls those who may enter now.
func (l *lanes) leave(accounts []string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	giveBack(l.taken, accounts)
	l.prune()
	for _, w := range l.admit(maps.Clone(l.taken), l.waiting) {
		if !w.called {
			w.called = true
			l.wake(w.key)
		}
	}
}

// wanted reports whether another connection could work if this one left.
func (l *lanes) wanted(accounts []string) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.prune()
	without := maps.Clone(l.taken)
	giveBack(without, accounts)
	return len(l.admit(without, l.waiting)) > len(l.admit(maps.Clone(l.taken), l.waiting))
}

// forget gives the place of a connection away that is gone.
func (l *lanes) forget(key types.NamespacedName) {
	if l == nil {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.waiting = slices.DeleteFunc(l.waiting, func(w *waiter) bool { return w.key == key })
}

// admit returns those of the waiting who find a lane, the first coming first,
// and takes it from the room. One that waits for another account holds up nobody.
func (l *lanes) admit(room map[string]int, waiting []*waiter) []*waiter {
	var admitted []*waiter
	for _, w := range waiting {
		if l.fits(room, w.accounts) {
			take(room, w.accounts)
			admitted = append(admitted, w)
		}
	}
	return admitted
}

func (l *lanes) fits(room map[string]int, accounts []string) bool {
	return !slices.ContainsFunc(accounts, func(account string) bool { return room[account] >= l.most })
}

func take(taken map[string]int, accounts []string) {
	for _, account := range accounts {
		taken[account]++
	}
}

func giveBack(taken map[string]int, accounts []string) {
	for _, account := range accounts {
		if taken[account]--; taken[account] == 0 {
			delete(taken, account)
		}
	}
}

// prune gives away the places of those who did not ask again.
func (l *lanes) prune() {
	now := l.now()
	l.waiting = slices.DeleteFunc(l.waiting, func(w *waiter) bool { return !now.Before(w.until) })
}
