// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const orderCancelPath = "/v1/orders/cancel"

// cancelHere runs OrderCancelDownload with CancelInOrderManager.
func (s *shop) cancelHere(resends ...fulfillment.OrderID) (routine.Report, error) {
	s.t.Helper()
	return s.finish("OrderCancelDownload", routine.NewOrderCancelDownload(s.env("OrderCancelDownload"), cancellingHere(s, resends...)))
}

func cancellingHere(s *shop, resends ...fulfillment.OrderID) routine.OrderCancelDownloadConfig {
	return routine.OrderCancelDownloadConfig{WarehouseIDs: []int64{east}, Claimed: []int64{east}, Load: s.load, CancelInOrderManager: true, Resends: resends}
}

// cancelShop has orders of four A that were sent an hour ago.
func cancelShop(t *testing.T, options omsim.Options, orders int) (*shop, []fulfillment.OrderID) {
	t.Helper()
	s := newShop(t, shopOptions{om: options})
	s.product("A", 1000, 1000, 0)
	ids := make([]fulfillment.OrderID, orders)
	for n := range ids {
		ids[n] = s.order(omsim.StatusAwaiting3PLExport, "A", 4)
	}
	s.ok(s.download())
	s.clock.Pass(time.Hour)
	return s, ids
}

func (s *shop) cancelledHere() map[int64]int { return s.om.CountEffects(omsim.Cancelled) }

// Only what the warehouse cancelled is cancelled in Order Manager, only when the
// policy says so, once, and the sales channel is not told.
func TestWhatTheWarehouseCancelledIsCancelledInOrderManager(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		t.Run(string(allocation), func(t *testing.T) {
			s, ids := cancelShop(t, omsim.Options{Allocation: allocation}, 4)
			s.must(s.wh.CancelByWarehouse(s.there(ids[0])[0].ID, "damaged"))
			s.must(s.wh.CancelByWarehouse(s.there(ids[1])[0].ID, "damaged"))
			s.must(s.wh.Ship(s.there(ids[2])[0].ID, whsim.Shipment{}))
			s.ok(s.cancel())
			if len(s.cancelledHere()) != 0 {
				t.Fatal("cancelled without being told to")
			}
			for n := range 3 {
				report := s.ok(s.cancelHere())
				if want := []int64{2, 0, 0}[n]; report.Counts.Cancelled != want || report.Failing.Count != 0 {
					t.Errorf("run %d: %d cancelled, failing %v", n, report.Counts.Cancelled, reasons(report))
				}
				s.ok(s.confirm())
				s.clock.Pass(time.Hour)
			}
			if got := s.cancelledHere(); !maps.Equal(got, map[int64]int{int64(ids[0]): 1, int64(ids[1]): 1}) {
				t.Errorf("cancelled are %v", got)
			}
			if told := s.om.CountEffects(omsim.ChannelUpdated); told[int64(ids[0])] != 0 {
				t.Error("the channel was told")
			}
			s.balanced("after all")
			if s.offered("A") != 992 {
				t.Errorf("%d are offered", s.offered("A"))
			}
		})
	}
}

