// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/schedule"
	"ordersync.dev/operator/internal/testing/controlplane"
)

// door is the API server's way to judge objects of one kind.
type door struct {
	schema    *structuralschema.Structural
	validator validation.SchemaValidator
	rules     *cel.Validator
	sample    map[string]any
}

// newDoor reads the CRD as it is shipped, and a sample of the kind.
func newDoor(t testing.TB, plural, sample string) *door {
	t.Helper()
	root, err := controlplane.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	var definition apiextensionsv1.CustomResourceDefinition
	readYAML(t, filepath.Join(root, "config", "crd", "bases", "ordersync.dev_"+plural+".yaml"), &definition)
	d := &door{}
	readYAML(t, filepath.Join(root, sample), &d.sample)
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(definition.Spec.Versions[0].Schema.OpenAPIV3Schema, &internal, nil); err != nil {
		t.Fatal(err)
	}
	if d.schema, err = structuralschema.NewStructural(&internal); err != nil {
		t.Fatal(err)
	}
	if d.validator, _, err = validation.NewSchemaValidator(&internal); err != nil {
		t.Fatal(err)
	}
	d.rules = cel.NewValidator(d.schema, true, celconfig.PerCallLimit)
	return d
}

func readYAML(t testing.TB, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, into); err != nil {
		t.Fatal(err)
	}
}

// admits does to an object what the API server does: prunes, sets defaults and
// judges it by schema, list types and rules.
func (d *door) admits(ctx context.Context, object map[string]any) bool {
	pruning.Prune(object, d.schema, true)
	defaulting.Default(object, d.schema)
	if len(validation.ValidateCustomResource(nil, object, d.validator)) > 0 ||
		len(listtype.ValidateListSetsAndMaps(nil, d.schema, object)) > 0 {
		return false
	}
	problems, _ := d.rules.Validate(ctx, field.NewPath(""), d.schema, object, nil, celconfig.RuntimeCELCostBudget)
	return len(problems) == 0
}

// dice is a source of choices that a fuzzer can steer.
type dice []byte

func (d *dice) roll(n int) int {
	if len(*d) == 0 || n <= 1 {
		return 0
	}
	b := int((*d)[0])
	*d = (*d)[1:]
	return b % n
}

// texts that people and programs write where a text is asked for.
var texts = []string{
	"", " ", "a", "0", "-1", "1m", "1h", "0s", "168h", "24h0m0.000000001s", "2562047h47m16.854775807s", "-1ns", "90s", "5m",
	"*/5 * * * *", "0 0 31 2 *", "0 0 29 2 *", "@daily", "@hourly", "59-0 * * * *", "0 0 * * SUN-SAT", "*/0 * * * *", "0/61 * * * *",
	"Europe/Berlin", "America/New_York", "UTC", "Local", "../etc", "2026-01-01", "2026-02-30", "9999-12-31", "0000-00-00",
	"https://api.example", "http://127.0.0.1:8080/x", "https://[::1]", "https://user@host", "https://api.example?x=1", "HTTPS://API.EXAMPLE:443/",
	"*", "East DC", "ordersync-downloaded", "a@b.example", "USD", "é\u202e", "x\ny", "AWAITING_3PL_EXPORT", "PENDING_FULFILLMENT", "name-of-a-thing",
}

