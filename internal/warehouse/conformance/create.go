// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Rows about the creation of orders.
const (
	RowSearchBeforeCreate Row = "search before create"
	RowCreatedWhole       Row = "created whole"
	RowLostAfterEffect    Row = "lost answer after the effect of a create"
	RowLostBeforeEffect   Row = "lost answer before the effect of a create"
	RowSameNumber         Row = "same number from two orders"
	RowTakenReference     Row = "taken reference"
	RowEnteredByHand      Row = "order entered by hand"
	RowUnknownSKU         Row = "unknown SKU"
	RowMoreThanInStock    Row = "more than in stock"
)

func createRows() []row {
	enforced := func(c fulfillment.Capabilities) bool { return c.ReferenceUnique == fulfillment.ReferenceEnforced }
	return []row{
		{name: RowSearchBeforeCreate, check: checkSearchBeforeCreate},
		{name: RowCreatedWhole, check: checkCreatedWhole},
		{name: RowLostAfterEffect, check: func(t testing.TB, s scene) { checkLostCreate(t, s, AfterEffect) }},
		{name: RowLostBeforeEffect, check: func(t testing.TB, s scene) { checkLostCreate(t, s, BeforeEffect) }},
		{name: RowSameNumber, check: checkSameNumber},
		{name: RowTakenReference, check: checkTakenReference, capability: enforced, instead: checkSharedReference},
		{name: RowEnteredByHand, check: checkEnteredByHand},
		{name: RowUnknownSKU, check: checkUnknownSKU},
		{name: RowMoreThanInStock, check: checkMoreThanInStock},
	}
}

// checkSearchBeforeCreate: what is not there is not found, and looking
// changes nothing.
func checkSearchBeforeCreate(t testing.TB, s scene) {
	o := order(item{s.sku(t, 10), 1})
	before, wrote := len(s.warehouse.Orders(t)), s.warehouse.Gate().Writes()
	if found := s.find(t, lookup(o)); len(found) > 0 {
		t.Errorf("a look-up before the create shows %d orders", len(found))
	}
	if found := s.find(t); len(found) > 0 {
		t.Errorf("no look-ups show %d orders", len(found))
	}
	if after := len(s.warehouse.Orders(t)); after != before || s.warehouse.Gate().Writes() != wrote {
		t.Errorf("looking wrote: %d orders before, %d after", before, after)
	}
	created := s.create(t, o)
	if found := s.one(t, o); found.ID != created.ID {
		t.Errorf("found as %q, created as %q", found.ID, created.ID)
	}
}

// checkCreatedWhole: the order is there with its identity, its reference, the
// buyer's address and every line, two lines of one SKU among them.
func checkCreatedWhole(t testing.TB, s scene) {
	a, b := s.sku(t, 100), s.sku(t, 100)
	o := order(item{a, 3}, item{b, 2}, item{a, 4})
	created := s.create(t, o)
	s.whole(t, o, o.Number, created)
	found := s.one(t, o)
	s.whole(t, o, o.Number, found)
	if found.ID != created.ID {
		t.Errorf("found as %q, created as %q", found.ID, created.ID)
	}
	if found.ShipTo.Name != buyer.Name || found.ShipTo.PostalCode != buyer.PostalCode {
		t.Error("the order is found without the name and the postal code that it ships to")
	}
	ours := map[string]bool{}
	for _, line := range o.Lines {
		ours[fmt.Sprint(line.ID)] = true
	}
	for _, line := range found.Lines {
		if line.LineID != "" && !ours[line.LineID] {
			t.Errorf("a line has the id %q, which none of the order's has", line.LineID)
		}
	}
	if open, ok := s.open(t)[created.ID]; !ok || open.Identity != o.ID.String() {
		t.Error("the order is not among the open ones")
	}
}

// mostWrites ends a search for the last write of an operation.
const mostWrites = 60

// checkLostCreate loses the answer to each of the requests that a creation
// takes, one after the other. Whatever was done by then, looking tells, and a
// repeat leads to exactly one order, whole.
func checkLostCreate(t testing.TB, s scene, moment Moment) {
	a, b := s.sku(t, 10_000), s.sku(t, 10_000)
	for nth := 1; ; nth++ {
		if nth > mostWrites {
			t.Fatalf("a creation takes more than %d requests that write", mostWrites)
		}
		o := order(item{a, 2}, item{b, 1})
		stop := s.warehouse.Gate().Lose(nth, moment)
		_, err := s.destination.CreateOrder(t.Context(), o, o.Number)
		if !stop() {
			if err != nil {
				t.Errorf("create: %v", err)
			}
			if nth == 1 {
				t.Error("a creation sends no request that writes through the gate")
			}
			return
		}
		what := fmt.Sprintf("answer to write %d lost %s", nth, moment)
		s.settles(t, what, o, err)
	}
}

