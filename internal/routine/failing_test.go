// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestAttemptsGrowApart(t *testing.T) {
	// Without the spread, attempts fall at 5, 15, 35, 75, 155, 315, 635 and then
	// every 360 minutes after the first refusal; the spread moves each later by
	// less than a tenth of its gap.
	due := []int{5, 15, 35, 75, 155, 315, 635, 995, 1355}
	gaps := []int{5, 10, 20, 40, 80, 160, 320, 360, 360}
	for _, id := range []fulfillment.OrderID{1, 8812001, 999} {
		var seen []int
		for minute := range 1500 {
			if attemptWithin(noon, id, noon.Add(time.Duration(minute)*time.Minute), noon.Add(time.Duration(minute+1)*time.Minute)) {
				seen = append(seen, minute+1)
			}
		}
		if len(seen) != len(due) {
			t.Fatalf("order %d: %d attempts at %v, want %d", id, len(seen), seen, len(due))
		}
		for i := range due {
			if late := seen[i] - due[i]; late < 0 || float64(late) > float64(gaps[i])/10+1 {
				t.Errorf("order %d: attempt %d at minute %d, want within a tenth of its gap after %d", id, i+1, seen[i], due[i])
			}
		}
	}
}

func TestAttemptsDoNotDependOnHowOftenRunsCome(t *testing.T) {
	for _, every := range []time.Duration{time.Minute, 5 * time.Minute, 17 * time.Minute} {
		attempts := 0
		for at := noon; at.Before(noon.Add(24 * time.Hour)); at = at.Add(every) {
			if attemptWithin(noon, 42, at, at.Add(every)) {
				attempts++
			}
		}
		if attempts < 8 || attempts > 10 {
			t.Errorf("runs every %v: %d attempts in a day", every, attempts)
		}
	}
}

func TestALongOutageMakesOneAttemptDue(t *testing.T) {
	if !attemptWithin(noon, 7, noon.Add(time.Hour), noon.Add(90*24*time.Hour)) {
		t.Error("an order that waited for ninety days is not due")
	}
	if attemptWithin(noon, 7, noon, noon.Add(4*time.Minute)) {
		t.Error("due four minutes after the refusal")
	}
}

func TestWhatIsShownHasOneOfEachReasonFirst(t *testing.T) {
	f := newFailures(Memory{}, noon, "Waiting")
	for i := range 100 {
		f.refused(FailingOrder{ID: fulfillment.OrderID(i + 1), Reason: "Common"})
	}
	f.judged(FailingOrder{ID: 500, Reason: "Rare"})
	failing := f.report(true)
	if failing.Count != 101 || len(failing.Orders) != MaxFailingShown {
		t.Fatalf("count %d, shown %d", failing.Count, len(failing.Orders))
	}
	if !slices.ContainsFunc(failing.Orders[:2], func(o FailingOrder) bool { return o.Reason == "Rare" }) {
		t.Errorf("the rare reason is not among the first: %v", failing.Orders[:2])
	}
	if len(failing.Cohorts) != 1 || len(failing.Cohorts[0].IDs) != 100 {
		t.Errorf("cohorts %v: an order that is judged for free needs no memory", failing.Cohorts)
	}
}

func TestMemoryOfRefusals(t *testing.T) {
	memory := Memory{
		PreviousRun: noon.Add(-time.Minute),
		Failing:     []Cohort{{Since: noon.Add(-time.Hour), IDs: []fulfillment.OrderID{1, 2, 3}}},
		Shown:       []FailingOrder{{ID: 1, Reference: "SO-1", Reason: "UnknownSKU", Message: "as before", Since: noon.Add(-time.Hour)}},
	}
	t.Run("an order that is not due keeps its reason", func(t *testing.T) {
		f := newFailures(memory, noon, "Waiting")
		f.waits(1, "SO-1")
		f.waits(2, "SO-2")
		got := f.report(true)
		if got.Count != 2 || got.Orders[0].Reason != "UnknownSKU" || got.Orders[1].Reason != "Waiting" {
			t.Fatalf("%+v", got)
		}
		if len(got.Cohorts) != 1 || !got.Cohorts[0].Since.Equal(noon.Add(-time.Hour)) || !slices.Equal(got.Cohorts[0].IDs, []fulfillment.OrderID{1, 2}) {
			t.Fatalf("order 3 was not seen any more and must drop out: %+v", got.Cohorts)
		}
	})
	t.Run("a run that broke off forgets nothing", func(t *testing.T) {
		f := newFailures(memory, noon, "Waiting")
		f.waits(1, "SO-1")
		if got := f.report(false); got.Count != 3 {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("a second refusal does not make the order younger", func(t *testing.T) {
		f := newFailures(memory, noon, "Waiting")
		f.refused(FailingOrder{ID: 1, Reason: "UnknownSKU"})
		if got := f.report(true); !got.Cohorts[0].Since.Equal(noon.Add(-time.Hour)) {
			t.Fatalf("%+v", got.Cohorts)
		}
	})
	t.Run("a token makes all of them due and begins anew", func(t *testing.T) {
		reset := memory
		reset.Reset = true
		f := newFailures(reset, noon, "Waiting")
		if !f.due(1) {
			t.Error("not due")
		}
		f.refused(FailingOrder{ID: 1, Reason: "UnknownSKU"})
		if got := f.report(true); !got.Cohorts[0].Since.Equal(noon) {
			t.Fatalf("%+v", got.Cohorts)
		}
	})
}

func TestASeventeenthCohortMergesTheTwoClosest(t *testing.T) {
	groups := map[cohortKey][]fulfillment.OrderID{}
	for i := range MaxCohorts {
		groups[cohortKey{since: noon.Add(time.Duration(i) * time.Hour)}] = []fulfillment.OrderID{fulfillment.OrderID(i + 1)}
	}
	groups[cohortKey{since: noon.Add(3*time.Hour + time.Minute)}] = []fulfillment.OrderID{100}
	cohorts := chooseCohorts(groups, MaxCohorts)
	if len(cohorts) != MaxCohorts {
		t.Fatalf("%d cohorts", len(cohorts))
	}
	merged := cohorts[3]
	if !merged.Since.Equal(noon.Add(3*time.Hour)) || !slices.Equal(merged.IDs, []fulfillment.OrderID{4, 100}) {
		t.Errorf("merged into %v", merged)
	}
}

func TestFourThousandFailingOrdersFitIntoStatus(t *testing.T) {
	groups := map[cohortKey][]fulfillment.OrderID{}
	for i := range 4000 {
		key := cohortKey{since: noon.Add(time.Duration(i%40) * time.Minute)}
		groups[key] = append(groups[key], fulfillment.OrderID(8812000+i))
	}
	var characters int
	for _, cohort := range chooseCohorts(groups, MaxCohorts) {
		text, _ := EncodeOrderIDs(cohort.IDs, 1024)
		characters += len(text)
	}
	if characters > 16*1024 {
		t.Errorf("%d characters", characters)
	}
}

func ExampleEncodeOrderIDs() {
	text, _ := EncodeOrderIDs([]fulfillment.OrderID{8812001, 8812002, 8812003, 8812010, 8812022}, 1024)
	fmt.Println(text)
	// Output: 8812001-8812003,+7,+12
}
