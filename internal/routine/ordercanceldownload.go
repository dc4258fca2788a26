// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	// cheapComparison is how many calls a full comparison may cost to be made in every run.
	cheapComparison = 20
	// fullComparisonEvery is how often a dearer one is made.
	fullComparisonEvery = time.Hour
	// cursorOverlap is how far a cursor is set back: clocks differ, and what
	// was changed a moment before it may have been shown a moment after.
	cursorOverlap = 10 * time.Minute
	// settledAfter is how long a cancellation that came too late stays listed,
	// and so how far a run without any memory looks back for one.
	settledAfter = 14 * 24 * time.Hour
	// farAhead is how far a cursor may lie ahead of our clock: the remote's may
	// differ by hours, and a cursor further ahead would hide every cancellation.
	farAhead = 24 * time.Hour
)

// AcknowledgedLabel is the Order Manager label by which a user says that a
// cancellation that came too late is settled.
const AcknowledgedLabel = fulfillment.AcknowledgedLabel

// orderCancelDownload cancels in the warehouse what Order Manager no longer
// wants shipped from it.
type orderCancelDownload struct {
	env      Env
	config   OrderCancelDownloadConfig
	started  time.Time
	failures *failures
	counts   Counts
	others   *sightings
	stage    cancelStage
	complete bool
	// full says that every open order of the warehouse is compared; wanted says
	// that it is compared whatever it costs.
	full, wanted bool

	// open are the warehouse's open orders that carry an identity, by pages.
	open  []fulfillment.WarehouseOrder
	after string
	// references are those of all open orders, also of those that are not ours.
	references openReferences
	listCalls  int
	// shipped are the orders of a page of what closed lately that left the
	// warehouse; closedAfter is the mark of the next page.
	shipped     []fulfillment.WarehouseOrder
	closedAfter string
	closedRead  bool
	// edited are the orders that are to be updated in the warehouse.
	edited []editedOrder
	// recent is the walk over what was cancelled lately.
	recentPage int
	newest     time.Time
	// remembered are orders whose cancellation came too late in an earlier run.
	remembered []fulfillment.OrderID
	// left are orders whose cancellation was not proven, and is not asked for now.
	left map[fulfillment.OrderID]bool
	// done are the orders this run has dealt with, unsettled those of them of
	// which a part at least is not cancelled.
	done, unsettled map[fulfillment.OrderID]bool
	// sent is the walk over sent orders, sentBatch what it read last; anonymous
	// are open orders of the warehouse without an identity.
	sent      *walk
	sentBatch []fulfillment.Order
	anonymous []fulfillment.WarehouseOrder
	// openNumbers are those of all open orders; nil before anybody asked.
	openNumbers map[string]bool
	// unproven is the earliest cancellation in Order Manager of which this run
	// could not prove that the warehouse followed it: the cursor stays there.
	unproven time.Time
}

type cancelStage int

const (
	cancelRemembered cancelStage = iota
	cancelRecent
	cancelListOpen
	cancelCompareOpen
	cancelCompareShipped
	cancelHere
	cancelUpdateEdited
	cancelDone
)

// NewOrderCancelDownload returns a run of OrderCancelDownload.
func NewOrderCancelDownload(env Env, config OrderCancelDownloadConfig) Run {
	now := env.Now()
	if env.Memory.Cursor.Sub(now) > farAhead {
		env.Memory.Cursor = time.Time{}
	}
	if env.Memory.LastFullComparison.After(now) {
		env.Memory.LastFullComparison = time.Time{}
	}
	r := &orderCancelDownload{env: env, config: config, others: newSightings(env.Began), started: now, failures: newFailures(env.Memory, now, fulfillment.ReasonTooLate),
		sent: newWalk(env.Source.SentOrders), recentPage: 1, left: map[fulfillment.OrderID]bool{}, done: map[fulfillment.OrderID]bool{}, unsettled: map[fulfillment.OrderID]bool{}}
	memory := env.Memory
	r.wanted = memory.Whole || memory.Reset || memory.Cursor.IsZero() || memory.LastFullComparison.IsZero() ||
		now.Sub(memory.LastFullComparison) >= fullComparisonEvery
	r.failures.unprovenMemory()
	for id := range r.failures.since {
		if !r.leaveUnproven(id) {
			r.remembered = append(r.remembered, id)
		}
	}
	for id, shown := range r.failures.shown {
		if shown.Reason == fulfillment.ReasonTooLate && !slices.Contains(r.remembered, id) && !r.left[id] {
			r.remembered = append(r.remembered, id)
		}
	}
	slices.Sort(r.remembered)
	return r
}

