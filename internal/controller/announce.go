// SPDX-License-Identifier: Apache-2.0

package controller

import (
	corev1 "k8s.io/api/core/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
)

// actionRun is the verb of a routine's events.
const actionRun = "Run"

// announceRun speaks of a run when it changed something: the first failure of
// its kind, the first success after failures, and every cancellation that came
// too late.
func (r *RoutineReconciler) announceRun(before *v1alpha1.OrderManagerConnection, after *v1alpha1.RoutineStatus) {
	old := entryOf(before, r.Definition.Name)
	run := after.LastRun
	switch {
	case run.Result == v1alpha1.RunFailed && (old == nil || old.LastRun == nil || old.LastRun.Result != run.Result || old.LastRun.Reason != run.Reason):
		r.Recorder.Eventf(before, nil, corev1.EventTypeWarning, run.Reason, actionRun, "%s failed: %s", r.Definition.Name, run.Message)
	case run.Result == v1alpha1.RunSucceeded && old != nil && old.ConsecutiveFailures > 0:
		r.Recorder.Eventf(before, nil, corev1.EventTypeNormal, run.Reason, actionRun, "%s succeeded after %d failed runs", r.Definition.Name, old.ConsecutiveFailures)
	}
	known := map[int64]bool{}
	for _, order := range tooLate(old) {
		known[order.OrderID] = true
	}
	for _, order := range tooLate(after) {
		if !known[order.OrderID] {
			r.Recorder.Eventf(before, nil, corev1.EventTypeWarning, order.Reason, actionRun, "order %s (%s in the warehouse): %s", order.Reference, order.WarehouseOrderID, order.Message)
		}
	}
}

func tooLate(entry *v1alpha1.RoutineStatus) []v1alpha1.FailingOrder {
	if entry == nil || entry.Drift == nil {
		return nil
	}
	var found []v1alpha1.FailingOrder
	for _, order := range entry.Drift.Orders {
		if order.Reason == fulfillment.ReasonTooLate {
			found = append(found, order)
		}
	}
	return found
}

// announceRefusals speaks of tokens that were refused.
func (r *RoutineReconciler) announceRefusals(p *plan) {
	for _, t := range p.refused {
		r.Recorder.Eventf(p.connection, nil, corev1.EventTypeWarning, p.refusedReason, actionRun, "%s was asked for by %s and not started", r.Definition.Name, t.annotation)
	}
	for _, t := range p.unknown {
		r.Recorder.Eventf(p.connection, nil, corev1.EventTypeWarning, v1alpha1.ReasonUnknownPlan, actionRun,
			"the plan that %s approves is not the one that %s holds back", t.annotation, r.Definition.Name)
	}
	for _, t := range p.invalid {
		r.Recorder.Eventf(p.connection, nil, corev1.EventTypeWarning, v1alpha1.ReasonInvalidToken, actionRun,
			"the token in %s was refused by %s: it must be %s", t.annotation, r.Definition.Name, shapeOf(t.annotation))
	}
}
