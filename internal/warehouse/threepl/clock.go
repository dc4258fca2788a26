// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"errors"
	"time"
)

// clock reads and writes the service's dates, which carry no offset and are
// the facility's wall-clock time.
type clock struct{ location *time.Location }

const wallClock = "2006-01-02T15:04:05"

var errDate = errors.New("not a date")

// parse reads a date of the service; an empty text is the zero time. A wall
// clock that was skipped when the clocks went forward, or that came twice when
// they went back, is read as time.ParseInLocation reads it: as one of its two
// meanings. A date with an offset means what it says.
func (c clock) parse(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return orZero(t), nil
	}
	for _, layout := range []string{wallClock, "2006-01-02T15:04", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, c.location); err == nil {
			return orZero(t), nil
		}
	}
	return time.Time{}, errDate
}

// orZero makes the zero time of the service's platform (the year 1) ours.
func orZero(t time.Time) time.Time {
	if t.Year() <= 1 {
		return time.Time{}
	}
	return t
}

// format writes a moment as the facility's wall clock shows it.
func (c clock) format(t time.Time) string { return t.In(c.location).Format(wallClock) }

// since returns the earliest wall clock that anything at or after the moment
// can carry.
//
// The vendor says that several dates are kept in the warehouse's time, but not
// of each one that it is: the earlier of the facility's clock and UTC is
// asked for, so that nothing is missed under either reading. And a clock that
// is about to go back shows earlier times later: that difference is taken off.
func (c clock) since(moment time.Time) string {
	local := moment.In(c.location)
	_, now := local.Zone()
	_, soon := local.Add(3 * time.Hour).Zone()
	if soon < now {
		local = local.Add(time.Duration(soon-now) * time.Second)
	}
	wall, utc := local.Format(wallClock), moment.UTC().Format(wallClock)
	return min(wall, utc)
}