// Report implements Run.
func (r *orderCancelDownload) Report() Report {
	failing, drift := r.failures.report(r.complete), r.failures.drift(r.complete)
	counts := r.counts
	counts.Failed = failing.Count + drift.Count
	rep := Report{Counts: counts, FullComparison: r.full, Failing: failing, Drift: drift, SecondWriter: r.others.report()}
	if r.complete {
		rep.Cursor = r.newest
		if rep.Cursor.Before(r.env.Memory.Cursor) {
			rep.Cursor = r.env.Memory.Cursor
		}
		if rep.Cursor.IsZero() {
			// Nothing was cancelled within the look-back: the start of that
			// window is the furthest that is known to be seen.
			rep.Cursor = r.lookBack()
		}
		if !r.unproven.IsZero() && r.unproven.Before(rep.Cursor) {
			rep.Cursor = r.unproven
			if earliest := r.lookBack(); rep.Cursor.Before(earliest) {
				rep.Cursor = earliest
			}
		}
		if r.full {
			rep.LastFullComparison = r.started
		}
	}
	return rep
}

func (r *orderCancelDownload) lookBack() time.Time { return r.started.Add(-settledAfter) }

// Slice implements Run.
func (r *orderCancelDownload) Slice(ctx context.Context, check Checkpoint) error {
	for r.stage != cancelDone {
		var err error
		switch r.stage {
		case cancelRemembered:
			err = r.workRemembered(ctx)
		case cancelRecent:
			err = r.workRecent(ctx)
		case cancelListOpen:
			err = r.listOpen(ctx)
		case cancelCompareOpen:
			err = r.compareOpen(ctx)
		case cancelCompareShipped:
			err = r.compareShipped(ctx)
		case cancelHere:
			err = r.cancelInOrderManager(ctx)
		case cancelUpdateEdited:
			err = r.updateEdited(ctx)
		case cancelDone:
		}
		if err == nil {
			err = check(ctx, r.progress())
		}
		if err != nil {
			return err
		}
	}
	r.complete = true
	return nil
}

func (r *orderCancelDownload) progress() Progress {
	counts := r.counts
	counts.Failed = int64(len(r.failures.found))
	return Progress{Message: fmt.Sprintf("%d orders compared, %d cancelled", counts.Read, counts.Cancelled), Counts: counts}
}

// workRemembered looks at orders whose cancellation came too late before: they
// stay listed until they are settled.
func (r *orderCancelDownload) workRemembered(ctx context.Context) error {
	if len(r.remembered) == 0 && !r.askHeld() {
		r.stage = cancelRecent
		return nil
	}
	return r.workOldest(ctx)
}

// workOldest looks at a page of remembered orders.
func (r *orderCancelDownload) workOldest(ctx context.Context) error {
	n := min(len(r.remembered), fulfillment.PageSize)
	orders, err := r.env.Source.OrdersByID(ctx, r.remembered[:n])
	if err != nil {
		return err
	}
	if err := r.workUnwanted(ctx, orders); err != nil {
		return err
	}
	for _, id := range r.remembered[:n] {
		if !slices.ContainsFunc(orders, func(order fulfillment.Order) bool { return order.ID == id }) {
			r.unanswered(id)
		}
	}
	r.remembered = r.remembered[n:]
	return nil
}

