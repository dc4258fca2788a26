// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// order is one that every option lets through.
func order(change ...func(*fulfillment.Order)) fulfillment.Order {
	o := fulfillment.Order{
		ID: 8812001, Number: "SO-1", Type: "STANDARD", ChannelName: "Wayfair", OrderDate: now.Add(-time.Hour),
		ShipTo: fulfillment.Address{
			Name: "Ada  King Byron", Line1: "1 Main Street", City: "Austin", Region: "TX", PostalCode: "78701",
			Country: "US", CountryAlpha3: "USA", CountryAsGiven: "USA", Phone: "555-0100", Email: "ada@buyer.example",
		},
		RequestedService: "Ground", Carrier: "UPS", CustomFields: [3]string{"one", "", "three"},
		Lines: []fulfillment.Line{{ID: 1, SKU: "A", Quantity: 2}, {ID: 2, SKU: "B", Quantity: 1}},
	}
	for _, c := range change {
		c(&o)
	}
	return o
}

type judged struct {
	name    string
	options Options
	change  func(*fulfillment.Order)
	want    Decision
	reason  string
}

func judge(t *testing.T, tests []judged) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := order()
			if test.change != nil {
				test.change(&o)
			}
			v := test.options.Load(o, now)
			if v.Decision != test.want || v.Reason != test.reason {
				t.Errorf("decision %d, reason %q (%s); want %d, %q", v.Decision, v.Reason, v.Message, test.want, test.reason)
			}
			if (v.Message == "") != (v.Decision == Send) {
				t.Errorf("message %q", v.Message)
			}
			for _, personal := range []string{"Ada", "Main", "78701", "0100", "ada@"} {
				if strings.Contains(v.Message, personal) {
					t.Errorf("the message %q names the buyer", v.Message)
				}
			}
		})
	}
}

func label(labels ...string) func(*fulfillment.Order) {
	return func(o *fulfillment.Order) { o.Labels = labels }
}

func TestWhatIsLeftOut(t *testing.T) {
	monday := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	placed := func(at time.Time) func(*fulfillment.Order) {
		return func(o *fulfillment.Order) { o.OrderDate = at }
	}
	orderType := func(text string) func(*fulfillment.Order) {
		return func(o *fulfillment.Order) { o.Type = text }
	}
	judge(t, []judged{
		{name: "nothing set"},
		{name: "another label", change: label("vip", "ordersync-acknowledged")},
		{name: "held", change: label("vip", "ordersync-hold"), want: Skip, reason: fulfillment.ReasonHeldByLabel},
		{name: "held, as a person writes it", change: label(" OrderSync-Hold "), want: Skip, reason: fulfillment.ReasonHeldByLabel},
		{name: "skipped", change: label("ordersync-skip"), want: Skip, reason: fulfillment.ReasonSkippedByLabel},
		{name: "never outweighs not now", change: label("ordersync-hold", "ordersync-skip"), want: Skip, reason: fulfillment.ReasonSkippedByLabel},
		{name: "a label that only begins alike", change: label("ordersync-holdings")},

		{name: "prime", change: orderType("PRIME")},
		{name: "a type that nobody named", change: orderType("FBA"), want: Skip, reason: fulfillment.ReasonOtherOrderType},
		{name: "a type that was named", options: Options{OrderTypes: []string{"POS"}}, change: orderType("POS")},
		{name: "standard, when others are named", options: Options{OrderTypes: []string{"POS"}}, want: Skip, reason: fulfillment.ReasonOtherOrderType},
		{name: "no type", change: orderType("")},

		{name: "placed the day before", options: Options{EarliestOrderDate: monday}, change: placed(monday.Add(-time.Second)), want: Skip, reason: fulfillment.ReasonTooOld},
		{name: "placed as the day began", options: Options{EarliestOrderDate: monday}, change: placed(monday)},
		{name: "no date", options: Options{EarliestOrderDate: monday, MinimumAge: time.Hour}, change: placed(time.Time{})},
		{name: "a second too young", options: Options{MinimumAge: time.Hour}, change: placed(now.Add(time.Second - time.Hour)), want: Skip, reason: fulfillment.ReasonTooYoung},
		{name: "old enough", options: Options{MinimumAge: time.Hour}},
		{name: "placed in the future", options: Options{MinimumAge: time.Hour}, change: placed(now.Add(time.Hour)), want: Skip, reason: fulfillment.ReasonTooYoung},
		{name: "in the future, without a minimum", change: placed(now.Add(time.Hour))},
	})
}

