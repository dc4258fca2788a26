// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
)

// A day of a merchant under every reading of what Order Manager allocates: the
// books agree at its end, and nobody's name or secret is found anywhere.
func TestADay(t *testing.T) {
	for _, allocation := range ordermanager.Allocations() {
		t.Run(string(allocation), func(t *testing.T) {
			t.Parallel()
			options := world.Options{Seed: 11, Orders: 600, SKUs: 150, NoStockEvery: 25, ForeignOrders: 20, IncompleteAddresses: 4, KitEvery: 7}
			options.OrderManager.Allocation = allocation
			m := newMerchant(t, options)
			process := m.start()
			m.run(routines[0])
			if _, err := m.world.Pick(6); err != nil {
				t.Fatal(err)
			}
			if _, err := m.world.Cancel(30); err != nil {
				t.Fatal(err)
			}
			m.world.Ship(120)
			m.runAll()
			m.balanced()
			if _, err := m.world.Arrive(50); err != nil {
				t.Fatal(err)
			}
			m.world.Ship(0)
			m.runAll()
			m.balanced()
			m.nothingPersonal(process.Log())
		})
	}
}

// nothingPersonal fails if a secret, or anything of a buyer, is found in a
// manager's log or in what the API server keeps.
func (m *merchant) nothingPersonal(log string) {
	m.t.Helper()
	places := map[string]string{"the log": log}
	for _, kinds := range []string{"omc,syncpol", "events.events.k8s.io"} {
		output, err := kubectl.Run(m.t.Context(), nil, "-n", m.key.Namespace, "get", kinds, "-o", "yaml", "--show-managed-fields")
		m.must(err)
		places[kinds] = output
	}
	there := m.world.Addresses()
	forbidden := map[string]string{there.OrderManager.AccessToken: "the access token", there.OrderManager.Password: "the password", there.ThreePL.ClientSecret: "the client secret"}
	for _, order := range m.world.OrderManager.Orders() {
		for _, text := range []string{order.ShipName, order.ShipAddress1, order.ShipAddress2, order.ShipCompany, order.ShipPhone, order.ShipEmail} {
			if len(text) > 5 {
				forbidden[text] = "a buyer's data"
			}
		}
	}
	if len(forbidden) < 100 {
		m.t.Fatalf("only %d texts to look for", len(forbidden))
	}
	for place, content := range places {
		for text, what := range forbidden {
			quoted, _ := json.Marshal(text)
			if strings.Contains(content, text) || strings.Contains(content, strings.Trim(string(quoted), `"`)) {
				m.t.Errorf("%s has %s: %q", place, what, text)
			}
		}
	}
}
