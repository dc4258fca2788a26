// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/internal/simulator/books"
	server "ordersync.dev/operator/internal/testing/vendure"
	"ordersync.dev/operator/internal/testing/vendureworld"
)

// vendure is the destination that is no simulator. It takes about ten requests
// for each order and answers one at a time, so its day is smaller.
var vendure = destination{
	name:       "vendure",
	sample:     "demo-vendure",
	connection: types.NamespacedName{Namespace: "acme-vendure", Name: "acme-east"},
	size:       size{orders: 120, skus: 40, foreign: 4, picked: 3, cancelled: 10, shipped: 40},
	provide: func(ctx context.Context) error {
		say("Looking for Vendure in bin/; if it is not there, npm installs it")
		return during(ctx, "npm", func() error {
			folder, err := server.Install(ctx)
			if err == nil {
				say("  Vendure is in bin/%s", filepath.Base(folder))
			}
			return err
		})
	},
	open: func(ctx context.Context, size size) (world, error) {
		say("Starting a Vendure and the simulator of Order Manager: %d orders, %d SKUs (fewer than with simulators alone: a real server takes its time)", size.orders, size.skus)
		var w *vendureworld.World
		err := during(ctx, "Vendure to start and get its products, channel and stock", func() (err error) {
			w, err = vendureworld.Start(ctx, vendureworld.Options{Seed: seed, Orders: size.orders, SKUs: size.skus, NoStockEvery: noStockEvery, ForeignOrders: size.foreign})
			return err
		})
		if err != nil {
			return nil, err
		}
		return vendureWorld{w}, nil
	},
}

// vendureWorld is the world of Order Manager's simulator and a real Vendure.
type vendureWorld struct{ *vendureworld.World }

// Cases are none: what they are about is done with the warehouse's simulator.
func (w vendureWorld) Cases() *cases { return nil }

func (w vendureWorld) Pick(ctx context.Context, count int) (int, error) {
	ids, err := w.World.Pick(ctx, count)
	return len(ids), err
}

func (w vendureWorld) Cancel(ctx context.Context, count int) (int, error) {
	ids, err := w.World.Cancel(ctx, count)
	return len(ids), err
}

func (w vendureWorld) Ship(ctx context.Context, count int) (int, error) {
	ids, err := w.World.Ship(ctx, count)
	return len(ids), err
}

func (w vendureWorld) Open(ctx context.Context) (int, error) {
	var data struct{ Orders struct{ TotalItems int } }
	err := w.Host.Server.Query(ctx, w.Channel, `{ orders(options: {filter: {state: {in: ["PaymentSettled", "PartiallyShipped"]}}}) { totalItems } }`, nil, &data)
	return data.Orders.TotalItems, err
}

// Books compares both sides, and what Vendure has set aside with what its own
// orders ask for.
func (w vendureWorld) Books(ctx context.Context) (books.Result, error) {
	different, err := w.Allocations(ctx)
	if err != nil {
		return books.Result{}, err
	}
	if len(different) > 0 {
		return books.Result{}, fmt.Errorf("vendure has set aside other units than its orders ask for: %s", strings.Join(different, "; "))
	}
	return w.World.Books(ctx)
}

func (w vendureWorld) Placeholders() map[string]string {
	shop := w.Endpoint()
	return map[string]string{
		"order-manager.demo.example": hostOf(w.OrderManagerURL),
		"vendure.demo.example":       hostOf(shop.URL),
		"channel-of-the-demo":        shop.Channel,
		"location-of-the-demo":       shop.StockLocation,
		"username-of-the-demo":       shop.Username,
		"password-of-the-demo":       shop.Password,
	}
}

func (w vendureWorld) LookAround() string {
	there := w.Host.Server
	return people(w.ControlURL) + fmt.Sprintf(`
Vendure's admin API is %[1]s/admin-api. The channel's token is %[2]s.
Its administrator is %[3]s, the password is %[4]s: good for this server, which is gone when the demo ends.
To ask it for its newest orders:

  SESSION=$(curl -s -o /dev/null -D - %[1]s/admin-api -H 'content-type: application/json' \
    -d '{"query": "mutation { login(username: \"%[3]s\", password: \"%[4]s\") { __typename } }"}' |
    tr -d '\r' | sed -n 's/^vendure-auth-token: //p')
  curl -s %[1]s/admin-api -H "authorization: Bearer $SESSION" -H 'vendure-token: %[2]s' -H 'content-type: application/json' \
    -d '{"query": "{ orders(options: {take: 5, sort: {id: DESC}}) { totalItems items { state customFields { externalRef externalId } lines { quantity productVariant { sku } } } } }"}'
`, there.URL, w.Channel, there.Username, there.Password)
}
