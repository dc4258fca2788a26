// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

func (s *shop) sync(connection *v1alpha1.OrderManagerConnection, token string) *v1alpha1.OrderManagerConnection {
	s.t.Helper()
	s.annotate(connection, forStock, token)
	return s.await(key(connection), "the sync "+token, answered(v1alpha1.InventorySync, token))
}

func (s *shop) approve(connection *v1alpha1.OrderManagerConnection, value string) *v1alpha1.HandledToken {
	s.t.Helper()
	s.annotate(connection, v1alpha1.ApproveInventoryAnnotation, value)
	got := s.await(key(connection), "the answer to "+value, answered(v1alpha1.InventorySync, value))
	return answer(got, v1alpha1.InventorySync, value)
}

// A policy's first run is braked until nothing is held back; what is held back
// is released by an annotation that carries the digest of the very plan, once.
func TestBrakeAndApproval(t *testing.T) {
	s := newShop(t)
	s.product("RISES", 5000, 3)
	s.product("RISES-A-LITTLE", 30, 3)
	s.policy("standard")
	stop := s.manage()
	connection := s.connection("acme", token1(forStock, "first"))
	got := s.await(key(connection), "the first sync", answered(v1alpha1.InventorySync, "first"))
	held := got.Status.Inventory.HeldBack
	if held == nil || held.Count != 1 || held.Increases != 1 || held.Zeros != 0 || len(held.Largest) != 1 ||
		held.Largest[0] != (v1alpha1.StockDifference{SKU: "RISES", Promise: 5000, Available: 3}) {
		t.Fatalf("held back: %s", describe(held))
	}
	if s.offered("RISES") != 3 || s.offered("RISES-A-LITTLE") != 30 {
		t.Errorf("offered: %d and %d", s.offered("RISES"), s.offered("RISES-A-LITTLE"))
	}
	if !hasCondition(got.Status.Conditions, v1alpha1.ConditionStockReleased, metav1.ConditionFalse, v1alpha1.ReasonHeldBack) {
		t.Errorf("conditions %s", describe(got.Status.Conditions))
	}
	// It stays the first run until nothing is held back, also for another process.
	stop()
	s.manage()
	if got := s.sync(connection, "second"); got.Status.Inventory.HeldBack == nil || got.Status.Inventory.HeldBack.Digest != held.Digest || s.offered("RISES") != 3 {
		t.Fatalf("the second run: %s", describe(got.Status.Inventory))
	}

	// A digest of no plan is refused, and starts nothing.
	if echo := s.approve(connection, "0123456789abcdef"); echo.Result != v1alpha1.RunRefused || echo.Reason != v1alpha1.ReasonUnknownPlan {
		t.Errorf("an unknown plan: %+v", echo)
	}
	// The plan changed since: the run that the approval asks for finds another one.
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: testCustomer, FacilityID: testFacility, SKU: "RISES", OnHand: whsim.Units(6000)}))
	if echo := s.approve(connection, held.Digest); echo.Result != v1alpha1.RunRefused || echo.Reason != v1alpha1.ReasonPlanChanged {
		t.Errorf("a stale plan: %+v", echo)
	}
	got = s.await(key(connection), "the new plan", func(c *v1alpha1.OrderManagerConnection) bool {
		return c.Status.Inventory != nil && c.Status.Inventory.HeldBack != nil && c.Status.Inventory.HeldBack.Digest != held.Digest
	})
	if s.offered("RISES") != 3 {
		t.Fatalf("%d are offered", s.offered("RISES"))
	}
	digest := got.Status.Inventory.HeldBack.Digest
	if echo := s.approve(connection, digest); echo.Result != v1alpha1.RunSucceeded || echo.Reason != v1alpha1.ReasonApplied {
		t.Errorf("the plan: %+v", echo)
	}
	got = s.await(key(connection), "the release", conditionIs(v1alpha1.ConditionStockReleased, metav1.ConditionTrue, v1alpha1.ReasonNothingHeldBack))
	if s.offered("RISES") != 6000 || got.Status.Inventory.HeldBack != nil || got.Status.Inventory.ReleasedFor == "" {
		t.Errorf("%d are offered: %s", s.offered("RISES"), describe(got.Status.Inventory))
	}

	// The annotation stays in git. It is good for no second plan, not even an equal one.
	count := runs(got, v1alpha1.InventorySync)
	s.annotate(connection, v1alpha1.ApproveInventoryAnnotation, digest)
	s.must(s.om.SetStock("RISES", east, 3, 0))
	s.policy("named", func(p *v1alpha1.SyncPolicy) {
		p.Spec.Connections = v1alpha1.ConnectionSelection{Names: []string{"acme"}}
	})
	s.await(key(connection), "the other policy", func(c *v1alpha1.OrderManagerConnection) bool {
		return entryOf(c, v1alpha1.InventorySync).Policy == "named"
	})
	got = s.sync(connection, "third")
	if again := got.Status.Inventory.HeldBack; again == nil || again.Digest != digest || s.offered("RISES") != 3 {
		t.Errorf("the first run of another policy: %s", describe(got.Status.Inventory))
	}
	if more := runs(got, v1alpha1.InventorySync) - count; more != 1 {
		t.Errorf("%d runs more: an approval that was answered asks for none", more)
	}
	// The same plan is approved again by another value.
	if echo := s.approve(connection, digest+".again"); echo.Result != v1alpha1.RunSucceeded || echo.Reason != v1alpha1.ReasonApplied || s.offered("RISES") != 6000 {
		t.Errorf("approved again: %+v, %d are offered", echo, s.offered("RISES"))
	}
	// From now on it is no first run, and the policy has no limits.
	s.must(s.om.SetStock("RISES", east, 3, 0))
	if got := s.sync(connection, "fourth"); got.Status.Inventory.HeldBack != nil || s.offered("RISES") != 6000 {
		t.Errorf("a later run: %s", describe(got.Status.Inventory))
	}
}

