// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Rows about stock.
const (
	RowOwnStock       Row = "own stock, complete, absent is not zero"
	RowStockHeld      Row = "what orders hold is not available"
	RowFractions      Row = "stock in fractions"
	RowStockUntouched Row = "stock after a refused order"
)

func stockRows() []row {
	fractions := func(c fulfillment.Capabilities) bool { return !c.IntegerQuantities }
	return []row{
		{name: RowOwnStock, check: checkOwnStock},
		{name: RowStockHeld, check: checkStockHeld, optional: true},
		{name: RowStockUntouched, check: checkStockUntouched},
		{name: RowFractions, check: checkFractions, capability: fractions, instead: checkWholeUnits},
	}
}

// report reads the stock, which must be complete and without contradictions.
func (s scene) report(t testing.TB) map[string]fulfillment.WarehouseStock {
	t.Helper()
	report, err := s.destination.Stock(t.Context())
	if err != nil {
		t.Fatalf("stock: %v", err)
	}
	if !report.Complete {
		t.Fatal("the report is not complete, and nothing moved")
	}
	rows := map[string]fulfillment.WarehouseStock{}
	for _, row := range report.Rows {
		if _, twice := rows[row.SKU]; twice {
			t.Errorf("%s has two rows", row.SKU)
		}
		if !slices.Contains(report.Items, row.SKU) {
			t.Errorf("%s has a row and is not in the item list", row.SKU)
		}
		rows[row.SKU] = row
	}
	return rows
}

// free is what may still be promised, by the better of the figures; false when
// none is given.
func free(row fulfillment.WarehouseStock) (fulfillment.Quantity, bool) {
	switch {
	case row.Available != nil && row.OrderedNotAllocated != nil:
		return *row.Available - *row.OrderedNotAllocated, true
	case row.Available != nil:
		return *row.Available, true
	case row.OnHand != nil:
		return *row.OnHand, true
	}
	return 0, false
}

// wantFree fails unless this much of a SKU may still be promised.
func wantFree(t testing.TB, when, sku string, rows map[string]fulfillment.WarehouseStock, want fulfillment.Quantity) {
	t.Helper()
	row, ok := rows[sku]
	got, given := free(row)
	if !ok || !given || got != want {
		t.Errorf("%s: %s of %s may be promised (row %t, figure %t), want %s", when, got, sku, ok, given, want)
	}
}

// checkOwnStock: the report is ours alone and whole. What another has of the
// same SKU is not added, what only another has is not known, and an item
// without stock is known and has none.
func checkOwnStock(t testing.TB, s scene) {
	base := fmt.Sprintf("CF-SKU-%d", nextID())
	longer, empty, theirs := base+"-1", base+"-2", base+"-3"
	s.warehouse.AddSKU(t, base, fulfillment.Units(7))
	s.warehouse.AddSKU(t, longer, fulfillment.Units(30))
	s.warehouse.AddSKU(t, empty, 0)
	s.warehouse.AddForeignStock(t, base, fulfillment.Units(1000))
	s.warehouse.AddForeignStock(t, theirs, fulfillment.Units(2000))

	rows := s.report(t)
	wantFree(t, "own stock", base, rows, fulfillment.Units(7))
	wantFree(t, "own stock", longer, rows, fulfillment.Units(30))
	if onHand := rows[base].OnHand; onHand != nil && *onHand != fulfillment.Units(7) {
		t.Errorf("%s are on hand, want 7", onHand)
	}
	if row, ok := rows[empty]; ok {
		for _, figure := range []*fulfillment.Quantity{row.Available, row.OnHand, row.OnHold, row.OrderedNotAllocated} {
			if figure != nil && *figure != 0 {
				t.Errorf("an item without stock has %s", figure)
			}
		}
	}
	if _, ok := rows[theirs]; ok {
		t.Error("what only another has is in the report")
	}
	report, err := s.destination.Stock(t.Context())
	if err != nil {
		t.Fatalf("stock: %v", err)
	}
	for sku, want := range map[string]bool{base: true, longer: true, empty: true, theirs: false, base + "-4": false} {
		if got := slices.Contains(report.Items, sku); got != want {
			t.Errorf("%s is in the item list: %t, want %t", sku, got, want)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(report.Items)))) != len(report.Items) {
		t.Error("the item list names a SKU twice")
	}
}

// checkStockHeld: units of an open order cannot be promised again; they leave
// the building when it ships, and come back when it is cancelled.
func checkStockHeld(t testing.TB, s scene) {
	sku := s.sku(t, 20)
	shipped, cancelled := order(item{sku, 3}), order(item{sku, 5})
	shippedID, cancelledID := s.create(t, shipped).ID, s.create(t, cancelled).ID
	rows := s.report(t)
	wantFree(t, "two open orders", sku, rows, fulfillment.Units(12))
	if onHand := rows[sku].OnHand; onHand != nil && *onHand != fulfillment.Units(20) {
		t.Errorf("%s are on hand while nothing has left, want 20", onHand)
	}
	s.warehouse.Cancel(t, cancelledID)
	wantFree(t, "one of them cancelled", sku, s.report(t), fulfillment.Units(17))
	s.warehouse.Ship(t, shippedID, parcel(shipped, tracking()))
	rows = s.report(t)
	wantFree(t, "the other shipped", sku, rows, fulfillment.Units(17))
	if onHand := rows[sku].OnHand; onHand != nil && *onHand != fulfillment.Units(17) {
		t.Errorf("%s are on hand after 3 left, want 17", onHand)
	}
}

// checkStockUntouched: what a refused order would have taken stays free.
func checkStockUntouched(t testing.TB, s scene) {
	sku := s.sku(t, 20)
	if f := s.wholeOrNot(t, order(item{sku, 2}, item{"CF-NO-SUCH-SKU", 1})); f == nil {
		return // Taken as it is: nothing was refused.
	}
	wantFree(t, "after a refused order", sku, s.report(t), fulfillment.Units(20))
}

// checkFractions: half a unit is told as half a unit; rounding is for those
// who know which way.
func checkFractions(t testing.TB, s scene) {
	half := fulfillment.Units(5) / 2
	sku := fmt.Sprintf("CF-SKU-%d", nextID())
	s.warehouse.AddSKU(t, sku, half)
	wantFree(t, "in fractions", sku, s.report(t), half)
}

// checkWholeUnits: a driver that declares whole units reports no others.
func checkWholeUnits(t testing.TB, s scene) {
	s.sku(t, 3)
	for sku, row := range s.report(t) {
		for _, figure := range []*fulfillment.Quantity{row.Available, row.OnHand, row.OnHold, row.OrderedNotAllocated} {
			if figure != nil && !figure.Whole() {
				t.Errorf("%s has %s, and whole units are declared", sku, figure)
			}
		}
	}
}
