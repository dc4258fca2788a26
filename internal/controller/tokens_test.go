// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
)

const forOrders = v1alpha1.RunAnnotationPrefix + string(v1alpha1.OrderDownload)

// runs is how often a routine ran, by its history.
func runs(connection *v1alpha1.OrderManagerConnection, name v1alpha1.RoutineName) int64 {
	var count int64
	if entry := entryOf(connection, name); entry != nil {
		for _, history := range entry.History {
			count += history.Runs
		}
	}
	return count
}

func TestTokenGivenTwiceRunsOnce(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	stop := s.manage()
	connection := s.connection("acme", token1(forOrders, "once"))
	s.await(key(connection), "the first answer", answered(v1alpha1.OrderDownload, "once"))
	// The same token, in another write, and before another process.
	s.annotate(connection, "example.com/note", "changed")
	s.annotate(connection, forOrders, "once")
	stop()
	s.manage()
	s.annotate(connection, forOrders, "twice")
	got := s.await(key(connection), "the second answer", answered(v1alpha1.OrderDownload, "twice"))
	if count := runs(got, v1alpha1.OrderDownload); count != 2 {
		t.Errorf("two tokens made %d runs: %s", count, describe(entryOf(got, v1alpha1.OrderDownload)))
	}
	if entry := entryOf(got, v1alpha1.ShipmentConfirmation); entry != nil && entry.LastRun != nil {
		t.Errorf("a token for OrderDownload ran %s", entry.Name)
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	long := "a-token-that-is-longer-than-the-sixty-four-characters-that-are-accepted"
	cases := map[string]struct {
		annotation, token, echoed string
		connection                func(*v1alpha1.OrderManagerConnection)
		policy                    func(*v1alpha1.SyncPolicy)
		reason                    string
	}{
		"of a suspended connection": {
			forOrders, "now", "now", func(c *v1alpha1.OrderManagerConnection) { c.Spec.Suspend = true }, nil, v1alpha1.ReasonSuspended,
		},
		"of a suspended policy": {
			v1alpha1.RunAnnotation, "now", "now", nil, func(p *v1alpha1.SyncPolicy) { p.Spec.Suspend = true }, v1alpha1.ReasonSuspended,
		},
		"of a routine that the policy does not name": {
			forOrders, "now", "now", nil, func(p *v1alpha1.SyncPolicy) { p.Spec.OrderDownload = nil }, v1alpha1.ReasonNotGoverned,
		},
		"with a blank":  {forOrders, "two words", "two words", nil, nil, v1alpha1.ReasonInvalidToken},
		"that are long": {forOrders, long, long[:64], nil, nil, v1alpha1.ReasonInvalidToken},
		"of a schedule that never fires": {
			forOrders, "now", "now", nil, func(p *v1alpha1.SyncPolicy) {
				p.Spec.OrderDownload.Schedule = v1alpha1.Schedule{Cron: "0 0 31 2 *"}
			}, v1alpha1.ReasonScheduleNeverFires,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.order("SKU-1")
			change := func(*v1alpha1.SyncPolicy) {}
			if c.policy != nil {
				change = c.policy
			}
			s.policy("standard", change)
			s.manage()
			connection := s.connection("acme", token1(c.annotation, c.token), func(connection *v1alpha1.OrderManagerConnection) {
				if c.connection != nil {
					c.connection(connection)
				}
			})
			got := s.await(key(connection), "the refusal", answered(v1alpha1.OrderDownload, c.echoed))
			if echo := answer(got, v1alpha1.OrderDownload, c.echoed); echo.Result != v1alpha1.RunRefused || echo.Reason != c.reason || echo.Annotation != c.annotation {
				t.Errorf("echoed %+v, want Refused, %s", echo, c.reason)
			}
			if entry := entryOf(got, v1alpha1.OrderDownload); entry.LastRun != nil {
				t.Errorf("it ran: %s", describe(entry.LastRun))
			}
		})
	}
}

