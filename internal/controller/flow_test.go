// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"encoding/json"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
)

func describe(object any) string {
	text, err := json.MarshalIndent(object, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func key(object client.Object) types.NamespacedName { return client.ObjectKeyFromObject(object) }

func TestTokenAtCreationRunsEveryGovernedRoutine(t *testing.T) {
	s := newShop(t)
	s.order("SKU-1")
	s.policy("standard")
	s.manage()
	connection := s.connection("acme", token1(v1alpha1.RunAnnotation, "first"))
	for _, definition := range Definitions() {
		got := s.await(key(connection), string(definition.Name)+" to answer", answered(definition.Name, "first"))
		if echo := answer(got, definition.Name, "first"); echo.Result != v1alpha1.RunSucceeded {
			t.Errorf("%s answered %+v: %s", definition.Name, echo, describe(entryOf(got, definition.Name)))
		}
	}
	got := s.await(key(connection), "readiness", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady))
	if got.Status.WarehouseID == nil || *got.Status.WarehouseID != east {
		t.Errorf("warehouse id %v, want %d", got.Status.WarehouseID, east)
	}
	if run := entryOf(got, v1alpha1.OrderDownload).LastRun; run.Counts.Created != 1 || run.Counts.Marked != 1 || run.Trigger != v1alpha1.TriggerToken {
		t.Errorf("the order's run: %s", describe(run))
	}
	var managers []string
	for _, field := range got.ManagedFields {
		if field.Subresource == "status" {
			managers = append(managers, field.Manager)
		}
	}
	slices.Sort(managers)
	want := []string{"ordersync-connection", "ordersync-inventorysync", "ordersync-ordercanceldownload", "ordersync-orderdownload", "ordersync-shipmentconfirmation"}
	if !slices.Equal(managers, want) {
		t.Errorf("field managers %v, want %v", managers, want)
	}
	s.awaitPolicy("standard", "readiness", func(policy *v1alpha1.SyncPolicy) bool {
		return policy.Status.Ready == "1/1" && hasCondition(policy.Status.Conditions, v1alpha1.ConditionReady, metav1.ConditionTrue, "")
	})
}
