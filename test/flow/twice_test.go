// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// copyThere types an order into the warehouse a second time, under another reference.
func (s *shop) copyThere(reference, externalID string) int64 {
	s.t.Helper()
	copied, err := s.wh.AddForeignOrder(whsim.OrderDocument{
		OrderFields: whsim.OrderFields{
			CustomerIdentifier: &whsim.Identifier{ID: customer}, FacilityIdentifier: &whsim.Identifier{ID: facility},
			ReferenceNum: reference, ExternalID: externalID,
			ShipTo: &whsim.Contact{CompanyName: "Ann", Name: "Ann", Address1: "1 Main St", City: "Reno", State: "NV", Zip: "89501", Country: "US"},
		},
		OrderItems: []whsim.OrderItem{{ItemIdentifier: &whsim.ItemIdentifier{SKU: "A"}, Qty: new(whsim.Units(4))}},
	})
	s.must(err)
	return copied
}

// only returns the one order that a report lists, with its reason.
func only(t *testing.T, report routine.Report, id fulfillment.OrderID, reason string) routine.FailingOrder {
	t.Helper()
	if report.Failing.Count != 0 || report.Drift.Count != 1 || len(report.Drift.Orders) != 1 ||
		report.Drift.Orders[0].ID != id || report.Drift.Orders[0].Reason != reason {
		t.Fatalf("failing %+v, drift %+v; want order %d, %s, and nothing else", report.Failing, report.Drift, id, reason)
	}
	return report.Drift.Orders[0]
}

// An order that the warehouse has twice under its identity is told of with both
// ids, and its shipment waits, until one of the two is cancelled. Parts that the
// warehouse split off are no second order.
func TestAnOrderThatTheWarehouseHasTwiceIsToldOfUntilOneIsGone(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id, parted := s.order(omsim.StatusAwaiting3PLExport, "A", 4), s.order(omsim.StatusAwaiting3PLExport, "A", 4)
	s.ok(s.download())
	first := s.there(id)[0].ID
	_, err := s.wh.Split(s.there(parted)[0].ID, map[string]whsim.Quantity{"A": whsim.Units(1)})
	s.must(err)
	second := s.copyThere("TYPED-IN-AGAIN", id.String())
	for _, state := range []string{"both open", "one shipped"} {
		if state == "one shipped" {
			s.must(s.wh.Ship(first, whsim.Shipment{}))
		}
		listed := only(t, s.ok(s.confirm()), id, fulfillment.ReasonTwiceInWarehouse)
		if !strings.Contains(listed.Message, fmt.Sprint(first)) || !strings.Contains(listed.Message, fmt.Sprint(second)) || listed.WarehouseID != fmt.Sprint(second) {
			t.Errorf("%s: %+v", state, listed)
		}
		if s.status(id) != omsim.StatusPendingFulfillment {
			t.Errorf("%s: it is %s", state, s.status(id))
		}
		if report := s.ok(s.cancel()); len(report.Listed()) != 0 {
			t.Errorf("%s: listed twice: %v", state, reasons(report))
		}
		s.clock.Pass(15 * time.Minute)
	}
	s.must(s.wh.CancelByWarehouse(second, "typed in twice"))
	if report := s.ok(s.confirm()); len(report.Listed()) != 0 || s.status(id) != omsim.StatusShipped {
		t.Errorf("%s, listed %v", s.status(id), reasons(report))
	}
}

// When both have left already the order is confirmed, and the run says that two
// parcels are on their way.
func TestAnOrderThatShippedTwiceIsConfirmedAndToldOf(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
	s.ok(s.download())
	s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
	s.must(s.wh.Ship(s.copyThere("TYPED-IN-AGAIN", id.String()), whsim.Shipment{}))
	only(t, s.ok(s.confirm()), id, fulfillment.ReasonTwiceInWarehouse)
	if s.status(id) != omsim.StatusShipped {
		t.Errorf("it is %s", s.status(id))
	}
}

// A user who knows of it says so with a label; then nothing is listed, and the
// order goes the way of every other.
func TestAnAcknowledgedSecondOrderIsNotToldOf(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
	s.ok(s.download())
	s.copyThere("TYPED-IN-AGAIN", id.String())
	s.acknowledge(id)
	if report := s.ok(s.confirm()); len(report.Listed()) != 0 {
		t.Errorf("listed %v", reasons(report))
	}
}

// Two open orders of one reference, of which one is ours: somebody typed the
// number in again. The full comparison tells of it, runs between two of them
// keep it listed, and it goes with the second order.
func TestAReferenceThatTheWarehouseHoldsTwiceIsToldOf(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{wh: whsim.Options{CaseSensitive: true}})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
	s.must(s.om.UpdateOrder(int64(id), true, func(order *omsim.Order) { order.OrderNumber = "SO-1001" }))
	s.ok(s.download())
	ours := s.there(id)[0]
	second := s.copyThere(strings.ToLower(ours.Reference), "")
	listed := only(t, s.ok(s.cancel()), id, fulfillment.ReasonTwiceInWarehouse)
	if !strings.Contains(listed.Message, fmt.Sprint(ours.ID)) || !strings.Contains(listed.Message, fmt.Sprint(second)) {
		t.Errorf("%+v", listed)
	}
	if report := s.ok(s.confirm()); len(report.Listed()) != 0 {
		t.Errorf("listed by two routines: %v", reasons(report))
	}
	s.must(s.wh.CancelByWarehouse(second, "typed in twice"))
	s.clock.Pass(15 * time.Minute)
	if report := s.ok(s.cancel()); len(report.Listed()) != 0 {
		t.Errorf("still listed: %v", reasons(report))
	}
}
