// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// Below the minimum level nothing is offered, under every rule and reading.
func TestMinimumLevelAndBuffer(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for _, rule := range []routine.StockRule{routine.MatchAvailable, routine.Unlocked, routine.MatchOnHand} {
			t.Run(string(allocation)+"/"+string(rule), func(t *testing.T) {
				s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}})
				s.inventory = routine.InventorySyncConfig{Rule: rule, Buffer: 4, MinimumLevel: 7}
				want := map[string]int64{"A": 0, "B": 7, "C": 0, "D": 96, "E": 0}
				for sku, onHand := range map[string]int64{"A": 10, "B": 11, "C": 0, "D": 100, "E": 3} {
					s.product(sku, onHand, 55, 5)
				}
				s.ok(s.sync())
				for sku, units := range want {
					if got := max(0, s.offered(sku)); got != units {
						t.Errorf("%s: %d are offered, want %d", sku, got, units)
					}
				}
			})
		}
	}
}

// A product that is not in the warehouse's item list is left alone or offered
// no longer, as the policy says; an empty list says nothing.
func TestMissingInTheWarehouse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zero, listed bool
		want         int64
	}{
		"left alone": {false, true, 7}, "zero": {true, true, 0}, "zero, and no item at all": {true, false, 7},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.inventory.ZeroMissing = c.zero
			if c.listed {
				s.product("A", 10, 3, 0)
			}
			s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "GONE"}))
			s.must(s.om.SetStock("GONE", east, 9, 2))
			report := s.ok(s.sync())
			if got := s.offered("GONE"); got != c.want || report.Inventory.UnknownInWarehouse != 1 {
				t.Errorf("%d are offered, %d unknown", got, report.Inventory.UnknownInWarehouse)
			}
			if figures, _ := s.om.Stock("GONE", east); figures.Locked != 2 {
				t.Errorf("%d are locked", figures.Locked)
			}
		})
	}
}

// A warehouse that spells a product in another case has it: it is no missing one.
func TestASpellingInAnotherCaseIsNotSetToZero(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.inventory.ZeroMissing = true
	s.product("B", 10, 10, 0)
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "ABC-1"}))
	s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: "abc-1"}))
	s.must(s.om.SetStock("ABC-1", east, 7, 0))
	report := s.ok(s.sync())
	if got := s.offered("ABC-1"); got != 7 || report.Inventory.UnknownInWarehouse != 1 {
		t.Errorf("%d are offered, %d unknown", got, report.Inventory.UnknownInWarehouse)
	}
}

func TestAllowAndDenyLists(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		allow, deny []string
		synced      []string
	}{
		"none":  {nil, nil, []string{"A", "A-1", "B"}},
		"allow": {[]string{"a"}, nil, []string{"A"}},
		"deny":  {nil, []string{"a"}, []string{"A-1", "B"}},
		"both":  {[]string{"A", "B"}, []string{"B"}, []string{"A"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.inventory.Allow, s.inventory.Deny = c.allow, c.deny
			for _, sku := range []string{"A", "A-1", "B"} {
				s.product(sku, 10, 3, 0)
			}
			report := s.ok(s.sync())
			for _, sku := range []string{"A", "A-1", "B"} {
				if got := s.offered(sku) == 10; got != slices.Contains(c.synced, sku) {
					t.Errorf("%s: synced is %t", sku, got)
				}
			}
			if want := int64(3 - len(c.synced)); report.Inventory.Excluded != want {
				t.Errorf("%d are excluded, want %d", report.Inventory.Excluded, want)
			}
		})
	}
}

