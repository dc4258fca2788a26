// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// leaveSplit creates no order whose goods the warehouse has already, under the
// identity of an order that this one was split off after it was sent.
func (r *orderDownload) leaveSplit(ctx context.Context, deliveries []*delivery) error {
	var orders []fulfillment.Order
	for _, d := range deliveries {
		if d.action.kind == actionCreate && len(d.read.Related) > 0 {
			orders = append(orders, d.read)
		}
	}
	if len(orders) == 0 {
		return nil
	}
	relatives, err := readRelatives(ctx, r.env.Source, orders)
	if err != nil {
		return err
	}
	var parents []fulfillment.Order
	for _, order := range orders {
		for _, parent := range relatives.parents(order) {
			if !slices.ContainsFunc(parents, func(p fulfillment.Order) bool { return p.ID == parent.ID }) {
				parents = append(parents, parent)
			}
		}
	}
	parts := map[fulfillment.OrderID][]fulfillment.WarehouseOrder{}
	for chunk := range slices.Chunk(parents, fulfillment.PageSize) {
		found, err := r.env.Destination.FindOrders(ctx, byIdentity(chunk))
		if err != nil {
			return err
		}
		for _, parent := range chunk {
			parts[parent.ID] = notCancelled(indexFound(found).byIdentity[parent.ID.String()])
		}
	}
	for _, d := range deliveries {
		if d.action.kind != actionCreate {
			continue
		}
		for _, parent := range relatives.parents(d.read) {
			if holdsMore(relatives.family(parent, parts[parent.ID], orderload.Options{}), d.read) {
				d.action = report(d.order, parts[parent.ID][0].ID, fulfillment.ReasonSplitOff,
					"the order was split off one that the warehouse has whole, so it is not sent a second time; cancel the other one in the warehouse, or confirm this one in Order Manager")
				break
			}
		}
	}
	return nil
}

// holdsMore reports whether the warehouse has more under an order's identity
// than the order and what was split off it for shipments still hold, and that
// of what another order asks for. Of a kit of which it does not tell the
// components, anything may be a part.
func holdsMore(f family, order fulfillment.Order) bool {
	more := map[string]fulfillment.Quantity{}
	for _, o := range f.parts {
		for _, line := range o.Lines {
			more[foldSKU(line.SKU)] += max(line.Ordered, line.Shipped)
		}
	}
	members := f.children
	if f.root.State != fulfillment.StateCancelled {
		members = append(slices.Clone(members), f.root)
	}
	for _, member := range members {
		for sku, units := range unitsOf(kitsIfKnown(member, f.parts)) {
			more[sku] -= units
		}
	}
	order = kitsIfKnown(order, f.parts)
	kit := slices.ContainsFunc(order.Lines, func(line fulfillment.Line) bool { return line.Kit })
	for sku, units := range more {
		if units > 0 && (kit || unitsOf(order)[sku] > 0) {
			return true
		}
	}
	return false
}
