// SPDX-License-Identifier: Apache-2.0

package world

import (
	"maps"
	"slices"

	"ordersync.dev/operator/internal/simulator/ordermanager"
)

// KitsOf are what kits are made of now, down to what is no kit, and what they
// were made of before each change, the latest first.
func KitsOf(om *ordermanager.Server) (now map[string]map[string]int64, former []map[string]map[string]int64) {
	parts := map[string][]ordermanager.BundledItem{}
	for _, product := range om.Products() {
		if product.Bundle {
			parts[product.MasterSKU] = product.BundledItems
		}
	}
	now = flatten(parts)
	for _, before := range slices.Backward(om.FormerBundles()) {
		parts = maps.Clone(parts)
		parts[before.MasterSKU] = before.BundledItems
		former = append(former, flatten(parts))
	}
	return now, former
}

func flatten(parts map[string][]ordermanager.BundledItem) map[string]map[string]int64 {
	kits := map[string]map[string]int64{}
	for sku := range parts {
		kits[sku] = map[string]int64{}
		flattenInto(kits[sku], parts, sku, 1, 0)
	}
	return kits
}

// deepest is how many kits may stand in each other; one that holds itself ends there.
const deepest = 16

func flattenInto(kit map[string]int64, parts map[string][]ordermanager.BundledItem, sku string, times int64, depth int) {
	if depth == deepest {
		return
	}
	for _, part := range parts[sku] {
		component, units := part.BundledProduct.MasterSKU, times*int64(part.BundledProductQuantity)
		if _, nested := parts[component]; nested {
			flattenInto(kit, parts, component, units, depth+1)
			continue
		}
		kit[component] += units
	}
}
