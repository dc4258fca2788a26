// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

func line(sku string, quantity int64) fulfillment.Line {
	return fulfillment.Line{ID: 7, SKU: sku, ProductID: 70, ListingSKU: "L-" + sku, Quantity: quantity, Kit: strings.HasPrefix(sku, "K")}
}

func broken(l fulfillment.Line) fulfillment.Line {
	l.BrokenDown = true
	return l
}

func inWords(lines []fulfillment.Line) string {
	var all []string
	for _, l := range lines {
		all = append(all, fmt.Sprintf("%s %d", l.SKU, l.Quantity))
	}
	return strings.Join(all, ", ")
}

var compositions = Compositions{"K": kit("A", 2, "B", 1), "K2": kit("K", 1, "C", 3), "K3": {}}

func TestHowKitsAreSent(t *testing.T) {
	for name, c := range map[string]struct {
		options Options
		lines   []fulfillment.Line
		want    string
		reason  string
	}{
		"exploded":               {Options{Compositions: compositions}, []fulfillment.Line{line("K", 3), line("D", 1)}, "A 6, B 3, D 1", ""},
		"nested":                 {Options{Compositions: compositions}, []fulfillment.Line{line("K2", 2)}, "A 4, B 2, C 6", ""},
		"equal ones stay apart":  {Options{Compositions: compositions}, []fulfillment.Line{line("K", 1), line("A", 1), line("K", 1)}, "A 2, B 1, A 1, A 2, B 1", ""},
		"pre-built":              {Options{PreBuiltKits: true}, []fulfillment.Line{line("K", 3)}, "K 3", ""},
		"unknown":                {Options{Compositions: compositions}, []fulfillment.Line{line("K3", 3)}, "K3 3", fulfillment.ReasonUnknownKit},
		"unknown and pre-built":  {Options{PreBuiltKits: true, Compositions: compositions}, []fulfillment.Line{line("K3", 3)}, "K3 3", ""},
		"never asked":            {Options{}, []fulfillment.Line{line("K", 3)}, "K 3", fulfillment.ReasonUnknownKit},
		"dropped by its own SKU": {Options{Compositions: compositions, ItemFilters: []ItemFilter{NewItemFilter(Deny, DropLine, SourceSKU, []string{"k"})}}, []fulfillment.Line{line("K", 1), line("A", 1)}, "A 1", ""},
		"not by a component's": {Options{Compositions: compositions, ItemFilters: []ItemFilter{NewItemFilter(Deny, DropLine, SourceSKU, []string{"A"})}},
			[]fulfillment.Line{line("K", 1), line("A", 1)}, "A 2, B 1", ""},
		"unknown and dropped": {Options{Compositions: compositions, ItemFilters: []ItemFilter{NewItemFilter(Deny, DropLine, SourceSKU, []string{"K3"})}},
			[]fulfillment.Line{line("K3", 1), line("A", 1)}, "A 1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			order := fulfillment.Order{ID: 1, Number: "SO-1", Lines: c.lines, ShipTo: fulfillment.Address{Name: "N", Country: "US", Line1: "1 Main", City: "Austin", Region: "TX", PostalCode: "78701"}}
			verdict := c.options.Load(order, time.Now())
			if got := inWords(verdict.Order.Lines); got != c.want || verdict.Reason != c.reason {
				t.Errorf("%s, %s: %s", got, verdict.Reason, verdict.Message)
			}
			if len(order.Lines) != len(c.lines) || inWords(order.Lines) != inWords(c.lines) {
				t.Error("the order itself was changed")
			}
		})
	}
}

