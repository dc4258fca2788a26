// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/operator"
)

// sentOrders are the first orders that Order Manager calls sent, with the
// warehouse's order of each, of several lines.
func (m *merchant) sentOrders(n int) (ids []int64, there []threepl.Order) {
	m.t.Helper()
	for _, order := range m.world.OrderManager.Orders() {
		found := m.world.Warehouse.ByExternalID(fmt.Sprint(order.OrderID))
		if order.OrderStatus == ordermanager.StatusPendingFulfillment && len(found) == 1 && found[0].Status == threepl.StatusOpen &&
			len(found[0].Lines) > 1 {
			ids, there = append(ids, order.OrderID), append(there, found[0])
		}
		if len(ids) == n {
			return ids, there
		}
	}
	m.t.Fatalf("%d orders are sent, want %d", len(ids), n)
	return nil, nil
}

// planted is one kind of drift: what people do on either side, the reason that
// it is listed with, and what they do about it.
type planted struct {
	reason  string
	routine v1alpha1.RoutineName
	plant   func(m *merchant, id int64, there threepl.Order) error
	settle  func(m *merchant, id int64, there threepl.Order) error
}

// Whatever people do on either side, the next runs mend it or tell of it: every
// kind of drift is listed once, with what to do, and counted; what can be mended
// is; an order that was never sent is failing and no drift. When a person has
// settled it the books balance.
func TestEveryKindOfDriftIsListedOnceUntilItIsSettled(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 71, Orders: 200, SKUs: 40, WaitingOnly: true, IncompleteAddresses: 3})
	om, wh := m.world.OrderManager, m.world.Warehouse
	acknowledge := func(_ *merchant, id int64, _ threepl.Order) error {
		return om.UpdateOrder(id, true, func(o *ordermanager.Order) {
			o.Labels = append(o.Labels, ordermanager.Label{LabelID: 1, Name: fulfillment.AcknowledgedLabel})
		})
	}
	cancelBoth := func(_ *merchant, id int64, there threepl.Order) error {
		if err := om.CancelOrder(id); err != nil {
			return err
		}
		if o, ok := wh.Order(there.ID); !ok || o.Status != threepl.StatusOpen {
			return acknowledge(nil, id, there)
		}
		return nil
	}
	confirmByHand := func(_ *merchant, id int64, _ threepl.Order) error {
		return om.UpdateOrder(id, true, func(o *ordermanager.Order) { o.OrderStatus = ordermanager.StatusShipped })
	}
	kinds := []planted{
		{fulfillment.ReasonUnknownInWarehouse, v1alpha1.ShipmentConfirmation, func(_ *merchant, _ int64, there threepl.Order) error {
			return wh.EditOrder(there.ID, func(doc *threepl.OrderDocument) { doc.ExternalID = "" })
		}, confirmByHand},
		{fulfillment.ReasonCancelledByWarehouse, v1alpha1.ShipmentConfirmation, func(_ *merchant, _ int64, there threepl.Order) error {
			return wh.CancelByWarehouse(there.ID, "out of stock")
		}, func(_ *merchant, id int64, _ threepl.Order) error { return om.CancelOrder(id) }},
		{fulfillment.ReasonClosedShort, v1alpha1.ShipmentConfirmation, func(_ *merchant, _ int64, there threepl.Order) error {
			return wh.CloseShort(there.ID, threepl.Short{Shipped: map[string]threepl.Quantity{there.Lines[0].SKU: there.Lines[0].Qty}})
		}, confirmByHand},
		{fulfillment.ReasonNoTracking, v1alpha1.ShipmentConfirmation, func(_ *merchant, _ int64, there threepl.Order) error {
			return wh.Ship(there.ID, threepl.Shipment{NoPackages: true})
		}, confirmByHand},
		{fulfillment.ReasonOverdue, v1alpha1.ShipmentConfirmation, func(_ *merchant, id int64, _ threepl.Order) error {
			return om.UpdateOrder(id, true, func(o *ordermanager.Order) { o.ShipByDate = ordermanager.At(time.Now().Add(-time.Hour)) })
		}, cancelBoth},
		{fulfillment.ReasonTwiceInWarehouse, v1alpha1.ShipmentConfirmation, func(_ *merchant, _ int64, there threepl.Order) error {
			second := there.Document
			second.ReferenceNum = "AGAIN-" + there.Reference
			_, err := wh.AddForeignOrder(second)
			return err
		}, func(_ *merchant, id int64, there threepl.Order) error {
			for _, o := range wh.ByExternalID(fmt.Sprint(id)) {
				if o.ID != there.ID {
					return wh.CancelByWarehouse(o.ID, "typed in twice")
				}
			}
			return fmt.Errorf("no second order of %d", id)
		}},
		{fulfillment.ReasonHeldButSent, v1alpha1.OrderCancelDownload, func(_ *merchant, id int64, _ threepl.Order) error {
			return om.UpdateOrder(id, true, func(o *ordermanager.Order) { o.OrderStatus = ordermanager.StatusOnHold })
		}, func(_ *merchant, id int64, _ threepl.Order) error { return om.RestoreOrder(id) }},
		{fulfillment.ReasonTooLate, v1alpha1.OrderCancelDownload, func(_ *merchant, id int64, there threepl.Order) error {
			if err := wh.StartPicking(there.ID); err != nil {
				return err
			}
			return om.CancelOrder(id)
		}, acknowledge},
		{fulfillment.ReasonTooLate, v1alpha1.OrderCancelDownload, func(_ *merchant, id int64, there threepl.Order) error {
			if err := om.CancelOrder(id); err != nil {
				return err
			}
			return wh.Ship(there.ID, threepl.Shipment{})
		}, acknowledge},
		{fulfillment.ReasonNotWanted, v1alpha1.OrderCancelDownload, confirmByHand, func(_ *merchant, _ int64, there threepl.Order) error {
			return wh.CancelByWarehouse(there.ID, "shipped elsewhere")
		}},
		{fulfillment.ReasonMissingInOrderManager, v1alpha1.OrderCancelDownload, func(_ *merchant, _ int64, there threepl.Order) error {
			return wh.EditOrder(there.ID, func(doc *threepl.OrderDocument) { doc.ExternalID = "99999999" })
		}, func(_ *merchant, id int64, there threepl.Order) error {
			if err := wh.CancelByWarehouse(there.ID, "nobody knows it"); err != nil {
				return err
			}
			return om.CancelOrder(id)
		}},
	}
	m.start()
	m.run(v1alpha1.OrderDownload)
	m.run(v1alpha1.OrderCancelDownload)
	m.run(v1alpha1.ShipmentConfirmation)
	balanced := m.wait("balanced books", func(c *v1alpha1.OrderManagerConnection) bool {
		return condition(c, v1alpha1.ConditionBooksBalance).Status == "True"
	})
	if balanced.Status.Drift != 0 || balanced.Status.Failing != 3 {
		t.Fatalf("before anything was planted: %d drift, %d failing", balanced.Status.Drift, balanced.Status.Failing)
	}

	ids, there := m.sentOrders(len(kinds) + 3)
	want := map[string]int64{}
	for i, kind := range kinds {
		m.must(kind.plant(m, ids[i], there[i]))
		want[kind.reason]++
	}
	// MissingInOrderManager leaves an order without its own in the warehouse.
	want[fulfillment.ReasonUnknownInWarehouse]++
	// What heals by itself: cancelled, routed elsewhere, shipped.
	healed, healedThere := ids[len(kinds):], there[len(kinds):]
	m.must(om.CancelOrder(healed[0]))
	m.must(om.Reroute(healed[1], m.otherWarehouse()))
	m.must(wh.Ship(healedThere[2].ID, threepl.Shipment{}))

	for range 2 { // and a second comparison tells the same
		m.run(v1alpha1.OrderDownload)
		cancels := m.run(v1alpha1.OrderCancelDownload)
		confirms := m.run(v1alpha1.ShipmentConfirmation)
		for _, entry := range []*v1alpha1.RoutineStatus{cancels, confirms} {
			if !entry.LastRun.FullComparison || entry.Cursor == nil || !entry.Cursor.FullComparisonTime.Equal(entry.LastRun.StartTime) {
				t.Errorf("%s on demand did not compare the whole: %+v, cursor %+v", entry.Name, entry.LastRun, entry.Cursor)
			}
		}
		m.listsDrift(want)
	}
	for i, kind := range kinds {
		m.listedBy(kind, ids[i], there[i])
	}
	for i := range 2 {
		if o, _ := wh.Order(healedThere[i].ID); o.Status != threepl.StatusCanceled {
			t.Errorf("order %d is not cancelled in the warehouse: %v", healed[i], o.Status)
		}
	}
	if o, _ := om.Order(healed[2]); o.OrderStatus != ordermanager.StatusShipped {
		t.Errorf("the shipped order is %s", o.OrderStatus)
	}
	output, err := kubectl.Run(t.Context(), nil, "-n", m.key.Namespace, "get", "omc", m.key.Name, "-o", "jsonpath={.status.drift} {.status.failing}")
	if err != nil || strings.TrimSpace(output) != fmt.Sprint(len(kinds)+1, " 3") {
		t.Errorf("kubectl says %q (%v)", output, err)
	}

	for i, kind := range kinds {
		m.must(kind.settle(m, ids[i], there[i]))
	}
	m.run(v1alpha1.OrderCancelDownload)
	m.run(v1alpha1.ShipmentConfirmation)
	m.run(v1alpha1.OrderCancelDownload)
	m.listsDrift(map[string]int64{})
}

