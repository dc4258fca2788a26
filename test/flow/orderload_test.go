// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// waiting adds an order that waits.
func (s *shop) waiting(change ...func(*omsim.Order)) fulfillment.OrderID {
	s.t.Helper()
	return s.order(omsim.StatusAwaiting3PLExport, "A", 1, change...)
}

// document is what the warehouse was told of an order.
func (s *shop) document(id fulfillment.OrderID) whsim.OrderDocument {
	s.t.Helper()
	there := s.there(id)
	if len(there) != 1 {
		s.t.Fatalf("order %d is %d times in the warehouse", id, len(there))
	}
	return there[0].Document
}

func (s *shop) relabel(id fulfillment.OrderID, labels ...string) {
	s.t.Helper()
	var known []omsim.Label
	for _, name := range labels {
		known = append(known, s.om.AddLabel(name))
	}
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.Labels = known }))
}

func skippedReasons(report routine.Report) map[string]int64 {
	m := map[string]int64{}
	for _, reason := range report.Skipped.Reasons {
		m[reason.Reason] = reason.Count
	}
	return m
}

func TestSkippedOrdersAreCountedAndListed(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	s.product("GIFT-CARD", 0, 0, 0)
	s.load = orderload.Options{
		EarliestOrderDate: s.clock.Now().Add(-240 * time.Hour),
		MinimumAge:        time.Hour,
		Filters: []orderload.OrderFilter{
			{Field: orderload.FieldShipCountry, Mode: orderload.Required, Match: orderload.Equal, Values: []string{"USA"}},
			{Field: orderload.FieldOrderNumber, Mode: orderload.Restricted, Match: orderload.StartsWith, Values: []string{"TEST-"}},
		},
		ItemFilters: []orderload.ItemFilter{
			orderload.NewItemFilter(orderload.Deny, orderload.DropLine, orderload.SourceSKU, []string{"GIFT-CARD"}),
			orderload.NewItemFilter(orderload.Deny, orderload.SkipOrder, orderload.SourceSKU, []string{"PIANO"}),
		},
	}
	s.product("PIANO", 10, 0, 0)
	old := func(o *omsim.Order) { o.OrderDate = omsim.At(s.clock.Now().Add(-2 * time.Hour)) }
	good := s.waiting(old)
	counts := map[string]int{}
	left := map[fulfillment.OrderID]string{}
	add := func(reason string, n int, change func(*omsim.Order)) {
		for i := range n {
			id := s.waiting(old, change, func(o *omsim.Order) {
				if o.OrderNumber == "" {
					o.OrderNumber = fmt.Sprintf("%s-%d", reason, i)
				}
			})
			left[id] = reason
			counts[reason]++
		}
	}
	add(fulfillment.ReasonOrderFiltered, 30, func(o *omsim.Order) { o.ShipCountry, o.ShipState = "DEU", "Bavaria" })
	add(fulfillment.ReasonOrderFiltered, 1, func(o *omsim.Order) { o.OrderNumber = "test-1" })
	add(fulfillment.ReasonOtherOrderType, 1, func(o *omsim.Order) { o.OrderType = "POS" })
	add(fulfillment.ReasonTooOld, 2, func(o *omsim.Order) { o.OrderDate = omsim.At(s.clock.Now().Add(-241 * time.Hour)) })
	add(fulfillment.ReasonTooYoung, 1, func(o *omsim.Order) { o.OrderDate = omsim.At(s.clock.Now().Add(-59 * time.Minute)) })
	add(fulfillment.ReasonItemFiltered, 1, func(o *omsim.Order) { o.Items = append(o.Items, omsim.Item("PIANO", 1)) })
	add(fulfillment.ReasonEveryLineDropped, 1, func(o *omsim.Order) { o.Items = []omsim.OrderItem{omsim.Item("GIFT-CARD", 1)} })
	short := s.waiting(old, func(o *omsim.Order) { o.Items = append(o.Items, omsim.Item("GIFT-CARD", 2)) })
	report := s.ok(s.download())

	if report.Counts.Created != 2 || report.Counts.Skipped != int64(len(left)) || report.Failing.Count != 0 {
		t.Errorf("%+v, failing %v", report.Counts, report.Failing.Orders)
	}
	want := map[string]int64{fulfillment.ReasonLinesDropped: 1}
	for reason, n := range counts {
		want[reason] = int64(n)
	}
	if diff := cmp.Diff(want, skippedReasons(report)); diff != "" || report.Skipped.Count != int64(len(left))+1 {
		t.Errorf("%d skipped, by reason (-want +got):\n%s", report.Skipped.Count, diff)
	}
	if n := len(report.Skipped.Orders); n != routine.MaxSkippedShown {
		t.Errorf("%d are shown", n)
	}
	shown := map[string]bool{}
	for _, order := range report.Skipped.Orders {
		shown[order.Reason] = true
		if order.Reason != left[order.ID] && order.ID != short || order.Reference == "" || order.Message == "" {
			t.Errorf("shown: %+v", order)
		}
	}
	if len(shown) != len(want) {
		t.Errorf("reasons shown: %v", shown)
	}
	s.once([]fulfillment.OrderID{good, short})
	for id := range left {
		if len(s.there(id)) != 0 || s.status(id) != omsim.StatusAwaiting3PLExport {
			t.Errorf("order %d (%s): %d there, %s", id, left[id], len(s.there(id)), s.status(id))
		}
	}
	if items := s.document(short).OrderItems; len(items) != 1 || items[0].ItemIdentifier.SKU != "A" {
		t.Errorf("the short order has %d lines", len(items))
	}
	t.Run("the same orders give the same report", func(t *testing.T) {
		again := s.ok(s.download())
		want := report.Skipped
		want.Count--
		want.Reasons = slices.DeleteFunc(slices.Clone(want.Reasons), func(r routine.SkippedReason) bool { return r.Reason == fulfillment.ReasonLinesDropped })
		if diff := cmp.Diff(want.Reasons, again.Skipped.Reasons); diff != "" || again.Skipped.Count != want.Count {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("they are sent once the settings let them through", func(t *testing.T) {
		s.load = orderload.Options{OrderTypes: []string{"STANDARD", "POS"}}
		if report := s.ok(s.download()); report.Skipped.Count != 0 || report.Failing.Count != 0 {
			t.Errorf("%+v, failing %v", report.Skipped, report.Failing.Orders)
		}
		for id := range left {
			s.once([]fulfillment.OrderID{id})
		}
	})
}

func TestALabelHoldsOrSkipsOneOrder(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		t.Run(string(allocation), func(t *testing.T) {
			s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}})
			s.product("A", 100, 100, 0)
			held, skipped, sent := s.waiting(), s.waiting(), s.waiting()
			s.relabel(held, "vip", fulfillment.HoldLabel)
			s.relabel(skipped, fulfillment.SkipLabel)
			for range 2 {
				report := s.ok(s.download())
				want := map[string]int64{fulfillment.ReasonHeldByLabel: 1, fulfillment.ReasonSkippedByLabel: 1}
				if diff := cmp.Diff(want, skippedReasons(report)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if len(s.there(held)) != 0 || len(s.there(skipped)) != 0 {
					t.Fatal("sent")
				}
			}
			s.once([]fulfillment.OrderID{sent})
			// All three are open in Order Manager, so their units are promised to no one else.
			s.clock.Pass(time.Minute)
			s.ok(s.sync())
			if offered := s.offered("A"); offered != 97 {
				t.Errorf("%d are offered, 97 can be promised", offered)
			}
			s.relabel(held, "vip")
			s.ok(s.download())
			s.once([]fulfillment.OrderID{sent, held})
		})
	}
}

