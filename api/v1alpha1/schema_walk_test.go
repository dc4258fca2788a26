// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"ordersync.dev/operator/internal/testing/controlplane"
)

// definitions are the CRDs as they are shipped.
func definitions(t *testing.T) map[string]*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	root, err := controlplane.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(root, "config", "crd", "bases", "*.yaml"))
	if err != nil || len(paths) != 2 {
		t.Fatalf("found %v, %v; want the CRDs of two kinds", paths, err)
	}
	found := map[string]*apiextensionsv1.CustomResourceDefinition{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var definition apiextensionsv1.CustomResourceDefinition
		if err := yaml.UnmarshalStrict(content, &definition); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		found[definition.Spec.Names.Kind] = &definition
	}
	return found
}

// walk visits every schema below and including the given one.
func walk(path string, schema apiextensionsv1.JSONSchemaProps, visit func(string, apiextensionsv1.JSONSchemaProps)) {
	visit(path, schema)
	for name, property := range schema.Properties {
		walk(path+"."+name, property, visit)
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		walk(path+"[]", *schema.Items.Schema, visit)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		walk(path+"{}", *schema.AdditionalProperties.Schema, visit)
	}
}

// Server-side apply treats a list without a type as atomic without saying so,
// a list without an end grows until the object cannot be stored, and a field
// without a description explains nothing.
func TestEveryFieldIsBoundedAndDescribed(t *testing.T) {
	// The label selector is Kubernetes' own type and comes as it is.
	foreign := func(path string) bool { return strings.HasPrefix(path, "SyncPolicy.spec.connections.selector.") }
	visited := 0
	for kind, definition := range definitions(t) {
		for _, version := range definition.Spec.Versions {
			for _, part := range []string{"spec", "status"} {
				walk(kind+"."+part, version.Schema.OpenAPIV3Schema.Properties[part], func(path string, schema apiextensionsv1.JSONSchemaProps) {
					if foreign(path) {
						return
					}
					visited++
					if schema.Description == "" && !strings.HasSuffix(path, "[]") {
						t.Errorf("%s has no description", path)
					}
					switch schema.Type {
					case "array":
						if schema.XListType == nil {
							t.Errorf("%s has no list type", path)
						}
						if schema.MaxItems == nil {
							t.Errorf("%s has no most items", path)
						}
					case "string":
						ruled := len(schema.Enum) > 0 || schema.MaxLength != nil || schema.Format == "date-time" || len(schema.XValidations) > 0
						if !ruled {
							t.Errorf("%s has no bound", path)
						}
					}
				})
			}
		}
	}
	if visited < 150 {
		t.Errorf("only %d fields were looked at", visited)
	}
}

func TestNothingUnknownIsKept(t *testing.T) {
	for kind, definition := range definitions(t) {
		for _, version := range definition.Spec.Versions {
			walk(kind, *version.Schema.OpenAPIV3Schema, func(path string, schema apiextensionsv1.JSONSchemaProps) {
				if schema.XPreserveUnknownFields != nil {
					t.Errorf("%s keeps unknown fields", path)
				}
			})
		}
	}
}
