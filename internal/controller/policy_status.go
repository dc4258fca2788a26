// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/schedule"
)

// shownNames bounds how many connections a message names.
const shownNames = 5

// policyStatus is a pure function of a policy, of what it governs, and of the
// connections of its namespace.
func policyStatus(policy *v1alpha1.SyncPolicy, governance Governance, connections []v1alpha1.OrderManagerConnection, now time.Time) v1alpha1.SyncPolicyStatus {
	selection := governance.Selections[policy.Name]
	governed := map[string]bool{}
	for _, name := range selection.Governed {
		governed[name] = true
	}
	status := v1alpha1.SyncPolicyStatus{ObservedGeneration: policy.Generation, Connections: int32(len(selection.Governed))} //nolint:gosec // G115: a namespace does not hold two thousand million connections
	var notReady []string
	for i := range connections {
		connection := &connections[i]
		if !governed[connection.Name] {
			continue
		}
		status.Failing += connection.Status.Failing
		if lookedAt(connection) && meta.IsStatusConditionTrue(connection.Status.Conditions, v1alpha1.ConditionReady) {
			status.ReadyConnections++
		} else {
			notReady = append(notReady, connection.Name)
		}
		addTimes(&status, policy, connection)
	}
	status.Ready = fmt.Sprintf("%d/%d", status.ReadyConnections, status.Connections)

	accepted := acceptedCondition(policy, selection)
	resolved := resolvedCondition(selection)
	conditions := []metav1.Condition{accepted, resolved, uncontestedCondition(policy, governance, selection), readyCondition(accepted, resolved, notReady, len(selection.Governed))}
	if accepted.Status == metav1.ConditionFalse {
		conditions = append(conditions, metav1.Condition{
			Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue, Reason: accepted.Reason, Message: accepted.Message,
		})
	}
	for _, condition := range conditions {
		condition.ObservedGeneration = policy.Generation
		condition.Message = cut(condition.Message, maxMessage)
		status.Conditions = append(status.Conditions, withCondition(policy.Status.Conditions, condition, metav1.NewTime(now)))
	}
	return status
}

// addTimes takes a connection's entries into the oldest success and the next run.
func addTimes(status *v1alpha1.SyncPolicyStatus, policy *v1alpha1.SyncPolicy, connection *v1alpha1.OrderManagerConnection) {
	for _, definition := range Definitions() {
		entry := entryOf(connection, definition.Name)
		if entry == nil || definition.schedule(&policy.Spec) == nil {
			continue
		}
		if success := entry.LastSuccessTime; success != nil && (status.OldestSuccessTime == nil || success.Before(status.OldestSuccessTime)) {
			status.OldestSuccessTime = success.DeepCopy()
		}
		// Texts of one form and one zone are in the order of their times.
		if entry.NextRun != "" && (status.NextRun == "" || entry.NextRun < status.NextRun) {
			status.NextRun = entry.NextRun
		}
	}
}

// acceptedCondition says whether the policy can be carried out.
func acceptedCondition(policy *v1alpha1.SyncPolicy, selection Selection) metav1.Condition {
	condition := metav1.Condition{Type: v1alpha1.ConditionAccepted, Status: metav1.ConditionFalse}
	if selection.Err != nil {
		condition.Reason = v1alpha1.ReasonInvalidSelector
		condition.Message = "spec.connections.selector cannot be read: check its operators and values"
		return condition
	}
	for _, definition := range Definitions() {
		if definition.schedule(&policy.Spec) == nil {
			continue
		}
		if _, err := timetableOf(&policy.Spec, definition, policy.UID); err != nil {
			condition.Reason = scheduleReason(err)
			condition.Message = fmt.Sprintf("%s: %s", definition.Name, err)
			if errors.Is(err, schedule.ErrNeverFires) {
				condition.Message += "; choose a day that exists"
			}
			return condition
		}
	}
	condition.Status, condition.Reason, condition.Message = metav1.ConditionTrue, v1alpha1.ReasonAccepted, "the policy can be carried out"
	return condition
}

// resolvedCondition says whether every named connection exists.
func resolvedCondition(selection Selection) metav1.Condition {
	if len(selection.Missing) > 0 {
		return metav1.Condition{
			Type: v1alpha1.ConditionConnectionsResolved, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonConnectionsNotFound,
			Message: fmt.Sprintf("%d named connections do not exist in this namespace: %s", len(selection.Missing), some(selection.Missing)),
		}
	}
	return metav1.Condition{
		Type: v1alpha1.ConditionConnectionsResolved, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonResolved,
		Message: "every named connection exists",
	}
}

// uncontestedCondition says whether every selected connection is governed by
// this policy. It is no part of Ready: a policy for most connections beside one
// that names a few is a good way to work.
func uncontestedCondition(policy *v1alpha1.SyncPolicy, governance Governance, selection Selection) metav1.Condition {
	if len(selection.Contested) == 0 {
		return metav1.Condition{
			Type: v1alpha1.ConditionUncontested, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonUncontested,
			Message: "no other policy governs a connection that this one selects",
		}
	}
	var lost []string
	for _, name := range selection.Contested {
		lost = append(lost, fmt.Sprintf("%s (%s)", name, governance.Governs[name].Name))
	}
	return metav1.Condition{
		Type: v1alpha1.ConditionUncontested, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonOlderPolicyGoverns,
		Message: fmt.Sprintf("%d connections that %q selects are governed by another policy: %s", len(lost), policy.Name, some(lost)),
	}
}

// readyCondition computes Ready.
func readyCondition(accepted, resolved metav1.Condition, notReady []string, governed int) metav1.Condition {
	ready := metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse}
	switch {
	case accepted.Status == metav1.ConditionFalse:
		ready.Reason, ready.Message = accepted.Reason, accepted.Message
	case resolved.Status == metav1.ConditionFalse:
		ready.Reason, ready.Message = resolved.Reason, resolved.Message
	case len(notReady) > 0:
		ready.Reason = v1alpha1.ReasonConnectionsNotReady
		ready.Message = fmt.Sprintf("%d of %d not ready: %s", len(notReady), governed, some(notReady))
	default:
		ready.Status, ready.Reason = metav1.ConditionTrue, v1alpha1.ReasonReady
		ready.Message = fmt.Sprintf("%d of %d connections are ready", governed, governed)
	}
	return ready
}

// some names the first few of a list.
func some(names []string) string {
	if len(names) <= shownNames {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shownNames], ", "), len(names)-shownNames)
}
