// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// unstocked makes a SKU known on both sides, without a stock record in Order Manager.
func (s *shop) unstocked(sku string, onHandThere int64) {
	s.t.Helper()
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: sku}))
	s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: sku}))
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: sku, OnHand: whsim.Units(onHandThere)}))
}

// Records are begun at the promise with nothing locked, for products in the
// warehouse's item list alone, and the next run finds them in step.
func TestStartingInventory(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for _, rule := range []routine.StockRule{routine.MatchAvailable, routine.Unlocked, routine.MatchOnHand} {
			t.Run(fmt.Sprintf("%s/%s", allocation, rule), func(t *testing.T) {
				s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}})
				s.inventory = routine.InventorySyncConfig{Rule: rule, CreateMissing: true, Deny: []string{"DENIED"}, Buffer: 1}
				s.product("OTHER", 10, 10, 0)
				s.unstocked("NEW", 40)
				s.unstocked("EMPTY", 0)
				s.unstocked("DENIED", 40)
				s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "ONLY-HERE"}))
				s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "KIT", BundledItems: []omsim.BundledItem{
					{BundledProduct: &omsim.ProductInfo{MasterSKU: "NEW"}, BundledProductQuantity: 2}}}))
				s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: "KIT"}))
				s.order(omsim.StatusAwaiting3PLExport, "NEW", 4)
				s.order(omsim.StatusOnHold, "KIT", 3)
				report := s.ok(s.sync())
				if report.Inventory.Created != 2 || report.Inventory.AwaitingStartingInventory != 0 {
					t.Errorf("%d created, %d await: %v", report.Inventory.Created, report.Inventory.AwaitingStartingInventory, report.Inventory.AwaitingStartingInventorySKUs)
				}
				for _, sku := range []string{"DENIED", "ONLY-HERE", "KIT"} {
					if _, has := s.om.Stock(sku, east); has {
						t.Errorf("%s has a record", sku)
					}
				}
				if figures, _ := s.om.Stock("NEW", east); figures.OnHand > 39 || figures.Available > 29 || figures.Locked != 0 {
					t.Errorf("NEW begins with %+v; 29 can be promised", figures)
				}
				if figures, _ := s.om.Stock("EMPTY", east); figures.OnHand != 0 {
					t.Errorf("EMPTY begins with %+v", figures)
				}
				s.ok(s.sync())
				if got := s.offered("NEW"); rule == routine.MatchAvailable && got != 29 {
					t.Errorf("the next run offers %d, want 29", got)
				}
				if again := s.ok(s.sync()); again.Counts.Written != 0 {
					t.Errorf("a third run wrote %d", again.Counts.Written)
				}
			})
		}
	}
}

func TestStartingInventoryIsRequiredUnlessSaid(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.unstocked("NEW", 40)
	report := s.ok(s.sync())
	if _, has := s.om.Stock("NEW", east); has || !slices.Equal(report.Inventory.AwaitingStartingInventorySKUs, []string{"NEW"}) {
		t.Errorf("created: %t; awaiting %v", has, report.Inventory.AwaitingStartingInventorySKUs)
	}
}

// A record that a user begins while the run computes is not replaced, whatever
// the vendor does with a second one.
func TestARecordThatIsThereIsNotCreatedOver(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{om: omsim.Options{CreateOverwrites: true}})
	s.inventory.CreateMissing = true
	s.unstocked("NEW", 40)
	hold := s.wh.Faults().HoldAfter(fault.Rule{Method: "GET", Path: "/inventory/stocksummaries", Nth: 1})
	done := make(chan error, 1)
	go func() {
		_, err := s.sync()
		done <- err
	}()
	<-hold.Reached()
	s.must(s.om.SetStock("NEW", east, 9, 4))
	hold.Release()
	s.must(<-done)
	if figures, _ := s.om.Stock("NEW", east); figures.Locked != 4 || figures.Available != 40 {
		t.Errorf("the user's record is %+v", figures)
	}
	if calls := s.omCall.Calls()["PUT /v1.1/inventory"]; calls != 0 {
		t.Errorf("%d calls to create", calls)
	}
}

