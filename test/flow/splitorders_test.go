// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// What shipped of an order that was closed short is split off; the rest stays
// and is told of, and once it is cancelled nothing is too late.
func TestShortShippedIsSplitOff(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{}, 1)
	s.shipments.Split, s.shipments.SplitShort = false, true
	id := ids[0]
	s.must(s.wh.CloseShort(s.openThere(id), whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(2), "B": whsim.Units(1)}}))
	s.ok(s.confirm())
	s.clock.Pass(15 * time.Minute)
	report := s.ok(s.confirm())
	if r := reasons(report); len(r) != 1 || r[id] != fulfillment.ReasonClosedShort || s.status(id) != omsim.StatusPendingFulfillment {
		t.Errorf("the rest is %s, reasons %v", s.status(id), r)
	}
	children := s.splitChildren(id)
	if len(children) != 1 || children[0].Status != omsim.StatusShipped || fmt.Sprint(children[0].Lines) != "[{A 2} {B 1}]" {
		t.Fatalf("split off were %+v", children)
	}
	if result := s.books(); !result.Clean() || !result.Quiet() || result.Counts[books.ClosedShort] != 1 {
		t.Errorf("%v %v", result.Err(), result.Counts)
	}
	s.must(s.om.CancelOrder(int64(id)))
	for range 2 {
		s.clock.Pass(15 * time.Minute)
		if report := s.ok(s.cancel()); len(report.Listed()) != 0 {
			t.Errorf("too late is %v", reasons(report))
		}
	}
	if result := s.books(); !result.Clean() || result.TooLate != 0 {
		t.Errorf("%v %v", result.Err(), result.Counts)
	}
}

// The rest of an order whose first part was confirmed is cancelled: what is
// open is cancelled there, and the parcel that left is not too late.
func TestTheRestOfASplitOrderIsCancelled(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{}, 2)
	id, late := ids[0], ids[1]
	s.shipPart(id, map[string]int64{"B": 3})
	s.shipPart(late, map[string]int64{"B": 3})
	s.ok(s.confirm())
	// Of the second one all has left, and the rest is cancelled too late.
	s.must(s.wh.Ship(s.openThere(late), whsim.Shipment{}))
	s.must(s.om.CancelOrder(int64(id)))
	s.must(s.om.CancelOrder(int64(late)))
	for range 2 {
		s.clock.Pass(15 * time.Minute)
		report := s.ok(s.cancel())
		if r := reasons(report); len(r) != 1 || r[late] != fulfillment.ReasonTooLate {
			t.Errorf("reasons %v", r)
		}
	}
	result := s.books()
	if result.Counts[books.Uncancelled] != 0 || result.TooLate != 1 || !result.Clean() {
		t.Errorf("%v %v", result.Err(), result.Counts)
	}
}

// An order that a user split off a sent one is in the warehouse already; one
// that was split before either was sent is not.
func TestOrdersThatAUserSplit(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{}, 1)
	id := ids[0]
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.Items = o.Items[:1] }))
	off := s.order(omsim.StatusAwaiting3PLExport, "B", 3, func(o *omsim.Order) { o.RelatedOrderIDs = []int64{int64(id)} })
	first := s.order(omsim.StatusAwaiting3PLExport, "A", 1)
	second := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.RelatedOrderIDs = []int64{int64(first)} })
	for range 2 {
		report := s.ok(s.download())
		if r := reasons(report); len(r) != 1 || r[off] != fulfillment.ReasonSplitOff {
			t.Errorf("reasons %v", r)
		}
		s.clock.Pass(15 * time.Minute)
	}
	if len(s.there(off)) != 0 || len(s.there(first)) != 1 || len(s.there(second)) != 1 {
		t.Errorf("there are %d, %d and %d", len(s.there(off)), len(s.there(first)), len(s.there(second)))
	}
	// Nobody has it there any more.
	s.must(s.wh.CancelByWarehouse(s.openThere(id), "damaged"))
	s.ok(s.download())
	if len(s.there(off)) != 1 {
		t.Error("the order was not sent")
	}
}

