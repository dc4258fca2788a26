// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// mayManager asks the server what the manager may do.
func mayManager(t *testing.T, namespace, group, resource, verb string) bool {
	t.Helper()
	clients, err := kubernetes.NewForConfig(plane.Config)
	if err != nil {
		t.Fatal(err)
	}
	review, err := clients.AuthorizationV1().SubjectAccessReviews().Create(t.Context(), &authorizationv1.SubjectAccessReview{
		Spec: authorizationv1.SubjectAccessReviewSpec{User: manager, ResourceAttributes: &authorizationv1.ResourceAttributes{
			Namespace: namespace, Group: group, Resource: resource, Verb: verb,
		}},
	}, createOptions)
	if err != nil {
		t.Fatal(err)
	}
	return review.Status.Allowed
}

// A manager that was taken over could use its right to write ConfigMaps against
// the cluster. The server takes plans from it and nothing else.
func testManagerWritesPlansAlone(t *testing.T) {
	config := rest.CopyConfig(plane.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: manager, Groups: []string{"system:serviceaccounts", "system:authenticated"}}
	asManager, err := client.New(config, client.Options{Scheme: plane.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	owner := []metav1.OwnerReference{{APIVersion: "ordersync.dev/v1alpha1", Kind: "OrderManagerConnection", Name: "east", UID: "1"}}
	object := func(name string, owners []metav1.OwnerReference) *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, OwnerReferences: owners}, Data: map[string]string{"a": "b"}}
	}
	refused := func(err error) bool {
		return apierrors.IsInvalid(err) && strings.Contains(err.Error(), "no ConfigMap but the plans")
	}
	// The server takes a policy up some time after it was made.
	if err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		return refused(asManager.Create(ctx, object("stolen", nil), client.DryRunAll)), nil
	}); err != nil {
		t.Fatalf("the manager may write any ConfigMap: %v", err)
	}
	if err := asManager.Create(t.Context(), object("east-orderdownload-plan", owner)); err != nil {
		t.Errorf("a plan is refused: %v", err)
	}
	for name, made := range map[string]*corev1.ConfigMap{
		"no plan's name": object("coredns", owner), "no owner": object("other-plan", nil),
		"another owner": object("other-plan", []metav1.OwnerReference{{APIVersion: "v1", Kind: "Pod", Name: "east", UID: "1"}}),
	} {
		if err := asManager.Create(t.Context(), made); !refused(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What others made cannot be taken over by giving it an owner.
	theirs := object("theirs-plan", nil)
	if err := plane.Client.Create(t.Context(), theirs); err != nil {
		t.Fatal(err)
	}
	patch := []byte(`{"metadata":{"ownerReferences":[{"apiVersion":"ordersync.dev/v1alpha1","kind":"OrderManagerConnection","name":"east","uid":"1"}]},"data":{"a":"c"}}`)
	if err := asManager.Patch(t.Context(), theirs, client.RawPatch("application/merge-patch+json", patch)); !refused(err) {
		t.Errorf("a ConfigMap of somebody else was taken over: %v", err)
	}
	if err := plane.Client.Create(t.Context(), object("nobody-minds", nil)); err != nil {
		t.Errorf("others are held back too: %v", err)
	}
}

// The variant for one namespace gives no right beyond it but that of asking who
// reads the metrics.
func testNamespaced(t *testing.T) {
	rendered := kubectl(t, "kustomize", "config/namespaced")
	// What only the other variant has goes first.
	for _, object := range []client.Object{&rbacv1.ClusterRoleBinding{}, &rbacv1.ClusterRole{}} {
		object.SetName("ordersync-manager")
		if err := plane.Client.Delete(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
	// A namespace of the samples that is still going takes nothing new; another
	// stands in for it.
	const tenant = "acme-alone"
	if err := plane.Client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: tenant}}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "namespaced.yaml")
	rendered = strings.ReplaceAll(strings.ReplaceAll(rendered, "namespace: acme\n", "namespace: "+tenant+"\n"), "--watch-namespaces=acme\n", "--watch-namespaces="+tenant+"\n")
	if err := os.WriteFile(path, []byte(rendered), 0o600); err != nil {
		t.Fatal(err)
	}
	if output := kubectl(t, "apply", "--server-side", "-f", path); strings.Contains(output, "Warning") {
		t.Errorf("the server warns:\n%s", output)
	}
	arguments := get(t, system, "ordersync-manager", &appsv1.Deployment{}).Spec.Template.Spec.Containers[0].Args
	if !slices.Contains(arguments, "--watch-namespaces="+tenant) || !slices.Contains(arguments, "--leader-elect") {
		t.Errorf("arguments %q", arguments)
	}
	for _, right := range []struct {
		namespace, group, resource, verb string
		want                             bool
	}{
		{tenant, "", "secrets", "get", true},
		{tenant, "", "configmaps", "watch", true},
		{tenant, "ordersync.dev", "ordermanagerconnections", "watch", true},
		{tenant, "events.k8s.io", "events", "create", true},
		{system, "coordination.k8s.io", "leases", "update", true},
		{"", "authentication.k8s.io", "tokenreviews", "create", true},

		{tenant, "", "secrets", "list", false},
		{"other", "", "secrets", "get", false},
		{system, "", "secrets", "get", false},
		{"other", "", "configmaps", "get", false},
		{"", "", "configmaps", "list", false},
		{"other", "ordersync.dev", "ordermanagerconnections", "get", false},
		{"", "ordersync.dev", "ordermanagerconnections", "list", false},
	} {
		if got := mayManager(t, right.namespace, right.group, right.resource, right.verb); got != right.want {
			t.Errorf("%+v: allowed %t", right, got)
		}
	}
}
