// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"crypto/tls"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/controlplane"
	"ordersync.dev/operator/internal/testing/operator"
)

// Metrics are served over TLS alone, and to nobody whom the API server does not
// let read them.
func TestMetricsAreForWhoMayReadThem(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 93, Orders: 20, SKUs: 10})
	address := freeAddress(t)
	m.start("--metrics-bind-address=" + address)
	m.wait("the connection to be ready", isReady)
	config, err := clientcmd.BuildConfigFromFlags("", managerKubeconfig)
	m.must(err)
	// The manager makes its own certificate at each start.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	ask := func(scheme, token string) int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+"://"+address+"/metrics", nil)
		m.must(err)
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := (&http.Client{Transport: transport}).Do(request)
		m.must(err)
		m.must(response.Body.Close())
		return response.StatusCode
	}
	m.create(&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "reader-" + m.key.Namespace},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "ordersync-metrics-reader"},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: m.key.Namespace, Name: "reader"}}})
	reader := m.account("reader")
	for name, test := range map[string]struct {
		scheme, token string
		want          int
	}{
		"without TLS":               {"http", reader, http.StatusBadRequest},
		"nobody":                    {"https", "", http.StatusUnauthorized},
		"a wrong token":             {"https", "wrong", http.StatusInternalServerError}, // what controller-runtime says of a review that fails
		"somebody without the role": {"https", config.BearerToken, http.StatusForbidden},
		"a reader":                  {"https", reader, http.StatusOK},
	} {
		if got := ask(test.scheme, test.token); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

// account makes a service account and returns a token of it.
func (m *merchant) account(name string) string {
	m.t.Helper()
	m.create(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: m.key.Namespace, Name: name}})
	path := filepath.Join(m.t.TempDir(), name)
	m.must(operator.KubeconfigOf(m.t.Context(), plane.Config, client.ObjectKey{Namespace: m.key.Namespace, Name: name}, path))
	config, err := clientcmd.BuildConfigFromFlags("", path)
	m.must(err)
	return config.BearerToken
}

// The rights of the variant for one namespace are enough for all that the
// manager does there.
func TestTheRightsInOneNamespaceAreEnough(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 94, Orders: 40, SKUs: 20})
	root, err := controlplane.ModuleRoot()
	m.must(err)
	rendered := m.kubectl("kustomize", filepath.Join(root, "config", "namespaced"))
	applied := 0
	for document := range strings.SplitSeq(rendered, "\n---\n") {
		if strings.Contains(document, "namespace: acme\n") && !strings.Contains(document, "kind: Deployment") {
			document = strings.ReplaceAll(document, "namespace: acme\n", "namespace: "+m.key.Namespace+"\n")
			document = strings.ReplaceAll(document, "namespace: ordersync-system", "namespace: "+m.key.Namespace)
			_, err := kubectl.Run(t.Context(), []byte(document+"\n"), "apply", "-f", "-")
			m.must(err)
			applied++
		}
	}
	if applied != 2 {
		t.Fatalf("%d documents are of the namespace, want a Role and its RoleBinding", applied)
	}
	m.create(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: m.key.Namespace, Name: operator.Account}})
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	m.must(operator.KubeconfigOf(t.Context(), plane.Config, client.ObjectKey{Namespace: m.key.Namespace, Name: operator.Account}, kubeconfig))
	m.startAs(kubeconfig)
	m.wait("the connection to be ready", isReady)
	m.runAll()
	m.balanced()
}
