// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	shop "ordersync.dev/operator/internal/testing/vendure"
)

// Everything that both systems have is carried over.
func TestOrderIsCarriedOver(t *testing.T) {
	d := newDriver(t)
	a, b := addSKU(t, 100), addSKU(t, 100)
	o := newOrder(line(a, 2), line(b, 1), line(a, 3))
	o.InternalNotes, o.GiftMessage, o.RequestedService = "Fragile", "Many happy returns", "Overnight"
	o.Lines[1].Notes = "In blue"
	created := create(t, d, o)
	want := fulfillment.Address{
		Name: o.ShipTo.Name, Company: o.ShipTo.Company, Line1: o.ShipTo.Line1, Line2: "Floor 2, Door 3", City: o.ShipTo.City,
		Region: o.ShipTo.Region, PostalCode: o.ShipTo.PostalCode, Country: "US", CountryAsGiven: "US", Phone: o.ShipTo.Phone,
	}
	if diff := cmp.Diff(want, created.ShipTo); diff != "" {
		t.Errorf("ship-to (-want +got):\n%s", diff)
	}
	var data struct {
		Order struct {
			Customer struct{ FirstName, LastName, EmailAddress string }
			History  struct {
				Items []struct {
					Type     string
					IsPublic bool
					Data     struct{ Note string }
				}
			}
			ShippingLines []struct{ ShippingMethod struct{ Code string } }
		}
	}
	ok(t, server.Query(t.Context(), ourToken, `query($id: ID!) { order(id: $id) {
			customer { firstName lastName emailAddress } history { items { type isPublic data } } shippingLines { shippingMethod { code } } } }`,
		map[string]any{"id": created.ID}, &data))
	if c := data.Order.Customer; c.FirstName != "Testa Q." || c.LastName != "Buyerson" || c.EmailAddress != o.ShipTo.Email {
		t.Errorf("the buyer is %+v", c)
	}
	notes := ""
	for _, entry := range data.Order.History.Items {
		if entry.Type == "ORDER_NOTE" {
			notes += entry.Data.Note
			if entry.IsPublic {
				t.Error("the note is public")
			}
		}
	}
	if want := "Fragile\nGift message: Many happy returns\nRequested service: Overnight\n" + b + ": In blue"; notes != want {
		t.Errorf("the note is %q, want %q", notes, want)
	}
	if lines := data.Order.ShippingLines; len(lines) != 1 || lines[0].ShippingMethod.Code != "standard" {
		t.Errorf("shipped by %+v, want the first method", lines)
	}
}

// The buyer has paid in the sales channel: the order is paid for what Vendure
// thinks it costs, be it nothing, and is then placed.
func TestPaymentIsSettledByHand(t *testing.T) {
	d := newDriver(t)
	for name, price := range map[string]int64{"dear": 123456, "free": 0} {
		sku := addVariant(t, ourChannel, shop.Variant{Price: price, Stock: map[string]int64{east: 10}})
		o := newOrder(line(sku, 2))
		created := create(t, d, o)
		var data struct {
			Order struct {
				State    string
				Payments []struct {
					State, Method, TransactionID string
					Amount                       int64
				}
			}
		}
		ok(t, server.Query(t.Context(), ourToken, `query($id: ID!) { order(id: $id) { state payments { state method transactionId amount } } }`,
			map[string]any{"id": created.ID}, &data))
		if p := data.Order.Payments; data.Order.State != statePaymentSettled || len(p) != 1 || p[0].State != "Settled" || p[0].Amount != 2*price ||
			p[0].Method != paymentMethod || p[0].TransactionID != o.ID.String() {
			t.Errorf("%s: state %s, payments %+v", name, data.Order.State, p)
		}
	}
}

