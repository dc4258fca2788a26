// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
)

// row asks the server for what kubectl get prints: the cells by column name,
// those of priority 0 and those that -o wide adds.
func row(t *testing.T, resource string, of *unstructured.Unstructured) (usual, wide map[string]any) {
	t.Helper()
	clients, err := kubernetes.NewForConfig(plane.Config)
	if err != nil {
		t.Fatal(err)
	}
	content, err := clients.RESTClient().Get().
		AbsPath("apis/ordersync.dev/v1alpha1/namespaces", of.GetNamespace(), resource, of.GetName()).
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").
		DoRaw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var table metav1.Table
	if err := json.Unmarshal(content, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) != 1 {
		t.Fatalf("%d rows, want 1", len(table.Rows))
	}
	usual, wide = map[string]any{}, map[string]any{}
	for i, column := range table.ColumnDefinitions {
		cells := usual
		if column.Priority > 0 {
			cells = wide
		}
		cells[column.Name] = table.Rows[0].Cells[i]
	}
	delete(usual, "Name")
	delete(usual, "Age")
	return usual, wide
}

func daysAgo(days int) string { return time.Now().AddDate(0, 0, -days).UTC().Format(time.RFC3339) }

func TestConnectionColumns(t *testing.T) {
	connection := create(t, object(t, connectionManifest))
	usual, wide := row(t, "ordermanagerconnections", connection)
	if diff := cmp.Diff(map[string]any{
		"Ready": nil, "Reason": nil, "Orders": nil, "Shipments": nil, "Stock": nil, "Failing": nil, "Drift": nil, "Next orders": nil,
	}, usual); diff != "" {
		t.Errorf("a new connection (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"Message": nil}, wide); diff != "" {
		t.Errorf("a new connection, wide (-want +got):\n%s", diff)
	}

	// A date column prints <invalid> for a time to come, so the next run is text.
	next := time.Now().Add(5 * time.Minute).UTC().Format(time.RFC3339)
	connection.Object, _ = merge(connection.Object, parse(t, `
status:
  failing: 3
  drift: 2
  conditions:
  - {type: SourceResolved, status: "True", reason: Resolved, message: "", lastTransitionTime: `+moment+`}
  - {type: Ready, status: "False", reason: RoutineFailing, message: look here, lastTransitionTime: `+moment+`}
  routines:
  - {name: InventorySync, lastSuccessTime: "`+daysAgo(30)+`"}
  - {name: ShipmentConfirmation, lastSuccessTime: "`+daysAgo(20)+`", nextRun: never}
  - {name: OrderDownload, lastSuccessTime: "`+daysAgo(10)+`", nextRun: "`+next+`"}
`)).(map[string]any)
	if err := plane.Client.Status().Update(t.Context(), connection); err != nil {
		t.Fatal(err)
	}
	usual, wide = row(t, "ordermanagerconnections", connection)
	if diff := cmp.Diff(map[string]any{
		"Ready": "False", "Reason": "RoutineFailing", "Orders": "10d", "Shipments": "20d", "Stock": "30d",
		"Failing": float64(3), "Drift": float64(2), "Next orders": next,
	}, usual); diff != "" {
		t.Errorf("a connection that worked (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"Message": "look here"}, wide); diff != "" {
		t.Errorf("a connection that worked, wide (-want +got):\n%s", diff)
	}
}

func TestPolicyColumns(t *testing.T) {
	policy := create(t, object(t, policyManifest, `{spec: {suspend: true}}`))
	next := time.Now().Add(5 * time.Minute).UTC().Format(time.RFC3339)
	policy.Object, _ = merge(policy.Object, parse(t, `
status:
  connections: 300
  readyConnections: 297
  ready: 297/300
  failing: 12
  oldestSuccessTime: "`+daysAgo(10)+`"
  nextRun: "`+next+`"
  conditions: [{type: Ready, status: "False", reason: ConnectionsNotReady, message: 3 of 300, lastTransitionTime: `+moment+`}]
`)).(map[string]any)
	if err := plane.Client.Status().Update(t.Context(), policy); err != nil {
		t.Fatal(err)
	}
	usual, wide := row(t, "syncpolicies", policy)
	if diff := cmp.Diff(map[string]any{
		"Connections": float64(300), "Ready": "297/300", "Failing": float64(12), "Mode": "Sync", "Suspended": true,
	}, usual); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"Oldest success": "10d", "Next run": next, "Message": "3 of 300"}, wide); diff != "" {
		t.Errorf("wide (-want +got):\n%s", diff)
	}
}
