// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// braked is a shop in which one product rises by 500, three are taken off sale
// and one of them falls.
func braked(t *testing.T, allocation omsim.Allocation) *shop {
	s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}})
	s.product("RISES", 503, 3, 0)
	s.product("RISES-A-LITTLE", 13, 3, 0)
	s.product("FALLS", 2, 900, 0)
	for i := range 3 {
		s.product(fmt.Sprint("ZERO-", i), 0, 7, 0)
	}
	s.inventory.MaxIncrease, s.inventory.MaxZeros = new(int64(499)), new(int64(2))
	return s
}

func (s *shop) approve(digest string) {
	memory := s.memory["InventorySync"]
	memory.Approved = digest
	s.memory["InventorySync"] = memory
}

// What looks like a mistake is held back, everything else is written, and an
// approval is good for the very plan alone.
func TestTheBrake(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		t.Run(string(allocation), func(t *testing.T) {
			s := braked(t, allocation)
			report := s.ok(s.sync())
			held := report.Inventory.Held
			if held == nil || held.Increases != 1 || held.Zeros != 3 || len(held.Largest) != 4 || held.Largest[0].SKU != "RISES" {
				t.Fatalf("held back: %+v", held)
			}
			if s.offered("RISES") != 3 || s.offered("RISES-A-LITTLE") != 13 || s.offered("FALLS") != 2 || s.offered("ZERO-0") != 7 {
				t.Errorf("offered: %d %d %d %d", s.offered("RISES"), s.offered("RISES-A-LITTLE"), s.offered("FALLS"), s.offered("ZERO-0"))
			}
			if again := s.ok(s.sync()); again.Inventory.Held.Digest != held.Digest || again.Counts.Written != 0 {
				t.Errorf("a second run holds %+v and wrote %d", again.Inventory.Held, again.Counts.Written)
			}
			// Another plan than the approved one.
			s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: "RISES", OnHand: whsim.Units(504)}))
			s.approve(held.Digest)
			changed := s.ok(s.sync())
			if changed.Approval != routine.ApprovalPlanChanged || changed.Counts.Written != 0 || changed.Inventory.Held.Digest == held.Digest {
				t.Errorf("a stale approval: %q, %d written", changed.Approval, changed.Counts.Written)
			}
			s.approve(changed.Inventory.Held.Digest)
			applied := s.ok(s.sync())
			if applied.Approval != routine.ApprovalApplied || applied.Counts.Written != 4 || applied.Inventory.Held != nil {
				t.Errorf("the approval: %q, %d written, held %+v", applied.Approval, applied.Counts.Written, applied.Inventory.Held)
			}
			if s.offered("RISES") != 504 || s.offered("ZERO-0") != 0 || s.offered("ZERO-2") != 0 {
				t.Errorf("offered: %d %d %d", s.offered("RISES"), s.offered("ZERO-0"), s.offered("ZERO-2"))
			}
		})
	}
}

// Below the limits nothing is held back; without any, only a first run is braked.
func TestTheBrakesLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		increase, zeros *int64
		first           bool
		onHand          int64
		empty           int
		held            int64
	}{
		"at the limits":                  {increase: new(int64(500)), zeros: new(int64(3)), onHand: 503, empty: 3},
		"no limits":                      {onHand: 90_000, empty: 60},
		"a first run, and no limits":     {first: true, onHand: 1004, empty: 51, held: 52},
		"a first run below its limits":   {first: true, onHand: 1003, empty: 50},
		"a first run with higher limits": {increase: new(int64(100_000)), zeros: new(int64(60)), first: true, onHand: 90_000, empty: 60},
		"no increase at all":             {increase: new(int64(0)), onHand: 4, held: 1},
		"no zero at all":                 {zeros: new(int64(0)), onHand: 4, empty: 1, held: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.firstRun = c.first
			s.inventory.MaxIncrease, s.inventory.MaxZeros = c.increase, c.zeros
			s.product("A", c.onHand, 3, 0)
			for i := range c.empty {
				s.product(fmt.Sprint("EMPTY-", i), 0, 7, 0)
			}
			report := s.ok(s.sync())
			var held int64
			if report.Inventory.Held != nil {
				held = report.Inventory.Held.Increases + report.Inventory.Held.Zeros
			}
			if want := int64(c.empty) + 1 - c.held; held != c.held || report.Counts.Written != want {
				t.Errorf("%d held and %d written, want %d and %d", held, report.Counts.Written, c.held, want)
			}
		})
	}
}

// An approval whose run broke off stands for what is left: for the same plan
// when nothing was written.
func TestAnApprovalSurvivesAFailedRun(t *testing.T) {
	t.Parallel()
	s := braked(t, omsim.AllocateAll)
	digest := s.ok(s.sync()).Inventory.Held.Digest
	s.must2(s.omCall.Add(fault.Rule{Method: "POST", Path: "/v1.1/inventory/adjust", Kind: fault.StatusBefore, Status: 500, Times: 99}))
	s.approve(digest)
	report, err := s.sync()
	if err == nil || report.Approval != routine.ApprovalApplied || report.Inventory.Held == nil || report.Inventory.Held.Digest != digest {
		t.Fatalf("ended with %v, %q, held %+v", err, report.Approval, report.Inventory.Held)
	}
	s.omCall.Clear()
	if report := s.ok(s.sync()); report.Inventory.Held != nil || s.offered("RISES") != 503 || s.offered("ZERO-1") != 0 {
		t.Errorf("held %+v, offered %d and %d", report.Inventory.Held, s.offered("RISES"), s.offered("ZERO-1"))
	}
}

// Zeros are counted over the whole run, also when it reads both sides again.
func TestZerosAreCountedOverBothPasses(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	for i := range 3 {
		s.product(fmt.Sprint("ZERO-", i), 0, 7, 0)
	}
	s.product("FALLS", 2, 7, 0)
	s.inventory.MaxZeros = new(int64(3))
	touched := false
	run := routine.NewInventorySync(s.env("InventorySync"), s.inventory)
	s.must(run.Slice(t.Context(), func(_ context.Context, p routine.Progress) error {
		if p.Message == "0 stock levels written, 4 to go" && !touched {
			// It is left for the second pass, and has run out by then.
			touched = true
			s.coordination.Touch(s.clock.Now(), []fulfillment.Line{{SKU: "FALLS"}})
			s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: "FALLS"}))
			s.clock.Pass(time.Second)
		}
		return nil
	}))
	if !touched {
		t.Fatal("the moment never came")
	}
	held := run.Report().Inventory.Held
	if s.offered("ZERO-0") != 0 || s.offered("FALLS") != 7 || held == nil || held.Zeros != 1 || held.Largest[0].SKU != "FALLS" {
		t.Errorf("%d and %d are offered, held %+v", s.offered("ZERO-0"), s.offered("FALLS"), held)
	}
}
