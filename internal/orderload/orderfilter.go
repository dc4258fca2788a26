// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"fmt"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// FilterField is a field of an order that a filter looks at.
type FilterField string

// The fields. Of labels an order may have several; of the country there are
// two codes. A filter matches when one of an order's texts does.
const (
	FieldOrderNumber      FilterField = "OrderNumber"
	FieldOrderType        FilterField = "OrderType"
	FieldOrderSource      FilterField = "OrderSource"
	FieldSalesChannel     FilterField = "SalesChannel"
	FieldShipCountry      FilterField = "ShipCountry"
	FieldShipState        FilterField = "ShipState"
	FieldShipZipCode      FilterField = "ShipZipCode"
	FieldRequestedService FilterField = "RequestedShippingService"
	FieldShippingCarrier  FilterField = "ShippingCarrier"
	FieldLabel            FilterField = "Label"
	FieldCustomField1     FilterField = "CustomField1"
	FieldCustomField2     FilterField = "CustomField2"
	FieldCustomField3     FilterField = "CustomField3"
)

// FilterMode says what becomes of an order that matches.
type FilterMode string

const (
	// Required: only orders that match are sent.
	Required FilterMode = "Required"
	// Restricted: orders that match are not sent.
	Restricted FilterMode = "Restricted"
)

// FilterMatch is how a value is compared. Case and blanks around do not matter.
type FilterMatch string

const (
	// Equal compares the whole text.
	Equal FilterMatch = "Equal"
	// StartsWith compares its beginning.
	StartsWith FilterMatch = "StartsWith"
	// EndsWith compares its end.
	EndsWith FilterMatch = "EndsWith"
)

// OrderFilter lets orders through, or leaves them out, by one field.
type OrderFilter struct {
	Field  FilterField
	Mode   FilterMode
	Match  FilterMatch
	Values []string
}

// filteredOut names the first filter that leaves the order out. The fields are
// Order Manager's own, but for the order source, which exists only as it is sent.
func (o Options) filteredOut(order, sent fulfillment.Order) (reason, message string) {
	for i, filter := range o.Filters {
		if filter.matches(texts(filter.Field, order, sent)) == (filter.Mode == Restricted) {
			return fulfillment.ReasonOrderFiltered, fmt.Sprintf("filters[%d]: %s is %s", i, filter.Field, strings.ToLower(string(filter.Mode)))
		}
	}
	return "", ""
}

func (f OrderFilter) matches(texts []string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		text = fold(text)
		return text != "" && slices.ContainsFunc(f.Values, func(value string) bool {
			value = fold(value)
			switch f.Match {
			case StartsWith:
				return strings.HasPrefix(text, value)
			case EndsWith:
				return strings.HasSuffix(text, value)
			case Equal:
			}
			return text == value
		})
	})
}

func texts(field FilterField, order, sent fulfillment.Order) []string {
	switch field {
	case FieldOrderNumber:
		return []string{order.Number}
	case FieldOrderType:
		return []string{order.Type}
	case FieldOrderSource:
		return []string{sent.Source}
	case FieldSalesChannel:
		return []string{order.ChannelName}
	case FieldShipCountry:
		return []string{order.ShipTo.Country, order.ShipTo.CountryAlpha3, order.ShipTo.CountryAsGiven}
	case FieldShipState:
		return []string{order.ShipTo.Region}
	case FieldShipZipCode:
		return []string{order.ShipTo.PostalCode}
	case FieldRequestedService:
		return []string{order.RequestedService}
	case FieldShippingCarrier:
		return []string{order.Carrier}
	case FieldLabel:
		return order.Labels
	case FieldCustomField1:
		return order.CustomFields[0:1]
	case FieldCustomField2:
		return order.CustomFields[1:2]
	case FieldCustomField3:
		return order.CustomFields[2:3]
	}
	return nil
}