func TestShippingMethodOfTheSettings(t *testing.T) {
	seed(t)
	sku := addSKU(t, 10)
	settings := options(server.URL, newClock())
	settings.ShippingMethod = express
	created := create(t, mustNew(t, settings), newOrder(line(sku, 1)))
	var data struct {
		Order struct {
			ShippingLines []struct{ ShippingMethod struct{ Code string } }
		}
	}
	ok(t, server.Query(t.Context(), ourToken, `query($id: ID!) { order(id: $id) { shippingLines { shippingMethod { code } } } }`,
		map[string]any{"id": created.ID}, &data))
	if lines := data.Order.ShippingLines; len(lines) != 1 || lines[0].ShippingMethod.Code != express {
		t.Errorf("shipped by %+v", lines)
	}
	// The merchant's table comes before the settings.
	mapped := newOrder(line(sku, 1))
	mapped.Shipping = fulfillment.Shipping{Mode: "standard", Carrier: "UPS"}
	ok(t, server.Query(t.Context(), ourToken, `query($id: ID!) { order(id: $id) { shippingLines { shippingMethod { code } } } }`,
		map[string]any{"id": create(t, mustNew(t, settings), mapped).ID}, &data))
	if lines := data.Order.ShippingLines; len(lines) != 1 || lines[0].ShippingMethod.Code != "standard" {
		t.Errorf("mapped, and shipped by %+v", lines)
	}
	nowhere := newOrder(line(sku, 1))
	nowhere.Shipping = fulfillment.Shipping{Carrier: "no-such-method"}
	_, err := mustNew(t, settings).CreateOrder(t.Context(), nowhere, nowhere.Number)
	if f := wantFault(t, err, fulfillment.FaultInvalid); !strings.Contains(f.Hint, "mappings") || len(booked(t, nowhere)) > 0 {
		t.Errorf("the hint is %q", f.Hint)
	}
	settings.ShippingMethod = "no-such-method"
	o := newOrder(line(sku, 1))
	_, err = mustNew(t, settings).CreateOrder(t.Context(), o, o.Number)
	if f := wantFault(t, err, fulfillment.FaultInvalid); !strings.Contains(f.Hint, "shipping method") {
		t.Errorf("the hint is %q", f.Hint)
	}
	if books := booked(t, o); len(books) > 0 {
		t.Errorf("the refused order left %+v", books)
	}
}

// An order without a mail address gets one that no mail can be sent to.
func TestBuyerWithoutMail(t *testing.T) {
	d := newDriver(t)
	o := newOrder(line(addSKU(t, 10), 1))
	o.ShipTo.Email, o.ShipTo.Name = "", "Mononym"
	created := create(t, d, o)
	var data struct {
		Order struct {
			Customer struct{ FirstName, LastName, EmailAddress string }
		}
	}
	ok(t, server.Query(t.Context(), ourToken, `query($id: ID!) { order(id: $id) { customer { firstName lastName emailAddress } } }`,
		map[string]any{"id": created.ID}, &data))
	if c := data.Order.Customer; c.EmailAddress != o.ID.String()+"@order-manager.invalid" || c.FirstName != "" || c.LastName != "Mononym" {
		t.Errorf("the buyer is %+v", c)
	}
}

// A buyer who has an account in the shop keeps it as it is.
func TestRegisteredBuyer(t *testing.T) {
	d := newDriver(t)
	o := newOrder(line(addSKU(t, 10), 1))
	o.ShipTo.Email = strings.ToUpper(o.ShipTo.Email)
	ok(t, server.Query(t.Context(), ourToken, `mutation($i: CreateCustomerInput!) { createCustomer(input: $i, password: "a-long-password") { __typename } }`,
		map[string]any{"i": map[string]any{"firstName": "Account", "lastName": "Holder", "emailAddress": o.ShipTo.Email}}, nil))
	created := create(t, d, o)
	var data struct {
		Order struct {
			Customer struct{ FirstName, LastName string }
		}
	}
	ok(t, server.Query(t.Context(), ourToken, `query($id: ID!) { order(id: $id) { customer { firstName lastName } } }`,
		map[string]any{"id": created.ID}, &data))
	if c := data.Order.Customer; c.FirstName != "Account" || c.LastName != "Holder" {
		t.Errorf("the buyer is %+v", c)
	}
	if created.ShipTo.Name != o.ShipTo.Name {
		t.Errorf("it ships to %q", created.ShipTo.Name)
	}
}

