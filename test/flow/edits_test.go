// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// delivered is a shop with one order of two lines that was sent and compared.
func delivered(t *testing.T, options shopOptions) (*shop, fulfillment.OrderID, int64) {
	t.Helper()
	s := newShop(t, options)
	for _, sku := range []string{"A", "B", "C"} {
		s.product(sku, 100, 0, 0)
	}
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 2, func(o *omsim.Order) {
		o.OrderNumber, o.ShipPhone, o.InternalNotes = "SO-1", "512-555-0100", "Gift wrap"
		o.Items = append(o.Items, omsim.Item("B", 1))
	})
	s.ok(s.download())
	s.nothingListed("before any edit", s.ok(s.cancel()))
	s.clock.Pass(time.Minute)
	return s, id, s.there(id)[0].ID
}

// edit is a merchant's change in Order Manager.
func (s *shop) edit(id fulfillment.OrderID, change func(*omsim.Order)) {
	s.t.Helper()
	s.must(s.om.UpdateOrder(int64(id), true, change))
	s.clock.Pass(time.Minute)
}

// editThere is a change by the people in the warehouse.
func (s *shop) editThere(there int64, change func(*whsim.OrderDocument)) {
	s.t.Helper()
	s.must(s.wh.EditOrder(there, change))
	s.clock.Pass(time.Minute)
}

func (s *shop) documentThere(there int64) whsim.OrderDocument {
	s.t.Helper()
	order, ok := s.wh.Order(there)
	if !ok {
		s.t.Fatalf("the warehouse has no order %d", there)
	}
	return order.Document
}

// updates are the changes that came through the API.
func (s *shop) updates() int { return s.wh.CountEffects(whsim.EffectUpdate, whsim.ByAPI) }

// units are the units of an order in the warehouse by SKU.
func (s *shop) units(there int64) map[string]whsim.Quantity {
	sum := map[string]whsim.Quantity{}
	for _, line := range s.documentThere(there).OrderItems {
		sum[line.ItemIdentifier.SKU] += *line.Qty
	}
	return sum
}

func moved(o *omsim.Order) { o.ShipAddress1, o.ShipAddress2 = "2 Other Road", "Flat 7" }

func movedThere(d *whsim.OrderDocument) {
	d.ShipTo.Address1, d.ShipTo.Address2 = "2 OTHER ROAD ", "flat 7"
}

func TestAnEditIsReportedUntilBothSidesSayTheSame(t *testing.T) {
	t.Parallel()
	for name, settle := range map[string]func(s *shop, id fulfillment.OrderID, there int64){
		"the warehouse changes its order too": func(s *shop, _ fulfillment.OrderID, there int64) { s.editThere(there, movedThere) },
		"the merchant takes the change back": func(s *shop, id fulfillment.OrderID, _ int64) {
			s.edit(id, func(o *omsim.Order) { o.ShipAddress1, o.ShipAddress2 = "1 Main Street", "" })
		},
		"it ships": func(s *shop, id fulfillment.OrderID, _ int64) { s.shipHere(id) },
	} {
		t.Run(name, func(t *testing.T) {
			s, id, there := delivered(t, shopOptions{})
			s.edit(id, moved)
			for range 2 {
				s.listed("after the edit", s.ok(s.cancel()), id, fulfillment.ReasonEdited)
				s.clock.Pass(time.Hour)
			}
			settle(s, id, there)
			s.nothingListed("once it is settled", s.ok(s.cancel()))
			if s.updates() != 0 {
				t.Error("the warehouse's order was changed, and edits are to be reported")
			}
		})
	}
}

