// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

var _ Editor = (*paper)(nil)

// Readdress crosses the postal code out.
func (p *paper) Readdress(_ testing.TB, id, postalCode string) {
	p.change(func() { p.sheet(id).ShipTo.PostalCode = postalCode })
}

// paperContent is what a sheet says. There is one field for notes and none for
// how to ship.
func paperContent(identity string, to fulfillment.Address, lines []fulfillment.WarehouseLine) fulfillment.Content {
	var units []string
	for sku, quantity := range orderedUnits(lines) {
		units = append(units, sku+" "+strconv.FormatInt(int64(quantity), 10))
	}
	slices.Sort(units)
	return fulfillment.Content{
		fulfillment.Digest(identity, fulfillment.PartShipTo, to.Name, to.Line1, to.PostalCode),
		fulfillment.Digest(identity, fulfillment.PartLines, units...),
		fulfillment.Digest(identity, fulfillment.PartShipping),
		fulfillment.Digest(identity, fulfillment.PartNotes),
	}
}

// remember is what a sheet keeps of its delivery, where it is written in pencil.
func (p *paper) remember(s *sheet, order fulfillment.Order) fulfillment.Delivered {
	if !p.can.EditOrder {
		return fulfillment.Delivered{}
	}
	return fulfillment.Delivered{Said: order.Content, Taken: paperContent(s.Identity, s.ShipTo, s.Lines)}
}

func paperLines(lines []fulfillment.Line) []fulfillment.WarehouseLine {
	there := make([]fulfillment.WarehouseLine, 0, len(lines))
	for _, line := range lines {
		there = append(there, fulfillment.WarehouseLine{
			LineID: strconv.FormatInt(line.ID, 10), SKU: line.SKU, Ordered: fulfillment.Units(line.Quantity),
		})
	}
	return there
}

// update takes new parts of an order all at once, and what it is to remember.
func (p *paper) update(q question) (answer, *fulfillment.Fault) {
	s := p.sheet(q.ID)
	if s == nil {
		return answer{}, refuse(fulfillment.FaultNotFound, "")
	}
	for _, line := range q.Order.Lines {
		if _, known := p.onHand[line.SKU]; !known && slices.Contains(q.Parts, fulfillment.PartLines) {
			return answer{}, refuse(fulfillment.FaultInvalid, fulfillment.ReasonUnknownSKU)
		}
	}
	if slices.Contains(q.Parts, fulfillment.PartShipTo) {
		s.ShipTo = q.Order.ShipTo
	}
	if slices.Contains(q.Parts, fulfillment.PartLines) {
		s.Lines = paperLines(q.Order.Lines)
	}
	s.Delivered = q.Delivered
	p.touch(s)
	return answer{}, nil
}

func (d *paperDriver) Content(order fulfillment.Order) fulfillment.Content {
	return paperContent(order.ID.String(), order.ShipTo, paperLines(order.Lines))
}

func (d *paperDriver) UpdateOrder(ctx context.Context, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
	if !d.can.EditOrder {
		return fulfillment.Update{Outcome: fulfillment.UpdateNotSupported}, nil
	}
	read, err := d.ask(ctx, "read", question{ID: id})
	if err != nil {
		return fulfillment.Update{}, err
	}
	there, sent := read.Orders[0], d.Content(order)
	remembered := func(part fulfillment.Part) bool { return there.Delivered.Said.Equal(order.Content, part) }
	changed := func(part fulfillment.Part) bool {
		return !there.Content.Equal(there.Delivered.Taken, part) && !there.Content.Equal(sent, part)
	}
	switch {
	case !slices.ContainsFunc(parts, func(part fulfillment.Part) bool { return !remembered(part) }):
		return fulfillment.Update{Outcome: fulfillment.UpdateAlready, Order: there}, nil
	case there.State != fulfillment.WarehouseOpen, there.InProgress != "":
		return fulfillment.Update{Outcome: fulfillment.UpdateTooLate, Order: there}, nil
	case slices.ContainsFunc(parts, changed):
		return fulfillment.Update{Outcome: fulfillment.UpdateConflict, Order: there}, nil
	}
	delivered := there.Delivered
	for _, part := range parts {
		delivered.Said[part], delivered.Taken[part] = order.Content[part], sent[part]
	}
	_, asked := d.ask(ctx, "update", question{ID: id, Order: order, Parts: parts, Delivered: delivered})
	if asked != nil && !fulfillment.Uncertain(asked) {
		return fulfillment.Update{}, asked
	}
	if read, err = d.ask(ctx, "read", question{ID: id}); err != nil {
		return fulfillment.Update{}, err
	}
	if there = read.Orders[0]; there.Delivered != delivered {
		return fulfillment.Update{Outcome: fulfillment.UpdateUnknown, Order: there}, nil
	}
	return fulfillment.Update{Outcome: fulfillment.UpdateDone, Order: there}, nil
}

