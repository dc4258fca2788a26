// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// Without lines nobody can say that all of an order shipped.
func TestAnOrderWithoutLinesIsNotConfirmed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*omsim.Order){
		"no lines":       func(o *omsim.Order) { o.Items = nil },
		"a line of none": func(o *omsim.Order) { o.Items[0].QuantityOrdered = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
			s.ok(s.download())
			s.clock.Pass(time.Hour)
			s.must(s.wh.CloseShort(s.there(id)[0].ID, whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(1)}}))
			s.must(s.om.UpdateOrder(int64(id), true, change))
			report := s.ok(s.confirm())
			if s.status(id) == omsim.StatusShipped || report.Failing.Count != 1 {
				t.Errorf("%s, reasons %v", s.status(id), reasons(report))
			}
		})
	}
}

// Order Manager has one of the order's tracking numbers, and it is not the one
// that stands first by now: the shipment was reported before.
func TestAnyTrackingNumberOfTheOrderSaysThatItWasReported(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{om: omsim.Options{RepeatedShipment: omsim.DuplicateRepeatedShipment}})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 4)
	s.ok(s.download())
	s.clock.Pass(time.Hour)
	s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{Packages: []whsim.Package{{Tracking: "1ZNEW"}, {Tracking: "1ZOLD"}}}))
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) {
		o.Shipments = []omsim.ShipmentItems{{TrackingNumbers: []string{"1ZOLD"}}}
	}))
	report := s.ok(s.confirm())
	if r := reasons(report); r[id] != fulfillment.ReasonConfirmationPending || report.Counts.Confirmed != 0 {
		t.Errorf("confirmed %d, reasons %v", report.Counts.Confirmed, r)
	}
}

// Pauses do not make a run believe that more orders stay than do: it would
// begin its next walk behind orders that it has not seen.
func TestPausesSkipNoSentOrders(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(1300, "A")
	s.ok(s.download())
	s.clock.Pass(time.Hour)
	// One order of each of the first ten pages has shipped, and all of the last ones.
	var shipped []fulfillment.OrderID
	for i, id := range ids {
		if i%100 == 0 || i >= 1000 {
			shipped = append(shipped, id)
			s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
		}
	}
	s.must2(s.omCall.Add(fault.Rule{Method: "PUT", Path: "/v1.1/shipment/external", Kind: fault.StatusBefore, Status: 429, Times: 8,
		Header: map[string]string{"Retry-After": "2"}}))
	run := routine.NewShipmentConfirmation(s.env("ShipmentConfirmation"), routine.ShipmentConfirmationConfig{})
	for {
		err := run.Slice(t.Context(), goOn)
		if err == nil {
			break
		}
		if !fulfillment.IsFault(err, fulfillment.FaultThrottled) {
			t.Fatal(err)
		}
		s.clock.Pass(3 * time.Second)
	}
	s.confirmedOnce(shipped)
}

// Orders whose mark had to wait are met again by the same run, wherever the
// orders stand that stay.
func TestPausesSkipNoMark(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	var good []fulfillment.OrderID
	for i := range 700 {
		good = append(good, s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) {
			o.OrderNumber = fmt.Sprintf("SO-%04d", i)
			if i >= 500 {
				o.ShipCountry = ""
			}
		}))
	}
	good = good[:500]
	s.must2(s.omCall.Add(fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Kind: fault.StatusBefore, Status: 429, Times: 1,
		Header: map[string]string{"Retry-After": "2"}}))
	run := routine.NewOrderDownload(s.env("OrderDownload"), routine.OrderDownloadConfig{})
	for {
		err := run.Slice(context.Background(), goOn)
		if err == nil {
			break
		}
		if !fulfillment.IsFault(err, fulfillment.FaultThrottled) {
			t.Fatal(err)
		}
		s.clock.Pass(3 * time.Second)
	}
	s.once(good)
}

// A process ends with the answer to a report that Order Manager is still
// working on. The next one meets the orders in the list of sent ones, and reports
// none a second time before they had the time to show.
func TestAReportThatShowsLateIsNotRepeatedByTheNextProcess(t *testing.T) {
	t.Parallel()
	for reads := range 7 {
		t.Run(fmt.Sprint(reads), func(t *testing.T) { reportShowsAfter(t, reads) })
	}
}

func reportShowsAfter(t *testing.T, reads int) {
	s, ids := cancelShop(t, omsim.Options{ShipmentPendingReads: reads, RepeatedShipment: omsim.DuplicateRepeatedShipment}, 3)
	for _, id := range ids {
		s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
	}
	held := s.omCall.HoldAfter(fault.Rule{Method: "PUT", Path: externalShipmentPath, Nth: 1})
	s.diesWhileHeld(held, routine.NewShipmentConfirmation(s.env("ShipmentConfirmation"), s.shipments))
	for range 10 {
		s.ok(s.confirm())
		s.clock.Pass(2 * time.Minute)
	}
	for _, id := range ids {
		if shipments, _, _ := s.told(id); shipments != 1 {
			t.Errorf("order %d was reported %d times", id, shipments)
		}
		if status := s.status(id); status != omsim.StatusShipped {
			t.Errorf("order %d is %s", id, status)
		}
	}
}
