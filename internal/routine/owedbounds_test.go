// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"math"
	"testing"
)

// What is owed is subtracted from what is offered: it never turns over, however
// large the figures are, or it would be offered on top.
func TestWhatIsOwedNeverTurnsOver(t *testing.T) {
	huge := int64(100_000_000_000_000)
	for _, pair := range [][2]int64{{huge, huge}, {huge, 1}, {math.MaxInt64, math.MaxInt64}, {3, 4}, {-huge, huge}, {huge, -1}, {0, huge}} {
		got := times(pair[0], pair[1])
		if got < 0 || got > mostOwed || pair[0] > 0 && pair[1] > 0 && got < max(pair[0], pair[1]) && got != mostOwed {
			t.Errorf("%d times %d is %d", pair[0], pair[1], got)
		}
	}
	var entries []owedUnits
	for range 20_000 {
		entries = addOwed(entries, owedUnits{status: "A", units: mostOwed})
	}
	r := rule{owed: map[string][]owedUnits{"A": append(entries, owedUnits{status: "B", units: mostOwed})}}
	if sum := r.units("A", false, false, allocation{}); sum != mostOwed {
		t.Errorf("%d are owed", sum)
	}
}