// value makes a value for a place of the schema, mostly one that fits.
func (d *dice) value(s *structuralschema.Structural, depth int) any {
	if s.XIntOrString {
		return int64(d.roll(200))
	}
	if v := s.ValueValidation; v != nil && len(v.Enum) > 0 && d.roll(8) > 0 {
		return v.Enum[d.roll(len(v.Enum))].Object
	}
	switch s.Type {
	case "boolean":
		return d.roll(2) == 1
	case "integer":
		numbers := []int64{0, 1, -1, 2, 100, 1<<31 - 1, -1 << 31, 1<<63 - 1, -1 << 63}
		if v := s.ValueValidation; v != nil && v.Minimum != nil {
			numbers = append(numbers, int64(*v.Minimum))
		}
		if v := s.ValueValidation; v != nil && v.Maximum != nil {
			numbers = append(numbers, int64(*v.Maximum))
		}
		return numbers[d.roll(len(numbers))]
	case "string":
		if d.roll(16) == 15 {
			length := 1 + d.roll(40)
			return strings.ToValidUTF8(string((*d)[:min(len(*d), length)]), "?")
		}
		return texts[d.roll(len(texts))]
	case "array":
		list := []any{}
		for range d.roll(4) {
			list = append(list, d.value(s.Items, depth+1))
		}
		return list
	}
	object := map[string]any{}
	if depth < 8 {
		d.fill(object, s, depth)
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Structural != nil && d.roll(2) == 0 {
		object[texts[d.roll(len(texts))]] = d.value(s.AdditionalProperties.Structural, depth+1)
	}
	return object
}

// fill sets some of an object's members.
func (d *dice) fill(object map[string]any, s *structuralschema.Structural, depth int) {
	for _, name := range propertiesOf(s) {
		property := s.Properties[name]
		if d.roll(2) == 0 {
			object[name] = d.value(&property, depth+1)
		}
	}
}

func propertiesOf(s *structuralschema.Structural) (names []string) {
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// change sets or removes one member somewhere below an object.
func (d *dice) change(object map[string]any, s *structuralschema.Structural) {
	for range 8 {
		names := propertiesOf(s)
		if len(names) == 0 {
			return
		}
		name := names[d.roll(len(names))]
		property := s.Properties[name]
		below, ok := object[name].(map[string]any)
		if ok && property.Type == "object" && d.roll(4) > 0 {
			object, s = below, &property
			continue
		}
		if d.roll(5) == 0 {
			delete(object, name)
		} else {
			object[name] = d.value(&property, 0)
		}
		return
	}
}

// changed is the sample with some changes to its spec.
func (d *door) changed(choices dice) map[string]any {
	encoded, err := json.Marshal(d.sample)
	if err != nil {
		panic(err)
	}
	var object map[string]any
	if err := yaml.Unmarshal(encoded, &object); err != nil {
		panic(err)
	}
	spec := d.schema.Properties["spec"]
	for range choices.roll(4) {
		choices.change(object["spec"].(map[string]any), &spec)
	}
	return whole(object).(map[string]any)
}

// whole turns the numbers that JSON makes into the API server's.
func whole(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, one := range value {
			value[name] = whole(one)
		}
	case []any:
		for i, one := range value {
			value[i] = whole(one)
		}
	case float64:
		return int64(value)
	}
	return value
}

// secrets has every Secret and ConfigMap there could be.
type secrets struct{}

func (secrets) Secret(context.Context, string, string) (assembly.Bundle, bool, error) {
	data := map[string][]byte{}
	for _, key := range []string{"username", "password", "clientID", "clientSecret", "hosts"} {
		data[key] = []byte("api.example 127.0.0.1:8080")
	}
	return assembly.Bundle{Data: data, Version: "1"}, true, nil
}

func (s secrets) ConfigMap(ctx context.Context, namespace, name string) (assembly.Bundle, bool, error) {
	return s.Secret(ctx, namespace, name)
}

// FuzzSpecs makes objects of both kinds by the schema. Whatever the API server
// admits is understood: it becomes settings that make sense, or is told to be
// unusable, and never breaks the controller or holds it up.
func FuzzSpecs(f *testing.F) {
	connections := newDoor(f, "ordermanagerconnections", "config/samples/acme/ordermanagerconnection.yaml")
	policies := newDoor(f, "syncpolicies", "config/samples/acme/syncpolicy.yaml")
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
		var connection v1alpha1.OrderManagerConnection
		object := connections.changed(a)
		if !connections.admits(t.Context(), object) {
			connection.Spec = v1alpha1.OrderManagerConnectionSpec{}
			object = connections.changed(nil)
			if !connections.admits(t.Context(), object) {
				t.Fatal("the sample is not admitted")
			}
		}
		typed(t, object, &connection)
		connection.UID = "uid"
		understand(t, &connection)

		var policy v1alpha1.SyncPolicy
		object = policies.changed(b)
		if !policies.admits(t.Context(), object) {
			return
		}
		typed(t, object, &policy)
		follow(t, &policy, &connection)
	})
}

