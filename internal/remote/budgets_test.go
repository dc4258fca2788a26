// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

const maxWait = 5 * time.Second

func ordersKey(account string) budgetKey { return budgetKey{account, "GET", "/v1/orders"} }

// take takes without waiting.
func take(t *testing.T, b *Budgets, key budgetKey) time.Duration {
	t.Helper()
	after, err := b.take(t.Context(), key, "one", PriorityOrder, maxWait)
	if err != nil {
		t.Fatal(err)
	}
	return after
}

func TestAnEndpointWithoutALimitIsUnlimited(t *testing.T) {
	t.Parallel()
	b := NewBudgets(newStillClock().clock())
	for range 10_000 {
		if after := take(t, b, ordersKey("a")); after != 0 {
			t.Fatalf("refused for %v", after)
		}
	}
}

func TestALongWaitIsRefusedAtOnceAndHoldsNothing(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	b := NewBudgets(clock.clock())
	b.Learn("a", []Limit{{Method: "get", Endpoint: "/v1/orders", Burst: 1, Every: 10 * time.Second}})
	if after := take(t, b, ordersKey("a")); after != 0 {
		t.Fatalf("the first was refused for %v", after)
	}
	for range 100 {
		if after := take(t, b, ordersKey("a")); after != 10*time.Second {
			t.Fatalf("refused for %v, want the whole gap each time: refusals hold no place", after)
		}
	}
	clock.Advance(10 * time.Second)
	if after := take(t, b, ordersKey("a")); after != 0 {
		t.Errorf("refused for %v after the announced wait", after)
	}
}

func TestBudgetsAreOfAccountMethodAndEndpoint(t *testing.T) {
	t.Parallel()
	b := NewBudgets(newStillClock().clock())
	for _, account := range []string{"a", "b"} {
		b.Learn(account, []Limit{
			{Method: "GET", Endpoint: "/v1/orders/{orderId}", Every: time.Minute},
			{Method: "POST", Endpoint: "/v1/orders/{orderId}", Every: time.Minute},
		})
	}
	for _, key := range []budgetKey{
		{"a", "GET", "/v1/orders/{id}"}, {"a", "POST", "/v1/orders/{id}/"}, {"b", "GET", "/v1/orders/{x}"}, {"a", "GET", "/v1/orders/statuses"},
	} {
		if after := take(t, b, key); after != 0 {
			t.Errorf("%v shares a budget that was used up", key)
		}
	}
	if after := take(t, b, budgetKey{"a", "GET", "/v1/orders/{whatever}"}); after == 0 {
		t.Error("the name of a path parameter made another budget")
	}
}

func TestAccountsOfOnePoolShareIt(t *testing.T) {
	t.Parallel()
	b := NewBudgets(newStillClock().clock())
	for _, account := range []string{"a", "b"} {
		b.Learn(account, []Limit{{Method: "GET", Endpoint: "/v1/orders", Every: time.Minute, Pool: "app/company"}})
	}
	take(t, b, ordersKey("a"))
	if after := take(t, b, ordersKey("b")); after == 0 {
		t.Error("the second account had a budget of its own")
	}
	if after := take(t, b, ordersKey("c")); after != 0 {
		t.Error("a stranger was refused")
	}
}

func TestDrainIsForOneEndpointUntilItsTime(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	b := NewBudgets(clock.clock())
	b.drain("a", "GET", "/v1/orders", time.Minute, 0)
	if after := take(t, b, ordersKey("a")); after != time.Minute {
		t.Errorf("refused for %v, want a minute", after)
	}
	if after := take(t, b, budgetKey{"a", "GET", "/v1/products"}); after != 0 {
		t.Error("another endpoint was closed too")
	}
	clock.Advance(time.Minute)
	if after := take(t, b, ordersKey("a")); after != 0 {
		t.Errorf("still refused for %v", after)
	}
}

// TestForTenantsThatWaitEachGetsItsTurn drives forty tenants through the
// waiting itself, one call at a time.
func TestForTenantsThatWaitEachGetsItsTurn(t *testing.T) {
	t.Parallel()
	const tenants = 40
	clock := newStillClock()
	b := NewBudgets(clock.clock())
	b.Learn("a", []Limit{{Method: "GET", Endpoint: "/v1/orders", Burst: 1, Every: 100 * time.Millisecond}})
	take(t, b, ordersKey("a"))

	served := make(chan string)
	for tenant := range tenants {
		for range 1 + tenant%2 { // every second tenant asks twice
			go func() {
				if after, err := b.take(t.Context(), ordersKey("a"), fmt.Sprint(tenant), PriorityOrder, time.Minute); after == 0 && err == nil {
					served <- fmt.Sprint(tenant)
				}
			}()
			<-clock.asked // it waits
		}
	}
	got := map[string]int{}
	for call := range tenants {
		clock.Advance(100 * time.Millisecond)
		tenant := <-served
		if got[tenant]++; got[tenant] > 1 {
			t.Fatalf("call %d served tenant %s for the second time, and %d tenants had nothing", call+1, tenant, tenants-len(got))
		}
	}
	for range tenants / 2 {
		clock.Advance(100 * time.Millisecond)
		got[<-served]++
	}
	for tenant := range tenants {
		if n := got[fmt.Sprint(tenant)]; n != 1+tenant%2 {
			t.Errorf("tenant %d was served %d times, want %d", tenant, n, 1+tenant%2)
		}
	}
}

