// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Rows about changes of an order after its delivery.
const (
	RowRemembers      Row = "order remembers what it said"
	RowUpdate         Row = "update proven by reading back"
	RowUpdateLost     Row = "lost answer to an update"
	RowUpdateConflict Row = "update of what the warehouse changed"
	RowUpdateTooLate  Row = "update of work in progress"
	RowUpdateRefused  Row = "refused update changes nothing"
)

func updateRows() []row {
	can := func(c fulfillment.Capabilities) bool { return c.EditOrder }
	return []row{
		{name: RowRemembers, check: checkRemembers, capability: can},
		{name: RowUpdate, check: checkUpdate, capability: can, instead: checkUpdateNotSupported},
		{name: RowUpdateLost, check: checkUpdateLost, capability: can},
		{name: RowUpdateConflict, check: checkUpdateConflict, capability: can},
		{name: RowUpdateTooLate, check: checkUpdateTooLate, capability: can},
		{name: RowUpdateRefused, check: checkUpdateRefused, capability: can},
	}
}

// told is an order with what it says, as the routines send it.
func told(o fulfillment.Order) fulfillment.Order {
	o.Content = fulfillment.ContentOf(o)
	return o
}

// edited is an order as the merchant changed it: it goes elsewhere, and one
// unit more of each line.
func edited(o fulfillment.Order) fulfillment.Order {
	o.ShipTo.Line1, o.ShipTo.PostalCode = "2 Specimen Street", "12208"
	o.Lines = slices.Clone(o.Lines)
	for i := range o.Lines {
		o.Lines[i].Quantity++
	}
	return told(o)
}

var editedParts = []fulfillment.Part{fulfillment.PartShipTo, fulfillment.PartLines}

// update asks for an update, which must be answered.
func (s scene) update(t testing.TB, id string, o fulfillment.Order, parts ...fulfillment.Part) fulfillment.Update {
	t.Helper()
	u, err := s.destination.UpdateOrder(t.Context(), id, o, parts)
	if err != nil {
		t.Fatalf("update: %v", err)
	}
	return u
}

// remembers fails unless an order remembers that it was told of this one, and
// that the warehouse's order is as it was then.
func (s scene) remembers(t testing.TB, what string, got fulfillment.WarehouseOrder, o fulfillment.Order) {
	t.Helper()
	for _, part := range fulfillment.Parts() {
		if !got.Delivered.Said.Equal(o.Content, part) {
			t.Errorf("%s: the order does not remember what Order Manager's said of the %s", what, part)
		}
		if !got.Content.Equal(got.Delivered.Taken, part) {
			t.Errorf("%s: the %s looks changed in the warehouse, and nobody changed it", what, part)
		}
	}
}

// checkRemembers: a delivered order, and an adopted one, remembers what both
// sides said, wherever it is read.
func checkRemembers(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	delivered, adopted := told(order(item{sku, 2})), told(order(item{sku, 3}))
	created := s.create(t, delivered)
	s.remembers(t, "created", created, delivered)
	id := s.warehouse.EnterByHand(t, adopted, adopted.Number)
	got, err := s.destination.AdoptOrder(t.Context(), id, adopted)
	if err != nil {
		t.Fatalf("adopting: %v", err)
	}
	s.remembers(t, "adopted", got, adopted)
	open := s.open(t)
	for what, o := range map[string]fulfillment.Order{"delivered": delivered, "adopted": adopted} {
		found := s.one(t, o)
		s.remembers(t, "found, "+what, found, o)
		s.remembers(t, "among the open ones, "+what, open[found.ID], o)
	}
	// What would be said now is what it says, as long as nothing changed.
	if sent := s.destination.Content(delivered); !sent.Equal(created.Content, fulfillment.PartLines) {
		t.Error("the same order would be sent with other lines")
	}
	if sent := s.destination.Content(edited(delivered)); sent.Equal(created.Content, fulfillment.PartLines) || sent.Equal(created.Content, fulfillment.PartShipTo) {
		t.Error("an edited order would be sent as it was")
	}
}

