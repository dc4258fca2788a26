// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/simulator/fault"
	simulator "ordersync.dev/operator/internal/simulator/ordermanager"
)

// account is a seeded account of the strict simulator, and a client of it that
// logs in with user name and password.
type account struct {
	*simulator.Server
	faults *fault.Injector
	client *Client
}

// still is the moment at which every test of an account takes place.
func still() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) }

func newAccount(t *testing.T, options simulator.Options, seed simulator.SeedOptions) *account {
	t.Helper()
	options.Now = still
	a := &account{Server: simulator.New(options), faults: fault.New(fault.Options{Templates: simulator.Templates()})}
	if err := a.Seed(seed); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.faults.Wrap(a.Server))
	t.Cleanup(server.Close)
	var err error
	a.client, err = New(Options{
		Remote: remote.Options{BaseURL: server.URL, Transport: http.DefaultTransport, Now: still, Budgets: remote.NewBudgets(remote.Clock{Now: still}),
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }},
		Credentials:   Credentials{Username: simulator.DefaultUsername, Password: simulator.DefaultPassword},
		WarehouseName: " east dc ",
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *account) source(t *testing.T) fulfillment.Source {
	t.Helper()
	resolution, err := a.client.Resolve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return a.client.Source(resolution)
}

// wholeList reads all pages of a list.
func wholeList[T any](t *testing.T, read func(context.Context, int) ([]T, error)) []T {
	t.Helper()
	var all []T
	for page := 1; ; page++ {
		items, err := read(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		if len(items) == 0 {
			return all
		}
		all = append(all, items...)
	}
}

// switches are settings of what is not known of the vendor, under each of
// which the client must behave alike.
func switches() map[string]simulator.Options {
	return map[string]simulator.Options{
		"the stricter reading":              {},
		"nulls, unknown values, old totals": {ExplicitNulls: true, UnknownValues: true, TotalsLackAvailable: true, NewestFirst: true},
		"no results, pages of errors":       {AdjustOmitsResults: true, ErrorBody: simulator.HTMLErrors, TokenLifetime: time.Hour},
		"repeats accepted":                  {RepeatedSendAccepted: true, RepeatedShipment: simulator.AddRepeatedTracking, ErrorBody: simulator.EmptyErrors},
	}
}

func TestOrdersOfTheSimulator(t *testing.T) {
	t.Parallel()
	for name, options := range switches() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, options, simulator.SeedOptions{Seed: 3, Orders: 1200})
			source := a.source(t)
			want := map[fulfillment.OrderState][]int64{}
			var open []int64
			for _, order := range a.Orders() {
				if order.Source == nil || order.Source.WarehouseID != simulator.EastDC {
					continue
				}
				state := a.client.state(order.OrderStatus)
				want[state] = append(want[state], order.OrderID)
				// A status that the schema does not list cannot be asked for.
				if slices.Contains(openStatuses, order.OrderStatus) {
					open = append(open, order.OrderID)
				}
			}
			for what, test := range map[string]struct {
				read func(context.Context, int) ([]fulfillment.Order, error)
				want []int64
			}{
				"waiting": {source.WaitingOrders, want[fulfillment.StateWaiting]},
				"sent":    {source.SentOrders, want[fulfillment.StateSent]},
				"open":    {source.OpenOrders, open},
				"cancelled": {func(ctx context.Context, page int) ([]fulfillment.Order, error) {
					return source.CancelledSince(ctx, time.Unix(0, 0), page)
				}, want[fulfillment.StateCancelled]},
			} {
				got := ids(wholeList(t, test.read))
				slices.Sort(got)
				if !slices.Equal(got, test.want) || what != "sent" && len(got) == 0 {
					t.Errorf("%s: %d orders, want %d", what, len(got), len(test.want))
				}
			}
			for _, order := range wholeList(t, source.WaitingOrders) {
				if order.Number == "" || order.ShipTo.Country == "" || order.ShipTo.Name == "" || order.OrderDate.IsZero() || len(order.Lines) == 0 {
					t.Fatalf("order %d lacks something", order.ID)
				}
				for _, line := range order.Lines {
					if line.SKU == "" || line.Quantity <= 0 || line.UnitPrice.IsZero() {
						t.Fatalf("a line of order %d lacks something", order.ID)
					}
				}
			}
		})
	}
}

