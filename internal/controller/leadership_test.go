// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"ordersync.dev/operator/internal/fulfillment"
)

// contender is one process before a real lease.
func contender(t *testing.T, namespace, identity string, now func() time.Time) *Leadership {
	t.Helper()
	clients, err := kubernetes.NewForConfig(plane.Config)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := resourcelock.New(resourcelock.LeasesResourceLock, namespace, "lease", clients.CoreV1(), clients.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: identity})
	if err != nil {
		t.Fatal(err)
	}
	return NewLeadership(lock, 35*time.Second, 20*time.Second, now)
}

func (l *Leadership) takes(t *testing.T) {
	t.Helper()
	record := resourcelock.LeaderElectionRecord{HolderIdentity: l.Identity(), LeaseDurationSeconds: 30}
	if _, _, err := l.Get(t.Context()); err != nil {
		if err := l.Create(t.Context(), record); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := l.Update(t.Context(), record); err != nil {
		t.Fatal(err)
	}
}

func TestLeadership(t *testing.T) {
	namespace := plane.Namespace(t)
	at := noon
	now := func() time.Time { return at }
	first, second := contender(t, namespace, "first", now), contender(t, namespace, "second", now)
	writes := func(l *Leadership, want bool) {
		t.Helper()
		err := l.Gate(t.Context())
		if (err == nil) != want {
			t.Errorf("%s may write: %v, want %v", l.Identity(), err == nil, want)
		}
		if err != nil && !fulfillment.IsFault(err, fulfillment.FaultNotLeading) {
			t.Errorf("refused by %v", err)
		}
	}
	writes(first, false)
	first.takes(t)
	writes(first, true) // Nobody held it before.
	at = at.Add(19 * time.Second)
	writes(first, true)
	at = at.Add(time.Second)
	writes(first, false) // It could not renew in time.
	first.takes(t)
	writes(first, true) // Renewed, and nobody else held it meanwhile.

	second.takes(t) // The first one died: its last request may be under way.
	writes(second, false)
	if wait := second.Wait(); wait != 35*time.Second {
		t.Errorf("it waits %v", wait)
	}
	for range 3 {
		at = at.Add(10 * time.Second)
		second.takes(t) // Renewals do not begin the wait again.
		writes(second, false)
	}
	at = at.Add(5 * time.Second)
	writes(second, true)

	second.releases(t)
	writes(second, false)
	third := contender(t, namespace, "third", now)
	third.takes(t)
	writes(third, true) // It was released: nothing is under way.
}

func (l *Leadership) releases(t *testing.T) {
	t.Helper()
	if err := l.Update(t.Context(), resourcelock.LeaderElectionRecord{LeaseDurationSeconds: 1}); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutLeaderElectionEverythingIsWritten(t *testing.T) {
	var none *Leadership
	if err := none.Gate(t.Context()); err != nil || none.Wait() != 0 {
		t.Errorf("refused: %v", err)
	}
}
