// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"fmt"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// thereWith is an order in the warehouse with lines "id SKU ordered shipped".
func thereWith(state fulfillment.WarehouseState, lines ...string) fulfillment.WarehouseOrder {
	o := fulfillment.WarehouseOrder{ID: "1", Reference: "SO-1", Identity: "7001", State: state}
	for _, text := range lines {
		var line fulfillment.WarehouseLine
		var ordered, shipped int64
		if n, err := fmt.Sscan(text, &line.LineID, &line.SKU, &ordered, &shipped); n != 4 || err != nil {
			panic(text)
		}
		line.LineID = strings.Trim(line.LineID, "-")
		line.Ordered, line.Shipped = fulfillment.Units(ordered), fulfillment.Units(shipped)
		o.Lines = append(o.Lines, line)
	}
	return o
}

func part(o fulfillment.WarehouseOrder, id, reference string) fulfillment.WarehouseOrder {
	o.ID, o.Reference = id, reference
	return o
}

func kitOrder(lines ...fulfillment.Line) fulfillment.Order {
	order := anOrder()
	order.Lines = lines
	return order
}

var kitLine = fulfillment.Line{ID: 9, SKU: "KIT", ListingSKU: "L-KIT", ProductID: 70, Quantity: 2, Kit: true}

func TestKitsAreWhatWasSentOfThem(t *testing.T) {
	plain := fulfillment.Line{ID: 8, SKU: "A", Quantity: 1}
	today := orderload.Components(kitLine, []fulfillment.Component{{SKU: "X", Quantity: 5}})
	brokenDown := kitLine
	brokenDown.BrokenDown = true
	other := fulfillment.Line{ID: 10, SKU: "KIT-2", ProductID: 71, Quantity: 3, Kit: true}
	for name, c := range map[string]struct {
		lines []fulfillment.Line
		parts []fulfillment.WarehouseOrder
		want  string
	}{
		"nothing is there":                      {[]fulfillment.Line{kitLine, plain}, nil, "KIT 2, A 1"},
		"its lines say what a kit held":         {[]fulfillment.Line{kitLine, plain}, []fulfillment.WarehouseOrder{thereWith(open, "9.70x2 A 4 0", "9.70x1 B 2 0", "8 A 1 0")}, "A 4, B 2, A 1"},
		"also where people changed a line":      {[]fulfillment.Line{kitLine, plain}, []fulfillment.WarehouseOrder{thereWith(open, "9.70x2 A 3 0", "9.70x1 B 2 0", "8 A 1 0")}, "A 4, B 2, A 1"},
		"and where today it holds others":       {today, []fulfillment.WarehouseOrder{thereWith(open, "9.70x2 A 4 0", "9.70x1 B 2 0")}, "A 4, B 2"},
		"of a part that the warehouse split":    {[]fulfillment.Line{kitLine}, []fulfillment.WarehouseOrder{thereWith(shipped, "9.70x2 A 4 4"), part(thereWith(open, "9.70x1 B 2 0"), "2", "SO-1-1")}, "A 4, B 2"},
		"what was sent again counts":            {[]fulfillment.Line{kitLine}, []fulfillment.WarehouseOrder{thereWith(cancelled, "9.70x2 A 4 0"), part(thereWith(open, "9.70x3 C 6 0"), "2", "SO-1.7001")}, "C 6"},
		"a part that was cancelled counts":      {[]fulfillment.Line{kitLine, other}, []fulfillment.WarehouseOrder{thereWith(shipped, "9.70x2 A 4 4"), part(thereWith(cancelled, "10.71x1 B 3 0"), "2", "SO-1-1")}, "A 4, B 3"},
		"under its own SKU":                     {[]fulfillment.Line{kitLine}, []fulfillment.WarehouseOrder{thereWith(open, "9 kit 2 0")}, "KIT 2"},
		"under its own SKU, exploded today":     {today, []fulfillment.WarehouseOrder{thereWith(open, "- KIT 2 0")}, "KIT 2"},
		"no ids of lines: all that is left":     {[]fulfillment.Line{kitLine, plain}, []fulfillment.WarehouseOrder{thereWith(open, "- A 5 0", "- B 2 0")}, "A 1, A 4, B 2"},
		"no ids of lines, exploded today":       {append([]fulfillment.Line{plain}, today...), []fulfillment.WarehouseOrder{thereWith(open, "- A 5 0", "- B 2 0")}, "A 1, A 4, B 2"},
		"no ids, cancelled before: not counted": {[]fulfillment.Line{kitLine}, []fulfillment.WarehouseOrder{thereWith(cancelled, "- A 4 0"), part(thereWith(open, "- A 4 0"), "2", "SO-1.7001")}, "A 4"},
		"no ids, a part cancelled: counted":     {[]fulfillment.Line{kitLine}, []fulfillment.WarehouseOrder{thereWith(shipped, "- A 4 4"), part(thereWith(cancelled, "- B 2 0"), "2", "SO-1-1")}, "A 4, B 2"},
		"broken down: never beside its parts":   {[]fulfillment.Line{brokenDown, plain}, []fulfillment.WarehouseOrder{thereWith(open, "8 A 1 0", "7 B 9 0")}, "A 1"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, line := range kitsAsSent(kitOrder(c.lines...), c.parts).Lines {
				sku := strings.ToUpper(line.SKU)
				got = append(got, fmt.Sprintf("%s %d", sku, line.Quantity))
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

func TestAKitIsShippedWholeByWhatWasSent(t *testing.T) {
	for name, c := range map[string]struct {
		parts  []fulfillment.WarehouseOrder
		reason string
	}{
		"whole":                  {[]fulfillment.WarehouseOrder{thereWith(shipped, "9.70x2 A 4 4", "9.70x1 B 2 2")}, fulfillment.ReasonNoTracking},
		"a component short":      {[]fulfillment.WarehouseOrder{thereWith(shipped, "9.70x2 A 4 4", "9.70x1 B 2 1")}, fulfillment.ReasonClosedShort},
		"people lowered a line":  {[]fulfillment.WarehouseOrder{thereWith(shipped, "9.70x2 A 3 3", "9.70x1 B 2 2")}, fulfillment.ReasonClosedShort},
		"under its own SKU":      {[]fulfillment.WarehouseOrder{thereWith(shipped, "9 KIT 2 2")}, fulfillment.ReasonNoTracking},
		"its own SKU, short":     {[]fulfillment.WarehouseOrder{thereWith(shipped, "9 KIT 2 1")}, fulfillment.ReasonClosedShort},
		"without ids":            {[]fulfillment.WarehouseOrder{thereWith(shipped, "- A 4 4", "- B 2 2")}, fulfillment.ReasonNoTracking},
		"without ids, short":     {[]fulfillment.WarehouseOrder{thereWith(shipped, "- A 4 4", "- B 2 0")}, fulfillment.ReasonClosedShort},
		"a part was cancelled":   {[]fulfillment.WarehouseOrder{thereWith(shipped, "9.70x2 A 4 4", "9.70x1 B 1 1"), part(thereWith(cancelled, "9.70x1 B 1 0"), "2", "SO-1-1")}, fulfillment.ReasonClosedShort},
		"a part is still open":   {[]fulfillment.WarehouseOrder{thereWith(shipped, "9.70x2 A 4 4"), part(thereWith(open, "9.70x1 B 2 0"), "2", "SO-1-1")}, ""},
		"without ids, cancelled": {[]fulfillment.WarehouseOrder{thereWith(shipped, "- A 4 4"), part(thereWith(cancelled, "- B 2 0"), "2", "SO-1-1")}, fulfillment.ReasonClosedShort},
	} {
		t.Run(name, func(t *testing.T) {
			order := kitOrder(kitLine)
			var got string
			if verdict := judgeShipment(asSent(orderload.Options{}, order, c.parts), c.parts, ShipmentConfirmationConfig{}, noon); verdict.failing != nil {
				got = verdict.failing.Reason
			}
			if got != c.reason {
				t.Errorf("%q, want %q", got, c.reason)
			}
		})
	}
}

func TestOnlyWholeKitsAreTakenOutOfWhatHasShipped(t *testing.T) {
	sent := kitOrder(append(orderload.Components(kitLine, []fulfillment.Component{{SKU: "A", Quantity: 2}, {SKU: "B", Quantity: 1}}),
		fulfillment.Line{ID: 8, SKU: "A", ListingSKU: "L-A", Quantity: 1})...)
	for name, c := range map[string]struct {
		units map[string]int64
		want  string
	}{
		"one kit":                 {map[string]int64{"A": 2, "B": 1}, "[{L-KIT KIT 1}]"},
		"both":                    {map[string]int64{"A": 4, "B": 2}, "[{L-KIT KIT 2}]"},
		"one kit and the other A": {map[string]int64{"A": 3, "B": 1}, "[{L-KIT KIT 1} {L-A A 1}]"},
		"the other A alone":       {map[string]int64{"A": 1}, "[{L-A A 1}]"},
		"half a kit":              {map[string]int64{"B": 1}, "[]"},
		"one and a half":          {map[string]int64{"A": 2, "B": 2}, "[]"},
		"more than was sent":      {map[string]int64{"A": 6, "B": 3}, "[]"},
	} {
		units := map[string]fulfillment.Quantity{}
		for sku, n := range c.units {
			units[sku] = fulfillment.Units(n)
		}
		if got := fmt.Sprint(linesFor(sent, units)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestAnOrderWithKitsIsAdoptedInEitherForm(t *testing.T) {
	capabilities := fulfillment.Capabilities{FindOrder: true, ReferenceUnique: fulfillment.ReferenceEnforced}
	order := kitOrder(orderload.Components(kitLine, []fulfillment.Component{{SKU: "A", Quantity: 2}, {SKU: "B", Quantity: 1}})...)
	for name, c := range map[string]struct {
		lines []string
		kind  actionKind
	}{
		"as its components": {[]string{"- A 4 0", "- B 2 0"}, actionAdopt},
		"as the kit":        {[]string{"- KIT 2 0"}, actionAdopt},
		"as another number": {[]string{"- KIT 1 0"}, actionCreate},
		"as half of it":     {[]string{"- A 4 0"}, actionCreate},
	} {
		found := thereWith(open, c.lines...)
		found.Identity, found.ShipTo = "", order.ShipTo
		if got := decide(order, []fulfillment.WarehouseOrder{found}, capabilities); got.kind != c.kind {
			t.Errorf("%s: %v, want %v", name, got.kind, c.kind)
		}
	}
}
