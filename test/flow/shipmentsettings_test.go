// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// sentOrder is an order of four A that the warehouse has.
func (s *shop) sentOrder(change ...func(*omsim.Order)) fulfillment.OrderID {
	s.t.Helper()
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 4, change...)
	s.ok(s.download())
	s.clock.Pass(time.Hour)
	return id
}

func (s *shop) inOrderManager(id fulfillment.OrderID) omsim.Order {
	s.t.Helper()
	order, ok := s.om.Order(int64(id))
	if !ok {
		s.t.Fatalf("no order %d", id)
	}
	return order
}

// Order Manager refuses a ship date in the future, by its own clock. What is
// now here and in the warehouse may be that.
func TestAParcelDoesNotLeaveInOrderManagersFuture(t *testing.T) {
	t.Parallel()
	for _, behind := range []time.Duration{20 * time.Minute, 3 * time.Hour} {
		s := newShop(t, shopOptions{behind: behind})
		s.product("A", 100, 0, 0)
		id := s.sentOrder()
		s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
		report := s.ok(s.confirm())
		if order := s.inOrderManager(id); order.OrderStatus != omsim.StatusShipped {
			t.Errorf("%v behind: the order is %s: %v", behind, order.OrderStatus, reasons(report))
		}
	}
}

// What stands in place of a tracking number where there is none.
func TestShipmentsWithoutTracking(t *testing.T) {
	t.Parallel()
	bill := whsim.Shipment{NoPackages: true, BillOfLading: "BOL-7"}
	for name, test := range map[string]struct {
		config  routine.ShipmentConfirmationConfig
		shipped whsim.Shipment
		want    string
	}{
		"wait":                                  {shipped: bill},
		"the bill of lading":                    {config: routine.ShipmentConfirmationConfig{UseBillOfLading: true}, shipped: bill, want: "BOL-7"},
		"no bill of lading either":              {config: routine.ShipmentConfirmationConfig{UseBillOfLading: true}, shipped: whsim.Shipment{NoPackages: true}},
		"a text":                                {config: routine.ShipmentConfirmationConfig{NoTrackingText: "by our own truck"}, shipped: bill, want: "by our own truck"},
		"a number is better than a text":        {config: routine.ShipmentConfirmationConfig{NoTrackingText: "truck"}, shipped: whsim.Shipment{Packages: []whsim.Package{{Tracking: "1Z1"}}}, want: "1Z1"},
		"a number is better than a bill":        {config: routine.ShipmentConfirmationConfig{UseBillOfLading: true}, shipped: whsim.Shipment{Packages: []whsim.Package{{Tracking: "1Z1"}}, BillOfLading: "B"}, want: "1Z1"},
		"the order's own number, typed by hand": {shipped: whsim.Shipment{NoPackages: true, OrderTracking: "PRO-9"}, want: "PRO-9"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			s.shipments = test.config
			id := s.sentOrder()
			s.must(s.wh.Ship(s.there(id)[0].ID, test.shipped))
			report := s.ok(s.confirm())
			s.ok(s.confirm())
			order := s.inOrderManager(id)
			if test.want == "" {
				if order.OrderStatus != omsim.StatusPendingFulfillment || reasons(report)[id] != fulfillment.ReasonNoTracking {
					t.Errorf("%s, reasons %v", order.OrderStatus, reasons(report))
				}
				return
			}
			if order.OrderStatus != omsim.StatusShipped || order.Shipment.TrackingNumber != test.want || s.om.Snapshot().Orders[0].Shipments != 1 {
				t.Errorf("%s with %+v", order.OrderStatus, order.Shipment)
			}
		})
	}
}

// An order that the warehouse closed short.
func TestShortShipped(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config routine.ShipmentConfirmationConfig
		status string
	}{
		"held":            {status: omsim.StatusPendingFulfillment},
		"confirmed whole": {config: routine.ShipmentConfirmationConfig{ConfirmShort: true}, status: omsim.StatusShipped},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			s.shipments = test.config
			id, open := s.sentOrder(), s.sentOrder()
			s.must(s.wh.CloseShort(s.there(id)[0].ID, whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(3)}}))
			report := s.ok(s.confirm())
			if got := reasons(report)[id] == fulfillment.ReasonClosedShort; s.status(id) != test.status || got == test.config.ConfirmShort {
				t.Errorf("%s, reasons %v", s.status(id), reasons(report))
			}
			if s.status(open) != omsim.StatusPendingFulfillment {
				t.Error("an open order was confirmed")
			}
		})
	}
}

