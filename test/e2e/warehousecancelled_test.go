// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
)

// The process is killed between a cancellation in Order Manager and its answer,
// and a user restores that order. The next one cancels the others, each once,
// and leaves what the user wants.
func TestKilledWhileItCancelsInOrderManager(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 41, Orders: 200, SKUs: 60})
	var policies v1alpha1.SyncPolicyList
	m.must(admin.List(t.Context(), &policies, client.InNamespace(m.key.Namespace)))
	for i := range policies.Items {
		policies.Items[i].Spec.OrderCancelDownload.WarehouseCancelled = v1alpha1.WarehouseCancelledCancelInOrderManager
		m.must(admin.Update(t.Context(), &policies.Items[i]))
	}
	process := m.start()
	m.run(v1alpha1.OrderDownload)
	ids, there := m.sentOrders(12)
	for i, id := range ids {
		m.must(m.world.Warehouse.CancelByWarehouse(there[i].ID, "damaged"))
		// The simulators live in the present: the order was last touched long before.
		m.must(m.world.OrderManager.UpdateOrder(id, false, func(o *ordermanager.Order) { o.ModifiedDate = ordermanager.At(time.Now().Add(-time.Hour)) }))
	}
	hold := m.world.OrderManagerFaults.HoldAfter(fault.Rule{Method: "POST", Path: "/v1/orders/cancel", Nth: 5})
	token := m.ask(v1alpha1.OrderCancelDownload)
	<-hold.Reached()
	process.Kill()
	m.world.OrderManagerFaults.Remove(hold.ID)
	hold.Release()
	cancelled := m.world.OrderManager.CountEffects(ordermanager.Cancelled)
	if len(cancelled) != 5 {
		t.Fatalf("%d orders were cancelled before the end", len(cancelled))
	}
	var restored int64
	for id := range cancelled {
		restored = max(restored, id)
	}
	m.must(m.world.OrderManager.RestoreOrder(restored))

	m.start()
	m.answered(v1alpha1.OrderCancelDownload, token)
	m.runAll()
	m.balanced()
	cancelled = m.world.OrderManager.CountEffects(ordermanager.Cancelled)
	for _, id := range ids {
		order, _ := m.world.OrderManager.Order(id)
		if cancelled[id] != 1 || (order.OrderStatus == ordermanager.StatusCancelled) == (id == restored) {
			t.Errorf("order %d was cancelled %d times and is %s; restored was %d", id, cancelled[id], order.OrderStatus, restored)
		}
	}
	if len(cancelled) != len(ids) {
		t.Errorf("%d orders were cancelled", len(cancelled))
	}
}
