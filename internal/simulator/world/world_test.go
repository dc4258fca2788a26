// SPDX-License-Identifier: Apache-2.0

package world

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
)

func call(t *testing.T, method, url, body string, status int, into any) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, _ := io.ReadAll(response.Body)
	if response.StatusCode != status {
		t.Fatalf("%s %s: %d, want %d: %s", method, url, response.StatusCode, status, read)
	}
	if into != nil {
		if err := json.Unmarshal(read, into); err != nil {
			t.Fatalf("%s: %v: %s", url, err, read)
		}
	}
}

// deliver does by hand what an operator does: the waiting orders of our
// warehouse go into the warehouse system under their identity, and are marked.
func deliver(t *testing.T, w *World) {
	t.Helper()
	var marked []string
	for _, order := range w.OrderManager.Orders() {
		if order.OrderStatus != ordermanager.StatusAwaiting3PLExport || order.Source.WarehouseID != OrderManagerWarehouseID || slices.Contains(w.Excluded, order.OrderID) {
			continue
		}
		body := map[string]any{
			"customerIdentifier": map[string]any{"id": CustomerID}, "facilityIdentifier": map[string]any{"id": FacilityID},
			"referenceNum": fmt.Sprintf("%s.%d", order.OrderNumber, order.OrderID), "externalId": fmt.Sprint(order.OrderID),
			"routingInfo": map[string]any{"carrier": order.ShipMethod.ShippingCarrier, "mode": order.RequestedService},
			"shipTo": map[string]any{"companyName": order.ShipName, "name": order.ShipName, "address1": order.ShipAddress1, "city": order.ShipCity,
				"state": order.ShipState, "zip": order.ShipZipCode, "country": "US"},
		}
		var lines []any
		for _, item := range order.Items {
			lines = append(lines, map[string]any{"itemIdentifier": map[string]any{"sku": item.Product.MasterSKU}, "qty": item.QuantityOrdered})
		}
		body["orderItems"] = lines
		encoded, _ := json.Marshal(body)
		send(t, w.ThreePLURL+"/orders", token(t, w), string(encoded), "application/hal+json", http.StatusCreated)
		marked = append(marked, fmt.Sprintf("orderId=%d", order.OrderID))
	}
	for batch := range slices.Chunk(marked, 500) {
		send(t, w.OrderManagerURL+"/v1/orders/sendtofulfillment?"+strings.Join(batch, "&"), ordermanager.DefaultAccessToken, "", "", http.StatusOK)
	}
}

var tokens = map[*World]string{}

func token(t *testing.T, w *World) string {
	t.Helper()
	if tokens[w] == "" {
		a := w.Addresses().ThreePL
		request, _ := http.NewRequest(http.MethodPost, w.ThreePLURL+"/AuthServer/api/Token",
			strings.NewReader(fmt.Sprintf(`{"grant_type":"client_credentials","user_login":%q}`, a.UserLogin)))
		request.SetBasicAuth(a.ClientID, a.ClientSecret)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var answer struct {
			AccessToken string `json:"access_token"`
		}
		if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.AccessToken == "" {
			t.Fatal("no token", response.Status, err)
		}
		tokens[w] = answer.AccessToken
	}
	return tokens[w]
}

func send(t *testing.T, url, bearer, body, contentType string, status int) {
	t.Helper()
	request, _ := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+bearer)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if read, _ := io.ReadAll(response.Body); response.StatusCode != status {
		t.Fatalf("%s: %d, want %d: %s", url, response.StatusCode, status, read)
	}
}

// Every seeded order fits: SKUs, carriers, services and addresses are known to
// both sides, and all of them can be shipped.
func TestBothSidesFit(t *testing.T) {
	w := StartFor(t, Options{Seed: 11, Orders: 400, SKUs: 120, ForeignOrders: 10, IncompleteAddresses: 2})
	waiting := w.Books().Pending
	if waiting < 300 || len(w.Excluded) != 2 {
		t.Fatalf("%d waiting, %d excluded", waiting, len(w.Excluded))
	}
	deliver(t, w)
	got := w.Books()
	if got.Delivered != waiting || got.Pending != 0 || got.Lost+got.Twice != 0 {
		t.Errorf("delivered %d of %d: %+v", got.Delivered, waiting, got.Counts)
	}
	if shipped := w.Ship(0); len(shipped) != waiting {
		t.Errorf("%d of %d could be shipped", len(shipped), waiting)
	}
	if got := w.Books(); got.Counts[books.Unconfirmed] != waiting {
		t.Errorf("unconfirmed %+v", got.Counts)
	}
	for _, order := range w.Warehouse.Orders() {
		if order.Foreign != (order.Status == threepl.StatusOpen) {
			t.Errorf("order %d: foreign %v, status %d", order.ID, order.Foreign, order.Status)
		}
	}
}

