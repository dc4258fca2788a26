// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"

	"ordersync.dev/operator/internal/fulfillment"
)

const adoptOperation = "adopt an order"

// AdoptOrder writes an order's identity, where it is routed to and what both
// sides say into an order that carries none. The service changes an order as a whole, so it is
// read with everything it has and sent back with that one change, under the tag
// of the reading: a change by somebody else in between is a Conflict, and
// nothing is written.
//
// That an order which was read with all its detail may be sent back as it is,
// and loses nothing, is not documented; what was written is read back, and an
// order whose lines are not those that were read is a Malformed fault that is
// Uncertain.
func (d *Driver) AdoptOrder(ctx context.Context, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
	if _, ok := parseID(id); !ok {
		return fulfillment.WarehouseOrder{}, &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: adoptOperation, Hint: "the id is not one of this system",
		}
	}
	before, err := d.readOrder(ctx, id)
	switch {
	case err != nil:
		return fulfillment.WarehouseOrder{}, err
	case before.order.Identity == order.ID.String():
		return before.order, nil
	case before.order.Identity != "" || before.order.State != fulfillment.WarehouseOpen:
		fault := d.client.Fault(before.request, before.response, fulfillment.FaultConflict)
		fault.Hint = "the order is closed, or somebody else's by now"
		return fulfillment.WarehouseOrder{}, fault
	}
	if err := d.writeIdentity(ctx, id, order); err != nil && !fulfillment.Uncertain(err) {
		return fulfillment.WarehouseOrder{}, err
	}
	after, err := d.readOrder(ctx, id)
	if err != nil {
		return fulfillment.WarehouseOrder{}, unproven(err, "")
	}
	if after.order.Identity != order.ID.String() || !sameContents(before.order.Lines, after.order.Lines) {
		return after.order, d.malformed(after.request, after.response, "reading the order back does not prove the change")
	}
	return after.order, nil
}

// writeIdentity sends the order back with its identity.
func (d *Driver) writeIdentity(ctx context.Context, id string, order fulfillment.Order) error {
	whole, err := d.readWhole(ctx, adoptOperation, id)
	if err != nil {
		return err
	}
	elements := withRoute(whole.document.SavedElements, order.WarehouseID)
	elements = withDelivered(elements, fulfillment.Delivered{
		Said: order.Content, Taken: contentOf(order.ID.String(), whole.document, whole.order.Lines),
	})
	for name, value := range map[string]any{"externalId": order.ID.String(), "savedElements": elements} {
		if err := whole.set(name, value); err != nil {
			return d.malformed(whole.request, whole.response, name)
		}
	}
	answer, err := d.writeBack(ctx, adoptOperation, whole)
	if fault, ok := fulfillment.AsFault(err); ok {
		// Refused for the order's state, not for want of rights.
		if code := refusedOperation(answer); code != "" {
			refined := *fault
			refined.Kind, refined.Code = fulfillment.FaultConflict, code
			return &refined
		}
	}
	return err
}

// sameContents reports whether two readings of an order ask for the same units
// of the same SKUs.
func sameContents(a, b []fulfillment.WarehouseLine) bool {
	left := map[string]fulfillment.Quantity{}
	for _, line := range a {
		left[line.SKU] += line.Ordered
	}
	for _, line := range b {
		left[line.SKU] -= line.Ordered
	}
	for _, difference := range left {
		if difference != 0 {
			return false
		}
	}
	return true
}
