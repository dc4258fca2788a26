// SPDX-License-Identifier: Apache-2.0

package books

import (
	"slices"
	"strconv"

	"ordersync.dev/operator/internal/simulator/ordermanager"
)

// unitsOf are the units of an order as the warehouse is told of it: kits as
// their components. An order that was sent under a former composition stays
// what it was.
func (c *comparison) unitsOf(order ordermanager.OrderState) map[string]Quantity {
	return unitsBy(order, c.kitsOf(order))
}

// kitsOf are the compositions by which an order was sent: those of now, unless
// former ones explain what stands in the warehouse and those of now do not.
func (c *comparison) kitsOf(order ordermanager.OrderState) map[string]map[string]int64 {
	if c.options.PreBuiltKits {
		return nil
	}
	root := order
	if parent, split := c.parent[order.ID]; split {
		root = parent
	}
	var standing []WarehouseOrder
	for _, candidate := range c.byIdentity[strconv.FormatInt(root.ID, 10)] {
		if candidate.State != Cancelled {
			standing = append(standing, candidate)
		}
	}
	for _, kits := range slices.Concat([]map[string]map[string]int64{c.options.Kits}, c.options.FormerKits) {
		wanted := unitsBy(root, kits)
		for _, child := range c.children[root.ID] {
			for sku, units := range unitsBy(child, kits) {
				wanted[sku] += units
			}
		}
		if len(standing) == 0 || sameUnits(wanted, orderedOf(standing)) {
			return kits
		}
	}
	return c.options.Kits
}

// unitsBy explodes an order's kits by one set of compositions. A kit that was
// broken down in Order Manager is no line: those of its components are.
func unitsBy(order ordermanager.OrderState, kits map[string]map[string]int64) map[string]Quantity {
	units := map[string]Quantity{}
	for _, line := range order.Lines {
		ordered := Units(int64(line.Quantity))
		kit := kits[line.SKU]
		if kit == nil {
			units[line.SKU] += ordered
		}
		for component, each := range kit {
			units[component] += ordered * Quantity(each)
		}
	}
	return units
}
