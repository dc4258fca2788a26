// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// The statuses of orders that Order Manager documents. There may be others:
// the list has changed over the years.
const (
	statusAwaiting3PLExport  = "AWAITING_3PL_EXPORT"
	statusPendingFulfillment = "PENDING_FULFILLMENT"
	statusOnHold             = "ON_HOLD"
	statusShipped            = "SHIPPED"
	statusCancelled          = "CANCELLED"
	statusProcessedOutside   = "PROCESSED_OUTSIDE_OF_SKUBANA"
	statusSKUUnprocessed     = "SKU_UNPROCESSED"
	statusInboundPlan        = "INBOUND_SHIPMENT_PLAN"
	statusFBAInboundPlan     = "FBA_INBOUND_SHIPMENT_PLAN"
)

// openStatuses are the documented statuses of orders that are still to be
// shipped by someone.
var openStatuses = []string{
	"UNRESOLVED", "AWAITING_PAYMENT", "AWAITING_SHIPMENT", "AWAITING_MC_FULFILLMENT", statusAwaiting3PLExport,
	"AWAITING_DROPSHIP", statusPendingFulfillment, statusOnHold,
}

// state returns what a status means. A status that this version does not know
// is open: it counts for stock and is never acted upon.
func (c *Client) state(status string) fulfillment.OrderState {
	if slices.Contains(c.pickupStatuses, status) {
		return fulfillment.StateWaiting
	}
	switch status {
	case statusPendingFulfillment:
		return fulfillment.StateSent
	case statusOnHold:
		return fulfillment.StateHeld
	case statusShipped:
		return fulfillment.StateShipped
	case statusCancelled:
		return fulfillment.StateCancelled
	case statusProcessedOutside, statusSKUUnprocessed, statusInboundPlan, statusFBAInboundPlan:
		return fulfillment.StateClosed
	}
	return fulfillment.StateOpen
}
