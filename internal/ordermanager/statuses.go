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
	statusAwaitingDropship   = "AWAITING_DROPSHIP"
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
	statusAwaitingDropship, statusPendingFulfillment, statusOnHold,
}

// markedStatuses are those from which Order Manager marks an order as sent. In
// any other a label has to say so.
var markedStatuses = []string{statusAwaiting3PLExport, statusAwaitingDropship}

// labelIsMark reports whether there is a pickup status that only a label marks.
func (c *Client) labelIsMark() bool {
	return slices.ContainsFunc(c.pickupStatuses, func(status string) bool { return !slices.Contains(markedStatuses, status) })
}

// sentStatuses are the statuses that sent orders may have: with a label of
// downloaded orders any open one, since the label says so in each.
func (c *Client) sentStatuses() []string {
	if c.options.DownloadLabel == "" {
		return []string{statusPendingFulfillment}
	}
	return slices.DeleteFunc(c.allOpenStatuses(), func(status string) bool { return status == statusOnHold })
}

// allOpenStatuses are those that are documented and those that are picked up.
func (c *Client) allOpenStatuses() []string {
	statuses := slices.Clone(openStatuses)
	for _, status := range c.pickupStatuses {
		if !slices.Contains(statuses, status) {
			statuses = append(statuses, status)
		}
	}
	return statuses
}

// state returns what a status means, beside the order's labels. The label of
// downloaded orders is put on only when the warehouse has the order, so an open
// order that carries it was sent. A status that this version does not know is
// open: it counts for stock and is never acted upon.
func (c *Client) state(status string, labels ...string) fulfillment.OrderState {
	if c.downloaded(labels) && slices.Contains(c.sentStatuses(), status) {
		return fulfillment.StateSent
	}
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
