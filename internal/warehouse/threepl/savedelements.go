// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// channelElement is the saved element that holds where an order comes from.
const channelElement = "Channel"

// savedElement is a name and a value that the service keeps for the customer.
type savedElement struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// savedElements returns the order source and the order's custom fields. A
// custom field never takes a name that means something here: as the route's it
// would have the order cancelled, as routed elsewhere.
func savedElements(order fulfillment.Order) []savedElement {
	var elements []savedElement
	if order.Source != "" {
		elements = append(elements, savedElement{channelElement, order.Source})
	}
	for _, field := range order.Extra {
		for _, own := range []string{channelElement, routeElement, contentElement} {
			if strings.EqualFold(strings.TrimSpace(field.Name), own) {
				field.Name = "Custom field " + own
			}
		}
		elements = withField(elements, field)
	}
	return elements
}

// lineElements returns the custom fields of a line. None of its names means
// anything here.
func lineElements(line fulfillment.Line) []savedElement {
	var elements []savedElement
	for _, field := range line.Extra {
		elements = withField(elements, field)
	}
	return elements
}

// withField adds a custom field that holds something. The first of a name has it.
func withField(elements []savedElement, field fulfillment.Field) []savedElement {
	taken := slices.ContainsFunc(elements, func(e savedElement) bool { return strings.EqualFold(e.Name, field.Name) })
	if taken || field.Value == "" {
		return elements
	}
	return append(elements, savedElement(field))
}
