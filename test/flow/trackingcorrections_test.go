// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const corrected = "1ZCORRECTED"

// correctedShop has orders that were confirmed, the first of them with a number
// that the warehouse corrected after that.
func correctedShop(t *testing.T, options omsim.Options, orders int) (*shop, []fulfillment.OrderID) {
	t.Helper()
	s, ids := cancelShop(t, options, orders)
	s.shipments.WarehouseIDs = []int64{east}
	s.shipments.Options.NotifyCustomer = true
	for _, id := range ids {
		s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
	}
	s.ok(s.confirm())
	s.clock.Pass(15 * time.Minute)
	s.must(s.wh.CorrectTracking(s.there(ids[0])[0].ID, corrected))
	return s, ids
}

// told is what Order Manager was told of an order: shipments, mails to the
// buyer, and the numbers it shows.
func (s *shop) told(id fulfillment.OrderID) (shipments, mails int, numbers []string) {
	for _, order := range s.om.Snapshot().Orders {
		if order.ID == int64(id) {
			return order.Shipments, order.Notifications, order.Tracking
		}
	}
	return 0, 0, nil
}

// A corrected number is listed as long as it differs, whatever is forgotten
// between, and nothing is written.
func TestACorrectedTrackingNumberIsListed(t *testing.T) {
	t.Parallel()
	s, ids := correctedShop(t, omsim.Options{}, 3)
	for range 4 {
		report := s.ok(s.confirm())
		if r := reasons(report); !maps.Equal(r, map[fulfillment.OrderID]string{ids[0]: fulfillment.ReasonTrackingDiffers}) {
			t.Errorf("listed are %v", r)
		}
		s.clock.Pass(20 * time.Hour)
		s.restart()
	}
	if shipments, _, _ := s.told(ids[0]); shipments != 1 {
		t.Errorf("it was reported %d times", shipments)
	}
	// Ended by a label, by the old number, or by time.
	for name, settle := range map[string]func(s *shop, id fulfillment.OrderID){
		"acknowledged": func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) {
				o.Labels = append(o.Labels, omsim.Label{Name: fulfillment.AcknowledgedLabel})
			}))
		},
		"corrected back": func(s *shop, id fulfillment.OrderID) {
			_, _, numbers := s.told(id)
			s.must(s.wh.CorrectTracking(s.there(id)[0].ID, numbers...))
		},
		"two weeks later": func(s *shop, _ fulfillment.OrderID) { s.clock.Pass(15 * 24 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := correctedShop(t, omsim.Options{}, 1)
			s.ok(s.confirm())
			settle(s, ids[0])
			s.clock.Pass(time.Hour)
			if r := reasons(s.ok(s.confirm())); len(r) != 0 {
				t.Errorf("listed are %v", r)
			}
		})
	}
}

