// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Two lines, 5 of the first (id 71) and 3 of the second (id 72). Which figures
// prove a short shipment is assumed in one place; these are its rules.
func TestShippedQuantitiesAssumption(t *testing.T) {
	content := func(line int, qty string) string { return fmt.Sprintf(`{"orderItemId":%d,"qty":%s}`, line, qty) }
	pack := func(contents ...string) string {
		return `{"packageId":1,"packageContents":[` + strings.Join(contents, ",") + `]}`
	}
	pick := func(figures ...string) string {
		var all []string
		for _, figure := range figures {
			all = append(all, `{"qty":5,"properlyPickedPrimary":`+figure+`}`)
		}
		return strings.Join(all, ",")
	}
	const tracked, lading = `trackingNumber`, `billOfLading` // typed into the order's routing
	for _, test := range []struct {
		name           string
		packages       []string
		first, second  string
		want71, want72 string
	}{
		{"no figures and no sign of a parcel: nothing", nil, "", "", "0", "0"},
		{"no figures and a tracking number: what was ordered", []string{tracked}, "", "", "5", "3"},
		{"no figures and a bill of lading: what was ordered", []string{lading}, "", "", "5", "3"},
		{"packages that hold everything", []string{pack(content(71, "5.0"), content(72, "3"))}, "", "", "5", "3"},
		{"packages share a line", []string{pack(content(71, "2")), pack(content(71, "3"), content(72, "3"))}, "", "", "5", "3"},
		{"a package short of one unit", []string{pack(content(71, "4"), content(72, "3"))}, "", "", "4", "3"},
		{"a line in no package", []string{pack(content(71, "5"))}, "", "", "5", "0"},
		{"packages count before picks", []string{pack(content(71, "4"), content(72, "3"))}, pick("5"), pick("3"), "4", "3"},
		{"packages without contents say nothing", []string{pack(), pack()}, "", "", "5", "3"},
		{"picks of everything", nil, pick("2", "3"), pick("3"), "5", "3"},
		{"a short pick", nil, pick("2", "2"), pick("3"), "4", "3"},
		{"one line not picked at all", nil, pick("5"), pick("0"), "5", "0"},
		{"a warehouse that does not scan", []string{tracked}, pick("0"), pick("0.0"), "5", "3"},
		{"nothing picked and no sign of a parcel: nothing", nil, pick("0"), pick("0.0"), "0", "0"},
		{"figures that are null", []string{tracked}, pick("null"), pick("null"), "5", "3"},
		{"a line without allocations beside a picked one", nil, pick("4"), "", "4", "0"},
		{"a line whose figure is null beside a picked one", nil, pick("5"), pick("null"), "5", "0"},
		{"contents in one of two packages: picks tell", []string{pack(content(71, "2")), pack()}, pick("5"), pick("3"), "5", "3"},
		{"contents in one of two packages, no picks: the smaller reading", []string{pack(content(71, "2"), content(72, "3")), pack()}, "", "", "2", "3"},
		{"contents of no known line say nothing", []string{pack(content(0, "2"), content(99, "3"))}, "", "", "5", "3"},
		{"contents of an unknown line beside known ones", []string{pack(content(71, "5"), content(99, "3"))}, pick("5"), pick("3"), "5", "3"},
		{"contents without a quantity", []string{pack(content(71, "null"), content(72, "3"))}, "", "", "0", "3"},
		{"fractions", []string{pack(content(71, "4.5"), content(72, "2.75"))}, "", "", "4.5", "2.75"},
	} {
		t.Run(test.name, func(t *testing.T) {
			line := func(id int, qty, picks string) string {
				return fmt.Sprintf(`{"readOnly":{"orderItemId":%d,"allocations":[%s]},"itemIdentifier":{"sku":"A"},"qty":%s}`, id, picks, qty)
			}
			sign := ""
			if len(test.packages) == 1 && (test.packages[0] == tracked || test.packages[0] == lading) {
				sign, test.packages = `"routingInfo":{"`+test.packages[0]+`":"1Z"},`, nil
			}
			body := orderList(1, `{`+sign+`"readOnly":{"orderId":100,"status":1,"isClosed":true,"packages":[`+strings.Join(test.packages, ",")+`]},
				"externalId":"1","orderItems":[`+line(71, "5.0", test.first)+","+line(72, "3.0", test.second)+`]}`)
			order := readOne(t, body)
			if got := order.Lines[0].Shipped.String() + " " + order.Lines[1].Shipped.String(); got != test.want71+" "+test.want72 {
				t.Errorf("got %s, want %s %s", got, test.want71, test.want72)
			}
		})
	}
}

func TestNothingHasLeftOfAnOpenOrCancelledOrder(t *testing.T) {
	for _, head := range []string{isOpen, `"status":2,"isClosed":true,`, `"status":1,"isClosed":false,`} {
		order := readOne(t, orderList(1, orderJSON(100, "S-1", "1", head+`"packages":[{"packageContents":[{"orderItemId":71,"qty":2}]}],`)))
		if order.Lines[0].Shipped != 0 || order.Lines[0].Ordered != fulfillment.Units(2) {
			t.Errorf("%s: got %+v", head, order.Lines[0])
		}
	}
}
