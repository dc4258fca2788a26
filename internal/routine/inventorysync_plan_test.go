// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"fmt"
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

func total(sku string, onHand, locked, allocated, available int64) fulfillment.ProductStock {
	return fulfillment.ProductStock{ProductID: int64(len(sku)), SKU: sku, OnHand: new(onHand), Locked: new(locked), Allocated: new(allocated), Available: new(available)}
}

func stockRow(sku, available, notAllocated string) fulfillment.WarehouseStock {
	row := fulfillment.WarehouseStock{SKU: sku}
	if q, err := fulfillment.ParseQuantity(available); err == nil {
		row.Available = &q
	}
	if q, err := fulfillment.ParseQuantity(notAllocated); err == nil {
		row.OrderedNotAllocated = &q
	}
	return row
}

func openOrder(id fulfillment.OrderID, state fulfillment.OrderState, status, sku string, units int64) fulfillment.Order {
	return fulfillment.Order{ID: id, State: state, Status: status, Lines: []fulfillment.Line{{SKU: sku, Quantity: units}}}
}

func TestPromise(t *testing.T) {
	tests := []struct {
		name    string
		total   fulfillment.ProductStock
		row     fulfillment.WarehouseStock
		orders  []fulfillment.Order
		covered []fulfillment.OrderID
		buffer  int64
		writes  string
	}{
		{name: "locked 10 and available 10 with nothing open shows 20", total: total("A", 0, 10, 0, -10), row: stockRow("A", "10", "0"), writes: "A 10 from -10"},
		{name: "in step", total: total("A", 20, 10, 0, 10), row: stockRow("A", "10", "0")},
		{name: "waiting orders are owed", total: total("A", 100, 0, 0, 100), row: stockRow("A", "100", "0"),
			orders: []fulfillment.Order{openOrder(1, fulfillment.StateWaiting, "W", "A", 5)}, writes: "A 95 from 100"},
		{name: "orders on hold are owed", total: total("A", 100, 0, 0, 100), row: stockRow("A", "100", "0"),
			orders: []fulfillment.Order{openOrder(1, fulfillment.StateHeld, "H", "A", 3)}, writes: "A 97 from 100"},
		{name: "what the warehouse holds is not owed twice", total: total("A", 100, 0, 0, 80), row: stockRow("A", "80", "0"),
			orders: []fulfillment.Order{openOrder(1, fulfillment.StateSent, "S", "A", 20)}, covered: []fulfillment.OrderID{1}},
		{name: "sent and cancelled by the warehouse is owed", total: total("A", 100, 0, 0, 82), row: stockRow("A", "82", "0"),
			orders: []fulfillment.Order{openOrder(1, fulfillment.StateSent, "S", "A", 2)}, writes: "A 80 from 82"},
		{name: "ordered and not allocated is owed", total: total("A", 100, 0, 0, 88), row: stockRow("A", "88", "8"), writes: "A 80 from 88"},
		{name: "the buffer is held back", total: total("A", 100, 0, 0, 100), row: stockRow("A", "100", "0"), buffer: 7, writes: "A 93 from 100"},
		{name: "an absent figure is unknown, not zero", total: total("A", 100, 0, 0, 100), row: stockRow("A", "", "0")},
		{name: "an absent ordered-not-allocated is unknown, not zero", total: total("A", 100, 0, 0, 90), row: stockRow("A", "100", "")},
		{name: "a fraction is rounded down", total: total("A", 10, 0, 0, 10), row: stockRow("A", "7.9", "0"), writes: "A 7 from 10"},
		{name: "a fraction that is owed is rounded up", total: total("A", 10, 0, 0, 10), row: stockRow("A", "8", "0.1"), writes: "A 7 from 10"},
		{name: "listed without a stock row is zero", total: total("A", 10, 0, 0, 10), row: stockRow("B", "5", "0"), writes: "A 0 from 10"},
		{name: "not on the item list is unknown", total: total("Z", 10, 0, 0, 10), row: stockRow("A", "5", "0")},
		{name: "a negative figure enters the sum as it is", total: total("A", 10, 0, 0, 10), row: stockRow("A", "-4", "0"), writes: "A -4 from 10"},
		{name: "nothing promised and nothing offered is in step", total: total("A", 0, 0, 0, 0), row: stockRow("A", "-4", "0")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &snapshot{totals: []fulfillment.ProductStock{test.total}, parts: map[fulfillment.OrderID][]fulfillment.WarehouseOrder{},
				open:  &reading{orders: test.orders},
				stock: fulfillment.StockReport{Items: []string{"A", "B"}, Rows: []fulfillment.WarehouseStock{test.row}, Complete: true}}
			for _, id := range test.covered {
				s.parts[id] = []fulfillment.WarehouseOrder{{ID: "1", Identity: id.String(), State: fulfillment.WarehouseOpen,
					Lines: []fulfillment.WarehouseLine{{SKU: "A", Ordered: fulfillment.Units(20)}}}}
			}
			plan := planStock(s, InventorySyncConfig{Buffer: test.buffer}, nil)
			got := ""
			for _, write := range plan.writes {
				got += fmt.Sprintf("%s %d from %d", write.sku, write.promise, write.available)
			}
			if got != test.writes {
				t.Errorf("plans %q, want %q", got, test.writes)
			}
		})
	}
}

