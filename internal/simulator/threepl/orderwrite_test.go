// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func jsonInt(n int) json.Number { return json.Number(strconv.Itoa(n)) }

func TestCreate(t *testing.T) {
	b := start(t, Options{})
	got := b.send("POST", "/orders", orderBody("SO-1", map[string]any{
		"poNum": "PO-7", "notes": "fragile", "shippingNotes": "dock 4", "billingCode": "Prepaid",
		"earliestShipDate": "2026-11-24T00:00:00",
		"routingInfo":      map[string]any{"carrier": "ups", "mode": "ground", "account": "1Z", "requiresDeliveryConf": true},
		"savedElements":    []any{map[string]any{"name": "Channel", "value": "Web"}},
		"fulfillInvInfo":   map[string]any{"fulfillInvGiftMessage": "hi", "fulfillInvTax": 1.25},
		"orderItems": []any{map[string]any{"itemIdentifier": map[string]any{"sku": "sku-1"}, "qty": 2.5, "externalId": "9001",
			"fulfillInvSalePrice": 10.0}},
	}), nil)
	b.want(got, 201, "create")
	if got.header.Get("ETag") == "" || got.header.Get("Location") == "" {
		t.Errorf("headers %v", got.header)
	}
	for _, test := range []struct {
		want any
		path []string
	}{
		{"SO-1", []string{"referenceNum"}},
		{json.Number("0"), []string{"readOnly", "status"}},
		{false, []string{"readOnly", "isClosed"}},
		{true, []string{"readOnly", "fullyAllocated"}},
		{json.Number("17"), []string{"readOnly", "customerIdentifier", "id"}},
		{"ACME", []string{"readOnly", "customerIdentifier", "externalId"}},
		// Noon in UTC is four in the morning in the building, and says so without an offset.
		{"2026-11-23T04:00:00", []string{"readOnly", "creationDate"}},
		{nil, []string{"readOnly", "processDate"}},
		{"Austin", []string{"shipTo", "city"}},
		{"2026-11-24T00:00:00", []string{"earliestShipDate"}},
		{"Web", []string{"savedElements", "0", "value"}},
		{"hi", []string{"fulfillInvInfo", "fulfillInvGiftMessage"}},
		{json.Number("1.25"), []string{"fulfillInvInfo", "fulfillInvTax"}},
		{json.Number("2.5"), []string{"_embedded", rel + "orders/item", "0", "qty"}},
		{"9001", []string{"_embedded", rel + "orders/item", "0", "externalId"}},
		{SeedSKU(1), []string{"_embedded", rel + "orders/item", "0", "itemIdentifier", "sku"}},
		{nil, []string{"orderItems"}},
		{nil, []string{"customerIdentifier"}},
	} {
		if have := got.find(test.path...); have != test.want {
			t.Errorf("%v is %v, want %v", test.path, have, test.want)
		}
	}
	order := b.ByReference("SO-1")[0]
	if order.Document.RoutingInfo.Mode != "ground" || order.Lines[0].Qty != MustQuantity("2.5") || !order.Complete {
		t.Errorf("kept %+v", order)
	}
}

