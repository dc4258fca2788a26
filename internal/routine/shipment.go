// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// shipmentVerdict is what the warehouse's side of a sent order calls for:
// a shipment to report, something to tell a person, or nothing yet.
type shipmentVerdict struct {
	shipment *fulfillment.Shipment
	// more are the order's tracking numbers besides the reported one.
	more []string
	// split is what is to be split off the order before anything of it is reported.
	split   *fulfillment.Split
	failing *FailingOrder
	// twice tells of a shipment that is reported all the same.
	twice *FailingOrder
}

// judgeShipment looks at every order that the warehouse has under a sent
// order's identity: one, or a parent and the parts that were split off it. The
// order is reported when all of it has left, and not before: a report ships
// the whole order in Order Manager.
func judgeShipment(order fulfillment.Order, parts []fulfillment.WarehouseOrder, config ShipmentConfirmationConfig, now time.Time) shipmentVerdict {
	shipped := inState(parts, fulfillment.WarehouseShipped)
	open := inState(parts, fulfillment.WarehouseOpen)
	switch {
	case len(open) > 0:
		return judgeOpen(order, open, config, now) // all of it, or the rest, is still to come
	case len(parts) == 0:
		return stuck(order, "", fulfillment.ReasonUnknownInWarehouse,
			"Order Manager calls the order sent and the warehouse does not know it; it is not sent again by itself, since warehouses archive")
	case len(shipped) == 0:
		return stuck(order, parts[0].ID, fulfillment.ReasonCancelledByWarehouse,
			"the warehouse cancelled the order and Order Manager still expects it; cancel it in Order Manager or send it again")
	case !quantitiesKnown(order):
		return stuck(order, shipped[0].ID, fulfillment.ReasonNoLines,
			"the order shipped, and Order Manager shows no lines or no quantity of a line: nobody can say whether that was all of it")
	case nothingShipped(shipped) && !config.ConfirmShort:
		return stuck(order, shipped[0].ID, fulfillment.ReasonClosedShort,
			"the warehouse closed the order and nothing says that any of it left; add the tracking number there, or cancel, confirm or send the order again")
	case !shippedWhole(order, shipped) && !config.ConfirmShort:
		return stuck(order, shipped[0].ID, fulfillment.ReasonClosedShort,
			"the warehouse closed the order without shipping all of it; split it or confirm it in Order Manager")
	}
	// Sorted by the warehouse's id the parent comes before its parts, and the
	// same answer in another order gives the same report.
	slices.SortFunc(shipped, func(a, b fulfillment.WarehouseOrder) int { return compareIDs(a.ID, b.ID) })
	tracking := trackingOf(shipped)
	number := trackingNumber(tracking, shipped, config)
	if number == "" {
		return stuck(order, shipped[0].ID, fulfillment.ReasonNoTracking,
			"the order shipped without a tracking number; add one in the warehouse, or confirm it in Order Manager")
	}
	// Any of them: which one stands first may have changed since a report.
	if slices.ContainsFunc(append(tracking, number), func(number string) bool { return containsFold(order.Tracking, number) }) {
		return stuck(order, shipped[0].ID, fulfillment.ReasonConfirmationPending,
			"Order Manager has the tracking number and does not call the order shipped yet; look at its shipping batch there")
	}
	first := shipped[max(0, slices.IndexFunc(shipped, func(o fulfillment.WarehouseOrder) bool { return len(trackingOf([]fulfillment.WarehouseOrder{o})) > 0 }))]
	return shipmentVerdict{more: slices.DeleteFunc(tracking, func(other string) bool { return other == number }), shipment: &fulfillment.Shipment{
		OrderID: order.ID, Tracking: number,
		Carrier: first.Carrier, Service: first.Service, SCAC: first.SCAC,
		ShippedAt: shipDate(order, shipped, now), CarrierFee: carrierFee(shipped, config.FreightCurrency),
	}}
}

// trackingNumber is what is reported as the number of the parts: the first
// there is, or what the merchant wants in its place. Empty is to wait.
func trackingNumber(tracking []string, shipped []fulfillment.WarehouseOrder, config ShipmentConfirmationConfig) string {
	if len(tracking) > 0 {
		return tracking[0]
	}
	if config.UseBillOfLading {
		for _, o := range shipped {
			if o.BillOfLading != "" {
				return o.BillOfLading
			}
		}
	}
	return config.NoTrackingText
}

