// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Rows about cancellations.
const (
	RowCancelProven       Row = "cancel proven by reading back"
	RowCancelLost         Row = "lost answer to a cancel"
	RowCancelPretended    Row = "cancel answered and not done"
	RowSecondCancel       Row = "second cancel"
	RowCancelShipped      Row = "cancel of a shipped order"
	RowCancelInProgress   Row = "cancel of work in progress"
	RowCancelPartShipped  Row = "cancel after a part shipped"
	RowCancelUnknownOrder Row = "cancel of an order that is not there"
	RowCancelFrees        Row = "reference of a cancelled order is free"
)

func cancelRows() []row {
	can := func(c fulfillment.Capabilities) bool { return c.CancelOrder }
	parts := func(c fulfillment.Capabilities) bool { return c.CancelOrder && c.PartialShipments }
	frees := func(c fulfillment.Capabilities) bool { return c.CancelFreesReference }
	return []row{
		{name: RowCancelProven, check: checkCancelProven, capability: can, instead: checkCancelNotSupported},
		{name: RowCancelLost, check: checkCancelLost, capability: can},
		{name: RowCancelPretended, check: checkCancelPretended, capability: can, optional: true},
		{name: RowSecondCancel, check: checkSecondCancel, capability: can},
		{name: RowCancelShipped, check: checkCancelShipped, capability: can},
		{name: RowCancelInProgress, check: checkCancelInProgress, capability: can, optional: true},
		{name: RowCancelPartShipped, check: checkCancelPartShipped, capability: parts},
		{name: RowCancelUnknownOrder, check: checkCancelUnknownOrder},
		{name: RowCancelFrees, check: checkCancelFrees, capability: frees, instead: checkAnotherReference},
	}
}

// cancel asks for a cancellation, which must be answered.
func (s scene) cancel(t testing.TB, id string) fulfillment.Cancellation {
	t.Helper()
	c, err := s.destination.CancelOrder(t.Context(), id)
	if err != nil {
		t.Fatalf("cancel: %v", err)
	}
	return c
}

// checkCancelNotSupported: a driver of a system that cannot cancel says so,
// without an error and without a try.
func checkCancelNotSupported(t testing.TB, s scene) {
	o := order(item{s.sku(t, 10), 1})
	id := s.create(t, o).ID
	wrote := s.warehouse.Gate().Writes()
	if c := s.cancel(t, id); c.Outcome != fulfillment.CancelNotSupported {
		t.Errorf("the outcome is %s, want NotSupported", c.Outcome)
	}
	if s.warehouse.Gate().Writes() != wrote {
		t.Error("a request that writes was sent")
	}
	s.whole(t, o, o.Number, s.one(t, o))
}

// checkCancelProven: the outcome is what a reading of the order shows, and the
// order is cancelled for everybody.
func checkCancelProven(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	o, other := order(item{sku, 2}), order(item{sku, 1})
	id := s.create(t, o).ID
	s.create(t, other)
	c := s.cancel(t, id)
	if c.Outcome != fulfillment.CancelDone || c.Order.ID != id || c.Order.State != fulfillment.WarehouseCancelled {
		t.Errorf("outcome %s, order %q in state %s; want Cancelled, %q and Cancelled", c.Outcome, c.Order.ID, c.Order.State, id)
	}
	if book := s.book(t, id); book.State != fulfillment.WarehouseCancelled {
		t.Errorf("the warehouse has the order in state %s", book.State)
	}
	if found := s.find(t, fulfillment.Lookup{ID: o.ID}); len(found) != 1 || found[0].State != fulfillment.WarehouseCancelled {
		t.Errorf("the identity finds %d orders, want the cancelled one", len(found))
	}
	if _, open := s.open(t)[id]; open {
		t.Error("the order is among the open ones")
	}
	s.whole(t, other, other.Number, s.one(t, other))
}

