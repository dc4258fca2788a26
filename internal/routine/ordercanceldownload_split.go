// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// splitAway reports whether what the warehouse shipped was split off the order
// before it was cancelled: that parcel is wanted, as another order's.
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
	f := relatives.family(order, indexFound(found).byIdentity[order.ID.String()], orderload.Options{})
	f.children = slices.DeleteFunc(f.children, func(child fulfillment.Order) bool { return child.State == fulfillment.StateCancelled })
	a := f.allot()
	i := slices.IndexFunc(a.parts, func(part fulfillment.WarehouseOrder) bool { return part.ID == o.ID })
	return i >= 0 && a.gone[i], nil
}
