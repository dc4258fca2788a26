// SPDX-License-Identifier: Apache-2.0

package remote

import "time"

const (
	// longestCorrection is the longest wait in an answer of 429 that says
	// something of the pace. A longer one is a quota that is used up: it passes.
	longestCorrection = time.Minute
	// shortestPace and longestPace bound the pace of an endpoint that tells no limit.
	shortestPace, longestPace = 10 * time.Millisecond, time.Second
	// trialEvery is how many requests go through before a pace that may be too
	// slow is tried a little faster: far fewer than one in a hundred is
	// refused for it.
	trialEvery = 300
	// An answer of 429 after seldom requests that went through, or more, comes of
	// a trial or of a request that was late; after fewer than often the pace is
	// wrong, and by how much is what the answer shows.
	seldom, often = trialEvery / 2, 20
)

// correct slows the bucket down after an answer of 429 that asks for this wait, to
// a request that was sent at a time.
//
// What the server grants next and what was granted last are one gap apart, or
// less when it had kept a part of the gap; so the gap that is found is seldom
// too long, and a few answers lead to the true one. A single answer after many
// requests that went through is a trial that failed, or a quota that ends; at the
// pace that was told it says nothing of the pace at all.
func (b *bucket) correct(sent time.Time, wait time.Duration) {
	through := b.untroubled
	b.untroubled, b.trials = 0, 0
	if wait > longestCorrection || b.before2.IsZero() {
		return
	}
	gap := sent.Add(wait).Sub(b.before2)
	switch {
	case through >= seldom && 0 < b.every && b.every <= b.told && wait <= time.Duration(b.spare)*b.every:
		// Requests that were late on their way, or a trial that failed by very
		// little: drain makes up for it.
	case b.every == 0:
		b.pace(min(max(gap, shortestPace), longestPace), 1)
	case through >= seldom:
		b.pace(b.every*100/95, b.burst)
	case through >= often, b.told > 0 && wait <= time.Duration(b.spare+1)*b.every:
		b.pace(b.every*11/10, b.burst)
	default:
		b.pace(min(max(gap, b.every*11/10), 2*b.every), b.burst)
	}
}

// granted notes a request that went through, and lets a bucket that may be too
// slow find out in time whether more is granted.
func (b *bucket) granted(now time.Time) {
	b.before2, b.before1 = b.before1, now
	b.untroubled++
	if b.every <= b.fastest || b.untroubled < trialEvery {
		return
	}
	b.untroubled = 0
	if b.told > 0 {
		// A trial that went well is followed by a bolder one.
		b.pace(max(b.fastest, b.every-b.every*time.Duration(min(1<<b.trials, 4))/20), b.burst)
		b.trials = min(b.trials+1, 2)
		return
	}
	// Nothing was told: a server that names its waits in whole seconds made
	// the pace too slow.
	faster := b.every * 3 / 4
	if faster < shortestPace/2 {
		faster = 0
	}
	b.pace(faster, 1)
}

// pace sets the price of a request and how many can be saved up.
func (b *bucket) pace(every time.Duration, burst int) {
	b.every, b.full = every, every*time.Duration(max(burst, 1))
	b.credit = min(b.credit, b.full)
}
