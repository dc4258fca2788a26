// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"ordersync.dev/operator/internal/fulfillment"
)

// rule is what is to be reported of each product, by what one snapshot shows.
type rule struct {
	config      InventorySyncConfig
	allow, deny map[string]bool
	figures     map[string]fulfillment.WarehouseStock
	// spelled are the SKUs of the warehouse, whatever their case.
	spelled map[string]bool
	// openThere are the units of every order that is open in the warehouse.
	openThere map[string]fulfillment.Quantity
	owed      map[string][]owedUnits
	// unknownKits are kits of which orders are owed and whose components nobody knows.
	unknownKits []string
	// allocated are the statuses that Order Manager takes off for certain.
	allocated allocation
}

func newRule(s *snapshot, config InventorySyncConfig) *rule {
	r := &rule{config: config, allow: foldedSet(config.Allow), deny: foldedSet(config.Deny),
		figures: warehouseFigures(s.stock), spelled: foldedSet(s.stock.Items), allocated: surelyAllocated(s)}
	r.owed, r.unknownKits = unitsOwed(s)
	if config.FromOnHand {
		r.openThere = s.unitsOpenThere()
	}
	return r
}

// syncs reports whether a product is one of those that are synced.
func (r *rule) syncs(sku string) bool {
	folded := foldSKU(sku)
	return !r.deny[folded] && (len(r.allow) == 0 || r.allow[folded])
}

// stockLevel is what is to be reported of one product.
type stockLevel struct {
	// reported is what is written, apart from what is locked.
	reported int64
	// exact is the promise; nil when the warehouse does not give the figures for it.
	exact *int64
	// available is the warehouse's own figure.
	available int64
	rounded   bool
}

// level returns what is to be reported. It is false when the warehouse gave no
// figure to compute it from: unknown is not zero.
func (r *rule) level(sku string, figure fulfillment.WarehouseStock) (level stockLevel, ok bool) {
	available, net, rounded, known := r.available(sku, figure)
	if known {
		level.available = available
		level.exact = new(r.least(net - r.units(sku, false, false, allocation{}) - r.config.Buffer))
	}
	owed := r.units(sku, r.config.IgnoreHeld, r.config.IgnoreWaiting, allocation{})
	switch r.config.Rule {
	case Unlocked, MatchOnHand:
		// What Order Manager takes off itself is not taken off a second time.
		owed = r.units(sku, r.config.IgnoreHeld, r.config.IgnoreWaiting, r.allocated)
		if r.config.Rule == Unlocked {
			net = available
		} else if net, rounded, known = onHand(figure); known {
			level.available = net
		}
	case MatchAvailable:
	}
	level.rounded = rounded
	level.reported = r.least(net - owed - r.config.Buffer)
	return level, known
}

// least is nothing for what is below the minimum level.
func (r *rule) least(units int64) int64 {
	if units < r.config.MinimumLevel {
		return min(units, 0)
	}
	return units
}

// available returns what the warehouse has available, and net of what is
// ordered there and not allocated.
func (r *rule) available(sku string, figure fulfillment.WarehouseStock) (available, net int64, rounded, known bool) {
	if r.config.FromOnHand {
		shelves, ok := shelved(figure)
		free := shelves - r.openThere[foldSKU(sku)]
		return free.Floor(), free.Floor(), !free.Whole(), ok
	}
	if figure.Available == nil || figure.OrderedNotAllocated == nil {
		return 0, 0, false, false
	}
	// Half a unit cannot be sold, and half a unit that is owed costs a whole one.
	available = figure.Available.Floor()
	net = available + (-*figure.OrderedNotAllocated).Floor()
	return available, net, !figure.Available.Whole() || !figure.OrderedNotAllocated.Whole(), true
}

// onHand is what stands on the shelves and may be sold, in whole units.
func onHand(figure fulfillment.WarehouseStock) (units int64, rounded, known bool) {
	shelves, ok := shelved(figure)
	return shelves.Floor(), !shelves.Whole(), ok
}

// shelved is what stands on the shelves without what the warehouse has on hold.
func shelved(figure fulfillment.WarehouseStock) (free fulfillment.Quantity, known bool) {
	if figure.OnHand == nil {
		return 0, false
	}
	free = *figure.OnHand
	if figure.OnHold != nil {
		free -= *figure.OnHold
	}
	return free, true
}