// checkUpdate: the order says all of it afterwards, nothing else changed, and a
// second request does nothing.
func checkUpdate(t testing.TB, s scene) {
	sku, other := s.sku(t, 100), s.sku(t, 100)
	o, bystander := told(order(item{sku, 2}, item{other, 1})), told(order(item{sku, 1}))
	id := s.create(t, o).ID
	s.create(t, bystander)
	changed := edited(o)
	u := s.update(t, id, changed, editedParts...)
	if u.Outcome != fulfillment.UpdateDone || u.Order.ID != id {
		t.Errorf("the outcome is %s of order %q, want Updated of %q", u.Outcome, u.Order.ID, id)
	}
	s.whole(t, changed, o.Number, s.one(t, changed))
	s.updated(t, "updated", changed)
	wrote := s.warehouse.Gate().Writes()
	if again := s.update(t, id, changed, editedParts...); again.Outcome != fulfillment.UpdateAlready {
		t.Errorf("a second time, the outcome is %s, want AlreadyUpdated", again.Outcome)
	}
	if s.warehouse.Gate().Writes() != wrote {
		t.Error("a second request wrote again")
	}
	s.whole(t, bystander, bystander.Number, s.one(t, bystander))
}

// updated fails unless the order goes where the edited one does, and remembers it.
func (s scene) updated(t testing.TB, what string, changed fulfillment.Order) {
	t.Helper()
	got := s.one(t, changed)
	if got.ShipTo.PostalCode != changed.ShipTo.PostalCode {
		t.Errorf("%s: the order goes to another place than the edited one", what)
	}
	s.remembers(t, what, got, changed)
}

// checkUpdateNotSupported: a driver of a system that cannot says so, without an
// error and without a try.
func checkUpdateNotSupported(t testing.TB, s scene) {
	o := told(order(item{s.sku(t, 10), 1}))
	id := s.create(t, o).ID
	wrote := s.warehouse.Gate().Writes()
	if u := s.update(t, id, edited(o), editedParts...); u.Outcome != fulfillment.UpdateNotSupported {
		t.Errorf("the outcome is %s, want NotSupported", u.Outcome)
	}
	if s.warehouse.Gate().Writes() != wrote {
		t.Error("a request that writes was sent")
	}
	s.whole(t, o, o.Number, s.one(t, o))
}

// checkUpdateLost loses the answer to each of the requests that an update
// takes. The order is the old one or the new one and nothing between, nothing is
// claimed that is not so, and asking again ends it.
func checkUpdateLost(t testing.TB, s scene) {
	sku := s.sku(t, 10_000)
	for _, moment := range []Moment{AfterEffect, BeforeEffect} {
		for nth := 1; ; nth++ {
			if nth > mostWrites {
				t.Fatalf("an update takes more than %d requests that write", mostWrites)
			}
			o := told(order(item{sku, 1}))
			id := s.create(t, o).ID
			changed := edited(o)
			stop := s.warehouse.Gate().Lose(nth, moment)
			u, err := s.destination.UpdateOrder(t.Context(), id, changed, editedParts)
			if !stop() {
				if nth == 1 {
					t.Error("an update sends no request that writes through the gate")
				}
				break
			}
			s.updateSettles(t, fmt.Sprintf("answer to write %d lost %s", nth, moment), id, o, changed, u, err)
		}
	}
}

func (s scene) updateSettles(t testing.TB, what, id string, o, changed fulfillment.Order, u fulfillment.Update, err error) {
	t.Helper()
	there := bookedUnits(s.book(t, id))
	done, undone := maps.Equal(there, wantedUnits(changed)), maps.Equal(there, wantedUnits(o))
	switch {
	case !done && !undone:
		t.Errorf("%s: the warehouse has %v, neither the old order nor the new one", what, there)
	case err != nil && done && !fulfillment.Uncertain(err):
		t.Errorf("%s: the order is updated, and the fault does not say that it may be: %v", what, err)
	case err == nil && u.Outcome != fulfillment.UpdateDone && u.Outcome != fulfillment.UpdateUnknown:
		t.Errorf("%s: the outcome is %s", what, u.Outcome)
	case err == nil && u.Outcome == fulfillment.UpdateDone && !done:
		t.Errorf("%s: the outcome is Updated, and the warehouse has %v", what, there)
	}
	if again := s.update(t, id, changed, editedParts...); again.Outcome != fulfillment.UpdateDone && again.Outcome != fulfillment.UpdateAlready {
		t.Errorf("%s: asked again, the outcome is %s", what, again.Outcome)
	}
	s.whole(t, changed, o.Number, s.one(t, changed))
	// What the warehouse made of it in its own way may be forgotten with an
	// answer: the next edit is then a conflict, and nothing is written over.
	got := s.one(t, changed)
	if got.ShipTo.PostalCode != changed.ShipTo.PostalCode {
		t.Errorf("%s: the order goes to another place than the edited one", what)
	}
	for _, part := range editedParts {
		if !got.Delivered.Said.Equal(changed.Content, part) {
			t.Errorf("%s: the order does not remember what Order Manager's said of the %s", what, part)
		}
	}
}

