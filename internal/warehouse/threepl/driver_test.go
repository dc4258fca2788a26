// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
	sim "ordersync.dev/operator/internal/simulator/threepl"
)

const (
	customerID = 17
	facilityID = 3
	// otherCustomer shares the building, otherFacility the customer.
	otherCustomer = 18
	otherFacility = 4
)

// dates of the tests: a winter's noon in UTC.
var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// testClock is a clock that tests move.
type testClock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *testClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *testClock) add(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

// options of a driver of the server at the URL.
func options(t testing.TB, url string, clock *testClock) Options {
	t.Helper()
	return Options{
		Remote: remote.Options{
			BaseURL:   url,
			Transport: http.DefaultTransport,
			Now:       clock.Now,
			// Gaps between repeats are somebody else's to test.
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		},
		ClientID: sim.DefaultClientID, ClientSecret: sim.DefaultClientSecret, UserLogin: sim.DefaultUserLogin,
		CustomerID: customerID, FacilityID: facilityID,
		Location: zone(t, "America/Los_Angeles"),
	}
}

func mustNew(t testing.TB, o Options) *Driver {
	t.Helper()
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// warehouse is a simulated warehouse system and a driver of it.
type warehouse struct {
	*sim.Server
	driver *Driver
	clock  *testClock
	url    string
}

// newWarehouse has two customers in two buildings; ours has the SKUs A, B and C.
func newWarehouse(t testing.TB, o sim.Options) *warehouse {
	t.Helper()
	clock := &testClock{now: today}
	o.Now = clock.Now
	server := sim.New(o)
	for id, name := range map[int64]string{facilityID: "East", otherFacility: "West"} {
		must(t)(server.AddFacility(sim.Facility{ID: id, Name: name, TimeZone: "America/Los_Angeles"}))
	}
	for _, id := range []int64{customerID, otherCustomer} {
		must(t)(server.AddCustomer(sim.Customer{ID: id, Name: fmt.Sprint("Customer ", id), Facilities: []int64{facilityID, otherFacility}}))
	}
	for _, sku := range []string{"A", "B", "C"} {
		must(t)(server.AddItem(sim.Item{CustomerID: customerID, SKU: sku}))
		for _, facility := range []int64{facilityID, otherFacility} {
			ok(t, server.SetStock(sim.StockSetting{CustomerID: customerID, FacilityID: facility, SKU: sku, OnHand: sim.Units(100)}))
		}
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	return &warehouse{server, mustNew(t, options(t, listener.URL, clock)), clock, listener.URL}
}

// must fails the test when something that returns an id fails.
func must(t testing.TB) func(int64, error) int64 {
	return func(id int64, err error) int64 {
		t.Helper()
		ok(t, err)
		return id
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// scripted returns a driver of a server that answers as the handlers say. A
// pattern is "METHOD /path"; anything else fails the test.
func scripted(t testing.TB, handlers map[string]http.HandlerFunc) *Driver {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == tokenEndpoint {
			fmt.Fprint(w, `{"access_token":"t","token_type":"Bearer","expires_in":3600}`)
			return
		}
		handler := handlers[r.Method+" "+r.URL.Path]
		if handler == nil {
			t.Errorf("unexpected request: %s %s", r.Method, r.URL.Path)
			w.WriteHeader(http.StatusTeapot)
			return
		}
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	return mustNew(t, options(t, server.URL, &testClock{now: today}))
}

// says answers with a status and a body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// inTurn answers each request with the next handler; the last one stays.
func inTurn(handlers ...http.HandlerFunc) http.HandlerFunc {
	var mutex sync.Mutex
	next := 0
	return func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		handler := handlers[min(next, len(handlers)-1)]
		next++
		mutex.Unlock()
		handler(w, r)
	}
}

// orderList is a list of orders in the service's words.
func orderList(total int, orders ...string) string {
	return fmt.Sprintf(`{"totalResults":%d,"_embedded":{"http://api.3plCentral.com/rels/orders/order":[%s]}}`, total, strings.Join(orders, ","))
}

// orderJSON is an order of one line in the service's words; head are further
// members of readOnly, each followed by a comma.
func orderJSON(id int, reference, externalID, head string) string {
	return fmt.Sprintf(`{"readOnly":{%s"orderId":%d,"customerIdentifier":{"id":17},"facilityIdentifier":{"id":3},
		"lastModifiedDate":"2026-11-23T04:00:00"},"referenceNum":%q,"externalId":%q,
		"_embedded":{"http://api.3plCentral.com/rels/orders/item":[
			{"readOnly":{"orderItemId":71},"itemIdentifier":{"sku":"A","id":5},"externalId":"91","qty":2.0}]}}`, head, id, reference, externalID)
}

const isOpen = `"status":0,"isClosed":false,`

// wantFault fails the test unless the error is a fault of this kind, and
// returns it. No fault may show what is personal or secret.
func wantFault(t testing.TB, err error, kind fulfillment.FaultKind) *fulfillment.Fault {
	t.Helper()
	fault, isFault := fulfillment.AsFault(err)
	if !isFault || fault.Kind != kind {
		t.Fatalf("got %v, want a fault of kind %s", err, kind)
	}
	for _, secret := range []string{"Ada", "Main St", "Springfield", "ada@", sim.DefaultClientSecret, sim.DefaultUserLogin} {
		if strings.Contains(fault.Error(), secret) {
			t.Errorf("the fault shows %q: %v", secret, fault)
		}
	}
	return fault
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for name, spoil := range map[string]func(*Options){
		"no customer":   func(o *Options) { o.CustomerID = 0 },
		"no facility":   func(o *Options) { o.FacilityID = -1 },
		"no time zone":  func(o *Options) { o.Location = nil },
		"url with user": func(o *Options) { o.Remote.BaseURL = "https://user:secret@warehouse.example" },
		"no http":       func(o *Options) { o.Remote.BaseURL = "ftp://warehouse.example" },
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, "https://warehouse.example", &testClock{})
			spoil(&o)
			_, err := New(o)
			if fault := wantFault(t, err, fulfillment.FaultMisconfigured); fault.Hint == "" || strings.Contains(fault.Hint, "secret") {
				t.Errorf("hint %q", fault.Hint)
			}
		})
	}
}

func TestNewSpeaksToTheHostedServiceByDefault(t *testing.T) {
	o := options(t, "", &testClock{})
	if got := o.remote().BaseURL; got != "https://secure-wms.com" {
		t.Errorf("base url %q", got)
	}
}

func TestOptionsAndTokensNeverPrintCredentials(t *testing.T) {
	o := options(t, "https://warehouse.example", &testClock{})
	tokens, err := NewTokenSource(o)
	ok(t, err)
	for _, value := range []any{o, &o, tokens} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, sim.DefaultClientSecret) || strings.Contains(text, sim.DefaultUserLogin) {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
}

// Neither the length of references nor the fate of a cancelled order's
// reference is documented: the one is not limited, the other counts as taken.
func TestCapabilitiesAssumption(t *testing.T) {
	got := mustNew(t, options(t, "https://warehouse.example", &testClock{})).Capabilities()
	want := fulfillment.Capabilities{
		FindOrder: true, ReferenceUnique: fulfillment.ReferenceEnforced, CancelOrder: true, IncrementalShipments: true,
		PartialShipments: true, EditOrder: true, ReferencePattern: referencePattern,
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if _, err := regexp.Compile(got.ReferencePattern); err != nil {
		t.Error(err)
	}
}

// Every request names the media type that decides the shape of answers.
func TestMediaTypeOnEveryRequest(t *testing.T) {
	var seen []string
	note := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			seen = append(seen, r.Method+" "+r.Header.Get("Accept")+" "+r.Header.Get("Content-Type"))
			next(w, r)
		}
	}
	d := scripted(t, map[string]http.HandlerFunc{
		"GET /orders/100":           note(inTurn(says(200, orderJSON(100, "S-1", "1", isOpen)), says(200, orderJSON(100, "S-1", "1", `"status":2,"isClosed":true,`)))),
		"POST /orders/100/canceler": note(says(204, "")),
	})
	if _, err := d.CancelOrder(t.Context(), "100"); err != nil {
		t.Fatal(err)
	}
	want := []string{"GET application/hal+json ", "POST application/hal+json application/hal+json; charset=utf-8", "GET application/hal+json "}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", seen, want)
	}
}

