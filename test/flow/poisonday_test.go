// SPDX-License-Identifier: Apache-2.0

// Requests are counted here, over days of ten thousand orders. The race detector
// changes none of the counts and takes ten times as long for them; the tests of
// poison_test.go and poisoncauses_test.go take it the same ways.

//go:build !race

package flow

import (
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const (
	// poisoned is how many orders always fail.
	poisoned = 1000
	// busyEachSlot is the trade of a day of 10,000 orders, smallEachSlot that of a
	// small one, and quietEachSlot what is enough to see that each goes through.
	busyEachSlot, smallEachSlot, quietEachSlot = 208, 60, 10
	// busyDay is how many requests a day of 10,000 good orders takes.
	busyDay = 10_608
)

// day runs a day of trade and returns the requests it cost. Each good order must
// be through after the run of the slot that it came in.
func (s *shop) day(what string, each int, before ...func(slot int)) int {
	s.t.Helper()
	number := 0
	requests := s.requests()
	for i := range int(24 * time.Hour / slot) {
		for _, b := range before {
			b(i)
		}
		var fresh []fulfillment.OrderID
		for range each {
			number++
			name := fmt.Sprintf("GOOD-%s-%06d", what, number)
			fresh = append(fresh, s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = name }))
		}
		s.clock.Pass(slot)
		if _, err := s.download(); err != nil {
			s.t.Fatal(err)
		}
		for _, id := range fresh {
			if s.status(id) != omsim.StatusPendingFulfillment {
				s.t.Fatalf("a good order waits longer than one slot: %s", s.status(id))
			}
		}
	}
	return s.requests() - requests
}

// poison is what is wrong with orders that always fail.
type poison struct {
	name string
	// asked says that the warehouse is asked once to learn that it refuses the order.
	asked bool
	// bound says that the bound holds.
	bound bool
	spoil func(*shop) func(i int, o *omsim.Order)
}

var poisons = []poison{
	{"the warehouse does not know their product", true, true, manyProducts(1)},
	{"the warehouse refuses their number", true, true, func(*shop) func(int, *omsim.Order) {
		return func(i int, o *omsim.Order) { o.OrderNumber = fmt.Sprintf("%s-%04d", tooLong, i) }
	}},
	{"the warehouse does not know their products, eight in all", true, true, manyProducts(8)},
	{"the warehouse does not know their products, each its own", true, false, manyProducts(poisoned)},
	{"their country is missing", false, true, func(*shop) func(int, *omsim.Order) {
		return func(_ int, o *omsim.Order) { o.ShipCountry = "" }
	}},
}

// manyProducts spoils orders with that many products that the warehouse does not know.
func manyProducts(n int) func(*shop) func(int, *omsim.Order) {
	sku := func(i int) string { return fmt.Sprintf("UNKNOWN-%03d", i%n) }
	return func(s *shop) func(int, *omsim.Order) {
		for i := range n {
			s.must2(s.om.AddProduct(omsim.Product{MasterSKU: sku(i)}))
		}
		return func(i int, o *omsim.Order) { o.Items = []omsim.OrderItem{omsim.Item(sku(i), 1)} }
	}
}

