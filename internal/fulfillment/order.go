// SPDX-License-Identifier: Apache-2.0

// Package fulfillment holds the vocabulary that routines and drivers share
// (orders, shipments, stock levels, cancellations), and the two ports they
// meet at: Source and Destination. It imports nothing of ours and knows
// neither Kubernetes nor HTTP.
package fulfillment

import (
	"strconv"
	"time"
)

// OrderID is Order Manager's orderId: the identity of an order. Numbers repeat
// across sales channels, ids do not.
type OrderID int64

// String returns the id as it is kept in the warehouse's order.
func (id OrderID) String() string { return strconv.FormatInt(int64(id), 10) }

// OrderState is what an Order Manager status means for the routines.
type OrderState string

const (
	// StateWaiting is an order in a pickup status that was not sent yet.
	StateWaiting OrderState = "Waiting"
	// StateSent is an order that Order Manager knows to be with the warehouse.
	StateSent OrderState = "Sent"
	// StateHeld is an order on hold.
	StateHeld OrderState = "Held"
	// StateOpen is an order that is open in any other way: awaiting payment,
	// unresolved, awaiting shipment, or in a status that this version does not
	// know. It counts for stock and is never acted upon.
	StateOpen OrderState = "Open"
	// StateShipped is an order that Order Manager knows to be shipped.
	StateShipped OrderState = "Shipped"
	// StateCancelled is an order that was cancelled.
	StateCancelled OrderState = "Cancelled"
	// StateClosed is an order that is over in a way that is not ours, for
	// example processed outside Order Manager.
	StateClosed OrderState = "Closed"
)

// Open reports whether an order in this state is still to be shipped by someone.
func (s OrderState) Open() bool {
	return s == StateWaiting || s == StateSent || s == StateHeld || s == StateOpen
}

// Order is one order as Order Manager holds it. Zero times and empty texts are
// absent fields.
type Order struct {
	ID     OrderID
	Number string
	State  OrderState
	// Status is Order Manager's own word for the state.
	Status string
	// Type is Order Manager's orderType, for example STANDARD or PRIME.
	Type string
	// WarehouseID is the Order Manager warehouse the order is routed to; 0 when none.
	WarehouseID int64
	// Related are the orders this one was split from or into.
	Related []OrderID

	ChannelID   int64
	ChannelName string
	// Source is where the order comes from, as the warehouse is told; empty
	// when it is not told.
	Source string

	OrderDate, PaymentDate, ModifiedDate time.Time
	ShipBy, ReceiveBy, HoldUntil         time.Time

	ShipTo Address
	Lines  []Line

	// RequestedService is the sales channel's text for how to ship.
	RequestedService string
	// Shipping is how to ship in the warehouse's own words, where the merchant's
	// table says so. It then takes the place of Carrier and RequestedService.
	Shipping Shipping
	// Carrier is Order Manager's shippingCarrier, an enumeration.
	Carrier string
	// ServiceID is Order Manager's shippingServiceId; 0 when it names none.
	ServiceID int64
	// Confirmation is Order Manager's deliveryConfirmation, an enumeration.
	Confirmation            string
	Saturday                bool
	ReleaseWithoutSignature bool
	Billing                 ShippingBilling
	InsuredValue            Money

	Gift                               bool
	GiftMessage                        string
	InternalNotes, BuyerNotes, ToBuyer string
	CustomFields                       [3]string
	// Extra are custom fields that the warehouse is told of.
	Extra                         []Field
	Labels                        []string
	ShippingCost, Discount, Total Money
	// Tracking are the tracking numbers that Order Manager already has.
	Tracking []string

	// Content is what the order said as it was read, before any setting; zero
	// when nobody has told. The warehouse's order remembers it.
	Content Content
}

// Shipping is how to ship, in the warehouse's own words. What is blank is left
// to the warehouse; all blank says nothing.
type Shipping struct {
	Carrier, Mode, SCAC string
}

// IsZero reports whether it says nothing.
func (s Shipping) IsZero() bool { return s == Shipping{} }

// Line is one line of an order.
type Line struct {
	// ID is Order Manager's orderItemId.
	ID int64
	// SKU is the product's masterSku, or the listing's SKU when the order names no product.
	SKU string
	// ListingSKU is the sales channel's SKU, which Order Manager knows the line by.
	ListingSKU string
	Name       string
	// ProductID is Order Manager's productId; 0 when the line names no product.
	ProductID int64
	Quantity  int64
	UnitPrice Money
	Tax       Money
	Discount  Money
	Notes     string
	// PurchaseOrderItem is the line's number on the buyer's purchase order.
	PurchaseOrderItem string
	// Extra are custom fields of the line that the warehouse is told of.
	Extra []Field
	// Kit says that the product is a bundle of others.
	Kit bool
	// BrokenDown says that Order Manager has broken a kit down itself: of the
	// kit's line, or of the lines of its components.
	BrokenDown bool
	// Component says of which kit the line is a component, where the kit was
	// exploded on the way to the warehouse.
	Component ComponentOf
}

// Address is where a parcel goes. It is personal data: it never reaches
// status, events, logs, metrics or errors.
type Address struct {
	Name, Company       string
	Line1, Line2, Line3 string
	City, Region        string
	PostalCode          string
	// Country is ISO 3166-1 alpha-2; empty when the source's code is not known.
	Country string
	// CountryAsGiven is the source's own text.
	CountryAsGiven string
	// CountryAlpha3 is the same country in ISO 3166-1 alpha-3, where it is known.
	CountryAlpha3 string
	Phone, Email  string
	// FirstName and LastName are what a destination with two fields is told in
	// place of Name; both empty means that nobody has split it.
	FirstName, LastName string
	// Kind is Residential, Commercial or empty.
	Kind AddressKind
}

// AddressKind is what stands at an address.
type AddressKind string

const (
	// Residential is a home.
	Residential AddressKind = "Residential"
	// Commercial is a business.
	Commercial AddressKind = "Commercial"
)

// BillingOption is who pays the carrier.
type BillingOption string

const (
	// BillSender bills the merchant's own account.
	BillSender BillingOption = "Sender"
	// BillRecipient bills the recipient's account.
	BillRecipient BillingOption = "Recipient"
	// BillThirdParty bills somebody else's account.
	BillThirdParty BillingOption = "ThirdParty"
	// BillCollect is paid on delivery.
	BillCollect BillingOption = "Collect"
)

// ShippingBilling is who pays the carrier, and with which account.
type ShippingBilling struct {
	Option                       BillingOption
	Account, PostalCode, Country string
	// CollectOnDelivery is the amount to collect.
	CollectOnDelivery Money
}

// Money is an amount as the source wrote it, and its ISO 4217 currency.
type Money struct {
	Amount   string
	Currency string
}

// IsZero reports whether there is no amount.
func (m Money) IsZero() bool { return m.Amount == "" }
