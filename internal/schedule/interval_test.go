// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

const key = "0b0e4c1e-6d1c-4a0f-8a5e-2f6f3f9b7a11/OrderDownload"

func parse(t *testing.T, spec Spec, key string) *Timetable {
	t.Helper()
	timetable, err := Parse(spec, key)
	if err != nil {
		t.Fatalf("Parse(%+v): %v", spec, err)
	}
	return timetable
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	instant, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

func TestIntervalSlots(t *testing.T) {
	every := interval{every: 300, anchor: 42}
	epoch := time.Unix(0, 0).UTC()
	cases := []struct{ now, latest, after time.Duration }{
		{0, -258 * time.Second, 42 * time.Second},
		{41 * time.Second, -258 * time.Second, 42 * time.Second},
		{42*time.Second - 1, -258 * time.Second, 42 * time.Second},
		{42 * time.Second, 42 * time.Second, 342 * time.Second},
		{42*time.Second + 1, 42 * time.Second, 342 * time.Second},
		{341 * time.Second, 42 * time.Second, 342 * time.Second},
		{342 * time.Second, 342 * time.Second, 642 * time.Second},
		{-258 * time.Second, -258 * time.Second, 42 * time.Second},
		{-259 * time.Second, -558 * time.Second, -258 * time.Second},
	}
	for _, c := range cases {
		t.Run(c.now.String(), func(t *testing.T) {
			if got := every.latest(epoch.Add(c.now)); !got.Equal(epoch.Add(c.latest)) {
				t.Errorf("latest = %v, want %v", got.Sub(epoch), c.latest)
			}
			if got := every.after(epoch.Add(c.now)); !got.Equal(epoch.Add(c.after)) {
				t.Errorf("after = %v, want %v", got.Sub(epoch), c.after)
			}
		})
	}
}

// Slots are counted from the epoch, so that they depend on nothing that a
// restart or an edit could change.
func TestIntervalSlotsDoNotShift(t *testing.T) {
	now := at(t, "2026-11-23T10:00:00Z")
	first := parse(t, Spec{Every: 5 * time.Minute}, key)
	slot := first.After(now)
	if again := parse(t, Spec{Every: 5 * time.Minute}, key).After(now); !again.Equal(slot) {
		t.Errorf("a second timetable says %v, the first %v", again, slot)
	}
	if later := first.After(now.Add(24 * time.Hour)); later.Sub(slot)%(5*time.Minute) != 0 {
		t.Errorf("a day later the slot lies at %v, not a multiple of 5m from %v", later, slot)
	}
}

func TestIntervalSpreadsKeys(t *testing.T) {
	const keys, buckets = 3000, 10
	var counts [buckets]int
	for i := range keys {
		slot := parse(t, Spec{Every: 10 * time.Minute}, fmt.Sprintf("uid-%d/OrderDownload", i)).After(time.Unix(0, 0))
		counts[(slot.Unix()%600)/60]++
	}
	for bucket, count := range counts {
		if count < 200 || count > 400 {
			t.Errorf("minute %d has %d of %d connections; an even spread has %d", bucket, count, keys, keys/buckets)
		}
	}
}

func TestRoutinesOfOneConnectionAreSpread(t *testing.T) {
	seen := map[int64]bool{}
	for _, routine := range []string{"OrderDownload", "OrderCancelDownload", "ShipmentConfirmation", "InventorySync"} {
		seen[parse(t, Spec{Every: time.Hour}, "uid/"+routine).After(time.Unix(0, 0)).Unix()] = true
	}
	if len(seen) != 4 {
		t.Errorf("four routines share %d slots", len(seen))
	}
}

func TestParseInterval(t *testing.T) {
	cases := map[string]struct {
		every time.Duration
		text  string
		fails bool
	}{
		"the floor":               {every: time.Minute, text: "every 1m0s"},
		"below the floor":         {every: time.Minute - time.Second, fails: true},
		"parts of a second drop":  {every: 90*time.Second + 700*time.Millisecond, text: "every 1m30s"},
		"below, and rounded down": {every: time.Minute - time.Millisecond, fails: true},
		"negative":                {every: -time.Hour, fails: true},
		"a week":                  {every: 168 * time.Hour, text: "every 168h0m0s"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			timetable, err := Parse(Spec{Every: c.every}, key)
			if c.fails {
				if !errors.Is(err, ErrInvalid) {
					t.Fatalf("error %v, want ErrInvalid", err)
				}
				return
			}
			if err != nil || timetable.String() != c.text {
				t.Fatalf("got %v, %v; want %q", timetable, err, c.text)
			}
			if slot := timetable.After(time.Unix(1e9, 999)); slot.Nanosecond() != 0 {
				t.Errorf("slot %v is no whole second: status could not keep it", slot)
			}
		})
	}
}

func TestParseNeedsOneOfTwo(t *testing.T) {
	for _, spec := range []Spec{{}, {Every: time.Hour, Cron: "@daily"}} {
		if _, err := Parse(spec, key); !errors.Is(err, ErrInvalid) {
			t.Errorf("Parse(%+v): %v, want ErrInvalid", spec, err)
		}
	}
}
