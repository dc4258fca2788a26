// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// freightCost returns what the carrier charged for an order.
//
// ASSUMPTION. An order has two charges by name, for the transport and for
// options of the service, in no stated currency. Their names begin with a
// carrier's, and what other carriers charge may stand there or nowhere. Assumed
// is that both together are what the carrier charged, and that 0 is no figure:
// nothing is carried for nothing. What the warehouse bills the merchant stands
// elsewhere and is not freight.
func freightCost(document orderDocument) string {
	var sum fulfillment.Quantity
	for _, charge := range []json.RawMessage{document.TransportationCharge, document.ServiceOptionCharge} {
		text := strings.Trim(string(charge), `"`)
		if text == "" || text == "null" {
			continue
		}
		amount, err := fulfillment.ParseQuantity(text)
		if err != nil || amount < 0 {
			return ""
		}
		sum += amount
	}
	if sum == 0 {
		return ""
	}
	return sum.String()
}
