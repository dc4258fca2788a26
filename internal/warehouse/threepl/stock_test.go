// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	sim "ordersync.dev/operator/internal/simulator/threepl"
)

func units(n int64) *fulfillment.Quantity { return new(fulfillment.Units(n)) }

func (w *warehouse) stock(t testing.TB) fulfillment.StockReport {
	t.Helper()
	report, err := w.driver.Stock(t.Context())
	ok(t, err)
	return report
}

func rowOf(report fulfillment.StockReport, sku string) *fulfillment.WarehouseStock {
	for _, row := range report.Rows {
		if row.SKU == sku {
			return &row
		}
	}
	return nil
}

func TestStockOfThisCustomerInThisBuilding(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	// Another customer has the same SKU, and one that is not ours at all.
	for _, sku := range []string{"A", "Z"} {
		must(t)(w.AddItem(sim.Item{CustomerID: otherCustomer, SKU: sku}))
		ok(t, w.SetStock(sim.StockSetting{CustomerID: otherCustomer, FacilityID: facilityID, SKU: sku, OnHand: sim.Units(7000)}))
	}
	must(t)(w.AddItem(sim.Item{CustomerID: customerID, SKU: "D"}))
	ok(t, w.SetStock(sim.StockSetting{CustomerID: customerID, FacilityID: facilityID, SKU: "B", OnHand: sim.Units(50), OnHold: sim.Units(8)}))
	// What has shipped stays in the service's "allocated".
	ok(t, w.Ship(must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-1", "", "A"))), sim.Shipment{}))
	must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-2", "", "A", "B")))

	report := w.stock(t)
	if !report.Complete || !slices.Equal(report.Items, []string{"A", "B", "C", "D"}) {
		t.Errorf("complete %t, items %q", report.Complete, report.Items)
	}
	want := map[string]*fulfillment.WarehouseStock{
		"A": {SKU: "A", Available: units(98), OnHand: units(99), OnHold: units(0), OrderedNotAllocated: units(0)},
		"B": {SKU: "B", Available: units(41), OnHand: units(50), OnHold: units(8), OrderedNotAllocated: units(0)},
		"C": {SKU: "C", Available: units(100), OnHand: units(100), OnHold: units(0), OrderedNotAllocated: units(0)},
		// In the list of items and without a row: that is for the routine to read as zero.
		"D": nil,
		"Z": nil,
	}
	for sku, row := range want {
		if diff := cmp.Diff(row, rowOf(report, sku)); diff != "" {
			t.Errorf("%s: %s", sku, diff)
		}
	}
	if len(report.Rows) != 3 {
		t.Errorf("got %+v", report.Rows)
	}
}

func TestOrderedButNotAllocated(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	ok(t, w.SetOrderQueue(customerID, true))
	must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-1", "", "A")))
	want := &fulfillment.WarehouseStock{SKU: "A", Available: units(100), OnHand: units(100), OnHold: units(0), OrderedNotAllocated: units(1)}
	if diff := cmp.Diff(want, rowOf(w.stock(t), "A")); diff != "" {
		t.Error(diff)
	}
}

// TestQualifiedStockIsLeftOut names the assumption of doc.go: an order that
// names no qualifier cannot get stock that has one.
func TestQualifiedStockIsLeftOut(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	must(t)(w.AddItem(sim.Item{CustomerID: customerID, SKU: "Q"}))
	for _, setting := range []sim.StockSetting{
		{SKU: "A", OnHand: sim.Units(1)},
		{SKU: "A", Qualifier: "blue", OnHand: sim.Units(5)},
		{SKU: "A", Qualifier: "red", OnHand: sim.Units(7)},
		// Other stock that is short takes nothing from what has no qualifier.
		{SKU: "B", Qualifier: "blue", OnHand: sim.Units(3), OnHold: sim.Units(50)},
		{SKU: "Q", Qualifier: "blue", OnHand: sim.Units(9)},
	} {
		setting.CustomerID, setting.FacilityID = customerID, facilityID
		ok(t, w.SetStock(setting))
	}
	report := w.stock(t)
	for sku, want := range map[string]int64{"A": 1, "B": 100, "C": 100} {
		if got := rowOf(report, sku); got == nil || *got.Available != fulfillment.Units(want) {
			t.Errorf("%s: got %+v, want %d available", sku, got, want)
		}
	}
	// Known, and without a row: nothing of it is on offer.
	if row := rowOf(report, "Q"); row != nil || !slices.Contains(report.Items, "Q") {
		t.Errorf("Q has the row %+v in %q", row, report.Items)
	}
	// The rows that are left out were read all the same.
	if !report.Complete || len(report.Rows) != 3 {
		t.Errorf("complete %t, rows %+v", report.Complete, report.Rows)
	}
	// What the assumption is about: the warehouse does not allocate them either.
	must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-1", "", "A")))
	must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-2", "", "A")))
	if got := rowOf(w.stock(t), "A"); *got.Available != 0 || *got.OrderedNotAllocated != fulfillment.Units(1) {
		t.Errorf("after two orders: %+v", got)
	}
}

// Where the warehouse fills an order that names no qualifier from any stock,
// all of it is offered.
func TestQualifiedStockIsAddedUp(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	w.driver.sumQualifiers = true
	must(t)(w.AddItem(sim.Item{CustomerID: customerID, SKU: "Q"}))
	for _, setting := range []sim.StockSetting{
		{SKU: "A", OnHand: sim.Units(1)},
		{SKU: "A", Qualifier: "blue", OnHand: sim.Units(5)},
		{SKU: "A", Qualifier: "red", OnHand: sim.Units(7)},
		{SKU: "B", Qualifier: "blue", OnHand: sim.Units(3), OnHold: sim.Units(50)},
		{SKU: "Q", Qualifier: "blue", OnHand: sim.Units(9)},
	} {
		setting.CustomerID, setting.FacilityID = customerID, facilityID
		ok(t, w.SetStock(setting))
	}
	report := w.stock(t)
	for sku, want := range map[string]int64{"A": 13, "B": 53, "C": 100, "Q": 9} {
		if got := rowOf(report, sku); got == nil || *got.Available != fulfillment.Units(want) {
			t.Errorf("%s: got %+v, want %d available", sku, got, want)
		}
	}
	if !report.Complete || len(report.Rows) != 4 {
		t.Errorf("complete %t, rows %+v", report.Complete, report.Rows)
	}
}

func TestStockOnManyPages(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	for i := range 1200 {
		sku := fmt.Sprintf("SKU-%04d", i)
		must(t)(w.AddItem(sim.Item{CustomerID: customerID, SKU: sku}))
		ok(t, w.SetStock(sim.StockSetting{CustomerID: customerID, FacilityID: facilityID, SKU: sku, OnHand: sim.Units(int64(i + 1))}))
	}
	w.Faults().ResetCalls()
	report := w.stock(t)
	if !report.Complete || len(report.Rows) != 1203 || len(report.Items) != 1203 || *rowOf(report, "SKU-1199").Available != fulfillment.Units(1200) {
		t.Errorf("complete %t, %d rows, %d items", report.Complete, len(report.Rows), len(report.Items))
	}
	calls := w.Faults().Calls()
	if calls["GET /customers/{id}/items"] != 13 || calls["GET /inventory/stocksummaries"] != 3 {
		t.Errorf("calls %v", calls)
	}
}

const (
	itemsPath   = "GET /customers/17/items"
	summaryPath = "GET /inventory/stocksummaries"
)

func itemList(total int, items ...string) string {
	return fmt.Sprintf(`{"totalResults":%d,"_embedded":{"http://api.3plCentral.com/rels/customers/item":[%s]}}`, total, strings.Join(items, ","))
}

func itemJSON(id int, sku string) string { return fmt.Sprintf(`{"itemId":%d,"sku":%q}`, id, sku) }

func summaryList(total int, rows ...string) string {
	return fmt.Sprintf(`{"totalResults":%d,"summaries":[%s]}`, total, strings.Join(rows, ","))
}

func summaryJSON(id int, sku, qualifier, figures string) string {
	return fmt.Sprintf(`{"itemIdentifier":{"sku":%q,"id":%d},"qualifier":%q,"totalReceived":9.0,"allocated":9.0,%s"facilityId":3}`, sku, id, qualifier, figures)
}

// stockOfAnswers reads the stock from pages of items and of summaries.
func stockOfAnswers(t testing.TB, items, summaries []string) (fulfillment.StockReport, error) {
	t.Helper()
	pages := func(bodies []string) http.HandlerFunc {
		var handlers []http.HandlerFunc
		for _, body := range bodies {
			handlers = append(handlers, says(200, body))
		}
		return inTurn(handlers...)
	}
	return scripted(t, map[string]http.HandlerFunc{itemsPath: pages(items), summaryPath: pages(summaries)}).Stock(t.Context())
}

func TestStockQuery(t *testing.T) {
	var query string
	d := scripted(t, map[string]http.HandlerFunc{
		itemsPath: says(200, itemList(0)),
		summaryPath: func(w http.ResponseWriter, r *http.Request) {
			query = r.URL.Query().Encode()
			fmt.Fprint(w, summaryList(0))
		},
	})
	report, err := d.Stock(t.Context())
	ok(t, err)
	if want := "orderednotallocated=true&pgnum=1&pgsiz=500&rql=facilityId%3D%3D3"; query != want {
		t.Errorf("got %s, want %s", query, want)
	}
	if !report.Complete || len(report.Rows)+len(report.Items) != 0 {
		t.Errorf("got %+v", report)
	}
}

func TestAbsentFiguresStayAbsent(t *testing.T) {
	report, err := stockOfAnswers(t,
		[]string{itemList(5, itemJSON(1, "A"), itemJSON(2, "B"), itemJSON(3, "C"), itemJSON(4, "B"), itemJSON(5, "C"))},
		[]string{summaryList(5,
			summaryJSON(1, "A", "", `"available":4.0,"onHand":null,`),
			// A sum of which a part is absent is absent.
			summaryJSON(2, "B", "", `"available":4.0,"onHand":5,`), summaryJSON(4, "B", "", `"onHand":5,`),
			// Negative and fractional figures are as they are.
			summaryJSON(3, "C", "", `"available":-4.5,"onHand":0,`), summaryJSON(5, "C", "", `"available":1.25,"onHand":2,`))})
	ok(t, err)
	want := []fulfillment.WarehouseStock{
		{SKU: "A", Available: units(4)},
		{SKU: "B", OnHand: units(10)},
		{SKU: "C", Available: new(fulfillment.Quantity(-32_500)), OnHand: units(2)},
	}
	if diff := cmp.Diff(want, report.Rows); diff != "" || !report.Complete {
		t.Errorf("complete %t: %s", report.Complete, diff)
	}
}

func TestRowsThatAreNotOurs(t *testing.T) {
	report, err := stockOfAnswers(t, []string{itemList(1, itemJSON(1, "A"))}, []string{summaryList(3,
		summaryJSON(1, "renamed since", "", `"available":4.0,`),
		summaryJSON(2, "A", "", `"available":7000,`),
		strings.Replace(summaryJSON(1, "A", "", `"available":7000,`), `"facilityId":3`, `"facilityId":4`, 1))})
	ok(t, err)
	if diff := cmp.Diff([]fulfillment.WarehouseStock{{SKU: "A", Available: units(4)}}, report.Rows); diff != "" || !report.Complete {
		t.Errorf("complete %t: %s", report.Complete, diff)
	}
}

func TestOneSKUUnderTwoItemsOfOurs(t *testing.T) {
	report, err := stockOfAnswers(t, []string{itemList(2, itemJSON(1, "A"), itemJSON(2, "A"))},
		[]string{summaryList(2, summaryJSON(1, "A", "", `"available":4.0,`), summaryJSON(2, "A", "", `"available":3,`))})
	ok(t, err)
	if diff := cmp.Diff([]fulfillment.WarehouseStock{{SKU: "A", Available: units(7)}}, report.Rows); diff != "" || !slices.Equal(report.Items, []string{"A"}) {
		t.Errorf("items %q: %s", report.Items, diff)
	}
}

func TestItemsOfEveryShape(t *testing.T) {
	for _, item := range []string{
		`{"itemId":1,"sku":"A"}`, `{"id":1,"sku":"A"}`, `{"readOnly":{"itemId":1},"sku":"A"}`, `{"itemIdentifier":{"id":1,"sku":"A"}}`, `{"ItemId":"1","Sku":" A "}`,
	} {
		report, err := stockOfAnswers(t, []string{itemList(1, item)}, []string{summaryList(1, summaryJSON(1, "A", "", `"available":4.0,`))})
		if err != nil || len(report.Rows) != 1 || !slices.Equal(report.Items, []string{"A"}) {
			t.Errorf("%s: got %+v, %v", item, report, err)
		}
	}
}

// Without a complete report nothing may be taken for zero.
func TestIncompleteReports(t *testing.T) {
	rows := func(from, to int) (all []string) {
		for id := from; id <= to; id++ {
			all = append(all, summaryJSON(id, fmt.Sprint("S", id), "", `"available":1.0,`))
		}
		return all
	}
	items := func(from, to int) (all []string) {
		for id := from; id <= to; id++ {
			all = append(all, itemJSON(id, fmt.Sprint("S", id)))
		}
		return all
	}
	full, fullItems := []string{summaryList(2, rows(1, 2)...)}, []string{itemList(2, items(1, 2)...)}
	for name, test := range map[string]struct {
		items, summaries []string
		complete         bool
		rows             int
	}{
		"everything":                      {fullItems, full, true, 2},
		"many pages":                      {[]string{itemList(150, items(1, 100)...), itemList(150, items(101, 150)...)}, []string{summaryList(700, rows(1, 500)...), summaryList(700, rows(501, 700)...)}, true, 150},
		"the total grows":                 {fullItems, []string{summaryList(700, rows(1, 500)...), summaryList(701, rows(501, 700)...)}, false, 2},
		"the total shrinks":               {fullItems, []string{summaryList(700, rows(1, 500)...), summaryList(699, rows(501, 699)...)}, false, 2},
		"a row twice, another not at all": {fullItems, []string{summaryList(700, rows(1, 500)...), summaryList(700, append(rows(500, 500), rows(502, 700)...)...)}, false, 2},
		"fewer rows than the total":       {fullItems, []string{summaryList(3, rows(1, 2)...)}, false, 2},
		"a page is empty":                 {fullItems, []string{summaryList(700, rows(1, 500)...), summaryList(700)}, false, 2},
		"the list of items shifts":        {[]string{itemList(150, items(1, 100)...), itemList(151, items(101, 151)...)}, full, false, 2},
		"an item is missing":              {[]string{itemList(3, items(1, 2)...)}, full, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := stockOfAnswers(t, test.items, test.summaries)
			ok(t, err)
			if report.Complete != test.complete || len(report.Rows) != test.rows {
				t.Errorf("complete %t, %d rows", report.Complete, len(report.Rows))
			}
			for _, row := range report.Rows {
				if *row.Available != fulfillment.Units(1) {
					t.Errorf("%s counts %s: a row was added twice", row.SKU, row.Available)
				}
			}
		})
	}
}

func TestStockThatCannotBeRead(t *testing.T) {
	items := []string{itemList(1, itemJSON(1, "A"))}
	good := []string{summaryList(1, summaryJSON(1, "A", "", `"available":4.0,`))}
	for name, test := range map[string]struct{ items, summaries []string }{
		"no total":                  {items, []string{`{"summaries":[]}`}},
		"nothing":                   {items, []string{`{}`}},
		"a total without rows":      {items, []string{`{"totalResults":5}`}},
		"rows beyond the total":     {items, []string{summaryList(0, summaryJSON(1, "A", "", ``))}},
		"a row without an item":     {items, []string{summaryList(1, `{"available":4.0,"facilityId":3}`)}},
		"a figure in words":         {items, []string{summaryList(1, summaryJSON(1, "A", "", `"available":"many",`))}},
		"a figure beyond reason":    {items, []string{summaryList(1, summaryJSON(1, "A", "", `"available":1e99,`))}},
		"a web page":                {items, []string{`<html>`}},
		"half a page":               {items, []string{good[0][:40]}},
		"an item without id":        {[]string{itemList(1, `{"sku":"A"}`)}, good},
		"an item without SKU":       {[]string{itemList(1, `{"itemId":1}`)}, good},
		"items without a total":     {[]string{`{"_embedded":{"item":[]}}`}, good},
		"the second page is broken": {items, []string{summaryList(700, summaryJSON(1, "A", "", `"available":4.0,`)), `{`}},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := stockOfAnswers(t, test.items, test.summaries)
			wantFault(t, err, fulfillment.FaultMalformed)
			if report.Complete || len(report.Rows) > 0 {
				t.Errorf("got %+v", report)
			}
		})
	}
}

