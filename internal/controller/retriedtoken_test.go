// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
)

// A run that a token asked for and that failed as a whole is tried again at
// growing gaps, days before its slot, as the run that was asked for: everything
// is compared. A success ends it, and so does a token that is not followed.
func TestAFailedRunOfATokenIsTriedAgainAsWhatItWas(t *testing.T) {
	weekly := func(_ *v1alpha1.OrderManagerConnection, p *v1alpha1.SyncPolicy) {
		p.Spec.OrderDownload.Schedule = v1alpha1.Schedule{Every: weekly().Every}
	}
	p := planned(t, nil, weekly)
	asked := finished(nil, endingOf(p, v1alpha1.RunFailed, func(e *ending) { e.slot, e.trigger = time.Time{}, v1alpha1.TriggerToken }))
	r := &RoutineReconciler{Definition: orderDownload, Now: func() time.Time { return moment(asked.NotBefore) }}
	live := &asked
	for attempt, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		end := moment(live.LastRun.EndTime)
		if got := moment(live.NotBefore).Sub(end); got != pause || live.NextRun != moment(live.NotBefore).Format(time.RFC3339) {
			t.Fatalf("attempt %d after %s, next run %s, not before %s", attempt, got, live.NextRun, live.NotBefore)
		}
		p = planned(t, live, weekly)
		p.decision = p.timetable.Next(scheduleEntry(live), moment(live.NotBefore))
		if !p.due() {
			t.Fatalf("attempt %d is not due: %+v", attempt, p.decision)
		}
		active := r.newRun(p)
		if active.trigger != v1alpha1.TriggerToken || !r.reset(p.connection, active) {
			t.Fatalf("attempt %d: started by %s, reset %v", attempt, active.trigger, r.reset(p.connection, active))
		}
		again := finished(live, endingOf(p, v1alpha1.RunFailed, func(e *ending) {
			e.start, e.end, e.slot, e.trigger = moment(live.NotBefore), moment(live.NotBefore).Add(time.Second), active.slot, active.trigger
		}))
		live = &again
	}
	done := finished(live, endingOf(p, v1alpha1.RunSucceeded, func(e *ending) {
		e.start, e.end, e.trigger = moment(live.NotBefore), moment(live.NotBefore).Add(time.Second), v1alpha1.TriggerToken
	}))
	p = planned(t, &done, weekly)
	if next, err := time.Parse(time.RFC3339, done.NextRun); err != nil || p.due() || next.Sub(noon) < 24*time.Hour {
		t.Errorf("after its success: due %v, next run %s", p.due(), done.NextRun)
	}
	if active := r.newRun(p); active.trigger != v1alpha1.TriggerSchedule || retriesToken(&done) {
		t.Errorf("after its success a run is started by %s", active.trigger)
	}
}
