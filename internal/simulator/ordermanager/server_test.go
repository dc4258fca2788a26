// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

const (
	dc    = 101 // a 3PL's warehouse
	other = 102 // another one
	room  = 103 // DIRECT_FULFILLMENT
)

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// stand is a server on a real connection with two 3PL warehouses, a back room, two channels and three
// products: A and A2 (A is a prefix of A2), and KIT of one A and two A2.
type stand struct {
	*om.Server
	t     *testing.T
	url   string
	clock *clock
}

func newStand(t *testing.T, options om.Options) *stand {
	t.Helper()
	s := &stand{t: t, clock: &clock{now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}}
	options.Now = s.clock.Now
	s.Server = om.New(options)
	for _, w := range []om.Warehouse{{WarehouseID: dc, Name: "East DC"}, {WarehouseID: other, Name: "West DC"}, {WarehouseID: room, Name: "Back Room", Type: om.DirectFulfillment}} {
		s.must(s.AddWarehouse(w))
	}
	s.must(s.AddChannel(om.SalesChannel{SalesChannelID: 11, Name: "Marketplace"}))
	s.must(s.AddChannel(om.SalesChannel{SalesChannelID: 12, Name: "Shop"}))
	for _, p := range []om.Product{{MasterSKU: "A"}, {MasterSKU: "A2"}, {MasterSKU: "KIT", BundledItems: []om.BundledItem{
		{BundledProduct: &om.ProductInfo{MasterSKU: "A"}, BundledProductQuantity: 1},
		{BundledProduct: &om.ProductInfo{MasterSKU: "A2"}, BundledProductQuantity: 2},
	}}} {
		_, err := s.AddProduct(p)
		s.must(err)
	}
	server := httptest.NewServer(s.Server)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *stand) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// add puts an order of the given status at dc, sold over channel 11.
func (s *stand) add(status string, items ...om.OrderItem) int64 {
	s.t.Helper()
	return s.addOrder(om.Order{OrderStatus: status, Items: items})
}

