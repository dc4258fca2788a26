// SPDX-License-Identifier: Apache-2.0

// Package schedule says when a routine runs. It is a pure function of a
// specification, of what status remembers, and of the time it is told: nothing
// in it keeps a clock, so that a restart shifts nothing.
package schedule

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrInvalid is a schedule that cannot be read.
	ErrInvalid = errors.New("the schedule cannot be read")
	// ErrNeverFires is a cron expression that can be read and names no day that exists.
	ErrNeverFires = errors.New("the schedule never fires")
)

// MinInterval is the shortest interval between two slots.
const MinInterval = time.Minute

// Spec is what a policy says of one routine. Exactly one of Every and Cron is set.
type Spec struct {
	// Every is the interval between two slots; parts of a second are dropped,
	// because status keeps whole seconds.
	Every time.Duration
	// Cron is a five-field expression or @hourly, @daily, @weekly, @monthly.
	Cron string
	// SpreadOver moves cron slots by a part of this time that depends on the key.
	SpreadOver time.Duration
	// TimeZone is the IANA name of the zone cron is read in; empty means UTC.
	TimeZone string
}

// slots is an endless row of instants, a whole second each.
type slots interface {
	// after returns the first slot after t.
	after(t time.Time) time.Time
	// latest returns the last slot at or before t; zero when there is none
	// within the five years before it.
	latest(t time.Time) time.Time
}

// Timetable is the row of slots of one routine of one connection.
type Timetable struct {
	slots slots
	text  string
}

// Parse reads a specification for the routine of a connection that key names:
// slots are spread by a hash of it, so it must never change. The error wraps
// ErrInvalid or ErrNeverFires.
func Parse(spec Spec, key string) (*Timetable, error) {
	switch {
	case spec.Every != 0 && spec.Cron != "":
		return nil, fmt.Errorf("%w: it has an interval and a cron expression", ErrInvalid)
	case spec.Every != 0:
		return parseInterval(spec.Every, key)
	case spec.Cron != "":
		return parseCron(spec, key)
	}
	return nil, fmt.Errorf("%w: it has neither an interval nor a cron expression", ErrInvalid)
}

// String describes the schedule, for example "every 5m0s". Two timetables of
// one key with equal texts have equal slots.
func (t *Timetable) String() string { return t.text }

// After returns the first slot after an instant.
func (t *Timetable) After(instant time.Time) time.Time { return t.slots.after(instant) }

// Interval returns the time between the two slots that follow an instant.
func (t *Timetable) Interval(instant time.Time) time.Duration {
	first := t.slots.after(instant)
	return t.slots.after(first).Sub(first)
}