// The components of a kit that is sold no longer are owed while its last orders are open.
func TestComponentsOfInactiveKitsAreOwed(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("PART", 100, 50, 0)
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "KIT", BundledItems: []omsim.BundledItem{
		{BundledProduct: &omsim.ProductInfo{MasterSKU: "PART"}, BundledProductQuantity: 3}}}))
	s.order(omsim.StatusOnHold, "KIT", 4)
	s.must(s.om.Deactivate("KIT"))
	report := s.ok(s.sync())
	if got := s.offered("PART"); got != 88 {
		t.Errorf("%d are offered: of 100 units 12 are owed", got)
	}
	if len(report.Failing.Orders) != 0 || report.Inventory.UnitsHeld != 12 {
		t.Errorf("failing %+v, held %d", report.Failing.Orders, report.Inventory.UnitsHeld)
	}
}

// A product that slips through shifting pages has a record: it is no product
// that awaits starting inventory, and the second pass syncs it.
func TestAProductMissedByShiftingPagesIsSynced(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	for _, sku := range []string{"A", "MISSED"} {
		s.product(sku, 10, 3, 0)
	}
	s.must2(s.omCall.Add(fault.Rule{Method: "GET", Path: "/v1/productstocks/total", Kind: fault.StatusBefore, Status: 200, Nth: 1,
		Header: map[string]string{"Content-Type": "application/json"},
		Body:   fmt.Sprintf(`[{"product":{"productId":%d,"masterSku":"A"},"onHandQuantity":3,"availableQuantity":3,"allocatedQuantity":0,"lockedQuantity":0}]`, s.om.Products()[0].ProductID)}))
	report := s.ok(s.sync())
	if got := report.Inventory.AwaitingStartingInventory; got != 0 {
		t.Errorf("%d await starting inventory: %v", got, report.Inventory.AwaitingStartingInventorySKUs)
	}
	if s.offered("A") != 10 || s.offered("MISSED") != 10 || len(report.Failing.Orders) != 0 {
		t.Errorf("offered: %d and %d; failing %+v", s.offered("A"), s.offered("MISSED"), report.Failing.Orders)
	}
}

// A row without figures is counted and not written.
func TestRowsWithoutFiguresAreCounted(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10, 3, 0)
	s.product("B", 10, 3, 0)
	for _, path := range []string{"/v1/productstocks/total", "/v1/inventory"} {
		rule := fault.Rule{Method: "GET", Path: path, Kind: fault.StatusBefore, Status: 200, Nth: 1,
			Header: map[string]string{"Content-Type": "application/json"}, Body: `[]`}
		if path == "/v1/productstocks/total" {
			products := s.om.Products()
			rule.Body = fmt.Sprintf(`[{"product":{"productId":%d,"masterSku":"A"},"onHandQuantity":3,"lockedQuantity":0},
				{"product":{"productId":%d,"masterSku":"B"},"onHandQuantity":3,"availableQuantity":3,"allocatedQuantity":0,"lockedQuantity":0}]`,
				products[0].ProductID, products[1].ProductID)
		}
		s.must2(s.omCall.Add(rule))
	}
	report := s.ok(s.sync())
	if report.Inventory.WithoutFigures != 1 || s.offered("A") != 3 || s.offered("B") != 10 {
		t.Errorf("%d without figures; offered: %d and %d", report.Inventory.WithoutFigures, s.offered("A"), s.offered("B"))
	}
}

// Figures older than the policy allows are read again and not written.
func TestMaxSnapshotAge(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.inventory.MaxSnapshotAge = time.Minute
	s.product("A", 10, 3, 0)
	hold := s.omCall.HoldAfter(fault.Rule{Method: "GET", Path: "/v1/productstocks/total", Nth: 1})
	done := make(chan error, 1)
	go func() {
		_, err := s.sync()
		done <- err
	}()
	<-hold.Reached()
	s.clock.Pass(2 * time.Minute)
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: "A", OnHand: whsim.Units(6)}))
	hold.Release()
	s.must(<-done)
	if calls := s.omCall.Calls()["GET /v1/productstocks/total"]; s.offered("A") != 6 || calls < 4 {
		t.Errorf("%d are offered after %d readings of the totals", s.offered("A"), calls)
	}
}
