// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// What is left of an order, and was not shipped, can be sent again on request,
// once; its second parcel is confirmed as its own.
func TestTheRestOfASplitOrderIsSentAgainOnRequest(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *shop, there int64) error{
		"cancelled by the warehouse": func(s *shop, there int64) error { return s.wh.CancelByWarehouse(there, "damaged") },
		"closed short": func(s *shop, there int64) error {
			return s.wh.CloseShort(there, whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(1)}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := splitShop(t, omsim.Options{}, 1)
			s.shipments.SplitShort = true
			id := ids[0]
			s.shipPart(id, map[string]int64{"B": 3})
			s.turns()
			s.must(end(s, s.openThere(id)))
			confirms, _, _ := s.turns()
			if confirms[id] != fulfillment.ReasonCancelledByWarehouse && confirms[id] != fulfillment.ReasonClosedShort {
				t.Errorf("told are %v", confirms)
			}
			left := s.inOrderManager(id).Items
			for n := range 2 {
				answers, _ := s.ask("OrderDownload", downloadOf(s.load), resendOf(id))
				judgeAnswer(t, answers, []string{"", fulfillment.ReasonStillInWarehouse}[n], n == 1)
			}
			there, _ := s.wh.Order(s.openThere(id))
			if len(there.Lines) != 1 || len(left) != 1 || there.Lines[0].Qty != whsim.Units(int64(left[0].QuantityOrdered)) {
				t.Errorf("sent were %+v of %+v", there.Lines, left)
			}
			s.balanced("open again")
			s.must(s.wh.Ship(there.ID, whsim.Shipment{}))
			s.turns()
			s.confirmedAs(id)
			s.balanced("after all")
		})
	}
}

// The rest is routed elsewhere, cancelled here, and routed back: it is sent
// again by itself, and alone.
func TestTheRestOfASplitOrderComesBack(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]fault.Rule{
		"":                  {Method: "POST", Path: "/nothing", Kind: fault.DropAfter},
		"the answer's lost": {Method: "POST", Path: "/orders", Kind: fault.DropAfter, Nth: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := splitShop(t, omsim.Options{}, 1)
			id := ids[0]
			s.shipPart(id, map[string]int64{"B": 3})
			s.turns()
			s.must(s.om.Reroute(int64(id), west))
			s.turns()
			s.must(s.om.Reroute(int64(id), east))
			s.must2(s.wh.Faults().Add(rule))
			s.turns()
			if there, _ := s.wh.Order(s.openThere(id)); len(there.Lines) != 1 || there.Lines[0].Qty != whsim.Units(2) || s.status(id) != omsim.StatusPendingFulfillment {
				t.Errorf("there is %+v, here it is %s", there.Lines, s.status(id))
			}
			s.balanced("back")
			s.wh.ShipAll(0)
			s.turns()
			s.confirmedAs(id)
			s.balanced("after all")
		})
	}
}

// Units of a split order are taken off once, whatever Order Manager allocates
// and whenever stock is written.
func TestStockOfSplitOrdersUnderEveryAllocation(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for _, keeps := range []bool{false, true} {
			t.Run(fmt.Sprint(allocation, "/", keeps), func(t *testing.T) {
				options := omsim.Options{Allocation: allocation, SplitKeepsStatus: keeps, ShipmentKeepsOnHand: keeps}
				s, root, child := splitUnconfirmed(t, options)
				s.balancedBut(books.Unconfirmed, "split off")
				s.turns()
				s.balanced("confirmed")
				s.shipPart(root, map[string]int64{"A": 1})
				s.balanced("the second part shipped")
				s.turns()
				s.must(s.wh.CancelByWarehouse(s.openThere(root), "damaged"))
				s.turns()
				if result := s.books(); !result.Clean() || result.Counts[books.ClosedShort] != 1 {
					t.Errorf("%v %v", result.Err(), result.Counts)
				}
				s.must(s.om.CancelOrder(int64(root)))
				s.turns()
				s.balanced("the rest was cancelled")
				s.confirmedAs(child)
				for _, sku := range []string{"A", "B"} {
					if want := map[string]int64{"A": 999, "B": 997}[sku]; s.offered(sku) != want {
						t.Errorf("%s: %d are offered, want %d", sku, s.offered(sku), want)
					}
				}
			})
		}
	}
}

