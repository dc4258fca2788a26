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

const (
	// slot is how often the routines run in a day of poison.
	slot = 30 * time.Minute
	// badEachSlot is how many orders that always fail come in with a slot. More
	// than 50 in a row are taken for a fault of the connection.
	badEachSlot = 40
	// tooLong is as long as a number may be in the warehouse.
	tooLong = "A-NUMBER-OF-THIS-LENGTH"
)

// requests are all that both systems were asked so far.
func (s *shop) requests() (total int) {
	for _, calls := range []map[string]int{s.omCall.Calls(), s.wh.Faults().Calls()} {
		for _, n := range calls {
			total += n
		}
	}
	return total
}

// remembered counts the orders that a routine remembers as refused.
func (s *shop) remembered(name string) int {
	ids := map[fulfillment.OrderID]bool{}
	for _, cohort := range s.memory[name].Failing {
		for _, id := range cohort.IDs {
			ids[id] = true
		}
	}
	return len(ids)
}

// Cancellations that the warehouse always refuses are asked for ever more
// rarely; others go through in their slot. When what stands in the way is
// mended, all of them are made within little more than an hour.
func TestPoisonedCancellationsHoldUpNoOther(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100_000, 0, 0)
	bad := s.orders(40, "A")
	s.ok(s.download())
	for _, id := range bad {
		s.must2(s.wh.Faults().Add(fault.Rule{Method: "POST", Path: fmt.Sprintf("/orders/%d/canceler", s.there(id)[0].ID),
			Kind: fault.StatusBefore, Status: 400}))
		s.must(s.om.CancelOrder(int64(id)))
	}
	runs := 24
	for i := range runs {
		number := fmt.Sprintf("GOOD-%d", i)
		good := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = number })
		s.ok(s.download())
		s.must(s.om.CancelOrder(int64(good)))
		s.clock.Pass(slot)
		s.ok(s.cancel())
		if there := s.there(good)[0]; there.Status != whsim.StatusCanceled {
			t.Fatalf("a good cancellation waits longer than one slot: %d", there.Status)
		}
	}
	tried := s.wh.Faults().Calls()["POST /orders/{id}/canceler"] - runs
	if tried < len(bad) || tried > 3*len(bad) {
		t.Errorf("%d cancels in %d runs for %d that are always refused", tried, runs, len(bad))
	}
	s.unprovenUntilMended(bad)
}

// unprovenUntilMended fails unless these cancellations are listed as not proven,
// and made soon once nothing stands in their way.
func (s *shop) unprovenUntilMended(bad []fulfillment.OrderID) {
	s.t.Helper()
	listed := s.memory["OrderCancelDownload"]
	if remembered := s.remembered("OrderCancelDownload"); remembered != len(bad) || len(listed.Drift) != 0 ||
		len(listed.Shown) != routine.MaxFailingShown || listed.Shown[0].Reason != fulfillment.ReasonCancelUnknown {
		s.t.Errorf("%d are remembered, %d shown, drift %v", remembered, len(listed.Shown), listed.Drift)
	}
	s.wh.Faults().Clear()
	for range 3 {
		s.clock.Pass(slot)
		s.ok(s.cancel())
	}
	for _, id := range bad {
		if there := s.there(id)[0]; there.Status != whsim.StatusCanceled {
			s.t.Fatalf("order %d is not cancelled: %d", id, there.Status)
		}
	}
	if left := s.remembered("OrderCancelDownload"); left != 0 {
		s.t.Errorf("%d are still remembered", left)
	}
}

// An order whose cancellation is refused is not forgotten for what happens to it
// in the meantime: that the warehouse ships or cancels it, or a user restores it, shows with
// the next comparison, though nobody asks for it then.
func TestWhatBecomesOfARefusedCancellationIsSeenByTheComparison(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	ids := s.orders(60, "A")
	s.ok(s.download())
	s.must2(s.wh.Faults().Add(fault.Rule{Method: "POST", Path: "/orders/{id}/canceler", Kind: fault.StatusBefore, Status: 400}))
	for _, id := range ids {
		s.must(s.om.CancelOrder(int64(id)))
	}
	// One that nobody sent is cancelled last, so that no run reads the others again.
	s.clock.Pass(slot)
	s.must(s.om.CancelOrder(int64(s.order(omsim.StatusAwaitingPayment, "A", 1))))
	for range 12 {
		s.clock.Pass(slot)
		s.ok(s.cancel())
	}
	asked := s.wh.Faults().Calls()["POST /orders/{id}/canceler"]
	s.must(s.wh.Ship(s.there(ids[40])[0].ID, whsim.Shipment{}))
	s.must(s.wh.CancelByWarehouse(s.there(ids[43])[0].ID, "no stock"))
	s.must(s.om.RestoreOrder(int64(ids[41])))
	s.must(s.om.UpdateOrder(int64(ids[41]), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusPendingFulfillment }))
	s.clock.Pass(time.Minute)
	report := s.ok(s.cancel())
	if again := s.wh.Faults().Calls()["POST /orders/{id}/canceler"] - asked; again > 10 {
		t.Errorf("%d were asked for", again)
	}
	if report.Failing.Count != 57 || reasons(report)[ids[40]] != fulfillment.ReasonTooLate || report.Drift.Count != 1 {
		t.Errorf("%d failing, drift %+v", report.Failing.Count, report.Drift.Reasons)
	}
	// A label from before says nothing of a cancellation that was not proven.
	s.must(s.om.UpdateOrder(int64(ids[42]), true, func(o *omsim.Order) {
		o.Labels = append(o.Labels, omsim.Label{LabelID: 1, Name: routine.AcknowledgedLabel})
	}))
	s.wh.Faults().Clear()
	for range 3 {
		s.clock.Pass(slot)
		report = s.ok(s.cancel())
	}
	if report.Failing.Count != 0 || s.there(ids[41])[0].Status != whsim.StatusOpen || s.there(ids[42])[0].Status != whsim.StatusCanceled {
		t.Errorf("%+v, restored %d, labelled %d", reasons(report), s.there(ids[41])[0].Status, s.there(ids[42])[0].Status)
	}
}
