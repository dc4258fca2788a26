// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
)

// The API server judges the cost of every rule and the structure of the schema
// when a CRD is installed; what it does not like it says in the conditions.
func TestCRDsAreEstablished(t *testing.T) {
	for _, name := range []string{"ordermanagerconnections.ordersync.dev", "syncpolicies.ordersync.dev"} {
		var definition unstructured.Unstructured
		definition.SetAPIVersion("apiextensions.k8s.io/v1")
		definition.SetKind("CustomResourceDefinition")
		if err := plane.Client.Get(t.Context(), client.ObjectKey{Name: name}, &definition); err != nil {
			t.Fatal(err)
		}
		conditions, _, err := unstructured.NestedSlice(definition.Object, "status", "conditions")
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		for _, entry := range conditions {
			if condition, ok := entry.(map[string]any); ok {
				kind, _ := condition["type"].(string)
				got[kind] = condition["status"]
			}
		}
		want := map[string]any{
			string(apiextensionsv1.Established):   "True",
			string(apiextensionsv1.NamesAccepted): "True",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: conditions (-want +got):\n%s", name, diff)
		}
	}
}

func TestDiscovery(t *testing.T) {
	clients, err := discovery.NewDiscoveryClientForConfig(plane.Config)
	if err != nil {
		t.Fatal(err)
	}
	served, err := clients.ServerResourcesForGroupVersion(v1alpha1.GroupVersion.String())
	if err != nil {
		t.Fatal(err)
	}
	type names struct {
		Kind, Singular string
		Short, Groups  []string
		Namespaced     bool
	}
	got := map[string]names{}
	for _, resource := range served.APIResources {
		got[resource.Name] = names{resource.Kind, resource.SingularName, resource.ShortNames, resource.Categories, resource.Namespaced}
	}
	want := map[string]names{
		"ordermanagerconnections":        {"OrderManagerConnection", "ordermanagerconnection", []string{"omc"}, []string{"ordersync"}, true},
		"ordermanagerconnections/status": {Kind: "OrderManagerConnection", Namespaced: true},
		"syncpolicies":                   {"SyncPolicy", "syncpolicy", []string{"syncpol"}, []string{"ordersync"}, true},
		"syncpolicies/status":            {Kind: "SyncPolicy", Namespaced: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSuspendedConnectionsCanBeSelected(t *testing.T) {
	target := plane.Namespace(t)
	for _, patch := range []string{`{metadata: {name: working}}`, `{metadata: {name: halted}, spec: {suspend: true}}`} {
		connection := object(t, connectionManifest, patch)
		connection.SetNamespace(target)
		create(t, connection)
	}
	clients, err := dynamic.NewForConfig(plane.Config)
	if err != nil {
		t.Fatal(err)
	}
	found, err := clients.Resource(v1alpha1.GroupVersion.WithResource("ordermanagerconnections")).Namespace(target).
		List(t.Context(), metav1.ListOptions{FieldSelector: "spec.suspend=true"})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Items) != 1 || found.Items[0].GetName() != "halted" {
		t.Errorf("selected %d connections, want halted alone", len(found.Items))
	}
}
