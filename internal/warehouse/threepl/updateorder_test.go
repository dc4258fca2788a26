// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	sim "ordersync.dev/operator/internal/simulator/threepl"
)

// toldOf is an order with what it says, as the routines send it.
func toldOf(order fulfillment.Order, change func(*fulfillment.Order)) fulfillment.Order {
	order.Lines = slices.Clone(order.Lines)
	change(&order)
	order.Content = fulfillment.ContentOf(order)
	return order
}

func unchanged(*fulfillment.Order) {}

// stands is a warehouse with an order that has everything and remembers it.
func stands(t testing.TB, o sim.Options) (w *warehouse, text string, id int64) {
	t.Helper()
	w = newWarehouse(t, o)
	w.SetCarriers([]sim.Carrier{{Name: "UPS", SCAC: "UPSN", Services: []string{"Ground", "Express"}}})
	order := toldOf(everything(), unchanged)
	created, err := w.driver.CreateOrder(t.Context(), order, order.Number)
	ok(t, err)
	if created.Delivered.Said != order.Content || created.Content != created.Delivered.Taken {
		t.Fatalf("it remembers %+v and says %+v", created.Delivered, created.Content)
	}
	id, _ = parseID(created.ID)
	return w, created.ID, id
}

// Each part is written as a creation would write it, blanks included, and
// nothing else is.
func TestUpdateOrderChangesItsPartsAlone(t *testing.T) {
	changed := func(o *fulfillment.Order) {
		o.ShipTo = fulfillment.Address{Name: "Ada King", Line1: "9 Far Rd", City: "Salem", Region: "OR", PostalCode: "97301", Country: "US"}
		o.RequestedService, o.Saturday, o.Billing, o.Confirmation = "Express", false, fulfillment.ShippingBilling{}, ""
		o.InternalNotes, o.BuyerNotes, o.ToBuyer, o.GiftMessage = "", "ring twice", "", ""
		o.Lines[0].Quantity, o.Lines[0].Notes = 7, ""
		o.Lines[1] = fulfillment.Line{ID: 93, SKU: "C", Quantity: 4}
	}
	for _, parts := range [][]fulfillment.Part{
		{fulfillment.PartShipTo}, {fulfillment.PartLines}, {fulfillment.PartShipping}, {fulfillment.PartNotes}, fulfillment.Parts(),
	} {
		t.Run(parts[0].String(), func(t *testing.T) {
			w, text, id := stands(t, sim.Options{})
			before, _ := w.Order(id)
			order := toldOf(everything(), changed)
			update, err := w.driver.UpdateOrder(t.Context(), text, order, parts)
			ok(t, err)
			if update.Outcome != fulfillment.UpdateDone {
				t.Fatalf("%s", update.Outcome)
			}
			sent := w.driver.Content(order)
			for _, part := range fulfillment.Parts() {
				written := slices.Contains(parts, part)
				if update.Order.Content.Equal(sent, part) != written || update.Order.Delivered.Said.Equal(order.Content, part) != written {
					t.Errorf("the %s: written %t, and it says the new one %t", part, written, update.Order.Content.Equal(sent, part))
				}
			}
			after, _ := w.Order(id)
			for _, d := range []*sim.OrderDocument{&before.Document, &after.Document} {
				d.SavedElements = nil
				for i := range d.OrderItems {
					d.OrderItems[i].ItemIdentifier.ID = 0 // what is read names items by id as well
				}
				if slices.Contains(parts, fulfillment.PartShipTo) {
					d.ShipTo = nil
				}
				if slices.Contains(parts, fulfillment.PartShipping) {
					d.RoutingInfo, d.BillingCode, d.ShippingNotes = nil, "", ""
				}
				if slices.Contains(parts, fulfillment.PartNotes) {
					d.Notes, d.FulfillInvInfo.GiftMessage = "", ""
					for i := range d.OrderItems {
						d.OrderItems[i].Notes = ""
					}
				}
				if slices.Contains(parts, fulfillment.PartLines) {
					d.OrderItems = nil
				}
			}
			if diff := cmp.Diff(before.Document, after.Document); diff != "" {
				t.Errorf("what is no part of it changed: %s", diff)
			}
			puts := w.Faults().Calls()["PUT /orders/{id}"]
			if again, err := w.driver.UpdateOrder(t.Context(), text, order, parts); err != nil || again.Outcome != fulfillment.UpdateAlready || w.Faults().Calls()["PUT /orders/{id}"] != puts {
				t.Errorf("a second time: %s, %v", again.Outcome, err)
			}
		})
	}
}

