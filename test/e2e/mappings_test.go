// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/operator"
)

const (
	goodMethods = "service,carrier,mode\nGround,UPS,Ground\n"
	badTables   = "skuAliases:\n- {masterSku: OM-1, warehouseSku: WH-1}\n- {masterSku: OM-2, warehouseSKU: WH-2}\n" +
		"carriers:\n- {warehouseCarrier: Red Van, shippingCarrier: LASERSHIP}\n"
	goodTables = "skuAliases:\n- {masterSku: OM-1, warehouseSku: WH-1}\n- {masterSku: OM-2, warehouseSku: WH-2}\n" +
		"carriers:\n- {warehouseCarrier: Red Van, shippingCarrier: LASERSHIP}\n"
)

// tables applies the ConfigMap of the merchant's mappings, as a user does.
func (m *merchant) tables(methods, tables string) {
	m.t.Helper()
	object, err := json.Marshal(&corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Namespace: m.key.Namespace, Name: "tables", Labels: map[string]string{v1alpha1.MappingLabel: "true"}},
		Data:       map[string]string{"methods.csv": methods, "tables.yaml": tables}})
	m.must(err)
	_, err = kubectl.Run(m.t.Context(), object, "apply", "--server-side", "-f", "-")
	m.must(err)
}

// pair makes a product known under one SKU to Order Manager and under another
// one to the warehouse.
func (m *merchant) pair(master, warehouse string, onHand int64) {
	m.t.Helper()
	_, err := m.world.OrderManager.AddProduct(ordermanager.Product{MasterSKU: master})
	m.must(err)
	m.must(m.world.OrderManager.SetStock(master, world.OrderManagerWarehouseID, 0, 0))
	_, err = m.world.Warehouse.AddItem(threepl.Item{CustomerID: world.CustomerID, SKU: warehouse})
	m.must(err)
	m.must(m.world.Warehouse.SetStock(threepl.StockSetting{CustomerID: world.CustomerID, FacilityID: world.FacilityID, SKU: warehouse, OnHand: threepl.Units(onHand)}))
}

func (m *merchant) order(number, sku, service string) fulfillment.OrderID {
	m.t.Helper()
	order := world.NewOrder(number, map[string]int32{sku: 2})
	order.RequestedService = service
	id, err := m.world.OrderManager.AddOrder(order)
	m.must(err)
	return fulfillment.OrderID(id)
}

// there returns what the warehouse has of an order: its SKU and how it is to
// ship; empty when it has none.
func (m *merchant) there(id fulfillment.OrderID) string {
	m.t.Helper()
	found := m.world.Warehouse.ByExternalID(id.String())
	if len(found) == 0 {
		return ""
	}
	routing := found[0].Document.RoutingInfo
	if len(found) > 1 || len(found[0].Lines) != 1 || routing == nil {
		m.t.Fatalf("order %d is %d times in the warehouse", id, len(found))
	}
	return found[0].Lines[0].SKU + " " + routing.Carrier + " " + routing.Mode
}

func (m *merchant) is(id fulfillment.OrderID, want string) {
	m.t.Helper()
	if got := m.there(id); got != want {
		m.t.Errorf("order %d is %q in the warehouse, want %q", id, got, want)
	}
}

// failing returns why OrderDownload holds an order.
func failing(c *v1alpha1.OrderManagerConnection, id fulfillment.OrderID) (reason, message string) {
	if entry := operator.Entry(c, v1alpha1.OrderDownload); entry != nil && entry.Failing != nil {
		for _, order := range entry.Failing.Orders {
			if order.OrderID == int64(id) {
				return order.Reason, order.Message
			}
		}
	}
	return "", ""
}

