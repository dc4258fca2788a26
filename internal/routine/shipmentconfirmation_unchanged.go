// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// reportUnchanged reports a batch. The orders are read right before, and those
// that changed are left to the next run: somebody may have cancelled or confirmed
// them since, and a repeat may mail the buyer twice.
func (r *shipmentConfirmation) reportUnchanged(ctx context.Context, orders []fulfillment.Order, shipments []fulfillment.Shipment) error {
	now, err := r.env.Source.OrdersByID(ctx, idsOf(orders))
	if err != nil {
		return err
	}
	unchanged := map[fulfillment.OrderID]bool{}
	for _, order := range orders {
		unchanged[order.ID] = slices.ContainsFunc(now, func(other fulfillment.Order) bool { return asJudged(order, other) })
	}
	orders = slices.DeleteFunc(slices.Clone(orders), func(order fulfillment.Order) bool { return !unchanged[order.ID] })
	shipments = slices.DeleteFunc(slices.Clone(shipments), func(shipment fulfillment.Shipment) bool { return !unchanged[shipment.OrderID] })
	if len(orders) == 0 {
		return nil
	}
	return r.report(ctx, orders, shipments)
}

// asJudged reports whether an order, read again, still calls for the report that
// it called for: it was not cancelled, confirmed or routed elsewhere meanwhile.
func asJudged(judged, now fulfillment.Order) bool {
	return now.ID == judged.ID && now.State == judged.State && now.WarehouseID == judged.WarehouseID && slices.Equal(now.Tracking, judged.Tracking)
}
