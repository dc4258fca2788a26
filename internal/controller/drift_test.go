// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// lists is an entry that lists orders for reasons, all of them shown.
func lists(name v1alpha1.RoutineName, compared bool, orders map[int64]string) v1alpha1.RoutineStatus {
	drift := routine.Drift{Count: int64(len(orders))}
	counts := map[string]int64{}
	for id, reason := range orders {
		counts[reason]++
		drift.Orders = append(drift.Orders, routine.FailingOrder{ID: fulfillment.OrderID(id), Reason: reason})
	}
	for reason, count := range counts {
		drift.Reasons = append(drift.Reasons, routine.DriftReason{Reason: reason, Count: count})
	}
	entry := v1alpha1.RoutineStatus{Name: name, Drift: driftOrders(drift)}
	if compared {
		entry.Cursor = &v1alpha1.RoutineCursor{FullComparisonTime: stamp(noon)}
	}
	return entry
}

// BooksBalance is True when both routines have compared the whole and nobody
// has anything to settle, counts an order once that two of them show, and takes
// Ready away from nobody.
func TestBooksBalance(t *testing.T) {
	const cancels, confirms, downloads = v1alpha1.OrderCancelDownload, v1alpha1.ShipmentConfirmation, v1alpha1.OrderDownload
	cases := map[string]struct {
		entries []v1alpha1.RoutineStatus
		status  metav1.ConditionStatus
		reason  string
		drift   int64
		message string
	}{
		"nothing ran":          {nil, metav1.ConditionUnknown, v1alpha1.ReasonNotCompared, 0, "OrderCancelDownload and ShipmentConfirmation"},
		"one compared":         {[]v1alpha1.RoutineStatus{lists(cancels, true, nil)}, metav1.ConditionUnknown, v1alpha1.ReasonNotCompared, 0, "by ShipmentConfirmation"},
		"both compared":        {[]v1alpha1.RoutineStatus{lists(cancels, true, nil), lists(confirms, true, nil)}, metav1.ConditionTrue, v1alpha1.ReasonBalanced, 0, ""},
		"drift, not compared":  {[]v1alpha1.RoutineStatus{lists(downloads, true, map[int64]string{1: "Differs"})}, metav1.ConditionFalse, v1alpha1.ReasonDriftFound, 1, "Differs 1"},
		"drift of two reasons": {[]v1alpha1.RoutineStatus{lists(cancels, true, map[int64]string{1: "TooLate", 2: "TooLate"}), lists(confirms, true, map[int64]string{3: "Overdue"})}, metav1.ConditionFalse, v1alpha1.ReasonDriftFound, 3, "3 (TooLate 2, Overdue 1)"},
		"one order, two lists": {[]v1alpha1.RoutineStatus{lists(downloads, true, map[int64]string{1: "TooLate"}), lists(cancels, true, map[int64]string{1: "TooLate"}), lists(confirms, true, nil)}, metav1.ConditionFalse, v1alpha1.ReasonDriftFound, 1, "1 (TooLate 1)"},
		"one order, two lists and reasons": {[]v1alpha1.RoutineStatus{lists(cancels, true, map[int64]string{1: "Differs"}), lists(confirms, true, map[int64]string{1: "Overdue"})},
			metav1.ConditionFalse, v1alpha1.ReasonDriftFound, 1, "1 (Differs 1)"},
		"many reasons": {[]v1alpha1.RoutineStatus{lists(confirms, true, map[int64]string{1: "A", 2: "B", 3: "C", 4: "D", 5: "E", 6: "F"})},
			metav1.ConditionFalse, v1alpha1.ReasonDriftFound, 6, "A 1, B 1, C 1, D 1, and 2 more reasons"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			connection := claimant("m", 5, claims("one"))
			connection.Status.Routines = c.entries
			v := view{connection: &connection, now: noon}
			for _, gate := range gates {
				v.gates = append(v.gates, metav1.Condition{Type: gate, Status: metav1.ConditionTrue})
			}
			summary := v.summary()
			var books, ready metav1.Condition
			for _, condition := range summary.Conditions {
				switch condition.Type {
				case v1alpha1.ConditionBooksBalance:
					books = condition
				case v1alpha1.ConditionReady:
					ready = condition
				}
			}
			if books.Status != c.status || books.Reason != c.reason || !strings.Contains(books.Message, c.message) || summary.Drift != c.drift {
				t.Errorf("%s, %s, %d: %s", books.Status, books.Reason, summary.Drift, books.Message)
			}
			if ready.Status != metav1.ConditionTrue {
				t.Errorf("Ready is %s: %s", ready.Status, ready.Message)
			}
			// What the summary says is what it owns: or each reconcile would write.
			connection.Status.Conditions, connection.Status.ObservedGeneration, connection.Status.Drift = summary.Conditions, summary.ObservedGeneration, summary.Drift
			connection.Status.Failing, connection.Status.Claims, connection.Status.WarehouseID = summary.Failing, summary.Claims, summary.WarehouseID
			if !sameSummary(v.summary(), ownedSummary(&connection)) {
				t.Error("a second look would write again")
			}
		})
	}
}

