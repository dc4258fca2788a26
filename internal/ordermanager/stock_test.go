// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
)

// totalsRow is a row of totals; figures is the rest of its members.
func totalsRow(id int, sku, figures string) string {
	return fmt.Sprintf(`{"product":{"productId":%d,"masterSku":%q,"productType":"CORE_PRODUCT"}%s}`, id, sku, figures)
}

const allFigures = `,"onHandQuantity":20,"availableQuantity":7,"allocatedQuantity":3,"lockedQuantity":10,"inTransitQuantity":null`

func stockOf(id int64, sku string, onHand, available, allocated, locked *int64) fulfillment.ProductStock {
	return fulfillment.ProductStock{ProductID: id, SKU: sku, OnHand: onHand, Available: available, Allocated: allocated, Locked: locked}
}

func TestProductStocks(t *testing.T) {
	t.Parallel()
	s := newStub(t, pages(
		list(totalsRow(1, "A", allFigures), `{"product":null,"onHandQuantity":5}`, totalsRow(2, "B", strings.ReplaceAll(allFigures, "20", "-4"))),
		list(`{"product":{"productId":3,"masterSku":"KIT","productType":"BUNDLE_KIT"}`+allFigures+`}`),
	))
	source := s.source()
	got, err := source.ProductStocks(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []fulfillment.ProductStock{
		stockOf(1, "A", new(int64(20)), new(int64(7)), new(int64(3)), new(int64(10))),
		stockOf(2, "B", new(int64(-4)), new(int64(7)), new(int64(3)), new(int64(10))),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if kits, err := source.ProductStocks(t.Context(), 2); err != nil || len(kits) != 1 || !kits[0].Bundle {
		t.Errorf("%+v, %v", kits, err)
	}
	if end, err := source.ProductStocks(t.Context(), 3); err != nil || len(end) != 0 {
		t.Errorf("%+v, %v", end, err)
	}
	equal(t, "requests", s.requests(), []string{
		"GET /v1/productstocks/total?page=1&limit=100&warehouseId=7",
		"GET /v1/productstocks/total?page=2&limit=100&warehouseId=7",
		"GET /v1/productstocks/total?page=3&limit=100&warehouseId=7",
	})
}

func TestAPageOfTotalsWithoutAProductIsNotTheEnd(t *testing.T) {
	t.Parallel()
	s := newStub(t, pages(list(`{"product":null}`), list(totalsRow(1, "A", allFigures))))
	got, err := s.source().ProductStocks(t.Context(), 1)
	if err != nil || len(got) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestAbsentFiguresAreFilled: totals without available and allocated, as one
// client has them, are filled from the stock records of the same warehouse.
func TestAbsentFiguresAreFilled(t *testing.T) {
	t.Parallel()
	totals := pages(list(
		totalsRow(1, "A", allFigures),
		totalsRow(2, "B", `,"onHandQuantity":20,"lockedQuantity":10`),
		totalsRow(3, "C", `,"onHandQuantity":30,"availableQuantity":null,"allocatedQuantity":null,"lockedQuantity":0`),
		totalsRow(4, "D", ``),
	))
	record := func(id int, warehouse int64, figures string) string {
		return fmt.Sprintf(`{"productStockId":%d,"product":{"productId":%d},"stockLocation":{"warehouseId":%d},"quantity":999,"availableQuantity":999,"warehouseStockTotals":%s}`, id, id, warehouse, figures)
	}
	records := pages(
		list(
			record(2, 8, `{"onHandQuantity":777,"availableQuantity":777,"allocatedQuantity":777}`), // another warehouse
			record(22, 7, `{"availableQuantity":777}`),                                             // a neighbour
			record(2, 7, `{"onHandQuantity":555,"availableQuantity":4,"allocatedQuantity":6,"lockedQuantity":555}`),
		),
		list(record(3, 7, `{"availableQuantity":-2}`), record(2, 7, `{"availableQuantity":888}`)),
	)
	s := newStub(t, func(r *http.Request, body string) (int, string) {
		if r.URL.Path == "/v1/inventory" {
			return records(r, body)
		}
		return totals(r, body)
	})
	got, err := s.source().ProductStocks(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []fulfillment.ProductStock{
		stockOf(1, "A", new(int64(20)), new(int64(7)), new(int64(3)), new(int64(10))),
		// What the totals say stands; only what they left out is filled.
		stockOf(2, "B", new(int64(20)), new(int64(4)), new(int64(6)), new(int64(10))),
		stockOf(3, "C", new(int64(30)), new(int64(-2)), nil, new(int64(0))),
		// Nobody said anything: unknown is not zero.
		stockOf(4, "D", nil, nil, nil, nil),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	equal(t, "requests", s.requests(), []string{
		"GET /v1/productstocks/total?page=1&limit=100&warehouseId=7",
		"GET /v1/inventory?page=1&limit=100&productId=2&productId=3&productId=4&includeBundledItems=false&warehouseId=7",
		"GET /v1/inventory?page=2&limit=100&productId=2&productId=3&productId=4&includeBundledItems=false&warehouseId=7",
		"GET /v1/inventory?page=3&limit=100&productId=2&productId=3&productId=4&includeBundledItems=false&warehouseId=7",
	})
}

func TestAFailedPageOfRecordsIsNoZero(t *testing.T) {
	t.Parallel()
	s := newStub(t, func(r *http.Request, _ string) (int, string) {
		if r.URL.Path == "/v1/inventory" {
			return 403, ""
		}
		return 200, list(totalsRow(1, "A", ``))
	})
	if _, err := s.source().ProductStocks(t.Context(), 1); !fulfillment.IsFault(err, fulfillment.FaultPermission) {
		t.Errorf("%v", err)
	}
}

// TestProductsAreAskedForByID: a filter on SKUs would find "A1" for "A".
func TestProductsAreAskedForByID(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, list(totalsRow(12, "A1", allFigures), totalsRow(1, "A", allFigures), totalsRow(1, "A", allFigures), totalsRow(123, "A12", allFigures))))
	got, err := s.source().ProductStocksByID(t.Context(), []int64{1, 123})
	if err != nil || len(got) != 2 || got[0].ProductID != 1 || got[1].ProductID != 123 {
		t.Errorf("%+v, %v; want the two that were asked for, once", got, err)
	}
	equal(t, "requests", s.requests(), []string{"GET /v1/productstocks/total?page=1&limit=100&productId=1&productId=123&warehouseId=7"})
	if got, err := s.source().ProductStocksByID(t.Context(), nil); err != nil || len(got) != 0 || len(s.requests()) != 0 {
		t.Errorf("%+v, %v: without an id the filter would be every product", got, err)
	}
}

func TestTwoHundredProductsAreTwoCalls(t *testing.T) {
	t.Parallel()
	s := newStub(t, func(r *http.Request, _ string) (int, string) {
		var rows []string
		for _, id := range r.URL.Query()["productId"] {
			rows = append(rows, `{"product":{"productId":`+id+`}`+allFigures+`}`)
		}
		return 200, list(rows...)
	})
	var productIDs []int64
	for id := range int64(200) {
		productIDs = append(productIDs, id+1)
	}
	got, err := s.source().ProductStocksByID(t.Context(), productIDs)
	if err != nil || len(got) != 200 || len(s.requests()) != 2 {
		t.Errorf("%d products, %v", len(got), err)
	}
}

func TestStockFiguresThatAreNoWholeNumbersAreAFault(t *testing.T) {
	t.Parallel()
	for _, figure := range []string{"1.5", `"7"`, "true", "{}", "1e99", "99999999999999999999"} {
		s := newStub(t, always(200, list(totalsRow(1, "A", `,"onHandQuantity":`+figure))))
		if _, err := s.source().ProductStocks(t.Context(), 1); !fulfillment.IsFault(err, fulfillment.FaultMalformed) {
			t.Errorf("%s: %v", figure, err)
		}
	}
	for _, figure := range []string{"15.0", "1.5e1", "15"} {
		s := newStub(t, pages(list(totalsRow(1, "A", strings.ReplaceAll(allFigures, "20", figure)))))
		got, err := s.source().ProductStocks(t.Context(), 1)
		if err != nil || len(got) != 1 || *got[0].OnHand != 15 {
			t.Errorf("%s: %v", figure, err)
		}
	}
}

func TestStockOfEveryWarehouseHasNoMeaning(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, "[]"))
	source := s.client(nil).Source(Resolution{WarehouseIDs: []int64{7, 8}, All: true})
	_, pageErr := source.ProductStocks(t.Context(), 1)
	_, idErr := source.ProductStocksByID(t.Context(), []int64{1})
	_, writeErr := source.SetStock(t.Context(), []fulfillment.StockWrite{{SKU: "A"}})
	for _, err := range []error{pageErr, idErr, writeErr} {
		if fault := faultOf(t, err); fault.Kind != fulfillment.FaultMisconfigured || fault.Reason != fulfillment.ReasonEveryWarehouse {
			t.Errorf("%+v", fault)
		}
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}
