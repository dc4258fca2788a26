// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/operator"
)

// patience is how long a test waits for something that must happen.
const patience = 6 * time.Minute

var routines = []v1alpha1.RoutineName{v1alpha1.OrderDownload, v1alpha1.OrderCancelDownload, v1alpha1.ShipmentConfirmation, v1alpha1.InventorySync}

// merchant is one namespace with one connection between two systems of its own.
type merchant struct {
	t     *testing.T
	world *world.World
	key   client.ObjectKey
	asked int
}

// newMerchant makes a world, and in a namespace of its own the secrets, the
// connection and a policy whose slots never come by themselves.
func newMerchant(t *testing.T, options world.Options) *merchant {
	t.Helper()
	m := &merchant{t: t, world: world.StartFor(t, options)}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "merchant-"}}
	m.create(namespace)
	m.key = client.ObjectKey{Namespace: namespace.Name, Name: "east"}
	for _, secret := range operator.Secrets(namespace.Name, m.world.Addresses()) {
		m.create(secret)
	}
	m.create(m.connection("east"))
	m.create(m.policy("standard"))
	return m
}

func (m *merchant) secret(name string, data map[string]string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: m.key.Namespace, Name: name}, StringData: data}
}

func (m *merchant) connection(name string) *v1alpha1.OrderManagerConnection {
	connection := operator.Connection(client.ObjectKey{Namespace: m.key.Namespace, Name: name}, m.world.Addresses())
	connection.Labels = map[string]string{"tier": "standard"}
	connection.Spec.Source.OrderManager.WarehouseName = "east dc"
	return connection
}

func (m *merchant) policy(name string) *v1alpha1.SyncPolicy {
	policy := operator.Policy(client.ObjectKey{Namespace: m.key.Namespace, Name: name}, operator.Never)
	policy.Spec.Connections = v1alpha1.ConnectionSelection{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"tier": "standard"}}}
	return policy
}

func (m *merchant) create(object client.Object) {
	m.t.Helper()
	m.must(admin.Create(m.t.Context(), object))
}

func (m *merchant) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// start starts a manager that watches this merchant's namespace alone. It is
// stopped at the end of the test, unless it was killed.
func (m *merchant) start(arguments ...string) *operator.Process {
	m.t.Helper()
	return m.startAs(managerKubeconfig, arguments...)
}

// startAs is start for an account of the test's own.
func (m *merchant) startAs(kubeconfig string, arguments ...string) *operator.Process {
	t := m.t
	t.Helper()
	process, err := operator.Start(managerBinary, kubeconfig, nil, append([]string{"--watch-namespaces=" + m.key.Namespace,
		"--metrics-bind-address=0", "--health-probe-bind-address=0", "--zap-log-level=5"}, arguments...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		select {
		case <-process.Done():
		default:
			if err := process.Stop(); err != nil {
				t.Errorf("stopping the manager: %v", err)
			}
		}
		if t.Failed() {
			t.Logf("log of the manager:\n%s", lastLines(process.Log(), 60))
		}
	})
	return process
}

// lastLines returns the last lines but those that say only that a reconciler ran.
func lastLines(text string, n int) string {
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(text), "\n"), func(line string) bool {
		return strings.Contains(line, "Reconcil") || strings.Contains(line, "topping and waiting")
	})
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// wait waits for a state of the connection.
func (m *merchant) wait(what string, until func(*v1alpha1.OrderManagerConnection) bool) *v1alpha1.OrderManagerConnection {
	m.t.Helper()
	return m.waitFor(m.key, what, until)
}

func (m *merchant) waitFor(key client.ObjectKey, what string, until func(*v1alpha1.OrderManagerConnection) bool) *v1alpha1.OrderManagerConnection {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	var last *v1alpha1.OrderManagerConnection
	found, err := operator.Watch(ctx, admin, key, func(c *v1alpha1.OrderManagerConnection) bool {
		last = c
		return until(c)
	})
	if err != nil {
		m.t.Fatalf("waited for %s: %v; the last state was\n%s", what, err, describe(last))
	}
	return found
}

func describe(c *v1alpha1.OrderManagerConnection) string {
	if c == nil {
		return "none"
	}
	var b strings.Builder
	for _, condition := range c.Status.Conditions {
		fmt.Fprintf(&b, "%s=%s %s: %s\n", condition.Type, condition.Status, condition.Reason, condition.Message)
	}
	for _, entry := range c.Status.Routines {
		fmt.Fprintf(&b, "%s %s %+v tokens %+v\n", entry.Name, entry.State, entry.LastRun, entry.HandledTokens)
		if entry.Drift != nil {
			fmt.Fprintf(&b, "  drift %+v\n", entry.Drift.Reasons)
		}
	}
	return b.String()
}

// ask asks for a run by a token of its own and returns the token.
func (m *merchant) ask(routine v1alpha1.RoutineName) string {
	m.t.Helper()
	m.asked++
	token := fmt.Sprintf("%s-%d", routine, m.asked)
	m.must(operator.Ask(m.t.Context(), admin, m.key, routine, token))
	return token
}

// answered waits for the echo of a token and returns the entry that has it.
func (m *merchant) answered(routine v1alpha1.RoutineName, token string) *v1alpha1.RoutineStatus {
	m.t.Helper()
	c := m.wait("an answer to "+token, func(c *v1alpha1.OrderManagerConnection) bool { return operator.Answer(c, routine, token) != nil })
	return operator.Entry(c, routine)
}

// run runs one routine to its end and fails unless it succeeded.
func (m *merchant) run(routine v1alpha1.RoutineName) *v1alpha1.RoutineStatus {
	m.t.Helper()
	entry := m.answered(routine, m.ask(routine))
	if entry.LastRun == nil || entry.LastRun.Result != v1alpha1.RunSucceeded {
		m.t.Fatalf("%s: %+v", routine, entry.LastRun)
	}
	return entry
}

func (m *merchant) runAll() {
	m.t.Helper()
	for _, routine := range routines {
		m.run(routine)
	}
}

// balanced fails unless the books of both systems agree.
func (m *merchant) balanced() {
	m.t.Helper()
	result := m.world.Books()
	if err := result.Err(); err != nil {
		m.t.Error(err)
	}
	m.t.Log(result.Line())
}

func condition(c *v1alpha1.OrderManagerConnection, name string) metav1.Condition {
	if found := meta.FindStatusCondition(c.Status.Conditions, name); found != nil {
		return *found
	}
	return metav1.Condition{}
}

func isReady(c *v1alpha1.OrderManagerConnection) bool {
	return condition(c, v1alpha1.ConditionReady).Status == metav1.ConditionTrue && c.Status.ObservedGeneration == c.Generation
}
