// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

// tables parses a table as it stands in a ConfigMap.
func tables(csv string) *mapping.Tables {
	b := mapping.NewBuilder(func(text string) (string, bool) { return text, true })
	b.ConfigMap("mappings", map[string][]byte{"table.csv": []byte(csv)})
	return b.Build()
}

const shipMethods = "service,channel,carrier,mode,scac\n" +
	"Standard,,UPS,Ground,UPSN\n" +
	"Standard,Amazon,USPS,Priority,\n" +
	"Odd,,,,\n" + // a row that says nothing
	"Twice,,UPS,,\nTWICE,,FedEx,,\n" +
	"Standard-UPS,,,,UPSG\n"

func TestShipMethodsOfAnOrder(t *testing.T) {
	for _, test := range []struct {
		name, service, channel string
		reject, concat         bool
		want                   fulfillment.Shipping
		reason, word           string
	}{
		{name: "mapped", service: "standard", want: fulfillment.Shipping{Carrier: "UPS", Mode: "Ground", SCAC: "UPSN"}},
		{name: "mapped for its channel", service: "Standard", channel: "amazon", want: fulfillment.Shipping{Carrier: "USPS", Mode: "Priority"}},
		{name: "unmapped passes through", service: "Teleport"},
		{name: "unmapped is rejected", service: "Teleport", channel: "Web shop", reject: true, reason: fulfillment.ReasonUnmappedShipMethod, word: `"Teleport" of channel "Web shop"`},
		{name: "mapped is not rejected", service: "Standard", reject: true, want: fulfillment.Shipping{Carrier: "UPS", Mode: "Ground", SCAC: "UPSN"}},
		{name: "none is asked for", reject: true, reason: fulfillment.ReasonUnmappedShipMethod, word: mapping.NoService},
		{name: "none passes through"},
		{name: "a wrong row holds what it speaks of", service: "odd", reason: fulfillment.ReasonMappingRefused, word: `"odd"`},
		{name: "so do rows that contradict each other", service: "twice", reject: true, reason: fulfillment.ReasonMappingRefused, word: `"twice"`},
		{name: "ship code and carrier in one text", service: "Standard", concat: true, want: fulfillment.Shipping{SCAC: "UPSG"}},
		{name: "a long code is cut", service: strings.Repeat("x", 500), reject: true, reason: fulfillment.ReasonUnmappedShipMethod, word: "…"},
	} {
		options := Options{Mappings: tables(shipMethods), RejectUnmapped: test.reject, ConcatShipCodeAndCarrier: test.concat}
		v := options.Load(order(func(o *fulfillment.Order) {
			o.RequestedService, o.ChannelName, o.Carrier, o.ServiceID = test.service, test.channel, "UPS", 7
		}), now)
		want := Send
		if test.reason != "" {
			want = Refuse
		}
		if v.Decision != want || v.Reason != test.reason || !strings.Contains(v.Message, test.word) || len(v.Message) > 256 || v.Order.Shipping != test.want {
			t.Errorf("%s: decision %d %q %q, shipping %+v", test.name, v.Decision, v.Reason, v.Message, v.Order.Shipping)
		}
	}
}

// What the warehouse will ship with decides what its carrier refuses.
func TestAMappedCarrierIsTheOneThatJudgesTheAddress(t *testing.T) {
	box := func(channel string) Verdict {
		return Options{Mappings: tables(shipMethods)}.Load(order(func(o *fulfillment.Order) {
			o.ShipTo.Line1, o.Carrier, o.RequestedService, o.ChannelName = "PO Box 123", "FEDEX", "Standard", channel
		}), now)
	}
	if v := box("Amazon"); v.Decision != Send {
		t.Errorf("by the post: %q", v.Reason)
	}
	if v := box("Web shop"); v.Reason != fulfillment.ReasonPostOfficeBox {
		t.Errorf("by UPS: %d %q", v.Decision, v.Reason)
	}
}

func TestARefusedAliasHoldsTheOrder(t *testing.T) {
	options := Options{Mappings: tables("masterSku,warehouseSku\nA,W\nX,W\n")}
	v := options.Load(order(), now)
	if v.Decision != Refuse || v.Reason != fulfillment.ReasonMappingRefused || !strings.Contains(v.Message, "SKU A") {
		t.Errorf("decision %d %q %q", v.Decision, v.Reason, v.Message)
	}
}
