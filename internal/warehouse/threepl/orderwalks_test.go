// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	sim "ordersync.dev/operator/internal/simulator/threepl"
)

// walkAll walks to the end and returns identities in the order in which they came.
func walkAll(t testing.TB, page func(after string) ([]fulfillment.WarehouseOrder, string, error)) (all []string, pages int) {
	t.Helper()
	for after := ""; ; {
		orders, next, err := page(after)
		ok(t, err)
		pages++
		for _, order := range orders {
			all = append(all, order.Identity)
		}
		if next == "" {
			return all, pages
		}
		after = next
	}
}

func (w *warehouse) open(t testing.TB) ([]string, int) {
	return walkAll(t, func(after string) ([]fulfillment.WarehouseOrder, string, error) {
		return w.driver.WarehouseOpenOrders(t.Context(), after)
	})
}

func (w *warehouse) closedSince(t testing.TB, since time.Time) []string {
	all, _ := walkAll(t, func(after string) ([]fulfillment.WarehouseOrder, string, error) {
		return w.driver.ClosedSince(t.Context(), since, after)
	})
	return all
}

func TestOpenOrdersOfThisCustomerInThisBuilding(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	must(t)(w.AddItem(sim.Item{CustomerID: otherCustomer, SKU: "A"}))
	must(t)(w.AddForeignOrder(typedIn(otherCustomer, facilityID, "S-1", "other customer", "A")))
	must(t)(w.AddForeignOrder(typedIn(customerID, otherFacility, "S-2", "other building", "A")))
	must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-3", "3", "A")))
	ok(t, w.Ship(must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-4", "shipped", "A"))), sim.Shipment{}))
	ok(t, w.CancelByWarehouse(must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-5", "cancelled", "A"))), "gone"))
	must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-6", "", "A")))
	if got, _ := w.open(t); !slices.Equal(got, []string{"3", ""}) {
		t.Errorf("got %q", got)
	}
}

// Orders leave the filter while the walk goes on; none is missed for it.
func TestWalkOverAChangingList(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	w.driver.pageLimit.Store(10)
	ids := make([]int64, 35)
	for i := range ids {
		ids[i] = must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, fmt.Sprint("S-", i), fmt.Sprint(i), "A")))
	}
	seen := map[string]bool{}
	pages := 0
	for after := ""; ; pages++ {
		orders, next, err := w.driver.WarehouseOpenOrders(t.Context(), after)
		ok(t, err)
		for _, order := range orders {
			seen[order.Identity] = true
		}
		// The first orders close between the pages.
		for _, id := range ids[pages*3 : pages*3+3] {
			ok(t, w.CancelByWarehouse(id, "gone"))
		}
		if next == "" {
			break
		}
		after = next
	}
	if len(seen) != 35 || pages != 3 {
		t.Errorf("saw %d of 35 orders on %d pages", len(seen), pages+1)
	}
}

func TestOpenOrdersAreReadInTheLargestPages(t *testing.T) {
	var queries []string
	d := scripted(t, map[string]http.HandlerFunc{"GET /orders": func(w http.ResponseWriter, r *http.Request) {
		values := r.URL.Query()
		queries = append(queries, values.Get("pgsiz")+" "+values.Get("sort")+" "+values.Get("rql"))
		fmt.Fprint(w, orderList(1, orderJSON(101, "S-1", "1", isOpen)))
	}})
	_, next, err := d.WarehouseOpenOrders(t.Context(), "100")
	ok(t, err)
	want := "1000 ReadOnly.OrderId ReadOnly.CustomerIdentifier.Id==17;ReadOnly.FacilityIdentifier.Id==3;ReadOnly.IsClosed==false;ReadOnly.OrderId=gt=100"
	if len(queries) != 1 || queries[0] != want || next != "" {
		t.Errorf("got %q and the mark %q, want %q", queries, next, want)
	}
}

func TestMarksThatAreNotMarks(t *testing.T) {
	d := scripted(t, nil)
	for _, mark := range []string{"x", "-1", "0", "1;ReadOnly.IsClosed==true", "01", "99999999999999999999", " 1"} {
		_, _, err := d.WarehouseOpenOrders(t.Context(), mark)
		wantFault(t, err, fulfillment.FaultInvalid)
	}
}

func TestClosedSince(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	add := func(reference, identity string) int64 {
		return must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, reference, identity, "A")))
	}
	early, cancelled, shipped := add("S-1", "early"), add("S-2", "cancelled"), add("S-3", "shipped")
	add("S-4", "open")
	ok(t, w.Ship(early, sim.Shipment{}))
	w.clock.add(time.Hour)
	since := w.clock.Now()
	w.clock.add(time.Minute)
	ok(t, w.CancelByWarehouse(cancelled, "gone"))
	ok(t, w.Ship(shipped, sim.Shipment{}))
	if got := w.closedSince(t, since); !slices.Equal(got, []string{"cancelled", "shipped"}) {
		t.Errorf("got %q", got)
	}
	if got := w.closedSince(t, since.Add(-2*time.Hour)); len(got) != 3 {
		t.Errorf("got %q", got)
	}
	if got := w.closedSince(t, w.clock.Now().Add(time.Second)); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}