func TestAnOrderIsSentWhenItIsOldEnough(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.load.MinimumAge = 30 * time.Minute
	id := s.waiting(func(o *omsim.Order) { o.OrderDate = omsim.At(s.clock.Now()) })
	if report := s.ok(s.download()); skippedReasons(report)[fulfillment.ReasonTooYoung] != 1 || len(s.there(id)) != 0 {
		t.Fatalf("%+v", report.Skipped)
	}
	s.clock.Pass(30 * time.Minute)
	s.ok(s.download())
	s.once([]fulfillment.OrderID{id})
}

// A dropped line is neither missed in the warehouse nor lost in the stock.
func TestADroppedLineIsNotMissed(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		t.Run(string(allocation), func(t *testing.T) {
			s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}})
			s.product("A", 100, 100, 0)
			s.product("CARD", 50, 50, 0)
			s.load.ItemFilters = []orderload.ItemFilter{orderload.NewItemFilter(orderload.Deny, orderload.DropLine, orderload.SourceSKU, []string{"CARD"})}
			id := s.waiting(func(o *omsim.Order) { o.Items = append(o.Items, omsim.Item("CARD", 3)) })
			if report := s.ok(s.download()); report.Failing.Count != 0 || skippedReasons(report)[fulfillment.ReasonLinesDropped] != 1 {
				t.Fatalf("%+v %v", report.Skipped, report.Failing.Orders)
			}
			s.once([]fulfillment.OrderID{id})
			if report := s.ok(s.cancel()); len(report.Listed()) != 0 || report.Counts.Cancelled != 0 {
				t.Errorf("cancellations: %+v %v", report.Counts, report.Listed())
			}
			s.clock.Pass(time.Minute)
			s.ok(s.sync())
			if a, card := s.offered("A"), s.offered("CARD"); a != 99 || card != 47 {
				t.Errorf("%d and %d are offered, 99 and 47 can be promised", a, card)
			}
			s.wh.ShipAll(0)
			s.clock.Pass(time.Hour)
			if report := s.ok(s.confirm()); len(report.Listed()) != 0 {
				t.Errorf("confirmation: %v", report.Listed())
			}
			s.confirmedOnce([]fulfillment.OrderID{id})
		})
	}
}