// What the real server refuses, and what is known before it is asked.
func TestRefusedOrders(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 14)
	for name, test := range map[string]struct {
		change       func(*fulfillment.Order)
		reason, hint string
		code         string
	}{
		"oversold": {func(o *fulfillment.Order) { o.Lines[0].Quantity = 500 }, fulfillment.ReasonRefusedByWarehouse, sku, "INSUFFICIENT_STOCK_ERROR"},
		"oversold by two lines": {func(o *fulfillment.Order) { o.Lines = append(o.Lines, line(sku, 14)) },
			fulfillment.ReasonRefusedByWarehouse, sku, "INSUFFICIENT_STOCK_ERROR"},
		"unknown country": {func(o *fulfillment.Order) { o.ShipTo.Country = noCountry }, fulfillment.ReasonUnknownCountry, "country", "USER_INPUT_ERROR"},
		"no country":      {func(o *fulfillment.Order) { o.ShipTo.Country = "" }, fulfillment.ReasonUnknownCountry, "country", ""},
		"no street": {func(o *fulfillment.Order) { o.ShipTo.Line1, o.ShipTo.Line2, o.ShipTo.Line3 = "", " ", "" },
			fulfillment.ReasonAddressIncomplete, "street", ""},
		"nobody":      {func(o *fulfillment.Order) { o.ShipTo.Name, o.ShipTo.Company = "", "" }, fulfillment.ReasonAddressIncomplete, "name", ""},
		"unknown SKU": {func(o *fulfillment.Order) { o.Lines[0].SKU = "NO-SUCH-SKU" }, fulfillment.ReasonUnknownSKU, "NO-SUCH-SKU", ""},
		"no SKU":      {func(o *fulfillment.Order) { o.Lines[0].SKU = " " }, fulfillment.ReasonUnknownSKU, "SKU", ""},
		"no lines":    {func(o *fulfillment.Order) { o.Lines = nil }, fulfillment.ReasonNoLines, "no lines", ""},
		"no units":    {func(o *fulfillment.Order) { o.Lines[0].Quantity = 0 }, fulfillment.ReasonQuantityNotWhole, "quantity", ""},
		"no identity": {func(o *fulfillment.Order) { o.ID = 0 }, "", "id", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrder(line(sku, 1))
			test.change(&o)
			_, err := d.CreateOrder(t.Context(), o, o.Number)
			f := wantFault(t, err, fulfillment.FaultInvalid)
			if f.Reason != test.reason || f.Code != test.code || !strings.Contains(f.Hint, test.hint) || f.Uncertain {
				t.Errorf("reason %q, code %q, hint %q, uncertain %t", f.Reason, f.Code, f.Hint, f.Uncertain)
			}
			for _, personal := range []string{"Testa", "Specimen", "12207", "shop.example"} {
				if strings.Contains(f.Error(), personal) {
					t.Errorf("the fault shows %q", personal)
				}
			}
			if books := booked(t, o); o.ID != 0 && len(books) > 0 {
				t.Errorf("it left %+v", books)
			}
		})
	}
	stock, err := server.Stock(t.Context())
	ok(t, err)
	if got := stock[east][sku]; got.Allocated != 0 {
		t.Errorf("%d units are allocated for refused orders", got.Allocated)
	}
}

