// SPDX-License-Identifier: Apache-2.0

package books

import (
	"slices"
	"strconv"

	"ordersync.dev/operator/internal/simulator/ordermanager"
)

// SplitLabel marks an order that was split off a sent one for what had shipped
// of it. The warehouse has both as one, under the identity of the first.
const SplitLabel = "ordersync-split"

// indexSplits finds the orders that were split off others, by the other's id.
func (c *comparison) indexSplits() {
	c.parent, c.children = map[int64]ordermanager.OrderState{}, map[int64][]ordermanager.OrderState{}
	byID := map[int64]ordermanager.OrderState{}
	for _, order := range c.om.Orders {
		byID[order.ID] = order
	}
	for _, order := range c.om.Orders {
		if !slices.Contains(order.Labels, SplitLabel) {
			continue
		}
		for _, id := range order.Related {
			if parent, known := byID[id]; known && !slices.Contains(parent.Labels, SplitLabel) {
				c.parent[order.ID] = parent
				c.children[parent.ID] = append(c.children[parent.ID], order)
				break
			}
		}
	}
}

// wanted are the units of an order and of all that was split off it: what the
// warehouse was told.
func (c *comparison) wanted(order ordermanager.OrderState) map[string]Quantity {
	units := c.unitsOf(order)
	for _, child := range c.children[order.ID] {
		for sku, quantity := range c.unitsOf(child) {
			units[sku] += quantity
		}
	}
	return units
}

// left are the units that have left under an order's identity, without those
// that were split off it.
func (c *comparison) left(order ordermanager.OrderState, h held) map[string]Quantity {
	units := map[string]Quantity{}
	for _, candidate := range slices.Concat(h.shipped, h.open) {
		for _, line := range candidate.Lines {
			units[line.SKU] += line.Shipped
		}
	}
	for _, child := range c.children[order.ID] {
		for sku, quantity := range c.unitsOf(child) {
			units[sku] -= quantity
		}
	}
	return units
}

// splitOff compares an order that was split off another one: all of it has
// shipped, once for all of its kind, and is to be confirmed.
func (c *comparison) splitOff(order, parent ordermanager.OrderState) {
	h := c.held(parent)
	find := func(kind Kind) {
		c.result.find(Finding{Kind: kind, OrderID: order.ID, Reference: order.Number, WarehouseOrders: h.ids()})
	}
	if len(c.byIdentity[strconv.FormatInt(order.ID, 10)]) > 0 {
		find(Twice)
	}
	gone := c.left(parent, h)
	short := false
	for sku := range c.unitsOf(order) {
		short = short || gone[sku] < 0
	}
	switch {
	case short:
		find(NotShipped)
	case order.Status == ordermanager.StatusShipped:
		c.tracking(order, slices.Concat(h.shipped, h.open), find)
	case order.Status == ordermanager.StatusCancelled:
		find(TooLate)
	default:
		find(Unconfirmed)
	}
	c.reports(order, find)
	if order.Shipments > 0 {
		c.result.Confirmed++
	}
}
