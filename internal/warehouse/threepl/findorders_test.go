// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	sim "ordersync.dev/operator/internal/simulator/threepl"
)

// typedIn is an order that did not come from here.
func typedIn(customer, facility int64, reference, externalID string, skus ...string) sim.OrderDocument {
	var doc sim.OrderDocument
	doc.CustomerIdentifier, doc.FacilityIdentifier = &sim.Identifier{ID: customer}, &sim.Identifier{ID: facility}
	doc.ReferenceNum, doc.ExternalID = reference, externalID
	doc.ShipTo = &sim.Contact{CompanyName: "Ada Byron", Name: "Ada Byron", Address1: "1 Main St", City: "Springfield", State: "OR", Zip: "97477", Country: "US"}
	for _, sku := range skus {
		doc.OrderItems = append(doc.OrderItems, sim.OrderItem{ItemIdentifier: &sim.ItemIdentifier{SKU: sku}, Qty: new(sim.Units(1))})
	}
	return doc
}

// found returns identity, reference and state of orders, sorted.
func found(orders []fulfillment.WarehouseOrder) []string {
	var all []string
	for _, order := range orders {
		all = append(all, order.Identity+" "+order.Reference+" "+string(order.State))
	}
	slices.Sort(all)
	return all
}

func lookup(id fulfillment.OrderID, references ...string) fulfillment.Lookup {
	return fulfillment.Lookup{ID: id, References: references}
}

func (w *warehouse) find(t testing.TB, lookups ...fulfillment.Lookup) []fulfillment.WarehouseOrder {
	t.Helper()
	orders, err := w.driver.FindOrders(t.Context(), lookups)
	ok(t, err)
	return orders
}

// orderQueries counts the requests for lists of orders.
func (w *warehouse) orderQueries() int {
	return w.Faults().Calls()["GET /orders"]
}

func TestFindByIdentityAndReference(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	for _, doc := range []sim.OrderDocument{
		typedIn(customerID, facilityID, "S-1", "1", "A"),
		typedIn(customerID, facilityID, "renamed by hand", "2", "A"),
		typedIn(customerID, facilityID, "S-3", "", "A"),
		typedIn(customerID, facilityID, "S-4", "9999", "A"),
		typedIn(customerID, facilityID, "S-5", "5", "A"),
	} {
		must(t)(w.AddForeignOrder(doc))
	}
	got := found(w.find(t, lookup(1, "S-1", "S-1.1"), lookup(2, "S-2"), lookup(3, "S-3"), lookup(4, "S-4", "S-4.4"), lookup(6, "S-6")))
	want := []string{" S-3 Open", "1 S-1 Open", "2 renamed by hand Open", "9999 S-4 Open"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFoundOrderHasWhatAdoptionComparesTo(t *testing.T) {
	for _, contacts := range []bool{false, true} {
		w := newWarehouse(t, sim.Options{ContactsAlways: contacts})
		must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-1", "", "A")))
		order := w.find(t, lookup(1, "S-1"))[0]
		if order.ShipTo.Name != "Ada Byron" || order.ShipTo.PostalCode != "97477" || len(order.Lines) != 1 || order.Lines[0].SKU != "A" {
			t.Errorf("got %+v", order)
		}
	}
}

func TestCancelledOrderIsFoundByItsIdentity(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	created, err := w.driver.CreateOrder(t.Context(), anOrder(1), "S-1")
	ok(t, err)
	_, err = w.driver.CancelOrder(t.Context(), created.ID)
	ok(t, err)
	if got := found(w.find(t, lookup(1, "S-1"))); !slices.Equal(got, []string{"1 S-1 Cancelled"}) {
		t.Errorf("got %q", got)
	}
}

func TestReferencesAreNeitherWildcardsNorLists(t *testing.T) {
	strange := []string{"S*", "*", "S-1,S-2", "a;b==c", "(x)", "50%25", "100%", "a!b", "q+r", "p q", "ü=1", "#7&x=y"}
	for _, plus := range []bool{false, true} {
		w := newWarehouse(t, sim.Options{PlusStaysPlus: plus})
		for i, reference := range append([]string{"S-1", "S-2", "SX"}, strange...) {
			must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, reference, fmt.Sprint(1000+i), "A")))
		}
		for _, reference := range strange {
			got := w.find(t, lookup(1, reference))
			if len(got) != 1 || got[0].Reference != reference {
				t.Errorf("%q finds %q", reference, found(got))
			}
		}
		if got := found(w.find(t, lookup(1, strange...))); len(got) != len(strange) {
			t.Errorf("got %q", got)
		}
	}
}