// updating stands in for the update.
func updating(update func(context.Context, *paper, *paperDriver, string, fulfillment.Order, []fulfillment.Part) (fulfillment.Update, error)) defect {
	return func(p *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, update: func(ctx context.Context, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
			return update(ctx, p, d, id, order, parts)
		}}
	}
}

// updateDefects are about changes of an order after its delivery.
var updateDefects = []planted{
	{"remembers nothing", []Row{RowRemembers}, reporting(func(o *fulfillment.WarehouseOrder) { o.Delivered = fulfillment.Delivered{} })},
	{"remembers what it says now", []Row{RowUpdateConflict}, reporting(func(o *fulfillment.WarehouseOrder) { o.Delivered.Taken = o.Content })},
	{"adopts without remembering", []Row{RowRemembers}, adopting(func(ctx context.Context, p *paper, d *paperDriver, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
		adopted, err := d.AdoptOrder(ctx, id, order)
		p.change(func() { p.sheet(id).Delivered = fulfillment.Delivered{} })
		return adopted, err
	})},
	{"claims to update", []Row{RowUpdate, RowUpdateLost}, updating(func(_ context.Context, _ *paper, _ *paperDriver, id string, _ fulfillment.Order, _ []fulfillment.Part) (fulfillment.Update, error) {
		return fulfillment.Update{Outcome: fulfillment.UpdateDone, Order: fulfillment.WarehouseOrder{ID: id}}, nil
	})},
	{"updates one part of two", []Row{RowUpdate, RowUpdateLost}, updating(func(ctx context.Context, _ *paper, d *paperDriver, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
		return d.UpdateOrder(ctx, id, order, parts[:1])
	})},
	{"updates once more", []Row{RowUpdate}, updating(func(ctx context.Context, _ *paper, d *paperDriver, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
		update, err := d.UpdateOrder(ctx, id, order, parts)
		if update.Outcome == fulfillment.UpdateAlready {
			_, err = d.ask(ctx, "update", question{ID: id, Order: order, Parts: parts, Delivered: update.Order.Delivered})
		}
		return update, err
	})},
	{"takes an answer to an update for a proof", []Row{RowUpdateLost}, updating(func(ctx context.Context, _ *paper, d *paperDriver, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
		update, err := d.UpdateOrder(ctx, id, order, parts)
		if err == nil && update.Outcome == fulfillment.UpdateUnknown {
			update.Outcome = fulfillment.UpdateDone
		}
		return update, err
	})},
	{"updates whatever the warehouse changed", []Row{RowUpdateConflict}, updating(anyway(fulfillment.UpdateConflict))},
	{"updates whatever the state", []Row{RowUpdateTooLate}, updating(anyway(fulfillment.UpdateTooLate))},
	{"updates what it can", []Row{RowUpdateRefused}, updating(func(ctx context.Context, _ *paper, d *paperDriver, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
		update, err := d.UpdateOrder(ctx, id, order, parts)
		if fulfillment.IsFault(err, fulfillment.FaultInvalid) {
			order.Lines = order.Lines[:1]
			return d.UpdateOrder(ctx, id, order, parts)
		}
		return update, err
	})},
}

// anyway writes what a good driver leaves alone for this outcome.
func anyway(outcome fulfillment.UpdateOutcome) func(context.Context, *paper, *paperDriver, string, fulfillment.Order, []fulfillment.Part) (fulfillment.Update, error) {
	return func(ctx context.Context, _ *paper, d *paperDriver, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
		update, err := d.UpdateOrder(ctx, id, order, parts)
		if err != nil || update.Outcome != outcome {
			return update, err
		}
		delivered := fulfillment.Delivered{Said: order.Content, Taken: d.Content(order)}
		_, err = d.ask(ctx, "update", question{ID: id, Order: order, Parts: parts, Delivered: delivered})
		return update, err
	}
}
