// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
)

const wholeOrder = `{
  "orderId": 8812001, "orderNumber": "111-2223334-5556667", "orderStatus": "AWAITING_3PL_EXPORT", "unresolvedStatus": "RESOLVED",
  "orderType": "PRIME", "external": true, "relatedOrderIds": [8811999],
  "salesChannel": {"salesChannelId": 31, "name": "Acme Web", "companyName": "Acme", "type": "SHOPIFY", "active": true, "connectionParams": {"a": 1}},
  "fulfillmentSource": {"warehouseId": 7, "name": "East DC"},
  "orderDate": "2026-11-20T08:15:00Z", "createdDate": "2026-11-20T08:16:00Z", "modifiedDate": "2026-11-21T09:00:00Z",
  "paymentDate": "2026-11-20T08:15:30Z", "shipByDate": "2026-11-24T00:00:00Z", "receiveByDate": "2026-11-28T00:00:00Z", "holdUntilDate": "2026-11-22T12:00:00Z",
  "shipName": "Test Buyer", "shipCompany": "Buyer Ltd", "shipAddress1": "1 Example Road", "shipAddress2": "Unit 2", "shipAddress3": "Back door",
  "shipCity": "Springfield", "shipState": "IL", "shipZipCode": "62701", "shipCountry": "USA", "shipPhone": "+1 555 0100", "shipEmail": "buyer@mail.example",
  "addressType": "RESIDENTIAL",
  "customer": {"customerId": 5, "name": "Test Buyer", "emailAddresses": ["other@mail.example"]},
  "requestedShippingService": "Expedited", "shipMethod": {"shippingCarrier": "UPS", "shippingServiceId": 3, "ltlFtlShipment": null},
  "deliveryConfirmation": "SIGNATURE_CONFIRMATION", "saturdayDelivery": true, "releaseWithoutSignature": true,
  "customShipBillingOption": "BILL_SHIPPING_TO_THIRD_PARTY",
  "customShipBilling": {"accountNumber": "A1B2C3", "billingZipCode": "60601", "country": "CAN", "codAmount": {"amount": 12.50, "currency": "CAD"}},
  "insuredValue": {"amount": 1e2, "currency": "USD"},
  "gift": true, "giftMessage": "Enjoy", "internalNotes": "fragile", "notesFromBuyer": "ring twice", "notesToBuyer": "thanks",
  "customField1": "c1", "customField2": "c2", "customField3": "c3",
  "labels": [{"labelId": 1, "name": "rush", "hexColor": "#f00"}, {"labelId": 2, "name": "vip"}],
  "shippingCost": {"amount": 5, "currency": "USD"}, "discount": {"amount": 0.10, "currency": "USD"}, "orderTotal": {"amount": 123456789012345.67, "currency": "USD"},
  "orderItems": [
    {"orderItemId": 91, "listingSku": "L-1", "listingName": "Listing one", "quantityOrdered": 2,
     "product": {"productId": 501, "masterSku": "M-1", "name": "Product one", "productType": "CORE_PRODUCT"},
     "unitPrice": {"amount": 9.99, "currency": "USD"}, "tax": {"amount": 0.80, "currency": "USD"}, "discount": {"amount": 0, "currency": "USD"},
     "notes": "blue", "purchaseOrderItemNumber": "PO-1", "brokenDown": false, "fulfilled": false, "pickingStocks": []},
    {"orderItemId": 92, "listingSku": "L-2", "listingName": "Listing two", "quantityOrdered": 1, "product": null},
    {"orderItemId": 93, "listingSku": "L-3", "quantityOrdered": 3, "product": {"productId": 503, "productType": "BUNDLE_KIT"}}
  ],
  "shipment": {"shipmentId": 1, "trackingNumber": " 1Z999 ", "deliveryStatus": "IN_TRANSIT", "type": "FULFILLMENT"},
  "shipments": [{"items": [{"listingSku": "L-1", "quantity": 2}], "trackingNumbers": ["1Z999", "1Z998", ""]}, {"trackingNumbers": null}],
  "memberOfNextYear": {"a": [1, 2]}
}`

func parseOrder(t *testing.T, text string) fulfillment.Order {
	t.Helper()
	var w wireOrder
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	return newStub(t, always(200, "[]")).client(nil).order(w)
}

