// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"strings"

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
		d.release(ctx, &order)
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
	d.release(ctx, &order)
	return fulfillment.Cancellation{Outcome: outcome, Order: order, Detail: detail}, nil
}

// releasedMark stands between the reference of a cancelled order and its id.
const releasedMark = ".cancelled."

// release gives the reference of an order of ours free that was read as
// cancelled. References are unique in all channels and a channel does not see
// another's orders: so the reference is what keeps an order that was routed to
// another channel from being there twice, and not before its cancellation is
// proven may it be given free. Where that fails it stays taken, which is safe,
// and no part of the outcome.
func (d *Driver) release(ctx context.Context, order *fulfillment.WarehouseOrder) {
	mark := releasedMark + order.ID
	if order.State != fulfillment.WarehouseCancelled || order.Identity == "" || order.Reference == "" || strings.HasSuffix(order.Reference, mark) {
		return
	}
	released := []rune(order.Reference)
	released = append(released[:min(len(released), maxReference-len(mark))], []rune(mark)...)
	err := d.do(ctx, call{
		operation: cancelOperation, writes: "setOrderCustomFields",
		document:  `mutation Release($input: UpdateOrderInput!) { setOrderCustomFields(input: $input) { id } }`,
		variables: map[string]any{"input": map[string]any{"id": order.ID, "customFields": map[string]any{referenceField: string(released)}}},
	}, nil)
	if err == nil {
		order.Reference = string(released)
	}
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
