// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// movingShop is a merchant who moved over from another product an hour ago.
func movingShop(t *testing.T) *shop {
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 1000, 0)
	s.load.AdoptBefore = s.clock.Now()
	return s
}

// byOther is an order that the other product delivered, a day ago: under its
// number, to the same postal code, without our identity, with its own spelling
// of the name.
func (s *shop) byOther(status string, change ...func(*whsim.OrderDocument)) (fulfillment.OrderID, int64) {
	s.t.Helper()
	s.clock.Pass(-24 * time.Hour)
	id := s.order(status, "A", 2, func(o *omsim.Order) { o.OrderDate = omsim.At(s.clock.Now()) })
	there := s.deliver(id)
	s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) {
		d.ExternalID, d.SavedElements, d.ShipTo.Name = "", nil, "Buyer, Test"
		for _, c := range change {
			c(d)
		}
	}))
	s.clock.Pass(24 * time.Hour)
	return id, there
}

func (s *shop) ship(there int64) {
	s.t.Helper()
	s.must(s.wh.Ship(there, whsim.Shipment{OrderTracking: "1Z999AA10123456784"}))
}

func (s *shop) createdByAPI() int { return s.wh.CountEffects(whsim.EffectCreate, whsim.ByAPI) }

// What the other product delivered and nobody marked is adopted and marked, or
// marked when it has left already, and is never created beside it.
func TestAWaitingOrderThatAnotherProductDeliveredIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	for name, shipped := range map[string]bool{"open": false, "shipped": true} {
		t.Run(name, func(t *testing.T) {
			s := movingShop(t)
			id, there := s.byOther(omsim.StatusAwaiting3PLExport)
			if shipped {
				s.ship(there)
			}
			before := s.createdByAPI()
			report := s.ok(s.download())
			if s.status(id) != omsim.StatusPendingFulfillment || report.Failing.Count != 0 || s.createdByAPI() != before {
				t.Fatalf("%s, %v, %d created", s.status(id), reasons(report), s.createdByAPI()-before)
			}
			if !shipped {
				s.nothingListed("open", s.ok(s.confirm()))
				s.ship(there)
			}
			s.nothingListed("shipped", s.ok(s.confirm()))
			if s.status(id) != omsim.StatusShipped {
				t.Errorf("Order Manager calls it %s", s.status(id))
			}
		})
	}
}

// What it delivered and marked is given its identity, so that shipments and
// cancellations find it.
func TestASentOrderThatAnotherProductDeliveredIsConfirmedAndCancelledLikeAnyOther(t *testing.T) {
	t.Parallel()
	s := movingShop(t)
	shipped, shippedThere := s.byOther(omsim.StatusPendingFulfillment)
	gone, goneThere := s.byOther(omsim.StatusPendingFulfillment)
	cancelled, _ := s.byOther(omsim.StatusPendingFulfillment)
	rerouted, reroutedThere := s.byOther(omsim.StatusPendingFulfillment)
	s.ship(goneThere)
	report := s.ok(s.confirm())
	if report.Counts.Adopted != 3 || s.status(gone) != omsim.StatusShipped || report.Failing.Count != 0 {
		t.Fatalf("%+v, %s, %v", report.Counts, s.status(gone), reasons(report))
	}
	if calls := s.wh.Faults().Calls()["GET /orders"]; calls > 2 {
		t.Errorf("%d look-ups for one page of sent orders", calls)
	}
	s.ok(s.cancel())
	s.ship(shippedThere)
	s.clock.Pass(time.Minute)
	s.must(s.om.CancelOrder(int64(cancelled)))
	s.must(s.om.UpdateOrder(int64(rerouted), true, func(o *omsim.Order) { o.Source = &omsim.WarehouseInfo{WarehouseID: west} }))
	s.nothingListed("cancel", s.ok(s.cancel()))
	s.ok(s.confirm())
	if o, _ := s.wh.Order(reroutedThere); s.status(shipped) != omsim.StatusShipped || s.cancels(cancelled) != 1 || o.Status != whsim.StatusCanceled {
		t.Errorf("%s, cancelled %d times, the re-routed one has status %d", s.status(shipped), s.cancels(cancelled), o.Status)
	}
}

