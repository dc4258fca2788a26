// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
)

var threeWrites = []fulfillment.StockWrite{
	{ProductID: 501, SKU: "A", OnHand: 20, Locked: 10},
	{ProductID: 502, SKU: "A1", OnHand: 0, Locked: 0},
	{SKU: "b-2", OnHand: 5},
}

func TestWhatAStockWriteSays(t *testing.T) {
	t.Parallel()
	for kind, location := range map[string]string{"THIRD_PARTY_LOGISTICS": "GLOBAL", "DROPSHIP_VENDOR": "GLOBAL", "INVENTED": "GLOBAL", "": "GLOBAL", "DIRECT_FULFILLMENT": "Aisle 1"} {
		s := newStub(t, always(200, `{}`))
		source := s.client(func(o *Options) { o.StockLocation = "Aisle 1" }).Source(Resolution{WarehouseIDs: []int64{7}, WarehouseID: 7, Type: kind})
		if _, err := source.SetStock(t.Context(), threeWrites); err != nil {
			t.Fatal(err)
		}
		equal(t, kind, s.requests(), []string{"POST /v1.1/inventory/adjust"})
		want := []wireAdjustment{
			{WarehouseID: 7, ProductID: 501, StockLocationName: location, OnHandQuantity: 20, LockedQuantity: 10},
			{WarehouseID: 7, ProductID: 502, StockLocationName: location},
			{WarehouseID: 7, MasterSKU: "b-2", StockLocationName: location, OnHandQuantity: 5},
		}
		if diff := cmp.Diff(want, decode[[]wireAdjustment](t, s.lastBody())); diff != "" {
			t.Errorf("%s: -want +got:\n%s", kind, diff)
		}
	}
}

func TestZerosAreWritten(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, `{}`))
	if _, err := s.source().SetStock(t.Context(), threeWrites[1:2]); err != nil {
		t.Fatal(err)
	}
	if want := `[{"warehouseId":7,"productId":502,"stockLocationName":"GLOBAL","onHandQuantity":0,"lockedQuantity":0}]`; s.lastBody() != want {
		t.Errorf("sent %s, want %s: an omitted figure may keep the old one", s.lastBody(), want)
	}
}

func TestAnInHouseWarehouseNeedsItsLocation(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, `{}`))
	_, err := s.client(nil).Source(Resolution{WarehouseIDs: []int64{7}, WarehouseID: 7, Type: "DIRECT_FULFILLMENT"}).SetStock(t.Context(), threeWrites)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultMisconfigured || fault.Reason == "" || len(s.requests()) != 0 {
		t.Errorf("%+v", fault)
	}
}