func TestOrderFilters(t *testing.T) {
	filter := func(field FilterField, mode FilterMode, match FilterMatch, values ...string) Options {
		return Options{Filters: []OrderFilter{{Field: field, Mode: mode, Match: match, Values: values}}}
	}
	const out = fulfillment.ReasonOrderFiltered
	judge(t, []judged{
		{name: "required and there", options: filter(FieldSalesChannel, Required, Equal, "Amazon", "wayfair ")},
		{name: "required and not there", options: filter(FieldSalesChannel, Required, Equal, "Amazon", "Way"), want: Skip, reason: out},
		{name: "restricted and there", options: filter(FieldSalesChannel, Restricted, Equal, "Amazon", "WAYFAIR"), want: Skip, reason: out},
		{name: "restricted and not there", options: filter(FieldSalesChannel, Restricted, Equal, "Amazon")},
		{name: "match is equal by default", options: filter(FieldSalesChannel, Required, "", "Wayfair")},
		{name: "begins alike", options: filter(FieldSalesChannel, Required, StartsWith, "way")},
		{name: "ends alike", options: filter(FieldSalesChannel, Required, EndsWith, "FAIR")},
		{name: "only begins alike", options: filter(FieldSalesChannel, Required, EndsWith, "way"), want: Skip, reason: out},
		{name: "only ends alike", options: filter(FieldSalesChannel, Required, StartsWith, "fair"), want: Skip, reason: out},
		{name: "required of a blank field", options: filter(FieldCustomField2, Required, StartsWith, "x"), want: Skip, reason: out},
		{name: "restricted of a blank field", options: filter(FieldCustomField2, Restricted, StartsWith, "x")},

		{name: "country by three letters", options: filter(FieldShipCountry, Required, Equal, "usa")},
		{name: "country by two letters", options: filter(FieldShipCountry, Required, Equal, "US")},
		{
			name: "three letters, where the source gave two", options: filter(FieldShipCountry, Restricted, Equal, "USA"),
			change: func(o *fulfillment.Order) { o.ShipTo.CountryAsGiven = "us" }, want: Skip, reason: out,
		},
		{
			name: "a code that nobody knows", options: filter(FieldShipCountry, Restricted, Equal, "XKX"),
			change: func(o *fulfillment.Order) {
				o.ShipTo.Country, o.ShipTo.CountryAlpha3, o.ShipTo.CountryAsGiven = "", "", "XKX"
			}, want: Skip, reason: out,
		},
		{name: "state", options: filter(FieldShipState, Restricted, Equal, "AK", "HI", "tx"), want: Skip, reason: out},
		{name: "zip code", options: filter(FieldShipZipCode, Required, StartsWith, "787")},
		{name: "service", options: filter(FieldRequestedService, Restricted, Equal, "Ground"), want: Skip, reason: out},
		{name: "carrier", options: filter(FieldShippingCarrier, Required, Equal, "UPS")},
		{name: "number", options: filter(FieldOrderNumber, Required, StartsWith, "SO-")},
		{name: "type", options: filter(FieldOrderType, Restricted, Equal, "standard"), want: Skip, reason: out},
		{name: "source, as it is sent", options: Options{LoadSalesChannelName: true, Filters: filter(FieldOrderSource, Restricted, EndsWith, "-Wayfair").Filters}, want: Skip, reason: out},
		{name: "custom field 1", options: filter(FieldCustomField1, Required, Equal, "one")},
		{name: "custom field 3", options: filter(FieldCustomField3, Restricted, Equal, "three"), want: Skip, reason: out},
		{name: "one of several labels", options: filter(FieldLabel, Required, Equal, "b2b"), change: label("vip", "B2B")},
		{name: "none of several labels", options: filter(FieldLabel, Required, Equal, "b2b"), change: label("vip", "b2b-x"), want: Skip, reason: out},
		{name: "no label at all", options: filter(FieldLabel, Required, Equal, "b2b"), want: Skip, reason: out},
		{name: "every filter counts", options: Options{Filters: []OrderFilter{
			{Field: FieldShipCountry, Mode: Required, Match: Equal, Values: []string{"USA"}},
			{Field: FieldShipState, Mode: Restricted, Match: Equal, Values: []string{"TX"}},
		}}, want: Skip, reason: out},
		{name: "what a filter leaves out is not refused", options: filter(FieldOrderType, Restricted, Equal, "STANDARD"),
			change: func(o *fulfillment.Order) { o.Lines = nil }, want: Skip, reason: out},
	})
	v := filter(FieldShipState, Restricted, Equal, "TX").Load(order(), now)
	if want := "filters[0]: ShipState is restricted"; v.Message != want {
		t.Errorf("message %q, want %q", v.Message, want)
	}
}

