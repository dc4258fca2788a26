// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"slices"
	"strings"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// memberError says that a member of an order is missing or not as documented.
// It names the member and never its value.
type memberError string

func (e memberError) Error() string {
	return "an order's " + string(e) + " is missing or not as documented"
}

// warehouseOrder turns a placed order of Vendure into ours.
func warehouseOrder(document orderDocument) (fulfillment.WarehouseOrder, error) {
	switch {
	case document.ID == "":
		return fulfillment.WarehouseOrder{}, memberError("id")
	case document.State == "":
		return fulfillment.WarehouseOrder{}, memberError("state")
	case document.CreatedAt.IsZero():
		return fulfillment.WarehouseOrder{}, memberError("createdAt")
	case document.Lines == nil:
		return fulfillment.WarehouseOrder{}, memberError("lines")
	}
	order := fulfillment.WarehouseOrder{
		ID: document.ID, Reference: document.reference(), Identity: document.identity(),
		RoutedTo: routedTo(document.CustomFields.Route),
		ShipTo:   shipToOf(document.ShippingAddress), ModifiedAt: document.UpdatedAt,
	}
	order.State, order.InProgress = document.state()
	order.CreatedAt = document.CreatedAt
	if document.OrderPlacedAt != nil {
		order.CreatedAt = *document.OrderPlacedAt
	}
	for _, f := range document.Fulfillments {
		if f.UpdatedAt.After(order.ModifiedAt) {
			order.ModifiedAt = f.UpdatedAt
		}
		if !f.left() {
			continue
		}
		parcel := fulfillment.Package{ID: f.ID, Tracking: strings.TrimSpace(f.TrackingCode)}
		order.Packages = append(order.Packages, parcel)
		order.Tracking = appendDistinct(order.Tracking, parcel.Tracking)
		if order.Carrier == "" {
			// One text for both, as people wrote it: "UPS Ground".
			order.Carrier = strings.TrimSpace(f.Method)
		}
	}
	if order.State == fulfillment.WarehouseShipped {
		order.ShippedAt = shippedAt(document)
	}
	var known bool
	if order.Lines, known = linesOf(document, order.State); !known {
		return order, memberError("lines")
	}
	for _, line := range order.Lines {
		if line.SKU == "" || line.Ordered < 0 || line.Shipped < 0 {
			return order, memberError("lines")
		}
	}
	return order, nil
}

// linesOf returns the lines with what has left of them. Of an order that is
// closed the lines tell what was ordered, because a cancellation lowers the
// quantities until a short shipment looks whole; of an open one they tell what
// the warehouse is going to ship. known is false when a quantity is out of range.
func linesOf(document orderDocument, state fulfillment.WarehouseState) (lines []fulfillment.WarehouseLine, known bool) {
	left := document.leftByLine()
	lines = make([]fulfillment.WarehouseLine, len(document.Lines))
	for i, line := range document.Lines {
		ordered := line.Quantity
		if state != fulfillment.WarehouseOpen {
			ordered = max(line.Quantity, line.OrderPlacedQuantity)
		}
		lines[i].SKU = line.ProductVariant.SKU
		var counted bool
		if lines[i].Ordered, known = fulfillment.UnitsOf(ordered); known {
			lines[i].Shipped, counted = fulfillment.UnitsOf(left[line.ID])
		}
		if !known || !counted {
			return nil, false
		}
	}
	return lines, true
}

// shippedAt is the last moment at which a shipment of the order left. Vendure
// keeps no date of it. The last change of a shipment in state Shipped is that
// it left; when it was delivered the last change is that, and its creation is
// the nearest moment that is not too late. An order that was called shipped
// without a shipment left when it last changed.
func shippedAt(document orderDocument) time.Time {
	var at time.Time
	for _, f := range document.Fulfillments {
		moment := f.UpdatedAt
		if f.State == stateDelivered {
			moment = f.CreatedAt
		}
		if f.left() && moment.After(at) {
			at = moment
		}
	}
	if at.IsZero() {
		return document.UpdatedAt
	}
	return at
}

func shipToOf(address *addressDocument) fulfillment.Address {
	if address == nil {
		return fulfillment.Address{}
	}
	return fulfillment.Address{
		Name: address.FullName, Company: address.Company, Line1: address.StreetLine1, Line2: address.StreetLine2,
		City: address.City, Region: address.Province, PostalCode: address.PostalCode,
		Country: strings.ToUpper(address.CountryCode), CountryAsGiven: address.CountryCode, Phone: address.PhoneNumber,
	}
}

func appendDistinct(list []string, text string) []string {
	if text == "" || slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
