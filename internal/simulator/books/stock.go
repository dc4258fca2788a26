// SPDX-License-Identifier: Apache-2.0

package books

import (
	"slices"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
)

// overStatuses are those in which an order is over, or was never a buyer's.
var overStatuses = []string{ordermanager.StatusShipped, ordermanager.StatusCancelled, ordermanager.StatusProcessedOutside, ordermanager.StatusInboundPlan}

// stock compares what is offered with what may be promised.
func (c *comparison) stock() {
	known := map[string]bool{}
	for _, item := range c.wh.Items {
		if item.CustomerID == c.options.CustomerID {
			known[item.SKU] = true
		}
	}
	unpromised := c.unpromised()
	uncovered := c.uncovered()
	for _, product := range c.om.Stock {
		if product.WarehouseID != c.options.OrderManagerWarehouseID || !known[product.SKU] || c.options.Kits[product.SKU] != nil {
			continue
		}
		c.result.StockCompared++
		promise := (unpromised[product.SKU] - uncovered[product.SKU]).Floor() - c.options.Buffer
		if max(0, promise) != max(0, product.Available) {
			c.result.find(Finding{Kind: WrongStock, SKU: product.SKU, Promise: promise, Available: product.Available})
		}
	}
}

// unpromised is the warehouse's available stock without what its open orders
// still need.
func (c *comparison) unpromised() map[string]threepl.Quantity {
	units := map[string]threepl.Quantity{}
	for _, level := range c.wh.Stock {
		if level.CustomerID != c.options.CustomerID || level.FacilityID != c.options.FacilityID {
			continue
		}
		if level.Qualifier == "" || c.options.SumQualifiers {
			units[level.SKU] += level.Available() - level.Unallocated
		}
	}
	return units
}

// uncovered are the units of orders that are open in Order Manager for this
// warehouse and that the warehouse neither holds open nor has shipped.
func (c *comparison) uncovered() map[string]threepl.Quantity {
	units := map[string]threepl.Quantity{}
	for _, order := range c.om.Orders {
		if order.WarehouseID != c.options.OrderManagerWarehouseID || slices.Contains(overStatuses, order.Status) || c.held(order).stands() {
			continue
		}
		for sku, ordered := range unitsOf(order) {
			if kit := c.options.Kits[sku]; kit != nil {
				for component, each := range kit {
					units[component] += ordered * threepl.Quantity(each)
				}
				continue
			}
			units[sku] += ordered
		}
	}
	return units
}

// count fills in the counts that are asked for by name.
func (c *comparison) count() {
	for _, effect := range c.wh.Effects {
		if effect.Kind == threepl.EffectCancel && effect.By == threepl.ByAPI && effect.CustomerID == c.options.CustomerID {
			c.result.Cancelled++
		}
	}
	counts := c.result.Counts
	c.result.Lost, c.result.Twice, c.result.WrongStock = counts[Lost], counts[Twice], counts[WrongStock]
	c.result.Pending, c.result.TooLate = counts[Pending], counts[TooLate]
}