// A line of the same SKU stays the line that the warehouse knows.
func TestUpdatedLinesKeepWhatTheWarehouseWrote(t *testing.T) {
	w, text, id := stands(t, sim.Options{})
	ok(t, w.EditOrder(id, func(d *sim.OrderDocument) { d.OrderItems[0].LotNumber = "LOT-7" }))
	order := toldOf(everything(), func(o *fulfillment.Order) {
		o.Lines = append(o.Lines, fulfillment.Line{ID: 95, SKU: "C", Quantity: 1})
		o.Lines[0].Quantity = 9
		slices.Reverse(o.Lines)
	})
	update, err := w.driver.UpdateOrder(t.Context(), text, order, []fulfillment.Part{fulfillment.PartLines})
	ok(t, err)
	after, _ := w.Order(id)
	if update.Outcome != fulfillment.UpdateDone || !sameLines(update.Order.Lines, order.Lines) {
		t.Errorf("%s, %+v", update.Outcome, update.Order.Lines)
	}
	for _, item := range after.Document.OrderItems {
		if (item.LotNumber == "LOT-7") != (item.ItemIdentifier.SKU == "A") {
			t.Errorf("%+v", item)
		}
	}
}

func TestUpdateOrderRefuses(t *testing.T) {
	edited := toldOf(everything(), func(o *fulfillment.Order) { o.ShipTo.Line1, o.Lines[0].Quantity = "9 Far Rd", 5 })
	for name, test := range map[string]struct {
		spoil func(w *warehouse, id int64) error
		want  fulfillment.UpdateOutcome
	}{
		"a shipped order":         {func(w *warehouse, id int64) error { return w.Ship(id, sim.Shipment{}) }, fulfillment.UpdateTooLate},
		"a cancelled order":       {func(w *warehouse, id int64) error { return w.CancelByWarehouse(id, "gone") }, fulfillment.UpdateTooLate},
		"an order in a batch":     {func(w *warehouse, id int64) error { return w.Batch("morning", id) }, fulfillment.UpdateTooLate},
		"an order that is packed": {func(w *warehouse, id int64) error { return w.FinishPacking(id) }, fulfillment.UpdateTooLate},
		"an order with another address": {func(w *warehouse, id int64) error {
			return w.EditOrder(id, func(d *sim.OrderDocument) { d.ShipTo.Zip = "97301" })
		}, fulfillment.UpdateConflict},
		"an order with other lines": {func(w *warehouse, id int64) error {
			return w.EditOrder(id, func(d *sim.OrderDocument) { d.OrderItems = d.OrderItems[:1] })
		}, fulfillment.UpdateConflict},
		"an order that remembers nothing": {func(w *warehouse, id int64) error {
			return w.EditOrder(id, func(d *sim.OrderDocument) { d.SavedElements = nil })
		}, fulfillment.UpdateConflict},
		"an order that remembers in words of a later version": {func(w *warehouse, id int64) error {
			return w.EditOrder(id, func(d *sim.OrderDocument) {
				for i, e := range d.SavedElements {
					if e.Name == contentElement {
						d.SavedElements[i].Value = "2" + strings.TrimPrefix(e.Value, "1")
					}
				}
			})
		}, fulfillment.UpdateConflict},
	} {
		t.Run(name, func(t *testing.T) {
			w, text, id := stands(t, sim.Options{})
			ok(t, test.spoil(w, id))
			before, _ := w.Order(id)
			update, err := w.driver.UpdateOrder(t.Context(), text, edited, []fulfillment.Part{fulfillment.PartShipTo, fulfillment.PartLines})
			ok(t, err)
			if update.Outcome != test.want || w.Faults().Calls()["PUT /orders/{id}"] != 0 {
				t.Errorf("%s, want %s, after %d writes", update.Outcome, test.want, w.Faults().Calls()["PUT /orders/{id}"])
			}
			if after, _ := w.Order(id); cmp.Diff(before.Document, after.Document) != "" {
				t.Error("it was changed")
			}
		})
	}
	for name, test := range map[string]struct {
		order fulfillment.Order
		kind  fulfillment.FaultKind
	}{
		"somebody else's order": {toldOf(anOrder(2), unchanged), fulfillment.FaultConflict},
		"an unknown SKU": {toldOf(everything(), func(o *fulfillment.Order) {
			o.Lines[0].Quantity = 1
			o.Lines = append(o.Lines, fulfillment.Line{ID: 95, SKU: "NONE", Quantity: 1})
		}), fulfillment.FaultInvalid},
		"no line":    {toldOf(everything(), func(o *fulfillment.Order) { o.Lines = nil }), fulfillment.FaultInvalid},
		"no address": {toldOf(everything(), func(o *fulfillment.Order) { o.ShipTo.Line1, o.ShipTo.Line2, o.ShipTo.Line3 = "", "", "" }), fulfillment.FaultInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			w, text, id := stands(t, sim.Options{})
			before, _ := w.Order(id)
			_, err := w.driver.UpdateOrder(t.Context(), text, test.order, fulfillment.Parts())
			if !fulfillment.IsFault(err, test.kind) || fulfillment.Uncertain(err) {
				t.Errorf("%v", err)
			}
			if after, _ := w.Order(id); cmp.Diff(before.Document, after.Document) != "" {
				t.Error("it was changed")
			}
		})
	}
}