// A cancellation that comes before any run could give the order its identity.
func TestACancellationBeforeTheAdoptionIsCarriedOut(t *testing.T) {
	t.Parallel()
	t.Run("open", func(t *testing.T) {
		s := movingShop(t)
		id, there := s.byOther(omsim.StatusPendingFulfillment)
		s.must(s.om.CancelOrder(int64(id)))
		for range 2 {
			s.nothingListed("cancelled", s.ok(s.cancel()))
		}
		if o, _ := s.wh.Order(there); o.Status != whsim.StatusCanceled {
			t.Errorf("the warehouse still ships it: %d", o.Status)
		}
	})
	t.Run("shipped", func(t *testing.T) {
		s := movingShop(t)
		id, there := s.byOther(omsim.StatusPendingFulfillment)
		s.ship(there)
		s.must(s.om.CancelOrder(int64(id)))
		for range 3 {
			s.listed("shipped", s.ok(s.cancel()), id, fulfillment.ReasonTooLate)
			s.clock.Pass(6 * time.Hour)
		}
	})
	t.Run("not when the order was entered anew", func(t *testing.T) {
		s := movingShop(t)
		s.clock.Pass(-48 * time.Hour)
		old := s.order(omsim.StatusPendingFulfillment, "A", 2, func(o *omsim.Order) { o.OrderDate, o.OrderNumber = omsim.At(s.clock.Now()), "SO-ANEW" })
		s.must(s.om.CancelOrder(int64(old)))
		s.clock.Pass(48 * time.Hour)
		fresh, there := s.byOther(omsim.StatusPendingFulfillment, func(d *whsim.OrderDocument) { d.ReferenceNum = "SO-ANEW" })
		s.must(s.om.UpdateOrder(int64(fresh), true, func(o *omsim.Order) { o.OrderNumber = "SO-ANEW" }))
		s.listed("before the adoption", s.ok(s.cancel()), old, fulfillment.ReasonAmbiguous)
		if o, _ := s.wh.Order(there); o.Status != whsim.StatusOpen {
			t.Fatal("another order was cancelled")
		}
		s.ok(s.confirm())
		s.nothingListed("after it", s.ok(s.cancel()))
		if o, _ := s.wh.Order(there); o.Status != whsim.StatusOpen || o.Document.ExternalID != fresh.String() {
			t.Errorf("%d, identity %q", o.Status, o.Document.ExternalID)
		}
	})
}

// What is close and not equal is listed in every routine that meets it, changed
// by none, and nothing is created beside it, until a person decides.
func TestWhatIsNotEqualIsListedAndNeverGuessed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(s *shop, d *whsim.OrderDocument)
	}{
		"another postal code":       {spoil: func(_ *shop, d *whsim.OrderDocument) { d.ShipTo.Zip = "78702" }},
		"another quantity":          {spoil: func(_ *shop, d *whsim.OrderDocument) { d.OrderItems[0].Qty = new(whsim.Units(3)) }},
		"another system's number":   {spoil: func(_ *shop, d *whsim.OrderDocument) { d.ExternalID = "5512377" }},
		"another system's identity": {spoil: func(_ *shop, d *whsim.OrderDocument) { d.ExternalID = "cart-77" }},
	} {
		for _, status := range []string{omsim.StatusAwaiting3PLExport, omsim.StatusPendingFulfillment, omsim.StatusCancelled} {
			t.Run(name+", "+status, func(t *testing.T) {
				s := movingShop(t)
				starts := status
				if status == omsim.StatusCancelled {
					starts = omsim.StatusPendingFulfillment
				}
				id, there := s.byOther(starts, func(d *whsim.OrderDocument) { test.spoil(s, d) })
				run := map[string]func() (routine.Report, error){
					omsim.StatusAwaiting3PLExport: s.download, omsim.StatusPendingFulfillment: s.confirm, omsim.StatusCancelled: s.cancel,
				}[status]
				if status == omsim.StatusCancelled {
					s.must(s.om.CancelOrder(int64(id)))
				}
				before, _ := s.wh.Order(there)
				effects := len(s.wh.Effects())
				for range 2 {
					if r := reasons(s.ok(run())); r[id] != fulfillment.ReasonAmbiguous {
						t.Fatalf("%v", r)
					}
					s.clock.Pass(7 * time.Hour)
				}
				if after, _ := s.wh.Order(there); len(s.wh.Effects()) != effects || after.Document.ExternalID != before.Document.ExternalID || s.status(id) != status {
					t.Fatalf("something was written: %+v, %s", s.wh.Effects()[effects:], s.status(id))
				}
				// A person says which order it is.
				s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) { d.ExternalID = id.String() }))
				report := s.ok(run())
				if r := reasons(report)[id]; r == fulfillment.ReasonAmbiguous {
					t.Errorf("it is still listed")
				}
				if s.createdByAPI() != 1 {
					t.Errorf("%d orders were created", s.createdByAPI())
				}
			})
		}
	}
}

