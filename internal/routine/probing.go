// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"math/rand/v2"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	// eachProbe is for how many due orders of a cause one is tried, up to probes of them.
	eachProbe = 20
	// turnsEachDay is about how many orders are tried on a turn of their own in a
	// day, whatever becomes of the others of their cause.
	turnsEachDay = 250
	// longestTurn bounds how far the turns of one order lie apart.
	longestTurn = 8 * 24 * time.Hour
)

// trial is the attempt of many orders that were refused in the same words: a few
// of them are tried, and while each is refused in these words again the others
// are left until their next attempt. The words may mean something else for each
// order, so each is tried on a turn of its own as well.
type trial struct {
	// probes are the orders that are tried. A probe that turns out to be gone, or
	// to have been changed, proves nothing and is none.
	probes map[fulfillment.OrderID]bool
	// met says that this run has met a probe, again that one was refused for the
	// same cause, and mended that one was not.
	met, again, mended bool
	// held are the others, as they were read, the first of them at this time.
	held   []heldOrder
	heldAt time.Time
}

// heldOrder is an order as it was read, and its number as the warehouse would know it.
type heldOrder struct {
	fulfillment.Order
	reference string
}

// plan chooses the probes of all orders that are due and were refused in the
// same words. It follows from status and the time of the run alone.
func (f *failures) plan() {
	f.trials = map[string]*trial{}
	if f.reset || f.previousRun.IsZero() {
		return
	}
	size, due := 0, map[string][]fulfillment.OrderID{}
	for id, cause := range f.causes {
		if !inWordsAlone(cause) || cause == forgotten(cause) {
			continue // what is missing is learned from the first that are tried
		}
		size++
		if f.due(id) {
			due[cause] = append(due[cause], id)
		}
	}
	for cause, ids := range due {
		if len(ids) > 1 {
			f.trials[cause] = &trial{probes: f.chooseProbes(ids, turnOf(size, f.turnsEachDay))}
		}
	}
}

// chooseProbes returns the orders whose own turn it is, and where they are few
// some that stand side by side, since those are mostly looked up in one call.
// Which those are changes from run to run.
func (f *failures) chooseProbes(ids []fulfillment.OrderID, turn time.Duration) map[fulfillment.OrderID]bool {
	slices.Sort(ids)
	chosen := map[fulfillment.OrderID]bool{}
	for _, id := range ids {
		if f.ownTurn(id, turn) {
			chosen[id] = true
		}
	}
	first := rand.New(rand.NewPCG(uint64(f.now.Unix()), 0)).IntN(len(ids)) //nolint:gosec // G404: an order of trying, nothing is secret
	for i := range ids {
		if len(chosen) >= min(probes, 1+len(ids)/eachProbe) {
			break
		}
		chosen[ids[(first+i)%len(ids)]] = true
	}
	return chosen
}

// turnOf is how far the turns of one order lie apart: a day, or twice, four or
// eight times that when many share a cause with others.
func turnOf(size, eachDay int) time.Duration {
	turn := 24 * time.Hour
	for ; size > eachDay && turn < longestTurn; size /= 2 {
		turn *= 2
	}
	return turn
}

// ownTurn reports whether an order is tried whatever becomes of the others of
// its cause. Its attempt is the first one after the turn of a day of its own.
func (f *failures) ownTurn(id fulfillment.OrderID, turn time.Duration) bool {
	maxGap := f.maxGapOf(id)
	previous, last, ok := attempts(f.since[id], id, maxGap, f.previousRun, f.now)
	if !ok {
		// It is owed one that came due in a run which did not get to it.
		if previous, last, ok = attempts(f.since[id], id, maxGap, f.now.Add(-maxGap-maxGap/10), f.now); !ok {
			return false
		}
	}
	// Counted from the same time for each length, so that an order has no fewer
	// turns than it should while the number of the others changes.
	offset := int64(spreadOf(id) % uint64(longestTurn/time.Second))
	begun := func(at time.Time) int64 { return (at.Unix() + offset) / int64(turn/time.Second) }
	return begun(previous) != begun(last)
}

// holds reports whether an order is left until the probes of its cause were
// tried. One that was changed is tried for itself, and proves nothing.
func (f *failures) holds(order fulfillment.Order) bool {
	t := f.trials[f.causes[order.ID]]
	if _, asked := f.asked[order.ID]; t == nil || asked {
		return false
	}
	if f.changedNow(order) {
		delete(t.probes, order.ID)
		return false
	}
	if t.probes[order.ID] {
		t.met = true
		return false
	}
	return !t.mended
}

// hold notes an order that is left until the probes of its cause were tried.
func (f *failures) hold(order fulfillment.Order, reference string, readAt time.Time) {
	t := f.trials[f.causes[order.ID]]
	if t.held = append(t.held, heldOrder{order, reference}); len(t.held) == 1 || readAt.Before(t.heldAt) {
		t.heldAt = readAt
	}
}

// proved notes what a probe says of its cause.
func (f *failures) proved(id fulfillment.OrderID, again bool) {
	if t := f.trials[f.causes[id]]; t != nil && t.probes[id] {
		t.again = t.again || again
		t.mended = t.mended || !again
	}
}

// disregard notes that what became of an order says nothing of others.
func (f *failures) disregard(id fulfillment.OrderID) {
	if t := f.trials[f.causes[id]]; t != nil {
		delete(t.probes, id)
	}
}

// release returns orders that were held and are to be tried after all, with the
// time at which they were read; none at all means that nothing is held any more.
func (f *failures) release() (released []fulfillment.Order, readAt time.Time) {
	for _, t := range f.trials {
		held := t.held
		t.held = nil
		switch {
		case len(held) == 0:
		case t.mended:
			released, readAt = append(released, ordersOf(held)...), earlier(readAt, t.heldAt)
		case t.again:
			for _, order := range held {
				f.spared(order.ID, order.reference)
			}
		case t.met:
			// No answer said anything: the probes are tried again by the next run.
			for _, order := range held {
				f.putOff(order.ID, order.reference)
			}
		default:
			// All probes are gone: others take their place.
			n := min(probes, len(held))
			for _, order := range held[:n] {
				t.probes[order.ID], t.met = true, true
			}
			released, readAt = append(released, ordersOf(held[:n])...), earlier(readAt, t.heldAt)
			t.held = held[n:]
		}
	}
	slices.SortFunc(released, func(a, b fulfillment.Order) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	return released, readAt
}

func ordersOf(held []heldOrder) []fulfillment.Order {
	orders := make([]fulfillment.Order, len(held))
	for i, one := range held {
		orders[i] = one.Order
	}
	return orders
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// spared notes an order whose attempt others have made for it.
func (f *failures) spared(id fulfillment.OrderID, reference string) {
	delete(f.owed, id)
	f.waits(id, reference)
}

// putOff notes an order that was refused before and that this run could not
// try: the attempt is owed. It reports whether the order was refused before.
func (f *failures) putOff(id fulfillment.OrderID, reference string) bool {
	if _, refused := f.since[id]; !refused {
		return false
	}
	f.owed[id] = true
	f.waits(id, reference)
	return true
}
