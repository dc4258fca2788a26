// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"regexp"
	"strings"
)

// carrierByTracking recognises a carrier by a tracking number whose shape and
// check digit belong to that carrier alone; empty when that is not certain. A
// wrong carrier sends the buyer to a page that does not know the parcel.
//
// Recognised are UPS 1Z numbers, USPS numbers of 22 digits that begin with 94
// or 95 and of 20 digits that begin with 70, and the postal unions' S10 numbers
// of the United States and Canada. Left out although they are public: FedEx
// (12 and 15 digits: other carriers use such numbers, and one in ten passes the
// check by chance), DHL Express (10 digits, the same), and USPS numbers that
// begin with 92 or 93, which FedEx, UPS and DHL print on parcels of their own.
func carrierByTracking(number string) string {
	number = strings.ToUpper(strings.Join(strings.Fields(number), ""))
	switch {
	case ups1Z.MatchString(number) && checksUPS(number[2:]):
		return "UPS"
	case uspsDigits.MatchString(number) && checksMod10(number):
		return "USPS"
	case s10.MatchString(number) && checksS10(number[2:11]):
		if strings.HasSuffix(number, "CA") {
			return "CANADA_POST"
		}
		return "USPS"
	}
	return ""
}

var (
	ups1Z      = regexp.MustCompile(`^1Z[0-9A-Z]{15}[0-9]$`)
	uspsDigits = regexp.MustCompile(`^(9[45][0-9]{20}|70[0-9]{18})$`)
	s10        = regexp.MustCompile(`^[A-Z]{2}[0-9]{9}(US|CA)$`)
)

// checksUPS checks the sixteen characters after 1Z: letters count from A as 2,
// modulo ten, and every second character counts twice.
func checksUPS(text string) bool {
	sum := 0
	for i := range len(text) - 1 {
		value := int(text[i] - '0')
		if text[i] >= 'A' {
			value = int(text[i]-'A'+2) % 10
		}
		if i%2 == 1 {
			value *= 2
		}
		sum += value
	}
	return (10-sum%10)%10 == int(text[len(text)-1]-'0')
}

// checksMod10 checks digits of which, from the last before the check digit
// backwards, every second counts three times.
func checksMod10(text string) bool {
	sum := 0
	for i := range len(text) - 1 {
		value := int(text[i] - '0')
		if (len(text)-2-i)%2 == 0 {
			value *= 3
		}
		sum += value
	}
	return (10-sum%10)%10 == int(text[len(text)-1]-'0')
}

// checksS10 checks eight digits by their weights.
func checksS10(text string) bool {
	weights := [8]int{8, 6, 4, 2, 3, 5, 9, 7}
	sum := 0
	for i, weight := range weights {
		sum += int(text[i]-'0') * weight
	}
	check := 11 - sum%11
	switch check {
	case 10:
		check = 0
	case 11:
		check = 5
	}
	return check == int(text[8]-'0')
}
