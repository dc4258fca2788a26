// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

var recordedAt = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func beganAt(at time.Time, ids ...fulfillment.OrderID) map[fulfillment.OrderID]time.Time {
	m := map[fulfillment.OrderID]time.Time{}
	for _, id := range ids {
		m[id] = at
	}
	return m
}

// What a run settled is taken out, but not what was begun since.
func TestSettlingTakesOutNothingThatWasBegunLater(t *testing.T) {
	record := []Cohort{{Since: recordedAt, IDs: []fulfillment.OrderID{1, 2}}, {Since: recordedAt.Add(time.Minute), IDs: []fulfillment.OrderID{3}}}
	change := RecordChange{Begun: beganAt(recordedAt.Add(2*time.Minute), 4), Settled: beganAt(recordedAt.Add(30*time.Second), 1, 3)}
	after, fits := change.Apply(record, recordedAt.Add(2*time.Minute), 0)
	got := recorded(after, recordedAt.Add(time.Hour))
	if _, there := got[1]; !fits || there || len(got) != 3 || !got[2].Equal(recordedAt) || !got[3].Equal(recordedAt.Add(time.Minute)) || !got[4].Equal(recordedAt.Add(2*time.Minute)) {
		t.Errorf("left is %v", got)
	}
}

// Whatever is begun is in the record until it is settled or too old, and its
// time never becomes earlier; the record stays within its bounds.
func TestARecordForgetsNothingBeforeItsTime(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		now, record := recordedAt, []Cohort(nil)
		known := map[fulfillment.OrderID]time.Time{}
		next := fulfillment.OrderID(8_000_000)
		for range 60 {
			now = now.Add(time.Duration(random.IntN(90)) * time.Second)
			change := RecordChange{Begun: map[fulfillment.OrderID]time.Time{}, Settled: map[fulfillment.OrderID]time.Time{}}
			for id := range known {
				// Of some, few are settled: there are more times than groups then.
				if random.IntN([]int{3, 40}[seed%2]) == 0 {
					change.Settled[id] = now
				}
			}
			for range random.IntN(100) {
				next += fulfillment.OrderID(1 + random.IntN(5000))
				change.Begun[next] = now
			}
			after, fits := change.Apply(record, now, LostReportWait)
			if len(after) > MaxRecordTexts {
				t.Fatalf("%d groups", len(after))
			}
			for _, group := range after {
				if _, whole := EncodeOrderIDs(group.IDs, MaxCohortIDs); !whole || group.Since.After(now) {
					t.Fatalf("group %v of %d ids does not fit, or is of the future", group.Since, len(group.IDs))
				}
			}
			for id := range change.Settled {
				delete(known, id)
			}
			if fits {
				for id := range change.Begun {
					known[id] = now
				}
			}
			record = after
			there := recorded(record, now)
			for id, since := range known {
				at, is := there[id]
				if now.Sub(since) < LostReportWait && (!is || at.Before(since.Truncate(time.Second))) {
					t.Fatalf("order %d, begun at %v, stands at %v (%t)", id, since, at, is)
				}
				if now.Sub(since) >= LostReportWait && !is {
					delete(known, id)
				}
			}
			for id := range there {
				if _, is := known[id]; !is {
					t.Fatalf("order %d is there and nobody began it", id)
				}
			}
		}
	}
}

// Without room nothing of a batch is written, and what stood there stays.
func TestARecordWithoutRoomStaysAsItIs(t *testing.T) {
	many := map[fulfillment.OrderID]time.Time{}
	var full []Cohort
	for id, fits := fulfillment.OrderID(1), true; fits; id += 1001 {
		many[id] = recordedAt
		if len(many)%50 == 0 {
			full, fits = recordTexts(many)
		}
	}
	after, fits := RecordChange{Begun: beganAt(recordedAt, 7, 9)}.Apply(full, recordedAt, 0)
	if fits || !slices.EqualFunc(after, full, func(a, b Cohort) bool { return slices.Equal(a.IDs, b.IDs) }) {
		t.Errorf("fits %t, %d groups of %d", fits, len(after), len(full))
	}
	if ids := len(recorded(full, recordedAt)); ids < 2500 {
		t.Errorf("there is room for %d orders whose ids lie a thousand apart", ids)
	}
}
