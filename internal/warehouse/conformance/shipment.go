// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"maps"
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Rows about shipments.
const (
	RowShippedOrCancelled Row = "shipped told from cancelled"
	RowPartialShipment    Row = "partial shipment"
	RowShortShipment      Row = "short shipment"
	RowSeveralPackages    Row = "several packages and tracking numbers"
)

func shipmentRows() []row {
	parts := func(c fulfillment.Capabilities) bool { return c.PartialShipments }
	return []row{
		{name: RowShippedOrCancelled, check: checkShippedOrCancelled},
		{name: RowPartialShipment, check: checkPartialShipment, capability: parts},
		{name: RowShortShipment, check: checkShortShipment, optional: true},
		{name: RowSeveralPackages, check: checkSeveralPackages, optional: true},
	}
}

// checkShippedOrCancelled: both are closed, and only one of them has left.
func checkShippedOrCancelled(t testing.TB, s scene) {
	a, b := s.sku(t, 100), s.sku(t, 100)
	shipped, cancelled, open := order(item{a, 2}, item{b, 1}), order(item{a, 1}), order(item{a, 1})
	shippedID, cancelledID := s.create(t, shipped).ID, s.create(t, cancelled).ID
	s.create(t, open)
	number := tracking()
	s.warehouse.Ship(t, shippedID, parcel(shipped, number))
	s.warehouse.Cancel(t, cancelledID)

	got := s.one(t, shipped)
	if got.State != fulfillment.WarehouseShipped || got.ShippedAt.IsZero() {
		t.Errorf("the shipped order is in state %s, shipped at %v", got.State, got.ShippedAt)
	}
	if sum := shippedUnits(got); !maps.Equal(sum, wantedUnits(shipped)) {
		t.Errorf("of the shipped order %v have left, want %v", sum, wantedUnits(shipped))
	}
	if !slices.Equal(got.Tracking, []string{number}) {
		t.Errorf("the shipped order has the tracking %q, want %q", got.Tracking, number)
	}
	got = s.one(t, cancelled)
	if got.State != fulfillment.WarehouseCancelled || !got.ShippedAt.IsZero() || len(shippedUnits(got)) > 0 {
		t.Errorf("the cancelled order is in state %s, shipped at %v, %v have left", got.State, got.ShippedAt, shippedUnits(got))
	}
	s.whole(t, open, open.Number, s.one(t, open))
	walked := s.open(t)
	for _, id := range []string{shippedID, cancelledID} {
		if _, ok := walked[id]; ok {
			t.Errorf("order %s is among the open ones", id)
		}
	}
}

// shipPart lets a part of the open order with this identity leave.
func (s scene) shipPart(t testing.TB, o fulfillment.Order, part Package) {
	t.Helper()
	shipper, ok := s.warehouse.(PartShipper)
	if !ok {
		t.Fatal("the warehouse is no PartShipper")
	}
	for _, book := range s.booked(t, o) {
		if book.State == fulfillment.WarehouseOpen {
			shipper.ShipPart(t, book.ID, part)
			return
		}
	}
	t.Fatal("the warehouse has no open order to ship a part of")
}

// looksWhole reports whether everything that was ordered has left, by all the
// orders of the warehouse that carry the identity.
func looksWhole(o fulfillment.Order, found []fulfillment.WarehouseOrder) bool {
	for _, f := range found {
		if f.State == fulfillment.WarehouseOpen {
			return false
		}
	}
	sum := shippedUnits(found...)
	for sku, wanted := range wantedUnits(o) {
		if sum[sku] < wanted {
			return false
		}
	}
	return true
}