func TestAssumptionOfBrokenDownKits(t *testing.T) {
	for name, c := range map[string]struct {
		lines  []fulfillment.Line
		want   string
		reason string
	}{
		"components are marked":              {[]fulfillment.Line{broken(line("K", 1)), broken(line("A", 2)), broken(line("B", 1))}, "A 2, B 1", ""},
		"the kit is gone":                    {[]fulfillment.Line{broken(line("A", 2)), broken(line("B", 1))}, "A 2, B 1", ""},
		"components are not marked":          {[]fulfillment.Line{broken(line("K", 1)), line("B", 1), line("A", 2)}, "B 1, A 2", ""},
		"nobody knows the kit, parts marked": {[]fulfillment.Line{broken(line("K3", 1)), broken(line("A", 2))}, "A 2", ""},
		"nobody knows the kit":               {[]fulfillment.Line{broken(line("K3", 1)), line("A", 2)}, "K3 1, A 2", fulfillment.ReasonBrokenDownInPart},
		"no components":                      {[]fulfillment.Line{broken(line("K", 1))}, "K 1", fulfillment.ReasonBrokenDownInPart},
		"too few":                            {[]fulfillment.Line{broken(line("K", 2)), line("A", 4), line("B", 1)}, "K 2, A 4, B 1", fulfillment.ReasonBrokenDownInPart},
		"enough for one of two kits":         {[]fulfillment.Line{broken(line("K", 1)), broken(line("K", 1)), line("A", 2), line("B", 1)}, "K 1, A 2, B 1", fulfillment.ReasonBrokenDownInPart},
		"beside one that is not":             {[]fulfillment.Line{broken(line("K", 1)), broken(line("A", 2)), broken(line("B", 1)), line("K2", 1)}, "A 2, B 1, A 2, B 1, C 3", ""},
	} {
		for _, built := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, pre-built %t", name, built), func(t *testing.T) {
				want := c.want
				if built {
					want = strings.Replace(want, "A 2, B 1, A 2, B 1, C 3", "A 2, B 1, K2 1", 1)
				}
				order := fulfillment.Order{ID: 1, Number: "SO-1", Lines: c.lines, ShipTo: fulfillment.Address{Name: "N", Country: "US", Line1: "1 Main", City: "Austin", Region: "TX", PostalCode: "78701"}}
				verdict := Options{PreBuiltKits: built, Compositions: compositions}.Load(order, time.Now())
				if got := inWords(verdict.Order.Lines); got != want || verdict.Reason != c.reason {
					t.Errorf("%s, %s: %s", got, verdict.Reason, verdict.Message)
				}
			})
		}
	}
}

func TestWhereAKitsPriceStands(t *testing.T) {
	dollars := func(amount string) fulfillment.Money { return fulfillment.Money{Amount: amount, Currency: "USD"} }
	kitLine := line("K", 2)
	kitLine.UnitPrice, kitLine.Tax, kitLine.Discount, kitLine.Notes, kitLine.PurchaseOrderItem = dollars("30"), dollars("2"), dollars("1"), "blue", "PO-1"
	for _, c := range []struct {
		kit           fulfillment.Product
		price, others int
	}{
		{kit("A", 2, "B", 1, "C", 1), 1, 1},
		{kit("A", 1, "B", 1), 0, 0},
		{kit("A", 2, "B", 3), -1, 0},
	} {
		parts, _ := Compositions{"K": c.kit}.Explode("K")
		for i, l := range Components(kitLine, parts) {
			if (!l.UnitPrice.IsZero()) != (i == c.price) || (!l.Tax.IsZero()) != (i == c.others) || (!l.Discount.IsZero()) != (i == c.others) {
				t.Errorf("%d of %+v: %+v", i, c.kit, l)
			}
			if l.Notes != "blue" || l.PurchaseOrderItem != "PO-1" || l.ID != 7 || l.Kit || l.Quantity != 2*parts[i].Quantity {
				t.Errorf("%+v", l)
			}
		}
	}
}

func TestComponentsBecomeKitsAgain(t *testing.T) {
	a, b := line("K", 2), line("K", 3)
	a.ID, b.ID = 1, 2
	sent, _ := Options{Compositions: compositions}.AsSent(fulfillment.Order{Lines: []fulfillment.Line{a, line("A", 1), b}})
	if got := inWords(AsKits(sent).Lines); got != "K 2, A 1, K 3" {
		t.Error(got)
	}
}
