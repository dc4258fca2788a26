// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"fmt"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/testing/operator"
	"ordersync.dev/operator/internal/testing/vendureworld"
)

var bothWarehouses = []string{ordermanager.EastName, ordermanager.WestName}

// offered is what Order Manager offers of a SKU at a warehouse.
func (m *merchant) offered(sku string, warehouse int64) int64 {
	m.t.Helper()
	figures, ok := m.world.OrderManager.Stock(sku, warehouse)
	if !ok {
		m.t.Fatalf("Order Manager has no stock of %s at %d", sku, warehouse)
	}
	return figures.Available
}

// Two warehouses of one account, two connections, two channels and two stock
// locations: each gets its own orders and the stock of its own location.
//
// References are unique in all of a Vendure, and a channel does not see
// another's. So an order that is routed to another channel of the same Vendure is
// reported here until it is cancelled there, which gives its reference free, and
// is never in both.
func TestTwoWarehouses(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, vendureworld.Options{Seed: 29, Orders: 40, SKUs: 10, Warehouses: bothWarehouses})
	east, west := m.connections[0], m.connections[1]
	m.must(east.shop.SetStock(t.Context(), "SKU-7", 300))
	m.must(west.shop.SetStock(t.Context(), "SKU-7", 60))
	m.start()
	m.runAll()
	m.balanced()
	if here, there := m.offered("SKU-7", east.shop.WarehouseID), m.offered("SKU-7", west.shop.WarehouseID); here > 300 || here < 200 || there > 60 || there == 0 {
		t.Errorf("SKU-7: %d offered in the east of 300, %d in the west of 60", here, there)
	}

	moved := m.add(east.shop, "MOVED", map[string]int32{"SKU-7": 5})
	m.runOn(east.key, download)
	m.must(m.world.OrderManager.Reroute(moved, west.shop.WarehouseID))
	m.fails(m.runOn(west.key, download), moved, fulfillment.ReasonReferenceTaken)
	m.runOn(west.key, cancelling)
	m.fails(m.runOn(west.key, download), moved, fulfillment.ReasonReferenceTaken)
	m.runOn(east.key, cancelling)
	if got := m.one(east.shop, moved).State; got != "Cancelled" {
		t.Errorf("in the east it is %s", got)
	}
	m.runOn(west.key, download)
	if got := m.one(west.shop, moved); got.State != "PaymentSettled" {
		t.Errorf("in the west it is %+v", got)
	}
	m.runAll()
	m.balanced()
	for _, c := range m.connections {
		_, err := c.shop.Ship(t.Context(), 0)
		m.must(err)
	}
	m.runAll()
	if got := m.status(moved); got != ordermanager.StatusShipped {
		t.Errorf("it is %s in Order Manager", got)
	}
	m.close()
}

// One account of Order Manager with a connection to 3PL Warehouse Manager and
// one to Vendure, side by side: neither touches the other's orders or stock, and
// an order that is routed from one to the other, either way, is cancelled where
// it was and delivered where it goes, once.
func TestBothKindsSideBySide(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, vendureworld.Options{Seed: 31, Orders: 60, SKUs: 20, Warehouses: []string{ordermanager.WestName}})
	inVendure := m.connection
	there := m.world.Simulators.Addresses().ThreePL
	m.secret("threepl", map[string]string{"clientID": there.ClientID, "clientSecret": there.ClientSecret, "hosts": operator.HostOf(there.URL)})
	east := m.connectionTo("east-dc", ordermanager.EastName, v1alpha1.OrderDestination{ThreePLWarehouseManager: &v1alpha1.ThreePLWarehouseManagerDestination{
		URL: there.URL, SecretRef: v1alpha1.SecretReference{Name: "threepl"},
		UserLogin: there.UserLogin, CustomerID: there.CustomerID, FacilityID: there.FacilityID, TimeZone: there.TimeZone}})
	inThreePL := &connection{key: client.ObjectKeyFromObject(east)}
	both := []*connection{inThreePL, inVendure}
	runAll := func() {
		t.Helper()
		for _, c := range both {
			for _, routine := range routines {
				m.runOn(c.key, routine)
			}
		}
	}
	threePL := func() books.Result {
		t.Helper()
		result := m.world.Simulators.Books()
		if err := result.Err(); err != nil {
			t.Errorf("3PL Warehouse Manager: %v", err)
		}
		return result
	}
	m.start()
	runAll()
	m.balanced()
	first, firstThere := m.inStock(t, inVendure), threePL()

	// A day of the one leaves the other as it was.
	_, err := m.world.Simulators.Cancel(3)
	m.must(err)
	m.world.Simulators.Ship(10)
	for _, routine := range routines {
		m.runOn(inThreePL.key, routine)
	}
	if got := m.inStock(t, inVendure); got != first {
		t.Errorf("Vendure's books before and after a day of the other:\n%s\n%s", first, got)
	}
	before := threePL()
	if before.Cancelled != firstThere.Cancelled+3 || before.Confirmed != firstThere.Confirmed+10 {
		t.Errorf("3PL Warehouse Manager: %s, then %s", firstThere.Line(), before.Line())
	}
	snapshot := len(m.world.Simulators.Warehouse.Effects())
	_, err = m.shop.Cancel(t.Context(), 1)
	m.must(err)
	_, err = m.shop.Ship(t.Context(), 2)
	m.must(err)
	for _, routine := range routines {
		m.runOn(inVendure.key, routine)
	}
	if got := len(m.world.Simulators.Warehouse.Effects()); got != snapshot {
		t.Errorf("3PL Warehouse Manager's ledger grew from %d to %d in a day of the other", snapshot, got)
	}

	westward := m.addTo(ordermanager.EastDC, "WESTWARD")
	eastward := m.add(m.shop, "EASTWARD", map[string]int32{"SKU-1": 1})
	runAll()
	m.must(m.world.OrderManager.Reroute(westward, ordermanager.WestDC))
	m.must(m.world.OrderManager.Reroute(eastward, ordermanager.EastDC))
	runAll()
	runAll()
	if got := m.one(m.shop, westward).State; got != "PaymentSettled" {
		t.Errorf("westward is %s in Vendure", got)
	}
	if got := m.one(m.shop, eastward).State; got != "Cancelled" {
		t.Errorf("eastward is %s in Vendure", got)
	}
	m.world.Simulators.Ship(0)
	_, err = m.shop.Ship(t.Context(), 0)
	m.must(err)
	runAll()
	for _, id := range []int64{westward, eastward} {
		if got := m.status(id); got != ordermanager.StatusShipped {
			t.Errorf("order %d is %s", id, got)
		}
	}
	closed.add(threePL())
	m.close()
}

// inStock is what Vendure's books say of a shop: orders, what happened to them, and stock.
func (m *merchant) inStock(t *testing.T, c *connection) string {
	t.Helper()
	warehouse, err := c.shop.Warehouse(t.Context())
	m.must(err)
	return fmt.Sprintf("%+v", warehouse)
}

// addTo adds an order for a warehouse that has no shop.
func (m *merchant) addTo(warehouse int64, number string) int64 {
	m.t.Helper()
	order := m.shop.NewOrder(number, map[string]int32{"SKU-1": 1})
	order.Source = &ordermanager.WarehouseInfo{WarehouseID: warehouse}
	id, err := m.world.OrderManager.AddOrder(order)
	m.must(err)
	return id
}
