// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// table creates a ConfigMap that holds one table.
func (s *shop) table(name, csv string, labels map[string]string) *corev1.ConfigMap {
	s.t.Helper()
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name, Labels: labels},
		Data: map[string]string{"table.csv": csv}}
	s.must(s.api.Create(s.ctx, object))
	return object
}

var mappingLabel = map[string]string{v1alpha1.MappingLabel: "true"}

// patch changes a ConfigMap.
func (s *shop) patch(object *corev1.ConfigMap, change func()) {
	s.t.Helper()
	before := object.DeepCopy()
	change()
	s.must(s.api.Patch(s.ctx, object, client.MergeFrom(before)))
}

func mapped(names ...string) func(*v1alpha1.OrderManagerConnection) {
	return func(connection *v1alpha1.OrderManagerConnection) {
		connection.Spec.Mappings = &v1alpha1.Mappings{}
		for _, name := range names {
			connection.Spec.Mappings.ConfigMapRefs = append(connection.Spec.Mappings.ConfigMapRefs, v1alpha1.ConfigMapReference{Name: name})
		}
	}
}

// download asks for an order download and waits for its answer.
func (s *shop) download(connection *v1alpha1.OrderManagerConnection, token string) *v1alpha1.RoutineStatus {
	s.t.Helper()
	s.annotate(connection, v1alpha1.RunAnnotation+"."+string(v1alpha1.OrderDownload), token)
	return entryOf(s.await(key(connection), "OrderDownload to answer "+token, answered(v1alpha1.OrderDownload, token)), v1alpha1.OrderDownload)
}

func (s *shop) accepted(connection *v1alpha1.OrderManagerConnection, status metav1.ConditionStatus, reason, part string) {
	s.t.Helper()
	s.await(key(connection), fmt.Sprintf("MappingsAccepted %s with %q", status, part), func(got *v1alpha1.OrderManagerConnection) bool {
		for _, condition := range got.Status.Conditions {
			if condition.Type == v1alpha1.ConditionMappingsAccepted {
				return condition.Status == status && condition.Reason == reason && strings.Contains(condition.Message, part)
			}
		}
		return false
	})
}

// sku returns the SKU under which the warehouse has an order's line.
func (s *shop) sku(order int64) string {
	found := s.wh.ByExternalID(fmt.Sprint(order))
	if len(found) != 1 || len(found[0].Lines) != 1 {
		return fmt.Sprintf("%d orders", len(found))
	}
	return found[0].Lines[0].SKU
}

// A table that is edited is used by the next run, without a restart; a bad row
// is named and the good ones work; and what was refused is tried again at once.
func TestAMappingIsEditedWhileTheManagerRuns(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	first, second := s.order("A"), s.order("B")
	for _, sku := range []string{"W-A", "W-B"} {
		_, err := s.wh.AddItem(whsim.Item{CustomerID: testCustomer, SKU: sku})
		s.must(err)
	}
	table := s.table("aliases", "masterSku,warehouseSku\nA,W-A\nB,NOWHERE\n,C\n", mappingLabel)
	s.manage()
	connection := s.connection("acme", mapped("aliases"))
	s.accepted(connection, metav1.ConditionFalse, fulfillment.ReasonMappingRefused, `1 problems in 3 rows, the other rows work: ConfigMap "aliases", key "table.csv", line 4: masterSku is missing`)
	s.await(key(connection), "readiness in spite of a bad row", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, ""))

	run := s.download(connection, "one")
	if s.sku(first) != "W-A" || s.sku(second) != "0 orders" || run.Failing.Count != 1 || run.Failing.Orders[0].Reason != fulfillment.ReasonUnknownSKU {
		t.Errorf("sent %s and %s: %s", s.sku(first), s.sku(second), describe(run.Failing))
	}
	s.patch(table, func() { table.Data["table.csv"] = "masterSku,warehouseSku\nA,W-A\nB,W-B\n" })
	s.accepted(connection, metav1.ConditionTrue, v1alpha1.ReasonAccepted, "2 rows")
	s.download(connection, "two")
	if s.sku(second) != "W-B" {
		t.Errorf("after the edit: %s", s.sku(second))
	}
}