// A part without a tracking number waits for it, as a whole order does.
func TestASplitWaitsForTracking(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{}, 1)
	child, err := s.wh.Split(s.openThere(ids[0]), map[string]whsim.Quantity{"B": whsim.Units(3)})
	s.must(err)
	s.must(s.wh.Ship(child, whsim.Shipment{NoPackages: true}))
	s.ok(s.confirm())
	if n := len(s.splitChildren(ids[0])); n != 0 {
		t.Fatalf("%d were split off", n)
	}
	s.shipments.NoTrackingText = "by truck"
	s.ok(s.confirm())
	if children := s.splitChildren(ids[0]); len(children) != 1 || strings.Join(children[0].Tracking, "") != "by truck" {
		t.Errorf("split off were %+v", children)
	}
}

// withoutParts is a warehouse that does not ship in parts.
type withoutParts struct{ fulfillment.Destination }

func (d withoutParts) Capabilities() fulfillment.Capabilities {
	capabilities := d.Destination.Capabilities()
	capabilities.PartialShipments = false
	return capabilities
}

func TestAWarehouseWithoutPartialShipmentsIsNotSplitFor(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{}, 1)
	s.driver = withoutParts{s.driver}
	s.shipPart(ids[0], map[string]int64{"B": 3})
	s.ok(s.confirm())
	if len(s.splitChildren(ids[0])) != 0 {
		t.Error("an order was split")
	}
	s.wh.ShipAll(0)
	s.ok(s.confirm())
	if s.status(ids[0]) != omsim.StatusShipped {
		t.Errorf("the order is %s", s.status(ids[0]))
	}
}

func TestAPlanOfASplit(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{}, 1)
	s.shipPart(ids[0], map[string]int64{"B": 3})
	steps, _ := s.planned(func(env routine.Env) routine.Run { return routine.NewShipmentConfirmation(env, s.shipments) })
	want := routine.PlannedStep{Action: routine.PlannedSplit, OrderID: ids[0], SKU: "B", Quantity: 3}
	if len(steps) != 1 || steps[0] != want {
		t.Errorf("planned %+v", steps)
	}
}

// A person who asks for an order that was split off gets no second parcel, and
// who asks for tracking gets that of the right part.
func TestSplitOrdersAndRequests(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{SplitKeepsStatus: true, RepeatedShipment: omsim.AddRepeatedTracking}, 1)
	id := ids[0]
	s.shipPart(id, map[string]int64{"B": 3})
	s.must2(s.omCall.Add(fault.Rule{Method: "PUT", Path: "/v1.1/shipment/external", Kind: fault.StatusBefore, Status: 503, Nth: 1}))
	_, _ = s.confirm()
	child := fulfillment.OrderID(s.splitChildren(id)[0].ID)
	answers, _ := s.ask("OrderDownload", downloadOf(s.load), resendOf(child))
	judgeAnswer(t, answers, fulfillment.ReasonSplitOff, true)
	if len(s.there(child)) != 0 {
		t.Fatal("an order that was split off was sent")
	}
	s.clock.Pass(time.Hour)
	s.ok(s.confirm())
	s.must(s.wh.Ship(s.openThere(id), whsim.Shipment{}))
	s.ok(s.confirm())
	before := s.inOrderManager(id).Shipment.TrackingNumber
	answers, _ = s.ask("ShipmentConfirmation", confirmation, resendOf(id))
	judgeAnswer(t, answers, "", false)
	if got := s.om.Snapshot().Orders[0].Tracking; len(got) != 2 || got[0] != before || got[1] != before {
		t.Errorf("the order has the numbers %v", got)
	}
}

// restart is a new process: it remembers what status says and nothing else.
func (s *shop) restart() { s.coordination = routine.NewCoordination() }
