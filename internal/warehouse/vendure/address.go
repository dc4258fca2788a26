// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// newCustomer is the buyer as Vendure reads it: a guest, known by mail.
type newCustomer struct {
	FirstName    string `json:"firstName"`
	LastName     string `json:"lastName"`
	EmailAddress string `json:"emailAddress"`
	PhoneNumber  string `json:"phoneNumber,omitempty"`
}

type newAddress struct {
	FullName    string `json:"fullName,omitempty"`
	Company     string `json:"company,omitempty"`
	StreetLine1 string `json:"streetLine1"`
	StreetLine2 string `json:"streetLine2,omitempty"`
	City        string `json:"city,omitempty"`
	Province    string `json:"province,omitempty"`
	PostalCode  string `json:"postalCode,omitempty"`
	CountryCode string `json:"countryCode"`
	PhoneNumber string `json:"phoneNumber,omitempty"`
}

// customerOf returns the buyer. Vendure requires a mail address; an order
// without one gets a name under .invalid, which no mail ever reaches.
func customerOf(order fulfillment.Order) newCustomer {
	name := strings.Fields(firstFilled(order.ShipTo.Name, order.ShipTo.Company))
	customer := newCustomer{
		FirstName: order.ShipTo.FirstName, LastName: order.ShipTo.LastName,
		EmailAddress: strings.TrimSpace(order.ShipTo.Email), PhoneNumber: strings.TrimSpace(order.ShipTo.Phone),
	}
	if customer.EmailAddress == "" {
		customer.EmailAddress = order.ID.String() + "@order-manager.invalid"
	}
	if last := len(name) - 1; last >= 0 && customer.LastName == "" {
		customer.FirstName, customer.LastName = strings.Join(name[:last], " "), name[last]
	}
	return customer
}

// addressOf folds three address lines into the two that Vendure has.
func addressOf(to fulfillment.Address) newAddress {
	lines := slices.DeleteFunc([]string{
		strings.TrimSpace(to.Line1), strings.TrimSpace(to.Line2), strings.TrimSpace(to.Line3),
	}, func(line string) bool { return line == "" })
	address := newAddress{
		FullName:    firstFilled(to.Name, to.Company),
		Company:     strings.TrimSpace(to.Company),
		City:        strings.TrimSpace(to.City),
		Province:    strings.TrimSpace(to.Region),
		PostalCode:  strings.TrimSpace(to.PostalCode),
		CountryCode: to.Country,
		PhoneNumber: strings.TrimSpace(to.Phone),
	}
	if len(lines) > 0 {
		address.StreetLine1, address.StreetLine2 = lines[0], strings.Join(lines[1:], ", ")
	}
	return address
}

// noteOf is what people in the warehouse read beside the order; empty when
// there is nothing to say.
func noteOf(order fulfillment.Order) string {
	var notes []string
	add := func(label, text string) {
		if text = strings.TrimSpace(text); text != "" {
			notes = append(notes, label+text)
		}
	}
	add("", order.InternalNotes)
	add("From the buyer: ", order.BuyerNotes)
	add("To the buyer: ", order.ToBuyer)
	add("Gift message: ", order.GiftMessage)
	add("Requested service: ", order.RequestedService)
	add("Order source: ", order.Source)
	for _, field := range order.Extra {
		add(field.Name+": ", field.Value)
	}
	if order.Saturday {
		add("", "Saturday delivery")
	}
	for _, line := range order.Lines {
		add(line.SKU+": ", line.Notes)
		for _, field := range line.Extra {
			add(line.SKU+", "+field.Name+": ", field.Value)
		}
	}
	return strings.Join(notes, "\n")
}
