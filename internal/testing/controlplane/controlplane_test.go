// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
)

func TestStartSaysWhatIsMissing(t *testing.T) {
	incomplete := t.TempDir()
	if err := os.WriteFile(filepath.Join(incomplete, "etcd"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ folder, says string }{
		"variable not set": {"", AssetsVariable + " is not set"},
		"no such folder":   {filepath.Join(incomplete, "none"), "etcd: no such file"},
		"half a folder":    {incomplete, "kube-apiserver: no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(AssetsVariable, test.folder)
			_, err := Start()
			if !errors.Is(err, ErrAssetsMissing) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v; want it to say that assets are missing: %s", err, test.says)
			}
			if err != nil && !strings.Contains(err.Error(), "make test") {
				t.Errorf("%v does not say what to do", err)
			}
		})
	}
}

func TestStartSaysWhatTheServerSaid(t *testing.T) {
	plane, err := Start(WithAPIServerFlag("audit-policy-file", filepath.Join(t.TempDir(), "none")))
	if err == nil {
		t.Error("a server without its audit policy started")
		if err := plane.Stop(); err != nil {
			t.Error(err)
		}
		return
	}
	if !strings.Contains(err.Error(), "loading audit policy file") {
		t.Errorf("the server's own words are missing: %v", err)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var end tail
	for range 3 {
		if count, err := end.Write([]byte(strings.Repeat("a", tailLength))); err != nil || count != tailLength {
			t.Fatalf("wrote %d bytes, %v", count, err)
		}
	}
	if _, err := end.Write([]byte("last words")); err != nil {
		t.Fatal(err)
	}
	if got := end.String(); len(got) != tailLength || !strings.HasSuffix(got, "aaalast words") {
		t.Errorf("kept %d bytes ending in %q", len(got), got[max(0, len(got)-20):])
	}
}

func TestModuleRoot(t *testing.T) {
	root, err := ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "config", "crd", "bases")); err != nil {
		t.Errorf("%s is not the root: %v", root, err)
	}
	if nested, err := moduleRootAbove(filepath.Join(root, "hack", "controlplane")); err != nil || nested != root {
		t.Errorf("from a nested module: %s, %v; want %s", nested, err, root)
	}
	if found, err := moduleRootAbove(t.TempDir()); err == nil {
		t.Errorf("found %s above a folder outside of the module", found)
	}
}

// One control plane shows all that this package offers, and that nothing of it
// is left behind.
func TestControlPlane(t *testing.T) {
	audit := t.TempDir()
	policy := filepath.Join(audit, "policy.yaml")
	if err := os.WriteFile(policy, []byte(`{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(audit, "journal")
	plane, err := Start(WithAPIServerFlag("audit-policy-file", policy), WithAPIServerFlag("audit-log-path", journal))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := plane.Stop(); err != nil {
			t.Error(err)
		}
		if err := plane.Stop(); err != nil {
			t.Errorf("stopping twice: %v", err)
		}
		if err := plane.Client.List(t.Context(), &corev1.NamespaceList{}); err == nil {
			t.Error("the API server answers after Stop")
		}
	}()

	first, second := plane.Namespace(t), plane.Namespace(t)
	if first == second {
		t.Errorf("two tests share the namespace %s", first)
	}
	if err := plane.Client.List(t.Context(), &v1alpha1.SyncPolicyList{}, client.InNamespace(first)); err != nil {
		t.Errorf("the CRDs are not served: %v", err)
	}

	restricted, err := plane.User("nobody")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(plane.Config.CertData, restricted.CertData) {
		t.Error("the new user has the administrator's certificate")
	}
	asNobody, err := client.New(restricted, client.Options{Scheme: plane.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	if err := asNobody.List(t.Context(), &corev1.SecretList{}); !apierrors.IsForbidden(err) {
		t.Errorf("a user without a role lists secrets: %v", err)
	}

	fromFile, err := clientcmd.RESTConfigFromKubeConfig(plane.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	byFile, err := client.New(fromFile, client.Options{Scheme: plane.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	if err := byFile.Get(t.Context(), client.ObjectKey{Name: first}, &corev1.Namespace{}); err != nil {
		t.Errorf("the kubeconfig does not open the API server: %v", err)
	}
	if content, err := os.ReadFile(journal); err != nil || !strings.Contains(string(content), first) {
		t.Errorf("the flags did not reach the API server: %d bytes of audit journal, %v", len(content), err)
	}
	if _, err := os.Stat(plane.Kubectl); err != nil {
		t.Errorf("no kubectl: %v", err)
	}
}

func TestInterruptAndResumeLoseNothing(t *testing.T) {
	plane, err := Start(WithState(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := plane.Stop(); err != nil {
			t.Error(err)
		}
	})
	kept := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "kept"}, Data: map[string]string{"a": "b"}}
	if err := plane.Client.Create(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	if err := plane.Interrupt(); err != nil {
		t.Fatal(err)
	}
	if err := plane.Client.Get(t.Context(), client.ObjectKeyFromObject(kept), &corev1.ConfigMap{}); err == nil {
		t.Error("the API server answers while it is interrupted")
	}
	if err := plane.Resume(); err != nil {
		t.Fatal(err)
	}
	again := &corev1.ConfigMap{}
	if err := plane.Client.Get(t.Context(), client.ObjectKeyFromObject(kept), again); err != nil {
		t.Fatal(err)
	}
	if again.UID != kept.UID || again.Data["a"] != "b" {
		t.Errorf("the object came back as %v %v", again.UID, again.Data)
	}
}