func TestMissingRolesAreNamed(t *testing.T) {
	calls := map[string]func(*Driver) error{
		"OrderView":           func(d *Driver) error { _, _, err := d.WarehouseOpenOrders(t.Context(), ""); return err },
		"ItemView":            func(d *Driver) error { _, err := d.Stock(t.Context()); return err },
		"InventoryDetailView": func(d *Driver) error { _, err := d.Stock(t.Context()); return err },
		"CustomerView":        func(d *Driver) error { return d.Check(t.Context()) },
		"FacilityView":        func(d *Driver) error { return d.Check(t.Context()) },
		"OrderWrite":          func(d *Driver) error { _, err := d.CreateOrder(t.Context(), anOrder(1), "S-1"); return err },
	}
	all := []string{"OrderView", "OrderEdit", "OrderWrite", "InventoryDetailView", "ItemView", "CustomerView", "FacilityView"}
	for role, call := range calls {
		t.Run(role, func(t *testing.T) {
			w := newWarehouse(t, sim.Options{})
			var others []string
			for _, other := range all {
				if other != role {
					others = append(others, other)
				}
			}
			w.SetRoles(others)
			fault := wantFault(t, call(w.driver), fulfillment.FaultPermission)
			if !strings.Contains(fault.Hint, role) || fault.Uncertain {
				t.Errorf("got %v", fault)
			}
			w.SetRoles(nil)
			ok(t, call(w.driver))
		})
	}
}