func TestCreateRefusals(t *testing.T) {
	b := start(t, Options{ReferenceMaxLength: 20, BillingCodes: []string{"Prepaid"}})
	if _, err := b.AddCustomer(Customer{ID: 30, Name: "Nowhere", Facilities: nil}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddItem(Item{CustomerID: 17, SKU: "OLD", Deactivated: true}); err != nil {
		t.Fatal(err)
	}
	b.create("TAKEN", nil)
	item := func(members map[string]any) map[string]any { return map[string]any{"orderItems": []any{members}} }
	sku := func(name string) map[string]any { return map[string]any{"sku": name} }
	for _, test := range []struct {
		name, reference string
		replace         map[string]any
		code, property  string
	}{
		{"no customer", "A", map[string]any{"customerIdentifier": nil}, "Required", "CustomerIdentifier"},
		{"empty customer", "A", map[string]any{"customerIdentifier": map[string]any{}}, "Required", "CustomerIdentifier"},
		{"unknown customer", "A", map[string]any{"customerIdentifier": map[string]any{"id": 99}}, "DoesNotExist", "CustomerIdentifier"},
		{"the id wins over the name", "A", map[string]any{"customerIdentifier": map[string]any{"id": 99, "name": "Acme Goods"}}, "DoesNotExist", "CustomerIdentifier"},
		{"no facility", "A", map[string]any{"facilityIdentifier": nil}, "Required", "FacilityIdentifier"},
		{"unknown facility", "A", map[string]any{"facilityIdentifier": map[string]any{"id": 99}}, "DoesNotExist", "FacilityIdentifier"},
		{"no reference", "", nil, "Required", "ReferenceNum"},
		{"blank reference", "  ", nil, "Required", "ReferenceNum"},
		{"long reference", strings.Repeat("x", 21), nil, "ValueNotSupported", "ReferenceNum"},
		{"taken reference", "TAKEN", nil, "Duplicate", "ReferenceNum"},
		{"no company", "A", map[string]any{"shipTo.companyName": nil}, "Required", "ShipTo.CompanyName"},
		{"no name", "A", map[string]any{"shipTo.name": ""}, "Required", "ShipTo.Name"},
		{"no address", "A", map[string]any{"shipTo.address1": nil}, "Required", "ShipTo.Address1"},
		{"no city", "A", map[string]any{"shipTo.city": nil}, "Required", "ShipTo.City"},
		{"no state", "A", map[string]any{"shipTo.state": nil}, "Required", "ShipTo.State"},
		{"no zip", "A", map[string]any{"shipTo.zip": nil}, "Required", "ShipTo.Zip"},
		{"no country", "A", map[string]any{"shipTo.country": nil}, "Required", "ShipTo.Country"},
		{"three letters of country", "A", map[string]any{"shipTo.country": "USA"}, "ValueNotSupported", "ShipTo.Country"},
		{"third address line", "A", map[string]any{"shipTo.address3": "c/o"}, "ValueNotSupported", "address3"},
		{"unknown member", "A", map[string]any{"giftMessage": "hi"}, "ValueNotSupported", "giftMessage"},
		{"readOnly is not written", "A", map[string]any{"readOnly": map[string]any{"orderId": 1}}, "ValueNotSupported", "readOnly"},
		{"lines where answers have them", "A", map[string]any{"_embedded": map[string]any{}}, "ValueNotSupported", "_embedded"},
		{"no lines", "A", map[string]any{"orderItems": nil}, "Required", "OrderItems"},
		{"empty lines", "A", map[string]any{"orderItems": []any{}}, "Required", "OrderItems"},
		{"no item", "A", item(map[string]any{"qty": 1}), "Required", "OrderItems[0].ItemIdentifier"},
		{"unknown SKU", "A", item(map[string]any{"itemIdentifier": sku("NOPE"), "qty": 1}), "DoesNotExist", "OrderItems[0].ItemIdentifier"},
		{"deactivated SKU", "A", item(map[string]any{"itemIdentifier": sku("OLD"), "qty": 1}), "DoesNotExist", "OrderItems[0].ItemIdentifier"},
		{"no quantity", "A", item(map[string]any{"itemIdentifier": sku(SeedSKU(1))}), "Required", "OrderItems[0].Qty"},
		{"nothing", "A", item(map[string]any{"itemIdentifier": sku(SeedSKU(1)), "qty": 0}), "ValueNotSupported", "OrderItems[0].Qty"},
		{"less than nothing", "A", item(map[string]any{"itemIdentifier": sku(SeedSKU(1)), "qty": -1}), "ValueNotSupported", "OrderItems[0].Qty"},
		{"quantity as text", "A", item(map[string]any{"itemIdentifier": sku(SeedSKU(1)), "qty": "1"}), "ValueNotSupported", ""},
		{"unknown carrier", "A", map[string]any{"routingInfo": map[string]any{"carrier": "Pigeon"}}, "DoesNotExist", "RoutingInfo.Carrier"},
		{"service without a carrier", "A", map[string]any{"routingInfo": map[string]any{"mode": "Ground"}}, "DoesNotExist", "RoutingInfo.Carrier"},
		{"unknown service", "A", map[string]any{"routingInfo": map[string]any{"carrier": "UPS", "mode": "Teleport"}}, "DoesNotExist", "RoutingInfo.Mode"},
		{"unknown billing code", "A", map[string]any{"billingCode": "Barter"}, "DoesNotExist", "BillingCode"},
		{"unknown order type", "A", map[string]any{"orderType": "C2C"}, "ValueNotSupported", "OrderType"},
		{"bad date", "A", map[string]any{"shipCancelDate": "soon"}, "ValueNotSupported", "ShipCancelDate"},
		{"text as a number", "A", map[string]any{"poNum": 7}, "ValueNotSupported", "poNum"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.T = t
			got := b.send("POST", "/orders", orderBody(test.reference, test.replace), nil)
			b.wantFault(got, 400, "ModelValidationException", test.code)
			if property := got.find("Properties", "0", "Name"); test.property != "" && property != test.property {
				t.Errorf("property %v, want %s", property, test.property)
			}
		})
	}
	b.T = t
	unserved := b.send("POST", "/orders", orderBody("A", map[string]any{"customerIdentifier": map[string]any{"name": "Nowhere"}}), nil)
	if !strings.Contains(unserved.text, "Incompatible") {
		t.Errorf("a facility that does not serve the customer: %s", unserved.text)
	}
	for _, body := range []string{"", "{", "[]", `{"referenceNum":"A"}{}`} {
		b.want(b.send("POST", "/orders", body, map[string]string{"Content-Type": halType}), 400, body)
	}
	if created := b.CountEffects(EffectCreate, ByAPI); created != 1 {
		t.Errorf("%d orders created, want 1: a refusal has no effect", created)
	}
}