func TestMatchesAreWholeAndExact(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	for _, doc := range []sim.OrderDocument{
		typedIn(customerID, facilityID, "so-1", "1000", "A"),
		typedIn(customerID, facilityID, "SO-10", "1001", "A"),
		typedIn(customerID, facilityID, "SO-1-1", "1002", "A"),
		typedIn(customerID, facilityID, "X", "1a", "A"),
	} {
		must(t)(w.AddForeignOrder(doc))
	}
	// The service compares without regard to case, and would refuse "SO-1" as a
	// duplicate of "so-1": whoever asks for one has to be told of the other.
	if got := w.find(t, lookup(1, "SO-1")); len(got) != 1 || got[0].Reference != "so-1" {
		t.Errorf("got %q", found(got))
	}
	if got := w.find(t, lookup(1, "SO-")); len(got) != 0 {
		t.Errorf("got %q", found(got))
	}
}

func TestAServerThatIgnoresTheFilter(t *testing.T) {
	orders := []string{
		orderJSON(100, "S-1", "1", isOpen),
		orderJSON(101, "S-2", "77", isOpen),
		strings.Replace(orderJSON(102, "S-1", "1", isOpen), `"customerIdentifier":{"id":17}`, `"customerIdentifier":{"id":18}`, 1),
	}
	d := scripted(t, map[string]http.HandlerFunc{"GET /orders": says(200, orderList(3, orders...))})
	got, err := d.FindOrders(t.Context(), []fulfillment.Lookup{lookup(1, "S-1")})
	ok(t, err)
	if ids := found(got); !slices.Equal(ids, []string{"1 S-1 Open"}) {
		t.Errorf("got %q", ids)
	}
}

func TestOtherCustomersOrdersAreNotFound(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	must(t)(w.AddItem(sim.Item{CustomerID: otherCustomer, SKU: "A"}))
	must(t)(w.AddForeignOrder(typedIn(otherCustomer, facilityID, "S-1", "1", "A")))
	if got := w.find(t, lookup(1, "S-1")); len(got) != 0 {
		t.Errorf("got %q", found(got))
	}
}

// A reference is the customer's, in every building: one that is taken
// elsewhere shows as foreign, and our own orders elsewhere are not ours here.
func TestOrdersInAnotherBuilding(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	for _, doc := range []sim.OrderDocument{
		typedIn(customerID, otherFacility, "S-1", "1", "A"),
		typedIn(customerID, otherFacility, "S-2", "", "A"),
		typedIn(customerID, otherFacility, "S-3", "77", "A"),
	} {
		must(t)(w.AddForeignOrder(doc))
	}
	got := found(w.find(t, lookup(1, "S-1"), lookup(2, "S-2"), lookup(3, "S-3")))
	want := []string{"facility 4 77 S-3 Open", "facility 4 S-2 Open"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	_, err := w.driver.CreateOrder(t.Context(), anOrder(1), "S-1")
	wantFault(t, err, fulfillment.FaultDuplicate)
}

func TestAHundredLookupsAreOneQuery(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	var lookups []fulfillment.Lookup
	for i := range fulfillment.PageSize {
		id := fulfillment.OrderID(88120000 + i)
		number := fmt.Sprintf("111-%07d-7654321", i)
		lookups = append(lookups, lookup(id, number, number+"."+id.String()))
		if i%10 == 0 {
			must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, number, id.String(), "A")))
		}
	}
	if got := w.find(t, lookups...); len(got) != 10 {
		t.Errorf("found %d orders, want 10", len(got))
	}
	if got := w.orderQueries(); got != 1 {
		t.Errorf("%d queries, want 1", got)
	}
	_, err := w.driver.FindOrders(t.Context(), append(lookups, lookup(5)))
	wantFault(t, err, fulfillment.FaultInvalid)
}

func TestNothingToLookForIsNoQuery(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	for _, lookups := range [][]fulfillment.Lookup{nil, {}, {lookup(0)}, {lookup(0, "")}} {
		if got := w.find(t, lookups...); len(got) != 0 {
			t.Errorf("got %q", found(got))
		}
	}
	if got := w.orderQueries(); got != 0 {
		t.Errorf("%d queries, want none", got)
	}
}

