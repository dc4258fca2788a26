// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
)

// A conflict is the refusal of one order, as any other refusal is: the order is
// listed, the others go through in the same run, and nothing is done twice when
// the conflict is over.
func TestAConflictOverOneOrderStopsNoOther(t *testing.T) {
	t.Parallel()
	for _, status := range []int{409, 412} {
		s := newShop(t, shopOptions{})
		s.product("A", 10_000, 0, 0)
		ids := s.orders(40, "A")

		s.wh.Faults().MustAdd(fault.Rule{Method: "POST", Path: "/orders", Nth: 3, Kind: fault.StatusBefore, Status: status})
		report := s.ok(s.download())
		if report.Counts.Created != 39 || report.Counts.Marked != 39 || report.Failing.Count != 1 || report.Failing.Orders[0].Reason != fulfillment.ReasonRefusedByWarehouse {
			t.Errorf("%d on a create: %+v, %+v", status, report.Counts, report.Failing)
		}
		s.clock.Pass(time.Hour)
		s.ok(s.download())
		s.once(ids)

		more := s.orders(40, "A")
		s.must2(s.omCall.Add(fault.Rule{Method: "POST", Path: markPath, Query: map[string]string{"orderId": more[7].String()}, Kind: fault.StatusBefore, Status: status}))
		report = s.ok(s.download())
		if report.Counts.Marked != 39 || report.Failing.Count != 1 || report.Failing.Orders[0].Reason != fulfillment.ReasonMarkRefused {
			t.Errorf("%d on a mark: %+v, %+v", status, report.Counts, report.Failing)
		}
		s.omCall.Clear()
		s.clock.Pass(time.Hour)
		s.ok(s.download())
		s.once(more)

		s.clock.Pass(time.Hour)
		s.wh.ShipAll(0)
		for nth := range 2 { // all of them, and the first half
			s.omCall.MustAdd(fault.Rule{Method: "PUT", Path: "/v1.1/shipment/external", Nth: nth + 1, Kind: fault.StatusBefore, Status: status})
		}
		if report = s.ok(s.confirm()); report.Counts.Confirmed != 80 {
			t.Errorf("%d on a report of shipments: %+v, %+v", status, report.Counts, report.Failing)
		}
		s.confirmedOnce(append(ids, more...))
	}
}
