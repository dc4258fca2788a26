// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// shipmentWindow is the longest time that one call may ask for.
const shipmentWindow = 7 * 24 * time.Hour

var listShipmentsQuery = paged(20, map[string]parameter{
	"shipmentFromDate":        {kind: moment},
	"shipmentToDate":          {kind: moment},
	"shipmentCreatedFromDate": {kind: moment},
	"shipmentCreatedToDate":   {kind: moment},
	"orderId":                 {kind: number64, repeated: true},
	"orderNumber":             {kind: text, repeated: true},
	"shipmentId":              {kind: number64, repeated: true},
	"trackingNumber":          {kind: text},
	"batchNumber":             {kind: text},
	"deliveryStatus":          {kind: choice, choices: deliveryStatuses},
	"salesChannelId":          {kind: number32},
	"warehouseId":             {kind: number32},
	"shippingProviderId":      {kind: number32},
	"recipient":               {kind: text},
	"city":                    {kind: text},
	"state":                   {kind: text},
	"country":                 {kind: text},
})

func (s *Server) listShipments(c *call) reply {
	if problem := c.shipmentDates(); problem != "" {
		return refuse(http.StatusUnprocessableEntity, problem)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	matching := []*Shipment{}
	for _, shipment := range s.shipments {
		if r := s.orders[shipment.OrderID]; r != nil && c.selectsShipment(shipment, r.order) {
			matching = append(matching, shipment)
		}
	}
	page := []*Shipment{}
	return ok(append(page, cut(c.query, matching)...))
}

// shipmentDates: one whole pair of dates is mandatory, and no pair may span more than seven days.
func (c *call) shipmentDates() string {
	pairs := 0
	for _, pair := range [][2]string{{"shipmentFromDate", "shipmentToDate"}, {"shipmentCreatedFromDate", "shipmentCreatedToDate"}} {
		if c.has(pair[0]) != c.has(pair[1]) {
			return pair[0] + " and " + pair[1] + " belong together"
		}
		if !c.has(pair[0]) {
			continue
		}
		pairs++
		from, _ := parseTime(c.text(pair[0]))
		to, _ := parseTime(c.text(pair[1]))
		if to.Before(from) || to.Sub(from) > shipmentWindow {
			return pair[0] + " and " + pair[1] + " must span at most seven days"
		}
	}
	if pairs == 0 {
		return "a pair of dates is required"
	}
	return ""
}

func (c *call) selectsShipment(shipment *Shipment, o *Order) bool {
	switch {
	case !c.within("shipmentFromDate", "shipmentToDate", shipment.ShipDate.Time),
		!c.within("shipmentCreatedFromDate", "shipmentCreatedToDate", shipment.Created.Time),
		c.has("orderId") && !slices.Contains(c.numbers("orderId"), shipment.OrderID),
		c.has("shipmentId") && !slices.Contains(c.numbers("shipmentId"), shipment.ShipmentID),
		!matchesPrefix(c.texts("orderNumber"), shipment.OrderNumber),
		!matchesPrefix(c.texts("trackingNumber"), shipment.TrackingNumber),
		!matchesPrefix(c.texts("batchNumber"), fmt.Sprint(shipment.BatchNumber)),
		!matchesPrefix(c.texts("recipient"), o.ShipName),
		!matchesPrefix(c.texts("city"), o.ShipCity),
		c.has("deliveryStatus") && c.text("deliveryStatus") != shipment.DeliveryStatus,
		c.number("salesChannelId") != 0 && c.number("salesChannelId") != int64(o.channelID()),
		c.number("warehouseId") != 0 && c.number("warehouseId") != shipment.WarehouseID,
		c.number("shippingProviderId") != 0,
		c.has("state") && !strings.EqualFold(c.text("state"), o.ShipState),
		c.has("country") && !strings.EqualFold(c.text("country"), o.ShipCountry):
		return false
	}
	return true
}
