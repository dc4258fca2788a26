// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// bench is a running server with a client that has a token.
type bench struct {
	*testing.T
	*Server
	url   string
	token string
	clock *testClock
}

type testClock struct{ at time.Time }

func (c *testClock) now() time.Time          { return c.at }
func (c *testClock) advance(d time.Duration) { c.at = c.at.Add(d) }

// noon is a time whose wall clock in the facility is another day's hour.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func start(t *testing.T, options Options) *bench {
	t.Helper()
	clock := &testClock{noon}
	options.Now = clock.now
	if options.TokenLifetime == 0 {
		options.TokenLifetime = 240 * time.Hour
	}
	s := New(options)
	if err := s.Seed(Seed{Random: 1, SKUs: 30}); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		mustSet(t, s, StockSetting{CustomerID: DefaultCustomerID, FacilityID: DefaultFacilityID, SKU: SeedSKU(n), OnHand: Units(100)})
	}
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	b := &bench{T: t, Server: s, url: listener.URL, clock: clock}
	b.token = b.authorize()
	return b
}

func mustSet(t *testing.T, s *Server, setting StockSetting) {
	t.Helper()
	if err := s.SetStock(setting); err != nil {
		t.Fatal(err)
	}
}

// reply is an answer, decoded if it is JSON.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (b *bench) send(method, path, body string, header map[string]string) reply {
	b.Helper()
	request, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+b.token)
	request.Header.Set("Accept", halType)
	if body != "" {
		request.Header.Set("Content-Type", halType+"; charset=utf-8")
	}
	for name, value := range header {
		if value == "" {
			request.Header.Del(name)
			continue
		}
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	got := reply{status: response.StatusCode, header: response.Header, text: string(read)}
	decoder := json.NewDecoder(bytes.NewReader(read))
	decoder.UseNumber()
	_ = decoder.Decode(&got.body)
	return got
}

func (b *bench) get(path string) reply { b.Helper(); return b.send(http.MethodGet, path, "", nil) }

func (b *bench) authorize() string {
	b.Helper()
	request, _ := http.NewRequest(http.MethodPost, b.url+tokenPath,
		strings.NewReader(`{"grant_type":"client_credentials","user_login":"`+DefaultUserLogin+`"}`))
	request.SetBasicAuth(DefaultClientID, DefaultClientSecret)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	var answer tokenAnswer
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != 200 {
		b.Fatalf("token: %v %v", response.Status, err)
	}
	return answer.AccessToken
}

