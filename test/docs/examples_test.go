// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"ordersync.dev/operator/api/v1alpha1"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// examples returns the YAML documents of a page.
func examples(page string) []string {
	var documents []string
	for _, match := range yamlBlock.FindAllStringSubmatch(page, -1) {
		documents = append(documents, strings.Split(match[1], "\n---\n")...)
	}
	return documents
}

// checkExample says what is wrong with a manifest: a kind that nobody knows, or
// a field that the kind does not have.
func checkExample(document string) error {
	var head struct {
		Kind       string `json:"kind"`
		APIVersion string `json:"apiVersion"`
	}
	if err := yaml.Unmarshal([]byte(document), &head); err != nil {
		return err
	}
	switch path.Join(head.APIVersion, head.Kind) {
	case "ordersync.dev/v1alpha1/OrderManagerConnection":
		return yaml.UnmarshalStrict([]byte(document), &v1alpha1.OrderManagerConnection{})
	case "ordersync.dev/v1alpha1/SyncPolicy":
		return yaml.UnmarshalStrict([]byte(document), &v1alpha1.SyncPolicy{})
	case "v1/Secret":
		return yaml.UnmarshalStrict([]byte(document), &corev1.Secret{})
	}
	return fmt.Errorf("kind %q of %q is not known", head.Kind, head.APIVersion)
}

func TestExamplesHaveNoUnknownFields(t *testing.T) {
	for guide := range guides {
		documents := examples(read(t, guide))
		if len(documents) == 0 {
			t.Errorf("%s has no example", guide)
		}
		for _, document := range documents {
			if err := checkExample(document); err != nil {
				t.Errorf("%s: %v in\n%s", guide, err, document)
			}
		}
	}
	for _, planted := range []string{
		"apiVersion: ordersync.dev/v1alpha1\nkind: SyncPolicy\nspec: {inventorySink: {}}\n",
		"apiVersion: ordersync.dev/v1\nkind: SyncPolicy\n",
		"apiVersion: [",
	} {
		if checkExample(planted) == nil {
			t.Errorf("passes:\n%s", planted)
		}
	}
	if got := examples("```yaml\na: 1\n---\nb: 2\n```\n```sh\nc: 3\n```\n"); len(got) != 2 {
		t.Errorf("examples: %q", got)
	}
}
