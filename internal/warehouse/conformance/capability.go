// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"regexp"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// RowCapabilities is about what the driver declares as such. Whether each
// declaration is true is probed by the rows that it decides on; EditOrder has
// no method in the port, so nothing can be asked of it.
const RowCapabilities Row = "capabilities that can be relied on"

func capabilityRows() []row {
	return []row{{name: RowCapabilities, check: checkCapabilities}}
}

// checkCapabilities: they are of the closed set, and do not change with what
// has happened.
func checkCapabilities(t testing.TB, s scene) {
	c := s.destination.Capabilities()
	if !c.FindOrder {
		t.Error("FindOrder is not declared: without looking nothing can be delivered safely")
	}
	if c.ReferenceUnique != fulfillment.ReferenceEnforced && c.ReferenceUnique != fulfillment.ReferenceNotEnforced {
		t.Errorf("ReferenceUnique is %q", c.ReferenceUnique)
	}
	if c.ReferenceMaxLength < 0 {
		t.Errorf("ReferenceMaxLength is %d", c.ReferenceMaxLength)
	}
	if _, err := regexp.Compile(c.ReferencePattern); err != nil {
		t.Errorf("ReferencePattern: %v", err)
	}
	s.create(t, order(item{s.sku(t, 10), 1}))
	s.warehouse.ExpireTokens(t)
	if after := s.destination.Capabilities(); after != c {
		t.Errorf("they were %+v and are now %+v", c, after)
	}
}