// Under every reading of a second report the number is written once, and the
// buyer is not mailed again; what did not show stays listed.
func TestACorrectedTrackingNumberIsWrittenOnce(t *testing.T) {
	t.Parallel()
	for reading, want := range map[omsim.RepeatedShipment]struct {
		reason  string
		numbers int
	}{
		omsim.AddRepeatedTracking:       {"", 2},
		omsim.ReplaceRepeatedTracking:   {"", 1},
		omsim.DuplicateRepeatedShipment: {"", 2},
		omsim.IgnoreRepeatedShipment:    {fulfillment.ReasonCorrectionPending, 1},
		omsim.RefuseRepeatedShipment:    {fulfillment.ReasonCorrectionRefused, 1},
	} {
		t.Run(string(reading), func(t *testing.T) {
			s, ids := correctedShop(t, omsim.Options{RepeatedShipment: reading}, 3)
			s.shipments.WriteCorrections = true
			puts := 0
			for range 4 {
				s.omCall.ResetCalls()
				report := s.ok(s.confirm())
				puts += s.omCall.Calls()["PUT "+externalShipmentPath]
				if r := reasons(report); r[ids[0]] != want.reason || len(r) != min(1, len(want.reason)) {
					t.Errorf("listed are %v", r)
				}
				s.clock.Pass(7 * time.Hour)
				s.restart()
			}
			shipments, mails, numbers := s.told(ids[0])
			if puts != 1 || mails != 1 || len(numbers) != want.numbers || slices.Contains(numbers, corrected) != (want.reason == "") {
				t.Errorf("%d reports, %d taken, %d mails, numbers %v", puts, shipments, mails, numbers)
			}
			for _, id := range ids[1:] {
				if shipments, mails, _ := s.told(id); shipments != 1 || mails != 1 {
					t.Errorf("order %d: %d shipments, %d mails", id, shipments, mails)
				}
			}
			// Corrected once more: that is another correction.
			if want.reason == "" {
				s.must(s.wh.CorrectTracking(s.there(ids[0])[0].ID, "1ZAGAIN"))
				s.ok(s.confirm())
				s.ok(s.confirm())
				if _, mails, numbers := s.told(ids[0]); mails != 1 || !slices.Contains(numbers, "1ZAGAIN") {
					t.Errorf("%d mails, numbers %v", mails, numbers)
				}
				return
			}
			// Somebody asks for it.
			s.omCall.ResetCalls()
			s.ask("ShipmentConfirmation", func(env routine.Env) routine.Run { return routine.NewShipmentConfirmation(env, s.shipments) },
				routine.Request{Kind: routine.RequestRetry, OrderID: ids[0]})
			if n := s.omCall.Calls()["PUT "+externalShipmentPath]; n != 1 {
				t.Errorf("asked for, it was written %d times", n)
			}
		})
	}
}

// What was listed of an order's own report, before Order Manager called it
// shipped, does not stand in the way of a correction.
func TestACorrectionIsWrittenThoughTheFirstReportWasListed(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]omsim.Options{
		"the report was pending": {ShipmentPendingReads: 3},
		"the report was refused": {},
	} {
		t.Run(name, func(t *testing.T) {
			options.RepeatedShipment = omsim.DuplicateRepeatedShipment
			s, ids := cancelShop(t, options, 1)
			s.shipments.WarehouseIDs, s.shipments.WriteCorrections, s.shipments.Options.NotifyCustomer = []int64{east}, true, true
			there := s.there(ids[0])[0].ID
			s.must(s.wh.Ship(there, whsim.Shipment{}))
			want := fulfillment.ReasonConfirmationPending
			if options.ShipmentPendingReads == 0 {
				want = fulfillment.ReasonConfirmationRefused
				s.must2(s.omCall.Add(fault.Rule{Kind: fault.StatusBefore, Status: 422, Method: "PUT", Path: externalShipmentPath, Nth: 1}))
			}
			if r := reasons(s.ok(s.confirm())); r[ids[0]] != want {
				t.Fatalf("listed are %v", r)
			}
			if options.ShipmentPendingReads == 0 { // a person confirms it
				number := s.there(ids[0])[0].Tracking[0]
				s.must(s.om.ShipInOrderManager(int64(ids[0]), number, "UPS"))
			}
			s.om.SettleShipments()
			s.clock.Pass(time.Hour)
			s.must(s.wh.CorrectTracking(there, corrected))
			for range 2 {
				if r := reasons(s.ok(s.confirm())); len(r) != 0 {
					t.Errorf("listed are %v", r)
				}
				s.clock.Pass(time.Hour)
			}
			shipments, mails, numbers := s.told(ids[0])
			if !slices.Contains(numbers, corrected) || mails > 1 {
				t.Errorf("%d shipments, %d mails, numbers %v", shipments, mails, numbers)
			}
		})
	}
}

