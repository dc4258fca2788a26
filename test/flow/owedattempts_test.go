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

// stock makes a product of Order Manager known in the warehouse.
func (s *shop) stock(sku string) {
	s.t.Helper()
	s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: sku}))
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: sku, OnHand: whsim.Units(1000)}))
}

// The one attempt of the next hours comes due while a system cannot be
// reached. It is made by the first run that works, and not hours later.
func TestAnAttemptThatCameDueInAnOutageIsMadeAfterIt(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]func(*shop) *fault.Injector{
		"of Order Manager": func(s *shop) *fault.Injector { return s.omCall },
		"of the warehouse": func(s *shop) *fault.Injector { return s.wh.Faults() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "NEW"}))
			id := s.order(omsim.StatusAwaiting3PLExport, "NEW", 1)
			for range 100 { // until its gaps are six hours
				s.clock.Pass(15 * time.Minute)
				s.ok(s.download())
			}
			since := s.memory["OrderDownload"].Failing[0].Since
			s.stock("NEW")
			s.must2(outage(s).Add(fault.Rule{Method: "GET", Kind: fault.StatusBefore, Status: 503}))
			failed := 0
			for range 30 { // longer than a gap
				s.clock.Pass(15 * time.Minute)
				if _, err := s.download(); err != nil {
					failed++
				}
			}
			if failed < 2 {
				t.Fatalf("%d runs failed", failed)
			}
			outage(s).Clear()
			if kept := s.memory["OrderDownload"].Failing[0].Since; !kept.Equal(since) {
				t.Errorf("first refused %s, was %s", kept, since)
			}
			s.clock.Pass(time.Minute)
			s.nothingListed("after the outage", s.ok(s.download()))
			s.once([]fulfillment.OrderID{id})
		})
	}
}

// Orders that were refused before say nothing new of the connection: however
// many are refused again in a row, those behind them that were mended go.
func TestOrdersRefusedAgainHoldUpNoneThatWereMended(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	const orders = 90
	var ids []fulfillment.OrderID
	for i := range orders {
		sku := fmt.Sprintf("NEW-%02d", i)
		s.must2(s.om.AddProduct(omsim.Product{MasterSKU: sku}))
		ids = append(ids, s.order(omsim.StatusAwaiting3PLExport, sku, 1, func(o *omsim.Order) { o.OrderNumber = sku }))
	}
	for range 200 { // every order was refused, at gaps of six hours
		_, _ = s.download()
		s.clock.Pass(20 * time.Minute)
	}
	if memory := s.memory["OrderDownload"]; memory.LastReason != "" {
		t.Fatalf("the last run ended with %s", memory.LastReason)
	}
	// All come due together, and most are mended: those that are probed first are not.
	s.must2(s.omCall.Add(fault.Rule{Method: "GET", Kind: fault.StatusBefore, Status: 503}))
	for range 20 {
		s.clock.Pass(20 * time.Minute)
		_, _ = s.download()
	}
	s.omCall.Clear()
	for i := 60; i < orders; i++ {
		s.stock(fmt.Sprintf("NEW-%02d", i))
	}
	if report := s.ok(s.download()); report.Failing.Count != 60 {
		t.Errorf("%d failing, want those that were not mended", report.Failing.Count)
	}
	s.once(ids[60:])
}

// A shipment that was reported in a run that failed later is not reported
// again by the next: only what a run did not get to is owed.
func TestAReportOfAFailedRunIsNotOwed(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{om: omsim.Options{RepeatedShipment: omsim.DuplicateRepeatedShipment}})
	s.product("A", 1000, 0, 0)
	ids := s.orders(150, "A")
	s.ok(s.download())
	s.clock.Pass(time.Hour)
	s.wh.ShipAll(0)
	// Order Manager refuses the first hundred, and then the second page fails.
	s.must2(s.omCall.Add(fault.Rule{Method: "PUT", Path: "/v1.1/shipment/external", Kind: fault.StatusBefore, Status: 400}))
	s.ok(s.confirm())
	reports := func() int { return s.omCall.Calls()["PUT /v1.1/shipment/external"] }
	s.clock.Pass(6 * time.Minute)
	s.must2(s.wh.Faults().Add(fault.Rule{Method: "GET", Path: "/orders", Kind: fault.StatusBefore, Status: 400, Every: 2}))
	before := reports()
	if _, err := s.confirm(); err == nil {
		t.Fatal("the run did not fail")
	}
	if reports() == before {
		t.Fatal("nothing was due")
	}
	before = reports()
	for range 2 {
		s.clock.Pass(time.Minute)
		_, _ = s.confirm()
	}
	if again := reports() - before; again != 0 {
		t.Errorf("%d reports were repeated at once", again)
	}
	s.omCall.Clear()
	s.wh.Faults().Clear()
	s.clock.Pass(time.Second)
	if report := s.ok(s.confirm()); report.Counts.Confirmed != 50 {
		t.Errorf("%d confirmed, want those that were owed", report.Counts.Confirmed)
	}
	s.clock.Pass(time.Hour)
	s.ok(s.confirm())
	s.confirmedOnce(ids)
}
