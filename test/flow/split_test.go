// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"fmt"
	"slices"
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

const splitPath = "/v1/order/{orderId}/split"

// splitShop is a shop that splits, with orders of two A and three B each that the warehouse has.
func splitShop(t *testing.T, options omsim.Options, orders int) (*shop, []fulfillment.OrderID) {
	t.Helper()
	s := newShop(t, shopOptions{om: options})
	s.product("A", 1000, 1000, 0)
	s.product("B", 1000, 1000, 0)
	s.shipments.Split = true
	var ids []fulfillment.OrderID
	for range orders {
		ids = append(ids, s.order(omsim.StatusAwaiting3PLExport, "A", 2, func(o *omsim.Order) { o.Items = append(o.Items, omsim.Item("B", 3)) }))
	}
	s.ok(s.download())
	s.clock.Pass(time.Hour)
	return s, ids
}

// shipPart lets the warehouse split an order and ship one of the two parts.
func (s *shop) shipPart(id fulfillment.OrderID, units map[string]int64) {
	s.t.Helper()
	move := map[string]whsim.Quantity{}
	for sku, n := range units {
		move[sku] = whsim.Units(n)
	}
	child, err := s.wh.Split(s.openThere(id), move)
	s.must(err)
	s.must(s.wh.Ship(child, whsim.Shipment{}))
}

// openThere is the oldest open order of the warehouse under an identity.
func (s *shop) openThere(id fulfillment.OrderID) int64 {
	s.t.Helper()
	for _, o := range s.there(id) {
		if o.Status == whsim.StatusOpen {
			return o.ID
		}
	}
	s.t.Fatalf("order %d is not open there", id)
	return 0
}

// splitChildren are the orders that were split off one.
func (s *shop) splitChildren(id fulfillment.OrderID) []omsim.OrderState {
	var children []omsim.OrderState
	for _, order := range s.om.Snapshot().Orders {
		if slices.Contains(order.Related, int64(id)) && slices.Contains(order.Labels, fulfillment.SplitLabel) {
			children = append(children, order)
		}
	}
	return children
}

// books compares both sides after a sync.
func (s *shop) books() books.Result {
	s.t.Helper()
	s.ok(s.sync())
	there := books.ThreePL{CustomerID: customer, FacilityID: facility}.Of(s.wh.Snapshot())
	return books.Compare(s.om.Snapshot(), there, books.Options{OrderManagerWarehouseID: east, OrderManagerEffects: s.om.Effects()})
}

func (s *shop) balanced(step string) {
	s.t.Helper()
	if err := s.books().Err(); err != nil {
		s.t.Errorf("%s: %v", step, err)
	}
}

// What has shipped is split off and confirmed, part by part, and the last part
// is the order's own.
func TestPartialShipmentsAreSplitOff(t *testing.T) {
	for name, options := range map[string]omsim.Options{
		"the new order waits":       {},
		"the new order is sent":     {SplitKeepsStatus: true},
		"siblings know one another": {SplitNamesSiblings: true},
		"nothing is allocated":      {Allocation: omsim.AllocateNone},
		"shipments are pending":     {ShipmentPendingReads: 2},
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := splitShop(t, options, 3)
			id, whole := ids[0], ids[1]
			confirm := func(step string) {
				s.t.Helper()
				for range 4 {
					s.ok(s.confirm())
					s.clock.Pass(15 * time.Minute)
				}
				if report := s.ok(s.download()); report.Counts.Created != 0 || report.Counts.Marked != 0 {
					t.Errorf("%s: a download created %d and marked %d", step, report.Counts.Created, report.Counts.Marked)
				}
				s.ok(s.cancel())
				s.balanced(step)
			}
			s.shipPart(id, map[string]int64{"B": 3})
			s.must(s.wh.Ship(s.openThere(whole), whsim.Shipment{}))
			confirm("the first part")
			if children := s.splitChildren(id); len(children) != 1 || children[0].Status != omsim.StatusShipped || fmt.Sprint(children[0].Lines) != "[{B 3}]" || len(children[0].Tracking) != 1 {
				t.Fatalf("split off were %+v", children)
			}
			if order := s.inOrderManager(id); order.OrderStatus != omsim.StatusPendingFulfillment || len(order.Items) != 1 || order.Items[0].QuantityOrdered != 2 {
				t.Errorf("left is %s with %+v", order.OrderStatus, order.Items)
			}
			s.shipPart(id, map[string]int64{"A": 1})
			confirm("the second part")
			s.must(s.wh.Ship(s.openThere(id), whsim.Shipment{}))
			confirm("the rest")
			if children := s.splitChildren(id); len(children) != 2 || s.status(id) != omsim.StatusShipped {
				t.Errorf("the rest is %s, split off were %+v", s.status(id), children)
			}
			s.confirmedOnce([]fulfillment.OrderID{id, whole})
			if n := s.om.CountEffects(omsim.SplitOff); n[int64(id)] != 2 || len(n) != 1 {
				t.Errorf("splits %v", n)
			}
			if s.status(ids[2]) != omsim.StatusPendingFulfillment {
				t.Errorf("the order that is open is %s", s.status(ids[2]))
			}
		})
	}
}

