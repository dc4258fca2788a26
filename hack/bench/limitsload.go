// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/testing/operator"
)

// load keeps the connections of one account at work: whenever a run is
// answered, new orders come in and the next run is asked for.
type load struct {
	client    client.WithWatch
	namespace string
	account   *account
	// work is how many orders each run of a connection finds.
	work func(connection int) int
	// gap is the pause before the next run is asked for.
	gap time.Duration

	asked []int
}

func (l *load) name(n int) string { return fmt.Sprintf("connection-%02d", n) }

// create makes the objects of all connections.
func (l *load) create(ctx context.Context) error {
	l.asked = make([]int, l.account.connections)
	objects := []client.Object{&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: l.namespace}}}
	for _, secret := range operator.Secrets(l.namespace, l.account.addresses(0)) {
		objects = append(objects, secret)
	}
	policy := operator.Policy(client.ObjectKey{Namespace: l.namespace, Name: "bench"}, operator.Never)
	policy.Spec.OrderCancelDownload, policy.Spec.ShipmentConfirmation, policy.Spec.InventorySync = nil, nil, nil
	policy.Spec.Connections.Selector, policy.Spec.Connections.Names = &metav1.LabelSelector{}, nil
	objects = append(objects, policy)
	for n := range l.account.connections {
		objects = append(objects, operator.Connection(client.ObjectKey{Namespace: l.namespace, Name: l.name(n)}, l.account.addresses(n)))
	}
	for _, object := range objects {
		if err := l.client.Create(ctx, object); err != nil {
			return err
		}
	}
	return nil
}

// ready waits until every connection is.
func (l *load) ready(ctx context.Context) error {
	for n := range l.account.connections {
		if _, err := operator.Watch(ctx, l.client, client.ObjectKey{Namespace: l.namespace, Name: l.name(n)}, func(c *v1alpha1.OrderManagerConnection) bool {
			return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady)
		}); err != nil {
			return fmt.Errorf("waiting for connection %d: %w", n, err)
		}
	}
	return nil
}

// run asks for runs until the context ends.
func (l *load) run(ctx context.Context) error {
	for n := range l.account.connections {
		if err := l.ask(ctx, n); err != nil {
			return unlessOver(ctx, err)
		}
	}
	for {
		if err := l.watch(ctx); err != nil || ctx.Err() != nil {
			return unlessOver(ctx, err)
		}
	}
}

func unlessOver(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

func (l *load) ask(ctx context.Context, n int) error {
	if err := l.account.arrive(n, l.work(n)); err != nil {
		return err
	}
	l.asked[n]++
	return operator.Ask(ctx, l.client, client.ObjectKey{Namespace: l.namespace, Name: l.name(n)}, v1alpha1.OrderDownload, l.token(n))
}

func (l *load) token(n int) string { return fmt.Sprintf("run-%d", l.asked[n]) }

// watch asks for the next run of each connection whose last one was answered,
// until the API server ends the watch.
func (l *load) watch(ctx context.Context) error {
	events, err := l.client.Watch(ctx, &v1alpha1.OrderManagerConnectionList{}, client.InNamespace(l.namespace))
	if err != nil {
		return err
	}
	defer events.Stop()
	numbers := map[string]int{}
	for n := range l.account.connections {
		numbers[l.name(n)] = n
	}
	// A run that is over is followed by the next after the pause; one that waits
	// for it is not asked for twice.
	due := make(chan int, l.account.connections)
	pausing := map[int]bool{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case n := <-due:
			delete(pausing, n)
			if err := l.ask(ctx, n); err != nil {
				return err
			}
		case event, open := <-events.ResultChan():
			if !open || event.Type == watch.Error {
				return nil
			}
			c, ok := event.Object.(*v1alpha1.OrderManagerConnection)
			if !ok || event.Type == watch.Deleted {
				continue
			}
			n := numbers[c.Name]
			if !pausing[n] && operator.Answer(c, v1alpha1.OrderDownload, l.token(n)) != nil {
				pausing[n] = true
				time.AfterFunc(l.gap, func() { due <- n })
			}
		}
	}
}
