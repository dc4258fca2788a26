// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"maps"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// unmarked creates orders in the warehouse and ends before they are marked.
func (s *shop) unmarked(ids ...fulfillment.OrderID) {
	s.t.Helper()
	s.omCall.MustAdd(fault.Rule{Method: "POST", Path: markPath, Kind: fault.DropBefore})
	_, _ = s.download()
	s.omCall.Clear()
	for _, id := range ids {
		if len(s.there(id)) != 1 || s.status(id) != omsim.StatusAwaiting3PLExport {
			s.t.Fatalf("order %d: %d there, %s", id, len(s.there(id)), s.status(id))
		}
	}
	s.clock.Pass(time.Minute)
}

// A run ends between the creation of an order and its mark, and a rule that is
// set after that leaves the order out. The warehouse ships it all the same: it
// is marked, whatever the rule is, and confirmed when it has left.
func TestAnOrderThatAYoungerRuleLeavesOutIsMarkedWhenTheWarehouseHasIt(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]func(s *shop, id fulfillment.OrderID){
		"a filter": func(s *shop, _ fulfillment.OrderID) {
			s.load.Filters = []orderload.OrderFilter{{Field: orderload.FieldShipState, Mode: orderload.Restricted, Match: orderload.Equal, Values: []string{"TX"}}}
		},
		"an item filter": func(s *shop, _ fulfillment.OrderID) {
			s.load.ItemFilters = []orderload.ItemFilter{orderload.NewItemFilter(orderload.Deny, orderload.SkipOrder, orderload.SourceSKU, []string{"A"})}
		},
		"an item filter that leaves no line": func(s *shop, _ fulfillment.OrderID) {
			s.load.ItemFilters = []orderload.ItemFilter{orderload.NewItemFilter(orderload.Deny, orderload.DropLine, orderload.SourceSKU, []string{"A"})}
		},
		"the types":         func(s *shop, _ fulfillment.OrderID) { s.load.OrderTypes = []string{"POS"} },
		"the earliest date": func(s *shop, _ fulfillment.OrderID) { s.load.EarliestOrderDate = s.clock.Now().AddDate(1, 0, 0) },
		"the minimum age":   func(s *shop, _ fulfillment.OrderID) { s.load.MinimumAge = 1000 * time.Hour },
		"an address that is refused": func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.ShipState = "Nowhere" }))
		},
	} {
		for _, shipped := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", and it has shipped"}[shipped], func(t *testing.T) {
				s := newShop(t, shopOptions{})
				s.product("A", 100, 0, 0)
				id := s.waiting(func(o *omsim.Order) { o.OrderDate = omsim.At(s.clock.Now().Add(-time.Hour)) })
				s.unmarked(id)
				rule(s, id)
				other := s.waiting(func(o *omsim.Order) {
					o.OrderNumber, o.OrderDate, o.ShipState = "OTHER", omsim.At(s.clock.Now()), "Nowhere"
				})
				if shipped {
					s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{OrderTracking: "1Z999AA10123456784"}))
				}
				s.ok(s.download())
				report := s.ok(s.cancel())
				// Of the rules one is an edit of the order, which is told while it is open.
				told := map[fulfillment.OrderID]string{}
				if name == "an address that is refused" && !shipped {
					told[id] = fulfillment.ReasonEdited
				}
				if report.Counts.Marked != 1 || !maps.Equal(reasons(report), told) {
					t.Errorf("%+v, %v", report.Counts, reasons(report))
				}
				s.once([]fulfillment.OrderID{id})
				if len(s.there(other)) != 0 || s.status(other) != omsim.StatusAwaiting3PLExport {
					t.Errorf("one that was never sent: %d there, %s", len(s.there(other)), s.status(other))
				}
				if again := s.ok(s.cancel()); again.Counts.Marked != 0 || !maps.Equal(reasons(again), told) {
					t.Errorf("a second time: %+v, %v", again.Counts, reasons(again))
				}
				if !shipped {
					s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{OrderTracking: "1Z999AA10123456784"}))
				}
				s.ok(s.confirm())
				if s.status(id) != omsim.StatusShipped {
					t.Errorf("it shipped, and Order Manager calls it %s", s.status(id))
				}
			})
		}
	}
}

