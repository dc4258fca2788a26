// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// createBatch begins stock records. Whether that would replace a record is not
// known, so it looks right before: a user may have made one meanwhile.
func (r *inventorySync) createBatch(ctx context.Context, batch []plannedWrite) error {
	r.env.Coordination.stock.Lock()
	defer r.env.Coordination.stock.Unlock()
	ids := make([]int64, len(batch))
	for i, write := range batch {
		ids[i] = write.productID
	}
	current, err := r.env.Source.ProductStocksByID(ctx, ids)
	if err != nil {
		return err
	}
	var writes []fulfillment.StockWrite
	for _, planned := range batch {
		made := slices.ContainsFunc(current, func(stock fulfillment.ProductStock) bool { return stock.ProductID == planned.productID })
		if made || r.env.Coordination.TouchedSince(planned.sku, r.snapshot.totalsAt) {
			r.plan.left[planned.sku] = true
			continue
		}
		writes = append(writes, fulfillment.StockWrite{ProductID: planned.productID, SKU: planned.sku, OnHand: max(0, planned.promise),
			Location: planned.location})
	}
	if len(writes) == 0 {
		return nil
	}
	results, err := r.env.Source.CreateStock(ctx, writes)
	if err != nil {
		return err // an answer that was lost: the next run sees which records there are
	}
	for _, result := range results {
		if r.refuses(result) {
			continue
		}
		r.brake.wrote(result.SKU)
		r.counts.Written++
		r.inventory.Created++
		r.inventory.AwaitingStartingInventory = max(0, r.inventory.AwaitingStartingInventory-1)
		r.inventory.AwaitingStartingInventorySKUs = slices.DeleteFunc(r.inventory.AwaitingStartingInventorySKUs,
			func(sku string) bool { return sku == result.SKU })
	}
	return nil
}
