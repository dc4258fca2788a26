// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
)

func TestTwoPoliciesForOneConnection(t *testing.T) {
	s := newShop(t)
	s.policy("everything")
	s.policy("special", func(p *v1alpha1.SyncPolicy) { p.Spec.Connections = named("acme", "absent") })
	s.manage()
	connection := s.connection("acme")
	governedBy := func(name string) func(*v1alpha1.OrderManagerConnection) bool {
		return func(c *v1alpha1.OrderManagerConnection) bool {
			entry := entryOf(c, v1alpha1.OrderDownload)
			return entry != nil && entry.Policy == name
		}
	}
	s.await(key(connection), "the named policy to govern", governedBy("special"))
	lost := s.awaitPolicy("everything", "the loser to be told", func(p *v1alpha1.SyncPolicy) bool {
		return hasCondition(p.Status.Conditions, v1alpha1.ConditionUncontested, metav1.ConditionFalse, v1alpha1.ReasonOlderPolicyGoverns)
	})
	if !strings.Contains(meta.FindStatusCondition(lost.Status.Conditions, v1alpha1.ConditionUncontested).Message, "special") {
		t.Errorf("it does not say who governs: %s", describe(lost.Status.Conditions))
	}
	special := s.awaitPolicy("special", "the missing name", func(p *v1alpha1.SyncPolicy) bool {
		return hasCondition(p.Status.Conditions, v1alpha1.ConditionConnectionsResolved, metav1.ConditionFalse, v1alpha1.ReasonConnectionsNotFound) && p.Status.Connections == 1
	})
	s.must(s.api.Delete(s.ctx, special))
	s.await(key(connection), "the other policy to take over", governedBy("everything"))
	s.awaitPolicy("everything", "it to be uncontested", func(p *v1alpha1.SyncPolicy) bool {
		return hasCondition(p.Status.Conditions, v1alpha1.ConditionUncontested, metav1.ConditionTrue, "") && p.Status.Ready == "1/1"
	})
	policy := s.awaitPolicy("everything", "it", func(*v1alpha1.SyncPolicy) bool { return true })
	s.must(s.api.Delete(s.ctx, policy))
	alone := s.await(key(connection), "the end of governance", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonNotGoverned))
	for _, entry := range s.await(key(connection), "entries without a policy", func(c *v1alpha1.OrderManagerConnection) bool {
		for _, entry := range c.Status.Routines {
			if entry.State != v1alpha1.RoutineNotGoverned {
				return false
			}
		}
		return len(c.Status.Routines) == len(alone.Status.Routines)
	}).Status.Routines {
		if entry.NextRun != "" || entry.Policy != "" {
			t.Errorf("entry %s", describe(entry))
		}
	}
}

