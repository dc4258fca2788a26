// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Another product may have sent a kit under its own SKU where we send what it
// is made of.
func TestAKitUnderItsOwnSKUIsTheSameOrder(t *testing.T) {
	part := func(sku string, units int64) fulfillment.Line {
		return fulfillment.Line{ID: 1, SKU: sku, Quantity: units, Component: fulfillment.ComponentOf{KitSKU: "KIT", KitProductID: 9, PerKit: units / 2}}
	}
	order := fulfillment.Order{ID: 7, Number: "SO-1", ShipTo: fulfillment.Address{PostalCode: "78701"}, Lines: []fulfillment.Line{part("A", 2), part("B", 4)}}
	there := func(lines ...fulfillment.WarehouseLine) []fulfillment.WarehouseOrder {
		return []fulfillment.WarehouseOrder{{ID: "1", Reference: "SO-1", State: fulfillment.WarehouseOpen, ShipTo: order.ShipTo, Lines: lines}}
	}
	for name, test := range map[string]struct {
		found []fulfillment.WarehouseOrder
		match bool
	}{
		"the kit":        {there(fulfillment.WarehouseLine{SKU: "KIT", Ordered: fulfillment.Units(2)}), true},
		"its components": {there(fulfillment.WarehouseLine{SKU: "A", Ordered: fulfillment.Units(2)}, fulfillment.WarehouseLine{SKU: "B", Ordered: fulfillment.Units(4)}), true},
		"a kit less":     {there(fulfillment.WarehouseLine{SKU: "KIT", Ordered: fulfillment.Units(1)}), false},
	} {
		t.Run(name, func(t *testing.T) {
			match, undecided, why := movedOver(order, test.found)
			if (match != nil) != test.match || (undecided == nil) != test.match {
				t.Errorf("%v, %q", match, why)
			}
		})
	}
}
