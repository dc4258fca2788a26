// SPDX-License-Identifier: Apache-2.0

package fulfillment

import "strings"

// A thing is what many orders may need of the warehouse. When one is missing
// there, every order that needs it is refused until it is there. Things are
// compared, never shown.

// SKUThing is the product that the warehouse knows by this SKU.
func SKUThing(sku string) string { return "sku\x00" + strings.TrimSpace(sku) }

// ShippingThing is the carrier and the service that an order is to go by; empty
// when it names none.
func ShippingThing(order Order) string {
	if order.Shipping.IsZero() && order.Carrier == "" && order.RequestedService == "" {
		return ""
	}
	return strings.Join([]string{"shipping", order.Shipping.Carrier, order.Shipping.Mode, order.Shipping.SCAC, order.Carrier, order.RequestedService}, "\x00")
}
