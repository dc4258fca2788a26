// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// planned is a plan for OrderDownload every full quarter of an hour.
func planned(t *testing.T, live *v1alpha1.RoutineStatus, change ...func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy)) plan {
	t.Helper()
	connection := claimant("m", 5, claims("one"))
	for _, gate := range gates {
		connection.Status.Conditions = append(connection.Status.Conditions, metav1.Condition{Type: gate, Status: metav1.ConditionTrue, ObservedGeneration: 1})
	}
	if live != nil {
		connection.Status.Routines = []v1alpha1.RoutineStatus{*live}
	}
	policy := policyOf("standard", 1, named("m"), func(p *v1alpha1.SyncPolicy) {
		p.Spec.OrderDownload = &v1alpha1.OrderDownloadPolicy{Schedule: v1alpha1.Schedule{Cron: "*/15 * * * *"}}
	})
	for _, c := range change {
		c(&connection, &policy)
	}
	return planFor(orderDownload, &connection, []v1alpha1.SyncPolicy{policy}, noon)
}

func endingOf(p plan, result v1alpha1.RunResult, change ...func(*ending)) ending {
	e := ending{
		start: noon, end: noon.Add(20 * time.Second), slot: noon, trigger: v1alpha1.TriggerSchedule,
		result: result, reason: "Because", scope: "scope", plan: p,
	}
	for _, c := range change {
		c(&e)
	}
	return e
}

func TestFinishedSuccess(t *testing.T) {
	live := &v1alpha1.RoutineStatus{
		Name: v1alpha1.OrderDownload, State: v1alpha1.RoutineRunning, Progress: &v1alpha1.RunProgress{Message: "half"},
		ConsecutiveFailures: 3, NotBefore: stamp(noon), NextRun: "2026-11-23T12:00:00Z",
		Failing: &v1alpha1.FailingOrders{Count: 3},
	}
	p := planned(t, live)
	got := finished(live, endingOf(p, v1alpha1.RunSucceeded, func(e *ending) { e.report.Counts.Created = 7 }))
	if got.State != v1alpha1.RoutineScheduled || got.Progress != nil {
		t.Errorf("state %s, progress %v", got.State, got.Progress)
	}
	if got.ConsecutiveFailures != 0 || got.NotBefore != nil || got.Failing != nil {
		t.Errorf("a success leaves %s", describe(got))
	}
	if got.NextRun != "2026-11-23T12:15:00Z" || got.LastRun.Counts.Created != 7 || !got.LastSuccessTime.Time.Equal(noon.Add(20*time.Second)) {
		t.Errorf("got %s", describe(got))
	}
	if live.State != v1alpha1.RoutineRunning {
		t.Error("the live entry was changed")
	}
}

func TestFinishedFailure(t *testing.T) {
	p := planned(t, nil)
	first := finished(nil, endingOf(p, v1alpha1.RunFailed))
	if first.ConsecutiveFailures != 1 || first.NextRun != "2026-11-23T12:00:50Z" || first.LastSuccessTime != nil {
		t.Errorf("after one failure: %s", describe(first))
	}
	// Status must survive its own form: whole seconds, one string.
	second := finished(&first, endingOf(p, v1alpha1.RunFailed, func(e *ending) { e.retryAfter = time.Hour }))
	if second.ConsecutiveFailures != 2 || second.NextRun != "2026-11-23T13:00:20Z" {
		t.Errorf("after a second, with a pause asked for: %s", describe(second))
	}
	if len(second.History) != 1 || second.History[0].Runs != 2 {
		t.Errorf("equal results are not collapsed: %s", describe(second.History))
	}
	onDemand := finished(nil, endingOf(p, v1alpha1.RunFailed, func(e *ending) { e.slot = time.Time{} }))
	if onDemand.NextRun != "2026-11-23T12:00:50Z" {
		t.Errorf("a failed run on demand is tried again at %s", onDemand.NextRun)
	}
}

func TestFailureKeepsWhatItDidNotSee(t *testing.T) {
	live := &v1alpha1.RoutineStatus{
		Name: v1alpha1.OrderDownload, Failing: &v1alpha1.FailingOrders{Count: 3, Orders: []v1alpha1.FailingOrder{{OrderID: 1}}},
		Cursor: &v1alpha1.RoutineCursor{Time: stamp(noon), Scope: "scope"},
	}
	got := finished(live, endingOf(planned(t, live), v1alpha1.RunFailed, func(e *ending) { e.scope = "" }))
	if got.Failing == nil || got.Failing.Count != 3 || got.Cursor == nil || got.Cursor.Scope != "scope" {
		t.Errorf("a run that saw nothing forgot: %s", describe(got))
	}
}

