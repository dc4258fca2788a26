// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// splitAway reports whether what the warehouse shipped was split off the order
// before it was cancelled: that parcel is another order's.
func (r *orderCancelDownload) splitAway(ctx context.Context, order fulfillment.Order, o fulfillment.WarehouseOrder) (bool, error) {
	if len(order.Related) == 0 {
		return false, nil
	}
	relatives, err := readRelatives(ctx, r.env.Source, []fulfillment.Order{order})
	if err != nil || len(relatives.children(order)) == 0 {
		return false, err
	}
	// All of its parts: of two that shipped the same, one is the other order's.
	found, err := r.env.Destination.FindOrders(ctx, byIdentity([]fulfillment.Order{order}))
	if err != nil {
		return false, err
	}
	a := relatives.family(order, indexFound(found).byIdentity[order.ID.String()], orderload.Options{}).allot()
	i := slices.IndexFunc(a.parts, func(part fulfillment.WarehouseOrder) bool { return part.ID == o.ID })
	return i >= 0 && a.gone[i], nil
}

// cancelledParcels lists orders that were split off for what had shipped, and
// were cancelled after that. The warehouse does not know them by their identity.
func (r *orderCancelDownload) cancelledParcels(ctx context.Context, orders []fulfillment.Order) error {
	orders = slices.DeleteFunc(slices.Clone(orders), func(order fulfillment.Order) bool {
		return !order.SplitOff() || order.State != fulfillment.StateCancelled
	})
	if len(orders) == 0 {
		return nil
	}
	relatives, err := readRelatives(ctx, r.env.Source, orders)
	if err != nil {
		return err
	}
	parts, err := relatives.partsOfParents(ctx, r.env.Destination, orders)
	if err != nil {
		return err
	}
	for _, order := range orders {
		if part, ok := relatives.partOf(order, parts, orderload.Options{}); ok {
			r.tooLate(FailingOrder{ID: order.ID, Reference: order.Number, WarehouseID: part.ID}, order, hasShipped)
		}
	}
	return nil
}
