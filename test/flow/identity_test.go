// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// Two equal orders under one number: one order in the warehouse without an
// identity can be only one of them.
func TestOneOrderInTheWarehouseIsAdoptedOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.must(s.om.AddChannel(omsim.SalesChannel{SalesChannelID: 2, Name: "Market place"}))
	same := func(o *omsim.Order) { o.OrderNumber = "SO-1" }
	first := s.order(omsim.StatusAwaiting3PLExport, "A", 1, same)
	second := s.order(omsim.StatusAwaiting3PLExport, "A", 1, same, func(o *omsim.Order) { o.SalesChannel = &omsim.SalesChannel{SalesChannelID: 2} })
	there := s.deliver(first)
	s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) { d.ExternalID = "" }))
	report := s.ok(s.download())
	marked := 0
	for _, id := range []fulfillment.OrderID{first, second} {
		if s.status(id) == omsim.StatusPendingFulfillment {
			marked++
		}
	}
	if orders := len(s.wh.Orders()); marked > orders {
		t.Errorf("%d orders are called sent and the warehouse has %d: %+v", marked, orders, report.Counts)
	}
	if len(reasons(report))+marked < 2 {
		t.Errorf("an order is neither sent nor reported: %v", reasons(report))
	}
}

// A date that is absent says nothing of when the order was placed.
func TestAnOrderWithoutADateIsNotLeftOutInSilence(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 1)
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.OrderDate = omsim.Time{} }))
	run := routine.NewOrderDownload(s.env("OrderDownload"), routine.OrderDownloadConfig{Load: orderload.Options{EarliestOrderDate: s.clock.Now().Add(-time.Hour)}})
	s.must(run.Slice(t.Context(), goOn))
	if report := run.Report(); len(s.there(id)) == 0 && report.Failing.Count == 0 {
		t.Errorf("it is neither sent nor reported: %+v", report.Counts)
	}
}

// An order without a type is not of a type that is left out.
func TestAnOrderWithoutATypeIsNotLeftOutInSilence(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 1)
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.OrderType = "" }))
	if report := s.ok(s.download()); len(s.there(id)) == 0 && report.Failing.Count == 0 {
		t.Errorf("it is neither sent nor reported: %+v", report.Counts)
	}
}

// A user changes the order while the warehouse takes it.
func TestAnOrderThatChangedBeforeItsMarkIsTold(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 1)
	hold := s.wh.Faults().HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 1})
	done := make(chan error, 1)
	var report routine.Report
	go func() {
		var err error
		report, err = s.download()
		done <- err
	}()
	<-hold.Reached()
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.Items[0].QuantityOrdered = 5 }))
	hold.Release()
	s.must(<-done)
	if s.status(id) != omsim.StatusPendingFulfillment || reasons(report)[id] != fulfillment.ReasonDiffers {
		t.Errorf("%s, reasons %v", s.status(id), reasons(report))
	}
}

// Numbers that differ in case alone are one reference in the warehouse.
func TestNumbersThatDifferInCaseAlone(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.must(s.om.AddChannel(omsim.SalesChannel{SalesChannelID: 2, Name: "Market place"}))
	first := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = "so-abc" })
	second := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) {
		o.OrderNumber, o.SalesChannel = "SO-ABC", &omsim.SalesChannel{SalesChannelID: 2}
	})
	s.ok(s.download())
	s.once([]fulfillment.OrderID{first, second})
}

// Odd numbers come through, whole and once.
func TestNumbersThatLookLikeOthers(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	var ids []fulfillment.OrderID
	for _, number := range []string{"SO-1", "SO-1-1", "SO-1-CANCELED-1", "SO-1.8800001", "SO-1.8800001.r1", "SO*", "SO,1", "SO%1", "SO%2C1", "SO (1)", "SO;1", "SO'1", `SO"1`,
		"SÖ-1", "注文1", "SO 1", "SO  1", "SO+1", "null", "-", "0", "SO=in=(1)", "SO/1", "SO\\1", "SO&1#"} {
		ids = append(ids, s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = number }))
	}
	s.must2(s.wh.Faults().Add(fault.Rule{Method: "POST", Path: "/orders", Kind: fault.DropAfter, Every: 3}))
	for range 8 {
		_, _ = s.download()
		s.clock.Pass(10 * time.Minute)
	}
	s.once(ids)
	s.wh.ShipAll(0)
	s.ok(s.confirm())
	s.confirmedOnce(ids)
}

// Numbers that differ in case alone, met by two runs: the second finds the
// first's order under what the warehouse takes for the same reference.
func TestNumbersThatDifferInCaseAloneInTwoRuns(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	first := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = "so-abc" })
	s.ok(s.download())
	second := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = "SO-ABC" })
	s.clock.Pass(time.Hour)
	s.ok(s.download())
	s.once([]fulfillment.OrderID{first, second})
}
