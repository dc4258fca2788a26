// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

var (
	// errSuperseded says that another process has run the routine since, or that
	// the connection is gone: nothing more may be done for this run.
	errSuperseded = errors.New("the run was superseded")
	// errStatusNotWritten says that the API server did not take what a run had to
	// write down before it went on.
	errStatusNotWritten = errors.New("status could not be written")
)

// recordReports returns what writes the record of reports ahead of them; nil for
// a routine that reports none. A process that may not write to remote systems
// leaves the record alone as well: it is the leader's.
func (r *RoutineReconciler) recordReports(key types.NamespacedName, active *activeRun) func(context.Context, routine.RecordChange) error {
	if r.Definition.Name != v1alpha1.ShipmentConfirmation {
		return nil
	}
	return func(ctx context.Context, change routine.RecordChange) error {
		if err := r.Leadership.Gate(ctx); err != nil {
			return err
		}
		fits, stands := true, false
		before, err := r.writer.write(ctx, r.Definition, key, active.subject.connection, func(live *v1alpha1.OrderManagerConnection) (owned, bool) {
			wanted := ownedBy(live, r.Definition.Name)
			fits, stands = true, false
			if newerThan(wanted.entry, active.start) {
				return owned{}, false
			}
			if wanted.shipments, fits = reportingAfter(wanted.shipments, change, r.Now(), r.LostReportWait); !fits {
				return owned{}, false
			}
			stands = wanted.equal(ownedBy(live, r.Definition.Name))
			return wanted, true
		})
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", errStatusNotWritten, err)
		case !fits:
			return routine.ErrRecordFull
		case before == nil && !stands:
			return errSuperseded
		}
		return nil
	}
}

// leaveRecord takes out of the record what a run has settled that the process
// stops in the middle of: the next one need not wait for it.
func (r *RoutineReconciler) leaveRecord(ctx context.Context, key types.NamespacedName, active *activeRun, err error) {
	record := r.recordReports(key, active)
	if err == nil || !stopping(ctx) || record == nil || active.planned != nil {
		return
	}
	if change := active.run.Report().Record; len(change.Settled) > 0 {
		_ = record(ctx, change) // or it waits
	}
}

// reportingAfter returns the record after a change, and whether what the change
// begins fits in.
func reportingAfter(live *v1alpha1.ShipmentConfirmationStatus, change routine.RecordChange, now time.Time, wait time.Duration) (after *v1alpha1.ShipmentConfirmationStatus, fits bool) {
	record, fits := change.Apply(reportingOf(live), now, wait)
	var groups []v1alpha1.ReportingOrders
	for _, group := range record {
		text, _ := routine.EncodeOrderIDs(group.IDs, routine.MaxCohortIDs)
		groups = append(groups, v1alpha1.ReportingOrders{Since: stamp(group.Since), OrderIDs: text})
	}
	if len(groups) == 0 {
		return nil, fits
	}
	return &v1alpha1.ShipmentConfirmationStatus{Reporting: groups}, fits
}

// reportingOf is the record as status has it. Of a text that somebody spoiled
// the beginning counts.
func reportingOf(status *v1alpha1.ShipmentConfirmationStatus) []routine.Cohort {
	if status == nil {
		return nil
	}
	var record []routine.Cohort
	for _, group := range status.Reporting {
		ids, _ := routine.DecodeOrderIDs(group.OrderIDs)
		record = append(record, routine.Cohort{Since: moment(group.Since), IDs: ids})
	}
	return record
}
