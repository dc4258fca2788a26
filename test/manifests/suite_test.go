// SPDX-License-Identifier: Apache-2.0

// Package manifests tests what is shipped: dist/install.yaml and the samples.
package manifests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ordersync.dev/operator/internal/testing/controlplane"
)

var plane *controlplane.ControlPlane

// The CRDs come with the manifests under test.
func TestMain(m *testing.M) {
	os.Exit(controlplane.Main(m, func(started *controlplane.ControlPlane) { plane = started }, controlplane.WithoutCRDs()))
}

// kubectl runs in the module's root and returns both outputs as one text:
// warnings of the server come on the second.
func kubectl(t *testing.T, arguments ...string) string {
	t.Helper()
	root, err := controlplane.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	kubeconfig := filepath.Join(home, "kubeconfig")
	if err := os.WriteFile(kubeconfig, plane.Kubeconfig(), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), plane.Kubectl, arguments...)
	command.Dir = root
	// Nothing of the developer's own: neither a cluster nor a cache.
	command.Env = []string{"KUBECONFIG=" + kubeconfig, "HOME=" + home, "PATH=" + os.Getenv("PATH")}
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		t.Fatalf("kubectl %v: %v\n%s", arguments, err, &output)
	}
	return output.String()
}
