// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
	"ordersync.dev/operator/internal/routine"
)

func TestLoadOptions(t *testing.T) {
	for _, test := range []struct {
		name string
		spec v1alpha1.OrderSelection
		want orderload.Options
	}{
		{name: "nothing said"},
		{
			name: "the schema's defaults",
			spec: v1alpha1.OrderSelection{
				OrderTypes: []v1alpha1.OrderType{"STANDARD", "PRIME"}, OrderNumber: "OrderNumber", LoadCustomFields: new(false),
				SplitCustomerNames: new(true), ConcatShipCodeAndCarrier: new(false), LoadSalesChannelName: new(false),
				Kits: v1alpha1.KitsExploded,
			},
			want: orderload.Options{OrderTypes: []string{"STANDARD", "PRIME"}, OrderNumber: orderload.NumberIsOrderNumber},
		},
		{
			name: "everything said",
			spec: v1alpha1.OrderSelection{
				EarliestOrderDate: "2026-11-01", AdoptBefore: "2026-11-20", OrderTypes: []v1alpha1.OrderType{"POS"}, MinimumAge: &metav1.Duration{Duration: time.Hour},
				OrderNumber: "CustomField1", LoadCustomFields: new(true), SplitCustomerNames: new(false), ConcatShipCodeAndCarrier: new(true),
				LoadSalesChannelName: new(true), OrderSource: "Acme", DefaultOrderEmail: "a@b", DefaultOrderPhone: "555",
				Kits:    v1alpha1.KitsPreBuilt,
				Filters: []v1alpha1.OrderFilter{{Field: "Label", Mode: "Required", Match: "StartsWith", Values: []string{"b2b"}}},
			},
			want: orderload.Options{
				EarliestOrderDate: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), AdoptBefore: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), OrderTypes: []string{"POS"}, MinimumAge: time.Hour,
				OrderNumber: orderload.NumberIsCustomField1, LoadCustomFields: true, WholeCustomerNames: true, ConcatShipCodeAndCarrier: true,
				LoadSalesChannelName: true, OrderSource: "Acme", DefaultEmail: "a@b", DefaultPhone: "555", PreBuiltKits: true,
				Filters: []orderload.OrderFilter{{Field: orderload.FieldLabel, Mode: orderload.Required, Match: orderload.StartsWith, Values: []string{"b2b"}}},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := loadOptions(&test.spec)
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(orderload.Options{}, "ItemFilters")); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	if _, err := loadOptions(&v1alpha1.OrderSelection{EarliestOrderDate: "2026-13-01"}); err == nil {
		t.Error("a month that does not exist is taken")
	}
	if _, err := loadOptions(&v1alpha1.OrderSelection{AdoptBefore: "2026-13-01"}); err == nil {
		t.Error("a month that does not exist is taken")
	}
	options, err := loadOptions(&v1alpha1.OrderSelection{ItemFilters: []v1alpha1.ItemFilter{
		{Mode: v1alpha1.ItemFilterDeny, Action: v1alpha1.ItemFilterDropLine, Side: v1alpha1.ItemFilterSource, SKUs: []string{"B"}},
		{Mode: v1alpha1.ItemFilterAllow, Action: v1alpha1.ItemFilterDropLine, SKUs: []string{"A", "B"}},
	}})
	sent, dropped := options.AsSent(fulfillment.Order{Lines: []fulfillment.Line{{SKU: "A"}, {SKU: "B"}, {SKU: "C"}}})
	if err != nil || len(sent.Lines) != 1 || sent.Lines[0].SKU != "A" || len(dropped) != 2 {
		t.Errorf("%v: %+v, dropped %+v", err, sent.Lines, dropped)
	}
}

