// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"strconv"

	"ordersync.dev/operator/internal/fulfillment"
)

// namesOf are the custom fields that make an order in Vendure this one of Order
// Manager: its identity, and the Order Manager warehouse that it is routed to.
// An order that says where it was routed can be told, later on, from one that
// has been routed elsewhere.
func namesOf(order fulfillment.Order) map[string]any {
	names := map[string]any{identityField: order.ID.String()}
	if order.WarehouseID != 0 {
		names[routeField] = strconv.FormatInt(order.WarehouseID, 10)
	}
	return names
}

// routedTo reads the warehouse from an order's custom field; 0 when it is not
// there, or when people wrote something else into it.
func routedTo(field *string) int64 {
	id, err := strconv.ParseInt(textOf(field), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}
