// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// spent returns a bucket without a token, and its clock.
func spent(limit Limit) (*bucket, *stillClock) {
	clock := newStillClock()
	b := newBucket(limit, clock.Now())
	b.credit = 0
	return b, clock
}

func TestFortyTenantsAreServedInTurns(t *testing.T) {
	t.Parallel()
	const tenants, each = 40, 5
	b, clock := spent(Limit{Every: 200 * time.Millisecond, Burst: 1})
	var tickets []*ticket
	// The first tenant comes with everything it has before the others come at all.
	for tenant := range tenants {
		for range each {
			tickets = append(tickets, b.join(fmt.Sprint("tenant-", tenant), PriorityOrder))
		}
	}
	for round := 1; round <= each; round++ {
		for range tenants {
			clock.Advance(200 * time.Millisecond)
			b.serve(clock.Now())
		}
		got := map[string]int{}
		for _, ticket := range tickets {
			if ticket.served() {
				got[ticket.tenant]++
			}
		}
		for tenant := range tenants {
			if n := got[fmt.Sprint("tenant-", tenant)]; n != round {
				t.Fatalf("after %d calls tenant %d had %d, want %d", round*tenants, tenant, n, round)
			}
		}
	}
	if b.waiting != 0 {
		t.Errorf("%d tickets are still counted as waiting", b.waiting)
	}
}

func TestAGreedyTenantDelaysAnotherByOneCall(t *testing.T) {
	t.Parallel()
	b, clock := spent(Limit{Every: time.Second, Burst: 1})
	for range 1000 {
		b.join("greedy", PriorityOrder)
	}
	clock.Advance(time.Second)
	b.serve(clock.Now()) // greedy was served last
	modest := b.join("modest", PriorityOrder)
	clock.Advance(time.Second)
	b.serve(clock.Now())
	if !modest.served() {
		t.Error("the tenant that was served longest ago was not next")
	}
}

func TestTheUrgentGoFirst(t *testing.T) {
	t.Parallel()
	b, clock := spent(Limit{Every: time.Second, Burst: 1})
	byArrival := []Priority{PriorityStock, PriorityShipment, PriorityOrder, PriorityCancellation}
	tickets := map[Priority]*ticket{}
	for _, priority := range byArrival {
		tickets[priority] = b.join("one", priority)
	}
	for _, next := range []Priority{PriorityCancellation, PriorityOrder, PriorityShipment, PriorityStock} {
		if tickets[next].served() {
			t.Fatalf("priority %d was served too early", next)
		}
		clock.Advance(time.Second)
		b.serve(clock.Now())
		if !tickets[next].served() {
			t.Fatalf("priority %d was not served in its turn", next)
		}
	}
}

// TestWaitIsExact compares the announced wait of every ticket with the moment
// at which it is served when nobody else comes.
func TestWaitIsExact(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for trial := range 300 {
		every := time.Duration(1+random.IntN(5)) * 100 * time.Millisecond
		b, clock := spent(Limit{Every: every, Burst: 1 + random.IntN(4)})
		b.credit = time.Duration(random.IntN(int(every)))
		if random.IntN(3) == 0 {
			b.drain(clock.Now(), clock.Now().Add(time.Duration(random.IntN(2000))*time.Millisecond), clock.Now())
		}
		// Some history, so that tenants differ in when they were served last.
		for tenant := range 4 {
			b.lastServed[turnKey{Priority(random.IntN(4)), fmt.Sprint(tenant)}] = uint64(random.IntN(3) * (tenant + 1))
		}
		b.served = 100
		var tickets []*ticket
		for range 1 + random.IntN(20) {
			tickets = append(tickets, b.join(fmt.Sprint(random.IntN(5)), Priority(random.IntN(4))))
		}
		announced := make([]time.Duration, len(tickets))
		for i, ticket := range tickets {
			announced[i] = b.wait(clock.Now(), ticket)
		}
		start, open := clock.Now(), len(tickets)
		done := make([]bool, len(tickets))
		for range 10_000 {
			b.serve(clock.Now())
			for i, ticket := range tickets {
				if !done[i] && ticket.served() {
					done[i], open = true, open-1
					if took := clock.Now().Sub(start); took != announced[i] {
						t.Fatalf("trial %d: ticket %d was announced after %v and served after %v", trial, i, announced[i], took)
					}
				}
			}
			if open == 0 {
				break
			}
			clock.Advance(max(b.next(clock.Now()), time.Nanosecond))
		}
		if open > 0 {
			t.Fatalf("trial %d: %d tickets were never served", trial, open)
		}
	}
}

