// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/testing/hostile"
)

// wireTap is a server without a network: it answers in the process.
type wireTap func(*http.Request) (status int, body string)

// RoundTrip answers.
func (w wireTap) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := w(r)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// tapped returns a source whose server answers the first page of everything so,
// and every further page with an empty list.
func tapped(t *testing.T, status int, body []byte, change func(*Options)) *Client {
	t.Helper()
	return tappedBy(t, func(r *http.Request) (int, string) {
		if page := r.URL.Query().Get("page"); page != "" && page != "1" {
			return 200, "[]"
		}
		return status, string(body)
	}, change)
}

func tappedBy(t *testing.T, tap wireTap, change func(*Options)) *Client {
	t.Helper()
	options := Options{
		Remote: remote.Options{BaseURL: "https://api.example", Transport: tap,
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }},
		Credentials: Credentials{AccessToken: "secret-token"}, WarehouseName: "East DC",
	}
	if change != nil {
		change(&options)
	}
	client, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// hostileBodies are answers that no documentation has.
func hostileBodies(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `[null]`, `[[]]`, `[{}]`, `"[]"`, `0`, `<html>jane@roe.example</html>`, `[{"orderId":1}`,
		`{"results":null}`, `{"results":[]}`, `{"errors":[{"index":1,"errorCode":"ERR053","fieldName":"jane@roe.example"}]}`,
		`[{"orderId":1,"orderStatus":"AWAITING_3PL_EXPORT","fulfillmentSource":{"warehouseId":7},"shipEmail":"jane@roe.example","orderItems":[{"orderItemId":1,"quantityOrdered":1e999999}]}]`,
		`[{"orderId":1,"orderStatus":"PENDING_FULFILLMENT","fulfillmentSource":{"warehouseId":7},"orderItems":[{"quantityOrdered":-2}]}]`,
		`[{"orderId":1,"orderStatus":"AWAITING_3PL_EXPORT","orderItems":[{"listingSku":"A","quantityOrdered":5}],"orderItems":[{"listingSku":"B"}]}]`,
		`[{"orderId":9223372036854775808,"orderStatus":"X"}]`, `[{"orderId":-1,"orderStatus":"jane@roe.example\n"}]`,
		`[{"product":{"productId":1,"masterSku":"A"},"onHandQuantity":9223372036854775807,"availableQuantity":1e14}]`,
		`[{"productId":1,"masterSku":"K","bundledItems":[{"bundledProduct":{"masterSku":"A"},"bundledProductQuantity":-3}]}]`,
		`[{"warehouseId":7,"name":"East DC","active":true,"type":"THIRD_PARTY_LOGISTICS"},{"warehouseId":7,"name":"\u202eeast dc\n"}]`,
		`[{"requestMethod":"GET","requestPath":"/v1.1/orders","throttleConfig":{"quotaMaxRequest":-9223372036854775808,"quotaRestoreRate":9223372036854775807,"quotaMaxRequestHourly":9223372036854775807}}]`,
		`{"orderBatch":{"processedCount":2,"failedCount":0,"orders":[{"order":{"orderId":1},"status":"PENDING"}]},"errors":[]}`,
		`{"results":[{"masterSku":"a","warehouseId":7,"availableQuantity":-9}]}`, `[{"order":{"orderId":1},"status":"SHIPPED"}]`,
		`{"customFieldDef":{"name":"Gate","active":true},"value":{"amount":1e999,"currency":"jane@roe.example"}}`,
		`{"access_token":"abc\r\nX-Evil: 1","token_type":"bearer","expires_in":1e308}`, `{"access_token":"abc","expires_in":-1}`,
		`{"error":"invalid_grant","error_description":"jane@roe.example"}`, `{"errorCode":"jane@roe.example"}`,
		strings.Repeat("[", 120) + strings.Repeat("]", 120),
	} {
		f.Add(uint8(0), []byte(body))
		f.Add(uint8(1), []byte(body))
		f.Add(uint8(2), []byte(body))
		f.Add(uint8(3), []byte(body))
		f.Add(uint8(4), []byte(body))
	}
}

// isList reports whether the body is a JSON list.
func isList(body []byte) bool {
	var list []json.RawMessage
	return json.Unmarshal(body, &list) == nil && list != nil
}

// checkList requires what is no list to be told as such, never as an empty one.
func checkList(t *testing.T, err error, body []byte) {
	t.Helper()
	fault := hostile.CheckFault(t, err, body)
	if fault == nil && !isList(body) {
		t.Fatalf("%q was read as a list", body)
	}
	if fault != nil && fault.Kind != fulfillment.FaultMalformed && fault.Kind != fulfillment.FaultTooLarge && fault.Kind != fulfillment.FaultMisconfigured {
		t.Fatalf("%q: %v", body, err)
	}
}

