// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// failures collects the orders that did not go through in a run, and knows
// which of those of earlier runs are due.
type failures struct {
	previousRun, now time.Time
	reset            bool
	// waitingReason stands for a reason that status had no room to show.
	waitingReason string
	// since is when an order was first refused, from memory and from this run.
	since map[fulfillment.OrderID]time.Time
	// causes stand for what they were refused for, where that is known.
	causes map[fulfillment.OrderID]string
	// changed are refused orders that are tried since somebody changed them.
	changed map[fulfillment.OrderID]bool
	// trials are the causes of which only some orders are tried.
	trials map[string]*trial
	// wordsAtOnce is for how long orders that were refused in words are tried by
	// every run, wordsGap how far their attempts may lie apart after that, and
	// wordsReason the reason that they wait under, where either is
	// another than that of the others.
	wordsAtOnce, wordsGap time.Duration
	wordsReason           string
	// turnsEachDay is about how many of these have a turn of their own in a day.
	turnsEachDay int
	// owed are orders whose attempt came due in a run that failed before it got
	// to them. They are tried by the next run that does.
	owed map[fulfillment.OrderID]bool
	// asked are orders that a person wants retried, with whether they were
	// failing when the run began.
	asked map[fulfillment.OrderID]bool
	// tried are those that this run got to. They stay due in it: an order in
	// the warehouse may have several parts.
	tried map[fulfillment.OrderID]bool
	// shown are the reasons of earlier runs.
	shown map[fulfillment.OrderID]FailingOrder
	// found are the failing orders of this run; remembered says whether their
	// attempts grow apart (a remote system answered) or they are judged anew
	// each run for free.
	found      map[fulfillment.OrderID]FailingOrder
	remembered map[fulfillment.OrderID]bool
	// gone are the orders that went through after all.
	gone map[fulfillment.OrderID]bool
	// driftBefore are the counts of the last report, driftKept those of them that stand.
	driftBefore []DriftReason
	driftKept   map[string]int64
}

func newFailures(memory Memory, now time.Time, waitingReason string) *failures {
	f := &failures{
		waitingReason: waitingReason,
		previousRun:   memory.PreviousRun, now: now, reset: memory.Reset,
		since:  map[fulfillment.OrderID]time.Time{},
		causes: map[fulfillment.OrderID]string{},

		turnsEachDay: turnsEachDay,
		changed:      map[fulfillment.OrderID]bool{},
		owed:         map[fulfillment.OrderID]bool{},
		asked:        map[fulfillment.OrderID]bool{},
		tried:        map[fulfillment.OrderID]bool{},
		shown:        map[fulfillment.OrderID]FailingOrder{},
		found:        map[fulfillment.OrderID]FailingOrder{},
		remembered:   map[fulfillment.OrderID]bool{},
		gone:         map[fulfillment.OrderID]bool{},

		driftBefore: memory.Drift, driftKept: map[string]int64{},
	}
	if f.previousRun.After(now) {
		f.previousRun = time.Time{} // a clock was wrong: everything is due
	}
	for _, cohort := range memory.Failing {
		since := cohort.Since
		if since.After(now) {
			since = now // or it would not be due before a time that is yet to come
		}
		for _, id := range cohort.IDs {
			// An order that stands in two cohorts is owed an attempt; only one of
			// them has its cause.
			f.causes[id] = cmp.Or(f.causes[id], cohort.Cause)
			if earlier, again := f.since[id]; again {
				f.owed[id] = true
				if earlier.Before(since) {
					continue
				}
			}
			f.since[id] = since
		}
	}
	for _, order := range memory.Shown {
		f.shown[order.ID] = order
	}
	f.plan()
	return f
}

// due reports whether an order that may have been refused before is tried in
// this run. Attempts fall on instants that depend on the first refusal alone,
// so that neither an attempt nor a restart has to write anything down.
func (f *failures) due(id fulfillment.OrderID) bool {
	since, refused := f.since[id]
	_, asked := f.asked[id]
	if !refused || f.reset || f.owed[id] || asked || f.previousRun.IsZero() {
		return true
	}
	if inWordsAlone(f.causes[id]) && f.now.Sub(since) <= f.wordsAtOnce {
		return true
	}
	_, _, ok := attempts(since, id, f.maxGapOf(id), f.previousRun, f.now)
	return ok
}

// maxGapOf is how far the attempts of an order may lie apart.
func (f *failures) maxGapOf(id fulfillment.OrderID) time.Duration {
	if f.wordsGap > 0 && inWordsAlone(f.causes[id]) {
		return f.wordsGap
	}
	return maxRetryGap
}

// refusedBefore reports whether an order was refused before, and nothing that
// matters to all orders was changed since.
func (f *failures) refusedBefore(id fulfillment.OrderID) bool {
	_, refused := f.since[id]
	return refused && !f.reset
}

// dueAgain is due for an order whose content decides whether it is refused: one
// that somebody changed after the last run is tried at once. Should it be
// refused again, its attempts begin anew.
func (f *failures) dueAgain(order fulfillment.Order) bool {
	if f.changedNow(order) {
		f.changed[order.ID] = true
		return true
	}
	return f.due(order.ID)
}

