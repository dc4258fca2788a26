// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// stopped reports whether a user wants an order kept back that Order Manager
// does not call sent. OrderDownload sends no order with such a label, but a run
// may have ended between the creation of one and its mark.
func stopped(order fulfillment.Order) bool {
	return order.State == fulfillment.StateWaiting &&
		(orderload.HasLabel(order, fulfillment.HoldLabel) || orderload.HasLabel(order, fulfillment.SkipLabel))
}

// stopped reports it of the orders of this connection's own claim: a label says
// nothing of what another connection sent.
func (r *orderCancelDownload) stopped(order fulfillment.Order) bool {
	return r.config.claims(order.WarehouseID) && stopped(order)
}

// unmarked reports whether an order that the warehouse has waits for a mark
// that OrderDownload will not make: it was created by a run that ended before
// it was marked, and a rule that is younger than the order leaves it out now.
// OrderDownload looks up no order that it leaves out, since those may be most
// of a shop; here they are read anyway.
func (r *orderCancelDownload) unmarked(order fulfillment.Order) bool {
	return order.State == fulfillment.StateWaiting && r.config.claims(order.WarehouseID) && !stopped(order) && !order.SplitOff() &&
		r.config.Load.Load(order, r.env.Now()).Decision != orderload.Send
}

// markLeft marks the orders of a page that are left unmarked: they were sent
// under the rules of their day, and the warehouse ships them.
func (r *orderCancelDownload) markLeft(ctx context.Context, left []fulfillment.OrderID) error {
	if len(left) == 0 {
		return nil
	}
	slices.Sort(left)
	var unlocks []func()
	defer func() {
		for _, unlock := range unlocks {
			unlock()
		}
	}()
	// One that somebody else works at is left to the next comparison: to wait
	// for it with others in hand could mean to wait for ever.
	left = slices.DeleteFunc(slices.Compact(left), func(id fulfillment.OrderID) bool {
		unlock, locked := r.env.Coordination.TryLockOrder(id)
		if locked {
			unlocks = append(unlocks, unlock)
		}
		return !locked
	})
	if len(left) == 0 {
		return nil
	}
	orders, err := r.env.Source.OrdersByID(ctx, left)
	if err != nil {
		return err
	}
	orders = slices.DeleteFunc(orders, func(order fulfillment.Order) bool { return !r.unmarked(order) })
	if len(orders) == 0 {
		return nil
	}
	found, err := r.env.Destination.FindOrders(ctx, byIdentity(orders))
	if err != nil {
		return err
	}
	r.env.Coordination.Touch(r.env.Now(), goodsOf(found)) // also what it has in place of kits
	index := indexFound(found)
	orders = slices.DeleteFunc(orders, func(order fulfillment.Order) bool {
		return len(notCancelled(index.byIdentity[order.ID.String()])) == 0
	})
	return r.markAll(ctx, orders)
}

// markAll marks orders with one call, or with one each when the call is
// refused: one that spoils it keeps no other from its mark.
func (r *orderCancelDownload) markAll(ctx context.Context, orders []fulfillment.Order) error {
	if len(orders) == 0 {
		return nil
	}
	ids := make([]fulfillment.OrderID, len(orders))
	for i, order := range orders {
		ids[i] = order.ID
		r.env.Coordination.Touch(r.env.Now(), order.Lines)
	}
	results, err := r.env.Source.MarkSent(ctx, ids)
	if ownRefusal(err) && !fulfillment.Uncertain(err) && len(orders) > 1 {
		for _, order := range orders {
			if err := r.markAll(ctx, []fulfillment.Order{order}); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil && (!ownRefusal(err) || fulfillment.Uncertain(err)) {
		return err
	}
	marked := map[fulfillment.OrderID]bool{}
	for _, result := range results {
		marked[result.OrderID] = result.Marked
	}
	for _, order := range orders {
		if marked[order.ID] {
			r.counts.Marked++
			continue
		}
		r.failures.judged(FailingOrder{ID: order.ID, Reference: order.Number, Reason: fulfillment.ReasonMarkRefused,
			Message: "the warehouse has the order, a younger rule leaves it out, and Order Manager would not mark it as sent; the next comparison marks it again"})
	}
	return nil
}
