// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"slices"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	apply "ordersync.dev/operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
)

func applyEntry(t *testing.T, name, version string, entry *apply.RoutineStatusApplyConfiguration) error {
	t.Helper()
	connection := apply.OrderManagerConnection(name, "default").
		WithStatus(apply.OrderManagerConnectionStatus().WithRoutines(entry))
	if version != "" {
		connection.WithResourceVersion(version)
	}
	return plane.Client.Status().Apply(t.Context(), connection,
		client.FieldOwner(v1alpha1.FieldManagerPrefix+string(*entry.Name)), client.ForceOwnership)
}

// Each routine owns its own entry of the list, whole, and leaves the others' alone.
func TestRoutineEntriesAreAppliedApart(t *testing.T) {
	name := create(t, object(t, connectionManifest)).GetName()
	entries := []*apply.RoutineStatusApplyConfiguration{
		apply.RoutineStatus().WithName(v1alpha1.OrderDownload).WithState(v1alpha1.RoutineRunning).
			WithProgress(apply.RunProgress().WithMessage("page 1")).
			WithHistory(apply.RunHistory().WithRuns(3)),
		apply.RoutineStatus().WithName(v1alpha1.InventorySync).WithConsecutiveFailures(2),
		// The same owner again: what it no longer says goes away.
		apply.RoutineStatus().WithName(v1alpha1.OrderDownload).WithState(v1alpha1.RoutineScheduled).
			WithHistory(apply.RunHistory().WithRuns(4)),
	}
	for _, entry := range entries {
		if err := applyEntry(t, name, "", entry); err != nil {
			t.Fatal(err)
		}
	}
	var got v1alpha1.OrderManagerConnection
	if err := plane.Client.Get(t.Context(), client.ObjectKey{Namespace: "default", Name: name}, &got); err != nil {
		t.Fatal(err)
	}
	find := func(routine v1alpha1.RoutineName) v1alpha1.RoutineStatus {
		index := slices.IndexFunc(got.Status.Routines, func(entry v1alpha1.RoutineStatus) bool { return entry.Name == routine })
		if index < 0 {
			t.Fatalf("no entry of %s in %v", routine, got.Status.Routines)
		}
		return got.Status.Routines[index]
	}
	download := find(v1alpha1.OrderDownload)
	if download.State != v1alpha1.RoutineScheduled || download.Progress != nil {
		t.Errorf("OrderDownload = %+v, want it scheduled and without progress", download)
	}
	if len(download.History) != 1 || download.History[0].Runs != 4 {
		t.Errorf("history = %+v, want the last one whole", download.History)
	}
	if stock := find(v1alpha1.InventorySync); stock.ConsecutiveFailures != 2 {
		t.Errorf("InventorySync = %+v, want it left alone", stock)
	}
}

// A write that rests on an old read is refused when it says so.
func TestAppliedEntryOfAnOldReadIsRefused(t *testing.T) {
	stored := create(t, object(t, connectionManifest))
	old := stored.GetResourceVersion()
	first := apply.RoutineStatus().WithName(v1alpha1.OrderDownload).WithConsecutiveFailures(1)
	if err := applyEntry(t, stored.GetName(), old, first); err != nil {
		t.Fatal(err)
	}
	second := apply.RoutineStatus().WithName(v1alpha1.OrderDownload).WithConsecutiveFailures(2)
	if err := applyEntry(t, stored.GetName(), old, second); !apierrors.IsConflict(err) {
		t.Fatalf("got %v, want a conflict", err)
	}
}
