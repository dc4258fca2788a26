// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

func cancel(t *testing.T, d *Driver, id string) fulfillment.Cancellation {
	t.Helper()
	c, err := d.CancelOrder(t.Context(), id)
	ok(t, err)
	return c
}

// Vendure cancels a shipped order when it is asked. It is not asked; and when
// somebody else did, the goods have left all the same.
func TestShippedOrderIsNotCancelled(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 10)
	o := newOrder(line(sku, 2))
	id := create(t, d, o).ID
	ok(t, server.Ship(t.Context(), id, nil, "1ZTEST"))
	if c := cancel(t, d, id); c.Outcome != fulfillment.CancelTooLate || c.Order.State != fulfillment.WarehouseShipped {
		t.Errorf("outcome %s, state %s", c.Outcome, c.Order.State)
	}
	if book, err := server.Order(t.Context(), id); err != nil || book.State != stateShipped {
		t.Fatalf("Vendure calls it %s: %v", book.State, err)
	}

	ok(t, server.CancelOrder(t.Context(), id, nil))
	if book, err := server.Order(t.Context(), id); err != nil || book.State != stateCancelled {
		t.Fatalf("Vendure refuses to cancel a shipped order: it is %s, %v", book.State, err)
	}
	got := one(t, d, o)
	if got.State != fulfillment.WarehouseShipped || got.Lines[0].Shipped != fulfillment.Units(2) || got.Lines[0].Ordered != fulfillment.Units(2) {
		t.Errorf("after it was cancelled all the same: %+v", got)
	}
	if c := cancel(t, d, id); c.Outcome != fulfillment.CancelTooLate {
		t.Errorf("outcome %s", c.Outcome)
	}
}

// Goods are booked out when a shipment is made. Vendure would cancel the order
// and leave the shipment to be sent.
func TestPackedOrderIsTooLateToCancel(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 10)
	o := newOrder(line(sku, 1))
	id := create(t, d, o).ID
	packed, err := server.Pack(t.Context(), id, nil, "1ZTEST")
	ok(t, err)
	stock, err := server.Stock(t.Context())
	ok(t, err)
	if got := stock[east][sku]; got.OnHand != 9 || got.Allocated != 0 {
		t.Errorf("after packing 1 of 10 there are %+v", got)
	}
	if c := cancel(t, d, id); c.Outcome != fulfillment.CancelTooLate || c.Order.InProgress == "" || c.Detail == "" {
		t.Errorf("outcome %s, detail %q, progress %q", c.Outcome, c.Detail, c.Order.InProgress)
	}

	ok(t, server.CancelOrder(t.Context(), id, nil))
	if c := cancel(t, d, id); c.Outcome != fulfillment.CancelTooLate {
		t.Errorf("cancelled with a shipment that waits to be sent: outcome %s", c.Outcome)
	}
	ok(t, server.MoveFulfillment(t.Context(), packed, "Shipped"))
	if got := one(t, d, o); got.State != fulfillment.WarehouseShipped {
		t.Errorf("the cancelled order's parcel left, and the order is %s", got.State)
	}
}

func TestPartlyShippedOrderIsNotCancelled(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 10)
	o := newOrder(line(sku, 3))
	id := create(t, d, o).ID
	ok(t, server.Ship(t.Context(), id, map[string]int64{sku: 1}, "1ZTEST"))
	if c := cancel(t, d, id); c.Outcome != fulfillment.CancelTooLate || c.Order.State != fulfillment.WarehouseOpen {
		t.Errorf("outcome %s, state %s", c.Outcome, c.Order.State)
	}
}

// The second cancel is an error result of Vendure's, and no error.
func TestCancelledTwice(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 10)
	o := newOrder(line(sku, 4))
	id := create(t, d, o).ID
	if c := cancel(t, d, id); c.Outcome != fulfillment.CancelDone || c.Order.State != fulfillment.WarehouseCancelled {
		t.Errorf("outcome %s, state %s", c.Outcome, c.Order.State)
	}
	stock, err := server.Stock(t.Context())
	ok(t, err)
	if got := stock[east][sku]; got.OnHand != 10 || got.Allocated != 0 {
		t.Errorf("after the cancel there are %+v", got)
	}
	if c := cancel(t, d, id); c.Outcome != fulfillment.CancelAlready {
		t.Errorf("outcome %s", c.Outcome)
	}
	refusal, err := d.cancel(t.Context(), cancelOperation, id)
	if err != nil || refusal != "EMPTY_ORDER_LINE_SELECTION_ERROR" {
		t.Errorf("Vendure answers a second cancel with %q, %v", refusal, err)
	}
	if got := one(t, d, o); got.Lines[0].Ordered != fulfillment.Units(4) || got.Reference != o.Number+releasedMark+id {
		t.Errorf("the cancelled order is %+v", got)
	}
}

// Another channel's order is not there.
func TestOrderOfAnotherChannel(t *testing.T) {
	d := newDriver(t)
	id := create(t, d, newOrder(line(addSKU(t, 10), 1))).ID
	settings := options(server.URL, newClock())
	settings.Channel, settings.StockLocation = otherToken, west
	_, err := mustNew(t, settings).CancelOrder(t.Context(), id)
	wantFault(t, err, fulfillment.FaultNotFound)
	if book, err := server.Order(t.Context(), id); err != nil || book.State != statePaymentSettled {
		t.Errorf("the order is %s: %v", book.State, err)
	}
}