// FuzzOrders reads answers as orders. No order that an answer holds in so many
// words is left out, none comes from nowhere, and no quantity turns over.
func FuzzOrders(f *testing.F) {
	hostileBodies(f)
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		source := tapped(t, 200, body, nil).Source(warehouse7)
		var orders []fulfillment.Order
		var err error
		switch which % 5 {
		case 0:
			orders, err = source.WaitingOrders(t.Context(), 1)
		case 1:
			orders, err = source.SentOrders(t.Context(), 1)
		case 2:
			orders, err = source.OpenOrders(t.Context(), 1)
		case 3:
			orders, err = source.CancelledSince(t.Context(), time.Unix(0, 0), 1)
		case 4:
			orders, err = source.OrdersByID(t.Context(), []fulfillment.OrderID{1, 2})
		}
		checkList(t, err, body)
		found := map[fulfillment.OrderID]bool{}
		for _, order := range orders {
			found[order.ID] = true
			if order.ID <= 0 || order.Status == "" {
				t.Fatalf("%q: order %d, status %q", body, order.ID, order.Status)
			}
			for _, line := range order.Lines {
				if line.Quantity < 0 || line.Quantity > mostOrdered {
					t.Fatalf("%q: %d units", body, line.Quantity)
				}
			}
		}
		if err != nil || which%5 != 0 {
			return
		}
		var plain []struct {
			OrderID           int64  `json:"orderId"`
			OrderStatus       string `json:"orderStatus"`
			FulfillmentSource struct {
				WarehouseID int64 `json:"warehouseId"`
			} `json:"fulfillmentSource"`
		}
		if json.Unmarshal(body, &plain) != nil {
			t.Fatalf("%q was read", body)
		}
		for _, order := range plain {
			if order.OrderStatus == statusAwaiting3PLExport && order.FulfillmentSource.WarehouseID == 7 && !found[fulfillment.OrderID(order.OrderID)] {
				t.Fatalf("%q: order %d was lost", body, order.OrderID)
			}
		}
	})
}

// FuzzLists reads answers as everything else that Order Manager lists.
func FuzzLists(f *testing.F) {
	hostileBodies(f)
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		client := tapped(t, 200, body, nil)
		source := client.Source(warehouse7)
		switch which % 5 {
		case 0:
			products, err := source.Products(t.Context(), 1)
			checkList(t, err, body)
			for _, product := range products {
				for _, component := range product.Components {
					if component.Quantity < -1e14 || component.Quantity > 1e14 {
						t.Fatalf("%q: a kit of %d", body, component.Quantity)
					}
				}
			}
		case 1:
			stocks, err := source.ProductStocks(t.Context(), 1)
			checkList(t, err, body)
			for _, stock := range stocks {
				for _, figure := range []*int64{stock.OnHand, stock.Available, stock.Allocated, stock.Locked} {
					if figure != nil && (*figure > 1e14 || *figure < -1e14) {
						t.Fatalf("%q: %d units", body, *figure)
					}
				}
				if stock.ProductID <= 0 {
					t.Fatalf("%q: stock of no product", body)
				}
			}
		case 2:
			found, err := client.Resolve(t.Context())
			checkList(t, err, body)
			if err == nil && (found.WarehouseID <= 0 || len(found.WarehouseIDs) != 1) {
				t.Fatalf("%q: %+v", body, found)
			}
		case 3:
			limits, err := client.Limits(t.Context())
			checkList(t, err, body)
			for _, limit := range limits {
				if limit.Burst+limit.Spare > 10_000 || limit.Spare < 0 || limit.Every < 0 || limit.Every > time.Hour {
					t.Fatalf("%q: %+v", body, limit)
				}
			}
			budgets := remote.NewBudgets(remote.Clock{})
			budgets.Learn("account", limits)
		case 4:
			fields, err := source.CustomFields(t.Context(), []fulfillment.Order{{ID: 1, Lines: []fulfillment.Line{{ID: 3}}}})
			if fault := hostile.CheckFault(t, err, body); fault != nil && fault.Kind != fulfillment.FaultMalformed && fault.Kind != fulfillment.FaultTooLarge {
				t.Fatalf("%q: %v", body, err)
			}
			for _, one := range fields {
				if one.Unread != nil {
					_ = hostile.CheckFault(t, one.Unread, body)
				}
				for _, field := range one.Order {
					if field.Name == "" || field.Value == "" {
						t.Fatalf("%q: field %+v", body, field)
					}
				}
			}
		}
	})
}