func TestAnEditIsUpdatedOnceAndWhole(t *testing.T) {
	t.Parallel()
	s, id, there := delivered(t, shopOptions{})
	s.wh.SetCarriers([]whsim.Carrier{{Name: "UPS", SCAC: "UPSN", Services: []string{"Ground", "Express"}}})
	s.updateEdits = true
	s.editThere(there, func(d *whsim.OrderDocument) {
		d.PoNum, d.ShipTo.Dept, d.OrderItems[0].LotNumber = "of the warehouse", "Dock 4", "LOT-7"
	})
	s.edit(id, func(o *omsim.Order) {
		moved(o)
		o.InternalNotes = "No gift wrap"
		o.Items[0].QuantityOrdered = 5
		o.Items = append(o.Items[:1], omsim.Item("C", 3))
	})
	report := s.ok(s.cancel())
	s.nothingListed("after the update", report)
	d := s.documentThere(there)
	if d.ShipTo.Address1 != "2 Other Road" || d.ShipTo.Address2 != "Flat 7" || d.ShipTo.City != "Austin" || d.Notes != "No gift wrap" {
		t.Errorf("the warehouse has %q %q in %q, notes %q", d.ShipTo.Address1, d.ShipTo.Address2, d.ShipTo.City, d.Notes)
	}
	if d.PoNum != "of the warehouse" || d.ShipTo.Dept != "Dock 4" || d.OrderItems[0].LotNumber != "LOT-7" || d.ExternalID != id.String() {
		t.Errorf("the update lost what the warehouse had written: %q, %q, %q", d.PoNum, d.ShipTo.Dept, d.OrderItems[0].LotNumber)
	}
	if u := s.units(there); len(u) != 2 || u["A"] != whsim.Units(5) || u["C"] != whsim.Units(3) {
		t.Errorf("the warehouse has %v", u)
	}
	for range 3 {
		s.clock.Pass(time.Hour)
		s.nothingListed("later", s.ok(s.cancel()))
	}
	if report.Counts.Updated != 1 || s.updates() != 1 || len(s.there(id)) != 1 {
		t.Errorf("%d counted, %d updates, %d orders there", report.Counts.Updated, s.updates(), len(s.there(id)))
	}
}

func TestWhatTheWarehouseChangedIsNeverWrittenOver(t *testing.T) {
	t.Parallel()
	t.Run("the same part on both sides", func(t *testing.T) {
		s, id, there := delivered(t, shopOptions{})
		s.updateEdits = true
		s.edit(id, moved)
		s.editThere(there, func(d *whsim.OrderDocument) { d.ShipTo.Address1 = "9 Third Street" })
		s.listed("both", s.ok(s.cancel()), id, fulfillment.ReasonEditedOnBothSides)
		if s.updates() != 0 || s.documentThere(there).ShipTo.Address1 != "9 Third Street" {
			t.Error("the warehouse's address was written over")
		}
	})
	t.Run("the warehouse alone", func(t *testing.T) {
		s, _, there := delivered(t, shopOptions{})
		s.updateEdits = true
		s.editThere(there, func(d *whsim.OrderDocument) {
			d.ShipTo.Address1, d.Notes, d.OrderItems[0].Qty = "9 Third Street", "call first", new(whsim.Units(1))
		})
		s.nothingListed("the warehouse alone", s.ok(s.cancel()))
		if s.updates() != 0 {
			t.Error("it was changed back")
		}
	})
	t.Run("another part on each side", func(t *testing.T) {
		s, id, there := delivered(t, shopOptions{})
		s.updateEdits = true
		s.edit(id, moved)
		s.editThere(there, func(d *whsim.OrderDocument) { d.Notes, d.OrderItems[0].Qty = "call first", new(whsim.Units(1)) })
		s.nothingListed("each its own", s.ok(s.cancel()))
		d := s.documentThere(there)
		if d.ShipTo.Address1 != "2 Other Road" || d.Notes != "call first" || *d.OrderItems[0].Qty != whsim.Units(1) || s.updates() != 1 {
			t.Errorf("%q, %q, %v after %d updates", d.ShipTo.Address1, d.Notes, *d.OrderItems[0].Qty, s.updates())
		}
	})
	for name, test := range map[string]struct {
		there  func(*whsim.OrderDocument)
		reason string
	}{
		"the same part between reading and writing": {func(d *whsim.OrderDocument) { d.ShipTo.Address1 = "9 Third Street" }, fulfillment.ReasonEditedOnBothSides},
		"another part between reading and writing":  {func(d *whsim.OrderDocument) { d.Notes = "call first" }, ""},
		"the same edit between reading and writing": {movedThere, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, id, there := delivered(t, shopOptions{})
			s.updateEdits = true
			s.edit(id, moved)
			hold := s.wh.Faults().HoldBefore(fault.Rule{Method: "PUT", Path: "/orders/{id}", Nth: 1})
			done := make(chan routine.Report, 1)
			go func() { done <- s.ok(s.cancel()) }()
			<-hold.Reached()
			s.must(s.wh.EditOrder(there, test.there))
			want := s.documentThere(there)
			hold.Release()
			report := <-done
			d := s.documentThere(there)
			if test.reason == "" {
				s.nothingListed(name, report)
				if d.ShipTo.City != "Austin" || d.Notes != want.Notes {
					t.Errorf("notes %q, want %q", d.Notes, want.Notes)
				}
				return
			}
			s.listed(name, report, id, test.reason)
			if d.ShipTo.Address1 != want.ShipTo.Address1 || s.updates() != 0 {
				t.Error("what was changed in between was written over")
			}
		})
	}
	t.Run("a part was split off there", func(t *testing.T) {
		s, id, there := delivered(t, shopOptions{})
		s.updateEdits = true
		s.must2(s.wh.Split(there, map[string]whsim.Quantity{"B": whsim.Units(1)}))
		s.nothingListed("split", s.ok(s.cancel()))
		s.edit(id, func(o *omsim.Order) { o.Items[0].QuantityOrdered = 7 })
		s.listed("split and edited", s.ok(s.cancel()), id, fulfillment.ReasonEditedOnBothSides)
		if s.updates() != 0 {
			t.Error("a part was made the whole")
		}
	})
}

