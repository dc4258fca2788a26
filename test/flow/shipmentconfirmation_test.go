// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// confirmedOnce fails unless each order is shipped in Order Manager by exactly one report.
func (s *shop) confirmedOnce(ids []fulfillment.OrderID) {
	s.t.Helper()
	for _, order := range s.om.Snapshot().Orders {
		for _, id := range ids {
			if order.ID == int64(id) && (order.Status != omsim.StatusShipped || order.Shipments != 1 || len(order.Tracking) != 1) {
				s.t.Errorf("order %d: %s, %d shipments reported, tracking %v", id, order.Status, order.Shipments, order.Tracking)
			}
		}
	}
}

func TestShipmentsAreConfirmedOnceAndOnlyWhenWhole(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	s.product("B", 1000, 0, 0)
	ids := s.orders(6, "A")
	two := s.order(omsim.StatusAwaiting3PLExport, "A", 2, func(o *omsim.Order) { o.Items = append(o.Items, omsim.Item("B", 3)) })
	short := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
	s.ok(s.download())
	s.clock.Pass(time.Hour)
	at := func(id fulfillment.OrderID) int64 { return s.there(id)[0].ID }
	whole, open, cancelledThere, noTracking, twoPackages, unknown := ids[0], ids[1], ids[2], ids[3], ids[4], ids[5]
	s.must(s.wh.Ship(at(whole), whsim.Shipment{}))
	s.must(s.wh.CancelByWarehouse(at(cancelledThere), "damaged"))
	s.must(s.wh.Ship(at(noTracking), whsim.Shipment{NoPackages: true}))
	s.must(s.wh.Ship(at(twoPackages), whsim.Shipment{Packages: []whsim.Package{{Tracking: "1Z1"}, {Tracking: "1Z2"}}}))
	s.must(s.wh.EditOrder(at(unknown), func(d *whsim.OrderDocument) { d.ExternalID = "" }))
	s.must(s.wh.CloseShort(at(short), whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(3)}}))
	child, err := s.wh.Split(at(two), map[string]whsim.Quantity{"B": whsim.Units(3)})
	s.must(err)
	parent := s.there(two)[0].ID
	s.must(s.wh.Ship(parent, whsim.Shipment{}))

	report := s.ok(s.confirm())
	if report.Counts.Confirmed != 2 {
		t.Errorf("confirmed %d", report.Counts.Confirmed)
	}
	want := map[fulfillment.OrderID]string{
		cancelledThere: fulfillment.ReasonCancelledByWarehouse, noTracking: fulfillment.ReasonNoTracking,
		unknown: fulfillment.ReasonUnknownInWarehouse, short: fulfillment.ReasonClosedShort,
	}
	got := reasons(report)
	for id, reason := range want {
		if got[id] != reason {
			t.Errorf("order %d: reason %q, want %q", id, got[id], reason)
		}
	}
	if len(got) != len(want) {
		t.Errorf("reasons %v", got)
	}
	for _, id := range []fulfillment.OrderID{open, cancelledThere, noTracking, unknown, short, two} {
		if s.status(id) != omsim.StatusPendingFulfillment {
			t.Errorf("order %d is %s", id, s.status(id))
		}
	}
	s.must(s.wh.Ship(child, whsim.Shipment{}))
	s.clock.Pass(15 * time.Minute)
	if again := s.ok(s.confirm()); again.Counts.Confirmed != 1 {
		t.Errorf("after the rest: confirmed %d", again.Counts.Confirmed)
	}
	s.confirmedOnce([]fulfillment.OrderID{whole, twoPackages, two}[:2])
	if s.status(two) != omsim.StatusShipped {
		t.Errorf("the order in two parts is %s", s.status(two))
	}
	s.clock.Pass(15 * time.Minute)
	if last := s.ok(s.confirm()); last.Counts.Confirmed != 0 {
		t.Errorf("a third run confirmed %d", last.Counts.Confirmed)
	}
}

func TestAnswersToShipmentsThatProveNothing(t *testing.T) {
	t.Parallel()
	const path = "/v1.1/shipment/external"
	for _, test := range []struct {
		name  string
		rule  fault.Rule
		reads int
	}{
		{name: "dropped after", rule: fault.Rule{Method: "PUT", Path: path, Kind: fault.DropAfter, Nth: 1}},
		{name: "dropped before", rule: fault.Rule{Method: "PUT", Path: path, Kind: fault.DropBefore, Nth: 1}},
		{name: "500 after", rule: fault.Rule{Method: "PUT", Path: path, Kind: fault.StatusAfter, Status: 500, Nth: 1}},
		{name: "half an answer", rule: fault.Rule{Method: "PUT", Path: path, Kind: fault.Truncate, Nth: 1}},
		{name: "not JSON", rule: fault.Rule{Method: "PUT", Path: path, Kind: fault.StatusAfter, Status: 200, Body: "<html>", Nth: 1}},
		{name: "429", rule: fault.Rule{Method: "PUT", Path: path, Kind: fault.StatusBefore, Status: 429, Nth: 1}},
		{name: "PENDING first", reads: 3, rule: fault.Rule{Path: "/nothing"}},
		{name: "PENDING first and the answer lost", reads: 2, rule: fault.Rule{Method: "PUT", Path: path, Kind: fault.DropAfter, Nth: 1}},
	} {
		for _, repeated := range []omsim.RepeatedShipment{omsim.RefuseRepeatedShipment, omsim.DuplicateRepeatedShipment} {
			t.Run(test.name+"/"+string(repeated), func(t *testing.T) {
				s := newShop(t, shopOptions{om: omsim.Options{ShipmentPendingReads: test.reads, RepeatedShipment: repeated}})
				s.product("A", 1000, 0, 0)
				ids := s.orders(20, "A")
				s.ok(s.download())
				s.clock.Pass(time.Hour)
				s.wh.ShipAll(0)
				s.must2(s.omCall.Add(test.rule))
				for range 10 {
					_, _ = s.confirm()
					s.clock.Pass(3 * time.Minute)
				}
				s.confirmedOnce(ids)
			})
		}
	}
}

func TestOneBadShipmentStopsNoneOfTheOthers(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	ids := s.orders(10, "A")
	s.ok(s.download())
	s.clock.Pass(time.Hour)
	s.wh.ShipAll(0)
	// A user cancels one between our reading and our report.
	hold := s.omCall.HoldBefore(fault.Rule{Method: "PUT", Path: "/v1.1/shipment/external", Nth: 1})
	done := make(chan error, 1)
	go func() {
		_, err := s.confirm()
		done <- err
	}()
	<-hold.Reached()
	s.must(s.om.CancelOrder(int64(ids[4])))
	hold.Release()
	s.must(<-done)
	s.confirmedOnce(append(ids[:4:4], ids[5:]...))
	if s.status(ids[4]) != omsim.StatusCancelled {
		t.Errorf("the cancelled order is %s", s.status(ids[4]))
	}
}
