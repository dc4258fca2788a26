// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Null was taken for an answer without errors, and so for
// a change that took effect.
func TestNullProvesNoWrite(t *testing.T) {
	t.Parallel()
	source := newStub(t, always(200, "null")).source()
	for name, write := range map[string]func() error{
		"marks": func() error { _, err := source.MarkSent(t.Context(), []fulfillment.OrderID{1}); return err },
		"stock": func() error {
			_, err := source.SetStock(t.Context(), []fulfillment.StockWrite{{ProductID: 1, SKU: "A"}})
			return err
		},
		"edits": func() error {
			_, err := source.EditOrders(t.Context(), []fulfillment.OrderEdit{{OrderID: 1, Field: fulfillment.FieldInternalNotes}})
			return err
		},
		"shipments": func() error {
			_, err := source.ConfirmShipments(t.Context(), []fulfillment.Shipment{{OrderID: 1, Tracking: "1Z"}}, fulfillment.ShipmentOptions{})
			return err
		},
	} {
		if err := write(); !fulfillment.IsFault(err, fulfillment.FaultMalformed) || !fulfillment.Uncertain(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An order of more units than there are was multiplied by the parts of a kit,
// and turned over. It is refused like any other quantity that is none.
func TestUnbelievableQuantitiesOfLinesAreNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1000000000": 1_000_000_000, "1000000001": 0, "99999999999999": 0, "1e14": 0, "1e999999": 0} {
		order := parseOrder(t, `{"orderId":1,"orderItems":[{"orderItemId":1,"quantityOrdered":`+text+`}]}`)
		if got := order.Lines[0].Quantity; got != want {
			t.Errorf("%s is %d, want %d", text, got, want)
		}
	}
}

// A line without a quantity got the one of a line that
// stood in its place before.
func TestLinesThatStandTwiceAreNotMixed(t *testing.T) {
	t.Parallel()
	body := strings.Replace(list(anOrder(1, statusAwaiting3PLExport)), `"orderId":1,`,
		`"orderId":1,"orderItems":[{"listingSku":"A","quantityOrdered":5}],"orderItems":[{"listingSku":"B"}],`, 1)
	if orders, err := newStub(t, pages(body)).source().WaitingOrders(t.Context(), 1); !fulfillment.IsFault(err, fulfillment.FaultMalformed) {
		t.Errorf("%+v, %v", orders, err)
	}
}
