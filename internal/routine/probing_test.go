// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

const sameWords = wordsCause + "0123456789ab"

// worded are n orders that were refused in the same words at noon.
func worded(n int) []Cohort {
	var ids []fulfillment.OrderID
	for i := range n {
		ids = append(ids, fulfillment.OrderID(8812000+3*i))
	}
	return inTexts(ids, Cohort{Since: noon, Cause: sameWords})
}

// triedIn are the orders that a run tries while every one is refused again in the same words.
func triedIn(memory Memory, at time.Time) (tried []fulfillment.OrderID, after Failing) {
	f := newFailures(memory, at, "W")
	for id := range f.since {
		order := fulfillment.Order{ID: id}
		switch {
		case !f.dueAgain(order):
			f.waits(id, "")
		case f.holds(order):
			f.hold(order, "", at)
		default:
			f.refused(FailingOrder{ID: id, Reason: "R", Cause: sameWords})
			tried = append(tried, id)
		}
	}
	if released, _ := f.release(); len(released) > 0 {
		panic("released though every probe was refused again")
	}
	slices.Sort(tried)
	return tried, f.report(true)
}

// However many orders share the words of their refusal, each is tried for itself
// in bounded time, whatever becomes of the others; and few are tried in a day.
func TestEachOrderOfOneCauseHasItsOwnTurn(t *testing.T) {
	for _, test := range []struct {
		orders, aDay int
		within       time.Duration
	}{{1, 5, 7 * time.Hour}, {100, 120, 31 * time.Hour}, {250, 280, 31 * time.Hour}, {1000, 280, 4*24*time.Hour + 7*time.Hour}} {
		t.Run(fmt.Sprint(test.orders), func(t *testing.T) {
			memory := Memory{PreviousRun: noon, Failing: worded(test.orders)}
			last := map[fulfillment.OrderID]time.Time{}
			for _, cohort := range memory.Failing {
				for _, id := range cohort.IDs {
					last[id] = noon
				}
			}
			attempts, days := 0, 6
			for at := noon; at.Before(noon.Add(time.Duration(days) * 24 * time.Hour)); {
				at = at.Add(time.Hour)
				tried, after := triedIn(memory, at)
				for _, id := range tried {
					last[id] = at
				}
				if at.After(noon.Add(24 * time.Hour)) {
					attempts += len(tried)
				}
				memory = Memory{PreviousRun: at, Failing: throughStatus(t, after.Cohorts)}
				for id, before := range last {
					if at.Sub(before) > test.within {
						t.Fatalf("order %d was not tried for %s", id, at.Sub(before))
					}
				}
			}
			if attempts > test.aDay*(days-1) {
				t.Errorf("%d attempts a day, want at most %d", attempts/(days-1), test.aDay)
			}
			t.Logf("%d orders: %d attempts a day", test.orders, attempts/(days-1))
		})
	}
}

// A run that fails before it gets to the orders owes their attempt, and the next
// one tries a few of them again, not all.
func TestOrdersOfOneCauseThatAreOwedAreTriedByAFew(t *testing.T) {
	memory := Memory{PreviousRun: noon, Failing: worded(200)}
	at := noon.Add(6 * time.Minute)
	memory = Memory{PreviousRun: at, Failing: throughStatus(t, Owe(memory, at))}
	tried, after := triedIn(memory, at.Add(time.Second))
	if len(tried) == 0 || len(tried) > 30 {
		t.Errorf("%d of 200 were tried", len(tried))
	}
	if again, _ := triedIn(Memory{PreviousRun: at.Add(time.Second), Failing: throughStatus(t, after.Cohorts)}, at.Add(2*time.Second)); len(again) != 0 {
		t.Errorf("%d are tried again at once", len(again))
	}
}

