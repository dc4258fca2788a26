// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// owed are the lines of an open order, with the units that the warehouse
// neither holds open nor has shipped: all of an order that it does not have,
// and what it dropped from one that it has. Of a kit that it has, that is what
// it was asked for in the kit's place; one that came into the order later is
// owed whole. A kit that Order Manager has broken down is owed as the lines of
// its components alone.
func (s *snapshot) owed(order fulfillment.Order) []fulfillment.Line {
	parts := s.partsOf(order)
	order.Lines = s.kits().WithoutBrokenDown(order.Lines)
	switch {
	case len(parts) == 0:
		return order.Lines
	case order.SplitOff():
		return nil // it stands for what has shipped
	}
	asked := s.asked(order)
	has := map[string]fulfillment.Quantity{}
	for _, o := range parts {
		for _, line := range o.Lines {
			units := line.Ordered
			if o.State == fulfillment.WarehouseShipped {
				units = line.Shipped
			}
			has[foldSKU(line.SKU)] += units
		}
	}
	explained := kitsExplained(order, asked)
	lines := slices.Concat(explained.Lines, s.goodsOfKits(explained, kitsUnexplained(order, asked), slices.Concat(parts, s.cancelled[order.ID])))
	var owed []fulfillment.Line
	for _, line := range lines {
		sku, ordered := foldSKU(line.SKU), fulfillment.Units(line.Quantity)
		missing := ordered - min(ordered, max(0, has[sku]))
		has[sku] -= ordered
		if missing > 0 {
			line.Quantity = -(-missing).Floor() // part of a unit costs a whole one
			owed = append(owed, line)
		}
	}
	return owed
}

// goodsOfKits are what an order needs for kits that no line of the warehouse
// names. Where its lines name nothing at all, what no other line of the order
// asks for was asked for in their place. What is lacking then, by what they are
// made of today, came into the order later or was taken off it there; and where
// nothing is there for a kit it is all of it.
func (s *snapshot) goodsOfKits(explained fulfillment.Order, kits []fulfillment.Line, asked []fulfillment.WarehouseOrder) []fulfillment.Line {
	if len(kits) == 0 {
		return nil
	}
	lines := unexplained(explained, withoutIDs(asked))
	spare := unitsOf(fulfillment.Order{Lines: lines})
	for _, kit := range kits {
		components, problem := s.compositions.Explode(kit.SKU)
		if problem != "" && len(spare) > 0 {
			continue // all that is there is taken for it
		}
		inParts := slices.ContainsFunc(components, func(part fulfillment.Component) bool { return spare[foldSKU(part.SKU)] > 0 })
		if problem != "" || s.preBuiltKits && !inParts {
			lines = append(lines, kit)
			continue
		}
		for _, line := range orderload.Components(kit, components) {
			sku, units := foldSKU(line.SKU), fulfillment.Units(line.Quantity)
			taken := min(units, max(0, spare[sku]))
			spare[sku] -= taken
			if line.Quantity = -(taken - units).Floor(); line.Quantity > 0 {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// withoutIDs are the orders with those of their lines that name no line of
// Order Manager's.
func withoutIDs(orders []fulfillment.WarehouseOrder) []fulfillment.WarehouseOrder {
	orders = slices.Clone(orders)
	for i := range orders {
		orders[i].Lines = slices.DeleteFunc(slices.Clone(orders[i].Lines), func(line fulfillment.WarehouseLine) bool { return line.LineID != "" })
	}
	return orders
}

// asked is all that the warehouse was asked for under an order's identity, also
// for what was split off it.
func (s *snapshot) asked(order fulfillment.Order) []fulfillment.WarehouseOrder {
	return slices.Concat(s.parts[order.ID], s.cancelled[order.ID])
}

// lacksComponents reports whether the open orders of the warehouse do not show
// all components of a kit of the order: the others may have been cancelled
// there, as a part of their own.
func (s *snapshot) lacksComponents(order fulfillment.Order) bool {
	known := recipesOf(s.asked(order))
	return slices.ContainsFunc(order.Lines, func(line fulfillment.Line) bool {
		components := known[line.ProductID]
		if !line.Kit || len(components) == 0 {
			return false
		}
		today, _ := s.compositions.Explode(line.SKU)
		return slices.ContainsFunc(today, func(part fulfillment.Component) bool {
			return !slices.ContainsFunc(components, func(sent fulfillment.Component) bool { return foldSKU(sent.SKU) == foldSKU(part.SKU) })
		})
	})
}
