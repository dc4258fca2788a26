// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// slots runs OrderDownload once in each slot, and returns the number of orders
// that each run asked the warehouse to create.
func (s *shop) slots(n int) (created []int) {
	s.t.Helper()
	for range n {
		before := s.wh.Faults().Calls()["POST /orders"]
		s.clock.Pass(slot)
		s.ok(s.download())
		created = append(created, s.wh.Faults().Calls()["POST /orders"]-before)
	}
	return created
}

// refusedOrders are orders that the warehouse refuses, a few more in each slot.
func (s *shop) refusedOrders(n int, spoil func(i int, o *omsim.Order)) (ids []fulfillment.OrderID) {
	s.t.Helper()
	for len(ids) < n {
		for range min(badEachSlot, n-len(ids)) {
			i := len(ids)
			ids = append(ids, s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = fmt.Sprintf("BAD-%04d", i) },
				func(o *omsim.Order) { spoil(i, o) }))
		}
		s.slots(1)
	}
	if remembered := s.remembered("OrderDownload"); remembered != n {
		s.t.Fatalf("%d of %d are remembered", remembered, n)
	}
	return ids
}

// mended counts the orders that are through.
func (s *shop) mended(ids []fulfillment.OrderID) (through int) {
	for _, id := range ids {
		if s.status(id) == omsim.StatusPendingFulfillment {
			through++
		}
	}
	return through
}

// atItsNextInstant fails unless all of them are through when the largest gap
// between two attempts has passed, and most of them in a single run: when one
// goes, all that are due go with it.
func (s *shop) atItsNextInstant(ids []fulfillment.OrderID) {
	s.t.Helper()
	largest, before := 0, s.mended(ids)
	for range 14 {
		s.slots(1)
		now := s.mended(ids)
		largest, before = max(largest, now-before), now
	}
	if before != len(ids) || largest < len(ids)/8 {
		s.t.Errorf("%d of %d are through, %d at once", before, len(ids), largest)
	}
	s.once(ids)
}

// A product that the warehouse is given lets every order that waits for it go at
// its next attempt, though only a few were tried while it was missing.
func TestAProductThatIsMendedLetsAllItsOrdersGo(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "NEW"}))
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "STRANGE"}))
	// Every tenth lacks another product as well, and stands before the others.
	lacking := map[bool][]fulfillment.OrderID{}
	ids := s.refusedOrders(160, func(i int, o *omsim.Order) {
		o.Items = []omsim.OrderItem{omsim.Item("NEW", 1)}
		if i%10 == 0 {
			o.Items = append(o.Items, omsim.Item("STRANGE", 1))
		}
	})
	for i, id := range ids {
		lacking[i%10 == 0] = append(lacking[i%10 == 0], id)
	}
	for i, created := range s.slots(24) {
		if created > 12 {
			t.Errorf("%d of %d were tried by run %d", created, len(ids), i)
		}
	}
	s.stock("NEW")
	s.atItsNextInstant(lacking[false])
	if through := s.mended(lacking[true]); through != 0 {
		t.Errorf("%d went without a product that the warehouse does not know", through)
	}
	s.stock("STRANGE")
	s.atItsNextInstant(lacking[true])
}

// The same holds for orders that are refused in words that name nothing.
func TestACauseInWordsThatIsMendedLetsAllItsOrdersGo(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	s.must2(s.wh.Faults().Add(fault.Rule{Method: "POST", Path: "/orders", Kind: fault.StatusBefore, Status: 400}))
	ids := s.refusedOrders(160, func(int, *omsim.Order) {})
	total := 0
	for _, created := range s.slots(48) {
		total += created
	}
	if total > 2*len(ids) {
		t.Errorf("%d attempts in a day for %d orders", total, len(ids))
	}
	s.wh.Faults().Clear()
	s.atItsNextInstant(ids)
}

// An order that is mended alone, among many that are refused in the same words,
// goes with the next run when Order Manager shows the change or somebody asks for
// it, and within little more than a day in any case.
func TestAnOrderThatIsMendedAloneWaitsForNoOther(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{wh: whsim.Options{ReferenceMaxLength: len(tooLong)}})
	s.product("A", 10_000, 0, 0)
	ids := s.refusedOrders(160, func(i int, o *omsim.Order) { o.OrderNumber = fmt.Sprintf("%s-%04d", tooLong, i) })
	s.slots(20)
	shorten := func(id fulfillment.OrderID, shown bool) {
		s.must(s.om.UpdateOrder(int64(id), shown, func(o *omsim.Order) { o.OrderNumber = "SHORT-" + id.String() }))
	}
	s.clock.Pass(time.Minute)
	shorten(ids[17], true)
	if s.slots(1); s.mended(ids) != 1 || len(s.there(ids[17])) != 1 {
		t.Errorf("the changed order is %s", s.status(ids[17]))
	}
	shorten(ids[18], false)
	answers, _ := s.ask("OrderDownload", downloadOf(orderload.Options{}), routine.Request{Kind: routine.RequestRetry, OrderID: ids[18]})
	judgeAnswer(t, answers, "", false)
	for _, id := range ids[100:] {
		shorten(id, false)
	}
	s.slots(2 * 31)
	s.once(ids[100:])
	if through := s.mended(ids); through != 62 {
		t.Errorf("%d are through", through)
	}
}

// A change that does not mend an order lets its attempts begin anew, and those
// of no other.
func TestAChangeTriesOneOrderAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{wh: whsim.Options{ReferenceMaxLength: len(tooLong)}})
	s.product("A", 10_000, 0, 0)
	ids := s.refusedOrders(40, func(i int, o *omsim.Order) { o.OrderNumber = fmt.Sprintf("%s-%04d", tooLong, i) })
	s.slots(23)
	s.clock.Pass(time.Minute)
	s.must(s.om.UpdateOrder(int64(ids[3]), true, func(o *omsim.Order) { o.ShipName = "Another" }))
	created := s.slots(3)
	if created[0] == 0 || created[0] > 6 || created[2] > 4 {
		t.Errorf("%v were tried after the change of one", created)
	}
	if shown := s.memory["OrderDownload"].Failing; !shown[len(shown)-1].Since.Equal(s.clock.Now().Add(-2 * slot)) {
		t.Errorf("remembered since %v", shown[len(shown)-1].Since)
	}
}
