// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// next is what a run is given that begins after another one.
func next(failing Failing, previous time.Time) Memory {
	return Memory{PreviousRun: previous, Failing: failing.Cohorts, Shown: failing.Orders}
}

// throughStatus is what is left of cohorts in their written form.
func throughStatus(t *testing.T, cohorts []Cohort) []Cohort {
	t.Helper()
	var back []Cohort
	for _, cohort := range cohorts {
		text, complete := EncodeOrderIDs(cohort.IDs, 1024)
		ids, err := DecodeOrderIDs(text)
		if !complete || err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		back = append(back, Cohort{Since: cohort.Since, Cause: cohort.Cause, IDs: ids})
	}
	return back
}

// An attempt that comes due in runs that fail is made by the next one that
// works, however many they are, and the order is no younger for it.
func TestAnAttemptThatCameDueInFailedRunsIsOwed(t *testing.T) {
	for name, fail := range map[string]func(Memory, time.Time) []Cohort{
		"begun":     func(m Memory, now time.Time) []Cohort { return newFailures(m, now, "W").report(false).Cohorts },
		"not begun": Owe,
		"by turns": func(m Memory, now time.Time) []Cohort {
			return Owe(Memory{PreviousRun: m.PreviousRun, Failing: newFailures(m, now, "W").report(false).Cohorts}, now)
		},
		"with a refuse": func(m Memory, now time.Time) []Cohort {
			f := newFailures(m, now, "W")
			f.refused(FailingOrder{ID: 99})
			return f.report(false).Cohorts
		},
	} {
		t.Run(name, func(t *testing.T) {
			// Order 1 is due between 5:00 and 5:30, order 2 not before 20 minutes have passed.
			memory := Memory{PreviousRun: noon, Failing: []Cohort{{Since: noon.Add(-10 * time.Minute), IDs: []fulfillment.OrderID{2}}, {Since: noon, IDs: []fulfillment.OrderID{1}}}}
			memory.Failing[0].Since = noon.Add(-16*time.Minute - 30*time.Second) // its attempts: 15 to 16 and 35 to 37 minutes after that
			at := noon
			for range 4 {
				at = at.Add(3 * time.Minute)
				memory = Memory{PreviousRun: at, Failing: throughStatus(t, fail(memory, at))}
			}
			at = at.Add(time.Second)
			f := newFailures(memory, at, "W")
			if !f.due(1) || f.due(2) {
				t.Fatalf("due: %v and %v, want the first alone; memory %v", f.due(1), f.due(2), memory.Failing)
			}
			f.refused(FailingOrder{ID: 1})
			f.waits(2, "")
			after := f.report(true)
			if len(after.Cohorts) != 2 || !after.Cohorts[1].Since.Equal(noon) {
				t.Fatalf("after the attempt: %v", after.Cohorts)
			}
			if newFailures(next(after, at), at.Add(time.Second), "W").due(1) {
				t.Error("due again at once")
			}
		})
	}
}

// An attempt that a failing run did make is not made again by the next.
func TestAnAttemptOfAFailedRunIsNotOwed(t *testing.T) {
	memory := Memory{PreviousRun: noon, Failing: []Cohort{{Since: noon, IDs: []fulfillment.OrderID{1, 2}}}}
	at := noon.Add(6 * time.Minute)
	f := newFailures(memory, at, "W")
	f.refused(FailingOrder{ID: 1})
	memory = Memory{PreviousRun: at, Failing: throughStatus(t, f.report(false).Cohorts)}
	f = newFailures(memory, at.Add(time.Minute), "W")
	if f.due(1) || !f.due(2) {
		t.Errorf("due: %v and %v, want the second alone", f.due(1), f.due(2))
	}
}

// What went through is owed nothing.
func TestWhatWentThroughIsForgotten(t *testing.T) {
	memory := Memory{PreviousRun: noon, Failing: []Cohort{{Since: noon, IDs: []fulfillment.OrderID{1, 2}}, {Since: noon.Add(time.Hour), IDs: []fulfillment.OrderID{1, 2}}}}
	f := newFailures(memory, noon.Add(2*time.Hour), "W")
	f.drop(1)
	f.dropUnlessFound(2)
	if got := f.report(false); got.Count != 0 || len(got.Cohorts) != 0 {
		t.Errorf("%+v", got)
	}
}

// A run that was to try everything, and failed, owes everything.
func TestARunByTokenThatFailsOwesEverything(t *testing.T) {
	memory := Memory{PreviousRun: noon, Reset: true, Failing: []Cohort{{Since: noon, IDs: []fulfillment.OrderID{1}}}}
	at := noon.Add(time.Minute)
	memory = Memory{PreviousRun: at, Failing: Owe(memory, at)}
	if !newFailures(memory, at.Add(time.Second), "W").due(1) {
		t.Error("not due")
	}
}

// Owed attempts are told apart from the others also when there are many times
// of first refusal, and status has room for all.
func TestOwedOrdersKeepWithinTheBoundOfCohorts(t *testing.T) {
	f := newFailures(Memory{PreviousRun: noon.Add(-time.Minute)}, noon, "W")
	var owed []fulfillment.OrderID
	for i := range 40 {
		id := fulfillment.OrderID(i + 1)
		f.since[id] = noon.Add(time.Duration(-i) * time.Hour)
		if i%3 == 0 {
			f.owed[id] = true
			owed = append(owed, id)
		}
	}
	cohorts := f.report(false).Cohorts
	if len(cohorts) != MaxCohorts {
		t.Fatalf("%d cohorts", len(cohorts))
	}
	again := newFailures(Memory{PreviousRun: noon, Failing: cohorts}, noon.Add(time.Second), "W")
	for id := range again.since {
		if again.owed[id] && !f.owed[id] || !again.owed[id] && slices.Contains(owed, id) {
			t.Errorf("order %d: owed %v, was %v", id, again.owed[id], f.owed[id])
		}
		if again.since[id].After(f.since[id]) {
			t.Errorf("order %d became younger: %s, was %s", id, again.since[id], f.since[id])
		}
	}
}

// Two thousand orders that lie apart need more than one text.
func TestManyOwedOrdersAreOwed(t *testing.T) {
	f := newFailures(Memory{PreviousRun: noon.Add(-time.Minute)}, noon, "W")
	for i := range 2000 {
		id := fulfillment.OrderID(8812000 + 3*i)
		f.since[id], f.owed[id] = noon.Add(-time.Duration(i%20)*time.Hour), true
	}
	cohorts := throughStatus(t, f.report(false).Cohorts)
	if owed := len(newFailures(Memory{PreviousRun: noon, Failing: cohorts}, noon, "W").owed); owed != 2000 || len(cohorts) > MaxCohorts {
		t.Errorf("%d of 2000 are owed, in %d cohorts", owed, len(cohorts))
	}
}