// trackingOf are the tracking numbers of orders, in the order of the alphabet.
func trackingOf(found []fulfillment.WarehouseOrder) []string {
	var numbers []string
	for _, f := range found {
		numbers = append(numbers, f.Tracking...)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// checkPartialShipment: a part that left is not the whole, the rest is still
// open, and in the end everything is told once. A system may split the order
// for it: then all that carry the identity count together.
func checkPartialShipment(t testing.TB, s scene) {
	a, b := s.sku(t, 100), s.sku(t, 100)
	o := order(item{a, 3}, item{b, 2})
	s.create(t, o)
	first, second := tracking(), tracking()
	s.shipPart(t, o, Package{Tracking: first, Contents: map[string]int64{a: 2}})

	found := s.find(t, lookup(o))
	if looksWhole(o, found) {
		t.Error("a partial shipment looks whole")
	}
	if sum := shippedUnits(found...); sum[a] > fulfillment.Units(2) || sum[b] != 0 {
		t.Errorf("%v are told to have left, and %v did", sum, units{a: fulfillment.Units(2)})
	}
	rest := ""
	for id, open := range s.open(t) {
		if open.Identity == o.ID.String() {
			rest = id
		}
	}
	if rest == "" {
		t.Fatal("the rest is not among the open orders")
	}
	s.warehouse.Ship(t, rest, Package{Tracking: second, Contents: map[string]int64{a: 1, b: 2}})

	found = s.find(t, lookup(o))
	if !looksWhole(o, found) {
		t.Error("the order does not look whole after all of it has left")
	}
	if sum := shippedUnits(found...); !maps.Equal(sum, wantedUnits(o)) {
		t.Errorf("%v are told to have left, want %v", sum, wantedUnits(o))
	}
	want := []string{first, second}
	slices.Sort(want)
	if got := trackingOf(found); !slices.Equal(got, want) {
		t.Errorf("the tracking is %q, want %q", got, want)
	}
}

// checkShortShipment: an order that was closed without all of it is closed,
// and does not look whole.
func checkShortShipment(t testing.TB, s scene) {
	closer, ok := s.warehouse.(ShortCloser)
	if !ok {
		t.Fatal("the warehouse is no ShortCloser")
	}
	a, b := s.sku(t, 100), s.sku(t, 100)
	for _, left := range []map[string]int64{{a: 1, b: 2}, {a: 3}} {
		o := order(item{a, 3}, item{b, 2})
		id := s.create(t, o).ID
		closer.CloseShort(t, id, Package{Tracking: tracking(), Contents: left})
		found := s.find(t, lookup(o))
		if looksWhole(o, found) {
			t.Errorf("a shipment of %v looks whole", left)
		}
		for sku, sum := range shippedUnits(found...) {
			if sum > fulfillment.Units(left[sku]) {
				t.Errorf("%s of a SKU are told to have left, and %d did", sum, left[sku])
			}
		}
		if _, open := s.open(t)[id]; open {
			t.Error("the order is among the open ones")
		}
	}
}

// checkSeveralPackages: every package with its tracking number, and every
// number once, in the order of the packages.
func checkSeveralPackages(t testing.TB, s scene) {
	a, b := s.sku(t, 100), s.sku(t, 100)
	o := order(item{a, 2}, item{b, 1})
	id := s.create(t, o).ID
	first, second := tracking(), tracking()
	s.warehouse.Ship(t, id,
		Package{Tracking: first, Contents: map[string]int64{a: 1}},
		Package{Tracking: second, Contents: map[string]int64{a: 1}},
		Package{Tracking: first, Contents: map[string]int64{b: 1}},
	)
	got := s.one(t, o)
	if got.State != fulfillment.WarehouseShipped || !maps.Equal(shippedUnits(got), wantedUnits(o)) {
		t.Errorf("the order is in state %s, %v have left", got.State, shippedUnits(got))
	}
	var packed []string
	for _, p := range got.Packages {
		packed = append(packed, p.Tracking)
	}
	if want := []string{first, second, first}; !slices.Equal(packed, want) {
		t.Errorf("the packages have the tracking %q, want %q", packed, want)
	}
	if want := []string{first, second}; !slices.Equal(got.Tracking, want) {
		t.Errorf("the order has the tracking %q, want %q", got.Tracking, want)
	}
}
