// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

type bulkAnswer struct {
	Results []struct {
		MasterSKU                   string
		AvailableQuantity           int64
		ProductStockID, WarehouseID int64
	}
	Errors []struct {
		Index      int
		Identifier any
		ErrorCode  string
		FieldName  string
		Severity   string
	}
}

func (s *stand) adjust(body string) bulkAnswer {
	s.t.Helper()
	return decode[bulkAnswer](s.t, s.call(http.MethodPost, "/v1.1/inventory/adjust", body, http.StatusOK))
}

func (a bulkAnswer) codes() string {
	var list []string
	for _, e := range a.Errors {
		list = append(list, fmt.Sprintf("%d:%s", e.Index, e.ErrorCode))
	}
	return strings.Join(list, " ")
}

func TestAdjustSetsAndAnswersItemByItem(t *testing.T) {
	s := newStand(t, om.Options{})
	s.must(s.SetStock("A", dc, 3, 1))
	s.add(om.StatusAwaiting3PLExport, om.Item("A", 4))
	got := s.adjust(`[
		{"warehouseId":101,"masterSku":"NOPE","onHandQuantity":5},
		{"warehouseId":101,"masterSku":"A","onHandQuantity":20,"lockedQuantity":10,"minStockQuantity":2,"notes":"n"},
		{"warehouseId":101,"masterSku":"A2","onHandQuantity":5},
		{"warehouseId":999,"masterSku":"A","onHandQuantity":5},
		{"warehouseId":101,"productId":424242,"onHandQuantity":5}]`)
	if got.codes() != "1:ERR053 3:ERR097 4:SIMULATED 5:ERR053" {
		t.Errorf("errors %s", got.codes())
	}
	if got.Errors[0].Identifier != "NOPE" || got.Errors[1].Identifier != "A2" || got.Errors[3].Identifier != 424242.0 || got.Errors[0].Severity != "CRITICAL" {
		t.Errorf("%+v", got.Errors)
	}
	if len(got.Results) != 1 || got.Results[0].MasterSKU != "A" || got.Results[0].AvailableQuantity != 6 || got.Results[0].WarehouseID != dc || got.Results[0].ProductStockID == 0 {
		t.Errorf("%+v", got.Results)
	}
	want := []om.Effect{{
		Number: 1, Kind: om.StockAdjusted, Time: s.clock.Now(), API: true, SKU: "A", WarehouseID: dc,
		StockBefore: &om.Figures{OnHand: 3, Locked: 1, Allocated: 4, Available: -2},
		StockAfter:  &om.Figures{OnHand: 20, Locked: 10, Allocated: 4, Available: 6},
	}}
	if diff := cmp.Diff(want, s.Effects()); diff != "" {
		t.Error(diff)
	}
}

func TestLockedTenAndAvailableTenShowsTwenty(t *testing.T) {
	s := newStand(t, om.Options{})
	s.must(s.SetStock("A", dc, 10, 10))
	got := s.adjust(`[{"warehouseId":101,"masterSku":"A","onHandQuantity":20,"lockedQuantity":10}]`)
	if f, _ := s.Stock("A", dc); got.Results[0].AvailableQuantity != 10 || f.OnHand != 20 {
		t.Errorf("%+v, %+v", got.Results, f)
	}
}

