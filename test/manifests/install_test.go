// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/internal/testing/controlplane"
)

const (
	system  = "ordersync-system"
	manager = "system:serviceaccount:" + system + ":ordersync-manager"
)

// The namespace asks the server to warn of pods that break the restricted
// standard, so silence means that the pod will be admitted.
func TestInstall(t *testing.T) {
	output := kubectl(t, "apply", "--server-side", "-f", "dist/install.yaml")
	if strings.Contains(output, "Warning") {
		t.Errorf("the server warns:\n%s", output)
	}
	kubectl(t, "wait", "--for=condition=Established", "--timeout=60s", "crd/ordermanagerconnections.ordersync.dev", "crd/syncpolicies.ordersync.dev")

	again := kubectl(t, "apply", "--server-side", "-f", "dist/install.yaml")
	if strings.Contains(again, "conflict") || strings.Contains(again, "Warning") {
		t.Errorf("the second time:\n%s", again)
	}

	t.Run("restricted pods", testRestrictedPods)
	t.Run("deployment", testDeployment)
	t.Run("network policy", testNetworkPolicy)
	t.Run("what the manager may do", testManagerRights)
	t.Run("roles of people", testRolesOfPeople)
	t.Run("samples", testSamples)
	t.Run("demos", testDemos)
	t.Run("what the manager may write", testManagerWritesPlansAlone)
	t.Run("in one namespace", testNamespaced)
}

func get[T client.Object](t *testing.T, namespace, name string, into T) T {
	t.Helper()
	if err := plane.Client.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, into); err != nil {
		t.Fatal(err)
	}
	return into
}

// The pod of the deployment is admitted where restricted is enforced, and a pod
// that is not restricted is refused there, or the first would prove nothing.
func testRestrictedPods(t *testing.T) {
	deployment := get(t, system, "ordersync-manager", &appsv1.Deployment{})
	pod := &corev1.Pod{Spec: *deployment.Spec.Template.Spec.DeepCopy()}
	pod.Namespace, pod.Name = system, "admitted"
	if err := plane.Client.Create(t.Context(), pod, client.DryRunAll); err != nil {
		t.Errorf("the manager's pod is refused: %v", err)
	}
	loose := &corev1.Pod{Spec: *deployment.Spec.Template.Spec.DeepCopy()}
	loose.Namespace, loose.Name = system, "refused"
	loose.Spec.Containers[0].SecurityContext = nil
	err := plane.Client.Create(t.Context(), loose, client.DryRunAll)
	if err == nil || !strings.Contains(err.Error(), `violates PodSecurity "restricted:latest"`) {
		t.Errorf("a pod without a security context: %v", err)
	}
}

func testDeployment(t *testing.T) {
	for _, argument := range get(t, system, "ordersync-manager", &appsv1.Deployment{}).Spec.Template.Spec.Containers[0].Args {
		for _, loose := range []string{"--metrics-insecure", "--allow-insecure-http", "--allowed-private-cidrs"} {
			if strings.HasPrefix(argument, loose) {
				t.Errorf("what is shipped has %s", argument)
			}
		}
	}
	deployment := get(t, system, "ordersync-manager", &appsv1.Deployment{})
	if !strings.Contains(strings.Join(deployment.Spec.Template.Spec.Containers[0].Args, " "), "--leader-elect") {
		t.Error("the manager does not elect a leader: two pods of an update would work at once")
	}
	container := deployment.Spec.Template.Spec.Containers[0]
	if context := container.SecurityContext; context.ReadOnlyRootFilesystem == nil || !*context.ReadOnlyRootFilesystem {
		t.Error("the root file system can be written")
	}
	if grace := deployment.Spec.Template.Spec.TerminationGracePeriodSeconds; grace == nil || *grace != 120 {
		t.Errorf("grace period %v, want 120 s", grace)
	}
	if container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
		t.Errorf("resources are not bounded: %v", container.Resources)
	}
	if container.LivenessProbe.HTTPGet.Path == container.ReadinessProbe.HTTPGet.Path {
		t.Error("alive and ready are the same probe: a manager that waits would be restarted")
	}
	// A selector that misses its pods is served by nobody, and selects them all
	// the same when both are read by people.
	labels := deployment.Spec.Template.Labels
	service := get(t, system, "ordersync-metrics", &corev1.Service{})
	for name, value := range service.Spec.Selector {
		if labels[name] != value {
			t.Errorf("the service selects %s=%s, the pods have %q", name, value, labels[name])
		}
	}
}

func testNetworkPolicy(t *testing.T) {
	labels := get(t, system, "ordersync-manager", &appsv1.Deployment{}).Spec.Template.Labels
	policy := get(t, system, "ordersync-manager", &networkingv1.NetworkPolicy{})
	for name, value := range policy.Spec.PodSelector.MatchLabels {
		if labels[name] != value {
			t.Errorf("the policy selects %s=%s, the pods have %q", name, value, labels[name])
		}
	}
	if len(policy.Spec.Ingress) != 1 || len(policy.Spec.Ingress[0].Ports) != 1 || policy.Spec.Ingress[0].Ports[0].Port.IntValue() != 8443 {
		t.Errorf("more than metrics can be reached: %+v", policy.Spec.Ingress)
	}
	if !slices.Contains(policy.Spec.PolicyTypes, networkingv1.PolicyTypeEgress) {
		t.Error("the manager may call anything")
	}
	calls := map[string]bool{}
	for _, rule := range policy.Spec.Egress {
		if len(rule.Ports) == 0 {
			t.Errorf("every port may be called: %+v", rule)
		}
		for _, port := range rule.Ports {
			calls[fmt.Sprintf("%s/%d", *port.Protocol, port.Port.IntValue())] = true
		}
	}
	if diff := cmp.Diff(map[string]bool{"UDP/53": true, "TCP/53": true, "TCP/443": true, "TCP/6443": true}, calls); diff != "" {
		t.Errorf("what may be called (-want +got):\n%s", diff)
	}
}

