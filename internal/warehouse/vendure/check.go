// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	checkOperation = "check the settings"

	channelDocument = `query Channel { activeChannel { token } me { channels { token permissions } } }`
	// The filter names all three fields, so that a schema without one is refused
	// even where it cannot be asked about itself.
	settingsDocument = `query Settings($name: String!) {
	stockLocations(options: {filter: {name: {eq: $name}}}) { items { id name } }
	orders(options: {take: 1, filter: {externalRef: {eq: "-"}, externalId: {eq: "-"}, externalWarehouse: {eq: "-"}}}) { items { id customFields { externalRef externalId externalWarehouse } } }
}`

	channelHint = "the administrator sees no channel with this token; copy the token from the channel in Vendure, or have the role extended to the channel"
)

// permissions are what the driver needs in the channel; one of each row.
var permissions = [][]string{
	{"ReadOrder"}, {"CreateOrder"}, {"UpdateOrder"}, {"DeleteOrder"},
	{"ReadCustomer"},
	{"ReadCatalog", "ReadProduct"},
	{"ReadCatalog", "ReadStockLocation"},
}

// Check proves that the credentials are accepted, that the channel, the stock
// location and the three custom fields exist, and that the administrator may do
// what is needed. A *fulfillment.Fault says what to do.
//
// That externalRef is unique cannot be asked for.
func (d *Driver) Check(ctx context.Context) error {
	var channel struct {
		ActiveChannel struct {
			Token string `json:"token"`
		} `json:"activeChannel"`
		Me *struct {
			Channels []struct {
				Token       string   `json:"token"`
				Permissions []string `json:"permissions"`
			} `json:"channels"`
		} `json:"me"`
	}
	if err := d.do(ctx, call{operation: checkOperation, document: channelDocument}, &channel); err != nil {
		return err
	}
	// A server with one channel takes any token for it.
	if d.channel != "" && channel.ActiveChannel.Token != d.channel {
		return absent(fulfillment.ReasonCustomerNotFound, channelHint)
	}
	if channel.Me == nil {
		return malformed(checkOperation, "it does not say who is logged in")
	}
	i := slices.IndexFunc(channel.Me.Channels, func(c struct {
		Token       string   `json:"token"`
		Permissions []string `json:"permissions"`
	}) bool {
		return c.Token == channel.ActiveChannel.Token
	})
	if i < 0 {
		return absent(fulfillment.ReasonCustomerNotFound, channelHint)
	}
	if missing := missingPermissions(channel.Me.Channels[i].Permissions); len(missing) > 0 {
		return &fulfillment.Fault{
			Kind: fulfillment.FaultPermission, System: System, Operation: checkOperation, Reason: fulfillment.ReasonPermissionDenied,
			Hint: "the administrator's role lacks in the channel: " + strings.Join(missing, ", "),
		}
	}
	var settings struct {
		StockLocations locationList `json:"stockLocations"`
	}
	if err := d.do(ctx, call{operation: checkOperation, document: settingsDocument, variables: map[string]any{"name": d.location}}, &settings); err != nil {
		return err
	}
	_, err := settings.StockLocations.one(checkOperation, d.location)
	return err
}

func missingPermissions(has []string) []string {
	var missing []string
	for _, row := range permissions {
		if !slices.ContainsFunc(row, func(p string) bool { return slices.Contains(has, p) }) {
			missing = append(missing, strings.Join(row, " or "))
		}
	}
	return missing
}

func absent(reason, hint string) *fulfillment.Fault {
	return &fulfillment.Fault{
		Kind: fulfillment.FaultMisconfigured, System: System, Operation: checkOperation, Reason: reason, Hint: hint,
	}
}