func TestSeveralFaultsComeInAList(t *testing.T) {
	for _, flat := range []bool{false, true} {
		b := start(t, Options{FlatListFaults: flat})
		got := b.send("POST", "/orders", orderBody("", map[string]any{"shipTo.city": nil}), nil)
		b.wantFault(got, 400, "ListException", "")
		path := []string{"Faults", "1", "WmsException", "ErrorCode"}
		if flat {
			path = []string{"Faults", "1", "ErrorCode"}
		}
		if got.find(path...) != "Required" {
			t.Errorf("flat %v: %s", flat, got.text)
		}
	}
}

func TestDuplicateStatusIsASwitch(t *testing.T) {
	b := start(t, Options{DuplicateStatus: 409})
	b.create("A", nil)
	b.wantFault(b.send("POST", "/orders", orderBody("A", nil), nil), 409, "ModelValidationException", "Duplicate")
	// The same reference of another customer is free.
	if _, err := b.AddItem(Item{CustomerID: OtherCustomerID, SKU: SeedSKU(1)}); err != nil {
		t.Fatal(err)
	}
	b.create("A", map[string]any{"customerIdentifier": map[string]any{"id": OtherCustomerID}})
}

func TestLenientSwitches(t *testing.T) {
	b := start(t, Options{OptionalShipTo: []string{"state", "companyname"}, AnyCountry: true, ContactsAlways: true, MaxURLLength: -1})
	b.create("A", map[string]any{"shipTo.state": nil, "shipTo.companyName": nil, "shipTo.country": "USA"})
	if got := b.get("/orders"); got.find("_embedded", ordersKey, "0", "shipTo", "city") != "Austin" {
		t.Errorf("contacts: %s", got.text)
	}
	b.want(b.get("/orders?"+rql("referenceNum=in=("+strings.Repeat("abcdefghij,", 2000)+"z)")), 200, "a long query")
}

func TestDetailShowsOnlyWhatIsAskedFor(t *testing.T) {
	b := start(t, Options{})
	id, _ := b.create("A", map[string]any{"savedElements": []any{map[string]any{"name": "n", "value": "v"}}})
	if err := b.Ship(id, Shipment{ParcelTracking: []string{"P1"}}); err != nil {
		t.Fatal(err)
	}
	items := []string{"_embedded", rel + "orders/item", "0"}
	members := map[string][]string{
		"lines":          items,
		"packages":       {"readOnly", "packages", "0", "trackingNumber"},
		"contents":       {"readOnly", "packages", "0", "packageContents", "0", "orderItemId"},
		"contacts":       {"shipTo", "city"},
		"saved elements": {"savedElements", "0", "name"},
		"parcels":        {"parcelResponse", "trackingNumbers", "0"},
		"allocations":    append(items, "readOnly", "allocations", "0", "properlyPickedPrimary"),
	}
	for query, shown := range map[string]string{
		"":                            "",
		"?detail=None":                "",
		"?detail=OrderItems":          "lines",
		"?detail=orderitems,packages": "lines packages contents",
		"?detail=Contacts":            "contacts",
		"?detail=SavedElements":       "saved elements",
		"?detail=SmallParcel":         "parcels",
		"?itemdetail=Allocations":     "",
		"?detail=OrderItems&itemdetail=Allocations": "lines allocations",
		"?detail=All":                "lines packages contents contacts saved elements parcels",
		"?detail=All&itemdetail=All": "lines packages contents contacts saved elements parcels allocations",
	} {
		got := b.get(fmt.Sprintf("/orders/%d%s", id, query))
		for name, path := range members {
			if has, want := got.find(path...) != nil, strings.Contains(shown, name); has != want {
				t.Errorf("%q shows %s: %v, want %v", query, name, has, want)
			}
		}
	}
}

