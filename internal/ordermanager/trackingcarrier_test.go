// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"testing"
)

func TestCarrierByTracking(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		// UPS's and the Universal Postal Union's own examples.
		"1Z12345E6605272234":               "UPS",
		"1z 123 45e 66 0527 2234":          "UPS",
		"1Z999AA10123456784":               "UPS",
		"1Z12345E6605272235":               "",
		"LK473124829US":                    "USPS",
		"LK 473124829 CA":                  "CANADA_POST",
		"LK473124828US":                    "",
		"LK473124829GB":                    "", // more than one carrier delivers those
		"1Z1":                              "",
		"":                                 "",
		"123456789012":                     "", // twelve digits are FedEx's and others'
		"1234567890":                       "", // ten digits are DHL Express's and others'
		"9261290100130000000000":           "", // a FedEx parcel that the post delivers
		"0123456789012345678901234567890X": "",
	} {
		if got := carrierByTracking(number); got != want {
			t.Errorf("%q is of %q, want %q", number, got, want)
		}
	}
}

// Of the ten last digits that a number can have, one is right.
func TestCheckDigitsDecide(t *testing.T) {
	t.Parallel()
	for _, stem := range []string{"1Z999AA1012345678", "940010000000000000000", "950551234567890123456", "7012123456789012345"} {
		recognised := 0
		for digit := range 10 {
			if carrierByTracking(fmt.Sprintf("%s%d", stem, digit)) != "" {
				recognised++
			}
		}
		if recognised != 1 {
			t.Errorf("%s: %d last digits are right", stem, recognised)
		}
	}
}
