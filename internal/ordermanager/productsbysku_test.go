// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	simulator "ordersync.dev/operator/internal/simulator/ordermanager"
)

// Products are found by their whole SKU among those that begin like it, active
// or not; without any missing one call tells.
func TestProductsBySKU(t *testing.T) {
	a := newAccount(t, simulator.Options{}, simulator.SeedOptions{Orders: 1, Products: 300})
	if err := a.Deactivate("SKU-7"); err != nil {
		t.Fatal(err)
	}
	source := a.source(t)
	find := func(calls int, skus ...string) string {
		t.Helper()
		a.faults.ResetCalls()
		products, err := source.ProductsBySKU(t.Context(), skus)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, p := range products {
			found = append(found, fmt.Sprintf("%s:%t:%d", p.SKU, p.Active, len(p.Components)))
		}
		slices.Sort(found)
		if got := a.faults.Calls()["GET /v1.1/products"]; got != calls {
			t.Errorf("%v: %d calls, want %d", skus, got, calls)
		}
		return strings.Join(found, " ")
	}
	if got := find(1, "SKU-100", "SKU-3"); got != "SKU-100:true:2 SKU-3:true:0" {
		t.Error(got)
	}
	// SKU-2 begins 112 SKUs; SKU-7 is looked for to the end of what is active, and found among the others.
	if got := find(5, "SKU-2", "SKU-7", "NONE"); !strings.HasPrefix(got, "SKU-2:true:0 SKU-7:false:0") || strings.Count(got, ":") != 4 {
		t.Error(got)
	}
	if got := find(0); got != "" {
		t.Error(got)
	}
	var many []string
	for n := 1; n <= 60; n++ {
		many = append(many, fmt.Sprintf("SKU-%d", n+200))
	}
	if got := find(3, many...); strings.Count(got, " ") != 59 {
		t.Error(got)
	}
}