func TestItemFilters(t *testing.T) {
	filter := func(mode ItemMode, action ItemAction, skus ...string) ItemFilter {
		return NewItemFilter(mode, action, SourceSKU, skus)
	}
	alias := tables("masterSku,warehouseSku\nA,W-A\nB,W-B\n")
	for _, test := range []struct {
		name    string
		filters []ItemFilter
		alias   *mapping.Tables
		change  func(*fulfillment.Order)
		sent    string
		dropped string
		want    Decision
		reason  string
	}{
		{name: "none", sent: "A B"},
		{name: "deny a line", filters: []ItemFilter{filter(Deny, DropLine, " b ")}, sent: "A", dropped: "B"},
		{name: "allow a line", filters: []ItemFilter{filter(Allow, DropLine, "b")}, sent: "B", dropped: "A"},
		{name: "a SKU that only begins alike", filters: []ItemFilter{filter(Deny, DropLine, "AB", "B1")}, sent: "A B"},
		{name: "deny the order", filters: []ItemFilter{filter(Deny, SkipOrder, "B")}, sent: "A B", want: Skip, reason: fulfillment.ReasonItemFiltered},
		{name: "allow the order", filters: []ItemFilter{filter(Allow, SkipOrder, "A", "B", "C")}, sent: "A B"},
		{name: "one line is not allowed", filters: []ItemFilter{filter(Allow, SkipOrder, "A")}, sent: "A B", want: Skip, reason: fulfillment.ReasonItemFiltered},
		{name: "every line dropped", filters: []ItemFilter{filter(Deny, DropLine, "A", "B")}, dropped: "A B", want: Skip, reason: fulfillment.ReasonEveryLineDropped},
		{name: "two filters drop one each", filters: []ItemFilter{filter(Deny, DropLine, "A"), filter(Allow, DropLine, "A")}, dropped: "A B", want: Skip, reason: fulfillment.ReasonEveryLineDropped},
		{name: "a dropped line can still skip its order", filters: []ItemFilter{filter(Deny, DropLine, "B"), filter(Deny, SkipOrder, "B")}, sent: "A", dropped: "B", want: Skip, reason: fulfillment.ReasonItemFiltered},
		{name: "by the warehouse's SKU", filters: []ItemFilter{NewItemFilter(Deny, DropLine, WarehouseSKU, []string{"w-b", "A"})}, alias: alias, sent: "A", dropped: "B"},
		{name: "by the source's SKU beside aliases", filters: []ItemFilter{NewItemFilter(Deny, DropLine, SourceSKU, []string{"w-b", "A"})}, alias: alias, sent: "B", dropped: "A"},
		{
			name: "a line without a SKU is not dropped in silence", filters: []ItemFilter{filter(Allow, DropLine, "A")},
			change: func(o *fulfillment.Order) { o.Lines[1].SKU = "" }, sent: "A ", want: Refuse, reason: fulfillment.ReasonUnknownSKU,
		},
		{
			name: "an order without lines is refused and not skipped", filters: []ItemFilter{filter(Allow, DropLine, "A")},
			change: func(o *fulfillment.Order) { o.Lines = nil }, want: Refuse, reason: fulfillment.ReasonNoLines,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := order()
			if test.change != nil {
				test.change(&o)
			}
			before := order(func(b *fulfillment.Order) { *b = o; b.Lines = append([]fulfillment.Line(nil), o.Lines...) })
			v := Options{ItemFilters: test.filters, Mappings: test.alias}.Load(o, now)
			if v.Decision != test.want || v.Reason != test.reason || skus(v.Order.Lines) != test.sent || skus(v.Dropped) != test.dropped {
				t.Errorf("decision %d %q, sent %q, dropped %q", v.Decision, v.Reason, skus(v.Order.Lines), skus(v.Dropped))
			}
			if diff := cmp.Diff(before, o); diff != "" {
				t.Errorf("the order itself was changed:\n%s", diff)
			}
		})
	}
}