// The other tracking numbers are appended once, to what stands there, whatever
// becomes of the answer.
func TestAdditionalTracking(t *testing.T) {
	t.Parallel()
	const path = "/v1.1/orders"
	lost := func(kind fault.Kind) *fault.Rule { return &fault.Rule{Method: "POST", Path: path, Kind: kind, Nth: 1} }
	long := strings.Repeat("x", 992)
	for name, test := range map[string]struct {
		field  fulfillment.OrderField
		before string
		rule   *fault.Rule
		want   string
		reason string
	}{
		"left out":                       {before: "as it was", want: "as it was"},
		"into an empty field":            {field: fulfillment.CustomField(2), want: "1Z2, 1Z3"},
		"after what a user wrote":        {field: fulfillment.CustomField(2), before: "call first", want: "call first, 1Z2, 1Z3"},
		"into the notes":                 {field: fulfillment.FieldInternalNotes, before: "call first", want: "call first, 1Z2, 1Z3"},
		"one is there already":           {field: fulfillment.CustomField(2), before: "1z3; urgent", want: "1z3; urgent, 1Z2"},
		"a longer number is another one": {field: fulfillment.CustomField(2), before: "1Z22", want: "1Z22, 1Z2, 1Z3"},
		"no room for both":               {field: fulfillment.CustomField(2), before: long, want: long + ", 1Z2", reason: fulfillment.ReasonTrackingNotAdded},
		"no room for any":                {field: fulfillment.CustomField(2), before: long + "1234", want: long + "1234", reason: fulfillment.ReasonTrackingNotAdded},
		"the answer lost":                {field: fulfillment.CustomField(2), before: "call first", rule: lost(fault.DropAfter), want: "call first, 1Z2, 1Z3"},
		"the request lost":               {field: fulfillment.CustomField(2), rule: lost(fault.DropBefore), want: "1Z2, 1Z3"},
		"half an answer":                 {field: fulfillment.CustomField(2), rule: lost(fault.Truncate), want: "1Z2, 1Z3"},
		"refused": {field: fulfillment.CustomField(2), want: "", reason: fulfillment.ReasonTrackingNotAdded,
			rule: &fault.Rule{Method: "POST", Path: path, Kind: fault.StatusBefore, Status: 400}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			s.shipments.AdditionalTracking = test.field
			id := s.sentOrder(func(o *omsim.Order) { o.CustomField2, o.InternalNotes = test.before, test.before })
			one := s.sentOrder()
			s.must(s.wh.Ship(s.there(one)[0].ID, whsim.Shipment{}))
			s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{Packages: []whsim.Package{{Tracking: "1Z1"}, {Tracking: "1Z2"}, {Tracking: "1Z3"}}}))
			if test.rule != nil {
				s.must2(s.omCall.Add(*test.rule))
			}
			report, _ := s.confirm()
			for range 3 {
				s.clock.Pass(15 * time.Minute)
				_, _ = s.confirm()
			}
			order := s.inOrderManager(id)
			got := order.CustomField2
			if test.field == fulfillment.FieldInternalNotes {
				got = order.InternalNotes
			}
			if got != test.want || reasons(report)[id] != test.reason {
				t.Errorf("the field has %q, want %q; reasons %v", got, test.want, reasons(report))
			}
			if other := s.inOrderManager(one); other.CustomField2 != "" || other.InternalNotes != "" {
				t.Errorf("an order with one number was written to")
			}
			s.confirmedOnce([]fulfillment.OrderID{id, one})
		})
	}
}

