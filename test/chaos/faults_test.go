// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/testing/operator"
)

// armed is a rule that spoils requests until it is removed.
type armed struct {
	injector *fault.Injector
	id       string
}

// spoilers are what can happen to a request, each with a probability.
func spoilers(random *rand.Rand) fault.Rule {
	storm := func(header, value string) fault.Rule {
		return fault.Rule{Kind: fault.StatusBefore, Status: http.StatusTooManyRequests, Header: map[string]string{header: value}, Probability: 0.5}
	}
	rules := []fault.Rule{
		{Kind: fault.StatusBefore, Status: http.StatusServiceUnavailable},
		{Kind: fault.StatusAfter, Status: http.StatusInternalServerError},
		{Kind: fault.StatusAfter, Status: http.StatusBadGateway},
		{Kind: fault.StatusAfter, Status: http.StatusGatewayTimeout},
		{Kind: fault.DropBefore},
		{Kind: fault.DropAfter},
		{Kind: fault.Truncate},
		{Kind: fault.Truncate, Whole: true},
		{Kind: fault.Slow, ChunkBytes: 256, ChunkPause: 5 * time.Millisecond},
		{Latency: time.Second},
		{Kind: fault.HoldAfter},
		storm("x-skubana-quota-retryAfter", "300"),
		storm("Retry-After", "1"),
	}
	rule := rules[random.IntN(len(rules))]
	if rule.Probability == 0 {
		rule.Probability = []float64{0.05, 0.2, 0.5, 1}[random.IntN(4)]
	}
	rule.Method = []string{"", "", http.MethodPost, http.MethodPut, http.MethodGet}[random.IntN(5)]
	return rule
}

// failRemotes spoils requests to either system of some merchant for a while.
// What is held is answered when the rule goes, for a few later than any
// client waits.
func (r *run) failRemotes(ctx context.Context, random *rand.Rand) {
	for ctx.Err() == nil {
		pause(ctx, time.Duration(random.Int64N(int64(2*time.Second)/int64(len(r.merchants)))))
		one := r.merchants[random.IntN(len(r.merchants))]
		injector := []*fault.Injector{one.world.OrderManagerFaults, one.world.WarehouseFaults}[random.IntN(2)]
		one.mutex.Lock()
		if len(one.armed) > 5 {
			oldest := one.armed[0]
			one.armed = one.armed[1:]
			r.tally.add(remoteFault, fired(oldest))
			oldest.injector.Remove(oldest.id)
		}
		one.armed = append(one.armed, armed{injector, injector.MustAdd(spoilers(random))})
		if random.IntN(8) == 0 {
			r.tally.add(remoteFault, one.disarm())
		}
		one.mutex.Unlock()
	}
}

func fired(a armed) int {
	for _, rule := range a.injector.Rules() {
		if rule.ID == a.id {
			return rule.Fired
		}
	}
	return 0
}

// disarm lets every request through again and says how many were spoiled. The
// caller holds the lock.
func (m *merchant) disarm() int {
	sum := 0
	for _, a := range m.armed {
		sum += fired(a)
		a.injector.Remove(a.id)
	}
	m.armed = nil
	return sum
}

func (m *merchant) clearFaults() int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.disarm()
}

// skewClocks lets the clock of a system jump. All of them are wrong from the start.
func (r *run) skewClocks(ctx context.Context, random *rand.Rand) {
	for ctx.Err() == nil {
		pause(ctx, 3*time.Second+time.Duration(random.Int64N(int64(6*time.Second))))
		one := r.merchants[random.IntN(len(r.merchants))]
		which := random.IntN(2)
		if one.limited && which == 0 {
			continue
		}
		one.skews[which].Add(random.Int64N(int64(5 * time.Minute)))
		r.tally.add(skew, 1)
	}
}

// rotateSecrets changes credentials in a system at once and in the cluster a
// little later, or makes the tokens in force worthless.
func (r *run) rotateSecrets(ctx context.Context, random *rand.Rand) {
	for ctx.Err() == nil {
		pause(ctx, time.Second+time.Duration(random.Int64N(int64(5*time.Second))))
		one := r.merchants[random.IntN(len(r.merchants))]
		switch random.IntN(3) {
		case 0:
			one.world.Warehouse.RevokeTokens()
			r.tally.add(expiry, 1)
		default:
			one.rotate(ctx, r, random.IntN(2))
		}
	}
}

func (m *merchant) rotate(ctx context.Context, r *run, which int) {
	m.mutex.Lock()
	m.rotated++
	secret, fresh := m.secrets[which], fmt.Sprintf("rotated-%d", m.rotated)
	switch _, password := secret.StringData["password"]; {
	case which == 1:
		secret.StringData["clientSecret"] = fresh
		m.world.Warehouse.SetCredentials(secret.StringData["clientID"], fresh)
		m.world.Warehouse.RevokeTokens()
	case password:
		secret.StringData["password"] = fresh
		m.world.OrderManager.SetPassword(fresh)
		m.world.OrderManager.RevokeTokens()
	default:
		secret.StringData["accessToken"] = fresh
		m.world.OrderManager.RevokeTokens()
		m.world.OrderManager.AcceptToken(fresh)
	}
	wanted := secret.DeepCopy()
	m.mutex.Unlock()
	pause(ctx, time.Second)
	insist(ctx, func(ctx context.Context) error { return m.applySecret(ctx, r.cluster, wanted) })
	r.tally.add(rotation, 1)
}