func skus(lines []fulfillment.Line) string {
	var all []string
	for _, line := range lines {
		all = append(all, line.SKU)
	}
	return strings.Join(all, " ")
}

func TestWhatIsSent(t *testing.T) {
	for _, test := range []struct {
		name    string
		options Options
		change  func(*fulfillment.Order)
		want    func(*fulfillment.Order)
	}{
		{name: "the defaults", want: func(*fulfillment.Order) {}},
		{name: "the id as number", options: Options{OrderNumber: NumberIsOrderID}, want: func(o *fulfillment.Order) { o.Number = "8812001" }},
		{name: "custom field 1", options: Options{OrderNumber: NumberIsCustomField1}, want: func(o *fulfillment.Order) { o.Number = "one" }},
		{name: "a blank custom field", options: Options{OrderNumber: NumberIsCustomField2}, want: func(*fulfillment.Order) {}},
		{name: "custom field 3", options: Options{OrderNumber: NumberIsCustomField3}, want: func(o *fulfillment.Order) { o.Number = "three" }},
		{
			name: "names in one piece", options: Options{WholeCustomerNames: true},
			want: func(o *fulfillment.Order) { o.ShipTo.FirstName, o.ShipTo.LastName = "", "Ada King Byron" },
		},
		{
			name: "one name", change: func(o *fulfillment.Order) { o.ShipTo.Name = " Cher " },
			want: func(o *fulfillment.Order) { o.ShipTo.FirstName, o.ShipTo.LastName = "", "Cher" },
		},
		{
			name: "no name", change: func(o *fulfillment.Order) { o.ShipTo.Name = " " },
			want: func(o *fulfillment.Order) { o.ShipTo.FirstName, o.ShipTo.LastName = "", "" },
		},
		{name: "a fixed source", options: Options{OrderSource: "Web"}, want: func(o *fulfillment.Order) { o.Source = "Web" }},
		{name: "the vendor's own example", options: Options{LoadSalesChannelName: true}, want: func(o *fulfillment.Order) { o.Source = "Order Manager-Wayfair" }},
		{name: "source and channel", options: Options{OrderSource: "Web", LoadSalesChannelName: true}, want: func(o *fulfillment.Order) { o.Source = "Web-Wayfair" }},
		{
			name: "source without a channel", options: Options{OrderSource: "Web", LoadSalesChannelName: true},
			change: func(o *fulfillment.Order) { o.ChannelName = "" }, want: func(o *fulfillment.Order) { o.Source = "Web" },
		},
		{name: "defaults of an order that has both", options: Options{DefaultEmail: "a@b", DefaultPhone: "1"}, want: func(*fulfillment.Order) {}},
		{
			name: "defaults of an order that has neither", options: Options{DefaultEmail: "orders@shop.example", DefaultPhone: "555 0199"},
			change: func(o *fulfillment.Order) { o.ShipTo.Email, o.ShipTo.Phone = " ", "" },
			want:   func(o *fulfillment.Order) { o.ShipTo.Email, o.ShipTo.Phone = "orders@shop.example", "555 0199" },
		},
		{
			name: "custom fields", options: Options{LoadCustomFields: true},
			want: func(o *fulfillment.Order) {
				o.Extra = []fulfillment.Field{{Name: "customField1", Value: "one"}, {Name: "customField3", Value: "three"}}
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := order()
			if test.change != nil {
				test.change(&o)
			}
			want := o
			want.ShipTo.FirstName, want.ShipTo.LastName = "Ada King", "Byron"
			// What Order Manager says does not depend on any option.
			want.Content = fulfillment.ContentOf(o)
			test.want(&want)
			sent, dropped := test.options.AsSent(o)
			if diff := cmp.Diff(want, sent); diff != "" || len(dropped) != 0 {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAssumptionOfShipCodeAndCarrier(t *testing.T) {
	for _, test := range []struct {
		service, carrier string
		id               int64
		concat           bool
		want             string
	}{
		{"Ground", "DHL", 77, true, "Ground-DHL"},
		{"", "DHL", 77, true, "77-DHL"},
		{"Ground", "DHL", 0, true, "Ground"},
		{"Ground", "", 77, true, "Ground"},
		{"Ground", "DHL", 77, false, "Ground"},
	} {
		sent, _ := Options{ConcatShipCodeAndCarrier: test.concat}.AsSent(order(func(o *fulfillment.Order) {
			o.RequestedService, o.Carrier, o.ServiceID = test.service, test.carrier, test.id
		}))
		if sent.RequestedService != test.want || sent.Carrier != test.carrier {
			t.Errorf("%+v: service %q, carrier %q", test, sent.RequestedService, sent.Carrier)
		}
	}
}

// An order is refused by what a field that stands in for another says.
func TestARefusedOrderIsMendedByTheOptions(t *testing.T) {
	o := order(func(o *fulfillment.Order) { o.Carrier, o.ShipTo.Phone = "FEDEX", "" })
	if v := (Options{}).Load(o, now); v.Reason != fulfillment.ReasonPhoneMissing || v.Decision != Refuse {
		t.Errorf("%+v", v)
	}
	if v := (Options{DefaultPhone: "555 0199"}).Load(o, now); v.Decision != Send {
		t.Errorf("%+v", v)
	}
}

func TestUnfit(t *testing.T) {
	judge(t, []judged{
		{name: "no number", change: func(o *fulfillment.Order) { o.Number = "" }, want: Refuse, reason: fulfillment.ReasonReferenceUnusable},
		{name: "no lines", change: func(o *fulfillment.Order) { o.Lines = nil }, want: Refuse, reason: fulfillment.ReasonNoLines},
		{name: "no SKU", change: func(o *fulfillment.Order) { o.Lines[0].SKU = "" }, want: Refuse, reason: fulfillment.ReasonUnknownSKU},
		{name: "no units", change: func(o *fulfillment.Order) { o.Lines[0].Quantity = 0 }, want: Refuse, reason: fulfillment.ReasonQuantityNotWhole},
		{name: "no country", change: func(o *fulfillment.Order) { o.ShipTo.Country = "" }, want: Refuse, reason: fulfillment.ReasonUnknownCountry},
		{name: "no number but an id", options: Options{OrderNumber: NumberIsOrderID}, change: func(o *fulfillment.Order) { o.Number = "" }},
	})
}
