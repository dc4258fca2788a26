// SPDX-License-Identifier: Apache-2.0

package threepl

import "encoding/json"

// OrderDocument is what a client may write of an order. A member that is not
// here is refused. The members are those of the vendor's sample and of the
// lists that integrators publish.
type OrderDocument struct {
	OrderFields
	OrderItems []OrderItem `json:"orderItems,omitempty"`
}

// OrderFields are the members of an order that are the same in a request and in an answer.
type OrderFields struct {
	CustomerIdentifier *Identifier `json:"customerIdentifier,omitempty"`
	FacilityIdentifier *Identifier `json:"facilityIdentifier,omitempty"`

	ReferenceNum  string `json:"referenceNum"`
	Description   string `json:"description,omitempty"`
	PoNum         string `json:"poNum,omitempty"`
	ExternalID    string `json:"externalId,omitempty"`
	Notes         string `json:"notes,omitempty"`
	ShippingNotes string `json:"shippingNotes,omitempty"`

	// Dates are wall clock times of the facility, without an offset.
	EarliestShipDate     string `json:"earliestShipDate,omitempty"`
	ShipCancelDate       string `json:"shipCancelDate,omitempty"`
	ExpectedDeliveryDate string `json:"expectedDeliveryDate,omitempty"`
	RoutePickupDate      string `json:"routePickupDate,omitempty"`

	NumUnits1               *Quantity   `json:"numUnits1,omitempty"`
	Unit1Identifier         *Identifier `json:"unit1Identifier,omitempty"`
	NumUnits2               *Quantity   `json:"numUnits2,omitempty"`
	Unit2Identifier         *Identifier `json:"unit2Identifier,omitempty"`
	TotalWeight             *Quantity   `json:"totalWeight,omitempty"`
	TotalVolume             *Quantity   `json:"totalVolume,omitempty"`
	BillingCode             string      `json:"billingCode,omitempty"`
	AsnNumber               string      `json:"asnNumber,omitempty"`
	UpsServiceOptionCharge  *Quantity   `json:"upsServiceOptionCharge,omitempty"`
	UpsTransportationCharge *Quantity   `json:"upsTransportationCharge,omitempty"`
	AddFreightToCod         *bool       `json:"addFreightToCod,omitempty"`
	UpsIsResidential        *bool       `json:"upsIsResidential,omitempty"`
	ExportChannelIdentifier *Identifier `json:"exportChannelIdentifier,omitempty"`
	MasterBillOfLadingID    string      `json:"masterBillOfLadingId,omitempty"`
	InvoiceNumber           string      `json:"invoiceNumber,omitempty"`
	OrderType               string      `json:"orderType,omitempty"`

	FulfillInvInfo *FulfillInvInfo `json:"fulfillInvInfo,omitempty"`
	RoutingInfo    *RoutingInfo    `json:"routingInfo,omitempty"`
	Billing        json.RawMessage `json:"billing,omitempty"`
	ShipTo         *Contact        `json:"shipTo,omitempty"`
	SoldTo         *Contact        `json:"soldTo,omitempty"`
	BillTo         *Contact        `json:"billTo,omitempty"`
	SavedElements  []SavedElement  `json:"savedElements,omitempty"`

	// DeferNotification true creates the order incomplete: the warehouse is not
	// told. When absent the customer's order queue decides.
	DeferNotification              *bool  `json:"deferNotification,omitempty"`
	WarehouseTransactionSourceEnum *int64 `json:"warehouseTransactionSourceEnum,omitempty"`
	TransactionEntryTypeEnum       *int64 `json:"transactionEntryTypeEnum,omitempty"`
}

// Identifier names a thing by its id or another key; the id wins.
type Identifier struct {
	ID         int64  `json:"id,omitempty"`
	Name       string `json:"name,omitempty"`
	ExternalID string `json:"externalId,omitempty"`
}

// ItemIdentifier names an item by its id or SKU; the id wins.
type ItemIdentifier struct {
	ID  int64  `json:"id,omitempty"`
	SKU string `json:"sku,omitempty"`
}

