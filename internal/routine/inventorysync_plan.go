// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

// stockPlan is what is to be written, decreases before increases.
type stockPlan struct {
	writes []plannedWrite
	// left are products that another routine touched since the totals were
	// read: they are left out and done in a second pass.
	left      map[string]bool
	inventory *Inventory
	available availableRule
	// elsewhere are products that have stock at other locations of the warehouse
	// alone; atOthers are those of which these hold more than can be promised.
	elsewhere, atOthers []string
	// undecided are products whose alias may be one that cannot be read.
	undecided []string
	// creates are products whose stock record is to be begun.
	creates []plannedWrite
	// location of all stock, in a warehouse that has one location of its own.
	location string
	// unknownKits are kits that are owed and whose components nobody knows.
	unknownKits []string
}

// plannedWrite is one product whose available quantity differs from its promise.
type plannedWrite struct {
	productID int64
	sku       string
	promise   int64
	// available is what Order Manager offered when the totals were read, onHand
	// and locked are what it had then.
	available, onHand, locked int64
	// fixed says that the on hand quantity follows from the warehouse's alone:
	// what Order Manager takes off meanwhile changes nothing.
	fixed bool
	// create says that there is no record yet.
	create bool
	// location of the stock, in a warehouse that has several.
	location string
}

// rises is by how much more is on offer after the write.
func (w plannedWrite) rises() int64 { return max(0, w.promise) - max(0, w.available) }

// zeroes reports whether the write takes the product off sale.
func (w plannedWrite) zeroes() bool { return w.promise <= 0 && w.available > 0 }

func (w plannedWrite) delta() int64 { return w.promise - w.available }

// planStock compares both sides. only restricts it to some SKUs; nil is all.
func planStock(s *snapshot, config InventorySyncConfig, only map[string]bool) *stockPlan {
	plan := &stockPlan{left: map[string]bool{}, available: learnAvailable(s.totals)}
	inventory := &Inventory{ObservedAt: s.stockAt}
	plan.inventory = inventory
	plan.location = onlyLocation(s.totals)
	rule := newRule(s, config)
	plan.unknownKits = rule.unknownKits
	var differences []StockDifference
	for _, total := range s.totals {
		inventory.UnitsLocked += valueOr(total.Locked, 0)
		inventory.UnitsAllocated += valueOr(total.Allocated, 0)
		figure, known := rule.figures[total.SKU]
		switch {
		case total.Bundle && (!config.PreBuiltKits || !known || total.At != nil && total.At.OnHand == nil):
			continue // Order Manager counts the components
		case !rule.syncs(total.SKU):
			inventory.Excluded++
			continue
		case s.aliasUndecided(total.SKU):
			plan.undecided = append(plan.undecided, total.SKU)
			continue
		case s.aliasRefused(total.SKU):
			// Nobody knows what it is called there: it is not missing.
			inventory.UnknownInWarehouse++
			continue
		case !known:
			inventory.UnknownInWarehouse++
			if !config.ZeroMissing || len(s.stock.Items) == 0 || rule.spelled[foldSKU(total.SKU)] {
				// A warehouse without any item is a wrong customer rather than an
				// empty one, and one that spells a SKU in another case has it.
				continue
			}
			figure = nothing(total.SKU)
		}
		onHand, locked := total.Written()
		if total.At != nil && onHand == nil {
			plan.elsewhere = append(plan.elsewhere, total.SKU)
			continue
		}
		available, ok := plan.available.effective(total)
		level, told := rule.level(total.SKU, figure)
		if !ok || !told || locked == nil {
			inventory.WithoutFigures++
			continue
		}
		if level.rounded {
			inventory.RoundedDown++
		}
		inventory.UnitsAvailable += level.available
		write := rule.write(total, available, level)
		inventory.offers(write, level.exact)
		if total.At != nil {
			write.location, write.onHand, write.locked = total.At.Name, *onHand, *locked
			if left := write.available - write.onHand; write.promise < write.available && left > max(0, write.promise) {
				plan.atOthers = append(plan.atOthers, total.SKU)
			}
		}
		if write.delta() == 0 || !write.fixed && write.promise <= 0 && available <= 0 {
			// With nothing to promise and nothing on offer there is nothing to
			// write: only what is offered matters to a buyer.
			inventory.InStep++
			continue
		}
		differences = append(differences, StockDifference{SKU: total.SKU, Promise: write.promise, Available: available})
		if only == nil || only[total.SKU] {
			plan.writes = append(plan.writes, write)
		}
	}
	inventory.owed(rule.owed)
	plan.awaiting(s, rule, only)
	inventory.Allocation, inventory.AllocatedStatuses = learnAllocation(s)
	inventory.LargestDifferences = largest(differences)
	slices.SortFunc(plan.writes, func(a, b plannedWrite) int {
		return cmp.Or(cmp.Compare(a.delta(), b.delta()), cmp.Compare(a.sku, b.sku))
	})
	return plan
}