// find returns a member by a dotted path; list indexes are numbers.
func (r reply) find(path ...string) any {
	var at any = r.body
	for _, name := range path {
		switch value := at.(type) {
		case map[string]any:
			at = value[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(value) {
				return nil
			}
			at = value[i]
		default:
			return nil
		}
	}
	return at
}

func (b *bench) want(got reply, status int, what string) {
	b.Helper()
	if got.status != status {
		b.Fatalf("%s: status %d, want %d: %s", what, got.status, status, got.text)
	}
}

// wantFault checks an error body: its status, class and code.
func (b *bench) wantFault(got reply, status int, class, code string) {
	b.Helper()
	b.want(got, status, class)
	given, _ := got.body["ErrorCode"].(string)
	if want := exceptionType(class); got.body["$type"] != want || given != code {
		b.Fatalf("fault %v %v, want %s %s: %s", got.body["$type"], got.body["ErrorCode"], class, code, got.text)
	}
}

// orderBody is a good order, with members replaced (nil removes).
func orderBody(reference string, replace map[string]any) string {
	body := map[string]any{
		"customerIdentifier": map[string]any{"id": DefaultCustomerID},
		"facilityIdentifier": map[string]any{"id": DefaultFacilityID},
		"referenceNum":       reference,
		"externalId":         "ext-" + reference,
		"shipTo": map[string]any{"companyName": "Buyer", "name": "Buyer", "address1": "1 Main St", "city": "Austin",
			"state": "TX", "zip": "78701", "country": "US"},
		"orderItems": []any{map[string]any{"itemIdentifier": map[string]any{"sku": SeedSKU(1)}, "qty": 2}},
	}
	for name, value := range replace {
		inner, member, nested := strings.Cut(name, ".")
		switch {
		case nested && value == nil:
			delete(body[inner].(map[string]any), member)
		case nested:
			body[inner].(map[string]any)[member] = value
		case value == nil:
			delete(body, name)
		default:
			body[name] = value
		}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

func (b *bench) create(reference string, replace map[string]any) (id int64, etag string) {
	b.Helper()
	got := b.send(http.MethodPost, "/orders", orderBody(reference, replace), nil)
	b.want(got, http.StatusCreated, "create "+reference)
	number, err := got.find("readOnly", "orderId").(json.Number).Int64()
	if err != nil {
		b.Fatal(err)
	}
	return number, got.header.Get("ETag")
}

func (b *bench) cancel(id int64, etag string) reply {
	b.Helper()
	return b.send(http.MethodPost, fmt.Sprintf("/orders/%d/canceler", id), `{"reason":"buyer changed their mind"}`, map[string]string{"If-Match": etag})
}

const ordersKey = rel + "orders/order"

// references asks for orders and returns their references.
func (b *bench) references(query string) []string {
	b.Helper()
	got := b.get("/orders?" + query)
	b.want(got, http.StatusOK, query)
	references := []string{}
	list, _ := got.find("_embedded", ordersKey).([]any)
	for _, one := range list {
		references = append(references, one.(map[string]any)["referenceNum"].(string))
	}
	return references
}

func rql(expression string) string { return "rql=" + url.QueryEscape(expression) }

func TestPathsMethodsAndMediaTypes(t *testing.T) {
	b := start(t, Options{})
	for _, test := range []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
	}{
		{"unknown path", "GET", "/shipments", "", nil, 404},
		{"not a number", "GET", "/orders/abc", "", nil, 404},
		{"unknown order", "GET", "/orders/1", "", nil, 404},
		{"unknown order's items", "GET", "/orders/1/items", "", nil, 404},
		{"unknown order's packages", "GET", "/orders/1/packages", "", nil, 404},
		{"unknown customer's items", "GET", "/customers/1/items", "", nil, 404},
		{"method", "DELETE", "/orders", "", nil, 405},
		{"accept", "GET", "/orders", "", map[string]string{"Accept": "text/html"}, 406},
		{"no accept", "GET", "/orders", "", map[string]string{"Accept": "*/*"}, 200},
		{"no content type", "POST", "/orders", orderBody("A", nil), map[string]string{"Content-Type": "text/plain"}, 415},
		{"plain JSON body", "POST", "/orders", orderBody("B", nil), map[string]string{"Content-Type": "application/json"}, 201},
		{"path in another case", "GET", "/Orders", "", nil, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.T = t
			b.want(b.send(test.method, test.path, test.body, test.header), test.status, test.name)
		})
	}
}

func TestQueryIsStrict(t *testing.T) {
	b := start(t, Options{})
	for _, test := range []struct{ path, parameter string }{
		{"/orders?page=1", "page"},
		{"/orders?pgsiz=1001", "pgsiz"},
		{"/orders?pgsiz=0", "pgsiz"},
		{"/orders?pgnum=0", "pgnum"},
		{"/orders?pgnum=-1", "pgnum"},
		{"/orders?pgsiz=ten", "pgsiz"},
		{"/orders?pgsiz=1&pgsiz=2", "pgsiz"},
		{"/orders?detail=Everything", "detail"},
		{"/orders?itemdetail=Everything", "itemdetail"},
		{"/orders?sort=gorp", "sort"},
		{"/orders/100001?rql=a==b", "rql"},
		{"/customers?pgsiz=101", "pgsiz"},
		{"/customers/17/items?pgsiz=101", "pgsiz"},
		{"/inventory/stocksummaries?pgsiz=501", "pgsiz"},
		{"/inventory/stocksummaries?sort=facilityId", "sort"},
		{"/inventory/stocksummaries?orderednotallocated=yes", "orderednotallocated"},
		{"/inventory/stockdetails?pgsiz=501&customerid=17&facilityid=3", "pgsiz"},
		{"/customers?facilityid=east", "facilityid"},
		{"/properties/facilities?customerid=x", "customerid"},
	} {
		got := b.get(test.path)
		b.wantFault(got, 400, "QueryParameterException", "NotParsable")
		if got.find("Parameters", "0") != test.parameter {
			t.Errorf("%s: parameters %v, want %s", test.path, got.body["Parameters"], test.parameter)
		}
	}
	for _, path := range []string{"/inventory/stockdetails", "/inventory/stockdetails?customerid=17", "/inventory/stockdetails?facilityid=3"} {
		b.wantFault(b.get(path), 400, "QueryParameterException", "Required")
	}
	got := b.get("/orders?" + rql("gorp==1"))
	b.wantFault(got, 400, "QueryParameterException", "NotParsable")
	if got.body["Hint"] != "Properties not supported: gorp" || got.find("Parameters", "0") != "rql" {
		t.Errorf("unknown property: %s", got.text)
	}
	long := b.get("/orders?" + rql("referenceNum=in=("+strings.Repeat("abcdefghij,", 1600)+"z)"))
	b.want(long, http.StatusRequestURITooLong, "a long query")
}

func TestShapes(t *testing.T) {
	b := start(t, Options{})
	b.create("A-1", nil)
	got := b.get("/orders?detail=OrderItems")
	if got.body["totalResults"] != json.Number("1") || got.find("_links", "self", "href") == nil {
		t.Errorf("HAL envelope: %s", got.text)
	}
	if qty := got.find("_embedded", ordersKey, "0", "_embedded", rel+"orders/item", "0", "qty"); qty != json.Number("2.0") {
		t.Errorf("quantities are decimals: %v", qty)
	}
	for _, accept := range []string{"", "application/json"} {
		plain := b.send("GET", "/orders?detail=OrderItems", "", map[string]string{"Accept": accept})
		if plain.body["TotalResults"] != json.Number("1") || plain.find("ResourceList", "0", "ReadOnly", "OrderId") == nil ||
			plain.find("ResourceList", "0", "OrderItems", "0", "ItemIdentifier", "Sku") != SeedSKU(1) {
			t.Errorf("Accept %q: %s", accept, plain.text)
		}
		if strings.Contains(plain.text, "_links") || strings.Contains(plain.text, "_embedded") {
			t.Errorf("Accept %q shows HAL: %s", accept, plain.text)
		}
	}
	summaries := b.get("/inventory/stocksummaries?pgsiz=5")
	if summaries.body["_embedded"] != nil || len(summaries.body["summaries"].([]any)) != 5 {
		t.Errorf("summaries: %s", summaries.text)
	}
	if plain := b.send("GET", "/inventory/stocksummaries", "", map[string]string{"Accept": ""}); plain.find("Summaries", "0", "OnHand") == nil {
		t.Errorf("plain summaries: %s", plain.text)
	}
	for path, key := range map[string]string{
		"/customers":             rel + "customers/customer",
		"/customers/17/items":    rel + "customers/item",
		"/properties/facilities": rel + "properties/facility",
		"/properties/carriers":   rel + "properties/carrier",
		"/inventory/stockdetails?customerid=17&facilityid=3": "item",
		"/orders/100001/items":                               rel + "orders/item",
		"/orders/100001/packages":                            rel + "orders/package",
	} {
		got := b.get(path)
		b.want(got, 200, path)
		if _, ok := got.find("_embedded", key).([]any); !ok {
			t.Errorf("%s has no %s: %s", path, key, got.text)
		}
	}
}

func TestPaging(t *testing.T) {
	b := start(t, Options{})
	got := b.get("/customers/17/items")
	if list := got.find("_embedded", rel+"customers/item").([]any); len(list) != 10 || got.body["totalResults"] != json.Number("30") {
		t.Errorf("default page: %d of %v", len(list), got.body["totalResults"])
	}
	next, _ := got.find("_links", "next", "href").(string)
	second := b.get(next)
	if second.find("_embedded", rel+"customers/item", "0", "sku") != SeedSKU(11) || second.find("_links", "prev") == nil {
		t.Errorf("next page %q: %s", next, second.text)
	}
	beyond := b.get("/customers/17/items?pgnum=9")
	if list := beyond.find("_embedded", rel+"customers/item").([]any); len(list) != 0 || beyond.find("_links", "next") != nil {
		t.Errorf("beyond the end: %s", beyond.text)
	}
	for n := range 5 {
		b.create(fmt.Sprintf("P-%d", n), nil)
		b.clock.advance(time.Second)
	}
	if first := b.references("pgsiz=2"); first[0] != "P-4" {
		t.Errorf("unsorted orders begin with %v, want the last modified", first)
	}
	if second := b.references("pgsiz=2&pgnum=2&sort=ReadOnly.OrderId"); strings.Join(second, " ") != "P-2 P-3" {
		t.Errorf("second page by id: %v", second)
	}
	if sorted := b.references("sort=-readonly.isclosed,-referenceNum"); strings.Join(sorted, " ") != "P-4 P-3 P-2 P-1 P-0" {
		t.Errorf("descending: %v", sorted)
	}
}

func TestRateLimit(t *testing.T) {
	for _, status := range []int{0, 503} {
		b := start(t, Options{RateLimit: RateLimit{Requests: 2, Window: time.Minute, Status: status}})
		b.want(b.get("/orders"), 200, "first")
		b.want(b.get("/orders"), 200, "second")
		b.clock.advance(10 * time.Second)
		got := b.get("/orders")
		want := status
		if status == 0 {
			want = 429
		}
		if got.status != want || got.header.Get("Retry-After") != "50" || got.body != nil {
			t.Errorf("over the limit: %d %v %s", got.status, got.header, got.text)
		}
		b.clock.advance(50 * time.Second)
		b.want(b.get("/orders"), 200, "the next window")
	}
	b := start(t, Options{RateLimit: RateLimit{Requests: 1, Window: time.Minute, RetryAfterDate: true}})
	b.want(b.get("/orders"), 200, "first")
	if got := b.get("/orders").header.Get("Retry-After"); got != noon.Add(time.Minute).Format(http.TimeFormat) {
		t.Errorf("Retry-After %q", got)
	}
}

func serve(t *testing.T, s *Server) string {
	t.Helper()
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	return listener.URL
}