func TestAWholeOrder(t *testing.T) {
	t.Parallel()
	at := func(month time.Month, day, hour, minute, second int) time.Time {
		return time.Date(2026, month, day, hour, minute, second, 0, time.UTC)
	}
	usd := func(amount string) fulfillment.Money { return fulfillment.Money{Amount: amount, Currency: "USD"} }
	want := fulfillment.Order{
		ID: 8812001, Number: "111-2223334-5556667", State: fulfillment.StateWaiting, Status: "AWAITING_3PL_EXPORT", Type: "PRIME",
		WarehouseID: 7, Related: []fulfillment.OrderID{8811999}, ChannelID: 31, ChannelName: "Acme Web",
		OrderDate: at(11, 20, 8, 15, 0), PaymentDate: at(11, 20, 8, 15, 30), ModifiedDate: at(11, 21, 9, 0, 0),
		ShipBy: at(11, 24, 0, 0, 0), ReceiveBy: at(11, 28, 0, 0, 0), HoldUntil: at(11, 22, 12, 0, 0),
		ShipTo: fulfillment.Address{
			Name: "Test Buyer", Company: "Buyer Ltd", Line1: "1 Example Road", Line2: "Unit 2", Line3: "Back door", City: "Springfield",
			Region: "IL", PostalCode: "62701", Country: "US", CountryAsGiven: "USA", CountryAlpha3: "USA", Phone: "+1 555 0100", Email: "buyer@mail.example",
			Kind: fulfillment.Residential,
		},
		Lines: []fulfillment.Line{
			{ID: 91, SKU: "M-1", ListingSKU: "L-1", Name: "Product one", ProductID: 501, Quantity: 2, UnitPrice: usd("9.99"), Tax: usd("0.80"), Discount: usd("0"),
				Notes: "blue", PurchaseOrderItem: "PO-1"},
			{ID: 92, SKU: "L-2", ListingSKU: "L-2", Name: "Listing two", Quantity: 1},
			{ID: 93, SKU: "L-3", ListingSKU: "L-3", ProductID: 503, Quantity: 3, Kit: true},
		},
		RequestedService: "Expedited", Carrier: "UPS", ServiceID: 3, Confirmation: "SIGNATURE_CONFIRMATION", Saturday: true, ReleaseWithoutSignature: true,
		Billing: fulfillment.ShippingBilling{Option: fulfillment.BillThirdParty, Account: "A1B2C3", PostalCode: "60601", Country: "CA",
			CollectOnDelivery: fulfillment.Money{Amount: "12.50", Currency: "CAD"}},
		InsuredValue: usd("1e2"),
		Gift:         true, GiftMessage: "Enjoy", InternalNotes: "fragile", BuyerNotes: "ring twice", ToBuyer: "thanks",
		CustomFields: [3]string{"c1", "c2", "c3"}, Labels: []string{"rush", "vip"},
		ShippingCost: usd("5"), Discount: usd("0.10"), Total: usd("123456789012345.67"),
		Tracking: []string{"1Z999", "1Z998"},
	}
	if diff := cmp.Diff(want, parseOrder(t, wholeOrder)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnOrderOfNullsIsAnOrder(t *testing.T) {
	t.Parallel()
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(wholeOrder), &members); err != nil {
		t.Fatal(err)
	}
	for name := range members {
		members[name] = json.RawMessage("null")
	}
	members["orderId"], members["orderStatus"] = json.RawMessage("1"), json.RawMessage(`"SHIPPED"`)
	text, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	want := fulfillment.Order{ID: 1, Status: "SHIPPED", State: fulfillment.StateShipped, Lines: []fulfillment.Line{}}
	if diff := cmp.Diff(want, parseOrder(t, string(text))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSalesChannelsOfBothShapes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"salesChannelId":31,"name":"Acme Web","type":"SHOPIFY"}`:                         "Acme Web",
		`{"salesChannelId":31,"salesChannelName":"Acme Web","salesChannelType":"SHOPIFY"}`: "Acme Web",
		`{"salesChannelId":31}`: "",
	} {
		order := parseOrder(t, `{"orderId":1,"salesChannel":`+text+`}`)
		if order.ChannelID != 31 || order.ChannelName != want {
			t.Errorf("%s: %d, %q", text, order.ChannelID, order.ChannelName)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 11, 20, 8, 15, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		`"2026-11-20T08:15:00Z"`:          moment,
		`"2026-11-20T08:15:00.250Z"`:      moment.Add(250 * time.Millisecond),
		`"2026-11-20T03:15:00-05:00"`:     moment,
		`"2026-11-20T08:15:00.000+0000"`:  moment,
		`"2026-11-20T08:15:00"`:           moment,
		`"2026-11-20"`:                    time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
		`"soon"`:                          {},
		`""`:                              {},
		`null`:                            {},
		`1763626500000`:                   {},
		`{"date":"2026-11-20T08:15:00Z"}`: {},
	} {
		if got := parseOrder(t, `{"orderId":1,"orderDate":`+text+`}`).OrderDate; !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

func TestQuantitiesOfLines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"2": 2, "2.0": 2, "2.5": 0, "-1": 0, "0": 0, "null": 0, "1e2": 100, `"3"`: 3, "99999999999999999999": 0} {
		order := parseOrder(t, `{"orderId":1,"orderItems":[{"orderItemId":1,"quantityOrdered":`+text+`}]}`)
		if got := order.Lines[0].Quantity; got != want {
			t.Errorf("%s is %d, want %d", text, got, want)
		}
	}
}

func TestTrackingLeavesOutReturnsAndVoids(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`{"trackingNumber":"1Z"}`:                             {"1Z"},
		`{"trackingNumber":"1Z","type":"RETURN"}`:             nil,
		`{"trackingNumber":"1Z","deliveryStatus":"VOIDED"}`:   nil,
		`{"trackingNumber":"1Z","deliveryStatus":"INVENTED"}`: {"1Z"},
		`{"trackingNumber":"  "}`:                             nil,
		`null`:                                                nil,
	} {
		if diff := cmp.Diff(want, parseOrder(t, `{"orderId":1,"shipment":`+text+`}`).Tracking); diff != "" {
			t.Errorf("%s: -want +got:\n%s", text, diff)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	order := parseOrder(t, `{"orderId":1,"shipCountry":"XYZ","addressType":"UNKNOWN","shipEmail":" ","customer":{"emailAddresses":["","first@mail.example"]}}`)
	want := fulfillment.Address{CountryAsGiven: "XYZ", Email: "first@mail.example"}
	if diff := cmp.Diff(want, order.ShipTo); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
