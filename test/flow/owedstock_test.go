// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// Units of an open order that the warehouse neither holds nor has shipped are
// owed, also when it has the rest of the order.
func TestUnitsThatTheWarehouseDroppedFromAnOrderAreOwed(t *testing.T) {
	t.Parallel()
	for name, drop := range map[string]func(*shop, fulfillment.OrderID){
		"closed short": func(s *shop, id fulfillment.OrderID) {
			s.must(s.wh.CloseShort(s.there(id)[0].ID, whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(7)}}))
		},
		"closed short, and the quantity lowered": func(s *shop, id fulfillment.OrderID) {
			s.must(s.wh.CloseShort(s.there(id)[0].ID, whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(7)}, LowerQty: true}))
		},
		"a part cancelled, the other open": func(s *shop, id fulfillment.OrderID) {
			child, err := s.wh.Split(s.there(id)[0].ID, map[string]whsim.Quantity{"A": whsim.Units(3)})
			s.must(err)
			s.must(s.wh.CancelByWarehouse(child, "damaged"))
		},
		"a part cancelled, the other shipped": func(s *shop, id fulfillment.OrderID) {
			child, err := s.wh.Split(s.there(id)[0].ID, map[string]whsim.Quantity{"A": whsim.Units(3)})
			s.must(err)
			s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
			s.must(s.wh.CancelByWarehouse(child, "damaged"))
		},
		"an open order lowered there": func(s *shop, id fulfillment.OrderID) {
			s.must(s.wh.EditOrder(s.there(id)[0].ID, func(d *whsim.OrderDocument) { d.OrderItems[0].Qty = new(whsim.Units(7)) }))
		},
	} {
		for _, allocation := range omsim.Allocations() {
			t.Run(name+"/"+string(allocation), func(t *testing.T) {
				s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}})
				s.product("A", 100, 0, 0)
				id := s.order(omsim.StatusAwaiting3PLExport, "A", 10)
				s.ok(s.download())
				s.clock.Pass(time.Hour)
				drop(s, id)
				s.ok(s.sync())
				if got := s.offered("A"); got != 90 {
					t.Errorf("Order Manager offers %d; of 100 units 10 are owed or gone", got)
				}
			})
		}
	}
	for name, part := range map[string]func(*shop, int64){
		"both open":      func(*shop, int64) {},
		"one shipped":    func(s *shop, child int64) { s.must(s.wh.Ship(child, whsim.Shipment{})) },
		"all in another": func(s *shop, child int64) { s.must(s.wh.Ship(child, whsim.Shipment{})); s.wh.ShipAll(0) },
	} {
		t.Run("nothing is owed twice/"+name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.order(omsim.StatusAwaiting3PLExport, "A", 10)
			s.ok(s.download())
			s.clock.Pass(time.Hour)
			child, err := s.wh.Split(s.there(id)[0].ID, map[string]whsim.Quantity{"A": whsim.Units(3)})
			s.must(err)
			part(s, child)
			s.ok(s.sync())
			if got := s.offered("A"); got != 90 {
				t.Errorf("Order Manager offers %d", got)
			}
		})
	}
}

// A shop in which an order comes in with every page that is read is read to an end.
func TestABusyShopIsReadToAnEnd(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	s.product("B", 10, 3, 0)
	s.orders(250, "A")
	asked := 0
	run := routine.NewInventorySync(s.env("InventorySync"), routine.InventorySyncConfig{})
	err := run.Slice(t.Context(), func(context.Context, routine.Progress) error {
		if asked++; asked > 500 {
			return errors.New("it reads for ever")
		}
		s.order(omsim.StatusAwaiting3PLExport, "A", 1)
		return nil
	})
	s.must(err)
	if s.offered("B") != 10 {
		t.Errorf("%d are offered", s.offered("B"))
	}
}

// A product that the other routines move in both passes is not left out in silence.
func TestAProductThatNeverRestsIsTold(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("HOT", 100, 30, 0)
	s.product("COLD", 100, 30, 0)
	run := routine.NewInventorySync(s.env("InventorySync"), routine.InventorySyncConfig{})
	s.must(run.Slice(t.Context(), func(context.Context, routine.Progress) error {
		s.coordination.Touch(s.clock.Now(), []fulfillment.Line{{SKU: "HOT"}})
		return nil
	}))
	report := run.Report()
	if s.offered("HOT") != 30 || s.offered("COLD") != 100 {
		t.Fatalf("offered %d and %d", s.offered("HOT"), s.offered("COLD"))
	}
	if len(report.Failing.Orders) != 1 || report.Failing.Orders[0].Reference != "HOT" {
		t.Errorf("failing %+v", report.Failing)
	}
}

// Available may or may not subtract what is locked.
func TestStockTableWhenAvailableIgnoresLocked(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for _, floored := range []bool{false, true} {
			for _, locked := range []int64{0, 10, 80} {
				for _, c := range stockTable {
					c.locked = locked
					t.Run(fmt.Sprintf("%s/%v/%d/%s", allocation, floored, locked, c.name), func(t *testing.T) {
						s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation, AvailableFloored: floored, AvailableIgnoresLocked: true}})
						s.set(c)
						for range 3 {
							s.ok(s.sync())
						}
						if got := s.offered("A"); got != c.promise {
							t.Errorf("Order Manager offers %d, the warehouse can promise %d", got, c.promise)
						}
					})
				}
			}
		}
	}
}
