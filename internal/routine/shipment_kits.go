// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// kitsFor takes the whole kits out of units that have shipped: Order Manager
// splits an order by its listings, and a kit is one. What is left of half a kit
// keeps the order from being split.
func kitsFor(sent fulfillment.Order, left map[string]int64) []fulfillment.SplitLine {
	var lines []fulfillment.SplitLine
	for _, kit := range orderload.AsKits(sent).Lines {
		if !kit.Kit || kit.ListingSKU == "" {
			continue
		}
		parts := slices.DeleteFunc(slices.Clone(sent.Lines), func(line fulfillment.Line) bool {
			return line.ID != kit.ID || line.Component.KitProductID != kit.ProductID || line.Component.IsZero()
		})
		kits := kit.Quantity
		for _, part := range parts {
			kits = min(kits, left[foldSKU(part.SKU)]/part.Component.PerKit)
		}
		if kits <= 0 || len(parts) == 0 {
			continue
		}
		for _, part := range parts {
			left[foldSKU(part.SKU)] -= kits * part.Component.PerKit
		}
		same := slices.IndexFunc(lines, func(l fulfillment.SplitLine) bool { return l.ListingSKU == kit.ListingSKU })
		if same < 0 {
			lines = append(lines, fulfillment.SplitLine{ListingSKU: kit.ListingSKU, SKU: kit.SKU})
			same = len(lines) - 1
		}
		lines[same].Quantity += kits
	}
	return lines
}

// noteGoods notes, for orders with kits, the SKUs that the warehouse has under
// their identity: the stock of these moves when they are confirmed.
func (r *shipmentConfirmation) noteGoods(f family) {
	for _, order := range append(slices.Clone(f.children), f.root) {
		if slices.ContainsFunc(order.Lines, func(line fulfillment.Line) bool { return line.Kit }) {
			r.goods[order.ID] = goodsOf(f.parts)
		}
	}
}

// touched are the lines of an order, and what the warehouse has in place of its kits.
func (r *shipmentConfirmation) touched(order fulfillment.Order) []fulfillment.Line {
	return slices.Concat(order.Lines, r.goods[order.ID])
}

// goodsOf are the SKUs of orders in the warehouse, as lines.
func goodsOf(parts []fulfillment.WarehouseOrder) []fulfillment.Line {
	var lines []fulfillment.Line
	for _, o := range parts {
		for _, line := range o.Lines {
			lines = append(lines, fulfillment.Line{SKU: line.SKU})
		}
	}
	return lines
}