// However the answers are lost, the update is made once.
func TestALostAnswerToAnUpdateConverges(t *testing.T) {
	t.Parallel()
	put := fault.Rule{Method: "PUT", Path: "/orders/{id}", Nth: 1}
	for name, rules := range map[string][]fault.Rule{
		"the request is lost":          {with(put, fault.DropBefore, 0)},
		"the answer is lost":           {with(put, fault.DropAfter, 0)},
		"the server stumbles after it": {with(put, fault.StatusAfter, 503)},
		"the answer and its reading back are lost": {with(put, fault.DropAfter, 0),
			// The whole order is read before it, the repeats after it.
			{Method: "GET", Path: "/orders/{id}", Kind: fault.StatusBefore, Status: 503, Nth: 2},
			{Method: "GET", Path: "/orders/{id}", Kind: fault.StatusBefore, Status: 503, Nth: 3},
			{Method: "GET", Path: "/orders/{id}", Kind: fault.StatusBefore, Status: 503, Nth: 4}},
	} {
		t.Run(name, func(t *testing.T) {
			s, id, there := delivered(t, shopOptions{})
			s.updateEdits = true
			s.edit(id, func(o *omsim.Order) {
				moved(o)
				o.Items[0].QuantityOrdered = 5
			})
			s.wh.Faults().ResetCalls()
			for _, rule := range rules {
				s.wh.Faults().MustAdd(rule)
			}
			for range 4 {
				_, _ = s.cancel()
				s.clock.Pass(time.Hour)
			}
			s.nothingListed("in the end", s.ok(s.cancel()))
			if d := s.documentThere(there); s.updates() != 1 || d.ShipTo.Address1 != "2 Other Road" || s.units(there)["A"] != whsim.Units(5) {
				t.Errorf("%d updates, address %q, %v", s.updates(), d.ShipTo.Address1, s.units(there))
			}
		})
	}
}

func with(rule fault.Rule, kind fault.Kind, status int) fault.Rule {
	rule.Kind, rule.Status = kind, status
	return rule
}

func TestAnOrderThatIsWorkedOnIsNotEdited(t *testing.T) {
	t.Parallel()
	t.Run("before the run", func(t *testing.T) {
		s, id, there := delivered(t, shopOptions{})
		s.updateEdits = true
		s.edit(id, moved)
		s.must(s.wh.Batch("morning", there))
		s.wh.Faults().ResetCalls()
		s.listed("in a batch", s.ok(s.cancel()), id, fulfillment.ReasonEditTooLate)
		if calls := s.wh.Faults().Calls(); calls["PUT /orders/{id}"]+calls["GET /orders/{id}"] != 0 {
			t.Errorf("the warehouse was asked: %v", calls)
		}
	})
	t.Run("between reading and writing", func(t *testing.T) {
		s, id, there := delivered(t, shopOptions{})
		s.updateEdits = true
		s.edit(id, moved)
		hold := s.wh.Faults().HoldBefore(fault.Rule{Method: "PUT", Path: "/orders/{id}", Nth: 1})
		done := make(chan routine.Report, 1)
		go func() { done <- s.ok(s.cancel()) }()
		<-hold.Reached()
		s.must(s.wh.Batch("morning", there))
		hold.Release()
		s.listed("batched meanwhile", <-done, id, fulfillment.ReasonEditTooLate)
		if s.updates() != 0 {
			t.Error("it was changed under the pickers' hands")
		}
	})
}