// An order that the warehouse has without a dropped line, and that is not
// marked, is found again as what it is.
func TestAShortOrderIsFoundAgain(t *testing.T) {
	t.Parallel()
	for name, identity := range map[string]bool{"by its identity": true, "by number, name and lines": false} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			s.product("CARD", 50, 0, 0)
			s.load.ItemFilters = []orderload.ItemFilter{orderload.NewItemFilter(orderload.Allow, orderload.DropLine, orderload.SourceSKU, []string{"A"})}
			id := s.waiting(func(o *omsim.Order) { o.Items = append(o.Items, omsim.Item("CARD", 3)) })
			orders, err := s.source.OrdersByID(t.Context(), []fulfillment.OrderID{id})
			s.must(err)
			sent, _ := s.load.AsSent(orders[0])
			s.must2(s.driver.CreateOrder(t.Context(), sent, sent.Number))
			if !identity {
				s.must(s.wh.EditOrder(s.there(id)[0].ID, func(d *whsim.OrderDocument) { d.ExternalID = "" }))
			}
			report := s.ok(s.download())
			if report.Counts.Created != 0 || report.Counts.Marked != 1 || report.Failing.Count != 0 {
				t.Errorf("%+v %v", report.Counts, report.Failing.Orders)
			}
			s.once([]fulfillment.OrderID{id})
		})
	}
}

// A filter does not shorten an order that the warehouse was asked for whole.
func TestAFilterIsNoExcuseForAnOlderOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.product("CARD", 50, 0, 0)
	id := s.waiting(func(o *omsim.Order) { o.Items = append(o.Items, omsim.Item("CARD", 3)) })
	s.ok(s.download())
	s.load.ItemFilters = []orderload.ItemFilter{orderload.NewItemFilter(orderload.Deny, orderload.DropLine, orderload.SourceSKU, []string{"CARD"})}
	s.must(s.wh.CloseShort(s.there(id)[0].ID, whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(1)}}))
	s.clock.Pass(time.Hour)
	if report := s.ok(s.confirm()); reasons(report)[id] != fulfillment.ReasonClosedShort || report.Counts.Confirmed != 0 {
		t.Errorf("%+v %v", report.Counts, report.Failing.Orders)
	}
}

func TestTheOrderNumberIsTheFieldThatWasChosen(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.load.OrderNumber = orderload.NumberIsCustomField2
	chosen := s.waiting(func(o *omsim.Order) { o.OrderNumber, o.CustomField2 = "SO-1", "PO-77" })
	blank := s.waiting(func(o *omsim.Order) { o.OrderNumber, o.CustomField2 = "SO-2", " " })
	twice := s.waiting(func(o *omsim.Order) { o.OrderNumber, o.CustomField2 = "SO-3", "PO-77" })
	for range 2 {
		s.ok(s.download())
		s.clock.Pass(10 * time.Minute)
	}
	s.once([]fulfillment.OrderID{chosen, blank, twice})
	if got := s.document(blank).ReferenceNum; got != "SO-2" {
		t.Errorf("a blank field gives %q", got)
	}
	got := []string{s.document(chosen).ReferenceNum, s.document(twice).ReferenceNum}
	if !slices.Contains(got, "PO-77") || !slices.Contains(got, "PO-77."+twice.String()) && !slices.Contains(got, "PO-77."+chosen.String()) {
		t.Errorf("references %q", got)
	}
	t.Run("a change moves no order that the warehouse has", func(t *testing.T) {
		s.must(s.om.UpdateOrder(int64(chosen), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusAwaiting3PLExport }))
		s.load.OrderNumber = orderload.NumberIsOrderID
		if report := s.ok(s.download()); report.Counts.Created != 0 || report.Counts.Marked != 1 {
			t.Errorf("%+v", report.Counts)
		}
	})
}