func TestAWaitThatBecameTooLongEndsAtMaxWait(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	b := NewBudgets(clock.clock())
	b.Learn("a", []Limit{{Method: "GET", Endpoint: "/v1/orders", Burst: 1, Every: time.Second}})
	take(t, b, ordersKey("a"))
	refused := make(chan time.Duration)
	go func() {
		after, _ := b.take(t.Context(), ordersKey("a"), "patient", PriorityStock, 1500*time.Millisecond)
		refused <- after
	}()
	<-clock.asked
	// While it waits, more urgent requests come and take every token.
	urgent := make(chan time.Duration)
	for range 2 {
		go func() {
			after, _ := b.take(t.Context(), ordersKey("a"), "urgent", PriorityCancellation, time.Minute)
			urgent <- after
		}()
		<-clock.asked
	}
	clock.Advance(time.Second)
	if after := <-urgent; after != 0 {
		t.Fatalf("the urgent one was refused for %v", after)
	}
	// The two that are left have set a timer anew; the patient one for its end.
	<-clock.asked
	<-clock.asked
	clock.Advance(500 * time.Millisecond)
	if after := <-refused; after != 1500*time.Millisecond {
		t.Errorf("refused with %v, want the time after one more urgent request", after)
	}
	clock.Advance(500 * time.Millisecond)
	if after := <-urgent; after != 0 {
		t.Errorf("the last was refused for %v", after)
	}
}

func TestAGivenUpWaitLeavesItsPlace(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	b := NewBudgets(clock.clock())
	b.Learn("a", []Limit{{Method: "GET", Endpoint: "/v1/orders", Burst: 1, Every: time.Second}})
	take(t, b, ordersKey("a"))
	ctx, cancel := context.WithCancel(t.Context())
	given := make(chan error)
	go func() {
		_, err := b.take(ctx, ordersKey("a"), "one", PriorityOrder, maxWait)
		given <- err
	}()
	<-clock.asked
	cancel()
	if err := <-given; !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want the context's", err)
	}
	clock.Advance(time.Second)
	if after := take(t, b, ordersKey("a")); after != 0 {
		t.Errorf("refused for %v: the one that gave up kept its place", after)
	}
}

func TestALimitThatIsLearnedLaterHoldsAtOnce(t *testing.T) {
	t.Parallel()
	b := NewBudgets(newStillClock().clock())
	take(t, b, ordersKey("a"))
	b.Learn("a", []Limit{{Method: "GET", Endpoint: "/v1/orders", Burst: 2, Every: time.Minute}})
	for call, want := range []time.Duration{0, 0, time.Minute} {
		if after := take(t, b, ordersKey("a")); after != want {
			t.Errorf("call %d: refused for %v, want %v", call, after, want)
		}
	}
	// Learning the same again, as every run does, gives nothing away.
	b.Learn("a", []Limit{{Method: "GET", Endpoint: "/v1/orders", Burst: 2, Every: time.Minute}})
	if after := take(t, b, ordersKey("a")); after != time.Minute {
		t.Errorf("refused for %v after the limit was learned again", after)
	}
}

func TestABucketThatIsStillEmptyIsNotForgotten(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	b := NewBudgets(clock.clock())
	b.Learn("a", []Limit{{Method: "GET", Endpoint: "/v1/orders", Burst: 1, Every: 24 * time.Hour}})
	take(t, b, ordersKey("a"))
	clock.Advance(2 * idleBucket)
	take(t, b, ordersKey("another")) // sweeps
	if after := take(t, b, ordersKey("a")); after != 22*time.Hour {
		t.Errorf("refused for %v, want what is left of the day", after)
	}
}

func TestIdleBucketsAreForgotten(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	b := NewBudgets(clock.clock())
	for n := range 100 {
		take(t, b, ordersKey(fmt.Sprint(n)))
	}
	clock.Advance(2 * idleBucket)
	take(t, b, ordersKey("new"))
	if len(b.buckets) != 1 {
		t.Errorf("%d buckets are kept, want the new one", len(b.buckets))
	}
}
