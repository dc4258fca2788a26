// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
)

// written returns the document that is sent for an order.
func documentOf(t testing.TB, order fulfillment.Order, reference string) map[string]any {
	t.Helper()
	d := mustNew(t, options(t, "https://warehouse.example", &testClock{}))
	body, err := json.Marshal(d.newOrder(order, reference))
	ok(t, err)
	var document map[string]any
	ok(t, json.Unmarshal(body, &document))
	return document
}

// everything is an order with all that the two systems have in common.
func everything() fulfillment.Order {
	usd := func(amount string) fulfillment.Money { return fulfillment.Money{Amount: amount, Currency: "USD"} }
	return fulfillment.Order{
		ID: 8812001, Number: "SO-1001", ChannelName: "Acme Web", Source: "Shopify",
		HoldUntil: today.Add(24 * time.Hour), ShipBy: today.Add(72 * time.Hour), ReceiveBy: today.Add(120 * time.Hour),
		ShipTo: fulfillment.Address{
			Name: "Ada Byron", Company: "Acme", Line1: "1 Main St", Line2: "Dock 2", Line3: "Gate 3", City: "Springfield", Region: "OR",
			PostalCode: "97477", Country: "US", CountryAsGiven: "USA", Phone: "555-0100", Email: "ada@buyer.example", Kind: fulfillment.Residential,
		},
		Lines: []fulfillment.Line{
			{ID: 91, SKU: "A", Quantity: 2, UnitPrice: usd("10.00"), Tax: usd("0.80"), Discount: usd("1.00"), Notes: "blue ribbon", PurchaseOrderItem: "PO-77"},
			{ID: 92, SKU: "B", Quantity: 1, UnitPrice: usd("5"), Tax: usd("0.405"), PurchaseOrderItem: "PO-77"},
		},
		RequestedService: "Ground", Carrier: "UPS", Confirmation: "ADULT_SIGNATURE_CONFIRMATION", Saturday: true,
		Billing: fulfillment.ShippingBilling{Option: fulfillment.BillThirdParty, Account: "X99", PostalCode: "10001", Country: "US",
			CollectOnDelivery: usd("25.00")},
		InsuredValue: usd("100.00"), Gift: true, GiftMessage: "Happy birthday",
		InternalNotes: "fragile", BuyerNotes: "ring twice", ToBuyer: "thank you", ShippingCost: usd("7.95"), Discount: usd("2.50"), Total: usd("30.00"),
	}
}

func TestEverythingInCommonIsCarriedOver(t *testing.T) {
	want := `{
		"customerIdentifier": {"id": 17}, "facilityIdentifier": {"id": 3},
		"referenceNum": "SO-1001", "poNum": "PO-77", "externalId": "8812001",
		"notes": "fragile\nFrom the buyer: ring twice\nTo the buyer: thank you",
		"shippingNotes": "Adult signature required; Saturday delivery; Bill carriage to a third party in US; Collect on delivery 25.00 USD; Insure for 100.00 USD; Deliver by 2026-11-28; Gift",
		"earliestShipDate": "2026-11-24T04:00:00", "shipCancelDate": "2026-11-26T04:00:00",
		"routingInfo": {"carrier": "UPS", "mode": "Ground", "account": "X99", "shipPointZip": "10001", "isCod": true, "isInsurance": true, "requiresDeliveryConf": true},
		"shipTo": {"companyName": "Acme", "name": "Ada Byron", "address1": "1 Main St", "address2": "Dock 2, Gate 3", "city": "Springfield", "state": "OR",
			"zip": "97477", "country": "US", "phoneNumber": "555-0100", "emailAddress": "ada@buyer.example", "isAddressResidential": true},
		"fulfillInvInfo": {"fulfillInvShippingAndHandling": 7.95, "fulfillInvTax": 1.205, "fulfillInvDiscountAmount": 2.50, "fulfillInvGiftMessage": "Happy birthday"},
		"savedElements": [{"name": "Channel", "value": "Shopify"}],
		"orderItems": [
			{"itemIdentifier": {"sku": "A"}, "externalId": "91", "qty": 2, "notes": "blue ribbon", "fulfillInvSalePrice": 10.00, "fulfillInvDiscountAmt": 1.00},
			{"itemIdentifier": {"sku": "B"}, "externalId": "92", "qty": 1, "fulfillInvSalePrice": 5}]}`
	var document map[string]any
	ok(t, json.Unmarshal([]byte(want), &document))
	if diff := cmp.Diff(document, documentOf(t, everything(), "SO-1001")); diff != "" {
		t.Error(diff)
	}
}

