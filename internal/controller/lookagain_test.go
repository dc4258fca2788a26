// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/simulator/fault"
)

// looker is a connection controller that reconciles when a test says so, on a
// clock that moves when it says so.
type looker struct {
	*shop
	now        time.Time
	reconciler *ConnectionReconciler
}

func newLooker(s *shop) *looker {
	s.t.Helper()
	l := &looker{shop: s, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return l.now }
	reach, err := remote.ParseReach("127.0.0.0/8")
	s.must(err)
	builder, err := assembly.NewBuilder(assembly.Options{
		Reader: SecretReader{Reader: s.api}, AllowInsecureHTTP: true, Reach: reach, Now: clock,
		Budgets: remote.NewBudgets(remote.Clock{}), Breakers: remote.NewBreakers(clock),
	})
	s.must(err)
	l.reconciler = &ConnectionReconciler{
		Client: s.api, Reader: s.api, Connector: builder, Exchange: NewExchange(), Mappings: NewMappingShelf(s.api),
		Recorder: events.NewFakeRecorder(1000), Now: clock, lanes: newLanes(4, clock, func(types.NamespacedName) {}),
	}
	return l
}

// look reconciles and returns how many requests Order Manager got.
func (l *looker) look(connection *v1alpha1.OrderManagerConnection) int {
	l.t.Helper()
	before := l.asked()
	_, err := l.reconciler.Reconcile(l.ctx, ctrl.Request{NamespacedName: key(connection)})
	l.must(err)
	return l.asked() - before
}

func (l *looker) asked() (calls int) {
	for _, n := range l.omCalls.Calls() {
		calls += n
	}
	return calls
}

// A connection that is unfit is looked at by itself at growing gaps, however
// often it is reconciled, and at once when somebody did something.
func TestAnUnfitConnectionIsLookedAtAtGrowingGaps(t *testing.T) {
	s := newShop(t)
	l := newLooker(s)
	s.om.RevokeTokens()
	connection := s.connection("acme")
	if l.look(connection) == 0 {
		t.Fatal("the first reconcile asked nobody")
	}
	looks := 0
	for range 6 * 60 * 2 { // six hours, twice a minute
		l.now = l.now.Add(30 * time.Second)
		if l.look(connection) > 0 {
			looks++
		}
	}
	if looks < 20 || looks > 30 {
		t.Errorf("%d looks in six hours, want about one in a quarter of an hour", looks)
	}
	for what, change := range map[string]func(){
		"a token": func() { s.annotate(connection, forOrders, "now") },
		"a new generation": func() {
			s.change("acme", func(c *v1alpha1.OrderManagerConnection) { c.Spec.Orders.EarliestOrderDate = "2001-01-01" })
		},
		"a changed secret": func() {
			s.must(s.api.Patch(s.ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "order-manager"}},
				client.RawPatch(types.MergePatchType, []byte(`{"stringData":{"accessToken":"wrong too"}}`))))
		},
	} {
		change()
		if l.look(connection) == 0 {
			t.Errorf("%s did not lead to a look", what)
		}
		if again := l.look(connection); again != 0 {
			t.Errorf("after %s it was looked at twice", what)
		}
		// The gaps begin again: somebody is at work on it.
		l.now = l.now.Add(lookAgain)
		if l.look(connection) == 0 {
			t.Errorf("a minute after %s it was not looked at", what)
		}
	}
}

// Three hundred connections of an account that is down send a probe at a time,
// not three hundred looks.
func TestConnectionsOfASystemThatIsDownDoNotLookEachForItself(t *testing.T) {
	s := newShop(t)
	l := newLooker(s)
	s.omCalls.MustAdd(fault.Rule{Kind: fault.StatusBefore, Status: 503})
	var connections []*v1alpha1.OrderManagerConnection
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		connections = append(connections, s.connection(name))
	}
	before := l.asked()
	for range 60 {
		for _, connection := range connections {
			l.look(connection)
		}
		l.now = l.now.Add(time.Minute)
	}
	if asked := l.asked() - before; asked == 0 || asked > 40 {
		t.Errorf("%d requests in an hour", asked)
	}
}
