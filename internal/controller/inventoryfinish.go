// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

// finishInventory puts what an inventory sync saw into what the routine owns.
func finishInventory(wanted *owned, live *v1alpha1.OrderManagerConnection, ended ending, now metav1.Time) {
	set := func(condition metav1.Condition) {
		condition.ObservedGeneration = live.Generation
		condition.Message = cut(condition.Message, maxMessage)
		wanted.set(withCondition(live.Status.Conditions, condition, now))
	}
	if verdict := ended.report.StockRule; verdict != nil {
		set(stockRuleCondition(verdict))
	}
	seen := ended.report.Inventory
	if seen == nil {
		return
	}
	before := wanted.inventory
	wanted.inventory = inventoryStatus(seen)
	switch {
	case ended.result == v1alpha1.RunSucceeded && seen.Held == nil:
		wanted.inventory.ReleasedFor = releaseKey(ended.plan.policy.UID, ended.scope)
	case before != nil:
		wanted.inventory.ReleasedFor = before.ReleasedFor
	}
	set(releasedCondition(wanted.inventory.HeldBack))
	if ended.result == v1alpha1.RunSucceeded {
		set(adviceCondition(seen, ended.plan.policy.Spec.InventorySync, ended.plan.timetable.Interval(ended.end)))
	}
}

// releaseKey stands for a policy and the stock that it syncs on a connection.
func releaseKey(policy types.UID, scope string) string { return digest(string(policy), scope) }

func releasedCondition(held *v1alpha1.HeldStock) metav1.Condition {
	if held == nil {
		return metav1.Condition{Type: v1alpha1.ConditionStockReleased, Status: metav1.ConditionTrue,
			Reason: v1alpha1.ReasonNothingHeldBack, Message: "the brake holds nothing back"}
	}
	return metav1.Condition{Type: v1alpha1.ConditionStockReleased, Status: metav1.ConditionFalse,
		Reason: v1alpha1.ReasonHeldBack, Message: heldMessage(held)}
}

func heldMessage(held *v1alpha1.HeldStock) string {
	return fmt.Sprintf("%d large increases and %d products that would be taken off sale are held back; look at status.inventory.heldBack and approve with the annotation %s: %s",
		held.Increases, held.Zeros, v1alpha1.ApproveInventoryAnnotation, held.Digest)
}

// announceHeld speaks of a plan that is held back when it is another than before.
func (r *RoutineReconciler) announceHeld(before *v1alpha1.OrderManagerConnection, after *v1alpha1.InventoryStatus) {
	if after == nil || after.HeldBack == nil {
		return
	}
	if old := before.Status.Inventory; old != nil && old.HeldBack != nil && old.HeldBack.Digest == after.HeldBack.Digest {
		return
	}
	r.Recorder.Eventf(before, nil, corev1.EventTypeWarning, v1alpha1.ReasonHeldBack, actionRun, "%s", heldMessage(after.HeldBack))
}

// shortInterval is how often at least stock is synced where Order Manager takes
// nothing off for new orders: about as often as it tells its sales channels.
const shortInterval = 15 * time.Minute

// day is a little less than one: a daily slot moves with the clocks.
const day = 22 * time.Hour

// adviceCondition says whether the rule and the schedule fit the open orders
// that exist. It is advice and no part of Ready.
func adviceCondition(seen *routine.Inventory, policy *v1alpha1.InventorySyncPolicy, interval time.Duration) metav1.Condition {
	condition := metav1.Condition{Type: v1alpha1.ConditionStockRuleFits, Status: metav1.ConditionFalse}
	remedy := "use MatchAvailable with Subtract, or sync once a day, at its end, when everything has been shipped"
	if interval >= day {
		remedy = "use MatchAvailable with Subtract, or move the run to the end of the day, when everything has been shipped"
	}
	switch {
	case seen.UnitsOfferedMore > 0:
		condition.Reason = v1alpha1.ReasonOffersTooMuch
		condition.Message = fmt.Sprintf("%d units are offered that open orders need (%d units on hold); %s", seen.UnitsOfferedMore, seen.UnitsHeld, remedy)
	case seen.UnitsOfferedLess > 0:
		condition.Reason = v1alpha1.ReasonOffersTooLittle
		condition.Message = fmt.Sprintf("%d units are not offered, because open orders are taken off twice (%d units on hold); %s",
			seen.UnitsOfferedLess, seen.UnitsHeld, remedy)
	case seen.Allocation == routine.AllocationNotCounted && interval > shortInterval && (policy.Buffer == nil || *policy.Buffer == 0):
		condition.Reason = v1alpha1.ReasonAllocationNotCounted
		condition.Message = "Order Manager takes nothing off for new orders, so until the next run it offers what they need; sync every 15 minutes, or set a buffer"
	default:
		condition.Status, condition.Reason = metav1.ConditionTrue, v1alpha1.ReasonRuleFits
		condition.Message = "the rule offers what the warehouse can promise"
	}
	return condition
}
