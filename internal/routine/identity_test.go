// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	open      = fulfillment.WarehouseOpen
	shipped   = fulfillment.WarehouseShipped
	cancelled = fulfillment.WarehouseCancelled
)

func anOrder() fulfillment.Order {
	return fulfillment.Order{
		ID: 7001, Number: "SO-1", State: fulfillment.StateWaiting, Type: "STANDARD", WarehouseID: 5,
		ShipTo: fulfillment.Address{Name: "Test Buyer", PostalCode: "78701", Country: "US"},
		Lines:  []fulfillment.Line{{SKU: "C100", Quantity: 2}, {SKU: "C200", Quantity: 1}},
	}
}

func inWarehouse(id, reference, identity string, state fulfillment.WarehouseState) fulfillment.WarehouseOrder {
	return fulfillment.WarehouseOrder{
		ID: id, Reference: reference, Identity: identity, State: state,
		ShipTo: fulfillment.Address{Name: "test  buyer", PostalCode: "78701"},
		Lines: []fulfillment.WarehouseLine{
			{SKU: "C200", Ordered: fulfillment.Units(1)}, {SKU: "C100", Ordered: fulfillment.Units(1)}, {SKU: "C100", Ordered: fulfillment.Units(1)}},
	}
}

func with(o fulfillment.WarehouseOrder, change func(*fulfillment.WarehouseOrder)) fulfillment.WarehouseOrder {
	change(&o)
	return o
}

