// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/internal/testing/controlplane"
	"ordersync.dev/operator/internal/testing/operator"
)

// cluster is an API server and etcd that can go and come back, with the
// operator's manifests applied and its binary built.
type cluster struct {
	plane              *controlplane.ControlPlane
	admin              client.WithWatch
	binary, kubeconfig string
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	root, err := controlplane.ModuleRoot()
	must(t, err)
	folder := t.TempDir()
	c := &cluster{binary: filepath.Join(folder, "manager"), kubeconfig: filepath.Join(folder, "manager.kubeconfig")}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", c.binary, "./cmd/manager")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the manager: %v: %s", err, output)
	}
	c.plane, err = controlplane.Start(controlplane.WithoutCRDs(), controlplane.WithState(t.TempDir()))
	must(t, err)
	t.Cleanup(func() { must(t, c.plane.Stop()) })
	kubectl := operator.Kubectl{Binary: c.plane.Kubectl, Kubeconfig: filepath.Join(folder, "admin.kubeconfig")}
	must(t, os.WriteFile(kubectl.Kubeconfig, c.plane.Kubeconfig(), 0o600))
	must(t, operator.Install(t.Context(), kubectl, root))
	must(t, operator.AccountKubeconfig(t.Context(), c.plane.Config, c.kubeconfig))
	c.admin, err = client.NewWithWatch(c.plane.Config, client.Options{Scheme: c.plane.Scheme})
	must(t, err)
	return c
}

// patience is how long a test waits for something that must happen.
const patience = 6 * time.Minute

// insist does something until the API server, which may be away, has taken it.
// It returns false when the time was up before.
func insist(ctx context.Context, do func(context.Context) error) bool {
	for ctx.Err() == nil {
		if do(ctx) == nil {
			return true
		}
		pause(ctx, 200*time.Millisecond)
	}
	return false
}

// pause lets time pass, as people and networks do between what they do.
func pause(ctx context.Context, d time.Duration) { await(ctx, d, nil) }

// await waits for an event, for so long at most.
func await(ctx context.Context, d time.Duration, event <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-event:
	case <-timer.C:
	case <-ctx.Done():
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
