// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
)

// laneTest has lanes on a clock that stands until it is moved, and what was called.
type laneTest struct {
	*lanes
	at     time.Time
	called []types.NamespacedName
}

func newLaneTest(workers int) *laneTest {
	s := &laneTest{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	s.lanes = newLanes(workers, func() time.Time { return s.at }, func(key types.NamespacedName) { s.called = append(s.called, key) })
	return s
}

func keyOf(n int) types.NamespacedName {
	return types.NamespacedName{Namespace: "acme", Name: fmt.Sprintf("connection-%d", n)}
}

func TestAnAccountNeverGetsEveryWorker(t *testing.T) {
	for workers, most := range map[int]int{1: 1, 2: 1, 4: 3, 16: 12, 40: 30} {
		l := newLaneTest(workers)
		var leave []func()
		for n := range workers {
			if away, ok := l.enter(keyOf(n), []string{"source a", "destination b"}); ok {
				leave = append(leave, away)
			}
		}
		if len(leave) != most {
			t.Errorf("%d workers: an account got %d, want %d", workers, len(leave), most)
		}
		if _, ok := l.enter(keyOf(100), []string{"source c", "destination b"}); ok {
			t.Errorf("%d workers: a connection of another source went to the full destination", workers)
		}
		away, ok := l.enter(keyOf(101), []string{"source c", "destination d"})
		if !ok {
			t.Fatalf("%d workers: another account found no lane", workers)
		}
		for _, away := range append(leave, away) {
			away()
			away() // twice gives nothing away
		}
		if len(l.taken) != 0 {
			t.Errorf("%d workers: lanes are left: %v", workers, l.taken)
		}
	}
}

// Forty connections share the lanes of one account, sixteen of them with runs
// that never end by themselves, and others come and go. While one waits for a
// lane, none gets one twice, and over the whole time the forty get as many turns
// as the time that their runs take allows.
func TestOfFortyConnectionsOfOneAccountNoneGetsTwoTurnsWhileAnotherWaits(t *testing.T) {
	const steady, passing, heavy = 40, 20, 16
	accounts := []string{"source a", "destination b"}
	random := rand.New(rand.NewPCG(3, 4))
	l := newLaneTest(16)
	inside, since := map[int]func(){}, map[int]time.Time{}
	var turns []int            // who entered, one after the other
	waitsFrom := map[int]int{} // how many had entered when one began to wait
	perConnection := [steady]int{}
	for second := range 2000 {
		l.at = l.at.Add(time.Second)
		for _, n := range slices.Sorted(maps.Keys(inside)) {
			over := n >= heavy && random.IntN(3) == 0
			if n < heavy {
				over = l.at.Sub(since[n]) >= laneTurn && l.wanted(accounts)
			}
			if over {
				inside[n]()
				delete(inside, n)
			}
		}
		// When there is room for all who wait, one may come before another that
		// enters in the same second.
		before := len(turns)
		for _, n := range random.Perm(steady + passing) {
			if _, works := inside[n]; works {
				continue
			}
			if n >= steady && (second/50+n)%3 != 0 { // it is not there now
				delete(waitsFrom, n)
				if random.IntN(2) == 0 {
					l.forget(keyOf(n)) // deleted; the others only stop asking
				}
				continue
			}
			away, ok := l.enter(keyOf(n), accounts)
			from, waited := waitsFrom[n]
			switch {
			case !ok && !waited:
				waitsFrom[n] = len(turns)
			case ok && waited && n < steady:
				had := map[int]bool{}
				for _, other := range turns[min(from, before):before] {
					if had[other] {
						t.Fatalf("connection %d had two turns while connection %d waited", other, n)
					}
					had[other] = true
				}
			}
			if ok {
				delete(waitsFrom, n)
				inside[n], since[n] = away, l.at
				turns = append(turns, n)
				if n < steady {
					perConnection[n]++
				}
			}
		}
		if len(inside) > l.most {
			t.Fatalf("%d are inside", len(inside))
		}
	}
	light, most := slices.Min(perConnection[heavy:]), slices.Max(perConnection[:])
	if least := slices.Min(perConnection[:]); least < 50 || 10*light < 8*most {
		t.Errorf("turns of each: %v", perConnection)
	}
}

func TestWhoWaitsLongestForALaneIsCalledAndNobodyTakesItBefore(t *testing.T) {
	accounts := []string{"source a"}
	l := newLaneTest(2)
	away, _ := l.enter(keyOf(0), accounts)
	for n := 1; n <= 3; n++ {
		if _, ok := l.enter(keyOf(n), accounts); ok {
			t.Fatalf("%d entered", n)
		}
	}
	if !l.wanted(accounts) {
		t.Error("nobody wants the lane")
	}
	away()
	if !slices.Equal(l.called, []types.NamespacedName{keyOf(1)}) {
		t.Fatalf("called %v", l.called)
	}
	for _, n := range []int{0, 2, 3, 4} {
		if _, ok := l.enter(keyOf(n), accounts); ok {
			t.Fatalf("%d took the lane of the one that was called", n)
		}
	}
	away, ok := l.enter(keyOf(1), accounts)
	if !ok {
		t.Fatal("the one that was called found no lane")
	}
	away()
	if !slices.Equal(l.called, []types.NamespacedName{keyOf(1), keyOf(2)}) {
		t.Fatalf("called %v", l.called)
	}
}

func TestAPlaceIsGivenAwayWhenNobodyAsksForItAgain(t *testing.T) {
	accounts := []string{"source a"}
	for name, gone := range map[string]func(*laneTest){
		"deleted": func(l *laneTest) { l.forget(keyOf(1)) },
		"silent":  func(l *laneTest) { l.at = l.at.Add(lanePlace) },
	} {
		l := newLaneTest(2)
		away, _ := l.enter(keyOf(0), accounts)
		l.enter(keyOf(1), accounts)
		away()
		if _, ok := l.enter(keyOf(2), accounts); ok {
			t.Errorf("%s: the place was not kept", name)
		}
		gone(l)
		if l.wanted(nil) {
			t.Errorf("%s: the lane is still wanted", name)
		}
		if _, ok := l.enter(keyOf(2), accounts); !ok {
			t.Errorf("%s: the place is still kept", name)
		}
	}
}

// One account may be full for long, since its system hangs. Who waits for it
// does not hold up those that share its other account.
func TestWhoWaitsForAnAccountThatHangsHoldsUpNobodyElse(t *testing.T) {
	l := newLaneTest(4)
	hangs, works := []string{"source a", "destination hangs"}, []string{"source a", "destination works"}
	away, _ := l.enter(keyOf(0), works)
	for n := 1; n <= 2; n++ {
		l.enter(keyOf(n), []string{"source b", "destination hangs"})
	}
	if _, ok := l.enter(keyOf(3), []string{"source b", "destination hangs"}); !ok {
		t.Fatal("the third found no lane")
	}
	if _, ok := l.enter(keyOf(4), hangs); ok {
		t.Fatal("entered a full account")
	}
	if l.wanted(works) {
		t.Error("its leaving would help somebody")
	}
	for n := 5; n <= 6; n++ {
		if _, ok := l.enter(keyOf(n), works); !ok {
			t.Errorf("%d was held up", n)
		}
	}
	l.enter(keyOf(7), works)
	away()
	if !slices.Equal(l.called, []types.NamespacedName{keyOf(7)}) {
		t.Errorf("called %v", l.called)
	}
}

// A run keeps its lane for its slice, and for no more than a turn of it when
// another connection of the account waits.
func TestARunLeavesItsLaneAfterATurnWhenAnotherWaits(t *testing.T) {
	for _, definition := range Definitions() {
		for name, c := range map[string]struct {
			worked  time.Duration
			waits   []string
			expired bool
			want    bool
		}{
			"in its turn":                   {worked: laneTurn - 1, waits: []string{"source a"}},
			"after its turn":                {worked: laneTurn, waits: []string{"source a"}, want: definition.Name != v1alpha1.InventorySync},
			"nobody waits":                  {worked: time.Minute - 1},
			"who waited is gone":            {worked: laneTurn, waits: []string{"source a"}, expired: true},
			"another account is waited for": {worked: laneTurn, waits: []string{"source c"}},
			"after its slice":               {worked: time.Minute, want: true},
		} {
			l := newLaneTest(2)
			r := &RoutineReconciler{Definition: definition, Slice: time.Minute, Now: func() time.Time { return l.at }, lanes: l.lanes}
			active := &activeRun{accounts: []string{"source a", "destination b"}}
			began := l.at
			if _, ok := l.enter(keyOf(0), active.accounts); !ok {
				t.Fatal("no lane")
			}
			if _, ok := l.enter(keyOf(1), []string{"source c"}); !ok {
				t.Fatal("no lane for the other account")
			}
			if l.at = began.Add(c.worked); c.waits != nil {
				if c.expired {
					l.at = l.at.Add(-lanePlace)
				}
				l.enter(keyOf(2), c.waits)
				l.at = began.Add(c.worked)
			}
			if got := r.givesWay(active, began); got != c.want {
				t.Errorf("%s, %s: gives way %v", definition.Name, name, got)
			}
		}
	}
}
