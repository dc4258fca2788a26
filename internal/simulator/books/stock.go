// SPDX-License-Identifier: Apache-2.0

package books

import (
	"slices"

	"ordersync.dev/operator/internal/simulator/ordermanager"
)

// overStatuses are those in which an order is over, or was never a buyer's.
var overStatuses = []string{ordermanager.StatusShipped, ordermanager.StatusCancelled, ordermanager.StatusProcessedOutside, ordermanager.StatusInboundPlan}

// Standing is a product with a stock record whose SKU the warehouse knows.
type Standing struct {
	SKU string
	// Promise is what may be promised, Available what Order Manager offers. Both
	// may be negative.
	Promise, Available int64
}

// Oversold is how many units are offered that cannot be promised.
func (s Standing) Oversold() int64 { return max(0, s.Available) - max(0, s.Promise) }

// Standings compares the stock alone, product by product.
func Standings(om ordermanager.Snapshot, wh Warehouse, options Options) []Standing {
	c := newComparison(om, wh, options)
	return c.standings()
}

func (c *comparison) standings() []Standing {
	var list []Standing
	uncovered := c.uncovered()
	for _, product := range c.om.Stock {
		if product.WarehouseID != c.options.OrderManagerWarehouseID || !c.options.PreBuiltKits && c.options.Kits[product.SKU] != nil {
			continue
		}
		unpromised, known := c.wh.Stock[product.SKU]
		if !known {
			continue
		}
		promise := (unpromised - uncovered[product.SKU]).Floor() - c.options.Buffer
		list = append(list, Standing{SKU: product.SKU, Promise: promise, Available: product.Available})
	}
	return list
}

// stock compares what is offered with what may be promised.
func (c *comparison) stock() {
	list := c.standings()
	c.result.StockCompared = len(list)
	for _, s := range list {
		if s.Oversold() != 0 {
			c.result.find(Finding{Kind: WrongStock, SKU: s.SKU, Promise: s.Promise, Available: s.Available})
		}
	}
}

// uncovered are the units of orders that are open in Order Manager for this
// warehouse and that the warehouse neither holds open nor has shipped: of an
// order that it closed short, those that did not leave.
func (c *comparison) uncovered() map[string]Quantity {
	units := map[string]Quantity{}
	for _, order := range c.om.Orders {
		for sku, owed := range c.owed(order) {
			units[sku] += owed
		}
	}
	return units
}

// Owed are the units of one order that no stock may be promised for.
func Owed(om ordermanager.Snapshot, wh Warehouse, options Options, order ordermanager.OrderState) map[string]Quantity {
	return newComparison(om, wh, options).owed(order)
}

func (c *comparison) owed(order ordermanager.OrderState) map[string]Quantity {
	if order.WarehouseID != c.options.OrderManagerWarehouseID || slices.Contains(overStatuses, order.Status) {
		return nil
	}
	if _, split := c.parent[order.ID]; split {
		return nil // it stands for what has shipped
	}
	if order.Status == ordermanager.StatusOnHold && c.options.Settings != nil && c.options.Settings.HeldIgnored {
		return nil
	}
	h := c.held(order)
	covered := h.covered()
	for _, child := range c.children[order.ID] {
		for sku, units := range c.unitsOf(child) {
			covered[sku] -= units
		}
	}
	owed := map[string]Quantity{}
	for sku, ordered := range c.unitsOf(order) {
		if missing := ordered - covered[sku]; missing > 0 {
			owed[sku] = missing
		}
	}
	return owed
}

// covered are the units that the warehouse is going to ship, or has.
func (h held) covered() map[string]Quantity {
	units := orderedOf(h.open)
	for _, order := range h.shipped {
		for _, line := range order.Lines {
			units[line.SKU] += line.Shipped
		}
	}
	return units
}

// count fills in the counts that are asked for by name.
func (c *comparison) count() {
	for _, event := range c.wh.Events {
		if event.Kind == CancelledThere && event.OnRequest {
			c.result.Cancelled++
		}
	}
	counts := c.result.Counts
	c.result.Lost, c.result.Twice, c.result.WrongStock = counts[Lost], counts[Twice], counts[WrongStock]
	c.result.Pending, c.result.TooLate = counts[Pending], counts[TooLate]
}
