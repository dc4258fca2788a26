// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// shipmentConfirmation brings tracking back to Order Manager. It starts from
// the orders that Order Manager still calls sent, so it needs no cursor, and
// what it confirmed is no longer in its way.
type shipmentConfirmation struct {
	env      Env
	config   ShipmentConfirmationConfig
	started  time.Time
	sent     *walk
	batch    []fulfillment.Order
	batchAt  time.Time
	failures *failures
	// reported are the orders whose shipment this run has reported: it never
	// does so twice, whatever the answers were.
	reported map[fulfillment.OrderID]bool
	record   reports
	// splits and splitsRefused count what Order Manager answered to splits.
	splits, splitsRefused int
	// resends are orders whose tracking is to be sent again, answers what became
	// of them.
	resends []Request
	answers []Answer
	// goods are SKUs that the warehouse has in place of an order's kits.
	goods map[fulfillment.OrderID][]fulfillment.Line
	// matched says whose an order of the warehouse is that carries no identity,
	// by its id there. undecided are orders of which that cannot be told.
	matched     map[string]fulfillment.OrderID
	undecided   map[fulfillment.OrderID]FailingOrder
	corrections corrections
	// left are orders of which something could not be written that no report waits for.
	left     map[fulfillment.OrderID]FailingOrder
	counts   Counts
	others   *sightings
	complete bool
}

// NewShipmentConfirmation returns a run of ShipmentConfirmation.
func NewShipmentConfirmation(env Env, config ShipmentConfirmationConfig) Run {
	now := env.Now()
	if !env.Destination.Capabilities().PartialShipments {
		// What such a system says of a part is not relied upon.
		config.Split, config.SplitShort = false, false
	}
	r := &shipmentConfirmation{env: env, config: config, started: now, sent: newWalk(env.Source.SentOrders),
		reported: map[fulfillment.OrderID]bool{}, goods: map[fulfillment.OrderID][]fulfillment.Line{}, left: map[fulfillment.OrderID]FailingOrder{}, resends: env.requestsOf(RequestResend),
		others: newSightings(env.Began), matched: map[string]fulfillment.OrderID{}, undecided: map[fulfillment.OrderID]FailingOrder{},
		record:   newReports(env.Memory, now),
		failures: newFailures(env.Memory, now, fulfillment.ReasonConfirmationRefused)}
	r.failures.retry(env.requestsOf(RequestRetry))
	return r
}

// Report implements Run.
func (r *shipmentConfirmation) Report() Report {
	failing, drift := r.failures.report(r.complete), r.failures.drift(r.complete)
	counts := r.counts
	counts.Failed = failing.Count + drift.Count
	rep := Report{Counts: counts, Failing: failing, Drift: drift, Answers: r.answers, SecondWriter: r.others.report(), Record: r.record.change()}
	if r.complete {
		rep.Answers = append(slices.Clone(r.answers), r.failures.answerRetries(r.env.requestsOf(RequestRetry))...)
	}
	return fullReport(rep, r.complete, r.started)
}

// Slice implements Run.
func (r *shipmentConfirmation) Slice(ctx context.Context, check Checkpoint) error {
	if err := r.resend(ctx); err != nil {
		return err
	}
	for {
		if err := check(ctx, r.progress()); err != nil {
			return err
		}
		if len(r.batch) == 0 {
			var batch []fulfillment.Order
			var err error
			if !r.corrections.begun {
				batch, err = r.sent.next(ctx)
			}
			if err != nil {
				return err
			}
			if len(batch) == 0 {
				if err := r.correct(ctx, check); err != nil {
					return err
				}
				r.complete = true
				return nil
			}
			r.batch, r.batchAt = batch, r.env.Now()
		}
		if err := r.workPage(ctx); err != nil {
			return err
		}
	}
}

func (r *shipmentConfirmation) progress() Progress {
	counts := r.counts
	counts.Failed = int64(len(r.failures.found))
	return Progress{Message: fmt.Sprintf("%d sent orders read, %d confirmed", counts.Read, counts.Confirmed), Counts: counts}
}

// workPage works the next hundred sent orders: ask the warehouse for all of
// them in one query, and report those that left it whole.
func (r *shipmentConfirmation) workPage(ctx context.Context) error {
	n := min(len(r.batch), fulfillment.PageSize)
	page, err := r.refresh(ctx, r.batch[:n])
	if err != nil {
		return err
	}
	if len(page) > 0 {
		families, err := r.families(ctx, page)
		if err != nil {
			return err
		}
		if err := r.confirm(ctx, page, families); err != nil {
			return err
		}
	}
	r.counts.Read += int64(n)
	r.batch = r.batch[n:]
	return nil
}