// Without the tag of a reading nothing is written, and with a stale one the
// service refuses: whatever changed in between is read and judged.
func TestAnUpdateNamesTheReadingItWasDecidedBy(t *testing.T) {
	order := toldOf(everything(), func(o *fulfillment.Order) { o.InternalNotes = "by hand" })
	t.Run("always changed", func(t *testing.T) {
		w, text, _ := stands(t, sim.Options{})
		w.Faults().MustAdd(fault.Rule{Method: "PUT", Path: "/orders/{id}", Kind: fault.StatusBefore, Status: http.StatusPreconditionFailed})
		update, err := w.driver.UpdateOrder(t.Context(), text, order, []fulfillment.Part{fulfillment.PartNotes})
		if err != nil || update.Outcome != fulfillment.UpdateUnknown || w.Faults().Calls()["PUT /orders/{id}"] != maxCancelTries {
			t.Errorf("%s, %v", update.Outcome, err)
		}
	})
	t.Run("the header is removed on the way", func(t *testing.T) {
		w, text, _ := stands(t, sim.Options{})
		w.Faults().MustAdd(fault.Rule{Method: "PUT", Path: "/orders/{id}", Kind: fault.StatusBefore, Status: http.StatusPreconditionRequired})
		_, err := w.driver.UpdateOrder(t.Context(), text, order, []fulfillment.Part{fulfillment.PartNotes})
		if !fulfillment.IsFault(err, fulfillment.FaultMalformed) {
			t.Errorf("%v", err)
		}
	})
	t.Run("the simulator refuses both", func(t *testing.T) {
		w, text, id := stands(t, sim.Options{})
		before, _ := w.Order(id)
		whole, err := w.driver.readWhole(t.Context(), updateOperation, text)
		ok(t, err)
		for etag, status := range map[string]int{"": http.StatusPreconditionRequired, `"AAAAAAAA//8="`: http.StatusPreconditionFailed} {
			whole.etag = etag
			if response, _ := w.driver.writeBack(t.Context(), updateOperation, whole); response.Status != status {
				t.Errorf("the tag %q: %d, want %d", etag, response.Status, status)
			}
		}
		if after, _ := w.Order(id); cmp.Diff(before.Document, after.Document) != "" {
			t.Error("it was changed")
		}
	})
}

// The order remembers what it was told in the request that tells it, so that a
// lost answer is settled by a reading.
func TestALostAnswerToAnUpdateIsReadBack(t *testing.T) {
	order := toldOf(everything(), func(o *fulfillment.Order) { o.Lines[0].Quantity = 5 })
	for name, test := range map[string]struct {
		kind fault.Kind
		want fulfillment.UpdateOutcome
	}{
		"after the effect":  {fault.DropAfter, fulfillment.UpdateDone},
		"before the effect": {fault.DropBefore, fulfillment.UpdateUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			w, text, id := stands(t, sim.Options{})
			w.Faults().MustAdd(fault.Rule{Method: "PUT", Path: "/orders/{id}", Kind: test.kind, Nth: 1})
			update, err := w.driver.UpdateOrder(t.Context(), text, order, []fulfillment.Part{fulfillment.PartLines})
			if err != nil || update.Outcome != test.want {
				t.Errorf("%s, %v", update.Outcome, err)
			}
			after, _ := w.Order(id)
			if done := *after.Document.OrderItems[0].Qty == sim.Units(5); done != (test.want == fulfillment.UpdateDone) {
				t.Errorf("done is %t", done)
			}
		})
	}
}

// ASSUMPTION: the service keeps the element. Where it does not, an order
// remembers nothing.
func TestSavedElementsKeepTheContent(t *testing.T) {
	w, text, id := stands(t, sim.Options{})
	order := toldOf(everything(), unchanged)
	found, err := w.driver.FindOrders(t.Context(), []fulfillment.Lookup{{ID: order.ID}})
	ok(t, err)
	open, _, err := w.driver.WarehouseOpenOrders(t.Context(), "")
	ok(t, err)
	for _, orders := range [][]fulfillment.WarehouseOrder{found, open} {
		if len(orders) != 1 || orders[0].ID != text || orders[0].Delivered.Said != order.Content || orders[0].Content != orders[0].Delivered.Taken {
			t.Errorf("%+v", orders)
		}
	}
	ok(t, w.EditOrder(id, func(d *sim.OrderDocument) { d.SavedElements = nil }))
	found, err = w.driver.FindOrders(t.Context(), []fulfillment.Lookup{{ID: order.ID}})
	ok(t, err)
	if !found[0].Delivered.IsZero() {
		t.Errorf("%+v", found[0].Delivered)
	}
	// A merchant's custom field of the same name is another one.
	elements := savedElements(fulfillment.Order{Extra: []fulfillment.Field{{Name: " ordersync content", Value: "1 x y"}}})
	if len(elements) != 1 || strings.EqualFold(strings.TrimSpace(elements[0].Name), contentElement) {
		t.Errorf("%+v", elements)
	}
}
