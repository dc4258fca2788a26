// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// tally says which connection asked Order Manager when, and what it was told.
type tally struct {
	mutex sync.Mutex
	// owners are the orders' connections.
	owners map[int64]int
	// answers are when each connection had an answer from the limited list.
	answers [][]time.Time
	refused []time.Time
	// calls are all requests to the account, of any path.
	calls []call
}

type call struct {
	at      time.Time
	refused bool
}

func newTally(connections int) *tally {
	return &tally{owners: map[int64]int{}, answers: make([][]time.Time, connections)}
}

func (t *tally) belongs(order int64, connection int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.owners[order] = connection
}

func (t *tally) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kept := &status{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(kept, r)
		t.note(r, kept.code, time.Now())
	})
}

func (t *tally) note(r *http.Request, code int, now time.Time) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	refused := code == http.StatusTooManyRequests
	t.calls = append(t.calls, call{now, refused})
	if r.Method != http.MethodGet || r.URL.Path != limitedPath {
		return
	}
	if refused {
		t.refused = append(t.refused, now)
		return
	}
	if connection, ok := t.ownerOf(r); ok {
		t.answers[connection] = append(t.answers[connection], now)
	}
}

// ownerOf tells whose request it is: lists name the warehouse, readings orders.
func (t *tally) ownerOf(r *http.Request) (int, bool) {
	query := r.URL.Query()
	if id, err := strconv.Atoi(query.Get("warehouseId")); err == nil {
		return id - firstWarehouse, 0 <= id-firstWarehouse && id-firstWarehouse < len(t.answers)
	}
	id, err := strconv.ParseInt(query.Get("orderId"), 10, 64)
	owner, known := t.owners[id]
	return owner, err == nil && known
}

// between sums up what happened in a span of time.
func (t *tally) between(from, to time.Time) (perConnection []int, longest []time.Duration, refused, calls, refusedOfAll int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	within := func(at time.Time) bool { return !at.Before(from) && at.Before(to) }
	for _, answers := range t.answers {
		last, count, gap := from, 0, time.Duration(0)
		for _, at := range answers {
			if within(at) {
				count, gap, last = count+1, max(gap, at.Sub(last)), at
			}
		}
		perConnection, longest = append(perConnection, count), append(longest, max(gap, to.Sub(last)))
	}
	for _, at := range t.refused {
		if within(at) {
			refused++
		}
	}
	for _, call := range t.calls {
		if within(call.at) {
			calls++
			if call.refused {
				refusedOfAll++
			}
		}
	}
	return perConnection, longest, refused, calls, refusedOfAll
}

// status keeps the status of an answer.
type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader implements http.ResponseWriter.
func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}