// An order that anybody wants, or that the warehouse has in another way, is
// never cancelled in Order Manager; it stays listed for a person.
func TestWhatIsNeverCancelledInOrderManager(t *testing.T) {
	t.Parallel()
	byHand := func(s *shop, reference, identity string) {
		doc := whsim.OrderDocument{OrderItems: []whsim.OrderItem{{ItemIdentifier: &whsim.ItemIdentifier{SKU: "A"}, Qty: new(whsim.Units(4))}}}
		doc.CustomerIdentifier, doc.FacilityIdentifier = &whsim.Identifier{ID: customer}, &whsim.Identifier{ID: facility}
		doc.ReferenceNum, doc.ExternalID = reference, identity
		doc.ShipTo = &whsim.Contact{CompanyName: "Test Buyer", Name: "Test Buyer", Address1: "1 Main Street", City: "Austin", State: "TX", Zip: "78701", Country: "US"}
		s.must2(s.wh.AddForeignOrder(doc))
	}
	there := func(s *shop, id fulfillment.OrderID) error {
		return s.wh.CancelByWarehouse(s.there(id)[0].ID, "damaged")
	}
	for name, happen := range map[string]func(s *shop, id fulfillment.OrderID){
		"restored by a user": func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.CancelOrder(int64(id)))
			s.ok(s.cancelHere())
			s.clock.Pass(time.Hour)
			s.must(s.om.RestoreOrder(int64(id)))
		},
		"routed elsewhere and back": func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.Reroute(int64(id), west))
			s.ok(s.cancelHere())
			s.clock.Pass(time.Hour)
			s.must(s.om.Reroute(int64(id), east))
		},
		"edited after that": func(s *shop, id fulfillment.OrderID) {
			s.must(there(s, id))
			s.clock.Pass(time.Hour)
			s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.InternalNotes = "call the buyer first" }))
		},
		"sent again": func(s *shop, id fulfillment.OrderID) {
			s.must(there(s, id))
			answers, _ := s.ask("OrderDownload", downloadOf(s.load), resendOf(id))
			judgeAnswer(s.t, answers, "", false)
		},
		"a part is open": func(s *shop, id fulfillment.OrderID) {
			part, err := s.wh.Split(s.openThere(id), map[string]whsim.Quantity{"A": whsim.Units(1)})
			s.must(err)
			s.must(s.wh.CancelByWarehouse(part, "damaged"))
		},
		"a part has shipped": func(s *shop, id fulfillment.OrderID) {
			s.shipPart(id, map[string]int64{"A": 1})
			s.must(s.wh.CancelByWarehouse(s.openThere(id), "damaged"))
		},
		"entered again under its identity": func(s *shop, id fulfillment.OrderID) {
			s.must(there(s, id))
			byHand(s, "BY-HAND", id.String())
		},
		"entered again under its number": func(s *shop, id fulfillment.OrderID) {
			s.must(there(s, id))
			byHand(s, s.inOrderManager(id).OrderNumber, "")
		},
		"entered again by another product": func(s *shop, id fulfillment.OrderID) {
			s.must(there(s, id))
			byHand(s, s.inOrderManager(id).OrderNumber, "CART-"+id.String())
		},
		"entered again under any number": func(s *shop, id fulfillment.OrderID) {
			s.must(there(s, id))
			byHand(s, "BY-HAND", "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := cancelShop(t, omsim.Options{RerouteKeepsStatus: true}, 1)
			happen(s, ids[0])
			before := s.cancelledHere()[int64(ids[0])]
			for range 3 {
				s.clock.Pass(7 * time.Hour)
				s.ok(s.cancelHere())
			}
			if n := s.cancelledHere()[int64(ids[0])]; n != before || s.status(ids[0]) != omsim.StatusPendingFulfillment {
				t.Errorf("it was cancelled %d times and is %s", n-before, s.status(ids[0]))
			}
		})
	}
	t.Run("unknown there", func(t *testing.T) {
		s, _ := cancelShop(t, omsim.Options{}, 0)
		id := s.order(omsim.StatusPendingFulfillment, "A", 1)
		s.clock.Pass(24 * time.Hour)
		s.ok(s.cancelHere())
		if s.status(id) != omsim.StatusPendingFulfillment {
			t.Errorf("it is %s", s.status(id))
		}
	})
	t.Run("while it is to be sent again", func(t *testing.T) {
		s, ids := cancelShop(t, omsim.Options{}, 2)
		s.must(there(s, ids[0]))
		s.must(there(s, ids[1]))
		s.ok(s.cancelHere(ids[0]))
		if s.status(ids[0]) != omsim.StatusPendingFulfillment || s.status(ids[1]) != omsim.StatusCancelled {
			t.Errorf("they are %s and %s", s.status(ids[0]), s.status(ids[1]))
		}
	})
	t.Run("another order with its number does not keep it", func(t *testing.T) {
		s, ids := cancelShop(t, omsim.Options{}, 1)
		s.must(there(s, ids[0]))
		s.order(omsim.StatusAwaiting3PLExport, "A", 9, func(o *omsim.Order) { o.OrderNumber = s.inOrderManager(ids[0]).OrderNumber })
		s.ok(s.download())
		s.ok(s.cancelHere())
		if s.status(ids[0]) != omsim.StatusCancelled {
			t.Errorf("it is %s", s.status(ids[0]))
		}
	})
}