func TestWhatBecameOfStockWrites(t *testing.T) {
	t.Parallel()
	fine := func(sku string, available ...int64) fulfillment.StockWriteResult {
		r := fulfillment.StockWriteResult{SKU: sku}
		if len(available) > 0 {
			r.Available = &available[0]
		}
		return r
	}
	bad := func(sku, reason, code string) fulfillment.StockWriteResult {
		return fulfillment.StockWriteResult{SKU: sku, Reason: reason, Code: code}
	}
	refused := fulfillment.ReasonStockRefused
	for name, test := range map[string]struct {
		status int
		answer string
		want   []fulfillment.StockWriteResult
	}{
		"available by SKU, whole and without regard to case": {200, `{"results":[{"masterSku":"B-2","availableQuantity":5,"warehouseId":7},{"masterSku":"A1","availableQuantity":0},{"masterSku":"A","availableQuantity":7,"productStockId":1}]}`,
			[]fulfillment.StockWriteResult{fine("A", 7), fine("A1", 0), fine("b-2", 5)}},
		"a neighbour's figure is not taken": {200, `{"results":[{"masterSku":"A12","availableQuantity":99},{"masterSku":"A","warehouseId":8,"availableQuantity":99}]}`,
			[]fulfillment.StockWriteResult{fine("A"), fine("A1"), fine("b-2")}},
		"a result without a figure": {200, `{"results":[{"masterSku":"A","availableQuantity":null},{"masterSku":"A1"}],"errors":null}`,
			[]fulfillment.StockWriteResult{fine("A"), fine("A1"), fine("b-2")}},
		"200 with errors inside, 1-based": {200, `{"results":[{"masterSku":"A","availableQuantity":7}],"errors":[{"index":2,"errorCode":"ERR097","severity":"CRITICAL","message":"secret"},{"index":3,"errorCode":"ERR053"}]}`,
			[]fulfillment.StockWriteResult{fine("A", 7), bad("A1", fulfillment.ReasonNoStartingInventory, "ERR097"), bad("b-2", fulfillment.ReasonUnknownProduct, "ERR053")}},
		"201 is partial": {201, `{"errors":[{"index":1,"errorCode":"ERR500"}]}`,
			[]fulfillment.StockWriteResult{bad("A", refused, "ERR500"), fine("A1"), fine("b-2")}},
		"by SKU": {200, `{"errors":[{"index":1,"identifier":"B-2","errorCode":"ERR097"}]}`,
			[]fulfillment.StockWriteResult{fine("A"), fine("A1"), bad("b-2", fulfillment.ReasonNoStartingInventory, "ERR097")}},
		"by product": {200, `{"errors":[{"identifier":502,"errorCode":"ERR097"},{"userIdentifier":{"masterSku":"a"},"errorCode":"ERR053"}]}`,
			[]fulfillment.StockWriteResult{bad("A", fulfillment.ReasonUnknownProduct, "ERR053"), bad("A1", fulfillment.ReasonNoStartingInventory, "ERR097"), fine("b-2")}},
		"a refusal beats a result": {200, `{"results":[{"masterSku":"A","availableQuantity":7}],"errors":[{"index":1,"errorCode":"ERR999"}]}`,
			[]fulfillment.StockWriteResult{bad("A", refused, "ERR999"), fine("A1"), fine("b-2")}},
		"information is no refusal": {200, `{"errors":[{"index":1,"severity":"info","errorCode":"ERR001"}]}`,
			[]fulfillment.StockWriteResult{fine("A"), fine("A1"), fine("b-2")}},
		"an error of nobody: only results prove anything": {200, `{"results":[{"masterSku":"A1","availableQuantity":0}],"errors":[{"index":4,"errorCode":"ERR777"}]}`,
			[]fulfillment.StockWriteResult{bad("A", refused, "ERR777"), fine("A1", 0), bad("b-2", refused, "ERR777")}},
		"index 0 is nobody": {200, `{"errors":[{"index":0,"errorCode":"a secret sentence"}]}`,
			[]fulfillment.StockWriteResult{bad("A", refused, CodeUnproven), bad("A1", refused, CodeUnproven), bad("b-2", refused, CodeUnproven)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newStub(t, always(test.status, test.answer)).source().SetStock(t.Context(), threeWrites)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestAnIdentifierThatFitsTwoItemsProvesNothing: a SKU may look like another
// product's id.
func TestAnIdentifierThatFitsTwoItemsProvesNothing(t *testing.T) {
	t.Parallel()
	writes := []fulfillment.StockWrite{{ProductID: 1, SKU: "502"}, {ProductID: 502, SKU: "X"}}
	s := newStub(t, always(200, `{"errors":[{"index":2,"identifier":502,"errorCode":"ERR097"}]}`))
	got, err := s.source().SetStock(t.Context(), writes)
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Reason != "" || got[1].Reason != fulfillment.ReasonNoStartingInventory {
		t.Errorf("%+v; want the index to decide", got)
	}
}

func TestNothingIsWrittenForNothing(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, `{}`))
	if got, err := s.source().SetStock(t.Context(), nil); err != nil || len(got) != 0 || len(s.requests()) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}
