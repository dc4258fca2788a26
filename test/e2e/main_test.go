// SPDX-License-Identifier: Apache-2.0

// Package e2e runs the built manager, under the role that is shipped, on a real
// API server against the simulators, and compares both systems' books.
package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/internal/testing/controlplane"
	"ordersync.dev/operator/internal/testing/operator"
)

// What all tests of the package share.
var (
	plane *controlplane.ControlPlane
	admin client.WithWatch
	// kubectl is authenticated as an administrator.
	kubectl operator.Kubectl
	// managerBinary and managerKubeconfig are paths.
	managerBinary, managerKubeconfig string
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	ctx := context.Background()
	root, err := controlplane.ModuleRoot()
	if err != nil {
		return 1, err
	}
	folder, err := os.MkdirTemp("", "ordersync-e2e-")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(folder) }()

	managerBinary = filepath.Join(folder, "manager")
	build := exec.CommandContext(ctx, "go", "build", "-o", managerBinary, "./cmd/manager")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building the manager: %w: %s", err, output)
	}
	if plane, err = controlplane.Start(controlplane.WithoutCRDs()); err != nil {
		return 1, err
	}
	defer func() {
		if stopErr := plane.Stop(); err == nil {
			err = stopErr
		}
	}()
	kubectl = operator.Kubectl{Binary: plane.Kubectl, Kubeconfig: filepath.Join(folder, "admin.kubeconfig")}
	if err := os.WriteFile(kubectl.Kubeconfig, plane.Kubeconfig(), 0o600); err != nil {
		return 1, err
	}
	if err := operator.Install(ctx, kubectl, root); err != nil {
		return 1, err
	}
	managerKubeconfig = filepath.Join(folder, "manager.kubeconfig")
	if err := operator.AccountKubeconfig(ctx, plane.Config, managerKubeconfig); err != nil {
		return 1, err
	}
	if admin, err = client.NewWithWatch(plane.Config, client.Options{Scheme: plane.Scheme}); err != nil {
		return 1, err
	}
	return m.Run(), nil
}
