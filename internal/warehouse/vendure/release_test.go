// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"net/http/httptest"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	shop "ordersync.dev/operator/internal/testing/vendure"
	"ordersync.dev/operator/internal/warehouse/conformance"
)

// inOtherChannel is the same order as the other channel takes it, with a driver of it.
func inOtherChannel(t *testing.T, o fulfillment.Order) (*Driver, fulfillment.Order) {
	t.Helper()
	options := options(server.URL, newClock())
	options.Channel, options.StockLocation = otherToken, west
	theirs := addVariant(t, otherChannel, shop.Variant{Stock: map[string]int64{west: 10}})
	there := o
	there.Lines = []fulfillment.Line{line(theirs, 1)}
	return mustNew(t, options), there
}

// The reference is what keeps an order that is routed from one channel to
// another from being in both: it is free when the cancellation is proven, and
// not before.
func TestAReferenceIsFreeInOtherChannelsOnceTheOrderIsCancelledAndNotBefore(t *testing.T) {
	d := newDriver(t)
	o := newOrder(line(addSKU(t, 10), 1))
	id := create(t, d, o).ID
	elsewhere, there := inOtherChannel(t, o)
	if _, err := elsewhere.CreateOrder(t.Context(), there, there.Number); !fulfillment.IsFault(err, fulfillment.FaultDuplicate) {
		t.Fatalf("while it is open here: %v", err)
	}
	_, err := server.Pack(t.Context(), id, nil, "")
	ok(t, err)
	if c := cancel(t, d, id); c.Outcome != fulfillment.CancelTooLate {
		t.Fatalf("outcome %s", c.Outcome)
	}
	if _, err := elsewhere.CreateOrder(t.Context(), there, there.Number); !fulfillment.IsFault(err, fulfillment.FaultDuplicate) {
		t.Fatalf("while it is packed here: %v", err)
	}

	o = newOrder(line(addSKU(t, 10), 1))
	id = create(t, d, o).ID
	elsewhere, there = inOtherChannel(t, o)
	if c := cancel(t, d, id); c.Outcome != fulfillment.CancelDone || c.Order.Identity != o.ID.String() {
		t.Fatalf("%+v", c)
	}
	got := one(t, d, o)
	if got.State != fulfillment.WarehouseCancelled || got.Identity != o.ID.String() || got.Reference != o.Number+".cancelled."+id {
		t.Errorf("after its cancellation: %+v", got)
	}
	created, err := elsewhere.CreateOrder(t.Context(), there, there.Number)
	ok(t, err)
	if created.Reference != o.Number || created.State != fulfillment.WarehouseOpen {
		t.Errorf("there it is %+v", created)
	}
	if c := cancel(t, d, id); c.Outcome != fulfillment.CancelAlready || c.Order.Reference != got.Reference {
		t.Errorf("a second time: %+v", c)
	}
}

// The release is no part of the outcome: where it fails the reference stays
// taken, and the next one who asks for the cancellation gives it free.
func TestAReferenceThatIsNotGivenFreeStaysTaken(t *testing.T) {
	for name, moment := range map[string]conformance.Moment{"before the effect": conformance.BeforeEffect, "after the effect": conformance.AfterEffect} {
		t.Run(name, func(t *testing.T) {
			after := moment == conformance.AfterEffect
			d := newDriver(t)
			o := newOrder(line(addSKU(t, 10), 1))
			id := create(t, d, o).ID
			gate := newGate(t)
			listener := httptest.NewUnstartedServer(gate)
			listener.Config.ErrorLog = quietLog()
			listener.Start()
			t.Cleanup(listener.Close)
			cut := mustNew(t, options(listener.URL, newClock()))
			stop := gate.Lose(2, moment) // the first is the cancellation
			if c, err := cut.CancelOrder(t.Context(), id); err != nil || c.Outcome != fulfillment.CancelDone {
				t.Fatalf("%+v, %v", c, err)
			}
			if !stop() {
				t.Fatal("nothing was lost")
			}
			if got := one(t, d, o).Reference; (got != o.Number) != after {
				t.Errorf("it is called %q", got)
			}
			if c := cancel(t, d, id); c.Outcome != fulfillment.CancelAlready {
				t.Errorf("%+v", c)
			}
			if got := one(t, d, o).Reference; got != o.Number+".cancelled."+id {
				t.Errorf("then it is called %q", got)
			}
		})
	}
}

// Nobody's order is renamed but ours, and a long reference still fits.
func TestWhatIsGivenFree(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 10)
	stranger, err := server.Place(t.Context(), shop.NewOrder{Channel: ourToken, Reference: addName(), Units: map[string]int64{sku: 1}})
	ok(t, err)
	if c := cancel(t, d, stranger); c.Outcome != fulfillment.CancelDone || strings.Contains(c.Order.Reference, releasedMark) {
		t.Errorf("%+v", c)
	}
	o := newOrder(line(sku, 1))
	o.Number += strings.Repeat("x", maxReference-len(o.Number))
	id := create(t, d, o).ID
	if c := cancel(t, d, id); len(c.Order.Reference) != maxReference || !strings.HasSuffix(c.Order.Reference, releasedMark+id) {
		t.Errorf("%d characters: %q", len(c.Order.Reference), c.Order.Reference)
	}
}