// checkCancelLost loses the answer to each of the requests that a cancellation
// takes. Nothing is claimed that the books do not show, and asking again ends it.
func checkCancelLost(t testing.TB, s scene) {
	sku := s.sku(t, 10_000)
	for _, moment := range []Moment{AfterEffect, BeforeEffect} {
		for nth := 1; ; nth++ {
			if nth > mostWrites {
				t.Fatalf("a cancellation takes more than %d requests that write", mostWrites)
			}
			o := order(item{sku, 1})
			id := s.create(t, o).ID
			stop := s.warehouse.Gate().Lose(nth, moment)
			c, err := s.destination.CancelOrder(t.Context(), id)
			if !stop() {
				if nth == 1 {
					t.Error("a cancellation sends no request that writes through the gate")
				}
				break
			}
			s.cancelSettles(t, fmt.Sprintf("answer to write %d lost %s", nth, moment), id, c, err)
		}
	}
}

func (s scene) cancelSettles(t testing.TB, what, id string, c fulfillment.Cancellation, err error) {
	t.Helper()
	cancelled := s.book(t, id).State == fulfillment.WarehouseCancelled
	switch {
	case err != nil && cancelled && !fulfillment.Uncertain(err):
		t.Errorf("%s: the order is cancelled, and the fault does not say that it may be: %v", what, err)
	case err == nil && c.Outcome == fulfillment.CancelUnknown:
		// It claims nothing.
	case err == nil && (c.Outcome == fulfillment.CancelDone || c.Outcome == fulfillment.CancelAlready) != cancelled:
		t.Errorf("%s: the outcome is %s, and the warehouse has the order in state %s", what, c.Outcome, s.book(t, id).State)
	case err == nil && c.Outcome != fulfillment.CancelDone && c.Outcome != fulfillment.CancelAlready:
		t.Errorf("%s: the outcome is %s", what, c.Outcome)
	}
	if again := s.cancel(t, id); again.Outcome != fulfillment.CancelDone && again.Outcome != fulfillment.CancelAlready {
		t.Errorf("%s: asked again, the outcome is %s", what, again.Outcome)
	}
	if book := s.book(t, id); book.State != fulfillment.WarehouseCancelled {
		t.Errorf("%s: in the end the warehouse has the order in state %s", what, book.State)
	}
}

// checkCancelPretended: an answer that says done proves nothing.
func checkCancelPretended(t testing.TB, s scene) {
	pretender, ok := s.warehouse.(Pretender)
	if !ok {
		t.Fatal("the warehouse is no Pretender")
	}
	id := s.create(t, order(item{s.sku(t, 10), 1})).ID
	pretender.PretendCancel(t)
	wrote := s.warehouse.Gate().Writes()
	c, err := s.destination.CancelOrder(t.Context(), id)
	if s.warehouse.Gate().Writes() == wrote {
		t.Fatal("no request to cancel was sent")
	}
	if book := s.book(t, id); book.State != fulfillment.WarehouseOpen {
		t.Fatalf("the cancellation was not pretended: the order is in state %s", book.State)
	}
	if err == nil && c.Outcome != fulfillment.CancelUnknown {
		t.Errorf("the outcome is %s, and the order is open", c.Outcome)
	}
}

// checkSecondCancel: cancelling what is cancelled, by us or by the warehouse,
// changes nothing and is no failure.
func checkSecondCancel(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	ours, theirs := s.create(t, order(item{sku, 1})).ID, s.create(t, order(item{sku, 1})).ID
	s.cancel(t, ours)
	s.warehouse.Cancel(t, theirs)
	for _, id := range []string{ours, theirs} {
		c := s.cancel(t, id)
		if c.Outcome != fulfillment.CancelAlready || c.Order.State != fulfillment.WarehouseCancelled {
			t.Errorf("outcome %s, order in state %s; want AlreadyCancelled and Cancelled", c.Outcome, c.Order.State)
		}
		if book := s.book(t, id); book.State != fulfillment.WarehouseCancelled {
			t.Errorf("the warehouse has the order in state %s", book.State)
		}
	}
}

// checkCancelShipped: it is too late, and the system is not asked: some would do it.
func checkCancelShipped(t testing.TB, s scene) {
	o := order(item{s.sku(t, 10), 2})
	id := s.create(t, o).ID
	s.warehouse.Ship(t, id, parcel(o, tracking()))
	wrote := s.warehouse.Gate().Writes()
	c := s.cancel(t, id)
	if c.Outcome != fulfillment.CancelTooLate || c.Order.State != fulfillment.WarehouseShipped {
		t.Errorf("outcome %s, order in state %s; want TooLate and Shipped", c.Outcome, c.Order.State)
	}
	if s.warehouse.Gate().Writes() != wrote {
		t.Error("the system was asked to cancel a shipped order")
	}
	if book := s.book(t, id); book.State != fulfillment.WarehouseShipped {
		t.Errorf("the warehouse has the order in state %s", book.State)
	}
}

