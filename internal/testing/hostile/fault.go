// SPDX-License-Identifier: Apache-2.0

// Package hostile holds what is expected of every driver when a far side
// answers with anything at all. It is for fuzz tests.
package hostile

import (
	"strings"
	"testing"
	"unicode"

	"ordersync.dev/operator/internal/fulfillment"
)

// longestText is more than any sentence of ours.
const longestText = 800

// CheckFault fails the test unless err is nil or a fault whose texts show
// nothing of the body that it came from: no address, no control character.
func CheckFault(t *testing.T, err error, body []byte) *fulfillment.Fault {
	t.Helper()
	if err == nil {
		return nil
	}
	fault, ok := fulfillment.AsFault(err)
	if !ok {
		t.Fatalf("%v is no fault", err)
	}
	for _, text := range []string{err.Error(), fault.Code, fault.Hint, fault.Reason} {
		if strings.ContainsAny(text, "@") || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || len(text) > longestText {
			t.Fatalf("answered %q, the fault says %q", body, text)
		}
	}
	return fault
}