// A run that could not begin leaves what came due in it to the next one, and
// forgets nothing of what is failing.
func TestRunsThatCannotBeginOweWhatCameDue(t *testing.T) {
	first := noon.Add(-4 * time.Minute)
	live := v1alpha1.RoutineStatus{
		Name: v1alpha1.OrderDownload, LastRun: &v1alpha1.RunStatus{StartTime: stamp(first), Result: v1alpha1.RunSucceeded},
		Failing: &v1alpha1.FailingOrders{Count: 3, Orders: []v1alpha1.FailingOrder{{OrderID: 7, Reason: "UnknownSKU"}},
			Cohorts: []v1alpha1.FailingCohort{{Since: stamp(first), OrderIDs: "7,+2"}}},
	}
	at := noon
	for range 3 {
		at = at.Add(2 * time.Minute)
		live = finished(&live, endingOf(planned(t, nil), v1alpha1.RunFailed, func(e *ending) { e.start, e.scope = at, "" }))
	}
	if live.Failing.Count != 3 || len(live.Failing.Orders) != 1 || !live.LastRun.StartTime.Time.Equal(at) {
		t.Errorf("forgotten: %s", describe(live.Failing))
	}
	memory := memoryOf(&live, "", false)
	if len(memory.Failing) != 2 || !memory.Failing[0].Since.Equal(first) || !slices.Equal(memory.Failing[1].IDs, []fulfillment.OrderID{7, 9}) {
		t.Errorf("remembered: %+v", memory.Failing)
	}
	// A run by token or after a change was to try everything.
	fresh := v1alpha1.RoutineStatus{Name: v1alpha1.OrderDownload, LastRun: &v1alpha1.RunStatus{StartTime: stamp(noon)},
		Failing: &v1alpha1.FailingOrders{Count: 1, Cohorts: []v1alpha1.FailingCohort{{Since: stamp(noon), OrderIDs: "7"}}}}
	for _, reset := range []bool{false, true} {
		after := finished(&fresh, endingOf(planned(t, nil), v1alpha1.RunFailed, func(e *ending) { e.start, e.reset = noon.Add(time.Second), reset }))
		if owed := len(after.Failing.Cohorts) == 2; owed != reset {
			t.Errorf("reset %v: %s", reset, describe(after.Failing.Cohorts))
		}
	}
}

