// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"fmt"
	"hash/fnv"
	"time"
)

// interval has its slots at anchor + n·every seconds since the epoch.
type interval struct {
	every, anchor int64
}

func parseInterval(every time.Duration, key string) (*Timetable, error) {
	every = every.Truncate(time.Second)
	if every < MinInterval {
		return nil, fmt.Errorf("%w: an interval must be at least %s", ErrInvalid, MinInterval)
	}
	seconds := int64(every / time.Second)
	return &Timetable{
		slots: interval{every: seconds, anchor: spread(key, seconds)},
		text:  "every " + every.String(),
	}, nil
}

func (i interval) latest(t time.Time) time.Time {
	since := t.Unix() - i.anchor
	n := since / i.every
	if since%i.every < 0 {
		n--
	}
	return time.Unix(i.anchor+n*i.every, 0).UTC()
}

func (i interval) after(t time.Time) time.Time {
	return i.latest(t).Add(time.Duration(i.every) * time.Second)
}

// spread returns a number from 0 to below n that depends on the key alone.
func spread(key string, n int64) int64 {
	if n <= 0 {
		return 0
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(key))
	// FNV's low bits follow the last characters closely; mixing spreads keys
	// that differ only there.
	sum := hash.Sum64()
	sum ^= sum >> 33
	sum *= 0xff51afd7ed558ccd
	sum ^= sum >> 33
	return int64(sum % uint64(n)) //nolint:gosec // G115: it is less than n
}
