// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"testing"
	"time"
)

func TestDatesAreTheFacilitys(t *testing.T) {
	utc := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339Nano, text)
		ok(t, err)
		return at
	}
	for _, test := range []struct {
		zone, text string
		want       time.Time
	}{
		{"America/Los_Angeles", "2026-11-23T04:00:00", utc("2026-11-23T12:00:00Z")},
		{"America/Los_Angeles", "2026-07-01T04:00:00", utc("2026-07-01T11:00:00Z")},
		{"America/Los_Angeles", "2026-11-23T04:00:00.123", utc("2026-11-23T12:00:00.123Z")},
		{"America/Los_Angeles", "2026-11-23T04:00", utc("2026-11-23T12:00:00Z")},
		{"America/Los_Angeles", "2026-11-23", utc("2026-11-23T08:00:00Z")},
		{"Asia/Tokyo", "2026-11-23T21:00:00", utc("2026-11-23T12:00:00Z")},
		// An offset, should there ever be one, means what it says.
		{"Asia/Tokyo", "2026-11-23T12:00:00Z", utc("2026-11-23T12:00:00Z")},
		{"Asia/Tokyo", "2026-11-23T12:00:00+02:00", utc("2026-11-23T10:00:00Z")},
		{"Asia/Tokyo", "", time.Time{}},
		{"Asia/Tokyo", "0001-01-01T00:00:00", time.Time{}},
		{"America/Los_Angeles", "0001-01-01T00:00:00Z", time.Time{}},
	} {
		got, err := clock{zone(t, test.zone)}.parse(test.text)
		if err != nil || !got.Equal(test.want) {
			t.Errorf("%s in %s: got %v, %v, want %v", test.text, test.zone, got, err, test.want)
		}
	}
}

func TestDatesThatWereSkippedOrDoubled(t *testing.T) {
	c := clock{zone(t, "America/Los_Angeles")}
	for text, meanings := range map[string][2]string{
		"2026-03-08T02:30:00": {"2026-03-08T09:30:00Z", "2026-03-08T10:30:00Z"},
		"2026-11-01T01:30:00": {"2026-11-01T08:30:00Z", "2026-11-01T09:30:00Z"},
	} {
		got, err := c.parse(text)
		if utc := got.UTC().Format(time.RFC3339); err != nil || utc != meanings[0] && utc != meanings[1] {
			t.Errorf("%s: got %s, %v, want one of %v", text, utc, err, meanings)
		}
	}
}

func TestUnreadableDates(t *testing.T) {
	for _, text := range []string{"soon", "23.11.2026", "2026-13-01T00:00:00", "/Date(1482706800000)/", " "} {
		if got, err := (clock{time.UTC}).parse(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestFormatIsTheFacilitysWallClock(t *testing.T) {
	if got := (clock{zone(t, "America/Los_Angeles")}).format(today); got != "2026-11-23T04:00:00" {
		t.Error(got)
	}
}

// Which clock lastModifiedDate is kept in is not documented: the query is
// right if it is the facility's, and right if it is UTC.
func TestSinceAssumption(t *testing.T) {
	for _, test := range []struct{ zone, moment, want string }{
		{"America/Los_Angeles", "2026-11-23T12:00:00Z", "2026-11-23T04:00:00"},
		{"Asia/Tokyo", "2026-11-23T12:00:00Z", "2026-11-23T12:00:00"},
		{"UTC", "2026-11-23T12:00:00.9Z", "2026-11-23T12:00:00"},
	} {
		moment, err := time.Parse(time.RFC3339, test.moment)
		ok(t, err)
		if got := (clock{zone(t, test.zone)}).since(moment); got != test.want {
			t.Errorf("%s in %s: got %s, want %s", test.moment, test.zone, got, test.want)
		}
	}
}

// Whatever happens at or after the moment carries a wall clock that is not
// before what is asked for, also while the clocks go back.
func TestSinceMissesNothing(t *testing.T) {
	for _, name := range []string{"America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Tokyo", "America/St_Johns"} {
		c := clock{zone(t, name)}
		for _, day := range []time.Time{
			time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC),
			time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		} {
			for minute := range 24 * 12 {
				moment := day.Add(time.Duration(minute*5) * time.Minute)
				since := c.since(moment)
				for later := range 40 {
					event := moment.Add(time.Duration(later*7) * time.Minute)
					if wall := c.format(event); wall < since {
						t.Fatalf("%s: an event at %s has the wall clock %s, before %s", name, event, wall, since)
					}
				}
			}
		}
	}
}
