// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"ordersync.dev/operator/internal/fulfillment"
)

// wireTap is a server without a network: it answers in the process.
type wireTap func(*http.Request) (status int, body string)

// RoundTrip answers.
func (w wireTap) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := w(r)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

const goodToken = `{"access_token":"t","token_type":"Bearer","expires_in":3600}`

// tapped returns a driver whose server answers everything but the token so.
func tapped(t *testing.T, tap wireTap) *Driver {
	t.Helper()
	o := options(t, "https://wms.example", &testClock{now: today})
	o.SumQualifiers = true
	o.Remote.Transport = wireTap(func(r *http.Request) (int, string) {
		if r.URL.Path == tokenEndpoint {
			return 200, goodToken
		}
		return tap(r)
	})
	return mustNew(t, o)
}

// hostileBodies are answers that no documentation has, for each kind of reading.
func hostileBodies(f *testing.F, kinds int) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `{"totalResults":0}`, `{"totalResults":"1","_embedded":{"a":[]}}`, `{"totalResults":-1}`, `<html>jane@roe.example`,
		`{"totalResults":1,"_embedded":{"http://api.3plCentral.com/rels/orders/order":[{"readOnly":{"orderId":5,"status":0,"isClosed":false,"lastModifiedDate":"2026-11-23T10:00:00"},"referenceNum":"S-1","externalId":"1","shipTo":{"name":"jane@roe.example"},"_embedded":{"http://api.3plCentral.com/rels/orders/item":[{"itemIdentifier":{"sku":"A"},"qty":2}]}}]}}`,
		`{"totalResults":1,"_embedded":{"x/order":[{"readOnly":{"orderId":5,"status":1,"isClosed":true,"processDate":"jane@roe.example"},"externalId":"1","orderItems":[{"qty":1e999999}]}]}}`,
		`{"totalResults":1,"resourceList":[{"readOnly":{"orderId":"5.0","status":"1","isClosed":true,"packages":[{"packageContents":[{"orderItemId":1,"qty":-1e14}]}]},"referenceNum":"S-1","orderItems":[{"qty":0.00001,"readOnly":{"orderItemId":1,"allocations":[{"properlyPickedPrimary":1e14},{"properlyPickedPrimary":1e14}]}}]}]}`,
		`{"totalResults":1,"resourceList":[{"readOnly":{"orderId":5,"status":0},"_embedded":{"a/item":[{"qty":1}],"b/item":[{"qty":2}]}}]}`,
		`{"totalResults":1,"resourceList":[{"itemId":7,"sku":"A\n"}]}`, `{"totalResults":1,"resourceList":[{"itemId":7,"itemId":8,"sku":"A"}]}`,
		`{"totalResults":2,"summaries":[{"itemIdentifier":{"id":7},"facilityId":3,"available":100000000000000,"onHand":1e13},{"itemIdentifier":{"id":7},"qualifier":"q","facilityId":3,"available":-5.55555}]}`,
		`{"$type":"jane@roe.example","ErrorCode":"Duplicate","Properties":[{"Name":"ReferenceNum","Value":"jane@roe.example"}]}`,
		`{"Faults":[{"Faults":[{"Faults":[{"Faults":[{"Faults":[{"ErrorCode":"Required","Properties":[{"Name":"shipTo"}]}]}]}]}]}],"Parameters":["rql","jane@roe.example"]}`,
		`{"ErrorCode":"DoesNotExist","Properties":[{"Name":"OrderItems[0].ItemIdentifier.Sku","Value":{"Sku":"a"}}]}`,
		`{"access_token":"a b","token_type":"bearer"}`, `{"access_token":"abc","expires_in":"9223372036854775807"}`,
	} {
		for which := range kinds {
			f.Add(uint8(which), []byte(body))
		}
	}
}

