// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"cmp"
	"slices"
	"testing"
)

func TestCarrierData(t *testing.T) {
	t.Parallel()
	values := dataLines(carrierData)
	if len(values) != 411 || !slices.IsSorted(values) {
		t.Errorf("%d values, sorted %v; want 411 in order", len(values), slices.IsSorted(values))
	}
	if n := len(carrierNames()); n != len(values) {
		t.Errorf("%d of %d values can be told apart by letters and digits", n, len(values))
	}
	for _, value := range values {
		if found := carrierNames()[letters(value)]; found != value {
			t.Errorf("%s is found as %q", value, found)
		}
	}
	for from, to := range carrierAliases {
		if !slices.Contains(values, to) {
			t.Errorf("alias %s leads to %s, which Order Manager does not take", from, to)
		}
		if found := carrierNames()[from]; found != "" || from != letters(from) {
			t.Errorf("alias %s is idle or hides %s", from, found)
		}
	}
	for from, to := range carrierCodes {
		if !slices.Contains(values, to) || from != letters(from) {
			t.Errorf("code %s leads to %s", from, to)
		}
	}
	for _, name := range append(parcelCarriers, otherCarrier) {
		if !slices.Contains(values, name) {
			t.Errorf("%s is no value of Order Manager", name)
		}
	}
}

func TestShippingCarrier(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ carrier, service, scac, want string }{
		{"UPS", "Ground", "UPSN", "UPS"},
		{"ups", "", "", "UPS"},
		{"FedEx", "", "", "FEDEX"},
		{"Fed Ex", "", "", "FEDEX"},
		{"FEDEX", "", "FDEG", "FEDEX"},
		{"Federal Express", "", "", "FEDEX"},
		{"United Parcel Service", "", "", "UPS"},
		{"United Parcel Service, Inc.", "", "", "UPS"},
		{"USPS", "", "", "USPS"},
		{"U.S.P.S.", "", "", "USPS"},
		{"U.S. Postal Service", "", "", "USPS"},
		{"United States Postal Service", "", "", "USPS"},
		{"OnTrac", "", "", "ON_TRAC"},
		{"On Trac", "", "", "ON_TRAC"},
		{"DHL eCommerce", "", "", "DHL_ECOMMERCE"},
		{"DHL Express", "", "", "DHL_EXPRESS"},
		{"DHL Express Worldwide", "", "", "DHL_EXPRESS"},
		{"Canada Post", "", "", "CANADA_POST"},
		{"R&L Carriers", "", "", "RL_CARRIERS"},
		{"Old Dominion Freight Line", "", "", "OLD_DOMINION"},
		{"LaserShip", "", "", "LASERSHIP"},
		{"TFORCE_FREIGHT", "", "", "TFORCE_FREIGHT"},
		{"10CC", "", "", "_10CC"},
		// A service in the carrier's place.
		{"UPS Ground", "", "", "UPS"},
		{"UPS 2 Day", "", "", "UPS"},
		{"UPS Freight LTL", "", "", "UPS_FREIGHT"},
		{"FedEx SmartPost", "", "", "FEDEX"},
		{"FedEx 2D air", "", "", "FEDEX"},
		{"USPS Priority Mail", "", "", "USPS"},
		{"U.S. Postal Service First Class", "", "", "USPS"},
		// The SCAC where the name says nothing.
		{"", "", "UPSN", "UPS"},
		{"Parcel", "", "FDEG", "FEDEX"},
		{"Parcel", "", "fdxg", "FEDEX"},
		{"Truck", "", "ODFL", "OLD_DOMINION"},
		{"Truck", "", "EXLA", "EXLA"},
		{"FDEG", "", "", "FEDEX"},
		// The service where neither says anything.
		{"", "FedEx Ground", "", "FEDEX"},
		{"Best rate carrier", "USPS Media Mail", "", "USPS"},
		// The name wins over the code.
		{"USPS", "", "UPSN", "USPS"},
		// Words that merely begin like a value.
		{"Upstate Couriers", "", "", otherCarrier},
		{"Air Cargo Express", "", "", otherCarrier},
		{"Skip the line", "", "", otherCarrier},
		{"DHLX", "", "", otherCarrier},
		{"Ground", "Standard", "ZZZZ", otherCarrier},
		{"", "", "", otherCarrier},
		{"---", "***", "??", otherCarrier},
	} {
		if got := cmp.Or(knownCarrier(test.carrier, test.service, test.scac), otherCarrier); got != test.want {
			t.Errorf("%q, %q, %q is %s, want %s", test.carrier, test.service, test.scac, got, test.want)
		}
	}
}
