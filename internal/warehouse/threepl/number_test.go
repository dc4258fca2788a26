// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestQuantities(t *testing.T) {
	for text, want := range map[string]string{
		"3": "3", "3.0": "3", "-2.5": "-2.5", "0.1234": "0.1234", "1e2": "100", "1.5e1": "15", "15E-1": "1.5",
		// Rounded down, not away from what there is.
		"2.99999": "2.9999", "8.000000000001": "8", "-0.00001": "-0.0001", "-8.000000000001": "-8.0001",
		"0": "0", "100000000000000": "100000000000000",
	} {
		got, err := quantity(json.Number(text))
		if err != nil || got.String() != want {
			t.Errorf("%s: got %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "abc", "1e999999999", "1e-999999999", "100000000000001", "1/3", "NaN", "0x10", "1e", "e5"} {
		if got, err := quantity(json.Number(text)); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

func TestAbsentFigureIsNotZero(t *testing.T) {
	var row summaryDocument
	ok(t, json.Unmarshal([]byte(`{"available":null,"onHand":0.0}`), &row))
	for name, test := range map[string]struct {
		number json.Number
		want   *fulfillment.Quantity
	}{
		"null":   {row.Available, nil},
		"absent": {row.OnHold, nil},
		"zero":   {row.OnHand, new(fulfillment.Units(0))},
	} {
		got, err := optionalQuantity(test.number)
		ok(t, err)
		if (got == nil) != (test.want == nil) || got != nil && *got != *test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

func TestWholeNumbersBareQuotedAndNull(t *testing.T) {
	for text, want := range map[string]wireInt{`12`: 12, `"12"`: 12, `null`: 0, `""`: 0, `7.0`: 7, `-3`: -3} {
		var got wireInt
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: got %d, %v", text, got, err)
		}
	}
	for _, text := range []string{`"x"`, `1.5`, `{}`, `99999999999999999999`, `true`} {
		var got wireInt
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is read as %d", text, got)
		}
	}
}
