// SPDX-License-Identifier: Apache-2.0

// Command demo shows the operator at work: a real API server, Order Manager's
// simulator, a warehouse system at the far side, a sample manifest applied by
// kubectl, and the manager as a process under the role that is shipped. It ends
// with what the book-keeper found when it compared both sides, and succeeds only
// if nothing is wrong.
//
// DESTINATION is the warehouse system: threePLWarehouseManager, a simulator, or
// vendure, a real server from npm. KEEP=1 leaves everything running until it is
// interrupted. KUBECONFIG=file uses that cluster instead of starting an API
// server. With the argument "check" it says whether there is such a destination,
// and does nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/types"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/testing/controlplane"
	"ordersync.dev/operator/internal/testing/operator"
)

// Every demo makes the same choices.
const (
	seed         = 7
	noStockEvery = 30
	kitEvery     = 20
)

func main() {
	// What the libraries of the control plane have to say is not for its readers.
	logf.SetLogger(zap.New(zap.WriteTo(io.Discard)))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	destination, err := pickDestination(os.Getenv("DESTINATION"))
	if err != nil || slices.Contains(os.Args[1:], "check") {
		return err
	}
	root, err := controlplane.ModuleRoot()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "ordersync-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()

	if destination.provide != nil {
		if err := destination.provide(ctx); err != nil {
			return err
		}
	}
	cluster, err := openCluster(ctx, root, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.close()) }()
	world, err := destination.open(ctx, destination.size)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	if err := cluster.applySample(ctx, root, destination.sample, world.Placeholders()); err != nil {
		return err
	}
	say("Starting the manager under the role that is shipped")
	log, err := os.Create(filepath.Join(os.TempDir(), "ordersync-demo.log"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	manager, err := operator.Start(filepath.Join(root, "bin", "manager"), cluster.managerKubeconfig, log,
		"--leader-elect", "--lease-namespace="+operator.Namespace, "--takeover-delay=2s",
		"--lease-duration=6s", "--renew-deadline=4s", "--retry-period=1s",
		"--metrics-bind-address=0", "--health-probe-bind-address=0")
	if err != nil {
		return err
	}
	defer func() {
		// A Ctrl-C reaches the manager as well. A second signal ends it at once,
		// and then its exit code is no failure of the demo.
		if stopped := manager.Stop(); ctx.Err() == nil {
			err = errors.Join(err, stopped)
		}
	}()

	day := &day{destination: destination, cluster: cluster, world: world, manager: manager}
	if err := day.run(ctx); err != nil {
		return fmt.Errorf("%w (the manager's log is %s)", err, log.Name())
	}
	if os.Getenv("KEEP") != "" {
		fmt.Print(howToLookAround(cluster.kubectl, destination.connection, world.LookAround(), log.Name()))
		<-ctx.Done()
	}
	return nil
}

func howToLookAround(kubectl operator.Kubectl, connection types.NamespacedName, world, log string) string {
	return fmt.Sprintf(`
Everything stays running. In another terminal:

  export KUBECONFIG=%[1]s
  %[2]s -n %[3]s get omc,syncpol -o wide
  %[2]s -n %[3]s describe omc %[4]s
  %[2]s -n %[3]s annotate omc %[4]s --overwrite ordersync.dev/run=now-1
%[5]s
The manager's log is %[6]s. Press Ctrl-C to stop everything.
`, kubectl.Kubeconfig, kubectl.Binary, connection.Namespace, connection.Name, world, log)
}

var started = time.Now()

func say(format string, arguments ...any) {
	text := strings.TrimRight(fmt.Sprintf(format, arguments...), "\n")
	fmt.Printf("[%4.1fs] %s\n", time.Since(started).Seconds(), text)
}

// during does something and says every few seconds that it is not done yet. What
// was interrupted fails for that reason, whatever it says itself.
func during(ctx context.Context, what string, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	reminder := time.NewTicker(10 * time.Second)
	defer reminder.Stop()
	for {
		select {
		case err := <-done:
			if err != nil && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		case <-reminder.C:
			say("  waiting for %s", what)
		}
	}
}

// names of the routines in the order in which the day runs them.
var routines = []v1alpha1.RoutineName{v1alpha1.OrderDownload, v1alpha1.OrderCancelDownload, v1alpha1.ShipmentConfirmation, v1alpha1.InventorySync}
