// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// guides are the pages of the kinds, with the manifests that define them.
var guides = map[string]string{
	"docs/ordermanagerconnection.md": "config/crd/bases/ordersync.dev_ordermanagerconnections.yaml",
	"docs/syncpolicy.md":             "config/crd/bases/ordersync.dev_syncpolicies.yaml",
}

// schema is the part of a field's schema that a page tells of.
type schema struct {
	Properties  map[string]schema `json:"properties"`
	Required    []string          `json:"required"`
	Default     any               `json:"default"`
	Enum        []string          `json:"enum"`
	Items       *schema           `json:"items"`
	Maximum     *int64            `json:"maximum"`
	Minimum     *int64            `json:"minimum"`
	MaxLength   *int64            `json:"maxLength"`
	MaxItems    *int64            `json:"maxItems"`
	Validations []struct {
		Rule string `json:"rule"`
	} `json:"x-kubernetes-validations"`
}

type definition struct {
	Spec struct {
		Versions []struct {
			Columns []struct {
				Name     string `json:"name"`
				Priority int    `json:"priority"`
			} `json:"additionalPrinterColumns"`
			Schema struct {
				OpenAPI schema `json:"openAPIV3Schema"`
			} `json:"schema"`
		} `json:"versions"`
	} `json:"spec"`
}

func defined(t *testing.T, path string) definition {
	t.Helper()
	var found definition
	if err := yaml.Unmarshal([]byte(read(t, path)), &found); err != nil {
		t.Fatal(err)
	}
	if len(found.Spec.Versions) != 1 || len(found.Spec.Versions[0].Schema.OpenAPI.Properties) == 0 {
		t.Fatalf("%s has another shape than this test knows", path)
	}
	return found
}

// flatten returns the fields below one by their paths. Of a label selector the
// members are Kubernetes' own.
func flatten(path string, field schema, into map[string]schema) {
	for name, child := range field.Properties {
		below := path + "." + name
		into[below] = child
		if name != "selector" {
			flatten(below, child, into)
		}
		if child.Items != nil {
			flatten(below, *child.Items, into)
		}
	}
}

// section returns the text between a heading and the next one of any level.
func section(page, title string) (string, bool) {
	_, rest, found := strings.Cut("\n"+page, "\n"+title+"\n")
	if !found {
		return "", false
	}
	text, _, _ := strings.Cut(rest, "\n#")
	return text, true
}

// quoted is an example, or a name, in a page: what it says is no statement of its own.
var quoted = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")

// untold returns what a field's section leaves out.
func untold(text string, field schema, required bool) (missing []string) {
	want := func(part string) {
		if !strings.Contains(text, part) {
			missing = append(missing, part)
		}
	}
	if required {
		want("Required")
	} else if strings.Contains(quoted.ReplaceAllString(text, ""), "Required") {
		missing = append(missing, "that it is not required")
	}
	if field.Default != nil {
		value, isText := field.Default.(string)
		if !isText {
			encoded, _ := json.Marshal(field.Default) // it was JSON a moment ago
			value = string(encoded)
		}
		want("Default `" + value + "`")
	}
	enum := field.Enum
	if field.Items != nil {
		enum = append(enum, field.Items.Enum...)
	}
	for _, value := range enum {
		want("`" + value + "`")
	}
	if !strings.Contains(text, "same rules as") {
		for _, bound := range []*int64{field.Maximum, field.Minimum, field.MaxLength, field.MaxItems} {
			if bound != nil {
				want(fmt.Sprint(*bound))
			}
		}
	}
	for _, validation := range field.Validations {
		if strings.Contains(validation.Rule, "oldSelf") {
			want("cannot be changed")
		}
	}
	return missing
}

func TestEveryFieldIsExplained(t *testing.T) {
	for page, manifest := range guides {
		text := read(t, page)
		root := defined(t, manifest).Spec.Versions[0].Schema.OpenAPI
		spec := map[string]schema{}
		flatten("spec", root.Properties["spec"], spec)
		required := map[string]bool{}
		for _, name := range root.Properties["spec"].Required {
			required["spec."+name] = true
		}
		for path, field := range spec {
			names := field.Required
			if field.Items != nil {
				names = field.Items.Required
			}
			for _, name := range names {
				required[path+"."+name] = true
			}
		}
		var headings []string
		for _, match := range heading.FindAllStringSubmatch(text, -1) {
			if strings.HasPrefix(match[1], "spec.") {
				headings = append(headings, match[1])
			}
		}
		for _, problem := range compare(headings, slices.Collect(maps.Keys(spec))) {
			t.Errorf("%s: %s", page, problem)
		}
		for path, field := range spec {
			if about, ok := section(text, "### "+path); ok {
				for _, part := range untold(about, field, required[path]) {
					t.Errorf("%s: %s does not say %s", page, path, part)
				}
			}
		}
	}
}

func TestWhatASectionLeavesOutIsFound(t *testing.T) {
	field := schema{Default: 7.0, Enum: []string{"A", "B"}, Maximum: new(int64(900))}
	field.Validations = append(field.Validations, struct {
		Rule string `json:"rule"`
	}{"self == oldSelf"})
	want := []string{"Required", "Default `7`", "`B`", "900", "cannot be changed"}
	if got := untold("Text with `A`.", field, true); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := untold("Required.", schema{}, false); len(got) != 1 {
		t.Errorf("got %q", got)
	}
	if text, ok := section("# a\n\n### b\n\ntext\n\n#### c\n\nmore\n", "### b"); !ok || strings.TrimSpace(text) != "text" {
		t.Errorf("got %q", text)
	}
	if _, ok := section("### bc\n", "### b"); ok {
		t.Error("found a heading that only begins alike")
	}
}

func TestEveryStatusFieldIsExplained(t *testing.T) {
	for page, manifest := range guides {
		text := read(t, page)
		status := defined(t, manifest).Spec.Versions[0].Schema.OpenAPI.Properties["status"]
		names := map[string]bool{}
		add := func(of schema) {
			for name := range of.Properties {
				names[name] = true
			}
		}
		add(status)
		if routines := status.Properties["routines"].Items; routines != nil {
			add(*routines)
			add(routines.Properties["lastRun"].Properties["counts"])
			add(status.Properties["inventory"])
		}
		delete(names, "conditions")
		if len(names) < 5 {
			t.Errorf("%s: only %d fields of status were found", manifest, len(names))
		}
		for name := range names {
			if !strings.Contains(text, "| `"+name+"` |") {
				t.Errorf("%s: status field %s has no row", page, name)
			}
		}
	}
}

func TestColumnsAreExplained(t *testing.T) {
	for page, manifest := range guides {
		var named, defines []string
		for _, row := range table(read(t, page), "### Columns") {
			named = append(named, codes(row[0])...)
		}
		for _, column := range defined(t, manifest).Spec.Versions[0].Columns {
			defines = append(defines, column.Name)
		}
		for _, problem := range compare(named, defines) {
			t.Errorf("%s: column %s", page, problem)
		}
	}
}
