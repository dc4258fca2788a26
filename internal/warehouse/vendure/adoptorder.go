// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"

	"ordersync.dev/operator/internal/fulfillment"
)

const adoptOperation = "adopt an order"

// AdoptOrder writes an order's identity, and where it is routed to, into a
// placed order that carries none, and reads it back. A route that is there
// already stays. Vendure has no version to write against: of two writers at
// one moment the second wins, and the reading tells the first.
func (d *Driver) AdoptOrder(ctx context.Context, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
	if !idShape.MatchString(id) {
		return fulfillment.WarehouseOrder{}, &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: adoptOperation, Hint: "the id is not one of this system",
		}
	}
	_, before, err := d.readPlaced(ctx, adoptOperation, id)
	switch {
	case err != nil:
		return before, err
	case before.Identity == order.ID.String():
		return before, nil
	case before.Identity != "" || before.State != fulfillment.WarehouseOpen:
		return before, &fulfillment.Fault{
			Kind: fulfillment.FaultConflict, System: System, Operation: adoptOperation, Hint: "the order is closed, or somebody else's by now",
		}
	}
	names := namesOf(order)
	if before.RoutedTo != 0 {
		delete(names, routeField)
	}
	err = d.do(ctx, call{
		operation: adoptOperation, writes: "setOrderCustomFields",
		document:  `mutation Adopt($input: UpdateOrderInput!) { setOrderCustomFields(input: $input) { id } }`,
		variables: map[string]any{"input": map[string]any{"id": id, "customFields": names}},
	}, nil)
	if err != nil && !fulfillment.Uncertain(err) {
		return before, err
	}
	_, after, err := d.readPlaced(ctx, adoptOperation, id)
	if err != nil {
		return after, unread(err, "")
	}
	if after.Identity != order.ID.String() {
		return after, malformed(adoptOperation, "reading the order back does not prove the change")
	}
	return after, nil
}