func TestAnOrderThatIsCancelledMeanwhileIsCancelledAndNotEdited(t *testing.T) {
	t.Parallel()
	s, id, there := delivered(t, shopOptions{})
	s.updateEdits = true
	s.edit(id, moved)
	s.omCall.ResetCalls()
	// The comparison reads it first, the update a second time.
	hold := s.omCall.HoldBefore(fault.Rule{Method: "GET", Path: "/v1.1/orders", Query: map[string]string{"orderId": id.String()}, Nth: 2})
	done := make(chan routine.Report, 1)
	go func() { done <- s.ok(s.cancel()) }()
	<-hold.Reached()
	s.must(s.om.CancelOrder(int64(id)))
	hold.Release()
	s.nothingListed("cancelled", <-done)
	if order, _ := s.wh.Order(there); order.Status != whsim.StatusCanceled || s.updates() != 0 {
		t.Errorf("status %d after %d updates", order.Status, s.updates())
	}
}

// None of the connection's own settings makes an order look edited.
func TestAChangedSettingIsNoEdit(t *testing.T) {
	t.Parallel()
	s, _, _ := delivered(t, shopOptions{})
	s.updateEdits = true
	s.load = orderload.Options{DefaultEmail: "orders@shop.example", DefaultPhone: "555-0199", LoadCustomFields: true,
		OrderSource: "Operator", LoadSalesChannelName: true, ConcatShipCodeAndCarrier: true, OrderNumber: orderload.NumberIsOrderID,
		ItemFilters: []orderload.ItemFilter{orderload.NewItemFilter(orderload.Deny, orderload.DropLine, orderload.SourceSKU, []string{"B"})}}
	s.nothingListed("other settings", s.ok(s.cancel()))
	if s.updates() != 0 {
		t.Error("the warehouse's order was changed")
	}
}

// A warehouse that writes what it takes in its own way has edited nothing.
func TestTheWarehousesOwnSpellingIsNoEdit(t *testing.T) {
	t.Parallel()
	s, id, there := delivered(t, shopOptions{wh: whsim.Options{PhonesAsDigits: true}})
	s.updateEdits = true
	before := s.updates()
	s.edit(id, moved)
	s.nothingListed("updated", s.ok(s.cancel()))
	s.edit(id, func(o *omsim.Order) { o.ShipAddress1, o.ShipPhone = "3 Last Lane", "512-555-0177" })
	s.nothingListed("updated again", s.ok(s.cancel()))
	if d := s.documentThere(there); d.ShipTo.Address1 != "3 Last Lane" || d.ShipTo.PhoneNumber != "5125550177" {
		t.Errorf("the warehouse has %q, %q", d.ShipTo.Address1, d.ShipTo.PhoneNumber)
	}
	// Each writing is followed by one that remembers what became of it.
	if before != 1 || s.updates() != 5 {
		t.Errorf("%d updates at the creation, %d in all", before, s.updates())
	}
}

// What the warehouse refuses changes nothing there, is told, and is tried
// again at growing gaps until it goes through.
func TestARefusedUpdateLeavesTheOrderWhole(t *testing.T) {
	t.Parallel()
	s, id, there := delivered(t, shopOptions{})
	s.updateEdits = true
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "NEW"}))
	s.edit(id, func(o *omsim.Order) {
		moved(o)
		o.Items[0].QuantityOrdered = 1
		o.Items = append(o.Items, omsim.Item("NEW", 1))
	})
	s.wh.Faults().ResetCalls()
	for range 3 {
		s.listed("refused", s.ok(s.cancel()), id, fulfillment.ReasonEditRefused)
		s.clock.Pass(time.Second)
	}
	if calls := s.wh.Faults().Calls()["PUT /orders/{id}"]; calls != 1 {
		t.Errorf("it was tried %d times within seconds", calls)
	}
	if u, d := s.units(there), s.documentThere(there); u["A"] != whsim.Units(2) || u["B"] != whsim.Units(1) || d.ShipTo.Address1 != "1 Main Street" {
		t.Errorf("a refused update left %v, %q", u, d.ShipTo.Address1)
	}
	s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: "NEW"}))
	s.clock.Pass(7 * time.Hour)
	s.nothingListed("once the warehouse knows the SKU", s.ok(s.cancel()))
	if u := s.units(there); u["A"] != whsim.Units(1) || u["NEW"] != whsim.Units(1) || s.updates() != 1 {
		t.Errorf("%v after %d updates", u, s.updates())
	}
}

