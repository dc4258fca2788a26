// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
	shop "ordersync.dev/operator/internal/testing/vendure"
)

// server is the real thing, one for all tests of the package: they use names
// of their own.
var server *shop.Server

func TestMain(m *testing.M) {
	os.Exit(shop.Main(m, func(started *shop.Server) { server = started }))
}

// Our channel has one building; the other merchant's has another. The third
// channel has two.
const (
	ourChannel, ourToken     = "ours", "token-of-ours"
	otherChannel, otherToken = "other", "token-of-other"
	twoBuildings, twoToken   = "two-buildings", "token-of-two"
	east, west               = "EAST", "WEST"
	north, south             = "NORTH", "SOUTH"
	express                  = "express"
	noCountry                = "ZZ"
)

var seeded = sync.OnceValue(func() error {
	return server.Seed(context.Background(), shop.Seed{
		Locations:       []string{east, west, north, south},
		ShippingMethods: []string{"standard", express},
		Channels: []shop.Channel{
			{Code: ourChannel, Token: ourToken, Locations: []string{east}},
			{Code: otherChannel, Token: otherToken, Locations: []string{west}},
			{Code: twoBuildings, Token: twoToken, Locations: []string{north, south}},
		},
	})
})

// seed fills the server before the first test that needs it.
func seed(t testing.TB) {
	t.Helper()
	ok(t, seeded())
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// testClock is a clock that tests move.
type testClock struct {
	mutex sync.Mutex
	now   time.Time
}

func newClock() *testClock { return &testClock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *testClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *testClock) add(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

// options of a driver of our channel at the server at the URL.
func options(url string, clock *testClock) Options {
	return Options{
		Remote: remote.Options{
			BaseURL:   url,
			Transport: http.DefaultTransport,
			Now:       clock.Now,
			// Gaps between repeats are somebody else's to test.
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		},
		Username: server.Username, Password: server.Password,
		Channel: ourToken, StockLocation: east, PageSize: 10,
	}
}

func mustNew(t testing.TB, o Options) *Driver {
	t.Helper()
	d, err := New(o)
	ok(t, err)
	return d
}

// newDriver is a driver of our channel, straight at the server.
func newDriver(t testing.TB) *Driver {
	t.Helper()
	seed(t)
	return mustNew(t, options(server.URL, newClock()))
}

var lastID atomic.Int64

// addName is a SKU that nobody has.
func addName() string { return fmt.Sprintf("SKU-%d", nextID()) }

func nextID() int64 { return 1_000 + lastID.Add(1) }

// addSKU puts a SKU with stock into our channel and building.
func addSKU(t testing.TB, units int64) string {
	t.Helper()
	return addVariant(t, ourChannel, shop.Variant{Price: 250, Stock: map[string]int64{east: units}})
}

func addVariant(t testing.TB, channel string, variant shop.Variant) string {
	t.Helper()
	seed(t)
	if variant.SKU == "" {
		variant.SKU = addName()
	}
	ok(t, server.AddVariants(t.Context(), variant))
	ok(t, server.AddToChannel(t.Context(), channel, variant.SKU))
	return variant.SKU
}

// newOrder is an order that nobody has seen.
func newOrder(lines ...fulfillment.Line) fulfillment.Order {
	id := fulfillment.OrderID(nextID())
	return fulfillment.Order{
		ID: id, Number: fmt.Sprintf("N-%d", id), State: fulfillment.StateWaiting, Lines: lines,
		ShipTo: fulfillment.Address{
			Name: "Testa Q. Buyerson", Company: "Exemplary Goods", Line1: "1 Specimen Street", Line2: "Floor 2", Line3: "Door 3",
			City: "Albany", Region: "NY", PostalCode: "12207", Country: "US", Phone: "518-555-0100",
			Email: fmt.Sprintf("buyer-%d@shop.example", id),
		},
	}
}

func line(sku string, quantity int64) fulfillment.Line {
	return fulfillment.Line{ID: nextID(), SKU: sku, Quantity: quantity}
}

// create delivers an order under its number, which must go well.
func create(t testing.TB, d *Driver, o fulfillment.Order) fulfillment.WarehouseOrder {
	t.Helper()
	created, err := d.CreateOrder(t.Context(), o, o.Number)
	ok(t, err)
	return created
}

// lookup finds what the driver shows of an order.
func lookup(t testing.TB, d *Driver, o fulfillment.Order) []fulfillment.WarehouseOrder {
	t.Helper()
	found, err := d.FindOrders(t.Context(), []fulfillment.Lookup{{ID: o.ID, References: []string{o.Number}}})
	ok(t, err)
	return found
}

// booked are the orders in Vendure's books that carry the identity.
func booked(t testing.TB, o fulfillment.Order) []shop.Order {
	t.Helper()
	orders, err := server.Orders(t.Context())
	ok(t, err)
	var ours []shop.Order
	for _, b := range orders {
		if b.CustomFields.Identity == o.ID.String() {
			ours = append(ours, b)
		}
	}
	return ours
}

// wantFault fails unless the error is a fault of this kind, and returns it.
func wantFault(t testing.TB, err error, kind fulfillment.FaultKind) *fulfillment.Fault {
	t.Helper()
	f, isFault := fulfillment.AsFault(err)
	if !isFault || f.Kind != kind {
		t.Fatalf("got %v, want a fault of kind %s", err, kind)
	}
	return f
}
