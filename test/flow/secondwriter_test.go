// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// foreign is an order that somebody else brings to the warehouse under a number.
func (s *shop) foreign(id fulfillment.OrderID, change ...func(*whsim.OrderDocument)) string {
	s.t.Helper()
	there := s.deliver(id)
	s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) {
		d.ExternalID, d.SavedElements = "", nil
		for _, c := range change {
			c(d)
		}
	}))
	return s.inOrderManager(id).OrderNumber
}

// seen fails unless a run saw this of a second writer.
func (s *shop) seen(when string, report routine.Report, want *routine.SecondWriter) {
	s.t.Helper()
	if diff := cmp.Diff(want, report.SecondWriter); diff != "" {
		s.t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

// Whoever else brings our orders to the warehouse is seen by the run that meets
// it, at no call more than the run makes anyway, and with status wiped.
func TestASecondWriterOfOrdersIsSeenWithoutACallMore(t *testing.T) {
	t.Parallel()
	t.Run("before the mark", func(t *testing.T) {
		s := newShop(t, shopOptions{})
		s.product("A", 100, 0, 0)
		s.began = s.clock.Now().Add(-time.Hour)
		equal, other := s.waiting(), s.waiting()
		first := s.foreign(equal)
		second := s.foreign(other, func(d *whsim.OrderDocument) { d.ShipTo.Zip = "10001" })
		s.wh.Faults().ResetCalls()
		s.seen("download", s.ok(s.download()), &routine.SecondWriter{Orders: 2, References: sorted(first, second)})
		if looks := s.wh.Faults().Calls()["GET /orders"]; looks != 1 {
			t.Errorf("%d look-ups", looks)
		}
		s.seen("the next", s.ok(s.download()), nil)
	})
	t.Run("after the mark", func(t *testing.T) {
		s := newShop(t, shopOptions{})
		s.product("A", 100, 0, 0)
		s.began = s.clock.Now().Add(-time.Hour)
		id := s.order(omsim.StatusPendingFulfillment, "A", 1)
		unknown := s.order(omsim.StatusPendingFulfillment, "A", 1)
		number := s.foreign(id)
		s.ok(s.confirm())
		for range 2 {
			s.wh.Faults().ResetCalls()
			report := s.ok(s.confirm())
			s.seen("confirm", report, &routine.SecondWriter{Orders: 1, References: []string{number}})
			if r := reasons(report); r[id] != fulfillment.ReasonUnknownInWarehouse || r[unknown] != fulfillment.ReasonUnknownInWarehouse {
				t.Errorf("%v", r)
			}
			// The look-up of the sent orders, and the list of what closed lately.
			if looks := s.wh.Faults().Calls()["GET /orders"]; looks != 2 {
				t.Errorf("%d look-ups", looks)
			}
		}
		s.memory = map[string]routine.Memory{}
		s.ok(s.confirm())
		s.seen("two runs after the status is gone", s.ok(s.confirm()), &routine.SecondWriter{Orders: 1, References: []string{number}})
	})
	t.Run("during the adoption", func(t *testing.T) {
		s := movingShop(t)
		_, there := s.byOther(omsim.StatusPendingFulfillment)
		o, _ := s.wh.Order(there)
		s.began = s.clock.Now().Add(-48 * time.Hour)
		s.seen("confirm", s.ok(s.confirm()), &routine.SecondWriter{Orders: 1, References: []string{o.Document.ReferenceNum}})
	})
}

func sorted(a, b string) []string {
	if b < a {
		a, b = b, a
	}
	return []string{a, b}
}

// What is older than the connection, ours, another order of ours, cancelled, or
// under no number of ours, is nobody's second write.
func TestWhatIsNoSecondWriter(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	old, cancelled := s.waiting(), s.waiting()
	s.foreign(old)
	s.clock.Pass(time.Hour)
	s.began = s.clock.Now()
	s.foreign(cancelled, func(d *whsim.OrderDocument) { d.ShipTo.Zip = "10001" })
	s.must(s.wh.CancelByWarehouse(s.wh.ByReference(s.inOrderManager(cancelled).OrderNumber)[0].ID, "not ours"))
	number := s.inOrderManager(s.waiting()).OrderNumber
	s.waiting(func(o *omsim.Order) { o.OrderNumber = number })
	item := whsim.OrderDocument{}
	if there := s.wh.ByReference(s.inOrderManager(old).OrderNumber); len(there) == 1 {
		item = there[0].Document
	}
	item.ReferenceNum = "B2B-1"
	s.must2(s.wh.AddForeignOrder(item))
	for range 2 {
		s.seen("download", s.ok(s.download()), nil)
		s.seen("cancel", s.ok(s.cancel()), nil)
		s.seen("confirm", s.ok(s.confirm()), nil)
	}
}

// Tracking that we did not write shows on an order that the warehouse has open.
func TestASecondWriterOfTrackingIsSeen(t *testing.T) {
	t.Parallel()
	tracked := func(status string) func(*omsim.Order) {
		return func(o *omsim.Order) {
			o.OrderStatus, o.Shipments = status, []omsim.ShipmentItems{{TrackingNumbers: []string{"9400100000000000000000"}}}
		}
	}
	for name, test := range map[string]struct {
		status string
		run    func(*shop) (routine.Report, error)
	}{
		"and Order Manager calls it shipped":    {omsim.StatusShipped, (*shop).cancel},
		"and Order Manager still calls it sent": {omsim.StatusPendingFulfillment, (*shop).confirm},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			s.began = s.clock.Now().Add(-time.Hour)
			id, ours := s.waiting(), s.waiting()
			s.ok(s.download())
			s.must(s.om.UpdateOrder(int64(id), true, tracked(test.status)))
			number := s.inOrderManager(id).OrderNumber
			for range 2 {
				s.seen("open", s.ok(test.run(s)), &routine.SecondWriter{Tracking: 1, References: []string{number}})
			}
			// What we report ourselves is ours.
			s.ship(s.there(ours)[0].ID)
			s.ok(s.confirm())
			if s.status(ours) != omsim.StatusShipped {
				t.Fatal(s.status(ours))
			}
			s.ship(s.there(id)[0].ID)
			s.seen("left", s.ok(test.run(s)), nil)
		})
	}
	t.Run("not when it was written before the connection began", func(t *testing.T) {
		s := newShop(t, shopOptions{})
		s.product("A", 100, 0, 0)
		id := s.waiting()
		s.ok(s.download())
		s.must(s.om.UpdateOrder(int64(id), true, tracked(omsim.StatusShipped)))
		s.began = s.clock.Now().Add(time.Hour)
		s.seen("cancel", s.ok(s.cancel()), nil)
	})
}
