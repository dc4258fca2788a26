// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"maps"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// driftReasons are those of orders of which the two systems do not say the
// same, and that no further run brings together. An order that could not be
// sent, and is tried again, is failing and no drift.
var driftReasons = map[string]bool{
	fulfillment.ReasonAlreadyShipped:        true,
	fulfillment.ReasonAmbiguous:             true,
	fulfillment.ReasonCancelNotSupported:    true,
	fulfillment.ReasonCancelledByWarehouse:  true,
	fulfillment.ReasonClosedShort:           true,
	fulfillment.ReasonDiffers:               true,
	fulfillment.ReasonEditTooLate:           true,
	fulfillment.ReasonEdited:                true,
	fulfillment.ReasonEditedOnBothSides:     true,
	fulfillment.ReasonHeldButSent:           true,
	fulfillment.ReasonMissingInOrderManager: true,
	fulfillment.ReasonNoTracking:            true,
	fulfillment.ReasonNotWanted:             true,
	fulfillment.ReasonOverdue:               true,
	fulfillment.ReasonRoutedElsewhere:       true,
	fulfillment.ReasonSplitOff:              true,
	fulfillment.ReasonTooLate:               true,
	fulfillment.ReasonTrackingDiffers:       true,
	fulfillment.ReasonTwiceInWarehouse:      true,
	fulfillment.ReasonUnknownInWarehouse:    true,
}

// DriftReasons returns the reasons of orders that a person has to settle.
func DriftReasons() []string { return slices.Sorted(maps.Keys(driftReasons)) }

// Drift are orders that a person has to settle. None of them is among the
// failing orders.
type Drift struct {
	// Count is the true number, by Reasons, and Orders at most MaxFailingShown
	// of them.
	Count   int64
	Reasons []DriftReason
	Orders  []FailingOrder
}

// DriftReason is how many orders there are for one reason.
type DriftReason struct {
	Reason string
	Count  int64
}

// Listed are the orders that a report shows, failing or drift.
func (r Report) Listed() []FailingOrder { return slices.Concat(r.Failing.Orders, r.Drift.Orders) }

// keep keeps listed what an earlier run saw of these reasons and this one did
// not look at. Of drift, status shows some orders and counts all: both stand.
func (f *failures) keep(kept func(reason string) bool, seen func(fulfillment.OrderID) bool) {
	for _, reason := range f.driftBefore {
		if kept(reason.Reason) {
			f.driftKept[reason.Reason] = reason.Count
		}
	}
	for id, shown := range f.shown {
		if !kept(shown.Reason) {
			continue
		}
		switch now, found := f.found[id]; {
		case found && now.Reason == shown.Reason:
		case found, seen(id):
			f.driftKept[shown.Reason]--
		default:
			f.judged(shown)
		}
	}
}

// drift returns what is to be shown of the orders that a person has to settle.
func (f *failures) drift(complete bool) Drift {
	_, orders := f.listed(complete)
	counts := map[string]int64{}
	for _, order := range orders {
		counts[order.Reason]++
	}
	for reason, kept := range f.driftKept {
		counts[reason] = max(counts[reason], kept)
	}
	drift := Drift{Orders: chooseShown(orders)}
	for reason, count := range counts {
		if count <= 0 || !driftReasons[reason] {
			continue
		}
		drift.Count += count
		drift.Reasons = append(drift.Reasons, DriftReason{Reason: reason, Count: count})
	}
	slices.SortFunc(drift.Reasons, func(a, b DriftReason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return drift
}