// A table that is named and cannot be read is not an empty one: no order goes
// out that it may speak of, and the routines go on for all that it cannot.
func TestAMappingThatIsNotThereHoldsTheOrders(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	order := s.order("A")
	_, err := s.wh.AddItem(whsim.Item{CustomerID: testCustomer, SKU: "W-A"})
	s.must(err)
	decided := s.order("C")
	_, err = s.wh.AddItem(whsim.Item{CustomerID: testCustomer, SKU: "W-C"})
	s.must(err)
	s.manage()
	connection := s.connection("acme", mapped("aliases"), func(connection *v1alpha1.OrderManagerConnection) {
		connection.Spec.Mappings.SKUAliases = []v1alpha1.SKUAlias{{MasterSKU: "C", WarehouseSKU: "W-C"}}
		connection.Spec.Mappings.ShipMethods.Rows = []v1alpha1.ShipMethodRow{{Service: "(none)", Channel: "Web shop", Carrier: "UPS"}}
	})
	held := func(token, part string) {
		t.Helper()
		s.annotate(connection, v1alpha1.RunAnnotation, token)
		for _, definition := range Definitions() {
			got := s.await(key(connection), string(definition.Name)+" to answer", answered(definition.Name, token))
			echo := answer(got, definition.Name, token)
			if echo.Result != v1alpha1.RunSucceeded {
				t.Errorf("%s: %+v", definition.Name, echo)
			}
			if definition.Name != v1alpha1.OrderDownload {
				continue
			}
			failing := entryOf(got, definition.Name).Failing
			if failing.Count != 1 || failing.Orders[0].Reason != fulfillment.ReasonMappingUnreadable || !strings.Contains(failing.Orders[0].Message, part) {
				t.Errorf("%s: %s", definition.Name, describe(failing))
			}
		}
		// A ConfigMap without the label sends no event; a run that it stops does.
		s.accepted(connection, metav1.ConditionFalse, fulfillment.ReasonMappingUnreadable, part)
		if s.sku(order) != "0 orders" || s.sku(decided) != "W-C" {
			t.Errorf("the orders were sent as %s and %s", s.sku(order), s.sku(decided))
		}
	}
	held("missing", `ConfigMap "aliases": it does not exist in this namespace`)
	table := s.table("aliases", "masterSku,warehouseSku\nA,W-A\n", nil)
	held("unlabelled", `ConfigMap "aliases": it lacks the label ordersync.dev/mapping: "true"`)
	s.patch(table, func() { table.Labels = mappingLabel; table.Data["table.csv"] = "sku,sku2\nA,B\n" })
	held("unreadable", `key "table.csv", line 1: the first line must name the columns`)
	s.patch(table, func() { table.Data["table.csv"] = "masterSku,warehouseSku\nA,W-A\n" })
	s.accepted(connection, metav1.ConditionTrue, v1alpha1.ReasonAccepted, "3 rows")
	s.download(connection, "mended")
	if s.sku(order) != "W-A" {
		t.Errorf("after it was mended: %s", s.sku(order))
	}
	s.must(s.api.Delete(s.ctx, table))
	s.accepted(connection, metav1.ConditionFalse, fulfillment.ReasonMappingUnreadable, "does not exist")
	s.change("acme", func(connection *v1alpha1.OrderManagerConnection) { connection.Spec.Mappings = nil })
	s.await(key(connection), "the condition to go", func(got *v1alpha1.OrderManagerConnection) bool {
		return !hasCondition(got.Status.Conditions, v1alpha1.ConditionMappingsAccepted, metav1.ConditionFalse, "")
	})
}

