// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"errors"
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestCronAcrossClockChanges(t *testing.T) {
	// New York: 2026-03-08 02:00 → 03:00 (07:00Z), 2026-11-01 02:00 → 01:00 (06:00Z).
	cases := map[string]struct {
		cron, zone, from string
		want             []string
	}{
		"a slot in the gap runs at the first instant after it": {
			"30 2 * * *", "America/New_York", "2026-03-07T00:00:00Z",
			[]string{"2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"},
		},
		"several slots in the gap are one": {
			"*/20 2 * * *", "America/New_York", "2026-03-08T00:00:00Z",
			[]string{"2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"},
		},
		"the slot at the end of the gap is not run twice": {
			"0 2,3 * * *", "America/New_York", "2026-03-08T00:00:00Z",
			[]string{"2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z", "2026-03-09T07:00:00Z"},
		},
		"a doubled hour runs once, the first time": {
			"30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z",
			[]string{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
		},
		"asked within the second pass of a doubled hour": {
			"30 1 * * *", "America/New_York", "2026-11-01T06:10:00Z",
			[]string{"2026-11-02T06:30:00Z"},
		},
		"several slots of a doubled hour run once each": {
			"0,30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z",
			[]string{"2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:00:00Z"},
		},
		"the hour after a doubled one is not lost": {
			"0 2 * * *", "America/New_York", "2026-11-01T00:00:00Z",
			[]string{"2026-11-01T07:00:00Z", "2026-11-02T07:00:00Z"},
		},
		"midnight in the gap": {
			// São Paulo, 2018-11-04: 00:00 → 01:00 (03:00Z).
			"0 0 * * *", "America/Sao_Paulo", "2018-11-03T04:00:00Z",
			[]string{"2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		},
		"a doubled hour before midnight": {
			// São Paulo, 2018-02-18: 00:00 → 23:00 (02:00Z).
			"30 23 * * *", "America/Sao_Paulo", "2018-02-17T12:00:00Z",
			[]string{"2018-02-18T01:30:00Z", "2018-02-19T02:30:00Z"},
		},
		"half an hour's change": {
			// Lord Howe, 2026-10-04: 02:00 → 02:30 (2026-10-03T15:30Z).
			"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z",
			[]string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"},
		},
		"a day that does not exist": {
			// Apia skipped 2011-12-30.
			"0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z",
			[]string{"2011-12-30T10:00:00Z", "2012-12-29T22:00:00Z"},
		},
		"UTC has no changes": {
			"30 2 * * *", "", "2026-03-07T12:00:00Z",
			[]string{"2026-03-08T02:30:00Z", "2026-03-09T02:30:00Z"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			timetable := parse(t, Spec{Cron: c.cron, TimeZone: c.zone}, key)
			now := at(t, c.from)
			for i, want := range c.want {
				slot := timetable.After(now)
				if !slot.Equal(at(t, want)) {
					t.Fatalf("slot %d after %v is %v, want %s", i, now, slot, want)
				}
				if latest := timetable.slots.latest(slot); !latest.Equal(slot) {
					t.Errorf("the latest slot at %v is %v", slot, latest)
				}
				if before := timetable.slots.latest(slot.Add(-time.Nanosecond)); i > 0 && !before.Equal(at(t, c.want[i-1])) {
					t.Errorf("the slot before %v is %v, want %s", slot, before, c.want[i-1])
				}
				now = slot
			}
		})
	}
}

// after and latest must tell one story at every minute around both changes.
func TestCronAfterAndLatestAgree(t *testing.T) {
	for _, expression := range []string{"*/7 * * * *", "30 1,2 * * *", "0 3 * * 0", "59 23 28-31 * *"} {
		timetable := parse(t, Spec{Cron: expression, TimeZone: "America/New_York"}, key)
		for _, day := range []string{"2026-03-08T00:00:00Z", "2026-11-01T00:00:00Z"} {
			var previous time.Time
			for minute := range 24 * 60 / 5 {
				now := at(t, day).Add(time.Duration(minute) * 5 * time.Minute)
				after, latest := timetable.After(now), timetable.slots.latest(now)
				if !after.After(now) || latest.After(now) {
					t.Fatalf("%s at %v: latest %v, after %v", expression, now, latest, after)
				}
				if next := timetable.After(latest); !next.Equal(after) {
					t.Fatalf("%s at %v: after the latest %v comes %v, after now comes %v", expression, now, latest, next, after)
				}
				if after.Before(previous) {
					t.Fatalf("%s at %v: the next slot went back to %v from %v", expression, now, after, previous)
				}
				previous = after
			}
		}
	}
}

func TestCronSpreadOver(t *testing.T) {
	now := at(t, "2026-11-23T12:00:00Z")
	plain := parse(t, Spec{Cron: "0 22 * * *"}, key).After(now)
	seen := map[time.Time]bool{}
	for i := range 300 {
		key := fmt.Sprintf("uid-%d/InventorySync", i)
		timetable := parse(t, Spec{Cron: "0 22 * * *", SpreadOver: time.Hour}, key)
		slot := timetable.After(now)
		if shift := slot.Sub(plain); shift < 0 || shift >= time.Hour {
			t.Fatalf("%s is moved by %v", key, shift)
		}
		if latest := timetable.slots.latest(slot.Add(time.Minute)); !latest.Equal(slot) {
			t.Fatalf("%s: a minute after %v the latest slot is %v", key, slot, latest)
		}
		seen[slot] = true
	}
	if len(seen) < 250 {
		t.Errorf("300 connections start at only %d instants of an hour", len(seen))
	}
	if slot := parse(t, Spec{Cron: "0 22 * * *", SpreadOver: 500 * time.Millisecond}, key).After(now); !slot.Equal(plain) {
		t.Errorf("a spread below a second moved the slot to %v", slot)
	}
}

func TestParseCron(t *testing.T) {
	cases := map[string]struct {
		spec Spec
		want error
		text string
	}{
		"five fields":            {spec: Spec{Cron: "0 22 * * 1-5", TimeZone: "America/New_York"}, text: "0 22 * * 1-5 (America/New_York)"},
		"names":                  {spec: Spec{Cron: "0 22 * jan-mar mon"}, text: "0 22 * jan-mar mon (UTC)"},
		"descriptor":             {spec: Spec{Cron: "@daily", SpreadOver: time.Hour}, text: "@daily (UTC) spread over 1h0m0s"},
		"leap day":               {spec: Spec{Cron: "0 0 29 2 *"}, text: "0 0 29 2 * (UTC)"},
		"no such day":            {spec: Spec{Cron: "0 0 31 2 *"}, want: ErrNeverFires},
		"no such days":           {spec: Spec{Cron: "0 0 31 4,6,9,11 *"}, want: ErrNeverFires},
		"zone in the text":       {spec: Spec{Cron: "TZ=UTC 0 0 * * *"}, want: ErrInvalid},
		"zone alone":             {spec: Spec{Cron: "TZ="}, want: ErrInvalid},
		"another zone":           {spec: Spec{Cron: "CRON_TZ=UTC 0 0 * * *"}, want: ErrInvalid},
		"interval in disguise":   {spec: Spec{Cron: "@every 10s"}, want: ErrInvalid},
		"six fields":             {spec: Spec{Cron: "0 0 0 * * *"}, want: ErrInvalid},
		"four fields":            {spec: Spec{Cron: "0 0 * *"}, want: ErrInvalid},
		"minute out of range":    {spec: Spec{Cron: "60 0 * * *"}, want: ErrInvalid},
		"step of zero":           {spec: Spec{Cron: "*/0 * * * *"}, want: ErrInvalid},
		"words":                  {spec: Spec{Cron: "at ten every other day"}, want: ErrInvalid},
		"unknown zone":           {spec: Spec{Cron: "@daily", TimeZone: "Mars/Olympus"}, want: ErrInvalid},
		"the pod's zone":         {spec: Spec{Cron: "@daily", TimeZone: "Local"}, want: ErrInvalid},
		"a path for a zone":      {spec: Spec{Cron: "@daily", TimeZone: "../etc/localtime"}, want: ErrInvalid},
		"a day of either kind":   {spec: Spec{Cron: "0 0 31 2 mon"}, text: "0 0 31 2 mon (UTC)"},
		"surrounded by blanks":   {spec: Spec{Cron: " 0 0 * * * "}, text: "0 0 * * * (UTC)"},
		"intervals have no zone": {spec: Spec{Every: time.Hour, TimeZone: "Mars/Olympus"}, text: "every 1h0m0s"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			timetable, err := Parse(c.spec, key)
			if !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if err == nil && timetable.String() != c.text {
				t.Errorf("text %q, want %q", timetable, c.text)
			}
		})
	}
}
