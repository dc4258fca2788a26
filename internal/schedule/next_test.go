// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"slices"
	"testing"
	"time"
)

// quarter has slots at every full quarter of an hour, and no spread.
func quarter(t *testing.T) *Timetable {
	t.Helper()
	return parse(t, Spec{Cron: "*/15 * * * *"}, key)
}

func TestNext(t *testing.T) {
	text := quarter(t).String()
	day := func(clock string) time.Time {
		if clock == "" {
			return time.Time{}
		}
		return at(t, "2026-11-23T"+clock+"Z")
	}
	cases := map[string]struct {
		schedule, nextRun, notBefore, now string
		slot, wake                        string
	}{
		"first sight runs nothing":                      {"", "", "", "12:07:00", "", "12:15:00"},
		"first sight on a slot runs nothing":            {"", "", "", "12:15:00", "", "12:30:00"},
		"before the slot":                               {text, "12:15:00", "", "12:14:59.999999999", "", "12:15:00"},
		"on the slot":                                   {text, "12:15:00", "", "12:15:00", "12:15:00", "12:15:00"},
		"a little late":                                 {text, "12:15:00", "", "12:16:30", "12:15:00", "12:15:00"},
		"after downtime only the latest slot runs":      {text, "12:15:00", "", "18:07:00", "18:00:00", "12:15:00"},
		"an edited schedule waits for its slot":         {"every 1h0m0s", "12:15:00", "", "12:16:00", "", "12:30:00"},
		"an edit does not end a pause":                  {"every 1h0m0s", "12:20:00", "12:40:00", "12:16:00", "", "12:40:00"},
		"after a failure: waits":                        {text, "12:16:00", "12:16:00", "12:15:40", "", "12:16:00"},
		"after a failure: the slot is tried again":      {text, "12:16:00", "12:16:00", "12:16:00", "12:15:00", "12:16:00"},
		"after a failure: a later slot takes its place": {text, "12:31:00", "12:31:00", "12:31:00", "12:30:00", "12:31:00"},
		"after a failure: a pause beyond the next slot": {text, "13:20:00", "13:20:00", "12:31:00", "", "13:20:00"},
		"a promise of a clock that ran ahead":           {text, "23:15:00", "", "12:07:00", "", "12:15:00"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			entry := Entry{Schedule: c.schedule, NextRun: day(c.nextRun), NotBefore: day(c.notBefore)}
			got := quarter(t).Next(entry, day(c.now))
			if !got.Slot.Equal(day(c.slot)) || !got.Wake.Equal(day(c.wake)) {
				t.Errorf("slot %v, wake %v; want %q, %q", got.Slot, got.Wake, c.slot, c.wake)
			}
			if got.Due() != (c.slot != "") {
				t.Errorf("due %v", got.Due())
			}
			if got.Due() == got.Wake.After(day(c.now)) {
				t.Errorf("due %v and wake %v contradict each other", got.Due(), got.Wake)
			}
		})
	}
}

func TestNextForgetsImpossiblePauses(t *testing.T) {
	timetable, now := quarter(t), at(t, "2026-11-23T12:07:00Z")
	year := now.AddDate(1, 0, 0)
	got := timetable.Next(Entry{Schedule: timetable.String(), NextRun: year, NotBefore: year}, now)
	if got.Due() || !got.Wake.Equal(at(t, "2026-11-23T12:15:00Z")) {
		t.Errorf("got %+v, want to wake at the next slot", got)
	}
}

// A routine that is driven by Next alone, with status written after each run as
// the controller does it, runs each slot once and loses none but the ones that
// a run overran.
func TestNextDrivesARoutine(t *testing.T) {
	timetable := quarter(t)
	now := at(t, "2026-11-23T11:50:00Z")
	entry := Entry{}
	var ran []string
	durations := []time.Duration{time.Second, 40 * time.Minute, 15 * time.Minute, time.Second}
	for len(durations) > 0 {
		decision := timetable.Next(entry, now)
		entry.Schedule, entry.NextRun = timetable.String(), decision.Wake
		if !decision.Due() {
			now = decision.Wake
			continue
		}
		ran = append(ran, decision.Slot.Format("15:04"))
		now = now.Add(durations[0])
		durations = durations[1:]
		entry.NextRun = timetable.Succeeded(now)
	}
	// 12:15 runs until 12:55 and consumes 12:30 and 12:45; 13:00 ends on 13:15
	// and consumes it.
	want := []string{"12:00", "12:15", "13:00", "13:30"}
	if len(ran) != len(want) {
		t.Fatalf("ran %v, want %v", ran, want)
	}
	for i := range want {
		if ran[i] != want[i] {
			t.Fatalf("ran %v, want %v", ran, want)
		}
	}
}