func TestSkippedOrdersAreBounded(t *testing.T) {
	skipped := routine.Skipped{Count: 500, Reasons: []routine.SkippedReason{{Reason: "OrderFiltered", Count: 500}}}
	for i := range 50 {
		skipped.Orders = append(skipped.Orders, routine.SkippedOrder{
			ID: fulfillment.OrderID(1 << 40 * i), Reference: strings.Repeat("ö", 300), Reason: "OrderFiltered", Message: strings.Repeat("é", 300),
		})
	}
	status := skippedOrders(skipped)
	if status.Count != 500 || len(status.Orders) != routine.MaxSkippedShown || len(status.Reasons) != 1 || status.Reasons[0].Count != 500 {
		t.Fatalf("%s", describe(status))
	}
	if r, m := len([]rune(status.Orders[0].Reference)), len([]rune(status.Orders[0].Message)); r != maxReference || m != maxSkippedMessage {
		t.Errorf("a reference of %d characters, a message of %d", r, m)
	}
	for i := range status.Orders {
		// As long as references and messages are: the rest of an entry needs room.
		status.Orders[i].Reference = "111-1234567-1234567.8812001"
		status.Orders[i].Message = "filters[12]: RequestedShippingService is restricted"
	}
	if text, _ := json.Marshal(status); len(text) > 4<<10 {
		t.Errorf("%d bytes", len(text))
	}
	if skippedOrders(routine.Skipped{}) != nil {
		t.Error("nothing skipped is written")
	}
}

// A run that failed did not look at everything: what the last good one left
// out is still shown.
func TestAFailedRunKeepsWhatWasSkipped(t *testing.T) {
	live := &v1alpha1.RoutineStatus{Name: v1alpha1.OrderDownload, Skipped: &v1alpha1.SkippedOrders{Count: 3}}
	p := planned(t, live)
	if got := finished(live, endingOf(p, v1alpha1.RunFailed)); got.Skipped == nil || got.Skipped.Count != 3 {
		t.Errorf("after a failure %s", describe(got.Skipped))
	}
	if got := finished(live, endingOf(p, v1alpha1.RunSucceeded)); got.Skipped != nil {
		t.Errorf("after a success %s", describe(got.Skipped))
	}
}

// What is changed in spec.orders is what the next run goes by.
func TestAFilterReachesTheNextRun(t *testing.T) {
	s := newShop(t)
	id := s.order("SKU-1")
	s.policy("standard")
	s.manage()
	connection := s.connection("acme", token1(forOrders, "first"), func(c *v1alpha1.OrderManagerConnection) {
		c.Spec.Orders.Filters = []v1alpha1.OrderFilter{{Field: "SalesChannel", Mode: "Restricted", Values: []string{"WEB SHOP"}}}
	})
	got := s.await(key(connection), "the first answer", answered(v1alpha1.OrderDownload, "first"))
	entry := entryOf(got, v1alpha1.OrderDownload)
	want := &v1alpha1.SkippedOrders{
		Count: 1, Reasons: []v1alpha1.SkippedReason{{Reason: fulfillment.ReasonOrderFiltered, Count: 1}},
		Orders: []v1alpha1.SkippedOrder{{OrderID: id, Reason: fulfillment.ReasonOrderFiltered, Message: "filters[0]: SalesChannel is restricted"}},
	}
	if diff := cmp.Diff(want, entry.Skipped, cmpopts.IgnoreFields(v1alpha1.SkippedOrder{}, "Reference")); diff != "" || entry.LastRun.Counts.Skipped != 1 {
		t.Errorf("%d skipped (-want +got):\n%s", entry.LastRun.Counts.Skipped, diff)
	}
	if entry.Skipped != nil && entry.Skipped.Orders[0].Reference == "" {
		t.Error("the reference is missing")
	}
	s.change(connection.Name, func(c *v1alpha1.OrderManagerConnection) {
		c.Spec.Orders.Filters[0].Mode = "Required"
		c.Spec.Orders.OrderNumber = "OrderID"
		metav1.SetMetaDataAnnotation(&c.ObjectMeta, forOrders, "second")
	})
	got = s.await(key(connection), "the second answer", answered(v1alpha1.OrderDownload, "second"))
	if entry = entryOf(got, v1alpha1.OrderDownload); entry.Skipped != nil || entry.LastRun.Counts.Created != 1 {
		t.Errorf("%s", describe(entry))
	}
	if there := s.wh.ByReference(fulfillment.OrderID(id).String()); len(there) != 1 {
		t.Errorf("%d orders under the order's id", len(there))
	}
}
