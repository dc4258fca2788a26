// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"maps"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// allotment says which part of the warehouse's order each child stands for.
type allotment struct {
	// part of a child, by its index among the sorted parts.
	part map[fulfillment.OrderID]int
	// stray are children that stand for none.
	stray []fulfillment.Order
	// parts are sorted and as they are; rest is what no child stands for of
	// them, and gone says of each that nothing is left of it.
	parts, rest []fulfillment.WarehouseOrder
	gone        []bool
}

// allot finds the part of each child: the one whose tracking number it has, the
// one that shipped just what it holds, or else one that shipped at least that.
// The order of what it is given does not matter.
func (f family) allot() allotment {
	a := allotment{part: map[fulfillment.OrderID]int{}, parts: slices.Clone(f.parts)}
	slices.SortFunc(a.parts, func(x, y fulfillment.WarehouseOrder) int { return compareIDs(x.ID, y.ID) })
	a.gone = make([]bool, len(a.parts))
	for _, o := range a.parts {
		o.Lines = slices.Clone(o.Lines)
		o.Tracking = slices.DeleteFunc(slices.Clone(o.Tracking), f.reported)
		a.rest = append(a.rest, o)
	}
	// From the surest sign to the weakest. A tracking number that differs is a
	// sign too, and a weak one: it may have been corrected in the warehouse.
	for _, pass := range []struct{ tracking, whole, other bool }{{tracking: true}, {whole: true}, {}, {whole: true, other: true}, {other: true}} {
		for _, child := range f.children {
			if _, done := a.part[child.ID]; done {
				continue
			}
			units := unitsOf(asSent(f.load, child, f.parts))
			for i := range a.rest {
				if a.fits(i, child, units, pass.tracking, pass.whole, pass.other) {
					a.part[child.ID] = i
					take(&a.rest[i], units)
					a.gone[i] = a.rest[i].State == fulfillment.WarehouseShipped && len(shippedOf(a.rest[i])) == 0
					break
				}
			}
		}
	}
	for _, child := range f.children {
		if _, done := a.part[child.ID]; !done {
			a.stray = append(a.stray, child)
		}
	}
	return a
}

// fits reports whether a part may be the child's: whether it shipped at least
// what the child holds, or just that (whole); has a tracking number in common
// with it (tracking), or may have others (other).
func (a allotment) fits(i int, child fulfillment.Order, units map[string]fulfillment.Quantity, tracking, whole, other bool) bool {
	shipped := shippedOf(a.rest[i])
	if len(units) == 0 || !within(units, shipped) || whole && !within(shipped, units) {
		return false
	}
	common := slices.ContainsFunc(a.parts[i].Tracking, func(number string) bool { return containsFold(child.Tracking, number) })
	known := len(child.Tracking) > 0 && len(a.parts[i].Tracking) > 0
	return common || !tracking && (other || !known)
}

// reported reports whether a child has this tracking number in Order Manager.
func (f family) reported(number string) bool {
	return slices.ContainsFunc(f.children, func(child fulfillment.Order) bool { return containsFold(child.Tracking, number) })
}

// own are the parts that are the order's own, without what its children stand for.
func (a allotment) own() []fulfillment.WarehouseOrder {
	var own []fulfillment.WarehouseOrder
	for i, o := range a.rest {
		if !a.gone[i] {
			own = append(own, o)
		}
	}
	return own
}

// partOf is what the warehouse shipped of one child, as an order of its own.
func (a allotment) partOf(child fulfillment.Order, load orderload.Options) (fulfillment.WarehouseOrder, bool) {
	i, ok := a.part[child.ID]
	if !ok {
		return fulfillment.WarehouseOrder{}, false
	}
	o := a.parts[i]
	o.State, o.Tracking = fulfillment.WarehouseShipped, a.rest[i].Tracking
	own := slices.DeleteFunc(slices.Clone(a.parts[i].Tracking), func(number string) bool { return !containsFold(child.Tracking, number) })
	if len(own) > 0 {
		o.Tracking = own
	}
	if !a.gone[i] {
		o.FreightCost = "" // it is the whole part's
	}
	o.Lines = nil
	for sku, units := range unitsOf(asSent(load, child, a.parts)) {
		o.Lines = append(o.Lines, fulfillment.WarehouseLine{SKU: sku, Ordered: units, Shipped: units})
	}
	return o, true
}

// unitsOf are the units of an order by SKU.
func unitsOf(order fulfillment.Order) map[string]fulfillment.Quantity {
	units := map[string]fulfillment.Quantity{}
	for _, line := range order.Lines {
		units[foldSKU(line.SKU)] += fulfillment.Units(line.Quantity)
	}
	return units
}

// shippedOf are the units that have left of an order in the warehouse, by SKU.
func shippedOf(o fulfillment.WarehouseOrder) map[string]fulfillment.Quantity {
	units := map[string]fulfillment.Quantity{}
	for _, line := range o.Lines {
		if line.Shipped > 0 {
			units[foldSKU(line.SKU)] += line.Shipped
		}
	}
	return units
}

// within reports whether there are at least so many units of each SKU.
func within(units, of map[string]fulfillment.Quantity) bool {
	for sku, quantity := range units {
		if of[sku] < quantity {
			return false
		}
	}
	return true
}

// take takes units out of what an order in the warehouse asked for and shipped.
func take(o *fulfillment.WarehouseOrder, units map[string]fulfillment.Quantity) {
	left := maps.Clone(units)
	for i := range o.Lines {
		line := &o.Lines[i]
		sku := foldSKU(line.SKU)
		taken := min(left[sku], line.Shipped)
		left[sku] -= taken
		line.Shipped -= taken
		line.Ordered = max(0, line.Ordered-taken)
	}
}
