// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	shop "ordersync.dev/operator/internal/testing/vendure"
)

// one looks an order up of which there is exactly one.
func one(t *testing.T, d *Driver, o fulfillment.Order) fulfillment.WarehouseOrder {
	t.Helper()
	found := lookup(t, d, o)
	if len(found) != 1 {
		t.Fatalf("a look-up shows %d orders, want 1", len(found))
	}
	return found[0]
}

// A draft and an order that waits for its payment are not in the warehouse,
// by no look-up and in no walk; once it is paid it is.
func TestOnlyPlacedOrdersAreInTheWarehouse(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 100)
	for until, want := range map[string]int{"Draft": 0, "ArrangingPayment": 0, "": 1} {
		o := newOrder(line(sku, 1))
		id, err := server.Place(t.Context(), shop.NewOrder{
			Channel: ourToken, Identity: o.ID.String(), Reference: o.Number, Units: map[string]int64{sku: 1}, Until: until,
		})
		ok(t, err)
		if found := lookup(t, d, o); len(found) != want {
			t.Errorf("until %q: a look-up shows %d orders, want %d", until, len(found), want)
		}
		walked := 0
		for after, first := "", true; first || after != ""; first = false {
			var page []fulfillment.WarehouseOrder
			page, after, err = d.WarehouseOpenOrders(t.Context(), after)
			ok(t, err)
			for _, order := range page {
				if order.ID == id {
					walked++
				}
			}
		}
		if walked != want {
			t.Errorf("until %q: the walk shows it %d times, want %d", until, walked, want)
		}
		if _, err := d.CancelOrder(t.Context(), id); want == 0 {
			wantFault(t, err, fulfillment.FaultNotFound)
		}
	}
}

// updatedAt stays where it is when goods ship, which is why shipments are not
// asked for by date. The order as this driver tells it has changed.
func TestUpdatedAtDoesNotMove(t *testing.T) {
	d := newDriver(t)
	o := newOrder(line(addSKU(t, 10), 2))
	created := create(t, d, o)
	updatedAt := func() time.Time {
		document, _, err := d.readOrder(t.Context(), "test", created.ID)
		ok(t, err)
		return document.UpdatedAt
	}
	before := updatedAt()
	(&people{}).Tick(t) // the database counts in seconds
	ok(t, server.Ship(t.Context(), created.ID, nil, "1ZTEST"))
	if after := updatedAt(); !after.Equal(before) {
		t.Errorf("updatedAt moved from %v to %v: shipments could be asked for by date", before, after)
	}
	if d.Capabilities().IncrementalShipments {
		t.Error("IncrementalShipments is declared")
	}
	_, _, err := d.ClosedSince(t.Context(), before, "")
	wantFault(t, err, fulfillment.FaultInvalid)
	if got := one(t, d, o); !got.ModifiedAt.After(before) {
		t.Errorf("the order was last modified at %v, its shipment came after %v", got.ModifiedAt, before)
	}
}

// The departure of a shipment is its last change while it is on its way, and
// its creation once it has arrived: never the arrival.
func TestMomentOfShipping(t *testing.T) {
	d := newDriver(t)
	o := newOrder(line(addSKU(t, 10), 1))
	id := create(t, d, o).ID
	packed, err := server.Pack(t.Context(), id, nil, "1ZTEST")
	ok(t, err)
	if got := one(t, d, o); !got.ShippedAt.IsZero() || got.State != fulfillment.WarehouseOpen || len(got.Tracking) > 0 {
		t.Errorf("packed: state %s, shipped at %v, tracking %q", got.State, got.ShippedAt, got.Tracking)
	}
	(&people{}).Tick(t)
	ok(t, server.MoveFulfillment(t.Context(), packed, "Shipped"))
	document, _, err := d.readOrder(t.Context(), "test", id)
	ok(t, err)
	left := document.Fulfillments[0].UpdatedAt
	if got := one(t, d, o); !got.ShippedAt.Equal(left) || !left.After(document.Fulfillments[0].CreatedAt) {
		t.Errorf("shipped at %v, want %v", got.ShippedAt, left)
	}
	(&people{}).Tick(t)
	ok(t, server.MoveFulfillment(t.Context(), packed, "Delivered"))
	if got := one(t, d, o); got.ShippedAt.After(left) || got.ShippedAt.IsZero() || got.State != fulfillment.WarehouseShipped {
		t.Errorf("delivered: state %s, shipped at %v, want no later than %v", got.State, got.ShippedAt, left)
	}
}

