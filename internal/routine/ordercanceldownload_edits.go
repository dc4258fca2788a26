// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"fmt"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// edits compares an order with the warehouse's.
func (r *orderCancelDownload) edits(order fulfillment.Order, o fulfillment.WarehouseOrder) edits {
	sent := asSent(r.config.Load, order, []fulfillment.WarehouseOrder{o})
	would := r.env.Destination.Content(sent)
	if partShipped(o) {
		// What is left of the lines is told by the shipment.
		would[fulfillment.PartLines] = ""
	}
	if to := order.ShipTo; to.Line1 == "" && to.PostalCode == "" {
		// Order Manager forgets buyers; nobody moves nowhere.
		would[fulfillment.PartShipTo] = ""
	}
	if strangeKit(order, o) {
		// What it would go out as is not known; it is not what is there.
		would[fulfillment.PartLines] = "?"
	}
	return editsOf(o.Delivered.Said, sent.Content, o.Delivered.Taken, o.Content, would)
}

// strangeKit reports whether an order holds a kit that the warehouse was not
// asked for, neither as its components nor under its own SKU: it came later.
func strangeKit(order fulfillment.Order, o fulfillment.WarehouseOrder) bool {
	parts := []fulfillment.WarehouseOrder{o}
	known := recipesOf(parts)
	return slices.ContainsFunc(order.Lines, func(line fulfillment.Line) bool {
		return line.Kit && !line.BrokenDown && len(known[line.ProductID]) == 0 && !asked(line.SKU, parts)
	})
}

// compareContent finds edits of an order that both sides want shipped. It costs
// no call: both orders were read for the comparison anyway. What is to be
// written is written when all comparing is done: cancellations come first.
func (r *orderCancelDownload) compareContent(order fulfillment.Order, o fulfillment.WarehouseOrder) {
	if o.State != fulfillment.WarehouseOpen || !r.config.claims(order.WarehouseID) || order.SplitOff() {
		return
	}
	if o.Delivered.IsZero() {
		r.compareDirectly(order, o)
		return
	}
	e := r.edits(order, o)
	if e.none() {
		return
	}
	if r.reportEdits(order, o, e) {
		return
	}
	o.ShipTo = fulfillment.Address{}
	r.edited = append(r.edited, editedOrder{id: order.ID, there: o})
}

// reportEdits lists an edited order that is not to be updated, and reports
// whether it did.
func (r *orderCancelDownload) reportEdits(order fulfillment.Order, o fulfillment.WarehouseOrder, e edits) bool {
	failing := FailingOrder{ID: order.ID, Reference: o.Reference, WarehouseID: o.ID}
	switch {
	case len(e.both) > 0:
		failing.Reason = fulfillment.ReasonEditedOnBothSides
		failing.Message = inWords(e.both) + " changed in Order Manager and in the warehouse after the delivery; compare the two and make them the same"
	case o.InProgress != "":
		failing.Reason = fulfillment.ReasonEditTooLate
		failing.Message = inWords(e.here) + " changed in Order Manager, but the warehouse is at work on the order (" + o.InProgress + "); call the warehouse, or take the change back"
	case slices.Contains(e.here, fulfillment.PartLines) && strangeKit(order, o):
		failing.Reason = fulfillment.ReasonEdited
		failing.Message = inWords(e.here) + " changed in Order Manager after the delivery, and the order has a kit that the warehouse was not asked for; change the warehouse's order too"
	case !r.config.UpdateEdits:
		failing.Reason = fulfillment.ReasonEdited
		failing.Message = inWords(e.here) + " changed in Order Manager after the delivery; change the warehouse's order too, or set spec.orders.edits to Update"
	case !r.env.Destination.Capabilities().EditOrder:
		failing.Reason = fulfillment.ReasonEdited
		failing.Message = inWords(e.here) + " changed in Order Manager after the delivery, and the warehouse system cannot change orders; call the warehouse"
	default:
		return false
	}
	r.failures.judged(failing)
	return true
}

// compareDirectly compares an order that remembers nothing of its delivery: an
// earlier version sent it, or the system has no place for it. Who changed what
// is not known, so it is reported at most, and only what is sure: another
// postal code, or more units of a SKU than Order Manager asks for. Fewer may be
// a part that was split off; another SKU, our own settings. One that does not
// say where it was routed to was entered by somebody else.
func (r *orderCancelDownload) compareDirectly(order fulfillment.Order, o fulfillment.WarehouseOrder) {
	if o.RoutedTo == 0 {
		return
	}
	sent := asSent(r.config.Load, order, []fulfillment.WarehouseOrder{o})
	var parts []fulfillment.Part
	if otherPostalCode(sent.ShipTo.PostalCode, o.ShipTo.PostalCode) {
		parts = append(parts, fulfillment.PartShipTo)
	}
	if !partShipped(o) && moreThere(sent, o) {
		parts = append(parts, fulfillment.PartLines)
	}
	if len(parts) == 0 {
		return
	}
	r.failures.judged(FailingOrder{ID: order.ID, Reference: o.Reference, WarehouseID: o.ID, Reason: fulfillment.ReasonDiffers,
		Message: "the warehouse's order has another " + inWords(parts) + " than Order Manager's; compare the two"})
}

// editedOrder is an order that is to be updated in the warehouse.
type editedOrder struct {
	id    fulfillment.OrderID
	there fulfillment.WarehouseOrder
}

