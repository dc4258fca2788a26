// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// A user restores an order after it was read as cancelled, and a download
// marks what the warehouse still has: the cancellation must not follow.
func TestAnOrderRestoredMeanwhileIsNotCancelled(t *testing.T) {
	t.Parallel()
	for name, nth := range map[string]int{"by the list of cancelled orders": 1, "by the comparison": 2} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.orders(1, "A")[0]
			s.ok(s.download())
			s.ok(s.cancel())
			s.clock.Pass(time.Hour)
			s.must(s.om.CancelOrder(int64(id)))
			rule := fault.Rule{Method: "GET", Path: "/orders", Nth: nth}
			if nth == 2 {
				// The list is late to show it; only the comparison meets it.
				s.must2(s.omCall.Add(fault.Rule{Method: "GET", Path: "/v1.1/orders", Query: map[string]string{"status": "CANCELLED"},
					Kind: fault.StatusBefore, Status: 200, Header: map[string]string{"Content-Type": "application/json"}, Body: "[]"}))
				rule.Nth = 1
			}
			injector := s.wh.Faults()
			if nth == 2 {
				injector, rule = s.omCall, fault.Rule{Method: "GET", Path: "/v1.1/orders", Query: map[string]string{"orderId": id.String()}, Nth: 1}
			}
			hold := injector.HoldAfter(rule)
			done := make(chan error, 1)
			go func() {
				_, err := s.cancel()
				done <- err
			}()
			<-hold.Reached()
			s.must(s.om.RestoreOrder(int64(id)))
			s.ok(s.download())
			hold.Release()
			s.must(<-done)
			if s.status(id) != omsim.StatusPendingFulfillment || s.there(id)[0].Status != whsim.StatusOpen {
				t.Errorf("Order Manager calls it %s, the warehouse %d: nobody ships it", s.status(id), s.there(id)[0].Status)
			}
		})
	}
}

// Of an order in two parts the warehouse ships one before the cancellation.
func TestACancelledPartDoesNotHideAShippedOne(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 5)
	s.ok(s.download())
	s.must2(s.wh.Split(s.there(id)[0].ID, map[string]whsim.Quantity{"A": whsim.Units(2)}))
	s.clock.Pass(time.Hour)
	s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
	s.must(s.om.CancelOrder(int64(id)))
	for range 2 {
		if r := reasons(s.ok(s.cancel())); r[id] != fulfillment.ReasonTooLate {
			t.Errorf("reasons %v", r)
		}
		s.clock.Pass(time.Hour)
	}
	if s.cancels(id) != 1 {
		t.Errorf("%d parts were cancelled", s.cancels(id))
	}
}

// A cancellation that proved nothing is asked for again by the next run, as it
// says, also when comparing everything is dear and others were cancelled since.
func TestTheCursorDoesNotPassACancellationThatProvedNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(2100, "A")
	s.ok(s.download())
	s.ok(s.cancel())
	s.clock.Pass(5 * time.Minute)
	s.must(s.om.CancelOrder(int64(ids[0])))
	s.clock.Pass(15 * time.Minute)
	s.must(s.om.CancelOrder(int64(ids[1])))
	s.must2(s.wh.Faults().Add(fault.Rule{Method: "POST", Path: "/orders/{id}/canceler", Kind: fault.StatusBefore, Status: 500, Nth: 1}))
	report := s.ok(s.cancel())
	if r := reasons(report); report.FullComparison || len(r) != 1 {
		t.Fatalf("full %v, %v", report.FullComparison, r)
	}
	s.clock.Pass(5 * time.Minute)
	again := s.ok(s.cancel())
	if again.FullComparison {
		t.Fatal("everything was compared")
	}
	for _, id := range ids[:2] {
		if s.cancels(id) != 1 {
			t.Errorf("order %d was cancelled %d times (%v)", id, s.cancels(id), reasons(again))
		}
	}
}

// What only the comparison finds stays listed between two comparisons.
func TestWhatOnlyTheComparisonFindsStaysListed(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(2100, "A")
	s.ok(s.download())
	s.must(s.om.UpdateOrder(int64(ids[0]), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusOnHold }))
	if r := reasons(s.ok(s.cancel())); r[ids[0]] != fulfillment.ReasonHeldButSent {
		t.Fatalf("%v", r)
	}
	s.clock.Pass(5 * time.Minute)
	report := s.ok(s.cancel())
	if r := reasons(report); report.FullComparison || r[ids[0]] != fulfillment.ReasonHeldButSent {
		t.Errorf("full %v, reasons %v", report.FullComparison, r)
	}
	s.must(s.om.UpdateOrder(int64(ids[0]), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusPendingFulfillment }))
	s.clock.Pass(time.Hour)
	if report := s.ok(s.cancel()); !report.FullComparison || len(report.Listed()) != 0 {
		t.Errorf("full %v, reasons %v", report.FullComparison, reasons(report))
	}
}

// Order Manager's answer leaves out an order that the warehouse ships although
// it was cancelled: the incident is not settled by that.
func TestAnIncidentIsNotSettledByAnAnswerWithoutTheOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.orders(1, "A")[0]
	s.ok(s.download())
	s.must(s.wh.StartPicking(s.there(id)[0].ID))
	s.clock.Pass(time.Minute)
	s.must(s.om.CancelOrder(int64(id)))
	s.ok(s.cancel())
	s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
	s.clock.Pass(time.Hour)
	s.must2(s.omCall.Add(fault.Rule{Method: "GET", Path: "/v1.1/orders", Kind: fault.StatusBefore, Status: 200,
		Header: map[string]string{"Content-Type": "application/json"}, Body: "[]"}))
	if r := reasons(s.ok(s.cancel())); r[id] != fulfillment.ReasonTooLate {
		t.Errorf("while it is left out: %v", r)
	}
	s.omCall.Clear()
	s.clock.Pass(time.Hour)
	if r := reasons(s.ok(s.cancel())); r[id] != fulfillment.ReasonTooLate {
		t.Errorf("after that: %v", r)
	}
	s.clock.Pass(15 * 24 * time.Hour)
	if r := reasons(s.ok(s.cancel())); len(r) != 0 {
		t.Errorf("after a fortnight: %v", r)
	}
}

// Times that lie ahead, of a clock that was wrong or of an edited status,
// neither close the fast path nor put off a comparison.
func TestTimesAheadAreNotRemembered(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(2100, "A")
	s.ok(s.download())
	s.ok(s.cancel())
	memory := s.memory["OrderCancelDownload"]
	ahead := s.clock.Now().AddDate(70, 0, 0)
	memory.Cursor, memory.LastFullComparison, memory.PreviousRun = ahead, ahead, ahead
	s.memory["OrderCancelDownload"] = memory
	s.clock.Pass(time.Hour)
	s.must(s.om.CancelOrder(int64(ids[0])))
	report := s.ok(s.cancel())
	if s.cancels(ids[0]) != 1 || !report.FullComparison || report.Cursor.After(s.clock.Now()) {
		t.Errorf("cancelled %d times, full %v, cursor %s", s.cancels(ids[0]), report.FullComparison, report.Cursor)
	}
}