// Editor is a Warehouse in which people can change an order. The capability
// EditOrder needs it.
type Editor interface {
	// Readdress changes the postal code that an order ships to.
	Readdress(t testing.TB, id, postalCode string)
}

// checkUpdateConflict: what somebody in the warehouse changed shows, is never
// written over, and does not keep another part from its update.
func checkUpdateConflict(t testing.TB, s scene) {
	editor, ok := s.warehouse.(Editor)
	if !ok {
		t.Fatal("the warehouse is no Editor")
	}
	const byHand = "12299"
	o := told(order(item{s.sku(t, 100), 2}))
	id := s.create(t, o).ID
	editor.Readdress(t, id, byHand)
	found := s.one(t, o)
	if found.Content.Equal(found.Delivered.Taken, fulfillment.PartShipTo) {
		t.Error("a change in the warehouse does not show")
	}
	if !found.Content.Equal(found.Delivered.Taken, fulfillment.PartLines) {
		t.Error("a change of the address shows as one of the lines")
	}
	wrote := s.warehouse.Gate().Writes()
	changed := edited(o)
	if u := s.update(t, id, changed, editedParts...); u.Outcome != fulfillment.UpdateConflict {
		t.Errorf("the outcome is %s, want Conflict", u.Outcome)
	}
	if s.warehouse.Gate().Writes() != wrote {
		t.Error("a request that writes was sent")
	}
	if u := s.update(t, id, changed, fulfillment.PartLines); u.Outcome != fulfillment.UpdateDone {
		t.Errorf("the lines alone: the outcome is %s, want Updated", u.Outcome)
	}
	after := s.one(t, changed)
	s.whole(t, changed, o.Number, after)
	if after.ShipTo.PostalCode != byHand {
		t.Error("what was changed in the warehouse was written over")
	}
	if after.Content.Equal(after.Delivered.Taken, fulfillment.PartShipTo) || !after.Delivered.Said.Equal(o.Content, fulfillment.PartShipTo) {
		t.Error("after an update of the lines the change of the address does not show any more")
	}
}

// checkUpdateTooLate: an order that is worked on, that shipped or that was
// cancelled stays as it is, and the system is not asked.
func checkUpdateTooLate(t testing.TB, s scene) {
	picker, ok := s.warehouse.(Picker)
	if !ok {
		t.Fatal("the warehouse is no Picker")
	}
	sku := s.sku(t, 100)
	for what, happen := range map[string]func(id string, o fulfillment.Order){
		"worked on": func(id string, _ fulfillment.Order) { picker.BeginWork(t, id) },
		"shipped":   func(id string, o fulfillment.Order) { s.warehouse.Ship(t, id, parcel(o, tracking())) },
		"cancelled": func(id string, _ fulfillment.Order) { s.warehouse.Cancel(t, id) },
	} {
		o := told(order(item{sku, 1}))
		id := s.create(t, o).ID
		happen(id, o)
		before, wrote := bookedUnits(s.book(t, id)), s.warehouse.Gate().Writes()
		if u := s.update(t, id, edited(o), editedParts...); u.Outcome != fulfillment.UpdateTooLate {
			t.Errorf("%s: the outcome is %s, want TooLate", what, u.Outcome)
		}
		if s.warehouse.Gate().Writes() != wrote {
			t.Errorf("%s: a request that writes was sent", what)
		}
		if after := bookedUnits(s.book(t, id)); !maps.Equal(before, after) {
			t.Errorf("%s: the warehouse had %v and has %v", what, before, after)
		}
	}
}

// checkUpdateRefused: of an update that the warehouse refuses nothing is done,
// not even what it would take.
func checkUpdateRefused(t testing.TB, s scene) {
	o := told(order(item{s.sku(t, 100), 3}))
	id := s.create(t, o).ID
	changed := edited(o)
	changed.Lines[0].Quantity = 1
	changed.Lines = append(changed.Lines, fulfillment.Line{ID: nextID(), SKU: fmt.Sprintf("CF-NONE-%d", nextID()), Quantity: 1})
	changed = told(changed)
	u, err := s.destination.UpdateOrder(t.Context(), id, changed, editedParts)
	if err == nil {
		t.Fatalf("the outcome is %s, want a refusal", u.Outcome)
	}
	wantFault(t, "an update with an unknown SKU", err, fulfillment.FaultInvalid)
	got := s.one(t, o)
	s.whole(t, o, o.Number, got)
	s.remembers(t, "after the refusal", got, o)
	if got.ShipTo.PostalCode != o.ShipTo.PostalCode {
		t.Error("a part of what was refused was done")
	}
}