func TestAnOrderThroughTheSimulator(t *testing.T) {
	t.Parallel()
	for name, options := range switches() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, options, simulator.SeedOptions{Seed: 5, Orders: 620, WaitingOnly: true})
			source := a.source(t)
			var waiting []fulfillment.OrderID
			for _, order := range wholeList(t, source.WaitingOrders) {
				waiting = append(waiting, order.ID)
			}
			if len(waiting) < 500 {
				t.Fatalf("only %d orders wait", len(waiting))
			}
			// One is cancelled before the mark, and one does not exist.
			batch := append(slices.Clone(waiting[:498]), 999_999_999, waiting[499])
			if err := a.CancelOrder(int64(waiting[10])); err != nil {
				t.Fatal(err)
			}
			a.faults.ResetCalls()
			results, err := source.MarkSent(t.Context(), batch)
			if err != nil {
				t.Fatal(err)
			}
			for i, result := range results {
				order, exists := a.Order(int64(batch[i]))
				if sent := exists && order.OrderStatus == simulator.StatusPendingFulfillment; result.OrderID != batch[i] || result.Marked != sent || sent == (result.Code != "") {
					t.Errorf("%+v, and Order Manager says %q", result, order.OrderStatus)
				}
			}
			if calls := a.faults.Calls(); calls["POST /v1/orders/sendtofulfillment"] != 1 {
				t.Errorf("calls %v, want one mark", calls)
			}
			// Nothing else was marked: the warehouse's other orders still wait.
			if still := wholeList(t, source.WaitingOrders); len(still) != len(waiting)-499+1-1 {
				t.Errorf("%d still wait of %d", len(still), len(waiting))
			}

			shipment := fulfillment.Shipment{OrderID: waiting[0], Tracking: "1Z0001", Carrier: "U.S. Postal Service", ShippedAt: still()}
			cancelled := fulfillment.Shipment{OrderID: waiting[10], Tracking: "1Z0002", Carrier: "UPS Ground"}
			shipped, err := source.ConfirmShipments(t.Context(), []fulfillment.Shipment{cancelled, shipment}, fulfillment.ShipmentOptions{UpdateChannel: true})
			if err != nil {
				t.Fatal(err)
			}
			if shipped[0].Outcome != fulfillment.ShipmentRefused || shipped[1].Outcome != fulfillment.ShipmentConfirmed {
				t.Errorf("%+v", shipped)
			}
			read, err := source.OrdersByID(t.Context(), []fulfillment.OrderID{waiting[0], waiting[10]})
			if err != nil || len(read) != 2 {
				t.Fatalf("%d orders, %v", len(read), err)
			}
			for _, order := range read {
				want := fulfillment.StateCancelled
				if order.ID == waiting[0] {
					want = fulfillment.StateShipped
					if !slices.Equal(order.Tracking, []string{"1Z0001"}) {
						t.Errorf("tracking %v", order.Tracking)
					}
				}
				if order.State != want {
					t.Errorf("order %d is %s, want %s", order.ID, order.State, want)
				}
			}
		})
	}
}

func TestAShipmentInProgressIsPending(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simulator.Options{ShipmentPendingReads: 1}, simulator.SeedOptions{Seed: 5, Orders: 50, WaitingOnly: true})
	source := a.source(t)
	id := wholeList(t, source.WaitingOrders)[0].ID
	if _, err := source.MarkSent(t.Context(), []fulfillment.OrderID{id}); err != nil {
		t.Fatal(err)
	}
	results, err := source.ConfirmShipments(t.Context(), []fulfillment.Shipment{{OrderID: id, Tracking: "1Z", Carrier: "UPS"}}, fulfillment.ShipmentOptions{})
	if err != nil || results[0].Outcome != fulfillment.ShipmentPending || results[0].Code != "PENDING" {
		t.Errorf("%+v, %v", results, err)
	}
}

