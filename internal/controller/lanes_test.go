// SPDX-License-Identifier: Apache-2.0

package controller

import "testing"

func TestAnAccountNeverGetsEveryWorker(t *testing.T) {
	for workers, most := range map[int]int{1: 1, 2: 1, 4: 3, 16: 12, 40: 30} {
		l := newLanes(workers)
		var leave []func()
		for range workers {
			if away, ok := l.enter([]string{"source a", "destination b"}); ok {
				leave = append(leave, away)
			}
		}
		if len(leave) != most {
			t.Errorf("%d workers: an account got %d, want %d", workers, len(leave), most)
		}
		if _, ok := l.enter([]string{"source c", "destination b"}); ok {
			t.Errorf("%d workers: a connection of another source went to the full destination", workers)
		}
		away, ok := l.enter([]string{"source c", "destination d"})
		if !ok {
			t.Fatalf("%d workers: another account found no lane", workers)
		}
		for _, away := range append(leave, away) {
			away()
		}
		if len(l.taken) != 0 {
			t.Errorf("%d workers: lanes are left: %v", workers, l.taken)
		}
	}
}
