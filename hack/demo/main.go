// SPDX-License-Identifier: Apache-2.0

// Command demo shows the operator at work: a real API server, simulators of
// both systems, the sample manifests applied by kubectl, and the manager as a
// process under the role that is shipped. It ends with what the book-keeper
// found when it compared both sides, and succeeds only if nothing is wrong.
//
// KEEP=1 leaves everything running until it is interrupted. KUBECONFIG=file
// uses that cluster instead of starting an API server.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/controlplane"
	"ordersync.dev/operator/internal/testing/operator"
)

const (
	namespace = "acme"
	orders    = 400
	skus      = 120
	cancelled = 25
	picked    = 5
	shipped   = 150
)

var connection = types.NamespacedName{Namespace: namespace, Name: "acme-east"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	if destination := os.Getenv("DESTINATION"); destination != "" && destination != "threePLWarehouseManager" {
		return fmt.Errorf("DESTINATION=%s is not known; the only destination is threePLWarehouseManager", destination)
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

	cluster, err := openCluster(ctx, root, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.close()) }()

	say("Starting the simulators of Order Manager and 3PL Warehouse Manager: %d orders, %d SKUs", orders, skus)
	w, err := world.Start(world.Options{Seed: 7, Orders: orders, SKUs: skus, NoStockEvery: 30, ForeignOrders: 12})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()

	if err := cluster.applySamples(ctx, root, w.Addresses()); err != nil {
		return err
	}
	say("Starting the manager under the role that is shipped")
	log, err := os.Create(filepath.Join(os.TempDir(), "ordersync-demo.log"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	manager, err := operator.Start(filepath.Join(root, "bin", "manager"), cluster.managerKubeconfig, log,
		"--allow-insecure-http", "--leader-elect", "--lease-namespace="+operator.Namespace, "--takeover-delay=2s",
		"--lease-duration=6s", "--renew-deadline=4s", "--retry-period=1s",
		"--metrics-bind-address=0", "--health-probe-bind-address=0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, manager.Stop()) }()

	day := &day{cluster: cluster, world: w, manager: manager}
	if err := day.run(ctx); err != nil {
		return fmt.Errorf("%w (the manager's log is %s)", err, log.Name())
	}
	if os.Getenv("KEEP") != "" {
		fmt.Print(howToLookAround(cluster.kubectl, w.ControlURL, log.Name()))
		<-ctx.Done()
	}
	return nil
}

func howToLookAround(kubectl operator.Kubectl, control, log string) string {
	return fmt.Sprintf(`
Everything stays running. In another terminal:

  export KUBECONFIG=%[1]s
  %[2]s -n acme get omc,syncpol -o wide
  %[2]s -n acme describe omc acme-east
  %[2]s -n acme annotate omc acme-east --overwrite ordersync.dev/run=now-1
  curl -s -X POST %[3]s/_control/arrive -d '{"limit": 20}'   # more orders come in
  curl -s -X POST %[3]s/_control/ship -d '{"limit": 20}'     # the warehouse ships
  curl -s %[3]s/_control/books                               # both books compared

The manager's log is %[4]s. Press Ctrl-C to stop everything.
`, kubectl.Kubeconfig, kubectl.Binary, control, log)
}

var started = time.Now()

func say(format string, arguments ...any) {
	text := strings.TrimRight(fmt.Sprintf(format, arguments...), "\n")
	fmt.Printf("[%4.1fs] %s\n", time.Since(started).Seconds(), text)
}

// names of the routines in the order in which the day runs them.
var routines = []v1alpha1.RoutineName{v1alpha1.OrderDownload, v1alpha1.OrderCancelDownload, v1alpha1.ShipmentConfirmation, v1alpha1.InventorySync}
