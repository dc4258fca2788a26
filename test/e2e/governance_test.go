// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/operator"
)

func parseID(t *testing.T, text string) int64 {
	t.Helper()
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Two connections claim one warehouse: the older works it, the younger runs
// nothing and says why, and takes over once the older is gone.
func TestTwoConnectionsWithOneClaim(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 47, Orders: 200, SKUs: 60})
	younger := m.connection("second")
	// Creation times have whole seconds; of two of one second the name decides.
	m.create(younger)
	m.start()
	second := client.ObjectKeyFromObject(younger)
	m.wait("the older to own the warehouse", isReady)
	c := m.waitFor(second, "the younger to be refused", func(c *v1alpha1.OrderManagerConnection) bool {
		claimed := condition(c, v1alpha1.ConditionSourceClaimed)
		return claimed.Status == metav1.ConditionFalse && claimed.Reason == v1alpha1.ReasonSourceAlreadyClaimed
	})
	if condition(c, v1alpha1.ConditionStalled).Status != metav1.ConditionTrue || condition(c, v1alpha1.ConditionReady).Status != metav1.ConditionFalse {
		t.Errorf("the younger says\n%s", describe(c))
	}
	m.must(operator.Ask(t.Context(), admin, second, v1alpha1.OrderDownload, "mine"))
	c = m.waitFor(second, "an answer to the younger's token", func(c *v1alpha1.OrderManagerConnection) bool {
		return operator.Answer(c, v1alpha1.OrderDownload, "mine") != nil
	})
	if echo := operator.Answer(c, v1alpha1.OrderDownload, "mine"); echo.Result != v1alpha1.RunRefused || echo.Reason != v1alpha1.ReasonSourceAlreadyClaimed {
		t.Errorf("%+v", echo)
	}
	if creates := m.world.Warehouse.CountEffects(threepl.EffectCreate, threepl.ByAPI); creates != 0 {
		t.Fatalf("the younger created %d orders", creates)
	}
	m.run(v1alpha1.OrderDownload)
	older := &v1alpha1.OrderManagerConnection{}
	m.must(admin.Get(t.Context(), m.key, older))
	m.must(admin.Delete(t.Context(), older))
	m.waitFor(second, "the younger to take over", isReady)
	m.key = second
	m.runAll()
	m.balanced()
}

// Two connections at once, made in one instant and looked at for the first
// time: however they race, one of them works the warehouse.
func TestManyConnectionsRaceForOneClaim(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 53, Orders: 100, SKUs: 60})
	m.start()
	for i := range 6 {
		m.create(m.connection(fmt.Sprintf("racer-%d", i)))
	}
	for i := range 6 {
		key := client.ObjectKey{Namespace: m.key.Namespace, Name: fmt.Sprintf("racer-%d", i)}
		m.must(operator.Ask(t.Context(), admin, key, v1alpha1.OrderDownload, "race"))
		c := m.waitFor(key, "an answer", func(c *v1alpha1.OrderManagerConnection) bool {
			return operator.Answer(c, v1alpha1.OrderDownload, "race") != nil
		})
		if echo := operator.Answer(c, v1alpha1.OrderDownload, "race"); echo.Result != v1alpha1.RunRefused {
			t.Errorf("racer %d: %+v", i, echo)
		}
	}
	m.runAll()
	m.balanced()
}

