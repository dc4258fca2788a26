// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/operator"
)

// election are the flags of a manager that holds a lease, as the one that is
// shipped does: its last writes must still be let through while it stops.
var election = []string{"--leader-elect", "--lease-namespace=" + operator.Namespace, "--retry-period=1s"}

// stops sends SIGTERM, does something once the controller of the routine knows,
// and waits for the end of the process, which must come by itself, within the
// time that config/ grants, and without an error.
func (m *merchant) stops(process *operator.Process, controller string, then func()) {
	m.t.Helper()
	known := m.said(process, `waiting for all workers to finish","controller":"`+strings.ToLower(controller)+`"`)
	process.Signal(syscall.SIGTERM)
	known()
	then()
	if err := process.Ended(); err != nil {
		m.t.Fatalf("it did not end as it should: %v", err)
	}
}

// said returns what waits until the process says something, from now on or before.
func (m *merchant) said(process *operator.Process, text string) (wait func()) {
	said := process.Said(text)
	return func() {
		m.t.Helper()
		select {
		case <-said:
		case <-time.After(patience):
			m.t.Fatalf("the process did not say %q", text)
		}
	}
}

// reached waits until a request is held.
func (m *merchant) reached(hold *fault.Hold) {
	m.t.Helper()
	select {
	case <-hold.Reached():
	case <-time.After(patience):
		m.t.Fatal("no request came to be held")
	}
}

// toldStop reports whether the log tells how far a run had come.
func toldStop(process *operator.Process, routine v1alpha1.RoutineName) bool {
	controller := `","controller":"` + strings.ToLower(string(routine)) + `"`
	return strings.Contains(process.Log(), `"Run stopped at a safe point`+controller) || strings.Contains(process.Log(), `"Run abandoned: the process stops`+controller)
}

// SIGTERM while each routine reads, and while a write of it has taken effect
// and is not answered: the process ends at a safe point, the next one goes on,
// and nothing is done twice.
func TestEachRoutineStoppedAtASafePoint(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 37, Orders: 500, SKUs: 80, WaitingOnly: true})
	const cancelled, shipped = 20, 90
	warehouse, orderManager := m.world.WarehouseFaults, m.world.OrderManagerFaults
	cancelInOrderManager := func() {
		if _, err := m.world.Cancel(cancelled); err != nil {
			t.Fatal(err)
		}
	}
	arrive := func() {
		if _, err := m.world.Arrive(300); err != nil {
			t.Fatal(err)
		}
	}
	count := func() { // somebody counts the goods in the warehouse
		for _, level := range m.world.Warehouse.Snapshot().Stock {
			m.must(m.world.Warehouse.SetStock(threepl.StockSetting{CustomerID: level.CustomerID, FacilityID: level.FacilityID,
				SKU: level.SKU, Qualifier: level.Qualifier, OnHand: level.OnHand + threepl.Units(5), OnHold: level.OnHold}))
		}
	}
	ship := func() { m.world.Ship(shipped) }
	process := m.start(election...)
	m.wait("the manager", isReady)
	for _, stop := range []struct {
		routine  v1alpha1.RoutineName
		before   func()
		injector *fault.Injector
		call     string
		// nth call that is held; 0 holds each.
		nth int
		// answered says that the answer comes while the process stops: a write
		// of a routine that writes orders is waited for, and a read ends at once
		// where it can.
		answered bool
		// least and most are what the routine may have done when it has stopped.
		did         func() int
		least, most int
	}{
		{v1alpha1.OrderDownload, nil, orderManager, "GET /v1.1/orders", 1, true,
			func() int { return m.effects().creates }, 0, 0},
		// Eight are under way at a time, and no other is begun.
		{v1alpha1.OrderDownload, arrive, warehouse, "POST /orders", 0, true,
			func() int { return m.effects().creates }, 1, 8},
		{v1alpha1.OrderCancelDownload, cancelInOrderManager, warehouse, "GET /orders", 1, true,
			func() int { return m.effects().cancels }, 0, 0},
		{v1alpha1.OrderCancelDownload, cancelInOrderManager, warehouse, "POST /orders/{id}/canceler", 7, true,
			func() int { return m.effects().cancels }, 7, 7},
		{v1alpha1.ShipmentConfirmation, ship, warehouse, "GET /orders", 1, true,
			func() int { return m.effects().shipments }, 0, shipped},
		{v1alpha1.ShipmentConfirmation, ship, orderManager, "PUT /v1.1/shipment/external", 1, true,
			func() int { return m.effects().shipments }, 1, 2 * shipped},
		{v1alpha1.InventorySync, nil, orderManager, "GET /v1/productstocks/total", 1, false,
			func() int { return m.world.Books().StockWritten }, 0, 0},
		{v1alpha1.InventorySync, count, orderManager, "POST /v1.1/inventory/adjust", 1, false,
			func() int { return m.world.Books().StockWritten }, 1, 80},
	} {
		name := fmt.Sprintf("%s, %s", stop.routine, stop.call)
		t.Log(name)
		if stop.before != nil {
			stop.before()
		}
		var method, path string
		if _, err := fmt.Sscan(stop.call, &method, &path); err != nil {
			t.Fatal(err)
		}
		rule := fault.Rule{Method: method, Path: path, Nth: stop.nth}
		if stop.nth == 0 {
			rule.Every = 1
		}
		hold := stop.injector.HoldAfter(rule)
		before := stop.did()
		token := m.ask(stop.routine)
		m.reached(hold)
		m.stops(process, string(stop.routine), func() {
			if stop.answered {
				hold.Release()
			}
		})
		stop.injector.Remove(hold.ID)
		if done := stop.did() - before; done < stop.least || done > stop.most {
			t.Errorf("%s: it did %d when it had stopped, want %d to %d", name, done, stop.least, stop.most)
		}
		if unmarked := m.world.Books().Counts["Unmarked"]; unmarked != 0 {
			t.Errorf("%s: %d orders are in the warehouse and not marked", name, unmarked)
		}
		if !toldStop(process, stop.routine) {
			t.Errorf("%s: the log does not tell of the run that was stopped", name)
		}
		for line := range strings.SplitSeq(process.Log(), "\n") {
			if strings.Contains(line, `"level":"error"`) && strings.Contains(line, `"controller":"`) {
				t.Errorf("%s: an error is logged for a stop: %s", name, line)
			}
		}
		process = m.start(election...)
		if entry := m.answered(stop.routine, token); entry.LastRun.Result != v1alpha1.RunSucceeded {
			t.Errorf("%s: the next process: %+v", name, entry.LastRun)
		}
	}
	m.runAll()
	m.balanced()
	effects := m.effects()
	if effects.cancels != 2*cancelled || effects.shipments != 2*shipped {
		t.Errorf("%+v, want %d cancellations and %d shipments", effects, 2*cancelled, 2*shipped)
	}
}

