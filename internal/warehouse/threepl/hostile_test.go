// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Many figures of one SKU turned over into less than
// nothing when they were added up.
func TestSumsOfFiguresDoNotTurnOver(t *testing.T) {
	rows := []string{}
	for i := range 20 {
		rows = append(rows, fmt.Sprintf(`{"itemIdentifier":{"id":7},"qualifier":"q%d","facilityId":3,"available":99999999999999}`, i))
	}
	d := tapped(t, func(r *http.Request) (int, string) {
		if strings.HasSuffix(r.URL.Path, "/items") {
			return 200, `{"totalResults":1,"resourceList":[{"itemId":7,"sku":"A"}]}`
		}
		return 200, `{"totalResults":20,"summaries":[` + strings.Join(rows, ",") + `]}`
	})
	report, err := d.Stock(t.Context())
	if err != nil || len(report.Rows) != 1 || *report.Rows[0].Available < fulfillment.Units(99999999999999) {
		t.Errorf("%+v, %v", report.Rows, err)
	}
}

// Of several lists of lines one was read, and not always the same.
func TestSeveralListsOfLinesAreMalformed(t *testing.T) {
	for _, lists := range []string{
		`"a/item":[{"itemIdentifier":{"sku":"A"},"qty":1}],"b/item":[{"itemIdentifier":{"sku":"A"},"qty":2}]`,
		`"a/package":[{"packageId":1}],"b/package":[{"packageId":2}],"a/item":[]`,
	} {
		d := tapped(t, func(*http.Request) (int, string) {
			return 200, `{"totalResults":1,"resourceList":[{"readOnly":{"orderId":5,"status":0},"referenceNum":"S-1","_embedded":{` + lists + `}}]}`
		})
		if orders, err := d.FindOrders(t.Context(), []fulfillment.Lookup{{References: []string{"S-1"}}}); !fulfillment.IsFault(err, fulfillment.FaultMalformed) {
			t.Errorf("%s: %+v, %v", lists, orders, err)
		}
	}
}

// A list that always has more is not read for ever, nor kept whole.
func TestALongNameOfAnItemIsMalformed(t *testing.T) {
	d := tapped(t, func(*http.Request) (int, string) {
		return 200, `{"totalResults":1,"resourceList":[{"itemId":7,"sku":"` + strings.Repeat("x", maxText+1) + `"}]}`
	})
	if _, err := d.Stock(t.Context()); !fulfillment.IsFault(err, fulfillment.FaultMalformed) {
		t.Errorf("%v", err)
	}
}

// A SKU with a line break stood in a fault as it is.
func TestAFaultIsOneLine(t *testing.T) {
	d := tapped(t, func(*http.Request) (int, string) {
		return 400, `{"ErrorCode":"DoesNotExist","Properties":[{"Name":"OrderItems[0].ItemIdentifier.Sku"}]}`
	})
	order := anOrder(1)
	order.Lines[0].SKU = "A\n2026-11-23 ERROR forged"
	if _, err := d.CreateOrder(t.Context(), order, "S-1"); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "forged") {
		t.Errorf("%v", err)
	}
}
