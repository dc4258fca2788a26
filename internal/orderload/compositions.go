// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	// maxKitDepth is how many kits may stand in each other.
	maxKitDepth = 8
	// maxUnitsPerKit bounds what one kit may hold of one component.
	maxUnitsPerKit = 1_000_000
)

// Compositions are what kits are made of, by the kit's SKU. A kit that was
// asked for and not found has an entry without components.
type Compositions map[string]fulfillment.Product

// Explode returns the components of a kit, down to those that are no kits, each
// once and in their order. When it cannot be told, problem says in words what
// stands in the way.
func (c Compositions) Explode(sku string) (components []fulfillment.Component, problem string) {
	problem = c.explode(sku, 1, nil, &components)
	if problem != "" {
		return nil, problem
	}
	return components, ""
}

func (c Compositions) explode(sku string, times int64, above []string, components *[]fulfillment.Component) (problem string) {
	kit, asked := c[sku]
	switch {
	case slices.Contains(above, sku):
		return "kit " + sku + " holds itself"
	case len(above) >= maxKitDepth:
		return "more than 8 kits stand in each other, down to " + sku
	case !asked:
		return "the components of kit " + sku + " were not read"
	case len(kit.Components) == 0:
		return "Order Manager shows no components of kit " + sku
	}
	above = append(slices.Clone(above), sku)
	for _, part := range kit.Components {
		if part.SKU == "" {
			return "a component of kit " + sku + " has no SKU"
		}
		if part.Quantity <= 0 || part.Quantity > maxUnitsPerKit/times {
			return "the quantity of " + part.SKU + " in kit " + sku + " is not a whole positive number, or is too large"
		}
		units := times * part.Quantity
		if c.isKit(part) {
			if problem := c.explode(part.SKU, units, above, components); problem != "" {
				return problem
			}
			continue
		}
		same := slices.IndexFunc(*components, func(other fulfillment.Component) bool { return other.SKU == part.SKU })
		if same < 0 {
			*components = append(*components, fulfillment.Component{SKU: part.SKU, ProductID: part.ProductID})
			same = len(*components) - 1
		}
		if (*components)[same].Quantity += units; (*components)[same].Quantity > maxUnitsPerKit {
			return "the quantity of " + part.SKU + " in kit " + sku + " is too large"
		}
	}
	return ""
}

func (c Compositions) isKit(part fulfillment.Component) bool {
	known := c[part.SKU]
	return part.Kit || known.Bundle || len(known.Components) > 0
}

// Missing are the kits of these that have to be asked for, and of what is known
// of them the kits inside.
func (c Compositions) Missing(skus []string) []string {
	var missing []string
	seen := map[string]bool{}
	for len(skus) > 0 {
		sku := skus[0]
		skus = skus[1:]
		if seen[sku] {
			continue
		}
		seen[sku] = true
		kit, asked := c[sku]
		if !asked {
			missing = append(missing, sku)
			continue
		}
		for _, part := range kit.Components {
			if part.SKU != "" && c.isKit(part) {
				skus = append(skus, part.SKU)
			}
		}
	}
	return missing
}
