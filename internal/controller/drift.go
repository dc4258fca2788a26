// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

// maxDriftReasons bounds the counts by reason, maxNamedReasons what a message names of them.
const (
	maxDriftReasons = 24
	maxNamedReasons = 4
)

func driftOrders(drift routine.Drift) *v1alpha1.DriftOrders {
	if drift.Count == 0 {
		return nil
	}
	result := &v1alpha1.DriftOrders{Count: drift.Count, Orders: shownOrders(drift.Orders)}
	for _, reason := range drift.Reasons[:min(len(drift.Reasons), maxDriftReasons)] {
		result.Reasons = append(result.Reasons, v1alpha1.DriftReason{Reason: cut(reason.Reason, maxReason), Count: reason.Count})
	}
	return result
}

// comparing are the routines that compare the books. The later ones repeat, at
// most, what an earlier one lists.
var comparing = []v1alpha1.RoutineName{v1alpha1.OrderCancelDownload, v1alpha1.ShipmentConfirmation, v1alpha1.OrderDownload}

// driftOf adds up what the routines list, the largest count first. An order
// that two of them show counts once.
func driftOf(connection *v1alpha1.OrderManagerConnection) (total int64, reasons []v1alpha1.DriftReason) {
	counts := map[string]int64{}
	shown := map[int64]bool{}
	for _, name := range comparing {
		entry := entryOf(connection, name)
		if entry == nil || entry.Drift == nil {
			continue
		}
		for _, reason := range entry.Drift.Reasons {
			counts[reason.Reason] += reason.Count
		}
		for _, order := range entry.Drift.Orders {
			if shown[order.OrderID] {
				counts[order.Reason]--
			}
			shown[order.OrderID] = true
		}
	}
	for reason, count := range counts {
		if count > 0 {
			total += count
			reasons = append(reasons, v1alpha1.DriftReason{Reason: reason, Count: count})
		}
	}
	slices.SortFunc(reasons, func(a, b v1alpha1.DriftReason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return total, reasons
}

// booksCondition says whether both systems say the same of every order. Ready
// does not rest on it.
func booksCondition(connection *v1alpha1.OrderManagerConnection) metav1.Condition {
	condition := metav1.Condition{Type: v1alpha1.ConditionBooksBalance}
	total, reasons := driftOf(connection)
	var missing []string
	for _, name := range []v1alpha1.RoutineName{v1alpha1.OrderCancelDownload, v1alpha1.ShipmentConfirmation} {
		if entry := entryOf(connection, name); entry == nil || entry.Cursor == nil || entry.Cursor.FullComparisonTime == nil {
			missing = append(missing, string(name))
		}
	}
	switch {
	case total > 0:
		condition.Status, condition.Reason = metav1.ConditionFalse, v1alpha1.ReasonDriftFound
		var named []string
		for i, reason := range reasons {
			if i == maxNamedReasons && len(reasons) > i+1 {
				named = append(named, fmt.Sprintf("and %d more reasons", len(reasons)-i))
				break
			}
			named = append(named, fmt.Sprintf("%s %d", reason.Reason, reason.Count))
		}
		condition.Message = fmt.Sprintf("orders that a person has to settle: %d (%s); status.routines[].drift says what to do", total, strings.Join(named, ", "))
	case len(missing) > 0:
		condition.Status, condition.Reason = metav1.ConditionUnknown, v1alpha1.ReasonNotCompared
		condition.Message = "not yet compared in whole by " + strings.Join(missing, " and ")
	default:
		condition.Status, condition.Reason = metav1.ConditionTrue, v1alpha1.ReasonBalanced
		condition.Message = "both systems say the same of every order that was compared"
	}
	condition.Message = cut(condition.Message, maxMessage)
	return condition
}