// write returns what has to be written of a product.
func (r *rule) write(total fulfillment.ProductStock, available int64, level stockLevel) plannedWrite {
	write := plannedWrite{productID: total.ProductID, sku: total.SKU, promise: level.reported, available: available,
		onHand: *total.OnHand, locked: *total.Locked}
	if r.config.Rule == Unlocked || r.config.Rule == MatchOnHand {
		write.fixed = true
		write.promise = available + max(0, level.reported+write.locked) - write.onHand
	}
	return write
}

// units sums what orders owe of a SKU, without those that are allocated.
func (r *rule) units(sku string, ignoreHeld, ignoreWaiting bool, allocated allocation) (sum int64) {
	for _, entry := range r.owed[sku] {
		if allocated.of(entry) || entry.held && ignoreHeld || !entry.held && ignoreWaiting {
			continue
		}
		sum = min(sum+entry.units, mostOwed)
	}
	return sum
}

// warehouseFigures returns the figures of every SKU in the customer's item
// list. A SKU in the list without a stock row has none: the report is complete.
func warehouseFigures(report fulfillment.StockReport) map[string]fulfillment.WarehouseStock {
	figures := make(map[string]fulfillment.WarehouseStock, len(report.Items))
	for _, sku := range report.Items {
		figures[sku] = nothing(sku)
	}
	for _, row := range report.Rows {
		if _, listed := figures[row.SKU]; listed {
			figures[row.SKU] = row
		}
	}
	return figures
}

// nothing is the stock of a SKU that has none.
func nothing(sku string) fulfillment.WarehouseStock {
	var zero fulfillment.Quantity
	return fulfillment.WarehouseStock{SKU: sku, Available: &zero, OnHand: &zero, OnHold: &zero, OrderedNotAllocated: &zero}
}

// owedUnits are units of one SKU that open orders in one status are owed, of
// lines of the product itself or of kits.
type owedUnits struct {
	status    string
	held, kit bool
	units     int64
}

// of reports whether Order Manager takes these units off for certain.
func (a allocation) of(entry owedUnits) bool {
	if entry.kit {
		return a.kits[entry.status]
	}
	return a.products[entry.status]
}

// unitsOwed sums the units of open orders that the warehouse neither holds open
// nor has shipped, by SKU, kits as their components unless they are pre-built.
func unitsOwed(s *snapshot) (bySKU map[string][]owedUnits, unknownKits []string) {
	compositions := s.kits().Compositions
	bySKU = map[string][]owedUnits{}
	unknown := map[string]bool{}
	for _, order := range s.open.orders {
		plain := map[string]bool{} // products that the order names itself
		for _, line := range order.Lines {
			plain[foldSKU(line.SKU)] = plain[foldSKU(line.SKU)] || !line.Kit
		}
		for _, line := range s.owed(order) {
			kit := line.Kit || !line.Component.IsZero() || !plain[foldSKU(line.SKU)]
			parts := []fulfillment.Component{{SKU: line.SKU, Quantity: 1}}
			if line.Kit && (!s.preBuiltKits || line.BrokenDown) {
				if known, problem := compositions.Explode(line.SKU); problem == "" {
					parts = known
				} else if !unknown[line.SKU] {
					unknown[line.SKU] = true
					unknownKits = append(unknownKits, line.SKU)
				}
			}
			for _, part := range parts {
				bySKU[part.SKU] = addOwed(bySKU[part.SKU], owedUnits{order.Status, order.State == fulfillment.StateHeld, kit, times(line.Quantity, part.Quantity)})
			}
		}
	}
	return bySKU, unknownKits
}

// mostOwed is more than any warehouse has of anything. What is owed stays there
// rather than turn over and be offered on top.
const mostOwed = 1_000_000_000_000_000

// times returns units of a kit times those of a part in it.
func times(kits, parts int64) int64 {
	if kits <= 0 || parts <= 0 {
		return 0
	}
	if kits > mostOwed/parts {
		return mostOwed
	}
	return kits * parts
}

func addOwed(entries []owedUnits, more owedUnits) []owedUnits {
	for i, entry := range entries {
		if entry.status == more.status && entry.held == more.held && entry.kit == more.kit {
			entries[i].units = min(entry.units+more.units, mostOwed)
			return entries
		}
	}
	return append(entries, more)
}

func foldedSet(skus []string) map[string]bool {
	set := make(map[string]bool, len(skus))
	for _, sku := range skus {
		set[foldSKU(sku)] = true
	}
	return set
}
