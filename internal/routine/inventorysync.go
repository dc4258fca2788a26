// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"fmt"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	defaultMaxSnapshotAge = 10 * time.Minute
	// passes is how often a run reads both sides: once, and once more for what
	// the other routines changed meanwhile.
	passes = 2
	// maxRereads bounds how often a pass starts over because its figures grew too old.
	maxRereads = 3
)

// inventorySync brings Order Manager's available quantities in step with what
// the warehouse can still promise. It reads both sides whole before it writes,
// in one order and no other: totals, open orders, the warehouse's orders, the
// warehouse's stock; then, for each batch, the totals again.
type inventorySync struct {
	env     Env
	config  InventorySyncConfig
	started time.Time

	brake    *brake
	snapshot *snapshot
	plan     *stockPlan
	pass     int
	rereads  int
	// only restricts the second pass; nil means every product.
	only map[string]bool

	counts    Counts
	inventory *Inventory
	verdict   *StockRuleVerdict
	refused   map[string]FailingOrder
	complete  bool
}

// NewInventorySync returns a run of InventorySync.
func NewInventorySync(env Env, config InventorySyncConfig) Run {
	if config.Rule == "" {
		config.Rule = MatchAvailable
	}
	if config.MaxSnapshotAge <= 0 {
		config.MaxSnapshotAge = defaultMaxSnapshotAge
	}
	now := env.Now()
	env.Coordination.Forget(now.Add(-2 * config.MaxSnapshotAge))
	return &inventorySync{env: env, config: config, started: now, pass: 1, brake: newBrake(config, env.Memory), refused: map[string]FailingOrder{}}
}

// Report implements Run.
func (r *inventorySync) Report() Report {
	counts := r.counts
	counts.Failed = int64(len(r.refused))
	if r.inventory != nil {
		r.inventory.Held = r.brake.stock(r.complete)
	}
	orders := make([]FailingOrder, 0, len(r.refused))
	for _, refused := range r.refused {
		orders = append(orders, refused)
	}
	return fullReport(Report{Counts: counts,
		Failing:   Failing{Count: int64(len(orders)), Orders: chooseShown(orders)},
		Inventory: r.inventory, Approval: r.approval(), StockRule: r.verdict}, r.complete, r.started)
}

// Slice implements Run.
func (r *inventorySync) Slice(ctx context.Context, check Checkpoint) error {
	pause := func(ctx context.Context) error { return check(ctx, r.progress()) }
	for {
		if r.plan == nil {
			if err := r.read(ctx, pause); err != nil {
				return err
			}
		}
		if err := r.write(ctx, pause); err != nil {
			return err
		}
		if r.plan == nil {
			continue // it grew too old on the way
		}
		if len(r.plan.left) == 0 || r.pass == passes {
			r.tellLeft()
			r.complete = true
			return nil
		}
		r.only, r.plan, r.snapshot = r.plan.left, nil, nil
		r.pass++
	}
}

// approval is what became of an approval; it is not known before the run has planned.
func (r *inventorySync) approval() string {
	if r.inventory == nil {
		return ""
	}
	return r.brake.outcome()
}

// tellLeft reports what was left out of both passes: of a product that moves
// in every run nobody else would know that it is never written.
func (r *inventorySync) tellLeft() {
	for sku := range r.plan.left {
		r.refused[sku] = FailingOrder{Reference: sku, Reason: fulfillment.ReasonStockIncomplete, Since: r.started,
			Message: "the product moved while it was synced, twice; the next run writes it"}
	}
}

func (r *inventorySync) progress() Progress {
	counts := r.counts
	if r.plan == nil {
		step := "both sides"
		if r.snapshot != nil {
			step = r.snapshot.step()
		}
		return Progress{Message: "reading " + step, Counts: counts}
	}
	return Progress{Message: fmt.Sprintf("%d stock levels written, %d to go", counts.Written, len(r.plan.writes)+len(r.plan.creates)), Counts: counts}
}

// read reads both sides and plans the writes.
func (r *inventorySync) read(ctx context.Context, pause func(context.Context) error) error {
	if r.snapshot == nil {
		r.snapshot = newSnapshot(r.env, r.config.PreBuiltKits)
	}
	if r.snapshot.tooOld(r.env.Now(), r.config.MaxSnapshotAge) {
		if r.rereads++; r.rereads > maxRereads {
			return &fulfillment.Fault{Kind: fulfillment.FaultUnavailable, System: "both systems", Operation: "read stock",
				Reason: fulfillment.ReasonStockIncomplete, Hint: "reading takes longer than the figures may be old; nothing was written"}
		}
		r.snapshot = newSnapshot(r.env, r.config.PreBuiltKits)
	}
	if err := r.snapshot.read(ctx, pause); err != nil {
		return err
	}
	r.plan = planStock(r.snapshot, r.config, r.only)
	if r.pass == 1 {
		r.counts.Read = int64(len(r.snapshot.totals))
		r.inventory = r.plan.inventory
	}
	if len(r.plan.elsewhere) > 0 && r.plan.location == "" {
		return &fulfillment.Fault{Kind: fulfillment.FaultMisconfigured, System: "Order Manager", Operation: "read stock",
			Reason: fulfillment.ReasonStockLocationMissing, Hint: "no product has stock at the location that spec.inventory.stockLocation names"}
	}
	r.brake.hold(r.plan, r.only)
	for _, sku := range r.plan.atOthers {
		r.refused[sku] = FailingOrder{Reference: sku, Reason: fulfillment.ReasonStockAtOtherLocations, Since: r.started,
			Message: "other stock locations of this warehouse in Order Manager hold more than the warehouse can promise; correct them there"}
	}
	for _, sku := range r.plan.undecided {
		r.refused[sku] = FailingOrder{Reference: sku, Reason: fulfillment.ReasonMappingUnreadable, Since: r.started, Message: r.env.Mappings.AliasUndecided(sku)}
	}
	for _, kit := range r.plan.unknownKits {
		r.refused[kit] = FailingOrder{Reference: kit, Reason: fulfillment.ReasonUnknownProduct, Since: r.started,
			Message: "orders are owed this kit and Order Manager does not tell its components, so these are not taken off the stock"}
	}
	return nil
}
