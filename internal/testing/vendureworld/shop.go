// SPDX-License-Identifier: Apache-2.0

package vendureworld

import (
	"context"
	"crypto/rand"
	"fmt"

	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/vendure"
)

// Shop is what one warehouse of Order Manager is in Vendure: a channel for its
// orders and a stock location for its goods.
type Shop struct {
	// WarehouseName and WarehouseID are the warehouse's in Order Manager.
	WarehouseName string
	WarehouseID   int64
	// Channel is the channel's token, Location the stock location's name.
	Channel, Location string
	// Username and Password are the operator's.
	Username, Password string
	// Excluded are waiting orders that cannot go through.
	Excluded []int64

	host   *Host
	world  *World
	prefix string
	code   string
	parcel int
}

// permissions are what docs/vendure.md says that the operator needs.
var permissions = []string{"ReadOrder", "CreateOrder", "UpdateOrder", "DeleteOrder", "ReadCustomer", "ReadProduct", "ReadStockLocation"}

// warehouses of Order Manager that can have a shop.
var warehouses = map[string]int64{ordermanager.EastName: ordermanager.EastDC, ordermanager.WestName: ordermanager.WestDC}

// openShop makes a channel that sells what Order Manager has, out of one location.
func (w *World) openShop(ctx context.Context, number int, name string, options Options) (*Shop, error) {
	id, ok := warehouses[name]
	if !ok {
		return nil, fmt.Errorf("no warehouse of Order Manager is called %q", name)
	}
	s := &Shop{WarehouseName: name, WarehouseID: id, host: w.Host, world: w, code: fmt.Sprintf("world-%d-warehouse-%d", number, id)}
	s.Channel, s.Location = "token-"+s.code, name
	s.Username, s.Password = s.code+"@ordersync.example", rand.Text()
	if number > 1 {
		s.prefix = fmt.Sprintf("%d/", number)
		s.Location = fmt.Sprintf("%s %d", name, number)
	}
	onHand := map[string]int64{}
	var skus []string
	for _, product := range w.OrderManager.Products() {
		skus = append(skus, product.MasterSKU)
		// Every order has a few units; no line is short unless a test makes it so.
		onHand[product.MasterSKU] = 500 + 20*int64(options.Orders)/int64(options.SKUs)
	}
	if err := s.host.stockUp(ctx, skus); err != nil {
		return nil, err
	}
	server := s.host.Server
	if err := server.OpenChannel(ctx, vendure.Channel{Code: s.code, Token: s.Channel, Locations: []string{s.Location}, SKUs: skus}); err != nil {
		return nil, err
	}
	if err := server.Fill(ctx, s.Location, onHand); err != nil {
		return nil, err
	}
	return s, server.AddAdministrator(ctx, s.code, s.Username, s.Password, permissions...)
}

// AddSKU makes a product known to both sides, with as much on hand in both and
// that many locked in Order Manager.
func (s *Shop) AddSKU(ctx context.Context, sku string, onHand, locked int64) error {
	om := s.world.OrderManager
	if _, err := om.AddProduct(ordermanager.Product{MasterSKU: sku}); err != nil {
		return err
	}
	if err := om.SetStock(sku, s.WarehouseID, onHand, locked); err != nil {
		return err
	}
	if err := s.host.stockUp(ctx, []string{sku}); err != nil {
		return err
	}
	if err := s.host.Server.AddToChannel(ctx, s.code, sku); err != nil {
		return err
	}
	return s.SetStock(ctx, sku, onHand)
}

// SetStock sets what the shop has on hand of a SKU.
func (s *Shop) SetStock(ctx context.Context, sku string, onHand int64) error {
	return s.host.Server.Fill(ctx, s.Location, map[string]int64{sku: onHand})
}

// NewOrder is a complete order that waits for this shop, and that AddOrder of
// Order Manager takes. The number gets the world's prefix.
func (s *Shop) NewOrder(number string, units map[string]int32) ordermanager.Order {
	order := world.NewOrder(s.prefix+number, units)
	order.Source = &ordermanager.WarehouseInfo{WarehouseID: s.WarehouseID}
	return order
}

// HoldAfter keeps back the answer of the n-th request of this shop's operator
// that has the field among the roots of its document, once it took effect.
func (s *Shop) HoldAfter(field string, nth int) *fault.Hold {
	return s.host.Faults.HoldAfter(fault.Rule{Query: map[string]string{fieldParameter: field, channelParameter: s.Channel}, Nth: nth})
}

// Release lets a held request go, and removes its rule.
func (s *Shop) Release(hold *fault.Hold) { s.host.Faults.Remove(hold.ID) }
