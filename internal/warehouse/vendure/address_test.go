// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestBuyerNames(t *testing.T) {
	for _, test := range []struct {
		to          fulfillment.Address
		first, last string
	}{
		{fulfillment.Address{Name: "Ada King Byron", FirstName: "Ada King", LastName: "Byron"}, "Ada King", "Byron"},
		{fulfillment.Address{Name: "Ada King Byron", LastName: "Ada King Byron"}, "", "Ada King Byron"},
		{fulfillment.Address{Name: "Ada King Byron"}, "Ada King", "Byron"},
		{fulfillment.Address{Company: "Acme Ltd"}, "Acme", "Ltd"},
	} {
		if got := customerOf(fulfillment.Order{ShipTo: test.to}); got.FirstName != test.first || got.LastName != test.last {
			t.Errorf("%+v: %q, %q", test.to, got.FirstName, got.LastName)
		}
	}
}

func TestNoteSaysWhatHasNoFieldOfItsOwn(t *testing.T) {
	note := noteOf(fulfillment.Order{InternalNotes: "Fragile", Source: "Order Manager-Wayfair",
		Extra: []fulfillment.Field{{Name: "customField1", Value: "dock 4"}, {Name: "customField2"}},
		Lines: []fulfillment.Line{{SKU: "MUG", Notes: "blue", Extra: []fulfillment.Field{{Name: "Engraving", Value: "A"}}}}})
	if want := "Fragile\nOrder source: Order Manager-Wayfair\ncustomField1: dock 4\nMUG: blue\nMUG, Engraving: A"; note != want {
		t.Errorf("the note is %q, want %q", note, want)
	}
}