// What a thousand orders that always fail cost over a day of 10,000 good ones is
// less than a tenth of the calls of that day, the first attempt of each left
// aside, which costs what any order costs; and no good order waits for them
// longer than one slot. The second day is like those that follow. What they cost
// does not depend on how many good orders there are.
func TestAThousandPoisonedOrdersHoldUpNoGoodOrderOverADay(t *testing.T) {
	t.Parallel()
	without := map[int]int{}
	for _, each := range []int{busyEachSlot, smallEachSlot, quietEachSlot} {
		clean := newShop(t, shopOptions{})
		clean.product("A", 1_000_000, 0, 0)
		without[each] = clean.day("clean", each)
	}
	if without[busyEachSlot] != busyDay {
		t.Errorf("a day of 10,000 orders takes %d requests", without[busyEachSlot])
	}
	beside := map[int]int{}
	for i, poison := range poisons {
		trades := map[int]int{quietEachSlot: 2}
		if i == 0 {
			trades[busyEachSlot] = 1
		}
		for each, days := range trades {
			t.Run(fmt.Sprintf("%s, beside %d good orders a slot", poison.name, each), func(t *testing.T) {
				more := poisonedDays(t, poison, each, without[each], days)
				for day, n := range more {
					share := func(each int) float64 { return 100 * float64(n) / float64(without[each]) }
					t.Logf("poison: %s, day %d beside %d good orders: %d requests more; %.1f %% of %d with 10,000 good orders, %.1f %% of %d with 2,880",
						poison.name, day+1, 48*each, n, share(busyEachSlot), without[busyEachSlot], share(smallEachSlot), without[smallEachSlot])
					if poison.bound && share(busyEachSlot) >= 10 {
						t.Errorf("%.1f %% more calls on day %d", share(busyEachSlot), day+1)
					}
				}
				if i == 0 {
					beside[each] = more[0]
				}
			})
		}
	}
	if few, many := beside[quietEachSlot], beside[busyEachSlot]; max(few-many, many-few) > without[busyEachSlot]/100 {
		t.Errorf("they cost %d beside few orders and %d beside many", few, many)
	}
}

// poisonedDays returns how many requests each of these days costs more than
// without the orders that always fail. The first attempts are left out.
func poisonedDays(t *testing.T, p poison, each, without, days int) []int {
	s := newShop(t, shopOptions{wh: whsim.Options{ReferenceMaxLength: len(tooLong)}})
	s.product("A", 1_000_000, 0, 0)
	spoil := p.spoil(s)
	bad := 0
	more := make([]int, days)
	for day := range more {
		with := s.day(fmt.Sprint("poisoned", day), each, func(int) {
			for range badEachSlot {
				if i := bad; bad < poisoned {
					s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = fmt.Sprintf("BAD-%04d", i) },
						func(o *omsim.Order) { spoil(i, o) })
					bad++
				}
			}
		})
		first := 0
		if day == 0 && p.asked {
			// Each was asked for, once at least, since it is remembered as refused.
			if first = s.remembered("OrderDownload"); first != poisoned {
				t.Errorf("%d orders are remembered as refused", first)
			}
		}
		more[day] = with - first - without
	}
	if shown := len(s.memory["OrderDownload"].Shown); shown != routine.MaxFailingShown {
		t.Errorf("%d are shown as failing", shown)
	}
	return more
}

// A thousand cancellations of which no answer proves anything cost less than a
// tenth of the requests of a day of 10,000 orders, the first of each left aside,
// beside a thousand other open orders.
func TestAThousandPoisonedCancellationsCostLittle(t *testing.T) {
	t.Parallel()
	day := func(s *shop) int {
		before := s.requests()
		for range int(24 * time.Hour / slot) {
			s.clock.Pass(slot)
			s.ok(s.cancel())
		}
		return s.requests() - before
	}
	open := func(n int) (*shop, []fulfillment.OrderID) {
		s := newShop(t, shopOptions{})
		s.product("A", 100_000, 0, 0)
		ids := s.orders(n, "A")
		s.ok(s.download())
		s.ok(s.cancel())
		return s, ids
	}
	// One that nobody sent is cancelled last, so that no run reads the others again.
	last := func(s *shop) {
		s.clock.Pass(slot)
		s.must(s.om.CancelOrder(int64(s.order(omsim.StatusAwaitingPayment, "A", 1))))
	}
	clean, _ := open(1000)
	last(clean)
	without := day(clean)
	s, ids := open(1000 + poisoned)
	bad := ids[:poisoned]
	s.must2(s.wh.Faults().Add(fault.Rule{Method: "POST", Path: "/orders/{id}/canceler", Kind: fault.StatusBefore, Status: 500}))
	for _, id := range bad {
		s.must(s.om.CancelOrder(int64(id)))
	}
	last(s)
	// The first time an order is read on both sides, cancelled, and read back.
	more := day(s) - 4*poisoned - without
	share := float64(100*more) / busyDay
	t.Logf("poison: %d cancellations: %d requests more; %.1f %% of %d with 10,000 good orders", poisoned, more, share, busyDay)
	if share >= 10 {
		t.Errorf("%.1f %% more", share)
	}
	s.unprovenUntilMended(bad)
}
