// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport"
	"k8s.io/client-go/util/retry"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/testing/controlplane"
	"ordersync.dev/operator/internal/testing/fuzzing"
	"ordersync.dev/operator/internal/testing/leaks"
)

var plane *controlplane.ControlPlane

func TestMain(m *testing.M) {
	ctrl.SetLogger(zap.New(zap.WriteTo(os.Stderr), zap.UseDevMode(true)))
	code := controlplane.Main(m, func(started *controlplane.ControlPlane) { plane = started })
	if code == 0 && !fuzzing.Only() {
		code = leaks.Code(
			// An informer of controller-runtime that stops while an event is on
			// its way no longer reads from its filter, and a filter of
			// apimachinery ends in no other way. The caches of the product end
			// with the process.
			leaks.Ignore("k8s.io/apimachinery/pkg/watch.(*filteredWatch).loop"),
		)
	}
	os.Exit(code)
}

// patience bounds how long a test waits for something that must happen. No
// assertion depends on it.
const patience = 90 * time.Second

// hand is a clock that runs and can be moved on.
type hand struct {
	mutex  sync.Mutex
	offset time.Duration
}

func (h *hand) Now() time.Time {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return time.Now().Add(h.offset)
}

func (h *hand) pass(d time.Duration) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.offset += d
}

const (
	east         = 501
	west         = 502
	testCustomer = 17
	testFacility = 3
)

// shop is a merchant: both simulators, a namespace, and the secrets for both.
type shop struct {
	t         *testing.T
	ctx       context.Context
	api       client.WithWatch
	namespace string
	om        *omsim.Server
	wh        *whsim.Server
	omCalls   *fault.Injector
	whCalls   *fault.Injector
	omURL     string
	whURL     string
	clock     *hand
	metrics   *Metrics
	// apiCalls are seen by what wraps the managers' way to the API server; nil is none.
	apiCalls transport.WrapperFunc
	breakers *remote.Breakers
	// process ends when the last manager that was started is asked to stop.
	process context.Context
	// slice of the managers that are started; 0 is the default.
	slice time.Duration
}

func newShop(t *testing.T) *shop {
	t.Helper()
	return newShopWith(t, omsim.Options{})
}