func (s *stand) addOrder(o om.Order) int64 {
	s.t.Helper()
	if o.Source == nil {
		o.Source = &om.WarehouseInfo{WarehouseID: dc}
	}
	if o.SalesChannel == nil {
		o.SalesChannel = &om.SalesChannel{SalesChannelID: 11}
	}
	id, err := s.AddOrder(o)
	s.must(err)
	return id
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (s *stand) request(method, path, body string, header http.Header) answer {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	s.must(err)
	request.Header.Set("Authorization", "Bearer "+om.DefaultAccessToken)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, values := range header {
		request.Header[name] = values
		if len(values) == 0 {
			request.Header.Del(name)
		}
	}
	response, err := http.DefaultClient.Do(request)
	s.must(err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	s.must(err)
	return answer{response.StatusCode, response.Header, string(data)}
}

// call expects a status and returns the body.
func (s *stand) call(method, path, body string, want int) string {
	s.t.Helper()
	got := s.request(method, path, body, nil)
	if got.status != want {
		s.t.Fatalf("%s %s: %d %s, want %d", method, path, got.status, got.body, want)
	}
	return got.body
}

func (s *stand) get(path string) string {
	s.t.Helper()
	return s.call(http.MethodGet, path, "", http.StatusOK)
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}

func (s *stand) ids(path string) []int64 {
	s.t.Helper()
	var ids []int64
	for _, o := range decode[[]om.Order](s.t, s.get(path)) {
		ids = append(ids, o.OrderID)
	}
	return ids
}

func (s *stand) status(id int64) string {
	s.t.Helper()
	o, found := s.Order(id)
	if !found {
		s.t.Fatalf("no order %d", id)
	}
	return o.OrderStatus
}

func (s *stand) effects(kind om.EffectKind) []om.Effect {
	var list []om.Effect
	for _, e := range s.Effects() {
		if e.Kind == kind {
			list = append(list, e)
		}
	}
	return list
}

func orderIDs(ids ...int64) string {
	values := url.Values{}
	for _, id := range ids {
		values.Add("orderId", fmt.Sprint(id))
	}
	return values.Encode()
}

func TestBearerIsDemandedEverywhere(t *testing.T) {
	s := newStand(t, om.Options{})
	for _, header := range []http.Header{
		{"Authorization": nil},
		{"Authorization": {"Bearer wrong"}},
		{"Authorization": {"Bearer"}},
		{"Authorization": {"Basic " + om.DefaultAccessToken}},
		{"Authorization": {om.DefaultAccessToken}},
		{"Authorization": {"Bearer " + om.DefaultAccessToken, "Bearer " + om.DefaultAccessToken}},
	} {
		for _, path := range []string{"/v1.1/orders", "/v1/warehouses", "/no/such/path"} {
			got := s.request(http.MethodGet, path, "", header)
			if got.status != http.StatusUnauthorized || !strings.Contains(got.header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%v on %s: %d", header, path, got.status)
			}
		}
	}
	s.RevokeTokens()
	s.call(http.MethodGet, "/v1/warehouses", "", http.StatusUnauthorized)
	s.AcceptToken(om.DefaultAccessToken)
	s.get("/v1/warehouses")
}

func TestUndocumentedRequestsAreRefused(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusAwaiting3PLExport)
	before := s.Snapshot()
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/", "", 404},
		{"GET", "/v1/orders", "", 404},           // the version is per path
		{"GET", "/v1.1/orders/", "", 404},        // no such order path
		{"GET", "/v2/orders", "", 404},           //
		{"GET", "/service/v1.1/orders", "", 404}, // the old prefix
		{"GET", "/v1.1/Orders", "", 404},
		{"GET", "/_control/orders", "", 404}, // control is not on the API
		{"DELETE", "/v1.1/orders", "", 405},
		{"GET", "/v1/orders/sendtofulfillment", "", 405},
		{"PUT", "/v1.1/inventory/adjust", "[]", 405},
		{"POST", "/v1.1/shipment/external", "{}", 405},
		{"HEAD", "/v1/warehouses", "", 405},
		{"GET", "/v1.1/orders/alpha", "", 422},
		{"GET", "/v1.1/orders/999", "", 404},
		{"GET", "/v1.1/orders?pages=1", "", 422},
		{"GET", "/v1.1/orders?Page=1", "", 422},
		{"GET", "/v1.1/orders?page=one", "", 422},
		{"GET", "/v1.1/orders?page=0", "", 422},
		{"GET", "/v1.1/orders?page=1&page=2", "", 422},
		{"GET", "/v1.1/orders?limit=101", "", 422},
		{"GET", "/v1.1/orders?limit=9", "", 422},
		{"GET", "/v1.1/orders?limit=", "", 422},
		{"GET", "/v1.1/orders?status=WAITING", "", 422},
		{"GET", "/v1.1/orders?status=AWAITING_3PL_EXPORT,SHIPPED", "", 422},
		{"GET", "/v1.1/orders?status=", "", 422},
		{"GET", "/v1.1/orders?unresolvedStatus=LOST", "", 422},
		{"GET", "/v1.1/orders?warehouseId=East", "", 422},
		{"GET", "/v1.1/orders?warehouseId=101&warehouseId=102", "", 422},
		{"GET", "/v1.1/orders?salesChannelId=99999999999", "", 422},
		{"GET", "/v1.1/orders?orderId=1,2", "", 422},
		{"GET", "/v1.1/orders?external=yes", "", 422},
		{"GET", "/v1.1/orders?orderNumber=", "", 422},
		{"GET", "/v1.1/orders?modifiedDateFrom=2026-11-01", "", 422},
		{"GET", "/v1.1/orders?modifiedDateFrom=2026-11-01T00:00:00%2B01:00", "", 422},
		{"GET", "/v1.1/orders?modifiedDateFrom=2026-11-01T00:00:00.000Z", "", 422},
		{"GET", "/v1.1/orders?modifiedDateFrom=1764000000", "", 422},
		{"GET", "/v1.1/orders?a=%zz", "", 422},
		{"GET", "/v1.1/orders", "{}", 400},
		{"GET", "/v1/warehouses?page=1", "", 422}, // no paging there
		{"GET", "/v1/companyinfo?x=1", "", 422},
		{"GET", "/v1/productstocks/total?salesChannelId=11", "", 501},
		{"POST", "/v1/orders/sendtofulfillment", `{"orderIds":[1]}`, 400},
		{"POST", "/v1/orders/sendtofulfillment?orderIds=1", "", 422},
		{"POST", "/v1/order/1/split", "{}", 400}, // not simulated takes no body
		{"GET", "/v1/listings", "", 501},
		{"PUT", "/v1.1/shipment/external", `{"shipments":[],"extra":1}`, 400},
		{"PUT", "/v1.1/shipment/external", `{"Shipments":[]}`, 400}, // case counts
		{"PUT", "/v1.1/shipment/external", `[]`, 400},
		{"PUT", "/v1.1/shipment/external", `null`, 400},
		{"PUT", "/v1.1/shipment/external", `{"shipments":[`, 400},
		{"PUT", "/v1.1/shipment/external", `{"shipments":[]}{}`, 400},
		{"PUT", "/v1.1/shipment/external", `{"shipments":[null]}`, 400},
		{"PUT", "/v1.1/shipment/external", `{"shipments":{}}`, 400},
		{"POST", "/v1.1/inventory/adjust", `{}`, 400},
		{"POST", "/v1.1/inventory/adjust", `[[]]`, 400},
		{"POST", "/v1/orders/restore", `["1"]`, 400},
		{"POST", "/v1/orders/restore", `[]`, 400},
		{"DELETE", fmt.Sprintf("/v1/orders/%d/labels", id), "", 422},
	} {
		t.Run(c.method+" "+c.path+" "+c.body, func(t *testing.T) {
			if got := s.request(c.method, c.path, c.body, nil); got.status != c.want {
				t.Errorf("%d %s, want %d", got.status, got.body, c.want)
			}
		})
	}
	if after := s.Snapshot(); fmt.Sprint(before) != fmt.Sprint(after) || len(s.Effects()) != 0 {
		t.Error("a refused request changed something")
	}
}