// A label that keeps an order back also stops one that was sent and not yet
// marked: it is cancelled in the warehouse, or told where that is too late.
func TestALabelStopsAnOrderThatTheWarehouseHasUnmarked(t *testing.T) {
	t.Parallel()
	for _, label := range []string{fulfillment.HoldLabel, fulfillment.SkipLabel, " OrderSync-Hold "} {
		t.Run(label, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.waiting()
			s.unmarked(id)
			s.relabel(id, label)
			s.ok(s.download())
			report := s.ok(s.cancel())
			if s.cancels(id) != 1 || report.Counts.Cancelled != 1 || report.Failing.Count != 0 || s.status(id) != omsim.StatusAwaiting3PLExport {
				t.Fatalf("cancelled %d times, %s, %v", s.cancels(id), s.status(id), reasons(report))
			}
			s.ok(s.download())
			if len(inOpen(s.there(id))) != 0 {
				t.Error("it is open again while it has the label")
			}
			s.relabel(id)
			s.ok(s.download())
			if open := inOpen(s.there(id)); len(open) != 1 || s.status(id) != omsim.StatusPendingFulfillment {
				t.Errorf("after the label is gone: %d open, %s", len(open), s.status(id))
			}
		})
	}
}

func inOpen(orders []whsim.Order) []whsim.Order {
	var open []whsim.Order
	for _, o := range orders {
		if o.Status == whsim.StatusOpen {
			open = append(open, o)
		}
	}
	return open
}

// Where it is too late the order stays listed, from run to run, until the label
// is gone: then it is marked, and nothing was created twice.
func TestALabelThatCameTooLateStaysListedUntilItIsRemoved(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(s *shop, id fulfillment.OrderID){
		"being picked": func(s *shop, id fulfillment.OrderID) { s.must(s.wh.StartPicking(s.there(id)[0].ID)) },
		"shipped":      func(s *shop, id fulfillment.OrderID) { s.shipHere(id) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.waiting()
			s.unmarked(id)
			s.relabel(id, fulfillment.HoldLabel)
			spoil(s, id)
			for range 3 {
				s.ok(s.download())
				s.listed("held", s.ok(s.cancel()), id, fulfillment.ReasonHeldButSent)
				s.clock.Pass(3 * time.Hour)
			}
			if s.status(id) != omsim.StatusAwaiting3PLExport || s.cancels(id) != 0 {
				t.Errorf("%s, cancelled %d times", s.status(id), s.cancels(id))
			}
			s.relabel(id)
			s.ok(s.download())
			s.nothingListed("released", s.ok(s.cancel()))
			s.once([]fulfillment.OrderID{id})
		})
	}
}

// The label comes between the creation and the mark of one and the same run.
func TestALabelThatComesBeforeTheMarkStopsTheOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.waiting()
	hold := s.wh.Faults().HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 1})
	done := make(chan error, 1)
	go func() {
		_, err := s.download()
		done <- err
	}()
	<-hold.Reached()
	s.relabel(id, fulfillment.HoldLabel)
	hold.Release()
	s.must(<-done)
	if s.cancels(id) != 1 || s.status(id) != omsim.StatusAwaiting3PLExport {
		t.Errorf("cancelled %d times, %s", s.cancels(id), s.status(id))
	}
}

// What a user does between the comparison's reading and its mark wins.
func TestAnOrderThatIsStoppedBeforeItsMarkIsNotMarked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *shop, id fulfillment.OrderID){
		"held by a label": func(s *shop, id fulfillment.OrderID) { s.relabel(id, fulfillment.HoldLabel) },
		"cancelled":       func(s *shop, id fulfillment.OrderID) { s.must(s.om.CancelOrder(int64(id))) },
		"routed elsewhere": func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.Source = &omsim.WarehouseInfo{WarehouseID: west} }))
		},
		"cancelled out there": func(s *shop, id fulfillment.OrderID) { s.must(s.wh.CancelByWarehouse(s.there(id)[0].ID, "gone")) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.waiting()
			s.unmarked(id)
			s.load.OrderTypes = []string{"POS"}
			hold := s.omCall.HoldAfter(fault.Rule{Method: "GET", Path: "/v1.1/orders", Query: map[string]string{"orderId": id.String()}, Nth: 1})
			done := make(chan error, 1)
			go func() {
				_, err := s.cancel()
				done <- err
			}()
			<-hold.Reached()
			change(s, id)
			hold.Release()
			s.must(<-done)
			if s.status(id) == omsim.StatusPendingFulfillment {
				t.Error("it was marked as sent")
			}
		})
	}
}

// One that Order Manager would not mark keeps no other from its mark, and is listed.
func TestALeftOverOrderThatSpoilsTheCallIsListedAlone(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	ids := s.orders(5, "A")
	s.unmarked(ids...)
	s.load.OrderTypes = []string{"POS"}
	s.spoil(ids[2:3])
	report := s.ok(s.cancel())
	s.listed("spoiled", report, ids[2], fulfillment.ReasonMarkRefused)
	s.once([]fulfillment.OrderID{ids[0], ids[1], ids[3], ids[4]})
	s.omCall.Clear()
	s.nothingListed("mended", s.ok(s.cancel()))
	s.once(ids)
}
