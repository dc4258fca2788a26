// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"
	"sync"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// planningDestination reads from a destination and writes nothing, in the
// manner of planningSource.
type planningDestination struct {
	destination fulfillment.Destination
	plan        *Plan

	mutex sync.Mutex
	// orders are those that were read, by the warehouse's id: a cancellation
	// names no more than that.
	orders map[string]fulfillment.WarehouseOrder
}

var _ fulfillment.Destination = (*planningDestination)(nil)

// Capabilities implements fulfillment.Destination.
func (d *planningDestination) Capabilities() fulfillment.Capabilities {
	return d.destination.Capabilities()
}

// FindOrders implements fulfillment.Destination.
func (d *planningDestination) FindOrders(ctx context.Context, lookups []fulfillment.Lookup) ([]fulfillment.WarehouseOrder, error) {
	found, err := d.destination.FindOrders(ctx, lookups)
	d.remember(found...)
	return found, err
}

// WarehouseOpenOrders implements fulfillment.Destination.
func (d *planningDestination) WarehouseOpenOrders(ctx context.Context, after string) ([]fulfillment.WarehouseOrder, string, error) {
	orders, next, err := d.destination.WarehouseOpenOrders(ctx, after)
	d.remember(orders...)
	return orders, next, err
}

// ClosedSince implements fulfillment.Destination.
func (d *planningDestination) ClosedSince(ctx context.Context, since time.Time, after string) ([]fulfillment.WarehouseOrder, string, error) {
	return d.destination.ClosedSince(ctx, since, after)
}

// Stock implements fulfillment.Destination.
func (d *planningDestination) Stock(ctx context.Context) (fulfillment.StockReport, error) {
	return d.destination.Stock(ctx)
}

// CreateOrder implements fulfillment.Destination.
func (d *planningDestination) CreateOrder(_ context.Context, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
	created := fulfillment.WarehouseOrder{
		ID: "planned-" + order.ID.String(), Reference: reference, Identity: order.ID.String(), RoutedTo: order.WarehouseID,
		State: fulfillment.WarehouseOpen, ShipTo: order.ShipTo,
	}
	for _, line := range order.Lines {
		d.plan.add(PlannedStep{Action: PlannedCreate, OrderID: order.ID, Reference: reference, SKU: line.SKU, Quantity: line.Quantity})
		created.Lines = append(created.Lines, fulfillment.WarehouseLine{SKU: line.SKU, Ordered: fulfillment.Units(line.Quantity)})
	}
	d.remember(created)
	return created, nil
}

// AdoptOrder implements fulfillment.Destination.
func (d *planningDestination) AdoptOrder(_ context.Context, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
	adopted := d.order(id)
	adopted.Identity, adopted.RoutedTo = order.ID.String(), order.WarehouseID
	d.plan.add(PlannedStep{Action: PlannedAdopt, OrderID: order.ID, Reference: adopted.Reference})
	d.remember(adopted)
	return adopted, nil
}

// Content implements fulfillment.Destination.
func (d *planningDestination) Content(order fulfillment.Order) fulfillment.Content {
	return d.destination.Content(order)
}

// UpdateOrder implements fulfillment.Destination. Whether somebody begins to
// work on the order meanwhile, only the warehouse knows.
func (d *planningDestination) UpdateOrder(_ context.Context, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
	updated := d.order(id)
	step := PlannedStep{Action: PlannedUpdate, OrderID: order.ID, Reference: updated.Reference}
	if !slices.Contains(parts, fulfillment.PartLines) {
		d.plan.add(step)
		return fulfillment.Update{Outcome: fulfillment.UpdateDone, Order: updated}, nil
	}
	updated.Lines = nil
	for _, line := range order.Lines {
		step.SKU, step.Quantity = line.SKU, line.Quantity
		d.plan.add(step)
		updated.Lines = append(updated.Lines, fulfillment.WarehouseLine{SKU: line.SKU, Ordered: fulfillment.Units(line.Quantity)})
	}
	d.remember(updated)
	return fulfillment.Update{Outcome: fulfillment.UpdateDone, Order: updated}, nil
}

// CancelOrder implements fulfillment.Destination. Whether the warehouse would
// still cancel an order that it works on, only the warehouse knows.
func (d *planningDestination) CancelOrder(_ context.Context, id string) (fulfillment.Cancellation, error) {
	order := d.order(id)
	switch order.State {
	case fulfillment.WarehouseCancelled:
		return fulfillment.Cancellation{Outcome: fulfillment.CancelAlready, Order: order}, nil
	case fulfillment.WarehouseShipped:
		return fulfillment.Cancellation{Outcome: fulfillment.CancelTooLate, Order: order}, nil
	case fulfillment.WarehouseOpen:
	}
	identity, _ := identityOf(order)
	d.plan.add(PlannedStep{Action: PlannedCancel, OrderID: identity, Reference: order.Reference})
	order.State = fulfillment.WarehouseCancelled
	d.remember(order)
	return fulfillment.Cancellation{Outcome: fulfillment.CancelDone, Order: order}, nil
}

func (d *planningDestination) remember(orders ...fulfillment.WarehouseOrder) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for _, order := range orders {
		// Who it goes to is of no use here.
		order.ShipTo = fulfillment.Address{}
		d.orders[order.ID] = order
	}
}

func (d *planningDestination) order(id string) fulfillment.WarehouseOrder {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.orders[id]
}