// Contact is an address with a person.
type Contact struct {
	CompanyName          string `json:"companyName,omitempty"`
	Name                 string `json:"name,omitempty"`
	Title                string `json:"title,omitempty"`
	Address1             string `json:"address1,omitempty"`
	Address2             string `json:"address2,omitempty"`
	City                 string `json:"city,omitempty"`
	State                string `json:"state,omitempty"`
	Zip                  string `json:"zip,omitempty"`
	Country              string `json:"country,omitempty"`
	PhoneNumber          string `json:"phoneNumber,omitempty"`
	Fax                  string `json:"fax,omitempty"`
	EmailAddress         string `json:"emailAddress,omitempty"`
	Dept                 string `json:"dept,omitempty"`
	Code                 string `json:"code,omitempty"`
	AddressStatus        *int64 `json:"addressStatus,omitempty"`
	IsAddressResidential *bool  `json:"isAddressResidential,omitempty"`
	SameAs               *int64 `json:"sameAs,omitempty"`
	RetailerID           *int64 `json:"retailerId,omitempty"`
	IsQuickLookup        *bool  `json:"isQuickLookup,omitempty"`
	ContactID            *int64 `json:"contactId,omitempty"`
}

// RoutingInfo is how the order is to be shipped, and was.
type RoutingInfo struct {
	IsCod                 *bool  `json:"isCod,omitempty"`
	IsInsurance           *bool  `json:"isInsurance,omitempty"`
	RequiresDeliveryConf  *bool  `json:"requiresDeliveryConf,omitempty"`
	RequiresReturnReceipt *bool  `json:"requiresReturnReceipt,omitempty"`
	ScacCode              string `json:"scacCode,omitempty"`
	Carrier               string `json:"carrier,omitempty"`
	Mode                  string `json:"mode,omitempty"`
	Account               string `json:"account,omitempty"`
	ShipPointZip          string `json:"shipPointZip,omitempty"`
	LoadNumber            string `json:"loadNumber,omitempty"`
	BillOfLading          string `json:"billOfLading,omitempty"`
	// TrackingNumber may hold several, as people type them.
	TrackingNumber string `json:"trackingNumber,omitempty"`
	TrailerNumber  string `json:"trailerNumber,omitempty"`
	SealNumber     string `json:"sealNumber,omitempty"`
	DoorNumber     string `json:"doorNumber,omitempty"`
	PickupDate     string `json:"pickupDate,omitempty"`
}

// FulfillInvInfo is what the buyer paid.
type FulfillInvInfo struct {
	ShippingAndHandling *Quantity `json:"fulfillInvShippingAndHandling,omitempty"`
	Tax                 *Quantity `json:"fulfillInvTax,omitempty"`
	DiscountCode        string    `json:"fulfillInvDiscountCode,omitempty"`
	DiscountAmount      *Quantity `json:"fulfillInvDiscountAmount,omitempty"`
	GiftMessage         string    `json:"fulfillInvGiftMessage,omitempty"`
}

// SavedElement is a field of the merchant's own.
type SavedElement struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// OrderItem is one line as a client writes it.
type OrderItem struct {
	ItemIdentifier        *ItemIdentifier `json:"itemIdentifier,omitempty"`
	Qualifier             string          `json:"qualifier,omitempty"`
	ExternalID            string          `json:"externalId,omitempty"`
	Qty                   *Quantity       `json:"qty,omitempty"`
	SecondaryQty          *Quantity       `json:"secondaryQty,omitempty"`
	LotNumber             string          `json:"lotNumber,omitempty"`
	SerialNumber          string          `json:"serialNumber,omitempty"`
	ExpirationDate        string          `json:"expirationDate,omitempty"`
	WeightImperial        *Quantity       `json:"weightImperial,omitempty"`
	WeightMetric          *Quantity       `json:"weightMetric,omitempty"`
	Notes                 string          `json:"notes,omitempty"`
	FulfillInvSalePrice   *Quantity       `json:"fulfillInvSalePrice,omitempty"`
	FulfillInvDiscountPct *Quantity       `json:"fulfillInvDiscountPct,omitempty"`
	FulfillInvDiscountAmt *Quantity       `json:"fulfillInvDiscountAmt,omitempty"`
	FulfillInvNote        string          `json:"fulfillInvNote,omitempty"`
	SavedElements         []SavedElement  `json:"savedElements,omitempty"`
}

// clone returns a copy that shares nothing: what a test was shown must not
// change under it, nor it what the server holds.
func (d OrderDocument) clone() OrderDocument {
	encoded, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	var copied OrderDocument
	if err := json.Unmarshal(encoded, &copied); err != nil {
		panic(err)
	}
	return copied
}
