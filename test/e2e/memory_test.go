// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/operator"
)

// wipe deletes the whole status subresource.
func (m *merchant) wipe() {
	m.t.Helper()
	c := &v1alpha1.OrderManagerConnection{ObjectMeta: metav1.ObjectMeta{Namespace: m.key.Namespace, Name: m.key.Name}}
	m.must(admin.Status().Patch(m.t.Context(), c, client.RawPatch("application/merge-patch+json", []byte(`{"status":null}`))))
}

// Without its status a connection compares everything again. It creates, marks,
// cancels and reports nothing a second time, and it finds again what status had
// remembered: the cancellation that came too late.
func TestStatusIsWiped(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 41, Orders: 2600, SKUs: 100, WaitingOnly: true})
	m.start()
	m.run(v1alpha1.OrderDownload)
	late, err := m.world.Pick(3)
	m.must(err)
	m.run(v1alpha1.OrderCancelDownload)
	for _, id := range late {
		order, _ := m.world.Warehouse.Order(id)
		m.must(m.world.OrderManager.CancelOrder(parseID(t, order.ExternalID)))
	}
	if _, err := m.world.Cancel(10); err != nil {
		t.Fatal(err)
	}
	m.world.Ship(400)
	m.runAll()
	m.balanced()
	c := m.wait("the late cancellations", func(c *v1alpha1.OrderManagerConnection) bool {
		return condition(c, v1alpha1.ConditionCancellationsSettled).Status == "False"
	})
	if entry := operator.Entry(c, v1alpha1.OrderCancelDownload); entry.Drift == nil || entry.Drift.Count != 3 || entry.Cursor == nil {
		t.Fatalf("%+v", entry)
	}
	before := m.effects()

	m.wipe()
	m.wait("a new look at the connection", isReady)
	m.world.WarehouseFaults.ResetCalls()
	m.world.OrderManagerFaults.ResetCalls()
	m.runAll()
	m.balanced()
	if after := m.effects(); after != before {
		t.Errorf("effects before %+v, after %+v", before, after)
	}
	c = m.wait("the late cancellations to be found again", func(c *v1alpha1.OrderManagerConnection) bool {
		entry := operator.Entry(c, v1alpha1.OrderCancelDownload)
		return entry != nil && entry.Drift != nil && entry.Drift.Count == 3 && entry.LastRun.FullComparison
	})
	if got := condition(c, v1alpha1.ConditionCancellationsSettled).Status; got != "False" {
		t.Errorf("CancellationsSettled=%s", got)
	}
	// 2,200 open orders at the warehouse, a hundred for each call by id.
	if calls := m.world.OrderManagerFaults.Calls()["GET /v1.1/orders"]; calls < 22 {
		t.Errorf("only %d lists of orders: nothing was compared", calls)
	}
}

// Status is wiped while a run stands in the middle of its creations.
func TestStatusIsWipedInTheMiddleOfARun(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 43, Orders: 600, SKUs: 100})
	m.start()
	m.wait("the connection to be ready", isReady)
	hold := m.world.WarehouseFaults.HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 130})
	token := m.ask(v1alpha1.OrderDownload)
	<-hold.Reached()
	m.wipe()
	hold.Release()
	m.answered(v1alpha1.OrderDownload, token)
	m.runAll()
	m.balanced()
}

// effects are what took effect by request on both sides.
func (m *merchant) effects() (e struct{ creates, cancels, marks, shipments int }) {
	e.creates = m.world.Warehouse.CountEffects(threepl.EffectCreate, threepl.ByAPI)
	e.cancels = m.world.Warehouse.CountEffects(threepl.EffectCancel, threepl.ByAPI)
	for _, order := range m.world.OrderManager.Snapshot().Orders {
		e.marks += order.Marks + order.RepeatedMarks
		e.shipments += order.Shipments
	}
	return e
}
