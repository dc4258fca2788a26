// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

// otherCarrier is the carrier of what Order Manager has no word for.
const otherCarrier = "OTHER_CARRIER"

//go:embed data/carriers.txt
var carrierData string

// carrierNames maps the letters and digits of each value of shippingCarrier to
// the value: "FEDEX" and "Fed Ex" are FEDEX, "OnTrac" is ON_TRAC.
var carrierNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for _, name := range dataLines(carrierData) {
		names[letters(name)] = name
	}
	return names
})

// carrierAliases are names that warehouses write for carriers of the list.
var carrierAliases = map[string]string{
	"UNITEDPARCELSERVICE":       "UPS",
	"UNITEDPARCELSERVICEINC":    "UPS",
	"FEDERALEXPRESS":            "FEDEX",
	"FEDERALEXPRESSCORPORATION": "FEDEX",
	"USPOSTALSERVICE":           "USPS",
	"UNITEDSTATESPOSTALSERVICE": "USPS",
	"USMAIL":                    "USPS",
	"ONTRACLOGISTICS":           "ON_TRAC",
	"OLDDOMINIONFREIGHTLINE":    "OLD_DOMINION",
	"OLDDOMINIONFREIGHTLINES":   "OLD_DOMINION",
	"ABFFREIGHT":                "ABF",
	"ESTES":                     "ESTES_EXPRESS_LINES",
	"XPO":                       "XPO_LOGISTICS",
	"CANADAPOSTCORPORATION":     "CANADA_POST",
	"PUROLATORINC":              "PUROLATOR",
	"PICKUP":                    "CUSTOMER_PICK_UP",
}

// carrierCodes are Standard Carrier Alpha Codes of carriers that the list has
// under their name. A code that is itself a value of the list needs no entry,
// unless Order Manager's users know the carrier by its name.
var carrierCodes = map[string]string{
	"UPSN": "UPS",
	"FDEG": "FEDEX",
	"FDXG": "FEDEX",
	"FDE":  "FEDEX",
	"FXFE": "FEDEX",
	"FXNL": "FEDEX",
	"ODFL": "OLD_DOMINION",
	"ABFS": "ABF",
	"CNWY": "CONWAY",
	"DAFG": "DAYTON_FREIGHT",
	"RLCA": "RL_CARRIERS",
	"RDFS": "ROADRUNNER",
	"AVRT": "AVERITT_EXPRESS",
}

// parcelCarriers are recognised by the first words of a text that goes on with
// a service: "UPS Ground". The whole list would not do: it has values such as
// AIR and UPS2, and "UPS 2 Day" is no UPS2.
var parcelCarriers = []string{
	"UPS", "UPS_FREIGHT", "UPS_MAIL_INNOVATIONS", "FEDEX", "USPS", "DHL", "DHL_ECOMMERCE", "DHL_EXPRESS",
	"PUROLATOR", "CANADA_POST", "ON_TRAC", "LASERSHIP", "ROYAL_MAIL",
}

// knownCarrier returns Order Manager's carrier for the warehouse's own texts;
// empty when they name none. The carrier's name comes first, then its SCAC,
// then the service.
func knownCarrier(carrier, service, scac string) string {
	if found := carrierByName(carrier); found != "" {
		return found
	}
	key := letters(scac)
	if found := carrierCodes[key]; found != "" {
		return found
	}
	if found := carrierNames()[key]; found != "" {
		return found
	}
	if found := carrierByFirstWords(carrier); found != "" {
		return found
	}
	return carrierByFirstWords(service)
}

// carrierByName finds a carrier by its whole name.
func carrierByName(text string) string {
	key := letters(text)
	// A SCAC in the carrier's place is a SCAC.
	if found := carrierCodes[key]; found != "" {
		return found
	}
	if found := carrierAliases[key]; found != "" {
		return found
	}
	return carrierNames()[key]
}

// carrierByFirstWords finds a carrier by the words that a text begins with.
func carrierByFirstWords(text string) string {
	words := strings.FieldsFunc(strings.ReplaceAll(text, ".", ""), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for n := len(words); n > 0; n-- {
		key := letters(strings.Join(words[:n], ""))
		if found := carrierAliases[key]; found != "" {
			return found
		}
		for _, name := range parcelCarriers {
			if key == letters(name) {
				return name
			}
		}
	}
	return ""
}

// ShippingCarrier returns the value of shippingCarrier that a text spells in
// any case, and false for a text that is none.
func ShippingCarrier(text string) (string, bool) {
	name := strings.ToUpper(strings.TrimSpace(text))
	return name, carrierNames()[letters(name)] == name
}

// letters returns the letters and digits of a text in upper case.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, text)
}