// Two orders that are equal to the last detail, and one order in the warehouse.
func TestOneOrderInTheWarehouseIsNoTwoOrdersOfTheOtherProduct(t *testing.T) {
	t.Parallel()
	for _, status := range []string{omsim.StatusAwaiting3PLExport, omsim.StatusPendingFulfillment} {
		for name, shipped := range map[string]bool{"open": false, "shipped": true} {
			t.Run(status+", "+name, func(t *testing.T) {
				s := movingShop(t)
				id, there := s.byOther(status)
				number := s.inOrderManager(id).OrderNumber
				twin := s.order(status, "A", 2, func(o *omsim.Order) {
					o.OrderNumber, o.OrderDate = number, omsim.At(s.clock.Now().Add(-24*time.Hour))
				})
				if shipped {
					s.ship(there)
				}
				run := s.download
				if status == omsim.StatusPendingFulfillment {
					run = s.confirm
				}
				effects := len(s.wh.Effects())
				if r := reasons(s.ok(run())); r[id] != fulfillment.ReasonAmbiguous || r[twin] != fulfillment.ReasonAmbiguous {
					t.Errorf("%v", r)
				}
				if len(s.wh.Effects()) != effects || s.status(id) != status || s.status(twin) != status {
					t.Error("something was written")
				}
			})
		}
	}
}

// What the warehouse does not know at all both systems call not delivered: it is
// sent. One that Order Manager calls sent is reported, as ever, and not sent.
func TestAnOrderBeforeTheMoveThatTheWarehouseDoesNotKnow(t *testing.T) {
	t.Parallel()
	s := movingShop(t)
	old := func(o *omsim.Order) { o.OrderDate = omsim.At(s.clock.Now().Add(-24 * time.Hour)) }
	waiting, sent := s.waiting(old), s.order(omsim.StatusPendingFulfillment, "A", 1, old)
	// Another channel's order with the number is no reason to wait: it is ours.
	number := s.inOrderManager(waiting).OrderNumber
	other := s.waiting(func(o *omsim.Order) { o.OrderNumber, o.ShipZipCode = number, "10001" })
	s.nothingListed("download", s.ok(s.download()))
	s.once([]fulfillment.OrderID{waiting, other})
	s.listed("confirm", s.ok(s.confirm()), sent, fulfillment.ReasonUnknownInWarehouse)
	if len(s.there(sent)) != 0 {
		t.Error("a sent order was sent again")
	}
}

// Orders placed since the move, and all orders without the setting, are judged
// as ever: a look-alike is no match without the name.
func TestAdoptBeforeSpeaksOfOrdersBeforeItAlone(t *testing.T) {
	t.Parallel()
	s := movingShop(t)
	id, there := s.byOther(omsim.StatusPendingFulfillment)
	s.load.AdoptBefore = s.clock.Now().Add(-30 * time.Hour)
	s.listed("confirm", s.ok(s.confirm()), id, fulfillment.ReasonUnknownInWarehouse)
	s.must(s.om.CancelOrder(int64(id)))
	s.nothingListed("cancel", s.ok(s.cancel()))
	if o, _ := s.wh.Order(there); o.Status != whsim.StatusOpen || o.Document.ExternalID != "" {
		t.Errorf("%d, identity %q", o.Status, o.Document.ExternalID)
	}
}

// A run that ends right after the adoption, or loses its answer, leaves nothing
// that the next one does not finish; what cannot be changed is listed, watched,
// and confirmed when it has left.
func TestAnAdoptionOfASentOrderThatIsCutShort(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]fault.Rule{
		"the answer is lost":          {Method: "PUT", Path: "/orders/{id}", Kind: fault.DropAfter, Nth: 1},
		"the request is lost":         {Method: "PUT", Path: "/orders/{id}", Kind: fault.DropBefore, Nth: 1},
		"the warehouse refuses it":    {Method: "PUT", Path: "/orders/{id}", Kind: fault.StatusBefore, Status: 412, Nth: 1},
		"the warehouse breaks down":   {Method: "PUT", Path: "/orders/{id}", Kind: fault.StatusBefore, Status: 503, Nth: 1},
		"the reading behind it fails": {Method: "GET", Path: "/orders/{id}", Kind: fault.StatusBefore, Status: 500, Nth: 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := movingShop(t)
			id, there := s.byOther(omsim.StatusPendingFulfillment)
			s.wh.Faults().ResetCalls()
			s.wh.Faults().MustAdd(rule)
			_, _ = s.confirm()
			s.wh.Faults().Clear()
			s.nothingListed("again", s.ok(s.confirm()))
			if o, _ := s.wh.Order(there); o.Document.ExternalID != id.String() {
				t.Errorf("identity %q", o.Document.ExternalID)
			}
		})
	}
	t.Run("it is never taken", func(t *testing.T) {
		s := movingShop(t)
		id, there := s.byOther(omsim.StatusPendingFulfillment)
		s.wh.Faults().MustAdd(fault.Rule{Method: "PUT", Path: "/orders/{id}", Kind: fault.StatusBefore, Status: 412})
		s.listed("open", s.ok(s.confirm()), id, fulfillment.ReasonNotAdopted)
		s.ship(there)
		s.nothingListed("shipped", s.ok(s.confirm()))
		if s.status(id) != omsim.StatusShipped {
			t.Errorf("Order Manager calls it %s", s.status(id))
		}
	})
}