func TestStockOfTheSimulator(t *testing.T) {
	t.Parallel()
	for name, options := range switches() {
		for _, allocation := range simulator.Allocations() {
			t.Run(fmt.Sprintf("%s, %s", name, allocation), func(t *testing.T) {
				t.Parallel()
				// A copy: the tests of one switch run at the same time.
				options := options
				options.Allocation = allocation
				a := newAccount(t, options, simulator.SeedOptions{Seed: 9, Orders: 300, Products: 250, NoStockEvery: 40})
				source := a.source(t)
				bySKU := map[string]fulfillment.ProductStock{}
				for _, stock := range wholeList(t, source.ProductStocks) {
					bySKU[stock.SKU] = stock
				}
				var productIDs []int64
				var writes []fulfillment.StockWrite
				products := wholeList(t, source.Products)
				if len(products) != len(a.Products()) {
					t.Fatalf("%d products, want %d", len(products), len(a.Products()))
				}
				for _, product := range products {
					figures, known := a.Stock(product.SKU, simulator.EastDC)
					stock, listed := bySKU[product.SKU]
					if listed && known && (*stock.OnHand != figures.OnHand || *stock.Available != figures.Available ||
						*stock.Allocated != figures.Allocated || *stock.Locked != figures.Locked) {
						t.Errorf("%s: %+v, Order Manager has %+v", product.SKU, stock, figures)
					}
					if known && !listed {
						t.Errorf("%s has stock and is not listed", product.SKU)
					}
					if !product.Bundle && len(writes) < fulfillment.StockBatch-1 {
						writes = append(writes, fulfillment.StockWrite{ProductID: product.ID, SKU: product.SKU, OnHand: figures.OnHand + 7, Locked: 10})
						productIDs = append(productIDs, product.ID)
					}
				}
				again, err := source.ProductStocksByID(t.Context(), productIDs)
				if err != nil {
					t.Fatal(err)
				}
				for _, stock := range again {
					if *stock.Available != *bySKU[stock.SKU].Available || !slices.Contains(productIDs, stock.ProductID) {
						t.Errorf("by id %+v, on the page %+v", stock, bySKU[stock.SKU])
					}
				}
				writes = append(writes, fulfillment.StockWrite{SKU: "no-such-sku", OnHand: 1})
				results, err := source.SetStock(t.Context(), writes)
				if err != nil {
					t.Fatal(err)
				}
				refused := map[string]int{}
				for i, result := range results {
					figures, known := a.Stock(writes[i].SKU, simulator.EastDC)
					switch {
					case result.Reason != "":
						refused[result.Reason]++
						if known {
							t.Errorf("%+v, and Order Manager has stock of it", result)
						}
					case figures.OnHand != writes[i].OnHand || figures.Locked != 10:
						t.Errorf("%+v, and Order Manager has %+v", result, figures)
					case result.Available == nil && !options.AdjustOmitsResults, result.Available != nil && *result.Available != figures.Available:
						t.Errorf("%s: the answer's available is not Order Manager's %d", result.SKU, figures.Available)
					}
				}
				if refused[fulfillment.ReasonNoStartingInventory] == 0 || refused[fulfillment.ReasonUnknownProduct] != 1 || len(refused) != 2 {
					t.Errorf("refused %v", refused)
				}
			})
		}
	}
}

// TestLimitsOfTheSimulatorAreKept: with the limits learned, a client that asks
// as fast as it can is never answered 429.
func TestLimitsOfTheSimulatorAreKept(t *testing.T) {
	t.Parallel()
	for _, unit := range []simulator.RestoreUnit{simulator.MillisecondsPerRequest, simulator.SecondsPerRequest, simulator.RequestsPerSecond, simulator.RequestsPerMinute} {
		t.Run(string(unit), func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simulator.Options{EnforceLimits: true, RestoreUnit: unit}, simulator.SeedOptions{Seed: 1, Orders: 10, Products: 10})
			source := a.source(t)
			limits, err := a.client.Limits(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			a.client.options.Remote.Budgets.Learn(a.client.options.Remote.Account, limits)
			writes := []fulfillment.StockWrite{{SKU: a.Products()[0].MasterSKU, OnHand: 1}}
			if _, err := source.SetStock(t.Context(), writes); err != nil {
				t.Fatal(err)
			}
			// One write in ten seconds is allowed: the next is refused before it is sent.
			_, err = source.SetStock(t.Context(), writes)
			fault := faultOf(t, err)
			if fault.Kind != fulfillment.FaultThrottled || fault.Status != 0 || fault.After <= 9*time.Second || fault.After > 10*time.Second {
				t.Errorf("%+v, want Throttled for about ten seconds without a request", fault)
			}
		})
	}
}

