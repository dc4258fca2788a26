// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"context"
	"sync"
)

// Hold is the handle of a rule that keeps answers back.
//
// A test waits for Reached, does what it came for (kills the client, say), and calls Release. When the
// client goes away first, its request ends by itself: State().Waiting falls to nothing once the server
// noticed, and only then is Release sure not to let a HoldBefore of a dead client through.
type Hold struct {
	// ID is that of the rule.
	ID string

	mu       sync.Mutex
	reached  chan struct{}
	released chan struct{}
	ended    chan struct{}
	waiting  int
	held     []Request
}

func newHold(id string) *Hold {
	return &Hold{ID: id, reached: make(chan struct{}), released: make(chan struct{}), ended: make(chan struct{})}
}

// Reached is closed when the first picked request stands still (for HoldAfter: after it took effect).
func (h *Hold) Reached() <-chan struct{} { return h.reached }

// Ended is closed when the server is done with the first held request: it took effect or never will. A
// test that goes on before that may meet the effect later, even at a later time of an injected clock.
func (h *Hold) Ended() <-chan struct{} { return h.ended }

// Release lets every held request go on, now and later. It may be called more than once.
func (h *Hold) Release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !isClosed(h.released) {
		close(h.released)
	}
}

// Held lists the requests that were held so far, in the order in which they arrived here (100 at most).
func (h *Hold) Held() []Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Request(nil), h.held...)
}

// HoldState is what the control API tells of a Hold.
type HoldState struct {
	Reached  bool      `json:"reached"`
	Released bool      `json:"released"`
	Waiting  int       `json:"waiting"`
	Held     []Request `json:"held,omitempty"`
}

// State of the hold at this moment.
func (h *Hold) State() HoldState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return HoldState{
		Reached:  isClosed(h.reached),
		Released: isClosed(h.released),
		Waiting:  h.waiting,
		Held:     append([]Request(nil), h.held...),
	}
}

const heldAtMost = 100

// wait stands still until the hold is released or the client is gone.
func (h *Hold) wait(ctx context.Context, request Request) {
	h.mu.Lock()
	h.waiting++
	if len(h.held) < heldAtMost {
		h.held = append(h.held, request)
	}
	if !isClosed(h.reached) {
		close(h.reached)
	}
	h.mu.Unlock()

	select {
	case <-h.released:
	case <-ctx.Done():
	}

	h.mu.Lock()
	h.waiting--
	h.mu.Unlock()
}

// end notes that the server is done with a request that was held.
func (h *Hold) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if isClosed(h.reached) && !isClosed(h.ended) {
		close(h.ended)
	}
}

func isClosed(channel <-chan struct{}) bool {
	select {
	case <-channel:
		return true
	default:
		return false
	}
}