func TestPolicyStatus(t *testing.T) {
	ready := func(c *v1alpha1.OrderManagerConnection) {
		c.Status.ObservedGeneration = c.Generation
		c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue}}
	}
	var connections []v1alpha1.OrderManagerConnection
	for i := range 9 {
		connection := claimant(fmt.Sprintf("c%d", i), 9-i, func(c *v1alpha1.OrderManagerConnection) { c.Status.Failing = 2 })
		if i < 2 {
			ready(&connection)
			connection.Status.Routines = []v1alpha1.RoutineStatus{{
				Name: v1alpha1.OrderDownload, NextRun: fmt.Sprintf("2026-11-23T12:1%d:00Z", 5-i), LastSuccessTime: stamp(noon.Add(time.Duration(i) * time.Minute)),
			}, {Name: v1alpha1.InventorySync, NextRun: "2026-11-23T12:00:00Z", LastSuccessTime: stamp(noon.Add(-time.Hour))}}
		}
		connections = append(connections, connection)
	}
	orders := func(p *v1alpha1.SyncPolicy) {
		p.Generation = 4
		p.Spec.OrderDownload = &v1alpha1.OrderDownloadPolicy{Schedule: v1alpha1.Schedule{Every: &metav1.Duration{Duration: time.Hour}}}
	}
	policy := policyOf("standard", 1, labelled(nil), orders)
	status := policyStatus(&policy, Govern([]v1alpha1.SyncPolicy{policy}, connections), connections, noon)
	if status.Connections != 9 || status.ReadyConnections != 2 || status.Ready != "2/9" || status.Failing != 18 || status.ObservedGeneration != 4 {
		t.Errorf("aggregate %s", describe(status))
	}
	if status.NextRun != "2026-11-23T12:14:00Z" || !status.OldestSuccessTime.Time.Equal(noon) {
		t.Errorf("a routine that the policy does not name is counted: %s", describe(status))
	}
	if got := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionReady); got.Status != metav1.ConditionFalse || got.Message != "7 of 9 not ready: c2, c3, c4, c5, c6 and 2 more" {
		t.Errorf("Ready %s", describe(got))
	}

	cases := map[string]struct {
		cron, reason string
	}{
		"never fires": {"0 0 31 2 *", v1alpha1.ReasonScheduleNeverFires},
		"no schedule": {"99 * * * *", v1alpha1.ReasonInvalidSchedule},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bad := policyOf("bad", 1, labelled(nil), orders, func(p *v1alpha1.SyncPolicy) {
				p.Spec.OrderDownload.Schedule = v1alpha1.Schedule{Cron: c.cron}
			})
			status := policyStatus(&bad, Govern([]v1alpha1.SyncPolicy{bad}, connections[:1]), connections[:1], noon)
			for _, name := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionReady} {
				if !hasCondition(status.Conditions, name, metav1.ConditionFalse, c.reason) {
					t.Errorf("%s: %s", name, describe(status.Conditions))
				}
			}
			if !hasCondition(status.Conditions, v1alpha1.ConditionStalled, metav1.ConditionTrue, c.reason) {
				t.Errorf("not stalled: %s", describe(status.Conditions))
			}
		})
	}
}

