// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// RowRoute is about the Order Manager warehouse that an order was routed to. A
// system without a place for it cannot tell that an order was routed elsewhere
// since; no capability says so, and the routines then report instead of cancel.
const RowRoute Row = "order says where it was routed"

func routeRows() []row {
	return []row{{name: RowRoute, check: checkRoute, optional: true}}
}

// Order Manager warehouses of the row.
const (
	someWarehouse    int64 = 4711
	anotherWarehouse int64 = 4712
)

// checkRoute: an order says where it was routed when it was delivered, one that
// was entered by hand says so from its adoption on, and whoever comes later
// does not change it.
func checkRoute(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	delivered, adopted, unrouted := order(item{sku, 1}), order(item{sku, 2}), order(item{sku, 3})
	delivered.WarehouseID, adopted.WarehouseID = someWarehouse, anotherWarehouse

	created := s.create(t, delivered)
	s.routed(t, "created", created, someWarehouse)
	s.routed(t, "created without a route", s.create(t, unrouted), 0)

	id := s.warehouse.EnterByHand(t, adopted, adopted.Number)
	s.routed(t, "entered by hand", s.one(t, adopted), 0)
	got, err := s.destination.AdoptOrder(t.Context(), id, adopted)
	if err != nil {
		t.Fatalf("adopting: %v", err)
	}
	s.routed(t, "adopted", got, anotherWarehouse)

	for what, again := range map[string]struct {
		order    fulfillment.Order
		routedTo int64
	}{
		"delivered order": {delivered, anotherWarehouse}, "adopted order": {adopted, someWarehouse},
	} {
		before := s.one(t, again.order)
		later := again.order
		later.WarehouseID = again.routedTo
		after, err := s.destination.AdoptOrder(t.Context(), before.ID, later)
		if err != nil {
			t.Fatalf("adopting a %s: %v", what, err)
		}
		s.routed(t, "a "+what+" adopted once more", after, before.RoutedTo)
	}

	open := s.open(t)
	for what, want := range map[string]struct {
		order    fulfillment.Order
		routedTo int64
	}{
		"delivered": {delivered, someWarehouse}, "adopted": {adopted, anotherWarehouse}, "without a route": {unrouted, 0},
	} {
		found := s.one(t, want.order)
		s.routed(t, "found, "+what, found, want.routedTo)
		s.routed(t, "among the open ones, "+what, open[found.ID], want.routedTo)
	}
}

func (s scene) routed(t testing.TB, what string, got fulfillment.WarehouseOrder, want int64) {
	t.Helper()
	if got.RoutedTo != want {
		t.Errorf("%s: the order says that it was routed to %d, want %d", what, got.RoutedTo, want)
	}
}