// Tables are mended while the manager runs: orders that they held go out by
// themselves in the next slot, with the warehouse's SKU and ship method, and
// come back under Order Manager's SKU and carrier.
func TestMappingsAreMendedWithoutARestart(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Empty: true})
	m.pair("OM-1", "WH-1", 40)
	m.pair("OM-2", "WH-2", 30)
	good, unmapped, badRow := m.order("M-1", "OM-1", "Ground"), m.order("M-2", "OM-1", "Rocket"), m.order("M-3", "OM-2", "Ground")
	m.tables(goodMethods, badTables)
	connection := m.connection("east")
	m.must(admin.Get(t.Context(), m.key, connection))
	connection.Spec.Mappings = &v1alpha1.Mappings{ConfigMapRefs: []v1alpha1.ConfigMapReference{{Name: "tables"}},
		ShipMethods: v1alpha1.ShipMethodMapping{Unmapped: v1alpha1.UnmappedReject}}
	m.must(admin.Update(t.Context(), connection))
	var policies v1alpha1.SyncPolicyList
	m.must(admin.List(t.Context(), &policies, client.InNamespace(m.key.Namespace)))
	for i := range policies.Items {
		policies.Items[i].Spec.OrderDownload.Schedule.Every = &metav1.Duration{Duration: time.Minute}
		m.must(admin.Update(t.Context(), &policies.Items[i]))
	}
	process := m.start()

	held := m.wait("both orders to be held", func(c *v1alpha1.OrderManagerConnection) bool {
		first, _ := failing(c, unmapped)
		second, _ := failing(c, badRow)
		return first != "" && second != ""
	})
	m.is(good, "WH-1 UPS Ground")
	m.is(unmapped, "")
	m.is(badRow, "")
	if reason, message := failing(held, unmapped); reason != fulfillment.ReasonUnmappedShipMethod || !strings.Contains(message, `"Rocket"`) {
		t.Errorf("%s: %s", reason, message)
	}
	if reason, message := failing(held, badRow); reason != fulfillment.ReasonMappingRefused || !strings.Contains(message, "OM-2") {
		t.Errorf("%s: %s", reason, message)
	}
	if c := condition(held, v1alpha1.ConditionMappingsAccepted); c.Status != metav1.ConditionFalse || !strings.Contains(c.Message, `ConfigMap "tables", key "tables.yaml", line 3`) {
		t.Errorf("%+v", c)
	}

	m.tables(goodMethods+"Rocket,USPS,Next Day Air\n", goodTables)
	m.wait("both orders to go by themselves", func(c *v1alpha1.OrderManagerConnection) bool {
		entry := operator.Entry(c, v1alpha1.OrderDownload)
		return m.there(unmapped) != "" && m.there(badRow) != "" && entry.Failing == nil
	})
	m.is(unmapped, "WH-1 USPS Next Day Air")
	m.is(badRow, "WH-2 UPS Ground")

	// A table that is lost as a whole holds what it may speak of, and nothing
	// passes as itself.
	m.tables(goodMethods, "skuAliases: [")
	lost := m.order("M-4", "OM-2", "Ground")
	m.run(v1alpha1.OrderDownload)
	named := m.wait("the order to be held", func(c *v1alpha1.OrderManagerConnection) bool { reason, _ := failing(c, lost); return reason != "" })
	if reason, message := failing(named, lost); reason != fulfillment.ReasonMappingUnreadable || !strings.Contains(message, `mend ConfigMap "tables", key "tables.yaml"`) {
		t.Errorf("%s: %s", reason, message)
	}
	m.is(lost, "")
	m.run(v1alpha1.InventorySync)
	if figures, _ := m.world.OrderManager.Stock("OM-1", world.OrderManagerWarehouseID); figures.OnHand != 0 {
		t.Errorf("stock of a product was written that nobody can tell the alias of: %+v", figures)
	}
	m.tables(goodMethods, goodTables)
	m.run(v1alpha1.OrderDownload)
	m.is(lost, "WH-2 UPS Ground")

	// The way back.
	m.world.Warehouse.AllocateAll()
	m.must(m.world.Warehouse.Ship(m.world.Warehouse.ByExternalID(good.String())[0].ID, threepl.Shipment{Carrier: "Red Van"}))
	m.run(v1alpha1.ShipmentConfirmation)
	confirmed, _ := m.world.OrderManager.Order(int64(good))
	if confirmed.OrderStatus != ordermanager.StatusShipped || confirmed.Shipment == nil || confirmed.Shipment.ShipMethod == nil || confirmed.Shipment.ShipMethod.ShippingCarrier != "LASERSHIP" {
		t.Errorf("%s, %+v", confirmed.OrderStatus, confirmed.Shipment)
	}
	m.run(v1alpha1.InventorySync)
	for sku, want := range map[string]int64{"OM-1": 40 - 2 - 2, "OM-2": 30 - 2 - 2} {
		if figures, _ := m.world.OrderManager.Stock(sku, world.OrderManagerWarehouseID); figures.Available != want {
			t.Errorf("%s: %d are offered, want %d", sku, figures.Available, want)
		}
	}
	select {
	case <-process.Done():
		t.Error("the manager ended in between")
	default:
	}
}