func TestDecide(t *testing.T) {
	freeing := fulfillment.Capabilities{FindOrder: true, CancelOrder: true, CancelFreesReference: true, ReferenceUnique: fulfillment.ReferenceEnforced}
	keeping := freeing
	keeping.CancelFreesReference = false
	short := freeing
	short.ReferenceMaxLength = 6
	tests := []struct {
		name         string
		found        []fulfillment.WarehouseOrder
		capabilities fulfillment.Capabilities
		kind         actionKind
		reference    string
		id           string
		reason       string
	}{
		{name: "not there: created under its number", kind: actionCreate, reference: "SO-1"},
		{name: "ours and open: marked", found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "7001", open)}, kind: actionMark, id: "1"},
		{name: "ours under the longer reference: marked", found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1.7001", "7001", open)}, kind: actionMark, id: "1"},
		{name: "ours, open and different: marked and told", kind: actionMark, id: "1", reason: fulfillment.ReasonDiffers,
			found: []fulfillment.WarehouseOrder{with(inWarehouse("1", "SO-1", "7001", open), func(o *fulfillment.WarehouseOrder) { o.Lines = o.Lines[:1] })}},
		{name: "ours and shipped before the mark: marked, never created", found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "7001", shipped)}, kind: actionMark, id: "1"},
		{name: "ours, one shipped and one cancelled: marked", kind: actionMark, id: "2",
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1-CANCELED-1", "7001", cancelled), inWarehouse("2", "SO-1", "7001", shipped)}},
		{name: "ours and cancelled: created again", found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1-CANCELED-1", "7001", cancelled)}, kind: actionCreate, reference: "SO-1"},
		{name: "ours and cancelled, its number meanwhile foreign: created under the longer reference", kind: actionCreate, reference: "SO-1.7001",
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1-CANCELED-1", "7001", cancelled), inWarehouse("2", "SO-1", "9999", open)}},
		{name: "ours and cancelled where the reference stays taken", capabilities: keeping, kind: actionCreate, reference: "SO-1.7001.r1",
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "7001", cancelled)}},
		{name: "ours and cancelled twice where references stay taken", capabilities: keeping, kind: actionCreate, reference: "SO-1.7001.r2",
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "7001", cancelled), inWarehouse("2", "SO-1.7001.r1", "7001", cancelled)}},
		{name: "ours, split by the warehouse: marked", kind: actionMark, id: "1",
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "7001", open), inWarehouse("2", "SO-1-1", "7001", open)}},
		{name: "ours, split by the warehouse, the rest still open after a part left: marked, not called different", kind: actionMark, id: "2",
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "7001", shipped), with(inWarehouse("2", "SO-1-1", "7001", open), func(o *fulfillment.WarehouseOrder) { o.Lines = o.Lines[:1] })}},
		{name: "ours, split in three of which the first has left: marked", kind: actionMark, id: "2",
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "7001", shipped), inWarehouse("2", "SO-1-1", "7001", open), inWarehouse("3", "SO-1-2", "7001", open)}},
		{name: "ours, two parts of an order that does not show any more: marked", kind: actionMark, id: "2",
			found: []fulfillment.WarehouseOrder{inWarehouse("2", "SO-1-1", "7001", open), inWarehouse("3", "SO-1-2", "7001", open)}},
		{name: "ours twice: told, nothing done", kind: actionReport, reason: fulfillment.ReasonAmbiguous,
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "7001", open), inWarehouse("2", "SO-1.7001", "7001", open)}},
		{name: "foreign under the number: the longer reference", found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "9999", open)}, kind: actionCreate, reference: "SO-1.7001"},
		{name: "foreign and shipped under the number: the longer reference", found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "CART-5", shipped)}, kind: actionCreate, reference: "SO-1.7001"},
		{name: "foreign under both: told", kind: actionReport, reason: fulfillment.ReasonReferenceTaken,
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "9999", open), inWarehouse("2", "SO-1.7001", "9999", open)}},
		{name: "no identity and equal: adopted", found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "", open)}, kind: actionAdopt, id: "1"},
		{name: "no identity, another buyer: the longer reference", kind: actionCreate, reference: "SO-1.7001",
			found: []fulfillment.WarehouseOrder{with(inWarehouse("1", "SO-1", "", open), func(o *fulfillment.WarehouseOrder) { o.ShipTo.Name = "Somebody Else" })}},
		{name: "no identity, another postal code: the longer reference", kind: actionCreate, reference: "SO-1.7001",
			found: []fulfillment.WarehouseOrder{with(inWarehouse("1", "SO-1", "", open), func(o *fulfillment.WarehouseOrder) { o.ShipTo.PostalCode = "10115" })}},
		{name: "no identity, one unit less: the longer reference", kind: actionCreate, reference: "SO-1.7001",
			found: []fulfillment.WarehouseOrder{with(inWarehouse("1", "SO-1", "", open), func(o *fulfillment.WarehouseOrder) { o.Lines = o.Lines[:2] })}},
		{name: "no identity, equal and shipped: told, never created", found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "", shipped)}, kind: actionReport, reason: fulfillment.ReasonAlreadyShipped},
		{name: "no identity, two equal ones: told", kind: actionReport, reason: fulfillment.ReasonAmbiguous,
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "", open), inWarehouse("2", "SO-1.7001", "", open)}},
		{name: "ours beats an adoptable one", kind: actionMark, id: "2",
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "", open), inWarehouse("2", "SO-1.7001", "7001", open)}},
		{name: "a neighbour under a longer number is not looked at", found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-10", "", open)}, kind: actionCreate, reference: "SO-1"},
		{name: "a reference the warehouse cannot take: told", capabilities: short, kind: actionReport, reason: fulfillment.ReasonReferenceUnusable,
			found: []fulfillment.WarehouseOrder{inWarehouse("1", "SO-1", "9999", open)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !test.capabilities.FindOrder {
				test.capabilities = freeing
			}
			for range 2 {
				// The answer must not depend on the order of what was found.
				got := decide(anOrder(), test.found, test.capabilities)
				if got.kind != test.kind || got.reference != test.reference || (test.id != "" && got.found.ID != test.id && len(test.found) < 2) {
					t.Errorf("got %+v", got)
				}
				reason := ""
				if got.failing != nil {
					reason = got.failing.Reason
				}
				if reason != test.reason {
					t.Errorf("got reason %q, want %q", reason, test.reason)
				}
				for i, j := 0, len(test.found)-1; i < j; i, j = i+1, j-1 {
					test.found[i], test.found[j] = test.found[j], test.found[i]
				}
			}
		})
	}
}

func TestIdentityOf(t *testing.T) {
	for identity, want := range map[string]bool{"7001": true, "": false, "07001": false, "+7001": false, "-1": false, "0": false, "CART-5": false, "7001 ": false, "99999999999999999999": false} {
		if _, got := identityOf(fulfillment.WarehouseOrder{Identity: identity}); got != want {
			t.Errorf("%q: %v", identity, got)
		}
	}
}
