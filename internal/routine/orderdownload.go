// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

const (
	// freshness is how old a status may be when it leads to a creation.
	freshness = 60 * time.Second
	// refusalsToStop is how many refusals in a row with one reason end a run:
	// the fault then lies with the connection and not with the orders.
	refusalsToStop = 50
	// probes is how many orders the next run tries after such an end.
	probes = 5
	// defaultConcurrency is how many orders are created at the same time.
	defaultConcurrency = 4
)

// orderDownload brings waiting orders to the warehouse and marks them sent.
type orderDownload struct {
	env    Env
	config OrderDownloadConfig

	started time.Time
	waiting *walk
	// batch is what the last walk read and is not worked yet.
	batch   []fulfillment.Order
	batchAt time.Time
	// walked says that the last walk showed no order that this run had not seen.
	walked bool
	// worked are the orders of the page at hand that are done with, should the
	// page have to be worked again after a pause.
	worked map[fulfillment.OrderID]bool
	// adopted says which order adopted an order of the warehouse, by its id there.
	adopted  map[string]fulfillment.OrderID
	pending  []pendingMark
	failures *failures
	skipped  skipped
	counts   Counts
	others   *sightings
	complete bool
	refusals refusalStreak
	missing  missing
	// spoiled counts the orders in a row, without a mark between them, that
	// Order Manager would not mark when it was asked for each alone.
	spoiled int
	// resends are orders that are to be sent again, answers what became of the
	// requests so far.
	resends []Request
	answers []Answer
	// marksWork says that a call of this run has marked an order.
	marksWork bool
}

// pendingMark is an order that the warehouse has and that is not marked yet.
// Its lock is held until it is.
type pendingMark struct {
	// read is the order as Order Manager showed it, order as the warehouse has it.
	read    fulfillment.Order
	order   fulfillment.Order
	found   fulfillment.WarehouseOrder
	created bool
	unlock  func()
}

// NewOrderDownload returns a run of OrderDownload.
func NewOrderDownload(env Env, config OrderDownloadConfig) Run {
	if config.Concurrency <= 0 {
		config.Concurrency = defaultConcurrency
	}
	now := env.Now()
	config.Load.Compositions = orderload.Compositions{}
	limit := refusalsToStop
	if env.Memory.LastReason == fulfillment.ReasonRefusingAll && !env.Memory.Reset {
		limit = probes
	}
	answers := config.backfill(env.requestsOf(RequestBackfill))
	r := &orderDownload{env: env, config: config, missing: missing{}, started: now, answers: answers, resends: env.requestsOf(RequestResend), others: newSightings(env.Began), waiting: newWalk(env.Source.WaitingOrders),
		worked: map[fulfillment.OrderID]bool{}, adopted: map[string]fulfillment.OrderID{}, failures: newFailures(env.Memory, now, fulfillment.ReasonRefusedByWarehouse), refusals: refusalStreak{limit: limit}}
	r.failures.retry(env.requestsOf(RequestRetry))
	return r
}

// backfill moves the earliest order date back for one run.
func (c *OrderDownloadConfig) backfill(requests []Request) []Answer {
	var answers []Answer
	for _, request := range requests {
		if c.Load.EarliestOrderDate.IsZero() || !request.Since.Before(c.Load.EarliestOrderDate) {
			answers = append(answers, refusedRequest(request, fulfillment.ReasonNothingToBackfill,
				"orders of that day are downloaded anyway: spec.orders.earliestOrderDate is not set, or is not later"))
			continue
		}
		c.Load.EarliestOrderDate = request.Since
		answers = append(answers, Answer{Request: request})
	}
	return answers
}

// Report implements Run.
func (r *orderDownload) Report() Report {
	failing, drift := r.failures.report(r.complete), r.failures.drift(r.complete)
	counts := r.counts
	counts.Failed = failing.Count + drift.Count
	// Every run of OrderDownload compares everything: it needs no cursor.
	rep := Report{Counts: counts, Failing: failing, Drift: drift, Skipped: r.skipped.report(), Answers: r.answers, SecondWriter: r.others.report()}
	if r.complete {
		rep.Answers = append(slices.Clone(r.answers), r.failures.answerRetries(r.env.requestsOf(RequestRetry))...)
	}
	return fullReport(rep, r.complete, r.started)
}

// Slice implements Run.
func (r *orderDownload) Slice(ctx context.Context, check Checkpoint) error {
	if err := r.resend(ctx); err != nil {
		return err
	}
	for {
		if len(r.batch) == 0 {
			if err := r.flush(ctx); err != nil {
				return err
			}
			if err := check(ctx, r.progress()); err != nil {
				return err
			}
			if err := r.readBatch(ctx); err != nil {
				return err
			}
			if r.walked && !r.workHeld() {
				r.complete = true
				return r.refusals.fault()
			}
			if len(r.batch) == 0 {
				continue
			}
		}
		err := r.workPage(ctx)
		if err == nil {
			err = check(ctx, r.progress())
		}
		if err != nil {
			// What the warehouse has is marked before the run gives way, so that
			// the next one does not have to look it up.
			return r.flushBefore(ctx, err)
		}
	}
}

func (r *orderDownload) progress() Progress {
	counts := r.counts
	counts.Failed = int64(len(r.failures.found))
	return Progress{Message: fmt.Sprintf("%d orders read, %d created, %d marked as sent", counts.Read, counts.Created, counts.Marked), Counts: counts}
}