// An order of an earlier version remembers nothing: what is sure is told, and
// nothing is written.
func TestAnOrderThatRemembersNothingIsComparedAsFarAsIsSure(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*omsim.Order)
		reason string
	}{
		"fewer units":          {func(o *omsim.Order) { o.Items[0].QuantityOrdered = 1 }, fulfillment.ReasonDiffers},
		"more units":           {func(o *omsim.Order) { o.Items[0].QuantityOrdered = 9 }, ""},
		"another postal code":  {func(o *omsim.Order) { o.ShipZipCode = "10001" }, fulfillment.ReasonDiffers},
		"a longer postal code": {func(o *omsim.Order) { o.ShipZipCode = "78701-1234" }, ""},
		"another street":       {moved, ""},
		"another product":      {func(o *omsim.Order) { o.Items[0].Product.MasterSKU = "C" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			s.product("C", 100, 0, 0)
			s.updateEdits = true
			id := s.order(omsim.StatusPendingFulfillment, "A", 2)
			s.deliver(id)
			s.nothingListed("before", s.ok(s.cancel()))
			s.edit(id, test.change)
			report := s.ok(s.cancel())
			if test.reason == "" {
				s.nothingListed(name, report)
			} else {
				s.listed(name, report, id, test.reason)
			}
			if s.updates() != 0 {
				t.Error("an order that remembers nothing was changed")
			}
		})
	}
}

// An adopted order remembers what both sides said when it was adopted.
func TestAnAdoptedOrderIsUpdatedLikeAnyOther(t *testing.T) {
	t.Parallel()
	s, id, there := delivered(t, shopOptions{})
	s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) {
		d.ExternalID, d.SavedElements, d.ShipTo.Address1 = "", nil, "1 Main St., by hand"
	}))
	s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusAwaiting3PLExport }))
	if report := s.ok(s.download()); report.Counts.Adopted != 1 {
		t.Fatalf("%+v", report.Counts)
	}
	adopted := s.updates()
	s.updateEdits = true
	s.nothingListed("adopted", s.ok(s.cancel()))
	s.edit(id, moved)
	s.nothingListed("edited", s.ok(s.cancel()))
	if d := s.documentThere(there); d.ShipTo.Address1 != "2 Other Road" || s.updates() != adopted+1 {
		t.Errorf("%q after %d updates", d.ShipTo.Address1, s.updates()-adopted)
	}
}

// Without an edit the comparison costs no call, whatever it compares.
func TestAComparisonWithoutEditsCostsNoCall(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	s.orders(150, "A")
	s.ok(s.download())
	s.ok(s.cancel())
	s.updateEdits = true
	s.omCall.ResetCalls()
	s.wh.Faults().ResetCalls()
	s.nothingListed("nothing changed", s.ok(s.cancel()))
	there, here := s.wh.Faults().Calls(), s.omCall.Calls()
	// The list and the page behind it; what was cancelled lately; two hundreds by id.
	if there["GET /orders/{id}"]+there["PUT /orders/{id}"] != 0 || here["GET /v1.1/orders"] > 4 {
		t.Errorf("%v, %v", there, here)
	}
}

func TestAPlanSaysWhatItWouldUpdate(t *testing.T) {
	t.Parallel()
	s, id, _ := delivered(t, shopOptions{})
	s.updateEdits = true
	s.edit(id, func(o *omsim.Order) { o.Items[0].QuantityOrdered = 4 })
	steps, report := s.planned(func(env routine.Env) routine.Run {
		return routine.NewOrderCancelDownload(env, routine.OrderCancelDownloadConfig{WarehouseIDs: []int64{east}, UpdateEdits: true})
	})
	if counted(steps)[routine.PlannedUpdate] != 2 || report.Failing.Count != 0 {
		t.Errorf("%+v, %v", steps, reasons(report))
	}
	for _, step := range steps {
		if step.SKU == "A" && step.Quantity != 4 || step.OrderID != id || step.Reference != "SO-1" {
			t.Errorf("%+v", step)
		}
	}
}
