// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// A level beyond any stock turned over, into stock that
// is not there or into less than nothing.
func TestFiguresOutOfRangeAreMalformed(t *testing.T) {
	for _, figures := range [][2]string{{"9223372036854775807", "0"}, {"0", "-9223372036854775808"}, {"0", "9223372036854775807"}, {"100000000000001", "0"}} {
		d := tapped(t, func(*http.Request, graphqlRequest) (int, string) {
			return 200, fmt.Sprintf(`{"data":{"stockLocations":{"items":[{"id":"1","name":"EAST"}]},"globalSettings":{"trackInventory":true},"productVariants":{"totalItems":1,"items":[`+
				`{"id":"1","sku":"A","trackInventory":"TRUE","stockLevels":[{"stockLocationId":"1","stockOnHand":%s,"stockAllocated":%s}]}]}}}`, figures[0], figures[1])
		})
		if report, err := d.Stock(t.Context()); !fulfillment.IsFault(err, fulfillment.FaultMalformed) {
			t.Errorf("%v: %+v, %v", figures, report, err)
		}
	}
}

// Two shipments of more than any order has turned over into none, and a shipped
// order looked as if nothing of it had left.
func TestShippedQuantitiesDoNotTurnOver(t *testing.T) {
	parcel := `{"id":"%d","state":"Shipped","lines":[{"orderLineId":"1","quantity":9223372036854775807}]}`
	d := tapped(t, func(*http.Request, graphqlRequest) (int, string) {
		return 200, `{"data":{"orders":{"items":[{"id":"5","createdAt":"2026-11-23T12:00:00Z","state":"Shipped","customFields":{"externalId":"1"},` +
			`"lines":[{"id":"1","quantity":2,"orderPlacedQuantity":2,"productVariant":{"sku":"A"}}],"fulfillments":[` +
			fmt.Sprintf(parcel, 1) + "," + fmt.Sprintf(parcel, 2) + `]}]}}}`
	})
	if orders, err := d.FindOrders(t.Context(), []fulfillment.Lookup{{ID: 1}}); !fulfillment.IsFault(err, fulfillment.FaultMalformed) {
		t.Errorf("%+v, %v", orders, err)
	}
}

// A draft that was not asked for is not thrown away: databases that do not tell
// capital letters give more than they are asked for.
func TestAnotherOrdersDraftIsNotThrownAway(t *testing.T) {
	d := tapped(t, func(_ *http.Request, request graphqlRequest) (int, string) {
		if strings.HasPrefix(request.Query, "mutation") {
			t.Errorf("it writes %s", request.Query)
		}
		return 200, `{"data":{"orders":{"totalItems":1,"items":[{"id":"9","createdAt":"2026-11-23T12:00:00Z","state":"Draft","customFields":{"externalId":"2","externalRef":"S-2"},"lines":[]}]},` +
			`"productVariants":{"totalItems":0,"items":[]}}}`
	})
	if _, err := d.CreateOrder(t.Context(), someOrder(), "S-1"); err == nil {
		t.Error("an order of an unknown SKU was created")
	}
}

// A channel whose list has no end is not read for ever.
func TestVariantsWithoutAnEndAreMalformed(t *testing.T) {
	next := 0
	d := tapped(t, func(_ *http.Request, request graphqlRequest) (int, string) {
		if request.Query == stockSettingsDocument {
			return 200, `{"data":{"stockLocations":{"items":[{"id":"1","name":"EAST"}]},"globalSettings":{}}}`
		}
		items := make([]string, 9000)
		for i := range items {
			next++
			items[i] = fmt.Sprintf(`{"id":"%d","sku":"S"}`, next)
		}
		return 200, `{"data":{"productVariants":{"totalItems":2147483647,"items":[` + strings.Join(items, ",") + `]}}}`
	})
	if _, err := d.Stock(t.Context()); !fulfillment.IsFault(err, fulfillment.FaultMalformed) || next > maxVariants+9000 {
		t.Errorf("%v after %d", err, next)
	}
}
