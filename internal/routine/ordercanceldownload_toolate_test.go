// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestLeftSince(t *testing.T) {
	shipped, open, cancelled := fulfillment.WarehouseShipped, fulfillment.WarehouseOpen, fulfillment.WarehouseCancelled
	for _, test := range []struct {
		name     string
		identity string
		state    fulfillment.WarehouseState
		left     time.Time
		want     bool
	}{
		{"lately", "7", shipped, noon, true},
		{"at that moment", "7", shipped, noon.Add(-time.Hour), true},
		{"long before, and touched since", "7", shipped, noon.Add(-time.Hour - time.Second), false},
		{"at a time that is not given", "7", shipped, time.Time{}, true},
		{"not yet", "7", open, noon, false},
		{"never", "7", cancelled, noon, false},
		{"without an identity", "", shipped, noon, false},
		{"of another product", "CART-7", shipped, noon, false},
		{"with an identity that is nearly ours", "07", shipped, noon, false},
	} {
		o := fulfillment.WarehouseOrder{Identity: test.identity, State: test.state, ShippedAt: test.left}
		if got := leftSince(o, noon.Add(-time.Hour)); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
