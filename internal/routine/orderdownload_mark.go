// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// LastMarkTime is how long the marks of a run that gives way may still take.
const LastMarkTime = 40 * time.Second

// flushBefore marks what is pending and then gives way with err.
func (r *orderDownload) flushBefore(ctx context.Context, err error) error {
	// The context may be over already; the marks are owed all the same. The
	// write gate still stops a process that may not write.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), LastMarkTime)
	defer cancel()
	if flushErr := r.flush(ctx); flushErr != nil && errors.Is(err, ErrInterrupted) {
		return flushErr
	}
	return err
}

// flush marks the pending orders as sent. Whatever happens, their locks are
// released: an order that could not be marked is found again by the next run.
func (r *orderDownload) flush(ctx context.Context) error {
	pending := r.pending
	r.pending = nil
	defer func() { unlock(pending) }()
	for len(pending) > 0 {
		n := min(len(pending), fulfillment.MarkBatch)
		if err := r.mark(ctx, pending[:n]); err != nil {
			for _, p := range pending {
				// If the run goes on after a pause, its next walk meets them again.
				r.waiting.again(p.order.ID)
			}
			return err
		}
		unlock(pending[:n])
		pending = pending[n:]
	}
	return nil
}

func unlock(pending []pendingMark) {
	for _, p := range pending {
		p.unlock()
	}
}

// mark marks a batch as sent, with one call when nothing stands in its way.
func (r *orderDownload) mark(ctx context.Context, batch []pendingMark) error {
	left, refusal, err := r.tryMark(ctx, batch)
	if err != nil || refusal == nil {
		return err
	}
	return r.isolate(ctx, left)
}

// tryMark marks orders with one call. They are read right before: a mark names
// the order and not the warehouse, so an order that was routed elsewhere since
// would be marked as sent there, and nobody would ever send it. When the call
// is refused as a whole, it returns why, and the orders that are not marked.
func (r *orderDownload) tryMark(ctx context.Context, batch []pendingMark) (left []pendingMark, refusal *fulfillment.Fault, err error) {
	var wanted []pendingMark
	for page := range slices.Chunk(batch, fulfillment.PageSize) {
		waiting, err := r.readBack(ctx, page)
		if err != nil {
			return nil, nil, err
		}
		wanted = append(wanted, waiting...)
	}
	if len(wanted) == 0 {
		return nil, nil, nil
	}
	ids := make([]fulfillment.OrderID, len(wanted))
	for i, p := range wanted {
		ids[i] = p.order.ID
		// Noted before the call: an answer may be lost after the effect.
		r.env.Coordination.Touch(r.env.Now(), slices.Concat(p.read.Lines, kitsAsSent(p.order, []fulfillment.WarehouseOrder{p.found}).Lines))
	}
	results, err := r.env.Source.MarkSent(ctx, ids)
	marked := map[fulfillment.OrderID]bool{}
	codes := map[fulfillment.OrderID]string{}
	for _, result := range results {
		marked[result.OrderID] = result.Marked
		codes[result.OrderID] = result.Code
	}
	unproven := slices.DeleteFunc(wanted, func(p pendingMark) bool {
		if marked[p.order.ID] {
			r.spoiled, r.marksWork = 0, true
			r.marked(p)
		}
		return marked[p.order.ID]
	})
	if fault, ok := fulfillment.AsFault(err); ok && ownRefusal(err) && !fault.Uncertain {
		return unproven, fault, nil
	}
	if err != nil && !fulfillment.Uncertain(err) {
		return nil, nil, err
	}
	return nil, nil, errors.Join(r.notMarked(ctx, unproven, codes), err)
}

// notMarked looks into orders whose mark was not proven, and reports those that
// still wait for it.
func (r *orderDownload) notMarked(ctx context.Context, unproven []pendingMark, codes map[fulfillment.OrderID]string) error {
	for page := range slices.Chunk(unproven, fulfillment.PageSize) {
		waiting, err := r.readBack(ctx, page)
		if err != nil {
			return err
		}
		for _, p := range waiting {
			message := "Order Manager would not mark the order as sent; the warehouse has it and the next run marks it again"
			if code := codes[p.order.ID]; code != "" {
				message += " [" + code + "]"
			}
			r.fail(FailingOrder{ID: p.order.ID, Reference: p.order.Number, WarehouseID: p.found.ID,
				Reason: fulfillment.ReasonMarkRefused, Message: message}, false)
		}
	}
	return nil
}