// checkFault requires an error to be a fault of one line that repeats nobody's
// mail address: hostile bodies hold what orders hold.
func checkFault(t *testing.T, err error, body []byte) *fulfillment.Fault {
	t.Helper()
	if err == nil {
		return nil
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
	return fault
}

// checkCollection requires what is no collection to be told as such, never as
// an empty one.
func checkCollection(t *testing.T, err error, body []byte) {
	t.Helper()
	fault := checkFault(t, err, body)
	if fault != nil && fault.Kind != fulfillment.FaultMalformed && fault.Kind != fulfillment.FaultTooLarge {
		t.Fatalf("%q: %v", body, err)
	}
	var members map[string]json.RawMessage
	if fault == nil && (json.Unmarshal(body, &members) != nil || !slices.ContainsFunc(keys(members), func(name string) bool { return strings.EqualFold(name, "totalResults") })) {
		t.Fatalf("%q was read as a collection", body)
	}
}

func keys(members map[string]json.RawMessage) (names []string) {
	for name := range members {
		names = append(names, name)
	}
	return names
}

// FuzzOrders reads answers as orders of every kind of question. An order is
// found under its whole reference or identity alone, nothing has shipped that
// turned over, and a creation is proven by an answer that says so.
func FuzzOrders(f *testing.F) {
	const kinds = 5
	hostileBodies(f, kinds)
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		reads := 0
		d := tapped(t, func(_ *http.Request) (int, string) {
			// A walk whose every answer is alike is ended by the ids that do not grow.
			if reads++; reads > 50 {
				t.Fatalf("%q is asked for again and again", body)
			}
			return 200, string(body)
		})
		var orders []fulfillment.WarehouseOrder
		var err error
		switch which % kinds {
		case 0:
			orders, err = d.FindOrders(t.Context(), []fulfillment.Lookup{{ID: 1, References: []string{"S-1"}}})
			checkCollection(t, err, body)
			for _, order := range orders {
				if order.Identity != "1" && !strings.EqualFold(order.Reference, "S-1") {
					t.Fatalf("%q: found %q under %q", body, order.Identity, order.Reference)
				}
			}
		case 1:
			orders, _, err = d.WarehouseOpenOrders(t.Context(), "")
			checkCollection(t, err, body)
		case 2:
			orders, _, err = d.ClosedSince(t.Context(), today, "")
			checkCollection(t, err, body)
		case 3:
			var created fulfillment.WarehouseOrder
			created, err = d.CreateOrder(t.Context(), anOrder(1), "S-1")
			fault := checkFault(t, err, body)
			if fault == nil && (created.Identity != "1" || created.Reference != "S-1" || len(created.Lines) != 2) {
				t.Fatalf("%q proves %+v", body, created)
			}
			if fault != nil && !fault.Uncertain {
				t.Fatalf("%q: %v, and nobody knows what became of it", body, err)
			}
		case 4:
			var cancellation fulfillment.Cancellation
			cancellation, err = d.CancelOrder(t.Context(), "5")
			_ = checkFault(t, err, body)
			if err == nil && (cancellation.Outcome == fulfillment.CancelDone || cancellation.Outcome == fulfillment.CancelAlready) && cancellation.Order.State != fulfillment.WarehouseCancelled {
				t.Fatalf("%q: %+v", body, cancellation)
			}
		}
		for _, order := range orders {
			if order.ID == "" || order.State == "" {
				t.Fatalf("%q: %+v", body, order)
			}
		}
	})
}

// FuzzStock reads one answer as the list of items and another as their stock.
// A figure never turns over, and a report is complete only if its lists are.
func FuzzStock(f *testing.F) {
	for _, items := range []string{`{"totalResults":1,"resourceList":[{"itemId":7,"sku":"A"}]}`, `{"totalResults":0}`, `{}`, `null`, `{"totalResults":1,"resourceList":[{"itemId":7,"sku":"A"},{"itemId":8,"sku":"B"}]}`} {
		for _, stock := range []string{
			`{"totalResults":0,"summaries":[]}`, `{"summaries":[]}`, `[]`,
			`{"totalResults":1,"summaries":[{"itemIdentifier":{"id":7},"facilityId":3,"available":5,"onHand":5.5}]}`,
			`{"totalResults":1,"summaries":[{"itemIdentifier":{"id":7},"facilityId":3,"available":1e999999}]}`,
			`{"totalResults":3,"summaries":[{"itemIdentifier":{"id":7},"qualifier":"a","available":99999999999999},{"itemIdentifier":{"id":7},"qualifier":"b","available":99999999999999},{"itemIdentifier":{"id":7},"qualifier":"c","available":-0.00001}]}`,
		} {
			f.Add([]byte(items), []byte(stock))
		}
	}
	f.Fuzz(func(t *testing.T, items, stock []byte) {
		reads := 0
		d := tapped(t, func(r *http.Request) (int, string) {
			if page := r.URL.Query().Get("pgnum"); page != "1" {
				if reads++; reads > 100 {
					return 500, ""
				}
				return 200, `{"totalResults":0}`
			}
			if strings.HasSuffix(r.URL.Path, "/items") {
				return 200, string(items)
			}
			return 200, string(stock)
		})
		report, err := d.Stock(t.Context())
		_ = checkFault(t, err, stock)
		if err == nil {
			checkCollection(t, nil, items)
			checkCollection(t, nil, stock)
		} else if len(report.Rows)+len(report.Items) > 0 || report.Complete {
			t.Fatalf("%q %q: a report beside %v", items, stock, err)
		}
		for _, row := range report.Rows {
			if !slices.Contains(report.Items, row.SKU) {
				t.Fatalf("%q %q: stock of %q, which is no item", items, stock, row.SKU)
			}
			figure := row.Available
			if figure == nil {
				continue
			}
			if floor := figure.Floor(); fulfillment.Quantity(floor) > *figure || !strings.Contains(string(stock), "-") && *figure < 0 {
				t.Fatalf("%q: %s", stock, figure)
			}
		}
	})
}

