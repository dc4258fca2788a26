// SPDX-License-Identifier: Apache-2.0

package vendure

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
	"ordersync.dev/operator/internal/testing/operator"
	"ordersync.dev/operator/internal/testing/vendureworld"
)

// patience is how long a test waits for something that must happen.
const patience = 6 * time.Minute

const (
	download     = v1alpha1.OrderDownload
	cancelling   = v1alpha1.OrderCancelDownload
	confirmation = v1alpha1.ShipmentConfirmation
	inventory    = v1alpha1.InventorySync
)

var routines = []v1alpha1.RoutineName{download, cancelling, confirmation, inventory}

// merchant is one namespace with a connection for each shop of a world.
type merchant struct {
	t     *testing.T
	world *vendureworld.World
	// name of the namespace.
	name string
	// connection is the first shop's.
	*connection
	connections []*connection
	asked       int
}

// connection is one connection of a merchant, and the shop at its far end.
type connection struct {
	key  client.ObjectKey
	shop *vendureworld.Shop
}

// newMerchant makes a world on the Vendure that all tests share.
func newMerchant(t *testing.T, options vendureworld.Options) *merchant {
	t.Helper()
	options.Host = host
	return newMerchantOn(t, options)
}

// newMerchantOn makes a world, and in a namespace of its own the secrets, a
// connection for each shop, and a policy whose slots never come by themselves.
func newMerchantOn(t *testing.T, options vendureworld.Options) *merchant {
	t.Helper()
	w, err := vendureworld.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	m := &merchant{t: t, world: w}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "vendure-"}}
	m.create(namespace)
	m.name = namespace.Name
	m.secret("order-manager", map[string]string{
		"accessToken": w.Addresses().OrderManager.AccessToken, "hosts": operator.HostOf(w.OrderManagerURL)})
	for _, shop := range w.Shops {
		m.connect(shop)
	}
	m.connection = m.connections[0]
	m.create(m.policy(168 * time.Hour))
	return m
}

// connect makes a connection between Order Manager and a shop.
func (m *merchant) connect(shop *vendureworld.Shop) {
	m.t.Helper()
	name, there := strings.ToLower(strings.ReplaceAll(shop.WarehouseName, " ", "-")), shop.Endpoint()
	m.secret(name, map[string]string{"username": there.Username, "password": there.Password,
		"hosts": operator.HostOf(there.URL) + " " + operator.HostOf(m.world.Host.Server.URL)})
	made := m.connectionTo(name, shop.WarehouseName, v1alpha1.OrderDestination{Vendure: &v1alpha1.VendureDestination{
		URL: there.URL, SecretRef: v1alpha1.SecretReference{Name: name}, Channel: there.Channel, StockLocation: there.StockLocation}})
	m.connections = append(m.connections, &connection{key: client.ObjectKeyFromObject(made), shop: shop})
}

func (m *merchant) connectionTo(name, warehouse string, destination v1alpha1.OrderDestination) *v1alpha1.OrderManagerConnection {
	m.t.Helper()
	made := &v1alpha1.OrderManagerConnection{
		ObjectMeta: metav1.ObjectMeta{Namespace: m.name, Name: name, Labels: map[string]string{"tier": "standard"}},
		Spec: v1alpha1.OrderManagerConnectionSpec{
			Source: v1alpha1.OrderSource{OrderManager: &v1alpha1.OrderManagerSource{
				URL: m.world.OrderManagerURL, SecretRef: v1alpha1.SecretReference{Name: "order-manager"}, WarehouseName: warehouse}},
			Destination: destination,
		},
	}
	m.create(made)
	return made
}

func (m *merchant) secret(name string, data map[string]string) {
	m.t.Helper()
	m.create(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: m.name, Name: name}, StringData: data})
}

