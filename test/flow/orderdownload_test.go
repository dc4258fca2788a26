// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// once fails unless each order is in the warehouse once and marked once.
func (s *shop) once(ids []fulfillment.OrderID) {
	s.t.Helper()
	created := map[string]int{}
	for _, effect := range s.wh.Effects() {
		if effect.Kind == whsim.EffectCreate {
			created[effect.ExternalID]++
		}
	}
	marks := map[int64]int{}
	for _, order := range s.om.Snapshot().Orders {
		marks[order.ID] = order.Marks + order.RepeatedMarks
	}
	for _, id := range ids {
		if created[id.String()] != 1 || marks[int64(id)] != 1 || s.status(id) != omsim.StatusPendingFulfillment {
			s.t.Errorf("order %d: created %d times, marked %d times, %s", id, created[id.String()], marks[int64(id)], s.status(id))
		}
	}
}

func TestOrdersAreDeliveredOnceWithTheFewestCalls(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(1000, "A")
	report := s.ok(s.download())
	if report.Counts.Created != 1000 || report.Counts.Marked != 1000 || report.Failing.Count != 0 {
		t.Fatalf("%+v", report.Counts)
	}
	s.once(ids)
	calls := s.wh.Faults().Calls()
	if creates, looks := calls["POST /orders"], calls["GET /orders"]; creates != 1000 || looks != 10 {
		t.Errorf("%d creates and %d look-ups for 1000 orders", creates, looks)
	}
	if marks := s.omCall.Calls()["POST /v1/orders/sendtofulfillment"]; marks != 2 {
		t.Errorf("%d calls marked 1000 orders", marks)
	}
	again := s.ok(s.download())
	if again.Counts.Read != 0 || again.Counts.Created != 0 {
		t.Errorf("a second run did %+v", again.Counts)
	}
}

func TestPoisonOrdersStopNothingAndHangNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "UNKNOWN-THERE"}))
	var bad []fulfillment.OrderID
	for i := range 150 {
		number := fmt.Sprintf("BAD-%03d", i)
		if i%3 == 0 {
			// Some are refused here, without asking anyone.
			bad = append(bad, s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber, o.ShipCountry = number, "" }))
			continue
		}
		sku := "UNKNOWN-THERE"
		if i%30 == 1 {
			sku = "A" // so that no fifty refusals follow each other
		}
		id := s.order(omsim.StatusAwaiting3PLExport, sku, 1, func(o *omsim.Order) { o.OrderNumber = number })
		if sku != "A" {
			bad = append(bad, id)
		}
	}
	good := s.orders(1200, "A")
	report := s.ok(s.download())
	if report.Failing.Count != int64(len(bad)) || len(report.Failing.Orders) != routine.MaxFailingShown {
		t.Fatalf("%d failing, %d shown, want %d", report.Failing.Count, len(report.Failing.Orders), len(bad))
	}
	s.once(good)
	got := map[string]bool{}
	for _, order := range report.Failing.Orders {
		got[order.Reason] = true
	}
	if !got[fulfillment.ReasonUnknownSKU] || !got[fulfillment.ReasonUnknownCountry] {
		t.Errorf("reasons shown: %v", got)
	}
	t.Run("they are not tried again at once", func(t *testing.T) {
		before := s.wh.Faults().Calls()["POST /orders"]
		s.clock.Pass(time.Minute)
		again := s.ok(s.download())
		if tried := s.wh.Faults().Calls()["POST /orders"] - before; tried != 0 || again.Failing.Count != int64(len(bad)) {
			t.Errorf("%d tried again, %d failing", tried, again.Failing.Count)
		}
	})
	t.Run("they heal by themselves once the cause is mended", func(t *testing.T) {
		s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: "UNKNOWN-THERE"}))
		for _, id := range bad {
			s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.ShipCountry = "USA" }))
		}
		s.clock.Pass(7 * time.Hour)
		if healed := s.ok(s.download()); healed.Failing.Count != 0 {
			t.Errorf("%d still failing: %v", healed.Failing.Count, healed.Failing.Orders[0])
		}
		s.once(bad)
	})
}

