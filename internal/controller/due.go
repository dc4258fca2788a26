// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/schedule"
)

// plan is what the specifications and status of one moment say of one routine
// of one connection.
type plan struct {
	name       v1alpha1.RoutineName
	connection *v1alpha1.OrderManagerConnection
	// policy that governs the routine; nil when none does.
	policy    *v1alpha1.SyncPolicy
	timetable *schedule.Timetable
	state     v1alpha1.RoutineState
	decision  schedule.Decision
	// run are the tokens that ask for a run, refused those that are answered
	// with the reason at once.
	run, refused  []token
	refusedReason string
	invalid       []token
	// unknown are approvals of a plan that is not held back.
	unknown []token
}

// planFor is a pure function of what was read and of the time.
func planFor(definition Definition, connection *v1alpha1.OrderManagerConnection, policies []v1alpha1.SyncPolicy, now time.Time) plan {
	p := plan{name: definition.Name, connection: connection, state: v1alpha1.RoutineNotGoverned}
	governing := Govern(policies, []v1alpha1.OrderManagerConnection{*connection}).Governs[connection.Name]
	if governing != nil && definition.schedule(&governing.Spec) != nil {
		p.policy = governing
	}
	entry := entryOf(connection, definition.Name)
	var handled []v1alpha1.HandledToken
	if entry != nil {
		handled = entry.HandledTokens
	}
	p.run, p.invalid = pendingTokens(connection.Annotations, definition.Name, p.policy != nil, handled)
	approval, known := pendingApproval(connection, definition.Name, handled)
	switch {
	case approval == nil:
	case !known:
		p.unknown = append(p.unknown, *approval)
	case len(p.run) > 0 || entry == nil || !now.Before(moment(entry.NotBefore)):
		// After a failure it waits as a scheduled run does.
		p.run = append(p.run, *approval)
	}

	if p.policy == nil {
		p.refuse(v1alpha1.ReasonNotGoverned)
		return p
	}
	timetable, err := timetableOf(&p.policy.Spec, definition, connection.UID)
	p.timetable = timetable
	switch {
	case connection.Spec.Suspend || p.policy.Spec.Suspend:
		p.state = v1alpha1.RoutineSuspended
		p.refuse(v1alpha1.ReasonSuspended)
		return p
	case err != nil:
		p.state = v1alpha1.RoutineBlocked
		p.refuse(scheduleReason(err))
		return p
	}
	p.state = v1alpha1.RoutineScheduled
	p.decision = timetable.Next(scheduleEntry(entry), now)
	// While the gate is not known yet, the routine waits, and so do its tokens.
	if gate, condition := gateOf(connection); gate == metav1.ConditionFalse {
		p.state = v1alpha1.RoutineBlocked
		if condition.Reason == v1alpha1.ReasonSourceAlreadyClaimed {
			p.refuse(condition.Reason)
		}
	}
	return p
}

func (p *plan) refuse(reason string) {
	p.refused, p.run, p.refusedReason = p.run, nil, reason
}

// due reports whether a run is to be started now.
func (p *plan) due() bool {
	if p.state != v1alpha1.RoutineScheduled || p.policy == nil {
		return false
	}
	gate, _ := gateOf(p.connection)
	return gate == metav1.ConditionTrue && (len(p.run) > 0 || p.decision.Due())
}

// subject is what a run is bound to: when any of it changes, the run is dropped.
type subject struct {
	connection       types.UID
	generation       int64
	policy           types.UID
	policyGeneration int64
}

func (p *plan) subject() subject {
	s := subject{connection: p.connection.UID, generation: p.connection.Generation}
	if p.policy != nil {
		s.policy, s.policyGeneration = p.policy.UID, p.policy.Generation
	}
	return s
}

// mayRun reports whether a run that was started may go on.
func (p *plan) mayRun() bool {
	gate, _ := gateOf(p.connection)
	return p.state == v1alpha1.RoutineScheduled && gate == metav1.ConditionTrue && p.connection.DeletionTimestamp.IsZero()
}

