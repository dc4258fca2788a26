// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"

	"ordersync.dev/operator/internal/fulfillment"
)

// Values of readOnly.status.
const (
	statusOpen     = 0
	statusClosed   = 1
	statusCanceled = 2
)

// stateOf returns an order's state, and the work that has begun on it.
//
// isClosed alone says nothing: a cancelled order is closed too. Status and
// isClosed are documented in three combinations. Any other is read as open,
// because from an open order nothing follows that cannot be taken back: no
// shipment is confirmed, nothing is created, and a cancellation is decided by
// the warehouse. Its own words are then given as the work in progress, so that
// the order shows.
func stateOf(status int64, order orderReadOnly) (state fulfillment.WarehouseState, inProgress string) {
	switch {
	case status == statusCanceled:
		return fulfillment.WarehouseCancelled, ""
	case status == statusClosed && order.IsClosed:
		return fulfillment.WarehouseShipped, ""
	case status != statusOpen || order.IsClosed:
		return fulfillment.WarehouseOpen, fmt.Sprintf("status %d, isClosed %t", status, order.IsClosed)
	}
	return fulfillment.WarehouseOpen, workBegun(order)
}

// workBegun names the furthest step of the work on an open order, after the
// member that tells of it; empty when none has begun.
func workBegun(order orderReadOnly) string {
	steps := []struct {
		name string
		done bool
	}{
		{"loadOutDone", happened(order.LoadOutDone)},
		{"packDone", happened(order.PackDone)},
		{"packStarted", happened(order.PackStarted)},
		{"pickDone", happened(order.PickDone)},
		{"pickStarted", happened(order.PickStarted)},
		{"pickTicketPrinted", happened(order.PickTicketPrint)},
		{"inBatch", order.BatchIdentifier.ID != 0 || order.BatchIdentifier.NameKey.Name != ""},
	}
	for _, step := range steps {
		if step.done {
			return step.name
		}
	}
	return ""
}

// happened reports whether a date is set, be it readable or not: for a step of
// the work it matters only that there is one.
func happened(date string) bool { return date != "" && date != "0001-01-01T00:00:00" }
