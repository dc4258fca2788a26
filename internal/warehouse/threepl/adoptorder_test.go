// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	sim "ordersync.dev/operator/internal/simulator/threepl"
)

// strange is a warehouse with an order that carries no identity, made with
// everything that an order can have.
func strange(t testing.TB) (w *warehouse, text string, id int64) {
	t.Helper()
	w = newWarehouse(t, sim.Options{})
	w.SetCarriers([]sim.Carrier{{Name: "UPS", SCAC: "UPSN", Services: []string{"Ground"}}})
	order := everything()
	created, err := w.driver.CreateOrder(t.Context(), order, order.Number)
	ok(t, err)
	id, _ = parseID(created.ID)
	ok(t, w.EditOrder(id, func(d *sim.OrderDocument) { d.ExternalID = "" }))
	return w, created.ID, id
}

// The assumption of AdoptOrder: an order that was read with all its detail is
// sent back and loses nothing.
func TestAdoptOrderChangesTheIdentityAlone(t *testing.T) {
	w, text, id := strange(t)
	before, _ := w.Order(id)
	order := everything()
	order.WarehouseID = 101
	adopted, err := w.driver.AdoptOrder(t.Context(), text, order)
	ok(t, err)
	if adopted.Identity != order.ID.String() || adopted.RoutedTo != 101 || adopted.ID != text {
		t.Errorf("adopted as %+v", adopted)
	}
	after, _ := w.Order(id)
	before.Document.ExternalID = order.ID.String()
	for i := range before.Document.OrderItems {
		// What is read names items by id as well: the same items.
		before.Document.OrderItems[i].ItemIdentifier.ID = after.Document.OrderItems[i].ItemIdentifier.ID
	}
	before.Document.SavedElements = append(before.Document.SavedElements, sim.SavedElement{Name: routeElement, Value: "101"})
	if diff := cmp.Diff(before.Document, after.Document); diff != "" {
		t.Error(diff)
	}
	t.Run("a second time does nothing", func(t *testing.T) {
		puts := w.Faults().Calls()["PUT /orders/{id}"]
		again, err := w.driver.AdoptOrder(t.Context(), text, order)
		ok(t, err)
		if again.Identity != order.ID.String() || w.Faults().Calls()["PUT /orders/{id}"] != puts {
			t.Error("it was written again")
		}
	})
	t.Run("somebody else's is a conflict", func(t *testing.T) {
		if _, err := w.driver.AdoptOrder(t.Context(), text, anOrder(2)); !fulfillment.IsFault(err, fulfillment.FaultConflict) {
			t.Errorf("%v", err)
		}
	})
}

func TestAdoptOrderRefuses(t *testing.T) {
	for name, spoil := range map[string]func(w *warehouse, id int64) error{
		"a shipped order":   func(w *warehouse, id int64) error { return w.Ship(id, sim.Shipment{}) },
		"a cancelled order": func(w *warehouse, id int64) error { return w.CancelByWarehouse(id, "gone") },
	} {
		t.Run(name, func(t *testing.T) {
			w, text, id := strange(t)
			ok(t, spoil(w, id))
			if _, err := w.driver.AdoptOrder(t.Context(), text, everything()); !fulfillment.IsFault(err, fulfillment.FaultConflict) {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("an order that changes in between", func(t *testing.T) {
		w, text, id := strange(t)
		hold := w.Faults().HoldBefore(fault.Rule{Method: "PUT", Path: "/orders/{id}", Nth: 1})
		done := make(chan error, 1)
		go func() {
			_, err := w.driver.AdoptOrder(t.Context(), text, everything())
			done <- err
		}()
		<-hold.Reached()
		ok(t, w.EditOrder(id, func(d *sim.OrderDocument) { d.Notes = "changed by hand" }))
		hold.Release()
		if err := <-done; !fulfillment.IsFault(err, fulfillment.FaultConflict) {
			t.Errorf("%v", err)
		}
		if after, _ := w.Order(id); after.Document.Notes != "changed by hand" || after.Document.ExternalID != "" {
			t.Errorf("the change by hand was overwritten: %+v", after.Document)
		}
	})
}

func TestALostAnswerToAnAdoptionIsReadBack(t *testing.T) {
	for name, test := range map[string]struct {
		rule  fault.Rule
		taken bool
	}{
		"after the effect":  {fault.Rule{Method: "PUT", Path: "/orders/{id}", Kind: fault.DropAfter, Nth: 1}, true},
		"before the effect": {fault.Rule{Method: "PUT", Path: "/orders/{id}", Kind: fault.DropBefore, Nth: 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w, text, _ := strange(t)
			w.Faults().MustAdd(test.rule)
			adopted, err := w.driver.AdoptOrder(t.Context(), text, everything())
			if test.taken && (err != nil || adopted.Identity != "8812001") {
				t.Errorf("%+v, %v", adopted, err)
			}
			if !test.taken && err == nil {
				t.Error("an adoption that did not happen was proven")
			}
		})
	}
}

// The assumption of routeElement: the service keeps it. Where it does not,
// nothing is known of the route.
func TestSavedElementsKeepTheRoute(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	order := anOrder(1)
	order.WarehouseID = 101
	created, err := w.driver.CreateOrder(t.Context(), order, "S-1")
	ok(t, err)
	if created.RoutedTo != 101 {
		t.Errorf("created for %d", created.RoutedTo)
	}
	found, err := w.driver.FindOrders(t.Context(), []fulfillment.Lookup{{ID: 1}})
	ok(t, err)
	if len(found) != 1 || found[0].RoutedTo != 101 {
		t.Errorf("found %+v", found)
	}
	for _, elements := range [][]savedElement{nil, {{"Channel", "101"}}, {{routeElement, "x"}}, {{routeElement, "-1"}}} {
		if routed := routedTo(elements); routed != 0 {
			t.Errorf("%v: routed to %d", elements, routed)
		}
	}
}
