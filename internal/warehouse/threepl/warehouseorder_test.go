// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
)

// readOne reads the one order of a list of orders by looking for identity 1.
func readOne(t testing.TB, list string) fulfillment.WarehouseOrder {
	t.Helper()
	orders, err := readList(t, list)
	ok(t, err)
	if len(orders) != 1 {
		t.Fatalf("got %d orders", len(orders))
	}
	return orders[0]
}

func readList(t testing.TB, list string) ([]fulfillment.WarehouseOrder, error) {
	t.Helper()
	d := scripted(t, map[string]http.HandlerFunc{"GET /orders": says(200, list)})
	return d.FindOrders(t.Context(), []fulfillment.Lookup{{ID: 1, References: []string{"S-1"}}})
}

// An order with every member that is read.
const fullOrder = `{
	"readOnly": {"orderId": 4711, "status": 1, "isClosed": true, "processDate": "2026-11-22T17:30:00",
		"customerIdentifier": {"id": 17, "name": "Acme"}, "facilityIdentifier": {"id": 3, "name": "East"},
		"batchIdentifier": {"id": 9, "nameKey": {"name": "morning"}}, "lastModifiedDate": "2026-11-22T17:31:00",
		"packages": [
			{"packageId": 1, "trackingNumber": "1Z001", "packageContents": [{"orderItemId": 71, "qty": 2.0}]},
			{"packageId": 2, "trackingNumber": " 1Z002 ", "packageContents": [{"orderItemId": 72, "qty": 1.5}]}]},
	"referenceNum": "S-1", "externalId": "1", "masterBillOfLadingId": "MBOL",
	"routingInfo": {"carrier": "UPS", "mode": "Ground", "scacCode": "UPSN", "billOfLading": "BOL-1", "trackingNumber": "PRO 77,1Z001; 1Z003"},
	"parcelResponse": {"trackingNumbers": ["1Z003", "1Z004", ""]},
	"shipTo": {"companyName": "Acme", "name": "Ada Byron", "address1": "1 Main St", "address2": "Dock 2, Gate 3", "city": "Springfield",
		"state": "OR", "zip": "97477", "country": "us", "phoneNumber": "555-0100", "emailAddress": "ada@buyer.example"},
	"_embedded": {"http://api.3plCentral.com/rels/orders/item": [
		{"readOnly": {"orderItemId": 71}, "itemIdentifier": {"sku": "A", "id": 5}, "externalId": "91", "qty": 2.0},
		{"readOnly": {"orderItemId": 72}, "itemIdentifier": {"sku": "B", "id": 6}, "externalId": "92", "qty": 1.5}]},
	"_links": {"self": {"href": "/orders/4711"}}}`

func wantFullOrder(t testing.TB) fulfillment.WarehouseOrder {
	return fulfillment.WarehouseOrder{
		ID: "4711", Reference: "S-1", Identity: "1", State: fulfillment.WarehouseShipped,
		ShipTo: fulfillment.Address{Name: "Ada Byron", Company: "Acme", Line1: "1 Main St", Line2: "Dock 2, Gate 3", City: "Springfield",
			Region: "OR", PostalCode: "97477", Country: "US", CountryAsGiven: "us", Phone: "555-0100", Email: "ada@buyer.example"},
		Lines: []fulfillment.WarehouseLine{
			{LineID: "91", SKU: "A", Ordered: fulfillment.Units(2), Shipped: fulfillment.Units(2)},
			{LineID: "92", SKU: "B", Ordered: 15_000, Shipped: 15_000},
		},
		Packages:     []fulfillment.Package{{ID: "1", Tracking: "1Z001"}, {ID: "2", Tracking: "1Z002"}},
		Tracking:     []string{"1Z001", "1Z002", "PRO", "77", "1Z003", "1Z004"},
		BillOfLading: "BOL-1", Carrier: "UPS", Service: "Ground", SCAC: "UPSN",
		ShippedAt:  time.Date(2026, 11, 22, 17, 30, 0, 0, zone(t, "America/Los_Angeles")),
		ModifiedAt: time.Date(2026, 11, 22, 17, 31, 0, 0, zone(t, "America/Los_Angeles")),
	}
}

