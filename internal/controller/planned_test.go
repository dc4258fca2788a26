// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
)

func planMode(p *v1alpha1.SyncPolicy) { p.Spec.Mode = v1alpha1.ModePlan }

// setMode changes the mode of a policy.
func (s *shop) setMode(policy *v1alpha1.SyncPolicy, mode v1alpha1.SyncMode) {
	s.t.Helper()
	s.must(s.api.Patch(s.ctx, policy.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(`{"spec":{"mode":"`+string(mode)+`"}}`))))
}

func (s *shop) planOf(connection *v1alpha1.OrderManagerConnection, name v1alpha1.RoutineName) *corev1.ConfigMap {
	s.t.Helper()
	plan := &corev1.ConfigMap{}
	s.must(s.api.Get(s.ctx, types.NamespacedName{Namespace: connection.Namespace, Name: connection.Name + "-" + strings.ToLower(string(name)) + "-plan"}, plan))
	return plan
}

// In Plan nothing is written to either system: the token is echoed as planned,
// the list is there by then, and nothing that a run remembers has moved. The
// same order is delivered when the mode is Sync again.
func TestPlanIsListedAndNothingIsDone(t *testing.T) {
	s := newShop(t)
	id := s.order("SKU-1")
	policy := s.policy("standard", planMode)
	s.manage()
	connection := s.connection("acme", token1(v1alpha1.RunAnnotation, "look"))
	for _, definition := range Definitions() {
		got := s.await(key(connection), "the plan", answered(definition.Name, "look"))
		if echo := answer(got, definition.Name, "look"); echo.Result != v1alpha1.RunPlanned || echo.Reason != v1alpha1.ReasonPlanned {
			t.Fatalf("%s: echoed %+v", definition.Name, echo)
		}
		entry := entryOf(got, definition.Name)
		if entry.Cursor != nil || entry.LastSuccessTime != nil || entry.Failing != nil || entry.ConsecutiveFailures != 0 || entry.LastRun.Result != v1alpha1.RunPlanned {
			t.Errorf("%s: %s", definition.Name, describe(entry))
		}
		plan := s.planOf(connection, definition.Name)
		if len(plan.OwnerReferences) != 1 || plan.OwnerReferences[0].UID != connection.UID || plan.Labels[v1alpha1.ConnectionLabel] != "acme" {
			t.Errorf("%s: %+v", definition.Name, plan.ObjectMeta)
		}
	}
	got := s.await(key(connection), "the counts", func(*v1alpha1.OrderManagerConnection) bool { return true })
	if counts := entryOf(got, v1alpha1.OrderDownload).LastRun.Counts; counts.Created != 1 || counts.Marked != 1 {
		t.Errorf("%+v", counts)
	}
	if got.Status.Inventory != nil {
		t.Errorf("inventory %+v", got.Status.Inventory)
	}
	plan := s.planOf(connection, v1alpha1.OrderDownload)
	order, _ := s.om.Order(id)
	for _, want := range []string{"action,orderID,reference,sku,quantity,before\n", "Create," + strconv.FormatInt(id, 10) + "," + order.OrderNumber + ",SKU-1,1,\n", "MarkSent," + strconv.FormatInt(id, 10) + ",,,,\n"} {
		if !strings.Contains(plan.Data["plan.csv"], want) {
			t.Errorf("the plan lacks %q:\n%s", want, plan.Data["plan.csv"])
		}
	}
	for _, private := range []string{"Test Buyer", "Main Street", "78701"} {
		if strings.Contains(plan.Data["plan.csv"]+plan.Data["summary"], private) {
			t.Errorf("the plan holds %q", private)
		}
	}
	if len(s.wh.Orders()) != 0 || order.OrderStatus != "AWAITING_3PL_EXPORT" {
		t.Fatalf("something was done: %d orders in the warehouse, %s", len(s.wh.Orders()), order.OrderStatus)
	}

	s.setMode(policy, v1alpha1.ModeSync)
	s.awaitPolicy("standard", "the mode", func(p *v1alpha1.SyncPolicy) bool { return p.Status.ObservedGeneration == p.Generation })
	s.annotate(connection, forOrders, "do")
	got = s.await(key(connection), "the run", answered(v1alpha1.OrderDownload, "do"))
	if echo := answer(got, v1alpha1.OrderDownload, "do"); echo.Result != v1alpha1.RunSucceeded {
		t.Fatalf("echoed %+v", echo)
	}
	if order, _ = s.om.Order(id); order.OrderStatus != omsim.StatusPendingFulfillment || len(s.wh.Orders()) != 1 {
		t.Errorf("%d orders in the warehouse, %s", len(s.wh.Orders()), order.OrderStatus)
	}
}

