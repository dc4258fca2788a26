// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"context"
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// ledger is a destination that keeps what it was given.
type ledger struct {
	fulfillment.Destination
	taken []string
	stock fulfillment.StockReport
}

func (l *ledger) CreateOrder(_ context.Context, order fulfillment.Order, _ string) (fulfillment.WarehouseOrder, error) {
	var created fulfillment.WarehouseOrder
	for _, line := range order.Lines {
		l.taken = append(l.taken, line.SKU)
		created.Lines = append(created.Lines, fulfillment.WarehouseLine{SKU: line.SKU})
	}
	return created, nil
}

func (l *ledger) Stock(context.Context) (fulfillment.StockReport, error) { return l.stock, nil }

func TestOrdersGoOutWithTheWarehousesSKUs(t *testing.T) {
	t.Parallel()
	tables := made(map[string]string{"a.csv": "masterSku,warehouseSku\nA,W-A\nD1,S\nD2,S\n"})
	there := &ledger{}
	destination := tables.Destination(there)
	order := fulfillment.Order{Lines: []fulfillment.Line{{SKU: "A"}, {SKU: "PLAIN"}}}
	created, err := destination.CreateOrder(t.Context(), order, "SO-1")
	if err != nil || !slices.Equal(there.taken, []string{"W-A", "PLAIN"}) {
		t.Errorf("taken %v, %v", there.taken, err)
	}
	if created.Lines[0].SKU != "A" || order.Lines[0].SKU != "A" {
		t.Errorf("came back as %+v, and what was given is %+v", created.Lines, order.Lines)
	}
	for _, sku := range []string{"D1", "D2", "W-A", "a"} {
		there.taken = nil
		order := fulfillment.Order{Lines: []fulfillment.Line{{SKU: "PLAIN"}, {SKU: sku}}}
		_, err := destination.CreateOrder(t.Context(), order, "SO-2")
		if fault, ok := fulfillment.AsFault(err); !ok || fault.Kind != fulfillment.FaultInvalid || fault.Reason != fulfillment.ReasonMappingRefused || there.taken != nil {
			t.Errorf("an order for %s: %v, taken %v", sku, err, there.taken)
		}
	}
}

func TestStockThatCannotBeToldApartIsUnknown(t *testing.T) {
	t.Parallel()
	tables := made(map[string]string{"a.csv": "masterSku,warehouseSku\nA,W-A\nB,W-B\nD1,S\nD2,S\n"})
	there := &ledger{stock: fulfillment.StockReport{Complete: true, Items: []string{"W-A", "A", "S", "PLAIN", "W-B", "w-b", "D1"}}}
	for _, sku := range there.stock.Items {
		there.stock.Rows = append(there.stock.Rows, fulfillment.WarehouseStock{SKU: sku, Available: new(fulfillment.Units(5))})
	}
	report, err := tables.Destination(there).Stock(t.Context())
	if err != nil || !slices.Equal(report.Items, []string{"A", "PLAIN", "B"}) || !report.Complete {
		t.Errorf("items %v, %v", report.Items, err)
	}
	if rows := report.Rows; len(rows) != 4 || rows[0].SKU != "A" || rows[0].Available == nil || rows[1].SKU != "PLAIN" ||
		rows[2].SKU != "B" || rows[2].Available != nil || rows[3].Available != nil {
		t.Errorf("rows %+v", report.Rows)
	}
	if len(there.stock.Items) != 7 || there.stock.Items[0] != "W-A" {
		t.Errorf("the warehouse's own report was changed: %v", there.stock.Items)
	}
}

func TestADestinationWithoutAliasesIsLeftAlone(t *testing.T) {
	t.Parallel()
	there := &ledger{}
	for _, tables := range []*Tables{nil, made(map[string]string{"a.csv": methodsCSV})} {
		if tables.Destination(there) != fulfillment.Destination(there) {
			t.Error("it was wrapped")
		}
	}
}
