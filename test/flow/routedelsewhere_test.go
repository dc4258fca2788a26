// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// shipHere lets every order that the warehouse has under the identity leave.
func (s *shop) shipHere(id fulfillment.OrderID) {
	s.t.Helper()
	for _, o := range s.there(id) {
		s.must(s.wh.Ship(o.ID, whsim.Shipment{}))
	}
}

// shippedFromWest is what the other warehouse's own report leaves behind.
func (s *shop) shippedFromWest(id fulfillment.OrderID, tracking string) {
	s.t.Helper()
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) {
		o.OrderStatus, o.Shipments = omsim.StatusShipped, []omsim.ShipmentItems{{TrackingNumbers: []string{tracking}}}
	}))
}

func (s *shop) acknowledge(id fulfillment.OrderID) {
	s.t.Helper()
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) {
		o.Labels = append(o.Labels, omsim.Label{LabelID: 1, Name: routine.AcknowledgedLabel})
	}))
}

// cancelFor is a run of a connection whose stock these warehouses are served from.
func (s *shop) cancelFor(warehouses ...int64) (routine.Report, error) {
	s.t.Helper()
	return s.finish("OrderCancelDownload", routine.NewOrderCancelDownload(s.env("OrderCancelDownload"),
		routine.OrderCancelDownloadConfig{WarehouseIDs: warehouses}))
}

// listed fails unless exactly this order is listed, for this reason.
func (s *shop) listed(when string, report routine.Report, id fulfillment.OrderID, reason string) {
	s.t.Helper()
	if r := reasons(report); r[id] != reason || len(r) != 1 {
		s.t.Fatalf("%s: %v, want %d to be %s", when, r, id, reason)
	}
}

func (s *shop) nothingListed(when string, report routine.Report) {
	s.t.Helper()
	if len(report.Listed()) != 0 || len(report.Failing.Cohorts) != 0 {
		s.t.Errorf("%s: %v is listed, %v remembered", when, reasons(report), report.Failing.Cohorts)
	}
}

