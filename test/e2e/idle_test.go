// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/world"
)

// An idle connection and its policy are not written for a minute. The minute is
// what is promised, so the test waits for it; a write ends it at once.
func TestAnIdleConnectionCostsNoWrite(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 67, Orders: 100, SKUs: 60})
	m.start()
	m.runAll()
	// The policy's figures are gathered for up to ten seconds.
	m.waitForPolicy("standard", "the policy's figures", func(p *v1alpha1.SyncPolicy) bool {
		return p.Status.ReadyConnections == 1 && p.Status.OldestSuccessTime != nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	writes := make(chan string, 100)
	for _, list := range []client.ObjectList{&v1alpha1.OrderManagerConnectionList{}, &v1alpha1.SyncPolicyList{}} {
		m.must(admin.List(ctx, list, client.InNamespace(m.key.Namespace)))
		events, err := admin.Watch(ctx, list, client.InNamespace(m.key.Namespace), &client.ListOptions{Namespace: m.key.Namespace,
			Raw: rawFrom(list.GetResourceVersion())})
		m.must(err)
		t.Cleanup(events.Stop)
		go func() {
			for event := range events.ResultChan() {
				if object, ok := event.Object.(client.Object); ok && event.Type != watch.Bookmark {
					writes <- string(event.Type) + " " + object.GetName() + " by " + object.GetManagedFields()[len(object.GetManagedFields())-1].Manager
				}
			}
		}()
	}
	select {
	case write := <-writes:
		t.Errorf("written while idle: %s", write)
	case <-ctx.Done():
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Error(ctx.Err())
		}
	}
}

// rawFrom makes a watch show what is written after a version, and nothing before.
func rawFrom(version string) *metav1.ListOptions {
	return &metav1.ListOptions{ResourceVersion: version}
}