// Two parcels, the first of which arrives before the second leaves: Vendure
// calls the order partly delivered until the last has arrived.
func TestDeliveredInParts(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 10)
	o := newOrder(line(sku, 3))
	id := create(t, d, o).ID
	first, err := server.Pack(t.Context(), id, map[string]int64{sku: 1}, "1ZFIRST")
	ok(t, err)
	ok(t, server.MoveFulfillment(t.Context(), first, "Shipped"))
	ok(t, server.MoveFulfillment(t.Context(), first, "Delivered"))
	got := one(t, d, o)
	if got.State != fulfillment.WarehouseOpen || got.InProgress != statePartiallyDelivered || got.Lines[0].Shipped != fulfillment.Units(1) {
		t.Errorf("one of three has arrived: %+v", got)
	}
	ok(t, server.Ship(t.Context(), id, nil, "1ZSECOND"))
	book, err := server.Order(t.Context(), id)
	ok(t, err)
	if book.State != statePartiallyDelivered {
		t.Errorf("Vendure calls it %s", book.State)
	}
	got = one(t, d, o)
	if got.State != fulfillment.WarehouseShipped || got.Lines[0].Shipped != fulfillment.Units(3) || got.Carrier != "UPS Ground" {
		t.Errorf("all three have left: %+v", got)
	}
	if diff := cmp.Diff([]string{"1ZFIRST", "1ZSECOND"}, got.Tracking); diff != "" {
		t.Errorf("tracking (-want +got):\n%s", diff)
	}
}

// An undone shipment has not left, and its tracking number is nobody's.
func TestCancelledShipment(t *testing.T) {
	d := newDriver(t)
	o := newOrder(line(addSKU(t, 10), 1))
	id := create(t, d, o).ID
	packed, err := server.Pack(t.Context(), id, nil, "1ZUNDONE")
	ok(t, err)
	ok(t, server.MoveFulfillment(t.Context(), packed, "Cancelled"))
	got := one(t, d, o)
	if got.State != fulfillment.WarehouseOpen || got.InProgress != "" || len(got.Packages) > 0 || got.Lines[0].Shipped != 0 {
		t.Errorf("got %+v", got)
	}
}

// The rest of an order was cancelled after a part had left: Vendure goes on
// calling it partly shipped, and nothing more will come.
func TestRestCancelled(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 10)
	o := newOrder(line(sku, 3))
	id := create(t, d, o).ID
	ok(t, server.Ship(t.Context(), id, map[string]int64{sku: 2}, "1ZTEST"))
	ok(t, server.CancelOrder(t.Context(), id, map[string]int64{sku: 1}))
	book, err := server.Order(t.Context(), id)
	ok(t, err)
	if book.State != statePartiallyShipped || book.Lines[0].Quantity != 2 {
		t.Errorf("Vendure calls it %s, with %d units wanted", book.State, book.Lines[0].Quantity)
	}
	got := one(t, d, o)
	if got.State != fulfillment.WarehouseShipped || got.Lines[0].Ordered != fulfillment.Units(3) || got.Lines[0].Shipped != fulfillment.Units(2) {
		t.Errorf("got %+v", got)
	}
}

// What no server of these tests shows: figures that only a merchant's own
// process makes.
func TestStatesOfOtherProcesses(t *testing.T) {
	placedAt := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	shipment := func(state string, quantity int64) []fulfillmentDocument {
		f := fulfillmentDocument{ID: "1", State: state, UpdatedAt: placedAt}
		f.Lines = append(f.Lines, struct {
			OrderLineID string `json:"orderLineId"`
			Quantity    int64  `json:"quantity"`
		}{"1", quantity})
		return []fulfillmentDocument{f}
	}
	for name, test := range map[string]struct {
		state        string
		fulfillments []fulfillmentDocument
		want         fulfillment.WarehouseState
		progress     string
	}{
		"authorized":                       {statePaymentAuthorized, nil, fulfillment.WarehouseOpen, ""},
		"a state of the merchant":          {"Picking", nil, fulfillment.WarehouseOpen, "Picking"},
		"being changed":                    {"Modifying", nil, fulfillment.WarehouseOpen, "Modifying"},
		"shipped by decree":                {stateShipped, nil, fulfillment.WarehouseShipped, ""},
		"cancelled with a packed shipment": {stateCancelled, shipment("Pending", 2), fulfillment.WarehouseCancelled, ""},
		"cancelled after it had left":      {stateCancelled, shipment(stateShipped, 1), fulfillment.WarehouseShipped, ""},
		"partly shipped":                   {statePartiallyShipped, shipment(stateShipped, 1), fulfillment.WarehouseOpen, statePartiallyShipped},
		"partly shipped, all of it":        {statePartiallyShipped, shipment(stateDelivered, 2), fulfillment.WarehouseShipped, ""},
	} {
		document := orderDocument{ID: "1", State: test.state, OrderPlacedAt: &placedAt, CreatedAt: placedAt, UpdatedAt: placedAt,
			Lines: []lineDocument{{ID: "1", Quantity: 2, OrderPlacedQuantity: 2}}, Fulfillments: test.fulfillments}
		document.Lines[0].ProductVariant.SKU = "A"
		if !document.placed() {
			t.Errorf("%s: it counts as never placed", name)
		}
		got, err := warehouseOrder(document)
		ok(t, err)
		if got.State != test.want || got.InProgress != test.progress {
			t.Errorf("%s: state %s, progress %q; want %s, %q", name, got.State, got.InProgress, test.want, test.progress)
		}
		if test.want == fulfillment.WarehouseShipped && got.ShippedAt.IsZero() {
			t.Errorf("%s: without a moment", name)
		}
	}
	if (orderDocument{State: stateCancelled}).placed() {
		t.Error("a draft that was cancelled counts as placed")
	}
}
