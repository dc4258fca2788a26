// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// orderVerdict is what one order of a family calls for.
type orderVerdict struct {
	order fulfillment.Order
	shipmentVerdict
}

// judgeFamily says what an order and those that were split off it call for.
func judgeFamily(f family, config ShipmentConfirmationConfig, now time.Time) []orderVerdict {
	a := f.allot()
	var verdicts []orderVerdict
	for _, child := range f.children {
		if verdict, open := judgeChild(f, a, child, config, now); open {
			verdicts = append(verdicts, orderVerdict{child, verdict})
		}
	}
	if f.root.State != fulfillment.StateSent {
		return verdicts
	}
	sent := asSent(f.load, f.root, f.parts)
	if len(verdicts) > 0 {
		// What was split off is confirmed first: once the order itself has left
		// the list of sent orders, nobody may come across the others.
		return append(verdicts, orderVerdict{order: f.root})
	}
	return append(verdicts, orderVerdict{f.root, judgeRoot(sent, f.root, a, config, now)})
}

const standsForNothing = "the order was split off another one for what had shipped, and the warehouse has shipped nothing that it could be; compare the two"

// judgeChild judges an order that was split off: what it holds has shipped.
func judgeChild(f family, a allotment, child fulfillment.Order, config ShipmentConfirmationConfig, now time.Time) (verdict shipmentVerdict, open bool) {
	part, found := a.partOf(child, f.load)
	switch {
	case !child.State.Open():
		return verdict, false
	case !found && len(f.parts) == 0 && f.root.State == fulfillment.StateSent:
		return verdict, false // the other one is reported
	case !found:
		return stuck(child, "", fulfillment.ReasonAmbiguous, standsForNothing), true
	case len(config.WarehouseIDs) > 0 && child.WarehouseID != 0 && !slices.Contains(config.WarehouseIDs, child.WarehouseID):
		return stuck(child, part.ID, fulfillment.ReasonRoutedElsewhere,
			"the order was split off for what has shipped from here, and is routed to another warehouse in Order Manager; route it back, or see that it is not shipped twice"), true
	case child.State == fulfillment.StateHeld:
		return stuck(child, part.ID, fulfillment.ReasonHeldButSent,
			"the order was split off for what has shipped and is on hold in Order Manager; release the hold"), true
	}
	return judgeShipment(asSent(f.load, child, a.parts), []fulfillment.WarehouseOrder{part}, config, now), true
}

// judgeRoot judges what is left of an order besides what was split off it.
func judgeRoot(sent, root fulfillment.Order, a allotment, config ShipmentConfirmationConfig, now time.Time) shipmentVerdict {
	own := a.own()
	if len(own) == 0 && len(a.parts) > 0 {
		return stuck(root, a.parts[0].ID, fulfillment.ReasonClosedShort,
			"the warehouse closed the order short; what had shipped was split off and confirmed, and this is the rest: cancel it in Order Manager or send it again")
	}
	twice := twiceThere(root, a.parts)
	if twice != nil && len(inState(a.parts, fulfillment.WarehouseOpen)) > 0 {
		return shipmentVerdict{failing: twice}
	}
	verdict := judgeShipment(sent, own, config, now)
	verdict.twice = twice
	partly := len(inState(own, fulfillment.WarehouseOpen)) > 0
	short := verdict.failing != nil && verdict.failing.Reason == fulfillment.ReasonClosedShort
	if partly && config.Split || short && config.SplitShort {
		if split := splitOf(sent, root, a, config); split != nil {
			return shipmentVerdict{split: split}
		}
	}
	return verdict
}

// splitOf says what to split off an order for the first part that has shipped;
// nil when nothing has, when it cannot be told apart, or when nothing would be
// left of the order.
func splitOf(sent, root fulfillment.Order, a allotment, config ShipmentConfirmationConfig) *fulfillment.Split {
	if !kitsKnown(root, a.parts) || !accountsFor(root, sent, a) {
		return nil
	}
	for i, o := range a.rest {
		units := shippedOf(o)
		if a.gone[i] || len(units) == 0 || trackingNumber(o.Tracking, []fulfillment.WarehouseOrder{o}, config) == "" {
			continue
		}
		if split := linesFor(sent, units); split != nil && unitsIn(split) < allUnits(root) {
			return &fulfillment.Split{OrderID: root.ID, Lines: split}
		}
	}
	return nil
}

// accountsFor reports whether Order Manager's orders hold at least what the
// warehouse was asked for. When they do not, an order that was split off may
// not show yet, or stands for nothing, and must not be split off again.
func accountsFor(root, sent fulfillment.Order, a allotment) bool {
	asked := map[string]fulfillment.Quantity{}
	for i, o := range a.rest {
		// What did not leave with a part that is accounted for never will.
		if o.State == fulfillment.WarehouseCancelled || a.gone[i] {
			continue
		}
		for _, line := range o.Lines {
			asked[foldSKU(line.SKU)] += max(line.Ordered, line.Shipped)
		}
	}
	// What is only guessed to be a kit's accounts for nothing: it could as well
	// be what was split off.
	sent.Lines = slices.DeleteFunc(slices.Clone(sent.Lines), func(line fulfillment.Line) bool { return line.ListingSKU == "" && line.Component.IsZero() })
	held := unitsOf(sent)
	for sku, units := range unitsOf(root) {
		held[sku] = max(held[sku], units)
	}
	return within(asked, held)
}

// linesFor takes units out of an order's lines; nil when they are not whole
// units of lines that Order Manager can name.
func linesFor(sent fulfillment.Order, units map[string]fulfillment.Quantity) []fulfillment.SplitLine {
	left := map[string]int64{}
	for sku, quantity := range units {
		if !quantity.Whole() {
			return nil
		}
		left[sku] = quantity.Floor()
	}
	lines := kitsFor(sent, left)
	for _, line := range sent.Lines {
		if !line.Component.IsZero() {
			continue
		}
		sku := foldSKU(line.SKU)
		taken := min(left[sku], line.Quantity)
		if taken <= 0 {
			continue
		}
		if line.ListingSKU == "" {
			return nil
		}
		left[sku] -= taken
		same := slices.IndexFunc(lines, func(l fulfillment.SplitLine) bool { return l.ListingSKU == line.ListingSKU })
		if same < 0 {
			lines = append(lines, fulfillment.SplitLine{ListingSKU: line.ListingSKU, SKU: line.SKU})
			same = len(lines) - 1
		}
		lines[same].Quantity += taken
	}
	for _, quantity := range left {
		if quantity > 0 {
			return nil
		}
	}
	return lines
}

func unitsIn(lines []fulfillment.SplitLine) (sum int64) {
	for _, line := range lines {
		sum += line.Quantity
	}
	return sum
}

func allUnits(order fulfillment.Order) (sum int64) {
	for _, line := range order.Lines {
		sum += line.Quantity
	}
	return sum
}
