// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

func control(t *testing.T, s *om.Server) func(method, path, body string, want int) string {
	t.Helper()
	server := httptest.NewServer(s.ControlHandler())
	t.Cleanup(server.Close)
	return func(method, path, body string, want int) string {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/_control/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != want {
			t.Fatalf("%s %s: %d %s, want %d", method, path, response.StatusCode, data, want)
		}
		return string(data)
	}
}

func TestControlDoesWhatTheGoSurfaceDoes(t *testing.T) {
	s := newStand(t, om.Options{ErrorBody: om.EmptyErrors})
	do := control(t, s.Server)
	do("PUT", "stock", `{"sku":"A","warehouseId":101,"onHand":9,"locked":2}`, 200)
	id := decode[map[string]int64](t, do("POST", "orders", `{"orderNumber":"77","fulfillmentSource":{"warehouseId":101},"salesChannel":{"salesChannelId":11},"orderItems":[{"product":{"masterSku":"A"},"quantityOrdered":3}]}`, 200))["orderId"]
	at := fmt.Sprintf("orders/%d", id)
	if o := decode[om.Order](t, do("GET", at, "", 200)); o.OrderNumber != "77" || o.OrderStatus != om.StatusAwaiting3PLExport {
		t.Errorf("%+v", o)
	}
	stock := decode[[]om.StockState](t, do("GET", "stock", "", 200))
	want := om.Figures{OnHand: 9, Locked: 2, Allocated: 3, Available: 4}
	if len(stock) != 1 || stock[0].SKU != "A" || stock[0].Figures != want {
		t.Errorf("%+v", stock)
	}
	do("POST", at+"/hold", `{"until":"2026-12-01T00:00:00Z"}`, 200)
	do("POST", at+"/restore", "", 200)
	do("POST", at+"/reroute", `{"warehouseId":102}`, 200)
	do("POST", at+"/cancel", "", 200)
	do("POST", at+"/cancel", "", 409)
	shot := decode[om.Snapshot](t, do("GET", "snapshot", "", 200))
	if diff := cmp.Diff(s.Snapshot(), shot); diff != "" {
		t.Error(diff)
	}
	if got := shot.Orders[0]; got.Status != om.StatusCancelled || got.WarehouseID != other || got.Number != "77" || got.Lines[0] != (om.LineState{SKU: "A", Quantity: 3}) {
		t.Errorf("%+v", got)
	}
	var kinds []om.EffectKind
	for _, e := range decode[[]om.Effect](t, do("GET", "effects", "", 200)) {
		kinds = append(kinds, e.Kind)
		if e.API || e.OrderID != id {
			t.Errorf("%+v", e)
		}
	}
	if diff := cmp.Diff([]om.EffectKind{om.Held, om.Restored, om.Rerouted, om.Cancelled}, kinds); diff != "" {
		t.Error(diff)
	}
	do("POST", "products", `{"masterSku":"NEW"}`, 200)
	do("POST", "warehouses", `{"warehouseId":104,"name":"South DC"}`, 200)
	if len(s.Products()) != 4 || len(s.Warehouses()) != 4 {
		t.Error("not added")
	}
	do("POST", "tokens/revoke", "", 200)
	s.call(http.MethodGet, "/v1/warehouses", "", 401)
}

func TestControlRefuses(t *testing.T) {
	s := newStand(t, om.Options{})
	do := control(t, s.Server)
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "orders/42", "", 404},
		{"GET", "orders/x", "", 404},
		{"POST", "orders/42/cancel", "", 409},
		{"POST", "orders/42/reroute", `{"warehouse":1}`, 400},
		{"POST", "orders", `{"status":"SHIPPED"}`, 400},
		{"POST", "orders", `{"orderItems":[{"product":{"masterSku":"nope"},"quantityOrdered":1}]}`, 409},
		{"POST", "products", `{"masterSku":"A"}`, 409},
		{"PUT", "stock", `{"sku":"nope","warehouseId":101}`, 409},
		{"POST", "seed", `{"order":1}`, 400},
		{"POST", "seed", `not JSON`, 400},
		{"DELETE", "orders", "", 405},
	} {
		do(c.method, c.path, c.body, c.want)
	}
	if len(s.Orders()) != 0 || len(s.Products()) != 3 {
		t.Error("something happened nevertheless")
	}
}

func TestControlSeeds(t *testing.T) {
	s := om.New(om.Options{})
	do := control(t, s)
	do("POST", "seed", `{"seed":3,"orders":50,"products":60,"waitingOnly":true}`, 200)
	if n := len(s.Orders()); n != 50 {
		t.Errorf("%d orders", n)
	}
	do("POST", "seed", `{}`, 409)
}

func TestSurfaceRefuses(t *testing.T) {
	s := newStand(t, om.Options{})
	for name, err := range map[string]error{
		"same warehouse":     s.AddWarehouse(om.Warehouse{WarehouseID: dc, Name: "x"}),
		"nameless warehouse": s.AddWarehouse(om.Warehouse{WarehouseID: 9}),
		"same channel":       s.AddChannel(om.SalesChannel{SalesChannelID: 11, Name: "x"}),
		"rename nothing":     s.RenameWarehouse(9, "x"),
		"update nothing":     s.UpdateOrder(9, true, func(*om.Order) {}),
		"cancel nothing":     s.CancelOrder(9),
		"hold nothing":       s.HoldOrder(9, s.clock.Now()),
		"restore nothing":    s.RestoreOrder(9),
		"stock of nothing":   s.SetStock("nope", dc, 1, 0),
		"stock at no place":  s.SetStockAt("A", dc, "", 1, 0),
		"restore a waiting":  s.RestoreOrder(s.add(om.StatusAwaiting3PLExport)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, p := range map[string]om.Product{
		"no SKU":        {},
		"same SKU":      {MasterSKU: "A"},
		"same id":       {MasterSKU: "Z", ProductID: s.Products()[0].ProductID},
		"odd component": {MasterSKU: "Z", BundledItems: []om.BundledItem{{BundledProduct: &om.ProductInfo{MasterSKU: "nope"}, BundledProductQuantity: 1}}},
		"no quantity":   {MasterSKU: "Z", BundledItems: []om.BundledItem{{BundledProduct: &om.ProductInfo{MasterSKU: "A"}}}},
	} {
		if _, err := s.AddProduct(p); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, found := s.Order(42); found {
		t.Error("found an order that is not there")
	}
	if f, found := s.Stock("A", dc); found || f != (om.Figures{}) {
		t.Errorf("stock without a record: %+v", f)
	}
	s.ForgetEffects()
	if len(s.Effects()) != 0 {
		t.Error("the ledger is not empty")
	}
}
