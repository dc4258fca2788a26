// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"fmt"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// twiceThere tells of an order that the warehouse has more than once under its
// identity, and not as parts of one order: each of them is a parcel. It is nil
// for an order that is there once, and for one that a user acknowledged.
func twiceThere(order fulfillment.Order, parts []fulfillment.WarehouseOrder) *FailingOrder {
	wholes := slices.DeleteFunc(slices.Clone(parts), func(o fulfillment.WarehouseOrder) bool {
		return o.State == fulfillment.WarehouseCancelled || isSplitChild(o, parts) || isLaterSibling(o, parts)
	})
	if len(wholes) < 2 || slices.Contains(order.Labels, AcknowledgedLabel) {
		return nil
	}
	slices.SortFunc(wholes, func(a, b fulfillment.WarehouseOrder) int { return compareIDs(a.ID, b.ID) })
	failing := &FailingOrder{ID: order.ID, Reference: order.Number, WarehouseID: wholes[1].ID, Reason: fulfillment.ReasonTwiceInWarehouse}
	if open := inState(wholes, fulfillment.WarehouseOpen); len(open) > 0 {
		failing.WarehouseID = open[len(open)-1].ID
		failing.Message = fmt.Sprintf("the warehouse has the order %d times (%s and %s); cancel in the warehouse what is still open and not to ship, or acknowledge with the label %s",
			len(wholes), wholes[0].ID, wholes[1].ID, AcknowledgedLabel)
		return failing
	}
	failing.Message = fmt.Sprintf("the warehouse has shipped the order %d times (%s and %s); stop one of the parcels, or have it returned", len(wholes), wholes[0].ID, wholes[1].ID)
	return failing
}

// isLaterSibling reports whether an order looks like a part of one that does
// not show any more, and is not the first of these parts.
func isLaterSibling(o fulfillment.WarehouseOrder, parts []fulfillment.WarehouseOrder) bool {
	parent, isPart := splitFrom(o)
	return isPart && slices.ContainsFunc(parts, func(other fulfillment.WarehouseOrder) bool {
		sibling, alsoPart := splitFrom(other)
		return alsoPart && sibling == parent && compareIDs(other.ID, o.ID) < 0
	})
}

// splitFrom returns the reference of the order that this one looks split off.
func splitFrom(o fulfillment.WarehouseOrder) (reference string, ok bool) {
	if match := splitSuffix.FindStringSubmatch(o.Reference); len(match) > 1 {
		return match[1], true
	}
	return "", false
}

// openReferences finds open orders of the warehouse that share a reference.
type openReferences struct {
	first map[string]fulfillment.WarehouseOrder
	// other is an order of the same reference, by the warehouse's id.
	other map[string]fulfillment.WarehouseOrder
}

func (r *openReferences) add(o fulfillment.WarehouseOrder) {
	if r.first == nil {
		r.first, r.other = map[string]fulfillment.WarehouseOrder{}, map[string]fulfillment.WarehouseOrder{}
	}
	reference := foldReference(o.Reference)
	first, taken := r.first[reference]
	switch {
	case reference == "":
	case !taken:
		r.first[reference] = fulfillment.WarehouseOrder{ID: o.ID, Identity: o.Identity}
	// One that pages show twice is one; two of one identity are for
	// ShipmentConfirmation to tell of.
	case first.ID != o.ID && (first.Identity != o.Identity || o.Identity == ""):
		r.other[o.ID], r.other[first.ID] = first, fulfillment.WarehouseOrder{ID: o.ID, Identity: o.Identity}
	}
}

// sameReference lists an order that is wanted, when another open order of the
// warehouse has its reference.
func (r *orderCancelDownload) sameReference(order fulfillment.Order, o fulfillment.WarehouseOrder, failing FailingOrder) {
	other, twice := r.references.other[o.ID]
	if !twice || slices.Contains(order.Labels, AcknowledgedLabel) {
		return
	}
	failing.Reason = fulfillment.ReasonTwiceInWarehouse
	failing.Message = fmt.Sprintf("the warehouse holds two open orders of this reference (%s and %s); cancel there what is not to ship, or acknowledge with the label %s",
		o.ID, other.ID, AcknowledgedLabel)
	r.failures.judged(failing)
}
