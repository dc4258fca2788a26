// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const externalShipmentPath = "/v1.1/shipment/external"

// splitUnconfirmed is a shop with an order of which what shipped was split off,
// and whose process ended before that was confirmed.
func splitUnconfirmed(t *testing.T, options omsim.Options) (s *shop, root, child fulfillment.OrderID) {
	t.Helper()
	s, ids := splitShop(t, options, 1)
	s.shipments.WarehouseIDs = []int64{east}
	s.shipPart(ids[0], map[string]int64{"B": 3})
	s.must2(s.omCall.Add(fault.Rule{Method: "PUT", Path: externalShipmentPath, Kind: fault.StatusBefore, Status: 503, Nth: 1}))
	_, _ = s.confirm()
	s.omCall.Clear()
	s.restart()
	children := s.splitChildren(ids[0])
	if len(children) != 1 || children[0].Shipments != 0 {
		t.Fatalf("split off were %+v", children)
	}
	return s, ids[0], fulfillment.OrderID(children[0].ID)
}

// turns lets the routines run several times, hours apart, and returns the
// reasons of the last ones.
func (s *shop) turns() (confirms, cancels, downloads map[fulfillment.OrderID]string) {
	s.t.Helper()
	for range 3 {
		s.clock.Pass(7 * time.Hour)
		downloads = reasons(s.ok(s.download()))
		confirms = reasons(s.ok(s.confirm()))
		cancels = reasons(s.ok(s.cancel()))
	}
	return confirms, cancels, downloads
}

// confirmedAs fails unless an order was confirmed once, with one number.
func (s *shop) confirmedAs(id fulfillment.OrderID) {
	s.t.Helper()
	for _, order := range s.om.Snapshot().Orders {
		if order.ID == int64(id) && (order.Status != omsim.StatusShipped || order.Shipments != 1 || len(order.Tracking) != 1) {
			s.t.Errorf("order %d is %s with %d shipments and %v", id, order.Status, order.Shipments, order.Tracking)
		}
	}
}

// Whatever becomes of the order after a part was split off it, that part is
// confirmed once, by itself, and never sent.
func TestAPartThatWasSplitOffIsConfirmedWhateverBecomesOfTheOrder(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *shop, root fulfillment.OrderID) error{
		"nothing":          func(*shop, fulfillment.OrderID) error { return nil },
		"cancelled":        func(s *shop, root fulfillment.OrderID) error { return s.om.CancelOrder(int64(root)) },
		"routed elsewhere": func(s *shop, root fulfillment.OrderID) error { return s.om.Reroute(int64(root), west) },
		"confirmed by hand": func(s *shop, root fulfillment.OrderID) error {
			return s.om.ShipInOrderManager(int64(root), "BY-HAND", "UPS")
		},
	} {
		for _, keeps := range []bool{false, true} {
			t.Run(fmt.Sprint(name, "/", keeps), func(t *testing.T) {
				s, root, child := splitUnconfirmed(t, omsim.Options{SplitKeepsStatus: keeps, RerouteKeepsStatus: keeps})
				s.must(change(s, root))
				_, cancels, downloads := s.turns()
				s.confirmedAs(child)
				if len(s.there(child)) != 0 || len(s.splitChildren(root)) != 1 {
					t.Errorf("%d of it are there, %d were split off", len(s.there(child)), len(s.splitChildren(root)))
				}
				if cancels[root] == fulfillment.ReasonTooLate || cancels[child] != "" || downloads[child] != "" {
					t.Errorf("told are %v and %v", cancels, downloads)
				}
				if result := s.books(); !result.Clean() && name != "confirmed by hand" {
					t.Error(result.Err())
				}
			})
		}
	}
}

// While the order is sent, what was split off waits for ShipmentConfirmation
// and is listed; neither is it sent nor marked.
func TestAPartThatWasSplitOffIsListedAndNeverSent(t *testing.T) {
	t.Parallel()
	s, root, child := splitUnconfirmed(t, omsim.Options{})
	report := s.ok(s.download())
	if len(report.Skipped.Orders) != 1 || report.Skipped.Orders[0].ID != child || report.Skipped.Orders[0].Reason != fulfillment.ReasonSplitOff || report.Counts.Failed != 0 {
		t.Errorf("listed are %+v, failing %v", report.Skipped.Orders, reasons(report))
	}
	if report.Counts.Created+report.Counts.Marked != 0 || len(s.there(child)) != 0 || s.om.CountEffects(omsim.Marked)[int64(child)] != 0 {
		t.Errorf("counts %+v", report.Counts)
	}
	s.clock.Pass(time.Hour)
	s.ok(s.confirm())
	s.confirmedAs(child)
	if s.status(root) != omsim.StatusPendingFulfillment {
		t.Errorf("the order is %s", s.status(root))
	}
}

