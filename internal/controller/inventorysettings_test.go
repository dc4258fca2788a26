// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const forStock = v1alpha1.RunAnnotationPrefix + string(v1alpha1.InventorySync)

// product makes a SKU known on both sides, with stock.
func (s *shop) product(sku string, onHandThere, onHandHere int64) {
	s.t.Helper()
	_, err := s.om.AddProduct(omsim.Product{MasterSKU: sku})
	s.must(err)
	_, err = s.wh.AddItem(whsim.Item{CustomerID: testCustomer, SKU: sku})
	s.must(err)
	s.must(s.om.SetStock(sku, east, onHandHere, 0))
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: testCustomer, FacilityID: testFacility, SKU: sku, OnHand: whsim.Units(onHandThere)}))
}

func (s *shop) offered(sku string) int64 {
	s.t.Helper()
	figures, ok := s.om.Stock(sku, east)
	if !ok {
		s.t.Fatalf("no stock record of %s", sku)
	}
	return figures.Available
}

// Every setting of stock, from YAML to Order Manager's figures.
func TestStockSettingsReachOrderManager(t *testing.T) {
	policy := func(change func(*v1alpha1.InventorySyncPolicy)) func(*v1alpha1.SyncPolicy) {
		return func(p *v1alpha1.SyncPolicy) { change(p.Spec.InventorySync) }
	}
	connection := func(change func(*v1alpha1.ConnectionInventory)) func(*v1alpha1.OrderManagerConnection) {
		return func(c *v1alpha1.OrderManagerConnection) { change(&c.Spec.Inventory) }
	}
	// 20 units: 2 on hold there, 5 of an open order there; 3 waiting and 4 held here; 6 more under a qualifier.
	const usual = 20 - 2 - 5 - 3 - 4
	for name, c := range map[string]struct {
		policy     func(*v1alpha1.SyncPolicy)
		connection func(*v1alpha1.OrderManagerConnection)
		want, gone int64
	}{
		"as it comes":          {want: usual, gone: 9},
		"held orders":          {policy: policy(func(p *v1alpha1.InventorySyncPolicy) { p.HeldOrders = v1alpha1.OpenOrdersIgnore }), want: usual + 4, gone: 9},
		"waiting orders":       {policy: policy(func(p *v1alpha1.InventorySyncPolicy) { p.WaitingOrders = v1alpha1.OpenOrdersIgnore }), want: usual + 3, gone: 9},
		"buffer":               {policy: policy(func(p *v1alpha1.InventorySyncPolicy) { p.Buffer = new(int32(2)) }), want: usual - 2, gone: 9},
		"minimum level":        {policy: policy(func(p *v1alpha1.InventorySyncPolicy) { p.MinimumLevel = new(int32(7)) }), want: 0, gone: 9},
		"missing":              {policy: policy(func(p *v1alpha1.InventorySyncPolicy) { p.Missing = v1alpha1.MissingZero }), want: usual, gone: 0},
		"unlocked":             {policy: policy(func(p *v1alpha1.InventorySyncPolicy) { p.StockRule = v1alpha1.StockRuleUnlocked }), want: usual - 5, gone: 9},
		"on hand":              {policy: policy(func(p *v1alpha1.InventorySyncPolicy) { p.StockRule = v1alpha1.StockRuleMatchOnHand }), want: usual, gone: 9},
		"figure":               {connection: connection(func(i *v1alpha1.ConnectionInventory) { i.WarehouseFigure = v1alpha1.WarehouseFigureOnHand }), want: usual, gone: 9},
		"qualifiers":           {connection: connection(func(i *v1alpha1.ConnectionInventory) { i.Qualifiers = v1alpha1.QualifiersSum }), want: usual + 6, gone: 9},
		"not a denied product": {connection: connection(func(i *v1alpha1.ConnectionInventory) { i.SKUs.Deny = []string{"a"} }), want: 30 - 3 - 4 - 5, gone: 9},
		"only the allowed": {
			connection: connection(func(i *v1alpha1.ConnectionInventory) { i.SKUs.Allow = []string{"other"} }), want: 30 - 3 - 4 - 5, gone: 9,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.product("A", 20, 30)
			s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: testCustomer, FacilityID: testFacility, SKU: "A", OnHand: whsim.Units(20), OnHold: whsim.Units(2)}))
			s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: testCustomer, FacilityID: testFacility, SKU: "A", Qualifier: "BLUE", OnHand: whsim.Units(6)}))
			_, err := s.om.AddProduct(omsim.Product{MasterSKU: "GONE"})
			s.must(err)
			s.must(s.om.SetStock("GONE", east, 9, 0))
			s.policy("standard", func(p *v1alpha1.SyncPolicy) {
				if c.policy != nil {
					c.policy(p)
				}
			})
			s.manage()
			made := s.connection("acme", func(made *v1alpha1.OrderManagerConnection) {
				if c.connection != nil {
					c.connection(made)
				}
			})
			s.openOrder("A", omsim.StatusAwaiting3PLExport, 5)
			s.annotate(made, forOrders, "five")
			s.await(key(made), "the download", answered(v1alpha1.OrderDownload, "five"))
			s.openOrder("A", omsim.StatusAwaiting3PLExport, 3)
			s.openOrder("A", omsim.StatusOnHold, 4)
			s.clock.pass(time.Minute)
			s.annotate(made, forStock, "sync")
			got := s.await(key(made), "the sync", answered(v1alpha1.InventorySync, "sync"))
			if echo := answer(got, v1alpha1.InventorySync, "sync"); echo.Result != v1alpha1.RunSucceeded {
				t.Fatalf("answered %+v", echo)
			}
			if a, gone := s.offered("A"), s.offered("GONE"); a != c.want || gone != c.gone {
				t.Errorf("offered %d and %d, want %d and %d: %s", a, gone, c.want, c.gone, describe(got.Status.Inventory))
			}
			if i := got.Status.Inventory; name == "as it comes" && (i.UnitsHeld != 4 || i.UnitsWaiting != 3 || i.UnitsAllocated != 12 || i.UnknownInWarehouse != 1) {
				t.Errorf("status says %s", describe(i))
			}
		})
	}
}