func TestWhatTheWarehouseIsToldOfAnOrder(t *testing.T) {
	t.Parallel()
	dress := func(o *omsim.Order) {
		o.CustomField1, o.CustomField3 = "engrave: A", "dock 4"
		o.ShipMethod = &omsim.ShipMethod{ShippingCarrier: "UPS", ShippingServiceID: 12}
		o.RequestedService = "Ground"
		o.ShipPhone, o.ShipEmail, o.Customer = "", "", nil
	}
	for _, test := range []struct {
		name    string
		load    orderload.Options
		saved   []whsim.SavedElement
		mode    string
		contact [2]string
	}{
		{name: "the defaults", mode: "Ground"},
		{name: "custom fields", load: orderload.Options{LoadCustomFields: true}, mode: "Ground",
			saved: []whsim.SavedElement{{Name: "customField1", Value: "engrave: A"}, {Name: "customField3", Value: "dock 4"}}},
		{name: "a source", load: orderload.Options{OrderSource: "Acme"}, mode: "Ground", saved: []whsim.SavedElement{{Name: "Channel", Value: "Acme"}}},
		{name: "a channel", load: orderload.Options{LoadSalesChannelName: true}, mode: "Ground", saved: []whsim.SavedElement{{Name: "Channel", Value: "Order Manager-Web shop"}}},
		{name: "mail and phone", load: orderload.Options{DefaultEmail: "orders@acme.example", DefaultPhone: "555 0199"}, mode: "Ground",
			contact: [2]string{"orders@acme.example", "555 0199"}},
		{name: "ship code and carrier", load: orderload.Options{ConcatShipCodeAndCarrier: true}, mode: "Ground-UPS"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			s.wh.SetCarriers([]whsim.Carrier{{Name: "UPS", Services: []string{"Ground", "Ground-UPS"}}})
			s.load = test.load
			id := s.waiting(dress)
			report := s.ok(s.download())
			if report.Failing.Count != 0 {
				t.Fatalf("%v", report.Failing.Orders)
			}
			d := s.document(id)
			saved := slices.DeleteFunc(slices.Clone(d.SavedElements), func(e whsim.SavedElement) bool { return e.Name == "OrderSync Warehouse" })
			if len(saved) == len(d.SavedElements) {
				t.Error("the route is lost")
			}
			named := len(saved)
			if saved = slices.DeleteFunc(saved, func(e whsim.SavedElement) bool { return e.Name == "OrderSync Content" }); len(saved) == named {
				t.Error("what it says is not remembered")
			}
			if !slices.Equal(saved, test.saved) || d.RoutingInfo.Mode != test.mode || d.RoutingInfo.Carrier != "UPS" {
				t.Errorf("saved %v, carrier %q, mode %q", saved, d.RoutingInfo.Carrier, d.RoutingInfo.Mode)
			}
			if d.ShipTo.EmailAddress != test.contact[0] || d.ShipTo.PhoneNumber != test.contact[1] || d.ShipTo.Name != "Test Buyer" {
				t.Errorf("mail %q, phone %q, name %q", d.ShipTo.EmailAddress, d.ShipTo.PhoneNumber, d.ShipTo.Name)
			}
			// Nothing of it makes the order differ from Order Manager's.
			if again := s.ok(s.cancel()); len(again.Listed()) != 0 {
				t.Errorf("%v", again.Listed())
			}
		})
	}
}

// An address that the carrier will refuse is refused before it is sent, and
// goes through once it was mended.
func TestAnAddressThatTheCarrierWillRefuseIsNotSent(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	wrong := map[fulfillment.OrderID]string{
		s.waiting(func(o *omsim.Order) { o.ShipState = "ON" }): fulfillment.ReasonUnknownRegion,
		s.waiting(func(o *omsim.Order) {
			o.ShipAddress1, o.ShipMethod = "PO Box 12", &omsim.ShipMethod{ShippingCarrier: "UPS"}
		}): fulfillment.ReasonPostOfficeBox,
		s.waiting(func(o *omsim.Order) { o.ShipMethod = &omsim.ShipMethod{ShippingCarrier: "FEDEX"} }): fulfillment.ReasonPhoneMissing,
	}
	military := s.waiting(func(o *omsim.Order) {
		o.ShipAddress1, o.ShipCity, o.ShipState, o.ShipZipCode = "PSC 3 Box 4120", "APO", "AE", "09021"
	})
	report := s.ok(s.download())
	for id, reason := range wrong {
		if got := reasons(report)[id]; got != reason || len(s.there(id)) != 0 {
			t.Errorf("order %d: %q, want %q; %d there", id, got, reason, len(s.there(id)))
		}
	}
	s.once([]fulfillment.OrderID{military})
	ids := []fulfillment.OrderID{military}
	for id := range wrong {
		ids = append(ids, id)
		s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) {
			o.ShipState, o.ShipAddress1, o.ShipPhone, o.ShipMethod = "TX", "1 Main Street", "512-555-0100", nil
		}))
	}
	if healed := s.ok(s.download()); healed.Failing.Count != 0 {
		t.Errorf("%v", healed.Failing.Orders)
	}
	s.once(ids)
}
