// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"maps"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// Allocation models, as status names them.
const (
	AllocationCounted    = "Counted"
	AllocationNotCounted = "NotCounted"
	AllocationMixed      = "Mixed"
	AllocationNotSeen    = "NotSeen"
)

// kitAllocation is what Order Manager may take off for an order of a kit. The
// vendor does not say.
type kitAllocation int

const (
	kitTakesComponents kitAllocation = iota
	kitTakesItself
	kitTakesNothing
)

// explanation is a way in which Order Manager's allocated quantities come
// about: the statuses whose orders it takes off, and what of an order of a kit.
type explanation struct {
	statuses []string
	kits     kitAllocation
}

// learnAllocation finds the order statuses whose units explain what Order
// Manager has allocated: the smallest set that fits every product.
func learnAllocation(s *snapshot) (model string, statuses []string) {
	names, found := explainAllocation(s)
	switch {
	case names == nil:
		return AllocationNotSeen, nil
	case len(found) == 0:
		return AllocationMixed, nil
	}
	return modelOf(len(found[0].statuses), len(names)), found[0].statuses
}

// allocation are the statuses whose units Order Manager takes off for certain:
// of lines of products, and of kits in the way that they are owed.
type allocation struct{ products, kits map[string]bool }

// surelyAllocated are the statuses that are in every explanation of what Order
// Manager has allocated. Of the others it may take nothing off.
func surelyAllocated(s *snapshot) allocation {
	sure := allocation{map[string]bool{}, map[string]bool{}}
	names, found := explainAllocation(s)
	if len(found) == 0 {
		return sure
	}
	asOwed := kitTakesComponents
	if s.preBuiltKits {
		asOwed = kitTakesItself
	}
	kitsAsOwed := !slices.ContainsFunc(found, func(e explanation) bool { return e.kits != asOwed })
	for _, name := range names {
		sure.products[name] = !slices.ContainsFunc(found, func(e explanation) bool { return !slices.Contains(e.statuses, name) })
		sure.kits[name] = sure.products[name] && kitsAsOwed
	}
	return sure
}

// explainAllocation returns the statuses of open orders and every explanation
// of what Order Manager has allocated of all products, the one with the fewest
// statuses first. Without statuses, or with too many, there are no names; where
// a kit is ordered that nobody knows, there is no explanation.
func explainAllocation(s *snapshot) (names []string, found []explanation) {
	demand := map[kitAllocation]unitsByStatus{}
	ways := []kitAllocation{kitTakesComponents, kitTakesItself, kitTakesNothing}
	for _, way := range ways {
		demand[way] = unitsByStatus{}
	}
	all, kits, unknown := map[string]bool{}, false, false
	for _, order := range s.open.orders {
		for _, line := range s.kits().WithoutBrokenDown(order.Lines) {
			all[order.Status] = true
			if !line.Kit {
				for _, way := range ways {
					demand[way].add(line.SKU, order.Status, line.Quantity)
				}
				continue
			}
			kits = true
			demand[kitTakesItself].add(line.SKU, order.Status, line.Quantity)
			components, problem := s.kits().Compositions.Explode(line.SKU)
			unknown = unknown || problem != ""
			for _, part := range components {
				demand[kitTakesComponents].add(part.SKU, order.Status, times(line.Quantity, part.Quantity))
			}
		}
	}
	if !kits {
		ways = ways[:1]
	}
	names = slices.Sorted(maps.Keys(all))
	rows := s.allocated(demand)
	if len(names) == 0 || len(names) > 12 || len(rows) == 0 {
		return nil, nil
	}
	if unknown {
		return names, nil
	}
	for _, way := range ways {
		for set := range 1 << len(names) {
			chosen := subset(names, set)
			if !slices.ContainsFunc(rows, func(row fulfillment.ProductStock) bool { return demand[way].of(row.SKU, chosen) != *row.Allocated }) {
				found = append(found, explanation{chosen, way})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b explanation) int { return len(a.statuses) - len(b.statuses) })
	return names, found
}

// allocated are the rows that show what is allocated of products that open
// orders ask for in any way. Of a kit that is sent as its components the row may
// show theirs, and is left out.
func (s *snapshot) allocated(demand map[kitAllocation]unitsByStatus) (rows []fulfillment.ProductStock) {
	for _, total := range s.totals {
		asked := len(demand[kitTakesComponents][total.SKU])+len(demand[kitTakesItself][total.SKU]) > 0
		if total.Allocated != nil && asked && (s.preBuiltKits || !total.Bundle) {
			rows = append(rows, total)
		}
	}
	return rows
}

// unitsByStatus are units that orders ask for, by SKU and status.
type unitsByStatus map[string]map[string]int64

func (u unitsByStatus) add(sku, status string, units int64) {
	if u[sku] == nil {
		u[sku] = map[string]int64{}
	}
	u[sku][status] += units
}

func (u unitsByStatus) of(sku string, statuses []string) (sum int64) {
	for _, status := range statuses {
		sum += u[sku][status]
	}
	return sum
}

func subset(names []string, set int) []string {
	var chosen []string
	for i, name := range names {
		if set&(1<<i) != 0 {
			chosen = append(chosen, name)
		}
	}
	return chosen
}

func modelOf(chosen, all int) string {
	switch chosen {
	case 0:
		return AllocationNotCounted
	case all:
		return AllocationCounted
	}
	return AllocationMixed
}