func TestReady(t *testing.T) {
	policy := policyOf("standard", 1, named("m"), func(p *v1alpha1.SyncPolicy) {
		p.Spec.OrderDownload = &v1alpha1.OrderDownloadPolicy{Schedule: v1alpha1.Schedule{Cron: "*/15 * * * *"}}
	})
	good := func() view {
		connection := claimant("m", 5)
		v := view{connection: &connection, policy: &policy, now: noon}
		for _, gate := range gates {
			v.gates = append(v.gates, metav1.Condition{Type: gate, Status: metav1.ConditionTrue, Reason: "Fine"})
		}
		return v
	}
	entry := func(change func(*v1alpha1.RoutineStatus)) func(*view) {
		return func(v *view) {
			status := v1alpha1.RoutineStatus{
				Name: v1alpha1.OrderDownload, State: v1alpha1.RoutineScheduled, Schedule: "*/15 * * * * (UTC)", NextRun: "2026-11-23T12:00:00Z",
			}
			change(&status)
			v.connection.Status.Routines = append(v.connection.Status.Routines, status)
		}
	}
	gate := func(i int, status metav1.ConditionStatus, reason string) func(*view) {
		return func(v *view) { v.gates[i].Status, v.gates[i].Reason, v.gates[i].Message = status, reason, "it is so" }
	}
	cases := map[string]struct {
		change  []func(*view)
		status  metav1.ConditionStatus
		reason  string
		stalled bool
	}{
		"no run yet":                   {nil, metav1.ConditionTrue, v1alpha1.ReasonReady, false},
		"not governed":                 {[]func(*view){func(v *view) { v.policy = nil }}, metav1.ConditionTrue, v1alpha1.ReasonNotGoverned, false},
		"suspended":                    {[]func(*view){func(v *view) { v.connection.Spec.Suspend = true }}, metav1.ConditionTrue, v1alpha1.ReasonSuspended, false},
		"False comes before Unknown":   {[]func(*view){gate(1, metav1.ConditionUnknown, "NotChecked"), gate(2, metav1.ConditionFalse, "FacilityNotFound")}, metav1.ConditionFalse, "FacilityNotFound", false},
		"Unknown":                      {[]func(*view){gate(1, metav1.ConditionUnknown, "NotChecked")}, metav1.ConditionUnknown, "NotChecked", false},
		"claimed by another":           {[]func(*view){gate(3, metav1.ConditionFalse, v1alpha1.ReasonSourceAlreadyClaimed)}, metav1.ConditionFalse, v1alpha1.ReasonSourceAlreadyClaimed, true},
		"two failed runs":              {[]func(*view){entry(func(e *v1alpha1.RoutineStatus) { e.ConsecutiveFailures = 2 })}, metav1.ConditionTrue, v1alpha1.ReasonReady, false},
		"three failed runs":            {[]func(*view){entry(func(e *v1alpha1.RoutineStatus) { e.ConsecutiveFailures = 3 })}, metav1.ConditionFalse, v1alpha1.ReasonRoutineFailing, false},
		"three of a routine not named": {[]func(*view){entry(func(e *v1alpha1.RoutineStatus) { e.Name, e.ConsecutiveFailures = v1alpha1.InventorySync, 3 })}, metav1.ConditionTrue, v1alpha1.ReasonReady, false},
		"failing orders alone":         {[]func(*view){entry(func(e *v1alpha1.RoutineStatus) { e.Failing = &v1alpha1.FailingOrders{Count: 9} })}, metav1.ConditionTrue, v1alpha1.ReasonReady, false},
		"late":                         {[]func(*view){entry(func(*v1alpha1.RoutineStatus) {}), func(v *view) { v.now = noon.Add(30 * time.Minute) }}, metav1.ConditionTrue, v1alpha1.ReasonReady, false},
		"overdue":                      {[]func(*view){entry(func(*v1alpha1.RoutineStatus) {}), func(v *view) { v.now = noon.Add(30*time.Minute + 1) }}, metav1.ConditionFalse, v1alpha1.ReasonRoutineOverdue, false},
		"running for long":             {[]func(*view){entry(func(e *v1alpha1.RoutineStatus) { e.State = v1alpha1.RoutineRunning }), func(v *view) { v.now = noon.Add(time.Hour) }}, metav1.ConditionTrue, v1alpha1.ReasonReady, false},
		"only a person can help": {[]func(*view){gate(0, metav1.ConditionFalse, "CredentialsRefused"), func(v *view) {
			v.stalled = &fulfillment.Fault{Kind: fulfillment.FaultAuthentication}
		}}, metav1.ConditionFalse, "CredentialsRefused", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			v := good()
			for _, change := range c.change {
				change(&v)
			}
			summary := v.summary()
			if !hasCondition(summary.Conditions, v1alpha1.ConditionReady, c.status, c.reason) {
				t.Errorf("Ready %s", describe(meta.FindStatusCondition(summary.Conditions, v1alpha1.ConditionReady)))
			}
			if stalled := meta.IsStatusConditionTrue(summary.Conditions, v1alpha1.ConditionStalled); stalled != c.stalled {
				t.Errorf("stalled %v", stalled)
			}
			// What was written is found again, and time alone does not change it.
			v.connection.Status.Conditions, v.connection.Status.ObservedGeneration, v.connection.Status.Failing = summary.Conditions, summary.ObservedGeneration, summary.Failing
			v.now = v.now.Add(time.Nanosecond)
			if again := v.summary(); name != "late" && !sameSummary(again, ownedSummary(v.connection)) {
				t.Errorf("a second look differs: %s, %s", describe(again), describe(ownedSummary(v.connection)))
			}
		})
	}
	v := good()
	entry(func(*v1alpha1.RoutineStatus) {})(&v)
	if wake := v.wake(); !wake.Equal(noon.Add(30 * time.Minute)) {
		t.Errorf("it looks again at %v", wake)
	}
}