// The line of a component keeps of which kit it is and what one kit held.
func TestComponentsOfAKitAreKept(t *testing.T) {
	order := everything()
	order.Lines[1].Component = fulfillment.ComponentOf{KitSKU: "KIT", KitProductID: 1200003, PerKit: 1}
	items := documentOf(t, order, "SO-1001")["orderItems"].([]any)
	if got := items[1].(map[string]any)["externalId"]; got != "92.1200003x1" {
		t.Errorf("kept is %v", got)
	}
	if got := items[0].(map[string]any)["externalId"]; got != "91" {
		t.Errorf("kept is %v", got)
	}
}

// What is empty is left out: the customer's settings in the warehouse hold.
func TestTheLeastOrder(t *testing.T) {
	var want map[string]any
	ok(t, json.Unmarshal([]byte(`{
		"customerIdentifier": {"id": 17}, "facilityIdentifier": {"id": 3}, "referenceNum": "S-1", "externalId": "1",
		"shipTo": {"companyName": "Ada Byron", "name": "Ada Byron", "address1": "1 Main St", "city": "Springfield", "state": "OR", "zip": "97477", "country": "US"},
		"orderItems": [{"itemIdentifier": {"sku": "A"}, "externalId": "91", "qty": 2}, {"itemIdentifier": {"sku": "B"}, "externalId": "92", "qty": 1}]}`), &want))
	if diff := cmp.Diff(want, documentOf(t, anOrder(1), "S-1")); diff != "" {
		t.Error(diff)
	}
}

func TestAddressesAreFolded(t *testing.T) {
	for _, test := range []struct{ line1, line2, line3, address1, address2 string }{
		{"1 Main St", "", "", "1 Main St", ""},
		{"1 Main St", "Dock 2", "", "1 Main St", "Dock 2"},
		{"1 Main St", "Dock 2", "Gate 3", "1 Main St", "Dock 2, Gate 3"},
		{"1 Main St", "", "Gate 3", "1 Main St", "Gate 3"},
		{"", "Dock 2", "Gate 3", "Dock 2", "Gate 3"},
		{"  ", " Dock 2 ", "\t", "Dock 2", ""},
	} {
		contact := contactOf(fulfillment.Address{Line1: test.line1, Line2: test.line2, Line3: test.line3})
		if contact.Address1 != test.address1 || contact.Address2 != test.address2 {
			t.Errorf("%+v: got %q, %q", test, contact.Address1, contact.Address2)
		}
	}
}

func TestNameAndCompanyStandInForEachOther(t *testing.T) {
	for _, test := range []struct{ name, company, wantName, wantCompany string }{
		{"Ada", "Acme", "Ada", "Acme"}, {"Ada", " ", "Ada", "Ada"}, {"", "Acme", "Acme", "Acme"}, {"", "", "", ""},
	} {
		contact := contactOf(fulfillment.Address{Name: test.name, Company: test.company})
		if contact.Name != test.wantName || contact.CompanyName != test.wantCompany {
			t.Errorf("%+v: got %q, %q", test, contact.Name, contact.CompanyName)
		}
	}
}

func TestResidentialIsSaidOnlyWhenKnown(t *testing.T) {
	for kind, want := range map[fulfillment.AddressKind]string{
		fulfillment.Residential: "true", fulfillment.Commercial: "false", "": "null",
	} {
		got, err := json.Marshal(contactOf(fulfillment.Address{Kind: kind}).IsAddressResidential)
		if err != nil || string(got) != want {
			t.Errorf("%q: got %s, want %s", kind, got, want)
		}
	}
}

func TestPurchaseOrderNumbers(t *testing.T) {
	for _, test := range []struct{ first, second, poNum, firstNote, secondNote string }{
		{"", "", "", "", ""},
		{"P1", "P1", "P1", "", ""},
		{"P1", "P2", "", "PO item P1", "PO item P2"},
		{"P1", "", "", "PO item P1", ""},
	} {
		order := anOrder(1)
		order.Lines[0].PurchaseOrderItem, order.Lines[1].PurchaseOrderItem = test.first, test.second
		document := documentOf(t, order, "S-1")
		lines := document["orderItems"].([]any)
		note := func(i int) string { text, _ := lines[i].(map[string]any)["notes"].(string); return text }
		poNum, _ := document["poNum"].(string)
		if poNum != test.poNum || note(0) != test.firstNote || note(1) != test.secondNote {
			t.Errorf("%+v: got %q, %q, %q", test, poNum, note(0), note(1))
		}
	}
	order := anOrder(1)
	order.Lines[0].PurchaseOrderItem, order.Lines[0].Notes = "P1", "blue ribbon"
	if got := documentOf(t, order, "S-1")["orderItems"].([]any)[0].(map[string]any)["notes"]; got != "blue ribbon; PO item P1" {
		t.Errorf("got %q", got)
	}
}