// What becomes of the orders that were held follows from what the probes met.
func TestHeldOrdersFollowTheirProbes(t *testing.T) {
	at := noon.Add(6 * time.Minute) // all of them are due
	for name, test := range map[string]struct {
		probe         func(*failures, fulfillment.OrderID)
		released, all bool
		owed          bool
	}{
		"each is refused again": {probe: func(f *failures, id fulfillment.OrderID) {
			f.refused(FailingOrder{ID: id, Cause: sameWords})
		}},
		"each goes through": {probe: func(f *failures, id fulfillment.OrderID) {
			f.proved(id, false)
			f.drop(id)
		}, released: true, all: true},
		"each is refused for something else": {probe: func(f *failures, id fulfillment.OrderID) {
			f.refused(FailingOrder{ID: id, Cause: thingCause + "1"})
		}, released: true, all: true},
		"no answer says anything": {probe: func(f *failures, id fulfillment.OrderID) {
			f.judged(FailingOrder{ID: id})
		}, owed: true},
		"none is there any more": {probe: nil, released: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFailures(Memory{PreviousRun: noon, Failing: worded(200)}, at, "W")
			probes := f.trials[sameWords].probes
			if len(probes) == 0 || len(probes) > 40 {
				t.Fatalf("%d probes of 200", len(probes))
			}
			held := 0
			for id := range f.since {
				order := fulfillment.Order{ID: id}
				if probes[id] && test.probe == nil {
					continue
				}
				if !f.holds(order) {
					test.probe(f, id)
					continue
				}
				f.hold(order, "", at)
				held++
			}
			released, readAt := f.release()
			if test.released != (len(released) > 0) || test.all && len(released) != held || !test.all && len(released) > 5 {
				t.Fatalf("%d of %d held are released", len(released), held)
			}
			if test.released && !readAt.Equal(at) {
				t.Errorf("read at %s", readAt)
			}
			for _, order := range released {
				if f.holds(order) {
					t.Fatalf("order %d is held again", order.ID)
				}
				f.refused(FailingOrder{ID: order.ID, Cause: sameWords})
			}
			if more, _ := f.release(); len(more) != 0 {
				t.Fatalf("%d more are released", len(more))
			}
			if got := f.report(true); test.probe != nil && !test.all && got.Count != 200 {
				t.Errorf("%d of 200 are listed", got.Count)
			}
			owed := newFailures(Memory{PreviousRun: at, Failing: throughStatus(t, f.report(true).Cohorts)}, at, "W").owed
			if test.owed != (len(owed) == held) || !test.owed && len(owed) != 0 {
				t.Errorf("%d of %d are owed", len(owed), held)
			}
		})
	}
}

// What a person asks for, and what a person changed, is held by no other order.
func TestWhatAPersonAskedForOrChangedIsNotHeld(t *testing.T) {
	at := noon.Add(6 * time.Minute)
	memory := Memory{PreviousRun: noon.Add(5 * time.Minute), Failing: worded(200)}
	f := newFailures(memory, at, "W")
	f.retry([]Request{{Kind: RequestRetry, OrderID: 8812003}})
	for id := range f.since {
		order := fulfillment.Order{ID: id}
		if id == 8812006 {
			order.ModifiedDate = at.Add(-10 * time.Second)
		}
		due, held := f.dueAgain(order), f.holds(order)
		if named := id == 8812003 || id == 8812006; named && (!due || held) {
			t.Errorf("order %d: due %t, held %t", id, due, held)
		}
	}
	memory.Reset = true
	if f := newFailures(memory, at, "W"); len(f.trials) != 0 || !f.due(8812009) {
		t.Error("a token does not try all of them")
	}
	// A change that is yet to come, by a clock that is wrong, says nothing.
	f = newFailures(Memory{PreviousRun: at, Failing: worded(2)}, at.Add(time.Minute), "W")
	if f.dueAgain(fulfillment.Order{ID: 8812000, ModifiedDate: at.Add(time.Hour)}) {
		t.Error("tried since it will be changed")
	}
}
