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

// A kit that comes into an order after it was sent is owed whole, whatever Order
// Manager allocates, however the warehouse keeps kits, and also where its lines
// do not say which are a kit's.
func TestAKitThatComesIntoASentOrderIsOwed(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for _, c := range []struct {
			name           string
			built, without bool
		}{{"exploded", false, false}, {"pre-built", true, false}, {"without ids of lines", false, true}} {
			t.Run(fmt.Sprint(allocation, "/", c.name), func(t *testing.T) {
				s := kitShop(t, omsim.Options{Allocation: allocation})
				if c.built {
					s = preBuilt(t, omsim.Options{Allocation: allocation})
					s.must(s.om.SetStock("PAIR", east, 0, 0))
					s.must(s.om.SetStock("SET", east, 0, 0))
				}
				id := s.order(omsim.StatusAwaiting3PLExport, "SET", 1, withItems(omsim.Item("D", 2)))
				s.ok(s.download())
				if c.without {
					s.editThere(s.there(id)[0].ID, func(d *whsim.OrderDocument) {
						for i := range d.OrderItems {
							d.OrderItems[i].ExternalID = ""
						}
					})
				}
				s.edit(id, func(o *omsim.Order) {
					late := omsim.Item("PAIR", 3)
					late.Product.ProductType = omsim.BundleKit
					o.Items = append(o.Items, late)
				})
				s.ok(s.sync())
				if result := s.booksOfKits(); result.WrongStock > 0 {
					t.Error(result.Findings)
				}
			})
		}
	}
}

// What the warehouse cancelled of a kit is owed and never reported as shipped,
// though its other orders show no line of it: whether it cancelled the part that
// it split off, or what was left.
func TestWhatTheWarehouseCancelsOfAKitIsOwed(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]map[string]whsim.Quantity{
		"what was left":        {"B": whsim.Units(1)},
		"what was split off":   {"A": whsim.Units(2), "C": whsim.Units(3)},
		"of a component, half": {"A": whsim.Units(1), "B": whsim.Units(1)},
	} {
		for _, shipped := range []bool{false, true} {
			t.Run(fmt.Sprint(name, "/shipped ", shipped), func(t *testing.T) {
				s := kitShop(t, omsim.Options{})
				id := s.order(omsim.StatusAwaiting3PLExport, "SET", 1)
				s.ok(s.download())
				s.clock.Pass(time.Hour)
				keeps := s.there(id)[0].ID
				cancels, err := s.wh.Split(keeps, part)
				s.must(err)
				if name != "what was split off" {
					keeps, cancels = cancels, keeps
				}
				if shipped {
					s.must(s.wh.Ship(keeps, whsim.Shipment{}))
				}
				s.must(s.wh.CancelByWarehouse(cancels, "damaged"))
				s.kitsBalance("cancelled in part")
				told := reasons(s.ok(s.confirm()))
				if s.status(id) != omsim.StatusPendingFulfillment || shipped && told[id] != fulfillment.ReasonClosedShort {
					t.Errorf("it is %s; told of: %v", s.status(id), told)
				}
				s.kitsBalance("after the confirmation")
			})
		}
	}
}

// Where nothing there names a kit, what is dropped of it is owed also of
// products whose SKUs are not all upper case.
func TestWhatIsDroppedOfAKitWithoutIdsIsOwed(t *testing.T) {
	t.Parallel()
	for _, lowered := range []bool{false, true} {
		t.Run(fmt.Sprint("quantity lowered ", lowered), func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("Shirt-a", 100, 100, 0)
			s.product("cap", 100, 100, 0)
			s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "Gift", BundledItems: []omsim.BundledItem{omsim.Part("Shirt-a", 2), omsim.Part("cap", 3)}}))
			id := s.order(omsim.StatusAwaiting3PLExport, "Gift", 2)
			s.ok(s.download())
			there := s.there(id)[0].ID
			s.editThere(there, func(d *whsim.OrderDocument) {
				for i := range d.OrderItems {
					d.OrderItems[i].ExternalID = ""
				}
			})
			s.must(s.wh.CloseShort(there, whsim.Short{LowerQty: lowered, Shipped: map[string]whsim.Quantity{"Shirt-a": whsim.Units(1), "cap": whsim.Units(6)}}))
			s.kitsBalance("closed short")
		})
	}
}

