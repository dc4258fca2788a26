// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// What cannot be sent is known without asking: the server would fail the test.
func TestOrdersThatAreNotSent(t *testing.T) {
	for name, test := range map[string]struct {
		spoil     func(*fulfillment.Order)
		reference string
		reason    string
		hint      string
	}{
		"no lines":           {func(o *fulfillment.Order) { o.Lines = nil }, "S-1", fulfillment.ReasonNoLines, ""},
		"zero units":         {func(o *fulfillment.Order) { o.Lines[1].Quantity = 0 }, "S-1", fulfillment.ReasonQuantityNotWhole, ""},
		"less than nothing":  {func(o *fulfillment.Order) { o.Lines[0].Quantity = -1 }, "S-1", fulfillment.ReasonQuantityNotWhole, ""},
		"a line without SKU": {func(o *fulfillment.Order) { o.Lines[1].SKU = " " }, "S-1", fulfillment.ReasonUnknownSKU, ""},
		"no country":         {func(o *fulfillment.Order) { o.ShipTo.Country = "" }, "S-1", fulfillment.ReasonUnknownCountry, ""},
		"alpha-3 country":    {func(o *fulfillment.Order) { o.ShipTo.Country = "USA" }, "S-1", fulfillment.ReasonUnknownCountry, ""},
		"no name":            {func(o *fulfillment.Order) { o.ShipTo.Name = "" }, "S-1", fulfillment.ReasonAddressIncomplete, "name or company"},
		"no street":          {func(o *fulfillment.Order) { o.ShipTo.Line1 = "" }, "S-1", fulfillment.ReasonAddressIncomplete, "address line 1"},
		"several": {func(o *fulfillment.Order) { o.ShipTo.City, o.ShipTo.Region, o.ShipTo.PostalCode = "", " ", "" }, "S-1",
			fulfillment.ReasonAddressIncomplete, "city, state, postal code"},
		"no id":                {func(o *fulfillment.Order) { o.ID = 0 }, "S-1", fulfillment.ReasonReferenceUnusable, ""},
		"no reference":         {func(*fulfillment.Order) {}, "", fulfillment.ReasonReferenceUnusable, ""},
		"a blank at its end":   {func(*fulfillment.Order) {}, "S-1 ", fulfillment.ReasonReferenceUnusable, ""},
		"a line break in it":   {func(*fulfillment.Order) {}, "S-1\nS-2", fulfillment.ReasonReferenceUnusable, ""},
		"an invisible in it":   {func(*fulfillment.Order) {}, "S\u200b1", fulfillment.ReasonReferenceUnusable, ""},
		"nothing but a blank ": {func(*fulfillment.Order) {}, " ", fulfillment.ReasonReferenceUnusable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			order := anOrder(1)
			test.spoil(&order)
			_, err := scripted(t, nil).CreateOrder(t.Context(), order, test.reference)
			fault := wantFault(t, err, fulfillment.FaultInvalid)
			if fault.Reason != test.reason || !strings.Contains(fault.Hint, test.hint) || fault.Uncertain {
				t.Errorf("got %s, %q", fault.Reason, fault.Hint)
			}
		})
	}
}

// Numbers of every sales channel pass unchanged, also those that end in digits
// after a dash.
func TestReferencesThatAreSent(t *testing.T) {
	for _, reference := range []string{"1", "SO-1001", "111-1234567-7654321", "#1001", "A B", "8812001.r1", "ü-漢", "a*b,c;(d)"} {
		if fault := unmet(anOrder(1), reference); fault != nil {
			t.Errorf("%q is refused: %v", reference, fault)
		}
	}
}
