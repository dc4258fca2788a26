// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"

	"ordersync.dev/operator/internal/fulfillment"
)

// Content is not known: orders of Vendure do not remember what they said.
func (d *Driver) Content(fulfillment.Order) fulfillment.Content { return fulfillment.Content{} }

// UpdateOrder changes nothing and asks nobody: see Capabilities.
func (d *Driver) UpdateOrder(context.Context, string, fulfillment.Order, []fulfillment.Part) (fulfillment.Update, error) {
	return fulfillment.Update{Outcome: fulfillment.UpdateNotSupported}, nil
}
