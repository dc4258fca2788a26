// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// cancels counts the cancellations that took effect in the warehouse by request.
func (s *shop) cancels(id fulfillment.OrderID) int {
	n := 0
	for _, effect := range s.wh.Effects() {
		if effect.Kind == whsim.EffectCancel && effect.By == whsim.ByAPI && effect.ExternalID == id.String() {
			n++
		}
	}
	return n
}

func TestWhatIsNoLongerWantedIsCancelledThere(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{om: omsim.Options{RerouteKeepsStatus: true}})
	s.product("A", 100, 0, 0)
	ids := s.orders(8, "A")
	s.ok(s.download())
	wanted, cancelled, rerouted, unmarked := ids[0], ids[1], ids[2], ids[3]
	held, outside, reroutedBack := ids[4], ids[5], ids[6]
	s.clock.Pass(time.Hour)
	s.must(s.om.CancelOrder(int64(cancelled)))
	s.must(s.om.Reroute(int64(rerouted), west))
	// Delivered, and cancelled before anyone could mark it.
	s.must(s.om.UpdateOrder(int64(unmarked), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusAwaiting3PLExport }))
	s.must(s.om.CancelOrder(int64(unmarked)))
	s.must(s.om.UpdateOrder(int64(held), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusOnHold }))
	s.must(s.om.UpdateOrder(int64(outside), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusProcessedOutside }))
	s.must(s.om.Reroute(int64(reroutedBack), west))
	s.must(s.om.Reroute(int64(reroutedBack), east))

	report := s.ok(s.cancel())
	for id, want := range map[fulfillment.OrderID]whsim.Status{
		wanted: whsim.StatusOpen, cancelled: whsim.StatusCanceled, rerouted: whsim.StatusCanceled, unmarked: whsim.StatusCanceled,
		held: whsim.StatusOpen, outside: whsim.StatusOpen, reroutedBack: whsim.StatusOpen,
	} {
		if got := s.there(id)[0].Status; got != want {
			t.Errorf("order %d (%s): status %d there, want %d", id, s.status(id), got, want)
		}
	}
	if report.Counts.Cancelled != 3 || !report.FullComparison {
		t.Errorf("%+v", report)
	}
	if r := reasons(report); r[held] != fulfillment.ReasonHeldButSent || r[outside] != fulfillment.ReasonNotWanted || len(r) != 2 {
		t.Errorf("reasons %v", r)
	}
	s.clock.Pass(5 * time.Minute)
	if again := s.ok(s.cancel()); again.Counts.Cancelled != 0 {
		t.Errorf("a second run cancelled %d", again.Counts.Cancelled)
	}
}

// An order that was delivered for another warehouse of ours is not routed
// elsewhere, even if nobody knows its connection any more; one that does not
// say what it was delivered for is told and left alone.
func TestOrdersDeliveredForOthersAreNotCancelled(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{om: omsim.Options{RerouteKeepsStatus: true}})
	s.product("A", 100, 0, 0)
	ids := s.orders(3, "A")
	s.ok(s.download())
	theirs, silent, rerouted := ids[0], ids[1], ids[2]
	change := func(id fulfillment.OrderID, to []whsim.SavedElement) {
		s.must(s.wh.EditOrder(s.there(id)[0].ID, func(d *whsim.OrderDocument) { d.SavedElements = to }))
		s.must(s.om.Reroute(int64(id), west))
	}
	change(theirs, []whsim.SavedElement{{Name: "OrderSync Warehouse", Value: fmt.Sprint(west)}})
	change(silent, nil)
	s.must(s.om.Reroute(int64(rerouted), west))
	s.clock.Pass(time.Hour)
	report := s.ok(s.cancel())
	for id, want := range map[fulfillment.OrderID]whsim.Status{theirs: whsim.StatusOpen, silent: whsim.StatusOpen, rerouted: whsim.StatusCanceled} {
		if got := s.there(id)[0].Status; got != want {
			t.Errorf("order %d: status %d there, want %d", id, got, want)
		}
	}
	if r := reasons(report); r[silent] != fulfillment.ReasonRoutedElsewhere || len(r) != 1 {
		t.Errorf("reasons %v", r)
	}
}

