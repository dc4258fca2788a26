// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// recordedFor is how long a time in the record is good for: a run that was
// throttled right after it had written down a batch need not do so again.
const recordedFor = time.Minute

// reports are the orders of which Order Manager is being told, as a record
// outside of the process has them. Each batch is written down before anything of
// it is sent, so that a process that ends leaves behind what it was about to say.
type reports struct {
	// before are those of earlier runs: nobody knows whether they were reported.
	before map[fulfillment.OrderID]time.Time
	// begun are written down by this run; told are those of them that may have
	// been sent. What is begun and not told is released when its batch is done.
	begun map[fulfillment.OrderID]time.Time
	told  map[fulfillment.OrderID]bool
	// settled are to be taken out of the record by the next write.
	settled map[fulfillment.OrderID]time.Time
	// written is what this run knows to stand in the record.
	written map[fulfillment.OrderID]time.Time
}

func newReports(memory Memory, now time.Time) reports {
	return reports{
		before: recorded(memory.Reporting, now), begun: map[fulfillment.OrderID]time.Time{}, told: map[fulfillment.OrderID]bool{},
		settled: map[fulfillment.OrderID]time.Time{}, written: map[fulfillment.OrderID]time.Time{},
	}
}

// change is what the run's last write has to change.
func (r *reports) change() RecordChange { return RecordChange{Begun: r.begun, Settled: r.settled} }

// tell notes that an order is about to be sent.
func (r *reports) tell(id fulfillment.OrderID) { r.told[id] = true }

// untold notes that what was to be sent was not taken.
func (r *reports) untold(id fulfillment.OrderID) { delete(r.told, id) }

// settle notes that it is known what became of an order's report.
func (r *reports) settle(id fulfillment.OrderID, now time.Time) {
	_, earlier := r.before[id]
	if _, own := r.begun[id]; own || earlier {
		r.settled[id] = now
	}
	delete(r.before, id)
	delete(r.begun, id)
	delete(r.told, id)
}

// begin has orders written down before anything is sent of them. When that
// fails nothing of them may be sent.
func (r *shipmentConfirmation) begin(ctx context.Context, ids []fulfillment.OrderID) error {
	if r.env.Record == nil || len(ids) == 0 {
		return nil
	}
	now := r.env.Now()
	change := RecordChange{Begun: map[fulfillment.OrderID]time.Time{}, Settled: maps.Clone(r.record.settled)}
	stands := true
	for _, id := range ids {
		change.Begun[id] = now
		delete(change.Settled, id)
		since, written := r.record.written[id]
		stands = stands && written && now.Sub(since) < recordedFor
	}
	if stands {
		for _, id := range ids {
			r.record.begun[id] = r.record.written[id]
			delete(r.record.settled, id)
			delete(r.record.before, id)
		}
		return nil
	}
	if err := r.env.Record(ctx, change); err != nil {
		if !errors.Is(err, ErrRecordFull) {
			// It may stand there all the same, and nothing is sent.
			maps.Copy(r.record.settled, change.Begun)
		}
		return err
	}
	for id := range change.Settled {
		delete(r.record.written, id)
	}
	r.record.settled = map[fulfillment.OrderID]time.Time{}
	for _, id := range ids {
		r.record.begun[id], r.record.written[id] = now, now
		delete(r.record.before, id)
	}
	return nil
}

// written reports whether orders may be sent: they were written down, or nobody does that.
func (r *shipmentConfirmation) written(id fulfillment.OrderID) bool {
	_, begun := r.record.begun[id]
	return begun || r.env.Record == nil
}

// release takes those orders of a batch out of the record that were not sent.
func (r *shipmentConfirmation) release(ids []fulfillment.OrderID) {
	for _, id := range ids {
		if !r.record.told[id] {
			r.record.settle(id, r.env.Now())
		}
	}
}

// mayBeReported returns since when nobody knows whether Order Manager was told
// of an order. Until it shows, or has had the time to show, it is told nothing more.
func (r *shipmentConfirmation) mayBeReported(id fulfillment.OrderID) (since time.Time, waits bool) {
	since, there := r.record.before[id]
	return since, there && r.env.Now().Sub(since) < cmp.Or(r.env.LostReportWait, LostReportWait)
}

const mayBeReportedWords = "Order Manager may have been told of the shipment, and the answer was lost with the process that told it; the order is read again, and reported again when it does not show a while after that"

// waitsForReport lists an order of which nobody knows whether it was reported.
func (r *shipmentConfirmation) waitsForReport(order fulfillment.Order, since time.Time) {
	r.stays(order)
	r.failures.underWay(FailingOrder{ID: order.ID, Reference: order.Number, Reason: fulfillment.ReasonOutcomeUnknown, Message: mayBeReportedWords, Since: since})
}

func idsOf(orders []fulfillment.Order) []fulfillment.OrderID {
	ids := make([]fulfillment.OrderID, len(orders))
	for i, order := range orders {
		ids[i] = order.ID
	}
	return ids
}

const noRoomWords = "Order Manager has not said what became of very many shipments, and there is no room to remember more; this one is reported when they are settled"

// noRoom lists the orders that are not reported because the record is full.
func (r *shipmentConfirmation) noRoom(orders []fulfillment.Order) {
	for _, order := range orders {
		r.stays(order)
		r.failures.judged(FailingOrder{ID: order.ID, Reference: order.Number, Reason: fulfillment.ReasonTooManyUnproven, Message: noRoomWords})
	}
}
