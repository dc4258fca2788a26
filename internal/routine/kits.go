// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// readCompositions reads what these kits are made of, and the kits inside of
// them, a page of them at a time. What is known is not asked for again. Kits
// that stand in each other too deep end by themselves: each is asked for once.
func readCompositions(ctx context.Context, source fulfillment.StockKeeper, known orderload.Compositions, skus []string) error {
	for {
		missing := known.Missing(skus)
		if len(missing) == 0 {
			return nil
		}
		for page := range slices.Chunk(missing, fulfillment.PageSize) {
			products, err := source.ProductsBySKU(ctx, page)
			if err != nil {
				return err
			}
			for _, sku := range page {
				known[sku] = fulfillment.Product{}
			}
			for _, product := range products {
				known[product.SKU] = product
			}
		}
	}
}

// recipes are what kits were made of when they were sent, by the kit's product:
// units of each SKU in one kit. The warehouse's own lines say so.
type recipes map[int64][]fulfillment.Component

// cancelledPart reports whether an order that was cancelled is a part of one
// that stands: split off another one, or what was left of it when what stands
// was split off. What was cancelled whole and sent again is none.
func cancelledPart(o fulfillment.WarehouseOrder, parts []fulfillment.WarehouseOrder) bool {
	if isSplitChild(o, parts) {
		return true
	}
	whole := []fulfillment.WarehouseOrder{o}
	left := false
	for _, other := range parts {
		if other.State == fulfillment.WarehouseCancelled {
			continue
		}
		if foldReference(other.Reference) == foldReference(o.Reference) {
			return false // sent again
		}
		left = left || isSplitChild(other, whole)
	}
	return left
}

// recipesOf reads the recipes in orders of the warehouse. What stands counts
// before what was cancelled.
func recipesOf(parts []fulfillment.WarehouseOrder) recipes {
	r := recipes{}
	for _, standing := range []bool{true, false} {
		found := recipes{}
		for _, o := range parts {
			if (o.State != fulfillment.WarehouseCancelled || cancelledPart(o, parts)) != standing {
				continue
			}
			for _, line := range o.Lines {
				kit, per, ok := line.KeptComponent()
				if ok && !slices.ContainsFunc(found[kit], func(part fulfillment.Component) bool { return foldSKU(part.SKU) == foldSKU(line.SKU) }) {
					found[kit] = append(found[kit], fulfillment.Component{SKU: line.SKU, Quantity: per})
				}
			}
		}
		for kit, components := range found {
			if r[kit] == nil {
				r[kit] = components
			}
		}
	}
	return r
}

// kitsAsSent returns an order with its kits as the warehouse was asked for them:
// a composition that was changed in Order Manager afterwards, or another way of
// sending kits, changes nothing about an order that was sent. order may hold
// kits, or their components of today.
//
// A warehouse that keeps no ids of lines does not tell which lines are a kit's.
// All that is there and that no other line asks for is then taken for the kits.
// When that is nothing, the kits came into the order later: they stay what they
// are, and have not been asked for.
func kitsAsSent(order fulfillment.Order, parts []fulfillment.WarehouseOrder) fulfillment.Order {
	whole := orderload.AsKits(order)
	if len(parts) == 0 || !slices.ContainsFunc(whole.Lines, func(line fulfillment.Line) bool { return line.Kit }) {
		return order
	}
	explained := kitsExplained(order, parts)
	var open []fulfillment.Line
	for _, kit := range kitsUnexplained(order, parts) {
		open = append(open, linesOf(order, kit)...)
	}
	if len(open) == 0 {
		return explained
	}
	if found := unexplained(explained, parts); len(found) > 0 {
		open = found
	}
	explained.Lines = slices.Concat(explained.Lines, open)
	return explained
}

// kitsExplained returns an order with its kits as the warehouse was asked for
// them, without those that it does not tell of.
func kitsExplained(order fulfillment.Order, parts []fulfillment.WarehouseOrder) fulfillment.Order {
	known := recipesOf(parts)
	var lines []fulfillment.Line
	for _, line := range orderload.AsKits(order).Lines {
		switch components := known[line.ProductID]; {
		case !line.Kit:
			lines = append(lines, line)
		case len(components) > 0:
			lines = append(lines, orderload.Components(line, components)...)
		case asked(line.SKU, parts):
			line.Kit = false // it went under its own SKU
			lines = append(lines, line)
		}
	}
	order.Lines = lines
	return order
}

// kitsUnexplained are the kits of an order that the warehouse does not tell of.
// The components of one that was broken down are lines of the order.
func kitsUnexplained(order fulfillment.Order, parts []fulfillment.WarehouseOrder) []fulfillment.Line {
	known := recipesOf(parts)
	return slices.DeleteFunc(slices.Clone(orderload.AsKits(order).Lines), func(line fulfillment.Line) bool {
		return !line.Kit || line.BrokenDown || len(known[line.ProductID]) > 0 || asked(line.SKU, parts)
	})
}

// linesOf are the lines of an order that stand for one kit: its own, or those of
// its components of today.
func linesOf(order fulfillment.Order, kit fulfillment.Line) []fulfillment.Line {
	return slices.DeleteFunc(slices.Clone(order.Lines), func(line fulfillment.Line) bool {
		if line.Component.IsZero() {
			return !line.Kit || line.ID != kit.ID || line.SKU != kit.SKU
		}
		return line.ID != kit.ID || line.Component.KitSKU != kit.SKU
	})
}

// unexplained are lines of what the warehouse was asked for beyond an order's
// own lines. They name no listing: nobody can tell the kits in them apart.
func unexplained(order fulfillment.Order, parts []fulfillment.WarehouseOrder) []fulfillment.Line {
	left := map[string]fulfillment.Quantity{}
	var skus []string // as they are spelled there
	for _, o := range parts {
		if o.State == fulfillment.WarehouseCancelled && !cancelledPart(o, parts) {
			continue
		}
		for _, line := range o.Lines {
			sku := foldSKU(line.SKU)
			if _, seen := left[sku]; !seen {
				skus = append(skus, line.SKU)
			}
			left[sku] += max(line.Ordered, line.Shipped)
		}
	}
	for sku, units := range unitsOf(order) {
		left[sku] -= units
	}
	var lines []fulfillment.Line
	for _, sku := range skus {
		if units := -(-left[foldSKU(sku)]).Floor(); units > 0 {
			lines = append(lines, fulfillment.Line{SKU: sku, Quantity: units})
		}
	}
	return lines
}

// kitsIfKnown is kitsAsSent where the warehouse tells of every kit what it was
// asked for in its place; otherwise it is the order as it is.
func kitsIfKnown(order fulfillment.Order, parts []fulfillment.WarehouseOrder) fulfillment.Order {
	if !kitsKnown(order, parts) {
		return order
	}
	return kitsAsSent(order, parts)
}

// kitsKnown reports whether the warehouse tells of every kit of an order what it
// was asked for in its place.
func kitsKnown(order fulfillment.Order, parts []fulfillment.WarehouseOrder) bool {
	known := recipesOf(parts)
	return !slices.ContainsFunc(order.Lines, func(line fulfillment.Line) bool {
		return line.Kit && !line.BrokenDown && len(known[line.ProductID]) == 0 && !asked(line.SKU, parts)
	})
}
