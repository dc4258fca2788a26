// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
)

// ask works a run of a routine that a person asked something of, and returns
// the answers.
func (s *shop) ask(name string, start func(routine.Env) routine.Run, requests ...routine.Request) ([]routine.Answer, routine.Report) {
	s.t.Helper()
	env := s.env(name)
	env.Requests = requests
	report := s.ok(s.finish(name, start(env)))
	return report.Answers, report
}

func downloadOf(options orderload.Options) func(routine.Env) routine.Run {
	return func(env routine.Env) routine.Run {
		return routine.NewOrderDownload(env, routine.OrderDownloadConfig{Load: options, WarehouseIDs: []int64{east}})
	}
}

func confirmation(env routine.Env) routine.Run {
	return routine.NewShipmentConfirmation(env, routine.ShipmentConfirmationConfig{WarehouseIDs: []int64{east}})
}

func resendOf(id fulfillment.OrderID) routine.Request {
	return routine.Request{Kind: routine.RequestResend, OrderID: id}
}

// judgeAnswer fails unless there is one answer, with this reason; empty is done.
func judgeAnswer(t *testing.T, answers []routine.Answer, reason string, refused bool) {
	t.Helper()
	if len(answers) != 1 || answers[0].Reason != reason || answers[0].Refused != refused || answers[0].Failed != (reason != "" && !refused) {
		t.Fatalf("answered %+v, want %q, refused %t", answers, reason, refused)
	}
	if (reason != "") != (answers[0].Message != "") {
		t.Errorf("the answer's message is %q", answers[0].Message)
	}
}

// Only an order that Order Manager calls sent, and that the warehouse neither
// holds open nor has shipped, is sent again; once for each request.
func TestAnOrderIsSentAgainOnRequestAlone(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		before  func(*shop, fulfillment.OrderID)
		reason  string
		refused bool
		there   int
	}{
		"cancelled by the warehouse": {func(s *shop, id fulfillment.OrderID) {
			s.must(s.wh.CancelByWarehouse(s.there(id)[0].ID, "no stock"))
		}, "", false, 2},
		"open there":    {func(*shop, fulfillment.OrderID) {}, fulfillment.ReasonStillInWarehouse, true, 1},
		"shipped there": {func(s *shop, id fulfillment.OrderID) { s.shipHere(id) }, fulfillment.ReasonStillInWarehouse, true, 1},
		"cancelled in Order Manager": {func(s *shop, id fulfillment.OrderID) {
			s.must(s.om.CancelOrder(int64(id)))
		}, fulfillment.ReasonNotSent, true, 1},
		"routed elsewhere": {func(s *shop, id fulfillment.OrderID) {
			s.must(s.wh.CancelByWarehouse(s.there(id)[0].ID, "no stock"))
			s.must(s.om.Reroute(int64(id), west))
		}, fulfillment.ReasonRoutedElsewhere, true, 1},
		"held by label": {func(s *shop, id fulfillment.OrderID) {
			s.must(s.wh.CancelByWarehouse(s.there(id)[0].ID, "no stock"))
			s.relabel(id, fulfillment.HoldLabel)
		}, fulfillment.ReasonHeldByLabel, true, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = "SO-1" })
			s.ok(s.download())
			c.before(s, id)
			marks := s.omCall.Calls()["POST /v1/orders/sendtofulfillment"]
			answers, _ := s.ask("OrderDownload", downloadOf(orderload.Options{}), resendOf(id))
			judgeAnswer(t, answers, c.reason, c.refused)
			if got := len(s.there(id)); got != c.there {
				t.Errorf("the warehouse has it %d times, want %d", got, c.there)
			}
			if again := s.omCall.Calls()["POST /v1/orders/sendtofulfillment"]; again != marks {
				t.Errorf("it was marked again")
			}
			answers, _ = s.ask("OrderDownload", downloadOf(orderload.Options{}), resendOf(id))
			if c.reason == "" {
				judgeAnswer(t, answers, fulfillment.ReasonStillInWarehouse, true)
			}
			if got := len(s.there(id)); got != c.there {
				t.Errorf("asked again: the warehouse has it %d times, want %d", got, c.there)
			}
		})
	}
}

func TestAnOrderThatNobodyKnowsIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	answers, _ := s.ask("OrderDownload", downloadOf(orderload.Options{}), resendOf(424242))
	judgeAnswer(t, answers, fulfillment.ReasonMissingInOrderManager, true)
	answers, _ = s.ask("ShipmentConfirmation", confirmation, resendOf(424242))
	judgeAnswer(t, answers, fulfillment.ReasonMissingInOrderManager, true)
}

// The answer to the creation is lost: it is found, and not created a second time.
func TestASecondSendingWhoseAnswerIsLostIsFound(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 1)
	s.ok(s.download())
	s.must(s.wh.CancelByWarehouse(s.there(id)[0].ID, "no stock"))
	s.must2(s.wh.Faults().Add(fault.Rule{Method: "POST", Path: "/orders", Kind: fault.DropAfter, Times: 1}))
	answers, _ := s.ask("OrderDownload", downloadOf(orderload.Options{}), resendOf(id))
	if len(answers) != 1 || len(s.there(id)) != 2 {
		t.Fatalf("answered %+v, the warehouse has it %d times", answers, len(s.there(id)))
	}
	s.ask("OrderDownload", downloadOf(orderload.Options{}), resendOf(id))
	if len(s.there(id)) != 2 {
		t.Errorf("the warehouse has it %d times", len(s.there(id)))
	}
}

