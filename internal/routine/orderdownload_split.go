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
	parts, err := relatives.partsOfParents(ctx, r.env.Destination, orders)
	if err != nil {
		return err
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

// noteSplitOff notes which of the warehouse's orders under an order's identity
// stand for others, so that the rest of an order can be sent again.
func (r *orderDownload) noteSplitOff(ctx context.Context, deliveries []*delivery, index foundIndex) error {
	parts := func(d *delivery) []fulfillment.WarehouseOrder { return index.byIdentity[d.read.ID.String()] }
	var orders []fulfillment.Order
	for _, d := range deliveries {
		if len(d.read.Related) > 0 && len(inState(parts(d), fulfillment.WarehouseShipped)) > 0 {
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
	for _, d := range deliveries {
		d.gone = relatives.gone(d.read, parts(d), r.config.Load)
	}
	return nil
}

// decide decides what to do with the order. What stands for another one is as
// good as cancelled to it: only its reference is taken.
func (d *delivery) decide(found []fulfillment.WarehouseOrder, capabilities fulfillment.Capabilities) action {
	found = slices.Clone(found)
	for i := range found {
		if d.gone[found[i].ID] {
			found[i].State = fulfillment.WarehouseCancelled
		}
	}
	return decide(d.order, found, capabilities)
}

// workSplitOff leaves orders that were split off to ShipmentConfirmation, which
// meets them with the sent order that they came from. When that one is no
// longer sent, it would meet them nowhere: then they are marked as sent
// themselves, as what the warehouse has shipped.
func (r *orderDownload) workSplitOff(ctx context.Context, orders []fulfillment.Order) error {
	if len(orders) == 0 {
		return nil
	}
	relatives, err := readRelatives(ctx, r.env.Source, orders)
	if err != nil {
		return err
	}
	alone := slices.DeleteFunc(slices.Clone(orders), func(order fulfillment.Order) bool {
		return slices.ContainsFunc(relatives.parents(order), func(parent fulfillment.Order) bool {
			return parent.State == fulfillment.StateSent && r.config.claims(parent.WarehouseID) && slices.Contains(parent.Related, order.ID)
		})
	})
	parts, err := relatives.partsOfParents(ctx, r.env.Destination, alone)
	if err != nil {
		return err
	}
	for _, order := range orders {
		part, found := relatives.partOf(order, parts, r.config.Load)
		switch {
		case !slices.ContainsFunc(alone, func(a fulfillment.Order) bool { return a.ID == order.ID }):
			r.counts.Skipped++
			r.skipped.add(SkippedOrder{ID: order.ID, Reference: order.Number, Reason: fulfillment.ReasonSplitOff,
				Message: "it was split off an order for what the warehouse had shipped of it; ShipmentConfirmation confirms it"})
			r.waiting.stays(order.ID)
		case !found:
			r.fail(FailingOrder{ID: order.ID, Reference: order.Number, Reason: fulfillment.ReasonAmbiguous, Message: standsForNothing}, false)
		default:
			r.pending = append(r.pending, pendingMark{read: order, order: order, found: part, unlock: r.env.Coordination.LockOrder(order.ID)})
		}
		r.worked[order.ID] = true
	}
	return nil
}
