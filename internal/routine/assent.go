// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// asSent returns a sent order as the warehouse was told of it. A line that the
// item filters drop today, and that the warehouse was asked for all the same,
// counts: the filter is younger than the order. Kits are what they were then.
func asSent(load orderload.Options, order fulfillment.Order, parts []fulfillment.WarehouseOrder) fulfillment.Order {
	sent, dropped := load.AsSent(order)
	for _, line := range dropped {
		if asked(line.SKU, parts) || line.Kit && len(recipesOf(parts)[line.ProductID]) > 0 {
			sent.Lines = append(sent.Lines, line)
		}
	}
	return kitsAsSent(sent, parts)
}

func asked(sku string, parts []fulfillment.WarehouseOrder) bool {
	return slices.ContainsFunc(parts, func(o fulfillment.WarehouseOrder) bool {
		return slices.ContainsFunc(o.Lines, func(line fulfillment.WarehouseLine) bool {
			return foldSKU(line.SKU) == foldSKU(sku) && line.Ordered > 0
		})
	})
}