// An amount that is not a plain decimal would make the body invalid, or mean
// something else; it is left out and the order goes.
func TestAmounts(t *testing.T) {
	for text, want := range map[string]string{
		"10.00": "10.00", "0": "0", "-1.5": "-1.5", "": "", "1,50": "", "$5": "", "1e9": "", "010": "", ".5": "", "5.": "", "NaN": "", "1 000": "",
		`1"},"x":{"`: "",
	} {
		if got := amount(fulfillment.Money{Amount: text}); string(got) != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	lines := []fulfillment.Line{{Tax: fulfillment.Money{Amount: "0.10"}}, {Tax: fulfillment.Money{Amount: "0.20"}}, {}}
	if got := taxOf(lines); got != "0.30" {
		t.Errorf("taxes add up to %q", got)
	}
	if got := taxOf(append(lines, fulfillment.Line{Tax: fulfillment.Money{Amount: "some"}})); got != "" {
		t.Errorf("an unreadable tax gives %q", got)
	}
}

// One billing code is documented; whoever else pays is said in words.
func TestBillingCodesAssumption(t *testing.T) {
	for option, want := range map[fulfillment.BillingOption][2]string{
		"":                         {"", ""},
		fulfillment.BillSender:     {"Prepaid", ""},
		fulfillment.BillRecipient:  {"", "Bill carriage to the recipient"},
		fulfillment.BillThirdParty: {"", "Bill carriage to a third party"},
		fulfillment.BillCollect:    {"", "Carriage is paid on delivery"},
	} {
		order := anOrder(1)
		order.Billing.Option = option
		document := documentOf(t, order, "S-1")
		code, _ := document["billingCode"].(string)
		notes, _ := document["shippingNotes"].(string)
		if code != want[0] || notes != want[1] {
			t.Errorf("%s: got %q, %q, want %q", option, code, notes, want)
		}
	}
}

func TestConfirmations(t *testing.T) {
	for confirmation, want := range map[string]struct {
		required bool
		note     string
	}{
		"":                              {false, ""},
		"NO_CONFIRMATION":               {false, ""},
		"DELIVERY_CONFIRMATION":         {true, ""},
		"SIGNATURE_CONFIRMATION":        {true, "Signature required"},
		"ADULT_SIGNATURE_CONFIRMATION":  {true, "Adult signature required"},
		"DIRECT_SIGNATURE_CONFIRMATION": {true, "Direct signature required"},
		"SOMETHING_NEW":                 {true, "Delivery confirmation SOMETHING_NEW"},
	} {
		order := anOrder(1)
		order.Confirmation = confirmation
		if got := routingOf(order).RequiresDeliveryConf; got != want.required {
			t.Errorf("%s: required %t", confirmation, got)
		}
		if got := strings.Join(shippingNotes(order), "; "); got != want.note {
			t.Errorf("%s: notes %q, want %q", confirmation, got, want.note)
		}
	}
	order := anOrder(1)
	order.ReleaseWithoutSignature = true
	if got := strings.Join(shippingNotes(order), "; "); got != "Release without signature" {
		t.Errorf("notes %q", got)
	}
}

// Order Manager's texts go as they are; a service of no carrier is a note.
func TestCarrierAndMode(t *testing.T) {
	for _, test := range []struct{ carrier, service, wantCarrier, wantMode, wantNotes string }{
		{"UPS", "Ground", "UPS", "Ground", ""},
		{"UPS", "", "UPS", "", ""},
		{"", "Standard Shipping", "", "", "Requested service Standard Shipping"},
		{"", "", "", "", ""},
	} {
		order := anOrder(1)
		order.Carrier, order.RequestedService = test.carrier, test.service
		routing, notes := routingOf(order), strings.Join(shippingNotes(order), "; ")
		if routing.Carrier != test.wantCarrier || routing.Mode != test.wantMode || notes != test.wantNotes {
			t.Errorf("%+v: got %q, %q, %q", test, routing.Carrier, routing.Mode, notes)
		}
	}
}
