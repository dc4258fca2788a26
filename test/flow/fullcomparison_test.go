// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"net/http"
	"testing"

	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
)

// A run that could not read to its end has compared nothing to its end.
func TestARunThatFailsIsNoFullComparison(t *testing.T) {
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
