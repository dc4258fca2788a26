// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"fmt"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// An order that another product delivered carries no identity of ours in the
// warehouse. Of the orders that were placed before spec.orders.adoptBefore such
// a one is recognised by what it says: exactly the number, the postal code, and
// every SKU and quantity. What is close to that and not equal is nobody's guess.

// movedOver returns the order in the warehouse that another product delivered
// for this one, or why that cannot be told; neither when the warehouse has none
// that it could be. The order is as it is to be sent, and none of those that
// were found has its identity.
func movedOver(order fulfillment.Order, found []fulfillment.WarehouseOrder) (match, undecided *fulfillment.WarehouseOrder, why string) {
	var candidates []fulfillment.WarehouseOrder
	for _, o := range found {
		// One that we delivered or adopted is another order of Order Manager. A
		// number alone proves no such thing: it may be the other product's own.
		_, numeric := identityOf(o)
		ours := numeric && o.RoutedTo != 0
		if !ours && o.Reference == order.Number && o.State != fulfillment.WarehouseCancelled {
			candidates = append(candidates, o)
		}
	}
	if len(candidates) == 0 {
		return nil, nil, ""
	}
	first := &candidates[0]
	switch {
	case len(candidates) > 1:
		return nil, first, fmt.Sprintf("the warehouse has %d orders under this number without an identity", len(candidates))
	case first.Identity != "":
		return nil, first, "the warehouse's order under this number carries another system's identity"
	case !sameText(order.ShipTo.PostalCode, first.ShipTo.PostalCode):
		return nil, first, "the warehouse's order under this number goes to another postal code"
	case !sameGoods(order, *first):
		return nil, first, "the warehouse's order under this number has other lines or quantities"
	}
	return first, nil, ""
}

// lookups looks sent orders up in the one query. Those that the warehouse did not
// know in the last run are asked for by their number too: somebody else may have
// delivered them.
func (r *shipmentConfirmation) lookups(orders []fulfillment.Order) []fulfillment.Lookup {
	return byNumberToo(r.config.Load, orders, func(order fulfillment.Order) bool {
		return r.config.Load.MayBeAdopted(order) || r.failures.shown[order.ID].Reason == fulfillment.ReasonUnknownInWarehouse
	})
}

// byNumberToo looks orders up by their identity, and some by their number as
// well, in the one query.
func byNumberToo(load orderload.Options, orders []fulfillment.Order, some func(fulfillment.Order) bool) []fulfillment.Lookup {
	lookups := byIdentity(orders)
	for i, order := range orders {
		if some(order) {
			sent, _ := load.AsSent(order)
			lookups[i].References = []string{sent.Number}
		}
	}
	return lookups
}

// decide is what to do with a waiting order. One that another product may have
// delivered is adopted or created, and never created while that is undecided.
func (r *orderDownload) decide(d *delivery, found []fulfillment.WarehouseOrder) action {
	order := d.order
	r.others.order(order, found)
	if ours, _ := splitByIdentity(order, found); len(ours) == 0 && r.config.Load.MayBeAdopted(order) {
		match, undecided, why := movedOver(order, found)
		switch {
		case undecided != nil:
			return report(order, undecided.ID, fulfillment.ReasonAmbiguous,
				why+"; give it the order's id there when it is this order, or close or rename it when it is not")
		case match != nil && match.State == fulfillment.WarehouseOpen:
			return action{kind: actionAdopt, found: *match}
		case match != nil:
			// What has left can be given no identity. ShipmentConfirmation
			// recognises it as this run did.
			return action{kind: actionMark, found: *match}
		}
	}
	return d.decide(found, r.env.Destination.Capabilities())
}

