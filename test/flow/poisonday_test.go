// SPDX-License-Identifier: Apache-2.0

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
	// slot is how often the routines run in a day of poison.
	slot = 30 * time.Minute
	// poisoned is how many orders always fail.
	poisoned = 1000
	// busyEachSlot is the trade of a day of 10,000 orders, smallEachSlot that of a
	// small one, and quietEachSlot what is enough to see that each goes through.
	busyEachSlot, smallEachSlot, quietEachSlot = 208, 60, 10
	// badEachSlot is how many orders that always fail come in with a slot. More
	// than 50 in a row are taken for a fault of the connection.
	badEachSlot = 40
	// tooLong is as long as a number may be in the warehouse.
	tooLong = "A-NUMBER-OF-THIS-LENGTH"
)

// requests are all that both systems were asked so far.
func (s *shop) requests() (total int) {
	for _, calls := range []map[string]int{s.omCall.Calls(), s.wh.Faults().Calls()} {
		for _, n := range calls {
			total += n
		}
	}
	return total
}

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
	without := map[int]int{}
	for _, each := range []int{busyEachSlot, smallEachSlot, quietEachSlot} {
		clean := newShop(t, shopOptions{})
		clean.product("A", 1_000_000, 0, 0)
		without[each] = clean.day("clean", each)
	}
	beside := map[int][2]int{}
	for i, poison := range poisons {
		trades := []int{quietEachSlot}
		if i == 0 {
			trades = []int{quietEachSlot, busyEachSlot}
		}
		for _, each := range trades {
			t.Run(fmt.Sprintf("%s, beside %d good orders a slot", poison.name, each), func(t *testing.T) {
				more := poisonedDays(t, poison, each, without[each])
				for day, n := range more {
					share := func(each int) float64 { return 100 * float64(n) / float64(without[each]) }
					t.Logf("poison: %s, day %d beside %d good orders: %d requests more; %.1f %% of %d with 10,000 good orders, %.1f %% of %d with 2,880",
						poison.name, day+1, 48*each, n, share(busyEachSlot), without[busyEachSlot], share(smallEachSlot), without[smallEachSlot])
					if poison.bound && share(busyEachSlot) >= 10 {
						t.Errorf("%.1f %% more calls on day %d", share(busyEachSlot), day+1)
					}
				}
				if i == 0 {
					beside[each] = more
				}
			})
		}
	}
	for day, few := range beside[quietEachSlot] {
		if many := beside[busyEachSlot][day]; max(few-many, many-few) > without[busyEachSlot]/100 {
			t.Errorf("day %d: they cost %d beside few orders and %d beside many", day+1, few, many)
		}
	}
}

// poisonedDays returns how many requests two days cost more than without the
// orders that always fail. The first attempts are left out.
func poisonedDays(t *testing.T, p poison, each, without int) (more [2]int) {
	s := newShop(t, shopOptions{wh: whsim.Options{ReferenceMaxLength: len(tooLong)}})
	s.product("A", 1_000_000, 0, 0)
	spoil := p.spoil(s)
	bad := 0
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

// remembered counts the orders that a routine remembers as refused.
func (s *shop) remembered(name string) int {
	ids := map[fulfillment.OrderID]bool{}
	for _, cohort := range s.memory[name].Failing {
		for _, id := range cohort.IDs {
			ids[id] = true
		}
	}
	return len(ids)
}

// Cancellations that the warehouse always refuses are asked for once in each
// run, and others go through in their slot.
func TestPoisonedCancellationsHoldUpNoOther(t *testing.T) {
	s := newShop(t, shopOptions{})
	s.product("A", 100_000, 0, 0)
	bad := s.orders(40, "A")
	s.ok(s.download())
	for _, id := range bad {
		s.must2(s.wh.Faults().Add(fault.Rule{Method: "POST", Path: fmt.Sprintf("/orders/%d/canceler", s.there(id)[0].ID),
			Kind: fault.StatusBefore, Status: 400}))
		s.must(s.om.CancelOrder(int64(id)))
	}
	cancels := func() (total int) {
		for call, n := range s.wh.Faults().Calls() {
			if call == "POST /orders/{id}/canceler" {
				total += n
			}
		}
		return total
	}
	_, _ = s.cancel()
	before := cancels()
	runs := 24
	for i := range runs {
		number := fmt.Sprintf("GOOD-%d", i)
		good := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = number })
		s.ok(s.download())
		s.must(s.om.CancelOrder(int64(good)))
		s.clock.Pass(slot)
		_, _ = s.cancel()
		if there := s.there(good)[0]; there.Status != whsim.StatusCanceled {
			t.Fatalf("a good cancellation waits longer than one slot: %d", there.Status)
		}
	}
	// An outcome that is not proven is looked for by every run: it is urgent.
	tried := cancels() - before
	if most := runs * (1 + len(bad)); tried > most || before == 0 {
		t.Errorf("%d cancels in %d runs, want at most %d; %d before", tried, runs, most, before)
	}
	t.Logf("poison: %d cancels in %d runs beside %d that are always refused", tried, runs, len(bad))
}
