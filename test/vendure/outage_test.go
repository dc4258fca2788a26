// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/testing/operator"
	"ordersync.dev/operator/internal/testing/vendureworld"
)

// Vendure ends in the middle of a download, with an order half made. The
// routines say that it cannot be reached, and once it is there again they catch
// up by themselves at their next slots: nobody asks them to.
func TestVendureEndsInTheMiddle(t *testing.T) {
	t.Parallel()
	m := newMerchantOn(t, vendureworld.Options{Seed: 41, Orders: 8, SKUs: 8, WaitingOnly: true})
	m.start()
	// What the other routines would ask Vendure about.
	m.run(download)
	_, err := m.shop.Ship(t.Context(), 2)
	m.must(err)
	_, err = m.shop.Cancel(t.Context(), 2)
	m.must(err)
	_, err = m.shop.Arrive(12)
	m.must(err)
	hold := m.shop.HoldAfter("setDraftOrderCustomFields", 7)
	token := m.ask(m.key, download)
	reached(t, hold)
	m.must(m.world.Host.Server.Pause())
	m.shop.Release(hold)
	tokens := map[v1alpha1.RoutineName]string{download: token}
	for _, routine := range routines[1:] {
		tokens[routine] = m.ask(m.key, routine)
	}
	for _, routine := range routines {
		entry := m.answered(m.key, routine, tokens[routine])
		reason := entry.LastRun.Reason // the others found it down
		if entry.LastRun.Result == v1alpha1.RunSucceeded || reason != fulfillment.ReasonUnreachable && reason != fulfillment.ReasonAccountResting {
			t.Errorf("%s without Vendure: %+v", routine, entry.LastRun)
		}
	}
	standard := m.policy(time.Minute)
	m.must(admin.Patch(t.Context(), standard, client.Merge))
	m.must(m.world.Host.Server.Restart(t.Context()))
	for _, routine := range routines {
		m.wait(m.key, string(routine)+" to heal", func(c *v1alpha1.OrderManagerConnection) bool {
			entry := operator.Entry(c, routine)
			return entry.LastRun.Result == v1alpha1.RunSucceeded && entry.ConsecutiveFailures == 0
		})
	}
	m.wait(m.key, "the connection to be ready", isReady)
	m.run(inventory)
	result, err := m.shop.Books(t.Context())
	m.must(err)
	if result.Delivered != 20 || result.Cancelled != 2 || result.Confirmed != 2 {
		t.Error(result.Line())
	}
	m.close()
}
