// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"encoding/json"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// wireOrder is an order as GET /v1.1/orders returns it, without the fields
// that nobody here needs.
type wireOrder struct {
	OrderID           int64                  `json:"orderId"`
	OrderNumber       string                 `json:"orderNumber"`
	OrderStatus       string                 `json:"orderStatus"`
	OrderType         string                 `json:"orderType"`
	RelatedOrderIDs   []fulfillment.OrderID  `json:"relatedOrderIds"`
	SalesChannel      wireSalesChannel       `json:"salesChannel"`
	FulfillmentSource *wireFulfillmentSource `json:"fulfillmentSource"`

	OrderDate     wireTime `json:"orderDate"`
	PaymentDate   wireTime `json:"paymentDate"`
	ModifiedDate  wireTime `json:"modifiedDate"`
	ShipByDate    wireTime `json:"shipByDate"`
	ReceiveByDate wireTime `json:"receiveByDate"`
	HoldUntilDate wireTime `json:"holdUntilDate"`

	ShipName     string `json:"shipName"`
	ShipCompany  string `json:"shipCompany"`
	ShipAddress1 string `json:"shipAddress1"`
	ShipAddress2 string `json:"shipAddress2"`
	ShipAddress3 string `json:"shipAddress3"`
	ShipCity     string `json:"shipCity"`
	ShipState    string `json:"shipState"`
	ShipZipCode  string `json:"shipZipCode"`
	ShipCountry  string `json:"shipCountry"`
	ShipPhone    string `json:"shipPhone"`
	ShipEmail    string `json:"shipEmail"`
	AddressType  string `json:"addressType"`
	Customer     struct {
		EmailAddresses []string `json:"emailAddresses"`
	} `json:"customer"`

	RequestedShippingService string `json:"requestedShippingService"`
	ShipMethod               struct {
		ShippingCarrier   string `json:"shippingCarrier"`
		ShippingServiceID int64  `json:"shippingServiceId"`
	} `json:"shipMethod"`
	DeliveryConfirmation    string `json:"deliveryConfirmation"`
	SaturdayDelivery        bool   `json:"saturdayDelivery"`
	ReleaseWithoutSignature bool   `json:"releaseWithoutSignature"`
	CustomShipBillingOption string `json:"customShipBillingOption"`
	CustomShipBilling       struct {
		AccountNumber  string     `json:"accountNumber"`
		BillingZipCode string     `json:"billingZipCode"`
		Country        string     `json:"country"`
		CODAmount      *wireMoney `json:"codAmount"`
	} `json:"customShipBilling"`
	InsuredValue *wireMoney `json:"insuredValue"`

	Gift           bool   `json:"gift"`
	GiftMessage    string `json:"giftMessage"`
	InternalNotes  string `json:"internalNotes"`
	NotesFromBuyer string `json:"notesFromBuyer"`
	NotesToBuyer   string `json:"notesToBuyer"`
	CustomField1   string `json:"customField1"`
	CustomField2   string `json:"customField2"`
	CustomField3   string `json:"customField3"`
	Labels         []struct {
		Name string `json:"name"`
	} `json:"labels"`
	ShippingCost *wireMoney `json:"shippingCost"`
	Discount     *wireMoney `json:"discount"`
	OrderTotal   *wireMoney `json:"orderTotal"`

	OrderItems []wireOrderItem `json:"orderItems"`
	Shipment   *wireShipment   `json:"shipment"`
	Shipments  []struct {
		TrackingNumbers []string `json:"trackingNumbers"`
	} `json:"shipments"`
}

type wireFulfillmentSource struct {
	WarehouseID int64 `json:"warehouseId"`
}

// wireSalesChannel has the names of both shapes that are known: answers were
// seen with name, the schema has salesChannelName.
type wireSalesChannel struct {
	SalesChannelID   int64  `json:"salesChannelId"`
	Name             string `json:"name"`
	SalesChannelName string `json:"salesChannelName"`
}

type wireOrderItem struct {
	OrderItemID             int64        `json:"orderItemId"`
	ListingSKU              string       `json:"listingSku"`
	ListingName             string       `json:"listingName"`
	Product                 *wireProduct `json:"product"`
	QuantityOrdered         json.Number  `json:"quantityOrdered"`
	UnitPrice               *wireMoney   `json:"unitPrice"`
	Tax                     *wireMoney   `json:"tax"`
	Discount                *wireMoney   `json:"discount"`
	Notes                   string       `json:"notes"`
	PurchaseOrderItemNumber string       `json:"purchaseOrderItemNumber"`
	BrokenDown              bool         `json:"brokenDown"`
}

type wireShipment struct {
	Type           string `json:"type"`
	TrackingNumber string `json:"trackingNumber"`
	DeliveryStatus string `json:"deliveryStatus"`
}

// Values that take a shipment out of the count.
const (
	shipmentReturn = "RETURN"
	deliveryVoided = "VOIDED"
)

