// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// wish is what Order Manager wants of an order that the warehouse has.
type wish int

const (
	wishShip wish = iota
	wishCancel
	wishWait
	wishClosed
	// wishUnclear is an order that is routed to another warehouse, and does not
	// say which one it was delivered for.
	wishUnclear
)

// wish tells it from the order as it was just read, and from what the
// warehouse's order says of itself.
func (r *orderCancelDownload) wish(order fulfillment.Order, o fulfillment.WarehouseOrder) wish {
	switch order.State {
	case fulfillment.StateCancelled:
		return wishCancel
	case fulfillment.StateShipped, fulfillment.StateClosed:
		if order.State == fulfillment.StateShipped && o.State == fulfillment.WarehouseOpen && r.leftFor(order, o) {
			return wishCancel // the other warehouse has shipped it
		}
		return wishClosed
	case fulfillment.StateHeld, fulfillment.StateWaiting, fulfillment.StateSent, fulfillment.StateOpen:
	}
	switch {
	case r.elsewhere(order) && o.RoutedTo == 0:
		return wishUnclear
	case r.leftFor(order, o):
		return wishCancel
	case r.stopped(order):
		return wishCancel
	case order.State == fulfillment.StateHeld:
		return wishWait
	}
	return wishShip
}

// elsewhere reports whether Order Manager routes the order to a warehouse that
// is not served from here. That alone does not make it unwanted: the order may
// have been delivered for that warehouse, by a connection that is gone, that
// another manager works, or that was this one before its warehouse was changed.
// Only an order that was delivered for another warehouse than it is routed to
// now has been routed elsewhere. An order that is routed nowhere has not.
func (r *orderCancelDownload) elsewhere(order fulfillment.Order) bool {
	return len(r.config.WarehouseIDs) > 0 && order.WarehouseID != 0 && !slices.Contains(r.config.WarehouseIDs, order.WarehouseID)
}

// leftFor reports whether an order was delivered for another warehouse than the
// one that it is routed to now.
func (r *orderCancelDownload) leftFor(order fulfillment.Order, o fulfillment.WarehouseOrder) bool {
	return r.elsewhere(order) && o.RoutedTo != 0 && o.RoutedTo != order.WarehouseID
}

// compareOpen compares a page of the warehouse's open orders with Order
// Manager, by identity: so is found what no list of cancelled orders shows.
func (r *orderCancelDownload) compareOpen(ctx context.Context) error {
	if len(r.remembered) > 0 {
		return r.workOldest(ctx) // what is no longer open
	}
	if len(r.open) == 0 {
		r.stage = cancelCompareShipped
		return nil
	}
	page := r.open[:min(len(r.open), fulfillment.PageSize)]
	byID, err := r.inOrderManager(ctx, page)
	if err != nil {
		return err
	}
	var left []fulfillment.OrderID
	for _, o := range page {
		id, _ := identityOf(o)
		order, known := byID[id]
		if err := r.compareOne(ctx, o, id, order, known); err != nil {
			return err
		}
		if known && r.wish(order, o) == wishShip && r.unmarked(order) {
			left = append(left, id)
		}
		r.counts.Read++
	}
	if err := r.markLeft(ctx, left); err != nil {
		return err
	}
	r.open = r.open[len(page):]
	return nil
}

// inOrderManager reads the orders that these of the warehouse are, at most a hundred.
func (r *orderCancelDownload) inOrderManager(ctx context.Context, page []fulfillment.WarehouseOrder) (map[fulfillment.OrderID]fulfillment.Order, error) {
	ids := make([]fulfillment.OrderID, 0, len(page))
	for _, o := range page {
		if id, ok := identityOf(o); ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	orders, err := r.env.Source.OrdersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[fulfillment.OrderID]fulfillment.Order, len(orders))
	for _, order := range orders {
		byID[order.ID] = order
	}
	return byID, nil
}

func (r *orderCancelDownload) compareOne(ctx context.Context, o fulfillment.WarehouseOrder, id fulfillment.OrderID, order fulfillment.Order, known bool) error {
	failing := FailingOrder{ID: id, Reference: o.Reference, WarehouseID: o.ID}
	if !known {
		failing.Reason = fulfillment.ReasonMissingInOrderManager
		failing.Message = "the warehouse holds the order open and Order Manager does not know it; look for a merge or a split, and cancel it in the warehouse"
		r.failures.judged(failing)
		return nil
	}
	wish := r.wish(order, o)
	if wish != wishCancel {
		r.lookAfterAll(id) // it was restored
	}
	switch wish {
	case wishCancel:
		if r.done[id] {
			return nil
		}
		return r.cancel(ctx, order, o)
	case wishWait:
		failing.Reason = fulfillment.ReasonHeldButSent
		failing.Message = "the order is on hold in Order Manager and open in the warehouse; release the hold or call the warehouse"
		r.failures.judged(failing)
	case wishClosed:
		if order.State == fulfillment.StateShipped {
			r.others.open(order, []fulfillment.WarehouseOrder{o})
		}
		failing.Reason = fulfillment.ReasonNotWanted
		failing.Message = "the order is closed in Order Manager and open in the warehouse; cancel it there if it must not ship"
		r.failures.judged(failing)
	case wishUnclear:
		failing.Reason = fulfillment.ReasonRoutedElsewhere
		failing.Message = "the order is open here and routed to another warehouse in Order Manager, and does not say which one it was delivered for; cancel it here if it must not ship from here"
		r.failures.judged(failing)
	case wishShip:
		r.compareContent(order, o)
		r.sameReference(order, o, failing)
	}
	return nil
}

