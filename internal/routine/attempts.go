// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"hash/fnv"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	firstRetryGap = 5 * time.Minute
	maxRetryGap   = 6 * time.Hour
)

// spreadOf is a number of an order that never changes and tells it from others.
func spreadOf(id fulfillment.OrderID) uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(id.String()))
	return hash.Sum64()
}

// attempts returns the last attempt of an order that falls into (after, until],
// and the one before the first of those that do; ok says whether there is one.
// Attempt n is due at since + 5m·(2ⁿ−1), with gaps of at most maxGap, moved by
// up to a tenth of its gap by a hash of the order.
func attempts(since time.Time, id fulfillment.OrderID, maxGap time.Duration, after, until time.Time) (previous, last time.Time, ok bool) {
	spread := float64(spreadOf(id)%1000) / 1000
	at, gap := since, firstRetryGap
	previous = since
	for {
		if gap == maxGap && after.After(at) {
			// Many of the largest gaps may lie between: step over them at once.
			gaps := max(0, int64(after.Sub(at)/maxGap)-2)
			at = at.Add(time.Duration(gaps) * maxGap)
		}
		at = at.Add(gap)
		if at.After(until) {
			return previous, last, ok
		}
		switch instant := at.Add(time.Duration(spread * float64(gap) / 10)); {
		case instant.After(until):
			return previous, last, ok
		case instant.After(after):
			last, ok = instant, true
		default:
			previous = instant
		}
		gap = min(2*gap, maxGap)
	}
}

// attemptWithin reports whether an attempt falls into (after, until].
func attemptWithin(since time.Time, id fulfillment.OrderID, after, until time.Time) bool {
	_, _, ok := attempts(since, id, maxRetryGap, after, until)
	return ok
}