// entry returns what status is to say while no run is under way.
func (p *plan) entry(live *v1alpha1.RoutineStatus, now time.Time) *v1alpha1.RoutineStatus {
	if live == nil && p.policy == nil && len(p.refused)+len(p.invalid)+len(p.unknown) == 0 {
		return nil
	}
	entry := v1alpha1.RoutineStatus{Name: p.name}
	if live != nil {
		entry = *live.DeepCopy()
	}
	entry.State, entry.Progress = p.state, nil
	entry.Policy, entry.Schedule, entry.NextRun = "", "", ""
	if p.policy != nil {
		entry.Policy = p.policy.Name
	}
	if p.timetable != nil {
		entry.Schedule = p.timetable.String()
	}
	if !p.decision.Wake.IsZero() {
		entry.NextRun = p.decision.Wake.UTC().Format(time.RFC3339)
	}
	entry.HandledTokens = echo(entry.HandledTokens, refusals(p.refused, p.refusedReason), now)
	entry.HandledTokens = echo(entry.HandledTokens, refusals(p.invalid, v1alpha1.ReasonInvalidToken), now)
	entry.HandledTokens = echo(entry.HandledTokens, refusals(p.unknown, v1alpha1.ReasonUnknownPlan), now)
	return &entry
}

// settled reports whether status says already what entry returns.
func (p *plan) settled(now time.Time) bool {
	live := entryOf(p.connection, p.name)
	return equality.Semantic.DeepEqual(live, p.entry(live, now))
}

// gates are the conditions without which nothing runs.
var gates = []string{
	v1alpha1.ConditionCredentialsAccepted, v1alpha1.ConditionSourceResolved,
	v1alpha1.ConditionDestinationResolved, v1alpha1.ConditionSourceClaimed,
}

// gateOf says whether the connection is fit to run, by what its controller
// found for the present specification: True, False with the condition that
// stands in the way, or Unknown while that is not known.
func gateOf(connection *v1alpha1.OrderManagerConnection) (metav1.ConditionStatus, metav1.Condition) {
	result, open := metav1.ConditionTrue, metav1.Condition{}
	for _, name := range gates {
		condition := meta.FindStatusCondition(connection.Status.Conditions, name)
		switch {
		case condition == nil:
			result, open = metav1.ConditionUnknown, metav1.Condition{
				Type: name, Status: metav1.ConditionUnknown,
				Reason: v1alpha1.ReasonNotChecked, Message: "the connection was not looked at yet",
			}
		case condition.ObservedGeneration != connection.Generation:
			return metav1.ConditionUnknown, *condition
		case condition.Status == metav1.ConditionFalse:
			return metav1.ConditionFalse, *condition
		case condition.Status != metav1.ConditionTrue && result == metav1.ConditionTrue:
			result, open = metav1.ConditionUnknown, *condition
		}
	}
	if result == metav1.ConditionTrue && len(connection.Status.Claims) == 0 {
		result = metav1.ConditionUnknown
	}
	return result, open
}

// timetableOf reads what the policy says of the routine's schedule.
func timetableOf(spec *v1alpha1.SyncPolicySpec, definition Definition, connection types.UID) (*schedule.Timetable, error) {
	described := definition.schedule(spec)
	parsed := schedule.Spec{Cron: described.Cron, TimeZone: spec.TimeZone}
	if described.Every != nil {
		parsed.Every = described.Every.Duration
	}
	if described.SpreadOver != nil {
		parsed.SpreadOver = described.SpreadOver.Duration
	}
	return schedule.Parse(parsed, string(connection)+"/"+string(definition.Name))
}

func scheduleReason(err error) string {
	if errors.Is(err, schedule.ErrNeverFires) {
		return v1alpha1.ReasonScheduleNeverFires
	}
	return v1alpha1.ReasonInvalidSchedule
}

// scheduleEntry is what status remembers for the schedule.
func scheduleEntry(entry *v1alpha1.RoutineStatus) schedule.Entry {
	if entry == nil {
		return schedule.Entry{}
	}
	// A text that is no time is no promise: the routine waits for its next slot.
	nextRun, err := time.Parse(time.RFC3339, entry.NextRun)
	if err != nil {
		nextRun = time.Time{}
	}
	return schedule.Entry{Schedule: entry.Schedule, NextRun: nextRun, NotBefore: moment(entry.NotBefore)}
}

// entryOf returns a routine's entry; nil when there is none.
func entryOf(connection *v1alpha1.OrderManagerConnection, name v1alpha1.RoutineName) *v1alpha1.RoutineStatus {
	for i := range connection.Status.Routines {
		if connection.Status.Routines[i].Name == name {
			return &connection.Status.Routines[i]
		}
	}
	return nil
}