func TestACancellationThatComesTooLateStaysListedUntilItIsSettled(t *testing.T) {
	t.Parallel()
	setUp := func(t *testing.T) (*shop, fulfillment.OrderID, int64) {
		s := newShop(t, shopOptions{})
		s.product("A", 100, 0, 0)
		id := s.orders(1, "A")[0]
		s.ok(s.download())
		there := s.there(id)[0].ID
		s.must(s.wh.StartPicking(there))
		s.clock.Pass(time.Minute)
		s.must(s.om.CancelOrder(int64(id)))
		report := s.ok(s.cancel())
		if reasons(report)[id] != fulfillment.ReasonTooLate || report.Drift.Orders[0].WarehouseID != fmt.Sprint(there) {
			t.Fatalf("%+v", report.Drift)
		}
		return s, id, there
	}
	t.Run("while it is being picked and after it has shipped", func(t *testing.T) {
		s, id, there := setUp(t)
		s.clock.Pass(time.Hour)
		if r := reasons(s.ok(s.cancel())); r[id] != fulfillment.ReasonTooLate {
			t.Fatalf("while picked: %v", r)
		}
		s.must(s.wh.Ship(there, whsim.Shipment{}))
		s.clock.Pass(time.Hour)
		if r := reasons(s.ok(s.cancel())); r[id] != fulfillment.ReasonTooLate {
			t.Fatalf("after shipping: %v", r)
		}
		s.ok(s.confirm())
		if got := s.status(id); got != omsim.StatusCancelled {
			t.Errorf("Order Manager calls it %s: a tracking number was written to a cancelled order", got)
		}
	})
	t.Run("also when all memory is lost", func(t *testing.T) {
		s, id, there := setUp(t)
		s.must(s.wh.Ship(there, whsim.Shipment{}))
		delete(s.memory, "OrderCancelDownload")
		s.clock.Pass(time.Hour)
		if r := reasons(s.ok(s.cancel())); r[id] != fulfillment.ReasonTooLate {
			t.Errorf("%v", r)
		}
	})
	t.Run("until the order is restored", func(t *testing.T) {
		s, id, _ := setUp(t)
		s.must(s.om.RestoreOrder(int64(id)))
		s.clock.Pass(time.Hour)
		if r := reasons(s.ok(s.cancel())); len(r) != 0 {
			t.Errorf("%v", r)
		}
	})
	t.Run("until a user acknowledges it", func(t *testing.T) {
		s, id, _ := setUp(t)
		s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) {
			o.Labels = append(o.Labels, omsim.Label{LabelID: 1, Name: routine.AcknowledgedLabel})
		}))
		s.clock.Pass(time.Hour)
		if r := reasons(s.ok(s.cancel())); len(r) != 0 {
			t.Errorf("%v", r)
		}
	})
	t.Run("until a fortnight has passed", func(t *testing.T) {
		s, id, there := setUp(t)
		s.must(s.wh.Ship(there, whsim.Shipment{}))
		s.clock.Pass(13 * 24 * time.Hour)
		if r := reasons(s.ok(s.cancel())); r[id] != fulfillment.ReasonTooLate {
			t.Fatalf("after thirteen days: %v", r)
		}
		s.clock.Pass(2 * 24 * time.Hour)
		if r := reasons(s.ok(s.cancel())); len(r) != 0 {
			t.Errorf("after fifteen days: %v", r)
		}
	})
	t.Run("until the warehouse lets go of it", func(t *testing.T) {
		s, id, there := setUp(t)
		s.must(s.wh.CancelByWarehouse(there, "found in time"))
		s.clock.Pass(time.Hour)
		if r := reasons(s.ok(s.cancel())); len(r) != 0 || s.cancels(id) != 0 {
			t.Errorf("%v", r)
		}
	})
}

func TestFullComparisonsAreMadeWhileTheyAreCheap(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(2100, "A")
	s.ok(s.download())
	s.clock.Pass(time.Minute)
	if report := s.ok(s.cancel()); !report.FullComparison {
		t.Fatal("the first run compared nothing")
	}
	s.clock.Pass(5 * time.Minute)
	s.must(s.om.CancelOrder(int64(ids[0])))
	s.must(s.om.Reroute(int64(ids[1]), west))
	s.omCall.ResetCalls()
	report := s.ok(s.cancel())
	if report.FullComparison || report.Counts.Cancelled != 1 {
		t.Errorf("the fast path: %+v", report)
	}
	if calls := s.omCall.Calls()["GET /v1.1/orders"]; calls > 3 {
		t.Errorf("the fast path made %d calls", calls)
	}
	s.clock.Pass(time.Hour)
	if report := s.ok(s.cancel()); !report.FullComparison || report.Counts.Cancelled != 1 {
		t.Errorf("after an hour: %+v", report)
	}
	if s.there(ids[1])[0].Status != whsim.StatusCanceled {
		t.Error("what was routed elsewhere is still open there")
	}
}

func TestOrdersOfOthersAreNotCancelled(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.orders(1, "A")[0]
	s.ok(s.download())
	for i, identity := range []string{"", "CART-77", "424242"} {
		other := s.order(omsim.StatusPendingFulfillment, "A", 1)
		there := s.deliver(other)
		s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) { d.ExternalID, d.ReferenceNum = identity, fmt.Sprintf("OTHER-%d", i) }))
	}
	s.clock.Pass(time.Minute)
	report := s.ok(s.cancel())
	if report.Counts.Cancelled != 0 || s.wh.CountEffects(whsim.EffectCancel, whsim.ByAPI) != 0 {
		t.Errorf("cancelled %d", report.Counts.Cancelled)
	}
	if r := reasons(report); r[424242] != fulfillment.ReasonMissingInOrderManager || len(r) != 1 {
		t.Errorf("reasons %v", r)
	}
	if s.there(id)[0].Status != whsim.StatusOpen {
		t.Error("ours was cancelled")
	}
}

func TestALostAnswerToACancellationIsReadBack(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]fault.Rule{
		"dropped after":  {Method: "POST", Path: "/orders/{id}/canceler", Kind: fault.DropAfter, Nth: 1},
		"dropped before": {Method: "POST", Path: "/orders/{id}/canceler", Kind: fault.DropBefore, Nth: 1},
		"500 after":      {Method: "POST", Path: "/orders/{id}/canceler", Kind: fault.StatusAfter, Status: 500, Nth: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			ids := s.orders(5, "A")
			s.ok(s.download())
			s.clock.Pass(time.Minute)
			for _, id := range ids {
				s.must(s.om.CancelOrder(int64(id)))
			}
			s.must2(s.wh.Faults().Add(rule))
			for range 3 {
				_, _ = s.cancel()
				s.clock.Pass(10 * time.Minute)
			}
			for _, id := range ids {
				if s.cancels(id) != 1 {
					t.Errorf("order %d was cancelled %d times", id, s.cancels(id))
				}
			}
			if report := s.ok(s.cancel()); len(report.Listed()) != 0 {
				t.Errorf("%v", report.Listed())
			}
		})
	}
}
