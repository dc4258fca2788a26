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
	maxCause     = 32
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
		next = schedule.NotBefore(e.end, entry.ConsecutiveFailures, e.retryAfter)
		entry.NotBefore = stamp(next)
	}
	entry.NextRun = next.UTC().Format(time.RFC3339)
	if !e.planned {
		entry.Cursor = cursorAfter(entry.Cursor, e)
	}
	seen := e.result == v1alpha1.RunSucceeded || len(e.report.Listed()) > 0 || len(e.report.Failing.Cohorts) > 0
	switch {
	case !e.planned && seen:
		entry.Failing, entry.Drift = failingOrders(e.report.Failing), driftOrders(e.report.Drift)
	case entry.Failing != nil:
		// The run saw nothing, or did nothing. What is known stands, and what it
		// should have tried is left for the next one.
		owed, dropped := cohorts(routine.Owe(memoryOf(live, e.scope, e.reset), e.start))
		entry.Failing.Cohorts, entry.Failing.NotRemembered = owed, entry.Failing.NotRemembered+dropped
	}
	if e.result == v1alpha1.RunSucceeded {
		entry.Skipped = skippedOrders(e.report.Skipped)
	}
	entry.SecondWriter = secondWriterAfter(entry.SecondWriter, e.report.SecondWriter, e.end)
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
	result := &v1alpha1.FailingOrders{Count: failing.Count, Orders: shownOrders(failing.Orders)}
	result.Cohorts, result.NotRemembered = cohorts(failing.Cohorts)
	return result
}

func shownOrders(orders []routine.FailingOrder) []v1alpha1.FailingOrder {
	var shown []v1alpha1.FailingOrder
	for _, order := range orders[:min(len(orders), routine.MaxFailingShown)] {
		shown = append(shown, v1alpha1.FailingOrder{
			OrderID: int64(order.ID), Reference: cut(order.Reference, maxReference),
			WarehouseOrderID: cut(order.WarehouseID, 64), Reason: cut(order.Reason, maxReason),
			Message: cut(order.Message, maxMessage), Since: stamp(order.Since),
		})
	}
	return shown
}

// cohorts returns what status remembers of refused orders, and the number of
// those for which it has no room. They are tried again in the next run: dearer,
// never wrong.
func cohorts(remembered []routine.Cohort) (kept []v1alpha1.FailingCohort, dropped int64) {
	all := map[fulfillment.OrderID]bool{}
	for i, cohort := range remembered {
		for _, id := range cohort.IDs {
			all[id] = true
		}
		if i >= routine.MaxCohorts {
			continue
		}
		if text, _ := routine.EncodeOrderIDs(cohort.IDs, routine.MaxCohortIDs); text != "" {
			kept = append(kept, v1alpha1.FailingCohort{Since: stamp(cohort.Since), Cause: cut(cohort.Cause, maxCause), OrderIDs: text})
		}
	}
	return kept, int64(len(all) - distinctIDs(kept))
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
				memory.Failing = append(memory.Failing, routine.Cohort{Since: moment(cohort.Since), Cause: cohort.Cause, IDs: ids})
			}
		}
		memory.Shown = remembered(failing.Orders)
	}
	if drift := entry.Drift; drift != nil {
		memory.Shown = append(memory.Shown, remembered(drift.Orders)...)
		for _, reason := range drift.Reasons {
			memory.Drift = append(memory.Drift, routine.DriftReason{Reason: reason.Reason, Count: reason.Count})
		}
	}
	return memory
}

func remembered(shown []v1alpha1.FailingOrder) []routine.FailingOrder {
	var orders []routine.FailingOrder
	for _, order := range shown {
		orders = append(orders, routine.FailingOrder{
			ID: fulfillment.OrderID(order.OrderID), Reference: order.Reference, WarehouseID: order.WarehouseOrderID,
			Reason: order.Reason, Message: order.Message, Since: moment(order.Since),
		})
	}
	return orders
}