// editObjects does to the objects what users and their pipelines do in the
// middle of everything: wipes a status, deletes and creates again, edits,
// suspends, asks for runs.
func (r *run) editObjects(ctx context.Context, random *rand.Rand) {
	for ctx.Err() == nil {
		pause(ctx, time.Duration(random.Int64N(int64(8*time.Second)/int64(len(r.merchants)))))
		one := r.merchants[random.IntN(len(r.merchants))]
		switch random.IntN(12) {
		case 0:
			if insist(ctx, func(ctx context.Context) error { return one.wipe(ctx, r.cluster) }) {
				r.tally.add(wipe, 1)
			}
		case 1:
			insist(ctx, func(ctx context.Context) error {
				return client.IgnoreNotFound(r.cluster.admin.Delete(ctx, one.connection()))
			})
			if insist(ctx, func(ctx context.Context) error { return create(ctx, r.cluster, one.connection()) }) {
				r.tally.add(recreation, 1)
			}
		case 2:
			insist(ctx, func(ctx context.Context) error {
				return client.IgnoreNotFound(r.cluster.admin.Delete(ctx, one.policy()))
			})
			if insist(ctx, func(ctx context.Context) error { return create(ctx, r.cluster, one.policy()) }) {
				r.tally.add(recreation, 1)
			}
		case 3:
			edited := one.policy()
			edited.Spec.OrderDownload.Schedule.Every = &metav1.Duration{Duration: time.Duration(1+random.IntN(5)) * time.Minute}
			edited.Spec.Suspend = random.IntN(3) == 0
			if random.IntN(4) == 0 {
				edited.Spec.ShipmentConfirmation = nil
			}
			insist(ctx, func(ctx context.Context) error {
				return apply(ctx, r.cluster, edited, func(live, wanted *v1alpha1.SyncPolicy) { live.Spec = wanted.Spec })
			})
			r.tally.add(policyEdit, 1)
			pause(ctx, 500*time.Millisecond)
			insist(ctx, func(ctx context.Context) error {
				return apply(ctx, r.cluster, one.policy(), func(live, wanted *v1alpha1.SyncPolicy) { live.Spec = wanted.Spec })
			})
		case 4:
			one.suspended.Store(true)
			insist(ctx, func(ctx context.Context) error { return one.applyConnection(ctx, r.cluster) })
			r.tally.add(suspension, 1)
			pause(ctx, time.Duration(random.Int64N(int64(3*time.Second))))
			one.suspended.Store(false)
			insist(ctx, func(ctx context.Context) error { return one.applyConnection(ctx, r.cluster) })
		case 5:
			one.mapped.Store(random.IntN(2) == 0)
			insist(ctx, func(ctx context.Context) error { return one.applyTables(ctx, r.cluster) })
			r.tally.add(tableEdit, 1)
		case 6, 7:
			one.askForOne(ctx, r, random)
		default:
			token := fmt.Sprintf("now-%d", random.Uint64())
			routine := append([]v1alpha1.RoutineName{""}, routines...)[random.IntN(5)]
			_ = operator.Ask(ctx, r.cluster.admin, one.key, routine, token) // nobody waits for it
		}
	}
}

// askForOne asks for one order again, whether or not that makes sense.
func (m *merchant) askForOne(ctx context.Context, r *run, random *rand.Rand) {
	orders := m.world.OrderManager.Snapshot().Orders
	order := orders[random.IntN(len(orders))].ID
	annotation := []string{
		v1alpha1.RetryAnnotationPrefix + string(v1alpha1.OrderDownload), v1alpha1.RetryAnnotationPrefix + string(v1alpha1.ShipmentConfirmation),
		v1alpha1.ResendAnnotationPrefix + string(v1alpha1.OrderDownload), v1alpha1.ResendAnnotationPrefix + string(v1alpha1.ShipmentConfirmation),
	}[random.IntN(4)]
	if annotation == v1alpha1.ResendAnnotationPrefix+string(v1alpha1.ShipmentConfirmation) {
		m.mutex.Lock()
		m.people.Reported[order] = true
		m.mutex.Unlock()
	}
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:"%d.%d"}}}`, annotation, order, random.IntN(1000))
	if r.cluster.admin.Patch(ctx, m.connection(), client.RawPatch("application/merge-patch+json", patch)) == nil {
		r.tally.add(request, 1)
	}
}

func create(ctx context.Context, c *cluster, object client.Object) error {
	if err := c.admin.Create(ctx, object); !apierrors.IsAlreadyExists(err) {
		return err
	}
	return nil
}

// wipe takes everything away that the operator has remembered.
func (m *merchant) wipe(ctx context.Context, c *cluster) error {
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"status":null}`))
	return client.IgnoreNotFound(c.admin.Status().Patch(ctx, m.connection(), patch))
}

// interruptCluster takes the API server and etcd away for a moment.
func (r *run) interruptCluster(ctx context.Context, random *rand.Rand) {
	for ctx.Err() == nil {
		pause(ctx, 12*time.Second+time.Duration(random.Int64N(int64(*lastsFlag)/6)))
		if ctx.Err() != nil {
			return
		}
		if err := r.cluster.plane.Interrupt(); err != nil {
			r.t.Error(err)
		}
		pause(ctx, time.Duration(random.Int64N(int64(3*time.Second))))
		if err := r.cluster.plane.Resume(); err != nil {
			r.t.Errorf("the API server did not come back: %v", err)
			return
		}
		r.tally.add(interruption, 1)
	}
}
