// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"net/http/httptest"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	shop "ordersync.dev/operator/internal/testing/vendure"
	"ordersync.dev/operator/internal/warehouse/conformance"
)

// leaveBehind makes what a process leaves that dies on its way to an order: in
// the state, under the identity and the reference.
func leaveBehind(t *testing.T, until, identity, reference, sku string) string {
	t.Helper()
	cancelled := until == "Cancelled"
	if cancelled {
		until = "ArrangingPayment"
	}
	id, err := server.Place(t.Context(), shop.NewOrder{
		Channel: ourToken, Identity: identity, Reference: reference, Units: map[string]int64{sku: 7}, Until: until,
	})
	ok(t, err)
	if cancelled {
		ok(t, server.CancelOrder(t.Context(), id, nil))
	}
	return id
}

// What a process that died left behind is no order of the warehouse, and is
// gone when the order is created again: a draft, one that was on its way to be
// paid, and one that another process was throwing away when it died too.
func TestLeftoversAreThrownAway(t *testing.T) {
	for _, until := range []string{"Draft", "ArrangingPayment", "Cancelled"} {
		t.Run(until, func(t *testing.T) {
			d := newDriver(t)
			sku := addSKU(t, 100)
			o := newOrder(line(sku, 2))
			left := leaveBehind(t, until, o.ID.String(), o.Number, sku)
			if found := lookup(t, d, o); len(found) > 0 {
				t.Fatalf("a look-up shows what was never placed, in state %s", found[0].State)
			}
			created := create(t, d, o)
			if created.ID == left || len(created.Lines) != 1 || created.Lines[0].Ordered != fulfillment.Units(2) {
				t.Errorf("created as %+v", created)
			}
			if books := booked(t, o); len(books) != 1 || books[0].ID != created.ID || books[0].State != statePaymentSettled {
				t.Errorf("the books have the identity on %+v", books)
			}
			if found := lookup(t, d, o); len(found) != 1 || found[0].ID != created.ID {
				t.Errorf("a look-up shows %d orders", len(found))
			}
			stock, err := server.Stock(t.Context())
			ok(t, err)
			if got := stock[east][sku]; got.Allocated != 2 {
				t.Errorf("%d units are allocated, want those of the one order", got.Allocated)
			}
		})
	}
}

// A leftover under another reference is found by its identity: the number was
// changed in between, or it was tried under the longer one.
func TestLeftoverUnderAnotherReference(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 100)
	o := newOrder(line(sku, 1))
	leaveBehind(t, "ArrangingPayment", o.ID.String(), o.Number+".old", sku)
	created := create(t, d, o)
	if books := booked(t, o); len(books) != 1 || books[0].ID != created.ID {
		t.Errorf("the books have the identity on %+v", books)
	}
}

// What one order left behind does not hold its reference against another
// order of the same number.
func TestLeftoverOfAnotherOrder(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 100)
	first, second := newOrder(line(sku, 1)), newOrder(line(sku, 2))
	second.Number = first.Number
	leaveBehind(t, "Draft", first.ID.String(), first.Number, sku)
	created := create(t, d, second)
	if created.Identity != second.ID.String() || created.Reference != first.Number {
		t.Errorf("created as %+v", created)
	}
	if books := booked(t, first); len(books) > 0 {
		t.Errorf("the books still have the leftover: %+v", books)
	}
}

// A draft that somebody is typing is not ours to throw away, and holds its
// reference; the refused order leaves nothing.
func TestSomebodysDraftIsLeftAlone(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 100)
	o := newOrder(line(sku, 1))
	typed := leaveBehind(t, "Draft", "", o.Number, sku)
	_, err := d.CreateOrder(t.Context(), o, o.Number)
	wantFault(t, err, fulfillment.FaultDuplicate)
	if order, err := server.Order(t.Context(), typed); err != nil || order.State != stateDraft {
		t.Errorf("the draft is in state %q: %v", order.State, err)
	}
	if books := booked(t, o); len(books) > 0 {
		t.Errorf("the refused order left %+v", books)
	}
}

// A process dies after each of the requests that write; the next one ends with
// one order, whole, and no unit allocated twice.
func TestDeathAfterEachWrite(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 1000)
	gate := newGate(t)
	listener := httptest.NewUnstartedServer(gate)
	listener.Config.ErrorLog = quietLog()
	listener.Start()
	t.Cleanup(listener.Close)
	for nth := 1; ; nth++ {
		if nth > 20 {
			t.Fatal("a creation takes more than 20 requests that write")
		}
		o := newOrder(line(sku, 3))
		stop := gate.Lose(nth, conformance.AfterEffect)
		dying, die := context.WithCancel(t.Context())
		doomed := mustNew(t, options(listener.URL, newClock()))
		_, err := doomed.CreateOrder(dying, o, o.Number)
		die()
		if !stop() {
			ok(t, err)
			if nth < 5 {
				t.Errorf("a creation took %d requests that write: the test sees too few", nth-1)
			}
			return
		}
		found := lookup(t, d, o)
		if len(found) == 0 {
			create(t, d, o)
			found = lookup(t, d, o)
		}
		if len(found) != 1 || found[0].State != fulfillment.WarehouseOpen || found[0].Lines[0].Ordered != fulfillment.Units(3) {
			t.Errorf("death after write %d: a look-up shows %+v", nth, found)
		}
		if books := booked(t, o); len(books) != 1 {
			t.Errorf("death after write %d: the books have the order %d times", nth, len(books))
		}
		stock, err := server.Stock(t.Context())
		ok(t, err)
		if got, want := stock[east][sku].Allocated, int64(3*nth); got != want {
			t.Errorf("death after write %d: %d units are allocated, want %d", nth, got, want)
		}
	}
}

// Two processes that deliver the same order at the same time end with one.
func TestTwoProcessesOneOrder(t *testing.T) {
	a, b := newDriver(t), newDriver(t)
	sku := addSKU(t, 1000)
	for range 5 {
		o := newOrder(line(sku, 1))
		errs := make(chan error, 2)
		for _, d := range []*Driver{a, b} {
			go func() {
				_, err := d.CreateOrder(t.Context(), o, o.Number)
				errs <- err
			}()
		}
		for range 2 {
			if err := <-errs; err != nil {
				if _, isFault := fulfillment.AsFault(err); !isFault {
					t.Errorf("the other one got %v", err)
				}
			}
		}
		found := lookup(t, a, o)
		if len(found) == 0 { // each was in the other's way
			create(t, a, o)
			found = lookup(t, a, o)
		}
		if books := booked(t, o); len(found) != 1 || len(books) != 1 || books[0].ID != found[0].ID {
			t.Errorf("%d orders are found, the books have %+v", len(found), books)
		}
	}
}

// A server that was stopped is a fault that passes; started again it has its
// orders, and the driver's session is as good as before.
func TestServerStoppedAndStarted(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 100)
	before := newOrder(line(sku, 1))
	create(t, d, before)
	ok(t, server.Pause())
	_, err := d.CreateOrder(t.Context(), newOrder(line(sku, 1)), "N-paused")
	down := wantFault(t, err, fulfillment.FaultUnavailable)
	if down.Uncertain {
		t.Error("nobody was there to take the order")
	}
	ok(t, server.Restart(t.Context()))
	if found := lookup(t, d, before); len(found) != 1 {
		t.Errorf("a look-up shows %d orders", len(found))
	}
	create(t, d, newOrder(line(sku, 1)))
}
