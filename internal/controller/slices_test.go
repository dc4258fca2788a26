// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
)

// A run of many slices is one run: nothing is done twice, and its result is
// written once.
func TestRunOfManySlices(t *testing.T) {
	s := newShop(t)
	s.slice = time.Nanosecond
	const orders = 230
	for i := range orders {
		s.order(fmt.Sprintf("SKU-%d", i%7))
	}
	s.policy("standard")
	s.manage()
	connection := s.connection("acme", token1(forOrders, "go"))
	got := s.await(key(connection), "the run", answered(v1alpha1.OrderDownload, "go"))
	run := entryOf(got, v1alpha1.OrderDownload).LastRun
	if run.Counts.Created != orders || run.Counts.Marked != orders || runs(got, v1alpha1.OrderDownload) != 1 {
		t.Errorf("run %s", describe(run))
	}
	if creates := s.whCalls.Calls()["POST /orders"]; creates != orders {
		t.Errorf("%d creates for %d orders", creates, orders)
	}
}

// What happens to an object in the middle of a run ends the run at its next page.
func TestChangesInTheMiddleOfARun(t *testing.T) {
	cases := map[string]struct {
		change func(*shop, *v1alpha1.OrderManagerConnection)
		// result and reason answer the token in the end.
		result v1alpha1.RunResult
		reason string
	}{
		"connection suspended": {
			func(s *shop, c *v1alpha1.OrderManagerConnection) {
				s.change(c.Name, func(c *v1alpha1.OrderManagerConnection) { c.Spec.Suspend = true })
			}, v1alpha1.RunRefused, v1alpha1.ReasonSuspended,
		},
		"policy suspended": {
			func(s *shop, _ *v1alpha1.OrderManagerConnection) {
				policy := &v1alpha1.SyncPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "standard"}}
				s.must(s.api.Patch(s.ctx, policy, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"suspend":true}}`))))
			}, v1alpha1.RunRefused, v1alpha1.ReasonSuspended,
		},
		"another generation": {
			func(s *shop, c *v1alpha1.OrderManagerConnection) {
				s.change(c.Name, func(c *v1alpha1.OrderManagerConnection) { c.Spec.Orders.EarliestOrderDate = "2001-01-01" })
			}, v1alpha1.RunSucceeded, v1alpha1.ReasonSucceeded,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			const orders = 120
			for range orders {
				s.order("SKU-1")
			}
			s.policy("standard")
			s.manage()
			hold := s.whCalls.HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 1})
			connection := s.connection("acme", token1(forOrders, "go"))
			<-hold.Reached()
			c.change(s, connection)
			if c.result == v1alpha1.RunSucceeded {
				// The new generation must be seen before the run goes on.
				s.await(key(connection), "a look at the new generation", func(c *v1alpha1.OrderManagerConnection) bool {
					return c.Generation > 1 && lookedAt(c)
				})
			}
			hold.Release()
			got := s.await(key(connection), "the answer", answered(v1alpha1.OrderDownload, "go"))
			if echo := answer(got, v1alpha1.OrderDownload, "go"); echo.Result != c.result || echo.Reason != c.reason {
				t.Errorf("answered %+v", echo)
			}
			entry := entryOf(got, v1alpha1.OrderDownload)
			if c.result == v1alpha1.RunRefused && entry.LastRun != nil {
				t.Errorf("a dropped run was written: %s", describe(entry.LastRun))
			}
			if creates := s.whCalls.Calls()["POST /orders"]; creates > orders {
				t.Errorf("%d creates for %d orders", creates, orders)
			}
		})
	}
}

// A connection that was deleted and made again under its name in the middle of
// a run gets nothing of that run.
func TestRecreatedConnectionInheritsNothing(t *testing.T) {
	s := newShop(t)
	s.order("SKU-1")
	s.policy("standard")
	s.manage()
	hold := s.whCalls.HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 1})
	first := s.connection("acme", token1(forOrders, "of-the-first"))
	<-hold.Reached()
	s.must(s.api.Delete(s.ctx, first))
	second := s.connection("acme", token1(forOrders, "of-the-second"))
	hold.Release()
	got := s.await(key(second), "the second one's run", answered(v1alpha1.OrderDownload, "of-the-second"))
	if got.UID != second.UID || answer(got, v1alpha1.OrderDownload, "of-the-first") != nil || runs(got, v1alpha1.OrderDownload) != 1 {
		t.Errorf("status of the second: %s", describe(entryOf(got, v1alpha1.OrderDownload)))
	}
	if creates := s.whCalls.Calls()["POST /orders"]; creates != 1 {
		t.Errorf("%d creates for one order", creates)
	}
}

// A process that is stopped in the middle of a run leaves the token unanswered,
// and the next process answers it.
func TestNextProcessFinishesWhatThisOneBegan(t *testing.T) {
	s := newShop(t)
	s.order("SKU-1")
	s.policy("standard")
	stop := s.manage()
	hold := s.whCalls.HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 1})
	connection := s.connection("acme", token1(forOrders, "go"))
	<-hold.Reached()
	stopped := make(chan struct{})
	go func() {
		stop()
		close(stopped)
	}()
	hold.Release()
	<-stopped
	s.manage()
	got := s.await(key(connection), "the answer", answered(v1alpha1.OrderDownload, "go"))
	if echo := answer(got, v1alpha1.OrderDownload, "go"); echo.Result != v1alpha1.RunSucceeded {
		t.Errorf("answered %+v", echo)
	}
	if creates := s.whCalls.Calls()["POST /orders"]; creates != 1 {
		t.Errorf("%d creates for one order", creates)
	}
}

// A Secret that is changed while a run goes on is read again before the run
// counts as failed.
func TestSecretRotatedInTheMiddleOfARun(t *testing.T) {
	s := newShop(t)
	s.order("SKU-1")
	s.policy("standard")
	s.manage()
	hold := s.whCalls.HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 1})
	connection := s.connection("acme", token1(forOrders, "go"))
	<-hold.Reached()
	s.om.RevokeTokens()
	s.om.AcceptToken("renewed")
	patch := []byte(`{"stringData":{"accessToken":"renewed"}}`)
	s.must(s.api.Patch(s.ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "order-manager"}}, client.RawPatch(types.MergePatchType, patch)))
	hold.Release()
	got := s.await(key(connection), "the answer", answered(v1alpha1.OrderDownload, "go"))
	if echo := answer(got, v1alpha1.OrderDownload, "go"); echo.Result != v1alpha1.RunSucceeded {
		t.Errorf("answered %s", describe(entryOf(got, v1alpha1.OrderDownload)))
	}
}

func TestMetricsAreDroppedWithTheConnection(t *testing.T) {
	s := newShop(t)
	success := finished(nil, endingOf(planned(t, nil), v1alpha1.RunSucceeded))
	object := types.NamespacedName{Namespace: s.namespace, Name: "acme"}
	for _, definition := range Definitions() {
		s.metrics.observeEntry(object, definition.Name, &success)
	}
	registry := prometheus.NewPedanticRegistry()
	s.must(registry.Register(s.metrics))
	labelSets := func() int {
		count := 0
		families, err := registry.Gather()
		s.must(err)
		for _, family := range families {
			count += len(family.GetMetric())
		}
		return count
	}
	if count := labelSets(); count != 8 {
		t.Fatalf("%d label sets, want 8", count)
	}
	for _, definition := range Definitions() {
		reconciler := &RoutineReconciler{Definition: definition, Client: s.api, Metrics: s.metrics, Now: s.clock.Now, runs: newActiveRuns()}
		if result, err := reconciler.Reconcile(s.ctx, ctrl.Request{NamespacedName: object}); err != nil || result.Priority == nil {
			t.Errorf("result %+v, %v", result, err)
		}
	}
	if count := labelSets(); count != 0 {
		t.Errorf("%d label sets are left", count)
	}
}