// otherWarehouse is an Order Manager warehouse that no connection works.
func (m *merchant) otherWarehouse() int64 {
	m.t.Helper()
	c := m.wait("the warehouse", func(c *v1alpha1.OrderManagerConnection) bool { return c.Status.WarehouseID != nil })
	for _, warehouse := range m.world.OrderManager.Warehouses() {
		if warehouse.WarehouseID != *c.Status.WarehouseID {
			return warehouse.WarehouseID
		}
	}
	m.t.Fatal("there is no other warehouse")
	return 0
}

// listsDrift waits until the connection counts just these, and fails when an
// order is listed twice, without what to do, or beside Ready.
func (m *merchant) listsDrift(want map[string]int64) {
	m.t.Helper()
	var total int64
	for _, count := range want {
		total += count
	}
	c := m.wait(fmt.Sprintf("drift %v", want), func(c *v1alpha1.OrderManagerConnection) bool {
		got := map[string]int64{}
		for _, entry := range c.Status.Routines {
			if entry.Drift != nil {
				for _, reason := range entry.Drift.Reasons {
					got[reason.Reason] += reason.Count
				}
			}
		}
		return maps.Equal(got, want) && c.Status.Drift == total
	})
	books := condition(c, v1alpha1.ConditionBooksBalance)
	if (books.Status == "True") != (total == 0) || (books.Status == "False") != (total > 0) {
		m.t.Errorf("%d orders, and BooksBalance is %s: %s", total, books.Status, books.Message)
	}
	if total > 0 && !strings.Contains(books.Message, fmt.Sprint(total)) {
		m.t.Errorf("the message does not count %d: %s", total, books.Message)
	}
	if !isReady(c) {
		m.t.Error("drift takes Ready away")
	}
	listed := map[int64]string{}
	for _, entry := range c.Status.Routines {
		var orders []v1alpha1.FailingOrder
		if entry.Failing != nil {
			orders = append(orders, entry.Failing.Orders...)
		}
		if entry.Drift != nil {
			orders = append(orders, entry.Drift.Orders...)
		}
		for _, order := range orders {
			if already := listed[order.OrderID]; already != "" {
				m.t.Errorf("order %d is listed as %s and as %s", order.OrderID, already, order.Reason)
			}
			listed[order.OrderID] = order.Reason
			if len(order.Message) < 20 || order.Since.IsZero() {
				m.t.Errorf("order %d: %+v", order.OrderID, order)
			}
		}
	}
}

// listedBy fails unless the routine lists the order for the reason.
func (m *merchant) listedBy(kind planted, id int64, there threepl.Order) {
	m.t.Helper()
	c := m.wait("the entry", func(*v1alpha1.OrderManagerConnection) bool { return true })
	for _, order := range operator.Entry(c, kind.routine).Drift.Orders {
		if order.Reason == kind.reason && (order.OrderID == id || order.WarehouseOrderID == fmt.Sprint(there.ID)) {
			return
		}
	}
	m.t.Errorf("%s does not list order %d (%d there) as %s: %+v", kind.routine, id, there.ID, kind.reason, operator.Entry(c, kind.routine).Drift)
}