// The facility's clock is eight hours behind: a query in UTC would miss what
// closed in the last eight hours.
func TestClosedSinceAsksByTheFacilitysClock(t *testing.T) {
	var rql string
	d := scripted(t, map[string]http.HandlerFunc{"GET /orders": func(w http.ResponseWriter, r *http.Request) {
		rql = r.URL.Query().Get("rql")
		fmt.Fprint(w, orderList(0))
	}})
	_, _, err := d.ClosedSince(t.Context(), today, "")
	ok(t, err)
	if !strings.Contains(rql, "ReadOnly.IsClosed==true;ReadOnly.LastModifiedDate=ge=2026-11-23T04:00:00") {
		t.Errorf("got %s", rql)
	}
}

func TestShippedMomentIsTheFacilitys(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	id := must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-1", "1", "A")))
	w.clock.add(90 * time.Minute)
	ok(t, w.Ship(id, sim.Shipment{}))
	order := w.find(t, lookup(1))[0]
	if want := today.Add(90 * time.Minute); !order.ShippedAt.Equal(want) || !order.ModifiedAt.Equal(want) {
		t.Errorf("shipped at %v, modified at %v, want %v", order.ShippedAt, order.ModifiedAt, want)
	}
}

// An order whose words contradict each other is in neither list: it is not
// known to be open, and not known to have shipped.
func TestContradictoryOrdersAreInNeitherList(t *testing.T) {
	d := scripted(t, map[string]http.HandlerFunc{"GET /orders": says(200, orderList(1, orderJSON(100, "S-1", "1", `"status":0,"isClosed":true,`)))})
	orders, _, err := d.ClosedSince(t.Context(), today, "")
	if err != nil || len(orders) > 0 {
		t.Errorf("got %v, %v", orders, err)
	}
}

func TestShipmentsOfEveryShape(t *testing.T) {
	for name, test := range map[string]struct {
		ship     func(w *warehouse, id int64) error
		tracking []string
		shipped  map[string]string
	}{
		"one package": {func(w *warehouse, id int64) error { return w.Ship(id, sim.Shipment{}) },
			[]string{"1Z0000100001"}, map[string]string{"A": "2", "B": "1"}},
		"two packages and more numbers": {func(w *warehouse, id int64) error {
			return w.Ship(id, sim.Shipment{OrderTracking: "T1, T3 T4", ParcelTracking: []string{"T2", "T5"}, Packages: []sim.Package{
				{Tracking: "T1", Contents: []sim.Content{{SKU: "A", Qty: sim.Units(2)}}},
				{Tracking: "T2", Contents: []sim.Content{{SKU: "B", Qty: sim.Units(1)}}}}})
		}, []string{"T1", "T2", "T3", "T4", "T5"}, map[string]string{"A": "2", "B": "1"}},
		"freight": {func(w *warehouse, id int64) error {
			return w.Ship(id, sim.Shipment{NoPackages: true, OrderTracking: "PRO9", BillOfLading: "B9"})
		}, []string{"PRO9"}, map[string]string{"A": "2", "B": "1"}},
		"short, in packages": {func(w *warehouse, id int64) error {
			return w.CloseShort(id, sim.Short{Shipped: map[string]sim.Quantity{"A": sim.Units(1), "B": sim.Units(1)}})
		}, []string{"1Z0000100001"}, map[string]string{"A": "1", "B": "1"}},
		"short, without packages": {func(w *warehouse, id int64) error {
			return w.CloseShort(id, sim.Short{Shipped: map[string]sim.Quantity{"A": sim.Units(2)}, Shipment: sim.Shipment{NoPackages: true, OrderTracking: "T1"}})
		}, []string{"T1"}, map[string]string{"A": "2", "B": "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWarehouse(t, sim.Options{})
			created, err := w.driver.CreateOrder(t.Context(), anOrder(1), "S-1")
			ok(t, err)
			id, _ := parseID(created.ID)
			ok(t, test.ship(w, id))
			order := w.find(t, lookup(1))[0]
			if order.State != fulfillment.WarehouseShipped || !slices.Equal(order.Tracking, test.tracking) {
				t.Errorf("got %s with %q", order.State, order.Tracking)
			}
			for _, line := range order.Lines {
				if line.Shipped.String() != test.shipped[line.SKU] {
					t.Errorf("%s: %s of %s shipped, want %s", line.SKU, line.Shipped, line.Ordered, test.shipped[line.SKU])
				}
			}
		})
	}
}

func TestSplitOrdersShareTheIdentity(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	created, err := w.driver.CreateOrder(t.Context(), anOrder(1), "S-1")
	ok(t, err)
	id, _ := parseID(created.ID)
	must(t)(w.Split(id, map[string]sim.Quantity{"A": sim.Units(1)}))
	if got := found(w.find(t, lookup(1, "S-1"))); !slices.Equal(got, []string{"1 S-1 Open", "1 S-1-1 Open"}) {
		t.Errorf("got %q", got)
	}
}
