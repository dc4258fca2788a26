// SPDX-License-Identifier: Apache-2.0

// Package vendure runs the built manager, under the role that is shipped, on a
// real API server against Order Manager's simulator and a real Vendure, and
// compares Vendure's own database with the simulator's records.
package vendure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/internal/testing/controlplane"
	"ordersync.dev/operator/internal/testing/operator"
	"ordersync.dev/operator/internal/testing/vendureworld"
)

// closingFile names a file that the closing line is written to: go test keeps
// the output of packages that pass to itself.
const closingFile = "VENDURE_CLOSING_LINE"

// What all tests of the package share.
var (
	plane *controlplane.ControlPlane
	admin client.WithWatch
	// kubectl is authenticated as an administrator.
	kubectl operator.Kubectl
	// managerBinary and managerKubeconfig are paths.
	managerBinary, managerKubeconfig string
	// host is the one Vendure; each test has channels of its own in it.
	host *vendureworld.Host
	// closed adds up what the books of all tests said at their ends.
	closed closing
)

func TestMain(m *testing.M) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := run(ctx, m)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		code = 1
	}
	os.Exit(code)
}

func run(ctx context.Context, m *testing.M) (code int, err error) {
	root, err := controlplane.ModuleRoot()
	if err != nil {
		return 1, err
	}
	folder, err := os.MkdirTemp("", "ordersync-vendure-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()

	managerBinary = filepath.Join(folder, "manager")
	build := exec.CommandContext(ctx, "go", "build", "-o", managerBinary, "./cmd/manager")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building the manager: %w: %s", err, output)
	}
	if plane, err = controlplane.Start(controlplane.WithoutCRDs()); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, plane.Stop()) }()
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
	if host, err = vendureworld.OpenHost(ctx); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, host.Close()) }()

	code = m.Run()
	line := closed.line()
	fmt.Fprintln(os.Stderr, line)
	if path := os.Getenv(closingFile); path != "" {
		err = os.WriteFile(path, []byte(line+"\n"), 0o600)
	}
	return code, err
}