// Whatever becomes of an answer, Order Manager is told of a correction once.
func TestAnswersToACorrectionThatProveNothing(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]fault.Rule{
		"dropped after":  {Kind: fault.DropAfter, Nth: 1},
		"dropped before": {Kind: fault.DropBefore, Nth: 1},
		"500 after":      {Kind: fault.StatusAfter, Status: 500, Nth: 1},
		"half an answer": {Kind: fault.Truncate, Nth: 1},
		"not JSON":       {Kind: fault.StatusAfter, Status: 200, Body: "<html>", Nth: 1},
		"an empty list":  {Kind: fault.StatusAfter, Status: 200, Body: "[]", Nth: 1},
		"429":            {Kind: fault.StatusBefore, Status: 429, Nth: 1},
	} {
		for _, reading := range []omsim.RepeatedShipment{omsim.AddRepeatedTracking, omsim.DuplicateRepeatedShipment} {
			t.Run(fmt.Sprint(name, "/", reading), func(t *testing.T) {
				s, ids := correctedShop(t, omsim.Options{RepeatedShipment: reading}, 2)
				s.shipments.WriteCorrections = true
				rule.Method, rule.Path = "PUT", externalShipmentPath
				s.must2(s.omCall.Add(rule))
				for range 6 {
					_, _ = s.confirm()
					s.clock.Pass(7 * time.Hour)
					s.restart()
				}
				shipments, mails, numbers := s.told(ids[0])
				if shipments != 2 || mails != 1 || len(numbers) != 2 || numbers[1] != corrected {
					t.Errorf("%d shipments, %d mails, numbers %v", shipments, mails, numbers)
				}
				if report := s.ok(s.confirm()); len(reasons(report)) != 0 {
					t.Errorf("listed are %v", reasons(report))
				}
			})
		}
	}
}

// The process ends before or after a correction takes effect: it is written once.
func TestAProcessThatEndsInACorrection(t *testing.T) {
	t.Parallel()
	for name, hold := range map[string]func(s *shop, rule fault.Rule) *fault.Hold{
		"before": func(s *shop, rule fault.Rule) *fault.Hold { return s.omCall.HoldBefore(rule) },
		"after":  func(s *shop, rule fault.Rule) *fault.Hold { return s.omCall.HoldAfter(rule) },
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := correctedShop(t, omsim.Options{RepeatedShipment: omsim.DuplicateRepeatedShipment}, 1)
			s.shipments.WriteCorrections = true
			held := hold(s, fault.Rule{Method: "PUT", Path: externalShipmentPath, Nth: 1})
			s.diesWhileHeld(held, routine.NewShipmentConfirmation(s.env("ShipmentConfirmation"), s.shipments))
			for range 3 {
				s.clock.Pass(time.Hour)
				s.ok(s.confirm())
			}
			if shipments, mails, numbers := s.told(ids[0]); shipments != 2 || mails != 1 || !slices.Contains(numbers, corrected) {
				t.Errorf("%d shipments, %d mails, numbers %v", shipments, mails, numbers)
			}
		})
	}
}

// What is no correction is left alone.
func TestWhatIsNoCorrection(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *shop, id fulfillment.OrderID){
		"a second parcel": func(s *shop, id fulfillment.OrderID) {
			_, _, numbers := s.told(id)
			s.must(s.wh.CorrectTracking(s.there(id)[0].ID, append([]string{"1ZOTHER"}, numbers...)...))
		},
		"the number was taken away": func(s *shop, id fulfillment.OrderID) { s.must(s.wh.CorrectTracking(s.there(id)[0].ID)) },
		"another case": func(s *shop, id fulfillment.OrderID) {
			_, _, numbers := s.told(id)
			s.must(s.wh.CorrectTracking(s.there(id)[0].ID, strings.ToLower(numbers[0])))
		},
		"another connection's order": func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.Source = &omsim.WarehouseInfo{WarehouseID: west} }))
		},
		"shipped in Order Manager without a number, by hand": func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.Shipment, o.Shipments = nil, nil }))
		},
		"a system that cannot be asked": func(s *shop, _ fulfillment.OrderID) { s.driver = withoutHistory{s.driver} },
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := correctedShop(t, omsim.Options{RepeatedShipment: omsim.DuplicateRepeatedShipment}, 1)
			s.shipments.WriteCorrections = true
			change(s, ids[0])
			for range 2 {
				if report := s.ok(s.confirm()); len(reasons(report)) != 0 {
					t.Errorf("listed are %v", reasons(report))
				}
				s.clock.Pass(time.Hour)
			}
			if shipments, _, _ := s.told(ids[0]); shipments != 1 {
				t.Errorf("it was reported %d times", shipments)
			}
		})
	}
}