func (r *orderDownload) marked(p pendingMark) {
	r.counts.Marked++
	if r.env.Planning {
		r.waiting.stays(p.order.ID)
	}
	r.failures.dropUnlessFound(p.order.ID)
}

// readBack reads orders that the warehouse has. It returns those that still
// wait for their mark, and does what the others call for.
func (r *orderDownload) readBack(ctx context.Context, page []pendingMark) ([]pendingMark, error) {
	ids := make([]fulfillment.OrderID, len(page))
	for i, p := range page {
		ids[i] = p.order.ID
	}
	orders, err := r.env.Source.OrdersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	now := make(map[fulfillment.OrderID]fulfillment.Order, len(orders))
	for _, order := range orders {
		now[order.ID] = order
	}
	var waiting []pendingMark
	for _, p := range page {
		order, known := now[p.order.ID]
		if !known {
			r.failures.judged(FailingOrder{ID: p.order.ID, Reference: p.order.Number, WarehouseID: p.found.ID,
				Reason:  fulfillment.ReasonMissingInOrderManager,
				Message: "Order Manager does not know the order any more and the warehouse has it; look for a merge or a split"})
			continue
		}
		if order.State == fulfillment.StateWaiting && order.WarehouseID == p.order.WarehouseID && !stopped(order) {
			r.changed(p, order)
			waiting = append(waiting, p)
			continue
		}
		if err := r.resolveMark(ctx, p, order); err != nil {
			return nil, err
		}
	}
	return waiting, nil
}

// changed reports an order that a user changed while it was delivered. The
// warehouse has it as it was, so it is marked all the same.
func (r *orderDownload) changed(p pendingMark, now fulfillment.Order) {
	if reflect.DeepEqual(p.read.Lines, now.Lines) && p.read.ShipTo == now.ShipTo {
		return
	}
	r.failures.judged(FailingOrder{ID: p.order.ID, Reference: p.found.Reference, WarehouseID: p.found.ID, Reason: fulfillment.ReasonDiffers,
		Message: "lines or address were changed in Order Manager while the warehouse took the order; compare the two"})
}

// resolveMark does what an order calls for that no longer waits for its mark.
func (r *orderDownload) resolveMark(ctx context.Context, p pendingMark, now fulfillment.Order) error {
	routedElsewhere := now.WarehouseID != 0 && now.WarehouseID != p.order.WarehouseID
	switch {
	case now.State == fulfillment.StateCancelled || (routedElsewhere && now.State.Open()):
		return r.takeBack(ctx, p, fulfillment.ReasonTooLate,
			"Order Manager no longer wants this order from here and the warehouse will ship it all the same; call the warehouse")
	case stopped(now):
		return r.takeBack(ctx, p, fulfillment.ReasonHeldButSent,
			"a label keeps the order back and the warehouse will ship it all the same; call the warehouse, or remove the label")
	case now.State == fulfillment.StateHeld:
		return r.takeBack(ctx, p, fulfillment.ReasonHeldButSent,
			"the order is on hold in Order Manager and the warehouse will ship it all the same; release the hold or call the warehouse")
	case now.State == fulfillment.StateSent || now.State == fulfillment.StateShipped:
		r.marked(p)
	default:
		r.failures.judged(FailingOrder{ID: p.order.ID, Reference: p.order.Number, WarehouseID: p.found.ID,
			Reason:  fulfillment.ReasonNotWanted,
			Message: "the order is neither waiting nor sent in Order Manager and the warehouse has it; compare the two"})
	}
	return nil
}

// takeBack cancels an order in the warehouse that was delivered a moment ago
// and turned out not to be wanted.
func (r *orderDownload) takeBack(ctx context.Context, p pendingMark, reason, message string) error {
	// What was split off has shipped, and nothing else may be cancelled for it.
	if r.env.Destination.Capabilities().CancelOrder && !p.read.SplitOff() {
		cancellation, err := r.env.Destination.CancelOrder(ctx, p.found.ID)
		if err != nil && !ownRefusal(err) {
			return err
		}
		r.env.Coordination.Touch(r.env.Now(), slices.Concat(p.read.Lines, kitsAsSent(p.order, []fulfillment.WarehouseOrder{p.found}).Lines))
		if cancellation.Outcome == fulfillment.CancelDone || cancellation.Outcome == fulfillment.CancelAlready {
			r.counts.Cancelled++
			return nil
		}
	}
	r.failures.judged(FailingOrder{ID: p.order.ID, Reference: p.found.Reference, WarehouseID: p.found.ID, Reason: reason, Message: message})
	return nil
}
