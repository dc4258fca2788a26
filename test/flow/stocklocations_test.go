// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// inHouse is a shop with an in-house warehouse, and what each of its locations has.
func inHouse(t *testing.T, location string, options omsim.Options) *shop {
	return newShop(t, shopOptions{om: options, kind: omsim.DirectFulfillment, location: location})
}

// at sets a product's stock at locations of the warehouse.
func (s *shop) at(sku string, onHandThere int64, onHand map[string]int64, locked int64) {
	s.t.Helper()
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: sku}))
	s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: sku}))
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: sku, OnHand: whsim.Units(onHandThere)}))
	for name, units := range onHand {
		s.must(s.om.SetStockAt(sku, east, name, units, locked))
		locked = 0
	}
}

// The location that is named takes the whole difference, and the other ones
// stay as they are.
func TestStockAtANamedLocation(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		t.Run(string(allocation), func(t *testing.T) {
			s := inHouse(t, "a-01", omsim.Options{Allocation: allocation})
			s.at("UP", 100, map[string]int64{"A-01": 10, "B-02": 20}, 0)
			s.at("DOWN", 25, map[string]int64{"A-01": 60, "B-02": 20}, 0)
			s.at("ONE", 5, map[string]int64{"A-01": 60}, 3)
			s.order(omsim.StatusAwaiting3PLExport, "UP", 4)
			s.ok(s.sync())
			if s.offered("UP") != 96 || s.offered("DOWN") != 25 || s.offered("ONE") != 5 {
				t.Errorf("offered: %d, %d, %d", s.offered("UP"), s.offered("DOWN"), s.offered("ONE"))
			}
			if again := s.ok(s.sync()); again.Counts.Written != 0 {
				t.Errorf("a second run wrote %d", again.Counts.Written)
			}
		})
	}
}

// Where each product lies at one location, none needs to be named.
func TestStockAtTheOnlyLocation(t *testing.T) {
	t.Parallel()
	s := inHouse(t, "", omsim.Options{})
	s.at("A", 100, map[string]int64{"A-01": 10}, 2)
	s.at("B", 7, map[string]int64{"A-01": 60}, 0)
	s.inventory.CreateMissing = true
	s.unstocked("NEW", 40)
	s.ok(s.sync())
	if s.offered("A") != 100 || s.offered("B") != 7 || s.offered("NEW") != 40 {
		t.Errorf("offered: %d, %d, %d", s.offered("A"), s.offered("B"), s.offered("NEW"))
	}
}

// What has to be set is said, and nothing is written.
func TestALocationThatIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		location string
		onHand   map[string]int64
		create   bool
	}{
		"several, and none is named":      {"", map[string]int64{"A-01": 10, "B-02": 20}, false},
		"one that no product is at":       {"C-03", map[string]int64{"A-01": 10, "B-02": 20}, false},
		"the begin of a name":             {"A", map[string]int64{"A-01": 10}, false},
		"nothing to tell the location by": {"", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := inHouse(t, c.location, omsim.Options{})
			s.inventory.CreateMissing = c.create
			s.at("A", 100, c.onHand, 0)
			_, err := s.sync()
			if f, ok := fulfillment.AsFault(err); !ok || f.Reason != fulfillment.ReasonStockLocationMissing || f.Kind != fulfillment.FaultMisconfigured {
				t.Errorf("ended with %v", err)
			}
			for _, effect := range s.om.Effects() {
				if effect.API {
					t.Errorf("written: %+v", effect)
				}
			}
		})
	}
}

// What the other locations hold beyond the promise cannot be taken back from
// here, and is told in every run.
func TestStockAtOtherLocations(t *testing.T) {
	t.Parallel()
	s := inHouse(t, "A-01", omsim.Options{})
	s.at("A", 15, map[string]int64{"A-01": 10, "B-02": 20}, 0)
	s.at("ELSEWHERE", 5, map[string]int64{"B-02": 20}, 0)
	for run := range 2 {
		t.Run(fmt.Sprint(run), func(t *testing.T) {
			report := s.ok(s.sync())
			if got := s.offered("A"); got != 20 {
				t.Errorf("%d are offered", got)
			}
			if len(report.Failing.Orders) != 1 || report.Failing.Orders[0].Reason != fulfillment.ReasonStockAtOtherLocations || report.Failing.Orders[0].Reference != "A" {
				t.Errorf("failing %+v", report.Failing.Orders)
			}
			if report.Inventory.AwaitingStartingInventory != 1 || s.offered("ELSEWHERE") != 20 {
				t.Errorf("%d await starting inventory, %d offered", report.Inventory.AwaitingStartingInventory, s.offered("ELSEWHERE"))
			}
		})
	}
}
