// SPDX-License-Identifier: Apache-2.0

package vendureworld

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"ordersync.dev/operator/internal/simulator/books"
)

// Books asks Vendure's own database what the shop has, over its admin API as
// its own administrator, and compares it with Order Manager's books.
func (s *Shop) Books(ctx context.Context) (books.Result, error) {
	return s.BooksWith(ctx, s.BooksOptions())
}

// BooksOptions are what Books compares by, for a test that wants to change some.
func (s *Shop) BooksOptions() books.Options {
	options := s.world.Simulators.BooksOptions()
	options.OrderManagerWarehouseID = s.WarehouseID
	options.Excluded = s.Excluded
	return options
}

// BooksWith compares both sides as they are now, by other options.
func (s *Shop) BooksWith(ctx context.Context, options books.Options) (books.Result, error) {
	there, err := s.Warehouse(ctx)
	if err != nil {
		return books.Result{}, err
	}
	return books.Compare(s.world.OrderManager.Snapshot(), there, options), nil
}

// Warehouse is what Vendure's books say of the shop.
func (s *Shop) Warehouse(ctx context.Context) (books.Warehouse, error) {
	warehouse := books.Warehouse{Stock: map[string]books.Quantity{}}
	orders, err := s.Orders(ctx)
	if err != nil {
		return warehouse, err
	}
	type numbered struct {
		number int64
		books.Event
	}
	var events []numbered
	for _, order := range orders {
		if !order.Placed {
			continue
		}
		warehouse.Orders = append(warehouse.Orders, order.book())
		for _, e := range order.history {
			event := books.Event{OnRequest: e.by == s.Username, OrderID: order.ID, Identity: order.Identity}
			switch {
			case e.kind == "ORDER_CANCELLATION" || e.kind == "ORDER_MODIFIED":
				event.Kind = books.Changed
			case e.kind != "ORDER_STATE_TRANSITION":
				continue
			case e.to == "PaymentSettled" || e.to == "PaymentAuthorized":
				event.Kind = books.Created
			case e.to == "Cancelled":
				event.Kind = books.CancelledThere
			default:
				continue
			}
			events = append(events, numbered{e.number, event})
		}
	}
	slices.SortFunc(events, func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	for _, event := range events {
		warehouse.Events = append(warehouse.Events, event.Event)
	}
	stock, err := s.host.Server.Stock(ctx)
	if err != nil {
		return warehouse, err
	}
	for sku, level := range stock[s.Location] {
		warehouse.Stock[sku] = books.Units(level.Available())
	}
	return warehouse, nil
}

// book is the order in no system's own words.
func (o Order) book() books.WarehouseOrder {
	order := books.WarehouseOrder{ID: o.ID, Identity: o.Identity, Reference: o.Reference, InProgress: o.InProgress, State: books.Shipped}
	var anything bool
	for _, line := range o.Lines {
		left, _ := o.shipped(line.ID)
		anything = anything || left > 0
		// A cancellation lowers the quantity, down to nothing when all is cancelled.
		ordered := line.Placed
		if o.open() {
			ordered = line.Quantity
		}
		order.Lines = append(order.Lines, books.WarehouseLine{SKU: line.ProductVariant.SKU, Ordered: books.Units(ordered), Shipped: books.Units(left)})
	}
	switch {
	case o.open():
		order.State = books.Open
	case o.State == "Cancelled" && !anything:
		order.State = books.Cancelled
	}
	for _, fulfillment := range o.Fulfillments {
		if (fulfillment.State == "Shipped" || fulfillment.State == "Delivered") && !slices.Contains(order.Tracking, fulfillment.TrackingCode) {
			order.Tracking = append(order.Tracking, fulfillment.TrackingCode)
		}
	}
	return order
}

// Allocations compares what Vendure has set aside at the shop's location with
// the units that its placed orders still ask for, and returns one line for each
// SKU that differs.
func (s *Shop) Allocations(ctx context.Context) ([]string, error) {
	orders, err := s.Orders(ctx)
	if err != nil {
		return nil, err
	}
	wanted := map[string]int64{}
	for _, order := range orders {
		if !order.Placed || order.State == "Cancelled" {
			continue
		}
		for _, line := range order.Lines {
			_, packed := order.shipped(line.ID)
			wanted[line.ProductVariant.SKU] += line.Quantity - packed
		}
	}
	stock, err := s.host.Server.Stock(ctx)
	if err != nil {
		return nil, err
	}
	levels := stock[s.Location]
	var lines []string
	for _, sku := range slices.Sorted(maps.Keys(levels)) {
		if levels[sku].Allocated != wanted[sku] {
			lines = append(lines, fmt.Sprintf("%s: %d allocated, open orders ask for %d", sku, levels[sku].Allocated, wanted[sku]))
		}
	}
	return lines, nil
}