func TestKitsCountAsTheirComponents(t *testing.T) {
	order := openOrder(1, fulfillment.StateHeld, "H", "KIT", 3)
	order.Lines[0].Kit = true
	s := &snapshot{open: &reading{orders: []fulfillment.Order{order}},
		compositions: orderload.Compositions{"KIT": {SKU: "KIT", Bundle: true, Components: []fulfillment.Component{{SKU: "A", Quantity: 2}, {SKU: "B", Quantity: 1}}}}}
	units, unknown := unitsOwed(s)
	if units["A"][0] != (owedUnits{"H", true, true, 6}) || units["B"][0] != (owedUnits{"H", true, true, 3}) || len(units) != 2 || len(unknown) != 0 {
		t.Errorf("got %v, unknown %v", units, unknown)
	}
}

func TestStockIsNeverPlannedForABundle(t *testing.T) {
	bundle := total("KIT", 5, 0, 0, 5)
	bundle.Bundle = true
	s := &snapshot{totals: []fulfillment.ProductStock{bundle}, open: &reading{},
		stock: fulfillment.StockReport{Items: []string{"KIT"}, Complete: true}}
	if plan := planStock(s, InventorySyncConfig{}, nil); len(plan.writes) != 0 {
		t.Errorf("plans %v", plan.writes)
	}
}

func TestDecreasesComeBeforeIncreases(t *testing.T) {
	s := &snapshot{open: &reading{},
		totals: []fulfillment.ProductStock{total("UP", 1, 0, 0, 1), total("DOWN", 9, 0, 0, 9), total("DOWNMOST", 90, 0, 0, 90)},
		stock: fulfillment.StockReport{Complete: true, Items: []string{"UP", "DOWN", "DOWNMOST"},
			Rows: []fulfillment.WarehouseStock{stockRow("UP", "5", "0"), stockRow("DOWN", "5", "0"), stockRow("DOWNMOST", "5", "0")}}}
	var order []string
	for _, write := range planStock(s, InventorySyncConfig{}, nil).writes {
		order = append(order, write.sku)
	}
	if !slices.Equal(order, []string{"DOWNMOST", "DOWN", "UP"}) {
		t.Errorf("got %v", order)
	}
}

