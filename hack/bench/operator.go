// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/controlplane"
	"ordersync.dev/operator/internal/testing/operator"
)

// operatorBench runs the operator on an API server of its own.
type operatorBench struct {
	root, folder, kubeconfig string
	plane                    *controlplane.ControlPlane
	client                   client.WithWatch
	runs                     int
}

func newOperatorBench(ctx context.Context, root string) (*operatorBench, error) {
	folder, err := os.MkdirTemp("", "ordersync-bench-")
	if err != nil {
		return nil, err
	}
	plane, err := controlplane.Start(controlplane.WithoutCRDs())
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	b := &operatorBench{root: root, folder: folder, plane: plane, kubeconfig: filepath.Join(folder, "manager.kubeconfig")}
	if err := b.install(ctx); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *operatorBench) install(ctx context.Context) (err error) {
	admin := filepath.Join(b.folder, "admin.kubeconfig")
	if err := os.WriteFile(admin, b.plane.Kubeconfig(), 0o600); err != nil {
		return err
	}
	if err := operator.Install(ctx, operator.Kubectl{Binary: b.plane.Kubectl, Kubeconfig: admin}, b.root); err != nil {
		return err
	}
	if err := operator.AccountKubeconfig(ctx, b.plane.Config, b.kubeconfig); err != nil {
		return err
	}
	b.client, err = client.NewWithWatch(b.plane.Config, client.Options{Scheme: b.plane.Scheme})
	return err
}

func (b *operatorBench) close() error { return errors.Join(b.plane.Stop(), os.RemoveAll(b.folder)) }

// run downloads every order of the world through a manager that was started
// for it, from the token to its echo.
func (b *operatorBench) run(ctx context.Context, w *world.World) (used usage, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	b.runs++
	key := client.ObjectKey{Namespace: fmt.Sprintf("bench-%d", b.runs), Name: "bench"}
	for _, object := range objects(key, w.Addresses()) {
		if err := b.client.Create(ctx, object); err != nil {
			return usage{}, err
		}
	}
	manager, err := operator.Start(filepath.Join(b.root, "bin", "manager"), b.kubeconfig, nil, "--watch-namespaces="+key.Namespace,
		"--metrics-bind-address=0", "--health-probe-bind-address=0")
	if err != nil {
		return usage{}, err
	}
	defer func() { err = errors.Join(err, manager.Stop()) }()
	if _, err := operator.Watch(ctx, b.client, key, func(c *v1alpha1.OrderManagerConnection) bool {
		return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady)
	}); err != nil {
		return usage{}, fmt.Errorf("waiting for the connection: %w", err)
	}
	w.OrderManagerFaults.ResetCalls()
	w.WarehouseFaults.ResetCalls()
	before, err := cpuOf(manager.PID())
	if err != nil {
		return usage{}, err
	}
	started := time.Now()
	if err := operator.Ask(ctx, b.client, key, v1alpha1.OrderDownload, "bench"); err != nil {
		return usage{}, err
	}
	c, err := operator.Watch(ctx, b.client, key, func(c *v1alpha1.OrderManagerConnection) bool {
		return operator.Answer(c, v1alpha1.OrderDownload, "bench") != nil
	})
	if err != nil {
		return usage{}, fmt.Errorf("waiting for the run: %w", err)
	}
	used.wall = time.Since(started)
	after, err := cpuOf(manager.PID())
	if err != nil {
		return usage{}, err
	}
	used.cpu = after - before
	if used.peakMemoryBytes, err = peakMemoryOf(manager.PID()); err != nil {
		return usage{}, err
	}
	if last := operator.Entry(c, v1alpha1.OrderDownload).LastRun; last.Result != v1alpha1.RunSucceeded {
		return usage{}, fmt.Errorf("the run ended with %s: %s", last.Reason, last.Message)
	}
	return used, nil
}

// objects are a namespace with one connection to the world and a policy whose
// slots do not come while it is measured.
func objects(key client.ObjectKey, at world.Addresses) []client.Object {
	policy := operator.Policy(client.ObjectKey{Namespace: key.Namespace, Name: "bench"}, operator.Never, key.Name)
	policy.Spec.OrderCancelDownload, policy.Spec.ShipmentConfirmation, policy.Spec.InventorySync = nil, nil, nil
	list := []client.Object{&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: key.Namespace}}, operator.Connection(key, at), policy}
	for _, secret := range operator.Secrets(key.Namespace, at) {
		list = append(list, secret)
	}
	return list
}
