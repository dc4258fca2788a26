// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"fmt"
	"strings"
	"sync"
)

// kinds of what goes wrong.
const (
	kill         = "SIGKILLs"
	pauses       = "managers stopped and continued"
	remoteFault  = "requests that failed, were cut, slow, late or refused"
	skew         = "jumps of a remote clock"
	rotation     = "rotated secrets"
	expiry       = "expired tokens"
	wipe         = "statuses wiped"
	recreation   = "objects deleted and created again"
	policyEdit   = "policies edited"
	suspension   = "connections suspended and resumed"
	tableEdit    = "mapping tables edited"
	request      = "requests for single orders"
	interruption = "outages of the API server and etcd"
)

var kinds = []string{kill, pauses, remoteFault, skew, rotation, expiry, wipe, recreation, policyEdit, suspension, tableEdit, request, interruption}

// tally counts what went wrong.
type tally struct {
	mutex  sync.Mutex
	counts map[string]int
}

func (t *tally) add(kind string, count int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[kind] += count
}

func (t *tally) get(kind string) int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.counts[kind]
}

// faults are all but the kills, which have a number of their own.
func (t *tally) faults() int {
	sum := 0
	for _, kind := range kinds[1:] {
		sum += t.get(kind)
	}
	return sum
}

func (t *tally) String() string {
	var parts []string
	for _, kind := range kinds {
		parts = append(parts, fmt.Sprintf("%d %s", t.get(kind), kind))
	}
	return strings.Join(parts, ", ")
}