func (r *orderDownload) readBatch(ctx context.Context) error {
	batch, err := r.waiting.next(ctx)
	if err != nil {
		return err
	}
	r.batchAt, r.walked = r.env.Now(), len(batch) == 0
	r.counts.Read += int64(len(batch))
	// What is only left alone stands in the way of no look-up.
	r.batch = slices.DeleteFunc(batch, func(order fulfillment.Order) bool {
		if _, refused := r.failures.since[order.ID]; !refused || order.SplitOff() || len(r.config.Load.KitsToExplode([]fulfillment.Order{order})) > 0 {
			return false
		}
		verdict := r.config.Load.Load(order, r.batchAt)
		return verdict.Decision == orderload.Send && r.leftAlone(order, verdict.Order)
	})
	return nil
}

// leftAlone reports whether an order that is to be sent is not tried, since it
// was refused before.
func (r *orderDownload) leftAlone(order, sent fulfillment.Order) bool {
	switch {
	case !r.failures.dueAgain(order):
		r.failures.waits(order.ID, sent.Number)
	case r.inVain(order, sent):
		r.failures.spared(order.ID, sent.Number)
	case r.failures.holds(order):
		r.failures.hold(order, sent.Number, r.batchAt)
	default:
		return false
	}
	r.waiting.stays(order.ID)
	return true
}

// inVain reports whether an order that was refused before would be refused
// again, by what this run has learned.
func (r *orderDownload) inVain(order, sent fulfillment.Order) bool {
	_, asked := r.failures.asked[order.ID]
	return !asked && r.failures.refusedBefore(order.ID) && r.missing.by(sent, r.env.Mappings)
}

// workHeld takes up orders that were left until others of their cause were
// tried, and reports whether there are any.
func (r *orderDownload) workHeld() bool {
	r.batch, r.batchAt = r.failures.release()
	for _, order := range r.batch {
		r.waiting.leaves(order.ID)
	}
	return len(r.batch) > 0
}

// workPage works the next hundred orders of the batch: look, decide, create.
func (r *orderDownload) workPage(ctx context.Context) error {
	n := min(len(r.batch), fulfillment.PageSize)
	page := slices.DeleteFunc(slices.Clone(r.batch[:n]), func(order fulfillment.Order) bool { return r.worked[order.ID] })
	page, err := r.refresh(ctx, page)
	if err != nil {
		return err
	}
	if err := r.readKits(ctx, page); err != nil {
		return err
	}
	deliveries, splitOff := r.judge(page)
	if err := r.workSplitOff(ctx, splitOff); err != nil {
		return err
	}
	if err := r.deliver(ctx, deliveries); err != nil {
		return err
	}
	r.batch = r.batch[n:]
	clear(r.worked)
	if len(r.pending) > fulfillment.MarkBatch-fulfillment.PageSize {
		return r.flush(ctx)
	}
	return nil
}

// refresh reads the orders again when what is known of them is too old to act upon.
func (r *orderDownload) refresh(ctx context.Context, page []fulfillment.Order) ([]fulfillment.Order, error) {
	if r.env.Now().Sub(r.batchAt) <= freshness {
		return page, nil
	}
	ids := make([]fulfillment.OrderID, len(page))
	for i, order := range page {
		ids[i] = order.ID
	}
	orders, err := r.env.Source.OrdersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	// The walk asked for the claimed warehouses; asking by id does not.
	before := make(map[fulfillment.OrderID]fulfillment.Order, len(page))
	for _, order := range page {
		before[order.ID] = order
	}
	return slices.DeleteFunc(orders, func(order fulfillment.Order) bool {
		return order.State != fulfillment.StateWaiting || order.WarehouseID != before[order.ID].WarehouseID
	}), nil
}

// readKits reads what the kits of these orders are made of. A page without kits
// costs nothing, and no kit is read twice in a run.
func (r *orderDownload) readKits(ctx context.Context, orders []fulfillment.Order) error {
	return readCompositions(ctx, r.env.Source, r.config.Load.Compositions, r.config.Load.KitsToExplode(orders))
}

// judge leaves out what is not to be sent, by what is known without asking
// anyone, and returns what is. What was split off another order is told apart:
// the warehouse has it already.
func (r *orderDownload) judge(page []fulfillment.Order) (deliveries []*delivery, splitOff []fulfillment.Order) {
	for _, order := range page {
		verdict := r.config.Load.Load(order, r.env.Now())
		switch {
		case order.SplitOff():
			splitOff = append(splitOff, order)
			continue
		case verdict.Decision == orderload.Skip:
			r.counts.Skipped++
			r.skipped.add(SkippedOrder{ID: order.ID, Reference: verdict.Order.Number, Reason: verdict.Reason, Message: verdict.Message})
			r.waiting.stays(order.ID)
		case verdict.Decision == orderload.Refuse:
			r.fail(FailingOrder{ID: order.ID, Reference: verdict.Order.Number, Reason: verdict.Reason, Message: verdict.Message}, false)
		case r.leftAlone(order, verdict.Order):
		default:
			deliveries = append(deliveries, &delivery{read: order, order: verdict.Order, dropped: verdict.Dropped})
			continue
		}
		r.worked[order.ID] = true
	}
	return deliveries, splitOff
}

// fail reports an order that stays waiting.
func (r *orderDownload) fail(order FailingOrder, remembered bool) {
	r.waiting.stays(order.ID)
	if remembered {
		r.failures.refused(order)
		return
	}
	r.failures.judged(order)
}

func lookups(deliveries ...*delivery) []fulfillment.Lookup {
	l := make([]fulfillment.Lookup, len(deliveries))
	for i, d := range deliveries {
		l[i] = fulfillment.Lookup{ID: d.order.ID, References: references(d.order)}
	}
	return l
}
