// SPDX-License-Identifier: Apache-2.0

package schedule

import "time"

// Entry is what status remembers of one routine. Its zero value is a routine
// that was never seen.
type Entry struct {
	// Schedule is the text of the timetable that NextRun was computed from.
	Schedule string
	// NextRun is the time that status promised for the next run.
	NextRun time.Time
	// NotBefore is the earliest time of the next run after a failure; zero when
	// the last run did not fail.
	NotBefore time.Time
}

// Decision is what the schedule says at one moment.
type Decision struct {
	// Slot is the slot that is due; zero when none is.
	Slot time.Time
	// Wake is when to ask again, and the next run to be shown. It is not after
	// now when a slot is due.
	Wake time.Time
}

// Due reports whether a run is due.
func (d Decision) Due() bool { return !d.Slot.IsZero() }

// Next says whether a slot is due, and when to look again.
//
// Nothing is due on first sight, and nothing when the schedule was edited: the
// first run waits for its slot. Of the slots that passed while nobody looked
// only the latest is due. After a failure the run is tried again at NotBefore:
// for its slot, for a later one that has taken its place, or, after a run on
// demand, for the slot before it.
func (t *Timetable) Next(entry Entry, now time.Time) Decision {
	upcoming := t.slots.after(now)
	// No pause is this long: it was written under a clock that was wrong.
	if entry.NotBefore.After(now.Add(MaxRetryAfter)) {
		entry.NotBefore = time.Time{}
	}
	wake := entry.NextRun
	if wake.IsZero() || entry.Schedule != t.text {
		wake = later(upcoming, entry.NotBefore)
	}
	// The same of a promise beyond the next slot: it would stop the routine
	// until that time comes.
	if latest := later(upcoming, entry.NotBefore); !latest.IsZero() && wake.After(latest) {
		wake = latest
	}
	if wake.IsZero() || wake.After(now) {
		return Decision{Wake: wake}
	}
	slot := t.slots.latest(now)
	if slot.IsZero() {
		return Decision{Wake: upcoming}
	}
	return Decision{Slot: slot, Wake: wake}
}

// Succeeded returns the next run after a run that succeeded and ended now: the
// slots that passed meanwhile are consumed.
func (t *Timetable) Succeeded(end time.Time) time.Time { return t.slots.after(end) }

const (
	// MinBackoff is the pause after the first failure.
	MinBackoff = 30 * time.Second
	// MaxBackoff is the longest pause that is not asked for by a remote system.
	MaxBackoff = 15 * time.Minute
	// MaxRetryAfter bounds what a remote system can ask for.
	MaxRetryAfter = 24 * time.Hour
)

// Backoff returns the pause after a number of failures in a row: 30 s, doubled
// with each further one, at most 15 minutes.
func Backoff(failures int32) time.Duration {
	if failures <= 0 {
		return 0
	}
	pause := MinBackoff
	for range min(failures-1, 10) {
		pause = min(2*pause, MaxBackoff)
	}
	return pause
}

// NotBefore returns the next run after a run that failed: what it was to do is
// tried again then, whatever the schedule says. So it is with a run on demand
// that took no slot with it, or its next attempt would be days away on a routine
// that runs once a week. A slot that comes sooner is not run before it.
// It is in whole seconds, rounded up: status keeps no more, and a remote system
// that asked for a pause must get all of it.
func NotBefore(end time.Time, failures int32, retryAfter time.Duration) time.Time {
	at := end.Add(max(Backoff(failures), min(retryAfter, MaxRetryAfter)))
	if whole := at.Truncate(time.Second); !whole.Equal(at) {
		return whole.Add(time.Second)
	}
	return at
}

// OverdueAt returns when a promised run is late by two intervals and by a
// quarter of an hour; zero without a promise.
func (t *Timetable) OverdueAt(nextRun time.Time) time.Time {
	if nextRun.IsZero() {
		return time.Time{}
	}
	return nextRun.Add(max(2*t.Interval(nextRun), 15*time.Minute))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
