// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// A person asks for the tracking of an order that another product delivered and
// nobody has given its identity yet. The run answers, and goes on to adopt it.
func TestAResendOfTrackingBeforeTheAdoptionDoesNotStopTheRun(t *testing.T) {
	t.Parallel()
	s := movingShop(t)
	id, there := s.byOther(omsim.StatusPendingFulfillment)
	answers, report := s.ask("ShipmentConfirmation", func(env routine.Env) routine.Run {
		return routine.NewShipmentConfirmation(env, routine.ShipmentConfirmationConfig{Load: s.load, WarehouseIDs: []int64{east}})
	}, resendOf(id))
	judgeAnswer(t, answers, fulfillment.ReasonNotShipped, true)
	if report.Counts.Adopted != 1 || len(s.there(id)) != 1 {
		t.Errorf("%+v, %d there", report.Counts, len(s.there(id)))
	}
	s.ship(there)
	s.nothingListed("shipped", s.ok(s.confirm()))
	if s.status(id) != omsim.StatusShipped {
		t.Errorf("it is %s", s.status(id))
	}
}

// The label that settles one incident says nothing of a later cancellation: the
// order is cancelled in the warehouse like any other.
func TestAnAcknowledgedOrderIsStillCancelledThere(t *testing.T) {
	t.Parallel()
	for name, unwanted := range map[string]func(s *shop, id fulfillment.OrderID) error{
		"cancelled":        func(s *shop, id fulfillment.OrderID) error { return s.om.CancelOrder(int64(id)) },
		"routed elsewhere": func(s *shop, id fulfillment.OrderID) error { return s.om.Reroute(int64(id), west) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
			s.ok(s.download())
			s.acknowledge(id) // say, of a second order in the warehouse
			s.clock.Pass(time.Hour)
			s.must(unwanted(s, id))
			s.clock.Pass(time.Minute)
			s.nothingListed("cancelled there", s.ok(s.cancel()))
			if o := s.there(id)[0]; o.Status != whsim.StatusCanceled {
				t.Errorf("the warehouse still ships it: %d", o.Status)
			}
		})
	}
}

// A kit that came into the order after its delivery has not left with it: the
// order is not confirmed as a whole.
func TestAKitThatWasAddedAfterTheDeliveryIsNotConfirmedAsShipped(t *testing.T) {
	t.Parallel()
	s := kitShop(t, omsim.Options{})
	id := s.order(omsim.StatusAwaiting3PLExport, "D", 1)
	s.ok(s.download())
	s.clock.Pass(time.Minute)
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) {
		late := omsim.Item("PAIR", 1)
		late.Product.ProductType = omsim.BundleKit
		o.Items = append(o.Items, late)
	}))
	s.shipHere(id)
	s.clock.Pass(time.Minute)
	s.listed("without the kit", s.ok(s.confirm()), id, fulfillment.ReasonClosedShort)
	if s.status(id) == omsim.StatusShipped {
		t.Error("the buyer was told that all of it is on its way")
	}
}

// Splitting takes calls and time. What was judged before is read again before
// it is reported: it may have been confirmed or cancelled by then.
func TestAnOrderThatChangedWhileOthersWereSplitIsNotReported(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *shop, id fulfillment.OrderID) error{
		"cancelled": func(s *shop, id fulfillment.OrderID) error { return s.om.CancelOrder(int64(id)) },
		"confirmed by hand": func(s *shop, id fulfillment.OrderID) error {
			return s.om.ShipInOrderManager(int64(id), "BY-HAND", "UPS")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, ids := splitShop(t, omsim.Options{}, 2)
			whole, parted := ids[0], ids[1]
			s.shipHere(whole)
			s.shipPart(parted, map[string]int64{"B": 3})
			slow := &slowSplits{Source: s.source, meanwhile: func() {
				s.clock.Pass(2 * time.Minute)
				s.must(change(s, whole))
			}}
			s.source = slow
			s.ok(s.confirm())
			if slices.Contains(slow.reported, whole) || len(slow.reported) != 1 {
				t.Errorf("reported are %v; %d is what was split off, %d has changed", slow.reported, s.splitChildren(parted)[0].ID, whole)
			}
		})
	}
}

// slowSplits lets time pass while an order is split, and notes what is reported.
type slowSplits struct {
	fulfillment.Source
	meanwhile func()
	reported  []fulfillment.OrderID
}

func (s *slowSplits) ConfirmShipments(ctx context.Context, shipments []fulfillment.Shipment, options fulfillment.ShipmentOptions) ([]fulfillment.ShipmentResult, error) {
	for _, shipment := range shipments {
		s.reported = append(s.reported, shipment.OrderID)
	}
	return s.Source.ConfirmShipments(ctx, shipments, options)
}

func (s *slowSplits) SplitOrder(ctx context.Context, split fulfillment.Split) (fulfillment.OrderID, error) {
	s.meanwhile()
	return s.Source.SplitOrder(ctx, split)
}

