// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/schedule"
)

// secrets has every Secret and ConfigMap there could be, for these hosts.
type secrets struct{ hosts string }

func (s secrets) Secret(context.Context, string, string) (assembly.Bundle, bool, error) {
	data := map[string][]byte{"hosts": []byte(s.hosts)}
	for _, key := range []string{"username", "password", "clientID", "clientSecret"} {
		data[key] = []byte("some " + key)
	}
	return assembly.Bundle{Data: data, Version: "1"}, true, nil
}

func (s secrets) ConfigMap(ctx context.Context, namespace, name string) (assembly.Bundle, bool, error) {
	return s.Secret(ctx, namespace, name)
}

// emptyCluster has no object.
type emptyCluster struct{ client.Reader }

func (emptyCluster) Get(_ context.Context, key client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
	return apierrors.NewNotFound(corev1.Resource("configmaps"), key.Name)
}

// unasked are systems that nobody may ask: beginning a run sends no request.
type unaskedSource struct{ fulfillment.Source }
type unaskedDestination struct{ fulfillment.Destination }

func (unaskedDestination) Capabilities() fulfillment.Capabilities { return fulfillment.Capabilities{} }

// FuzzSpecs changes objects that are admitted, by what the schema says of their
// fields. Whatever the API server still admits is understood: it becomes a run
// of each routine, or is told to be unusable with a reason of its own, and never
// breaks the controller or holds it up.
func FuzzSpecs(f *testing.F) {
	connections, policies := connectionDoor(f), policyDoor(f)
	for i := range 64 {
		seed := make([]byte, 48)
		for j := range seed {
			seed[j] = byte((i + 1) * (j + 3) * 37 >> (i % 4))
		}
		f.Add(seed, seed[i/2:])
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if len(a) > 300 || len(b) > 300 {
			return
		}
		begin(t, readConnection(t, connections, connections.admitted(t, a)), readPolicy(t, policies, policies.admitted(t, b)))
	})
}

// Each field takes each hostile value for it, one at a time, in the first valid
// object that it is tried in.
func TestEveryFieldTakesHostileValues(t *testing.T) {
	connections, policies := connectionDoor(t), policyDoor(t)
	policy := readPolicy(t, policies, policies.admitted(t, nil))
	connection := readConnection(t, connections, connections.admitted(t, nil))
	admitted, refused := 0, 0
	tried := map[string]bool{}
	for _, d := range []*door{connections, policies} {
		spec := d.schema.Properties["spec"]
		for _, valid := range d.valid {
			for _, at := range placesOf(valid["spec"], &spec, nil) {
				present := get(valid["spec"], at.path)
				for _, value := range hostile(at.schema, present) {
					// A field that is not set is tried where a union leaves it free.
					known := at.String() + "=" + show(value)
					if tried[known] {
						continue
					}
					tried[known] = true
					object := copied(valid)
					set(object["spec"].(map[string]any), at.path, copyOf(value))
					if !d.admits(t.Context(), object) {
						refused++
						continue
					}
					admitted++
					if d == connections {
						begin(t, readConnection(t, d, object), policy)
					} else {
						begin(t, connection, readPolicy(t, d, object))
					}
					if t.Failed() {
						t.Fatalf("%s = %s", at, show(value))
					}
				}
			}
		}
	}
	t.Logf("%d admitted, %d refused", admitted, refused)
	if admitted < 500 || refused < 500 {
		t.Errorf("%d admitted, %d refused: too few for a proof", admitted, refused)
	}
}

// read turns what was admitted into its type. Nothing of it may be unreadable,
// and what the controller would write back is admitted as well.
func read(t *testing.T, d *door, object map[string]any, into any) {
	t.Helper()
	encoded, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, into); err != nil {
		t.Fatalf("admitted, and cannot be read: %v\n%s", err, encoded)
	}
	back := map[string]any{}
	again, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(again)))
	decoder.UseNumber()
	if err := decoder.Decode(&back); err != nil {
		t.Fatal(err)
	}
	delete(back, "status")
	if problems := d.problems(t.Context(), numbers(back).(map[string]any)); len(problems) > 0 {
		t.Errorf("admitted, and not when it is written back: %v\n%s\n%s", problems, encoded, again)
	}
}

