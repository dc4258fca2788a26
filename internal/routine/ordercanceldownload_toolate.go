// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// shippedOverlap is how far the walk over shipped orders reaches back before
// the last comparison. Until its shipment is confirmed an order can still be
// routed elsewhere, so the moment at which it shipped was too early a look.
const shippedOverlap = time.Hour

const hasShipped = "the warehouse has shipped it"

// compareShipped compares what shipped lately with Order Manager, a hundred
// orders at a time: one that was routed elsewhere and left before anybody
// could cancel it is in no list of cancelled orders and no longer open.
func (r *orderCancelDownload) compareShipped(ctx context.Context) error {
	if len(r.shipped) == 0 {
		return r.listShipped(ctx)
	}
	page := r.shipped[:min(len(r.shipped), fulfillment.PageSize)]
	byID, err := r.inOrderManager(ctx, page)
	if err != nil {
		return err
	}
	var left []fulfillment.OrderID
	for _, o := range page {
		r.counts.Read++
		id, _ := identityOf(o)
		order, known := byID[id]
		if !known || r.done[id] || acknowledged(order) {
			continue
		}
		failing := FailingOrder{ID: id, Reference: o.Reference, WarehouseID: o.ID}
		switch r.wish(order, o) {
		case wishCancel:
			away, err := r.splitAway(ctx, order, o)
			if err != nil {
				return err
			}
			if !away {
				r.tooLate(failing, order, hasShipped)
			}
		case wishUnclear:
			r.unclear(failing)
		case wishShip:
			if r.unmarked(order) {
				left = append(left, id)
			}
		case wishWait, wishClosed:
		}
	}
	if err := r.markLeft(ctx, left); err != nil {
		return err
	}
	r.shipped = r.shipped[len(page):]
	return nil
}

// listShipped reads the next page of what closed since the last comparison.
// Without any memory, and when a person asked for it, it goes as far back as an
// incident stays listed.
func (r *orderCancelDownload) listShipped(ctx context.Context) error {
	nowhereElse := len(r.config.WarehouseIDs) == 0
	if r.closedRead || nowhereElse || !r.env.Destination.Capabilities().IncrementalShipments {
		r.stage = cancelHere
		return nil
	}
	since := r.lookBack()
	if last := r.env.Memory.LastFullComparison; !r.env.Memory.Whole && last.Add(-shippedOverlap).After(since) {
		since = last.Add(-shippedOverlap)
	}
	orders, next, err := r.env.Destination.ClosedSince(ctx, since, r.closedAfter)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if leftSince(o, r.lookBack()) {
			r.shipped = append(r.shipped, o)
		}
	}
	r.closedAfter, r.closedRead = next, next == ""
	return nil
}

// leftSince reports whether an order of ours left the warehouse since then. The
// warehouse may touch an order long after it left: that is no news.
func leftSince(o fulfillment.WarehouseOrder, since time.Time) bool {
	_, ours := identityOf(o)
	return ours && o.State == fulfillment.WarehouseShipped && (o.ShippedAt.IsZero() || !o.ShippedAt.Before(since))
}

// stillTwice keeps an incident listed that the other warehouse's own shipment
// does not settle: then two parcels are on their way. It is settled when Order
// Manager knows the shipment from here.
func (r *orderCancelDownload) stillTwice(order fulfillment.Order, o fulfillment.WarehouseOrder) {
	if o.State != fulfillment.WarehouseShipped || !r.elsewhere(order) || acknowledged(order) {
		return
	}
	failing := FailingOrder{ID: order.ID, Reference: o.Reference, WarehouseID: o.ID}
	switch r.wish(order, o) {
	case wishUnclear:
		r.unclear(failing)
	case wishClosed:
		ours := slices.ContainsFunc(o.Tracking, func(number string) bool { return containsFold(order.Tracking, number) })
		if !ours && r.leftFor(order, o) {
			r.tooLate(failing, order, hasShipped)
		}
	case wishShip, wishWait, wishCancel:
	}
}

// tooLate lists an order that the warehouse ships although it is not wanted
// from there. It stays listed until it is settled.
func (r *orderCancelDownload) tooLate(failing FailingOrder, order fulfillment.Order, state string) {
	if state == hasShipped && acknowledged(order) {
		return
	}
	failing.Reason = fulfillment.ReasonTooLate
	switch {
	case r.stopped(order):
		failing.Reason = fulfillment.ReasonHeldButSent
		failing.Message = "a label keeps the order back, but it had been sent and " + state + "; call the warehouse, or remove the label and it is marked as sent"
	case order.State == fulfillment.StateCancelled:
		failing.Message = "cancelled in Order Manager, but " + state + "; stop the parcel with the warehouse or restore the order, or acknowledge with the label " + AcknowledgedLabel
	default:
		failing.Message = "routed to another warehouse in Order Manager, but " + state + "; stop one of the two parcels or route the order back, or acknowledge with the label " + AcknowledgedLabel
	}
	r.incident(failing)
}

// acknowledged reports whether a user says that an incident of the order is settled.
func acknowledged(order fulfillment.Order) bool {
	return orderload.HasLabel(order, AcknowledgedLabel)
}

// toldBefore reports whether an earlier run listed that an order could not be
// cancelled. Only then a label can mean that: one that was put on for another
// incident says nothing of a later cancellation.
func (r *orderCancelDownload) toldBefore(id fulfillment.OrderID) bool {
	since, known := r.failures.since[id]
	shown := r.failures.shown[id].Reason
	return known && !inWordsAlone(r.failures.causes[id]) && !since.Equal(r.started) && shown != fulfillment.ReasonEditRefused || shown == fulfillment.ReasonTooLate
}

// settledByLabel remembers such an order for as long as the warehouse holds it
// open, without a word: the user may have decided that it is to leave from here.
func (r *orderCancelDownload) settledByLabel(id fulfillment.OrderID) {
	r.unsettled[id] = true
	r.failures.since[id] = r.failures.firstSeen(id)
	r.failures.remembered[id] = true
}

// unclear lists a shipped order of which nobody knows whether it was wanted from here.
func (r *orderCancelDownload) unclear(failing FailingOrder) {
	failing.Reason = fulfillment.ReasonRoutedElsewhere
	failing.Message = "the order shipped from here and is routed to another warehouse in Order Manager, and does not say which one it was delivered for; see that it is not shipped twice, or acknowledge with the label " + AcknowledgedLabel
	r.incident(failing)
}

// incident lists an order until it is settled: it is remembered, and looked at
// again in every run.
func (r *orderCancelDownload) incident(failing FailingOrder) {
	r.unsettled[failing.ID] = true
	r.failures.disregard(failing.ID)
	r.failures.incident(failing)
}

// unanswered keeps an order listed that Order Manager's answer left out: that
// settles nothing.
func (r *orderCancelDownload) unanswered(id fulfillment.OrderID) {
	since := r.failures.firstSeen(id)
	if r.started.Sub(since) > settledAfter {
		return
	}
	r.failures.since[id] = since
	r.failures.waits(id, r.failures.shown[id].Reference)
}