func TestAQuotaThatIsUsedUpIsWaitedForAsLongAsItSays(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simulator.Options{EnforceLimits: true}, simulator.SeedOptions{Seed: 1, Orders: 10, Products: 10})
	source := a.source(t)
	writes := []fulfillment.StockWrite{{SKU: a.Products()[0].MasterSKU, OnHand: 1}}
	if _, err := source.SetStock(t.Context(), writes); err != nil {
		t.Fatal(err)
	}
	// Without limits the server has to say it, in milliseconds.
	_, err := source.SetStock(t.Context(), writes)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultThrottled || fault.Status != 429 || fault.Uncertain || fault.After <= 5*time.Second || fault.After > 10*time.Second {
		t.Errorf("%+v", fault)
	}
	_, err = source.SetStock(t.Context(), writes)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultThrottled || fault.Status != 0 {
		t.Errorf("%+v, want no third request", fault)
	}
	if n := a.faults.Calls()["POST /v1.1/inventory/adjust"]; n != 2 {
		t.Errorf("%d writes reached the server, want 2", n)
	}
}

// TestLostAnswersOfTheSimulator: a write whose answer is lost after it took
// effect is uncertain, sent once, and what is read afterwards is the truth.
func TestLostAnswersOfTheSimulator(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]fault.Rule{
		"500 after the effect":     {Kind: fault.StatusAfter, Status: 500, Body: "secret"},
		"502 with a page":          {Kind: fault.StatusAfter, Status: 502, Body: "<html>secret"},
		"dropped after the effect": {Kind: fault.DropAfter},
		"cut off":                  {Kind: fault.Truncate},
		"cut off, framed as whole": {Kind: fault.Truncate, Whole: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simulator.Options{}, simulator.SeedOptions{Seed: 1, Orders: 20, WaitingOnly: true})
			source := a.source(t)
			id := wholeList(t, source.WaitingOrders)[0].ID
			rule.Method, rule.Path = "POST", "/v1/orders/sendtofulfillment"
			a.faults.MustAdd(rule)
			_, err := source.MarkSent(t.Context(), []fulfillment.OrderID{id})
			if fault := faultOf(t, err); !fault.Uncertain {
				t.Errorf("%+v is certain", fault)
			}
			if n := a.faults.Calls()["POST /v1/orders/sendtofulfillment"]; n != 1 {
				t.Errorf("%d marks were sent", n)
			}
			orders, err := source.OrdersByID(t.Context(), []fulfillment.OrderID{id})
			if err != nil || orders[0].State != fulfillment.StateSent {
				t.Errorf("%+v, %v", orders, err)
			}
		})
	}
}

func TestCredentialsOfTheSimulator(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simulator.Options{}, simulator.SeedOptions{Seed: 1, Orders: 10, Products: 10})
	source := a.source(t)
	for range 5 {
		wholeList(t, source.WaitingOrders)
	}
	if n := a.TokensGranted(); n != 1 {
		t.Errorf("%d tokens for one client, want 1", n)
	}
	a.SetPassword("changed")
	wholeList(t, source.WaitingOrders) // the token stays good
	wrong, err := New(Options{Remote: remote.Options{BaseURL: a.client.options.Remote.BaseURL, Transport: http.DefaultTransport}, WarehouseName: "East DC",
		Credentials: Credentials{Username: simulator.DefaultUsername, Password: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = wrong.Resolve(t.Context())
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultAuthentication || fault.Code != "invalid_grant" {
		t.Errorf("%+v", fault)
	}
}