// An order is delivered, routed to another warehouse, and leaves before the
// next run: the other warehouse will ship it too, so a person must know.
func TestWhatShipsAfterItWasRoutedElsewhereIsToldUntilItIsSettled(t *testing.T) {
	t.Parallel()
	setUp := func(t *testing.T, keepsStatus bool) (*shop, fulfillment.OrderID) {
		s := newShop(t, shopOptions{om: omsim.Options{RerouteKeepsStatus: keepsStatus}})
		s.product("A", 100, 0, 0)
		ids := s.orders(3, "A")
		s.ok(s.download())
		s.nothingListed("before", s.ok(s.cancel()))
		s.clock.Pass(time.Minute)
		s.must(s.om.Reroute(int64(ids[1]), west))
		s.shipHere(ids[0])
		s.shipHere(ids[1])
		s.clock.Pass(4 * time.Minute)
		report := s.ok(s.cancel())
		s.listed("the first run", report, ids[1], fulfillment.ReasonTooLate)
		if there := fmt.Sprint(s.there(ids[1])[0].ID); report.Drift.Orders[0].WarehouseID != there || report.Drift.Orders[0].Reference == "" {
			t.Errorf("%+v", report.Drift.Orders[0])
		}
		if s.cancels(ids[1]) != 0 {
			t.Error("a shipped order was cancelled")
		}
		return s, ids[1]
	}
	for _, keepsStatus := range []bool{false, true} {
		t.Run(fmt.Sprintf("for a fortnight, status kept %v", keepsStatus), func(t *testing.T) {
			s, id := setUp(t, keepsStatus)
			for range 3 {
				s.ok(s.confirm())
				s.clock.Pass(4 * 24 * time.Hour)
				s.listed("within a fortnight", s.ok(s.cancel()), id, fulfillment.ReasonTooLate)
			}
			if s.status(id) == omsim.StatusShipped {
				t.Error("its tracking was written to an order that another warehouse ships")
			}
			s.clock.Pass(3 * 24 * time.Hour)
			s.nothingListed("after a fortnight", s.ok(s.cancel()))
			s.clock.Pass(time.Minute)
			s.nothingListed("and it does not come back", s.ok(s.cancel()))
		})
	}
	t.Run("also when all memory is lost", func(t *testing.T) {
		s, id := setUp(t, false)
		delete(s.memory, "OrderCancelDownload")
		s.clock.Pass(13 * 24 * time.Hour)
		s.listed("after the loss", s.ok(s.cancel()), id, fulfillment.ReasonTooLate)
	})
	t.Run("until it is routed back", func(t *testing.T) {
		s, id := setUp(t, false)
		s.must(s.om.Reroute(int64(id), east))
		s.clock.Pass(5 * time.Minute)
		s.nothingListed("routed back", s.ok(s.cancel()))
		s.ok(s.download())
		s.ok(s.confirm())
		s.confirmedOnce([]fulfillment.OrderID{id})
	})
	t.Run("until a user acknowledges it", func(t *testing.T) {
		s, id := setUp(t, false)
		s.acknowledge(id)
		for range 2 {
			s.clock.Pass(5 * time.Minute)
			s.nothingListed("acknowledged", s.ok(s.cancel()))
		}
	})
	t.Run("also when it is cancelled after that", func(t *testing.T) {
		s, id := setUp(t, false)
		s.must(s.om.CancelOrder(int64(id)))
		delete(s.memory, "OrderCancelDownload")
		s.clock.Pass(5 * time.Minute)
		s.listed("cancelled at the other warehouse", s.ok(s.cancel()), id, fulfillment.ReasonTooLate)
	})
	t.Run("also when the other warehouse has shipped it too", func(t *testing.T) {
		s, id := setUp(t, false)
		s.shippedFromWest(id, "1Z-FROM-WEST")
		for range 2 {
			s.clock.Pass(5 * time.Minute)
			s.listed("two parcels", s.ok(s.cancel()), id, fulfillment.ReasonTooLate)
		}
		s.acknowledge(id)
		s.nothingListed("acknowledged", s.ok(s.cancel()))
	})
	t.Run("until Order Manager knows the shipment from here", func(t *testing.T) {
		s, id := setUp(t, false)
		s.shippedFromWest(id, s.there(id)[0].Packages[0].Tracking)
		s.clock.Pass(5 * time.Minute)
		s.nothingListed("confirmed by hand", s.ok(s.cancel()))
	})
	t.Run("a token does not make it younger", func(t *testing.T) {
		s, id := setUp(t, false)
		since := s.memory["OrderCancelDownload"].Failing[0].Since
		memory := s.memory["OrderCancelDownload"]
		memory.Reset = true
		s.memory["OrderCancelDownload"] = memory
		s.clock.Pass(time.Hour)
		report := s.ok(s.cancel())
		s.listed("by token", report, id, fulfillment.ReasonTooLate)
		if !report.Failing.Cohorts[0].Since.Equal(since) {
			t.Errorf("since %s, was %s", report.Failing.Cohorts[0].Since, since)
		}
	})
}

// What shipped and is wanted from here, or is not ours to judge, is not told.
func TestShippedOrdersThatAreNotTold(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	ids := s.orders(7, "A")
	s.ok(s.download())
	s.ok(s.cancel())
	theirs, shippedThere, back, foreign, noIdentity, dropped := ids[1], ids[2], ids[3], ids[4], ids[5], ids[6]
	edit := func(id fulfillment.OrderID, change func(*whsim.OrderDocument)) {
		s.must(s.wh.EditOrder(s.there(id)[0].ID, change))
	}
	for _, id := range ids[1:] {
		s.must(s.om.Reroute(int64(id), west))
	}
	s.must(s.om.Reroute(int64(back), east))
	edit(theirs, func(d *whsim.OrderDocument) {
		d.SavedElements = []whsim.SavedElement{{Name: "OrderSync Warehouse", Value: fmt.Sprint(west)}}
	})
	s.must(s.wh.CancelByWarehouse(s.there(dropped)[0].ID, "damaged"))
	there := map[fulfillment.OrderID]int64{}
	for _, id := range ids[:6] {
		there[id] = s.there(id)[0].ID
	}
	edit(foreign, func(d *whsim.OrderDocument) { d.ExternalID = "CART-77" })
	edit(noIdentity, func(d *whsim.OrderDocument) { d.ExternalID = "" })
	for _, id := range ids[:6] {
		s.must(s.wh.Ship(there[id], whsim.Shipment{}))
	}
	s.shippedFromWest(shippedThere, "1Z-FROM-WEST")
	s.clock.Pass(5 * time.Minute)
	s.nothingListed("at once", s.ok(s.cancel()))
	delete(s.memory, "OrderCancelDownload")
	s.nothingListed("without memory", s.ok(s.cancel()))
}

