// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// Many orders for a product that the warehouse does not know hold up no other order.
func TestOrdersBehindAnUnknownProductAreDelivered(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "NEW"}))
	for i := range 400 {
		s.order(omsim.StatusAwaiting3PLExport, "NEW", 1, func(o *omsim.Order) { o.OrderNumber = fmt.Sprintf("BAD-%03d", i) })
	}
	good := s.order(omsim.StatusAwaiting3PLExport, "A", 1)
	if report := s.ok(s.download()); report.Failing.Count != 400 {
		t.Errorf("%d failing", report.Failing.Count)
	}
	s.once([]fulfillment.OrderID{good})
	if tried := s.wh.Faults().Calls()["POST /orders"]; tried > 60 {
		t.Errorf("%d orders were tried", tried)
	}
	s.clock.Pass(15 * time.Minute)
	s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: "NEW"}))
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: "NEW", OnHand: whsim.Units(400)}))
	s.clock.Pass(7 * time.Hour)
	if report := s.ok(s.download()); report.Failing.Count != 0 {
		t.Errorf("%d failing", report.Failing.Count)
	}
}

// An order that was cancelled there and waits again is created again, each time
// under a reference of its own.
func TestAnOrderThatWaitsAgainIsCreatedAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.orders(1, "A")[0]
	for range 3 {
		s.ok(s.download())
		s.clock.Pass(time.Hour)
		s.must(s.om.CancelOrder(int64(id)))
		s.ok(s.cancel())
		s.must(s.om.RestoreOrder(int64(id)))
		s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusAwaiting3PLExport }))
		s.clock.Pass(time.Hour)
	}
	s.ok(s.download())
	open := 0
	for _, o := range s.there(id) {
		if o.Status == whsim.StatusOpen {
			open++
		}
	}
	if open != 1 || s.status(id) != omsim.StatusPendingFulfillment {
		t.Errorf("%d open, %s", open, s.status(id))
	}
	s.wh.ShipAll(0)
	s.ok(s.confirm())
	s.confirmedOnce([]fulfillment.OrderID{id})
}

// One order that spoils a call of marks stops none of the others.
func TestOneBadMarkStopsNoneOfTheOthers(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	ids := s.orders(300, "A")
	s.must2(s.omCall.Add(fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Query: map[string]string{"orderId": ids[7].String()},
		Kind: fault.StatusBefore, Status: 400}))
	report := s.ok(s.download())
	if reasons(report)[ids[7]] != fulfillment.ReasonMarkRefused || report.Failing.Count != 1 {
		t.Errorf("%v", reasons(report))
	}
	s.once(append(ids[:7:7], ids[8:]...))
}

// Refusals of every mark are not taken for those of single orders for ever.
func TestRefusalsOfEveryMarkEndTheRun(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	s.orders(300, "A")
	s.must2(s.omCall.Add(fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Kind: fault.StatusBefore, Status: 400}))
	if report, err := s.download(); !fulfillment.IsFault(err, fulfillment.FaultInvalid) || report.Failing.Count == 0 {
		t.Errorf("ended with %v, %d failing", err, report.Failing.Count)
	}
	if calls := s.omCall.Calls()["POST /v1/orders/sendtofulfillment"]; calls > 40 {
		t.Errorf("%d calls", calls)
	}
}
