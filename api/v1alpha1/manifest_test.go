// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// The manifests are untyped on purpose: Go's types cannot say most of what the
// schema refuses, and would leave out what the server must fill in.

const connectionManifest = `
apiVersion: ordersync.dev/v1alpha1
kind: OrderManagerConnection
metadata: {generateName: connection-, namespace: default}
spec:
  source:
    orderManager:
      secretRef: {name: order-manager}
      warehouseName: East DC
  destination:
    threePLWarehouseManager:
      secretRef: {name: three-pl}
      userLogin: integration@merchant.example
      customerID: 17
      facilityID: 3
`

const policyManifest = `
apiVersion: ordersync.dev/v1alpha1
kind: SyncPolicy
metadata: {generateName: policy-, namespace: default}
spec:
  connections: {names: [east]}
  orderDownload: {schedule: {every: 5m}}
`

// object returns the manifest after the patches, which are JSON merge patches
// written as YAML: what they name replaces, and null removes.
func object(t *testing.T, manifest string, patches ...string) *unstructured.Unstructured {
	t.Helper()
	content := parse(t, manifest)
	for _, patch := range patches {
		content, _ = merge(content, parse(t, patch)).(map[string]any)
	}
	return &unstructured.Unstructured{Object: content}
}

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	var content map[string]any
	if err := yaml.Unmarshal([]byte(text), &content); err != nil {
		t.Fatalf("not YAML: %v\n%s", err, text)
	}
	return content
}

func merge(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	merged := map[string]any{}
	if fields, ok := target.(map[string]any); ok {
		maps.Copy(merged, fields)
	}
	for name, value := range changes {
		if value == nil {
			delete(merged, name)
			continue
		}
		merged[name] = merge(merged[name], value)
	}
	return merged
}

// create creates the object and removes it when the test ends.
func create(t *testing.T, created *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	if err := plane.Client.Create(t.Context(), created); err != nil {
		t.Fatalf("refused: %v", err)
	}
	// Cleanups run when the test's own context has ended.
	ctx := context.WithoutCancel(t.Context())
	t.Cleanup(func() {
		if err := client.IgnoreNotFound(plane.Client.Delete(ctx, created)); err != nil {
			t.Errorf("removing: %v", err)
		}
	})
	return created
}

// dryRun lets the server default, prune and judge the object without storing it.
func dryRun(t *testing.T, candidate *unstructured.Unstructured) error {
	t.Helper()
	return plane.Client.Create(t.Context(), candidate, client.DryRunAll)
}

// requireRefusal fails unless err is the server's refusal of the field, by
// path, with a message that contains the text.
func requireRefusal(t *testing.T, err error, field, text string) {
	t.Helper()
	if err == nil {
		t.Fatalf("accepted; want a refusal of %s: %s", field, text)
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) || !apierrors.IsInvalid(err) {
		t.Fatalf("not a refusal by the schema: %v", err)
	}
	var causes []string
	for _, cause := range status.Status().Details.Causes {
		if cause.Field == field && strings.Contains(cause.Message, text) {
			return
		}
		causes = append(causes, describeCause(cause))
	}
	t.Fatalf("want a refusal of %s with %q; the server gave:\n  %s", field, text, strings.Join(causes, "\n  "))
}

func describeCause(cause metav1.StatusCause) string { return cause.Field + ": " + cause.Message }
