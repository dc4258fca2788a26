// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"regexp"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// undeliverable returns why the carrier will refuse the address. Only what is
// certain is refused: an order that is held back wrongly costs a customer.
func undeliverable(order fulfillment.Order) (reason, message string) {
	to := order.ShipTo
	switch {
	case !knownRegion(to.Country, to.Region):
		return fulfillment.ReasonUnknownRegion, "the ship-to state is not one of the country's; mend it in Order Manager"
	case onlyPostOfficeBox(to) && streetCarrier(order):
		return fulfillment.ReasonPostOfficeBox, "UPS and FedEx do not deliver to a PO box; ship by another carrier, or add the street in Order Manager"
	case strings.TrimSpace(to.Phone) == "" && needsPhone(order):
		return fulfillment.ReasonPhoneMissing, "the carrier needs the buyer's phone number; add it in Order Manager, or set defaultOrderPhone"
	}
	return "", ""
}

var (
	postOfficeBox = regexp.MustCompile(`(?i)^\W*(p\W*o\W*box|post\s*office\s*box)\W*[\w-]{1,12}\W*$`)
	street        = regexp.MustCompile(`^\s*\d+\w*\s+\pL`)
)

// onlyPostOfficeBox reports whether the address is a PO box in the United
// States and names no street beside it. Elsewhere carriers do deliver to some.
// A military box ("PSC 3 BOX 4120") is none, and no word of it says PO box.
func onlyPostOfficeBox(to fulfillment.Address) bool {
	lines := []string{to.Line1, to.Line2, to.Line3}
	return to.Country == "US" && slices.ContainsFunc(lines, postOfficeBox.MatchString) && !slices.ContainsFunc(lines, street.MatchString)
}

// postal are services of UPS and FedEx whose last mile is the post's, which
// delivers to every box and asks for no phone number.
var postal = regexp.MustCompile(`(?i)smart\s*post|sure\s*post|mail|ground\s*(economy|saver)`)

// carrierName returns carrier and service in one text: Order Manager's
// enumeration has UPS, FED_EX_AZ, FEDEX_CANADA and the like, and channels ask
// for a service such as "FedEx Home Delivery". Where the merchant's table says
// how the warehouse ships, that is what the carrier is judged by.
func carrierName(order fulfillment.Order) string {
	if !order.Shipping.IsZero() {
		return firstFilled(order.Shipping.Carrier, order.Shipping.Mode)
	}
	return strings.ReplaceAll(firstFilled(order.Carrier, order.RequestedService), "_", " ")
}

var (
	ups        = regexp.MustCompile(`(?i)^ups\b`)
	fedEx      = regexp.MustCompile(`(?i)^fed\s*ex`)
	dhlExpress = regexp.MustCompile(`(?i)^dhl\s+express\b`)
)

func viaPost(order fulfillment.Order) bool {
	if !order.Shipping.IsZero() {
		return postal.MatchString(order.Shipping.Mode) || postal.MatchString(order.Shipping.Carrier)
	}
	return postal.MatchString(order.RequestedService) || postal.MatchString(order.Carrier)
}

func streetCarrier(order fulfillment.Order) bool {
	name := carrierName(order)
	return (ups.MatchString(name) || fedEx.MatchString(name)) && !viaPost(order)
}

// ASSUMPTION (who needs a phone number). Assumed is: FedEx and DHL Express for
// every recipient, and UPS for one outside the United States, Puerto Rico and Canada.
func needsPhone(order fulfillment.Order) bool {
	name := carrierName(order)
	switch {
	case viaPost(order):
		return false
	case fedEx.MatchString(name), dhlExpress.MatchString(name):
		return true
	}
	return ups.MatchString(name) && !slices.Contains([]string{"US", "PR", "CA"}, order.ShipTo.Country)
}