// An order that was cancelled in the warehouse because Order Manager did not want
// it, and that a user wants after all, is not cancelled in Order Manager,
// whatever the two clocks say. What the warehouse cancels by itself after it was
// sent again is.
func TestARestoredOrderIsNotCancelledWhateverTheClocksSay(t *testing.T) {
	t.Parallel()
	for name, happen := range map[string][2]func(s *shop, id fulfillment.OrderID) error{
		"cancelled and restored": {
			func(s *shop, id fulfillment.OrderID) error { return s.om.CancelOrder(int64(id)) },
			func(s *shop, id fulfillment.OrderID) error { return s.om.RestoreOrder(int64(id)) },
		},
		"routed elsewhere and back": {
			func(s *shop, id fulfillment.OrderID) error { return s.om.Reroute(int64(id), west) },
			func(s *shop, id fulfillment.OrderID) error { return s.om.Reroute(int64(id), east) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{om: omsim.Options{RerouteKeepsStatus: true}, behind: time.Hour})
			s.product("A", 1000, 1000, 0)
			id := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
			s.ok(s.download())
			s.clock.Pass(time.Hour)
			s.must(happen[0](s, id))
			s.ok(s.cancelHere())
			if s.there(id)[0].Status != whsim.StatusCanceled {
				t.Fatal("the warehouse still has it")
			}
			before := s.cancelledHere()[int64(id)]
			s.must(happen[1](s, id))
			for range 3 {
				s.ok(s.cancelHere())
				s.clock.Pass(7 * time.Hour)
			}
			if n := s.cancelledHere()[int64(id)]; n != before || s.status(id) != omsim.StatusPendingFulfillment {
				t.Fatalf("it was cancelled %d times and is %s", n-before, s.status(id))
			}
			if r := reasons(s.ok(s.confirm())); r[id] != fulfillment.ReasonCancelledByWarehouse {
				t.Errorf("listed are %v", r)
			}
			answers, _ := s.ask("OrderDownload", downloadOf(s.load), resendOf(id))
			judgeAnswer(t, answers, "", false)
			s.clock.Pass(time.Hour)
			s.must(s.wh.CancelByWarehouse(s.openThere(id), "damaged"))
			s.ok(s.cancelHere())
			if s.status(id) != omsim.StatusCancelled {
				t.Errorf("the warehouse cancelled it by itself, and it is %s", s.status(id))
			}
		})
	}
}

// Of a split order only the rest is cancelled, and only after the parcel that
// left; the parcel stays confirmed.
func TestTheRestOfASplitOrderThatTheWarehouseCancelledIsCancelledInOrderManager(t *testing.T) {
	t.Parallel()
	s, root, child := splitUnconfirmed(t, omsim.Options{})
	s.turns()
	s.must(s.wh.CancelByWarehouse(s.openThere(root), "damaged"))
	s.clock.Pass(time.Hour)
	s.ok(s.cancelHere())
	if s.status(root) != omsim.StatusCancelled || s.status(child) != omsim.StatusShipped {
		t.Errorf("the rest is %s, the part %s", s.status(root), s.status(child))
	}
	s.turns()
	s.balanced("after all")
}

// Whatever becomes of an answer, each order is cancelled once.
func TestAnswersToACancellationInOrderManagerThatProveNothing(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]fault.Rule{
		"dropped after":  {Kind: fault.DropAfter, Nth: 1},
		"dropped before": {Kind: fault.DropBefore, Nth: 1},
		"500 after":      {Kind: fault.StatusAfter, Status: 500, Nth: 1},
		"half an answer": {Kind: fault.Truncate, Nth: 1},
		"not JSON":       {Kind: fault.StatusAfter, Status: 200, Body: "<html>", Nth: 1},
		"429":            {Kind: fault.StatusBefore, Status: 429, Nth: 1},
		"refused":        {Kind: fault.StatusBefore, Status: 422, Nth: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := cancelShop(t, omsim.Options{}, 3)
			for _, id := range ids {
				s.must(s.wh.CancelByWarehouse(s.there(id)[0].ID, "damaged"))
			}
			rule.Method, rule.Path = "POST", orderCancelPath
			s.must2(s.omCall.Add(rule))
			report, _ := s.cancelHere()
			for id, reason := range reasons(report) {
				if reason != fulfillment.ReasonCancelledByWarehouse || s.status(id) == omsim.StatusCancelled {
					t.Errorf("order %d is listed as %s and %s", id, reason, s.status(id))
				}
			}
			for range 4 {
				s.clock.Pass(7 * time.Hour)
				_, _ = s.cancelHere()
			}
			for _, id := range ids {
				if s.cancelledHere()[int64(id)] != 1 {
					t.Errorf("cancelled are %v", s.cancelledHere())
				}
			}
			if report := s.ok(s.cancelHere()); report.Failing.Count != 0 {
				t.Errorf("listed are %v", reasons(report))
			}
			s.balanced("after all")
		})
	}
}