// A run on demand that fails is tried again at growing gaps, however far away
// the next slot is; then the schedule goes on as it was, and no slot runs twice.
func TestAFailedRunOnDemandIsTriedAgainWhateverTheSchedule(t *testing.T) {
	monday := func(clock string) time.Time { return at(t, "2026-11-23T"+clock+"Z") }
	cases := map[string]struct {
		spec     Spec
		at       time.Time
		failures int
		pause    time.Duration
		want     []string
		next     string
	}{
		"weekly, three failures": {Spec{Cron: "0 6 * * 1"}, monday("12:00:00"), 3, 0,
			[]string{"12:00:30", "12:01:30", "12:03:30"}, "2026-11-30T06:00:00Z"},
		"weekly, a pause that was asked for": {Spec{Cron: "0 6 * * 1"}, monday("12:00:00"), 1, time.Hour,
			[]string{"13:00:00"}, "2026-11-30T06:00:00Z"},
		"weekly, six failures and more": {Spec{Cron: "0 6 * * 1"}, monday("12:00:00"), 7, 0,
			[]string{"12:00:30", "12:01:30", "12:03:30", "12:07:30", "12:15:30", "12:30:30", "12:45:30"}, "2026-11-30T06:00:00Z"},
		"a slot comes before the second attempt": {Spec{Cron: "*/15 * * * *"}, monday("12:14:50"), 1, 0,
			[]string{"12:15:20"}, "2026-11-23T12:30:00Z"},
		"a slot comes in a long pause": {Spec{Cron: "*/15 * * * *"}, monday("12:00:01"), 1, time.Hour,
			[]string{"13:00:01"}, "2026-11-23T13:15:00Z"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			timetable := parse(t, c.spec, key)
			entry := Entry{Schedule: timetable.String(), NextRun: timetable.After(c.at)}
			now := c.at
			var ran []string
			for failures := range c.failures {
				entry.NotBefore = NotBefore(now, int32(failures+1), c.pause)
				entry.NextRun = entry.NotBefore
				if early := timetable.Next(entry, entry.NotBefore.Add(-time.Nanosecond)); early.Due() || !early.Wake.Equal(entry.NotBefore) {
					t.Fatalf("before its time: %+v", early)
				}
				now = entry.NotBefore
				decision := timetable.Next(entry, now)
				if !decision.Due() || decision.Slot.After(now) {
					t.Fatalf("at %s: %+v", now, decision)
				}
				ran = append(ran, now.Format("15:04:05"))
			}
			if !slices.Equal(ran, c.want) {
				t.Errorf("tried again at %v, want %v", ran, c.want)
			}
			entry.NextRun, entry.NotBefore = timetable.Succeeded(now), time.Time{}
			if after := timetable.Next(entry, now.Add(time.Second)); after.Due() || !after.Wake.Equal(at(t, c.next)) {
				t.Errorf("after its success: %+v, want to wait for %s", after, c.next)
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	want := []time.Duration{0, 30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute}
	for failures, pause := range want {
		if got := Backoff(int32(failures)); got != pause {
			t.Errorf("after %d failures %v, want %v", failures, got, pause)
		}
	}
	for _, failures := range []int32{-1, 1 << 30} {
		if got := Backoff(failures); got < 0 || got > MaxBackoff {
			t.Errorf("after %d failures %v", failures, got)
		}
	}
}

func TestNotBefore(t *testing.T) {
	end := at(t, "2026-11-23T12:00:00.25Z")
	cases := map[string]struct {
		failures   int32
		retryAfter time.Duration
		want       string
	}{
		"backoff, rounded up":            {1, 0, "2026-11-23T12:00:31Z"},
		"a longer wish of the remote":    {1, time.Hour, "2026-11-23T13:00:01Z"},
		"a shorter wish of the remote":   {3, time.Second, "2026-11-23T12:02:01Z"},
		"a whole second stays":           {1, 45*time.Minute + 750*time.Millisecond, "2026-11-23T12:45:01Z"},
		"a remote cannot ask for a year": {1, 8760 * time.Hour, "2026-11-24T12:00:01Z"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := NotBefore(end, c.failures, c.retryAfter); !got.Equal(at(t, c.want)) {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

func TestOverdue(t *testing.T) {
	promised := at(t, "2026-11-23T12:00:00Z")
	cases := map[string]struct {
		spec Spec
		late time.Duration
		want bool
	}{
		"short interval, within a quarter":  {Spec{Every: time.Minute}, 15 * time.Minute, false},
		"short interval, beyond a quarter":  {Spec{Every: time.Minute}, 15*time.Minute + 1, true},
		"long interval, within two of them": {Spec{Every: time.Hour}, 2 * time.Hour, false},
		"long interval, beyond two of them": {Spec{Every: time.Hour}, 2*time.Hour + 1, true},
		"nightly, a day late":               {Spec{Cron: "0 22 * * *"}, 24 * time.Hour, false},
		"nightly, beyond two days":          {Spec{Cron: "0 22 * * *"}, 48*time.Hour + 1, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := promised.Add(c.late).After(parse(t, c.spec, key).OverdueAt(promised)); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
	if at := parse(t, Spec{Every: time.Minute}, key).OverdueAt(time.Time{}); !at.IsZero() {
		t.Errorf("a routine without a promise is overdue at %v", at)
	}
}
