// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"slices"
	"time"
)

// bucket is one token bucket and the tickets that wait for it. Its credit is
// kept in time, not in tokens, so that arithmetic is exact. It is not safe for
// concurrent use: Budgets holds the lock.
type bucket struct {
	every time.Duration // the price of a token; 0: free
	full  time.Duration // the most credit
	// told and burst are what the server said; every is slower while its answers
	// contradict that.
	told    time.Duration
	fastest time.Duration
	burst   int
	spare   int
	// before1 and before2 are when the last request was granted, and the one
	// before it; untroubled counts those since an answer of 429.
	before1, before2 time.Time
	untroubled       int
	// trials are those of a faster pace that went well in a row, up to two.
	trials int
	// drained is when the last answer of 429 came.
	drained time.Time
	// credit as of updated. A time in the future closes the bucket until then.
	credit  time.Duration
	updated time.Time
	// tickets wait, by priority and tenant, each queue in the order of arrival.
	tickets map[Priority]map[string][]*ticket
	waiting int
	// lastServed is a running number for each tenant and priority, so that the
	// one that was served longest ago goes first, also when it had to come back.
	lastServed map[turnKey]uint64
	served     uint64
	arrivals   uint64
}

// turnKey is whose turn it is: turns are taken inside of one priority.
type turnKey struct {
	priority Priority
	tenant   string
}

// ticket is one request that waits.
type ticket struct {
	turnKey
	arrival uint64
	turn    chan struct{} // closed when served
}

func (t *ticket) served() bool {
	select {
	case <-t.turn:
		return true
	default:
		return false
	}
}

func newBucket(limit Limit, now time.Time) *bucket {
	b := &bucket{updated: now, tickets: map[Priority]map[string][]*ticket{}, lastServed: map[turnKey]uint64{}}
	b.limit(limit)
	b.credit = b.full
	return b
}

// limit sets price and size; credit above the new size is lost. What is told
// again is no news: a correction of it stands.
func (b *bucket) limit(limit Limit) {
	told, burst, fastest := max(limit.Every, 0), max(limit.Burst, 1), max(limit.Every, 0)
	if limit.Fastest > 0 {
		fastest = min(told, limit.Fastest)
	}
	b.spare = max(limit.Spare, 0)
	if told == b.told && burst == b.burst && fastest == b.fastest {
		return
	}
	if b.every == 0 && told > 0 {
		b.credit = told * time.Duration(burst)
	}
	b.told, b.burst, b.fastest = told, burst, fastest
	b.pace(told, burst)
}

func (b *bucket) refill(now time.Time) {
	if !now.After(b.updated) {
		return
	}
	b.credit = min(b.credit+now.Sub(b.updated), b.full)
	b.updated = now
	if b.waiting == 0 && b.credit == b.full {
		// Nobody was kept waiting, so nobody is owed anything.
		clear(b.lastServed)
	}
}

// drain closes the bucket until a time, and then has one token to try with. sent
// is when the request went that was refused.
// Where the server has some to spare, none is left of them now; so the bucket
// waits until they are there again, or the next late request would be refused too.
func (b *bucket) drain(now, until, sent time.Time) {
	b.refill(now)
	if !sent.Before(b.drained) {
		// What went before the last refusal was known is refused for the same reason.
		b.correct(sent, until.Sub(now))
	}
	b.drained = now
	b.credit = b.every - time.Duration(b.spare)*b.every
	if until.After(b.updated) {
		b.updated = until
	}
}

func (b *bucket) join(tenant string, priority Priority) *ticket {
	b.arrivals++
	t := &ticket{turnKey: turnKey{priority, tenant}, arrival: b.arrivals, turn: make(chan struct{})}
	queues := b.tickets[priority]
	if queues == nil {
		queues = map[string][]*ticket{}
		b.tickets[priority] = queues
	}
	queues[tenant] = append(queues[tenant], t)
	b.waiting++
	return t
}

func (b *bucket) leave(t *ticket) {
	queues := b.tickets[t.priority]
	i := slices.Index(queues[t.tenant], t)
	if i < 0 {
		return
	}
	b.waiting--
	queues[t.tenant] = slices.Delete(queues[t.tenant], i, i+1)
	if len(queues[t.tenant]) == 0 {
		delete(queues, t.tenant)
	}
}

// giveBack returns the token of a ticket that was served and not used.
func (b *bucket) giveBack() { b.credit = min(b.credit+b.every, b.full) }

// serve hands out what there is.
func (b *bucket) serve(now time.Time) {
	b.refill(now)
	for b.waiting > 0 && !now.Before(b.updated) && b.credit >= b.every {
		t := b.first()
		b.leave(t)
		b.credit -= b.every
		b.granted(now)
		b.served++
		b.lastServed[t.turnKey] = b.served
		close(t.turn)
	}
}

// first returns the ticket whose turn is next.
func (b *bucket) first() *ticket {
	var best *ticket
	for _, queues := range b.tickets {
		for _, queue := range queues {
			if t := queue[0]; best == nil || b.before(t, best) {
				best = t
			}
		}
	}
	return best
}

// before compares the first tickets of two queues.
func (b *bucket) before(t, u *ticket) bool {
	if t.priority != u.priority {
		return t.priority < u.priority
	}
	if s, r := b.lastServed[t.turnKey], b.lastServed[u.turnKey]; s != r {
		return s < r
	}
	return t.arrival < u.arrival
}

// wait is the time until the ticket is served if nobody else comes.
func (b *bucket) wait(now time.Time, t *ticket) time.Duration {
	ahead := 0
	for priority, queues := range b.tickets {
		for tenant, queue := range queues {
			switch own := queues[t.tenant]; {
			case priority < t.priority:
				ahead += len(queue)
			case priority > t.priority:
			case tenant == t.tenant:
				ahead += slices.Index(queue, t)
			default:
				// In turns, another tenant is served as often as this one before
				// the ticket, and once more if its turn comes first.
				turns := slices.Index(own, t)
				if b.before(queue[0], own[0]) {
					turns++
				}
				ahead += min(len(queue), turns)
			}
		}
	}
	missing := time.Duration(ahead+1)*b.every - b.credit
	return max(missing, 0) + max(b.updated.Sub(now), 0)
}

// next is the time until the next token.
func (b *bucket) next(now time.Time) time.Duration {
	return max(b.every-b.credit, 0) + max(b.updated.Sub(now), 0)
}
