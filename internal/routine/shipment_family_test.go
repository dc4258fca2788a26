// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// A kit is one line in Order Manager and its components in the warehouse: what
// has shipped of those is split off only where it is whole lines of the order.
func TestComponentsOfAKitAreNotSplitOff(t *testing.T) {
	line := func(sku string, units int64, kit bool) fulfillment.Line {
		return fulfillment.Line{SKU: sku, ListingSKU: "L-" + sku, Quantity: units, Kit: kit}
	}
	part := func(id string, state fulfillment.WarehouseState, units map[string]int64) fulfillment.WarehouseOrder {
		o := shippedOrder(id, "T"+id, units)
		if o.State = state; state == open {
			o.Tracking = nil
			for i := range o.Lines {
				o.Lines[i].Shipped = 0
			}
		}
		return o
	}
	for _, test := range []struct {
		name  string
		lines []fulfillment.Line
		parts []fulfillment.WarehouseOrder
		want  string
	}{
		{"components of a kit", []fulfillment.Line{line("KIT", 2, true), line("C", 1, false)},
			[]fulfillment.WarehouseOrder{part("1", open, map[string]int64{"A": 2, "B": 2, "C": 1}), part("2", shipped, map[string]int64{"A": 2})}, ""},
		{"a plain line beside the components of a kit", []fulfillment.Line{line("KIT", 2, true), line("C", 1, false)},
			[]fulfillment.WarehouseOrder{part("1", open, map[string]int64{"A": 4, "B": 2}), part("2", shipped, map[string]int64{"C": 1})}, ""},
		{"what may have been split off before, beside the components of a kit", []fulfillment.Line{line("KIT", 2, true), line("C", 1, false)},
			[]fulfillment.WarehouseOrder{part("1", open, map[string]int64{"A": 4, "B": 2, "C": 1}), part("2", shipped, map[string]int64{"C": 1})}, ""},
		{"a kit under its own SKU", []fulfillment.Line{line("KIT", 2, true), line("C", 1, false)},
			[]fulfillment.WarehouseOrder{part("1", open, map[string]int64{"KIT": 1, "C": 1}), part("2", shipped, map[string]int64{"KIT": 1})}, "L-KIT"},
		{"no kit at all", []fulfillment.Line{line("A", 2, false), line("C", 1, false)},
			[]fulfillment.WarehouseOrder{part("1", open, map[string]int64{"A": 2}), part("2", shipped, map[string]int64{"C": 1})}, "L-C"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := fulfillment.Order{ID: 7001, State: fulfillment.StateSent, Lines: test.lines}
			verdicts := judgeFamily(family{root: root, parts: test.parts}, ShipmentConfirmationConfig{Split: true}, noon)
			if len(verdicts) != 1 || verdicts[0].shipment != nil {
				t.Fatalf("%+v", verdicts)
			}
			var got string
			if split := verdicts[0].split; split != nil && len(split.Lines) == 1 {
				got = split.Lines[0].ListingSKU
			}
			if got != test.want {
				t.Errorf("split off %q, want %q", got, test.want)
			}
		})
	}
}
