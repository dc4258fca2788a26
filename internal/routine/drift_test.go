// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

func listedIDs(orders []FailingOrder) (ids []fulfillment.OrderID) {
	for _, order := range orders {
		ids = append(ids, order.ID)
	}
	return ids
}

func rememberDrift(f Failing, d Drift) Memory {
	return Memory{PreviousRun: noon, Failing: f.Cohorts, Shown: append(slices.Clone(f.Orders), d.Orders...), Drift: d.Reasons}
}

// An order that could not be sent is failing, one that a person has to settle
// is drift, and none is both, whatever else the run saw of it.
func TestAnOrderStandsInOneList(t *testing.T) {
	f := newFailures(Memory{}, noon, "W")
	f.judged(FailingOrder{ID: 1, Reason: fulfillment.ReasonAddressIncomplete})
	f.refused(FailingOrder{ID: 2, Reason: fulfillment.ReasonRefusedByWarehouse})
	f.judged(FailingOrder{ID: 3, Reason: fulfillment.ReasonOverdue})
	f.refused(FailingOrder{ID: 4, Reason: fulfillment.ReasonTooLate})
	f.judged(FailingOrder{ID: 5, Reason: fulfillment.ReasonDiffers})
	f.refused(FailingOrder{ID: 5, Reason: fulfillment.ReasonMarkRefused})
	failing, drift := f.report(true), f.drift(true)
	if got := listedIDs(failing.Orders); failing.Count != 3 || !slices.Equal(got, []fulfillment.OrderID{1, 2, 5}) {
		t.Errorf("failing %d: %v", failing.Count, got)
	}
	if got := listedIDs(drift.Orders); drift.Count != 2 || !slices.Equal(got, []fulfillment.OrderID{3, 4}) {
		t.Errorf("drift %d: %v", drift.Count, got)
	}
	if len(failing.Cohorts) == 0 || !slices.Contains(failing.Cohorts[0].IDs, 4) {
		t.Errorf("what came too late is not remembered: %v", failing.Cohorts)
	}
}

func TestDriftIsShownBoundedAndCountedTrue(t *testing.T) {
	f := newFailures(Memory{}, noon, "W")
	for id := range fulfillment.OrderID(500) {
		reason := fulfillment.ReasonOverdue
		if id%100 == 99 {
			reason = fulfillment.ReasonClosedShort
		}
		f.judged(FailingOrder{ID: id + 1, Reason: reason})
	}
	drift := f.drift(true)
	if drift.Count != 500 || len(drift.Orders) != MaxFailingShown {
		t.Errorf("%d, %d shown", drift.Count, len(drift.Orders))
	}
	if want := []DriftReason{{fulfillment.ReasonOverdue, 495}, {fulfillment.ReasonClosedShort, 5}}; !slices.Equal(drift.Reasons, want) {
		t.Errorf("%v, want %v", drift.Reasons, want)
	}
}

// A run that ended early, or that went by its cursor, keeps what it did not
// look at with the true counts; what it settled, or found otherwise, goes.
func TestARunKeepsTheDriftThatItDidNotLookAt(t *testing.T) {
	first := newFailures(Memory{}, noon, "W")
	for id := range fulfillment.OrderID(300) {
		first.judged(FailingOrder{ID: id + 1, Reason: fulfillment.ReasonHeldButSent})
	}
	first.judged(FailingOrder{ID: 400, Reason: fulfillment.ReasonTooLate})
	memory := rememberDrift(first.report(true), first.drift(true))

	later := noon.Add(time.Minute)
	cases := map[string]struct {
		complete bool
		work     func(f *failures)
		want     string
	}{
		"ended early": {false, func(*failures) {}, "[{HeldButSent 300} {TooLate 1}]"},
		"ended early, settled two": {false, func(f *failures) {
			f.drop(1)
			f.drop(400)
		}, "[{HeldButSent 299}]"},
		"ended early, found one otherwise": {false, func(f *failures) {
			f.judged(FailingOrder{ID: 1, Reason: fulfillment.ReasonTooLate})
		}, "[{HeldButSent 299} {TooLate 2}]"},
		"by the cursor": {true, func(f *failures) {
			f.keep(func(reason string) bool { return reason == fulfillment.ReasonHeldButSent }, func(id fulfillment.OrderID) bool { return id <= 3 })
		}, "[{HeldButSent 297}]"},
		"the whole": {true, func(f *failures) {
			f.judged(FailingOrder{ID: 7, Reason: fulfillment.ReasonHeldButSent})
		}, "[{HeldButSent 1}]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFailures(memory, later, "W")
			c.work(f)
			for range 2 { // a report may be asked for twice
				if got := fmt.Sprint(f.drift(c.complete).Reasons); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
			}
			for _, order := range f.drift(c.complete).Orders {
				if !order.Since.Equal(noon) && order.Reason == fulfillment.ReasonHeldButSent {
					t.Errorf("order %d became younger: %s", order.ID, order.Since)
				}
			}
		})
	}
}
