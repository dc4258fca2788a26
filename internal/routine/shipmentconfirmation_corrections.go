// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// firstCorrections is how far the first look for corrected tracking numbers
// reaches back; each later one reaches back to the one before.
const firstCorrections = 24 * time.Hour

// corrections is the look, at the end of a run, for tracking numbers that the
// warehouse corrected after Order Manager was told.
type corrections struct {
	begun, closedRead bool
	since             time.Time
	closedAfter       string
	// remembered are orders that earlier runs listed, judged those that this one has seen.
	remembered []fulfillment.OrderID
	judged     map[fulfillment.OrderID]bool
}

// correct looks once more at what earlier runs listed, and at what the warehouse
// changed of closed orders since the last run.
func (r *shipmentConfirmation) correct(ctx context.Context, check Checkpoint) error {
	if !r.env.Destination.Capabilities().IncrementalShipments {
		return nil
	}
	c := &r.corrections
	if !c.begun {
		r.beginCorrections()
	}
	for len(c.remembered) > 0 || !c.closedRead {
		if err := check(ctx, r.progress()); err != nil {
			return err
		}
		if n := min(len(c.remembered), fulfillment.PageSize); n > 0 {
			if err := r.correctOrders(ctx, c.remembered[:n], nil); err != nil {
				return err
			}
			c.remembered = c.remembered[n:]
			continue
		}
		closed, next, err := r.env.Destination.ClosedSince(ctx, c.since, c.closedAfter)
		if err != nil {
			return err
		}
		numbers := map[fulfillment.OrderID][]string{}
		for _, o := range closed {
			if id, _ := identityOf(o); leftSince(o, r.started.Add(-settledAfter)) && len(o.Tracking) > 0 {
				numbers[id] = append(numbers[id], o.Tracking...)
			}
		}
		for page := range slices.Chunk(slices.Sorted(maps.Keys(numbers)), fulfillment.PageSize) {
			if err := r.correctOrders(ctx, page, numbers); err != nil {
				return err
			}
		}
		c.closedAfter, c.closedRead = next, next == ""
	}
	return nil
}

func (r *shipmentConfirmation) beginCorrections() {
	r.corrections.begun, r.corrections.judged = true, map[fulfillment.OrderID]bool{}
	r.corrections.since = r.started.Add(-firstCorrections)
	if last := r.env.Memory.LastFullComparison; !last.IsZero() {
		r.corrections.since = last.Add(-shippedOverlap)
	}
	if earliest := r.started.Add(-settledAfter); r.corrections.since.Before(earliest) {
		r.corrections.since = earliest
	}
	for id := range r.failures.since {
		if _, met := r.failures.found[id]; !met {
			r.corrections.remembered = append(r.corrections.remembered, id)
		}
	}
	slices.Sort(r.corrections.remembered)
}

