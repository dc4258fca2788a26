// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// arrival is a request on its way to the server.
type arrival struct {
	sent, at time.Time
}

// jitter drives a bucket that is always asked against a server that keeps the
// same limit by when requests arrive, and returns the share of the allowed rate
// that was granted, and of the requests that were refused, both in percent.
func jitter(limit Limit, late func() time.Duration, requests int) (reached, refused float64) {
	clock := newStillClock()
	b := newBucket(limit, clock.Now())
	burst := limit.Burst + limit.Spare
	began := clock.Now()
	full := began // when the server's bucket is full again
	var way []arrival
	granted, denied := 0, 0
	var waiting *ticket
	for granted+denied < requests {
		if waiting == nil {
			waiting = b.join("one", PriorityOrder)
		}
		// The next thing that happens: a grant, or an arrival.
		next := clock.Now().Add(max(b.next(clock.Now()), 0))
		if len(way) > 0 && !way[0].at.After(next) {
			clock.Advance(way[0].at.Sub(clock.Now()))
			sent := way[0].sent
			way = way[1:]
			if full.Before(clock.Now()) {
				full = clock.Now()
			}
			if over := full.Add(limit.Every).Sub(clock.Now()) - time.Duration(burst)*limit.Every; over > 0 {
				denied++
				b.drain(clock.Now(), clock.Now().Add(over.Truncate(time.Millisecond)+time.Millisecond), sent)
			} else {
				granted++
				full = full.Add(limit.Every)
			}
			continue
		}
		clock.Advance(next.Sub(clock.Now()))
		if b.serve(clock.Now()); waiting.served() {
			waiting = nil
			way = append(way, arrival{clock.Now(), clock.Now().Add(late())})
			slices.SortStableFunc(way, func(a, b arrival) int { return a.at.Compare(b.at) })
		}
	}
	took := clock.Now().Sub(began)
	return 100 * float64(granted) / (float64(took) / float64(limit.Every)), 100 * float64(denied) / float64(requests)
}

// Where many requests are on their way at once and overtake each other, the rate
// that is allowed is reached, and hardly a request is refused.
func TestRequestsThatOvertakeEachOtherAreHardlyRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		// One in so many requests is late, by up to this time.
		one  int
		late time.Duration
	}{{1, 40 * time.Millisecond}, {2, 200 * time.Millisecond}, {10, 400 * time.Millisecond}, {10, 800 * time.Millisecond}, {50, 2 * time.Second}} {
		t.Run(fmt.Sprintf("one in %d by %v", c.one, c.late), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			reached, refused := jitter(Limit{Every: 50 * time.Millisecond, Burst: 3, Spare: 2}, func() time.Duration {
				late := time.Duration(random.IntN(10)) * time.Millisecond
				if random.IntN(c.one) == 0 {
					late += time.Duration(random.Int64N(int64(c.late)))
				}
				return late
			}, 4000)
			t.Logf("%.1f%% of the rate, %.2f%% refused", reached, refused)
			if reached < 95 || refused >= 1 {
				t.Errorf("%.1f%% of the rate that is allowed, %.2f%% of the requests were refused", reached, refused)
			}
		})
	}
}

// A process that gets no time for a second sends nothing that moment, and what
// it had sent is looked at all at once. Its pace is what it was before.
func TestAStallDoesNotSlowTheBucketForLong(t *testing.T) {
	t.Parallel()
	const every, stalled, between = 50 * time.Millisecond, 12, 2000
	n := 0
	reached, refused := jitter(Limit{Every: every, Burst: 3, Spare: 2}, func() time.Duration {
		n++
		// The first stall comes when hardly a request has gone through.
		if in := (n + between - 5) % between; in < stalled {
			return time.Duration(stalled-in) * every
		}
		return time.Millisecond
	}, 4000)
	t.Logf("%.1f%% of the rate, %.2f%% refused", reached, refused)
	if reached < 95 || refused >= 1 {
		t.Errorf("%.1f%% of the rate that is allowed, %.2f%% of the requests were refused", reached, refused)
	}
}
