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

const orderValuesPath = "/v1.1/orders/{orderId}/customfieldvalues"

// customFields defines a field of orders and one of lines, and has them loaded.
func (s *shop) customFields() {
	s.t.Helper()
	s.must(s.om.DefineOrderField("Dock", "TEXTSHORT"))
	s.must(s.om.DefineItemField("Engraving", "TEXTSHORT"))
	s.load.LoadCustomFields = true
}

// engraved adds an order of two lines, of which the second has an engraving,
// and which names a dock.
func (s *shop) engraved() fulfillment.OrderID {
	s.t.Helper()
	id := s.waiting(func(o *omsim.Order) { o.CustomField2 = "PO-7"; o.Items = append(o.Items, omsim.Item("A", 2)) })
	order, _ := s.om.Order(int64(id))
	s.must(s.om.SetOrderField(int64(id), "Dock", "4"))
	s.must(s.om.SetItemField(order.Items[1].OrderItemID, "Engraving", "To "+id.String()))
	return id
}

// isEngraved fails unless the warehouse was told all of it, each where it belongs.
func (s *shop) isEngraved(id fulfillment.OrderID) {
	s.t.Helper()
	d := s.document(id)
	for _, want := range []whsim.SavedElement{{Name: "customField2", Value: "PO-7"}, {Name: "Dock", Value: "4"}} {
		if !slices.Contains(d.SavedElements, want) {
			s.t.Errorf("order %d lacks %v: %v", id, want, d.SavedElements)
		}
	}
	for _, item := range d.OrderItems {
		var want []whsim.SavedElement
		if *item.Qty == whsim.Units(2) {
			want = []whsim.SavedElement{{Name: "Engraving", Value: "To " + id.String()}}
		}
		if !slices.Equal(item.SavedElements, want) {
			s.t.Errorf("order %d: a line has %v, want %v", id, item.SavedElements, want)
		}
	}
}

func (s *shop) customFieldCalls() (calls int) {
	for path, n := range s.omCall.Calls() {
		if strings.Contains(strings.ToLower(path), "customfield") {
			calls += n
		}
	}
	return calls
}

func TestCustomFieldsReachOrderAndLine(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.customFields()
	ids := []fulfillment.OrderID{s.engraved(), s.engraved()}
	s.ok(s.download())
	s.once(ids)
	for _, id := range ids {
		s.isEngraved(id)
	}
	if calls := s.customFieldCalls(); calls != 5 {
		t.Errorf("%d calls for two orders, want two for the definitions, one for the lines and one for each order", calls)
	}
	t.Run("nothing is asked of orders that the warehouse has", func(t *testing.T) {
		s.must(s.om.UpdateOrder(int64(ids[0]), true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusAwaiting3PLExport }))
		s.omCall.ResetCalls()
		if report := s.ok(s.download()); report.Counts.Marked != 1 || s.customFieldCalls() != 0 {
			t.Errorf("%+v, %d calls", report.Counts, s.customFieldCalls())
		}
	})
	t.Run("an order that is sent again has them too", func(t *testing.T) {
		for _, there := range s.there(ids[1]) {
			s.must(s.wh.CancelByWarehouse(there.ID, "lost"))
		}
		env := s.env("OrderDownload")
		env.Requests = []routine.Request{{Kind: routine.RequestResend, OrderID: ids[1]}}
		s.ok(s.finish("OrderDownload", routine.NewOrderDownload(env, routine.OrderDownloadConfig{Load: s.load})))
		there := s.there(ids[1])
		if len(there) != 2 {
			t.Fatalf("%d orders", len(there))
		}
		newest := slices.MaxFunc(there, func(a, b whsim.Order) int { return int(a.ID - b.ID) })
		if !slices.Contains(newest.Document.SavedElements, whsim.SavedElement{Name: "Dock", Value: "4"}) {
			t.Errorf("%v", newest.Document.SavedElements)
		}
	})
}

func TestCustomFieldsThatAreNotWantedCostNoCall(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.customFields()
	s.load.LoadCustomFields = false
	id := s.engraved()
	s.ok(s.download())
	s.once([]fulfillment.OrderID{id})
	// What is there is what the operator keeps for itself: the route, and what the order said.
	named := slices.ContainsFunc(s.document(id).SavedElements, func(e whsim.SavedElement) bool { return !strings.HasPrefix(e.Name, "OrderSync ") })
	if calls := s.customFieldCalls(); calls != 0 || named {
		t.Errorf("%d calls, %v", calls, s.document(id).SavedElements)
	}
}

// An engraving that cannot be read is not left off: the order waits, the
// others go, and it follows by itself.
func TestAnOrderWhoseCustomFieldsAreUnreadWaits(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.customFields()
	ids := []fulfillment.OrderID{s.engraved(), s.engraved(), s.engraved()}
	rule := s.omCall.MustAdd(fault.Rule{Method: "GET", Path: orderValuesPath, Nth: 2, Kind: fault.StatusBefore, Status: 422})
	report := s.ok(s.download())
	held := s.waitingOnes(ids)
	if len(held) != 1 || reasons(report)[held[0]] != fulfillment.ReasonCustomFieldsUnread || len(s.there(held[0])) != 0 {
		t.Fatalf("held %v: %v", held, report.Failing.Orders)
	}
	s.omCall.Remove(rule)
	s.clock.Pass(2 * time.Hour)
	s.ok(s.download())
	s.once(ids)
	for _, id := range ids {
		s.isEngraved(id)
	}
}

func (s *shop) waitingOnes(ids []fulfillment.OrderID) (waiting []fulfillment.OrderID) {
	for _, id := range ids {
		if s.status(id) == omsim.StatusAwaiting3PLExport {
			waiting = append(waiting, id)
		}
	}
	return waiting
}

// When reading ends early, what was read is sent: each run gets further.
func TestReadingCustomFieldsThatEndsEarlyLosesNoProgress(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.customFields()
	ids := []fulfillment.OrderID{s.engraved(), s.engraved(), s.engraved()}
	s.omCall.MustAdd(fault.Rule{Method: "GET", Path: orderValuesPath, Nth: 3, Kind: fault.StatusBefore, Status: 403})
	if _, err := s.download(); err == nil {
		t.Fatal("the run ended as if all had been read")
	}
	if left := s.waitingOnes(ids); len(left) != 1 || len(s.there(left[0])) != 0 {
		t.Fatalf("%v are left", left)
	}
	s.ok(s.download())
	s.once(ids)
	for _, id := range ids {
		s.isEngraved(id)
	}
}

// Custom fields are read one order after the other, and a page of them may take
// long: an order that is cancelled meanwhile is not created.
func TestAnOrderCancelledWhileCustomFieldsWereReadIsNotSent(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	s.customFields()
	ids := []fulfillment.OrderID{s.engraved(), s.engraved()}
	hold := s.omCall.HoldAfter(fault.Rule{Method: "GET", Path: orderValuesPath, Nth: 2})
	done := make(chan error, 1)
	go func() {
		_, err := s.download()
		done <- err
	}()
	<-hold.Reached()
	s.must(s.om.CancelOrder(int64(ids[0])))
	s.clock.Pass(2 * time.Minute)
	hold.Release()
	s.must(<-done)
	if there := s.there(ids[0]); len(there) != 0 {
		t.Errorf("the cancelled order was sent")
	}
	s.once(ids[1:])
}
