// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/schedule"
)

// Bounds of the schema.
const (
	maxHistory   = 10
	maxMessage   = 256
	maxReason    = 64
	maxReference = 128
	maxStatuses  = 16
)

// ending is a run that ended, with all that its entry has to say.
type ending struct {
	start, end, slot time.Time
	trigger          v1alpha1.RunTrigger
	tokens           []token
	result           v1alpha1.RunResult
	reason, message  string
	// retryAfter is the pause that a remote system asked for.
	retryAfter time.Duration
	report     routine.Report
	// reset says that the run was to try every failing order.
	reset bool
	// scope is what a cursor of this run is valid for.
	scope string
	// plan that the run was started by.
	plan plan
	// planned says that the run did nothing but say what it would do.
	planned bool
}

// finished returns the entry after a run. It is the one place where a run
// becomes status.
func finished(live *v1alpha1.RoutineStatus, e ending) v1alpha1.RoutineStatus {
	entry := v1alpha1.RoutineStatus{Name: e.plan.name}
	if live != nil {
		entry = *live.DeepCopy()
	}
	entry.State, entry.Progress = v1alpha1.RoutineScheduled, nil
	entry.Policy, entry.Schedule = e.plan.policy.Name, e.plan.timetable.String()
	counts := runCounts(e.report.Counts)
	entry.LastRun = &v1alpha1.RunStatus{
		StartTime: stamp(e.start), EndTime: stamp(e.end), Slot: stamp(e.slot),
		Trigger: e.trigger, Result: e.result, Reason: cut(e.reason, maxReason), Message: cut(e.message, maxMessage),
		FullComparison: e.report.FullComparison, Counts: counts,
	}
	var next time.Time
	if e.result == v1alpha1.RunSucceeded || e.result == v1alpha1.RunPlanned {
		if e.result == v1alpha1.RunSucceeded {
			entry.LastSuccessTime = stamp(e.end)
		}
		entry.ConsecutiveFailures, entry.NotBefore = 0, nil
		next = e.plan.timetable.Succeeded(e.end)
	} else {
		entry.ConsecutiveFailures++
		notBefore := schedule.NotBefore(e.end, entry.ConsecutiveFailures, e.retryAfter)
		entry.NotBefore = stamp(notBefore)
		next = e.plan.timetable.Failed(e.slot, e.end, notBefore)
	}
	entry.NextRun = next.UTC().Format(time.RFC3339)
	if !e.planned {
		entry.Cursor = cursorAfter(entry.Cursor, e)
	}
	seen := e.result == v1alpha1.RunSucceeded || len(e.report.Failing.Orders) > 0 || len(e.report.Failing.Cohorts) > 0
	switch {
	case !e.planned && seen:
		entry.Failing = failingOrders(e.report.Failing)
	case entry.Failing != nil:
		// The run saw nothing, or did nothing. What is known stands, and what it
		// should have tried is left for the next one.
		entry.Failing.Cohorts = cohorts(routine.Owe(memoryOf(live, e.scope, e.reset), e.start))
	}
	if e.result == v1alpha1.RunSucceeded {
		entry.Skipped = skippedOrders(e.report.Skipped)
	}
	runs, approvals := apart(e.tokens)
	entry.HandledTokens = echo(entry.HandledTokens, answers(runs, e.result, e.reason, e.report), e.end)
	entry.HandledTokens = echoApproval(entry.HandledTokens, approvals, e)
	entry.History = historyAfter(entry.History, *entry.LastRun)
	return entry
}

// running returns the entry while a run is under way.
func running(live *v1alpha1.RoutineStatus, p plan, start time.Time, progress routine.Progress) v1alpha1.RoutineStatus {
	entry := v1alpha1.RoutineStatus{Name: p.name}
	if live != nil {
		entry = *live.DeepCopy()
	}
	entry.State = v1alpha1.RoutineRunning
	entry.Policy, entry.Schedule = p.policy.Name, p.timetable.String()
	if entry.NextRun == "" {
		// The slot that the run was started for: should the process end now,
		// it is still due.
		entry.NextRun = p.decision.Wake.UTC().Format(time.RFC3339)
	}
	entry.Progress = &v1alpha1.RunProgress{
		StartTime: stamp(start), Message: cut(progress.Message, maxMessage), Counts: runCounts(progress.Counts),
	}
	return entry
}

// cursorAfter moves a cursor as far as the run did. One of another scope says
// nothing of this one.
func cursorAfter(old *v1alpha1.RoutineCursor, e ending) *v1alpha1.RoutineCursor {
	cursor := v1alpha1.RoutineCursor{Scope: e.scope}
	if old != nil && (old.Scope == e.scope || e.scope == "") {
		cursor = *old
	}
	if !e.report.Cursor.IsZero() {
		cursor.Time = stamp(e.report.Cursor)
	}
	if !e.report.LastFullComparison.IsZero() {
		cursor.FullComparisonTime = stamp(e.report.LastFullComparison)
	}
	if cursor.Time == nil && cursor.FullComparisonTime == nil {
		return nil
	}
	return &cursor
}

