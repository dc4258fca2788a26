// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// worst is the largest entry that the schema allows, of letters that take more
// than a byte each, with as many refused orders as sixteen full cohorts hold.
func worst(t *testing.T, letter string, refused int) *v1alpha1.RoutineStatus {
	t.Helper()
	long := func(n int) string { return strings.Repeat(letter, n) }
	report := routine.Report{Failing: routine.Failing{Count: int64(refused)}, Drift: routine.Drift{Count: 500}, Skipped: routine.Skipped{Count: 9000}}
	for i := range routine.MaxFailingShown {
		order := routine.FailingOrder{ID: fulfillment.OrderID(1<<60 + i), Reference: long(maxReference), WarehouseID: long(64),
			Reason: fmt.Sprintf("Reason%02d%s", i, strings.Repeat("x", 40)), Message: long(maxMessage), Since: noon}
		report.Failing.Orders = append(report.Failing.Orders, order)
		report.Drift.Orders = append(report.Drift.Orders, order)
		report.Drift.Reasons = append(report.Drift.Reasons, routine.DriftReason{Reason: order.Reason, Count: 25})
		report.Skipped.Orders = append(report.Skipped.Orders, routine.SkippedOrder{ID: order.ID, Reference: order.Reference, Reason: order.Reason, Message: long(128)})
	}
	each := refused / routine.MaxCohorts
	for i := range routine.MaxCohorts {
		cohort := routine.Cohort{Since: noon.Add(time.Duration(i) * time.Minute)}
		for n := range each {
			cohort.IDs = append(cohort.IDs, fulfillment.OrderID(8_000_000_000_000+i*100_000+n*13))
		}
		report.Failing.Cohorts = append(report.Failing.Cohorts, cohort)
	}
	p := planned(t, nil)
	var live *v1alpha1.RoutineStatus
	for i := range 2 * maxHistory {
		result := v1alpha1.RunSucceeded
		if i%2 == 0 {
			result = v1alpha1.RunFailed
		}
		entry := finished(live, endingOf(p, result, func(e *ending) {
			e.report, e.message, e.reason = report, long(maxMessage), long(maxReason)
			e.report.Counts = routine.Counts{Read: 1 << 60, Created: 1 << 60, Marked: 1 << 60, Cancelled: 1 << 60, Written: 1 << 60}
		}))
		live = &entry
	}
	for i := range maxHandled {
		live.HandledTokens = append(live.HandledTokens, v1alpha1.HandledToken{Annotation: fmt.Sprint(strings.Repeat("a", 100), i),
			Token: strings.Repeat("t", maxToken), Result: v1alpha1.RunFailed, Reason: strings.Repeat("r", maxReason), Message: strings.Repeat("m", maxMessage), Time: stamp(noon)})
	}
	return live
}

// However much goes wrong, an entry stays within its size; the counts stay
// true, what is shown is one order of each list at least, and whoever is not
// remembered is counted.
func TestTheWorstEntryIsBoundedAndLosesNothingInSilence(t *testing.T) {
	for _, letter := range []string{"x", "ü", "語", "<"} {
		for _, refused := range []int{160, 1600, 16_000} {
			t.Run(fmt.Sprintf("%s, %d refused", letter, refused), func(t *testing.T) {
				full := worst(t, letter, refused)
				if refused == 16_000 && (len(full.Failing.Cohorts) != routine.MaxCohorts || sizeOf(full) < 2*maxEntry) {
					t.Fatalf("not the worst: %d cohorts, %d bytes", len(full.Failing.Cohorts), sizeOf(full))
				}
				got := bounded(full)
				if size := sizeOf(got); size > maxEntry {
					t.Errorf("%d bytes, want %d at most", size, maxEntry)
				}
				if got.Failing.Count != int64(refused) || got.Drift.Count != 500 || got.Skipped.Count != 9000 || len(got.Drift.Reasons) != 20 {
					t.Errorf("counts %d, %d, %d, %d reasons", got.Failing.Count, got.Drift.Count, got.Skipped.Count, len(got.Drift.Reasons))
				}
				if len(got.Failing.Orders) == 0 || len(got.Drift.Orders) == 0 || len(got.History) == 0 || len(got.HandledTokens) != maxHandled {
					t.Errorf("shown: %d, %d, %d results, %d answers", len(got.Failing.Orders), len(got.Drift.Orders), len(got.History), len(got.HandledTokens))
				}
				remembered := map[fulfillment.OrderID]bool{}
				for _, cohort := range memoryOf(got, "", false).Failing {
					for _, id := range cohort.IDs {
						remembered[id] = true
					}
				}
				if int64(len(remembered))+got.Failing.NotRemembered != int64(refused) {
					t.Errorf("%d remembered and %d not, of %d", len(remembered), got.Failing.NotRemembered, refused)
				}
				if diff := cmp.Diff(got, bounded(got)); diff != "" {
					t.Errorf("a second look changes it (-first +second):\n%s", diff)
				}
			})
		}
	}
}

// The usual entry is left as it is: twenty orders of each list with sentences
// of a usual length, and the memory of a thousand refused orders.
func TestAUsualEntryIsNotShortened(t *testing.T) {
	report := routine.Report{Failing: routine.Failing{Count: 1000, Cohorts: []routine.Cohort{{Since: noon}}}}
	for i := range 1000 {
		report.Failing.Cohorts[0].IDs = append(report.Failing.Cohorts[0].IDs, fulfillment.OrderID(8_812_001+i))
	}
	for i := range 20 {
		order := routine.FailingOrder{ID: fulfillment.OrderID(8_812_001 + i), Reference: "SO-100001", WarehouseID: "1200345",
			Reason: fulfillment.ReasonOverdue, Message: strings.Repeat("eight words", 10), Since: noon}
		report.Failing.Orders, report.Drift.Orders = append(report.Failing.Orders, order), append(report.Drift.Orders, order)
	}
	report.Drift.Count = 20
	entry := finished(nil, endingOf(planned(t, nil), v1alpha1.RunSucceeded, func(e *ending) { e.report = report }))
	if got := bounded(&entry); got != &entry || got.Failing.NotRemembered != 0 {
		t.Errorf("%d bytes were shortened to %d", sizeOf(&entry), sizeOf(got))
	}
}
