// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"testing"

	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// stockCase is one state of both sides with 100 units of one SKU in the
// warehouse (unless it says otherwise), and what may still be promised.
type stockCase struct {
	name   string
	onHand int64
	locked int64
	// Units of orders: waiting; on hold; sent and open in the warehouse; of
	// those, shipped and not confirmed; cancelled in Order Manager and still
	// open in the warehouse; cancelled by the warehouse and still pending; of
	// orders that only the warehouse has; sent and not allocated there.
	waiting, held, sent, shipped, cancelled, cancelledThere, foreign, unallocated int32
	promise                                                                       int64
}

var stockTable = []stockCase{
	{name: "locked 10, available 10, nothing open", onHand: 10, locked: 10, promise: 10},
	{name: "5 waiting", waiting: 5, promise: 95},
	{name: "20 sent", sent: 20, promise: 80},
	{name: "3 on hold", held: 3, promise: 97},
	{name: "5 waiting, 20 sent, 3 on hold", waiting: 5, sent: 20, held: 3, promise: 72},
	{name: "5 waiting, 20 sent, 3 on hold, 4 of the sent shipped", waiting: 5, sent: 16, held: 3, shipped: 4, promise: 72},
	{name: "20 sent, 2 cancelled and still open there", sent: 20, cancelled: 2, promise: 78},
	{name: "18 sent, 2 cancelled by the warehouse", sent: 18, cancelledThere: 2, promise: 80},
	{name: "20 sent, 30 that only the warehouse has", sent: 20, foreign: 30, promise: 50},
	{name: "20 sent, 8 of them not allocated there", sent: 12, unallocated: 8, promise: 80},
}

func (s *shop) set(c stockCase) {
	s.t.Helper()
	if c.onHand == 0 {
		c.onHand = 100
	}
	// Order Manager starts from a wrong figure: what is right must be written.
	s.product("A", c.onHand, 57, c.locked)
	if c.waiting > 0 {
		s.order(omsim.StatusAwaiting3PLExport, "A", c.waiting)
	}
	if c.held > 0 {
		s.order(omsim.StatusOnHold, "A", c.held)
	}
	sent := func(units int32) int64 { return s.deliver(s.order(omsim.StatusPendingFulfillment, "A", units)) }
	if c.sent > 0 {
		sent(c.sent)
	}
	if c.shipped > 0 {
		s.must(s.wh.Ship(sent(c.shipped), whsim.Shipment{}))
	}
	if c.cancelled > 0 {
		id := s.order(omsim.StatusPendingFulfillment, "A", c.cancelled)
		s.deliver(id)
		s.must(s.om.CancelOrder(int64(id)))
	}
	if c.cancelledThere > 0 {
		s.must(s.wh.CancelByWarehouse(sent(c.cancelledThere), "damaged"))
	}
	if c.foreign > 0 {
		id := s.order(omsim.StatusPendingFulfillment, "A", c.foreign)
		there := s.deliver(id)
		s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) { d.ExternalID, d.ReferenceNum = "", "COUNTER-SALE" }))
		s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.OrderStatus, o.Items = omsim.StatusShipped, nil }))
	}
	if c.unallocated > 0 {
		s.must(s.wh.SetOrderQueue(customer, true))
		sent(c.unallocated)
	}
}

// Every row of the table under every reading of what Order Manager allocates:
// after one run it offers what the warehouse can promise, and a second run
// finds nothing to write.
func TestStockTable(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for _, floored := range []bool{false, true} {
			for _, c := range stockTable {
				t.Run(fmt.Sprintf("%s/floored=%v/%s", allocation, floored, c.name), func(t *testing.T) {
					s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation, AvailableFloored: floored}})
					s.set(c)
					report := s.ok(s.sync())
					if got := s.offered("A"); got != c.promise {
						t.Fatalf("Order Manager offers %d, the warehouse can promise %d (%+v)", got, c.promise, report.Inventory)
					}
					if report.StockRule == nil || !report.StockRule.Verified {
						t.Errorf("the stock rule was not verified: %+v", report.StockRule)
					}
					if again := s.ok(s.sync()); again.Counts.Written != 0 || again.Inventory.InStep != 1 {
						t.Errorf("a second run wrote %d", again.Counts.Written)
					}
					if figures, _ := s.om.Stock("A", east); figures.Locked != c.locked {
						t.Errorf("%d are locked, %d were", figures.Locked, c.locked)
					}
				})
			}
		}
	}
}

// After the confirmation of what had shipped, the promise is the same.
func TestStockTableAfterConfirmation(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for _, keeps := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/shipment keeps on hand=%v", allocation, keeps), func(t *testing.T) {
				s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation, ShipmentKeepsOnHand: keeps}})
				s.set(stockCase{waiting: 5, sent: 16, held: 3, shipped: 4})
				s.ok(s.sync())
				if confirmed := s.ok(s.confirm()); confirmed.Counts.Confirmed != 1 {
					t.Fatalf("confirmed %d", confirmed.Counts.Confirmed)
				}
				s.clock.Pass(1)
				s.ok(s.sync())
				if got := s.offered("A"); got != 72 {
					t.Errorf("Order Manager offers %d, the warehouse can promise 72", got)
				}
			})
		}
	}
}
