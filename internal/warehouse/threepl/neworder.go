// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// newOrder is an order as the service reads it. Members that are left out
// stay as the customer's settings in the warehouse have them; deferNotification
// is one, so that a customer who queues incoming orders goes on doing so.
type newOrder struct {
	CustomerIdentifier identifier     `json:"customerIdentifier"`
	FacilityIdentifier identifier     `json:"facilityIdentifier"`
	ReferenceNum       string         `json:"referenceNum"`
	PoNum              string         `json:"poNum,omitempty"`
	ExternalID         string         `json:"externalId"`
	Notes              string         `json:"notes,omitempty"`
	ShippingNotes      string         `json:"shippingNotes,omitempty"`
	EarliestShipDate   string         `json:"earliestShipDate,omitempty"`
	ShipCancelDate     string         `json:"shipCancelDate,omitempty"`
	BillingCode        string         `json:"billingCode,omitempty"`
	RoutingInfo        newRouting     `json:"routingInfo,omitzero"`
	ShipTo             newContact     `json:"shipTo"`
	FulfillInvInfo     newInvoice     `json:"fulfillInvInfo,omitzero"`
	SavedElements      []savedElement `json:"savedElements,omitempty"`
	OrderItems         []newLine      `json:"orderItems"`
}

type newRouting struct {
	Carrier              string `json:"carrier,omitempty"`
	Mode                 string `json:"mode,omitempty"`
	ScacCode             string `json:"scacCode,omitempty"`
	Account              string `json:"account,omitempty"`
	ShipPointZip         string `json:"shipPointZip,omitempty"`
	IsCod                bool   `json:"isCod,omitempty"`
	IsInsurance          bool   `json:"isInsurance,omitempty"`
	RequiresDeliveryConf bool   `json:"requiresDeliveryConf,omitempty"`
}

type newContact struct {
	CompanyName          string `json:"companyName"`
	Name                 string `json:"name"`
	Address1             string `json:"address1"`
	Address2             string `json:"address2,omitempty"`
	City                 string `json:"city"`
	State                string `json:"state"`
	Zip                  string `json:"zip"`
	Country              string `json:"country"`
	PhoneNumber          string `json:"phoneNumber,omitempty"`
	EmailAddress         string `json:"emailAddress,omitempty"`
	IsAddressResidential *bool  `json:"isAddressResidential,omitempty"`
}

type newInvoice struct {
	ShippingAndHandling json.Number `json:"fulfillInvShippingAndHandling,omitempty"`
	Tax                 json.Number `json:"fulfillInvTax,omitempty"`
	DiscountAmount      json.Number `json:"fulfillInvDiscountAmount,omitempty"`
	GiftMessage         string      `json:"fulfillInvGiftMessage,omitempty"`
}

type newLine struct {
	ItemIdentifier itemIdentifier `json:"itemIdentifier"`
	ExternalID     string         `json:"externalId"`
	Qty            int64          `json:"qty"`
	Notes          string         `json:"notes,omitempty"`
	SalePrice      json.Number    `json:"fulfillInvSalePrice,omitempty"`
	DiscountAmount json.Number    `json:"fulfillInvDiscountAmt,omitempty"`
	SavedElements  []savedElement `json:"savedElements,omitempty"`
}

