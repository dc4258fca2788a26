// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"os"
	"path/filepath"
	"testing"

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

	"ordersync.dev/operator/internal/testing/controlplane"
)

// door is the API server's way to judge objects of one kind, without a server:
// its own code for structural schemas, list types and rules in CEL.
type door struct {
	schema    *structuralschema.Structural
	validator validation.SchemaValidator
	rules     *cel.Validator
	// valid are objects that are admitted. Together they set every field.
	valid []map[string]any
}

// newDoor reads the CRD as it is shipped, and objects of the kind.
func newDoor(t testing.TB, plural string, valid ...string) *door {
	t.Helper()
	root, err := controlplane.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	var definition apiextensionsv1.CustomResourceDefinition
	readYAML(t, filepath.Join(root, "config", "crd", "bases", "ordersync.dev_"+plural+".yaml"), &definition)
	d := &door{}
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
	for _, path := range valid {
		object := map[string]any{}
		readYAML(t, filepath.Join(root, path), &object)
		object = whole(object).(map[string]any)
		d.valid = append(d.valid, object)
		if problems := d.problems(t.Context(), copied(object)); len(problems) > 0 {
			t.Fatalf("%s is not admitted: %v", path, problems)
		}
	}
	return d
}

// connectionDoor and policyDoor are the doors of the two kinds.
func connectionDoor(t testing.TB) *door {
	return newDoor(t, "ordermanagerconnections", "config/samples/acme/ordermanagerconnection.yaml",
		"internal/controller/testdata/specs/threepl.yaml", "internal/controller/testdata/specs/vendure.yaml")
}

func policyDoor(t testing.TB) *door {
	return newDoor(t, "syncpolicies", "config/samples/acme/syncpolicy.yaml",
		"internal/controller/testdata/specs/every.yaml", "internal/controller/testdata/specs/cron.yaml")
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

// problems does to an object what the API server does: prunes, sets defaults
// and judges it by schema, list types and rules.
func (d *door) problems(ctx context.Context, object map[string]any) field.ErrorList {
	pruning.Prune(object, d.schema, true)
	defaulting.Default(object, d.schema)
	problems := validation.ValidateCustomResource(nil, object, d.validator)
	problems = append(problems, listtype.ValidateListSetsAndMaps(nil, d.schema, object)...)
	if len(problems) > 0 {
		return problems // as the API server does, rules are for what the schema takes
	}
	problems, _ = d.rules.Validate(ctx, field.NewPath(""), d.schema, object, nil, celconfig.RuntimeCELCostBudget)
	return problems
}

func (d *door) admits(ctx context.Context, object map[string]any) bool {
	return len(d.problems(ctx, object)) == 0
}

// admitted is a changed object as the API server keeps it, or the object that
// was changed when the API server would not take the changes.
func (d *door) admitted(t *testing.T, choices dice) map[string]any {
	t.Helper()
	object := d.changed(choices)
	if d.admits(t.Context(), object) {
		return object
	}
	object = copied(d.valid[choices.roll(len(d.valid))])
	if !d.admits(t.Context(), object) {
		t.Fatal("a valid object is not admitted")
	}
	return object
}

// copied is a deep copy of what JSON can say.
func copied(value map[string]any) map[string]any { return copyOf(value).(map[string]any) }

func copyOf(value any) any {
	switch value := value.(type) {
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, one := range value {
			object[name] = copyOf(one)
		}
		return object
	case []any:
		list := make([]any, len(value))
		for i, one := range value {
			list[i] = copyOf(one)
		}
		return list
	}
	return value
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
