// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"strings"
	"testing"
	"unicode"

	"ordersync.dev/operator/internal/routine"
)

// An order number is somebody else's word. Shown in a terminal it must not
// begin lines, colour them or turn them round.
func TestReferencesAreShownWithoutControlCharacters(t *testing.T) {
	wild := "A-1\x1b[31m\n{\"level\":\"error\"}\u202e2-B\u009b\u200b"
	status := failingOrders(routine.Failing{Count: 1, Orders: []routine.FailingOrder{{ID: 1, Reference: wild, Reason: "Differs", Message: wild}}})
	for _, text := range []string{status.Orders[0].Reference, status.Orders[0].Message} {
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) || !strings.HasPrefix(text, "A-1") {
			t.Errorf("it shows %q", text)
		}
	}
	if text := cut("plain ü 漢字", 100); text != "plain ü 漢字" {
		t.Errorf("it shows %q", text)
	}
}