// The other warehouse is served from the same stock: nothing ships twice.
func TestWhatIsRoutedToANeighbourIsNotTold(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.orders(1, "A")[0]
	s.ok(s.download())
	s.must(s.om.Reroute(int64(id), west))
	s.shipHere(id)
	s.clock.Pass(5 * time.Minute)
	s.nothingListed("a neighbour", s.ok(s.cancelFor(east, west)))
	s.nothingListed("every warehouse", s.ok(s.cancelFor()))
	s.listed("the neighbour is gone", s.ok(s.cancelFor(east)), id, fulfillment.ReasonTooLate)
	s.nothingListed("it is back", s.ok(s.cancelFor(east, west)))
}

// An order that does not say what it was delivered for is told as unclear, and
// stays listed like the others; an adopted one says it.
func TestShippedOrdersThatDoNotSayWhatTheyWereDeliveredFor(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.orders(1, "A")[0]
	s.ok(s.download())
	s.must(s.wh.EditOrder(s.there(id)[0].ID, func(d *whsim.OrderDocument) { d.SavedElements = nil }))
	s.must(s.om.Reroute(int64(id), west))
	s.shipHere(id)
	for range 3 {
		s.clock.Pass(3 * time.Hour)
		s.listed("unclear", s.ok(s.cancel()), id, fulfillment.ReasonRoutedElsewhere)
	}
	s.shippedFromWest(id, "1Z-FROM-WEST")
	s.nothingListed("the other warehouse shipped it", s.ok(s.cancel()))

	adopted := s.order(omsim.StatusAwaiting3PLExport, "A", 2, func(o *omsim.Order) { o.OrderNumber = "SO-ADOPTED" })
	there := s.deliver(adopted)
	s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) { d.ExternalID, d.SavedElements = "", nil }))
	if report := s.ok(s.download()); report.Counts.Adopted != 1 {
		t.Fatalf("%+v", report)
	}
	s.must(s.om.Reroute(int64(adopted), west))
	s.shipHere(adopted)
	s.clock.Pass(time.Minute)
	s.listed("adopted", s.ok(s.cancel()), adopted, fulfillment.ReasonTooLate)
}

// One part has left and the other has not: the one is cancelled, the other told.
func TestOfAnOrderInPartsWhatShippedIsTold(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 5)
	s.ok(s.download())
	s.ok(s.cancel())
	s.must2(s.wh.Split(s.there(id)[0].ID, map[string]whsim.Quantity{"A": whsim.Units(2)}))
	s.must(s.om.Reroute(int64(id), west))
	s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
	for range 3 {
		s.clock.Pass(5 * time.Minute)
		s.listed("in parts", s.ok(s.cancel()), id, fulfillment.ReasonTooLate)
	}
	if s.cancels(id) != 1 {
		t.Errorf("%d parts were cancelled", s.cancels(id))
	}
}

// Until its shipment is confirmed an order can be routed elsewhere, also after
// a run has seen it shipped.
func TestWhatIsRoutedElsewhereAfterItShippedIsTold(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.orders(1, "A")[0]
	s.ok(s.download())
	s.shipHere(id)
	for range 10 {
		s.clock.Pass(5 * time.Minute)
		s.nothingListed("shipped and wanted", s.ok(s.cancel()))
	}
	s.must(s.om.Reroute(int64(id), west))
	s.listed("routed elsewhere", s.ok(s.cancel()), id, fulfillment.ReasonTooLate)
}