// newOrder carries over everything that the two systems have in common. What
// has no member of its own in the service is said in the shipping notes.
func (d *Driver) newOrder(order fulfillment.Order, reference string) newOrder {
	document := newOrder{
		CustomerIdentifier: identifier{wireInt(d.customer)},
		FacilityIdentifier: identifier{wireInt(d.facility)},
		ReferenceNum:       reference,
		ExternalID:         order.ID.String(),
		Notes:              notesOf(order),
		ShippingNotes:      strings.Join(shippingNotes(order), "; "),
		BillingCode:        billingCodes[order.Billing.Option],
		RoutingInfo:        routingOf(order),
		ShipTo:             contactOf(order.ShipTo),
		FulfillInvInfo: newInvoice{
			ShippingAndHandling: amount(order.ShippingCost),
			Tax:                 taxOf(order.Lines),
			DiscountAmount:      amount(order.Discount),
			GiftMessage:         order.GiftMessage,
		},
	}
	if !order.HoldUntil.IsZero() {
		document.EarliestShipDate = d.clock.format(order.HoldUntil)
	}
	if !order.ShipBy.IsZero() {
		document.ShipCancelDate = d.clock.format(order.ShipBy)
	}
	document.SavedElements = withRoute(savedElements(order), order.WarehouseID)
	purchaseOrder, shared := sharedPurchaseOrder(order.Lines)
	document.PoNum = purchaseOrder
	for _, line := range order.Lines {
		notes := []string{line.Notes}
		if !shared && line.PurchaseOrderItem != "" {
			notes = append(notes, "PO item "+line.PurchaseOrderItem)
		}
		document.OrderItems = append(document.OrderItems, newLine{
			ItemIdentifier: itemIdentifier{SKU: line.SKU},
			ExternalID:     line.Key(),
			Qty:            line.Quantity,
			Notes:          joinFilled("; ", notes...),
			SalePrice:      amount(line.UnitPrice),
			DiscountAmount: amount(line.Discount),
			SavedElements:  lineElements(line),
		})
	}
	return document
}

// contactOf folds three address lines into the two that the service has, and
// lets name and company stand in for each other, because it requires both.
func contactOf(address fulfillment.Address) newContact {
	lines := slices.DeleteFunc([]string{
		strings.TrimSpace(address.Line1), strings.TrimSpace(address.Line2), strings.TrimSpace(address.Line3),
	}, func(line string) bool { return line == "" })
	contact := newContact{
		CompanyName:  firstFilled(address.Company, address.Name),
		Name:         firstFilled(address.Name, address.Company),
		City:         strings.TrimSpace(address.City),
		State:        strings.TrimSpace(address.Region),
		Zip:          strings.TrimSpace(address.PostalCode),
		Country:      address.Country,
		PhoneNumber:  address.Phone,
		EmailAddress: address.Email,
	}
	if len(lines) > 0 {
		contact.Address1, contact.Address2 = lines[0], strings.Join(lines[1:], ", ")
	}
	switch address.Kind {
	case fulfillment.Residential:
		contact.IsAddressResidential = new(true)
	case fulfillment.Commercial:
		contact.IsAddressResidential = new(false)
	}
	return contact
}

// notesOf are the notes that people in the warehouse read.
func notesOf(order fulfillment.Order) string {
	labelled := func(label, text string) string {
		if text = strings.TrimSpace(text); text != "" {
			return label + text
		}
		return ""
	}
	return joinFilled("\n", strings.TrimSpace(order.InternalNotes),
		labelled("From the buyer: ", order.BuyerNotes), labelled("To the buyer: ", order.ToBuyer))
}

// sharedPurchaseOrder returns the purchase order item number that all lines
// share; shared is false when they differ and each line has to say its own.
func sharedPurchaseOrder(lines []fulfillment.Line) (number string, shared bool) {
	for i, line := range lines {
		if i > 0 && line.PurchaseOrderItem != number {
			return "", false
		}
		number = line.PurchaseOrderItem
	}
	return number, true
}

var plainAmount = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,8})?$`)

// amount returns an amount of money as a JSON number, digit for digit. One
// that is not a plain decimal is left out: prices are information to the
// warehouse, and no reason to withhold an order.
func amount(money fulfillment.Money) json.Number {
	if !plainAmount.MatchString(money.Amount) {
		return ""
	}
	return json.Number(money.Amount)
}

// taxOf adds up the lines' taxes; empty when no line has any, or one cannot be read.
func taxOf(lines []fulfillment.Line) json.Number {
	sum, decimals, taxed := new(big.Rat), 0, false
	for _, line := range lines {
		if line.Tax.IsZero() {
			continue
		}
		text := string(amount(line.Tax))
		if text == "" {
			return ""
		}
		tax, _ := new(big.Rat).SetString(text)
		sum.Add(sum, tax)
		if _, fraction, ok := strings.Cut(text, "."); ok {
			decimals = max(decimals, len(fraction))
		}
		taxed = true
	}
	if !taxed {
		return ""
	}
	return json.Number(sum.FloatString(decimals))
}

func firstFilled(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

func joinFilled(separator string, texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), separator)
}
