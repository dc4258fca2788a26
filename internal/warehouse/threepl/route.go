// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"slices"
	"strconv"
	"strings"
)

// routeElement is the saved element that keeps the Order Manager warehouse an
// order was routed to when it was delivered.
//
// That the service keeps saved elements which the customer's settings do not
// define is not documented. If it drops them, orders do not say where they were
// routed to, and one that is sent for another warehouse is reported and not
// cancelled.
const routeElement = "OrderSync Warehouse"

// withRoute adds the warehouse to an order's saved elements.
func withRoute(elements []savedElement, warehouseID int64) []savedElement {
	if warehouseID == 0 || routedTo(elements) != 0 {
		return elements
	}
	return append(slices.Clone(elements), savedElement{routeElement, decimal(warehouseID)})
}

// routedTo reads the warehouse from an order's saved elements; 0 when it is not there.
func routedTo(elements []savedElement) int64 {
	for _, element := range elements {
		if strings.EqualFold(element.Name, routeElement) {
			if id, err := strconv.ParseInt(element.Value, 10, 64); err == nil && id > 0 {
				return id
			}
		}
	}
	return 0
}
