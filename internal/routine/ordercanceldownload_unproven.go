// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	// unprovenAtOnce is for how long every run asks again: an answer may only have
	// been lost.
	unprovenAtOnce = 15 * time.Minute
	// unprovenGap is how far apart cancellations are asked for at most that the
	// warehouse refuses, or of which its answers prove nothing: what is not
	// cancelled ships.
	unprovenGap = time.Hour
	// unprovenTurns is about how many of them are asked for on a turn of their own
	// in a day, since each takes three requests or four.
	unprovenTurns = 60
)

// unprovenMemory lets cancellations that are not proven be told from those that
// came too late.
func (f *failures) unprovenMemory() {
	f.wordsAtOnce, f.wordsGap, f.turnsEachDay = unprovenAtOnce, unprovenGap, unprovenTurns
	f.wordsReason = fulfillment.ReasonCancelUnknown
	f.plan()
}

// leaveUnproven reports whether a remembered order is not looked at in this run
// by itself: its cancellation was not proven, and it is not asked for now.
func (r *orderCancelDownload) leaveUnproven(id fulfillment.OrderID) bool {
	if !inWordsAlone(r.failures.causes[id]) || r.failures.reset {
		return false
	}
	reference := r.failures.shown[id].Reference
	switch {
	case !r.failures.due(id):
		r.failures.waits(id, reference)
	case r.failures.holds(fulfillment.Order{ID: id}):
		r.failures.hold(fulfillment.Order{ID: id}, reference, r.started)
	default:
		return false
	}
	r.left[id] = true
	return true
}

// askHeld takes up the orders that were held, and are asked for after all.
func (r *orderCancelDownload) askHeld() bool {
	released, _ := r.failures.release()
	for _, order := range released {
		delete(r.left, order.ID)
		r.remembered = append(r.remembered, order.ID)
	}
	return len(released) > 0
}

// findVanished notes the orders that were left and that the warehouse no longer
// holds open: they are looked at after all.
func (r *orderCancelDownload) findVanished() {
	open := map[fulfillment.OrderID]bool{}
	for _, o := range r.open {
		if id, ours := identityOf(o); ours {
			open[id] = true
		}
	}
	for id := range r.left {
		if !open[id] {
			r.remembered = append(r.remembered, id)
		}
	}
	for _, id := range r.remembered {
		r.lookAfterAll(id)
	}
	slices.Sort(r.remembered)
}

// lookAfterAll forgets that an order was left: the run has seen more of it.
func (r *orderCancelDownload) lookAfterAll(id fulfillment.OrderID) {
	if r.left[id] {
		delete(r.left, id)
		r.failures.unnote(id)
	}
}

// refused reports an order of which the warehouse's answer does not prove that
// it was cancelled. It is remembered, so the cursor may pass it.
func (r *orderCancelDownload) refused(failing FailingOrder, cause *fulfillment.Fault) {
	r.unsettled[failing.ID] = true
	failing.Reason = fulfillment.ReasonCancelUnknown
	failing.Cause = causeOf(failing.Reason, cause)
	if !inWordsAlone(failing.Cause) {
		failing.Cause = wordsCause // it must never be taken for one that came too late
	}
	r.failures.refused(failing)
}
