// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"ordersync.dev/operator/internal/fulfillment"
)

// referencePattern is what references look like: printable, and without blanks
// at either end, which people who type them would lose.
const referencePattern = `^[^\s\pC]([^\pC]*[^\s\pC])?$`

var referenceShape = regexp.MustCompile(referencePattern)

// unmet returns why an order cannot be sent as it is, before the service is
// asked; nil when nothing is known against it. Fields are named by Order
// Manager's side of things, values never.
func unmet(order fulfillment.Order, reference string) *fulfillment.Fault {
	refuse := func(reason, hint string) *fulfillment.Fault {
		return &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: createOperation, Reason: reason, Hint: hint,
		}
	}
	switch {
	case utf8.RuneCountInString(reference) > maxReference:
		return refuse(fulfillment.ReasonReferenceUnusable, "the reference is longer than the 255 characters of the custom field")
	case !referenceShape.MatchString(reference):
		return refuse(fulfillment.ReasonReferenceUnusable, "the reference is empty, begins or ends with a blank, or holds control characters")
	case order.ID <= 0:
		return refuse("", "the order has no id")
	case len(order.Lines) == 0:
		return refuse(fulfillment.ReasonNoLines, "the order has no lines")
	case order.ShipTo.Country == "":
		return refuse(fulfillment.ReasonUnknownCountry, "the ship-to country is not a known code")
	case firstFilled(order.ShipTo.Line1, order.ShipTo.Line2, order.ShipTo.Line3) == "":
		return refuse(fulfillment.ReasonAddressIncomplete, "the ship-to address has no street")
	case firstFilled(order.ShipTo.Name, order.ShipTo.Company) == "":
		return refuse(fulfillment.ReasonAddressIncomplete, "the ship-to address has neither a name nor a company")
	}
	for _, line := range order.Lines {
		switch {
		case strings.TrimSpace(line.SKU) == "":
			return refuse(fulfillment.ReasonUnknownSKU, "a line has no SKU")
		case line.Quantity <= 0:
			return refuse(fulfillment.ReasonQuantityNotWhole, "a line's quantity is not a whole positive number")
		}
	}
	return nil
}

func firstFilled(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}