// typed turns what was admitted into its type: nothing of it may be unreadable.
func typed(t *testing.T, object map[string]any, into any) {
	t.Helper()
	encoded, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, into); err != nil {
		t.Fatalf("admitted, and cannot be read: %v\n%s", err, encoded)
	}
}

func show(value any) string {
	encoded, _ := json.Marshal(value)
	return string(encoded)
}

// understand reads a connection as the controller does.
func understand(t *testing.T, connection *v1alpha1.OrderManagerConnection) {
	t.Helper()
	options, err := loadOptions(&connection.Spec.Orders)
	if err == nil && (options.MinimumAge < 0 || options.EarliestOrderDate.Year() > 9999) {
		t.Errorf("%s\nbecame %+v", show(connection.Spec.Orders), options)
	}
	if err != nil {
		t.Errorf("the schema admits what the controller refuses: %v\n%s", err, show(connection.Spec.Orders))
	}
	_, _ = assembly.SourceHost(connection), assembly.PlaceOf(connection)
	builder, err := assembly.NewBuilder(assembly.Options{Reader: secrets{}, AllowInsecureHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	if source, err := builder.Source(t.Context(), connection); err == nil {
		_, err = source.Port(assembly.Resolution{WarehouseID: 7, WarehouseIDs: []int64{7}}, assembly.PriorityOrder)
		_ = err
	}
	if destination, err := builder.Destination(t.Context(), connection); err == nil {
		_, err = destination.Port(assembly.PriorityOrder)
		_ = err
	}
}

// follow reads a policy as the controller does.
func follow(t *testing.T, policy *v1alpha1.SyncPolicy, connection *v1alpha1.OrderManagerConnection) {
	t.Helper()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	governed := Govern([]v1alpha1.SyncPolicy{*policy}, []v1alpha1.OrderManagerConnection{*connection})
	if selection := governed.Selections[policy.Name]; selection.Err != nil {
		t.Logf("its selector cannot be read: %v", selection.Err)
	}
	for _, definition := range Definitions() {
		if definition.schedule(&policy.Spec) == nil {
			continue
		}
		table, err := timetableOf(&policy.Spec, definition, "uid")
		if err != nil {
			if reason := scheduleReason(err); reason == "" {
				t.Errorf("%v", err)
			}
			continue
		}
		if next := table.After(now); !next.IsZero() && (!next.After(now) || next.Sub(now) > 9*366*24*time.Hour) {
			t.Errorf("%s\nfires at %s", show(policy.Spec), next)
		}
		if decision := table.Next(schedule.Entry{}, now); decision.Due() {
			t.Errorf("%s\nis due on first sight", show(policy.Spec))
		}
	}
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
		if config := shipmentConfig(connection, shipments); config.ExpectShippedWithin < 0 {
			t.Errorf("%s\nbecame %+v", show(shipments), config)
		}
	}
}

// The dice make what is admitted and what is not, or the target proves nothing.
func TestTheDoorIsTried(t *testing.T) {
	for plural, sample := range map[string]string{
		"ordermanagerconnections": "config/samples/acme/ordermanagerconnection.yaml", "syncpolicies": "config/samples/acme/syncpolicy.yaml",
	} {
		d := newDoor(t, plural, sample)
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
		t.Logf("%s: %d of 500 admitted, %d unlike each other", plural, admitted, len(unlike))
		if admitted < 50 || admitted > 450 || len(unlike) < 30 {
			t.Errorf("%s: %d of 500 admitted, %d unlike each other", plural, admitted, len(unlike))
		}
	}
}