// changedNow reports whether somebody changed a refused order after the last
// run, by the remote's clock. Two clocks that are kept differ by little.
func (f *failures) changedNow(order fulfillment.Order) bool {
	return f.refusedBefore(order.ID) && !order.ModifiedDate.After(f.now) &&
		order.ModifiedDate.After(f.since[order.ID]) && order.ModifiedDate.After(f.previousRun.Add(-time.Minute))
}

// judged notes an order that is failing by what is known here: it is judged
// again in every run and heals by itself.
func (f *failures) judged(order FailingOrder) {
	order.Since = f.firstSeen(order.ID)
	f.found[order.ID] = order
}

// refused notes an order that a remote system refused, in this run or, when it
// is not due, in an earlier one.
func (f *failures) refused(order FailingOrder) {
	if _, ok := f.since[order.ID]; !ok || f.reset || f.changed[order.ID] {
		f.since[order.ID] = f.now
		delete(f.changed, order.ID)
	}
	f.proved(order.ID, order.Cause != "" && order.Cause == f.causes[order.ID])
	f.causes[order.ID] = order.Cause
	f.tried[order.ID] = true
	order.Since = f.since[order.ID]
	f.found[order.ID] = order
	f.remembered[order.ID] = true
}

// incident notes an order that a person has to settle, for as long as such an
// order stays listed. A token asks again; it does not make it younger.
func (f *failures) incident(order FailingOrder) {
	since, known := f.since[order.ID]
	if known && f.now.Sub(since) > settledAfter {
		f.drop(order.ID)
		return
	}
	reset := f.reset
	f.reset = reset && !known
	f.refused(order)
	f.reset = reset
}

// waits notes an order that was refused before and is not due in this run.
func (f *failures) waits(id fulfillment.OrderID, reference string) {
	if f.remembered[id] {
		return // this run knows more of it
	}
	order, ok := f.shown[id]
	if !ok {
		reason := f.waitingReason
		if inWordsAlone(f.causes[id]) {
			reason = cmp.Or(f.wordsReason, reason)
		}
		order = FailingOrder{ID: id, Reference: reference, Reason: reason,
			Message: "it was refused before and is tried again at growing gaps"}
	}
	order.Since = f.since[id]
	f.found[id] = order
	f.remembered[id] = true
}

func (f *failures) firstSeen(id fulfillment.OrderID) time.Time {
	if shown, ok := f.shown[id]; ok && !shown.Since.IsZero() {
		return shown.Since
	}
	if since, ok := f.since[id]; ok {
		return since
	}
	return f.now
}

// unnote takes back what a run noted of an order before it knew more.
func (f *failures) unnote(id fulfillment.OrderID) {
	delete(f.found, id)
	delete(f.remembered, id)
}

// drop forgets an order that went through after all.
func (f *failures) drop(id fulfillment.OrderID) {
	f.gone[id] = true
	delete(f.found, id)
	delete(f.remembered, id)
	delete(f.since, id)
	delete(f.owed, id)
}

// dropUnlessFound forgets an earlier refusal of an order, but not what this run
// has to say of it.
func (f *failures) dropUnlessFound(id fulfillment.OrderID) {
	if _, ok := f.found[id]; !ok {
		delete(f.since, id)
		delete(f.owed, id)
	}
}

// report returns what is failing and remembered.
func (f *failures) report(complete bool) Failing {
	failing, _ := f.listed(complete)
	return Failing{Count: int64(len(failing)), Orders: chooseShown(failing), Cohorts: f.cohorts()}
}

// listed returns the orders that are failing, and those that a person has to
// settle. When the run did not see everything (complete is false), what it did
// not see is still remembered and shown, and what was due is owed.
func (f *failures) listed(complete bool) (failing, drift []FailingOrder) {
	if !complete {
		for id := range f.since {
			if _, ok := f.found[id]; !ok {
				f.owed[id] = f.due(id)
				f.waits(id, f.shown[id].Reference)
			}
		}
		f.keep(func(reason string) bool { return driftReasons[reason] }, func(id fulfillment.OrderID) bool { return f.gone[id] })
	}
	for _, order := range f.found {
		if driftReasons[order.Reason] {
			drift = append(drift, order)
		} else {
			failing = append(failing, order)
		}
	}
	return failing, drift
}

// chooseShown returns at most MaxFailingShown orders: one of each reason first
// (the oldest), then the oldest of all.
func chooseShown(orders []FailingOrder) []FailingOrder {
	slices.SortFunc(orders, func(a, b FailingOrder) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
	})
	var first, rest []FailingOrder
	reasons := map[string]bool{}
	for _, order := range orders {
		if reasons[order.Reason] {
			rest = append(rest, order)
			continue
		}
		reasons[order.Reason] = true
		first = append(first, order)
	}
	return slices.Clip(append(first, rest...)[:min(len(orders), MaxFailingShown)])
}
