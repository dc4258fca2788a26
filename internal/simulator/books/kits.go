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
	if len(standing) == 0 {
		return c.options.Kits
	}
	// A part may have been cancelled for itself, and all of its kit with it.
	there, asked := orderedOf(standing), orderedOf(c.byIdentity[strconv.FormatInt(root.ID, 10)])
	for _, explains := range []func(wanted map[string]Quantity) bool{
		func(wanted map[string]Quantity) bool { return sameUnits(wanted, there) || sameUnits(wanted, asked) },
		// Somebody in the warehouse changed a quantity, or took a line away.
		func(wanted map[string]Quantity) bool { return len(wanted) == len(there) && among(there, wanted) },
		func(wanted map[string]Quantity) bool { return among(asked, wanted) },
	} {
		for _, kits := range slices.Concat([]map[string]map[string]int64{c.options.Kits}, c.options.FormerKits) {
			wanted := unitsBy(root, kits)
			for _, child := range c.children[root.ID] {
				for sku, units := range unitsBy(child, kits) {
					wanted[sku] += units
				}
			}
			if explains(wanted) {
				return kits
			}
		}
	}
	return c.options.Kits
}

// among reports whether every SKU of one is in the other.
func among(some, all map[string]Quantity) bool {
	for sku := range some {
		if _, ok := all[sku]; !ok {
			return false
		}
	}
	return true
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
