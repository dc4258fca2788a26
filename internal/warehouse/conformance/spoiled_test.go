// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// spoiled is a good destination with a defect: the functions that are set
// stand in for its own.
type spoiled struct {
	fulfillment.Destination
	capabilities func() fulfillment.Capabilities
	find         func(context.Context, []fulfillment.Lookup) ([]fulfillment.WarehouseOrder, error)
	open         func(context.Context, string) ([]fulfillment.WarehouseOrder, string, error)
	create       func(context.Context, fulfillment.Order, string) (fulfillment.WarehouseOrder, error)
	adopt        func(context.Context, string, fulfillment.Order) (fulfillment.WarehouseOrder, error)
	update       func(context.Context, string, fulfillment.Order, []fulfillment.Part) (fulfillment.Update, error)
	cancel       func(context.Context, string) (fulfillment.Cancellation, error)
	stock        func(context.Context) (fulfillment.StockReport, error)
}

func (s *spoiled) Capabilities() fulfillment.Capabilities {
	if s.capabilities != nil {
		return s.capabilities()
	}
	return s.Destination.Capabilities()
}

func (s *spoiled) FindOrders(ctx context.Context, lookups []fulfillment.Lookup) ([]fulfillment.WarehouseOrder, error) {
	if s.find != nil {
		return s.find(ctx, lookups)
	}
	return s.Destination.FindOrders(ctx, lookups)
}

func (s *spoiled) WarehouseOpenOrders(ctx context.Context, after string) ([]fulfillment.WarehouseOrder, string, error) {
	if s.open != nil {
		return s.open(ctx, after)
	}
	return s.Destination.WarehouseOpenOrders(ctx, after)
}

func (s *spoiled) ClosedSince(ctx context.Context, since time.Time, after string) ([]fulfillment.WarehouseOrder, string, error) {
	return s.Destination.ClosedSince(ctx, since, after)
}

func (s *spoiled) CreateOrder(ctx context.Context, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
	if s.create != nil {
		return s.create(ctx, order, reference)
	}
	return s.Destination.CreateOrder(ctx, order, reference)
}

func (s *spoiled) AdoptOrder(ctx context.Context, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
	if s.adopt != nil {
		return s.adopt(ctx, id, order)
	}
	return s.Destination.AdoptOrder(ctx, id, order)
}

func (s *spoiled) UpdateOrder(ctx context.Context, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
	if s.update != nil {
		return s.update(ctx, id, order, parts)
	}
	return s.Destination.UpdateOrder(ctx, id, order, parts)
}

func (s *spoiled) CancelOrder(ctx context.Context, id string) (fulfillment.Cancellation, error) {
	if s.cancel != nil {
		return s.cancel(ctx, id)
	}
	return s.Destination.CancelOrder(ctx, id)
}

func (s *spoiled) Stock(ctx context.Context) (fulfillment.StockReport, error) {
	if s.stock != nil {
		return s.stock(ctx)
	}
	return s.Destination.Stock(ctx)
}

// defect makes a good destination a bad one.
type defect func(*paper, *paperDriver) fulfillment.Destination

// reporting changes each order that a look-up finds.
func reporting(change func(*fulfillment.WarehouseOrder)) defect {
	return func(_ *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, find: func(ctx context.Context, lookups []fulfillment.Lookup) ([]fulfillment.WarehouseOrder, error) {
			found, err := d.FindOrders(ctx, lookups)
			for i := range found {
				change(&found[i])
			}
			return found, err
		}}
	}
}

// finding changes what a look-up finds, or what is asked.
func finding(ask func([]fulfillment.Lookup) []fulfillment.Lookup, change func([]fulfillment.WarehouseOrder) []fulfillment.WarehouseOrder) defect {
	return func(_ *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, find: func(ctx context.Context, lookups []fulfillment.Lookup) ([]fulfillment.WarehouseOrder, error) {
			if ask != nil {
				lookups = ask(lookups)
			}
			found, err := d.FindOrders(ctx, lookups)
			if change != nil {
				found = change(found)
			}
			return found, err
		}}
	}
}

// creating stands in for the creation.
func creating(create func(context.Context, *paperDriver, fulfillment.Order, string) (fulfillment.WarehouseOrder, error)) defect {
	return func(_ *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, create: func(ctx context.Context, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
			return create(ctx, d, order, reference)
		}}
	}
}

// adopting stands in for the adoption.
func adopting(adopt func(context.Context, *paper, *paperDriver, string, fulfillment.Order) (fulfillment.WarehouseOrder, error)) defect {
	return func(p *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, adopt: func(ctx context.Context, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
			return adopt(ctx, p, d, id, order)
		}}
	}
}

// cancels changes the outcome of cancellations.
func cancels(change func(string, *fulfillment.Cancellation, error) error) defect {
	return func(_ *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, cancel: func(ctx context.Context, id string) (fulfillment.Cancellation, error) {
			c, err := d.CancelOrder(ctx, id)
			err = change(id, &c, err)
			return c, err
		}}
	}
}

// counting changes the report of stock.
func counting(change func(*paper, *fulfillment.StockReport)) defect {
	return func(p *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, stock: func(ctx context.Context) (fulfillment.StockReport, error) {
			report, err := d.Stock(ctx)
			change(p, &report)
			return report, err
		}}
	}
}

// askingAnyway sends the request to cancel whatever the order's state is, to a
// warehouse that does as it is told.
func askingAnyway(p *paper, d *paperDriver) fulfillment.Destination {
	p.cancelsAnything = true
	return &spoiled{Destination: d, cancel: func(ctx context.Context, id string) (fulfillment.Cancellation, error) {
		if _, err := d.ask(ctx, "cancel", question{ID: id}); err != nil {
			return fulfillment.Cancellation{}, err
		}
		read, err := d.ask(ctx, "read", question{ID: id})
		if err != nil {
			return fulfillment.Cancellation{}, err
		}
		return fulfillment.Cancellation{Outcome: fulfillment.CancelDone, Order: read.Orders[0]}, nil
	}}
}
