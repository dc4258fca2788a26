// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"testing"
	"time"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

// TestAllocation: one order of 1, 2, 4, ... units in each status tells by its sum which are counted.
func TestAllocation(t *testing.T) {
	waiting := map[string]int32{
		om.StatusUnresolved: 1, om.StatusAwaitingPayment: 2, om.StatusAwaitingShipment: 4, om.StatusAwaitingMCF: 8,
		om.StatusAwaiting3PLExport: 16, om.StatusAwaitingDropship: 32, om.StatusSKUUnprocessed: 64,
	}
	const pending, held, closed, open = 128, 256, 512, 127
	for allocation, want := range map[om.Allocation]int64{
		"":                          open + pending + held,
		om.AllocateAll:              open + pending + held,
		om.AllocateAllButHeld:       open + pending,
		om.AllocateReleasedWhenSent: open + held,
		om.AllocateNone:             0,
	} {
		t.Run(string(allocation), func(t *testing.T) {
			s := newStand(t, om.Options{Allocation: allocation})
			s.must(s.SetStock("A", dc, 1000, 10))
			for status, units := range waiting {
				s.add(status, om.Item("A", units))
			}
			s.add(om.StatusPendingFulfillment, om.Item("A", pending))
			s.add(om.StatusOnHold, om.Item("A", held))
			for _, status := range []string{om.StatusShipped, om.StatusCancelled, om.StatusProcessedOutside, om.StatusInboundPlan} {
				s.add(status, om.Item("A", closed))
			}
			s.addOrder(om.Order{Source: &om.WarehouseInfo{WarehouseID: other}, Items: []om.OrderItem{om.Item("A", 1)}})
			f, _ := s.Stock("A", dc)
			if f.Allocated != want || f.Available != 1000-10-want {
				t.Errorf("%+v, want %d allocated", f, want)
			}
		})
	}
}

// TestAllocationFollowsAnOrder walks one order of 3 units through its life at 10 on hand.
func TestAllocationFollowsAnOrder(t *testing.T) {
	type step struct {
		name string
		do   func(*stand, int64)
		want map[om.Allocation]int64 // available
	}
	all := func(n int64) map[om.Allocation]int64 {
		return map[om.Allocation]int64{om.AllocateAll: n, om.AllocateAllButHeld: n, om.AllocateReleasedWhenSent: n, om.AllocateNone: n}
	}
	steps := []step{
		{"waiting", func(*stand, int64) {}, map[om.Allocation]int64{om.AllocateAll: 7, om.AllocateAllButHeld: 7, om.AllocateReleasedWhenSent: 7, om.AllocateNone: 10}},
		{"held", func(s *stand, id int64) { s.must(s.HoldOrder(id, s.clock.Now().Add(time.Hour))) },
			map[om.Allocation]int64{om.AllocateAll: 7, om.AllocateAllButHeld: 10, om.AllocateReleasedWhenSent: 7, om.AllocateNone: 10}},
		{"hold over", func(s *stand, _ int64) { s.clock.advance(time.Hour) },
			map[om.Allocation]int64{om.AllocateAll: 7, om.AllocateAllButHeld: 7, om.AllocateReleasedWhenSent: 7, om.AllocateNone: 10}},
		{"sent", func(s *stand, id int64) { s.send(orderIDs(id)) },
			map[om.Allocation]int64{om.AllocateAll: 7, om.AllocateAllButHeld: 7, om.AllocateReleasedWhenSent: 10, om.AllocateNone: 10}},
		{"shipped", func(s *stand, id int64) { s.ship("", entry(id, "T")) }, all(7)}, // left on hand
	}
	for _, allocation := range om.Allocations() {
		t.Run(string(allocation), func(t *testing.T) {
			s := newStand(t, om.Options{Allocation: allocation})
			s.must(s.SetStock("A", dc, 10, 0))
			id := s.add(om.StatusAwaiting3PLExport, om.Item("A", 2), om.Item("A", 1))
			for _, step := range steps {
				step.do(s, id)
				if f, _ := s.Stock("A", dc); f.Available != step.want[allocation] {
					t.Errorf("%s: %+v, want %d available", step.name, f, step.want[allocation])
				}
			}
		})
	}
}

func TestAllocationFollowsEveryOtherChange(t *testing.T) {
	s := newStand(t, om.Options{})
	for _, w := range []int64{dc, other} {
		s.must(s.SetStock("A", w, 10, 0))
		s.must(s.SetStock("A2", w, 10, 0))
	}
	available := func(sku string, warehouse, want int64) {
		t.Helper()
		if f, _ := s.Stock(sku, warehouse); f.Available != want {
			t.Errorf("%s at %d: %+v, want %d", sku, warehouse, f, want)
		}
	}
	id := s.add(om.StatusAwaiting3PLExport, om.Item("KIT", 2), om.OrderItem{ListingSKU: "unmapped", QuantityOrdered: 5})
	available("A", dc, 8)
	available("A2", dc, 6)
	s.must(s.Reroute(id, other))
	available("A", dc, 10)
	available("A2", other, 6)
	s.must(s.UpdateOrder(id, true, func(o *om.Order) { o.Items[0].QuantityOrdered = 1 }))
	available("A", other, 9)
	s.must(s.CancelOrder(id))
	available("A", other, 10)
	s.must(s.RestoreOrder(id))
	available("A2", other, 8)
}

func TestCancelledOrderMayReleaseLate(t *testing.T) {
	for _, c := range []struct {
		options      om.Options
		status       string
		at, restored int64
	}{
		{om.Options{}, om.StatusPendingFulfillment, 10, 7},
		{om.Options{CancelReleasesAfter: time.Hour}, om.StatusPendingFulfillment, 7, 7},
		{om.Options{CancelReleasesAfter: time.Hour}, om.StatusAwaiting3PLExport, 10, 7},
		{om.Options{CancelReleasesAfter: time.Hour, Allocation: om.AllocateReleasedWhenSent}, om.StatusPendingFulfillment, 10, 10},
		{om.Options{CancelReleasesAfter: time.Hour, Allocation: om.AllocateNone}, om.StatusPendingFulfillment, 10, 10},
	} {
		s := newStand(t, c.options)
		s.must(s.SetStock("A", dc, 10, 0))
		id := s.add(c.status, om.Item("A", 3))
		available := func(when string, want int64) {
			t.Helper()
			if f, _ := s.Stock("A", dc); f.Available != want {
				t.Errorf("%+v %s, %s: %+v, want %d", c.options, c.status, when, f, want)
			}
		}
		s.must(s.CancelOrder(id))
		available("cancelled", c.at)
		s.must(s.RestoreOrder(id))
		available("restored", c.restored)
		s.must(s.CancelOrder(id))
		s.clock.advance(time.Hour)
		available("an hour later", 10)
	}
}

func TestAvailableSwitches(t *testing.T) {
	for _, c := range []struct {
		options om.Options
		want    int64 // of 5 on hand, 3 locked, 4 allocated
	}{
		{om.Options{}, -2},
		{om.Options{AvailableFloored: true}, 0},
		{om.Options{AvailableIgnoresLocked: true}, 1},
		{om.Options{AvailableIgnoresLocked: true, AvailableFloored: true}, 1},
		{om.Options{Allocation: om.AllocateNone}, 2},
	} {
		s := newStand(t, c.options)
		s.must(s.SetStock("A", dc, 5, 3))
		s.add(om.StatusAwaiting3PLExport, om.Item("A", 4))
		if f, _ := s.Stock("A", dc); f.Available != c.want {
			t.Errorf("%+v: %+v, want %d", c.options, f, c.want)
		}
	}
}
