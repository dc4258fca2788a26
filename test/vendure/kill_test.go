// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"testing"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/testing/vendureworld"
)

// reached waits until a hold has something to hold.
func reached(t *testing.T, hold *fault.Hold) {
	t.Helper()
	select {
	case <-hold.Reached():
	case <-time.After(patience):
		t.Fatal("the request to be held never came")
	}
}

// killPoint is a write whose answer the manager does not live to see.
type killPoint struct {
	routine v1alpha1.RoutineName
	// field of the GraphQL mutation; or method and path of a write to Order Manager.
	field, method, path string
	nth                 int
}

// The manager is killed between a write that took effect and its answer, in
// each of the four routines. The next one finds both systems as they are, and
// every order is there once, whole, and with nothing left over.
func TestKilledBetweenAWriteAndItsAnswer(t *testing.T) {
	t.Parallel()
	for name, points := range map[string][]killPoint{
		"an order begun": {
			{routine: download, field: "createDraftOrder", nth: 2},
			{routine: download, field: "setDraftOrderCustomFields", nth: 3},
			{routine: download, field: "addItemToDraftOrder", nth: 1},
		},
		"an order placed": {
			{routine: download, field: "addManualPaymentToOrder", nth: 1},
			{routine: download, field: "setDraftOrderShippingAddress", nth: 2},
			{routine: download, field: "addManualPaymentToOrder", nth: 4},
			{routine: download, method: "POST", path: "/v1/orders/sendtofulfillment", nth: 1},
		},
		"after the download": {
			{routine: cancelling, field: "cancelOrder", nth: 1},
			{routine: cancelling, field: "cancelOrder", nth: 2},
			{routine: confirmation, method: "PUT", path: "/v1.1/shipment/external", nth: 1},
			{routine: inventory, method: "POST", path: "/v1.1/inventory/adjust", nth: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMerchant(t, vendureworld.Options{Seed: 37, Orders: 14, SKUs: 8, WaitingOnly: true})
			process := m.start()
			if points[0].routine != download {
				m.run(download)
				if _, err := m.shop.Cancel(t.Context(), 5); err != nil {
					t.Fatal(err)
				}
				if _, err := m.shop.Ship(t.Context(), 4); err != nil {
					t.Fatal(err)
				}
			}
			for i, point := range points {
				var hold *fault.Hold
				injector := host.Faults
				if point.field != "" {
					hold = m.shop.HoldAfter(point.field, point.nth)
				} else {
					injector = m.world.OrderManagerFaults
					hold = injector.HoldAfter(fault.Rule{Method: point.method, Path: point.path, Nth: point.nth})
				}
				token := m.ask(m.key, point.routine)
				reached(t, hold)
				process.Kill()
				injector.Remove(hold.ID)
				process = m.start()
				// The last of a routine's points is settled by the token that nobody
				// answered; before, the next point is in the same run.
				if i == len(points)-1 || points[i+1].routine != point.routine {
					m.answered(m.key, point.routine, token)
				}
			}
			m.runAll()
			m.close()
		})
	}
}