// numbers turns the numbers of a decoder into the API server's.
func numbers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, one := range value {
			value[name] = numbers(one)
		}
	case []any:
		for i, one := range value {
			value[i] = numbers(one)
		}
	case json.Number:
		n, _ := value.Int64()
		return n
	}
	return value
}

func readConnection(t *testing.T, d *door, object map[string]any) *v1alpha1.OrderManagerConnection {
	t.Helper()
	connection := &v1alpha1.OrderManagerConnection{}
	read(t, d, object, connection)
	connection.UID, connection.Namespace = "uid", "acme"
	return connection
}

func readPolicy(t *testing.T, d *door, object map[string]any) *v1alpha1.SyncPolicy {
	t.Helper()
	policy := &v1alpha1.SyncPolicy{}
	read(t, d, object, policy)
	policy.Namespace = "acme"
	return policy
}

func show(value any) string {
	encoded, _ := json.Marshal(value)
	return string(encoded)
}

// understandable fails the test unless an error says, in one line of our own,
// what a person has to mend.
func understandable(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	fault, ok := fulfillment.AsFault(err)
	text := err.Error()
	if !ok || reasonOf(fault) == v1alpha1.ReasonInternal || fault.Hint == "" || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%s: refused without a reason: %q", what, text)
	}
}

// begin goes the way from two admitted objects to a run of each routine.
func begin(t *testing.T, connection *v1alpha1.OrderManagerConnection, policy *v1alpha1.SyncPolicy) {
	t.Helper()
	options, err := loadOptions(&connection.Spec.Orders)
	if err != nil || options.MinimumAge < 0 || options.EarliestOrderDate.Year() > 9999 {
		t.Errorf("%s\nbecame %+v, %v", show(connection.Spec.Orders), options, err)
	}
	env := routine.Env{Now: time.Now, Coordination: routine.NewCoordination(), Source: unaskedSource{}, Destination: unaskedDestination{}}
	ways(t, connection, &env)
	made, err := NewMappingShelf(emptyCluster{}).of(t.Context(), emptyCluster{}, connection)
	if err != nil {
		t.Errorf("%s\nmakes no tables: %v", show(connection.Spec.Mappings), err)
	}
	env.Mappings = made.tables
	env.Destination = made.tables.Destination(env.Destination)
	if made.tables != nil {
		if message := mappingsCondition(made.tables).Message; message == "" || strings.ContainsFunc(message, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%s\nis told of as %q", show(connection.Spec.Mappings), message)
		}
	}
	governed := Govern([]v1alpha1.SyncPolicy{*policy}, []v1alpha1.OrderManagerConnection{*connection})
	if selection := governed.Selections[policy.Name]; selection.Err != nil && selection.Err.Error() == "" {
		t.Error("a selector is refused without a word")
	}
	for _, definition := range Definitions() {
		if definition.schedule(&policy.Spec) == nil {
			continue
		}
		follow(t, policy, definition)
		for _, resolution := range []assembly.Resolution{{WarehouseID: 7, WarehouseIDs: []int64{7}}, {All: true, WarehouseIDs: []int64{7, 8}}} {
			run, err := definition.start(env, connection, &policy.Spec, resolution, neighbours{})
			understandable(t, string(definition.Name), err)
			if err == nil && len(run.Report().Listed()) > 0 {
				t.Errorf("%s tells of orders before it began", definition.Name)
			}
		}
	}
	sane(t, connection, policy)
}

