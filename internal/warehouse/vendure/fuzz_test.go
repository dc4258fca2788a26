// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// wireTap is a server without a network: it answers in the process.
type wireTap func(*http.Request, graphqlRequest) (status int, body string)

// RoundTrip answers. Logging in always works.
func (w wireTap) RoundTrip(r *http.Request) (*http.Response, error) {
	var request graphqlRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		return nil, err
	}
	status, body, header := 200, `{"data":{"login":{"__typename":"CurrentUser"}}}`, http.Header{}
	header.Set(tokenHeader, "token")
	if request.Query != loginDocument {
		status, body = w(r, request)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func tapped(t *testing.T, tap wireTap) *Driver {
	t.Helper()
	clock := newClock()
	return mustNew(t, Options{
		Remote: remote.Options{BaseURL: "https://shop.example", Transport: tap, Now: clock.Now,
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }},
		Username: "user", Password: "secret-password", Channel: ourToken, StockLocation: east, PageSize: 10,
	})
}

func someOrder() fulfillment.Order {
	return fulfillment.Order{ID: 1, Number: "S-1",
		ShipTo: fulfillment.Address{Name: "Ada Byron", Line1: "1 Main St", City: "Springfield", PostalCode: "97477", Country: "US"},
		Lines:  []fulfillment.Line{{ID: 91, SKU: "A", Quantity: 2}}}
}

// FuzzAnswers reads answers as every kind of question wants them. What is no
// answer is a fault and never an empty list, an order is found under its whole
// reference or identity alone, and nothing is proven that an answer does not say.
func FuzzAnswers(f *testing.F) {
	const order = `{"id":"5","createdAt":"2026-11-23T12:00:00Z","updatedAt":"2026-11-23T12:00:00Z","orderPlacedAt":"2026-11-23T12:00:00Z","state":"Shipped",` +
		`"customFields":{"externalRef":"S-1","externalId":"1"},"shippingAddress":{"fullName":"jane@roe.example"},` +
		`"lines":[{"id":"1","quantity":2,"orderPlacedQuantity":2,"productVariant":{"sku":"A"}}],"fulfillments":[{"id":"1","state":"Shipped","trackingCode":"1Z","lines":[{"orderLineId":"1","quantity":9223372036854775807},{"orderLineId":"1","quantity":9223372036854775807}]}]}`
	const variant = `{"id":"1","sku":"A","enabled":true,"trackInventory":"TRUE","outOfStockThreshold":-5,"stockLevels":[{"stockLocationId":"1","stockOnHand":9223372036854775807,"stockAllocated":-9223372036854775807}]}`
	const settings = `"stockLocations":{"items":[{"id":"1","name":"EAST"}]},"globalSettings":{"trackInventory":true,"outOfStockThreshold":-9223372036854775808}`
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `{"data":null}`, `{"data":{}}`, `{"data":{"orders":null}}`, `{"data":{"orders":{"items":[]}}}`, `<html>jane@roe.example`,
		`{"data":{"orders":{"items":[` + order + `]}}}`, `{"data":{"orders":{"items":[` + order + `,` + order + `]},"order":` + order + `}}`,
		`{"data":{"orders":{"totalItems":0,"items":[]},"productVariants":{"totalItems":1,"items":[` + variant + `]},"createDraftOrder":{"id":"5"},"order":` + order + `}}`,
		`{"data":{` + settings + `,"productVariants":{"totalItems":1,"items":[` + variant + `]}}}`,
		`{"data":{` + settings + `,"productVariants":{"totalItems":9007199254740993,"items":[]}}}`,
		`{"data":{` + settings + `,"productVariants":{"totalItems":-1,"items":[` + strings.ReplaceAll(variant, "9223372036854775807", "5") + `]}}}`,
		`{"errors":[{"message":"jane@roe.example","path":["orders"],"extensions":{"code":"FORBIDDEN"}}],"data":null}`,
		`{"errors":[{"message":"jane@roe.example","extensions":{"code":"jane@roe.example"}}]}`,
		`{"data":{"cancelOrder":{"__typename":"Order"},"order":` + strings.ReplaceAll(order, "Shipped", "Cancelled") + `}}`,
	} {
		for which := range 6 {
			f.Add(uint8(which), []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		asked := 0
		d := tapped(t, func(*http.Request, graphqlRequest) (int, string) {
			if asked++; asked > 60 {
				// A walk whose every page is new to it is somebody else's to end.
				return 500, ""
			}
			return 200, string(body)
		})
		var orders []fulfillment.WarehouseOrder
		var err error
		switch which % 6 {
		case 0:
			orders, err = d.FindOrders(t.Context(), []fulfillment.Lookup{{ID: 1, References: []string{"S-1"}}})
			for _, found := range orders {
				if found.Identity != "1" && found.Reference != "S-1" {
					t.Fatalf("%q: found %q under %q", body, found.Identity, found.Reference)
				}
			}
			notEmpty(t, err, body, "orders")
		case 1:
			orders, _, err = d.WarehouseOpenOrders(t.Context(), "")
			notEmpty(t, err, body, "orders")
		case 2:
			var report fulfillment.StockReport
			report, err = d.Stock(t.Context())
			notEmpty(t, err, body, "productVariants")
			for _, row := range report.Rows {
				if !slices.Contains(report.Items, row.SKU) {
					t.Fatalf("%q: stock of %q, which is no item", body, row.SKU)
				}
				if !strings.Contains(string(body), "-") && *row.OnHand < 0 || *row.Available > *row.OnHand && !strings.Contains(string(body), "-") {
					t.Fatalf("%q: %s of %s", body, row.Available, row.OnHand)
				}
			}
		case 3:
			var created fulfillment.WarehouseOrder
			created, err = d.CreateOrder(t.Context(), someOrder(), "S-1")
			if err == nil && (created.Identity != "1" || created.Reference != "S-1" || len(created.Lines) == 0) {
				t.Fatalf("%q proves %+v", body, created)
			}
		case 4:
			var cancellation fulfillment.Cancellation
			cancellation, err = d.CancelOrder(t.Context(), "5")
			if err == nil && (cancellation.Outcome == fulfillment.CancelDone || cancellation.Outcome == fulfillment.CancelAlready) && cancellation.Order.State != fulfillment.WarehouseCancelled {
				t.Fatalf("%q: %+v", body, cancellation)
			}
		case 5:
			_, err = d.AdoptOrder(t.Context(), "5", someOrder())
		}
		for _, found := range orders {
			for _, line := range found.Lines {
				if line.Ordered < 0 || line.Shipped < 0 {
					t.Fatalf("%q: %+v", body, line)
				}
			}
		}
		if err == nil {
			return
		}
		fault, ok := fulfillment.AsFault(err)
		if !ok {
			t.Fatalf("%v is no fault", err)
		}
		for _, text := range []string{err.Error(), fault.Code, fault.Hint, fault.Reason} {
			if strings.ContainsAny(text, "@") || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || len(text) > 800 {
				t.Fatalf("answered %q, the fault says %q", body, text)
			}
		}
	})
}