// Tracking is reported again on request alone, and only of what has left whole.
func TestTrackingIsSentAgainOnRequestAlone(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	ids := s.orders(3, "A")
	s.ok(s.download())
	answers, _ := s.ask("ShipmentConfirmation", confirmation, resendOf(ids[0]))
	judgeAnswer(t, answers, fulfillment.ReasonNotShipped, true)
	s.shipHere(ids[0])
	s.ok(s.confirm())
	reports := s.omCall.Calls()["PUT /v1.1/shipment/external"]
	s.ok(s.confirm())
	if again := s.omCall.Calls()["PUT /v1.1/shipment/external"]; again != reports {
		t.Fatal("tracking was reported a second time without a request")
	}
	answers, _ = s.ask("ShipmentConfirmation", confirmation, resendOf(ids[0]))
	if len(answers) != 1 || answers[0].Refused {
		t.Errorf("answered %+v", answers)
	}
	if again := s.omCall.Calls()["PUT /v1.1/shipment/external"]; again != reports+1 {
		t.Errorf("%d reports, want one more than %d", again, reports)
	}
	s.shipHere(ids[1])
	s.must(s.om.CancelOrder(int64(ids[1])))
	answers, _ = s.ask("ShipmentConfirmation", confirmation, resendOf(ids[1]))
	judgeAnswer(t, answers, fulfillment.ReasonNotSent, true)
}

// A retry tries one order now, and leaves the others to their time.
func TestOneOrderIsRetriedNow(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	ids := s.orders(2, "A")
	rule, err := s.wh.Faults().Add(fault.Rule{Method: "POST", Path: "/orders", Kind: fault.StatusBefore, Status: 400})
	s.must(err)
	s.ok(s.download())
	s.wh.Faults().Remove(rule)
	s.clock.Pass(time.Second)
	if report := s.ok(s.download()); report.Counts.Created != 0 || report.Failing.Count != 2 {
		t.Fatalf("they are due already: %+v", report.Counts)
	}
	s.clock.Pass(time.Second)
	retry := routine.Request{Kind: routine.RequestRetry, OrderID: ids[1]}
	answers, report := s.ask("OrderDownload", downloadOf(orderload.Options{}), retry)
	judgeAnswer(t, answers, "", false)
	if report.Counts.Created != 1 || len(s.there(ids[1])) != 1 || len(s.there(ids[0])) != 0 {
		t.Errorf("%+v", report.Counts)
	}
	s.clock.Pass(time.Second)
	answers, _ = s.ask("OrderDownload", downloadOf(orderload.Options{}), retry)
	judgeAnswer(t, answers, fulfillment.ReasonNotFailing, true)
	s.must2(s.wh.Faults().Add(fault.Rule{Method: "POST", Path: "/orders", Kind: fault.StatusBefore, Status: 400}))
	s.clock.Pass(time.Second)
	answers, _ = s.ask("OrderDownload", downloadOf(orderload.Options{}), routine.Request{Kind: routine.RequestRetry, OrderID: ids[0]})
	judgeAnswer(t, answers, fulfillment.ReasonRefusedByWarehouse, false)
}

// A backfill downloads what is older than the earliest order date, once, and
// sends nothing a second time.
func TestABackfillSendsNothingTwice(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	dated := func(at time.Time) func(*omsim.Order) { return func(o *omsim.Order) { o.OrderDate = omsim.At(at) } }
	old := s.order(omsim.StatusAwaiting3PLExport, "A", 1, dated(day.AddDate(0, 0, -10)))
	older := s.order(omsim.StatusAwaiting3PLExport, "A", 1, dated(day.AddDate(0, 0, -40)))
	recent := s.order(omsim.StatusAwaiting3PLExport, "A", 1, dated(day.AddDate(0, 0, 1)))
	options := orderload.Options{EarliestOrderDate: day}
	s.ask("OrderDownload", downloadOf(options))
	if len(s.there(old)) != 0 || len(s.there(recent)) != 1 {
		t.Fatal("the earliest order date does not hold")
	}
	backfill := routine.Request{Kind: routine.RequestBackfill, Since: day.AddDate(0, 0, -15)}
	for range 2 {
		answers, _ := s.ask("OrderDownload", downloadOf(options), backfill)
		judgeAnswer(t, answers, "", false)
		if len(s.there(old)) != 1 || len(s.there(older)) != 0 || len(s.there(recent)) != 1 {
			t.Fatalf("there %d, %d, %d times", len(s.there(old)), len(s.there(older)), len(s.there(recent)))
		}
	}
	for name, options := range map[string]orderload.Options{"no earliest date": {}, "an earlier one": {EarliestOrderDate: day.AddDate(0, 0, -100)}} {
		answers, _ := s.ask("OrderDownload", downloadOf(options), backfill)
		if len(answers) != 1 || answers[0].Reason != fulfillment.ReasonNothingToBackfill || !strings.Contains(answers[0].Message, "earliestOrderDate") {
			t.Errorf("%s: answered %+v", name, answers)
		}
	}
}
