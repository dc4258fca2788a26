// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"maps"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
)

// equalOrders are two orders of before the move with one number, buyer and
// content, of which the other product delivered the first, and it left.
func (s *shop) equalOrders(first, second string) (delivered, other fulfillment.OrderID) {
	s.t.Helper()
	delivered, there := s.byOther(first)
	number := s.number(delivered)
	s.clock.Pass(-24 * time.Hour)
	other = s.order(second, "A", 2, func(o *omsim.Order) { o.OrderNumber, o.OrderDate = number, omsim.At(s.clock.Now()) })
	s.clock.Pass(24 * time.Hour)
	s.ship(there)
	return delivered, other
}

func (s *shop) number(id fulfillment.OrderID) string {
	s.t.Helper()
	order, ok := s.om.Order(int64(id))
	if !ok {
		s.t.Fatalf("no order %d", id)
	}
	return order.OrderNumber
}

// One parcel that left without an identity confirms one order at most, whichever
// routine and run meets the orders, and in whatever state the other one is.
func TestOneParcelWithoutIdentityIsNeverTwoOrders(t *testing.T) {
	t.Parallel()
	t.Run("the other one is on hold when the first is met", func(t *testing.T) {
		s := movingShop(t)
		first, other := s.equalOrders(omsim.StatusAwaiting3PLExport, omsim.StatusOnHold)
		before := s.createdByAPI()
		for range 2 {
			s.listed("met alone", s.ok(s.download()), first, fulfillment.ReasonAmbiguous)
		}
		s.must(s.om.UpdateOrder(int64(other), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusAwaiting3PLExport }))
		both := map[fulfillment.OrderID]string{first: fulfillment.ReasonAmbiguous, other: fulfillment.ReasonAmbiguous}
		if got := reasons(s.ok(s.download())); !maps.Equal(got, both) {
			t.Errorf("met together: %v", got)
		}
		if s.status(first) != omsim.StatusAwaiting3PLExport || s.status(other) != omsim.StatusAwaiting3PLExport || s.createdByAPI() != before {
			t.Errorf("%s and %s, %d created", s.status(first), s.status(other), s.createdByAPI()-before)
		}
	})
	t.Run("the first was confirmed long ago", func(t *testing.T) {
		s := movingShop(t)
		_, other := s.equalOrders(omsim.StatusShipped, omsim.StatusAwaiting3PLExport)
		s.listed("waiting", s.ok(s.download()), other, fulfillment.ReasonAmbiguous)
		if s.status(other) != omsim.StatusAwaiting3PLExport {
			t.Errorf("the other is %s", s.status(other))
		}
	})
	t.Run("both are sent, and the first was confirmed by hand", func(t *testing.T) {
		s := movingShop(t)
		_, other := s.equalOrders(omsim.StatusShipped, omsim.StatusPendingFulfillment)
		s.listed("sent", s.ok(s.confirm()), other, fulfillment.ReasonAmbiguous)
		if s.status(other) != omsim.StatusPendingFulfillment {
			t.Errorf("the other is %s", s.status(other))
		}
	})
}

// A cancelled order, one with other content, and one of another number that only
// begins alike are not what left.
func TestWhatCannotBeTheParcelIsNoRival(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*omsim.Order){
		"cancelled":             func(o *omsim.Order) { o.OrderStatus = omsim.StatusCancelled },
		"other quantities":      func(o *omsim.Order) { o.Items = []omsim.OrderItem{omsim.Item("A", 3)} },
		"another postal code":   func(o *omsim.Order) { o.ShipZipCode = "10001" },
		"a longer number":       func(o *omsim.Order) { o.OrderNumber += "0" },
		"placed after the move": func(o *omsim.Order) { o.OrderDate = omsim.At(o.OrderDate.Add(48 * time.Hour)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := movingShop(t)
			first, other := s.equalOrders(omsim.StatusAwaiting3PLExport, omsim.StatusOnHold)
			s.must(s.om.UpdateOrder(int64(other), true, change))
			s.nothingListed("download", s.ok(s.download()))
			s.nothingListed("confirm", s.ok(s.confirm()))
			if s.status(first) != omsim.StatusShipped {
				t.Errorf("the first is %s", s.status(first))
			}
		})
	}
}

// While Order Manager does not answer whether there is another one, nothing is
// marked and nothing is created.
func TestWithoutTheAnswerAboutRivalsNothingFollows(t *testing.T) {
	t.Parallel()
	s := movingShop(t)
	id, there := s.byOther(omsim.StatusAwaiting3PLExport)
	s.ship(there)
	before := s.createdByAPI()
	down, err := s.omCall.Add(fault.Rule{Method: "GET", Path: "/v1.1/orders", Query: map[string]string{"orderNumber": s.number(id)}, Kind: fault.StatusBefore, Status: 503})
	s.must(err)
	if _, err := s.download(); err == nil {
		t.Error("the run did not fail")
	}
	if s.status(id) != omsim.StatusAwaiting3PLExport || s.createdByAPI() != before {
		t.Fatalf("%s, %d created", s.status(id), s.createdByAPI()-before)
	}
	s.omCall.Remove(down)
	s.nothingListed("when it answers", s.ok(s.download()))
	if s.status(id) != omsim.StatusPendingFulfillment {
		t.Errorf("it is %s", s.status(id))
	}
}