func TestAdjustBySchema(t *testing.T) {
	s := newStand(t, om.Options{MaxAdjust: 2})
	s.must(s.SetStock("A", dc, 1, 0))
	for name, body := range map[string]string{
		"empty":             `[]`,
		"object":            `{"warehouseId":101}`,
		"no warehouse":      `[{"masterSku":"A","onHandQuantity":5}]`,
		"no quantity":       `[{"warehouseId":101,"masterSku":"A"}]`,
		"null quantity":     `[{"warehouseId":101,"masterSku":"A","onHandQuantity":null}]`,
		"no product":        `[{"warehouseId":101,"onHandQuantity":5}]`,
		"unknown member":    `[{"warehouseId":101,"masterSku":"A","onHandQuantity":5,"quantity":5}]`,
		"fraction":          `[{"warehouseId":101,"masterSku":"A","onHandQuantity":5.5}]`,
		"text":              `[{"warehouseId":101,"masterSku":"A","onHandQuantity":"5"}]`,
		"more than 32 bits": `[{"warehouseId":101,"masterSku":"A","onHandQuantity":3000000000}]`,
		"too many":          `[{"warehouseId":101,"masterSku":"A","onHandQuantity":5},{"warehouseId":101,"masterSku":"A","onHandQuantity":5},{"warehouseId":101,"masterSku":"A","onHandQuantity":5}]`,
		"good, then bad":    `[{"warehouseId":101,"masterSku":"A","onHandQuantity":5},{}]`,
	} {
		if got := s.request(http.MethodPost, "/v1.1/inventory/adjust", body, nil); got.status != 400 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	for name, item := range map[string]string{
		"negative":        `"masterSku":"A","onHandQuantity":-1`,
		"too large":       `"masterSku":"A","onHandQuantity":100000001`,
		"negative locked": `"masterSku":"A","onHandQuantity":1,"lockedQuantity":-1`,
		"negative min":    `"masterSku":"A","onHandQuantity":1,"minStockQuantity":-1`,
		"SKU's case":      `"masterSku":"a","onHandQuantity":1`,
		"id of another":   fmt.Sprintf(`"masterSku":"A2","productId":%d,"onHandQuantity":1`, s.Products()[0].ProductID),
	} {
		if got := s.adjust(`[{"warehouseId":101,` + item + `}]`); len(got.Errors) != 1 || len(got.Results) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if f, _ := s.Stock("A", dc); f.OnHand != 1 || len(s.Effects()) != 0 {
		t.Errorf("something was written: %+v", f)
	}
	if got := s.adjust(fmt.Sprintf(`[{"warehouseId":101,"productId":%d,"onHandQuantity":8}]`, s.Products()[0].ProductID)); len(got.Results) != 1 {
		t.Errorf("by product id: %+v", got)
	}
}

func TestStockLocations(t *testing.T) {
	s := newStand(t, om.Options{})
	s.must(s.SetStock("A", dc, 1, 0))
	s.must(s.SetStockAt("A", room, "A-01", 5, 1))
	s.must(s.SetStockAt("A", room, "B-02", 7, 0))
	for item, want := range map[string]string{
		`"warehouseId":101`: "",
		`"warehouseId":101,"stockLocationName":"GLOBAL"`: "",
		`"warehouseId":101,"stockLocationName":"A-01"`:   "1:ERR097",
		`"warehouseId":101,"stockLocationName":"global"`: "1:ERR097",
		`"warehouseId":103`:                              "1:SIMULATED", // must be named
		`"warehouseId":103,"stockLocationName":""`:       "1:SIMULATED",
		`"warehouseId":103,"stockLocationName":"GLOBAL"`: "1:ERR097",
		`"warehouseId":103,"stockLocationName":"B-02"`:   "",
	} {
		if got := s.adjust(`[{"masterSku":"A","onHandQuantity":9,` + item + `}]`); got.codes() != want {
			t.Errorf("%s: %q, want %q", item, got.codes(), want)
		}
	}
	if f, _ := s.Stock("A", room); f.OnHand != 14 || f.Locked != 1 {
		t.Errorf("both locations: %+v", f)
	}
	rows := decode[[]struct {
		StockLocation struct {
			StockLocationID, WarehouseID int64
			Location                     string
		}
		Quantity             int64
		WarehouseStockTotals struct{ OnHandQuantity, LockedQuantity int64 }
	}](t, s.get("/v1/inventory?warehouseId=103"))
	if len(rows) != 2 || rows[0].StockLocation.StockLocationID == rows[1].StockLocation.StockLocationID || rows[0].WarehouseStockTotals.OnHandQuantity != 14 {
		t.Errorf("%+v", rows)
	}
	if got := decode[[]any](t, s.get("/v1/inventory?warehouseId=103&stockLocationName=B-02")); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if got := decode[[]om.Product](t, s.get(fmt.Sprintf("/v1.1/products?stockLocationId=%d", rows[0].StockLocation.StockLocationID))); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestOmittedLockedQuantity(t *testing.T) {
	for kept, want := range map[bool]int64{false: 0, true: 4} {
		s := newStand(t, om.Options{OmittedLockedKept: kept})
		s.must(s.SetStock("A", dc, 10, 4))
		s.adjust(`[{"warehouseId":101,"masterSku":"A","onHandQuantity":11}]`)
		if f, _ := s.Stock("A", dc); f.Locked != want || f.OnHand != 11 {
			t.Errorf("kept %v: %+v", kept, f)
		}
		s.adjust(`[{"warehouseId":101,"masterSku":"A","onHandQuantity":11,"lockedQuantity":7}]`)
		if f, _ := s.Stock("A", dc); f.Locked != 7 {
			t.Errorf("named: %+v", f)
		}
	}
}

func TestUnknownProductMayLookLikeMissingStock(t *testing.T) {
	s := newStand(t, om.Options{UnknownProductAsNoStock: true})
	if got := s.adjust(`[{"warehouseId":101,"masterSku":"NOPE","onHandQuantity":5}]`); got.codes() != "1:ERR097" {
		t.Errorf("%s", got.codes())
	}
}

func TestAdjustMayAnswerWithoutResults(t *testing.T) {
	s := newStand(t, om.Options{AdjustOmitsResults: true})
	s.must(s.SetStock("A", dc, 1, 0))
	if got := s.adjust(`[{"warehouseId":101,"masterSku":"A","onHandQuantity":5}]`); len(got.Results)+len(got.Errors) != 0 {
		t.Errorf("%+v", got)
	}
	if f, _ := s.Stock("A", dc); f.OnHand != 5 {
		t.Errorf("%+v", f)
	}
}

func TestStartingInventory(t *testing.T) {
	s := newStand(t, om.Options{})
	create := func(item string, want int) bulkAnswer {
		t.Helper()
		return decode[bulkAnswer](t, s.call(http.MethodPut, "/v1.1/inventory?notes=start", "["+item+"]", want))
	}
	whole := `"quantity":7,"quantityLocked":2,"minStock":0,"pickable":true,"receivable":true`
	if got := create(`{"warehouseId":101,"masterSku":"A",`+whole+`}`, 200); len(got.Results) != 1 || got.Results[0].AvailableQuantity != 5 {
		t.Errorf("%+v", got)
	}
	for item, want := range map[string]string{
		`"warehouseId":101,"masterSku":"A"`:                               "1:SIMULATED", // exists
		`"warehouseId":101,"masterSku":"NOPE"`:                            "1:ERR053",
		`"warehouseId":9,"masterSku":"A"`:                                 "1:SIMULATED",
		`"warehouseId":103,"masterSku":"A"`:                               "1:SIMULATED", // location
		`"warehouseId":103,"masterSku":"A","stockLocationName":"A-01"`:    "",
		`"warehouseId":101,"masterSku":"A2","stockLocationName":"GLOBAL"`: "",
		`"warehouseId":102,"masterSku":"A2","stockLocationName":"SHELF"`:  "1:ERR097",
	} {
		if got := create("{"+item+","+whole+"}", 200); got.codes() != want {
			t.Errorf("%s: %q, want %q", item, got.codes(), want)
		}
	}
	for _, missing := range []string{"warehouseId", "masterSku", "quantity", "quantityLocked", "minStock", "pickable", "receivable"} {
		members := map[string]any{"warehouseId": dc, "masterSku": "A", "quantity": 1, "quantityLocked": 0, "minStock": 0, "pickable": true, "receivable": true}
		delete(members, missing)
		data, _ := json.Marshal([]any{members})
		if got := s.request(http.MethodPut, "/v1.1/inventory", string(data), nil); got.status != 400 {
			t.Errorf("without %s: %d", missing, got.status)
		}
	}
	if got := create(`{"warehouseId":102,"masterSku":"A","quantity":-1,"quantityLocked":0,"minStock":0,"pickable":true,"receivable":true}`, 200); len(got.Errors) != 1 {
		t.Errorf("negative: %+v", got)
	}
	if n := len(s.effects(om.StockCreated)); n != 3 {
		t.Errorf("%d created", n)
	}
	if got := s.adjust(`[{"warehouseId":101,"masterSku":"A2","onHandQuantity":3}]`); len(got.Results) != 1 {
		t.Errorf("what was created cannot be adjusted: %+v", got)
	}
}

func TestStartingInventoryMayOverwrite(t *testing.T) {
	s := newStand(t, om.Options{CreateOverwrites: true})
	s.must(s.SetStock("A", dc, 3, 1))
	got := decode[bulkAnswer](t, s.call(http.MethodPut, "/v1.1/inventory",
		`[{"warehouseId":101,"masterSku":"A","quantity":9,"quantityLocked":0,"minStock":0,"pickable":true,"receivable":true}]`, 200))
	if f, _ := s.Stock("A", dc); len(got.Results) != 1 || f.OnHand != 9 || f.Locked != 0 {
		t.Errorf("%+v %+v", got, f)
	}
	if len(s.effects(om.StockCreated)) != 0 || len(s.effects(om.StockAdjusted)) != 1 {
		t.Errorf("%+v", s.Effects())
	}
}

type totalsRow struct {
	Product                              om.ProductInfo
	OnHandQuantity, LockedQuantity       int64
	AvailableQuantity, AllocatedQuantity *int64
}

func TestTotalsAreByProductAndSKUIsAPrefix(t *testing.T) {
	s := newStand(t, om.Options{})
	s.must(s.SetStock("A", dc, 10, 1))
	s.must(s.SetStock("A", other, 5, 0))
	s.must(s.SetStock("A2", dc, 3, 0))
	s.add(om.StatusAwaiting3PLExport, om.Item("A", 2))
	rows := func(query string) string {
		var list []string
		for _, r := range decode[[]totalsRow](t, s.get("/v1/productstocks/total?"+query)) {
			list = append(list, fmt.Sprintf("%s %d/%d/%d/%d", r.Product.MasterSKU, r.OnHandQuantity, r.LockedQuantity, *r.AllocatedQuantity, *r.AvailableQuantity))
		}
		return strings.Join(list, ", ")
	}
	for query, want := range map[string]string{
		"warehouseId=101":        "A 10/1/2/7, A2 3/0/0/3",
		"warehouseId=102":        "A 5/0/0/5",
		"warehouseId=103":        "",
		"":                       "A 15/1/2/12, A2 3/0/0/3",
		"sku=A&warehouseId=101":  "A 10/1/2/7, A2 3/0/0/3", // a neighbour comes along
		"sku=a2&warehouseId=101": "A2 3/0/0/3",
		fmt.Sprintf("productId=%d&warehouseId=101", s.Products()[0].ProductID): "A 10/1/2/7",
	} {
		if got := rows(query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func TestTotalsMayLackFigures(t *testing.T) {
	s := newStand(t, om.Options{TotalsLackAvailable: true})
	s.must(s.SetStock("A", dc, 10, 1))
	row := decode[[]map[string]any](t, s.get("/v1/productstocks/total"))[0]
	if _, there := row["availableQuantity"]; there || row["onHandQuantity"] != 10.0 {
		t.Errorf("%v", row)
	}
	inventory := s.get("/v1/inventory?warehouseId=101")
	if !strings.Contains(inventory, `"warehouseStockTotals":{"onHandQuantity":10,"availableQuantity":9`) {
		t.Errorf("%s", inventory)
	}
}

func TestInventoryRows(t *testing.T) {
	s := newStand(t, om.Options{})
	s.must(s.SetStock("A", dc, 10, 4))
	s.must(s.SetStock("KIT", dc, 2, 0))
	s.add(om.StatusAwaiting3PLExport, om.Item("A", 1))
	body := s.get("/v1/inventory?sku=A")
	rows := decode[[]struct {
		ProductStockID                                                 int64
		Product                                                        om.ProductInfo
		StockLocation                                                  struct{ Location string }
		Quantity, QuantityLocked, AllocatedQuantity, AvailableQuantity int64
	}](t, body)
	if len(rows) != 1 || rows[0].StockLocation.Location != "GLOBAL" || rows[0].Quantity != 10 || rows[0].QuantityLocked != 4 || rows[0].AllocatedQuantity != 1 || rows[0].AvailableQuantity != 5 {
		t.Errorf("%s", body)
	}
	for query, want := range map[string]int{
		"":                                     2,
		"includeBundledItems=false":            1,
		"includeBundledItems=true":             2,
		"createdFromDate=2026-11-24T00:00:00Z": 0,
		"createdToDate=2026-11-24T00:00:00Z":   2,
		"stockLocationName=GLOBAL":             2,
		"stockLocationName=A-01":               0,
	} {
		if got := len(decode[[]any](t, s.get("/v1/inventory?"+query))); got != want {
			t.Errorf("%s: %d rows, want %d", query, got, want)
		}
	}
}

func TestProducts(t *testing.T) {
	s := newStand(t, om.Options{})
	_, err := s.AddProduct(om.Product{MasterSKU: "B", UPC: "812345", MPN: "M-9"})
	s.must(err)
	s.must(s.SetStock("A", dc, 1, 0))
	s.must(s.SetStock("A2", other, 1, 0))
	skus := func(query string) string {
		var list []string
		for _, p := range decode[[]om.Product](t, s.get("/v1.1/products?"+query)) {
			list = append(list, p.MasterSKU)
		}
		return strings.Join(list, " ")
	}
	for query, want := range map[string]string{
		"":                                    "A A2 KIT B",
		"sku=A":                               "A A2",
		"sku=k&sku=b":                         "KIT B",
		"upc=8123":                            "B",
		"mpn=m-":                              "B",
		"active=true":                         "A A2 KIT B",
		"active=false":                        "",
		"warehouseId=101":                     "A",
		"productInvStatus=UNCONFIGURED_STOCK": "KIT B",
		"productInvStatus=UNCONFIGURED_STOCK&warehouseId=101": "A2 KIT B",
		"createdDateFrom=2026-11-24T00:00:00Z":                "",
		"modifiedDateTo=2026-11-23T10:00:00Z":                 "A A2 KIT B",
	} {
		if got := skus(query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	kit := decode[[]om.Product](t, s.get("/v1.1/products?sku=KIT"))[0]
	if kit.Type != om.BundleKit || !kit.Bundle || len(kit.BundledItems) != 2 || kit.BundledItems[1].BundledProduct.MasterSKU != "A2" || kit.BundledItems[1].BundledProductQuantity != 2 {
		t.Errorf("%+v", kit)
	}
}

func TestWarehousesAndChannels(t *testing.T) {
	s := newStand(t, om.Options{})
	got := decode[[]om.Warehouse](t, s.get("/v1/warehouses"))
	if len(got) != 3 || got[0].Name != "East DC" || got[0].Type != om.ThirdPartyLogistics || got[2].Type != om.DirectFulfillment || !got[0].Active {
		t.Errorf("%+v", got)
	}
	s.must(s.RenameWarehouse(dc, "East Coast DC"))
	if got := decode[om.Warehouse](t, s.get("/v1/warehouse/101")); got.Name != "East Coast DC" {
		t.Errorf("%+v", got)
	}
	s.call(http.MethodGet, "/v1/warehouse/999", "", 404)
	if got := decode[[]om.SalesChannel](t, s.get("/v1/saleschannels")); len(got) != 2 {
		t.Errorf("%+v", got)
	}
	if got := decode[struct{ Statuses, UnresolvedStatuses []any }](t, s.get("/v1/orders/statuses")); len(got.Statuses) != 13 || len(got.UnresolvedStatuses) != 10 {
		t.Errorf("%+v", got)
	}
}