// aliasUndecided reports whether the alias of a product may be one that cannot
// be read: its stock there may be called by any name.
func (s *snapshot) aliasUndecided(sku string) bool {
	_, verdict := s.env.Mappings.WarehouseSKU(sku)
	return verdict == mapping.Undecided
}

// aliasRefused reports whether the aliases of a product contradict each other.
func (s *snapshot) aliasRefused(sku string) bool {
	_, verdict := s.env.Mappings.WarehouseSKU(sku)
	return verdict == mapping.Refused
}

// offers compares what a product will offer with what the warehouse can
// promise of it. Rules that close no loop differ while orders are open.
func (i *Inventory) offers(write plannedWrite, exact *int64) {
	if exact == nil {
		return
	}
	difference := max(0, write.promise) - max(0, *exact)
	i.UnitsOfferedMore += max(0, difference)
	i.UnitsOfferedLess += max(0, -difference)
}

// owed sums up what the warehouse does not hold of open orders.
func (i *Inventory) owed(bySKU map[string][]owedUnits) {
	for _, entries := range bySKU {
		for _, entry := range entries {
			i.UnitsUncovered += entry.units
			if entry.held {
				i.UnitsHeld += entry.units
			} else {
				i.UnitsWaiting += entry.units
			}
		}
	}
}

// awaiting counts SKUs of the warehouse that have no stock record in Order
// Manager: products that await starting inventory, and unknown ones.
func (p *stockPlan) awaiting(s *snapshot, rule *rule, only map[string]bool) {
	var skus []string
	for sku, product := range s.awaiting() {
		switch {
		case !rule.syncs(sku), s.aliasRefused(sku), s.aliasUndecided(sku):
		case s.overlooked[sku]:
			p.left[sku] = true
		case product.SKU == "":
			p.inventory.UnknownInOrderManager++
		default:
			skus = append(skus, sku)
			p.create(rule, product)
		}
	}
	skus = append(skus, p.elsewhere...)
	slices.Sort(skus)
	if only != nil {
		p.creates = slices.DeleteFunc(p.creates, func(w plannedWrite) bool { return !only[w.sku] })
	}
	slices.SortFunc(p.creates, func(a, b plannedWrite) int { return cmp.Compare(a.sku, b.sku) })
	p.inventory.AwaitingStartingInventory = int64(len(skus))
	p.inventory.AwaitingStartingInventorySKUs = skus[:min(len(skus), MaxFailingShown)]
}

// create plans the record of a product that has none. It starts at what is to
// be reported, and with nothing locked.
func (p *stockPlan) create(rule *rule, product fulfillment.Product) {
	if !rule.config.CreateMissing || product.ID == 0 {
		return
	}
	if level, told := rule.level(product.SKU, rule.figures[product.SKU]); told {
		p.creates = append(p.creates, plannedWrite{productID: product.ID, sku: product.SKU, promise: level.reported,
			location: p.location, create: true})
	}
}

// onlyLocation is the location of every product, when there is but one.
func onlyLocation(totals []fulfillment.ProductStock) (name string) {
	for _, total := range totals {
		switch {
		case total.At == nil || total.At.OnHand == nil:
		case name != "" && name != total.At.Name:
			return ""
		default:
			name = total.At.Name
		}
	}
	return name
}

func largest(differences []StockDifference) []StockDifference {
	size := func(d StockDifference) int64 { return max(d.Promise-d.Available, d.Available-d.Promise) }
	slices.SortFunc(differences, func(a, b StockDifference) int {
		return cmp.Or(cmp.Compare(size(b), size(a)), cmp.Compare(a.SKU, b.SKU))
	})
	return slices.Clip(differences[:min(len(differences), MaxFailingShown)])
}

func valueOr(p *int64, otherwise int64) int64 {
	if p == nil {
		return otherwise
	}
	return *p
}
