// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"net/http"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

const updateOperation = "update an order"

// UpdateOrder writes parts of an order anew. What the order remembers of its
// delivery goes in the same request, so that it tells afterwards whether the
// request took effect: an answer that was lost is settled by a reading, now or
// in a later run, and never by a second write.
//
// Nothing is written to an order on which work has begun, be it only that its
// pick ticket was printed: the service may take it, and the paper says
// something else.
func (d *Driver) UpdateOrder(ctx context.Context, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
	if _, ok := parseID(id); !ok {
		return fulfillment.Update{}, &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: updateOperation, Hint: "the id is not one of this system",
		}
	}
	var last fulfillment.WarehouseOrder
	for range maxCancelTries {
		whole, err := d.readWhole(ctx, updateOperation, id)
		if err != nil {
			return fulfillment.Update{}, err
		}
		last = whole.order
		if update, err := d.judgeUpdate(whole, order, parts); err != nil || update.Outcome != "" {
			return update, err
		}
		update, changed, err := d.askToUpdate(ctx, whole, order, parts)
		if !changed {
			return update, err
		}
	}
	return fulfillment.Update{Outcome: fulfillment.UpdateUnknown, Order: last, Detail: detailChanging}, nil
}

// judgeUpdate returns the outcome that is decided without a write; an empty one
// when the parts are to be written.
func (d *Driver) judgeUpdate(whole wholeOrder, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
	there := whole.order
	if there.Identity != order.ID.String() {
		fault := d.client.Fault(whole.request, whole.response, fulfillment.FaultConflict)
		fault.Hint = "the order is somebody else's"
		return fulfillment.Update{}, fault
	}
	sent := d.Content(order)
	conflicts := func(part fulfillment.Part) bool {
		return !there.Content.Equal(there.Delivered.Taken, part) && !there.Content.Equal(sent, part)
	}
	switch {
	case remembers(there, order, parts):
		return fulfillment.Update{Outcome: fulfillment.UpdateAlready, Order: there}, nil
	case settled(whole.readAnswer, fulfillment.CancelAlready) != "" || there.InProgress != "":
		return fulfillment.Update{Outcome: fulfillment.UpdateTooLate, Order: there}, nil
	case there.Delivered.IsZero() || slices.ContainsFunc(parts, conflicts):
		return fulfillment.Update{Outcome: fulfillment.UpdateConflict, Order: there}, nil
	case whole.etag == "":
		return fulfillment.Update{}, d.malformed(whole.request, whole.response, "it has no ETag, without which no order can be changed")
	}
	if fault := unmet(order, there.Reference); fault != nil {
		fault.Operation = updateOperation
		return fulfillment.Update{}, fault
	}
	return fulfillment.Update{}, nil
}

// remembers reports whether the order remembers that it was told what Order Manager
// says now in these parts.
func remembers(there fulfillment.WarehouseOrder, order fulfillment.Order, parts []fulfillment.Part) bool {
	return !there.Delivered.IsZero() && !slices.ContainsFunc(parts, func(part fulfillment.Part) bool {
		return !there.Delivered.Said.Equal(order.Content, part)
	})
}

// askToUpdate sends the order with its new parts and reads it back. changed
// says that the order was changed since it was read, so that nothing was done.
func (d *Driver) askToUpdate(ctx context.Context, whole wholeOrder, order fulfillment.Order, parts []fulfillment.Part) (update fulfillment.Update, changed bool, err error) {
	if err := d.renew(whole, order, parts); err != nil {
		return update, false, d.malformed(whole.request, whole.response, "the order's members cannot be changed")
	}
	response, err := d.writeBack(ctx, updateOperation, whole)
	if response.Status == http.StatusPreconditionFailed {
		return update, true, nil
	}
	var refusal string
	if fault, ok := fulfillment.AsFault(err); err != nil && !fulfillment.Uncertain(err) {
		if refusal = refusedOperation(response); refusal == "" {
			if response.Status == http.StatusPreconditionRequired {
				err = refinedCancellation(err, response)
			} else if ok && response.Status != 0 {
				err = refinedCreation(fault, response, order)
			}
			return update, false, lacking(err, writingRoles)
		}
	}
	read, readErr := d.readOrder(ctx, whole.order.ID)
	if readErr != nil {
		return fulfillment.Update{Outcome: fulfillment.UpdateUnknown, Detail: refusal}, false, unproven(readErr, refusal)
	}
	update = fulfillment.Update{Outcome: fulfillment.UpdateUnknown, Order: read.order, Detail: refusal}
	switch {
	case remembers(read.order, order, parts) && slices.Contains(parts, fulfillment.PartLines) && !sameLines(read.order.Lines, order.Lines):
		return update, false, d.malformed(read.request, read.response, "reading the order back does not prove its orderItems")
	case remembers(read.order, order, parts):
		update.Outcome, update.Order = fulfillment.UpdateDone, d.rememberTaken(ctx, read.order, parts)
	case slices.Contains(operationCodes, refusal):
		update.Outcome = fulfillment.UpdateTooLate
	}
	return update, false, nil
}

// renew writes the parts, and what the order is to remember, into what was read.
func (d *Driver) renew(whole wholeOrder, order fulfillment.Order, parts []fulfillment.Part) error {
	document := d.newOrder(order, whole.order.Reference)
	sent, delivered := d.Content(order), whole.order.Delivered
	notes := slices.Contains(parts, fulfillment.PartNotes)
	for _, part := range parts {
		delivered.Said[part], delivered.Taken[part] = order.Content[part], sent[part]
		if err := whole.write(part, document, notes); err != nil {
			return err
		}
	}
	return whole.set("savedElements", withDelivered(whole.document.SavedElements, delivered))
}

// rememberTaken corrects what an order remembers of the warehouse's side in
// parts that were just written, where the warehouse took them in its own way: a
// telephone number without its hyphens is not an edit. The other parts stay: a
// difference there is the warehouse's own. Without it such an order's next edit
// is reported and not written, so a failure is no more than that.
func (d *Driver) rememberTaken(ctx context.Context, order fulfillment.WarehouseOrder, parts []fulfillment.Part) fulfillment.WarehouseOrder {
	if order.Delivered.IsZero() || taken(order, parts) {
		return order
	}
	whole, err := d.readWhole(ctx, updateOperation, order.ID)
	if err != nil || whole.order.Identity != order.Identity || whole.order.Delivered != order.Delivered ||
		taken(whole.order, parts) || whole.order.State != fulfillment.WarehouseOpen || whole.etag == "" {
		return order
	}
	delivered := whole.order.Delivered
	for _, part := range parts {
		delivered.Taken[part] = whole.order.Content[part]
	}
	if whole.set("savedElements", withDelivered(whole.document.SavedElements, delivered)) != nil {
		return order
	}
	if _, err := d.writeBack(ctx, updateOperation, whole); err == nil {
		order.Delivered, order.Content = delivered, whole.order.Content
	}
	return order
}

// taken reports whether the order says in these parts what it remembers that
// the warehouse took.
func taken(order fulfillment.WarehouseOrder, parts []fulfillment.Part) bool {
	return !slices.ContainsFunc(parts, func(part fulfillment.Part) bool { return !order.Content.Equal(order.Delivered.Taken, part) })
}