func TestTheSameNumberFromTwoChannels(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.must(s.om.AddChannel(omsim.SalesChannel{SalesChannelID: 2, Name: "Market place"}))
	same := func(o *omsim.Order) { o.OrderNumber = "111-1234567-1234567" }
	first := s.order(omsim.StatusAwaiting3PLExport, "A", 1, same)
	second := s.order(omsim.StatusAwaiting3PLExport, "A", 1, same, func(o *omsim.Order) { o.SalesChannel = &omsim.SalesChannel{SalesChannelID: 2} })
	for range 2 {
		// Within one page the second meets a taken reference; the next run would
		// show a double if the answer had depended on who came first.
		s.ok(s.download())
		s.clock.Pass(10 * time.Minute)
	}
	s.once([]fulfillment.OrderID{first, second})
	if creates := s.wh.Faults().Calls()["POST /orders"]; creates != 2 {
		t.Errorf("%d creates for two orders of one number", creates)
	}
	references := map[string]bool{s.there(first)[0].Reference: true, s.there(second)[0].Reference: true}
	if !references["111-1234567-1234567"] || len(references) != 2 {
		t.Errorf("references %v", references)
	}
}

// An order that another program delivered is taken over: it gets our identity,
// so that its shipment is confirmed and its stock is not held back twice.
func TestAnAdoptedOrderIsOursFromThenOn(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 100, 0)
	ids := s.orders(3, "A")
	for _, id := range ids {
		there := s.deliver(id)
		s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) { d.ExternalID = "" }))
	}
	s.wh.Faults().MustAdd(fault.Rule{Method: "PUT", Path: "/orders/{id}", Nth: 2, Kind: fault.StatusBefore, Status: 403,
		Body: `{"$type":"WMS.V2.Generic.Models.Exceptions.OperationException, WMS.V2.Generic.Models","ErrorCode":"InUse","Hint":""}`})
	report := s.ok(s.download())
	if report.Counts.Adopted < 2 || report.Counts.Created != 0 || s.wh.CountEffects(whsim.EffectCreate, whsim.ByAPI) != 3 {
		t.Fatalf("%+v, failing %v", report.Counts, report.Failing.Orders)
	}
	for range 3 {
		s.clock.Pass(7 * time.Hour)
		report = s.ok(s.download())
	}
	if report.Failing.Count != 0 {
		t.Fatalf("%v", report.Failing.Orders)
	}
	for _, id := range ids {
		if len(s.there(id)) != 1 || s.status(id) != omsim.StatusPendingFulfillment {
			t.Errorf("order %d: %d there, %s", id, len(s.there(id)), s.status(id))
		}
	}
	s.ok(s.sync())
	if offered := s.offered("A"); offered != 97 {
		t.Errorf("%d are offered, 97 can be promised", offered)
	}
	s.wh.ShipAll(0)
	s.clock.Pass(time.Hour)
	s.ok(s.confirm())
	s.confirmedOnce(ids)
}

func TestAnswersThatProveNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		rule fault.Rule
		at   string
	}{
		{"the connection breaks after a create", fault.Rule{Method: "POST", Path: "/orders", Kind: fault.DropAfter, Every: 3}, "warehouse"},
		{"the connection breaks before a create", fault.Rule{Method: "POST", Path: "/orders", Kind: fault.DropBefore, Every: 3}, "warehouse"},
		{"a 500 after a create", fault.Rule{Method: "POST", Path: "/orders", Kind: fault.StatusAfter, Status: 500, Every: 3}, "warehouse"},
		{"a 502 before a create", fault.Rule{Method: "POST", Path: "/orders", Kind: fault.StatusBefore, Status: 502, Every: 3}, "warehouse"},
		{"half an answer to a create", fault.Rule{Method: "POST", Path: "/orders", Kind: fault.Truncate, Every: 3}, "warehouse"},
		{"half an answer that looks whole", fault.Rule{Method: "POST", Path: "/orders", Kind: fault.Truncate, Whole: true, Every: 3}, "warehouse"},
		{"the connection breaks after a mark", fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Kind: fault.DropAfter, Nth: 1}, "order manager"},
		{"the connection breaks before a mark", fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Kind: fault.DropBefore, Nth: 1}, "order manager"},
		{"a 503 after a mark", fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Kind: fault.StatusAfter, Status: 503, Nth: 1}, "order manager"},
		{"half an answer to a mark", fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Kind: fault.Truncate, Nth: 1}, "order manager"},
		{"a 429 for a create", fault.TooManyRequests("POST", "/orders", map[string]string{"Retry-After": "1"}), "warehouse, five times"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 1000, 0, 0)
			ids := s.orders(30, "A")
			injector := s.wh.Faults()
			if test.at == "order manager" {
				injector = s.omCall
			}
			if test.at == "warehouse, five times" {
				test.rule.Times = 5
			}
			s.must2(injector.Add(test.rule))
			// A run may fail; the next ones, minutes later, must find what is there.
			for range 12 {
				_, err := s.download()
				if err != nil && !errors.As(err, new(*fulfillment.Fault)) {
					t.Fatal(err)
				}
				s.clock.Pass(5 * time.Minute)
			}
			s.once(ids)
		})
	}
}

