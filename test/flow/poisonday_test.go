// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const (
	// slot is how often the routines run in a day of poison.
	slot = 30 * time.Minute
	// poisoned is how many orders always fail.
	poisoned = 1000
	// goodEachSlot is the day's trade beside them.
	goodEachSlot = 60
	// attempts are the requests of a day for one order that the warehouse
	// refuses: alone it is tried nine times, and fewer times among many.
	attempts = 4
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
func (s *shop) day(what string) int {
	s.t.Helper()
	number := 0
	before := s.requests()
	for range int(24 * time.Hour / slot) {
		var fresh []fulfillment.OrderID
		for range goodEachSlot {
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
	return s.requests() - before
}

// What a thousand orders that always fail cost over a day is bounded by the
// pages they fill and by the gaps between their attempts, and no good order
// waits for them longer than one slot.
func TestAThousandPoisonedOrdersHoldUpNoGoodOrderOverADay(t *testing.T) {
	clean := newShop(t, shopOptions{})
	clean.product("A", 1_000_000, 0, 0)
	without := clean.day("clean")
	for name, poison := range map[string]func(*shop) func(*omsim.Order){
		"the warehouse refuses their product": func(s *shop) func(*omsim.Order) {
			s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "UNKNOWN-THERE"}))
			return func(o *omsim.Order) { o.Items = []omsim.OrderItem{omsim.Item("UNKNOWN-THERE", 1)} }
		},
		"their country is unknown": func(*shop) func(*omsim.Order) {
			return func(o *omsim.Order) { o.ShipCountry = "" }
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 1_000_000, 0, 0)
			spoil := poison(s)
			for i := range poisoned {
				number := fmt.Sprintf("BAD-%04d", i)
				s.order(omsim.StatusAwaiting3PLExport, "A", 1, spoil, func(o *omsim.Order) { o.OrderNumber = number })
			}
			with := s.day("poisoned")
			runs := int(24 * time.Hour / slot)
			t.Logf("poison: %d requests in %d runs of a day without, %d with %d orders that always fail", without, runs, with, poisoned)
			// Each run reads the pages on which they stand.
			if most := 11*runs + attempts*poisoned; with-without > most {
				t.Errorf("%d requests more, want at most %d: %v %v", with-without, most, s.omCall.Calls(), s.wh.Faults().Calls())
			}
			if len(s.memory["OrderDownload"].Shown) == 0 {
				t.Error("none is shown as failing")
			}
		})
	}
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
