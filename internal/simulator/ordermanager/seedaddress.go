// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"encoding/json"
	"fmt"
)

func jsonNumber(text string) json.Number { return json.Number(text) }

type place struct {
	city, state, zip, country string
}

var (
	domestic = []place{
		{"Springfield", "NJ", "07081", "USA"}, {"Portland", "OR", "97201", "USA"}, {"Austin", "TX", "78701", "USA"},
		{"Columbus", "OH", "43004", "USA"}, {"San Jose", "CA", "95112-4567", "USA"}, {"San Juan", "PR", "00901", "USA"},
	}
	canadian = []place{{"Toronto", "ON", "M5V 2T6", "CAN"}, {"Montréal", "QC", "H2Y 1C6", "CAN"}}
	german   = []place{{"Köln", "", "50667", "DEU"}, {"Düsseldorf", "NW", "40213", "DEU"}}
)

// address fills in the ship-to and the buyer; every name is plainly made up.
func (g *seeder) address(o *Order, n int) {
	at := pick(g.random, domestic...)
	o.ShipPhone = fmt.Sprintf("555-%03d-%04d", g.random.IntN(1000), n%10_000)
	switch g.random.IntN(12) {
	case 0:
		at = pick(g.random, canadian...)
	case 1:
		at = pick(g.random, german...)
		o.ShipPhone = fmt.Sprintf("+49 221 555%04d", n%10_000)
	}
	o.ShipName = fmt.Sprintf("Testbuyer %s %05d", pick(g.random, "Ada", "Ben", "Çelik", "O'Neil", "Zoë"), n)
	o.ShipAddress1 = fmt.Sprintf("%d Example %s", 1+g.random.IntN(9999), pick(g.random, "Street", "Avenue", "Straße", "Blvd."))
	o.ShipCity, o.ShipState, o.ShipZipCode, o.ShipCountry = at.city, at.state, at.zip, at.country
	o.ShipEmail = fmt.Sprintf("buyer%05d@buyers.example", n)
	o.AddressType = "RESIDENTIAL"
	if g.random.IntN(4) == 0 {
		o.ShipAddress2 = fmt.Sprintf("Apt %d", 1+g.random.IntN(400))
	}
	if g.random.IntN(10) == 0 {
		o.ShipAddress2, o.ShipAddress3 = fmt.Sprintf("Building %d", 1+g.random.IntN(9)), "Dock 4, ring for entry"
	}
	if o.SalesChannel.SalesChannelID == Wholesale {
		o.ShipCompany = fmt.Sprintf("Synthetic Retail %d & Sons", n%97)
		o.AddressType = "COMMERCIAL"
	}
	o.Customer = &Customer{CustomerID: int64(500_000 + n), Name: o.ShipName, CompanyName: o.ShipCompany, EmailAddresses: []string{o.ShipEmail}}
}
