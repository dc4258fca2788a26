// SPDX-License-Identifier: Apache-2.0

package vendure

import "ordersync.dev/operator/internal/fulfillment"

// States of an order in the default order process. A merchant may have others;
// they are passed through by a placed order and count as open.
const (
	stateCreated            = "Created"
	stateDraft              = "Draft"
	stateAddingItems        = "AddingItems"
	stateArrangingPayment   = "ArrangingPayment"
	statePaymentAuthorized  = "PaymentAuthorized"
	statePaymentSettled     = "PaymentSettled"
	statePartiallyShipped   = "PartiallyShipped"
	statePartiallyDelivered = "PartiallyDelivered"
	stateShipped            = "Shipped"
	stateDelivered          = "Delivered"
	stateCancelled          = "Cancelled"
)

// closedStates and unplacedStates are not asked for when open orders are.
var (
	unplacedStates = []string{stateCreated, stateDraft, stateAddingItems, stateArrangingPayment}
	closedStates   = []string{stateShipped, stateDelivered, stateCancelled}
)

// placed reports whether the order was ever given to the warehouse. What
// nobody placed is a draft or a shopping basket, whatever became of it.
func (o orderDocument) placed() bool {
	switch o.State {
	case stateCreated, stateDraft, stateAddingItems, stateArrangingPayment:
		return false
	case stateCancelled:
		return o.OrderPlacedAt != nil
	}
	return true
}

// state is how a placed order stands, and the work that has begun on it.
//
// An order that Vendure calls Cancelled after goods have left is shipped, and
// short: Vendure lets that happen, and the parcel does not come back for it.
// An order that Vendure calls partly shipped or partly arrived is shipped when
// all that is still wanted has left: Vendure says no more when the rest of an
// order was cancelled, or when one of its parcels arrived before the last left.
func (o orderDocument) state() (state fulfillment.WarehouseState, inProgress string) {
	left := o.leftByLine()
	switch o.State {
	case stateCancelled:
		for _, quantity := range left {
			if quantity > 0 {
				return fulfillment.WarehouseShipped, ""
			}
		}
		return fulfillment.WarehouseCancelled, ""
	case stateShipped, stateDelivered:
		return fulfillment.WarehouseShipped, ""
	case statePartiallyShipped, statePartiallyDelivered:
		if o.wholeBy(left) {
			return fulfillment.WarehouseShipped, ""
		}
		return fulfillment.WarehouseOpen, o.State
	case statePaymentAuthorized, statePaymentSettled:
		if f, ok := o.packed(); ok {
			return fulfillment.WarehouseOpen, "Fulfillment " + f.State
		}
		return fulfillment.WarehouseOpen, ""
	}
	return fulfillment.WarehouseOpen, o.State
}

// packed returns the first shipment that was made and not undone.
func (o orderDocument) packed() (fulfillmentDocument, bool) {
	for _, f := range o.Fulfillments {
		if f.State != stateCancelled {
			return f, true
		}
	}
	return fulfillmentDocument{}, false
}

// left reports whether the shipment has left the warehouse.
func (f fulfillmentDocument) left() bool { return f.State == stateShipped || f.State == stateDelivered }

// unbelievable is more than any order has of anything, and so little that ten
// thousand of them can be added up.
const unbelievable = 500_000_000_000_000

// leftByLine adds up what has left, by the ids of the lines.
func (o orderDocument) leftByLine() map[string]int64 {
	left := map[string]int64{}
	for _, f := range o.Fulfillments {
		if !f.left() {
			continue
		}
		for _, line := range f.Lines {
			// Beyond any quantity there is, it stays there: it must not turn over.
			left[line.OrderLineID] += min(max(line.Quantity, -unbelievable), unbelievable)
		}
	}
	return left
}

// wholeBy reports whether everything that is still wanted has left.
func (o orderDocument) wholeBy(left map[string]int64) bool {
	for _, line := range o.Lines {
		if left[line.ID] < line.Quantity {
			return false
		}
	}
	return true
}
