// SPDX-License-Identifier: Apache-2.0

package fulfillment

import (
	"math"
	"testing"
)

func TestQuantity(t *testing.T) {
	for _, test := range []struct {
		text, back string
		floor      int64
		whole      bool
	}{
		{"3", "3", 3, true},
		{"3.0", "3", 3, true},
		{"-2.5", "-2.5", -3, false},
		{"0.0001", "0.0001", 0, false},
		{"-0.0001", "-0.0001", -1, false},
		{"7.9", "7.9", 7, false},
		{"1e2", "100", 100, true},
		{"12.500000", "12.5", 12, false},
		{"0", "0", 0, true},
	} {
		q, err := ParseQuantity(test.text)
		if err != nil || q.String() != test.back || q.Floor() != test.floor || q.Whole() != test.whole {
			t.Errorf("%s: %s, floor %d, whole %v (%v)", test.text, q, q.Floor(), q.Whole(), err)
		}
	}
}

func TestQuantitiesThatAreRefused(t *testing.T) {
	for _, text := range []string{"", "x", "1.23456", "1.5e0", "NaN", "Inf", "1e99", "999999999999999", "--1", "1-", "1.2.3", "+1", "0x1", "-"} {
		if q, err := ParseQuantity(text); err == nil {
			t.Errorf("%q was read as %s", text, q)
		}
	}
}

func FuzzParseQuantity(f *testing.F) {
	for _, seed := range []string{"3", "-2.5", "1e2", "0.0001", "99999999999999.9999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := ParseQuantity(text)
		if err != nil {
			return
		}
		if back, err := ParseQuantity(q.String()); err != nil || back != q {
			t.Errorf("%q: %s reads back as %s (%v)", text, q, back, err)
		}
		if floor := Units(q.Floor()); floor > q || q-floor >= Units(1) {
			t.Errorf("%q: floor %d", text, q.Floor())
		}
	})
}

func TestSumsStayWhereTheyWouldTurnOver(t *testing.T) {
	for _, test := range []struct{ a, b, want Quantity }{
		{1, 2, 3}, {math.MaxInt64, 1, math.MaxInt64}, {math.MinInt64, -1, math.MinInt64}, {math.MaxInt64, -1, math.MaxInt64 - 1}, {math.MinInt64, math.MinInt64, math.MinInt64},
	} {
		if got := test.a.Plus(test.b); got != test.want {
			t.Errorf("%d and %d are %d, want %d", test.a, test.b, got, test.want)
		}
	}
	for n, known := range map[int64]bool{maxUnits: true, -maxUnits: true, maxUnits + 1: false, math.MinInt64: false, math.MaxInt64: false} {
		if q, ok := UnitsOf(n); ok != known || ok && q.Floor() != n {
			t.Errorf("%d are %s, %t", n, q, ok)
		}
	}
}
