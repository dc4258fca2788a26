// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
)

// The process is killed between a split that took effect and its answer. The
// next one finds the new order, confirms it, and splits nothing twice.
func TestKilledInASplit(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 37, Orders: 200, SKUs: 60})
	var policies v1alpha1.SyncPolicyList
	m.must(admin.List(t.Context(), &policies, client.InNamespace(m.key.Namespace)))
	for i := range policies.Items {
		policies.Items[i].Spec.ShipmentConfirmation.PartialShipments = v1alpha1.PartialShipmentsSplit
		m.must(admin.Update(t.Context(), &policies.Items[i]))
	}
	process := m.start()
	m.run(v1alpha1.OrderDownload)
	parts, err := m.world.ShipPart(12)
	m.must(err)
	if len(parts) != 12 {
		t.Fatalf("%d parts were shipped", len(parts))
	}
	hold := m.world.OrderManagerFaults.HoldAfter(fault.Rule{Method: "POST", Path: "/v1/order/{orderId}/split", Nth: 5})
	token := m.ask(v1alpha1.ShipmentConfirmation)
	<-hold.Reached()
	process.Kill()
	m.world.OrderManagerFaults.Remove(hold.ID)
	hold.Release()

	m.start("--lost-report-wait=1s")
	m.answered(v1alpha1.ShipmentConfirmation, token)
	m.reportsAll()
	m.runAll()
	m.balanced()
	splits := m.world.OrderManager.CountEffects(ordermanager.SplitOff)
	for id, n := range splits {
		if n != 1 {
			t.Errorf("order %d was split %d times", id, n)
		}
	}
	if len(splits) != 12 {
		t.Errorf("%d orders were split", len(splits))
	}
}
