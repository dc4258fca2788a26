// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"slices"
	"strconv"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// NumberField is the field of an order that the warehouse knows it by.
type NumberField string

// The fields. Where one is blank the order number takes its place.
const (
	NumberIsOrderNumber  NumberField = "OrderNumber"
	NumberIsOrderID      NumberField = "OrderID"
	NumberIsCustomField1 NumberField = "CustomField1"
	NumberIsCustomField2 NumberField = "CustomField2"
	NumberIsCustomField3 NumberField = "CustomField3"
)

// defaultOrderSource stands before a sales channel's name where no order source
// is set: the vendor's own example is "Order Manager-Wayfair".
const defaultOrderSource = "Order Manager"

// AsSent returns an order as the warehouse is told of it, and the lines that
// the item filters leave out. It is what an order in the warehouse is compared
// with. The order's id, its identity, never changes.
func (o Options) AsSent(order fulfillment.Order) (sent fulfillment.Order, dropped []fulfillment.Line) {
	sent = order
	sent.Content = fulfillment.ContentOf(order)
	sent.Number = o.number(order)
	sent.Source = o.source(order)
	sent.ShipTo.Email = firstFilled(order.ShipTo.Email, o.DefaultEmail)
	sent.ShipTo.Phone = firstFilled(order.ShipTo.Phone, o.DefaultPhone)
	sent.ShipTo.FirstName, sent.ShipTo.LastName = o.names(order.ShipTo.Name)
	if o.ConcatShipCodeAndCarrier {
		sent.RequestedService = shipCodeAndCarrier(order)
	}
	sent.Shipping, _ = o.Mappings.ShipMethod(order.ChannelName, sent.RequestedService)
	if o.LoadCustomFields {
		sent.Extra = customFields(order)
	}
	sent.Lines = make([]fulfillment.Line, 0, len(order.Lines))
	for _, line := range o.WithoutBrokenDown(order.Lines) {
		if !o.keeps(line) {
			dropped = append(dropped, line)
			continue
		}
		sent.Lines = append(sent.Lines, o.exploded(line)...)
	}
	return sent, dropped
}

func (o Options) number(order fulfillment.Order) string {
	var chosen string
	switch o.OrderNumber {
	case NumberIsOrderID:
		chosen = order.ID.String()
	case NumberIsCustomField1:
		chosen = order.CustomFields[0]
	case NumberIsCustomField2:
		chosen = order.CustomFields[1]
	case NumberIsCustomField3:
		chosen = order.CustomFields[2]
	case NumberIsOrderNumber:
	}
	if chosen = strings.TrimSpace(chosen); chosen == "" {
		return order.Number
	}
	return chosen
}

func (o Options) source(order fulfillment.Order) string {
	channel := strings.TrimSpace(order.ChannelName)
	if !o.LoadSalesChannelName || channel == "" {
		return strings.TrimSpace(o.OrderSource)
	}
	return firstFilled(o.OrderSource, defaultOrderSource) + "-" + channel
}

// names splits a name at its last blank: Order Manager has one field for it.
// Where it is not split, all of it is the last name.
func (o Options) names(name string) (first, last string) {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "", ""
	}
	if o.WholeCustomerNames {
		return "", strings.Join(words, " ")
	}
	n := len(words) - 1
	return strings.Join(words[:n], " "), words[n]
}

// ASSUMPTION (ship code and carrier). The vendor says that Concat Ship Code And
// Carrier applies "only when Order Manager sends a Shipping Service ID", and
// neither which text is the ship code nor what stands between the two. Assumed
// is: the ship code is the requested shipping service, or the id where there is
// none, and a hyphen stands between, as in the order source.
func shipCodeAndCarrier(order fulfillment.Order) string {
	if order.ServiceID == 0 || order.Carrier == "" {
		return order.RequestedService
	}
	return firstFilled(order.RequestedService, strconv.FormatInt(order.ServiceID, 10)) + "-" + order.Carrier
}

// customFields returns the custom fields that hold something, those that every
// order has first.
func customFields(order fulfillment.Order) []fulfillment.Field {
	var fields []fulfillment.Field
	for i, value := range order.CustomFields {
		if value = strings.TrimSpace(value); value != "" {
			fields = append(fields, fulfillment.Field{Name: "customField" + strconv.Itoa(i+1), Value: value})
		}
	}
	return slices.Concat(fields, order.Extra)
}

func firstFilled(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}