// The service answers in camelCase or PascalCase, and mixes them; lists stand
// embedded or under names of their own.
func TestEveryShapeOfAnswerMeansTheSame(t *testing.T) {
	pascal := strings.NewReplacer(`"readOnly"`, `"ReadOnly"`, `"orderId"`, `"OrderId"`, `"status"`, `"Status"`, `"isClosed"`, `"IsClosed"`,
		`"processDate"`, `"ProcessDate"`, `"customerIdentifier"`, `"CustomerIdentifier"`, `"id"`, `"Id"`, `"packages"`, `"Packages"`,
		`"packageContents"`, `"PackageContents"`, `"trackingNumber"`, `"TrackingNumber"`, `"shipTo"`, `"ShipTo"`, `"sku"`, `"Sku"`,
		`"qty"`, `"Qty"`, `"externalId"`, `"ExternalId"`, `"referenceNum"`, `"ReferenceNum"`)
	plainLines := strings.NewReplacer(`"_embedded": {"http://api.3plCentral.com/rels/orders/item": [`, `"OrderItems": [`,
		`"qty": 1.5}]},
	"_links"`, `"qty": "1.5"}],
	"_links"`)
	embeddedContents := strings.NewReplacer(`"packageContents": [`, `"_embedded": {"http://api.3plCentral.com/rels/orders/packagecontent": [`,
		`"qty": 2.0}]}, `, `"qty": 2.0}]}}, `, `"qty": 2.0}]},`, `"qty": 2.0}]}},`, `"qty": 1.5}]}]`, `"qty": 1.5}]}}]`)
	for name, body := range map[string]string{
		"HAL":                  orderList(1, fullOrder),
		"another host":         strings.Replace(orderList(1, fullOrder), "http://api.3plCentral.com/rels/orders/order", "http://3w.extensiv.com/rels/orders/order", 1),
		"a bare key":           strings.Replace(orderList(1, fullOrder), "http://api.3plCentral.com/rels/orders/order", "item", 1),
		"a lone object":        `{"totalResults":1,"_embedded":{"order":` + fullOrder + `}}`,
		"PascalCase":           `{"TotalResults":1,"ResourceList":[` + pascal.Replace(fullOrder) + `]}`,
		"a mixture":            orderList(1, pascal.Replace(fullOrder)),
		"lines not embedded":   orderList(1, plainLines.Replace(fullOrder)),
		"contents embedded":    orderList(1, embeddedContents.Replace(fullOrder)),
		"a total in quotes":    strings.Replace(orderList(1, fullOrder), `"totalResults":1`, `"totalResults":"1"`, 1),
		"other lists beside":   `{"totalResults":1,"_embedded":{"warnings":[],"http://x/rels/orders/order":[` + fullOrder + `]}}`,
		"summaries of nothing": `{"totalResults":1,"summaries":null,"_embedded":{"order":[` + fullOrder + `]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(wantFullOrder(t), readOne(t, body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Nothing may be taken for "no orders" but a list that says that it is empty:
// what is not found is created.
func TestAnswersThatAreNoAnswer(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":                 ``,
		"an empty object":         `{}`,
		"null":                    `null`,
		"an array":                `[]`,
		"a web page":              `<html><body>sign in as Ada</body></html>`,
		"half of it":              orderList(1, fullOrder)[:200],
		"a list without a total":  `{"_embedded":{"order":[]}}`,
		"a total without a list":  `{"totalResults":3}`,
		"more rows than total":    orderList(0, fullOrder),
		"a negative total":        `{"totalResults":-1,"_embedded":{"order":[]}}`,
		"several lists":           `{"totalResults":1,"_embedded":{"a":[],"b":[]}}`,
		"a list of texts":         `{"totalResults":1,"_embedded":{"order":["Ada"]}}`,
		"an empty page of many":   orderList(5),
		"no id":                   orderList(1, strings.Replace(fullOrder, `"orderId": 4711`, `"orderId": null`, 1)),
		"no status":               orderList(1, strings.Replace(fullOrder, `"status": 1,`, ``, 1)),
		"a status in words":       orderList(1, strings.Replace(fullOrder, `"status": 1,`, `"status": "Closed",`, 1)),
		"no lines":                orderList(1, strings.Replace(fullOrder, `"_embedded"`, `"_other"`, 1)),
		"a line without quantity": orderList(1, strings.Replace(fullOrder, `"externalId": "91", "qty": 2.0`, `"externalId": "91"`, 1)),
		"a quantity in words":     orderList(1, strings.Replace(fullOrder, `"externalId": "91", "qty": 2.0`, `"qty": "two"`, 1)),
		"an unreadable ship date": orderList(1, strings.Replace(fullOrder, "2026-11-22T17:30:00", "yesterday", 1)),
		"an unreadable date":      orderList(1, strings.Replace(fullOrder, "2026-11-22T17:31:00", "yesterday", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			orders, err := readList(t, body)
			fault := wantFault(t, err, fulfillment.FaultMalformed)
			if len(orders) > 0 || fault.Hint == "" || fault.Uncertain {
				t.Errorf("got %v, %+v", orders, fault)
			}
		})
	}
}

func TestAnEmptyListIsNoOrder(t *testing.T) {
	for _, body := range []string{orderList(0), `{"totalResults":0}`, `{"TotalResults":0,"ResourceList":[]}`, `{"totalResults":0,"_embedded":null}`} {
		if orders, err := readList(t, body); err != nil || len(orders) > 0 {
			t.Errorf("%s: got %v, %v", body, orders, err)
		}
	}
}

func TestTrackingPlaces(t *testing.T) {
	for name, test := range map[string]struct {
		members string
		want    []string
	}{
		"none":                  {``, nil},
		"order level alone":     {`"routingInfo":{"trackingNumber":"1Z9"},`, []string{"1Z9"}},
		"several in one":        {`"routingInfo":{"trackingNumber":" 1Z9, 1Z8;1Z7\n1Z9 "},`, []string{"1Z9", "1Z8", "1Z7"}},
		"parcel answer":         {`"parcelResponse":{"trackingNumbers":["P1","P2","P1"]},`, []string{"P1", "P2"}},
		"parcel answer is null": {`"parcelResponse":null,"routingInfo":null,`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			body := orderList(1, "{"+test.members+strings.TrimPrefix(orderJSON(100, "S-1", "1", isOpen), "{"))
			if diff := cmp.Diff(test.want, readOne(t, body).Tracking); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBillOfLading(t *testing.T) {
	for members, want := range map[string]string{
		`"routingInfo":{"billOfLading":" B1 "},"masterBillOfLadingId":"M1",`: "B1",
		`"routingInfo":{"billOfLading":""},"masterBillOfLadingId":"M1",`:     "M1",
		``: "",
	} {
		order := readOne(t, orderList(1, "{"+members+strings.TrimPrefix(orderJSON(100, "S-1", "1", isOpen), "{")))
		if order.BillOfLading != want {
			t.Errorf("%s: got %q, want %q", members, order.BillOfLading, want)
		}
	}
}

func TestCancelledOrderKeepsItsFormerReference(t *testing.T) {
	for _, test := range []struct{ head, reference, want string }{
		{`"status":2,"isClosed":true,`, "S-1-CANCELED-100", "S-1"},
		// Not the service's doing: another id, or not cancelled.
		{`"status":2,"isClosed":true,`, "S-1-CANCELED-101", "S-1-CANCELED-101"},
		{isOpen, "S-1-CANCELED-100", "S-1-CANCELED-100"},
	} {
		order := readOne(t, orderList(1, orderJSON(100, test.reference, "1", test.head)))
		if order.Reference != test.want {
			t.Errorf("%s %s: got %s, want %s", test.head, test.reference, order.Reference, test.want)
		}
	}
}

func TestPackagesThatAreEmbedded(t *testing.T) {
	packages := `,"http://api.3plCentral.com/rels/orders/package":[{"packageId":7,"trackingNumber":"1Z7","_embedded":{"x/packagecontent":[{"orderItemId":71,"qty":1.0}]}}]}}`
	body := strings.TrimSuffix(strings.TrimSpace(orderJSON(100, "S-1", "1", `"status":1,"isClosed":true,`)), "}}") + packages
	order := readOne(t, orderList(1, body))
	if len(order.Packages) != 1 || order.Packages[0].Tracking != "1Z7" || order.Lines[0].Shipped != fulfillment.Units(1) {
		t.Errorf("got %+v", order)
	}
}
