// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// Destination returns the destination as it looks in Order Manager's SKUs:
// orders go out with the warehouse's, orders and stock come back with Order
// Manager's. All that compares the two sides therefore compares like with like.
func (t *Tables) Destination(destination fulfillment.Destination) fulfillment.Destination {
	if !t.HasAliases() {
		return destination
	}
	return &translated{destination: destination, tables: t}
}

// translated embeds nothing: what the port learns must be translated before it
// compiles.
type translated struct {
	destination fulfillment.Destination
	tables      *Tables
}

// Capabilities implements fulfillment.Destination.
func (d *translated) Capabilities() fulfillment.Capabilities { return d.destination.Capabilities() }

// FindOrders implements fulfillment.OrderFinder.
func (d *translated) FindOrders(ctx context.Context, lookups []fulfillment.Lookup) ([]fulfillment.WarehouseOrder, error) {
	orders, err := d.destination.FindOrders(ctx, lookups)
	return d.orders(orders), err
}

// WarehouseOpenOrders implements fulfillment.OrderFinder.
func (d *translated) WarehouseOpenOrders(ctx context.Context, after string) ([]fulfillment.WarehouseOrder, string, error) {
	orders, next, err := d.destination.WarehouseOpenOrders(ctx, after)
	return d.orders(orders), next, err
}

// ClosedSince implements fulfillment.OrderFinder.
func (d *translated) ClosedSince(ctx context.Context, since time.Time, after string) ([]fulfillment.WarehouseOrder, string, error) {
	orders, next, err := d.destination.ClosedSince(ctx, since, after)
	return d.orders(orders), next, err
}

// CreateOrder implements fulfillment.OrderTaker.
func (d *translated) CreateOrder(ctx context.Context, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
	sent, err := d.outgoing(order, "create the order")
	if err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	created, err := d.destination.CreateOrder(ctx, sent, reference)
	return d.order(created), err
}

// AdoptOrder implements fulfillment.OrderTaker.
func (d *translated) AdoptOrder(ctx context.Context, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
	sent, err := d.outgoing(order, "adopt the order")
	if err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	adopted, err := d.destination.AdoptOrder(ctx, id, sent)
	return d.order(adopted), err
}

// Content implements fulfillment.OrderTaker. Of an order that cannot be sent
// nobody can tell.
func (d *translated) Content(order fulfillment.Order) fulfillment.Content {
	sent, err := d.outgoing(order, "compare the order")
	if err != nil {
		return fulfillment.Content{}
	}
	return d.destination.Content(sent)
}

// UpdateOrder implements fulfillment.OrderTaker.
func (d *translated) UpdateOrder(ctx context.Context, id string, order fulfillment.Order, parts []fulfillment.Part) (fulfillment.Update, error) {
	sent, err := d.outgoing(order, "update the order")
	if err != nil {
		return fulfillment.Update{}, err
	}
	update, err := d.destination.UpdateOrder(ctx, id, sent, parts)
	update.Order = d.order(update.Order)
	return update, err
}

// CancelOrder implements fulfillment.OrderTaker.
func (d *translated) CancelOrder(ctx context.Context, id string) (fulfillment.Cancellation, error) {
	cancellation, err := d.destination.CancelOrder(ctx, id)
	cancellation.Order = d.order(cancellation.Order)
	return cancellation, err
}

// Stock implements fulfillment.StockReporter. What is Refused or Undecided is left out of
// rows and items alike. Two items that one alias means, since they differ in
// case alone, are one item without figures. Nobody writes either.
func (d *translated) Stock(ctx context.Context) (fulfillment.StockReport, error) {
	report, err := d.destination.Stock(ctx)
	there := map[string]string{}
	contested := map[string]bool{}
	items := make([]string, 0, len(report.Items))
	for _, item := range report.Items {
		sku, verdict := d.tables.MasterSKU(item)
		if verdict == Refused || verdict == Undecided {
			continue
		}
		if other, twice := there[sku]; twice {
			contested[sku] = contested[sku] || other != item
			continue
		}
		there[sku] = item
		items = append(items, sku)
	}
	rows := make([]fulfillment.WarehouseStock, 0, len(report.Rows))
	for _, row := range report.Rows {
		sku, verdict := d.tables.MasterSKU(row.SKU)
		if verdict == Refused || verdict == Undecided {
			continue
		}
		if row.SKU = sku; contested[sku] {
			row = fulfillment.WarehouseStock{SKU: sku}
		}
		rows = append(rows, row)
	}
	report.Rows, report.Items = rows, items
	return report, err
}

// outgoing returns the order with the warehouse's SKUs.
func (d *translated) outgoing(order fulfillment.Order, operation string) (fulfillment.Order, error) {
	order.Lines = slices.Clone(order.Lines)
	for i, line := range order.Lines {
		sku, verdict := d.tables.WarehouseSKU(line.SKU)
		fault := &fulfillment.Fault{Kind: fulfillment.FaultInvalid, System: "mappings", Operation: operation}
		switch verdict {
		case Refused:
			fault.Reason, fault.Hint = fulfillment.ReasonMappingRefused, AliasRefused(line.SKU)
			return order, fault
		case Undecided:
			fault.Reason, fault.Hint = fulfillment.ReasonMappingUnreadable, d.tables.AliasUndecided(line.SKU)
			return order, fault
		case Mapped, Unmapped:
		}
		order.Lines[i].SKU = sku
	}
	return order, nil
}

// AliasRefused says in words why a product cannot be sent.
func AliasRefused(sku string) string {
	return fmt.Sprintf("the aliases of SKU %s contradict each other, or it is another product's SKU in the warehouse; see the condition MappingsAccepted", sku)
}

// AliasUndecided says in words why nobody knows what the warehouse calls a product.
func (t *Tables) AliasUndecided(sku string) string {
	return fmt.Sprintf("the alias of SKU %s: %s", sku, t.Incomplete(SKUAliases))
}

func (d *translated) orders(orders []fulfillment.WarehouseOrder) []fulfillment.WarehouseOrder {
	for i := range orders {
		orders[i] = d.order(orders[i])
	}
	return orders
}

// order returns the warehouse's order with Order Manager's SKUs. A line whose
// SKU is Refused or Undecided keeps the warehouse's: an order from before the alias carries
// Order Manager's SKU, and is still the order that was sent.
func (d *translated) order(order fulfillment.WarehouseOrder) fulfillment.WarehouseOrder {
	order.Lines = slices.Clone(order.Lines)
	for i, line := range order.Lines {
		if sku, verdict := d.tables.MasterSKU(line.SKU); verdict == Mapped || verdict == Unmapped {
			order.Lines[i].SKU = sku
		}
	}
	return order
}
