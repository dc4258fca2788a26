// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"maps"
	"strings"
	"sync"
	"time"
)

// Priority says who is served first inside a budget.
type Priority int

// Priorities, the most urgent first.
const (
	PriorityCancellation Priority = iota
	PriorityOrder
	PriorityShipment
	PriorityStock
)

// Limit is what a remote system allows on one endpoint.
type Limit struct {
	// Method and Endpoint as in Request; the names of parameters do not matter.
	Method, Endpoint string
	// Burst is the most requests at once; below 1 counts as 1.
	Burst int
	// Spare is how many more at once the server would grant. They are never
	// asked for: requests take a different time on their way, and what was sent
	// in time is not refused because it came too soon after another.
	Spare int
	// Every is the time in which one request is restored; 0 is unlimited.
	Every time.Duration
	// Fastest is the shortest time that is tried instead of Every while the
	// server refuses nothing; 0 is Every.
	Fastest time.Duration
	// Pool names a budget that several accounts share; empty means that the
	// account has it alone.
	Pool string
}

// Clock is the time that Budgets go by. The zero Clock is real time.
type Clock struct {
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
}

// Budgets are the request budgets of all accounts: one token bucket for each
// (account, method, endpoint). Inside a bucket the more urgent priority is
// served first, and within one priority the tenant that was served longest
// ago: one busy connection cannot keep others of the same account waiting.
//
// An endpoint without a learned limit is unlimited until the system answers 429.
type Budgets struct {
	clock   Clock
	mutex   sync.Mutex
	limits  map[budgetKey]Limit
	buckets map[budgetKey]*bucket
	swept   time.Time
}

// budgetKey is the account, or the pool, with method and endpoint.
type budgetKey struct{ owner, method, endpoint string }

// NewBudgets returns empty budgets.
func NewBudgets(clock Clock) *Budgets {
	if clock.Now == nil {
		clock.Now = time.Now
	}
	if clock.After == nil {
		clock.After = time.After
	}
	return &Budgets{clock: clock, limits: map[budgetKey]Limit{}, buckets: map[budgetKey]*bucket{}}
}

// Learn sets limits of an account. Endpoints that are not among them keep
// theirs.
func (b *Budgets) Learn(account string, limits []Limit) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now := b.clock.Now()
	for _, limit := range limits {
		key := budgetKey{account, strings.ToUpper(limit.Method), template(limit.Endpoint)}
		b.limits[key] = limit
		if bucket := b.buckets[key.of(limit)]; bucket != nil {
			bucket.refill(now)
			bucket.limit(limit)
		}
	}
}

// drain empties the budget for some time: the system said 429 to a request that
// was under way for so long.
func (b *Budgets) drain(account, method, endpoint string, after, underWay time.Duration) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now := b.clock.Now()
	b.bucketOf(budgetKey{account, method, template(endpoint)}, now).drain(now, now.Add(after), now.Add(-underWay))
}

// take waits for one request of the budget, at most maxWait. A wait that would
// be longer returns at once, with the time after which to ask again, and holds
// nothing; so does a wait that became longer because others went first. The
// error is the context's.
func (b *Budgets) take(ctx context.Context, key budgetKey, tenant string, priority Priority, maxWait time.Duration) (after time.Duration, err error) {
	key.endpoint = template(key.endpoint)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now := b.clock.Now()
	bucket := b.bucketOf(key, now)
	mine := bucket.join(tenant, priority)
	bucket.serve(now)
	if !mine.served() {
		if wait := bucket.wait(now, mine); wait > maxWait {
			bucket.leave(mine)
			return wait, nil
		}
	}
	for deadline := now.Add(maxWait); !mine.served(); {
		if !now.Before(deadline) {
			after := max(bucket.wait(now, mine), time.Millisecond)
			bucket.leave(mine)
			return after, nil
		}
		timer := b.clock.After(min(bucket.next(now), deadline.Sub(now)))
		b.mutex.Unlock()
		select {
		case <-mine.turn:
		case <-timer:
		case <-ctx.Done():
		}
		b.mutex.Lock()
		now = b.clock.Now()
		if ctx.Err() != nil {
			if mine.served() {
				bucket.giveBack()
			} else {
				bucket.leave(mine)
			}
			bucket.serve(now)
			return 0, ctx.Err()
		}
		bucket.serve(now)
	}
	return 0, nil
}

// idleBucket is how long a bucket is kept that nobody asked.
const idleBucket = time.Hour

// bucketOf returns the bucket of a key as of now, and makes it if need be.
func (b *Budgets) bucketOf(key budgetKey, now time.Time) *bucket {
	limit := b.limits[key]
	key = key.of(limit)
	found := b.buckets[key]
	if found == nil {
		b.forgetIdle(now)
		found = newBucket(limit, now)
		b.buckets[key] = found
	}
	found.refill(now)
	found.limit(limit)
	return found
}

// of returns the key of the bucket: the pool's where the limit names one.
func (k budgetKey) of(limit Limit) budgetKey {
	if limit.Pool != "" {
		k.owner = "pool " + limit.Pool
	}
	return k
}

// forgetIdle drops the buckets that nobody asked for a while; they are full.
func (b *Budgets) forgetIdle(now time.Time) {
	if now.Sub(b.swept) < idleBucket {
		return
	}
	b.swept = now
	maps.DeleteFunc(b.buckets, func(_ budgetKey, idle *bucket) bool {
		return idle.waiting == 0 && now.Sub(idle.updated) > max(idleBucket, idle.full)
	})
}

// template makes path templates comparable: "/v1/orders/{orderId}" and
// "/v1/orders/{id}" are one endpoint.
func template(endpoint string) string {
	segments := strings.Split(strings.TrimRight(endpoint, "/"), "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}