// refresh reads the orders again when what is known of them is too old: a
// report for an order that was confirmed meanwhile may mail the buyer twice.
func (r *shipmentConfirmation) refresh(ctx context.Context, page []fulfillment.Order) ([]fulfillment.Order, error) {
	if r.env.Now().Sub(r.batchAt) <= freshness {
		return slices.Clone(page), nil
	}
	ids := make([]fulfillment.OrderID, len(page))
	for i, order := range page {
		ids[i] = order.ID
	}
	orders, err := r.env.Source.OrdersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(orders, func(order fulfillment.Order) bool { return order.State != fulfillment.StateSent }), nil
}

// confirm judges each order and reports those that are to be reported.
func (r *shipmentConfirmation) confirm(ctx context.Context, page []fulfillment.Order, families []family) error {
	var due reportable
	splitting, err := r.beginSplits(ctx, families)
	defer r.release(splitting)
	if err != nil {
		return err
	}
	listed := map[fulfillment.OrderID]bool{}
	for _, order := range page {
		listed[order.ID] = true
	}
	for _, f := range families {
		if sku := r.undecidedSKU(f); sku != "" {
			r.holdUndecided(f, sku, listed)
			continue
		}
		for _, verdict := range judgeFamily(f, r.config, r.env.Now()) {
			if verdict.order.ID == f.root.ID && !listed[f.root.ID] {
				continue // it is met where it stands in the list
			}
			if verdict.split == nil {
				r.collect(&due, verdict)
				continue
			}
			split, err := r.splitOff(ctx, verdict.order)
			if err != nil {
				return err
			}
			for _, child := range split {
				r.collect(&due, child)
			}
		}
	}
	ids := idsOf(due.orders)
	switch err := r.begin(ctx, ids); {
	case errors.Is(err, ErrRecordFull):
		r.noRoom(due.orders)
		return nil
	case err != nil:
		return err
	}
	defer r.release(ids)
	waits, err := r.addTracking(ctx, due.orders, due.more)
	if err != nil {
		return err
	}
	orders := slices.DeleteFunc(due.orders, func(order fulfillment.Order) bool { return waits[order.ID] })
	reports := slices.DeleteFunc(due.shipments, func(shipment fulfillment.Shipment) bool { return waits[shipment.OrderID] })
	for start := 0; start < len(reports); start += fulfillment.ShipmentBatch {
		end := min(start+fulfillment.ShipmentBatch, len(reports))
		if err := r.reportUnchanged(ctx, orders[start:end], reports[start:end]); err != nil {
			return err
		}
	}
	return nil
}

// reportable are orders with the shipments that are to be reported of them.
type reportable struct {
	orders    []fulfillment.Order
	shipments []fulfillment.Shipment
	more      map[fulfillment.OrderID][]string
}

// collect books what one order calls for, or takes its report along.
func (r *shipmentConfirmation) collect(due *reportable, judged orderVerdict) {
	order, verdict := judged.order, r.withCarrier(judged.order, judged.shipmentVerdict)
	since, mayBeReported := r.mayBeReported(order.ID)
	switch {
	case r.reported[order.ID], due.has(order.ID):
	case verdict.shipment == nil && r.undecided[order.ID].Reason != "":
		r.stays(order)
		r.failures.judged(r.undecided[order.ID])
	case verdict.failing != nil:
		r.stays(order)
		r.failures.judged(*verdict.failing)
	case verdict.shipment == nil:
		r.stays(order)
	case mayBeReported:
		r.waitsForReport(order, since)
	case !r.failures.due(order.ID):
		r.stays(order)
		r.failures.waits(order.ID, order.Number)
	default:
		due.orders, due.shipments = append(due.orders, order), append(due.shipments, *verdict.shipment)
		if due.more == nil {
			due.more = map[fulfillment.OrderID][]string{}
		}
		due.more[order.ID] = verdict.more
		if verdict.twice != nil {
			r.left[order.ID] = *verdict.twice
		}
	}
}

func (d *reportable) has(id fulfillment.OrderID) bool {
	return slices.ContainsFunc(d.orders, func(order fulfillment.Order) bool { return order.ID == id })
}

// stays notes an order that remains in the list of sent orders. One that was
// split off may stand in another list.
func (r *shipmentConfirmation) stays(order fulfillment.Order) {
	if order.State == fulfillment.StateSent {
		r.sent.stays(order.ID)
	}
}

func (r *shipmentConfirmation) confirmed(order fulfillment.Order) {
	r.counts.Confirmed++
	r.record.settle(order.ID, r.env.Now())
	r.failures.drop(order.ID)
	if left, ok := r.left[order.ID]; ok {
		r.failures.judged(left)
	}
}

func (r *shipmentConfirmation) fail(order fulfillment.Order, reason, message, code string) {
	r.stays(order)
	if code != "" {
		message += " [" + code + "]"
	}
	r.failures.refused(FailingOrder{ID: order.ID, Reference: order.Number, Reason: reason, Message: message})
}