// A reason that nobody has any more leaves no series behind, and a connection
// that is gone leaves none at all.
func TestDriftMetricsFollowTheEntry(t *testing.T) {
	m, registry := NewMetrics(), prometheus.NewRegistry()
	registry.MustRegister(m)
	key := types.NamespacedName{Namespace: "n", Name: "c"}
	shows := func(want string) {
		t.Helper()
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, family := range families {
			for _, one := range family.GetMetric() {
				for _, label := range one.GetLabel() {
					if label.GetName() == "reason" {
						got = append(got, fmt.Sprint(label.GetValue(), one.GetGauge().GetValue()))
					}
				}
			}
		}
		slices.Sort(got)
		if fmt.Sprint(got) != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
	entry := lists(v1alpha1.OrderCancelDownload, true, map[int64]string{1: fulfillment.ReasonTooLate, 2: fulfillment.ReasonTooLate, 3: fulfillment.ReasonNotWanted})
	m.observeEntry(key, entry.Name, &entry)
	shows("[NotWanted1 TooLate2]")
	entry = lists(v1alpha1.OrderCancelDownload, true, map[int64]string{3: fulfillment.ReasonNotWanted, 4: "typed by a user"})
	m.observeEntry(key, entry.Name, &entry)
	shows("[NotWanted1]")
	m.forgetRoutine(key, entry.Name)
	shows("[]")
}

// What a routine lists survives its own form: the next run is given the same
// orders and counts, and the condition speaks of all, not of those shown.
func TestDriftOutlivesStatus(t *testing.T) {
	drift := routine.Drift{Count: 45, Reasons: []routine.DriftReason{{Reason: fulfillment.ReasonTooLate, Count: 45}}}
	for i := range routine.MaxFailingShown {
		drift.Orders = append(drift.Orders, routine.FailingOrder{ID: fulfillment.OrderID(i + 1), Reference: fmt.Sprint("S-", i), Reason: fulfillment.ReasonTooLate, Since: noon})
	}
	entry := finished(nil, endingOf(planned(t, nil), v1alpha1.RunSucceeded, func(e *ending) { e.report.Drift = drift }))
	memory := memoryOf(&entry, "scope", false)
	if len(memory.Shown) != routine.MaxFailingShown || len(memory.Drift) != 1 || memory.Drift[0] != drift.Reasons[0] {
		t.Errorf("%+v", memory)
	}
	if message := cancellationsCondition(entry.Drift).Message; !strings.Contains(message, "45 orders") {
		t.Error(message)
	}
	// A run that saw nothing leaves it, one that saw nothing wrong ends it.
	failed := finished(&entry, endingOf(planned(t, nil), v1alpha1.RunFailed))
	if failed.Drift == nil || failed.Drift.Count != 45 {
		t.Errorf("after a failed run: %+v", failed.Drift)
	}
	if done := finished(&failed, endingOf(planned(t, nil), v1alpha1.RunSucceeded)); done.Drift != nil {
		t.Errorf("after a run that found none: %+v", done.Drift)
	}
}