// checkCancelInProgress: work that has begun shows, and a cancellation then
// ends as the warehouse decides.
func checkCancelInProgress(t testing.TB, s scene) {
	picker, ok := s.warehouse.(Picker)
	if !ok {
		t.Fatal("the warehouse is no Picker")
	}
	o := order(item{s.sku(t, 10), 1})
	id := s.create(t, o).ID
	if found := s.one(t, o); found.InProgress != "" {
		t.Errorf("a new order is called %q", found.InProgress)
	}
	picker.BeginWork(t, id)
	if found := s.one(t, o); found.InProgress == "" || found.State != fulfillment.WarehouseOpen {
		t.Errorf("an order that is worked on is in state %s with progress %q", found.State, found.InProgress)
	}
	c := s.cancel(t, id)
	book := s.book(t, id)
	switch {
	case c.Outcome == fulfillment.CancelDone && book.State == fulfillment.WarehouseCancelled:
	case c.Outcome == fulfillment.CancelTooLate && book.State == fulfillment.WarehouseOpen:
	default:
		t.Errorf("the outcome is %s, and the warehouse has the order in state %s", c.Outcome, book.State)
	}
}

// checkCancelPartShipped: what has left stays told, whatever becomes of the rest.
func checkCancelPartShipped(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	o := order(item{sku, 3})
	s.create(t, o)
	number := tracking()
	s.shipPart(t, o, Package{Tracking: number, Contents: map[string]int64{sku: 1}})
	before := shippedUnits(s.find(t, lookup(o))...)
	for _, found := range s.find(t, lookup(o)) {
		if found.State != fulfillment.WarehouseOpen {
			continue
		}
		c := s.cancel(t, found.ID)
		cancelled := s.book(t, found.ID).State == fulfillment.WarehouseCancelled
		if claimed := c.Outcome == fulfillment.CancelDone; claimed != cancelled {
			t.Errorf("the outcome is %s, and the warehouse has the order in state %s", c.Outcome, s.book(t, found.ID).State)
		}
	}
	after := s.find(t, lookup(o))
	if sum := shippedUnits(after...); sum[sku] < before[sku] || len(trackingOf(after)) == 0 {
		t.Errorf("%v had left before the cancellation, %v with tracking %v after it", before, sum, trackingOf(after))
	}
}

// checkCancelUnknownOrder: what is not there has no outcome. A driver of a
// system that cannot cancel need not look.
func checkCancelUnknownOrder(t testing.TB, s scene) {
	can := s.destination.Capabilities().CancelOrder
	for _, id := range []string{"", "no such id", "987654321"} {
		c, err := s.destination.CancelOrder(t.Context(), id)
		if err == nil {
			if can || c.Outcome != fulfillment.CancelNotSupported {
				t.Errorf("the id %q: outcome %s, want an error", id, c.Outcome)
			}
			continue
		}
		wantFault(t, fmt.Sprintf("the id %q", id), err, fulfillment.FaultNotFound, fulfillment.FaultInvalid)
	}
}

// checkCancelFrees: another order can have the reference of a cancelled one.
func checkCancelFrees(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	o := order(item{sku, 1})
	s.warehouse.Cancel(t, s.create(t, o).ID)
	s.whole(t, o, o.Number, s.create(t, o))
}

// checkAnotherReference: where it is not free, another reference is, and the
// new order is told from the cancelled one.
func checkAnotherReference(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	o := order(item{sku, 1})
	s.warehouse.Cancel(t, s.create(t, o).ID)
	other := fmt.Sprintf("%s.%s.r1", o.Number, o.ID)
	s.whole(t, o, other, s.createUnder(t, o, other))
	states := map[fulfillment.WarehouseState]int{}
	for _, found := range s.find(t, lookup(o)) {
		states[found.State]++
	}
	if states[fulfillment.WarehouseOpen] != 1 || states[fulfillment.WarehouseCancelled] != 1 {
		t.Errorf("the identity finds %v, want one that is open and one that was cancelled", states)
	}
}