// historyAfter puts a run before the others, or into the newest when its result is the same.
func historyAfter(history []v1alpha1.RunHistory, run v1alpha1.RunStatus) []v1alpha1.RunHistory {
	latest := v1alpha1.RunHistory{
		Result: run.Result, Reason: run.Reason, Runs: 1, FirstTime: run.EndTime, LastTime: run.EndTime, Counts: run.Counts,
	}
	if len(history) > 0 && history[0].Result == run.Result && history[0].Reason == run.Reason {
		latest.Runs += history[0].Runs
		latest.FirstTime = history[0].FirstTime
		latest.Counts = sum(history[0].Counts, run.Counts)
		history = history[1:]
	}
	result := append([]v1alpha1.RunHistory{latest}, history...)
	return result[:min(len(result), maxHistory)]
}

func sum(a, b v1alpha1.RunCounts) v1alpha1.RunCounts {
	return v1alpha1.RunCounts{
		Read: a.Read + b.Read, Created: a.Created + b.Created, Adopted: a.Adopted + b.Adopted,
		Marked: a.Marked + b.Marked, Updated: a.Updated + b.Updated, Cancelled: a.Cancelled + b.Cancelled, Confirmed: a.Confirmed + b.Confirmed,
		Written: a.Written + b.Written, Skipped: a.Skipped + b.Skipped, Failed: a.Failed + b.Failed,
	}
}

func runCounts(c routine.Counts) v1alpha1.RunCounts {
	return v1alpha1.RunCounts{
		Read: c.Read, Created: c.Created, Adopted: c.Adopted, Marked: c.Marked, Updated: c.Updated, Cancelled: c.Cancelled,
		Confirmed: c.Confirmed, Written: c.Written, Skipped: c.Skipped, Failed: c.Failed,
	}
}

func failingOrders(failing routine.Failing) *v1alpha1.FailingOrders {
	if failing.Count == 0 && len(failing.Cohorts) == 0 {
		return nil
	}
	result := &v1alpha1.FailingOrders{Count: failing.Count}
	for _, order := range failing.Orders[:min(len(failing.Orders), routine.MaxFailingShown)] {
		result.Orders = append(result.Orders, v1alpha1.FailingOrder{
			OrderID: int64(order.ID), Reference: cut(order.Reference, maxReference),
			WarehouseOrderID: cut(order.WarehouseID, 64), Reason: cut(order.Reason, maxReason),
			Message: cut(order.Message, maxMessage), Since: stamp(order.Since),
		})
	}
	result.Cohorts = cohorts(failing.Cohorts)
	return result
}

func cohorts(remembered []routine.Cohort) []v1alpha1.FailingCohort {
	var result []v1alpha1.FailingCohort
	for _, cohort := range remembered[:min(len(remembered), routine.MaxCohorts)] {
		// Orders for which there is no room are tried again in the next run:
		// dearer, never wrong.
		text, _ := routine.EncodeOrderIDs(cohort.IDs, routine.MaxCohortIDs)
		if text != "" {
			result = append(result, v1alpha1.FailingCohort{Since: stamp(cohort.Since), OrderIDs: text})
		}
	}
	return result
}

// memoryOf is what status remembers for the next run.
func memoryOf(entry *v1alpha1.RoutineStatus, scope string, reset bool) routine.Memory {
	memory := routine.Memory{Reset: reset}
	if entry == nil {
		return memory
	}
	if run := entry.LastRun; run != nil {
		memory.PreviousRun = moment(run.StartTime)
		if run.Result != v1alpha1.RunSucceeded {
			memory.LastReason = run.Reason
		}
	}
	if cursor := entry.Cursor; cursor != nil && cursor.Scope == scope {
		memory.Cursor, memory.LastFullComparison = moment(cursor.Time), moment(cursor.FullComparisonTime)
	}
	if failing := entry.Failing; failing != nil {
		for _, cohort := range failing.Cohorts {
			// A text that cannot be read is forgotten: its orders are tried again.
			if ids, err := routine.DecodeOrderIDs(cohort.OrderIDs); err == nil {
				memory.Failing = append(memory.Failing, routine.Cohort{Since: moment(cohort.Since), IDs: ids})
			}
		}
		for _, order := range failing.Orders {
			memory.Shown = append(memory.Shown, routine.FailingOrder{
				ID: fulfillment.OrderID(order.OrderID), Reference: order.Reference, WarehouseID: order.WarehouseOrderID,
				Reason: order.Reason, Message: order.Message, Since: moment(order.Since),
			})
		}
	}
	return memory
}