// updateEdited updates the next edited order.
func (r *orderCancelDownload) updateEdited(ctx context.Context) error {
	if len(r.edited) == 0 {
		r.stage = cancelDone
		return nil
	}
	next := r.edited[0]
	r.edited = r.edited[1:]
	if !r.failures.due(next.id) {
		r.failures.waits(next.id, next.there.Reference)
		return nil
	}
	order, wanted, err := r.update(ctx, next)
	if err != nil || wanted {
		return err
	}
	// Cancelled, or routed elsewhere, since the comparison.
	return r.cancel(ctx, order, next.there)
}

// update reads an order right before its update and writes what it says now. It
// reports whether the order is still wanted from here.
func (r *orderCancelDownload) update(ctx context.Context, next editedOrder) (fulfillment.Order, bool, error) {
	unlock := r.env.Coordination.LockOrder(next.id)
	defer unlock()
	orders, err := r.env.Source.OrdersByID(ctx, []fulfillment.OrderID{next.id})
	if err != nil || len(orders) == 0 {
		return fulfillment.Order{}, true, err // the next comparison says that it is missing
	}
	order, o := orders[0], next.there
	if wish := r.wish(order, o); wish != wishShip {
		return order, wish != wishCancel, nil
	}
	e := r.edits(order, o)
	if e.none() || r.reportEdits(order, o, e) {
		return order, true, nil
	}
	failing := FailingOrder{ID: order.ID, Reference: o.Reference, WarehouseID: o.ID}
	if reason, message := r.unsendable(order); reason != "" {
		failing.Reason = fulfillment.ReasonEditRefused
		failing.Message = inWords(e.here) + " changed in Order Manager, and the order cannot be sent as it is now: " + reason + ", " + message
		r.failures.judged(failing)
		return order, true, nil
	}
	sent := asSent(r.config.Load, order, []fulfillment.WarehouseOrder{o})
	r.env.Coordination.Touch(r.env.Now(), slices.Concat(order.Lines, linesThere(o)))
	update, err := r.env.Destination.UpdateOrder(ctx, o.ID, sent, e.here)
	return order, true, r.bookUpdate(failing, e, update, err)
}

// unsendable returns why the order could not be sent as it is now; empty when it could.
func (r *orderCancelDownload) unsendable(order fulfillment.Order) (reason, message string) {
	load := r.config.Load
	load.PreBuiltKits = true // kits are what they were when they were sent
	verdict := load.Load(order, r.env.Now())
	if verdict.Decision == orderload.Refuse || len(verdict.Order.Lines) == 0 {
		return verdict.Reason, verdict.Message
	}
	return "", ""
}

func linesThere(o fulfillment.WarehouseOrder) []fulfillment.Line {
	lines := make([]fulfillment.Line, len(o.Lines))
	for i, line := range o.Lines {
		lines[i] = fulfillment.Line{SKU: line.SKU}
	}
	return lines
}

// bookUpdate books what became of an update.
func (r *orderCancelDownload) bookUpdate(failing FailingOrder, e edits, update fulfillment.Update, err error) error {
	fault, ok := fulfillment.AsFault(err)
	switch {
	case ok && (fault.Uncertain || fault.Kind == fulfillment.FaultMalformed):
		failing.Reason, failing.Message = fulfillment.ReasonEditUnknown, fault.Error()+"; the next run looks"
		r.failures.judged(failing)
		return nil
	case ok && ownRefusal(err):
		failing.Reason = fulfillment.ReasonEditRefused
		failing.Message = inWords(e.here) + " changed in Order Manager, and the warehouse refuses the change: " + fault.Error()
		r.failures.refused(failing)
		return nil
	case err != nil:
		return err
	}
	switch update.Outcome {
	case fulfillment.UpdateDone:
		r.counts.Updated++
		r.settleEdit(failing.ID)
	case fulfillment.UpdateAlready:
		r.settleEdit(failing.ID)
	case fulfillment.UpdateTooLate:
		failing.Reason = fulfillment.ReasonEditTooLate
		failing.Message = inWords(e.here) + " changed in Order Manager, but " + workInWords(update.Order) + "; call the warehouse, or take the change back"
		r.failures.judged(failing)
	case fulfillment.UpdateConflict:
		failing.Reason = fulfillment.ReasonEditedOnBothSides
		failing.Message = inWords(e.here) + " changed in Order Manager and in the warehouse after the delivery; compare the two and make them the same"
		r.failures.judged(failing)
	case fulfillment.UpdateNotSupported:
		failing.Reason = fulfillment.ReasonEdited
		failing.Message = inWords(e.here) + " changed in Order Manager after the delivery, and the warehouse system cannot change this order; call the warehouse"
		r.failures.judged(failing)
	case fulfillment.UpdateUnknown:
		failing.Reason = fulfillment.ReasonEditUnknown
		failing.Message = "the warehouse's answer proves neither that its order was changed nor that it was not; the next run looks"
		r.failures.judged(failing)
	}
	return nil
}

// settleEdit forgets an order that was updated, unless another part of it was not.
func (r *orderCancelDownload) settleEdit(id fulfillment.OrderID) {
	if _, found := r.failures.found[id]; !found {
		r.failures.drop(id)
	}
}

func workInWords(o fulfillment.WarehouseOrder) string {
	switch {
	case o.State == fulfillment.WarehouseShipped:
		return hasShipped
	case o.State == fulfillment.WarehouseCancelled:
		return "the warehouse has cancelled it"
	case o.InProgress != "":
		return fmt.Sprintf("the warehouse is at work on it (%s)", o.InProgress)
	}
	return "the warehouse would not change it"
}
