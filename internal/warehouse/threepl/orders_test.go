// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"ordersync.dev/operator/internal/fulfillment"
)

// anOrder is an order of two lines, A and B, with this id.
func anOrder(id fulfillment.OrderID) fulfillment.Order {
	return fulfillment.Order{
		ID: id, Number: "S-1", State: fulfillment.StateWaiting, OrderDate: today,
		ShipTo: fulfillment.Address{Name: "Ada Byron", Line1: "1 Main St", City: "Springfield", Region: "OR", PostalCode: "97477", Country: "US"},
		Lines:  []fulfillment.Line{{ID: 91, SKU: "A", Quantity: 2}, {ID: 92, SKU: "B", Quantity: 1}},
	}
}
