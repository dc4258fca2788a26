// SPDX-License-Identifier: Apache-2.0

// Package vendureworld sets up Order Manager's simulator and a real Vendure so
// that they fit each other: the same SKUs with stock, a channel and a stock
// location for each warehouse of Order Manager, the countries of its orders,
// and an administrator for the operator with the permissions that docs/vendure.md
// names and no others. It offers what package world offers.
//
// Several worlds may share one Vendure, which takes seconds to start: each has
// channels and locations of its own. Products are common to all, and so is the
// uniqueness of references, so the numbers of every world but the first get a
// prefix.
//
// Order Manager's side is that of package world. Its 3PL warehouse stands idle
// unless a test connects to it as well.
package vendureworld

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
)

// Options of Start. The zero value is a small world on a Vendure of its own.
type Options struct {
	// Host is the Vendure to share; nil starts one, which Close stops.
	Host *Host
	// OrderManager are the simulator's options.
	OrderManager ordermanager.Options
	// Warehouses of Order Manager that get a shop in Vendure; none is East DC.
	Warehouses []string
	// Seed of every choice.
	Seed uint64
	// Orders and SKUs that are made; 0 means 200 and 60. Empty makes no order
	// and no product in Order Manager.
	Orders, SKUs int
	Empty        bool
	// WaitingOnly makes every order one that waits for East DC.
	WaitingOnly bool
	// NoStockEvery leaves every n-th product without a stock record in Order Manager.
	NoStockEvery int
	// KitEvery gives every n-th order a kit, as the simulator's own.
	KitEvery int
	// ForeignOrders are open orders of the first shop that Order Manager does not know.
	ForeignOrders int
	// UnknownCountries is how many waiting orders go to a country that the
	// Vendure does not have. Books knows that they cannot go through.
	UnknownCountries int
	// ControlAddress to listen on; empty is a free loopback port.
	ControlAddress string
}

// World is Order Manager and one shop or more in a Vendure. What a World does
// without naming a shop is done in the first one.
type World struct {
	*Shop
	// Shops are one for each of Options.Warehouses.
	Shops []*Shop
	// Host is the Vendure.
	Host *Host
	// Simulators are Order Manager, and a 3PL Warehouse Manager that nobody asks
	// unless a test does.
	Simulators *world.World
	// OrderManager and OrderManagerFaults are those of Simulators.
	OrderManager       *ordermanager.Server
	OrderManagerFaults *fault.Injector
	OrderManagerURL    string
	ControlURL         string

	ownsHost bool
	control  *http.Server
}

// Start makes a world. The caller closes it.
func Start(ctx context.Context, options Options) (*World, error) {
	options.Orders, options.SKUs = cmp.Or(options.Orders, 200), cmp.Or(options.SKUs, 60)
	w := &World{Host: options.Host}
	if w.Host == nil {
		host, err := OpenHost(ctx)
		if err != nil {
			return nil, err
		}
		w.Host, w.ownsHost = host, true
	}
	if err := w.start(ctx, options); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *World) start(ctx context.Context, options Options) (err error) {
	if w.Simulators, err = world.Start(world.Options{
		OrderManager: options.OrderManager, Seed: options.Seed, Orders: options.Orders, SKUs: options.SKUs, Empty: options.Empty,
		WaitingOnly: options.WaitingOnly, NoStockEvery: options.NoStockEvery, KitEvery: options.KitEvery,
	}); err != nil {
		return err
	}
	w.OrderManager, w.OrderManagerFaults, w.OrderManagerURL = w.Simulators.OrderManager, w.Simulators.OrderManagerFaults, w.Simulators.OrderManagerURL
	if len(options.Warehouses) == 0 {
		options.Warehouses = []string{world.WarehouseName}
	}
	number := w.Host.next()
	for _, name := range options.Warehouses {
		shop, err := w.openShop(ctx, number, name, options)
		if err != nil {
			return fmt.Errorf("opening a shop for %s: %w", name, err)
		}
		w.Shops = append(w.Shops, shop)
	}
	w.Shop = w.Shops[0]
	if err := w.fitOrders(options.UnknownCountries); err != nil {
		return err
	}
	if err := w.placeForeign(ctx, options.ForeignOrders); err != nil {
		return err
	}
	w.control, w.ControlURL, err = serve(ctx, options.ControlAddress, w.ControlHandler())
	return err
}

// unknownCountry is one that no Vendure of ours has.
const unknownCountry = "JPN"

// fitOrders gives the orders' numbers their prefix, and sends some of those
// that wait for the first shop to where it does not deliver.
func (w *World) fitOrders(unknown int) error {
	for _, order := range w.OrderManager.Orders() {
		waiting := order.OrderStatus == ordermanager.StatusAwaiting3PLExport && order.Source != nil && order.Source.WarehouseID == w.WarehouseID
		abroad := waiting && len(w.Excluded) < unknown
		if abroad {
			w.Excluded = append(w.Excluded, order.OrderID)
		}
		if err := w.OrderManager.UpdateOrder(order.OrderID, false, func(o *ordermanager.Order) {
			o.OrderNumber = w.prefix + o.OrderNumber
			if abroad {
				o.ShipCountry = unknownCountry
			}
		}); err != nil {
			return err
		}
	}
	return nil
}

// Close stops all that Start began.
func (w *World) Close() error {
	var failed []error
	if w.control != nil {
		failed = append(failed, w.control.Close())
	}
	if w.Simulators != nil {
		failed = append(failed, w.Simulators.Close())
	}
	if w.ownsHost {
		failed = append(failed, w.Host.Close())
	}
	return errors.Join(failed...)
}