// The longest query is not documented: it stays below what common servers
// take, and is halved when a server takes less.
func TestLongQueriesAreSplit(t *testing.T) {
	w := newWarehouse(t, sim.Options{MaxURLLength: maxQuery + 100})
	var lookups []fulfillment.Lookup
	for i := range fulfillment.PageSize {
		id := fulfillment.OrderID(i + 1)
		reference := strings.Repeat("é", 20) + id.String()
		lookups = append(lookups, lookup(id, reference))
		must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, reference, id.String(), "A")))
	}
	if got := w.find(t, lookups...); len(got) != fulfillment.PageSize {
		t.Errorf("found %d orders", len(got))
	}
	if got := w.orderQueries(); got < 2 || got > 8 {
		t.Errorf("%d queries", got)
	}
}

func TestMaxQueryAssumption(t *testing.T) {
	for name, status := range map[string]int{"414": http.StatusRequestURITooLong, "Microsoft's 404": http.StatusNotFound} {
		t.Run(name, func(t *testing.T) {
			var mutex sync.Mutex
			var lengths []int
			asked := map[string]bool{}
			d := scripted(t, map[string]http.HandlerFunc{"GET /orders": func(w http.ResponseWriter, r *http.Request) {
				mutex.Lock()
				defer mutex.Unlock()
				lengths = append(lengths, len(r.URL.RawQuery))
				if len(r.URL.RawQuery) > 2048 {
					w.WriteHeader(status)
					return
				}
				rql := r.URL.Query().Get("rql")
				for reference := range strings.SplitSeq(rql[strings.Index(rql, "referenceNum=in=(")+17:strings.Index(rql, "))")], ",") {
					asked[reference] = true
				}
				fmt.Fprint(w, orderList(0))
			}})
			var lookups []fulfillment.Lookup
			for i := range fulfillment.PageSize {
				lookups = append(lookups, lookup(fulfillment.OrderID(i+1), fmt.Sprintf("S-%030d", i)))
			}
			_, err := d.FindOrders(t.Context(), lookups)
			ok(t, err)
			if len(asked) != fulfillment.PageSize {
				t.Errorf("asked for %d references", len(asked))
			}
			first := len(lengths)
			_, err = d.FindOrders(t.Context(), lookups)
			ok(t, err)
			if again := lengths[first:]; slices.Max(again) > 2048 {
				t.Errorf("the limit was not remembered: %v", again)
			}
		})
	}
}