// settles fails unless the books have the order once and whole, at the latest
// after it was looked for and created again.
func (s scene) settles(t testing.TB, what string, o fulfillment.Order, err error) {
	t.Helper()
	if err != nil {
		wantFault(t, what, err)
	}
	found := s.find(t, lookup(o))
	booked := s.booked(t, o)
	switch {
	case err == nil && len(found) != 1:
		t.Errorf("%s: the driver calls it created, and a look-up shows %d orders", what, len(found))
	case err != nil && len(found) > 0 && !fulfillment.Uncertain(err) && !fulfillment.IsFault(err, fulfillment.FaultDuplicate):
		t.Errorf("%s: the order is there, and the fault does not say that it may be: %v", what, err)
	}
	for _, b := range booked {
		if b.State == fulfillment.WarehouseOpen && len(found) == 0 {
			t.Errorf("%s: the warehouse has the order open, and a look-up does not show it", what)
		}
	}
	if len(found) == 0 {
		if _, err := s.destination.CreateOrder(t.Context(), o, o.Number); err != nil {
			t.Errorf("%s: nothing is found, and the order cannot be created: %v", what, err)
			return
		}
		found = s.find(t, lookup(o))
	}
	if len(found) != 1 {
		t.Errorf("%s: a look-up shows %d orders in the end", what, len(found))
		return
	}
	s.whole(t, o, o.Number, found[0])
	for _, b := range s.booked(t, o) {
		if b.ID != found[0].ID && b.State != fulfillment.WarehouseCancelled && b.State != Draft {
			t.Errorf("%s: the warehouse has the order a second time, as %s", what, b.ID)
		}
	}
}

// checkSameNumber: two sales channels give two orders the same number. Both
// are delivered, and neither is taken for the other.
func checkSameNumber(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	first, second := order(item{sku, 1}), order(item{sku, 2})
	second.Number = first.Number
	other := second.Number + "." + second.ID.String()
	s.whole(t, first, first.Number, s.create(t, first))
	s.whole(t, second, other, s.createUnder(t, second, other))
	found := s.find(t, lookup(first, first.Number+"."+first.ID.String()), lookup(second, other))
	if len(found) != 2 {
		t.Fatalf("a look-up of both shows %d orders, want 2", len(found))
	}
	for _, o := range found {
		switch o.Identity {
		case first.ID.String():
			s.whole(t, first, first.Number, o)
		case second.ID.String():
			s.whole(t, second, other, o)
		default:
			t.Errorf("an order has the identity %q", o.Identity)
		}
	}
}

// checkTakenReference: a reference that is taken, by another order or by the
// very same, is a Duplicate and leaves nothing behind.
func checkTakenReference(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	first, second := order(item{sku, 1}), order(item{sku, 2})
	created := s.create(t, first)
	for what, o := range map[string]fulfillment.Order{"another order": second, "the same order": first} {
		before := s.ids(t)
		_, err := s.destination.CreateOrder(t.Context(), o, first.Number)
		if err == nil {
			t.Errorf("%s is taken under a reference that is taken", what)
			continue
		}
		wantFault(t, what, err, fulfillment.FaultDuplicate)
		s.leftNothing(t, before)
	}
	if found := s.find(t, fulfillment.Lookup{ID: second.ID}); len(found) > 0 {
		t.Errorf("the refused order is found %d times by its identity", len(found))
	}
	found := s.find(t, fulfillment.Lookup{References: []string{first.Number}})
	if len(found) != 1 || found[0].ID != created.ID {
		t.Fatalf("the reference shows %d orders, want the one that has it", len(found))
	}
	s.whole(t, first, first.Number, found[0])
}

// checkSharedReference: where the system takes a second order under one
// reference, a look-up shows both.
func checkSharedReference(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	first, second := order(item{sku, 1}), order(item{sku, 2})
	s.create(t, first)
	s.createUnder(t, second, first.Number)
	if found := s.find(t, fulfillment.Lookup{References: []string{first.Number}}); len(found) != 2 {
		t.Errorf("the shared reference shows %d orders, want 2", len(found))
	}
}