// The process ends between the text and the report.
func TestAdditionalTrackingIsNotAppendedTwice(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.shipments.AdditionalTracking = fulfillment.FieldInternalNotes
	id := s.sentOrder()
	s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{Packages: []whsim.Package{{Tracking: "1Z1"}, {Tracking: "1Z2"}}}))
	s.must2(s.omCall.Add(fault.Rule{Method: "PUT", Path: "/v1.1/shipment/external", Kind: fault.StatusBefore, Status: 503, Nth: 1}))
	if _, err := s.confirm(); err == nil {
		t.Fatal("the report was taken")
	}
	// A user writes between the two.
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.InternalNotes += "\ncalled the buyer" }))
	s.clock.Pass(time.Hour)
	s.ok(s.confirm())
	if notes := s.inOrderManager(id).InternalNotes; notes != "1Z2\ncalled the buyer" {
		t.Errorf("notes %q", notes)
	}
	s.confirmedOnce([]fulfillment.OrderID{id})
}

func TestFreightCost(t *testing.T) {
	t.Parallel()
	for currency, want := range map[string]*omsim.Money{"": nil, "EUR": {Amount: "7.25", Currency: "EUR"}} {
		s := newShop(t, shopOptions{})
		s.product("A", 100, 0, 0)
		s.shipments.FreightCurrency = currency
		cost, free := s.sentOrder(), s.sentOrder()
		s.must(s.wh.Ship(s.there(cost)[0].ID, whsim.Shipment{TransportationCharge: whsim.Units(29) / 4}))
		s.must(s.wh.Ship(s.there(free)[0].ID, whsim.Shipment{}))
		s.ok(s.confirm())
		fee := s.inOrderManager(cost).Shipment.CarrierFee
		if (fee == nil) != (want == nil) || fee != nil && *fee != *want {
			t.Errorf("in %q the fee is %+v", currency, fee)
		}
		if fee := s.inOrderManager(free).Shipment.CarrierFee; fee != nil {
			t.Errorf("a shipment without a cost has the fee %+v", fee)
		}
	}
}

// An order is listed once it should have shipped, and not before.
func TestOverdueOrders(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.shipments.ExpectShippedWithin = 48 * time.Hour
	// It lay in Order Manager for a month before it was sent.
	old := s.sentOrder(func(o *omsim.Order) { o.OrderDate = omsim.At(s.clock.Now().Add(-30 * 24 * time.Hour)) })
	due := s.sentOrder(func(o *omsim.Order) { o.ShipByDate = omsim.At(s.clock.Now().Add(5 * time.Hour)) })
	overdue := func() []fulfillment.OrderID {
		var ids []fulfillment.OrderID
		for id, reason := range reasons(s.ok(s.confirm())) {
			if reason == fulfillment.ReasonOverdue {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		return ids
	}
	for _, step := range []struct {
		pass time.Duration
		want []fulfillment.OrderID
	}{{0, nil}, {5 * time.Hour, []fulfillment.OrderID{due}}, {40 * time.Hour, []fulfillment.OrderID{due}}, {3 * time.Hour, []fulfillment.OrderID{old, due}}} {
		s.clock.Pass(step.pass)
		if got := overdue(); !slices.Equal(got, step.want) {
			t.Errorf("after another %s overdue are %v, want %v", step.pass, got, step.want)
		}
	}
	s.wh.ShipAll(0)
	if got := overdue(); len(got) != 0 {
		t.Errorf("shipped orders are overdue: %v", got)
	}
	// Without the setting the ship-by date still counts.
	s.shipments.ExpectShippedWithin = 0
	late := s.sentOrder(func(o *omsim.Order) { o.ShipByDate = omsim.At(s.clock.Now().Add(30 * time.Minute)) })
	if got := overdue(); !slices.Equal(got, []fulfillment.OrderID{late}) {
		t.Errorf("overdue are %v", got)
	}
}

// A plan names the texts that it would write, and writes none.
func TestAPlanOfAdditionalTracking(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.shipments.AdditionalTracking = fulfillment.FieldInternalNotes
	id := s.sentOrder()
	s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{Packages: []whsim.Package{{Tracking: "1Z1"}, {Tracking: "1Z2"}}}))
	steps, _ := s.planned(func(env routine.Env) routine.Run { return routine.NewShipmentConfirmation(env, s.shipments) })
	if got := counted(steps); len(got) != 2 || got[routine.PlannedEdit] != 1 || got[routine.PlannedConfirm] != 1 {
		t.Errorf("planned %v", got)
	}
}
