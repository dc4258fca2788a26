// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"errors"
	"sync"
	"time"

	"ordersync.dev/operator/internal/assembly"
)

// lanePause is the pause before an account is tried again that had no lane.
const lanePause = time.Second

// errNoLane says that as many workers as may already stand before an account.
var errNoLane = errors.New("the account has no lane left")

// accountsOf are the accounts that a connection asks.
func accountsOf(source assembly.Source, destination assembly.Destination) []string {
	return []string{"source " + source.Account(), "destination " + destination.Account()}
}

// lanes keep the workers of one routine from all standing before one account: a
// system that hangs holds each of them until its request is given up. So one
// account gets three of four workers at most, and others find one that is free.
type lanes struct {
	most  int
	mutex sync.Mutex
	taken map[string]int
}

func newLanes(workers int) *lanes {
	return &lanes{most: max(1, workers-max(1, workers/4)), taken: map[string]int{}}
}

// enter takes a lane of each account for one slice; it takes none when one has
// no more to give.
func (l *lanes) enter(accounts []string) (leave func(), ok bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, account := range accounts {
		if l.taken[account] >= l.most {
			return nil, false
		}
	}
	for _, account := range accounts {
		l.taken[account]++
	}
	return func() {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		for _, account := range accounts {
			if l.taken[account]--; l.taken[account] == 0 {
				delete(l.taken, account)
			}
		}
	}, true
}