func TestWriteFor(t *testing.T) {
	planned := plannedWrite{productID: 1, sku: "A", promise: 95, available: 100}
	tests := []struct {
		name       string
		now        fulfillment.ProductStock
		onHand     int64
		offered    int64
		nothingToo bool
	}{
		{name: "nothing moved", now: total("A", 100, 0, 0, 100), onHand: 95, offered: 95},
		{name: "an order came since: it stays taken off", now: total("A", 100, 0, 4, 96), onHand: 95, offered: 91},
		{name: "one was released since: it is not given away twice", now: total("A", 100, 0, 0, 106), onHand: 89, offered: 95},
		{name: "locked units keep their lock", now: total("A", 110, 10, 0, 100), onHand: 105, offered: 95},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			write, offered, ok := availableRule{}.writeFor(planned, test.now)
			if !ok || write.OnHand != test.onHand || offered != test.offered || write.Locked != *test.now.Locked {
				t.Errorf("writes %+v and expects %d", write, offered)
			}
		})
	}
	t.Run("only what is written is cut off at zero", func(t *testing.T) {
		write, _, ok := availableRule{}.writeFor(plannedWrite{sku: "A", promise: -50, available: 10}, total("A", 30, 0, 20, 10))
		if !ok || write.OnHand != 0 {
			t.Errorf("writes %+v", write)
		}
	})
	t.Run("no figure, no write", func(t *testing.T) {
		stock := total("A", 1, 0, 0, 1)
		stock.Locked = nil
		if _, _, ok := (availableRule{}).writeFor(planned, stock); ok {
			t.Error("wrote without knowing what is locked")
		}
	})
}

func TestLearnAvailable(t *testing.T) {
	for _, test := range []struct {
		name                  string
		rows                  []fulfillment.ProductStock
		learned, subtractLock bool
		atZero                fulfillment.ProductStock
		effective             int64
	}{
		{name: "nothing to tell by", rows: []fulfillment.ProductStock{total("A", 5, 0, 0, 5)}, atZero: total("Z", 5, 0, 9, 0), effective: 0},
		{name: "locked is subtracted", rows: []fulfillment.ProductStock{total("A", 20, 10, 0, 10)}, learned: true, subtractLock: true, atZero: total("Z", 5, 1, 9, 0), effective: -5},
		{name: "locked is not subtracted", rows: []fulfillment.ProductStock{total("A", 20, 10, 4, 16)}, learned: true, atZero: total("Z", 5, 1, 9, 0), effective: -4},
		{name: "both fit: the smaller difference", rows: []fulfillment.ProductStock{total("A", 20, 0, 4, 16)}, learned: true, atZero: total("Z", 5, 1, 9, 0), effective: -4},
		{name: "neither fits", rows: []fulfillment.ProductStock{total("A", 20, 3, 4, 15)}, atZero: total("Z", 5, 1, 9, 0), effective: 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			rule := learnAvailable(test.rows)
			if rule.learned != test.learned || rule.subtractLocked != test.subtractLock {
				t.Errorf("learned %+v", rule)
			}
			if got, ok := rule.effective(test.atZero); !ok || got != test.effective {
				t.Errorf("effective %d, want %d", got, test.effective)
			}
		})
	}
}

func TestLearnAllocation(t *testing.T) {
	orders := []fulfillment.Order{
		openOrder(1, fulfillment.StateWaiting, "AWAITING_3PL_EXPORT", "A", 5),
		openOrder(2, fulfillment.StateSent, "PENDING_FULFILLMENT", "A", 20),
		openOrder(3, fulfillment.StateHeld, "ON_HOLD", "A", 3),
		openOrder(4, fulfillment.StateWaiting, "AWAITING_3PL_EXPORT", "B", 1),
	}
	for name, test := range map[string]struct {
		allocatedA, allocatedB int64
		model                  string
		statuses               []string
	}{
		"all":                {28, 1, AllocationCounted, []string{"AWAITING_3PL_EXPORT", "ON_HOLD", "PENDING_FULFILLMENT"}},
		"all but held":       {25, 1, AllocationMixed, []string{"AWAITING_3PL_EXPORT", "PENDING_FULFILLMENT"}},
		"released when sent": {8, 1, AllocationMixed, []string{"AWAITING_3PL_EXPORT", "ON_HOLD"}},
		"none":               {0, 0, AllocationNotCounted, nil},
		"unexplained":        {17, 1, AllocationMixed, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := &snapshot{open: &reading{orders: orders}, totals: []fulfillment.ProductStock{
				total("A", 100, 0, test.allocatedA, 100-test.allocatedA), total("B", 100, 0, test.allocatedB, 100-test.allocatedB)}}
			model, statuses := learnAllocation(s)
			if model != test.model || !slices.Equal(statuses, test.statuses) {
				t.Errorf("got %s %v, want %s %v", model, statuses, test.model, test.statuses)
			}
		})
	}
	if model, _ := learnAllocation(&snapshot{open: &reading{}}); model != AllocationNotSeen {
		t.Errorf("without open orders: %s", model)
	}
}

