// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// progressInterval is the shortest time between two writes of progress.
const progressInterval = 10 * time.Second

// work works a run for one slice, unless another connection is at work on one
// of its warehouses.
func (r *RoutineReconciler) work(ctx context.Context, key types.NamespacedName, active *activeRun) outcome {
	defer active.leaveLane()
	if pause := active.resumeAt.Sub(r.Now()); pause > 0 {
		return outcome{step: goOn, after: pause}
	}
	leave, ok := r.Exchange.enter(active.subject.connection, active.claims)
	if !ok {
		return outcome{step: goOn, after: time.Second}
	}
	defer leave()
	if active.lane == nil {
		if active.lane, ok = r.lanes.enter(key, active.accounts); !ok {
			return outcome{step: goOn, after: lanePause}
		}
	}
	working, cancel := r.workingContext(ctx)
	defer cancel()
	err := active.run.Slice(active.demand.With(working), r.checkpoint(ctx, key, active))
	r.tellStop(ctx, active, err)
	r.leaveRecord(ctx, key, active, err)
	result := judge(ctx, err)
	if result.step == goOn && result.after > nextSlice {
		active.resumeAt = r.Now().Add(result.after)
	}
	return result
}

// LastRequests is how long the requests that are under way when a slice is over,
// or when the process stops, may still take: a request, and a little for what
// follows from its answer.
const LastRequests = 35 * time.Second

// workingContext returns the context of a slice. A process that stops does not
// break off the requests of a routine that writes orders: their effects would
// be left without what belongs to them. The run is told to begin nothing more,
// and gets the time of a last request, however much of its slice was left; its
// marks come on top of that. Reading stock takes longer than that and a stock
// write stands for itself, so InventorySync ends at once.
func (r *RoutineReconciler) workingContext(process context.Context) (context.Context, context.CancelFunc) {
	if r.Definition.Name == v1alpha1.InventorySync {
		return context.WithCancel(process)
	}
	working, cancel := context.WithTimeout(context.WithoutCancel(process), r.Slice+LastRequests)
	forget := context.AfterFunc(process, func() {
		timer := time.NewTimer(LastRequests)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-working.Done():
		}
	})
	return routine.WithStopping(working, process.Done()), func() {
		forget()
		cancel()
	}
}

// tellStop says in the log how far a run has come that the process stops in the
// middle of. Whoever leads next begins it again.
func (r *RoutineReconciler) tellStop(ctx context.Context, active *activeRun, err error) {
	if err == nil || !stopping(ctx) {
		return
	}
	text, report := "Run stopped at a safe point", active.run.Report()
	counts, open := report.Counts, map[string]int{}
	for _, order := range report.Listed() {
		open[order.Reason]++
	}
	values := []any{"trigger", active.trigger, "created", counts.Created, "marked", counts.Marked, "cancelled", counts.Cancelled,
		"confirmed", counts.Confirmed, "stockLevelsWritten", counts.Written, "failing", open}
	if !errors.Is(err, routine.ErrInterrupted) {
		text = "Run abandoned: the process stops"
		if fault, ok := fulfillment.AsFault(err); ok {
			values = append(values, "request", fault.Error(), "outcomeKnown", !fault.Uncertain)
		}
	}
	log.FromContext(ctx).Info(text, values...)
}

// checkpoint returns what a run asks between pages. It interrupts when the
// slice is over, when its turn is over while others wait for the lane, when the
// process stops, and when the run must not go on.
func (r *RoutineReconciler) checkpoint(process context.Context, key types.NamespacedName, active *activeRun) routine.Checkpoint {
	began := r.Now()
	first := true
	return func(ctx context.Context, progress routine.Progress) error {
		// A run may ask before its first page: however short its slices are, it
		// must get on by a page in each.
		over := !first && r.givesWay(active, began)
		first = false
		if over || process.Err() != nil || ctx.Err() != nil || !r.mayGoOn(ctx, key, active) {
			return routine.ErrInterrupted
		}
		r.writeProgress(ctx, key, active, progress)
		return nil
	}
}

// givesWay reports whether a slice that began at a time has to end now: it is
// over, or others wait for the lane that the run has had for a turn. Figures of
// stock grow old while their run waits, so that one keeps its slice.
func (r *RoutineReconciler) givesWay(active *activeRun, began time.Time) bool {
	worked := r.Now().Sub(began)
	return worked >= r.Slice ||
		worked >= laneTurn && r.Definition.Name != v1alpha1.InventorySync && r.lanes.wanted(active.accounts)
}

// mayGoOn looks at the cache: it costs nothing, and a change that it does not
// show yet is found at the next page.
func (r *RoutineReconciler) mayGoOn(ctx context.Context, key types.NamespacedName, active *activeRun) bool {
	connection, err := r.cached(ctx, key)
	if err != nil || connection == nil {
		return false
	}
	p, err := r.plan(ctx, connection)
	return err == nil && active.subject == p.subject() && p.mayRun()
}

// writeProgress shows how far a run has come. A write that fails is not
// repeated: the next one says more.
func (r *RoutineReconciler) writeProgress(ctx context.Context, key types.NamespacedName, active *activeRun, progress routine.Progress) {
	now := r.Now()
	if now.Sub(active.progressAt) < progressInterval {
		return
	}
	active.progressAt = now
	_, _ = r.writer.write(ctx, r.Definition, key, active.subject.connection, func(live *v1alpha1.OrderManagerConnection) (owned, bool) {
		wanted := ownedBy(live, r.Definition.Name)
		if newerThan(wanted.entry, active.start) {
			return owned{}, false
		}
		wanted.entry = new(running(wanted.entry, active.plan, active.start, progress))
		return wanted, true
	})
}

// newerThan reports whether an entry tells of a run that began after this one:
// another process took over, and what this one has to say is history.
func newerThan(entry *v1alpha1.RoutineStatus, start time.Time) bool {
	return entry != nil && entry.LastRun != nil && moment(entry.LastRun.StartTime).After(start.Truncate(time.Second))
}