// SIGTERM while a write of each routine hangs for ever: the process ends within
// the time that config/ grants and without an error, says what it gave up, and
// marks what it had delivered. The next one looks before it writes again.
func TestStoppedWhileWritesHang(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 43, Orders: 300, SKUs: 80, WaitingOnly: true})
	process := m.start(election...)
	m.run(v1alpha1.OrderDownload)
	if _, err := m.world.Cancel(20); err != nil {
		t.Fatal(err)
	}
	m.world.Ship(90)
	if _, err := m.world.Arrive(60); err != nil {
		t.Fatal(err)
	}
	tokens := map[v1alpha1.RoutineName]string{}
	var holds []*fault.Hold
	for _, hang := range []struct {
		routine  v1alpha1.RoutineName
		injector *fault.Injector
		rule     fault.Rule
	}{
		{v1alpha1.OrderDownload, m.world.WarehouseFaults, fault.Rule{Method: "POST", Path: "/orders", Nth: 30}},
		{v1alpha1.OrderCancelDownload, m.world.WarehouseFaults, fault.Rule{Method: "POST", Path: "/orders/{id}/canceler", Every: 1}},
		{v1alpha1.ShipmentConfirmation, m.world.OrderManagerFaults, fault.Rule{Method: "PUT", Path: "/v1.1/shipment/external", Every: 1}},
	} {
		hold := hang.injector.HoldBefore(hang.rule)
		tokens[hang.routine] = m.ask(hang.routine)
		m.reached(hold)
		holds = append(holds, hold)
	}
	m.stops(process, string(v1alpha1.OrderDownload), func() {})
	m.world.WarehouseFaults.Clear()
	m.world.OrderManagerFaults.Clear()
	if unmarked := m.world.Books().Counts["Unmarked"]; unmarked != 0 {
		t.Errorf("%d orders are in the warehouse and not marked", unmarked)
	}
	for routine := range tokens {
		if !toldStop(process, routine) {
			t.Errorf("the log does not tell of the run of %s that was stopped", routine)
		}
	}
	if log := process.Log(); !strings.Contains(log, `"failing":{"OutcomeUnknown":1}`) {
		t.Error("the log does not say that the outcome of one order is not known")
	}
	for _, hold := range holds {
		if hold.State().Waiting != 0 {
			t.Errorf("a request of the process is still there: %+v", hold.State())
		}
	}
	// Nobody knows whether the shipments were reported; the usual wait is longer than a test.
	m.start(append(slices.Clone(election), "--lost-report-wait=1s")...)
	for routine, token := range tokens {
		m.answered(routine, token)
	}
	m.reportsAll()
	m.runAll()
	m.balanced()
	if effects := m.effects(); effects.cancels != 20 || effects.shipments != 90 {
		t.Errorf("%+v", effects)
	}
}

// SIGTERM while a run waits ten minutes for the budget of an account, and while
// the warehouse name is looked for in a system that hangs: the process does not
// wait for either.
func TestStoppedWhileItWaits(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 47, Orders: 100, SKUs: 60})
	process := m.start(election...)
	m.wait("the manager", isReady)
	m.world.OrderManagerFaults.MustAdd(fault.TooManyRequests("GET", "/v1.1/orders", map[string]string{"Retry-After": "600"}))
	waits := m.said(process, "Reconcile done, requeueing after 10m")
	token := m.ask(v1alpha1.OrderDownload)
	waits()
	hold := m.world.OrderManagerFaults.HoldBefore(fault.Rule{Method: "GET", Path: "/v1/warehouses"})
	c := &v1alpha1.OrderManagerConnection{ObjectMeta: metav1.ObjectMeta{Namespace: m.key.Namespace, Name: m.key.Name}}
	m.must(admin.Patch(t.Context(), c, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"orders":{"earliestOrderDate":"2001-01-01"}}}`))))
	m.reached(hold)
	asked := m.world.OrderManagerFaults.Calls()["GET /v1.1/orders"]
	m.stops(process, string(v1alpha1.OrderDownload), func() {})
	if now := m.world.OrderManagerFaults.Calls()["GET /v1.1/orders"]; now != asked {
		t.Errorf("%d requests were sent while it stopped", now-asked)
	}
	m.world.OrderManagerFaults.Clear()
	m.start(election...)
	if entry := m.answered(v1alpha1.OrderDownload, token); entry.LastRun.Result != v1alpha1.RunSucceeded {
		t.Errorf("the next process: %+v", entry.LastRun)
	}
	m.runAll()
	m.balanced()
}