func TestCursorKeepsToItsScope(t *testing.T) {
	old := &v1alpha1.RoutineCursor{Time: stamp(noon.Add(-time.Hour)), Scope: "old", FullComparisonTime: stamp(noon.Add(-2 * time.Hour))}
	cases := map[string]struct {
		old    *v1alpha1.RoutineCursor
		scope  string
		report routine.Report
		want   *v1alpha1.RoutineCursor
	}{
		"moved":             {old, "old", routine.Report{Cursor: noon}, &v1alpha1.RoutineCursor{Time: stamp(noon), Scope: "old", FullComparisonTime: old.FullComparisonTime}},
		"not moved":         {old, "old", routine.Report{}, old},
		"of another scope":  {old, "new", routine.Report{LastFullComparison: noon}, &v1alpha1.RoutineCursor{Scope: "new", FullComparisonTime: stamp(noon)}},
		"dropped":           {old, "new", routine.Report{}, nil},
		"none, none":        {nil, "new", routine.Report{}, nil},
		"none, then one":    {nil, "new", routine.Report{Cursor: noon}, &v1alpha1.RoutineCursor{Time: stamp(noon), Scope: "new"}},
		"run not connected": {old, "", routine.Report{}, old},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, cursorAfter(c.old, ending{scope: c.scope, report: c.report})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	entry := &v1alpha1.RoutineStatus{Cursor: old}
	if memory := memoryOf(entry, "new", false); !memory.Cursor.IsZero() || !memory.LastFullComparison.IsZero() {
		t.Errorf("a cursor of another scope is remembered: %+v", memory)
	}
	if memory := memoryOf(entry, "old", false); !memory.Cursor.Equal(old.Time.Time) {
		t.Errorf("the cursor is not remembered: %+v", memory)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	var history []v1alpha1.RunHistory
	for i := range 30 {
		result := v1alpha1.RunSucceeded
		if i%3 == 0 {
			result = v1alpha1.RunFailed
		}
		history = historyAfter(history, v1alpha1.RunStatus{Result: result, EndTime: stamp(noon.Add(time.Duration(i) * time.Minute)), Counts: v1alpha1.RunCounts{Read: 1}})
	}
	if len(history) != maxHistory {
		t.Fatalf("%d entries, want %d", len(history), maxHistory)
	}
	if latest := history[0]; latest.Runs != 2 || latest.Counts.Read != 2 || !latest.FirstTime.Time.Equal(noon.Add(28*time.Minute)) || !latest.LastTime.Time.Equal(noon.Add(29*time.Minute)) {
		t.Errorf("the newest is %s", describe(latest))
	}
}

func TestFailingOrdersAreBoundedAndRemembered(t *testing.T) {
	failing := routine.Failing{Count: 500}
	for i := range 50 {
		failing.Orders = append(failing.Orders, routine.FailingOrder{
			ID: fulfillment.OrderID(i), Reference: strings.Repeat("ö", 300), Reason: "RefusedByWarehouse", Message: strings.Repeat("é", 300), Since: noon,
		})
	}
	for i := range 30 {
		failing.Cohorts = append(failing.Cohorts, routine.Cohort{Since: noon.Add(-time.Duration(i) * time.Hour), IDs: []fulfillment.OrderID{8812001, 8812002, 8812009}})
	}
	status := failingOrders(failing)
	if status.Count != 500 || len(status.Orders) != routine.MaxFailingShown || len(status.Cohorts) != routine.MaxCohorts {
		t.Fatalf("count %d, %d orders, %d cohorts", status.Count, len(status.Orders), len(status.Cohorts))
	}
	if length := len([]rune(status.Orders[0].Message)); length != maxMessage {
		t.Errorf("a message of %d characters", length)
	}
	if length := len([]rune(status.Orders[0].Reference)); length != maxReference {
		t.Errorf("a reference of %d characters", length)
	}
	memory := memoryOf(&v1alpha1.RoutineStatus{Failing: status}, "", true)
	if len(memory.Failing) != routine.MaxCohorts || len(memory.Failing[3].IDs) != 3 || !memory.Failing[3].Since.Equal(noon.Add(-3*time.Hour)) || !memory.Reset {
		t.Errorf("remembered %+v", memory)
	}
	if len(memory.Shown) != routine.MaxFailingShown || memory.Shown[1].ID != 1 {
		t.Errorf("shown %+v", memory.Shown)
	}
}

func TestMemoryForgetsWhatCannotBeRead(t *testing.T) {
	memory := memoryOf(&v1alpha1.RoutineStatus{Failing: &v1alpha1.FailingOrders{Cohorts: []v1alpha1.FailingCohort{
		{Since: stamp(noon), OrderIDs: "not,a,number"}, {Since: stamp(noon), OrderIDs: "7"},
	}}}, "", false)
	if len(memory.Failing) != 1 || memory.Failing[0].IDs[0] != 7 {
		t.Errorf("remembered %+v", memory.Failing)
	}
}

func TestPlan(t *testing.T) {
	entry := func(nextRun string) *v1alpha1.RoutineStatus {
		return &v1alpha1.RoutineStatus{Name: v1alpha1.OrderDownload, Schedule: "*/15 * * * * (UTC)", NextRun: nextRun}
	}
	const due = "2026-11-23T12:00:00Z"
	shut := func(name string, status metav1.ConditionStatus, reason string) func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy) {
		return func(c *v1alpha1.OrderManagerConnection, _ *v1alpha1.SyncPolicy) {
			for i := range c.Status.Conditions {
				if c.Status.Conditions[i].Type == name {
					c.Status.Conditions[i].Status, c.Status.Conditions[i].Reason = status, reason
				}
			}
		}
	}
	ask := func(c *v1alpha1.OrderManagerConnection, _ *v1alpha1.SyncPolicy) {
		c.Annotations = map[string]string{v1alpha1.RunAnnotation: "now"}
	}
	cases := map[string]struct {
		live    *v1alpha1.RoutineStatus
		change  []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy)
		state   v1alpha1.RoutineState
		due     bool
		nextRun string
		refused string
	}{
		"first sight":               {nil, nil, v1alpha1.RoutineScheduled, false, "2026-11-23T12:15:00Z", ""},
		"due":                       {entry(due), nil, v1alpha1.RoutineScheduled, true, due, ""},
		"not due":                   {entry("2026-11-23T12:15:00Z"), nil, v1alpha1.RoutineScheduled, false, "2026-11-23T12:15:00Z", ""},
		"a promise that is no time": {entry("soon"), nil, v1alpha1.RoutineScheduled, false, "2026-11-23T12:15:00Z", ""},
		"asked for":                 {nil, []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){ask}, v1alpha1.RoutineScheduled, true, "2026-11-23T12:15:00Z", ""},
		"refused credentials":       {entry(due), []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){shut(gates[0], metav1.ConditionFalse, "CredentialsRefused"), ask}, v1alpha1.RoutineBlocked, false, due, ""},
		"not looked at yet":         {entry(due), []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){shut(gates[1], metav1.ConditionUnknown, "NotChecked"), ask}, v1alpha1.RoutineScheduled, false, due, ""},
		"claimed by another":        {entry(due), []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){shut(gates[3], metav1.ConditionFalse, v1alpha1.ReasonSourceAlreadyClaimed), ask}, v1alpha1.RoutineBlocked, false, due, v1alpha1.ReasonSourceAlreadyClaimed},
		"a new generation":          {entry(due), []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){func(c *v1alpha1.OrderManagerConnection, _ *v1alpha1.SyncPolicy) { c.Generation = 2 }}, v1alpha1.RoutineScheduled, false, due, ""},
		"claims not known":          {entry(due), []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){func(c *v1alpha1.OrderManagerConnection, _ *v1alpha1.SyncPolicy) { c.Status.Claims = nil }}, v1alpha1.RoutineScheduled, false, due, ""},
		"suspended":                 {entry(due), []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){func(c *v1alpha1.OrderManagerConnection, _ *v1alpha1.SyncPolicy) { c.Spec.Suspend = true }, ask}, v1alpha1.RoutineSuspended, false, "", v1alpha1.ReasonSuspended},
		"policy suspended":          {entry(due), []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){func(_ *v1alpha1.OrderManagerConnection, p *v1alpha1.SyncPolicy) { p.Spec.Suspend = true }}, v1alpha1.RoutineSuspended, false, "", ""},
		"not named":                 {entry(due), []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){func(_ *v1alpha1.OrderManagerConnection, p *v1alpha1.SyncPolicy) { p.Spec.OrderDownload = nil }, ask}, v1alpha1.RoutineNotGoverned, false, "", ""},
		"never fires": {entry(due), []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){func(_ *v1alpha1.OrderManagerConnection, p *v1alpha1.SyncPolicy) {
			p.Spec.OrderDownload.Schedule.Cron = "0 0 31 2 *"
		}}, v1alpha1.RoutineBlocked, false, "", ""},
		"a schedule edited": {entry(due), []func(*v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicy){func(_ *v1alpha1.OrderManagerConnection, p *v1alpha1.SyncPolicy) {
			p.Spec.OrderDownload.Schedule.Cron = "*/20 * * * *"
		}}, v1alpha1.RoutineScheduled, false, "2026-11-23T12:20:00Z", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := planned(t, c.live, c.change...)
			refused := ""
			if len(p.refused) > 0 {
				refused = p.refusedReason
			}
			if p.state != c.state || p.due() != c.due || refused != c.refused {
				t.Errorf("state %s, due %v, refused %q; want %s, %v, %q", p.state, p.due(), refused, c.state, c.due, c.refused)
			}
			entry := p.entry(c.live, noon)
			if entry == nil || entry.NextRun != c.nextRun {
				t.Errorf("entry %s, want next run %q", describe(entry), c.nextRun)
			}
			if again := p.entry(entry, noon); !cmp.Equal(entry, again) {
				t.Errorf("written twice it differs:\n%s", cmp.Diff(entry, again))
			}
		})
	}
}