func TestAWrongAddressIsNotTakenForALongQuery(t *testing.T) {
	wrong := true
	d := scripted(t, map[string]http.HandlerFunc{"GET /orders": func(w http.ResponseWriter, _ *http.Request) {
		if wrong {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprint(w, orderList(0))
	}})
	lookups := []fulfillment.Lookup{lookup(1, "S-1"), lookup(2, "S-2"), lookup(3, "S-3")}
	_, err := d.FindOrders(t.Context(), lookups)
	wantFault(t, err, fulfillment.FaultNotFound)
	wrong = false
	_, err = d.FindOrders(t.Context(), lookups)
	ok(t, err)
	if got := d.fitting(lookups); got != len(lookups) {
		t.Errorf("%d of 3 lookups fit", got)
	}
}

func TestLookupsOfMoreThanAPage(t *testing.T) {
	// Seven orders of one identity, two on a page.
	d := scripted(t, map[string]http.HandlerFunc{"GET /orders": func(w http.ResponseWriter, r *http.Request) {
		rql, after := r.URL.Query().Get("rql"), 0
		if at := strings.Index(rql, "OrderId=gt="); at >= 0 {
			if _, err := fmt.Sscanf(rql[at:], "OrderId=gt=%d", &after); err != nil {
				t.Error(err)
			}
		}
		var rest []string
		for id := max(after+1, 101); id <= 107; id++ {
			rest = append(rest, orderJSON(id, fmt.Sprint("S-", id), "1", isOpen))
		}
		fmt.Fprint(w, orderList(len(rest), rest[:min(2, len(rest))]...))
	}})
	got, err := d.FindOrders(t.Context(), []fulfillment.Lookup{lookup(1)})
	ok(t, err)
	if len(got) != 7 {
		t.Errorf("got %d orders, want 7", len(got))
	}
}

func TestPagesThatDoNotGoOn(t *testing.T) {
	a, b := orderJSON(100, "S-1", "1", isOpen), orderJSON(101, "S-1", "1", isOpen)
	for name, pages := range map[string][]string{
		"the same page for ever": {orderList(4, a, b), orderList(4, a, b)},
		"backwards":              {orderList(4, b, a)},
		"twice on one page":      {orderList(4, a, a)},
		"a page is missing":      {orderList(4, a, b), orderList(2)},
	} {
		t.Run(name, func(t *testing.T) {
			var handlers []http.HandlerFunc
			for _, page := range pages {
				handlers = append(handlers, says(200, page))
			}
			d := scripted(t, map[string]http.HandlerFunc{"GET /orders": inTurn(handlers...)})
			got, err := d.FindOrders(t.Context(), []fulfillment.Lookup{lookup(1)})
			if wantFault(t, err, fulfillment.FaultMalformed); len(got) > 0 {
				t.Errorf("got %q", found(got))
			}
		})
	}
}

func TestPagesThatAreTooLargeAreAskedForInPieces(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	var lookups []fulfillment.Lookup
	for i := range 60 {
		id := fulfillment.OrderID(i + 1)
		must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-"+id.String(), id.String(), "A", "B")))
		lookups = append(lookups, lookup(id))
	}
	o := options(t, w.url, w.clock)
	o.Remote.MaxBody = 24 << 10
	small := mustNew(t, o)
	got, err := small.FindOrders(t.Context(), lookups)
	ok(t, err)
	if len(got) != 60 {
		t.Errorf("found %d orders, want 60", len(got))
	}
	o.Remote.MaxBody = 512
	_, err = mustNew(t, o).FindOrders(t.Context(), lookups)
	wantFault(t, err, fulfillment.FaultTooLarge)
}

func TestARefusedFilterIsReported(t *testing.T) {
	w := newWarehouse(t, sim.Options{UnfilterableProperties: []string{"externalId"}})
	_, err := w.driver.FindOrders(t.Context(), []fulfillment.Lookup{lookup(1, "S-1")})
	fault := wantFault(t, err, fulfillment.FaultInvalid)
	if fault.Code != "NotParsable" || !strings.Contains(fault.Hint, "rql") {
		t.Errorf("got %v", fault)
	}
}

func TestFailuresOfReadingAreNeverAnEmptyAnswer(t *testing.T) {
	for _, status := range []int{400, 401, 403, 429, 500, 502, 503} {
		d := scripted(t, map[string]http.HandlerFunc{"GET /orders": says(status, `plain text about Ada`)})
		orders, err := d.FindOrders(t.Context(), []fulfillment.Lookup{lookup(1)})
		fault, isFault := fulfillment.AsFault(err)
		if !isFault || fault.Status != status || len(orders) > 0 || fault.Uncertain {
			t.Errorf("%d: got %v, %v", status, orders, err)
		}
	}
	server := httptest.NewServer(http.NotFoundHandler())
	o := options(t, server.URL, &testClock{now: today})
	server.Close()
	_, err := mustNew(t, o).FindOrders(t.Context(), []fulfillment.Lookup{lookup(1)})
	wantFault(t, err, fulfillment.FaultUnavailable)
}

// The query holds what the vendor documents, and the filter as one parameter.
func TestQueryOfALookup(t *testing.T) {
	var raw string
	d := scripted(t, map[string]http.HandlerFunc{"GET /orders": func(w http.ResponseWriter, r *http.Request) {
		raw = r.URL.RawQuery
		fmt.Fprint(w, orderList(0))
	}})
	_, err := d.FindOrders(t.Context(), []fulfillment.Lookup{lookup(1, "A,B"), lookup(2, "C", "C.2"), lookup(1, "A,B")})
	ok(t, err)
	values, err := url.ParseQuery(raw)
	ok(t, err)
	want := url.Values{
		"pgsiz": {"1000"}, "pgnum": {"1"}, "sort": {"ReadOnly.OrderId"},
		"detail": {"OrderItems,Packages,Contacts,SmallParcel,SavedElements"}, "itemdetail": {"Allocations"},
		"rql": {"(externalId=in=(1,2),referenceNum=in=(A%2CB,C,C.2));ReadOnly.CustomerIdentifier.Id==17"},
	}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(raw, "A%252CB") {
		t.Errorf("the reference is not escaped twice: %s", raw)
	}
}

func TestAGivenUpLookupSaysSo(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.driver.FindOrders(ctx, []fulfillment.Lookup{lookup(1)})
	if err == nil || !errors.Is(err, ctx.Err()) {
		t.Errorf("got %v", err)
	}
}