// Only a status that is in every explanation of the allocated quantities is
// seen to be allocated: of the others Order Manager may take nothing off.
func TestSurelyAllocated(t *testing.T) {
	orders := []fulfillment.Order{
		openOrder(1, fulfillment.StateWaiting, "W", "A", 5), openOrder(2, fulfillment.StateSent, "S", "A", 5),
		openOrder(3, fulfillment.StateHeld, "H", "A", 2),
	}
	for name, test := range map[string]struct {
		allocated int64
		more      []fulfillment.Order
		sure      []string
	}{
		"either of two":           {allocated: 5},
		"either of two, and one":  {allocated: 7, sure: []string{"H"}},
		"all":                     {allocated: 12, sure: []string{"H", "S", "W"}},
		"unexplained":             {allocated: 6},
		"another product decides": {allocated: 5, more: []fulfillment.Order{openOrder(4, fulfillment.StateSent, "S", "B", 1)}, sure: []string{"W"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &snapshot{open: &reading{orders: append(slices.Clone(orders), test.more...)}, totals: []fulfillment.ProductStock{
				total("A", 100, 0, test.allocated, 100-test.allocated), total("B", 100, 0, 0, 100)}}
			var sure []string
			for status, yes := range surelyAllocated(s).products {
				if yes {
					sure = append(sure, status)
				}
			}
			slices.Sort(sure)
			if !slices.Equal(sure, test.sure) {
				t.Errorf("got %v, want %v", sure, test.sure)
			}
		})
	}
}

// Computed from what is on hand, what is on hold there is not available, nor is
// what any open order still needs: also one that came while the stock was read,
// and of one that ships in parts what has not left.
func TestAvailableFromOnHand(t *testing.T) {
	line := func(ordered, shipped int64) []fulfillment.WarehouseLine {
		return []fulfillment.WarehouseLine{{SKU: "a", Ordered: fulfillment.Units(ordered), Shipped: fulfillment.Units(shipped)}}
	}
	s := &snapshot{open: &reading{}, held: map[string]fulfillment.WarehouseOrder{}, stillHeld: map[string]fulfillment.WarehouseOrder{},
		totals: []fulfillment.ProductStock{total("A", 0, 0, 0, 0)},
		stock: fulfillment.StockReport{Items: []string{"A"}, Complete: true, Rows: []fulfillment.WarehouseStock{
			{SKU: "A", OnHand: new(fulfillment.Units(100)), OnHold: new(fulfillment.Units(7))}}}}
	s.held["1"] = fulfillment.WarehouseOrder{ID: "1", Lines: line(10, 4)}
	s.seeAgain(fulfillment.WarehouseOrder{ID: "1", Lines: line(10, 4)})
	s.seeAgain(fulfillment.WarehouseOrder{ID: "2", Lines: line(20, 0)})
	plan := planStock(s, InventorySyncConfig{FromOnHand: true}, nil)
	if len(plan.writes) != 1 || plan.writes[0].promise != 100-7-6-20 {
		t.Errorf("plans %+v", plan.writes)
	}
	onHand := planStock(s, InventorySyncConfig{Rule: MatchOnHand}, nil)
	if len(onHand.writes) != 1 || onHand.writes[0].promise != 93 {
		t.Errorf("on hand: plans %+v", onHand.writes)
	}
}