// A ConfigMap that is somebody else's is left alone, and the run says so.
func TestPlanOverwritesNothing(t *testing.T) {
	s := newShop(t)
	s.order("SKU-1")
	s.policy("standard", planMode)
	mine := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "acme-orderdownload-plan"}, Data: map[string]string{"plan.csv": "mine"}}
	s.must(s.api.Create(s.ctx, mine))
	s.manage()
	connection := s.connection("acme", token1(forOrders, "look"))
	got := s.await(key(connection), "the refusal", answered(v1alpha1.OrderDownload, "look"))
	if echo := answer(got, v1alpha1.OrderDownload, "look"); echo.Result != v1alpha1.RunFailed || echo.Reason != v1alpha1.ReasonPlanNameTaken {
		t.Errorf("echoed %+v", echo)
	}
	if plan := s.planOf(connection, v1alpha1.OrderDownload); plan.Data["plan.csv"] != "mine" || len(plan.OwnerReferences) != 0 {
		t.Errorf("it was overwritten: %+v", plan.Data)
	}
}

// A run under way ends when its policy turns to Plan: nothing more is written.
func TestPlanStopsARunUnderWay(t *testing.T) {
	s := newShop(t)
	for range 300 {
		s.order("SKU-1")
	}
	policy := s.policy("standard")
	s.manage()
	hold := s.whCalls.HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 150})
	connection := s.connection("acme", token1(forOrders, "do"))
	<-hold.Reached()
	s.setMode(policy, v1alpha1.ModePlan)
	s.awaitPolicy("standard", "the mode", func(p *v1alpha1.SyncPolicy) bool { return p.Status.ObservedGeneration == p.Generation })
	s.whCalls.Remove(hold.ID)
	hold.Release()
	got := s.await(key(connection), "the plan", answered(v1alpha1.OrderDownload, "do"))
	if echo := answer(got, v1alpha1.OrderDownload, "do"); echo.Result != v1alpha1.RunPlanned {
		t.Errorf("echoed %+v", echo)
	}
	there, marked := len(s.wh.Orders()), 0
	for _, order := range s.om.Orders() {
		if order.OrderStatus == omsim.StatusPendingFulfillment {
			marked++
		}
	}
	if there == 300 || there != marked {
		t.Errorf("%d orders in the warehouse and %d marked: the run ends at a page, with what it created marked", there, marked)
	}
}

func TestPlanNames(t *testing.T) {
	long := strings.Repeat("a", 252)
	one, two := planName(long+"b", v1alpha1.InventorySync), planName(long+"c", v1alpha1.InventorySync)
	if one == two || len(one) > 253 || !strings.HasSuffix(one, "-inventorysync-plan") {
		t.Errorf("%s (%d) and %s", one, len(one), two)
	}
	if name := planName("acme", v1alpha1.OrderDownload); name != "acme-orderdownload-plan" {
		t.Errorf("%s", name)
	}
	if value := labelValue(long); len(value) > 63 || value == labelValue(long+"a") {
		t.Errorf("label %s", value)
	}
}