// withoutHistory is a warehouse that cannot be asked for what closed since a time.
type withoutHistory struct{ fulfillment.Destination }

func (d withoutHistory) Capabilities() fulfillment.Capabilities {
	capabilities := d.Destination.Capabilities()
	capabilities.IncrementalShipments = false
	return capabilities
}

// Of a split order each part has its own number, and a correction goes to the
// one whose parcel it is.
func TestACorrectionOfOnePartOfASplitOrder(t *testing.T) {
	t.Parallel()
	s, root, child := splitUnconfirmed(t, omsim.Options{RepeatedShipment: omsim.AddRepeatedTracking})
	s.shipments.WriteCorrections = true
	s.turns()
	s.must(s.wh.Ship(s.openThere(root), whsim.Shipment{}))
	s.turns()
	_, _, own := s.told(root)
	for _, part := range s.there(root) {
		if part.Lines[0].SKU == "B" {
			s.must(s.wh.CorrectTracking(part.ID, corrected))
		}
	}
	s.turns()
	if _, _, numbers := s.told(child); len(numbers) != 2 || numbers[1] != corrected {
		t.Errorf("the part has %v", numbers)
	}
	if _, _, numbers := s.told(root); !slices.Equal(numbers, own) {
		t.Errorf("the rest has %v", numbers)
	}
}

// A correction is found wherever it stands among what closed.
func TestACorrectionIsFoundAmongMany(t *testing.T) {
	t.Parallel()
	s, ids := correctedShop(t, omsim.Options{}, 130)
	s.must(s.wh.CorrectTracking(s.there(ids[129])[0].ID, "1ZLAST"))
	want := map[fulfillment.OrderID]string{ids[0]: fulfillment.ReasonTrackingDiffers, ids[129]: fulfillment.ReasonTrackingDiffers}
	if r := reasons(s.ok(s.confirm())); !maps.Equal(r, want) {
		t.Errorf("listed are %v", r)
	}
}

// Only what changed since the last run is read, and its orders a hundred at a time.
func TestALookForCorrectionsIsCheap(t *testing.T) {
	t.Parallel()
	s, _ := correctedShop(t, omsim.Options{}, 30)
	s.ok(s.confirm())
	s.clock.Pass(24 * time.Hour)
	s.ok(s.confirm())
	s.clock.Pass(24 * time.Hour)
	s.omCall.ResetCalls()
	s.wh.Faults().ResetCalls()
	s.ok(s.confirm())
	if here, there := s.omCall.Calls()["GET /v1.1/orders"], s.wh.Faults().Calls()["GET /orders"]; here > 3 || there > 2 {
		t.Errorf("%d and %d calls", here, there)
	}
}

func TestAPlanOfACorrection(t *testing.T) {
	t.Parallel()
	s, ids := correctedShop(t, omsim.Options{RepeatedShipment: omsim.AddRepeatedTracking}, 2)
	s.shipments.WriteCorrections = true
	steps, _ := s.planned(func(env routine.Env) routine.Run { return routine.NewShipmentConfirmation(env, s.shipments) })
	if len(steps) != 1 || steps[0] != (routine.PlannedStep{Action: routine.PlannedConfirm, OrderID: ids[0]}) {
		t.Errorf("planned %+v", steps)
	}
}