// FuzzRefusals reads the bodies of refusals, and answers to the request for a token.
func FuzzRefusals(f *testing.F) {
	const kinds = 10
	hostileBodies(f, kinds)
	statuses := []int{400, 401, 403, 404, 409, 412, 422, 429, 500, 503}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		status := statuses[int(which)%kinds]
		d := tapped(t, func(*http.Request) (int, string) { return status, string(body) })
		order := anOrder(1)
		order.Lines[0].SKU = "A\nB"
		_, err := d.CreateOrder(t.Context(), order, "S-1")
		fault, ok := fulfillment.AsFault(err)
		if !ok || fault.Uncertain != (status >= 500) || strings.ContainsAny(err.Error(), "@\n") {
			t.Fatalf("%d %q: %v", status, body, err)
		}
		_, err = d.FindOrders(t.Context(), []fulfillment.Lookup{{ID: 1}})
		if checkFault(t, err, body) == nil {
			t.Fatalf("%d %q is an answer", status, body)
		}
		cancellation, err := d.CancelOrder(t.Context(), "5")
		_ = checkFault(t, err, body)
		if err == nil && cancellation.Outcome != fulfillment.CancelUnknown {
			t.Fatalf("%d %q: %+v", status, body, cancellation)
		}

		o := options(t, "https://wms.example", &testClock{now: today})
		asked := 0
		o.Remote.Transport = wireTap(func(r *http.Request) (int, string) {
			if r.URL.Path == tokenEndpoint {
				return 200, string(body)
			}
			asked++
			token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			if !found || token == "" || strings.ContainsFunc(token, unprintable) {
				t.Errorf("%q became the header %q", body, r.Header.Get("Authorization"))
			}
			return 200, `{"totalResults":0}`
		})
		_, err = mustNew(t, o).FindOrders(t.Context(), []fulfillment.Lookup{{ID: 1}})
		if fault := checkFault(t, err, body); fault != nil && asked > 0 {
			t.Fatalf("%q: %v after %d requests", body, err, asked)
		}
	})
}

// FuzzReferences asks for orders by hostile references: each stays one value of
// its list, whatever it holds, and comes out of both decodings as it went in.
func FuzzReferences(f *testing.F) {
	for _, reference := range []string{"S-1", "A,B", "x);ReadOnly.OrderId=gt=0,(referenceNum==*", "a%29%3Bb", "*", "é\n", "\xff", "%", "+ ", "&rql=1#"} {
		f.Add(reference, "other")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if a == "" || b == "" || a == b {
			return
		}
		var asked []string
		d := tapped(t, func(r *http.Request) (int, string) {
			values, err := url.ParseQuery(r.URL.RawQuery)
			if err != nil || len(values["rql"]) != 1 || len(values) != 6 {
				t.Errorf("%q: the query is %q", a, r.URL.RawQuery)
			}
			rest, ok := strings.CutPrefix(values.Get("rql"), "(externalId=in=(1),referenceNum=in=(")
			list, end, cut := strings.Cut(rest, ")")
			if !ok || !cut || end != ");ReadOnly.CustomerIdentifier.Id==17" {
				t.Errorf("%q and %q leave their list: %q", a, b, values.Get("rql"))
			}
			for value := range strings.SplitSeq(list, ",") {
				if strings.ContainsAny(value, "!(*=;+ ") {
					t.Errorf("%q leaks into the language: %q", a, value)
				}
				decoded, err := url.QueryUnescape(value)
				if err != nil {
					t.Errorf("%q: %v", value, err)
				}
				asked = append(asked, decoded)
			}
			return 200, `{"totalResults":0}`
		})
		if _, err := d.FindOrders(t.Context(), []fulfillment.Lookup{{ID: 1, References: []string{a, b}}}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(asked, []string{a, b}) {
			t.Fatalf("asked for %q, want %q and %q", asked, a, b)
		}
	})
}

// FuzzFigures reads figures and dates: what is read and written is read alike.
func FuzzFigures(f *testing.F) {
	for _, text := range []string{"1", "-0.00005", "1e14", "1e99", "0.1e-99", "99999999999999.99999", "1e999999", "NaN", "2026-11-01T01:30:00", "0001-01-01T00:00:00", "2026-03-08T02:30:00-07:00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if q, err := quantity(json.Number(text)); err == nil {
			again, err := quantity(json.Number(q.String()))
			if err != nil || again != q || !strings.HasPrefix(strings.TrimSpace(text), "-") && q < 0 {
				t.Errorf("%q is %s, and that is %s (%v)", text, q, again, err)
			}
		}
		var n wireInt
		if utf8.ValidString(text) && json.Unmarshal([]byte(text), &n) == nil {
			var again wireInt
			if err := json.Unmarshal([]byte(decimal(int64(n))), &again); err != nil || again != n {
				t.Errorf("%q is %d, and that is %d", text, n, again)
			}
		}
		c := clock{zone(t, "America/Los_Angeles")}
		if at, err := c.parse(text); err == nil && !at.IsZero() && at.Year() < 10_000 && at.Nanosecond() == 0 {
			again, err := c.parse(c.format(at))
			// In the hour that comes twice a wall clock has two meanings.
			if gap := again.Sub(at).Abs(); err != nil || gap != 0 && gap > time.Hour {
				t.Errorf("%q is %s, and that is %s (%v)", text, at, again, err)
			}
		}
	})
}