// adoptSent finds, for sent orders that the warehouse does not have under their
// identities, what another product delivered for them, and gives it the identity.
func (r *shipmentConfirmation) adoptSent(ctx context.Context, orders []fulfillment.Order, index foundIndex) error {
	matches := map[fulfillment.OrderID]fulfillment.WarehouseOrder{}
	claims := map[string]int{}
	for _, order := range orders {
		if order.State != fulfillment.StateSent || len(index.byIdentity[order.ID.String()]) > 0 {
			continue
		}
		sent, _ := r.config.Load.AsSent(order)
		foreign := r.others.order(sent, index.of(sent))
		if !r.config.Load.MayBeAdopted(order) {
			if foreign != nil {
				r.undecided[order.ID] = FailingOrder{ID: order.ID, Reference: sent.Number, WarehouseID: foreign.ID, Reason: fulfillment.ReasonUnknownInWarehouse,
					Message: "Order Manager calls the order sent, and the warehouse has one under its number that we did not create; switch off who did, and write the order's id into it there"}
			}
			continue
		}
		match, undecided, why := movedOver(sent, index.byReference[foldReference(sent.Number)])
		switch {
		case undecided != nil:
			r.undecided[order.ID] = FailingOrder{ID: order.ID, Reference: sent.Number, WarehouseID: undecided.ID, Reason: fulfillment.ReasonAmbiguous,
				Message: why + "; give it the order's id there when it is this order, or confirm the order in Order Manager"}
		case match != nil:
			matches[order.ID] = *match
			claims[match.ID]++
		}
	}
	var left []takenByContent
	for _, order := range orders {
		if match, ok := matches[order.ID]; ok && match.State == fulfillment.WarehouseShipped {
			sent, _ := r.config.Load.AsSent(order)
			left = append(left, takenByContent{raw: order, sent: sent, found: match})
		}
	}
	others, err := rivals(ctx, r.env.Source, r.config.Load, left)
	if err != nil {
		return err
	}
	for _, order := range orders {
		match, ok := matches[order.ID]
		if !ok {
			continue
		}
		if other, ok := others[order.ID]; ok {
			r.undecided[order.ID] = FailingOrder{ID: order.ID, Reference: match.Reference, WarehouseID: match.ID,
				Reason: fulfillment.ReasonAmbiguous, Message: rivalMessage(other)}
			continue
		}
		if by, taken := r.matched[match.ID]; claims[match.ID] > 1 || taken && by != order.ID {
			r.undecided[order.ID] = FailingOrder{ID: order.ID, Reference: match.Reference, WarehouseID: match.ID, Reason: fulfillment.ReasonAmbiguous,
				Message: "several orders could be the one that the warehouse has without an identity; give it the id of the right one there"}
			continue
		}
		r.matched[match.ID] = order.ID
		if match.State == fulfillment.WarehouseOpen {
			adopted, err := r.adopt(ctx, order, match)
			if err != nil {
				return err
			}
			match = adopted
		}
		index.byIdentity[order.ID.String()] = []fulfillment.WarehouseOrder{match}
	}
	return nil
}

// adopt gives an order in the warehouse the identity of a sent order. One that
// cannot be changed any more is watched as it is, and listed. One that somebody
// works at, be it this run itself, is watched as it is until the next look: to
// wait for it with another in hand could mean to wait for ever.
func (r *shipmentConfirmation) adopt(ctx context.Context, order fulfillment.Order, o fulfillment.WarehouseOrder) (fulfillment.WarehouseOrder, error) {
	unlock, locked := r.env.Coordination.TryLockOrder(order.ID)
	if !locked {
		return o, nil
	}
	defer unlock()
	sent, _ := r.config.Load.AsSent(order)
	adopted, err := r.env.Destination.AdoptOrder(ctx, o.ID, sent)
	fault, ok := fulfillment.AsFault(err)
	switch {
	case err == nil:
		r.counts.Adopted++
		return adopted, nil
	case ok && (ownRefusal(err) || fault.Uncertain || fault.Kind == fulfillment.FaultMalformed):
		r.undecided[order.ID] = FailingOrder{ID: order.ID, Reference: sent.Number, WarehouseID: o.ID,
			Reason: fulfillment.ReasonNotAdopted, Message: fault.Error()}
		return o, nil
	}
	return o, err
}

// movedCancelled finds what another product delivered for an order that was
// cancelled before anybody gave it its identity. The warehouse's order must be
// older than the cancellation, and no open order may have the number: else it may
// be that of an order that was entered anew.
func (r *orderCancelDownload) movedCancelled(ctx context.Context, order fulfillment.Order, index foundIndex) ([]fulfillment.WarehouseOrder, error) {
	if order.State != fulfillment.StateCancelled || !r.config.Load.MayBeAdopted(order) || !r.config.claims(order.WarehouseID) || acknowledged(order) {
		return nil, nil
	}
	sent, _ := r.config.Load.AsSent(order)
	match, undecided, why := movedOver(sent, index.byReference[foldReference(sent.Number)])
	if match != nil && !match.CreatedAt.Before(order.ModifiedDate) {
		undecided, why = match, "the warehouse's order under this number is younger than the cancellation"
	}
	if match != nil {
		// A note on the cancelled order makes it younger than the new one.
		anew, err := r.openUnder(ctx, sent.Number)
		if err != nil {
			return nil, err
		}
		if anew {
			undecided, why = match, "an open order in Order Manager has this number too"
		}
	}
	if undecided != nil {
		r.incident(FailingOrder{ID: order.ID, Reference: sent.Number, WarehouseID: undecided.ID, Reason: fulfillment.ReasonAmbiguous,
			Message: "cancelled in Order Manager, and " + why + "; cancel it there when it is this order, or acknowledge with the label " + AcknowledgedLabel})
		return nil, nil
	}
	if match == nil {
		return nil, nil
	}
	return slices.Clip([]fulfillment.WarehouseOrder{*match}), nil
}

// openUnder reports whether an open order goes by this number. All of them are
// read, once in a run that meets a cancelled order which nobody gave its identity.
func (r *orderCancelDownload) openUnder(ctx context.Context, number string) (bool, error) {
	if r.openNumbers == nil {
		open := newReading(r.env.Source.OpenOrders)
		for !open.done {
			if err := open.next(ctx); err != nil {
				return false, err
			}
		}
		r.openNumbers = map[string]bool{}
		for _, order := range open.orders {
			sent, _ := r.config.Load.AsSent(order)
			r.openNumbers[foldReference(sent.Number)] = true
		}
	}
	return r.openNumbers[foldReference(number)], nil
}