// Two policies for one connection: the one that names it governs; the other
// says so; and a suspended policy still governs.
func TestTwoPoliciesForOneConnection(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 59, Orders: 100, SKUs: 60})
	m.start()
	m.wait("the connection to be ready", isReady)
	byName := m.policy("by-name")
	byName.Spec.Connections = v1alpha1.ConnectionSelection{Names: []string{"east"}}
	byName.Spec.Suspend = true
	m.create(byName)
	c := m.wait("the policy that names it to govern", func(c *v1alpha1.OrderManagerConnection) bool {
		entry := operator.Entry(c, v1alpha1.OrderDownload)
		return entry != nil && entry.Policy == "by-name" && entry.State == v1alpha1.RoutineSuspended
	})
	if ready := condition(c, v1alpha1.ConditionReady); ready.Status != metav1.ConditionTrue {
		t.Errorf("a suspended connection says %+v", ready)
	}
	m.waitForPolicy("standard", "the policy that selects it to be contested", func(p *v1alpha1.SyncPolicy) bool {
		for _, condition := range p.Status.Conditions {
			if condition.Type == v1alpha1.ConditionUncontested {
				return condition.Status == metav1.ConditionFalse && condition.Reason == v1alpha1.ReasonOlderPolicyGoverns
			}
		}
		return false
	})
	entry := m.answered(v1alpha1.OrderDownload, m.ask(v1alpha1.OrderDownload))
	if echo := entry.HandledTokens[0]; echo.Result != v1alpha1.RunRefused || echo.Reason != v1alpha1.ReasonSuspended {
		t.Errorf("a token while suspended: %+v", echo)
	}
	if creates := m.world.Warehouse.CountEffects(threepl.EffectCreate, threepl.ByAPI); creates != 0 {
		t.Errorf("%d orders were created while suspended", creates)
	}
	m.must(admin.Patch(t.Context(), byName, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"suspend":false}}`))))
	m.wait("the routine to be scheduled", func(c *v1alpha1.OrderManagerConnection) bool {
		entry := operator.Entry(c, v1alpha1.OrderDownload)
		return entry != nil && entry.State == v1alpha1.RoutineScheduled && entry.Policy == "by-name"
	})
	m.runAll()
	m.balanced()
}

func (m *merchant) waitForPolicy(name, what string, until func(*v1alpha1.SyncPolicy) bool) {
	m.t.Helper()
	events, err := admin.Watch(m.t.Context(), &v1alpha1.SyncPolicyList{}, client.InNamespace(m.key.Namespace))
	m.must(err)
	defer events.Stop()
	late := time.After(patience)
	for {
		select {
		case event, open := <-events.ResultChan():
			if policy, ok := event.Object.(*v1alpha1.SyncPolicy); ok && policy.Name == name && until(policy) {
				return
			}
			if !open {
				m.t.Fatalf("waited for %s: the watch ended", what)
			}
		case <-late:
			m.t.Fatalf("waited for %s", what)
		}
	}
}

// A token given twice runs once; another one runs again.
func TestATokenGivenTwice(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 61, Orders: 100, SKUs: 60})
	m.start()
	token := m.ask(v1alpha1.OrderDownload)
	first := m.answered(v1alpha1.OrderDownload, token)
	m.must(operator.Ask(t.Context(), admin, m.key, v1alpha1.OrderDownload, token))
	// Anything else that is asked for afterwards is answered after it.
	m.run(v1alpha1.ShipmentConfirmation)
	c := m.wait("the connection", func(*v1alpha1.OrderManagerConnection) bool { return true })
	if again := operator.Entry(c, v1alpha1.OrderDownload); !again.LastRun.EndTime.Equal(first.LastRun.EndTime) || len(again.History) != 1 || again.History[0].Runs != 1 {
		t.Errorf("the same token ran again: %+v", again.History)
	}
	m.run(v1alpha1.OrderDownload)
	t.Run("one for all routines", func(t *testing.T) {
		m.must(operator.Ask(t.Context(), admin, m.key, "", "all-1"))
		for _, routine := range routines {
			if entry := m.answered(routine, "all-1"); entry.LastRun.Result != v1alpha1.RunSucceeded {
				t.Errorf("%s: %+v", routine, entry.LastRun)
			}
		}
	})
	t.Run("one that is no token", func(t *testing.T) {
		m.must(operator.Ask(t.Context(), admin, m.key, v1alpha1.OrderDownload, "not a token"))
		if entry := m.answered(v1alpha1.OrderDownload, "not a token"); entry.HandledTokens[0].Reason != v1alpha1.ReasonInvalidToken {
			t.Errorf("%+v", entry.HandledTokens)
		}
	})
	m.balanced()
}

// Two Order Manager warehouses served from one building: neither connection
// cancels the other's orders, and only the older offers the stock.
func TestTwoConnectionsToOneBuilding(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 79, Orders: 300, SKUs: 60})
	west := m.connection("west")
	west.Spec.Source.OrderManager.WarehouseName = "West DC"
	m.create(west)
	m.start()
	east, both := m.key, []client.ObjectKey{m.key, client.ObjectKeyFromObject(west)}
	for _, key := range both {
		m.key = key
		m.wait("the connection to be ready", isReady)
		m.run(v1alpha1.OrderDownload)
	}
	open := m.world.Warehouse.CountEffects(threepl.EffectCreate, threepl.ByAPI)
	// Routed from one shelf of the building to the other, in Order Manager alone.
	var rerouted int64
	for _, order := range m.world.OrderManager.Snapshot().Orders {
		if order.Status == "PENDING_FULFILLMENT" && order.WarehouseID == world.OrderManagerWarehouseID && len(m.world.Warehouse.ByExternalID(strconv.FormatInt(order.ID, 10))) == 1 {
			rerouted = order.ID
		}
	}
	m.must(m.world.OrderManager.Reroute(rerouted, 102))
	for _, key := range both {
		m.key = key
		m.run(v1alpha1.OrderCancelDownload)
		m.run(v1alpha1.OrderDownload)
	}
	if cancels := m.world.Warehouse.CountEffects(threepl.EffectCancel, threepl.ByAPI); cancels != 0 {
		t.Errorf("%d orders were cancelled", cancels)
	}
	if now := m.world.Warehouse.CountEffects(threepl.EffectCreate, threepl.ByAPI); now != open {
		t.Errorf("%d orders were created, %d before the change of route", now, open)
	}
	m.key = east
	m.run(v1alpha1.InventorySync)
	m.key = client.ObjectKeyFromObject(west)
	if entry := m.answered(v1alpha1.InventorySync, m.ask(v1alpha1.InventorySync)); entry.LastRun.Result != v1alpha1.RunFailed || entry.LastRun.Reason != fulfillment.ReasonStockShared {
		t.Errorf("the younger's stock: %+v", entry.LastRun)
	}
}
