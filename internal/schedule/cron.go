// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"fmt"
	"strings"
	"time"

	cronlib "github.com/robfig/cron/v3"
)

// parser reads five fields or a descriptor. Only the parser of the library is
// used: its scheduler leaves out slots in the hour that a clock change skips,
// and fires twice in the hour that a clock change repeats.
var parser = cronlib.NewParser(cronlib.Minute | cronlib.Hour | cronlib.Dom | cronlib.Month | cronlib.Dow | cronlib.Descriptor)

// reference is where the search for a first slot begins: five years from here
// hold every month, weekday and leap day.
var reference = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// reach is how far back the last slot is looked for.
const reach = 5 * 366 * 24 * time.Hour

// cron has its slots where the wall clock of a zone matches an expression.
type cron struct {
	// wall matches wall clock readings, which are written as if they were UTC.
	wall  *cronlib.SpecSchedule
	zone  *time.Location
	shift time.Duration
}

func parseCron(spec Spec, key string) (*Timetable, error) {
	zone, err := loadZone(spec.TimeZone)
	if err != nil {
		return nil, err
	}
	expression := strings.TrimSpace(spec.Cron)
	// The library would take a zone in the expression and intervals below the
	// floor; some texts of this kind make it panic.
	if strings.Contains(expression, "=") || strings.HasPrefix(expression, "@every") {
		return nil, fmt.Errorf("%w: %q is not five fields or a descriptor", ErrInvalid, expression)
	}
	parsed, err := parser.Parse(expression)
	if err != nil {
		return nil, fmt.Errorf("%w: cron expression %q", ErrInvalid, expression)
	}
	wall, ok := parsed.(*cronlib.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("%w: %q is not five fields or a descriptor", ErrInvalid, expression)
	}
	wall.Location = time.UTC
	if wall.Next(reference).IsZero() {
		return nil, fmt.Errorf("%w: cron expression %q names no day that exists", ErrNeverFires, expression)
	}
	text := fmt.Sprintf("%s (%s)", expression, zone)
	over := spec.SpreadOver.Truncate(time.Second)
	if over > 0 {
		text += " spread over " + over.String()
	}
	shift := time.Duration(spread(key, int64(over/time.Second))) * time.Second
	return &Timetable{slots: cron{wall: wall, zone: zone, shift: shift}, text: text}, nil
}

func loadZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	// Local is the pod's zone, which nobody chose.
	if name == "Local" {
		return nil, fmt.Errorf("%w: time zone %q", ErrInvalid, name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%w: time zone %q", ErrInvalid, name)
	}
	return zone, nil
}

func (c cron) after(t time.Time) time.Time {
	t = t.Add(-c.shift)
	reading := wallClock(t, c.zone)
	for {
		reading = c.wall.Next(reading)
		if reading.IsZero() {
			// The leap days of 1900, 2100 and their like are eight years apart:
			// beyond the library's reach, and not worth a slot of our own.
			return time.Time{}
		}
		// In a repeated hour and after a skipped one several readings belong to
		// instants that are not after t.
		if instant := instantOf(reading, c.zone); instant.After(t) {
			return instant.Add(c.shift).UTC()
		}
	}
}

// latest finds the last slot by halves: after(x) ≤ t holds for every x before
// it and for no x from it on.
func (c cron) latest(t time.Time) time.Time {
	low, high := t.Add(-reach).Unix(), t.Unix()
	if first := c.after(time.Unix(low, 0)); first.IsZero() || first.After(t) {
		return time.Time{}
	}
	for high-low > 1 {
		middle := low + (high-low)/2
		if slot := c.after(time.Unix(middle, 0)); !slot.IsZero() && !slot.After(t) {
			low = middle
		} else {
			high = middle
		}
	}
	return c.after(time.Unix(low, 0))
}

// wallClock returns what a clock in the zone shows, written as if it were UTC.
func wallClock(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(),
		local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), time.UTC)
}

// instantOf returns the first instant at which a clock in the zone shows the
// reading. A reading that a clock change skips belongs to the first instant
// after the change.
func instantOf(reading time.Time, zone *time.Location) time.Time {
	guess := time.Date(reading.Year(), reading.Month(), reading.Day(),
		reading.Hour(), reading.Minute(), reading.Second(), 0, zone)
	start, end := guess.ZoneBounds()
	var first time.Time
	try := func(at time.Time) {
		_, offset := at.Zone()
		candidate := reading.Add(-time.Duration(offset) * time.Second)
		if wallClock(candidate, zone).Equal(reading) && (first.IsZero() || candidate.Before(first)) {
			first = candidate
		}
	}
	try(guess)
	if !start.IsZero() {
		try(start.Add(-time.Second))
	}
	if !end.IsZero() {
		try(end)
	}
	switch {
	case !first.IsZero():
		return first
	case wallClock(guess, zone).After(reading):
		return start
	default:
		return end
	}
}
