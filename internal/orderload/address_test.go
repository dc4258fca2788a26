// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestRegions(t *testing.T) {
	for _, test := range []struct {
		country, region string
		known           bool
	}{
		{"US", "TX", true}, {"US", "tx ", true}, {"US", "Texas", true}, {"US", "US-TX", true}, {"US", "N.Y.", true}, {"US", "new york", true},
		{"US", "D.C.", true}, {"US", "Washington, DC", true}, {"US", "Washington", true},
		{"US", "AA", true}, {"US", "AE", true}, {"US", "AP", true}, {"US", "PR", true}, {"US", "GU", true}, {"US", "VI", true},
		{"US", "", true}, {"US", " ", true},
		{"US", "ON", false}, {"US", "NSW", false}, {"US", "XX", false}, {"US", "Bavaria", false}, {"US", "Austin", false}, {"US", "US", false},
		{"CA", "ON", true}, {"CA", "Québec", true}, {"CA", "quebec", true}, {"CA", "PQ", true}, {"CA", "Newfoundland & Labrador", true}, {"CA", "CA-BC", true},
		{"CA", "TX", false}, {"CA", "CA", false}, {"CA", "California", false},
		{"AU", "N.S.W.", true}, {"AU", "Victoria", true}, {"AU", "act", true}, {"AU", "WA", true}, {"AU", "TX", false}, {"AU", "Auckland", false},
		{"DE", "Bavaria", true}, {"DE", "XX", true}, {"MX", "CDMX", true}, {"PR", "San Juan", true},
	} {
		if got := knownRegion(test.country, test.region); got != test.known {
			t.Errorf("%s %q: known %v", test.country, test.region, got)
		}
	}
	for country, want := range map[string]int{"US": 50 + 1 + 9 + 3, "CA": 13, "AU": 9} {
		codes := map[string]bool{}
		for name := range regions()[country] {
			if len(name) == 2 || country == "AU" && len(name) == 3 {
				codes[name] = true
			}
		}
		// Canada has three codes of old.
		if got := len(codes); got != want && !(country == "CA" && got == want+3) {
			t.Errorf("%s has %d codes, want %d", country, got, want)
		}
	}
}

func TestPostOfficeBoxes(t *testing.T) {
	for _, test := range []struct {
		name  string
		lines [3]string
		box   bool
	}{
		{"plain", [3]string{"PO Box 123"}, true},
		{"with points", [3]string{"P.O. Box 123"}, true},
		{"apart", [3]string{"P O BOX #123-A"}, true},
		{"in one word", [3]string{"POBOX 7"}, true},
		{"written out", [3]string{"Post Office Box 12"}, true},
		{"in the second line", [3]string{"c/o Bakery", "po box 9"}, true},
		{"beside a street", [3]string{"12 High Street", "PO Box 123"}, false},
		{"below a street", [3]string{"PO Box 123", "12b High Street"}, false},
		{"a street that begins so", [3]string{"Po Boxer Lane 4"}, false},
		{"a street of that name", [3]string{"14 PO Box Road"}, false},
		{"in one line with a street", [3]string{"12 High Street, PO Box 123"}, false},
		{"a military box", [3]string{"PSC 3 Box 4120"}, false},
		{"a unit", [3]string{"Unit 2050 Box 4190"}, false},
		{"a rural route", [3]string{"RR 2 Box 152"}, false},
		{"a private box", [3]string{"PMB 12", "100 Main St"}, false},
		{"nothing", [3]string{}, false},
	} {
		to := fulfillment.Address{Country: "US", Line1: test.lines[0], Line2: test.lines[1], Line3: test.lines[2]}
		if got := onlyPostOfficeBox(to); got != test.box {
			t.Errorf("%s: %v", test.name, got)
		}
		to.Country = "AE"
		if onlyPostOfficeBox(to) {
			t.Errorf("%s: elsewhere carriers deliver to boxes", test.name)
		}
	}
}

func TestPostOfficeBoxByCarrier(t *testing.T) {
	for _, test := range []struct {
		carrier, service string
		refused          bool
	}{
		{"UPS", "", true}, {"UPS_CA", "", true}, {"FEDEX", "", true}, {"FED_EX_AZ", "", true}, {"FEDEX_CANADA", "", true},
		{"", "UPS Ground", true}, {"", "FedEx Home Delivery", true}, {"", "fedex 2day", true},
		{"UPS_MAIL_INNOVATIONS", "", false}, {"FEDEX_INTERNATIONAL_MAIL_SERVICE", "", false},
		{"FEDEX", "FedEx SmartPost", false}, {"FEDEX", "Ground Economy", false}, {"UPS", "UPS SurePost 1 lb or greater", false},
		{"USPS", "Priority", false}, {"", "Standard", false}, {"", "", false}, {"OTHER_CARRIER", "UPS Ground", false}, {"", "Upscale delivery", false},
	} {
		v := Options{}.Load(order(func(o *fulfillment.Order) {
			o.ShipTo.Line1, o.Carrier, o.RequestedService = "PO Box 123", test.carrier, test.service
		}), now)
		if (v.Reason == fulfillment.ReasonPostOfficeBox) != test.refused || (v.Decision == Refuse) != test.refused {
			t.Errorf("%q %q: %d %s", test.carrier, test.service, v.Decision, v.Reason)
		}
	}
}

func TestAssumptionOfWhoNeedsAPhoneNumber(t *testing.T) {
	for _, test := range []struct {
		carrier, service, country string
		needed                    bool
	}{
		{"FEDEX", "", "US", true}, {"FEDEX", "", "DE", true}, {"", "FedEx Ground", "US", true}, {"DHL_EXPRESS", "", "US", true},
		{"UPS", "", "US", false}, {"UPS", "", "PR", false}, {"UPS", "", "CA", false}, {"UPS", "", "DE", true},
		{"FEDEX", "SmartPost", "US", false}, {"UPS_MAIL_INNOVATIONS", "", "DE", false}, {"DHL_ECOMMERCE", "", "US", false},
		{"USPS", "", "US", false}, {"USPS", "", "DE", false}, {"", "", "DE", false},
	} {
		v := Options{}.Load(order(func(o *fulfillment.Order) {
			o.ShipTo.Phone, o.ShipTo.Country, o.ShipTo.Region = " ", test.country, ""
			o.Carrier, o.RequestedService = test.carrier, test.service
		}), now)
		if (v.Reason == fulfillment.ReasonPhoneMissing) != test.needed || (v.Decision == Refuse) != test.needed {
			t.Errorf("%q %q to %s: %d %s", test.carrier, test.service, test.country, v.Decision, v.Reason)
		}
	}
}

func TestAStateOfAnotherCountryIsRefused(t *testing.T) {
	judge(t, []judged{
		{name: "Ontario in the United States", change: func(o *fulfillment.Order) { o.ShipTo.Region = "ON" }, want: Refuse, reason: fulfillment.ReasonUnknownRegion},
		{name: "a post office abroad for the military", change: func(o *fulfillment.Order) { o.ShipTo.Region, o.ShipTo.Line1 = "AE", "PSC 3 Box 4120" }},
	})
}
