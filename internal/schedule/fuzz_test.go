// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"testing"
	"time"
	_ "time/tzdata"
)

// FuzzParse reads schedules. A timetable always goes on: its next slot is after
// the moment, the last one is not, nothing lies between two slots, and it never
// fires more often than once a minute.
func FuzzParse(f *testing.F) {
	for _, seed := range []struct {
		every    int64
		cron     string
		over     int64
		zone     string
		at, last int64
	}{
		{0, "*/5 * * * *", 0, "Europe/Berlin", 1_793_000_000, 0}, {0, "30 2 * * 0", int64(time.Hour), "America/New_York", 1_710_054_000, 0},
		{0, "@daily", -1, "Australia/Lord_Howe", 1_712_415_600, 0}, {0, "0 0 29 2 *", 0, "", 4_102_444_800, 0}, {0, "0 0 31 2 *", 0, "UTC", 0, 0},
		{0, "TZ=UTC 0 0 * * *", 0, "", 0, 0}, {0, "@every 1s", 0, "", 0, 0}, {0, "CRON_TZ=", 0, "../../etc/passwd", 0, 0}, {0, "0-4294967295/1 * * * *", 0, "", 0, 0},
		{int64(time.Minute), "", 0, "", 1_793_000_000, 0}, {int64(168 * time.Hour), "", 0, "", -1, 0}, {1, "", 0, "Local", 0, 0}, {-5, "x", 0, "", 0, 0},
		{1<<63 - 1, "", 0, "", 1_793_000_000, 1 << 40},
	} {
		f.Add(seed.every, seed.cron, seed.over, seed.zone, seed.at, seed.last, "key")
	}
	f.Fuzz(func(t *testing.T, every int64, cron string, over int64, zone string, at, promised int64, key string) {
		if len(cron) > 100 || len(zone) > 64 || len(key) > 200 {
			return // the schema lets no longer ones through
		}
		// What clocks show in this century: status keeps no other times.
		moment := time.Unix(at%2_000_000_000+2_000_000_000, 0)
		// The schema bounds the spread to an hour.
		spec := Spec{Every: time.Duration(every), Cron: cron, SpreadOver: time.Duration(over) % (time.Hour + 1), TimeZone: zone}
		table, err := Parse(spec, key)
		if err != nil {
			return
		}
		next := table.After(moment)
		if next.IsZero() && cron != "" {
			return // a leap day that no year within reach has
		}
		if !next.After(moment) || next.Nanosecond() != 0 {
			t.Fatalf("%q: after %s comes %s", table, moment, next)
		}
		if gap := table.Interval(moment); gap < MinInterval && gap >= 0 && !table.After(next).IsZero() {
			t.Fatalf("%q: the slots after %s are %s apart", table, moment, gap)
		}
		last := table.slots.latest(moment)
		if last.After(moment) {
			t.Fatalf("%q: the last slot at %s is %s", table, moment, last)
		}
		if !last.IsZero() {
			if again := table.After(last); again.After(moment) && !again.Equal(next) || !again.After(last) {
				t.Fatalf("%q: after %s comes %s, and after %s comes %s", table, last, again, moment, next)
			}
		}
		decision := table.Next(Entry{Schedule: table.String(), NextRun: time.Unix(promised, 0)}, moment)
		if decision.Due() && decision.Slot.After(moment) || !decision.Due() && !decision.Wake.After(moment) {
			t.Fatalf("%q: at %s it says %+v", table, moment, decision)
		}
		same, err := Parse(spec, key)
		if err != nil || same.String() != table.String() || !same.After(moment).Equal(next) {
			t.Fatalf("%q and %q differ: %v", table, same, err)
		}
	})
}