// The limits of a policy hold in every run.
func TestBrakeOfThePolicy(t *testing.T) {
	s := newShop(t)
	s.product("RISES", 10, 10)
	s.policy("standard", func(p *v1alpha1.SyncPolicy) {
		p.Spec.InventorySync.Brake = &v1alpha1.StockBrake{MaxIncrease: new(int32(100)), MaxZeros: new(int32(0))}
		p.Spec.InventorySync.StartingInventory = v1alpha1.StartingInventoryCreate
	})
	s.manage()
	connection := s.connection("acme", token1(forStock, "first"))
	if got := s.await(key(connection), "the first sync", answered(v1alpha1.InventorySync, "first")); got.Status.Inventory.ReleasedFor == "" {
		t.Fatalf("held back: %s", describe(got.Status.Inventory))
	}
	s.must(s.om.SetStock("RISES", east, 3, 0))
	_, err := s.om.AddProduct(omsim.Product{MasterSKU: "NEW"})
	s.must(err)
	_, err = s.wh.AddItem(whsim.Item{CustomerID: testCustomer, SKU: "NEW"})
	s.must(err)
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: testCustomer, FacilityID: testFacility, SKU: "NEW", OnHand: whsim.Units(100)}))
	s.product("MANY", 111, 10)
	s.product("NONE", 0, 1)
	got := s.sync(connection, "second")
	held := got.Status.Inventory.HeldBack
	if held == nil || held.Increases != 1 || held.Zeros != 1 || s.offered("RISES") != 10 || s.offered("NEW") != 100 || s.offered("MANY") != 10 || s.offered("NONE") != 1 {
		t.Errorf("held back: %s", describe(got.Status.Inventory))
	}
	if got.Status.Inventory.Created != 1 || got.Status.Inventory.AwaitingStartingInventory != 0 {
		t.Errorf("status says %s", describe(got.Status.Inventory))
	}
}

// The condition says what a rule costs while orders are open, and recommends
// the end of the day. It is no part of Ready.
func TestStockRuleAdvice(t *testing.T) {
	for name, c := range map[string]struct {
		rule       v1alpha1.StockRule
		held       v1alpha1.OpenOrders
		allocation omsim.Allocation
		buffer     int32
		status     metav1.ConditionStatus
		reason     string
	}{
		"fits":                       {v1alpha1.StockRuleMatchAvailable, v1alpha1.OpenOrdersSubtract, omsim.AllocateAll, 0, metav1.ConditionTrue, v1alpha1.ReasonRuleFits},
		"held orders are offered":    {v1alpha1.StockRuleMatchAvailable, v1alpha1.OpenOrdersIgnore, omsim.AllocateAll, 0, metav1.ConditionFalse, v1alpha1.ReasonOffersTooMuch},
		"as the hosted product":      {v1alpha1.StockRuleUnlocked, v1alpha1.OpenOrdersIgnore, omsim.AllocateNone, 0, metav1.ConditionFalse, v1alpha1.ReasonOffersTooMuch},
		"sent orders count twice":    {v1alpha1.StockRuleUnlocked, v1alpha1.OpenOrdersSubtract, omsim.AllocateAll, 0, metav1.ConditionFalse, v1alpha1.ReasonOffersTooLittle},
		"nothing protects":           {v1alpha1.StockRuleMatchAvailable, v1alpha1.OpenOrdersSubtract, omsim.AllocateNone, 0, metav1.ConditionFalse, v1alpha1.ReasonAllocationNotCounted},
		"nothing protects, a buffer": {v1alpha1.StockRuleMatchAvailable, v1alpha1.OpenOrdersSubtract, omsim.AllocateNone, 2, metav1.ConditionTrue, v1alpha1.ReasonRuleFits},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShopWith(t, omsim.Options{Allocation: c.allocation})
			s.product("A", 30, 30)
			s.policy("standard", func(p *v1alpha1.SyncPolicy) {
				p.Spec.InventorySync.StockRule, p.Spec.InventorySync.HeldOrders, p.Spec.InventorySync.Buffer = c.rule, c.held, new(c.buffer)
			})
			s.manage()
			s.openOrder("A", omsim.StatusAwaiting3PLExport, 5)
			connection := s.connection("acme", token1(forOrders, "five"))
			s.await(key(connection), "the download", answered(v1alpha1.OrderDownload, "five"))
			s.openOrder("A", omsim.StatusOnHold, 4)
			s.sync(connection, "sync")
			got := s.await(key(connection), "the advice", conditionIs(v1alpha1.ConditionStockRuleFits, c.status, c.reason))
			if !hasCondition(got.Status.Conditions, v1alpha1.ConditionReady, metav1.ConditionTrue, "") {
				t.Errorf("conditions %s", describe(got.Status.Conditions))
			}
		})
	}
}
