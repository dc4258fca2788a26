// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"cmp"
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

// warehouseOrder turns the service's order into ours.
func (d *Driver) warehouseOrder(document orderDocument) (fulfillment.WarehouseOrder, error) {
	var order fulfillment.WarehouseOrder
	head := document.ReadOnly
	if head.OrderID <= 0 {
		return order, memberError("readOnly.orderId")
	}
	if head.Status == nil {
		return order, memberError("readOnly.status")
	}
	modified, err := d.clock.parse(head.LastModifiedDate)
	if err != nil {
		return order, memberError("readOnly.lastModifiedDate")
	}
	order = fulfillment.WarehouseOrder{
		ID:           decimal(int64(head.OrderID)),
		Reference:    document.ReferenceNum,
		Identity:     document.ExternalID,
		RoutedTo:     routedTo(document.SavedElements),
		Delivered:    deliveredOf(document.SavedElements),
		ShipTo:       addressOf(document.ShipTo),
		BillOfLading: strings.TrimSpace(cmp.Or(document.RoutingInfo.BillOfLading, document.MasterBillOfLadingID)),
		Carrier:      document.RoutingInfo.Carrier,
		Service:      document.RoutingInfo.Mode,
		SCAC:         document.RoutingInfo.SCACCode,
		ModifiedAt:   modified,
	}
	if created, err := d.clock.parse(head.CreationDate); err == nil {
		order.CreatedAt = created // it is only told, so an order without it is none the worse
	}
	order.State, order.InProgress = stateOf(int64(*head.Status), head)
	if order.State == fulfillment.WarehouseCancelled {
		order.Reference = formerReference(order.Reference, order.ID)
		order.CancelledOnRequest = strings.Contains(document.Notes, cancelReason)
	}
	if order.State == fulfillment.WarehouseShipped {
		if order.ShippedAt, err = d.shippedAt(head); err != nil {
			return order, err
		}
		order.FreightCost = freightCost(document)
	}
	packages, err := document.packages()
	if err != nil {
		return order, memberError("readOnly.packages")
	}
	for _, p := range packages {
		order.Packages = append(order.Packages, fulfillment.Package{
			ID: decimal(int64(p.PackageID)), Tracking: strings.TrimSpace(p.TrackingNumber),
		})
	}
	order.Tracking = trackingOf(document, order.Packages)
	parcel := len(packages) > 0 || len(order.Tracking) > 0 || order.BillOfLading != ""
	order.Lines, err = linesOf(document, order.State, packages, parcel)
	if order.State == fulfillment.WarehouseOpen && order.Identity != "" {
		order.Content = contentOf(order.Identity, document, order.Lines)
	}
	return order, err
}

// shippedAt is when the order was confirmed in the warehouse.
func (d *Driver) shippedAt(head orderReadOnly) (time.Time, error) {
	at, err := d.clock.parse(head.ProcessDate)
	if err != nil {
		return at, memberError("readOnly.processDate")
	}
	return at, nil
}

// linesOf returns the order's lines, with what has left of them. parcel says that
// the order tells of one.
func linesOf(document orderDocument, state fulfillment.WarehouseState, packages []packageDocument, parcel bool) ([]fulfillment.WarehouseLine, error) {
	documents, given, err := document.lines()
	if err != nil || !given && document.ExternalID != "" {
		// An order that an integration delivered has lines; without them a
		// partial shipment would look whole.
		return nil, memberError("orderItems")
	}
	lines := make([]fulfillment.WarehouseLine, len(documents))
	figures := make([]lineFigures, len(documents))
	for i, line := range documents {
		if figures[i], err = figuresOf(line); err != nil {
			return nil, err
		}
		lines[i] = fulfillment.WarehouseLine{
			LineID: line.ExternalID, SKU: line.ItemIdentifier.SKU, Ordered: figures[i].ordered,
		}
	}
	if state != fulfillment.WarehouseShipped {
		return lines, nil
	}
	contents, err := packedQuantities(packages, figures)
	if err != nil {
		return nil, memberError("readOnly.packages")
	}
	contents.nothing = !parcel
	for i, shipped := range shippedQuantities(figures, contents) {
		lines[i].Shipped = shipped
	}
	return lines, nil
}

func figuresOf(line lineDocument) (figures lineFigures, err error) {
	figures.orderItemID = int64(line.ReadOnly.OrderItemID)
	if figures.ordered, err = quantity(line.Qty); err != nil {
		return figures, memberError("orderItems.qty")
	}
	for _, allocation := range line.ReadOnly.Allocations {
		picked, err := optionalQuantity(allocation.ProperlyPicked)
		if err != nil {
			return figures, memberError("orderItems.readOnly.allocations.properlyPickedPrimary")
		}
		if picked != nil {
			figures.picked = figures.picked.Plus(*picked)
		}
	}
	return figures, nil
}

// formerReference returns the reference that a cancelled order had: the
// service renames it to <reference>-CANCELED-<its own id>.
func formerReference(reference, id string) string {
	return strings.TrimSuffix(reference, "-CANCELED-"+id)
}

func addressOf(contact contactDocument) fulfillment.Address {
	address := fulfillment.Address{
		Name: contact.Name, Company: contact.CompanyName,
		Line1: contact.Address1, Line2: contact.Address2,
		City: contact.City, Region: contact.State, PostalCode: contact.Zip,
		CountryAsGiven: contact.Country, Phone: contact.PhoneNumber, Email: contact.EmailAddress,
	}
	if len(contact.Country) == 2 {
		address.Country = strings.ToUpper(contact.Country)
	}
	return address
}
