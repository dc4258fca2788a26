// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"ordersync.dev/operator/api/v1alpha1"
)

var createOptions = metav1.CreateOptions{}

// What the samples select and refer to is there.
func requireWhole(t *testing.T) (*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy) {
	t.Helper()
	connection := get(t, "acme", "acme-east", &v1alpha1.OrderManagerConnection{})
	policy := get(t, "acme", "standard", &v1alpha1.SyncPolicy{})
	selector, err := metav1.LabelSelectorAsSelector(policy.Spec.Connections.Selector)
	if err != nil {
		t.Fatal(err)
	}
	if !selector.Matches(labels.Set(connection.Labels)) {
		t.Errorf("the policy does not select the connection: %v", connection.Labels)
	}
	source := get(t, "acme", connection.Spec.Source.OrderManager.SecretRef.Name, &corev1.Secret{})
	if len(source.Data["username"]) == 0 || len(source.Data["password"]) == 0 || source.Data["accessToken"] != nil {
		t.Error("the Secret of the source needs username and password alone")
	}
	destination := get(t, "acme", connection.Spec.Destination.ThreePLWarehouseManager.SecretRef.Name, &corev1.Secret{})
	if len(destination.Data["clientID"]) == 0 || len(destination.Data["clientSecret"]) == 0 {
		t.Error("the Secret of the destination needs clientID and clientSecret")
	}
	return connection, policy
}

func testSamples(t *testing.T) {
	if output := kubectl(t, "apply", "-k", "config/samples"); strings.Contains(output, "Warning") {
		t.Errorf("the server warns:\n%s", output)
	}
	connection, policy := requireWhole(t)
	if got := connection.Spec.Source.OrderManager.URL; got != "https://api.skubana.com" {
		t.Errorf("url = %s", got)
	}
	if policy.Spec.OrderDownload == nil || policy.Spec.OrderCancelDownload == nil ||
		policy.Spec.ShipmentConfirmation == nil || policy.Spec.InventorySync == nil {
		t.Error("the sample does not show every routine")
	}
	table := kubectl(t, "get", "omc,syncpol", "--namespace=acme")
	for _, want := range []string{"NEXT ORDERS", "acme-east", "SUSPENDED", "standard"} {
		if !strings.Contains(table, want) {
			t.Errorf("%s is missing in\n%s", want, table)
		}
	}
	kubectl(t, "delete", "-k", "config/samples", "--wait=false")
}