// order turns an order of the wire into one of the vocabulary.
func (c *Client) order(w wireOrder) fulfillment.Order {
	labels := make([]string, len(w.Labels))
	for i, label := range w.Labels {
		labels[i] = label.Name
	}
	order := fulfillment.Order{
		ID:          fulfillment.OrderID(w.OrderID),
		Number:      w.OrderNumber,
		State:       c.state(w.OrderStatus, labels...),
		Status:      w.OrderStatus,
		Type:        w.OrderType,
		Related:     w.RelatedOrderIDs,
		ChannelID:   w.SalesChannel.SalesChannelID,
		ChannelName: firstOf(w.SalesChannel.Name, w.SalesChannel.SalesChannelName),

		OrderDate: w.OrderDate.Time, PaymentDate: w.PaymentDate.Time, ModifiedDate: w.ModifiedDate.Time,
		ShipBy: w.ShipByDate.Time, ReceiveBy: w.ReceiveByDate.Time, HoldUntil: w.HoldUntilDate.Time,

		ShipTo: w.shipTo(),
		Lines:  make([]fulfillment.Line, 0, len(w.OrderItems)),

		RequestedService:        w.RequestedShippingService,
		Carrier:                 w.ShipMethod.ShippingCarrier,
		ServiceID:               w.ShipMethod.ShippingServiceID,
		Confirmation:            w.DeliveryConfirmation,
		Saturday:                w.SaturdayDelivery,
		ReleaseWithoutSignature: w.ReleaseWithoutSignature,
		Billing:                 w.billing(),
		InsuredValue:            w.InsuredValue.money(),

		Gift: w.Gift, GiftMessage: w.GiftMessage,
		InternalNotes: w.InternalNotes, BuyerNotes: w.NotesFromBuyer, ToBuyer: w.NotesToBuyer,
		CustomFields: [3]string{w.CustomField1, w.CustomField2, w.CustomField3},
		ShippingCost: w.ShippingCost.money(), Discount: w.Discount.money(), Total: w.OrderTotal.money(),
		Tracking: w.tracking(),
	}
	if w.FulfillmentSource != nil {
		order.WarehouseID = w.FulfillmentSource.WarehouseID
	}
	if len(labels) > 0 {
		order.Labels = labels
	}
	for _, item := range w.OrderItems {
		order.Lines = append(order.Lines, item.line())
	}
	return order
}

func (w wireOrder) shipTo() fulfillment.Address {
	address := fulfillment.Address{
		Name: w.ShipName, Company: w.ShipCompany,
		Line1: w.ShipAddress1, Line2: w.ShipAddress2, Line3: w.ShipAddress3,
		City: w.ShipCity, Region: w.ShipState, PostalCode: w.ShipZipCode,
		Country: country(w.ShipCountry), CountryAsGiven: w.ShipCountry, CountryAlpha3: alpha3Codes()[country(w.ShipCountry)],
		Phone: w.ShipPhone, Email: firstOf(append([]string{w.ShipEmail}, w.Customer.EmailAddresses...)...),
	}
	switch w.AddressType {
	case "RESIDENTIAL":
		address.Kind = fulfillment.Residential
	case "COMMERCIAL":
		address.Kind = fulfillment.Commercial
	}
	return address
}

// billingOptions are the values of customShipBillingOption.
var billingOptions = map[string]fulfillment.BillingOption{
	"BILL_SHIPPING_TO_MY_ACCOUNT":   fulfillment.BillSender,
	"BILL_SHIPPING_TO_RECIPIENT":    fulfillment.BillRecipient,
	"BILL_SHIPPING_TO_THIRD_PARTY":  fulfillment.BillThirdParty,
	"BILL_SHIPPING_UPON_COLLECT":    fulfillment.BillCollect,
	"BILL_SHIPPING_UPON_COLLECTION": fulfillment.BillCollect,
}

func (w wireOrder) billing() fulfillment.ShippingBilling {
	return fulfillment.ShippingBilling{
		Option:            billingOptions[w.CustomShipBillingOption],
		Account:           w.CustomShipBilling.AccountNumber,
		PostalCode:        w.CustomShipBilling.BillingZipCode,
		Country:           country(w.CustomShipBilling.Country),
		CollectOnDelivery: w.CustomShipBilling.CODAmount.money(),
	}
}

// tracking returns the distinct tracking numbers of what was sent to the
// buyer, from both places that hold them.
func (w wireOrder) tracking() []string {
	var numbers []string
	add := func(number string) {
		if number = strings.TrimSpace(number); number != "" && !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	if s := w.Shipment; s != nil && s.Type != shipmentReturn && s.DeliveryStatus != deliveryVoided {
		add(s.TrackingNumber)
	}
	for _, shipment := range w.Shipments {
		for _, number := range shipment.TrackingNumbers {
			add(number)
		}
	}
	return numbers
}

func (i wireOrderItem) line() fulfillment.Line {
	line := fulfillment.Line{
		ID:                i.OrderItemID,
		SKU:               i.ListingSKU,
		ListingSKU:        i.ListingSKU,
		Name:              i.ListingName,
		Quantity:          whole(i.QuantityOrdered),
		UnitPrice:         i.UnitPrice.money(),
		Tax:               i.Tax.money(),
		Discount:          i.Discount.money(),
		Notes:             i.Notes,
		PurchaseOrderItem: i.PurchaseOrderItemNumber,
		Kit:               i.Product.bundle(),
		BrokenDown:        i.BrokenDown,
	}
	if i.Product != nil {
		line.ProductID = i.Product.ProductID
		line.SKU = firstOf(i.Product.MasterSKU, i.ListingSKU)
		line.Name = firstOf(i.Product.Name, i.ListingName)
	}
	return line
}

// mostOrdered is the most units of one line that are believed.
const mostOrdered = 1_000_000_000

// whole returns the quantity, or 0 when it is not whole: the order is then
// refused for it, and the others of the page are not. Less than nothing is 0
// too: it would be offered on top of what the warehouse has. So is more than
// any order has, which the parts of a kit would multiply beyond any number.
func whole(number json.Number) int64 {
	quantity, err := fulfillment.ParseQuantity(number.String())
	if err != nil || !quantity.Whole() || quantity < 0 || quantity > fulfillment.Units(mostOrdered) {
		return 0
	}
	return quantity.Floor()
}

// firstOf returns the first text that is not blank.
func firstOf(texts ...string) string {
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}