// checkEnteredByHand: an order without an identity is found by its reference,
// with what it takes to see that it is ours; it is given one only when it is
// adopted, once, and nothing else of it changes then.
func checkEnteredByHand(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	typed := order(item{sku, 2})
	id := s.warehouse.EnterByHand(t, typed, typed.Number)
	if found := s.find(t, fulfillment.Lookup{ID: typed.ID}); len(found) > 0 {
		t.Errorf("an order without an identity is found by one")
	}
	found := s.find(t, lookup(typed))
	if len(found) != 1 || found[0].ID != id {
		t.Fatalf("the reference shows %d orders, want the one that was entered as %s", len(found), id)
	}
	got := found[0]
	if got.Identity != "" || got.Reference != typed.Number {
		t.Errorf("found with identity %q and reference %q, want none and %q", got.Identity, got.Reference, typed.Number)
	}
	if got.ShipTo.Name != buyer.Name || got.ShipTo.PostalCode != buyer.PostalCode {
		t.Error("found without the name and the postal code that it ships to")
	}
	if units, want := orderedUnits(got.Lines), wantedUnits(typed); fmt.Sprint(units) != fmt.Sprint(want) {
		t.Errorf("found with %v, want %v", units, want)
	}
	s.adopt(t, id, typed)
}

// adopt checks that an order without an identity can be made ours.
func (s scene) adopt(t testing.TB, id string, typed fulfillment.Order) {
	t.Helper()
	for range 2 {
		adopted, err := s.destination.AdoptOrder(t.Context(), id, typed)
		if err != nil {
			t.Fatalf("adopting: %v", err)
		}
		if units := orderedUnits(adopted.Lines); adopted.ID != id || adopted.Identity != typed.ID.String() || adopted.Reference != typed.Number ||
			fmt.Sprint(units) != fmt.Sprint(wantedUnits(typed)) {
			t.Errorf("adopted as %s with identity %q, reference %q and %v", adopted.ID, adopted.Identity, adopted.Reference, units)
		}
	}
	if found := s.find(t, fulfillment.Lookup{ID: typed.ID}); len(found) != 1 || found[0].ID != id {
		t.Errorf("after adoption the identity shows %d orders, want the one", len(found))
	}
	other := typed
	other.ID++
	if _, err := s.destination.AdoptOrder(t.Context(), id, other); !fulfillment.IsFault(err, fulfillment.FaultConflict) {
		t.Errorf("adopting an order that has an owner: %v, want a Conflict", err)
	}
}

// checkUnknownSKU: an order with a SKU that the warehouse does not have is
// refused with nothing left of it, or delivered with every line.
func checkUnknownSKU(t testing.TB, s scene) {
	known := s.sku(t, 100)
	for _, o := range []fulfillment.Order{
		order(item{"CF-NO-SUCH-SKU", 1}),
		order(item{known, 1}, item{"CF-NO-SUCH-SKU", 1}),
		order(item{"CF-NO-SUCH-SKU", 1}, item{known, 1}),
	} {
		if f := s.wholeOrNot(t, o); f != nil && f.Reason != fulfillment.ReasonUnknownSKU {
			t.Errorf("refused with the reason %q, want %s", f.Reason, fulfillment.ReasonUnknownSKU)
		}
	}
	s.create(t, order(item{known, 1}))
}

// checkMoreThanInStock: the same of an order for more than there is.
func checkMoreThanInStock(t testing.TB, s scene) {
	plenty, few := s.sku(t, 1000), s.sku(t, 5)
	for _, o := range []fulfillment.Order{
		order(item{few, 9}),
		order(item{plenty, 2}, item{few, 9}),
		order(item{few, 9}, item{plenty, 2}),
	} {
		if f := s.wholeOrNot(t, o); f != nil && f.Reason == "" {
			t.Errorf("refused without a reason")
		}
	}
	s.create(t, order(item{plenty, 1}))
}

// wholeOrNot creates an order that the system may refuse. It fails unless the
// order is there whole, or not at all; a refusal is returned.
func (s scene) wholeOrNot(t testing.TB, o fulfillment.Order) *fulfillment.Fault {
	t.Helper()
	before := s.ids(t)
	created, err := s.destination.CreateOrder(t.Context(), o, o.Number)
	if err == nil {
		s.whole(t, o, o.Number, created)
		return nil
	}
	refusal := fault(t, "the refusal", err, fulfillment.FaultInvalid)
	if refusal.Uncertain {
		t.Error("the refusal is uncertain: the order would be looked for in vain")
	}
	s.leftNothing(t, before)
	if found := s.find(t, lookup(o)); len(found) > 0 {
		t.Errorf("the refused order is found %d times", len(found))
	}
	return refusal
}