// Whatever becomes of an answer, an order is split once for one parcel.
func TestAnswersToASplitThatProveNothing(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"dropped after":  {Kind: fault.DropAfter, Nth: 1},
		"dropped before": {Kind: fault.DropBefore, Nth: 1},
		"500 after":      {Kind: fault.StatusAfter, Status: 500, Nth: 1},
		"half an answer": {Kind: fault.Truncate, Nth: 1},
		"not JSON":       {Kind: fault.StatusAfter, Status: 200, Body: "<html>", Nth: 1},
		"429":            {Kind: fault.StatusBefore, Status: 429, Nth: 1},
		"the label lost": {Method: "PUT", Path: "/v1/labels", Kind: fault.DropAfter, Nth: 1},
		"the report":     {Method: "PUT", Path: "/v1.1/shipment/external", Kind: fault.DropAfter, Nth: 1},
		"no report":      {Method: "PUT", Path: "/v1.1/shipment/external", Kind: fault.StatusBefore, Status: 503, Nth: 1},
	} {
		for _, keeps := range []bool{false, true} {
			t.Run(fmt.Sprint(name, "/", keeps), func(t *testing.T) {
				s, ids := splitShop(t, omsim.Options{SplitKeepsStatus: keeps}, 3)
				for _, id := range ids {
					s.shipPart(id, map[string]int64{"B": 3})
				}
				if rule.Path == "" {
					rule.Method, rule.Path = "POST", splitPath
				}
				s.must2(s.omCall.Add(rule))
				for range 10 {
					_, _ = s.confirm()
					s.clock.Pass(15 * time.Minute)
					_, _ = s.download()
				}
				for _, id := range ids {
					if children := s.splitChildren(id); len(children) != 1 || children[0].Status != omsim.StatusShipped || children[0].Shipments != 1 {
						t.Errorf("order %d: split off were %+v", id, children)
					}
				}
				if labels := s.omCall.Calls()["PUT /v1/labels"]; labels != 1 {
					t.Errorf("%d labels were made", labels)
				}
				s.balanced("after all")
			})
		}
	}
}

// The process ends while an answer is under way; the next one finds what took effect.
func TestAProcessThatEndsInASplit(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"after the label":  {Method: "PUT", Path: "/v1/labels", Nth: 1},
		"after the split":  {Method: "POST", Path: splitPath, Nth: 2},
		"after the report": {Method: "PUT", Path: "/v1.1/shipment/external", Nth: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := splitShop(t, omsim.Options{}, 3)
			for _, id := range ids {
				s.shipPart(id, map[string]int64{"B": 3})
			}
			hold := s.omCall.HoldAfter(rule)
			ctx, kill := context.WithCancel(t.Context())
			done := make(chan error, 1)
			run := routine.NewShipmentConfirmation(s.env("ShipmentConfirmation"), s.shipments)
			go func() { done <- run.Slice(ctx, goOn) }()
			<-hold.Reached()
			kill()
			if err := <-done; err == nil {
				t.Error("the run went on")
			}
			s.omCall.Remove(hold.ID)
			hold.Release()
			s.coordination = routine.NewCoordination()
			// Between the two processes orders are downloaded.
			if report := s.ok(s.download()); report.Counts.Created != 0 {
				t.Errorf("a download created %d", report.Counts.Created)
			}
			s.balancedBut(books.Unconfirmed, "between the two")
			s.ok(s.confirm())
			for _, id := range ids {
				if children := s.splitChildren(id); len(children) != 1 || children[0].Status != omsim.StatusShipped || children[0].Shipments != 1 {
					t.Errorf("order %d: split off were %+v", id, children)
				}
			}
			s.balanced("after all")
		})
	}
}

// balancedBut is balanced while some work is not done yet.
func (s *shop) balancedBut(kind books.Kind, step string) {
	s.t.Helper()
	result := s.books()
	delete(result.Counts, kind)
	if !result.Clean() || !result.Quiet() {
		s.t.Errorf("%s: %v", step, result.Err())
	}
}

// An account that refuses splits is told of once, and the orders are confirmed
// when all of them has shipped.
func TestAnAccountThatRefusesSplits(t *testing.T) {
	s, ids := splitShop(t, omsim.Options{PendingSplitRefused: true}, 6)
	for _, id := range ids[:5] {
		s.shipPart(id, map[string]int64{"B": 3})
	}
	for range 3 {
		s.omCall.ResetCalls()
		report := s.ok(s.confirm())
		if r := reasons(report); len(r) != 1 || r[ids[0]] != fulfillment.ReasonSplitNotAllowed {
			t.Errorf("reasons %v", r)
		}
		if n := s.omCall.Calls()["POST "+splitPath]; n > 2 {
			t.Errorf("%d splits were tried", n)
		}
		s.clock.Pass(15 * time.Minute)
	}
	s.wh.ShipAll(0)
	s.ok(s.confirm())
	if len(s.splitChildren(ids[0])) != 0 {
		t.Error("an order was split")
	}
	for _, id := range ids {
		if s.status(id) != omsim.StatusShipped {
			t.Errorf("order %d is %s", id, s.status(id))
		}
	}
	s.balanced("after all")
}

// One order that cannot be split stops none of the others.
func TestOneRefusedSplitStopsNoneOfTheOthers(t *testing.T) {
	s, ids := splitShop(t, omsim.Options{}, 3)
	for _, id := range ids {
		s.shipPart(id, map[string]int64{"B": 3})
	}
	s.must2(s.omCall.Add(fault.Rule{Method: "POST", Path: splitPath, Kind: fault.StatusBefore, Status: 400, Nth: 1}))
	if r := reasons(s.ok(s.confirm())); len(r) != 1 || r[ids[0]] != fulfillment.ReasonSplitNotAllowed {
		t.Errorf("reasons %v", r)
	}
	if len(s.splitChildren(ids[1])) != 1 || len(s.splitChildren(ids[2])) != 1 {
		t.Error("the others were not split")
	}
	s.clock.Pass(15 * time.Minute)
	s.ok(s.confirm())
	s.balanced("after all")
}

// What shipped of an order that was closed short is split off; the rest stays
// and is told of, and once it is cancelled nothing is too late.
func TestShortShippedIsSplitOff(t *testing.T) {
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