func TestAnOrderThatIsNoLongerWantedIsTakenBackInTheSameRun(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*shop, int64) error{
		"cancelled":        func(s *shop, id int64) error { return s.om.CancelOrder(id) },
		"routed elsewhere": func(s *shop, id int64) error { return s.om.Reroute(id, west) },
		"held":             func(s *shop, id int64) error { return s.om.HoldOrder(id, s.clock.Now().Add(24*time.Hour)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.order(omsim.StatusAwaiting3PLExport, "A", 1)
			// The answer to the create is kept back until the user has changed his mind.
			hold := s.wh.Faults().HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 1})
			done := make(chan error, 1)
			var report routine.Report
			go func() {
				var err error
				report, err = s.download()
				done <- err
			}()
			<-hold.Reached()
			s.must(change(s, int64(id)))
			hold.Release()
			s.must(<-done)
			if there := s.there(id); len(there) != 1 || there[0].Status != whsim.StatusCanceled || report.Counts.Cancelled != 1 {
				t.Errorf("%+v in the warehouse, counts %+v", there, report.Counts)
			}
		})
	}
}

func TestAHeldOrderThatTheWarehouseWillShipIsTold(t *testing.T) {
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
	s.must(s.om.HoldOrder(int64(id), s.clock.Now().Add(24*time.Hour)))
	s.must(s.wh.StartPicking(s.there(id)[0].ID))
	hold.Release()
	s.must(<-done)
	if reasons(report)[id] != fulfillment.ReasonHeldButSent {
		t.Errorf("%v", report.Failing.Orders)
	}
}

func TestEverythingRefusedEndsTheRunAndTheNextProbesFive(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "A"}))
	ids := s.orders(300, "A")
	_, err := s.download()
	if f, ok := fulfillment.AsFault(err); !ok || f.Reason != fulfillment.ReasonRefusingAll {
		t.Fatalf("ended with %v", err)
	}
	first := s.wh.Faults().Calls()["POST /orders"]
	if first < 50 || first > 60 {
		t.Errorf("%d orders were tried", first)
	}
	s.clock.Pass(time.Minute)
	_, _ = s.download()
	if probed := s.wh.Faults().Calls()["POST /orders"] - first; probed < 5 || probed > 9 {
		t.Errorf("%d were tried by the next run", probed)
	}
	s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: "A"}))
	s.clock.Pass(7 * time.Hour)
	s.ok(s.download())
	s.once(ids)
}

func TestOnlyWaitingOrdersOfThisWarehouseAndTypeAreSent(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	mine := s.order(omsim.StatusAwaiting3PLExport, "A", 1)
	var others []fulfillment.OrderID
	for _, status := range []string{omsim.StatusOnHold, omsim.StatusCancelled, omsim.StatusShipped, omsim.StatusAwaitingPayment, omsim.StatusUnresolved, omsim.StatusAwaitingDropship} {
		others = append(others, s.order(status, "A", 1))
	}
	others = append(others,
		s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.Source = &omsim.WarehouseInfo{WarehouseID: west} }),
		s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderType = "FBA" }))
	report := s.ok(s.download())
	if report.Counts.Created != 1 || report.Counts.Skipped != 1 {
		t.Errorf("%+v", report.Counts)
	}
	s.once([]fulfillment.OrderID{mine})
	for _, id := range others {
		if len(s.there(id)) != 0 {
			t.Errorf("order %d (%s) was sent", id, s.status(id))
		}
	}
}

func TestARunCanBeInterruptedAtEveryCheckpoint(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 5000, 0, 0)
	ids := s.orders(1250, "A")
	run := routine.NewOrderDownload(s.env("OrderDownload"), routine.OrderDownloadConfig{})
	slices, asked := 0, 0
	for {
		slices++
		err := run.Slice(t.Context(), func(_ context.Context, _ routine.Progress) error {
			if asked++; asked%2 == 0 {
				return routine.ErrInterrupted
			}
			return nil
		})
		if err == nil {
			break
		}
		if !errors.Is(err, routine.ErrInterrupted) {
			t.Fatal(err)
		}
		// Between slices nothing may be left half done.
		for _, order := range s.om.Snapshot().Orders {
			if len(s.wh.ByExternalID(fmt.Sprint(order.ID))) == 1 && order.Marks != 1 {
				t.Fatalf("order %d is in the warehouse and not marked between slices", order.ID)
			}
		}
	}
	if slices < 5 {
		t.Errorf("only %d slices", slices)
	}
	s.once(ids)
}