// The server itself is asked, so bindings and names are tested with the rules.
func testManagerRights(t *testing.T) {
	clients, err := kubernetes.NewForConfig(plane.Config)
	if err != nil {
		t.Fatal(err)
	}
	may := func(namespace, group, resource, subresource, verb string) bool {
		review, err := clients.AuthorizationV1().SubjectAccessReviews().Create(t.Context(), &authorizationv1.SubjectAccessReview{
			Spec: authorizationv1.SubjectAccessReviewSpec{User: manager, ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: namespace, Group: group, Resource: resource, Subresource: subresource, Verb: verb,
			}},
		}, createOptions)
		if err != nil {
			t.Fatal(err)
		}
		return review.Status.Allowed
	}
	for _, right := range []struct {
		namespace, group, resource, subresource, verb string
		want                                          bool
	}{
		{"acme", "ordersync.dev", "ordermanagerconnections", "", "watch", true},
		{"acme", "ordersync.dev", "ordermanagerconnections", "status", "patch", true},
		{"acme", "ordersync.dev", "syncpolicies", "status", "patch", true},
		{"acme", "", "secrets", "", "get", true},
		{"acme", "events.k8s.io", "events", "", "create", true},
		{system, "coordination.k8s.io", "leases", "", "update", true},
		{"", "authentication.k8s.io", "tokenreviews", "", "create", true},

		{"acme", "ordersync.dev", "ordermanagerconnections", "", "update", false},
		{"acme", "ordersync.dev", "ordermanagerconnections", "", "delete", false},
		{"acme", "ordersync.dev", "syncpolicies", "", "patch", false},
		{"acme", "", "secrets", "", "list", false},
		{"acme", "", "secrets", "", "watch", false},
		{"acme", "", "secrets", "", "update", false},
		{"acme", "", "configmaps", "", "watch", true},
		{"acme", "", "configmaps", "", "update", false},
		{"acme", "", "pods", "", "list", false},
		{"acme", "coordination.k8s.io", "leases", "", "get", false},
		{system, "coordination.k8s.io", "leases", "", "delete", false},
		{"", "rbac.authorization.k8s.io", "clusterroles", "", "bind", false},
	} {
		if got := may(right.namespace, right.group, right.resource, right.subresource, right.verb); got != right.want {
			t.Errorf("%+v: allowed %t", right, got)
		}
	}

	for _, rule := range rulesShipped(t) {
		for _, word := range slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs) {
			if strings.Contains(word, "*") {
				t.Errorf("a wildcard in %+v", rule)
			}
		}
		if slices.Contains(rule.Resources, "secrets") {
			if diff := cmp.Diff([]string{"get"}, rule.Verbs); diff != "" {
				t.Errorf("secrets (-want +got):\n%s", diff)
			}
		}
	}
}

// rulesShipped are those of every role that the installation makes.
func rulesShipped(t *testing.T) []rbacv1.PolicyRule {
	t.Helper()
	var rules []rbacv1.PolicyRule
	mine := client.MatchingLabels{"app.kubernetes.io/name": "ordersync"}
	var everywhere rbacv1.ClusterRoleList
	var somewhere rbacv1.RoleList
	if err := errors.Join(plane.Client.List(t.Context(), &everywhere, mine), plane.Client.List(t.Context(), &somewhere, mine)); err != nil {
		t.Fatal(err)
	}
	for _, role := range everywhere.Items {
		rules = append(rules, role.Rules...)
	}
	for _, role := range somewhere.Items {
		rules = append(rules, role.Rules...)
	}
	if len(everywhere.Items) < 5 || len(somewhere.Items) < 1 {
		t.Errorf("%d and %d roles: some are not found", len(everywhere.Items), len(somewhere.Items))
	}
	return rules
}

func testRolesOfPeople(t *testing.T) {
	for name, label := range map[string]string{
		"ordersync-viewer": "rbac.authorization.k8s.io/aggregate-to-view",
		"ordersync-editor": "rbac.authorization.k8s.io/aggregate-to-edit",
		"ordersync-admin":  "rbac.authorization.k8s.io/aggregate-to-admin",
	} {
		role := get(t, "", name, &rbacv1.ClusterRole{})
		if role.Labels[label] != "true" {
			t.Errorf("%s joins no role of Kubernetes: %v", name, role.Labels)
		}
		for _, rule := range role.Rules {
			if name != "ordersync-admin" && slices.Contains(rule.Resources, "ordermanagerconnections/status") && !slices.Equal(rule.Verbs, []string{"get"}) {
				t.Errorf("%s writes status: %v", name, rule.Verbs)
			}
			if !slices.Equal(rule.APIGroups, []string{"ordersync.dev"}) {
				t.Errorf("%s reaches beyond this operator: %v", name, rule.APIGroups)
			}
		}
	}
}

func TestEveryManifestHasItsLicence(t *testing.T) {
	root, err := controlplane.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	err = filepath.WalkDir(filepath.Join(root, "config"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.Contains(path, filepath.Join("crd", "bases")) || filepath.Ext(path) != ".yaml" {
			return err
		}
		seen++
		content, err := os.ReadFile(path)
		if err == nil && !strings.HasPrefix(string(content), "# SPDX-License-Identifier: Apache-2.0\n") {
			t.Errorf("%s does not begin with its licence", path)
		}
		return err
	})
	if err != nil || seen < 15 {
		t.Errorf("looked at %d files, %v", seen, err)
	}
}
