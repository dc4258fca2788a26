// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"fmt"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// KitsToExplode are the SKUs of the kits among these orders' lines that are sent
// as their components, or whose components must be known.
func (o Options) KitsToExplode(orders []fulfillment.Order) []string {
	var skus []string
	for _, order := range orders {
		for _, line := range order.Lines {
			if line.Kit && (!o.PreBuiltKits || line.BrokenDown) && o.keeps(line) && !slices.Contains(skus, line.SKU) {
				skus = append(skus, line.SKU)
			}
		}
	}
	return skus
}

// WithoutBrokenDown leaves out the lines of kits that Order Manager has broken
// down itself: their components are lines of the order, and nothing is sent
// twice. A line whose components are not there stays, and the order is refused
// for it.
//
// ASSUMPTION (broken down kits). The vendor shows brokenDown on an order's
// lines and does not say on which. Assumed is: where the kit's own line stays
// it carries brokenDown, and its components are other lines of the order, with
// brokenDown or without.
func (o Options) WithoutBrokenDown(lines []fulfillment.Line) []fulfillment.Line {
	if !slices.ContainsFunc(lines, brokenDownKit) {
		return lines
	}
	marked := slices.ContainsFunc(lines, func(line fulfillment.Line) bool { return line.BrokenDown && !line.Kit })
	spare := map[string]int64{}
	for _, line := range lines {
		if !line.Kit {
			spare[line.SKU] += line.Quantity
		}
	}
	return slices.DeleteFunc(slices.Clone(lines), func(line fulfillment.Line) bool {
		return brokenDownKit(line) && (marked || o.takeComponents(line, spare))
	})
}

func brokenDownKit(line fulfillment.Line) bool { return line.Kit && line.BrokenDown }

// takeComponents reports whether the other lines hold all components of a kit,
// and takes them out of what they hold.
func (o Options) takeComponents(line fulfillment.Line, spare map[string]int64) bool {
	components, problem := o.Compositions.Explode(line.SKU)
	if problem != "" || slices.ContainsFunc(components, func(part fulfillment.Component) bool {
		return spare[part.SKU] < line.Quantity*part.Quantity
	}) {
		return false
	}
	for _, part := range components {
		spare[part.SKU] -= line.Quantity * part.Quantity
	}
	return true
}

// exploded returns a line as it is sent: a kit as its components, where the
// connection says so and they are known.
func (o Options) exploded(line fulfillment.Line) []fulfillment.Line {
	if !line.Kit || line.BrokenDown || o.PreBuiltKits || line.Quantity <= 0 {
		return []fulfillment.Line{line}
	}
	components, problem := o.Compositions.Explode(line.SKU)
	if problem != "" {
		return []fulfillment.Line{line}
	}
	return Components(line, components)
}

// Components returns the lines of a kit's components. Each carries the kit
// line's id, notes, purchase order item and custom fields. The kit's price, which is that of
// one kit, stands on the first component of which a kit holds one: it is then
// the price of that line's unit. Where there is none, the price is not told.
// Tax and discount stand there too, or else on the first line.
func Components(line fulfillment.Line, components []fulfillment.Component) []fulfillment.Line {
	priced := slices.IndexFunc(components, func(part fulfillment.Component) bool { return part.Quantity == 1 })
	lines := make([]fulfillment.Line, len(components))
	for i, part := range components {
		lines[i] = fulfillment.Line{
			ID: line.ID, SKU: part.SKU, ListingSKU: line.ListingSKU, ProductID: part.ProductID,
			Quantity: line.Quantity * part.Quantity, Notes: line.Notes, PurchaseOrderItem: line.PurchaseOrderItem, Extra: line.Extra,
			Component: fulfillment.ComponentOf{KitSKU: line.SKU, KitProductID: line.ProductID, PerKit: part.Quantity},
		}
		if i == priced {
			lines[i].UnitPrice = line.UnitPrice
		}
		if i == max(priced, 0) {
			lines[i].Tax, lines[i].Discount = line.Tax, line.Discount
		}
	}
	return lines
}

// AsKits returns the order with the components of kits as the kits again: what
// another product may have sent in its place.
func AsKits(order fulfillment.Order) fulfillment.Order {
	lines := make([]fulfillment.Line, 0, len(order.Lines))
	for _, line := range order.Lines {
		if line.Component.IsZero() {
			lines = append(lines, line)
			continue
		}
		kit := fulfillment.Line{ID: line.ID, SKU: line.Component.KitSKU, ProductID: line.Component.KitProductID,
			ListingSKU: line.ListingSKU, Quantity: line.Quantity / line.Component.PerKit, Extra: line.Extra, Kit: true}
		// The components of one kit's line stand together.
		if last := len(lines) - 1; last < 0 || !lines[last].Kit || lines[last].ID != kit.ID || lines[last].ProductID != kit.ProductID {
			lines = append(lines, kit)
		}
	}
	order.Lines = lines
	return order
}

// unknownKit says why a kit of the order cannot be sent.
func (o Options) unknownKit(sent fulfillment.Order) (reason, message string) {
	for _, line := range sent.Lines {
		switch {
		case brokenDownKit(line):
			return fulfillment.ReasonBrokenDownInPart, fmt.Sprintf(
				"Order Manager calls kit %s broken down and the order does not hold its components; add them in Order Manager, or take the kit off the order", line.SKU)
		case line.Kit && !o.PreBuiltKits:
			_, problem := o.Compositions.Explode(line.SKU)
			return fulfillment.ReasonUnknownKit, problem + "; mend the kit in Order Manager, or set kits to PreBuilt when the warehouse keeps kits under their own SKUs"
		}
	}
	return "", ""
}
