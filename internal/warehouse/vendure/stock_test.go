// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	shop "ordersync.dev/operator/internal/testing/vendure"
)

// rowOf reads the stock and returns the row of a SKU, and whether it is in the item list.
func rowOf(t *testing.T, d *Driver, sku string) (row *fulfillment.WarehouseStock, item bool) {
	t.Helper()
	report, err := d.Stock(t.Context())
	ok(t, err)
	if !report.Complete {
		t.Fatal("the report is not complete, and nothing moved")
	}
	for _, r := range report.Rows {
		if r.SKU == sku {
			row = &r
		}
	}
	return row, slices.Contains(report.Items, sku)
}

// A placed order's units are allocated, so available is less by them and
// nothing is ordered and not allocated; a threshold keeps units back, and one
// below zero adds none.
func TestStockIsPromisedOnce(t *testing.T) {
	d := newDriver(t)
	plain := addSKU(t, 20)
	reserved := addVariant(t, ourChannel, shop.Variant{Stock: map[string]int64{east: 20}, Reserve: 6})
	backorder := addVariant(t, ourChannel, shop.Variant{Stock: map[string]int64{east: 20}, Reserve: -50})
	create(t, d, newOrder(line(plain, 3), line(reserved, 3), line(backorder, 3)))
	for sku, want := range map[string]int64{plain: 17, reserved: 11, backorder: 17} {
		row, item := rowOf(t, d, sku)
		if row == nil || !item {
			t.Fatalf("no row or no item")
		}
		if *row.Available != fulfillment.Units(want) || *row.OnHand != fulfillment.Units(20) || *row.OrderedNotAllocated != 0 || row.OnHold != nil {
			t.Errorf("available %s of %s on hand, %s not allocated; want %d available of 20", row.Available, row.OnHand, row.OrderedNotAllocated, want)
		}
	}
	// What is kept back cannot be had: the figure is Vendure's own.
	o := newOrder(line(reserved, 12))
	_, err := d.CreateOrder(t.Context(), o, o.Number)
	wantFault(t, err, fulfillment.FaultInvalid)
	create(t, d, newOrder(line(reserved, 11)))
}

// Absent is not zero, and zero is not absent.
func TestItemsAndRows(t *testing.T) {
	d := newDriver(t)
	none := addVariant(t, ourChannel, shop.Variant{})
	untracked := addVariant(t, ourChannel, shop.Variant{Untracked: true, Stock: map[string]int64{east: 3}})
	twice := addSKU(t, 5)
	addVariant(t, ourChannel, shop.Variant{SKU: twice, Stock: map[string]int64{east: 9}})
	elsewhere := addVariant(t, ourChannel, shop.Variant{Stock: map[string]int64{west: 8}})
	theirs := addVariant(t, otherChannel, shop.Variant{Stock: map[string]int64{west: 8}})
	for sku, want := range map[string]struct{ row, item bool }{
		none:      {false, true}, // known, and none of it here
		elsewhere: {false, true},
		untracked: {false, false}, // never out of stock, so no figure is right
		twice:     {false, false}, // no order could name it
		theirs:    {false, false},
	} {
		row, item := rowOf(t, d, sku)
		if got := row != nil && *row.Available != 0; got != want.row || item != want.item {
			t.Errorf("%s: row %t, item %t; want %t, %t", sku, got, item, want.row, want.item)
		}
	}
	// What is not tracked can be ordered beyond what is there, up to the most
	// units that the shop takes in one order.
	create(t, d, newOrder(line(untracked, 500)))
	o := newOrder(line(untracked, 5000))
	_, err := d.CreateOrder(t.Context(), o, o.Number)
	if f := wantFault(t, err, fulfillment.FaultInvalid); f.Code != "ORDER_LIMIT_ERROR" || f.Uncertain {
		t.Errorf("got %+v", f)
	}
}

// Vendure has no fractions and no negative levels of its own making, but an
// allocation may exceed what is counted later.
func TestCountedBelowWhatIsAllocated(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 10)
	create(t, d, newOrder(line(sku, 8)))
	ok(t, server.SetStock(t.Context(), sku, map[string]int64{east: 5}))
	if row, _ := rowOf(t, d, sku); row == nil || *row.Available != fulfillment.Units(-3) {
		t.Errorf("got %+v, want -3 available", row)
	}
}

// A channel with two locations: each is reported on its own, and what an order
// draws upon is Vendure's choice. Where one location has too little, Vendure
// 3.7 allocates more units than were ordered; the report shows what it does.
func TestLocationsOfAChannel(t *testing.T) {
	seed(t)
	sku := addVariant(t, twoBuildings, shop.Variant{Price: 100, Stock: map[string]int64{north: 10, south: 15}})
	drivers := map[string]*Driver{}
	for _, name := range []string{north, south} {
		settings := options(server.URL, newClock())
		settings.Channel, settings.StockLocation = twoToken, name
		drivers[name] = mustNew(t, settings)
	}
	check := func(when string, want map[string]int64) {
		t.Helper()
		for name, available := range want {
			row, _ := rowOf(t, drivers[name], sku)
			if row == nil || *row.Available != fulfillment.Units(available) {
				t.Errorf("%s: %s reports %+v, want %d available", when, name, row, available)
			}
		}
	}
	check("at first", map[string]int64{north: 10, south: 15})
	create(t, drivers[north], newOrder(line(sku, 4)))
	check("after an order of 4", map[string]int64{north: 6, south: 15})
	o := newOrder(line(sku, 8))
	created := create(t, drivers[north], o)
	if created.Lines[0].Ordered != fulfillment.Units(8) {
		t.Errorf("ordered %s", created.Lines[0].Ordered)
	}
	// 6 from the one and 8, not 2, from the other.
	check("after an order of 8", map[string]int64{north: 0, south: 7})
}

// Pages of variants, each in its turn.
func TestStockInPages(t *testing.T) {
	seed(t)
	settings := options(server.URL, newClock())
	settings.Channel, settings.StockLocation, settings.PageSize = twoToken, north, 2
	var skus []string
	for range 5 {
		skus = append(skus, addVariant(t, twoBuildings, shop.Variant{Stock: map[string]int64{north: 1}}))
	}
	report, err := mustNew(t, settings).Stock(t.Context())
	ok(t, err)
	if !report.Complete {
		t.Error("the report is not complete")
	}
	for _, sku := range skus {
		if !slices.Contains(report.Items, sku) {
			t.Errorf("%s is missing", sku)
		}
	}
}
