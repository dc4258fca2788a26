// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// stockPlan is what is to be written, decreases before increases.
type stockPlan struct {
	writes []plannedWrite
	// left are products that another routine touched since the totals were
	// read: they are left out and done in a second pass.
	left      map[string]bool
	inventory *Inventory
	available availableRule
}

// plannedWrite is one product whose available quantity differs from its promise.
type plannedWrite struct {
	productID int64
	sku       string
	promise   int64
	// available is what Order Manager offered when the totals were read, onHand
	// and locked are what it had then.
	available, onHand, locked int64
}

func (w plannedWrite) delta() int64 { return w.promise - w.available }

// planStock compares both sides. only restricts it to some SKUs; nil is all.
func planStock(s *snapshot, buffer int64, only map[string]bool) *stockPlan {
	uncovered, held := unitsUncovered(s)
	plan := &stockPlan{left: map[string]bool{}, available: learnAvailable(s.totals)}
	inventory := &Inventory{ObservedAt: s.stockAt}
	plan.inventory = inventory
	figures := warehouseFigures(s.stock)
	totals := make(map[string]bool, len(s.totals))
	var differences []StockDifference
	for _, total := range s.totals {
		totals[total.SKU] = true
		inventory.UnitsLocked += valueOr(total.Locked, 0)
		figure, known := figures[total.SKU]
		if !known || !figure.known {
			inventory.UnknownInWarehouse++
			continue
		}
		available, ok := plan.available.effective(total)
		if !ok || total.Bundle {
			continue
		}
		if figure.rounded {
			inventory.RoundedDown++
		}
		inventory.UnitsAvailable += figure.available
		promise := figure.available - figure.notAllocated - uncovered[total.SKU] - buffer
		write := plannedWrite{productID: total.ProductID, sku: total.SKU, promise: promise, available: available,
			onHand: *total.OnHand, locked: *total.Locked}
		if write.delta() == 0 || (promise <= 0 && available <= 0) {
			// With nothing to promise and nothing on offer there is nothing to
			// write: only what is offered matters to a buyer.
			inventory.InStep++
			continue
		}
		differences = append(differences, StockDifference{SKU: total.SKU, Promise: promise, Available: available})
		if only == nil || only[total.SKU] {
			plan.writes = append(plan.writes, write)
		}
	}
	for _, units := range uncovered {
		inventory.UnitsUncovered += units
	}
	inventory.UnitsHeld = held
	inventory.awaiting(s, totals)
	inventory.Allocation, inventory.AllocatedStatuses = learnAllocation(s)
	inventory.LargestDifferences = largest(differences)
	slices.SortFunc(plan.writes, func(a, b plannedWrite) int {
		return cmp.Or(cmp.Compare(a.delta(), b.delta()), cmp.Compare(a.sku, b.sku))
	})
	return plan
}

// warehouseFigure is what the warehouse says of one SKU, in whole units.
type warehouseFigure struct {
	available, notAllocated int64
	// known is false when a figure was not given: unknown is not zero.
	known   bool
	rounded bool
}

// warehouseFigures returns the figures of every SKU in the customer's item
// list. A SKU in the list without a stock row has none: the report is complete.
func warehouseFigures(report fulfillment.StockReport) map[string]warehouseFigure {
	figures := make(map[string]warehouseFigure, len(report.Items))
	for _, sku := range report.Items {
		figures[sku] = warehouseFigure{known: true}
	}
	for _, row := range report.Rows {
		figure := warehouseFigure{known: row.Available != nil && row.OrderedNotAllocated != nil}
		if figure.known {
			// Half a unit cannot be sold, and half a unit that is owed costs a whole one.
			figure.available = row.Available.Floor()
			figure.notAllocated = -(-*row.OrderedNotAllocated).Floor()
			figure.rounded = !row.Available.Whole() || !row.OrderedNotAllocated.Whole()
		}
		if _, listed := figures[row.SKU]; listed {
			figures[row.SKU] = figure
		}
	}
	return figures
}

// unitsUncovered sums the units of uncovered orders by SKU, kits as their
// components, and returns the units of orders on hold among them.
func unitsUncovered(s *snapshot) (bySKU map[string]int64, held int64) {
	components := map[string][]fulfillment.Component{}
	for _, product := range s.products {
		components[product.SKU] = product.Components
	}
	bySKU = map[string]int64{}
	for _, order := range s.open.orders {
		for _, line := range s.owed(order) {
			parts := []fulfillment.Component{{SKU: line.SKU, Quantity: 1}}
			if line.Kit && len(components[line.SKU]) > 0 {
				parts = components[line.SKU]
			}
			for _, part := range parts {
				units := line.Quantity * part.Quantity
				bySKU[part.SKU] += units
				if order.State == fulfillment.StateHeld {
					held += units
				}
			}
		}
	}
	return bySKU, held
}

// awaiting counts SKUs of the warehouse that have no stock record in Order
// Manager: products that await starting inventory, and unknown ones.
func (i *Inventory) awaiting(s *snapshot, totals map[string]bool) {
	products := make(map[string]fulfillment.Product, len(s.products))
	for _, product := range s.products {
		products[product.SKU] = product
	}
	var skus []string
	for _, sku := range s.stock.Items {
		if totals[sku] {
			continue
		}
		product, known := products[sku]
		switch {
		case !known:
			i.UnknownInOrderManager++
		case !product.Bundle:
			skus = append(skus, sku)
		}
	}
	slices.Sort(skus)
	i.AwaitingStartingInventory = int64(len(skus))
	i.AwaitingStartingInventorySKUs = skus[:min(len(skus), MaxFailingShown)]
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
