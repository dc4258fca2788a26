// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"math/rand/v2"
	"testing"

	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// TestNetAvailableNeverOffersMore names an assumption of the warehouse's
// driver: its "available" is not net of orders that are not allocated yet.
// Where it is, they are taken off twice. That must never offer more than can be
// promised, must offer less by no more than these units, and must end when the
// warehouse allocates them.
func TestNetAvailableNeverOffersMore(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for _, c := range stockTable {
			t.Run(fmt.Sprintf("%s/%s", allocation, c.name), func(t *testing.T) {
				s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}, wh: whsim.Options{AvailableNetOfUnallocated: true}})
				s.set(c)
				s.ok(s.sync())
				if got, want := s.offered("A"), c.promise-int64(c.unallocated); got != want {
					t.Errorf("Order Manager offers %d, want %d: the warehouse can promise %d and has not allocated %d", got, want, c.promise, c.unallocated)
				}
				s.wh.AllocateAll()
				s.ok(s.sync())
				if got := s.offered("A"); got != c.promise {
					t.Errorf("once everything is allocated Order Manager offers %d, the warehouse can promise %d", got, c.promise)
				}
			})
		}
	}
}

// The same for many products at once, whose orders came in any mixture: waiting,
// allocated, and not allocated for want of goods or because of the queue.
func TestNetAvailableNeverOffersMoreOfAnyMixture(t *testing.T) {
	t.Parallel()
	for _, net := range []bool{false, true} {
		for _, allocation := range omsim.Allocations() {
			t.Run(fmt.Sprintf("net=%v/%s", net, allocation), func(t *testing.T) {
				s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}, wh: whsim.Options{AvailableNetOfUnallocated: net}})
				random := rand.New(rand.NewPCG(7, 11))
				const products = 40
				waiting := map[string]int64{}
				for i := range products {
					sku := fmt.Sprintf("A-%02d", i)
					s.product(sku, random.Int64N(30), random.Int64N(60), random.Int64N(5))
					for range random.IntN(4) {
						units := 1 + random.Int32N(12)
						if random.IntN(3) == 0 {
							s.order(omsim.StatusAwaiting3PLExport, sku, units)
							waiting[sku] += int64(units)
							continue
						}
						s.must(s.wh.SetOrderQueue(customer, random.IntN(2) == 0))
						s.deliver(s.order(omsim.StatusPendingFulfillment, sku, units))
					}
				}
				s.ok(s.sync())
				less := 0
				for i := range products {
					sku := fmt.Sprintf("A-%02d", i)
					level := s.wh.Stock(sku)[0]
					promise := max(0, (level.Available()-level.Unallocated).Floor()-waiting[sku])
					offered := max(0, s.offered(sku))
					if offered > promise || !net && offered != promise || offered < max(0, promise-level.Unallocated.Floor()) {
						t.Errorf("%s: %d are offered, %d can be promised, %s are not allocated", sku, offered, promise, level.Unallocated)
					}
					if offered < promise {
						less++
					}
				}
				if net != (less > 0) {
					t.Errorf("%d products are offered short: the mixture shows nothing", less)
				}
			})
		}
	}
}

// Stock that only an order with a qualifier could get is not on offer, and does
// not keep what an order without one can get from being so.
func TestQualifiedStockIsNotOffered(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("BOTH", 10, 3, 2)
	s.product("ONLY-QUALIFIED", 0, 8, 0)
	for _, sku := range []string{"BOTH", "ONLY-QUALIFIED"} {
		s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: sku, Qualifier: "BLUE", OnHand: whsim.Units(90)}))
	}
	s.ok(s.sync())
	if both, only := s.offered("BOTH"), s.offered("ONLY-QUALIFIED"); both != 10 || only != 0 {
		t.Errorf("offered: %d and %d, want 10 and 0", both, only)
	}
}
