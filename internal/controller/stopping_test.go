// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// However much of its slice is left, a run that writes orders gets the time of a
// last request when the process stops, and never more: what is not over by the
// end of the grace period is killed in the middle of a mark.
func TestAStoppedSliceGetsTheTimeOfALastRequest(t *testing.T) {
	for _, definition := range Definitions() {
		for stopAfter, want := range map[time.Duration]time.Duration{
			0: LastRequests, 10 * time.Second: 10*time.Second + LastRequests, 50 * time.Second: 50*time.Second + LastRequests,
			// The slice was over, and its last requests were under way.
			80 * time.Second: time.Minute + LastRequests, time.Hour: time.Minute + LastRequests,
		} {
			synctest.Test(t, func(t *testing.T) {
				process, stop := context.WithCancel(t.Context())
				defer stop()
				reconciler := &RoutineReconciler{Definition: definition, Slice: time.Minute}
				working, cancel := reconciler.workingContext(process)
				defer cancel()
				time.AfterFunc(stopAfter, stop)
				began := time.Now()
				<-working.Done()
				if definition.Name == inventorySync.Name {
					want = stopAfter
				}
				if lasted := time.Since(began); lasted != want {
					t.Errorf("%s: stopped after %v it ended after %v, want %v", definition.Name, stopAfter, lasted, want)
				}
			})
		}
	}
}

// A slice that ends in its time leaves nothing behind that waits for the process.
func TestASliceThatEndsForgetsTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		process, stop := context.WithCancel(t.Context())
		_, cancel := (&RoutineReconciler{Definition: orderDownload, Slice: time.Minute}).workingContext(process)
		cancel()
		stop()
		synctest.Wait() // the bubble fails the test if a goroutine is left
	})
}
