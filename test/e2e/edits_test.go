// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strconv"
	"testing"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
)

// The merchant edits orders that the warehouse has. They are listed, and
// updated once the connection says so; the process is killed between an update
// that took effect and its answer, and every update is made once.
func TestKilledInAnUpdate(t *testing.T) {
	t.Parallel()
	const edited, street = 12, "77 Second Thoughts Lane"
	m := newMerchant(t, world.Options{Seed: 41, Orders: 120, SKUs: 40})
	process := m.start()
	m.run(v1alpha1.OrderDownload)
	ids := map[string]bool{}
	for _, o := range m.world.Warehouse.Orders() {
		id, err := strconv.ParseInt(o.ExternalID, 10, 64)
		if err != nil || o.Status != threepl.StatusOpen || len(ids) == edited {
			continue
		}
		ids[o.ExternalID] = true
		m.must(m.world.OrderManager.UpdateOrder(id, true, func(o *ordermanager.Order) { o.ShipAddress1 = street }))
	}
	before := m.world.Warehouse.CountEffects(threepl.EffectUpdate, threepl.ByAPI)
	if listed := m.run(v1alpha1.OrderCancelDownload).Drift; listed == nil || listed.Count != edited || listed.Orders[0].Reason != "Edited" {
		t.Errorf("%d edits, listed are %+v", edited, listed)
	}
	if n := m.world.Warehouse.CountEffects(threepl.EffectUpdate, threepl.ByAPI); n != before {
		t.Errorf("%d orders were updated, and edits are to be reported", n-before)
	}

	m.edit(func(spec *v1alpha1.OrderManagerConnectionSpec) { spec.Orders.Edits = v1alpha1.EditUpdate })
	hold := m.world.WarehouseFaults.HoldAfter(fault.Rule{Method: "PUT", Path: "/orders/{id}", Nth: 5})
	token := m.ask(v1alpha1.OrderCancelDownload)
	<-hold.Reached()
	process.Kill()
	m.world.WarehouseFaults.Remove(hold.ID)
	hold.Release()

	process = m.start()
	m.answered(v1alpha1.OrderCancelDownload, token)
	m.runAll()
	m.balanced()
	if after := m.run(v1alpha1.OrderCancelDownload); after.Failing != nil || after.Drift != nil {
		t.Errorf("still listed are %+v, %+v", after.Failing, after.Drift)
	}
	for id := range ids {
		for _, o := range m.world.Warehouse.ByExternalID(id) {
			if o.Document.ShipTo.Address1 != street {
				t.Errorf("order %s still goes to the old address", id)
			}
		}
	}
	if n := m.world.Warehouse.CountEffects(threepl.EffectUpdate, threepl.ByAPI); n-before != edited || len(ids) != edited {
		t.Errorf("%d updates of %d edited orders", n-before, len(ids))
	}
	m.nothingPersonal(process.Log())
}