func TestNoEntryForARoutineThatWasNeverGoverned(t *testing.T) {
	p := planned(t, nil, func(_ *v1alpha1.OrderManagerConnection, policy *v1alpha1.SyncPolicy) { policy.Spec.OrderDownload = nil })
	if entry := p.entry(nil, noon); entry != nil {
		t.Errorf("entry %s", describe(entry))
	}
}

func TestEntryOutlivesItsPolicy(t *testing.T) {
	live := finished(nil, endingOf(planned(t, nil), v1alpha1.RunFailed, func(e *ending) { e.report.Cursor = noon }))
	p := planned(t, &live, func(_ *v1alpha1.OrderManagerConnection, policy *v1alpha1.SyncPolicy) { policy.Spec.OrderDownload = nil })
	entry := p.entry(&live, noon)
	if entry.State != v1alpha1.RoutineNotGoverned || entry.Policy != "" || entry.Cursor == nil || len(entry.History) != 1 || entry.ConsecutiveFailures != 1 || entry.NotBefore == nil {
		t.Errorf("entry %s", describe(entry))
	}
}

func TestPendingTokens(t *testing.T) {
	long := strings.Repeat("x", 65)
	handled := []v1alpha1.HandledToken{{Annotation: v1alpha1.RunAnnotation, Token: "done"}, {Annotation: forOrders, Token: long[:64]}}
	cases := map[string]struct {
		annotations    map[string]string
		governed       bool
		valid, invalid int
	}{
		"none":                      {nil, true, 0, 0},
		"handled":                   {map[string]string{v1alpha1.RunAnnotation: "done"}, true, 0, 0},
		"new":                       {map[string]string{v1alpha1.RunAnnotation: "more"}, true, 1, 0},
		"both":                      {map[string]string{v1alpha1.RunAnnotation: "more", forOrders: "more"}, true, 2, 0},
		"handled elsewhere":         {map[string]string{forOrders: "done"}, true, 1, 0},
		"for all, and not governed": {map[string]string{v1alpha1.RunAnnotation: "more"}, false, 0, 0},
		"empty":                     {map[string]string{forOrders: ""}, true, 0, 0},
		"invalid":                   {map[string]string{forOrders: "a b"}, true, 0, 1},
		"a line break":              {map[string]string{forOrders: "a\n"}, true, 0, 1},
		"invalid and echoed":        {map[string]string{forOrders: long}, true, 0, 0},
		"a retry":                   {map[string]string{v1alpha1.RetryAnnotationPrefix + "OrderDownload": "8812001"}, true, 1, 0},
		"a retry again":             {map[string]string{v1alpha1.RetryAnnotationPrefix + "OrderDownload": "8812001.again"}, true, 1, 0},
		"a retry of a number":       {map[string]string{v1alpha1.RetryAnnotationPrefix + "OrderDownload": "SO-1"}, true, 0, 1},
		"a retry of order 0":        {map[string]string{v1alpha1.RetryAnnotationPrefix + "OrderDownload": "0"}, true, 0, 1},
		"a padded id":               {map[string]string{v1alpha1.ResendAnnotationPrefix + "OrderDownload": "0042"}, true, 0, 1},
		"a negative id":             {map[string]string{v1alpha1.ResendAnnotationPrefix + "OrderDownload": "-42"}, true, 0, 1},
		"an id beyond all":          {map[string]string{v1alpha1.ResendAnnotationPrefix + "OrderDownload": "99999999999999999999"}, true, 0, 1},
		"a resend":                  {map[string]string{v1alpha1.ResendAnnotationPrefix + "OrderDownload": "42"}, true, 1, 0},
		"a backfill":                {map[string]string{v1alpha1.BackfillAnnotationPrefix + "OrderDownload": "2026-10-01"}, true, 1, 0},
		"a backfill from no day":    {map[string]string{v1alpha1.BackfillAnnotationPrefix + "OrderDownload": "2026-02-30"}, true, 0, 1},
		"a retry of another":        {map[string]string{v1alpha1.RetryAnnotationPrefix + "ShipmentConfirmation": "42"}, true, 0, 0},
		"for another routine":       {map[string]string{v1alpha1.RunAnnotationPrefix + "InventorySync": "x"}, true, 0, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			valid, invalid := pendingTokens(c.annotations, v1alpha1.OrderDownload, c.governed, handled)
			if len(valid) != c.valid || len(invalid) != c.invalid {
				t.Errorf("valid %v, invalid %v", valid, invalid)
			}
		})
	}
	echoed := handled
	for i := range 5 {
		echoed = echo(echoed, answers([]token{{annotation: forOrders, value: fmt.Sprint(i)}}, v1alpha1.RunSucceeded, "Because", routine.Report{}), noon)
	}
	if len(echoed) != 2 || echoed[0].Token != "4" || echoed[1].Token != "done" {
		t.Errorf("echoed %s", describe(echoed))
	}
}
