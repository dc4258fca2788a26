// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// secondWriterMemory is how long after it was last seen a second writer is told of.
const secondWriterMemory = 24 * time.Hour

// secondWriterAfter is what a routine's entry says of a second writer after a
// run: what it saw, or what an earlier one saw not long ago.
func secondWriterAfter(old *v1alpha1.SecondWriterStatus, seen *routine.SecondWriter, end time.Time) *v1alpha1.SecondWriterStatus {
	if seen == nil {
		if old == nil || !end.Before(moment(old.LastTime).Add(secondWriterMemory)) {
			return nil
		}
		return old
	}
	status := &v1alpha1.SecondWriterStatus{LastTime: stamp(end), Orders: seen.Orders, Tracking: seen.Tracking}
	for _, reference := range seen.References {
		status.References = append(status.References, cut(reference, maxReference))
	}
	return status
}

// secondWriterUntil returns until when somebody else's writes are told of; zero
// when nobody saw any.
func (v view) secondWriterUntil() time.Time {
	var until time.Time
	for i := range v.connection.Status.Routines {
		if seen := v.connection.Status.Routines[i].SecondWriter; seen != nil {
			if end := moment(seen.LastTime).Add(secondWriterMemory); end.After(until) {
				until = end
			}
		}
	}
	return until
}

// soleWriter says whether somebody else writes this connection's orders; false
// before any run could have seen it. It is advice, and no part of Ready.
func (v view) soleWriter() (metav1.Condition, bool) {
	condition := metav1.Condition{
		Type: v1alpha1.ConditionSoleWriter, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonNoSecondWriterSeen,
		Message: "nobody else was seen to write these orders within a day",
	}
	looked := false
	var orders, tracking int64
	var references []string
	for i := range v.connection.Status.Routines {
		entry := &v.connection.Status.Routines[i]
		looked = looked || entry.LastRun != nil && entry.Name != v1alpha1.InventorySync
		seen := entry.SecondWriter
		if seen == nil || !v.now.Before(moment(seen.LastTime).Add(secondWriterMemory)) {
			continue
		}
		// Two routines may have seen one and the same order.
		orders, tracking = max(orders, seen.Orders), max(tracking, seen.Tracking)
		references = append(references, seen.References...)
	}
	if orders+tracking == 0 {
		return condition, looked
	}
	var parts []string
	if orders > 0 {
		parts = append(parts, fmt.Sprintf("%d orders in the warehouse under our numbers that we did not create", orders))
	}
	if tracking > 0 {
		parts = append(parts, fmt.Sprintf("tracking that we did not write on %d orders that the warehouse has open", tracking))
	}
	slices.Sort(references)
	references = slices.Compact(references)
	condition.Status, condition.Reason = metav1.ConditionFalse, fulfillment.ReasonSecondWriterSeen
	condition.Message = cut(fmt.Sprintf("%s (%s); switch off who else writes them", strings.Join(parts, ", and "),
		strings.Join(references[:min(len(references), routine.MaxSecondWriterReferences)], ", ")), maxMessage)
	return condition, true
}
