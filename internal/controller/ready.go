// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
)

// failuresInARow is the number of failed runs after which a routine is failing.
const failuresInARow = 3

// view is all that a connection's summary is made of.
type view struct {
	connection *v1alpha1.OrderManagerConnection
	policy     *v1alpha1.SyncPolicy
	// gates are the four conditions that Ready rests on.
	gates       []metav1.Condition
	claims      []string
	warehouseID *int64
	stalled     *fulfillment.Fault
	// mappings is a condition that Ready does not rest on; nil without mappings.
	mappings *metav1.Condition
	now      time.Time
}

// summary returns the part of status that the connection controller owns.
func (v view) summary() v1alpha1.OrderManagerConnectionStatus {
	connection := v.connection
	status := v1alpha1.OrderManagerConnectionStatus{
		ObservedGeneration: connection.Generation, WarehouseID: v.warehouseID, Claims: v.claims,
	}
	for i := range connection.Status.Routines {
		if failing := connection.Status.Routines[i].Failing; failing != nil {
			status.Failing += failing.Count
		}
	}
	status.Drift, _ = driftOf(connection)
	conditions := append([]metav1.Condition{}, v.gates...)
	conditions = append(conditions, v.ready(), booksCondition(connection))
	if v.mappings != nil {
		conditions = append(conditions, *v.mappings)
	}
	if sole, ok := v.soleWriter(); ok {
		conditions = append(conditions, sole)
	}
	if stalled, ok := v.stalledCondition(); ok {
		conditions = append(conditions, stalled)
	}
	for _, condition := range conditions {
		condition.ObservedGeneration = connection.Generation
		status.Conditions = append(status.Conditions, withCondition(connection.Status.Conditions, condition, metav1.NewTime(v.now)))
	}
	return status
}

// ready computes Ready. It waits for no first run and looks at no single order.
func (v view) ready() metav1.Condition {
	ready := metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue}
	for _, wanted := range []metav1.ConditionStatus{metav1.ConditionFalse, metav1.ConditionUnknown} {
		for _, gate := range v.gates {
			if gate.Status == wanted {
				ready.Status, ready.Reason, ready.Message = gate.Status, gate.Reason, gate.Message
				return ready
			}
		}
	}
	if v.policy == nil {
		ready.Reason, ready.Message = v1alpha1.ReasonNotGoverned, "no policy selects this connection"
		return ready
	}
	if v.connection.Spec.Suspend || v.policy.Spec.Suspend {
		ready.Reason, ready.Message = v1alpha1.ReasonSuspended, "the routines are suspended"
		return ready
	}
	for _, definition := range Definitions() {
		if reason, message := v.trouble(definition); reason != "" {
			ready.Status, ready.Reason, ready.Message = metav1.ConditionFalse, reason, cut(message, maxMessage)
			return ready
		}
	}
	ready.Reason, ready.Message = v1alpha1.ReasonReady, fmt.Sprintf("kept in step by policy %q", v.policy.Name)
	return ready
}

// trouble says what is wrong with a routine; nothing when it is well or not governed.
func (v view) trouble(definition Definition) (reason, message string) {
	entry := entryOf(v.connection, definition.Name)
	if entry == nil || definition.schedule(&v.policy.Spec) == nil {
		return "", ""
	}
	if entry.ConsecutiveFailures >= failuresInARow {
		message = fmt.Sprintf("%s failed %d times in a row", definition.Name, entry.ConsecutiveFailures)
		if entry.LastRun != nil {
			message += fmt.Sprintf(" (%s): %s", entry.LastRun.Reason, entry.LastRun.Message)
		}
		return v1alpha1.ReasonRoutineFailing, message
	}
	if overdueAt := v.overdueAt(definition); !overdueAt.IsZero() && v.now.After(overdueAt) {
		return v1alpha1.ReasonRoutineOverdue, fmt.Sprintf("%s was due at %s and did not run", definition.Name, entry.NextRun)
	}
	return "", ""
}

// overdueAt returns when a routine that waits for its next run becomes
// overdue; zero when it cannot.
func (v view) overdueAt(definition Definition) time.Time {
	entry := entryOf(v.connection, definition.Name)
	if v.policy == nil || entry == nil || entry.State != v1alpha1.RoutineScheduled || definition.schedule(&v.policy.Spec) == nil {
		return time.Time{}
	}
	timetable, err := timetableOf(&v.policy.Spec, definition, v.connection.UID)
	promised := scheduleEntry(entry).NextRun
	if err != nil || promised.IsZero() || entry.Schedule != timetable.String() {
		return time.Time{}
	}
	return timetable.OverdueAt(promised)
}

// wake returns the next time at which the summary changes by itself; zero when
// it does not.
func (v view) wake() time.Time {
	var next time.Time
	for _, definition := range Definitions() {
		at := v.overdueAt(definition)
		if at.After(v.now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if at := v.secondWriterUntil(); at.After(v.now) && (next.IsZero() || at.Before(next)) {
		next = at
	}
	return next
}

// stalledCondition says that only a person can help.
func (v view) stalledCondition() (metav1.Condition, bool) {
	condition := metav1.Condition{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue}
	if v.stalled != nil {
		condition.Reason, condition.Message = reasonOf(v.stalled), cut(v.stalled.Error(), maxMessage)
		return condition, true
	}
	claimed := meta.FindStatusCondition(v.gates, v1alpha1.ConditionSourceClaimed)
	if claimed != nil && claimed.Status == metav1.ConditionFalse {
		condition.Reason, condition.Message = claimed.Reason, claimed.Message
		return condition, true
	}
	return condition, false
}

// inProgress returns what status is to say while a new generation is looked
// at: what it said, and that it is being looked at.
func inProgress(connection *v1alpha1.OrderManagerConnection, now time.Time) v1alpha1.OrderManagerConnectionStatus {
	status := ownedSummary(connection)
	message := fmt.Sprintf("looking at generation %d", connection.Generation)
	conditions := []metav1.Condition{{
		Type: v1alpha1.ConditionReconciling, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonProgressing, Message: message,
	}}
	if meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionReady) == nil {
		conditions = append(conditions, metav1.Condition{
			Type: v1alpha1.ConditionReady, Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonProgressing, Message: message,
		})
	}
	for _, condition := range conditions {
		condition.ObservedGeneration = connection.Generation
		meta.RemoveStatusCondition(&status.Conditions, condition.Type)
		status.Conditions = append(status.Conditions, withCondition(connection.Status.Conditions, condition, metav1.NewTime(now)))
	}
	return status
}

// summaryConditions are the conditions that the connection controller owns.
var summaryConditions = append([]string{
	v1alpha1.ConditionReady, v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled, v1alpha1.ConditionMappingsAccepted,
	v1alpha1.ConditionSoleWriter,
	v1alpha1.ConditionBooksBalance,
}, gates...)

// ownedSummary returns the part of a connection's status that the connection
// controller owns, as it stands.
func ownedSummary(connection *v1alpha1.OrderManagerConnection) v1alpha1.OrderManagerConnectionStatus {
	status := v1alpha1.OrderManagerConnectionStatus{
		ObservedGeneration: connection.Status.ObservedGeneration, WarehouseID: connection.Status.WarehouseID,
		Claims: connection.Status.Claims, Failing: connection.Status.Failing, Drift: connection.Status.Drift,
	}
	for _, name := range summaryConditions {
		if condition := meta.FindStatusCondition(connection.Status.Conditions, name); condition != nil {
			status.Conditions = append(status.Conditions, *condition)
		}
	}
	return status
}