// One that stands for nothing which the warehouse shipped is told of, wherever
// it would have been met, and neither sent nor confirmed.
func TestAnOrderWithTheLabelThatStandsForNothing(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{}, 3)
	s.om.AddLabel(fulfillment.SplitLabel)
	label := func(parent fulfillment.OrderID) func(*omsim.Order) {
		return func(o *omsim.Order) {
			o.Labels = []omsim.Label{{Name: fulfillment.SplitLabel}}
			if parent != 0 {
				o.RelatedOrderIDs = []int64{int64(parent)}
			}
		}
	}
	ofSent := s.order(omsim.StatusAwaiting3PLExport, "A", 1, label(ids[0]))
	ofCancelled := s.order(omsim.StatusAwaiting3PLExport, "A", 1, label(ids[1]))
	ofNone := s.order(omsim.StatusAwaiting3PLExport, "A", 1, label(0))
	unnamed := s.order(omsim.StatusAwaiting3PLExport, "A", 1, label(ids[2]))
	s.must(s.om.UpdateOrder(int64(ids[0]), true, func(o *omsim.Order) { o.RelatedOrderIDs = []int64{int64(ofSent)} }))
	s.must(s.om.CancelOrder(int64(ids[1])))
	confirms, _, downloads := s.turns()
	want := map[fulfillment.OrderID]string{ofCancelled: fulfillment.ReasonAmbiguous, ofNone: fulfillment.ReasonAmbiguous, unnamed: fulfillment.ReasonAmbiguous}
	if !maps.Equal(downloads, want) || !maps.Equal(confirms, map[fulfillment.OrderID]string{ofSent: fulfillment.ReasonAmbiguous}) {
		t.Errorf("downloads tell %v, confirmations %v", downloads, confirms)
	}
	for _, id := range []fulfillment.OrderID{ofSent, ofCancelled, ofNone, unnamed} {
		if s.status(id) != omsim.StatusAwaiting3PLExport || len(s.there(id)) != 0 {
			t.Errorf("order %d is %s, there %d", id, s.status(id), len(s.there(id)))
		}
	}
}

// A user who cancels the order of a parcel that has left is told that it is too
// late, of that order and of no other; the parcel is not split off a second time.
func TestAParcelIsCancelledAfterItWasSplitOff(t *testing.T) {
	t.Parallel()
	for _, keeps := range []bool{false, true} {
		for _, both := range []bool{false, true} {
			t.Run(fmt.Sprint(keeps, "/", both), func(t *testing.T) {
				s, root, child := splitUnconfirmed(t, omsim.Options{SplitKeepsStatus: keeps})
				s.must(s.om.CancelOrder(int64(child)))
				if both {
					s.must(s.om.CancelOrder(int64(root)))
				}
				_, cancels, _ := s.turns()
				if !maps.Equal(cancels, map[fulfillment.OrderID]string{child: fulfillment.ReasonTooLate}) {
					t.Errorf("told are %v", cancels)
				}
				if result := s.books(); !result.Clean() || result.TooLate != 1 || len(s.splitChildren(root)) != 1 {
					t.Errorf("%v %v", result.Err(), result.Counts)
				}
				if !both {
					s.must(s.wh.Ship(s.openThere(root), whsim.Shipment{}))
					s.turns()
					s.confirmedAs(root)
				}
				s.must(s.om.RestoreOrder(int64(child)))
				_, cancels, _ = s.turns()
				s.confirmedAs(child)
				if len(cancels) != 0 {
					t.Errorf("still told are %v", cancels)
				}
			})
		}
	}
}

// One that a user routes elsewhere, or puts on hold, is told of and confirmed
// once that is undone.
func TestAPartThatWasSplitOffIsMovedOrHeld(t *testing.T) {
	t.Parallel()
	for _, keeps := range []bool{false, true} {
		t.Run(fmt.Sprint("routed elsewhere/", keeps), func(t *testing.T) {
			s, root, child := splitUnconfirmed(t, omsim.Options{SplitKeepsStatus: keeps, RerouteKeepsStatus: keeps})
			s.must(s.om.Reroute(int64(child), west))
			confirms, cancels, downloads := s.turns()
			if !maps.Equal(confirms, map[fulfillment.OrderID]string{child: fulfillment.ReasonRoutedElsewhere}) || len(cancels)+len(downloads) != 0 {
				t.Errorf("told are %v, %v, %v", confirms, cancels, downloads)
			}
			s.must(s.om.Reroute(int64(child), east))
			s.turns()
			s.confirmedAs(child)
			if s.status(root) != omsim.StatusPendingFulfillment {
				t.Errorf("the order is %s", s.status(root))
			}
		})
	}
	t.Run("held", func(t *testing.T) {
		s, _, child := splitUnconfirmed(t, omsim.Options{})
		s.must(s.om.HoldOrder(int64(child), s.clock.Now().Add(100*time.Hour)))
		if confirms, _, _ := s.turns(); !maps.Equal(confirms, map[fulfillment.OrderID]string{child: fulfillment.ReasonHeldButSent}) {
			t.Errorf("told are %v", confirms)
		}
		s.clock.Pass(100 * time.Hour)
		s.turns()
		s.confirmedAs(child)
	})
}