func TestNoMoreThanTheLimitIsServed(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	b := newBucket(Limit{Every: 200 * time.Millisecond, Burst: 5}, clock.Now())
	for range 1000 {
		b.join("one", PriorityOrder)
	}
	for range 1000 {
		b.serve(clock.Now())
		clock.Advance(10 * time.Millisecond)
	}
	b.serve(clock.Now())
	if served := 1000 - b.waiting; served != 5+50 {
		t.Errorf("in 10 seconds %d were served, want 5 at once and 50 in time", served)
	}
}

func TestDrainClosesTheBucketAndLeavesOneTry(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	b := newBucket(Limit{Every: time.Second, Burst: 5}, clock.Now())
	b.drain(clock.Now(), clock.Now().Add(30*time.Second), clock.Now())
	first, second := b.join("one", PriorityOrder), b.join("one", PriorityOrder)
	clock.Advance(30*time.Second - 1)
	if b.serve(clock.Now()); first.served() {
		t.Fatal("served before the time that the server named")
	}
	clock.Advance(1)
	if b.serve(clock.Now()); !first.served() || second.served() {
		t.Errorf("at the time that the server named: first %v, second %v; want only the first", first.served(), second.served())
	}
}

func TestAShorterDrainDoesNotShortenALongerOne(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	b := newBucket(Limit{}, clock.Now())
	b.drain(clock.Now(), clock.Now().Add(time.Minute), clock.Now())
	b.drain(clock.Now(), clock.Now().Add(time.Second), clock.Now())
	if wait := b.wait(clock.Now(), b.join("one", PriorityOrder)); wait != time.Minute {
		t.Errorf("wait %v, want the longer one", wait)
	}
}

func TestLeavingHoldsNothing(t *testing.T) {
	t.Parallel()
	b, clock := spent(Limit{Every: time.Second, Burst: 1})
	gone, stays := b.join("one", PriorityOrder), b.join("one", PriorityOrder)
	b.leave(gone)
	b.leave(gone) // twice does no harm
	clock.Advance(time.Second)
	b.serve(clock.Now())
	if gone.served() || !stays.served() || b.waiting != 0 || len(b.tickets[PriorityOrder]) != 0 {
		t.Errorf("gone %v, stays %v, waiting %d, queues %v", gone.served(), stays.served(), b.waiting, b.tickets)
	}
}

func TestALowerLimitTakesEffectAtOnce(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	b := newBucket(Limit{Every: 100 * time.Millisecond, Burst: 10}, clock.Now())
	b.limit(Limit{Every: time.Second, Burst: 1})
	first, second := b.join("one", PriorityOrder), b.join("one", PriorityOrder)
	b.serve(clock.Now())
	if !first.served() || second.served() {
		t.Errorf("first %v, second %v; want one token of the new limit", first.served(), second.served())
	}
}

func TestMemoryOfTurnsEndsWithTheQueue(t *testing.T) {
	t.Parallel()
	b, clock := spent(Limit{Every: time.Second, Burst: 2})
	b.join("one", PriorityOrder)
	clock.Advance(time.Second)
	b.serve(clock.Now())
	if len(b.lastServed) != 1 {
		t.Fatalf("%d tenants remembered, want 1", len(b.lastServed))
	}
	clock.Advance(time.Minute)
	if b.refill(clock.Now()); len(b.lastServed) != 0 {
		t.Error("tenants are remembered though nobody waited for a minute")
	}
}

// One request in many that came too soon after another, since that one was late
// on its way, is no reason to ask for less. A second one soon after it is.
func TestALateRequestDoesNotSlowTheBucketAndTwoDo(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	every := 200 * time.Millisecond
	b := newBucket(Limit{Every: every, Burst: 3, Spare: 2}, clock.Now())
	grant := func(requests int) {
		for range requests {
			b.join("one", PriorityOrder)
			clock.Advance(b.next(clock.Now()))
			b.serve(clock.Now())
		}
		if b.waiting != 0 {
			t.Fatalf("%d wait", b.waiting)
		}
	}
	grant(200)
	refused := clock.Now()
	b.drain(refused, refused.Add(30*time.Millisecond), refused)
	if b.every != every {
		t.Errorf("one refusal changed the pace to %v", b.every)
	}
	// What the server had to spare is saved up again first.
	grant(1)
	if waited := clock.Now().Sub(refused); waited != 30*time.Millisecond+2*every {
		t.Errorf("the next request went after %v", waited)
	}
	b.drain(clock.Now(), clock.Now().Add(30*time.Millisecond), clock.Now())
	if b.every <= every {
		t.Errorf("two refusals in a row left the pace at %v", b.every)
	}
}