// ways builds the ways to both systems, and takes the destination's.
func ways(t *testing.T, connection *v1alpha1.OrderManagerConnection, env *routine.Env) {
	t.Helper()
	_, _ = assembly.SourceHost(connection), assembly.PlaceOf(connection)
	builder, err := assembly.NewBuilder(assembly.Options{Reader: secrets{hostsOf(connection)}, AllowInsecureHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = builder.Source(t.Context(), connection)
	understandable(t, show(connection.Spec.Source), err)
	destination, err := builder.Destination(t.Context(), connection)
	understandable(t, show(connection.Spec.Destination), err)
	if err != nil {
		return
	}
	port, err := destination.Port(assembly.PriorityOrder)
	understandable(t, show(connection.Spec.Destination), err)
	if err == nil {
		env.Destination = port
	}
}

// hostsOf are the hosts that the connection names.
func hostsOf(connection *v1alpha1.OrderManagerConnection) string {
	addresses := []string{connection.Spec.Source.OrderManager.URL, connection.Spec.Source.OrderManager.TokenURL}
	if member := connection.Spec.Destination.ThreePLWarehouseManager; member != nil {
		addresses = append(addresses, member.URL)
	}
	if member := connection.Spec.Destination.Vendure; member != nil {
		addresses = append(addresses, member.URL)
	}
	var hosts []string
	for _, address := range addresses {
		if parsed, err := url.Parse(address); err == nil {
			hosts = append(hosts, parsed.Host)
		}
	}
	return strings.Join(hosts, "\n")
}

// follow reads a schedule as the controller does.
func follow(t *testing.T, policy *v1alpha1.SyncPolicy, definition Definition) {
	t.Helper()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	table, err := timetableOf(&policy.Spec, definition, "uid")
	if err != nil {
		if reason := scheduleReason(err); reason == "" || strings.ContainsFunc(err.Error(), func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("a schedule is refused with %q: %q", reason, err)
		}
		return
	}
	if next := table.After(now); !next.IsZero() && (!next.After(now) || next.Sub(now) > 9*366*24*time.Hour) {
		t.Errorf("%s\nfires at %s", show(policy.Spec), next)
	}
	if decision := table.Next(schedule.Entry{}, now); decision.Due() {
		t.Errorf("%s\nis due on first sight", show(policy.Spec))
	}
}

// sane checks the settings that a number or an unknown word could spoil.
func sane(t *testing.T, connection *v1alpha1.OrderManagerConnection, policy *v1alpha1.SyncPolicy) {
	t.Helper()
	if inventory := policy.Spec.InventorySync; inventory != nil {
		config := inventoryConfig(connection, inventory)
		if config.Buffer < 0 || config.MinimumLevel < 0 || config.MaxSnapshotAge < 0 || config.MaxIncrease != nil && *config.MaxIncrease < 0 || config.MaxZeros != nil && *config.MaxZeros < 0 {
			t.Errorf("%s\nbecame %+v", show(inventory), config)
		}
		if !slices.Contains([]routine.StockRule{routine.MatchAvailable, routine.Unlocked, routine.MatchOnHand}, config.Rule) {
			t.Errorf("%s\nhas the rule %q", show(inventory), config.Rule)
		}
	}
	if shipments := policy.Spec.ShipmentConfirmation; shipments != nil {
		config := shipmentConfig(connection, shipments)
		if config.ExpectShippedWithin < 0 || shipments.NoTracking == v1alpha1.NoTrackingText && strings.TrimSpace(config.NoTrackingText) == "" {
			t.Errorf("%s\nbecame %+v", show(shipments), config)
		}
	}
}

// The dice make what is admitted and what is not, or the target proves nothing.
func TestTheDoorIsTried(t *testing.T) {
	for kind, d := range map[string]*door{"connections": connectionDoor(t), "policies": policyDoor(t)} {
		admitted, unlike := 0, map[string]bool{}
		for i := range 500 {
			choices := make(dice, 64)
			for j := range choices {
				choices[j] = byte(rand.New(rand.NewPCG(uint64(i), uint64(j))).Uint32())
			}
			object := d.changed(choices)
			if d.admits(t.Context(), object) {
				admitted++
				unlike[show(object)] = true
			}
		}
		t.Logf("%s: %d of 500 admitted, %d unlike each other", kind, admitted, len(unlike))
		if admitted < 50 || admitted > 450 || len(unlike) < 40 {
			t.Errorf("%s: %d of 500 admitted, %d unlike each other", kind, admitted, len(unlike))
		}
	}
}
