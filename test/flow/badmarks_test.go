// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const markPath = "/v1/orders/sendtofulfillment"

// spoil lets Order Manager refuse every call that names one of the orders.
func (s *shop) spoil(ids []fulfillment.OrderID) {
	s.t.Helper()
	for _, id := range ids {
		s.must2(s.omCall.Add(fault.Rule{Method: "POST", Path: markPath, Query: map[string]string{"orderId": id.String()},
			Kind: fault.StatusBefore, Status: 400}))
	}
}

// split parts the orders into those for which bad says so, and the others.
func split(ids []fulfillment.OrderID, bad func(i int) bool) (spoiled, good []fulfillment.OrderID) {
	for i, id := range ids {
		if bad(i) {
			spoiled = append(spoiled, id)
		} else {
			good = append(good, id)
		}
	}
	return spoiled, good
}

// However many orders spoil the call that marks them, and wherever they stand,
// each is found with few calls, and the others are marked in the same run.
func TestEveryOrderThatSpoilsACallOfMarksIsFound(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]func(i int) bool{
		"one in front":         func(i int) bool { return i == 0 },
		"one at the end":       func(i int) bool { return i == 599 },
		"six side by side":     func(i int) bool { return i >= 100 && i < 106 },
		"six far apart":        func(i int) bool { return i%100 == 50 },
		"thirty in front":      func(i int) bool { return i < 30 },
		"sixty far apart":      func(i int) bool { return i%10 == 3 },
		"every other":          func(i int) bool { return i%2 == 1 },
		"a whole batch at end": func(i int) bool { return i >= 520 },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 10_000, 0, 0)
			spoiled, good := split(s.orders(600, "A"), bad)
			s.spoil(spoiled)
			report := s.ok(s.download())
			if report.Failing.Count != int64(len(spoiled)) || report.Counts.Marked != int64(len(good)) {
				t.Errorf("%d failing, %d marked; want %d and %d", report.Failing.Count, report.Counts.Marked, len(spoiled), len(good))
			}
			for id, reason := range reasons(report) {
				if reason != fulfillment.ReasonMarkRefused || !slices.Contains(spoiled, id) {
					t.Errorf("order %d: %s", id, reason)
				}
			}
			s.once(good)
			// A refused call for more than a hundred orders is made again in
			// halves by the client, in case its address was too long.
			calls, most := s.omCall.Calls()["POST "+markPath], 10+len(spoiled)*(bits.Len(600)+2)
			if calls > most {
				t.Errorf("%d calls for %d orders, want at most %d", calls, len(spoiled), most)
			}
			s.omCall.Clear()
			s.clock.Pass(5 * time.Minute)
			if again := s.ok(s.download()); again.Counts.Created != 0 || again.Failing.Count != 0 {
				t.Errorf("once they can be marked: %+v", again)
			}
			s.once(append(spoiled, good...))
		})
	}
}

// Sixty orders that are never marked wait for ever; the one that comes in each
// day is marked by the first run.
func TestGoodOrdersAreMarkedBesideManyThatNeverAre(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	good := s.orders(1, "A")
	s.spoil(s.orders(60, "A"))
	for range 7 { // as a run that failed is repeated
		_, _ = s.download()
		s.clock.Pass(10 * time.Minute)
	}
	for range 20 {
		s.clock.Pass(24 * time.Hour)
		good = append(good, s.orders(1, "A")...)
		report, err := s.download() // the sixty may end the run
		if status := s.inOrderManager(good[len(good)-1]).OrderStatus; status != omsim.StatusPendingFulfillment {
			t.Fatalf("the order of day %d is %s: %v %+v", len(good)-1, status, err, report.Counts)
		}
	}
	s.once(good)
}

// What Order Manager refuses altogether ends the run with few calls, and the
// next one marks every order.
func TestAfterRefusalsOfEveryMarkAllAreMarked(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(600, "A")
	s.must2(s.omCall.Add(fault.Rule{Method: "POST", Path: markPath, Kind: fault.StatusBefore, Status: 400}))
	for range 3 {
		before := s.omCall.Calls()["POST "+markPath]
		if _, err := s.download(); !fulfillment.IsFault(err, fulfillment.FaultInvalid) {
			t.Fatalf("ended with %v", err)
		}
		if calls := s.omCall.Calls()["POST "+markPath] - before; calls > 40 {
			t.Errorf("%d calls", calls)
		}
		s.clock.Pass(time.Minute)
	}
	s.omCall.Clear()
	s.ok(s.download())
	s.once(ids)
}

// A user routes an order elsewhere while those that spoil a call are looked
// for: it is not marked, since the mark would be the other warehouse's.
func TestAnOrderRoutedElsewhereWhileBadMarksAreFoundIsNotMarked(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	ids := s.orders(300, "A")
	hold := s.omCall.HoldBefore(fault.Rule{Method: "POST", Path: markPath, Nth: 4})
	s.spoil(ids[40:41])
	done := make(chan error, 1)
	go func() {
		_, err := s.download()
		done <- err
	}()
	select {
	case <-hold.Reached():
	case err := <-done:
		t.Fatalf("the run ended before its fourth call: %v", err)
	}
	named := hold.Held()[0].Query + "&"
	var moved []fulfillment.OrderID
	for _, id := range ids {
		if s.status(id) == omsim.StatusAwaiting3PLExport && !strings.Contains(named, "orderId="+id.String()+"&") && id != ids[40] && len(moved) < 5 {
			moved = append(moved, id)
			s.must(s.om.Reroute(int64(id), west))
		}
	}
	hold.Release()
	s.must(<-done)
	if len(moved) != 5 {
		t.Fatalf("%d orders were routed elsewhere", len(moved))
	}
	for _, id := range moved {
		if s.status(id) != omsim.StatusAwaiting3PLExport || s.there(id)[0].Status != whsim.StatusCanceled {
			t.Errorf("order %d: %s in Order Manager, %d in the warehouse", id, s.status(id), s.there(id)[0].Status)
		}
	}
	_, good := split(ids, func(i int) bool { return i == 40 || slices.Contains(moved, ids[i]) })
	s.once(good)
}