func TestAFailedPageIsNoStock(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 429, 500} {
		d := scripted(t, map[string]http.HandlerFunc{
			itemsPath:   says(200, itemList(1, itemJSON(1, "A"))),
			summaryPath: inTurn(says(200, summaryList(700, summaryJSON(1, "A", "", `"available":4.0,`))), says(status, "Ada")),
		})
		report, err := d.Stock(t.Context())
		if fault, isFault := fulfillment.AsFault(err); !isFault || fault.Status != status || report.Complete || len(report.Rows) > 0 {
			t.Errorf("%d: got %+v, %v", status, report, err)
		}
	}
}

func TestAQualifierIsNoneWhenItIsEmptyOrAbsent(t *testing.T) {
	row := summaryJSON(1, "A", "none", `"available":4.0,`)
	for name, test := range map[string]struct {
		row  string
		rows int
	}{
		"empty":        {strings.Replace(row, `"none"`, `""`, 1), 1},
		"null":         {strings.Replace(row, `"none"`, `null`, 1), 1},
		"absent":       {strings.Replace(row, `"qualifier":"none",`, ``, 1), 1},
		"a word":       {row, 0},
		"a blank only": {strings.Replace(row, `"none"`, `" "`, 1), 0},
	} {
		report, err := stockOfAnswers(t, []string{itemList(1, itemJSON(1, "A"))}, []string{summaryList(1, test.row)})
		ok(t, err)
		if len(report.Rows) != test.rows || !report.Complete {
			t.Errorf("%s: complete %t, rows %+v", name, report.Complete, report.Rows)
		}
	}
}
