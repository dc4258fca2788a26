// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// inventoryStatus puts what an inventory sync saw into status.
func inventoryStatus(seen *routine.Inventory) *v1alpha1.InventoryStatus {
	status := &v1alpha1.InventoryStatus{
		ObservedTime: stamp(seen.ObservedAt), InStep: seen.InStep, Updated: seen.Updated,
		AwaitingStartingInventory: seen.AwaitingStartingInventory,
		UnknownInOrderManager:     seen.UnknownInOrderManager, UnknownInWarehouse: seen.UnknownInWarehouse,
		RoundedDown: seen.RoundedDown, UnitsAvailable: seen.UnitsAvailable, UnitsLocked: seen.UnitsLocked,
		Created:  seen.Created,
		Excluded: seen.Excluded, WithoutFigures: seen.WithoutFigures,
		UnitsUncovered: seen.UnitsUncovered, UnitsHeld: seen.UnitsHeld, UnitsWaiting: seen.UnitsWaiting,
		UnitsAllocated: seen.UnitsAllocated, UnitsOfferedMore: seen.UnitsOfferedMore, UnitsOfferedLess: seen.UnitsOfferedLess,
		Allocation: v1alpha1.AllocationModel(seen.Allocation),
	}
	for _, sku := range seen.AwaitingStartingInventorySKUs[:min(len(seen.AwaitingStartingInventorySKUs), routine.MaxFailingShown)] {
		status.AwaitingStartingInventorySKUs = append(status.AwaitingStartingInventorySKUs, cut(sku, maxReference))
	}
	for _, name := range seen.AllocatedStatuses[:min(len(seen.AllocatedStatuses), maxStatuses)] {
		status.AllocatedStatuses = append(status.AllocatedStatuses, cut(name, maxReason))
	}
	status.LargestDifferences = stockDifferences(seen.LargestDifferences)
	if held := seen.Held; held != nil {
		status.HeldBack = &v1alpha1.HeldStock{
			Digest: held.Digest, Count: held.Increases + held.Zeros, Increases: held.Increases, Zeros: held.Zeros,
			Largest: stockDifferences(held.Largest),
		}
	}
	return status
}

func stockDifferences(seen []routine.StockDifference) []v1alpha1.StockDifference {
	var differences []v1alpha1.StockDifference
	for _, difference := range seen[:min(len(seen), routine.MaxFailingShown)] {
		differences = append(differences, v1alpha1.StockDifference{
			SKU: cut(difference.SKU, maxReference), Promise: difference.Promise, Available: difference.Available,
		})
	}
	return differences
}

// stockRuleCondition puts what the answers to stock writes said of the stock
// rule into a condition.
func stockRuleCondition(verdict *routine.StockRuleVerdict) metav1.Condition {
	if verdict.Verified {
		return metav1.Condition{
			Type: v1alpha1.ConditionStockRuleVerified, Status: metav1.ConditionTrue,
			Reason:  fulfillment.ReasonAvailableMatches,
			Message: "Order Manager's available quantities came out as promised",
		}
	}
	return metav1.Condition{
		Type: v1alpha1.ConditionStockRuleVerified, Status: metav1.ConditionFalse,
		Reason: fulfillment.ReasonAvailableDiffers,
		Message: fmt.Sprintf("after a write product %s shows %d available in Order Manager where %d was promised; stock writes stopped",
			cut(verdict.SKU, maxReference), verdict.Seen, verdict.Expected),
	}
}

// cancellationsCondition says whether a cancellation came too late.
func cancellationsCondition(drift *v1alpha1.DriftOrders) metav1.Condition {
	condition := metav1.Condition{
		Type: v1alpha1.ConditionCancellationsSettled, Status: metav1.ConditionTrue,
		Reason:  v1alpha1.ReasonCancellationsSettled,
		Message: "no cancelled order is being shipped",
	}
	if drift == nil {
		return condition
	}
	count := int64(0)
	for _, reason := range drift.Reasons {
		if reason.Reason == fulfillment.ReasonTooLate {
			count = reason.Count
		}
	}
	first := ""
	if i := slices.IndexFunc(drift.Orders, func(order v1alpha1.FailingOrder) bool { return order.Reason == fulfillment.ReasonTooLate }); i >= 0 {
		first = drift.Orders[i].Reference
	}
	if count > 0 {
		condition.Status, condition.Reason = metav1.ConditionFalse, fulfillment.ReasonTooLate
		condition.Message = fmt.Sprintf("the warehouse ships %d orders that were cancelled or routed elsewhere (%s and others listed under drift): call the warehouse, or restore the order", count, first)
		if count == 1 {
			condition.Message = fmt.Sprintf("the warehouse ships order %s, which was cancelled or routed elsewhere: call the warehouse, or restore the order", first)
		}
		condition.Message = cut(condition.Message, maxMessage)
	}
	return condition
}

// withCondition returns a condition of an object as it stands after a change:
// its transition time moves only with its status.
func withCondition(existing []metav1.Condition, condition metav1.Condition, now metav1.Time) metav1.Condition {
	condition.LastTransitionTime = metav1.NewTime(now.UTC().Truncate(1e9))
	if old := meta.FindStatusCondition(existing, condition.Type); old != nil && old.Status == condition.Status {
		condition.LastTransitionTime = old.LastTransitionTime
	}
	return condition
}
