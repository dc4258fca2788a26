// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"net/http"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
)

// A run that could not read to its end has compared nothing to its end.
func TestARunThatFailsIsNoFullComparison(t *testing.T) {
	t.Parallel()
	runs := map[string]func(*shop) (routine.Report, error){
		"OrderDownload": (*shop).download, "OrderCancelDownload": (*shop).cancel,
		"ShipmentConfirmation": (*shop).confirm, "InventorySync": (*shop).sync,
	}
	for name, work := range runs {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			s.orders(3, "A")
			s.ok(s.download())
			var rules []string
			for _, path := range []string{"/v1.1/orders", "/v1/productstocks/total"} {
				id, err := s.omCall.Add(fault.Rule{Method: "GET", Path: path, Kind: fault.StatusBefore, Status: http.StatusForbidden})
				s.must(err)
				rules = append(rules, id)
			}
			report, err := work(s)
			if err == nil {
				t.Fatal("the run succeeded")
			}
			if report.FullComparison || !report.LastFullComparison.IsZero() {
				t.Errorf("it claims a full comparison: %t, %v", report.FullComparison, report.LastFullComparison)
			}
			for _, id := range rules {
				s.omCall.Remove(id)
			}
			if report := s.ok(work(s)); !report.FullComparison || report.LastFullComparison.IsZero() {
				t.Errorf("the run after it: %t, %v", report.FullComparison, report.LastFullComparison)
			}
		})
	}
}

// Whoever asks for a run gets the comparison of the whole, however dear it is
// and however short ago the last one was; nobody else does.
func TestARunThatWasAskedForComparesTheWhole(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(2100, "A")
	s.ok(s.download())
	s.ok(s.cancel())
	held := ids[7]
	s.must(s.om.UpdateOrder(int64(held), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusOnHold }))
	// This one was seen to have shipped by comparisons before it was routed elsewhere.
	left := ids[8]
	s.shipHere(left)
	for range 4 {
		s.clock.Pass(time.Hour)
		if report := s.ok(s.cancel()); !report.FullComparison {
			t.Fatal("the hourly comparison was not made")
		}
	}
	s.must(s.om.Reroute(int64(left), west))
	s.clock.Pass(5 * time.Minute)
	if report := s.ok(s.cancel()); report.FullComparison || reasons(report)[left] != "" {
		t.Fatalf("full %v, listed %v", report.FullComparison, reasons(report))
	}
	memory := s.memory["OrderCancelDownload"]
	memory.Whole = true
	s.memory["OrderCancelDownload"] = memory
	report := s.ok(s.cancel())
	if r := reasons(report); !report.FullComparison || len(r) != 2 || r[held] != fulfillment.ReasonHeldButSent || r[left] != fulfillment.ReasonTooLate {
		t.Errorf("full %v, listed %v", report.FullComparison, r)
	}
}
