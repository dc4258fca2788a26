// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
)

// The process is killed between a write that took effect and its answer. The
// next one finds both systems as they are, and every order is there once.
func TestKilledBetweenAWriteAndItsAnswer(t *testing.T) {
	const (
		create  = "POST /orders"
		mark    = "POST /v1/orders/sendtofulfillment"
		cancel  = "POST /orders/{id}/canceler"
		confirm = "PUT /v1.1/shipment/external"
		adjust  = "POST /v1.1/inventory/adjust"
	)
	for _, point := range []struct {
		call      string
		nth       int
		routine   v1alpha1.RoutineName
		warehouse bool
	}{
		{create, 1, v1alpha1.OrderDownload, true},
		{create, 137, v1alpha1.OrderDownload, true},
		{mark, 1, v1alpha1.OrderDownload, false},
		{cancel, 1, v1alpha1.OrderCancelDownload, true},
		{cancel, 13, v1alpha1.OrderCancelDownload, true},
		{confirm, 1, v1alpha1.ShipmentConfirmation, false},
		{adjust, 1, v1alpha1.InventorySync, false},
	} {
		t.Run(fmt.Sprintf("%s/%d", point.call, point.nth), func(t *testing.T) {
			t.Parallel()
			m := newMerchant(t, world.Options{Seed: 23, Orders: 300, SKUs: 80})
			process := m.start()
			if point.routine != v1alpha1.OrderDownload {
				m.run(v1alpha1.OrderDownload)
				if _, err := m.world.Cancel(20); err != nil {
					t.Fatal(err)
				}
				m.world.Ship(90)
			}
			var method, path string
			if _, err := fmt.Sscan(point.call, &method, &path); err != nil {
				t.Fatal(err)
			}
			injector := m.world.OrderManagerFaults
			if point.warehouse {
				injector = m.world.WarehouseFaults
			}
			hold := injector.HoldAfter(fault.Rule{Method: method, Path: path, Nth: point.nth})
			token := m.ask(point.routine)
			<-hold.Reached()
			process.Kill()
			injector.Remove(hold.ID)
			hold.Release()

			m.start()
			m.answered(point.routine, token)
			m.runAll()
			m.balanced()
		})
	}
}

// The process is killed with the answer to a report that does not show for long:
// the next one finds in status what was about to be reported, and does not
// report it again, however often it is asked to.
func TestAReportThatDoesNotShowIsNotRepeatedAfterAKill(t *testing.T) {
	t.Parallel()
	const path = "/v1.1/shipment/external"
	m := newMerchant(t, world.Options{Seed: 37, Orders: 120, SKUs: 60, OrderManager: ordermanager.Options{
		ShipmentShowsAfter: 1000 * time.Hour, RepeatedShipment: ordermanager.DuplicateRepeatedShipment}})
	process := m.start()
	m.run(v1alpha1.OrderDownload)
	m.world.Ship(40)
	hold := m.world.OrderManagerFaults.HoldAfter(fault.Rule{Method: "PUT", Path: path, Nth: 1})
	token := m.ask(v1alpha1.ShipmentConfirmation)
	<-hold.Reached()
	process.Kill()
	m.world.OrderManagerFaults.Remove(hold.ID)
	hold.Release()

	m.start()
	m.answered(v1alpha1.ShipmentConfirmation, token)
	entry := m.run(v1alpha1.ShipmentConfirmation)
	if entry.Failing == nil || entry.Failing.Count != 40 || entry.Failing.Orders[0].Reason != fulfillment.ReasonOutcomeUnknown {
		t.Errorf("listed are %+v", entry.Failing)
	}
	m.world.OrderManager.SettleShipments()
	m.runAll()
	m.balanced()
	if calls := m.world.OrderManagerFaults.Calls()["PUT "+path]; calls != 1 {
		t.Errorf("reported in %d calls", calls)
	}
}

// The process is killed before its report arrives: what was written down and not
// reported is reported after the wait.
func TestAReportThatNeverArrivedIsMadeAfterAKill(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 41, Orders: 120, SKUs: 60})
	process := m.start()
	m.run(v1alpha1.OrderDownload)
	m.world.Ship(40)
	hold := m.world.OrderManagerFaults.HoldBefore(fault.Rule{Method: "PUT", Path: "/v1.1/shipment/external", Nth: 1})
	m.ask(v1alpha1.ShipmentConfirmation)
	<-hold.Reached()
	process.Kill() // with it the request ends that is held
	t.Cleanup(hold.Release)

	m.start("--lost-report-wait=1s")
	m.reportsAll()
	m.runAll()
	m.balanced()
}

// reportsAll confirms shipments until none waits that a process may have reported
// that has ended.
func (m *merchant) reportsAll() {
	m.t.Helper()
	waits := func(order v1alpha1.FailingOrder) bool { return order.Reason == fulfillment.ReasonOutcomeUnknown }
	for range 300 {
		failing := m.run(v1alpha1.ShipmentConfirmation).Failing
		if failing == nil || !slices.ContainsFunc(failing.Orders, waits) {
			return
		}
	}
	m.t.Fatal("orders wait for ever")
}

// Two processes at once, and the leader is killed in the middle of its writes:
// the other waits out its last request and takes over.
func TestTheLeaderIsKilledAndTheOtherTakesOver(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 29, Orders: 300, SKUs: 80})
	election := []string{"--leader-elect", "--lease-namespace=ordersync-system",
		"--lease-duration=4s", "--renew-deadline=3s", "--retry-period=1s", "--takeover-delay=2s"}
	first := m.start(election...)
	m.wait("the first to lead", isReady)
	m.start(election...)
	hold := m.world.WarehouseFaults.HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 40})
	token := m.ask(v1alpha1.OrderDownload)
	<-hold.Reached()
	first.Kill()
	m.world.WarehouseFaults.Remove(hold.ID)
	hold.Release()
	if entry := m.answered(v1alpha1.OrderDownload, token); entry.LastRun.Result != v1alpha1.RunSucceeded {
		t.Fatalf("%+v", entry.LastRun)
	}
	m.runAll()
	m.balanced()
}

// SIGTERM in the middle of a run: the page is finished or given up at a safe
// point, and nothing is left in the warehouse without its mark.
func TestStoppedInTheMiddleOfARun(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 31, Orders: 900, SKUs: 80, WaitingOnly: true})
	process := m.start()
	hold := m.world.WarehouseFaults.HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 250})
	token := m.ask(v1alpha1.OrderDownload)
	<-hold.Reached()
	stopped := make(chan error, 1)
	go func() { stopped <- process.Stop() }()
	hold.Release()
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if unmarked := m.world.Books().Counts["Unmarked"]; unmarked != 0 {
		t.Errorf("%d orders are in the warehouse and not marked", unmarked)
	}
	m.start()
	m.answered(v1alpha1.OrderDownload, token)
	m.runAll()
	m.balanced()
}