// The process ends while an order is cancelled, and a user restores it before
// the next one begins: it is left to the user.
func TestAProcessThatEndsInACancellationInOrderManager(t *testing.T) {
	t.Parallel()
	s, ids := cancelShop(t, omsim.Options{}, 2)
	for _, id := range ids {
		s.must(s.wh.CancelByWarehouse(s.there(id)[0].ID, "damaged"))
	}
	hold := s.omCall.HoldAfter(fault.Rule{Method: "POST", Path: orderCancelPath, Nth: 1})
	ctx, kill := context.WithCancel(t.Context())
	done := make(chan error, 1)
	run := routine.NewOrderCancelDownload(s.env("OrderCancelDownload"), cancellingHere(s))
	go func() { done <- run.Slice(ctx, goOn) }()
	<-hold.Reached()
	kill()
	if err := <-done; err == nil {
		t.Error("the run went on")
	}
	s.omCall.Remove(hold.ID)
	hold.Release()
	s.restart()
	s.clock.Pass(time.Hour)
	first := ids[0]
	if s.status(first) != omsim.StatusCancelled {
		first = ids[1]
	}
	s.must(s.om.RestoreOrder(int64(first)))
	for range 3 {
		s.clock.Pass(7 * time.Hour)
		s.ok(s.cancelHere())
	}
	if s.status(first) != omsim.StatusPendingFulfillment || s.cancelledHere()[int64(first)] != 1 || len(s.cancelledHere()) != 2 {
		t.Errorf("it is %s, cancelled are %v", s.status(first), s.cancelledHere())
	}
	if result := s.books(); !result.Clean() || result.Counts[books.CancelledByWarehouse] != 1 {
		t.Errorf("%v %v", result.Err(), result.Counts)
	}
}

// meanwhile is a warehouse in which something happens after it was first asked for orders.
type meanwhile struct {
	fulfillment.Destination
	happen func()
}

func (d *meanwhile) FindOrders(ctx context.Context, lookups []fulfillment.Lookup) ([]fulfillment.WarehouseOrder, error) {
	found, err := d.Destination.FindOrders(ctx, lookups)
	if happen := d.happen; happen != nil {
		d.happen = nil
		happen()
	}
	return found, err
}

// What changed between the look and the cancellation counts, on both sides.
func TestBothSidesAreReadRightBeforeACancellationInOrderManager(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *shop, id fulfillment.OrderID){
		"there": func(s *shop, id fulfillment.OrderID) {
			answers, _ := s.ask("OrderDownload", downloadOf(s.load), resendOf(id))
			judgeAnswer(s.t, answers, "", false)
		},
		"here": func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.UpdateOrder(int64(id), true, func(*omsim.Order) {}))
		},
		"taken in house, its modified date not moved": func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.UpdateOrder(int64(id), false, func(o *omsim.Order) { o.OrderStatus = omsim.StatusAwaitingShipment }))
		},
		"moved, its modified date not moved": func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.UpdateOrder(int64(id), false, func(o *omsim.Order) { o.Source = &omsim.WarehouseInfo{WarehouseID: west} }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := cancelShop(t, omsim.Options{RerouteKeepsStatus: true}, 1)
			s.must(s.wh.CancelByWarehouse(s.there(ids[0])[0].ID, "damaged"))
			driver := s.driver
			s.driver = &meanwhile{driver, func() { s.driver = driver; change(s, ids[0]) }}
			s.ok(s.cancelHere())
			if len(s.cancelledHere()) != 0 {
				t.Errorf("cancelled are %v", s.cancelledHere())
			}
		})
	}
}

func TestAPlanOfCancellationsInOrderManager(t *testing.T) {
	t.Parallel()
	s, ids := cancelShop(t, omsim.Options{}, 2)
	s.must(s.wh.CancelByWarehouse(s.there(ids[0])[0].ID, "damaged"))
	steps, report := s.planned(func(env routine.Env) routine.Run { return routine.NewOrderCancelDownload(env, cancellingHere(s)) })
	want := []routine.PlannedStep{{Action: routine.PlannedCancelHere, OrderID: ids[0], Reference: s.inOrderManager(ids[0]).OrderNumber}}
	if fmt.Sprint(steps) != fmt.Sprint(want) || report.Failing.Count != 0 {
		t.Errorf("planned %+v", steps)
	}
}
