// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"fmt"

	"ordersync.dev/operator/internal/fulfillment"
)

// write writes the plan, a batch at a time, between interruptions. When the
// figures have grown too old it drops the plan, so that both sides are read again.
func (r *inventorySync) write(ctx context.Context, pause func(context.Context) error) error {
	for len(r.plan.writes)+len(r.plan.creates) > 0 {
		if err := pause(ctx); err != nil {
			return err
		}
		if r.snapshot.tooOld(r.env.Now(), r.config.MaxSnapshotAge) {
			if r.rereads++; r.rereads <= maxRereads {
				r.plan, r.snapshot = nil, nil
				return nil
			}
			return &fulfillment.Fault{Kind: fulfillment.FaultUnavailable, System: "Order Manager", Operation: "write stock",
				Reason: fulfillment.ReasonStockIncomplete, Hint: "writing takes longer than the figures may be old; the next run goes on"}
		}
		if len(r.plan.writes) == 0 {
			n := min(len(r.plan.creates), fulfillment.StockBatch)
			if err := r.createBatch(ctx, r.plan.creates[:n]); err != nil {
				return err
			}
			r.plan.creates = r.plan.creates[n:]
			continue
		}
		n := min(len(r.plan.writes), r.batchSize())
		if err := r.writeBatch(ctx, r.plan.writes[:n]); err != nil {
			return err
		}
		r.plan.writes = r.plan.writes[n:]
	}
	return nil
}

// batchSize is one for the first write after an answer that contradicted the
// stock rule: the rule is proven on one product before it is trusted with more.
func (r *inventorySync) batchSize() int {
	if r.env.Memory.LastReason == fulfillment.ReasonAvailableDiffers && (r.verdict == nil || !r.verdict.Verified) {
		return 1
	}
	return fulfillment.StockBatch
}

// writeBatch reads the totals of its products again, right before it writes.
func (r *inventorySync) writeBatch(ctx context.Context, batch []plannedWrite) error {
	// No shipment of this connection is confirmed between the re-read and the write.
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
	now := make(map[int64]fulfillment.ProductStock, len(current))
	for _, stock := range current {
		now[stock.ProductID] = stock
	}
	var (
		writes   []fulfillment.StockWrite
		expected = map[string]int64{}
	)
	for _, planned := range batch {
		if r.env.Coordination.TouchedSince(planned.sku, r.snapshot.totalsAt) {
			r.plan.left[planned.sku] = true
			continue
		}
		stock, ok := now[planned.productID]
		if !ok || stock.SKU != planned.sku {
			continue // it is gone, or it is another product by now: the next run sees
		}
		onHand, locked := stock.Written()
		if onHand == nil || locked == nil {
			continue
		}
		if *onHand != planned.onHand || *locked != planned.locked {
			// Somebody else set it since the totals were read. Orders do not move
			// these two, so the difference was computed from figures that are no more.
			r.plan.left[planned.sku] = true
			continue
		}
		write, available, ok := r.plan.available.writeFor(planned, stock)
		if !ok {
			continue
		}
		writes = append(writes, write)
		expected[planned.sku] = available
	}
	if len(writes) == 0 {
		return nil
	}
	results, err := r.env.Source.SetStock(ctx, writes)
	if err != nil {
		// An absolute write whose answer was lost does no harm: the next run
		// reads again and writes the difference that is left, if any.
		return err
	}
	return r.judgeAnswers(ctx, writes, results, expected)
}

// writeFor returns the write for one product and what Order Manager should
// offer after it. The difference is taken from the higher of the two readings
// of available: what was taken off since the first stays off, and what was
// released since the first is not given away a second time.
func (rule availableRule) writeFor(planned plannedWrite, stock fulfillment.ProductStock) (fulfillment.StockWrite, int64, bool) {
	available, ok := rule.effective(stock)
	before, locked := stock.Written()
	if !ok || before == nil || locked == nil {
		return fulfillment.StockWrite{}, 0, false
	}
	delta := planned.promise - max(planned.available, available)
	if planned.fixed {
		delta = planned.delta()
	}
	onHand := max(0, *before+delta)
	if onHand == *before {
		return fulfillment.StockWrite{}, 0, false
	}
	return fulfillment.StockWrite{ProductID: planned.productID, SKU: planned.sku, OnHand: onHand, Locked: *locked, Location: planned.location},
		available + onHand - *before, true
}

// judgeAnswers compares what Order Manager offers after the writes with what it
// was expected to offer. An answer that contradicts the rule stops the writes.
func (r *inventorySync) judgeAnswers(ctx context.Context, writes []fulfillment.StockWrite, results []fulfillment.StockWriteResult, expected map[string]int64) error {
	byID := make(map[string]fulfillment.StockWrite, len(writes))
	for _, write := range writes {
		byID[write.SKU] = write
	}
	for _, result := range results {
		write, asked := byID[result.SKU]
		if !asked {
			continue
		}
		if r.refuses(result) {
			continue
		}
		r.counts.Written++
		r.brake.wrote(result.SKU)
		if r.pass == 1 {
			r.inventory.Updated++
		}
		if result.Available == nil || max(0, *result.Available) == max(0, expected[result.SKU]) {
			if result.Available != nil && r.verdict == nil {
				r.verdict = &StockRuleVerdict{Verified: true}
			}
			continue
		}
		contradicts, err := r.contradicts(ctx, write)
		if err != nil {
			return err
		}
		if contradicts {
			r.verdict = &StockRuleVerdict{SKU: result.SKU, Expected: expected[result.SKU], Seen: *result.Available}
			return &fulfillment.Fault{Kind: fulfillment.FaultMisconfigured, System: "Order Manager", Operation: "write stock",
				Reason: fulfillment.ReasonAvailableDiffers,
				Hint: fmt.Sprintf("after a write of SKU %s it offers %d where %d were expected; no more stock is written in this run",
					result.SKU, *result.Available, expected[result.SKU])}
		}
	}
	return nil
}

// refuses notes a write that Order Manager refused.
func (r *inventorySync) refuses(result fulfillment.StockWriteResult) bool {
	if result.Reason == "" {
		return false
	}
	message := "Order Manager would not take the stock level"
	if result.Reason == fulfillment.ReasonNoStartingInventory {
		message = "the product has no starting inventory in Order Manager; set any level there once, or have it created"
	}
	if result.Code != "" {
		message += " [" + result.Code + "]"
	}
	r.refused[result.SKU] = FailingOrder{Reference: result.SKU, Reason: result.Reason, Message: message, Since: r.started}
	return true
}

// contradicts tells an answer that disproves the rule from one that another
// order explains, which came between the re-read and the write: then what is
// on hand is what was written, and available follows from it as before.
func (r *inventorySync) contradicts(ctx context.Context, write fulfillment.StockWrite) (bool, error) {
	current, err := r.env.Source.ProductStocksByID(ctx, []int64{write.ProductID})
	if err != nil {
		return false, err
	}
	for _, stock := range current {
		if stock.ProductID != write.ProductID || stock.OnHand == nil || stock.Available == nil || stock.Locked == nil || stock.Allocated == nil {
			continue
		}
		onHand, _ := stock.Written()
		without := *stock.OnHand - *stock.Allocated
		with := without - *stock.Locked
		rule := r.plan.available
		follows := max(0, with) == max(0, *stock.Available) && (!rule.learned || rule.subtractLocked) ||
			max(0, without) == max(0, *stock.Available) && !rule.subtractLocked
		return onHand == nil || *onHand != write.OnHand || !follows, nil
	}
	return true, nil
}