// With a rule that trusts what Order Manager was seen to allocate, units of kits
// are not taken for those of products: whatever a kit is for the warehouse, no
// more is offered than can be promised.
func TestKitsDoNotMisleadWhatIsAllocated(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for _, built := range []bool{false, true} {
			t.Run(fmt.Sprint(allocation, "/pre-built ", built), func(t *testing.T) {
				s := kitShop(t, omsim.Options{Allocation: allocation})
				if built {
					s = preBuilt(t, omsim.Options{Allocation: allocation})
					s.must(s.om.SetStock("PAIR", east, 0, 0))
					s.must(s.om.SetStock("SET", east, 0, 0))
				}
				s.inventory.Rule = routine.Unlocked
				s.order(omsim.StatusAwaiting3PLExport, "PAIR", 2) // four A
				cancelled := s.order(omsim.StatusPendingFulfillment, "A", 4)
				s.must(s.wh.CancelByWarehouse(s.deliver(cancelled), "damaged"))
				s.order(omsim.StatusAwaiting3PLExport, "D", 1)
				report := s.ok(s.sync())
				if report.Inventory.UnitsOfferedMore != 0 {
					t.Errorf("%d units are offered that orders need", report.Inventory.UnitsOfferedMore)
				}
				for _, finding := range s.booksOfKits().Findings {
					if finding.SKU != "" && finding.Available > finding.Promise {
						t.Error(finding)
					}
				}
				want := map[omsim.Allocation]string{omsim.AllocateAll: routine.AllocationCounted, omsim.AllocateNone: routine.AllocationNotCounted}[allocation]
				if got := report.Inventory.Allocation; want != "" && got != want {
					t.Errorf("the allocation is called %s, want %s", got, want)
				}
			})
		}
	}
}

// Where the totals leave figures out, a pre-built kit's are read elsewhere too.
func TestAPreBuiltKitIsSyncedThoughTotalsLackItsFigures(t *testing.T) {
	t.Parallel()
	s := preBuilt(t, omsim.Options{TotalsLackAvailable: true})
	s.must(s.om.SetStock("PAIR", east, 3, 0))
	s.ok(s.sync())
	if got := s.offered("PAIR"); got != 20 {
		t.Errorf("%d are offered, want 20", got)
	}
}

// Units that the warehouse drops from an open order while stock is read are in
// the stock and are owed: they are not offered.
func TestUnitsDroppedWhileStockIsReadAreOwed(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for name, c := range map[string]struct {
			rule fault.Rule
			drop func(s *shop, there int64)
		}{
			"lowered": {fault.Rule{Method: "GET", Path: "/orders", Nth: 1}, func(s *shop, there int64) {
				s.editThere(there, func(d *whsim.OrderDocument) { d.OrderItems[0].Qty = new(whsim.Units(4)) })
			}},
			"a part cancelled": {fault.Rule{Method: "GET", Path: "/orders", Nth: 1}, func(s *shop, there int64) {
				part, err := s.wh.Split(there, map[string]whsim.Quantity{"A": whsim.Units(6)})
				s.must(err)
				s.must(s.wh.CancelByWarehouse(part, "damaged"))
			}},
			"split": {fault.Rule{Method: "GET", Path: "/orders", Nth: 1}, func(s *shop, there int64) {
				s.must2(s.wh.Split(there, map[string]whsim.Quantity{"A": whsim.Units(6)}))
			}},
		} {
			t.Run(fmt.Sprint(allocation, "/", name), func(t *testing.T) {
				s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}})
				s.product("A", 100, 30, 0)
				sent := s.order(omsim.StatusPendingFulfillment, "A", 10)
				there := s.deliver(sent)
				s.clock.Pass(time.Hour)
				hold := s.wh.Faults().HoldAfter(c.rule)
				done := make(chan error, 1)
				go func() {
					done <- routine.NewInventorySync(s.env("InventorySync"), routine.InventorySyncConfig{}).Slice(t.Context(), goOn)
				}()
				select {
				case <-hold.Reached():
					c.drop(s, there)
					hold.Release()
					s.must(<-done)
				case err := <-done:
					t.Fatalf("the moment never came: %v", err)
				}
				if got := s.offered("A"); got != 90 {
					t.Errorf("%d are offered: of 100 units 10 are owed", got)
				}
			})
		}
	}
}

// Where available stops at zero and nothing shows yet how it comes about, what a
// write proves is no contradiction, whether locked units are taken off or not.
func TestAFirstWriteFromZeroContradictsNothing(t *testing.T) {
	t.Parallel()
	for _, ignored := range []bool{false, true} {
		t.Run(fmt.Sprint("locked ignored ", ignored), func(t *testing.T) {
			s := newShop(t, shopOptions{om: omsim.Options{AvailableFloored: true, AvailableIgnoresLocked: ignored}})
			s.product("A", 100, 2, 4)
			s.product("B", 50, 0, 0)
			s.deliver(s.order(omsim.StatusPendingFulfillment, "A", 10))
			s.ok(s.sync())
			s.clock.Pass(time.Minute)
			s.ok(s.sync())
			if s.offered("A") != 90 || s.offered("B") != 50 {
				t.Errorf("%d and %d are offered, want 90 and 50", s.offered("A"), s.offered("B"))
			}
		})
	}
}