// A SKU that several variants have, or whose variant is not for sale, names
// nothing that could be ordered.
func TestSKUsThatNameNothing(t *testing.T) {
	d := newDriver(t)
	twice := addSKU(t, 10)
	addVariant(t, ourChannel, shop.Variant{SKU: twice, Stock: map[string]int64{east: 10}})
	o := newOrder(line(twice, 1))
	_, err := d.CreateOrder(t.Context(), o, o.Number)
	if f := wantFault(t, err, fulfillment.FaultInvalid); f.Reason != fulfillment.ReasonUnknownSKU || !strings.Contains(f.Hint, "several") {
		t.Errorf("reason %q, hint %q", f.Reason, f.Hint)
	}
	elsewhere := addVariant(t, otherChannel, shop.Variant{Stock: map[string]int64{west: 10}})
	o = newOrder(line(elsewhere, 1))
	_, err = d.CreateOrder(t.Context(), o, o.Number)
	if f := wantFault(t, err, fulfillment.FaultInvalid); f.Reason != fulfillment.ReasonUnknownSKU {
		t.Errorf("reason %q", f.Reason)
	}
}

// Orders of another channel take references, which are unique to the whole
// server, and are shown to nobody here.
func TestReferenceTakenInAnotherChannel(t *testing.T) {
	d := newDriver(t)
	o := newOrder(line(addSKU(t, 10), 1))
	theirs := addVariant(t, otherChannel, shop.Variant{Stock: map[string]int64{west: 10}})
	_, err := server.Place(t.Context(), shop.NewOrder{Channel: otherToken, Reference: o.Number, Units: map[string]int64{theirs: 1}})
	ok(t, err)
	if found := lookup(t, d, o); len(found) > 0 {
		t.Errorf("a look-up shows %+v", found)
	}
	_, err = d.CreateOrder(t.Context(), o, o.Number)
	if f := wantFault(t, err, fulfillment.FaultDuplicate); f.Uncertain || f.Code != "" {
		t.Errorf("got %+v", f)
	}
	if books := booked(t, o); len(books) > 0 {
		t.Errorf("the refused order left %+v", books)
	}
}

// An order of many lines takes several requests, and is whole.
func TestManyLines(t *testing.T) {
	d := newDriver(t)
	var variants []shop.Variant
	var lines []fulfillment.Line
	var skus []string
	for range 2*linesAtOnce + 3 {
		v := shop.Variant{SKU: addName(), Stock: map[string]int64{east: 5}}
		variants, skus, lines = append(variants, v), append(skus, v.SKU), append(lines, line(v.SKU, 1))
	}
	ok(t, server.AddVariants(t.Context(), variants...))
	ok(t, server.AddToChannel(t.Context(), ourChannel, skus...))
	if created := create(t, d, newOrder(lines...)); len(created.Lines) != len(lines) {
		t.Errorf("%d lines, want %d", len(created.Lines), len(lines))
	}
}

// An order that ran out of stock between its draft and its payment is refused
// whole.
func TestSoldMeanwhile(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 5)
	o := newOrder(line(sku, 5))
	draft, err := d.createDraft(t.Context())
	ok(t, err)
	wanted, leftovers, err := d.before(t.Context(), o, o.Number)
	if err != nil || len(leftovers) > 0 {
		t.Fatal(leftovers, err)
	}
	ok(t, d.name(t.Context(), draft, o, o.Number))
	ok(t, d.fill(t.Context(), draft, wanted))
	ok(t, d.address(t.Context(), draft, o))
	method, err := d.eligibleMethod(t.Context(), draft, o.Shipping)
	ok(t, err)
	create(t, d, newOrder(line(sku, 1)))
	_, err = d.place(t.Context(), draft, method, o, o.Number, wanted)
	if f := wantFault(t, err, fulfillment.FaultInvalid); f.Reason != fulfillment.ReasonRefusedByWarehouse || f.Code != "ORDER_STATE_TRANSITION_ERROR" || f.Uncertain {
		t.Errorf("got %+v", f)
	}
	if found := lookup(t, d, o); len(found) > 0 {
		t.Errorf("a look-up shows %+v", found)
	}
	ok(t, d.discardDraft(t.Context(), draft))
	if books := booked(t, o); len(books) > 0 {
		t.Errorf("it left %+v", books)
	}
}