// An order that the warehouse closed while nothing says that anything left is
// held for a person, whatever stands in for a tracking number.
func TestAnOrderThatWasClosedWithNothingShippedIsNotConfirmed(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]routine.ShipmentConfirmationConfig{
		"waiting for a number": {}, "with a text for a number": {NoTrackingText: "by our own truck", UseBillOfLading: true},
		"split": {Split: true, SplitShort: true, NoTrackingText: "by our own truck"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.shipments = config
			s.product("A", 100, 0, 0)
			id := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
			s.ok(s.download())
			s.must(s.wh.CloseShort(s.there(id)[0].ID, whsim.Short{Shipment: whsim.Shipment{NoPackages: true}}))
			for range 2 {
				s.clock.Pass(time.Hour)
				s.listed("closed", s.ok(s.confirm()), id, fulfillment.ReasonClosedShort)
			}
			if s.status(id) == omsim.StatusShipped {
				t.Error("the buyer was told of a parcel that never left")
			}
		})
	}
}

// What was split off need not be sent in Order Manager: its other numbers are
// added, and it is confirmed, all the same.
func TestAPartWithSeveralNumbersThatWasSplitOffIsConfirmed(t *testing.T) {
	t.Parallel()
	for _, keeps := range []bool{false, true} {
		s, ids := splitShop(t, omsim.Options{SplitKeepsStatus: keeps}, 1)
		s.shipments.AdditionalTracking = fulfillment.CustomField(2)
		parts, err := s.wh.Split(s.openThere(ids[0]), map[string]whsim.Quantity{"B": whsim.Units(3)})
		s.must(err)
		s.must(s.wh.Ship(parts, whsim.Shipment{NoPackages: true, OrderTracking: "1Z-ONE 1Z-TWO"}))
		for range 3 {
			s.ok(s.confirm())
			s.clock.Pass(7 * time.Hour)
		}
		children := s.splitChildren(ids[0])
		if len(children) != 1 || children[0].Status != omsim.StatusShipped || children[0].Shipments != 1 {
			t.Fatalf("status kept %t: %+v", keeps, children)
		}
		if order := s.inOrderManager(fulfillment.OrderID(children[0].ID)); order.CustomField2 != "1Z-TWO" {
			t.Errorf("status kept %t: the other number stands in %q", keeps, order.CustomField2)
		}
	}
}

// The label settles what was told: the user may have decided that the parcel
// leaves from here, so nothing is cancelled behind his back. What was not told
// yet is told once.
func TestAcknowledgingACancellationThatCameTooLateLetsTheParcelLeave(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]bool{"after it was told": false, "before": true} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
			s.ok(s.download())
			there := s.there(id)[0].ID
			s.must(s.wh.StartPicking(there))
			if before {
				s.acknowledge(id)
			}
			s.clock.Pass(time.Minute)
			s.must(s.om.Reroute(int64(id), west))
			s.listed("told", s.ok(s.cancel()), id, fulfillment.ReasonTooLate)
			if !before {
				s.acknowledge(id)
			}
			asked := s.wh.Faults().Calls()["POST /orders/{id}/canceler"]
			for range 4 {
				s.clock.Pass(7 * time.Hour)
				if r := reasons(s.ok(s.cancel())); len(r) != 0 {
					t.Fatalf("listed %v", r)
				}
			}
			if again := s.wh.Faults().Calls()["POST /orders/{id}/canceler"]; again != asked {
				t.Errorf("asked to cancel %d times more", again-asked)
			}
		})
	}
}

// An order that was routed elsewhere and shipped there is wanted here no more:
// what is still open here would be a second parcel.
func TestWhatTheOtherWarehouseHasShippedIsCancelledHere(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
	s.ok(s.download())
	s.clock.Pass(time.Minute)
	s.must(s.om.Reroute(int64(id), west))
	s.shippedFromWest(id, "1Z-FROM-WEST")
	s.clock.Pass(time.Minute)
	s.nothingListed("cancelled here", s.ok(s.cancel()))
	if o := s.there(id)[0]; o.Status != whsim.StatusCanceled {
		t.Errorf("a second parcel will leave: status %d", o.Status)
	}
}

// A cancelled order that was entered anew under its number, and then got a note,
// is younger than the new one's order in the warehouse. That one is not its own.
func TestANoteOnACancelledOrderDoesNotCancelTheOneThatWasEnteredAnew(t *testing.T) {
	t.Parallel()
	s := movingShop(t)
	s.clock.Pass(-48 * time.Hour)
	old := s.order(omsim.StatusPendingFulfillment, "A", 2, func(o *omsim.Order) { o.OrderDate, o.OrderNumber = omsim.At(s.clock.Now()), "SO-ANEW" })
	s.must(s.om.CancelOrder(int64(old)))
	s.clock.Pass(48 * time.Hour)
	fresh, there := s.byOther(omsim.StatusAwaiting3PLExport, func(d *whsim.OrderDocument) { d.ReferenceNum = "SO-ANEW" })
	s.must(s.om.UpdateOrder(int64(fresh), true, func(o *omsim.Order) { o.OrderNumber = "SO-ANEW" }))
	s.must(s.om.UpdateOrder(int64(old), true, func(o *omsim.Order) { o.InternalNotes = "entered anew" }))
	s.listed("before the adoption", s.ok(s.cancel()), old, fulfillment.ReasonAmbiguous)
	if o, _ := s.wh.Order(there); o.Status != whsim.StatusOpen {
		t.Fatal("another order's parcel was cancelled")
	}
	s.ok(s.download())
	s.clock.Pass(7 * time.Hour)
	s.nothingListed("after it", s.ok(s.cancel()))
	if o, _ := s.wh.Order(there); o.Status != whsim.StatusOpen || o.ExternalID != fresh.String() {
		t.Errorf("status %d, identity %s", o.Status, o.ExternalID)
	}
}