// An in-house warehouse with several locations says what has to be set, and
// syncs once it is.
func TestStockLocationOfTheConnection(t *testing.T) {
	s := newShop(t)
	const back = 503
	s.must(s.om.AddWarehouse(omsim.Warehouse{WarehouseID: back, Name: "Back room", Type: omsim.DirectFulfillment}))
	s.product("A", 40, 30)
	s.must(s.om.SetStockAt("A", back, "A-01", 5, 0))
	s.must(s.om.SetStockAt("A", back, "B-02", 6, 0))
	s.policy("standard")
	s.manage()
	connection := s.connection("acme", token1(forStock, "first"), func(c *v1alpha1.OrderManagerConnection) {
		c.Spec.Source.OrderManager.WarehouseName = "Back room"
	})
	got := s.await(key(connection), "the refusal", answered(v1alpha1.InventorySync, "first"))
	if echo := answer(got, v1alpha1.InventorySync, "first"); echo.Result != v1alpha1.RunFailed || echo.Reason != fulfillment.ReasonStockLocationMissing {
		t.Fatalf("answered %+v", echo)
	}
	s.change("acme", func(c *v1alpha1.OrderManagerConnection) { c.Spec.Inventory.StockLocation = "a-01" })
	s.annotate(connection, forStock, "second")
	got = s.await(key(connection), "the sync", answered(v1alpha1.InventorySync, "second"))
	if figures, _ := s.om.Stock("A", back); figures.Available != 40 || figures.OnHand != 40 {
		t.Errorf("the back room has %+v: %s", figures, describe(got.Status.Inventory))
	}
}

// The age of figures is told to the routine as it stands.
func TestMaxSnapshotAgeIsThePolicys(t *testing.T) {
	config := inventoryConfig(&v1alpha1.OrderManagerConnection{}, &v1alpha1.InventorySyncPolicy{MaxSnapshotAge: &metav1.Duration{Duration: 3 * time.Minute}})
	if config.MaxSnapshotAge != 3*time.Minute {
		t.Errorf("got %s", config.MaxSnapshotAge)
	}
}

func (s *shop) openOrder(sku, status string, units int32) {
	s.t.Helper()
	_, err := s.om.AddOrder(omsim.Order{
		OrderStatus: status, Source: &omsim.WarehouseInfo{WarehouseID: east}, SalesChannel: &omsim.SalesChannel{SalesChannelID: 1},
		ShipName: "Test Buyer", ShipAddress1: "1 Main Street", ShipCity: "Austin", ShipState: "TX", ShipZipCode: "78701", ShipCountry: "USA",
		Items: []omsim.OrderItem{omsim.Item(sku, units)},
	})
	s.must(err)
}
