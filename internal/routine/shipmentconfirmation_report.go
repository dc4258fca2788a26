// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"

	"ordersync.dev/operator/internal/fulfillment"
)

// report reports one batch of shipments and books what became of each.
func (r *shipmentConfirmation) report(ctx context.Context, orders []fulfillment.Order, shipments []fulfillment.Shipment) error {
	// A confirmation moves the figures that a stock write is computed from.
	r.env.Coordination.stock.RLock()
	defer r.env.Coordination.stock.RUnlock()
	return r.reportLocked(ctx, orders, shipments)
}

// isolate finds the shipments for which a whole batch was refused: one bad
// shipment stops none of the others.
func (r *shipmentConfirmation) isolate(ctx context.Context, orders []fulfillment.Order, shipments []fulfillment.Shipment, refusal error) error {
	if len(orders) == 1 {
		r.fail(orders[0], fulfillment.ReasonConfirmationRefused, refusal.Error(), "")
		return nil
	}
	half := len(orders) / 2
	if err := r.reportLocked(ctx, orders[:half], shipments[:half]); err != nil {
		return err
	}
	return r.reportLocked(ctx, orders[half:], shipments[half:])
}

func (r *shipmentConfirmation) reportLocked(ctx context.Context, orders []fulfillment.Order, shipments []fulfillment.Shipment) error {
	for _, order := range orders {
		r.env.Coordination.Touch(r.env.Now(), r.touched(order))
		r.reported[order.ID] = true
		r.record.tell(order.ID)
	}
	results, err := r.env.Source.ConfirmShipments(ctx, shipments, r.config.Options)
	if err != nil && !fulfillment.Uncertain(err) {
		for _, order := range orders {
			delete(r.reported, order.ID) // it was not taken
			r.record.untold(order.ID)
		}
		if !fulfillment.IsFault(err, fulfillment.FaultInvalid) && !fulfillment.IsFault(err, fulfillment.FaultConflict) {
			return err
		}
		return r.isolate(ctx, orders, shipments, err)
	}
	outcomes := map[fulfillment.OrderID]fulfillment.ShipmentResult{}
	for _, result := range results {
		outcomes[result.OrderID] = result
	}
	var unproven []fulfillment.Order
	for _, order := range orders {
		result, answered := outcomes[order.ID]
		switch {
		case answered && result.Outcome == fulfillment.ShipmentConfirmed:
			r.confirmed(order)
		case answered && result.Outcome == fulfillment.ShipmentRefused:
			r.record.settle(order.ID, r.env.Now())
			r.fail(order, fulfillment.ReasonConfirmationRefused, "Order Manager would not take the shipment", result.Code)
		default:
			unproven = append(unproven, order)
		}
	}
	if lookErr := r.lookInto(ctx, unproven, err == nil); lookErr != nil {
		return lookErr
	}
	return err
}

// lookInto reads the orders whose confirmation was not proven. Nothing is
// repeated in this run: the next attempt starts from a fresh look as well.
func (r *shipmentConfirmation) lookInto(ctx context.Context, unproven []fulfillment.Order, answered bool) error {
	if len(unproven) == 0 {
		return nil
	}
	orders, err := r.env.Source.OrdersByID(ctx, idsOf(unproven))
	if err != nil {
		// They were reported and nothing is known: remember when, so that no
		// repeat follows on the heels of this one.
		for _, order := range unproven {
			r.fail(order, fulfillment.ReasonOutcomeUnknown, "Order Manager's answer was lost; the order is read before the shipment is reported again", "")
		}
		return err
	}
	shipped := map[fulfillment.OrderID]bool{}
	for _, order := range orders {
		shipped[order.ID] = order.State == fulfillment.StateShipped
	}
	for _, order := range unproven {
		switch {
		case shipped[order.ID]:
			r.confirmed(order)
		case answered:
			r.fail(order, fulfillment.ReasonConfirmationPending, "Order Manager has taken the shipment and not yet booked it; the order is read before it is reported again", "")
		default:
			r.fail(order, fulfillment.ReasonOutcomeUnknown, "Order Manager's answer was lost; the order is read before the shipment is reported again", "")
		}
	}
	return nil
}
