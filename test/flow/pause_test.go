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
)

// goOnAfterPauses works one run to its end, however often it has to wait.
func (s *shop) goOnAfterPauses(run routine.Run) (pauses int) {
	s.t.Helper()
	for {
		err := run.Slice(s.t.Context(), goOn)
		if err == nil {
			return pauses
		}
		if !fulfillment.IsFault(err, fulfillment.FaultThrottled) {
			s.t.Fatal(err)
		}
		if pauses++; pauses > 100 {
			s.t.Fatal("the run never ends")
		}
		s.clock.Pass(30 * time.Second)
	}
}

// A run that has to wait in the middle goes on where it was: nothing is done
// twice, nothing is left out, nothing is counted twice.
func TestARunGoesOnAfterAPause(t *testing.T) {
	t.Parallel()
	for _, where := range []struct {
		method, path string
		nth          int
		warehouse    bool
	}{
		{"GET", "/v1.1/orders", 2, false}, {"GET", "/v1.1/orders", 14, false},
		{"POST", "/v1/orders/sendtofulfillment", 1, false}, {"POST", "/v1/orders/sendtofulfillment", 2, false},
		{"GET", "/orders", 1, true}, {"GET", "/orders", 3, true},
		{"POST", "/orders", 1, true}, {"POST", "/orders", 150, true}, {"POST", "/orders", 700, true},
	} {
		t.Run(fmt.Sprintf("%s %s %d", where.method, where.path, where.nth), func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 10_000, 0, 0)
			ids := s.orders(730, "A")
			bad := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.ShipCountry = "" })
			skipped := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderType = "FBA" })
			injector := s.omCall
			if where.warehouse {
				injector = s.wh.Faults()
			}
			// Three in a row, since a read is repeated by the client itself.
			for i := range 3 {
				injector.MustAdd(fault.Rule{Method: where.method, Path: where.path, Nth: where.nth + i, Kind: fault.StatusBefore, Status: 429,
					Header: map[string]string{"Retry-After": "20", "x-skubana-quota-retryAfter": "20000"}})
			}
			run := routine.NewOrderDownload(s.env("OrderDownload"), routine.OrderDownloadConfig{})
			if pauses := s.goOnAfterPauses(run); pauses == 0 {
				t.Error("there was no pause")
			}
			s.once(ids)
			report := run.Report()
			if report.Counts.Created != 730 || report.Counts.Marked != 730 || report.Counts.Skipped != 1 || report.Failing.Count != 1 {
				t.Errorf("%+v, %d failing", report.Counts, report.Failing.Count)
			}
			if len(s.there(bad))+len(s.there(skipped)) != 0 {
				t.Error("what was not to be sent was sent")
			}
		})
	}
}

func TestConfirmationsAndCancellationsGoOnAfterAPause(t *testing.T) {
	t.Parallel()
	for nth := 1; nth <= 3; nth++ {
		t.Run(fmt.Sprint(nth), func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 10_000, 0, 0)
			ids := s.orders(320, "A")
			s.ok(s.download())
			s.clock.Pass(time.Hour)
			var shipped, left []fulfillment.OrderID
			isShipped := map[string]bool{}
			for _, id := range s.wh.ShipAll(250) {
				there, _ := s.wh.Order(id)
				isShipped[there.ExternalID] = true
			}
			for _, id := range ids {
				if isShipped[id.String()] {
					shipped = append(shipped, id)
				} else {
					left = append(left, id)
				}
			}
			throttle := func() {
				s.omCall.Clear()
				s.wh.Faults().Clear()
				s.omCall.MustAdd(fault.Rule{Method: "PUT", Nth: nth, Kind: fault.StatusBefore, Status: 429, Header: map[string]string{"Retry-After": "20"}})
				for i := range 3 {
					s.omCall.MustAdd(fault.Rule{Method: "GET", Nth: 2*nth + i, Kind: fault.StatusBefore, Status: 429, Header: map[string]string{"Retry-After": "20"}})
				}
				s.wh.Faults().MustAdd(fault.Rule{Method: "POST", Path: "/orders/{id}/canceler", Nth: 7 * nth, Kind: fault.StatusBefore, Status: 429, Header: map[string]string{"Retry-After": "20"}})
			}
			throttle()
			run := routine.NewShipmentConfirmation(s.env("ShipmentConfirmation"), routine.ShipmentConfirmationConfig{})
			if pauses := s.goOnAfterPauses(run); pauses == 0 {
				t.Error("there was no pause in the confirmations")
			}
			s.confirmedOnce(shipped)
			for _, id := range left {
				s.must(s.om.CancelOrder(int64(id)))
			}
			throttle()
			cancels := routine.NewOrderCancelDownload(s.env("OrderCancelDownload"), routine.OrderCancelDownloadConfig{WarehouseIDs: []int64{east}})
			if pauses := s.goOnAfterPauses(cancels); pauses == 0 {
				t.Error("there was no pause in the cancellations")
			}
			for _, id := range left {
				if s.cancels(id) != 1 {
					t.Errorf("order %d was cancelled %d times", id, s.cancels(id))
				}
			}
			if got := cancels.Report(); got.Counts.Cancelled != 70 || len(got.Listed()) != 0 {
				t.Errorf("%+v, failing %v", got.Counts, got.Listed())
			}
		})
	}
}
