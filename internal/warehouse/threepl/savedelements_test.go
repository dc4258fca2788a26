// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// A custom field cannot take the place of an element that means something.
func TestCustomFieldsTakeNoNameThatIsTaken(t *testing.T) {
	order := fulfillment.Order{Source: "Web", WarehouseID: 501, Extra: []fulfillment.Field{
		{Name: "Engraving", Value: "A"}, {Name: " ordersync warehouse", Value: "999"}, {Name: "channel", Value: "B2B"},
		{Name: "ENGRAVING", Value: "second"}, {Name: "Empty"},
	}}
	got := withRoute(savedElements(order), order.WarehouseID)
	want := []savedElement{{"Channel", "Web"}, {"Engraving", "A"}, {"Custom field OrderSync Warehouse", "999"}, {"Custom field Channel", "B2B"}, {"OrderSync Warehouse", "501"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if routedTo(got) != 501 {
		t.Errorf("routed to %d", routedTo(got))
	}
}

// A line keeps its custom fields, and no other line gets them.
func TestCustomFieldsOfALineStandOnTheLine(t *testing.T) {
	order := fulfillment.Order{Lines: []fulfillment.Line{
		{ID: 1, SKU: "MUG", Extra: []fulfillment.Field{{Name: "Engraving", Value: "A"}, {Name: "engraving", Value: "B"}, {Name: "Channel", Value: "red"}}},
		{ID: 2, SKU: "MUG", Extra: []fulfillment.Field{{Name: "Empty"}}},
	}}
	lines := new(Driver).newOrder(order, "SO-1").OrderItems
	if want := []savedElement{{"Engraving", "A"}, {"Channel", "red"}}; !slices.Equal(lines[0].SavedElements, want) || lines[1].SavedElements != nil {
		t.Errorf("got %v and %v, want %v and none", lines[0].SavedElements, lines[1].SavedElements, want)
	}
}
