// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

// undecidedSKU returns a SKU of which nobody knows what the other side calls it,
// while aliases cannot be read; empty when there is none. What has shipped of a
// family with such a SKU cannot be told, so nothing of it is confirmed or split.
func (r *shipmentConfirmation) undecidedSKU(f family) string {
	for _, order := range append([]fulfillment.Order{f.root}, f.children...) {
		for _, line := range order.Lines {
			if _, verdict := r.env.Mappings.WarehouseSKU(line.SKU); verdict == mapping.Undecided {
				return line.SKU
			}
		}
	}
	for _, part := range f.parts {
		for _, line := range part.Lines {
			// Those that have an alias were translated before they came here.
			if _, verdict := r.env.Mappings.WarehouseSKU(line.SKU); verdict == mapping.Undecided {
				return line.SKU
			}
		}
	}
	return ""
}

// holdUndecided reports the orders of a family that waits for its aliases.
func (r *shipmentConfirmation) holdUndecided(f family, sku string, listed map[fulfillment.OrderID]bool) {
	for _, order := range slices.Concat([]fulfillment.Order{f.root}, f.children) {
		if listed[order.ID] {
			r.stays(order)
			r.failures.judged(FailingOrder{ID: order.ID, Reference: order.Number,
				Reason: fulfillment.ReasonMappingUnreadable, Message: r.env.Mappings.AliasUndecided(sku)})
		}
	}
}