func (m *merchant) policy(every time.Duration) *v1alpha1.SyncPolicy {
	policy := operator.Policy(client.ObjectKey{Namespace: m.name, Name: "standard"}, every)
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
func (m *merchant) start() *operator.Process {
	t := m.t
	t.Helper()
	process, err := operator.Start(managerBinary, managerKubeconfig, nil, "--watch-namespaces="+m.name,
		"--metrics-bind-address=0", "--health-probe-bind-address=0", "--zap-log-level=5")
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

// wait waits for a state of a connection.
func (m *merchant) wait(key client.ObjectKey, what string, until func(*v1alpha1.OrderManagerConnection) bool) *v1alpha1.OrderManagerConnection {
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
	}
	return b.String()
}

// ask asks for a run by a token of its own and returns the token.
func (m *merchant) ask(key client.ObjectKey, routine v1alpha1.RoutineName) string {
	m.t.Helper()
	m.asked++
	token := fmt.Sprintf("%s-%d", routine, m.asked)
	m.must(operator.Ask(m.t.Context(), admin, key, routine, token))
	return token
}

// answered waits for the echo of a token and returns the entry that has it.
func (m *merchant) answered(key client.ObjectKey, routine v1alpha1.RoutineName, token string) *v1alpha1.RoutineStatus {
	m.t.Helper()
	c := m.wait(key, "an answer to "+token, func(c *v1alpha1.OrderManagerConnection) bool { return operator.Answer(c, routine, token) != nil })
	return operator.Entry(c, routine)
}

// runOn runs one routine of a connection to its end and fails unless it succeeded.
func (m *merchant) runOn(key client.ObjectKey, routine v1alpha1.RoutineName) *v1alpha1.RoutineStatus {
	m.t.Helper()
	entry := m.answered(key, routine, m.ask(key, routine))
	if entry.LastRun == nil || entry.LastRun.Result != v1alpha1.RunSucceeded {
		m.t.Fatalf("%s of %s: %+v", routine, key.Name, entry.LastRun)
	}
	return entry
}

// run is runOn for the first connection.
func (m *merchant) run(routine v1alpha1.RoutineName) *v1alpha1.RoutineStatus {
	m.t.Helper()
	return m.runOn(m.key, routine)
}

// runAll runs every routine of every connection.
func (m *merchant) runAll() {
	m.t.Helper()
	for _, c := range m.connections {
		for _, routine := range routines {
			m.runOn(c.key, routine)
		}
	}
}

// balanced fails unless the books of every shop agree with Order Manager's,
// Vendure has set aside exactly what its orders ask for, and nothing of ours
// lies about unfinished.
func (m *merchant) balanced() {
	m.t.Helper()
	for _, c := range m.connections {
		result, err := c.shop.Books(m.t.Context())
		m.must(err)
		if err := result.Err(); err != nil {
			m.t.Errorf("%s: %v", c.shop.WarehouseName, err)
		}
		different, err := c.shop.Allocations(m.t.Context())
		m.must(err)
		if len(different) > 0 {
			m.t.Errorf("%s: Vendure has set aside something else: %v", c.shop.WarehouseName, different)
		}
		m.noDrafts(c.shop)
		m.t.Logf("%s: %s", c.shop.WarehouseName, result.Line())
	}
}

func (m *merchant) noDrafts(shop *vendureworld.Shop) {
	m.t.Helper()
	drafts, err := shop.Drafts(m.t.Context())
	m.must(err)
	for _, draft := range drafts {
		m.t.Errorf("%s: order %s was left behind in state %s as %q", shop.WarehouseName, draft.ID, draft.State, draft.Reference)
	}
}

// close is balanced, and counts towards the closing line.
func (m *merchant) close() {
	m.t.Helper()
	m.balanced()
	for _, c := range m.connections {
		result, err := c.shop.Books(m.t.Context())
		m.must(err)
		closed.add(result)
	}
}

// failing is what an entry says of an order that is failing or drift; nil when
// it does not list it.
func failing(entry *v1alpha1.RoutineStatus, id int64) *v1alpha1.FailingOrder {
	var listed []v1alpha1.FailingOrder
	if entry.Failing != nil {
		listed = append(listed, entry.Failing.Orders...)
	}
	if entry.Drift != nil {
		listed = append(listed, entry.Drift.Orders...)
	}
	for i := range listed {
		if listed[i].OrderID == id {
			return &listed[i]
		}
	}
	return nil
}

// fails fails the test unless the entry lists the order with this reason.
func (m *merchant) fails(entry *v1alpha1.RoutineStatus, id int64, reason string) *v1alpha1.FailingOrder {
	m.t.Helper()
	order := failing(entry, id)
	if order == nil || order.Reason != reason {
		m.t.Fatalf("%s: order %d is listed as %+v, want %s", entry.Name, id, order, reason)
	}
	return order
}

// add adds an order to Order Manager and returns its id.
func (m *merchant) add(shop *vendureworld.Shop, number string, units map[string]int32) int64 {
	m.t.Helper()
	id, err := m.world.OrderManager.AddOrder(shop.NewOrder(number, units))
	m.must(err)
	return id
}

// status of an order in Order Manager.
func (m *merchant) status(id int64) string {
	m.t.Helper()
	order, ok := m.world.OrderManager.Order(id)
	if !ok {
		m.t.Fatalf("Order Manager has no order %d", id)
	}
	return order.OrderStatus
}

// one is the only placed order of a shop under an identity.
func (m *merchant) one(shop *vendureworld.Shop, id int64) vendureworld.Order {
	m.t.Helper()
	orders, err := shop.Placed(m.t.Context(), id)
	m.must(err)
	if len(orders) != 1 {
		m.t.Fatalf("%s has order %d %d times", shop.WarehouseName, id, len(orders))
	}
	return orders[0]
}

func isReady(c *v1alpha1.OrderManagerConnection) bool {
	return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady) && c.Status.ObservedGeneration == c.Generation
}
