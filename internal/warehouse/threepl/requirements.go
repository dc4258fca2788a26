// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"regexp"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// referencePattern is what references look like: printable, and without blanks
// at either end, which the service would trim and then not find again.
const referencePattern = `^[^\s\pC]([^\pC]*[^\s\pC])?$`

var referenceShape = regexp.MustCompile(referencePattern)

// unmet returns why an order cannot be sent as it is, before the service is
// asked; nil when nothing is known against it. The members are those that
// integrators of the service list as required. Fields are named by Order
// Manager's side of things, values never.
func unmet(order fulfillment.Order, ref string) *fulfillment.Fault {
	refuse := func(reason, hint string) *fulfillment.Fault {
		return &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: createOperation, Reason: reason, Hint: hint,
		}
	}
	switch {
	case !referenceShape.MatchString(ref):
		return refuse(fulfillment.ReasonReferenceUnusable, "the reference is empty, begins or ends with a blank, or holds control characters")
	case order.ID <= 0:
		return refuse(fulfillment.ReasonReferenceUnusable, "the order has no id")
	case len(order.Lines) == 0:
		return refuse(fulfillment.ReasonNoLines, "the order has no lines")
	}
	for _, line := range order.Lines {
		if line.Quantity <= 0 {
			return refuse(fulfillment.ReasonQuantityNotWhole, "a line's quantity is not positive")
		}
		if strings.TrimSpace(line.SKU) == "" {
			return refuse(fulfillment.ReasonUnknownSKU, "a line has no SKU")
		}
	}
	contact := contactOf(order.ShipTo)
	if len(contact.Country) != 2 {
		return refuse(fulfillment.ReasonUnknownCountry, "the country of the ship-to address is missing or unknown")
	}
	var missing []string
	for _, field := range []struct{ name, value string }{
		{"name or company", contact.Name},
		{"address line 1", contact.Address1},
		{"city", contact.City},
		{"state", contact.State},
		{"postal code", contact.Zip},
	} {
		if field.value == "" {
			missing = append(missing, field.name)
		}
	}
	if len(missing) > 0 {
		return refuse(fulfillment.ReasonAddressIncomplete, "the ship-to address has no "+strings.Join(missing, ", "))
	}
	return nil
}