// notEmpty requires an answer that was read to hold data with the field.
func notEmpty(t *testing.T, err error, body []byte, field string) {
	t.Helper()
	if err != nil {
		return
	}
	var answer struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(body, &answer) != nil || !slices.ContainsFunc(names(answer.Data), func(name string) bool { return strings.EqualFold(name, field) }) {
		t.Fatalf("%q was read as %s", body, field)
	}
}

func names(members map[string]json.RawMessage) (all []string) {
	for name := range members {
		all = append(all, name)
	}
	return all
}

// FuzzTexts sends hostile texts of an order: each of them stands in a variable,
// whole, and the text of the query is always one of ours.
func FuzzTexts(f *testing.F) {
	for _, text := range []string{"S-1", `"}}){id}}`, "x\"\n} mutation { deleteOrder }", "$filter", "é\u2028", "\\", "\x00", "#", "${1}"} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, reference, sku string) {
		if reference == "" || !utf8.ValidString(reference) || !utf8.ValidString(sku) {
			return
		}
		found := false
		d := tapped(t, func(_ *http.Request, request graphqlRequest) (int, string) {
			if request.Query != ordersDocument && request.Query != beforeDocument {
				t.Errorf("the query is %q", request.Query)
			}
			found = found || holds(request.Variables, reference)
			if request.Query == beforeDocument && !holds(request.Variables, strings.TrimSpace(sku)) && !holds(request.Variables, sku) {
				t.Errorf("%q is not in %v", sku, request.Variables)
			}
			return 200, `{"data":{"orders":{"totalItems":0,"items":[]},"productVariants":{"totalItems":0,"items":[]}}}`
		})
		if _, err := d.FindOrders(t.Context(), []fulfillment.Lookup{{References: []string{reference}}}); err != nil || !found {
			t.Fatalf("%q: %v, asked for it: %t", reference, err, found)
		}
		order := someOrder()
		order.Lines[0].SKU = sku
		if _, err := d.CreateOrder(t.Context(), order, reference); err == nil || strings.ContainsFunc(err.Error(), func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("%q, %q: %v", reference, sku, err)
		}
	})
}

// holds reports whether the text is one of the values.
func holds(value any, text string) bool {
	switch value := value.(type) {
	case string:
		return value == text
	case []any:
		return slices.ContainsFunc(value, func(one any) bool { return holds(one, text) })
	case map[string]any:
		for _, one := range value {
			if holds(one, text) {
				return true
			}
		}
	}
	return false
}

// FuzzMark reads marks of a walk: what is read is written alike.
func FuzzMark(f *testing.F) {
	for _, text := range []string{"", "2026-11-23T12:00:00Z|1|2", "2026-11-23T12:00:00.123456789+01:00|", "|", "0001-01-01T00:00:00Z|1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, ok := parseMark(text)
		if !ok || text == "" || m.at.UTC().Year() > 9999 || m.at.UTC().Year() < 0 {
			return
		}
		again, ok := parseMark(m.String())
		if !ok || !again.at.Equal(m.at) || !slices.Equal(again.seen, m.seen) {
			t.Errorf("%q is %v, and that is %v (%t)", text, m, again, ok)
		}
	})
}
