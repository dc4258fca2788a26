// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// planned works a run that only plans, and fails if either system was written to.
func (s *shop) planned(start func(routine.Env) routine.Run) ([]routine.PlannedStep, routine.Report) {
	s.t.Helper()
	s.omCall.ResetCalls()
	s.wh.Faults().ResetCalls()
	orders, stock := s.om.Snapshot(), len(s.wh.Effects())
	plan := routine.NewPlan()
	run := start(plan.Env(s.env("Plan")))
	s.must(run.Slice(s.t.Context(), goOn))
	for _, calls := range []map[string]int{s.omCall.Calls(), s.wh.Faults().Calls()} {
		for call := range calls {
			if !strings.HasPrefix(call, "GET ") && !strings.Contains(strings.ToLower(call), "token") {
				s.t.Errorf("a plan called %s", call)
			}
		}
	}
	if len(s.wh.Effects()) != stock {
		s.t.Errorf("a plan had an effect in the warehouse")
	}
	if after := s.om.Snapshot(); len(after.Orders) != len(orders.Orders) {
		s.t.Errorf("a plan changed the orders of Order Manager")
	}
	steps, total := plan.Steps()
	if total < int64(len(steps)) {
		s.t.Errorf("%d steps are listed of %d", len(steps), total)
	}
	return steps, run.Report()
}

func counted(steps []routine.PlannedStep) map[routine.PlannedAction]int {
	count := map[routine.PlannedAction]int{}
	for _, step := range steps {
		count[step.Action]++
	}
	return count
}

// A plan of each routine writes nothing and says what the run after it does.
func TestAPlanSaysWhatTheRunDoes(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 10_000, 0, 0)
	s.product("B", 50, 20, 5)
	// More than a walk reads at once: what was planned stays waiting.
	ids := s.orders(1150, "A")
	two := s.order(omsim.StatusAwaiting3PLExport, "A", 3, func(o *omsim.Order) {
		o.OrderNumber = "TWO-LINES"
		o.Items = append(o.Items, omsim.Item("B", 4))
	})
	unfit := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.ShipCountry = "" })

	steps, report := s.planned(func(env routine.Env) routine.Run {
		return routine.NewOrderDownload(env, routine.OrderDownloadConfig{})
	})
	if got, want := counted(steps), (map[routine.PlannedAction]int{routine.PlannedCreate: 1152, routine.PlannedMark: 1151}); !maps.Equal(got, want) {
		t.Errorf("planned %v, want %v", got, want)
	}
	if report.Counts.Created != 1151 || report.Counts.Marked != 1151 || report.Counts.Failed != 1 || report.Counts.Read != 1152 {
		t.Errorf("%+v", report.Counts)
	}
	var lines []routine.PlannedStep
	for _, step := range steps {
		if step.OrderID == two && step.Action == routine.PlannedCreate {
			lines = append(lines, step)
		}
	}
	want := []routine.PlannedStep{
		{Action: routine.PlannedCreate, OrderID: two, Reference: "TWO-LINES", SKU: "A", Quantity: 3},
		{Action: routine.PlannedCreate, OrderID: two, Reference: "TWO-LINES", SKU: "B", Quantity: 4},
	}
	if !slices.Equal(lines, want) {
		t.Errorf("planned %+v", lines)
	}
	if did := s.ok(s.download()); did.Counts.Created != 1151 || did.Counts.Marked != 1151 {
		t.Errorf("the run did %+v", did.Counts)
	}
	if s.status(unfit) != omsim.StatusAwaiting3PLExport {
		t.Errorf("the order that cannot be sent is %s", s.status(unfit))
	}

	// Two are cancelled; of those the warehouse has shipped one.
	s.must(s.om.CancelOrder(int64(ids[0])))
	s.must(s.om.CancelOrder(int64(ids[1])))
	s.shipHere(ids[1])
	s.shipHere(ids[2])
	steps, report = s.planned(func(env routine.Env) routine.Run {
		return routine.NewOrderCancelDownload(env, routine.OrderCancelDownloadConfig{WarehouseIDs: []int64{east}})
	})
	if len(steps) != 1 || steps[0].Action != routine.PlannedCancel || steps[0].OrderID != ids[0] || report.Counts.Cancelled != 1 {
		t.Errorf("planned %+v, %+v", steps, report.Counts)
	}
	if reasons(report)[ids[1]] != fulfillment.ReasonTooLate {
		t.Errorf("the shipped one is %v", reasons(report))
	}
	if did := s.ok(s.cancel()); did.Counts.Cancelled != 1 {
		t.Errorf("the run did %+v", did.Counts)
	}

	steps, report = s.planned(func(env routine.Env) routine.Run {
		return routine.NewShipmentConfirmation(env, routine.ShipmentConfirmationConfig{})
	})
	if len(steps) != 1 || steps[0].Action != routine.PlannedConfirm || steps[0].OrderID != ids[2] || report.Counts.Confirmed != 1 {
		t.Errorf("planned %+v, %+v", steps, report.Counts)
	}
	if did := s.ok(s.confirm()); did.Counts.Confirmed != 1 {
		t.Errorf("the run did %+v", did.Counts)
	}

	steps, report = s.planned(func(env routine.Env) routine.Run {
		return routine.NewInventorySync(env, routine.InventorySyncConfig{})
	})
	if report.Counts.Written != int64(len(steps)) || len(steps) != 2 {
		t.Fatalf("planned %+v, %+v", steps, report.Counts)
	}
	s.clock.Pass(time.Minute)
	s.ok(s.sync())
	for _, step := range steps {
		figures, _ := s.om.Stock(step.SKU, east)
		if figures.OnHand != step.Quantity || step.Before == step.Quantity {
			t.Errorf("planned %+v, and the run made it %d", step, figures.OnHand)
		}
	}
}

// An order that the warehouse has without an identity would be adopted.
func TestAPlanAdoptsNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 100, 0, 0)
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = "BY-HAND" })
	there := s.deliver(id)
	s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) { d.ExternalID = "" }))
	steps, report := s.planned(func(env routine.Env) routine.Run {
		return routine.NewOrderDownload(env, routine.OrderDownloadConfig{})
	})
	if got, want := counted(steps), (map[routine.PlannedAction]int{routine.PlannedAdopt: 1, routine.PlannedMark: 1}); !maps.Equal(got, want) || report.Counts.Adopted != 1 {
		t.Errorf("planned %v, %+v", got, report.Counts)
	}
	if len(s.there(id)) != 0 {
		t.Error("it was adopted")
	}
}

// The list of a plan is bounded and its number is true.
func TestAPlanIsBounded(t *testing.T) {
	t.Parallel()
	plan := routine.NewPlan()
	env := plan.Env(routine.Env{})
	for range routine.MaxPlanned/fulfillment.StockBatch + 1 {
		writes := make([]fulfillment.StockWrite, fulfillment.StockBatch)
		if _, err := env.Source.SetStock(t.Context(), writes); err != nil {
			t.Fatal(err)
		}
	}
	steps, total := plan.Steps()
	if len(steps) != routine.MaxPlanned || total != routine.MaxPlanned+fulfillment.StockBatch {
		t.Errorf("%d listed of %d", len(steps), total)
	}
}