// Parts that look the same are told apart: each is split off once, and has the
// number of a parcel of its own, though the process forgets everything.
func TestEqualPartsAreSplitOffOneByOne(t *testing.T) {
	t.Parallel()
	s, _ := splitShop(t, omsim.Options{}, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 3, func(o *omsim.Order) { o.Items = append(o.Items, omsim.Item("B", 3)) })
	s.ok(s.download())
	for n, parts := range [][]map[string]int64{{{"B": 1}}, {{"B": 1}, {"A": 1}}, {{"A": 1}}, {{"B": 1}}} {
		for _, part := range parts {
			s.shipPart(id, part)
		}
		s.turns()
		s.turns()
		s.balanced(fmt.Sprint("shipment ", n))
		s.restart()
		s.memory = map[string]routine.Memory{}
	}
	s.wh.ShipAll(0)
	confirms, _, _ := s.turns()
	s.balanced("after all")
	var numbers []string
	for _, order := range s.om.Snapshot().Orders {
		s.confirmedAs(fulfillment.OrderID(order.ID))
		numbers = append(numbers, order.Tracking...)
	}
	slices.Sort(numbers)
	if len(numbers) != 6 || len(slices.Compact(slices.Clone(numbers))) != 6 || len(confirms) != 0 {
		t.Errorf("the numbers are %v, failing %v", numbers, confirms)
	}
}

// While the orders that were split off do not show, nothing is split off again:
// what Order Manager holds is less than what the warehouse was asked for.
func TestNothingIsSplitTwiceWhileTheFirstDoesNotShow(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{}, 1)
	id := ids[0]
	s.shipPart(id, map[string]int64{"B": 1})
	s.must2(s.omCall.Add(fault.Rule{Method: "POST", Path: splitPath, Kind: fault.DropAfter, Nth: 1}))
	_, _ = s.confirm()
	child := fulfillment.OrderID(s.splitChildren(id)[0].ID)
	relate := func(to ...int64) {
		s.must(s.om.UpdateOrder(int64(id), false, func(o *omsim.Order) { o.RelatedOrderIDs = to }))
		s.must(s.om.UpdateOrder(int64(child), false, func(o *omsim.Order) {
			if o.RelatedOrderIDs = nil; len(to) > 0 {
				o.RelatedOrderIDs = []int64{int64(id)}
			}
		}))
	}
	relate()
	s.turns()
	if n := s.om.CountEffects(omsim.SplitOff)[int64(id)]; n != 1 {
		t.Fatalf("it was split %d times", n)
	}
	if s.status(child) != omsim.StatusAwaiting3PLExport || len(s.there(child)) != 0 {
		t.Errorf("the new order is %s, there %d", s.status(child), len(s.there(child)))
	}
	relate(int64(child))
	s.turns()
	s.confirmedAs(child)
	s.balanced("after all")
}

// A split that takes effect long after its answer was lost makes an order that
// stands for nothing: it is told of, not confirmed, and stops further splits,
// until a parcel leaves that it can be.
func TestASplitThatTakesEffectLate(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{}, 1)
	id := ids[0]
	s.shipPart(id, map[string]int64{"B": 1})
	s.turns()
	item := s.inOrderManager(id).Items[1]
	late, err := s.source.SplitOrder(t.Context(), fulfillment.Split{OrderID: id, Lines: []fulfillment.SplitLine{{ListingSKU: item.ListingSKU, SKU: "B", Quantity: 1}}})
	s.must(err)
	s.shipPart(id, map[string]int64{"A": 1})
	confirms, _, _ := s.turns()
	if !maps.Equal(confirms, map[fulfillment.OrderID]string{late: fulfillment.ReasonAmbiguous}) {
		t.Errorf("told are %v", confirms)
	}
	if n := s.om.CountEffects(omsim.SplitOff)[int64(id)]; n != 2 || s.status(late) == omsim.StatusShipped {
		t.Errorf("it was split %d times, the late one is %s", n, s.status(late))
	}
	s.shipPart(id, map[string]int64{"B": 1})
	s.turns()
	s.wh.ShipAll(0)
	s.turns()
	s.turns()
	s.balanced("after all")
	for _, order := range s.om.Snapshot().Orders {
		s.confirmedAs(fulfillment.OrderID(order.ID))
	}
}
