// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// WarehouseOpenOrders returns a page of the open orders of this customer in
// this building. The mark is the last order id that was seen.
func (d *Driver) WarehouseOpenOrders(ctx context.Context, after string) ([]fulfillment.WarehouseOrder, string, error) {
	open := func(state fulfillment.WarehouseState) bool { return state == fulfillment.WarehouseOpen }
	return d.walk(ctx, "list open orders", after, open, d.here(), rqlIsClosed+"==false")
}

// ClosedSince returns a page of the orders of this customer in this building
// that shipped or were cancelled, and were modified since the moment. The mark
// is the last order id that was seen in this walk; overlap between walks is
// the caller's.
func (d *Driver) ClosedSince(ctx context.Context, since time.Time, after string) ([]fulfillment.WarehouseOrder, string, error) {
	closed := func(state fulfillment.WarehouseState) bool { return state != fulfillment.WarehouseOpen }
	return d.walk(ctx, "list closed orders", after, closed,
		d.here(), rqlIsClosed+"==true", rqlLastModified+"=ge="+d.clock.since(since))
}

func (d *Driver) walk(ctx context.Context, operation, after string, wanted func(fulfillment.WarehouseState) bool, terms ...string) ([]fulfillment.WarehouseOrder, string, error) {
	last, ok := parseID(after)
	if !ok && after != "" {
		return nil, "", &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: operation, Hint: "the mark is not one of an earlier page",
		}
	}
	page, err := d.ordersAfter(ctx, operation, last, terms...)
	if err != nil {
		return nil, "", err
	}
	var orders []fulfillment.WarehouseOrder
	for i, order := range page.orders {
		if wanted(order.State) && !d.foreign(page.documents[i]) && !d.elsewhere(page.documents[i]) {
			orders = append(orders, order)
		}
	}
	if page.last == 0 {
		return orders, "", nil
	}
	return orders, decimal(page.last), nil
}