// cancel cancels one order in the warehouse and books the outcome.
func (r *orderCancelDownload) cancel(ctx context.Context, order fulfillment.Order, o fulfillment.WarehouseOrder) error {
	if o.State == fulfillment.WarehouseCancelled {
		return nil
	}
	failing := FailingOrder{ID: order.ID, Reference: o.Reference, WarehouseID: o.ID}
	if o.State == fulfillment.WarehouseShipped {
		if acknowledged(order) {
			return nil
		}
		if away, err := r.splitAway(ctx, order, o); err != nil || away {
			return err
		}
		r.tooLate(failing, order, hasShipped)
		return nil
	}
	if acknowledged(order) && r.toldBefore(order.ID) {
		r.settledByLabel(order.ID)
		return nil
	}
	if !r.env.Destination.Capabilities().CancelOrder {
		r.unsettled[order.ID] = true
		failing.Reason = fulfillment.ReasonCancelNotSupported
		failing.Message = "the warehouse system cannot cancel orders; call the warehouse"
		r.failures.judged(failing)
		return nil
	}
	if r.left[order.ID] {
		r.unsettled[order.ID] = true
		return nil
	}
	// What was refused in this run is another part of the order.
	if !r.failures.due(order.ID) && !r.failures.since[order.ID].Equal(r.started) {
		r.unsettled[order.ID] = true
		r.failures.waits(order.ID, o.Reference)
		return nil
	}
	if err := beforeNext(ctx); err != nil {
		return err
	}
	unlock := r.env.Coordination.LockOrder(order.ID)
	defer unlock()
	if unwanted, err := r.stillUnwanted(ctx, order, o, failing); err != nil || !unwanted {
		return err
	}
	r.env.Coordination.Touch(r.env.Now(), slices.Concat(order.Lines, goodsOf([]fulfillment.WarehouseOrder{o})))
	cancellation, err := r.env.Destination.CancelOrder(ctx, o.ID)
	if fault, ok := fulfillment.AsFault(err); ok && ownRefusal(err) {
		failing.Message = err.Error()
		r.refused(failing, fault)
		return nil
	}
	if err != nil {
		return err
	}
	switch cancellation.Outcome {
	case fulfillment.CancelDone:
		r.counts.Cancelled++
		r.failures.proved(order.ID, false)
		r.settle(order.ID)
	case fulfillment.CancelAlready:
		r.settle(order.ID)
	case fulfillment.CancelTooLate:
		r.tooLate(failing, order, stateInWords(cancellation))
	case fulfillment.CancelNotSupported:
		r.unsettled[order.ID] = true
		failing.Reason = fulfillment.ReasonCancelNotSupported
		failing.Message = "the warehouse system cannot cancel this order; call the warehouse"
		r.failures.judged(failing)
	case fulfillment.CancelUnknown:
		failing.Message = "the warehouse's answer proves neither that the order was cancelled nor that it was not; it is asked for again"
		r.refused(failing, &fulfillment.Fault{Kind: fulfillment.FaultUnavailable, Hint: failing.Message})
	}
	return nil
}

// stillUnwanted reads the order right before it is cancelled in the warehouse:
// a user may have restored it or routed it back, and a download may have found
// it in the warehouse and marked it as sent.
func (r *orderCancelDownload) stillUnwanted(ctx context.Context, order fulfillment.Order, o fulfillment.WarehouseOrder, failing FailingOrder) (bool, error) {
	orders, err := r.env.Source.OrdersByID(ctx, []fulfillment.OrderID{order.ID})
	if err != nil {
		return false, err
	}
	if len(orders) == 0 {
		failing.Reason = fulfillment.ReasonMissingInOrderManager
		failing.Message = "the order was to be cancelled in the warehouse and Order Manager does not show it any more; the next run looks again"
		r.notProven(failing, order)
		return false, nil
	}
	return r.wish(orders[0], o) == wishCancel, nil
}

// settle forgets an order that was cancelled in the warehouse, unless another
// part of it was not.
func (r *orderCancelDownload) settle(id fulfillment.OrderID) {
	if !r.unsettled[id] {
		r.failures.drop(id)
	}
}

// notProven reports an order of which nobody knows whether it was cancelled,
// and keeps the cursor from passing it.
func (r *orderCancelDownload) notProven(failing FailingOrder, order fulfillment.Order) {
	r.unsettled[order.ID] = true
	if order.State == fulfillment.StateCancelled && (r.unproven.IsZero() || order.ModifiedDate.Before(r.unproven)) {
		r.unproven = order.ModifiedDate
	}
	r.failures.judged(failing)
}

// ownRefusal reports whether an error belongs to the one order that was asked
// for, so that it stops none of the others.
func ownRefusal(err error) bool {
	return fulfillment.IsFault(err, fulfillment.FaultNotFound) || fulfillment.IsFault(err, fulfillment.FaultInvalid) ||
		fulfillment.IsFault(err, fulfillment.FaultConflict)
}

func stateInWords(c fulfillment.Cancellation) string {
	if c.Order.State == fulfillment.WarehouseShipped {
		return hasShipped
	}
	if c.Order.InProgress != "" {
		return "the warehouse is at work on it (" + c.Order.InProgress + ")"
	}
	return "the warehouse would not cancel it"
}
