// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"fmt"
	"slices"
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
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
			// What may have been split, or reported, waits until it had the time to show.
			for range 2 {
				s.ok(s.confirm())
				s.clock.Pass(routine.LostReportWait)
			}
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
	t.Parallel()
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
	t.Parallel()
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