// correctOrders compares orders that Order Manager calls shipped. With numbers,
// those of the warehouse, only the suspicious ones are read whole.
func (r *shipmentConfirmation) correctOrders(ctx context.Context, ids []fulfillment.OrderID, numbers map[fulfillment.OrderID][]string) error {
	orders, err := r.env.Source.OrdersByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, order := range orders {
		if order.State == fulfillment.StateShipped && knowsOneOf(order, numbers[order.ID]) {
			r.record.settle(order.ID, r.env.Now()) // whatever it was told shows
		}
	}
	suspicious := slices.DeleteFunc(orders, func(order fulfillment.Order) bool {
		settled := len(order.Related) == 0 && numbers != nil && knowsOneOf(order, numbers[order.ID])
		return settled || order.State == fulfillment.StateCancelled
	})
	if len(suspicious) == 0 {
		return nil
	}
	families, err := r.families(ctx, suspicious)
	if err != nil {
		return err
	}
	for _, f := range families {
		for _, order := range append([]fulfillment.Order{f.root}, f.children...) {
			if r.corrections.judged[order.ID] {
				continue
			}
			r.corrections.judged[order.ID] = true
			if parts := partsOf(order, []family{f}); r.tracksOther(order, parts) {
				if err := r.correctOne(ctx, order, parts); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// tracksOther reports whether Order Manager calls an order shipped under other
// numbers than the warehouse's. One that is shipped there without any was not
// reported by us: a person closed it, as the listing of a short one says.
func (r *shipmentConfirmation) tracksOther(order fulfillment.Order, parts []fulfillment.WarehouseOrder) bool {
	numbers := trackingOf(inState(parts, fulfillment.WarehouseShipped))
	return order.State == fulfillment.StateShipped && len(numbers) > 0 && len(order.Tracking) > 0 && !knowsOneOf(order, numbers) &&
		r.config.claims(order.WarehouseID) &&
		!slices.Contains(order.Labels, AcknowledgedLabel)
}

func knowsOneOf(order fulfillment.Order, numbers []string) bool {
	return slices.ContainsFunc(numbers, func(number string) bool { return containsFold(order.Tracking, number) })
}

// correctOne lists an order, or writes the number that the warehouse has now.
func (r *shipmentConfirmation) correctOne(ctx context.Context, order fulfillment.Order, parts []fulfillment.WarehouseOrder) error {
	differs := FailingOrder{ID: order.ID, Reference: order.Number, WarehouseID: inState(parts, fulfillment.WarehouseShipped)[0].ID, Reason: fulfillment.ReasonTrackingDiffers,
		Message: "the warehouse has another tracking number for the shipment than Order Manager; tell the buyer, and correct it in Order Manager or acknowledge with the label " + AcknowledgedLabel}
	if !r.config.WriteCorrections {
		r.failures.incident(differs)
		return nil
	}
	if !r.writable(order.ID) {
		shown, known := r.failures.shown[order.ID]
		if !known {
			shown = differs
			shown.Reason, shown.Message = fulfillment.ReasonCorrectionPending, perhapsTold
		}
		r.failures.incident(shown)
		return nil
	}
	if _, waits := r.mayBeReported(order.ID); waits {
		differs.Reason, differs.Message = fulfillment.ReasonOutcomeUnknown, correctionLost
		r.failures.incident(differs)
		return nil
	}
	return r.writeCorrection(ctx, order, differs)
}

const correctionLost = "the warehouse has another tracking number for the shipment, and Order Manager's answer to it was lost; the order is read before it is reported again"

const askAgain = "the warehouse has another tracking number for the shipment, and Order Manager was told and does not show it; look at the order there, or ask again with the annotation ordersync.dev/retry.ShipmentConfirmation"

// perhapsTold is what is known of an order that is remembered and was not shown.
const perhapsTold = "the warehouse has another tracking number for the shipment, and whether Order Manager was told is not known; look at the order there, or ask again with the annotation ordersync.dev/retry.ShipmentConfirmation"

// writable reports whether the number may be written: it was not before, the
// answer was lost, or somebody asks for it. What was answered is never written
// again by itself: only the order shows what became of it.
func (r *shipmentConfirmation) writable(id fulfillment.OrderID) bool {
	if _, asked := r.failures.asked[id]; asked {
		return true
	}
	shown, known := r.failures.shown[id]
	_, before := r.failures.since[id]
	switch shown.Reason {
	case fulfillment.ReasonCorrectionPending, fulfillment.ReasonCorrectionRefused:
		return false
	case fulfillment.ReasonOutcomeUnknown:
		return r.failures.due(id)
	default:
		// What else is listed is of the time before Order Manager called the order
		// shipped. What is remembered and not shown may have been a correction.
		return known || !before
	}
}

// writeCorrection reads both sides once more, reports the number, and reads the
// order back. The buyer is never mailed a second time.
//
// ASSUMPTION (a second report of a shipped order). Order Manager may refuse it,
// add the number, put it in place of the first, make a second shipment of it, or
// take it and show nothing. Whichever it is, what was read back decides, and a
// report that was answered is not repeated.
func (r *shipmentConfirmation) writeCorrection(ctx context.Context, order fulfillment.Order, differs FailingOrder) error {
	defer r.env.Coordination.LockOrder(order.ID)()
	ids := []fulfillment.OrderID{order.ID}
	switch err := r.begin(ctx, ids); {
	case errors.Is(err, ErrRecordFull):
		r.failures.incident(differs)
		return nil
	case err != nil:
		return err
	}
	defer r.release(ids)
	orders, err := r.env.Source.OrdersByID(ctx, []fulfillment.OrderID{order.ID})
	if err != nil || len(orders) == 0 {
		return err
	}
	families, err := r.families(ctx, orders)
	if err != nil {
		return err
	}
	order = orders[0]
	parts := partsOf(order, families)
	if !r.tracksOther(order, parts) {
		return nil
	}
	verdict := r.withCarrier(order, judgeAnew(order, parts, r.config, r.env.Now()))
	if verdict.shipment == nil {
		r.failures.incident(differs) // a part is open, or its carrier is not known
		return nil
	}
	r.env.Coordination.stock.RLock()
	defer r.env.Coordination.stock.RUnlock()
	r.env.Coordination.Touch(r.env.Now(), order.Lines)
	r.record.tell(order.ID)
	results, writeErr := r.env.Source.ConfirmShipments(ctx, []fulfillment.Shipment{*verdict.shipment}, fulfillment.ShipmentOptions{UpdateChannel: r.config.Options.UpdateChannel})
	if r.env.Planning {
		return nil
	}
	if writeErr != nil && !fulfillment.Uncertain(writeErr) || refusedShipment(results) {
		r.record.untold(order.ID)
	}
	if writeErr != nil && !fulfillment.Uncertain(writeErr) && !ownRefusal(writeErr) {
		return writeErr
	}
	if orders, err = r.env.Source.OrdersByID(ctx, []fulfillment.OrderID{order.ID}); err == nil && len(orders) == 1 && knowsOneOf(orders[0], []string{verdict.shipment.Tracking}) {
		r.record.settle(order.ID, r.env.Now())
		r.failures.drop(order.ID)
		return nil
	}
	switch {
	case fulfillment.Uncertain(writeErr) || err != nil:
		differs.Reason, differs.Message = fulfillment.ReasonOutcomeUnknown, correctionLost
	case writeErr != nil || refusedShipment(results):
		differs.Reason = fulfillment.ReasonCorrectionRefused
		differs.Message = "the warehouse has another tracking number for the shipment, and Order Manager would not take it; correct it there, or ask again with the annotation ordersync.dev/retry.ShipmentConfirmation"
	default:
		differs.Reason, differs.Message = fulfillment.ReasonCorrectionPending, askAgain
	}
	r.failures.incident(differs)
	return err
}

func refusedShipment(results []fulfillment.ShipmentResult) bool {
	return len(results) == 1 && results[0].Outcome == fulfillment.ShipmentRefused
}

// judgeAnew judges an order as if nothing of it had been reported: what Order
// Manager has already is to be reported again.
func judgeAnew(order fulfillment.Order, parts []fulfillment.WarehouseOrder, config ShipmentConfirmationConfig, now time.Time) shipmentVerdict {
	judged := asSent(config.Load, order, parts)
	judged.Tracking, judged.ShipBy = nil, time.Time{}
	config.ExpectShippedWithin = 0
	// Whoever confirmed it as a whole knew how much had shipped.
	config.ConfirmShort = config.ConfirmShort || order.State == fulfillment.StateShipped
	return judgeShipment(judged, parts, config, now)
}
