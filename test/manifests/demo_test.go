// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"ordersync.dev/operator/api/v1alpha1"
)

// demo is one of the samples that the demo applies.
type demo struct {
	folder, namespace string
	// placeholders are what the demo puts addresses and names in the place of,
	// and how often each stands there.
	placeholders map[string]int
	// destination checks what is special about it.
	destination func(t *testing.T, namespace string, destination v1alpha1.OrderDestination)
}

// The hosts stand in the URLs and in the Secrets alike.
var demos = []demo{
	{
		folder: "demo", namespace: "acme",
		placeholders: map[string]int{"order-manager.demo.example": 2, "warehouse.demo.example": 2},
		destination: func(t *testing.T, _ string, destination v1alpha1.OrderDestination) {
			if destination.ThreePLWarehouseManager == nil {
				t.Errorf("destination = %+v", destination)
			}
		},
	},
	{
		folder: "demo-vendure", namespace: "acme-vendure",
		placeholders: map[string]int{"order-manager.demo.example": 2, "vendure.demo.example": 2,
			"channel-of-the-demo": 1, "location-of-the-demo": 1, "username-of-the-demo": 1, "password-of-the-demo": 1},
		destination: func(t *testing.T, namespace string, destination v1alpha1.OrderDestination) {
			if destination.Vendure == nil || destination.ThreePLWarehouseManager != nil {
				t.Fatalf("destination = %+v", destination)
			}
			secret := get(t, namespace, destination.Vendure.SecretRef.Name, &corev1.Secret{})
			for _, key := range []string{"username", "password", "hosts"} {
				if len(secret.Data[key]) == 0 {
					t.Errorf("the Secret of the destination needs %s", key)
				}
			}
		},
	},
}

func testDemos(t *testing.T) {
	for _, demo := range demos {
		t.Run(demo.folder, demo.test)
	}
}

func (d demo) test(t *testing.T) {
	rendered := kubectl(t, "kustomize", "config/samples/"+d.folder)
	for placeholder, want := range d.placeholders {
		if count := strings.Count(rendered, placeholder); count != want {
			t.Errorf("%s stands %d times in the demo, want %d", placeholder, count, want)
		}
	}
	left := rendered
	for placeholder := range d.placeholders {
		left = strings.ReplaceAll(left, placeholder, "")
	}
	for _, placeholder := range []string{"replace-me", ".demo.example", "-of-the-demo"} {
		if strings.Contains(left, placeholder) {
			t.Errorf("a placeholder is left in the demo: %s", placeholder)
		}
	}

	// The namespace of the samples is still going, and stays so without a
	// controller manager; another takes its place.
	namespace := d.namespace + "-demo"
	path := filepath.Join(t.TempDir(), "demo.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(rendered, d.namespace+"\n", namespace+"\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	kubectl(t, "apply", "-f", path)
	connection := get(t, namespace, "acme-east", &v1alpha1.OrderManagerConnection{})
	if connection.Spec.Orders.EarliestOrderDate != "" {
		t.Error("the demo leaves out orders of the simulator")
	}
	d.destination(t, namespace, connection.Spec.Destination)
	policy := get(t, namespace, "standard", &v1alpha1.SyncPolicy{})
	for _, schedule := range []v1alpha1.Schedule{
		policy.Spec.OrderDownload.Schedule, policy.Spec.OrderCancelDownload.Schedule,
		policy.Spec.ShipmentConfirmation.Schedule, policy.Spec.InventorySync.Schedule,
	} {
		if schedule.Every == nil || schedule.Every.Duration != time.Minute {
			t.Errorf("schedule = %+v, want every minute", schedule)
		}
	}
}
