// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/operator"
)

var allocations = ordermanager.Allocations()

// Intervals of the policies. Runs are asked for by token as well, so a short
// test waits for none of them.
const (
	orderInterval = time.Minute
	stockInterval = 5 * time.Minute
)

// namespaces that the merchants share out among them.
const namespaces = 4

// skusWithoutOrders are products whose stock goes up and down to nothing.
const skusWithoutOrders = 10

// merchant is one connection between two systems of its own, and what its
// people do.
type merchant struct {
	key    client.ObjectKey
	world  *world.World
	random *rand.Rand
	// skews are how far the clocks of Order Manager and the warehouse are off, in
	// nanoseconds. They jump forward alone: an order that comes from the future
	// can be shipped on no day.
	skews [2]atomic.Int64
	// limited says that Order Manager keeps its rate limits. It counts them by
	// its own clock, which then does not jump: no server's limits do.
	limited bool

	mutex sync.Mutex
	// secrets as they should be, whatever the API server has.
	secrets []*corev1.Secret
	rotated int
	// rules that are armed, by injector.
	armed []armed

	settings settings
	// labels of Order Manager that stop an order, by name.
	labels map[string]ordermanager.Label
	people people
	// mapped says that the tables have every service; suspended, that a user stopped the connection.
	mapped, suspended atomic.Bool

	goal, arrived, cancelled, shipped, changes int
}

func newMerchant(t *testing.T, c *cluster, seed uint64, n int, settings settings) *merchant {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, uint64(1000+n)))
	m := &merchant{
		key:    client.ObjectKey{Namespace: fmt.Sprintf("merchants-%d", n%namespaces), Name: fmt.Sprintf("merchant-%d", n)},
		random: random, goal: *ordersFlag / *connectionsFlag, settings: settings, people: newPeople(),
	}
	m.limited = random.IntN(2) == 0
	var clocks [2]func() time.Time
	for n := range clocks {
		m.skews[n].Store(random.Int64N(int64(40*time.Minute)) - int64(20*time.Minute))
		clocks[n] = func() time.Time { return time.Now().Add(time.Duration(m.skews[n].Load())) }
	}
	first := m.goal / 4
	maybe := func() bool { return random.IntN(2) == 0 }
	m.world = world.StartFor(t, world.Options{
		Seed: random.Uint64(), Orders: first, SKUs: 60, WaitingOnly: true, KitEvery: 6, PreBuiltKits: settings.preBuilt,
		OrderManager: ordermanager.Options{
			Now: clocks[0], Allocation: allocations[n%len(allocations)], AccessTokens: []string{fmt.Sprintf("first-token-of-%d", n)},
			TokenLifetime: time.Minute, AvailableFloored: maybe(), OmittedLockedKept: maybe(), RepeatedSendAccepted: maybe(),
			RepeatedShipment: ordermanager.DuplicateRepeatedShipment, ShipmentPendingReads: random.IntN(2), NewestFirst: maybe(),
			SplitKeepsStatus: maybe(), SplitNamesSiblings: maybe(), RerouteKeepsStatus: maybe(), MarksKeepModifiedDate: maybe(), ExplicitNulls: maybe(), UnknownValues: maybe(), EnforceLimits: m.limited,
			RateLimits: []ordermanager.RateLimit{{Method: "POST", Path: "/v1.1/inventory/adjust", Burst: 5, Restore: 200 * time.Millisecond}},
		},
		Warehouse: threepl.Options{
			Now: clocks[1], TokenLifetime: 45 * time.Second, CaseSensitive: maybe(), AvailableNetOfUnallocated: maybe(), ZeroStockRows: maybe(),
		},
	})
	m.arrived = first
	m.labels = map[string]ordermanager.Label{filteredLabel: m.world.OrderManager.AddLabel(filteredLabel),
		fulfillment.HoldLabel: m.world.OrderManager.AddLabel(fulfillment.HoldLabel)}
	for sku := range skusWithoutOrders {
		must(t, m.world.AddSKU(fmt.Sprintf("LOOSE-%d", sku), int64(random.IntN(50)), int64(random.IntN(3))))
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: m.key.Namespace}}
	if err := c.admin.Create(t.Context(), namespace); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
	m.secrets = operator.Secrets(m.key.Namespace, m.world.Addresses())
	for _, secret := range m.secrets {
		secret.Name += "-" + m.key.Name
	}
	if maybe() {
		// A password is exchanged for tokens that expire; a token is for ever.
		m.secrets[0].StringData["username"], m.secrets[0].StringData["password"] = ordermanager.DefaultUsername, ordermanager.DefaultPassword
		delete(m.secrets[0].StringData, "accessToken")
	}
	m.restore(t.Context(), t, c)
	return m
}

// connection as a user would write it.
func (m *merchant) connection() *v1alpha1.OrderManagerConnection {
	connection := operator.Connection(m.key, m.world.Addresses())
	connection.Spec.Source.OrderManager.SecretRef.Name += "-" + m.key.Name
	connection.Spec.Destination.ThreePLWarehouseManager.SecretRef.Name += "-" + m.key.Name
	connection.Spec.Suspend = m.suspended.Load()
	m.settings.onConnection(&connection.Spec, m.tablesName())
	return connection
}

// live is the connection as the API server has it.
func (m *merchant) live(r *run) *v1alpha1.OrderManagerConnection {
	live := m.connection()
	must(r.t, r.cluster.admin.Get(r.t.Context(), m.key, live))
	return live
}

func (m *merchant) policy() *v1alpha1.SyncPolicy {
	policy := operator.Policy(m.key, orderInterval, m.key.Name)
	policy.Spec.InventorySync.Schedule.Every = &metav1.Duration{Duration: stockInterval}
	m.settings.onPolicy(&policy.Spec)
	return policy
}

