// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// cancelInOrderManager cancels in Order Manager what the warehouse cancelled by
// itself, a hundred sent orders at a time. It starts from the orders that Order
// Manager still calls sent, so that nothing is missed, and a page of them costs
// one call to the warehouse.
func (r *orderCancelDownload) cancelInOrderManager(ctx context.Context) error {
	if !r.config.CancelInOrderManager {
		r.stage = cancelUpdateEdited
		return nil
	}
	if len(r.sentBatch) == 0 {
		batch, err := r.sent.next(ctx)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			r.stage = cancelUpdateEdited
			return nil
		}
		r.sentBatch = batch
	}
	page := r.sentBatch[:min(len(r.sentBatch), fulfillment.PageSize)]
	cancelled, err := r.cancelledThere(ctx, page)
	if err != nil {
		return err
	}
	for _, order := range page {
		if !cancelled[order.ID] || slices.Contains(r.config.Resends, order.ID) {
			r.sent.stays(order.ID)
			continue
		}
		if err := r.cancelOneHere(ctx, order); err != nil {
			return err
		}
	}
	r.counts.Read += int64(len(page))
	r.sentBatch = r.sentBatch[len(page):]
	return nil
}

// cancelledThere says which of the orders the warehouse cancelled by itself and
// holds in no other way.
func (r *orderCancelDownload) cancelledThere(ctx context.Context, orders []fulfillment.Order) (map[fulfillment.OrderID]bool, error) {
	lookups := make([]fulfillment.Lookup, len(orders))
	for i, order := range orders {
		sent, _ := r.config.Load.AsSent(order)
		lookups[i] = fulfillment.Lookup{ID: order.ID, References: references(sent)}
	}
	found, err := r.env.Destination.FindOrders(ctx, lookups)
	if err != nil {
		return nil, err
	}
	index := indexFound(found)
	var candidates []fulfillment.Order
	for _, order := range orders {
		if len(inState(index.byIdentity[order.ID.String()], fulfillment.WarehouseCancelled)) > 0 {
			candidates = append(candidates, order)
		}
	}
	relatives, err := readRelatives(ctx, r.env.Source, candidates)
	if err != nil {
		return nil, err
	}
	cancelled := map[fulfillment.OrderID]bool{}
	for _, order := range candidates {
		gone := relatives.gone(order, index.byIdentity[order.ID.String()], r.config.Load)
		sent, _ := r.config.Load.AsSent(order)
		cancelled[order.ID] = r.nowhereThere(sent, index.of(sent), gone)
	}
	return cancelled, nil
}

// nowhereThere reports whether the warehouse cancelled an order by itself, after
// anybody last touched it in Order Manager, and holds nothing that could be the
// order.
//
// ASSUMPTION (a restored order is a modified one). A user who restores an order
// that we cancelled in the warehouse, or routes it back, wants it: that has to
// show in the order's modified date.
func (r *orderCancelDownload) nowhereThere(order fulfillment.Order, found []fulfillment.WarehouseOrder, gone map[string]bool) bool {
	ours, others := splitByIdentity(order, found)
	if onRequest(ours, gone) {
		return false
	}
	for _, o := range ours {
		if gone[o.ID] {
			continue
		}
		untouched := !o.ModifiedAt.IsZero() && o.ModifiedAt.After(order.ModifiedDate.Add(cursorOverlap))
		if o.State != fulfillment.WarehouseCancelled || !untouched {
			return false
		}
	}
	for _, o := range others {
		// Of an order with the same number another order's identity says so.
		if _, another := identityOf(o); !another && o.State != fulfillment.WarehouseCancelled {
			return false
		}
	}
	return len(ours) > 0 && !slices.ContainsFunc(r.anonymous, func(o fulfillment.WarehouseOrder) bool { return sameOrder(order, o) })
}

// onRequest reports whether the warehouse cancelled at our request what it had of
// an order, and was not sent it again since. Where it tells, no clock has to: the
// order is sent because a user thought better of it.
func onRequest(ours []fulfillment.WarehouseOrder, gone map[string]bool) bool {
	var byItself time.Time
	for _, o := range ours {
		if !o.CancelledOnRequest && !gone[o.ID] && o.CreatedAt.After(byItself) {
			byItself = o.CreatedAt
		}
	}
	return slices.ContainsFunc(ours, func(o fulfillment.WarehouseOrder) bool {
		return o.CancelledOnRequest && !gone[o.ID] && !o.CreatedAt.Before(byItself)
	})
}

// cancelOneHere reads both sides right before and cancels one order.
func (r *orderCancelDownload) cancelOneHere(ctx context.Context, order fulfillment.Order) error {
	r.sent.stays(order.ID)
	failing := FailingOrder{ID: order.ID, Reference: order.Number, Reason: fulfillment.ReasonCancelledByWarehouse}
	if !r.failures.due(order.ID) {
		r.failures.waits(order.ID, order.Number)
		return nil
	}
	if err := beforeNext(ctx); err != nil {
		return err
	}
	defer r.env.Coordination.LockOrder(order.ID)()
	orders, err := r.env.Source.OrdersByID(ctx, []fulfillment.OrderID{order.ID})
	if err != nil {
		return err
	}
	if len(orders) == 0 || orders[0].State != fulfillment.StateSent || !r.config.claims(orders[0].WarehouseID) {
		return nil
	}
	there, err := r.cancelledThere(ctx, orders)
	if err != nil || !there[order.ID] {
		return err
	}
	r.env.Coordination.Touch(r.env.Now(), orders[0].Lines)
	done, err := r.env.Source.CancelOrder(ctx, orders[0])
	switch {
	case ownRefusal(err):
		failing.Message = "the warehouse cancelled the order and Order Manager would not cancel it: " + err.Error()
		r.failures.refused(failing)
	case err != nil:
		return err
	case !done:
		failing.Message = "the warehouse cancelled the order; whether Order Manager did is not proven yet, and it is read before it is asked again"
		r.failures.refused(failing)
	default:
		r.counts.Cancelled++
		r.failures.drop(order.ID)
	}
	return nil
}
