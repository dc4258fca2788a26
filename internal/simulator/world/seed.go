// SPDX-License-Identifier: Apache-2.0

package world

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
)

// services are what the seeded orders ask for; the warehouse knows them by the
// texts that Order Manager uses.
var (
	carriers = []threepl.Carrier{{Name: "UPS", SCAC: "UPSN"}, {Name: "FEDEX", SCAC: "FDEG"}, {Name: "USPS", SCAC: "USPS"},
		{Name: "DHL", SCAC: "DHLC"}, {Name: "OTHER_CARRIER", SCAC: "OTHR"}}
	services = []string{"Standard", "Ground", "2-Day", "Next Day Air", "Economy International"}
)

func (w *World) seed(options Options) error {
	orders, skus := cmp.Or(options.Orders, 1000), cmp.Or(options.SKUs, 200)
	if options.Empty {
		orders, skus = 0, 0
	}
	// Every order has a few units; with twice what all of them need no line is
	// short unless a test makes it so.
	level := 500 + 20*int64(orders)/int64(max(1, skus))
	if err := w.Warehouse.Seed(threepl.Seed{Random: options.Seed, SKUs: skus, OnHand: level, ForeignOrders: options.ForeignOrders}); err != nil {
		return fmt.Errorf("seed the warehouse: %w", err)
	}
	w.Warehouse.SetCarriers(offering(carriers, services))
	if options.OrderQueue {
		if err := w.Warehouse.SetOrderQueue(CustomerID, true); err != nil {
			return err
		}
	}
	if options.Empty {
		return w.emptyOrderManager()
	}
	if err := w.OrderManager.Seed(ordermanager.SeedOptions{
		Seed: options.Seed, Orders: orders, Products: skus, WaitingOnly: options.WaitingOnly, NoStockEvery: options.NoStockEvery, KitEvery: options.KitEvery,
	}); err != nil {
		return fmt.Errorf("seed Order Manager: %w", err)
	}
	return w.completeAddresses(options.IncompleteAddresses)
}

func offering(list []threepl.Carrier, services []string) []threepl.Carrier {
	offered := slices.Clone(list)
	for i := range offered {
		offered[i].Services = services
	}
	return offered
}

// emptyOrderManager has the warehouses and channels of a seeded one and nothing else.
func (w *World) emptyOrderManager() error {
	for _, warehouse := range []ordermanager.Warehouse{
		{WarehouseID: ordermanager.EastDC, Name: ordermanager.EastName},
		{WarehouseID: ordermanager.WestDC, Name: ordermanager.WestName},
	} {
		if err := w.OrderManager.AddWarehouse(warehouse); err != nil {
			return err
		}
	}
	return w.OrderManager.AddChannel(ordermanager.SalesChannel{SalesChannelID: ordermanager.Shop, Name: "Acme Web Shop"})
}

// completeAddresses fills in the state that some seeded addresses lack and the
// warehouse requires, except for the first few.
func (w *World) completeAddresses(keep int) error {
	for _, order := range w.OrderManager.Orders() {
		if order.ShipState != "" {
			continue
		}
		waiting := order.OrderStatus == ordermanager.StatusAwaiting3PLExport && order.Source != nil && order.Source.WarehouseID == OrderManagerWarehouseID
		if waiting && len(w.Excluded) < keep {
			w.Excluded = append(w.Excluded, order.OrderID)
			continue
		}
		if err := w.OrderManager.UpdateOrder(order.OrderID, false, func(o *ordermanager.Order) { o.ShipState = "NW" }); err != nil {
			return err
		}
	}
	return nil
}

// AddSKU makes a product known to both sides: onHand in the warehouse, and a
// stock record in Order Manager with as many on hand and locked of them locked.
func (w *World) AddSKU(sku string, onHand, locked int64) error {
	if _, err := w.OrderManager.AddProduct(ordermanager.Product{MasterSKU: sku}); err != nil {
		return err
	}
	if err := w.OrderManager.SetStock(sku, OrderManagerWarehouseID, onHand, locked); err != nil {
		return err
	}
	if _, err := w.Warehouse.AddItem(threepl.Item{CustomerID: CustomerID, SKU: sku}); err != nil {
		return err
	}
	return w.Warehouse.SetStock(threepl.StockSetting{CustomerID: CustomerID, FacilityID: FacilityID, SKU: sku, OnHand: threepl.Units(onHand)})
}

// NewOrder is a complete order for our warehouse that AddOrder of Order
// Manager takes, with one line for each SKU and quantity.
func NewOrder(number string, units map[string]int32) ordermanager.Order {
	order := ordermanager.Order{
		OrderNumber: number, OrderStatus: ordermanager.StatusAwaiting3PLExport,
		Source:       &ordermanager.WarehouseInfo{WarehouseID: OrderManagerWarehouseID},
		SalesChannel: &ordermanager.SalesChannel{SalesChannelID: ordermanager.Shop},
		ShipName:     "Testbuyer " + number, ShipAddress1: "1 Example Street", ShipCity: "Austin", ShipState: "TX",
		ShipZipCode: "78701", ShipCountry: "USA", AddressType: "RESIDENTIAL",
		RequestedService: "Ground", ShipMethod: &ordermanager.ShipMethod{ShippingCarrier: "UPS"},
	}
	for _, sku := range slices.Sorted(maps.Keys(units)) {
		order.Items = append(order.Items, ordermanager.Item(sku, units[sku]))
	}
	return order
}