func newShopWith(t *testing.T, options omsim.Options) *shop {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	api, err := client.NewWithWatch(plane.Config, client.Options{Scheme: plane.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{
		t: t, ctx: ctx, api: api, namespace: plane.Namespace(t), clock: &hand{}, metrics: NewMetrics(),
		om: omsim.New(options), wh: whsim.New(whsim.Options{}),
		omCalls: fault.New(fault.Options{}), whCalls: fault.New(fault.Options{}),
	}
	s.breakers = remote.NewBreakers(s.clock.Now)
	s.omURL, s.whURL = serve(t, s.omCalls.Wrap(s.om)), serve(t, s.whCalls.Wrap(s.wh))
	s.must(s.om.AddWarehouse(omsim.Warehouse{WarehouseID: east, Name: "East DC"}))
	s.must(s.om.AddWarehouse(omsim.Warehouse{WarehouseID: west, Name: "West DC"}))
	s.must(s.om.AddChannel(omsim.SalesChannel{SalesChannelID: 1, Name: "Web shop"}))
	_, err = s.wh.AddFacility(whsim.Facility{ID: testFacility, Name: "Building 3", TimeZone: "America/Los_Angeles"})
	s.must(err)
	_, err = s.wh.AddCustomer(whsim.Customer{ID: testCustomer, Name: "Acme", Facilities: []int64{testFacility}})
	s.must(err)
	s.secrets(s.namespace)
	return s
}

func serve(t *testing.T, handler http.Handler) string {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func hostPort(t *testing.T, address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Host
}

// secrets creates the two secrets that connection expects.
func (s *shop) secrets(namespace string) {
	s.t.Helper()
	s.secret(namespace, "order-manager", map[string]string{"accessToken": omsim.DefaultAccessToken + "\n", "hosts": hostPort(s.t, s.omURL)})
	s.secret(namespace, "warehouse", map[string]string{
		"clientID": whsim.DefaultClientID, "clientSecret": whsim.DefaultClientSecret, "hosts": hostPort(s.t, s.whURL),
	})
}

func (s *shop) secret(namespace, name string, data map[string]string) {
	s.t.Helper()
	s.must(s.api.Create(s.ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, StringData: data}))
}

// connection returns a connection that is right; change makes it otherwise.
func (s *shop) connection(name string, change ...func(*v1alpha1.OrderManagerConnection)) *v1alpha1.OrderManagerConnection {
	s.t.Helper()
	connection := &v1alpha1.OrderManagerConnection{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name},
		Spec: v1alpha1.OrderManagerConnectionSpec{
			Source: v1alpha1.OrderSource{OrderManager: &v1alpha1.OrderManagerSource{
				URL: s.omURL, SecretRef: v1alpha1.SecretReference{Name: "order-manager"}, WarehouseName: "east dc",
			}},
			Destination: v1alpha1.OrderDestination{ThreePLWarehouseManager: &v1alpha1.ThreePLWarehouseManagerDestination{
				URL: s.whURL, SecretRef: v1alpha1.SecretReference{Name: "warehouse"}, UserLogin: whsim.DefaultUserLogin,
				CustomerID: testCustomer, FacilityID: testFacility, TimeZone: "America/Los_Angeles",
			}},
		},
	}
	for _, c := range change {
		c(connection)
	}
	s.must(s.api.Create(s.ctx, connection))
	return connection
}

// token asks for a run from the beginning.
func token1(annotation, value string) func(*v1alpha1.OrderManagerConnection) {
	return func(connection *v1alpha1.OrderManagerConnection) {
		connection.Annotations = map[string]string{annotation: value}
	}
}

func weekly() v1alpha1.Schedule {
	return v1alpha1.Schedule{Every: &metav1.Duration{Duration: 168 * time.Hour}}
}

// policy creates a policy for every connection of the namespace with all four
// routines, of which none falls due by itself while a test goes on.
func (s *shop) policy(name string, change ...func(*v1alpha1.SyncPolicy)) *v1alpha1.SyncPolicy {
	s.t.Helper()
	policy := &v1alpha1.SyncPolicy{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name},
		Spec: v1alpha1.SyncPolicySpec{
			Connections:          v1alpha1.ConnectionSelection{Selector: &metav1.LabelSelector{}},
			OrderDownload:        &v1alpha1.OrderDownloadPolicy{Schedule: weekly()},
			OrderCancelDownload:  &v1alpha1.OrderCancelDownloadPolicy{Schedule: weekly()},
			ShipmentConfirmation: &v1alpha1.ShipmentConfirmationPolicy{Schedule: weekly()},
			InventorySync:        &v1alpha1.InventorySyncPolicy{Schedule: weekly()},
		},
	}
	for _, c := range change {
		c(policy)
	}
	s.must(s.api.Create(s.ctx, policy))
	return policy
}

// order adds an order of one line that waits for the warehouse.
func (s *shop) order(sku string) int64 {
	s.t.Helper()
	_, _ = s.om.AddProduct(omsim.Product{MasterSKU: sku})
	_, _ = s.wh.AddItem(whsim.Item{CustomerID: testCustomer, SKU: sku})
	id, err := s.om.AddOrder(omsim.Order{
		OrderStatus: "AWAITING_3PL_EXPORT", Source: &omsim.WarehouseInfo{WarehouseID: east}, SalesChannel: &omsim.SalesChannel{SalesChannelID: 1},
		ShipName: "Test Buyer", ShipAddress1: "1 Main Street", ShipCity: "Austin", ShipState: "TX", ShipZipCode: "78701", ShipCountry: "USA",
		Items: []omsim.OrderItem{omsim.Item(sku, 1)},
	})
	s.must(err)
	return id
}

// manage starts a manager for some namespaces and returns what stops it and
// waits for its end.
func (s *shop) manage(namespaces ...string) (stop func()) {
	s.t.Helper()
	watched := map[string]cache.Config{s.namespace: {}}
	for _, namespace := range namespaces {
		watched[namespace] = cache.Config{}
	}
	config := rest.CopyConfig(plane.Config)
	config.Wrap(s.apiCalls)
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: plane.Scheme, Metrics: metricsserver.Options{BindAddress: "0"}, HealthProbeBindAddress: "0",
		WebhookServer: webhook.NewServer(webhook.Options{Port: -1}),
		Cache:         cache.Options{DefaultNamespaces: watched, ByObject: CacheByObject()},
	})
	s.must(err)
	s.must(IndexFields(s.ctx, manager.GetFieldIndexer()))
	reach, err := remote.ParseReach("127.0.0.0/8")
	s.must(err)
	builder, err := assembly.NewBuilder(assembly.Options{
		Reader: SecretReader{Reader: manager.GetAPIReader()}, Budgets: remote.NewBudgets(remote.Clock{}), Breakers: s.breakers,
		AllowInsecureHTTP: true, Reach: reach, UserAgent: "test",
	})
	s.must(err)
	s.must(Setup(manager, Options{
		Connector: builder, Metrics: s.metrics, Workers: 4, Slice: s.slice, Coalesce: time.Millisecond, Now: s.clock.Now, SkipNameValidation: true,
	}))
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.ctx))
	s.process = ctx
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				s.t.Errorf("manager: %v", err)
			}
		})
	}
	s.t.Cleanup(stop)
	return stop
}

