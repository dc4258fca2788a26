// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"

	"ordersync.dev/operator/internal/fulfillment"
)

const cancelOperation = "cancel an order"

// CancelOrder cancels an order, unless goods of it have been packed or have
// left: Vendure would cancel it all the same, and is not asked to. Whatever it
// answers, the outcome is what a reading of the order afterwards shows; a
// second cancel, for one, is answered with an error. The payment is not given
// back: the buyer paid elsewhere.
func (d *Driver) CancelOrder(ctx context.Context, id string) (fulfillment.Cancellation, error) {
	if !idShape.MatchString(id) {
		return fulfillment.Cancellation{}, &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: cancelOperation, Hint: "the id is not one of this system",
		}
	}
	document, order, err := d.readPlaced(ctx, cancelOperation, id)
	if err != nil {
		return fulfillment.Cancellation{}, err
	}
	if outcome, detail := settled(document, order, fulfillment.CancelAlready); outcome != "" {
		return fulfillment.Cancellation{Outcome: outcome, Order: order, Detail: detail}, nil
	}
	refusal, err := d.cancel(ctx, cancelOperation, id)
	if err != nil && !fulfillment.Uncertain(err) {
		return fulfillment.Cancellation{}, err
	}
	document, order, readErr := d.readPlaced(ctx, cancelOperation, id)
	if readErr != nil {
		return fulfillment.Cancellation{Outcome: fulfillment.CancelUnknown, Detail: refusal}, unread(readErr, refusal)
	}
	cancelled := fulfillment.CancelDone
	if refusal != "" {
		// Refused for what had happened before it.
		cancelled = fulfillment.CancelAlready
	}
	outcome, detail := settled(document, order, cancelled)
	if outcome == "" {
		outcome = fulfillment.CancelUnknown
	}
	if refusal != "" {
		detail = refusal
	}
	return fulfillment.Cancellation{Outcome: outcome, Order: order, Detail: detail}, nil
}

// readPlaced reads an order that is in the warehouse.
func (d *Driver) readPlaced(ctx context.Context, operation, id string) (orderDocument, fulfillment.WarehouseOrder, error) {
	document, found, err := d.readOrder(ctx, operation, id)
	if err != nil {
		return document, fulfillment.WarehouseOrder{}, err
	}
	if !found || !document.placed() {
		return document, fulfillment.WarehouseOrder{}, &fulfillment.Fault{
			Kind: fulfillment.FaultNotFound, System: System, Operation: operation, Hint: "the channel has no such order",
		}
	}
	order, err := warehouseOrder(document)
	if err != nil {
		return document, order, malformed(operation, err.Error())
	}
	return document, order, nil
}

// settled returns the outcome that an order's state alone decides; empty when
// it can be asked for. A shipment that was made and has not left is too late
// as well: its goods are booked out, and Vendure would leave it to be sent.
func settled(document orderDocument, order fulfillment.WarehouseOrder, cancelled fulfillment.CancelOutcome) (outcome fulfillment.CancelOutcome, detail string) {
	packed, begun := document.packed()
	switch {
	case order.State == fulfillment.WarehouseShipped:
		return fulfillment.CancelTooLate, ""
	case begun:
		return fulfillment.CancelTooLate, "Fulfillment " + packed.State
	case order.State == fulfillment.WarehouseCancelled:
		return cancelled, ""
	}
	return "", ""
}

// unread is the fault of a reading that should have proven an outcome. After a
// refusal nothing is uncertain; after anything else the order may be cancelled.
func unread(err error, refusal string) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok {
		return err
	}
	uncertain := *fault
	uncertain.Uncertain = refusal == ""
	return &uncertain
}