func TestControlDoesTheWorkOfPeople(t *testing.T) {
	w := StartFor(t, Options{Seed: 12, Orders: 120, SKUs: 60, WaitingOnly: true, OrderQueue: true})
	deliver(t, w)
	var ids actAnswer
	call(t, "POST", w.ControlURL+"/_control/pick", `{"limit":3}`, 200, &ids)
	picked := slices.Clone(ids.OrderIDs)
	call(t, "POST", w.ControlURL+"/_control/cancel", `{"limit":5}`, 200, &ids)
	if len(picked) != 3 || len(ids.OrderIDs) != 5 {
		t.Fatalf("picked %v, cancelled %v", picked, ids.OrderIDs)
	}
	var report Report
	call(t, "GET", w.ControlURL+"/_control/books?stock=false", "", 200, &report)
	if report.Counts[books.Uncancelled] != 5 || report.StockCompared != 0 || report.Quiet || !report.Clean || report.Line == "" {
		t.Errorf("report %+v", report)
	}
	call(t, "POST", w.ControlURL+"/_control/ship", `{"limit":10}`, 200, &ids)
	if len(ids.OrderIDs) != 10 || !slices.Equal(ids.OrderIDs[:3], picked) {
		t.Errorf("the oldest are shipped: %v", ids.OrderIDs)
	}
	call(t, "POST", w.ControlURL+"/_control/arrive", `{"limit":4}`, 200, &ids)
	call(t, "GET", w.ControlURL+"/_control/books", "", 200, &report)
	if len(ids.OrderIDs) != 4 || report.Pending != 4 || report.WrongStock == 0 || report.Counts[books.Unconfirmed] != 10 {
		t.Errorf("arrived %v: %+v", ids.OrderIDs, report.Counts)
	}
	call(t, "POST", w.ControlURL+"/_control/ship", `{"count":1}`, 400, nil)
	call(t, "POST", w.ControlURL+"/_control/ship", `{"limit":-1}`, 400, nil)

	var addresses Addresses
	call(t, "GET", w.ControlURL+"/_control/world", "", 200, &addresses)
	if addresses != w.Addresses() || addresses.ThreePL.CustomerID != 17 || addresses.OrderManager.WarehouseName != "East DC" {
		t.Errorf("addresses %+v", addresses)
	}
	var snapshot threepl.Snapshot
	call(t, "GET", w.ControlURL+"/threepl/_control/snapshot", "", 200, &snapshot)
	var effects []ordermanager.Effect
	call(t, "GET", w.ControlURL+"/order-manager/_control/effects", "", 200, &effects)
	if len(snapshot.Orders) != 120 || len(effects) == 0 {
		t.Errorf("%d orders, %d effects", len(snapshot.Orders), len(effects))
	}
	call(t, "POST", w.ControlURL+"/order-manager/_control/faults", `{"kind":"StatusBefore","status":500}`, 201, nil)
	call(t, "GET", w.OrderManagerURL+"/v1/warehouses", "", 500, nil)
	call(t, "POST", w.ControlURL+"/threepl/_control/faults", `{"kind":"StatusBefore","status":503}`, 201, nil)
	call(t, "GET", w.ThreePLURL+"/orders", "", 503, nil)
}

// The stock that a clean inventory sync would write satisfies the books under
// every reading of what Order Manager allocates.
func TestStockUnderEveryAllocation(t *testing.T) {
	for _, allocation := range ordermanager.Allocations() {
		w := StartFor(t, Options{OrderManager: ordermanager.Options{Allocation: allocation}, Empty: true})
		if err := w.AddSKU("A", 100, 10); err != nil {
			t.Fatal(err)
		}
		for number, units := range map[string]int32{"1": 5, "2": 20, "3": 3} {
			if _, err := w.OrderManager.AddOrder(NewOrder(number, map[string]int32{"A": units})); err != nil {
				t.Fatal(err)
			}
		}
		// 28 units are uncovered: 72 may be promised.
		seen, _ := w.OrderManager.Stock("A", OrderManagerWarehouseID)
		if got := w.Books(); (got.WrongStock == 0) != (seen.Available == 72) {
			t.Errorf("%s: %d on sale, books %+v", allocation, seen.Available, got.Counts)
		}
		if err := w.OrderManager.SetStock("A", OrderManagerWarehouseID, seen.OnHand+72-seen.Available, 10); err != nil {
			t.Fatal(err)
		}
		deliver(t, w)
		after, _ := w.OrderManager.Stock("A", OrderManagerWarehouseID)
		if got := w.Books(); (got.WrongStock == 0) != (after.Available == 72) || got.Pending != 0 {
			t.Errorf("%s: %d on sale, books %+v", allocation, after.Available, got.Counts)
		}
	}
}

func TestAddressesMustBeLoopback(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "nonsense", "example.com:80"} {
		if w, err := Start(Options{Empty: true, ThreePLAddress: address}); err == nil {
			_ = w.Close()
			t.Errorf("%q was listened on", address)
		}
	}
	w := StartFor(t, Options{Empty: true, ControlAddress: "localhost:0", OrderManagerAddress: "[::1]:0"})
	if !strings.HasPrefix(w.OrderManagerURL, "http://[::1]:") {
		t.Error(w.OrderManagerURL)
	}
}

// Close ends whatever is held: nothing waits for a release that never comes,
// nobody is answered, and what was held before its effect has none.
func TestCloseReleases(t *testing.T) {
	for kind, hold := range map[fault.Kind]func(*fault.Injector, fault.Rule) *fault.Hold{
		fault.HoldBefore: (*fault.Injector).HoldBefore,
		fault.HoldAfter:  (*fault.Injector).HoldAfter,
	} {
		t.Run(string(kind), func(t *testing.T) {
			w, err := Start(Options{Empty: true, Latency: time.Nanosecond})
			if err != nil {
				t.Fatal(err)
			}
			held := hold(w.WarehouseFaults, fault.Rule{Path: "/orders"})
			done := make(chan error)
			go func() {
				response, err := http.Get(w.ThreePLURL + "/orders")
				if err == nil {
					err = response.Body.Close()
				}
				done <- err
			}()
			<-held.Reached()
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			if err := <-done; err == nil {
				t.Error("a request that was held when the world closed was answered")
			}
			for held.State().Waiting != 0 {
				runtime.Gosched()
			}
			if response, err := http.Get(w.ThreePLURL + "/orders"); err == nil {
				_ = response.Body.Close()
				t.Error("a closed world answers")
			}
		})
	}
}