// workRecent works a page of what was cancelled since the cursor: the fast path.
func (r *orderCancelDownload) workRecent(ctx context.Context) error {
	since := r.lookBack()
	if cursor := r.env.Memory.Cursor; !cursor.IsZero() {
		since = cursor.Add(-cursorOverlap)
	}
	orders, err := r.env.Source.CancelledSince(ctx, since, r.recentPage)
	if err != nil {
		return err
	}
	if len(orders) == 0 {
		r.stage = cancelListOpen
		return nil
	}
	if err := r.workUnwanted(ctx, orders); err != nil {
		return err
	}
	for _, order := range orders {
		if order.ModifiedDate.After(r.newest) {
			r.newest = order.ModifiedDate
		}
	}
	r.recentPage++
	return nil
}

// workUnwanted looks up those of the orders that are not wanted from here at
// the warehouse, and cancels them there.
func (r *orderCancelDownload) workUnwanted(ctx context.Context, orders []fulfillment.Order) error {
	orders = slices.DeleteFunc(slices.Clone(orders), func(order fulfillment.Order) bool {
		wanted := order.State != fulfillment.StateCancelled && !r.elsewhere(order) && !r.stopped(order)
		return r.done[order.ID] || wanted
	})
	if len(orders) == 0 {
		return nil
	}
	found, err := r.env.Destination.FindOrders(ctx, byNumberToo(r.config.Load, orders, r.config.Load.MayBeAdopted))
	if err != nil {
		return err
	}
	if err := r.cancelledParcels(ctx, orders); err != nil {
		return err
	}
	index := indexFound(found)
	for _, order := range orders {
		parts := index.byIdentity[order.ID.String()]
		if len(parts) == 0 {
			if parts, err = r.movedCancelled(ctx, order, index); err != nil {
				return err
			}
		}
		if len(inState(parts, fulfillment.WarehouseOpen)) == 0 {
			r.lookAfterAll(order.ID)
		}
		for _, o := range parts {
			if r.wish(order, o) == wishCancel {
				if err := r.cancel(ctx, order, o); err != nil {
					return err
				}
				continue
			}
			r.stillTwice(order, o)
		}
		r.counts.Read++
		r.done[order.ID] = true
	}
	return nil
}

// keepCompared keeps listed what only a comparison finds, until the next one.
func (r *orderCancelDownload) keepCompared() {
	for id, shown := range r.failures.shown {
		// What the warehouse refused keeps its age as well.
		if _, refused := r.failures.since[id]; refused && shown.Reason == fulfillment.ReasonEditRefused && !r.done[id] {
			r.failures.waits(id, shown.Reference)
		}
	}
	r.failures.keep(func(reason string) bool {
		switch reason {
		case fulfillment.ReasonHeldButSent, fulfillment.ReasonNotWanted, fulfillment.ReasonRoutedElsewhere,
			fulfillment.ReasonMissingInOrderManager, fulfillment.ReasonMarkRefused, fulfillment.ReasonTwiceInWarehouse,
			fulfillment.ReasonEdited, fulfillment.ReasonEditedOnBothSides, fulfillment.ReasonEditTooLate,
			fulfillment.ReasonEditUnknown, fulfillment.ReasonDiffers,
			fulfillment.ReasonCancelledByWarehouse:
			return true
		}
		return false
	}, func(id fulfillment.OrderID) bool { return r.done[id] })
}

// listOpen reads a page of the warehouse's open orders.
func (r *orderCancelDownload) listOpen(ctx context.Context) error {
	orders, next, err := r.env.Destination.WarehouseOpenOrders(ctx, r.after)
	if err != nil {
		return err
	}
	r.listCalls++
	for _, o := range orders {
		r.references.add(o)
		// Orders without an identity, or with a foreign one, are not ours to cancel.
		if _, ours := identityOf(o); ours {
			r.open = append(r.open, o)
		} else if r.config.CancelInOrderManager && o.Identity == "" {
			r.anonymous = append(r.anonymous, o)
		}
	}
	r.after = next
	if cost := r.listCalls + (len(r.open)+fulfillment.PageSize-1)/fulfillment.PageSize; cost > cheapComparison && !r.wanted {
		r.open, r.stage = nil, cancelDone
		r.keepCompared()
		return nil
	}
	if next == "" {
		r.full, r.stage = true, cancelCompareOpen
		r.findVanished()
	}
	return nil
}
