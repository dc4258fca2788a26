// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"bytes"
	"io"
	"net/http"
	"sync"
)

// Moment says when an answer is lost.
type Moment string

const (
	// BeforeEffect loses the request on its way: the server never sees it.
	BeforeEffect Moment = "before the effect"
	// AfterEffect loses the answer: the server has done what it was asked.
	AfterEffect Moment = "after the effect"
)

// Gate stands between a driver and its server, a simulator's handler or a
// reverse proxy to a real one. It counts the requests that write, and loses
// answers. It is safe for concurrent use.
type Gate struct {
	next   http.Handler
	writes func(r *http.Request, body []byte) bool

	mutex    sync.Mutex
	requests int
	wrote    int
	// Counts of requests at which something happens; 0 when nothing does.
	loseAt, breakAfter int
	breaking           bool
	moment             Moment
	canned             *canned
	fired              bool
}

// canned is an answer that the server does not give.
type canned struct {
	matches func(r *http.Request, body []byte) bool
	status  int
	body    string
}

// NewGate returns a gate in front of a server. writes says which requests
// change orders: not those that read, and not those that only log in.
func NewGate(next http.Handler, writes func(r *http.Request, body []byte) bool) *Gate {
	return &Gate{next: next, writes: writes}
}

// Writes counts the requests so far that would have changed orders.
func (g *Gate) Writes() int {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.wrote
}

// Lose loses the answer to the nth write from now, counted from 1. The
// function that it returns ends that, and reports whether it happened.
func (g *Gate) Lose(nth int, moment Moment) (stop func() bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.loseAt, g.moment, g.fired = g.wrote+nth, moment, false
	return g.stop
}

// BreakAfter answers every request after the next n with 503. The function
// that it returns ends that, and reports whether it happened.
func (g *Gate) BreakAfter(n int) (stop func() bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.breakAfter, g.breaking, g.fired = g.requests+n, true, false
	return g.stop
}

// Pretend answers the next write that matches with a status and a body of
// JSON, instead of the server.
func (g *Gate) Pretend(matches func(r *http.Request, body []byte) bool, status int, body string) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.canned = &canned{matches: matches, status: status, body: body}
}

func (g *Gate) stop() bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.loseAt, g.breaking = 0, false
	return g.fired
}

// ServeHTTP implements http.Handler.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	lost, broken, instead := g.judge(r, body)
	switch {
	case broken:
		w.WriteHeader(http.StatusServiceUnavailable)
	case instead != nil:
		if instead.body != "" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(instead.status)
		_, _ = io.WriteString(w, instead.body)
	case lost == AfterEffect:
		g.next.ServeHTTP(discarded{}, r)
		// Nothing was written, so the connection ends without an answer.
		panic(http.ErrAbortHandler)
	case lost == BeforeEffect:
		panic(http.ErrAbortHandler)
	default:
		g.next.ServeHTTP(w, r)
	}
}

func (g *Gate) judge(r *http.Request, body []byte) (lost Moment, broken bool, instead *canned) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.requests++
	if g.breaking && g.requests > g.breakAfter {
		g.fired = true
		return "", true, nil
	}
	if !g.writes(r, body) {
		return "", false, nil
	}
	g.wrote++
	if g.canned != nil && g.canned.matches(r, body) {
		instead, g.canned = g.canned, nil
		return "", false, instead
	}
	if g.loseAt > 0 && g.wrote == g.loseAt {
		g.fired = true
		return g.moment, false, nil
	}
	return "", false, nil
}

// discarded is where an answer goes that nobody gets.
type discarded struct{}

func (discarded) Header() http.Header            { return http.Header{} }
func (discarded) Write(data []byte) (int, error) { return len(data), nil }
func (discarded) WriteHeader(int)                {}
