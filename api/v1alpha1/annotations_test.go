// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"regexp"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/validate/content"

	"ordersync.dev/operator/api/v1alpha1"
)

func TestTokenPattern(t *testing.T) {
	pattern := regexp.MustCompile(v1alpha1.TokenPattern)
	for token, want := range map[string]bool{
		"1":                          true,
		"2026-11-01T10:00:00Z":       true,
		"release_1.2.3":              true,
		strings.Repeat("a", 64):      true,
		strings.Repeat("a", 65):      false,
		"":                           false,
		"two words":                  false,
		"line\n":                     false,
		"2026-11-01T10:00:00+01:00":  false,
		"ü":                          false,
		`"quoted"`:                   false,
		"semi;colon":                 false,
		"path/of/something":          false,
		strings.Repeat("token ", 10): false,
	} {
		if got := pattern.MatchString(token); got != want {
			t.Errorf("%q: matches %t, want %t", token, got, want)
		}
	}
}

// An annotation that the API server refuses could never ask for a run.
func TestRunAnnotationsAreValidKeys(t *testing.T) {
	keys := []string{v1alpha1.RunAnnotation}
	for _, routine := range []v1alpha1.RoutineName{
		v1alpha1.OrderDownload, v1alpha1.OrderCancelDownload, v1alpha1.ShipmentConfirmation, v1alpha1.InventorySync,
	} {
		keys = append(keys, v1alpha1.RunAnnotationPrefix+string(routine))
	}
	for _, key := range keys {
		if problems := content.IsLabelKey(key); len(problems) > 0 {
			t.Errorf("%s: %v", key, problems)
		}
	}
}
