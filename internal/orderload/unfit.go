// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"fmt"

	"ordersync.dev/operator/internal/fulfillment"
)

// unfit returns why no warehouse can take the order as it is.
func unfit(order fulfillment.Order) (reason, message string) {
	if order.Number == "" {
		return fulfillment.ReasonReferenceUnusable, "the order has no number"
	}
	if len(order.Lines) == 0 {
		return fulfillment.ReasonNoLines, "the order has no lines"
	}
	for i, line := range order.Lines {
		if line.SKU == "" {
			return fulfillment.ReasonUnknownSKU, fmt.Sprintf("line %d has no SKU; assign a product to it in Order Manager", i+1)
		}
		if line.Quantity <= 0 {
			return fulfillment.ReasonQuantityNotWhole, fmt.Sprintf("the quantity of SKU %s is not a whole positive number", line.SKU)
		}
	}
	if order.ShipTo.Country == "" {
		return fulfillment.ReasonUnknownCountry, "the ship-to country is missing or not a known code; mend it in Order Manager"
	}
	return "", ""
}
