// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

// respond turns what became of a slice into a result, and a run that is over
// into status, metrics and events. It is the one place that does.
func (r *RoutineReconciler) respond(ctx context.Context, key types.NamespacedName, active *activeRun, o outcome) (ctrl.Result, error) {
	switch o.step {
	case goOn:
		return pause(o.after), nil
	case drop:
		r.runs.drop(key)
		return pause(max(o.after, nextSlice)), nil
	case end:
	}
	if o.unexpected != nil {
		log.FromContext(ctx).Error(o.unexpected, "Run ended unexpectedly")
	}
	if o.doubtful {
		r.Connector.Forget(active.subject.connection)
		if r.credentialsChanged(ctx, active) {
			// The Secret was changed while the run went on: what was refused is
			// no longer what would be sent.
			r.runs.drop(key)
			return pause(nextSlice), nil
		}
		r.Exchange.doubt(active.plan.connection)
	}
	active.ended = &ending{
		start: active.start, end: r.Now(), slot: active.slot, trigger: active.trigger, tokens: active.tokens,
		result: o.result, reason: o.reason, message: o.message, retryAfter: o.after,
		scope: active.scope, plan: active.plan, planned: active.planned != nil, reset: r.reset(active.plan.connection, active),
	}
	if active.run != nil {
		active.ended.report = active.run.Report()
	}
	if active.planned != nil && active.ended.result == v1alpha1.RunSucceeded {
		active.ended.result, active.ended.reason = v1alpha1.RunPlanned, v1alpha1.ReasonPlanned
	}
	r.runs.put(key, active)
	return r.conclude(ctx, key, active)
}

// credentialsChanged reports whether the secrets are others than those that
// the run was begun with.
func (r *RoutineReconciler) credentialsChanged(ctx context.Context, active *activeRun) bool {
	if active.credentials == "" {
		return false
	}
	source, err := r.Connector.Source(ctx, active.plan.connection)
	if err != nil {
		return false
	}
	destination, err := r.Connector.Destination(ctx, active.plan.connection)
	return err == nil && source.Version()+"/"+destination.Version() != active.credentials
}

// conclude writes the result of a run that is over. A result that cannot be
// written now is kept and written later: a token must not be answered by a
// second run.
func (r *RoutineReconciler) conclude(ctx context.Context, key types.NamespacedName, active *activeRun) (ctrl.Result, error) {
	ended := active.ended
	if err := r.publishPlan(ctx, key, active); err != nil {
		return pause(0), err
	}
	var after owned
	before, err := r.writer.write(ctx, r.Definition, key, active.subject.connection, func(live *v1alpha1.OrderManagerConnection) (owned, bool) {
		wanted := ownedBy(live, r.Definition.Name)
		if newerThan(wanted.entry, ended.start) {
			return owned{}, false
		}
		r.finish(&wanted, live, *ended)
		after = wanted
		return wanted, true
	})
	if err != nil {
		return pause(0), err
	}
	r.runs.drop(key)
	r.Metrics.observeRun(r.Definition.Name, ended)
	if before == nil {
		return pause(stalePause), nil
	}
	r.Metrics.observeEntry(key, r.Definition.Name, after.entry)
	r.announceRun(before, after.entry)
	r.announceHeld(before, after.inventory)
	if r.owesMore(ctx, before, after.entry) {
		return pause(stalePause), nil
	}
	return pause(r.pauseBefore(scheduleEntry(after.entry).NextRun)), nil
}

// owesMore reports whether something was asked for while the run was under way.
// The event that told of it may have been used up by a pause of the run, and no
// other follows.
func (r *RoutineReconciler) owesMore(ctx context.Context, connection *v1alpha1.OrderManagerConnection, entry *v1alpha1.RoutineStatus) bool {
	shown := connection.DeepCopy()
	shown.Status.Routines = []v1alpha1.RoutineStatus{*entry}
	p, err := r.plan(ctx, shown)
	return err != nil || p.due() || len(p.refused)+len(p.invalid)+len(p.unknown) > 0
}

// finish puts a run that is over into what the routine owns.
func (r *RoutineReconciler) finish(wanted *owned, live *v1alpha1.OrderManagerConnection, ended ending) {
	wanted.entry = new(finished(wanted.entry, ended))
	if ended.planned {
		return // nothing was done that the rest could tell of
	}
	now := *stamp(ended.end)
	if r.Definition.Name == v1alpha1.ShipmentConfirmation {
		// What does not fit is what a status that somebody wiped has lost.
		wanted.shipments, _ = reportingAfter(wanted.shipments, ended.report.Record, ended.end, r.LostReportWait)
	}
	if r.Definition.Name == v1alpha1.InventorySync {
		finishInventory(wanted, live, ended, now)
	}
	if r.Definition.Name == v1alpha1.OrderCancelDownload && (ended.result == v1alpha1.RunSucceeded || hasOrders(ended.report)) {
		condition := cancellationsCondition(wanted.entry.Drift)
		condition.ObservedGeneration = live.Generation
		wanted.set(withCondition(live.Status.Conditions, condition, now))
	}
}

func hasOrders(report routine.Report) bool { return len(report.Listed()) > 0 }