func TestMethodNotAllowedNamesTheMethodsThatAre(t *testing.T) {
	s := newStand(t, om.Options{})
	got := s.request(http.MethodPut, "/v1/labels/5", "", nil)
	if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "DELETE" {
		t.Errorf("%d, Allow %q", got.status, got.header.Get("Allow"))
	}
}

func TestContentTypeOfABody(t *testing.T) {
	s := newStand(t, om.Options{})
	for contentType, want := range map[string]int{
		"application/json":                   200,
		"application/json; charset=utf-8":    200,
		"application/json;charset=UTF-8":     200,
		"application/json; charset=latin1":   415,
		"text/json":                          415,
		"application/x-www-form-urlencoded":  415,
		"":                                   415,
		"application/json; charset=\"broken": 415,
	} {
		got := s.request(http.MethodPost, "/v1/orders/restore", "[1]", http.Header{"Content-Type": {contentType}})
		if got.status != want {
			t.Errorf("%q: %d, want %d", contentType, got.status, want)
		}
	}
}

func TestErrorBodiesTakeEveryForm(t *testing.T) {
	for form, check := range map[om.ErrorBody]func(answer) bool{
		om.JSONErrors:  func(a answer) bool { return json.Valid([]byte(a.body)) },
		om.HTMLErrors:  func(a answer) bool { return strings.HasPrefix(a.body, "<!DOCTYPE") },
		om.EmptyErrors: func(a answer) bool { return a.body == "" },
	} {
		s := newStand(t, om.Options{ErrorBody: form})
		got := s.request(http.MethodGet, "/v1.1/orders/1", "", nil)
		if got.status != http.StatusNotFound || !check(got) {
			t.Errorf("%s: %d %q", form, got.status, got.body)
		}
		s.get("/v1/warehouses") // success is JSON whatever the form of errors
	}
}

func TestNotSimulatedIsNotUnknown(t *testing.T) {
	s := newStand(t, om.Options{})
	for _, path := range []string{"/v1/shipment/carriers", "/v1.1/product", "/v1/listings"} {
		s.call(http.MethodGet, path, "", http.StatusNotImplemented)
	}
}

func TestTemplatesPutLiteralPathsFirst(t *testing.T) {
	seenTemplate := false
	for _, path := range om.Templates() {
		if strings.Contains(path, "{") {
			seenTemplate = true
		} else if seenTemplate {
			t.Fatalf("%s stands behind a template and would be counted as it", path)
		}
	}
	if !seenTemplate {
		t.Error("no templates")
	}
}