// The same when it begins after the last reading of both sides: only the look
// right before the write sees it.
func TestARecordThatComesLastIsNotCreatedOver(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{om: omsim.Options{CreateOverwrites: true}})
	s.inventory.CreateMissing = true
	s.unstocked("NEW", 40)
	began := false
	run := routine.NewInventorySync(s.env("InventorySync"), s.inventory)
	s.must(run.Slice(t.Context(), func(_ context.Context, p routine.Progress) error {
		if p.Message == "0 stock levels written, 1 to go" && !began {
			began = true
			s.must(s.om.SetStock("NEW", east, 9, 4))
		}
		return nil
	}))
	if !began {
		t.Fatal("the moment never came")
	}
	if figures, _ := s.om.Stock("NEW", east); figures.Locked != 4 || figures.Available != 40 {
		t.Errorf("the user's record is %+v", figures)
	}
	if calls := s.omCall.Calls()["PUT /v1.1/inventory"]; calls != 0 {
		t.Errorf("%d calls to create", calls)
	}
}

// A lost answer creates nothing twice, and one that is refused is told.
func TestAnswersToCreatedRecords(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.inventory.CreateMissing = true
	s.unstocked("NEW", 40)
	s.must2(s.omCall.Add(fault.Rule{Method: "PUT", Path: "/v1.1/inventory", Kind: fault.DropAfter, Nth: 1}))
	if _, err := s.sync(); err == nil {
		t.Fatal("a lost answer is a success")
	}
	if report := s.ok(s.sync()); report.Counts.Written != 0 || s.offered("NEW") != 40 {
		t.Errorf("the next run wrote %d, %d are offered", report.Counts.Written, s.offered("NEW"))
	}
	s.unstocked("REFUSED", 5)
	s.must2(s.omCall.Add(fault.Rule{Method: "PUT", Path: "/v1.1/inventory", Kind: fault.StatusBefore, Status: 200, Nth: 1,
		Header: map[string]string{"Content-Type": "application/json"},
		Body:   `{"message":"","results":[],"errors":[{"index":1,"identifier":"REFUSED","errorCode":"ERR999","severity":"CRITICAL"}]}`}))
	report := s.ok(s.sync())
	if len(report.Failing.Orders) != 1 || report.Failing.Orders[0].Reason != fulfillment.ReasonStockRefused || report.Inventory.AwaitingStartingInventory != 1 {
		t.Errorf("failing %+v, %d await", report.Failing.Orders, report.Inventory.AwaitingStartingInventory)
	}
}

// What would be created is planned, and nothing is.
func TestStartingInventoryIsPlanned(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.inventory.CreateMissing = true
	s.unstocked("NEW", 40)
	steps, report := s.planned(func(env routine.Env) routine.Run { return routine.NewInventorySync(env, s.inventory) })
	if len(steps) != 1 || steps[0] != (routine.PlannedStep{Action: routine.PlannedCreateStock, SKU: "NEW", Quantity: 40}) || report.Inventory.Created != 1 {
		t.Errorf("planned %+v", steps)
	}
	if _, has := s.om.Stock("NEW", east); has {
		t.Error("it was created")
	}
}

// A new record above the limit is held back as any increase is.
func TestTheBrakeHoldsNewRecordsBack(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.inventory.CreateMissing, s.inventory.MaxIncrease = true, new(int64(39))
	s.unstocked("NEW", 40)
	report := s.ok(s.sync())
	if _, has := s.om.Stock("NEW", east); has || report.Inventory.Held == nil || report.Inventory.Held.Increases != 1 {
		t.Fatalf("created: %t; held %+v", has, report.Inventory.Held)
	}
	s.approve(report.Inventory.Held.Digest)
	if report := s.ok(s.sync()); report.Approval != routine.ApprovalApplied || s.offered("NEW") != 40 {
		t.Errorf("%q, %d are offered", report.Approval, s.offered("NEW"))
	}
}
