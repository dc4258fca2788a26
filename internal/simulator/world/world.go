// SPDX-License-Identifier: Apache-2.0

// Package world sets up both simulators so that they fit each other: the same
// SKUs, a warehouse of one that is a merchant in a building of the other, and
// carriers that both know. Tests, the demonstration and the benchmarks start here.
package world

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
)

// What every world has in common. The credentials are those of the simulators' options.
const (
	// WarehouseName is the warehouse of the connection in Order Manager, and
	// OrderManagerWarehouseID its id there; orders routed to any other are not ours.
	WarehouseName           = ordermanager.EastName
	OrderManagerWarehouseID = ordermanager.EastDC
	// CustomerID and FacilityID are the merchant and the building in the warehouse system.
	CustomerID = threepl.DefaultCustomerID
	FacilityID = threepl.DefaultFacilityID
	// TimeZone is the building's clock.
	TimeZone = threepl.DefaultTimeZone
)

// Options of New and Start. The zero value is a small world on free ports.
type Options struct {
	OrderManager ordermanager.Options
	Warehouse    threepl.Options

	// Seed of every choice.
	Seed uint64
	// Orders and SKUs that are made; 0 means 1,000 and 200. Empty makes neither.
	Orders, SKUs int
	Empty        bool
	// WaitingOnly makes every order one that waits for our warehouse.
	WaitingOnly bool
	// NoStockEvery leaves every n-th product without a stock record in Order Manager.
	NoStockEvery int
	// KitEvery gives every n-th order a kit; PreBuiltKits says that the warehouse
	// keeps kits under their own SKUs, and is sent those.
	KitEvery     int
	PreBuiltKits bool
	// ForeignOrders are open orders that only the warehouse knows.
	ForeignOrders int
	// IncompleteAddresses is how many orders keep an address that the warehouse
	// refuses; the rest are completed. Books knows that they cannot go through.
	IncompleteAddresses int
	// OrderQueue leaves orders unallocated in the warehouse when they come in.
	OrderQueue bool
	// Latency of every call to either API.
	Latency time.Duration

	// Addresses to listen on; empty means a free loopback port. Others than loopback are refused.
	OrderManagerAddress, ThreePLAddress, ControlAddress string
}

// World is both systems.
type World struct {
	OrderManager *ordermanager.Server
	Warehouse    *threepl.Server
	// OrderManagerFaults and WarehouseFaults stand before the two APIs.
	OrderManagerFaults, WarehouseFaults *fault.Injector
	// Excluded are waiting orders that cannot go through; see Options.IncompleteAddresses.
	Excluded []int64

	// URLs of what Start serves; empty after New.
	OrderManagerURL, ThreePLURL, ControlURL string

	options             Options
	orderManagerHandler http.Handler
	servers             []*http.Server
	cancel              context.CancelFunc
}

// New makes both systems and serves neither.
func New(options Options) (*World, error) {
	w := &World{options: options, OrderManager: ordermanager.New(options.OrderManager), Warehouse: threepl.New(options.Warehouse)}
	w.OrderManagerFaults = fault.New(fault.Options{
		Seed: options.Seed, LogSize: options.Warehouse.LogSize, Now: options.OrderManager.Now,
	})
	w.orderManagerHandler = w.OrderManagerFaults.Wrap(w.OrderManager)
	w.WarehouseFaults = w.Warehouse.Faults()
	if err := w.seed(options); err != nil {
		return nil, err
	}
	if options.Latency > 0 {
		for _, injector := range []*fault.Injector{w.OrderManagerFaults, w.WarehouseFaults} {
			if _, err := injector.Add(fault.Rule{Latency: options.Latency}); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

// Start makes both systems and serves them, and the control API, on loopback
// until Close.
func Start(options Options) (*World, error) {
	w, err := New(options)
	if err != nil {
		return nil, err
	}
	// Held answers and slow bodies end with this context, so that Close need not wait for them.
	base, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	for _, one := range []struct {
		address string
		handler http.Handler
		url     *string
	}{
		{options.OrderManagerAddress, w.orderManagerHandler, &w.OrderManagerURL},
		{options.ThreePLAddress, w.Warehouse, &w.ThreePLURL},
		{options.ControlAddress, w.ControlHandler(), &w.ControlURL},
	} {
		listener, err := listen(base, one.address)
		if err != nil {
			return nil, errors.Join(err, w.Close())
		}
		server := &http.Server{Handler: one.handler, ReadHeaderTimeout: 10 * time.Second,
			BaseContext: func(net.Listener) context.Context { return base }}
		w.servers = append(w.servers, server)
		*one.url = "http://" + listener.Addr().String()
		go func() { _ = server.Serve(listener) }()
	}
	return w, nil
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("address %q is not a loopback address: a simulator is not for others to reach", address)
	}
	var config net.ListenConfig
	return config.Listen(ctx, "tcp", address)
}

// Close stops serving, releases whatever is held, and drops what is under way.
//
// The order matters. Once the connections are closed nobody can be answered;
// with their context what is held ends without its effect; and only then is it
// let go. Let go first, it would take effect and be answered by a world that closes.
func (w *World) Close() error {
	var failed []error
	for _, server := range w.servers {
		failed = append(failed, server.Close())
	}
	if w.cancel != nil {
		w.cancel()
	}
	w.OrderManagerFaults.Clear()
	w.WarehouseFaults.Clear()
	return errors.Join(failed...)
}

// Test is the part of testing.TB that StartFor needs.
type Test interface {
	Helper()
	Fatal(arguments ...any)
	Error(arguments ...any)
	Cleanup(func())
}

// StartFor is Start for a test: what fails fails the test, and Close comes at its end.
func StartFor(t Test, options Options) *World {
	t.Helper()
	w, err := Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// BooksOptions are what Books compares by, for a test that wants to change some.
func (w *World) BooksOptions() books.Options {
	options := books.Options{
		OrderManagerWarehouseID: OrderManagerWarehouseID,
		Excluded:                w.Excluded,
		OrderManagerEffects:     w.OrderManager.Effects(),
		PreBuiltKits:            w.options.PreBuiltKits,
	}
	options.Kits, options.FormerKits = KitsOf(w.OrderManager)
	return options
}

// Books compares both sides as they are now.
func (w *World) Books() books.Result { return w.BooksWith(w.BooksOptions()) }

// BooksWith compares both sides as they are now, by other options.
func (w *World) BooksWith(options books.Options) books.Result {
	there := books.ThreePL{CustomerID: CustomerID, FacilityID: FacilityID}
	return books.Compare(w.OrderManager.Snapshot(), there.Of(w.Warehouse.Snapshot()), options)
}