func TestCancel(t *testing.T) {
	b := start(t, Options{})
	id, etag := b.create("SO-1", map[string]any{"notes": "fragile"})
	path := fmt.Sprintf("/orders/%d/canceler", id)
	match := map[string]string{"If-Match": etag}
	b.want(b.send("POST", path, `{"reason":"r"}`, nil), 428, "no tag")
	for _, wrong := range []string{"*", `"AAAAAAAAAAA="`, strings.Trim(etag, `"`)} {
		b.want(b.send("POST", path, `{"reason":"r"}`, map[string]string{"If-Match": wrong}), 412, wrong)
	}
	b.wantFault(b.send("POST", path, `{}`, match), 400, "ModelValidationException", "Required")
	b.wantFault(b.send("POST", path, `{"reason":" "}`, match), 400, "ModelValidationException", "Required")
	b.wantFault(b.send("POST", path, `{"reason":"r","because":"x"}`, match), 400, "ModelValidationException", "ValueNotSupported")
	b.want(b.send("POST", path+"?force=true", `{"reason":"r"}`, match), 400, "unknown parameter")
	b.want(b.send("POST", "/orders/1/canceler", `{"reason":"r"}`, match), 404, "unknown order")

	b.clock.advance(time.Hour)
	done := b.send("POST", path, `{"reason":"changed","charge":0.0,"invoiceCreationInfo":null}`, match)
	if b.want(done, 204, "cancel"); done.text != "" {
		t.Errorf("a 204 with %q", done.text)
	}
	got := b.get(fmt.Sprintf("/orders/%d", id))
	for name, want := range map[string]any{"status": json.Number("2"), "isClosed": true, "processDate": "2026-11-23T05:00:00"} {
		if have := got.find("readOnly", name); have != want {
			t.Errorf("%s is %v, want %v", name, have, want)
		}
	}
	if want := fmt.Sprintf("SO-1-CANCELED-%d", id); got.body["referenceNum"] != want || got.body["notes"] != "fragile\nReason for cancellation: changed" {
		t.Errorf("renamed %v, notes %q", got.body["referenceNum"], got.body["notes"])
	}
	if got.header.Get("ETag") == etag {
		t.Error("the tag did not change")
	}
	b.want(b.cancel(id, etag), 412, "the old tag")
	b.wantFault(b.cancel(id, got.header.Get("ETag")), 403, "OperationException", "OrderCanceled")
	if level := b.Stock(SeedSKU(1))[0]; level.Allocated != 0 || level.Unallocated != 0 {
		t.Errorf("a cancelled order keeps goods: %+v", level)
	}
	b.create("SO-1", nil) // the rename freed the reference
	if n := b.CountEffects(EffectCancel, ByAPI); n != 1 {
		t.Errorf("%d cancellations, want 1", n)
	}
}

func TestCancelKeepsReference(t *testing.T) {
	b := start(t, Options{CancelKeepsReference: true})
	id, etag := b.create("SO-1", nil)
	b.want(b.cancel(id, etag), 204, "cancel")
	b.wantFault(b.send("POST", "/orders", orderBody("SO-1", nil), nil), 400, "ModelValidationException", "Duplicate")
}

