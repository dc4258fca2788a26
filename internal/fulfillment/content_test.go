// SPDX-License-Identifier: Apache-2.0

package fulfillment

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func someOrder() Order {
	return Order{ID: 42, Number: "SO-1", RequestedService: "Ground", Carrier: "UPS", InternalNotes: "Gift wrap",
		ShipTo: Address{Name: "Ada Byron", Line1: "1 Main St", City: "Austin", Region: "TX", PostalCode: "78701", Country: "US", Phone: "555-0100"},
		Lines:  []Line{{ID: 1, SKU: "A", Quantity: 2, Notes: "blue"}, {ID: 2, SKU: "B", Quantity: 1}}}
}

// What a parcel depends on changes the digest of its part and of no other.
func TestWhatAnOrderSays(t *testing.T) {
	was := ContentOf(someOrder())
	for name, test := range map[string]struct {
		change func(*Order)
		want   []Part
	}{
		"nothing":             {func(*Order) {}, nil},
		"name":                {func(o *Order) { o.ShipTo.Name = "Ada King" }, []Part{PartShipTo}},
		"third line":          {func(o *Order) { o.ShipTo.Line3 = "Gate 3" }, []Part{PartShipTo}},
		"text moved on":       {func(o *Order) { o.ShipTo.Line1, o.ShipTo.Line2 = "1 Main", "St" }, []Part{PartShipTo}},
		"telephone":           {func(o *Order) { o.ShipTo.Phone = "555-0101" }, []Part{PartShipTo}},
		"case and blanks":     {func(o *Order) { o.ShipTo.Name, o.InternalNotes = " ADA  byron", "gift\nwrap " }, nil},
		"residential":         {func(o *Order) { o.ShipTo.Kind = Residential }, nil},
		"quantity":            {func(o *Order) { o.Lines[0].Quantity = 3 }, []Part{PartLines}},
		"SKU":                 {func(o *Order) { o.Lines[0].SKU = "C" }, []Part{PartLines}},
		"line more":           {func(o *Order) { o.Lines = append(o.Lines, Line{SKU: "C", Quantity: 1}) }, []Part{PartLines}},
		"lines in two":        {func(o *Order) { o.Lines = append(o.Lines, Line{SKU: "a", Quantity: 1}); o.Lines[0].Quantity = 1 }, nil},
		"order of lines":      {func(o *Order) { slices.Reverse(o.Lines) }, nil},
		"line's id":           {func(o *Order) { o.Lines[0].ID = 9 }, nil},
		"service":             {func(o *Order) { o.RequestedService = "Express" }, []Part{PartShipping}},
		"signature":           {func(o *Order) { o.Confirmation = "SIGNATURE_CONFIRMATION" }, []Part{PartShipping}},
		"account":             {func(o *Order) { o.Billing.Account = "A1" }, []Part{PartShipping}},
		"notes":               {func(o *Order) { o.InternalNotes = "" }, []Part{PartNotes}},
		"gift":                {func(o *Order) { o.Gift = true }, []Part{PartNotes}},
		"line's note":         {func(o *Order) { o.Lines[0].Notes = "red" }, []Part{PartNotes}},
		"what no parcel sees": {func(o *Order) { o.Labels, o.Total, o.ModifiedDate = []string{"x"}, Money{"1", "USD"}, time.Unix(1, 0) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := someOrder()
			test.change(&o)
			now := ContentOf(o)
			changed := slices.DeleteFunc(Parts(), func(part Part) bool { return now.Equal(was, part) })
			if !slices.Equal(changed, test.want) {
				t.Errorf("changed %v, want %v", changed, test.want)
			}
		})
	}
}

// The digests of two orders to one buyer do not look alike, and none shows
// anything of the buyer.
func TestDigestsGiveNobodyAway(t *testing.T) {
	one, other := someOrder(), someOrder()
	other.ID = 43
	a, b := ContentOf(one), ContentOf(other)
	for _, part := range Parts() {
		if a.Equal(b, part) {
			t.Errorf("the %s of two orders have one digest", part)
		}
		if len(a[part]) != digestLength || strings.Trim(a[part], "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("the digest of the %s is %q", part, a[part])
		}
	}
	if text := (Delivered{a, b}).String(); len(text) > 80 {
		t.Errorf("%d characters are kept in the warehouse's order", len(text))
	}
}

func TestWhatIsRememberedIsReadBackOrNotAtAll(t *testing.T) {
	o := someOrder()
	want := Delivered{ContentOf(o), ContentOf(o)}
	if got := ParseDelivered(want.String()); got != want || got.IsZero() {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, text := range []string{
		"", "1", want.String() + " more", "2" + want.String()[1:], strings.TrimSuffix(want.String(), "a") + "aa",
		strings.Replace(want.String(), ".", "", 1), (Delivered{}).String(), want.String()[:40],
	} {
		if text == want.String() {
			continue
		}
		if got := ParseDelivered(text); got != (Delivered{}) {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}
