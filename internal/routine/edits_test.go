// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// every is a content that says the same in each part.
func every(text string) fulfillment.Content {
	return fulfillment.Content{text, text, text, text}
}

// The comparison in three ways: who changed a part, and what follows.
func TestWhoChangedAPart(t *testing.T) {
	const was, here, there = "was", "changed here", "changed there"
	for name, test := range map[string]struct {
		// said and now are Order Manager's order, taken and stands the warehouse's,
		// then and now; sent is what the warehouse would be told now.
		said, now, taken, stands, sent string
		want                           string
	}{
		"nobody":                                   {was, was, was, was, was, ""},
		"nobody, and the warehouse's spelling":     {was, was, "WAS.", "WAS.", was, ""},
		"nobody, and another setting":              {was, was, was, was, "by another rule", ""},
		"Order Manager":                            {was, here, was, was, here, "here"},
		"Order Manager, own spelling":              {was, here, "WAS.", "WAS.", here, "here"},
		"Order Manager, under another setting":     {was, here, was, was, "by another rule", "here"},
		"Order Manager, which is not told":         {was, here, was, was, was, ""},
		"the warehouse":                            {was, was, was, there, was, ""},
		"the warehouse, and another setting":       {was, was, was, there, "by another rule", ""},
		"both":                                     {was, here, was, there, here, "both"},
		"both, to the same":                        {was, here, was, here, here, ""},
		"the warehouse, and here what is not told": {was, here, was, there, was, ""},
		"said is not known":                        {"", here, was, was, here, ""},
		"now is not known":                         {was, "", was, was, here, ""},
		"taken is not known":                       {was, here, "", was, here, ""},
		"stands is not known":                      {was, here, was, "", here, ""},
		"sent is not known":                        {was, here, was, was, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := editsOf(every(test.said), every(test.now), every(test.taken), every(test.stands), every(test.sent))
			want := map[string]edits{
				"": {}, "here": {here: fulfillment.Parts()}, "both": {both: fulfillment.Parts()},
			}[test.want]
			if !slices.Equal(e.here, want.here) || !slices.Equal(e.both, want.both) || e.none() != (test.want == "") {
				t.Errorf("got %+v, want %+v", e, want)
			}
		})
	}
}

func TestEachPartIsComparedByItself(t *testing.T) {
	for _, part := range fulfillment.Parts() {
		now, stands := every("was"), every("was")
		now[part], stands[(part+1)%4] = "changed here", "changed there"
		e := editsOf(every("was"), now, every("was"), stands, now)
		if !slices.Equal(e.here, []fulfillment.Part{part}) || len(e.both) != 0 {
			t.Errorf("%s: %+v", part, e)
		}
	}
}

func TestPostalCodesOfTwoPlaces(t *testing.T) {
	for _, same := range [][2]string{{"78701", "78701-1234"}, {"sw1a 1aa", "SW1A1AA"}, {"", "78701"}, {"78701", ""}, {"-", "1"}} {
		if otherPostalCode(same[0], same[1]) {
			t.Errorf("%q and %q are called two places", same[0], same[1])
		}
	}
	if !otherPostalCode("78701", "78702") || !otherPostalCode("78701-1", "78702") {
		t.Error("two places are called one")
	}
}

func TestMoreUnitsThere(t *testing.T) {
	line := func(sku string, units int64) fulfillment.Line { return fulfillment.Line{SKU: sku, Quantity: units} }
	there := func(sku string, units int64) fulfillment.WarehouseLine {
		return fulfillment.WarehouseLine{SKU: sku, Ordered: fulfillment.Units(units)}
	}
	for name, test := range map[string]struct {
		here  []fulfillment.Line
		there []fulfillment.WarehouseLine
		want  bool
	}{
		"the same":                     {[]fulfillment.Line{line("A", 1), line("A", 1)}, []fulfillment.WarehouseLine{there("a ", 2)}, false},
		"more":                         {[]fulfillment.Line{line("A", 1)}, []fulfillment.WarehouseLine{there("A", 2)}, true},
		"fewer, as after a split":      {[]fulfillment.Line{line("A", 3)}, []fulfillment.WarehouseLine{there("A", 2)}, false},
		"another SKU, as an alias has": {[]fulfillment.Line{line("A", 1), line("B", 1)}, []fulfillment.WarehouseLine{there("A", 2), there("C", 1)}, false},
		"a SKU is not there":           {[]fulfillment.Line{line("A", 1), line("B", 1)}, []fulfillment.WarehouseLine{there("A", 2)}, false},
		"a kit's parts":                {[]fulfillment.Line{line("KIT", 1)}, []fulfillment.WarehouseLine{there("A", 2), there("B", 2)}, false},
	} {
		if got := moreThere(fulfillment.Order{Lines: test.here}, fulfillment.WarehouseOrder{Lines: test.there}); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