func TestCancelRefusals(t *testing.T) {
	b := start(t, Options{})
	for _, test := range []struct {
		name, code string
		before     func(id int64) error
	}{
		{"in a batch", "InUse", func(id int64) error { return b.Batch("wave 1", id) }},
		{"being picked", "InUse", func(id int64) error { return b.StartPicking(id) }},
		{"packed", "AlreadyCompleted", func(id int64) error { return b.FinishPacking(id) }},
		{"shipped", "OrderConfirmed", func(id int64) error { return b.Ship(id, Shipment{}) }},
		{"closed short", "OrderConfirmed", func(id int64) error { return b.CloseShort(id, Short{}) }},
		{"cancelled", "OrderCanceled", func(id int64) error { return b.CancelByWarehouse(id, "no stock") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.T = t
			id, etag := b.create(test.name, nil)
			if err := test.before(id); err != nil {
				t.Fatal(err)
			}
			b.want(b.cancel(id, etag), 412, "every change changes the tag")
			order, _ := b.Order(id)
			got := b.cancel(id, order.ETag)
			b.wantFault(got, 403, "OperationException", test.code)
			if got.body["ActionName"] != "Cancel" {
				t.Errorf("action %v", got.body["ActionName"])
			}
			if after, _ := b.Order(id); after.ETag != order.ETag || after.Status != order.Status {
				t.Error("a refused cancel changed the order")
			}
		})
	}
}

func TestPut(t *testing.T) {
	b := start(t, Options{})
	id, etag := b.create("SO-1", nil)
	b.create("SO-2", nil)
	path := fmt.Sprintf("/orders/%d", id)
	b.want(b.send("PUT", path, orderBody("SO-1", nil), nil), 428, "no tag")
	b.want(b.send("PUT", path, orderBody("SO-1", nil), map[string]string{"If-Match": `"x"`}), 412, "wrong tag")
	match := map[string]string{"If-Match": etag}
	b.wantFault(b.send("PUT", path, orderBody("SO-2", nil), match), 400, "ModelValidationException", "Duplicate")
	// An order as it was read can be sent back.
	read := b.get(path + "?detail=All&itemdetail=All")
	read.body["notes"] = "edited"
	back, _ := json.Marshal(read.body)
	got := b.send("PUT", path+"?detail=OrderItems", string(back), match)
	b.want(got, http.StatusOK, "put")
	if got.body["notes"] != "edited" || got.header.Get("ETag") == etag {
		t.Errorf("put: %v %s", got.header, got.text)
	}
	if qty := got.find("_embedded", rel+"orders/item", "0", "qty"); qty != json.Number("2.0") {
		t.Errorf("lines after a put: %s", got.text)
	}
	match["If-Match"] = got.header.Get("ETag")
	b.want(b.send("PUT", path, orderBody("SO-1", map[string]any{"orderItems": []any{
		map[string]any{"itemIdentifier": map[string]any{"sku": SeedSKU(2)}, "qty": 7}}}), match), 200, "other lines")
	if one, two := b.Stock(SeedSKU(1))[0], b.Stock(SeedSKU(2))[0]; one.Allocated != Units(2) || two.Allocated != Units(7) {
		t.Errorf("allocations did not move: %v %v", one.Allocated, two.Allocated)
	}
	if err := b.Ship(id, Shipment{}); err != nil {
		t.Fatal(err)
	}
	order, _ := b.Order(id)
	b.wantFault(b.send("PUT", path, orderBody("SO-1", nil), map[string]string{"If-Match": order.ETag}), 403, "OperationException", "OrderConfirmed")
}

func TestDeferredNotification(t *testing.T) {
	b := start(t, Options{})
	id, _ := b.create("A", map[string]any{"deferNotification": true})
	if err := b.Ship(id, Shipment{}); err == nil {
		t.Error("an order that the warehouse was not told of was shipped")
	}
	if err := b.Complete(id); err != nil {
		t.Fatal(err)
	}
	if err := b.Ship(id, Shipment{}); err != nil {
		t.Error(err)
	}
	if err := b.SetOrderQueue(DefaultCustomerID, true); err != nil {
		t.Fatal(err)
	}
	for reference, replace := range map[string]map[string]any{"unspecified": nil, "complete": {"deferNotification": false}} {
		id, _ := b.create(reference, replace)
		if order, _ := b.Order(id); order.Complete != (reference == "complete") || order.FullyAllocated {
			t.Errorf("%s with an order queue: complete %v, allocated %v", reference, order.Complete, order.FullyAllocated)
		}
	}
}
