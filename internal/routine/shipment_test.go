// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

func shippedOrder(id, tracking string, quantities map[string]int64) fulfillment.WarehouseOrder {
	o := fulfillment.WarehouseOrder{ID: id, Reference: "SO-1", Identity: "7001", State: shipped, Carrier: "UPS", ShippedAt: noon.Add(-time.Hour)}
	for sku, n := range quantities {
		o.Lines = append(o.Lines, fulfillment.WarehouseLine{SKU: sku, Ordered: fulfillment.Units(n), Shipped: fulfillment.Units(n)})
	}
	if tracking != "" {
		o.Tracking = []string{tracking}
	}
	return o
}

func TestJudgeShipment(t *testing.T) {
	all := map[string]int64{"C100": 2, "C200": 1}
	tests := []struct {
		name     string
		parts    []fulfillment.WarehouseOrder
		tracking string
		reason   string
	}{
		{name: "unknown there: told, never created again", reason: fulfillment.ReasonUnknownInWarehouse},
		{name: "open: waits", parts: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "7001", open)}},
		{name: "shipped whole: reported", parts: []fulfillment.WarehouseOrder{shippedOrder("1", "T1", all)}, tracking: "T1"},
		{name: "cancelled there: told", parts: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1-CANCELED-1", "7001", cancelled)}, reason: fulfillment.ReasonCancelledByWarehouse},
		{name: "cancelled and sent again: reported", tracking: "T2",
			parts: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1-CANCELED-1", "7001", cancelled), shippedOrder("2", "T2", all)}},
		{name: "short: told, never reported as whole", parts: []fulfillment.WarehouseOrder{shippedOrder("1", "T1", map[string]int64{"C100": 1, "C200": 1})}, reason: fulfillment.ReasonClosedShort},
		{name: "half a unit short: told", reason: fulfillment.ReasonClosedShort, parts: []fulfillment.WarehouseOrder{with(shippedOrder("1", "T1", all), func(o *fulfillment.WarehouseOrder) {
			for i := range o.Lines {
				o.Lines[i].Shipped -= 5000
			}
		})}},
		{name: "a part shipped, the rest open: waits", parts: []fulfillment.WarehouseOrder{shippedOrder("1", "T1", map[string]int64{"C100": 2}), inWarehouse("2", "SO-1-1", "7001", open)}},
		{name: "both parts shipped: reported with the parent's tracking", tracking: "T9",
			parts: []fulfillment.WarehouseOrder{shippedOrder("10", "T10", map[string]int64{"C200": 1}), shippedOrder("9", "T9", map[string]int64{"C100": 2})}},
		{name: "no tracking: told", parts: []fulfillment.WarehouseOrder{shippedOrder("1", "", all)}, reason: fulfillment.ReasonNoTracking},
		{name: "the parent without tracking: the part's", tracking: "T10",
			parts: []fulfillment.WarehouseOrder{shippedOrder("9", "", map[string]int64{"C100": 2}), shippedOrder("10", "T10", map[string]int64{"C200": 1})}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := judgeShipment(anOrder(), test.parts, ShipmentConfirmationConfig{}, noon)
			var tracking, reason string
			if got.shipment != nil {
				tracking = got.shipment.Tracking
			}
			if got.failing != nil {
				reason = got.failing.Reason
			}
			if tracking != test.tracking || reason != test.reason {
				t.Errorf("got tracking %q and reason %q, want %q and %q", tracking, reason, test.tracking, test.reason)
			}
		})
	}
}

func TestAShipmentThatOrderManagerHasIsNotReportedAgain(t *testing.T) {
	order := anOrder()
	order.Tracking = []string{"t1"}
	got := judgeShipment(order, []fulfillment.WarehouseOrder{shippedOrder("1", "T1", map[string]int64{"C100": 2, "C200": 1})}, ShipmentConfirmationConfig{}, noon)
	if got.shipment != nil || got.failing == nil || got.failing.Reason != fulfillment.ReasonConfirmationPending {
		t.Errorf("got %+v", got)
	}
}

func TestTheShipDateLiesBetweenTheOrderAndNow(t *testing.T) {
	for name, test := range map[string]struct{ ordered, shipped, want time.Time }{
		"as given":         {noon.Add(-48 * time.Hour), noon.Add(-time.Hour), noon.Add(-time.Hour)},
		"in the future":    {noon.Add(-48 * time.Hour), noon.Add(8 * time.Hour), noon},
		"before the order": {noon.Add(-time.Hour), noon.Add(-9 * time.Hour), noon.Add(-time.Hour)},
		"not given":        {noon.Add(-48 * time.Hour), time.Time{}, noon},
	} {
		t.Run(name, func(t *testing.T) {
			order := anOrder()
			order.OrderDate = test.ordered
			if got := shipDate(order, []fulfillment.WarehouseOrder{{ShippedAt: test.shipped}}, noon); !got.Equal(test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