// restore applies every object as it should be.
func (m *merchant) restore(ctx context.Context, t *testing.T, c *cluster) {
	t.Helper()
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, secret := range m.secrets {
		must(t, m.applySecret(ctx, c, secret))
	}
	must(t, m.applyTables(ctx, c))
	must(t, m.applyConnection(ctx, c))
	must(t, apply(ctx, c, m.policy(), func(live, wanted *v1alpha1.SyncPolicy) { live.Spec = wanted.Spec }))
}

func (m *merchant) applySecret(ctx context.Context, c *cluster, secret *corev1.Secret) error {
	return apply(ctx, c, secret.DeepCopy(), func(live, wanted *corev1.Secret) { live.Data, live.StringData = nil, wanted.StringData })
}

func (m *merchant) applyTables(ctx context.Context, c *cluster) error {
	return apply(ctx, c, m.tables(), func(live, wanted *corev1.ConfigMap) { live.Data = wanted.Data })
}

func (m *merchant) applyConnection(ctx context.Context, c *cluster) error {
	return apply(ctx, c, m.connection(), func(live, wanted *v1alpha1.OrderManagerConnection) { live.Spec = wanted.Spec })
}

// apply creates an object, or takes over into the live one what a user says of it.
func apply[T client.Object](ctx context.Context, c *cluster, wanted T, take func(live, wanted T)) error {
	for {
		err := c.admin.Create(ctx, wanted.DeepCopyObject().(T))
		if !apierrors.IsAlreadyExists(err) {
			return err
		}
		live := wanted.DeepCopyObject().(T)
		if err := c.admin.Get(ctx, client.ObjectKeyFromObject(wanted), live); err != nil {
			return err
		}
		take(live, wanted)
		if err := c.admin.Update(ctx, live); !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) {
			return err
		}
	}
}

// trade is a day of the shop and the warehouse, spread over the time there is.
func (m *merchant) trade(ctx context.Context, t *testing.T) {
	const steps = 40
	begun := time.Now()
	for step := 1; step <= steps; step++ {
		m.step(t, m.goal*step/steps)
		pause(ctx, time.Until(begun.Add(*lastsFlag*time.Duration(step)/steps)))
	}
}

// step lets orders come in until there are so many, ships and cancels in
// proportion, lets people act, and changes stock. It reports whether anything
// was left to do and could be done.
func (m *merchant) step(t *testing.T, orders int) bool {
	before := m.arrived + m.cancelled + m.shipped + m.changes + m.people.deeds()
	if count := orders - m.arrived; count > 0 {
		ids, err := m.world.Arrive(count, m.dress)
		m.arrived += len(ids)
		m.bar(ids)
		if err != nil {
			t.Error(err)
		}
	}
	if err := m.act(orders); err != nil {
		t.Error(err)
	}
	if count := orders*8/10 - m.shipped; count > 0 {
		m.shipped += len(m.world.Ship(count)) // what the warehouse does not have yet ships later
	}
	if count := orders/10 - m.cancelled; count > 0 {
		ids, err := m.world.Cancel(count)
		m.cancelled += len(ids)
		if err != nil {
			t.Error(err)
		}
	}
	for m.changes < orders*2 {
		if err := m.changeStock(); err != nil {
			t.Error(err)
			break
		}
	}
	return m.arrived+m.cancelled+m.shipped+m.changes+m.people.deeds() > before
}

// changeStock receives goods, finds some missing, or puts some aside.
func (m *merchant) changeStock() error {
	m.changes++
	stock := m.world.Warehouse.Snapshot().Stock
	level := stock[m.random.IntN(len(stock))]
	onHand := level.OnHand + threepl.Units(int64(m.random.IntN(41)-20))
	return m.world.Warehouse.SetStock(threepl.StockSetting{CustomerID: level.CustomerID, FacilityID: level.FacilityID, SKU: level.SKU,
		Qualifier: level.Qualifier, OnHand: max(0, onHand), OnHold: threepl.Units(int64(m.random.IntN(3)))})
}

// ask asks for a run of all four routines.
func (m *merchant) ask(ctx context.Context, t *testing.T, c *cluster, token string) {
	t.Helper()
	must(t, operator.Ask(ctx, c.admin, m.key, "", token))
}

var routines = []v1alpha1.RoutineName{v1alpha1.OrderDownload, v1alpha1.OrderCancelDownload, v1alpha1.ShipmentConfirmation, v1alpha1.InventorySync}

// answered waits until all four routines have echoed a token.
func (m *merchant) answered(ctx context.Context, t *testing.T, c *cluster, token string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var last *v1alpha1.OrderManagerConnection
	_, err := operator.Watch(ctx, c.admin, m.key, func(connection *v1alpha1.OrderManagerConnection) bool {
		last = connection
		for _, routine := range routines {
			if operator.Answer(connection, routine, token) == nil {
				return false
			}
		}
		return true
	})
	if err == nil {
		return
	}
	t.Fatalf("%s did not answer %s: %v\n%s", m.key, token, err, describe(last))
}

// describe is what a connection's status says.
func describe(connection *v1alpha1.OrderManagerConnection) string {
	if connection == nil {
		return "no such connection"
	}
	var b strings.Builder
	for _, condition := range connection.Status.Conditions {
		fmt.Fprintf(&b, "%s=%s %s: %s\n", condition.Type, condition.Status, condition.Reason, condition.Message)
	}
	for _, entry := range connection.Status.Routines {
		text, _ := json.Marshal(entry)
		fmt.Fprintf(&b, "%s\n", text)
	}
	return b.String()
}