// Where comparing is dear, the hourly comparison finds what shipped since the last one.
func TestADearComparisonAlsoLooksAtWhatShipped(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(2100, "A")
	s.ok(s.download())
	s.ok(s.cancel())
	s.clock.Pass(time.Minute)
	s.must(s.om.Reroute(int64(ids[0]), west))
	s.shipHere(ids[0])
	for range 11 {
		s.clock.Pass(5 * time.Minute)
		if report := s.ok(s.cancel()); report.FullComparison {
			t.Fatal("everything was compared")
		}
	}
	s.clock.Pass(5 * time.Minute)
	s.listed("after an hour", s.ok(s.cancel()), ids[0], fulfillment.ReasonTooLate)
	s.clock.Pass(5 * time.Minute)
	s.listed("between comparisons", s.ok(s.cancel()), ids[0], fulfillment.ReasonTooLate)
}

// A walk that breaks off, at whatever page, leaves the next run to find all of it.
func TestAWalkOverShippedOrdersThatBreaksOffMissesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(350, "A")
	s.ok(s.download())
	s.ok(s.cancel())
	var twice []fulfillment.OrderID
	for i, id := range ids {
		if i%100 == 99 {
			s.must(s.om.Reroute(int64(id), west))
			twice = append(twice, id)
		}
		s.shipHere(id)
	}
	before := s.memory["OrderCancelDownload"].LastFullComparison
	for nth := 1; nth <= 2; nth++ {
		s.clock.Pass(2 * time.Hour)
		s.must2(s.wh.Faults().Add(fault.Rule{Method: "GET", Path: "/orders", Kind: fault.StatusBefore, Status: 400, Nth: 2}))
		if _, err := s.cancel(); err == nil {
			t.Fatal("the run did not fail")
		}
		s.wh.Faults().Clear()
	}
	if now := s.memory["OrderCancelDownload"].LastFullComparison; !now.Equal(before) {
		t.Fatalf("a comparison that failed was noted: %s, was %s", now, before)
	}
	s.omCall.ResetCalls()
	run := routine.NewOrderCancelDownload(s.env("OrderCancelDownload"), routine.OrderCancelDownloadConfig{WarehouseIDs: []int64{east}})
	slices := 0
	for {
		err := run.Slice(t.Context(), func(context.Context, routine.Progress) error { return routine.ErrInterrupted })
		if slices++; !errors.Is(err, routine.ErrInterrupted) {
			s.must(err)
			break
		}
	}
	r := reasons(run.Report())
	for _, id := range twice {
		if r[id] != fulfillment.ReasonTooLate {
			t.Errorf("order %d: %q", id, r[id])
		}
	}
	if len(r) != len(twice) || slices < 5 {
		t.Errorf("%v in %d slices", r, slices)
	}
	// One list of cancelled orders, and four hundreds asked for by id.
	if calls := s.omCall.Calls()["GET /v1.1/orders"]; calls > 5 {
		t.Errorf("%d calls to Order Manager", calls)
	}
}

// A run in which nothing closed makes one call more than the comparison of the open orders.
func TestAQuietRunAsksOnceForWhatShipped(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	ids := s.orders(150, "A")
	s.ok(s.download())
	s.shipHere(ids[0])
	s.ok(s.confirm())
	s.ok(s.cancel())
	s.clock.Pass(2 * time.Hour)
	s.ok(s.cancel())
	s.clock.Pass(2 * time.Hour)
	s.omCall.ResetCalls()
	s.wh.Faults().ResetCalls()
	s.ok(s.cancel())
	if here, there := s.omCall.Calls()["GET /v1.1/orders"], s.wh.Faults().Calls()["GET /orders"]; here != 3 || there != 2 {
		t.Errorf("%d calls to Order Manager (want the cancelled ones and two hundreds), %d to the warehouse (want open and closed)", here, there)
	}
}