// await watches a connection until it is as wanted.
func (s *shop) await(key types.NamespacedName, what string, as func(*v1alpha1.OrderManagerConnection) bool) *v1alpha1.OrderManagerConnection {
	s.t.Helper()
	var last *v1alpha1.OrderManagerConnection
	found := watchFor(s, key, &v1alpha1.OrderManagerConnectionList{}, func(object client.Object) bool {
		connection, ok := object.(*v1alpha1.OrderManagerConnection)
		if ok {
			last = connection
		}
		return ok && as(connection)
	})
	if !found {
		s.t.Fatalf("waited in vain for %s: %s", what, describe(last))
	}
	return last
}

// awaitPolicy watches a policy until it is as wanted.
func (s *shop) awaitPolicy(name, what string, as func(*v1alpha1.SyncPolicy) bool) *v1alpha1.SyncPolicy {
	s.t.Helper()
	var last *v1alpha1.SyncPolicy
	found := watchFor(s, types.NamespacedName{Namespace: s.namespace, Name: name}, &v1alpha1.SyncPolicyList{}, func(object client.Object) bool {
		policy, ok := object.(*v1alpha1.SyncPolicy)
		if ok {
			last = policy
		}
		return ok && as(policy)
	})
	if !found {
		s.t.Fatalf("waited in vain for %s: %s", what, describe(last))
	}
	return last
}

func watchFor(s *shop, key types.NamespacedName, list client.ObjectList, accept func(client.Object) bool) bool {
	watcher, err := s.api.Watch(s.ctx, list, client.InNamespace(key.Namespace),
		client.MatchingFieldsSelector{Selector: fields.OneTermEqualSelector("metadata.name", key.Name)})
	s.must(err)
	defer watcher.Stop()
	for event := range watcher.ResultChan() {
		if object, ok := event.Object.(client.Object); ok && accept(object) {
			return true
		}
	}
	return false
}

// annotate sets an annotation of a connection.
func (s *shop) annotate(connection *v1alpha1.OrderManagerConnection, key, value string) {
	s.t.Helper()
	patch := []byte(`{"metadata":{"annotations":{"` + key + `":"` + value + `"}}}`)
	s.must(s.api.Patch(s.ctx, connection.DeepCopy(), client.RawPatch(types.MergePatchType, patch)))
}

// change changes a connection, whoever else writes it meanwhile.
func (s *shop) change(name string, change func(*v1alpha1.OrderManagerConnection)) {
	s.t.Helper()
	s.must(retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		live := &v1alpha1.OrderManagerConnection{}
		if err := s.api.Get(s.ctx, types.NamespacedName{Namespace: s.namespace, Name: name}, live); err != nil {
			return err
		}
		change(live)
		return s.api.Update(s.ctx, live)
	}))
}

func answered(name v1alpha1.RoutineName, value string) func(*v1alpha1.OrderManagerConnection) bool {
	return func(connection *v1alpha1.OrderManagerConnection) bool { return answer(connection, name, value) != nil }
}

func answer(connection *v1alpha1.OrderManagerConnection, name v1alpha1.RoutineName, value string) *v1alpha1.HandledToken {
	entry := entryOf(connection, name)
	if entry == nil {
		return nil
	}
	for i := range entry.HandledTokens {
		if entry.HandledTokens[i].Token == value {
			return &entry.HandledTokens[i]
		}
	}
	return nil
}

func conditionIs(conditionType string, status metav1.ConditionStatus, reason string) func(*v1alpha1.OrderManagerConnection) bool {
	return func(connection *v1alpha1.OrderManagerConnection) bool {
		return hasCondition(connection.Status.Conditions, conditionType, status, reason)
	}
}

func hasCondition(conditions []metav1.Condition, conditionType string, status metav1.ConditionStatus, reason string) bool {
	for _, condition := range conditions {
		if condition.Type == conditionType {
			return condition.Status == status && (reason == "" || condition.Reason == reason)
		}
	}
	return false
}