// Rows in the connection and rows in ConfigMaps are one table, and twenty
// thousand of them are parsed once for all connections that name them.
func TestInlineRowsAndLargeTables(t *testing.T) {
	s := newShop(t)
	var text strings.Builder
	text.WriteString("masterSku,warehouseSku\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "MASTER-%06d,WH-%06d\n", i, i)
	}
	s.table("aliases", text.String(), mappingLabel)
	s.table("more", "masterSku,warehouseSku\nINLINE,OTHER\n", mappingLabel)
	inline := func(connection *v1alpha1.OrderManagerConnection) {
		connection.Spec.Mappings.SKUAliases = []v1alpha1.SKUAlias{{MasterSKU: "INLINE", WarehouseSKU: "WH-INLINE"}}
		connection.Spec.Mappings.Carriers.Rows = []v1alpha1.CarrierMappingRow{{WarehouseCarrier: "Van", ShippingCarrier: "NO_SUCH"}}
	}
	one, two, three := s.connection("one", mapped("aliases")), s.connection("two", mapped("aliases")), s.connection("three", mapped("aliases", "more"), inline)
	shelf := NewMappingShelf(s.api)
	of := func(connection *v1alpha1.OrderManagerConnection) mappings {
		t.Helper()
		found, err := shelf.of(s.ctx, s.api, connection)
		s.must(err)
		return found
	}
	if a, b := of(one).tables, of(two).tables; a != b || a.Rows() != 20_000 || of(one).tables != a {
		t.Errorf("%d rows, parsed once: %t", a.Rows(), a == b)
	}
	if found := of(one); !found.changedSince(time.Now().Add(-time.Hour)) || found.changedSince(time.Now().Add(time.Hour)) {
		t.Errorf("when it was written is not known: %s", describe(found.fields))
	}
	tables := of(three).tables
	if count, problems := tables.Problems(); count != 3 || tables.Rows() != 20_003 ||
		problems[0].String() != "spec.mappings.carriers.rows[0]: shippingCarrier is none of Order Manager's" {
		t.Errorf("%d rows, problems %v", tables.Rows(), problems)
	}
	if len(shelf.tables) != 2 || len(shelf.latest) != 3 {
		t.Errorf("%d tables of %d connections", len(shelf.tables), len(shelf.latest))
	}
	for _, connection := range []*v1alpha1.OrderManagerConnection{one, two, three} {
		shelf.forget(connection.UID)
	}
	if len(shelf.tables) != 0 || len(shelf.latest) != 0 {
		t.Errorf("%d tables of %d connections are kept for nobody", len(shelf.tables), len(shelf.latest))
	}
}

// Reject holds just the order whose ship method nobody mapped, names it, and
// lets it go once it is mapped; the row that does it stands in the connection.
func TestAnUnmappedShipMethodIsMapped(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	order := s.order("A") // it asks for no service
	s.manage()
	connection := s.connection("acme", mapped(), func(connection *v1alpha1.OrderManagerConnection) {
		connection.Spec.Mappings.ShipMethods.Unmapped = v1alpha1.UnmappedReject
	})
	s.accepted(connection, metav1.ConditionTrue, v1alpha1.ReasonAccepted, "0 rows")
	run := s.download(connection, "one")
	if run.LastRun.Result != v1alpha1.RunSucceeded || run.Failing == nil || run.Failing.Count != 1 || run.Failing.Orders[0].Reason != fulfillment.ReasonUnmappedShipMethod || s.sku(order) != "0 orders" {
		t.Errorf("sent %s: %s", s.sku(order), describe(run))
	}
	s.change("acme", func(connection *v1alpha1.OrderManagerConnection) {
		connection.Spec.Mappings.ShipMethods.Rows = []v1alpha1.ShipMethodRow{{Service: "(none)", Carrier: "UPS", Mode: "Ground"}}
	})
	s.accepted(connection, metav1.ConditionTrue, v1alpha1.ReasonAccepted, "1 rows")
	if run := s.download(connection, "two"); s.sku(order) != "A" || run.Failing != nil {
		t.Errorf("after it is mapped: %s, %s", s.sku(order), describe(run))
	}
}

// A table that somebody changed since the last run makes the refused orders due
// at once; one that stayed as it was leaves them waiting.
func TestAChangedMappingEndsTheWaiting(t *testing.T) {
	previous := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	connection := &v1alpha1.OrderManagerConnection{Status: v1alpha1.OrderManagerConnectionStatus{Routines: []v1alpha1.RoutineStatus{
		{Name: v1alpha1.OrderDownload, LastRun: &v1alpha1.RunStatus{StartTime: new(metav1.NewTime(previous))}},
	}}}
	r := &RoutineReconciler{Definition: orderDownload}
	for after, want := range map[time.Duration]bool{-time.Second: false, 0: true, time.Minute: true} {
		active := &activeRun{trigger: v1alpha1.TriggerSchedule, plan: plan{policy: &v1alpha1.SyncPolicy{}}, mappings: mappings{
			fields: []metav1.ManagedFieldsEntry{{Time: new(metav1.NewTime(previous.Add(after))),
				FieldsV1: metav1.NewFieldsV1(`{"f:data":{"f:table.csv":{}}}`)}},
		}}
		if got := r.reset(connection, active); got != want {
			t.Errorf("changed %s after the last run began: %t", after, got)
		}
	}
}
