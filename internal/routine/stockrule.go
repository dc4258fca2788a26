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

// availableRule is how this account's available quantity follows from its
// other figures, as far as the rows read show it. It matters where available
// stands at zero: it may be cut off there, and then does not say how much is
// missing.
type availableRule struct {
	// learned is true when every row that is not at zero agrees.
	learned        bool
	subtractLocked bool
}

func learnAvailable(totals []fulfillment.ProductStock) availableRule {
	withLocked, without, seen := true, true, false
	for _, total := range totals {
		if total.OnHand == nil || total.Available == nil || total.Locked == nil || total.Allocated == nil || *total.Available <= 0 {
			continue
		}
		if *total.Locked == 0 && *total.Allocated == 0 {
			continue // tells nothing: available is what is on hand under every rule
		}
		seen = true
		withLocked = withLocked && *total.Available == *total.OnHand-*total.Locked-*total.Allocated
		without = without && *total.Available == *total.OnHand-*total.Allocated
	}
	// Where both fit, locked units are not counted as missing: a difference
	// that is too small offers too little, one that is too large oversells.
	return availableRule{learned: seen && (withLocked || without), subtractLocked: withLocked && !without}
}

// effective returns the available quantity as it would be if it were not cut
// off at zero. It is false when Order Manager gave no figure.
func (rule availableRule) effective(total fulfillment.ProductStock) (int64, bool) {
	if total.Available == nil || total.OnHand == nil || total.Locked == nil {
		return 0, false
	}
	available := *total.Available
	if available != 0 || !rule.learned || total.Allocated == nil {
		return available, true
	}
	below := *total.OnHand - *total.Allocated
	if rule.subtractLocked {
		below -= *total.Locked
	}
	return min(available, below), true
}

// learnAllocation finds the order statuses whose units explain what Order
// Manager has allocated: the smallest set that fits every product.
func learnAllocation(s *snapshot) (model string, statuses []string) {
	names, sets := explainAllocation(s)
	switch {
	case names == nil:
		return AllocationNotSeen, nil
	case len(sets) == 0:
		return AllocationMixed, nil
	}
	return modelOf(len(sets[0]), len(names)), sets[0]
}

// surelyAllocated are the statuses that are in every set that explains what
// Order Manager has allocated. Of the others it may take nothing off.
func surelyAllocated(s *snapshot) map[string]bool {
	_, sets := explainAllocation(s)
	times := map[string]int{}
	for _, set := range sets {
		for _, status := range set {
			times[status]++
		}
	}
	sure := map[string]bool{}
	for status, n := range times {
		sure[status] = n == len(sets)
	}
	return sure
}

// explainAllocation returns the statuses of open orders and, the smallest
// first, every set of them whose units are what Order Manager has allocated, of
// every product. Without statuses, or with too many, there are no names.
func explainAllocation(s *snapshot) (names []string, sets [][]string) {
	units := map[string]map[string]int64{} // by SKU, by status
	all := map[string]bool{}
	for _, order := range s.open.orders {
		for _, line := range order.Lines {
			if line.Kit {
				continue // which products a kit allocates is not shown
			}
			if units[line.SKU] == nil {
				units[line.SKU] = map[string]int64{}
			}
			units[line.SKU][order.Status] += line.Quantity
			all[order.Status] = true
		}
	}
	names = slices.Sorted(maps.Keys(all))
	if len(names) == 0 || len(names) > 12 {
		return nil, nil
	}
	var rows []allocationRow
	for _, total := range s.totals {
		if total.Allocated != nil && len(units[total.SKU]) > 0 {
			rows = append(rows, allocationRow{*total.Allocated, units[total.SKU]})
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	for set := range 1 << len(names) {
		chosen := subset(names, set)
		if !slices.ContainsFunc(rows, func(r allocationRow) bool { return !r.explainedBy(chosen) }) {
			sets = append(sets, chosen)
		}
	}
	slices.SortStableFunc(sets, func(a, b []string) int { return len(a) - len(b) })
	return names, sets
}

type allocationRow struct {
	allocated int64
	units     map[string]int64
}

func (r allocationRow) explainedBy(statuses []string) bool {
	var sum int64
	for _, status := range statuses {
		sum += r.units[status]
	}
	return sum == r.allocated
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