// carrierFee adds up what the carrier charged for the parts. When one of them
// does not say, the sum would be too low: then nothing is told.
func carrierFee(shipped []fulfillment.WarehouseOrder, currency string) fulfillment.Money {
	var sum fulfillment.Quantity
	for _, o := range shipped {
		cost, err := fulfillment.ParseQuantity(o.FreightCost)
		if err != nil {
			return fulfillment.Money{}
		}
		sum += cost
	}
	if currency == "" || sum <= 0 {
		return fulfillment.Money{}
	}
	return fulfillment.Money{Amount: sum.String(), Currency: currency}
}

// judgeOpen tells a person of an order that should have shipped by now.
func judgeOpen(order fulfillment.Order, open []fulfillment.WarehouseOrder, config ShipmentConfirmationConfig, now time.Time) shipmentVerdict {
	if !order.ShipBy.IsZero() && now.After(order.ShipBy) {
		return stuck(order, open[0].ID, fulfillment.ReasonOverdue,
			"the order's ship-by date has passed and the warehouse still holds it open; call the warehouse, or move the date in Order Manager")
	}
	for _, o := range open {
		since := o.CreatedAt
		if since.IsZero() {
			since = order.OrderDate
		}
		if config.ExpectShippedWithin > 0 && !since.IsZero() && now.Sub(since) > config.ExpectShippedWithin {
			return stuck(order, o.ID, fulfillment.ReasonOverdue,
				"the warehouse has held the order open for longer than expected; call the warehouse, or cancel the order in Order Manager")
		}
	}
	return shipmentVerdict{}
}

func stuck(order fulfillment.Order, warehouseID, reason, message string) shipmentVerdict {
	return shipmentVerdict{failing: &FailingOrder{ID: order.ID, Reference: order.Number, WarehouseID: warehouseID, Reason: reason, Message: message}}
}

// quantitiesKnown reports whether Order Manager says what belongs to the order.
func quantitiesKnown(order fulfillment.Order) bool {
	return len(order.Lines) > 0 &&
		!slices.ContainsFunc(order.Lines, func(line fulfillment.Line) bool { return line.Quantity <= 0 })
}

// nothingShipped reports whether not a single unit of the parts has left.
func nothingShipped(shipped []fulfillment.WarehouseOrder) bool {
	return !slices.ContainsFunc(shipped, func(o fulfillment.WarehouseOrder) bool { return len(shippedOf(o)) > 0 })
}

// shippedWhole reports whether the parts together shipped every unit ordered.
func shippedWhole(order fulfillment.Order, shipped []fulfillment.WarehouseOrder) bool {
	left := map[string]fulfillment.Quantity{}
	for _, o := range shipped {
		for _, line := range o.Lines {
			left[foldSKU(line.SKU)] += line.Shipped
		}
	}
	for _, line := range order.Lines {
		left[foldSKU(line.SKU)] -= fulfillment.Units(line.Quantity)
	}
	for _, line := range order.Lines {
		if left[foldSKU(line.SKU)] < 0 {
			return false
		}
	}
	return true
}

// trackingOf returns the distinct tracking numbers of the parts, in their order.
func trackingOf(parts []fulfillment.WarehouseOrder) []string {
	var all []string
	for _, o := range parts {
		for _, tracking := range o.Tracking {
			if tracking != "" && !slices.Contains(all, tracking) {
				all = append(all, tracking)
			}
		}
	}
	return all
}

// shipDate is the last moment at which a part left. The warehouse's clock and
// Order Manager's differ, so it is kept between the order's date and now.
func shipDate(order fulfillment.Order, shipped []fulfillment.WarehouseOrder, now time.Time) time.Time {
	var at time.Time
	for _, o := range shipped {
		if o.ShippedAt.After(at) {
			at = o.ShippedAt
		}
	}
	if at.IsZero() || at.After(now) {
		at = now
	}
	if at.Before(order.OrderDate) {
		at = order.OrderDate
	}
	return at
}

// compareIDs orders the warehouse's ids, which are numbers of any length.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func containsFold(list []string, text string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return sameText(s, text) })
}
