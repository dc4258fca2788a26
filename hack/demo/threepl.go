// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/threepl"
	simulators "ordersync.dev/operator/internal/simulator/world"
)

var threePLWarehouseManager = destination{
	name:       "threePLWarehouseManager",
	sample:     "demo",
	connection: types.NamespacedName{Namespace: "acme", Name: "acme-east"},
	size:       size{orders: 400, skus: 120, foreign: 12, picked: 5, cancelled: 25, shipped: 150},
	open: func(_ context.Context, size size) (world, error) {
		say("Starting the simulators of Order Manager and 3PL Warehouse Manager: %d orders, %d SKUs", size.orders, size.skus)
		w, err := simulators.Start(simulators.Options{Seed: seed, Orders: size.orders, SKUs: size.skus, NoStockEvery: noStockEvery, KitEvery: kitEvery, ForeignOrders: size.foreign})
		if err != nil {
			return nil, err
		}
		cases, err := plant(w)
		if err != nil {
			return nil, errors.Join(err, w.Close())
		}
		return threePLWorld{w, cases}, nil
	},
}

// threePLWorld is the world of two simulators.
type threePLWorld struct {
	*simulators.World
	cases *cases
}

func (w threePLWorld) Cases() *cases { return w.cases }

func (w threePLWorld) Pick(_ context.Context, count int) (int, error) {
	ids, err := w.World.Pick(count)
	return len(ids), err
}

func (w threePLWorld) Cancel(_ context.Context, count int) (int, error) {
	ids, err := w.World.Cancel(count)
	return len(ids), err
}

func (w threePLWorld) Ship(_ context.Context, count int) (int, error) {
	return len(w.World.Ship(count)), nil
}

func (w threePLWorld) Open(context.Context) (open int, err error) {
	for _, order := range w.Warehouse.Snapshot().Orders {
		if order.Status == threepl.StatusOpen {
			open++
		}
	}
	return open, nil
}

func (w threePLWorld) Books(context.Context) (books.Result, error) { return w.World.Books(), nil }

func (w threePLWorld) Placeholders() map[string]string {
	return map[string]string{
		"order-manager.demo.example": hostOf(w.OrderManagerURL),
		"warehouse.demo.example":     hostOf(w.ThreePLURL),
	}
}

func (w threePLWorld) LookAround() string { return people(w.ControlURL) }