// A token of a suspended connection is not stored up.
func TestRefusedTokenDoesNotRunLater(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	s.manage()
	connection := s.connection("acme", token1(forOrders, "early"), func(c *v1alpha1.OrderManagerConnection) { c.Spec.Suspend = true })
	s.await(key(connection), "the refusal", answered(v1alpha1.OrderDownload, "early"))
	s.must(s.api.Patch(s.ctx, connection.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(`{"spec":{"suspend":false}}`))))
	s.await(key(connection), "readiness", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady))
	s.annotate(connection, forOrders, "late")
	got := s.await(key(connection), "the run", answered(v1alpha1.OrderDownload, "late"))
	if count := runs(got, v1alpha1.OrderDownload); count != 1 {
		t.Errorf("%d runs, want 1", count)
	}
}

// A connection that nothing happens to costs no write. The watch sees every
// write; the last ones are the test's own and the run that it asks for.
func TestIdleConnectionCostsNoWrite(t *testing.T) {
	s := newShop(t)
	s.order("SKU-1")
	s.policy("standard")
	s.manage()
	connection := s.connection("acme", token1(v1alpha1.RunAnnotation, "first"))
	settled := s.await(key(connection), "rest", func(c *v1alpha1.OrderManagerConnection) bool {
		for _, definition := range Definitions() {
			if answer(c, definition.Name, "first") == nil {
				return false
			}
		}
		// The connection's own last word on these runs comes after their answers.
		return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionBooksBalance) &&
			hasCondition(c.Status.Conditions, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady)
	})
	watcher, err := s.api.Watch(s.ctx, &v1alpha1.OrderManagerConnectionList{}, client.InNamespace(s.namespace),
		&client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: settled.ResourceVersion}})
	s.must(err)
	defer watcher.Stop()
	// Labels wake all six controllers; none of them has anything to write.
	for _, value := range []string{"a", "b", "c"} {
		s.must(s.api.Patch(s.ctx, connection.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"touched":"`+value+`"}}}`))))
	}
	s.annotate(connection, forOrders, "last")
	writes := 0
	for event := range watcher.ResultChan() {
		writes++
		if c, ok := event.Object.(*v1alpha1.OrderManagerConnection); ok && answer(c, v1alpha1.OrderDownload, "last") != nil {
			break
		}
	}
	if want := 3 + 1 + 1; writes != want {
		t.Errorf("%d writes, want %d: three labels, one annotation, one run", writes, want)
	}
}

func orderStatus(t *testing.T, s *shop, id int64) string {
	t.Helper()
	order, ok := s.om.Order(id)
	if !ok {
		t.Fatalf("no order %d", id)
	}
	return order.OrderStatus
}

func TestWipedStatusIsRestored(t *testing.T) {
	s := newShop(t)
	id := s.order("SKU-1")
	s.policy("standard")
	s.manage()
	connection := s.connection("acme", token1(forOrders, "first"))
	s.await(key(connection), "the run", answered(v1alpha1.OrderDownload, "first"))
	s.must(retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		live := &v1alpha1.OrderManagerConnection{}
		s.must(s.api.Get(s.ctx, key(connection), live))
		live.Status = v1alpha1.OrderManagerConnectionStatus{}
		return s.api.Status().Update(s.ctx, live)
	}))
	// With the echo gone the token counts as new: the run finds nothing to do.
	s.await(key(connection), "a new run", func(c *v1alpha1.OrderManagerConnection) bool {
		entry := entryOf(c, v1alpha1.OrderDownload)
		return entry != nil && entry.LastRun != nil && runs(c, v1alpha1.OrderDownload) == 1 && entry.LastRun.Counts.Created == 0 &&
			hasCondition(c.Status.Conditions, v1alpha1.ConditionReady, metav1.ConditionTrue, "")
	})
	if status := orderStatus(t, s, id); status != "PENDING_FULFILLMENT" {
		t.Errorf("the order is %s", status)
	}
	if marks := s.omCalls.Calls()["POST /v1/orders/sendtofulfillment"]; marks != 1 {
		t.Errorf("%d calls marked orders, want 1: %v", marks, s.omCalls.Calls())
	}
	for _, definition := range Definitions() {
		s.await(key(connection), "an entry of "+string(definition.Name), func(c *v1alpha1.OrderManagerConnection) bool {
			entry := entryOf(c, definition.Name)
			return entry != nil && entry.NextRun != ""
		})
	}
}