// FuzzWrites reads answers to writes. Nothing that is not in so many words in
// an answer counts as done, and what cannot be read is uncertain.
func FuzzWrites(f *testing.F) {
	hostileBodies(f)
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		source := tapped(t, 200, body, nil).Source(warehouse7)
		var err error
		done := 0
		switch which % 5 {
		case 0:
			var results []fulfillment.MarkResult
			results, err = source.MarkSent(t.Context(), []fulfillment.OrderID{1, 2})
			checkResults(t, err, len(results), 2, body)
			for _, result := range results {
				if result.Marked {
					done++
				}
			}
			if done > 0 && !mentions(body, "orderBatch") {
				t.Fatalf("%q marks %d orders", body, done)
			}
		case 1:
			var results []fulfillment.ShipmentResult
			results, err = source.ConfirmShipments(t.Context(), []fulfillment.Shipment{{OrderID: 1, Tracking: "1Z"}, {OrderID: 2}}, fulfillment.ShipmentOptions{})
			checkResults(t, err, len(results), 2, body)
			for _, result := range results {
				if result.Outcome == fulfillment.ShipmentConfirmed && (result.OrderID != 1 || !mentions(body, batchedShipped)) {
					t.Fatalf("%q confirms order %d", body, result.OrderID)
				}
			}
		case 2:
			var results []fulfillment.StockWriteResult
			results, err = source.SetStock(t.Context(), []fulfillment.StockWrite{{ProductID: 1, SKU: "A", OnHand: 1}, {ProductID: 2, SKU: "B"}})
			checkResults(t, err, len(results), 2, body)
			for _, result := range results {
				if result.Available != nil && (result.Reason != "" || *result.Available > 1e14 || *result.Available < -1e14) {
					t.Fatalf("%q: %+v", body, result)
				}
			}
		case 3:
			var results []fulfillment.EditResult
			results, err = source.EditOrders(t.Context(), []fulfillment.OrderEdit{{OrderID: 1, Field: fulfillment.FieldInternalNotes, Text: "x"}})
			checkResults(t, err, len(results), 1, body)
		case 4:
			labelled := tappedBy(t, func(r *http.Request) (int, string) {
				if strings.HasSuffix(r.URL.Path, "/split") {
					return 200, string(body)
				}
				if r.URL.Query().Get("page") != "1" {
					return 200, "[]"
				}
				return 200, fmt.Sprintf(`[{"labelId":5,"name":%q}]`, fulfillment.SplitLabel)
			}, nil).Source(warehouse7)
			_, err = labelled.SplitOrder(t.Context(), fulfillment.Split{OrderID: 1, Lines: []fulfillment.SplitLine{{ListingSKU: "A", Quantity: 1}}})
		}
		fault := hostile.CheckFault(t, err, body)
		if fault != nil && (!fault.Uncertain || fault.Kind != fulfillment.FaultMalformed && fault.Kind != fulfillment.FaultTooLarge) {
			t.Fatalf("%q: %+v", body, fault)
		}
		if fault == nil && (len(strings.TrimSpace(string(body))) == 0 || string(body) == "null") {
			t.Fatalf("%q proves a write", body)
		}
	})
}

func checkResults(t *testing.T, err error, got, want int, body []byte) {
	t.Helper()
	if err == nil && got != want {
		t.Fatalf("%q: %d results, want %d", body, got, want)
	}
}

// mentions reports whether the text stands in the body, in any case and spelling of JSON.
func mentions(body []byte, text string) bool {
	return strings.Contains(strings.ToLower(string(body)), strings.ToLower(text)) || strings.Contains(string(body), `\u`) ||
		strings.ContainsAny(string(body), "\u017f\u212a")
}

// FuzzRefusals reads the bodies of refusals, of requests and of the password.
func FuzzRefusals(f *testing.F) {
	hostileBodies(f)
	statuses := []int{400, 401, 403, 404, 409, 414, 422, 429, 500, 503}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		status := statuses[int(which)%len(statuses)]
		source := tapped(t, status, body, nil).Source(warehouse7)
		orders, err := source.WaitingOrders(t.Context(), 1)
		if fault := hostile.CheckFault(t, err, body); fault == nil || fault.Status != status || len(orders) > 0 {
			t.Fatalf("%d %q: %v", status, body, err)
		}
		_, err = source.SetStock(t.Context(), []fulfillment.StockWrite{{ProductID: 1, SKU: "A"}})
		if fault := hostile.CheckFault(t, err, body); fault == nil || fault.Uncertain != (status >= 500) {
			t.Fatalf("%d %q: %v", status, body, err)
		}
		_, err = tapped(t, status, body, byPassword).Source(warehouse7).WaitingOrders(t.Context(), 1)
		if fault := hostile.CheckFault(t, err, body); fault == nil {
			t.Fatalf("%d %q is a token", status, body)
		}
	})
}

func byPassword(o *Options) {
	o.Credentials, o.TokenURL = Credentials{Username: "user", Password: "secret"}, "https://api.example/oauth/token"
}

// FuzzToken reads answers as tokens: what cannot stand in a header never does.
func FuzzToken(f *testing.F) {
	hostileBodies(f)
	f.Fuzz(func(t *testing.T, _ uint8, body []byte) {
		asked := 0
		client := tappedBy(t, func(r *http.Request) (int, string) {
			if r.URL.Path == "/oauth/token" {
				return 200, string(body)
			}
			asked++
			token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			if !found || token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Errorf("%q became the header %q", body, r.Header.Get("Authorization"))
			}
			return 200, "[]"
		}, byPassword)
		_, err := client.Source(warehouse7).WaitingOrders(t.Context(), 1)
		if fault := hostile.CheckFault(t, err, body); fault != nil && (asked > 0 || fault.Kind != fulfillment.FaultMalformed && fault.Kind != fulfillment.FaultTooLarge) {
			t.Fatalf("%q: %v after %d requests", body, err, asked)
		}
	})
}
