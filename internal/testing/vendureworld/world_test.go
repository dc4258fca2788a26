// SPDX-License-Identifier: Apache-2.0

package vendureworld

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	shop "ordersync.dev/operator/internal/testing/vendure"
	"ordersync.dev/operator/internal/warehouse/vendure"
)

var host *Host

func TestMain(m *testing.M) {
	code := 1
	var err error
	if host, err = OpenHost(context.Background()); err == nil {
		code = m.Run()
		err = host.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		code = 1
	}
	os.Exit(code)
}

func start(t *testing.T, options Options) *World {
	t.Helper()
	options.Host = host
	w, err := Start(t.Context(), options)
	ok(t, err)
	t.Cleanup(func() { ok(t, w.Close()) })
	return w
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deliver brings every waiting order into the shop as its operator would, and
// returns how many went there.
func deliver(t *testing.T, w *World) (count int) {
	t.Helper()
	there := w.Endpoint()
	driver, err := vendure.New(vendure.Options{Remote: remote.Options{BaseURL: there.URL, Transport: http.DefaultTransport}, Username: there.Username, Password: there.Password,
		Channel: there.Channel, StockLocation: there.StockLocation})
	ok(t, err)
	ok(t, driver.Check(t.Context()))
	for _, order := range w.OrderManager.Snapshot().Orders {
		if order.WarehouseID != w.WarehouseID || order.Status != ordermanager.StatusAwaiting3PLExport {
			continue
		}
		o := fulfillment.Order{ID: fulfillment.OrderID(order.ID), Number: order.Number, WarehouseID: order.WarehouseID,
			ShipTo: fulfillment.Address{Name: "Testbuyer", Line1: "1 Example Street", City: "Austin", PostalCode: "78701", Country: "US"}}
		for _, line := range order.Lines {
			o.Lines = append(o.Lines, fulfillment.Line{SKU: line.SKU, Quantity: int64(line.Quantity)})
		}
		_, err := driver.CreateOrder(t.Context(), o, order.Number+fmt.Sprint(".", order.ID))
		ok(t, err)
		count++
	}
	return count
}

// Two worlds on one Vendure have the same orders, numbers but for a prefix, and
// nothing to do with each other; what the people of one do shows in its books.
func TestBooksOfAShop(t *testing.T) {
	w := start(t, Options{Seed: 3, Orders: 24, SKUs: 12, ForeignOrders: 2})
	other := start(t, Options{Seed: 3, Orders: 24, SKUs: 12})
	count := deliver(t, w)
	// Nothing was marked in Order Manager: to the books all of it is unmarked.
	compare := func(w *World) books.Result {
		t.Helper()
		options := w.BooksOptions()
		options.SkipStock = true
		result, err := w.BooksWith(t.Context(), options)
		ok(t, err)
		return result
	}
	if got := compare(w); got.Counts[books.Unmarked] != count || got.Pending != 0 || !got.Clean() {
		t.Errorf("%d delivered: %+v", count, got)
	}
	if got := compare(other); got.Counts[books.Unmarked] != 0 || got.Pending == 0 {
		t.Errorf("the other world: %+v", got)
	}
	picked, err := w.Pick(t.Context(), 2)
	ok(t, err)
	parts, err := w.ShipPart(t.Context(), 2)
	ok(t, err)
	two, err := w.ShipInTwo(t.Context(), 3)
	ok(t, err)
	states := map[string]books.WarehouseOrder{}
	there, err := w.Warehouse(t.Context())
	ok(t, err)
	for _, order := range there.Orders {
		states[order.ID] = order
	}
	for _, id := range append(picked, parts...) {
		if o := states[id]; o.State != books.Open || !o.InProgress {
			t.Errorf("begun with: %+v", o)
		}
	}
	for _, id := range two {
		if o := states[id]; o.State != books.Shipped || len(o.Tracking) != 2 {
			t.Errorf("shipped in two: %+v", o)
		}
	}
	if len(picked) != 2 || len(parts) != 2 || len(two) != 3 || len(there.Orders) != count+2 {
		t.Errorf("%d picked, %d in part, %d in two, %d orders", len(picked), len(parts), len(two), len(there.Orders))
	}
	created := 0
	for _, event := range there.Events {
		if event.Kind == books.Created && event.OnRequest {
			created++
		}
	}
	if created != count {
		t.Errorf("%d creations on request of %d", created, count)
	}
	if different, err := w.Allocations(t.Context()); err != nil || len(different) > 0 {
		t.Errorf("allocations: %v %v", different, err)
	}
	if _, err := w.Ship(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	there, err = w.Warehouse(t.Context())
	ok(t, err)
	for _, order := range there.Orders {
		if order.Identity != "" && order.State != books.Shipped {
			t.Errorf("not shipped: %+v", order)
		}
	}
	if different, err := w.Allocations(t.Context()); err != nil || len(different) > 0 {
		t.Errorf("allocations: %v %v", different, err)
	}
}

// A mistake that is planted in Vendure is found.
func TestPlantedMistakesAreFound(t *testing.T) {
	w := start(t, Options{Seed: 5, Orders: 8, SKUs: 6, WaitingOnly: true})
	deliver(t, w)
	orders, err := w.Orders(t.Context())
	ok(t, err)
	server := host.Server
	for _, plant := range []struct {
		kind  books.Kind
		plant func() error
	}{
		{books.Twice, func() error {
			_, err := server.Place(t.Context(), shop.NewOrder{Channel: w.Channel, Identity: orders[0].Identity,
				Units: map[string]int64{orders[0].Lines[0].ProductVariant.SKU: 1}})
			return err
		}},
		{books.Pending, func() error { return server.CancelOrder(t.Context(), orders[1].ID, nil) }},
		{books.WrongStock, func() error { return w.SetStock(t.Context(), "SKU-1", 1) }},
	} {
		inStep(t, w)
		before, err := w.Books(t.Context())
		ok(t, err)
		ok(t, plant.plant())
		after, err := w.Books(t.Context())
		ok(t, err)
		if after.Counts[plant.kind] <= before.Counts[plant.kind] {
			t.Errorf("%s: %d before, %d after", plant.kind, before.Counts[plant.kind], after.Counts[plant.kind])
		}
	}
	// None of it confuses what is set aside.
	if different, err := w.Allocations(t.Context()); err != nil || len(different) > 0 {
		t.Errorf("allocations: %v %v", different, err)
	}
}

// inStep makes Order Manager offer what may be promised, as an inventory sync would.
func inStep(t *testing.T, w *World) {
	t.Helper()
	result, err := w.Books(t.Context())
	ok(t, err)
	for _, finding := range result.Findings {
		if finding.Kind == books.WrongStock {
			figures, _ := w.OrderManager.Stock(finding.SKU, w.WarehouseID)
			ok(t, w.OrderManager.SetStock(finding.SKU, w.WarehouseID, figures.OnHand+finding.Promise-finding.Available, figures.Locked))
		}
	}
}

// The demonstration's way in.
func TestControl(t *testing.T) {
	w := start(t, Options{Seed: 7, Orders: 8, SKUs: 6, WaitingOnly: true, UnknownCountries: 1})
	deliver(t, w)
	for path, body := range map[string]string{"pick": `{"limit": 1}`, "ship": `{"limit": 3}`, "arrive": `{"limit": 2}`, "cancel": `{"limit": 1}`} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.ControlURL+"/_control/"+path, strings.NewReader(body))
		ok(t, err)
		answer, err := http.DefaultClient.Do(request)
		ok(t, err)
		ok(t, answer.Body.Close())
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: HTTP %d", path, answer.StatusCode)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.ControlURL+"/_control/books", nil)
	ok(t, err)
	answer, err := http.DefaultClient.Do(request)
	ok(t, err)
	defer func() { ok(t, answer.Body.Close()) }()
	var report Report
	ok(t, json.NewDecoder(answer.Body).Decode(&report))
	if report.Pending != 2 || report.Line == "" {
		t.Errorf("%+v", report)
	}
	if there := w.Addresses(); there.Vendure.URL == "" || there.OrderManager.AccessToken == "" || there.Vendure.StockLocation == "" {
		t.Errorf("%+v", there)
	}
}
