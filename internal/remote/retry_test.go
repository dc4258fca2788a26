// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestReadsAreRepeatedWithGrowingGaps(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c, clock := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) < 3 {
			w.WriteHeader(503)
		}
	}, nil)
	if _, err := c.Do(t.Context(), aRead); err != nil {
		t.Fatalf("the third try was to succeed: %v", err)
	}
	if len(clock.slept) != 2 || clock.slept[0] < firstGap/2 || clock.slept[1] <= clock.slept[0] || clock.slept[1] > 3*firstGap {
		t.Errorf("gaps %v", clock.slept)
	}
}

func TestAPostThatReadsIsRepeated(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if calls.Add(1) == 1 {
			w.WriteHeader(500)
			return
		}
		w.Write(body)
	}, func(o *Options) { o.WriteGate = func(context.Context) error { return errors.New("no writes") } })
	request := aWrite
	request.Reads = true
	response, err := c.Do(t.Context(), request)
	if err != nil || string(response.Body) != "{}" {
		t.Errorf("body %q, error %v; want the whole body sent again, and no gate", response.Body, err)
	}
}

func TestRetryAfterIsHonouredWhenShort(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status       int
		header, text string
		calls        int32
		after        time.Duration
	}{
		"short 429":           {429, "Retry-After", "3", 3, 3 * time.Second},
		"short 503":           {503, "Retry-After", "3", 3, 3 * time.Second},
		"short, milliseconds": {429, "x-skubana-quota-retryAfter", "3000", 3, 3 * time.Second},
		"long 429":            {429, "Retry-After", "60", 1, time.Minute},
		"long 503":            {503, "Retry-After", "60", 1, time.Minute},
		"429 that says none":  {429, "X-Other", "1", 1, unsaidRetryAfter},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			c, clock := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				w.Header().Set(test.header, test.text)
				w.WriteHeader(test.status)
			}, nil)
			_, err := c.Do(t.Context(), aRead)
			if fault := faultOf(t, err); fault.After != test.after {
				t.Errorf("after %v, want %v", fault.After, test.after)
			}
			if n := calls.Load(); n != test.calls {
				t.Errorf("%d calls, want %d", n, test.calls)
			}
			for _, gap := range clock.slept {
				if gap < test.after {
					t.Errorf("repeated after %v, sooner than asked", gap)
				}
			}
		})
	}
}

func TestNoRepeatPastTheDeadline(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c, clock := serve(t, func(w http.ResponseWriter, _ *http.Request) { calls.Add(1); w.WriteHeader(503) },
		func(o *Options) { o.Now = time.Now })
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	// The server asks for a gap that fits MaxWait; the clock says that the
	// deadline comes first.
	c.options.Now = func() time.Time { return time.Now().Add(time.Hour - time.Millisecond) }
	if _, err := c.Do(ctx, aRead); err == nil {
		t.Fatal("no error")
	}
	if n := calls.Load(); n != 1 || len(clock.slept) != 0 {
		t.Errorf("%d calls, slept %v; want no repeat", n, clock.slept)
	}
}

func TestA429EmptiesTheBudget(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	var budgets *Budgets
	c, clock := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("x-skubana-quota-retryAfter", "45000")
		w.WriteHeader(429)
	}, func(o *Options) {
		budgets = NewBudgets(Clock{Now: o.Now})
		o.Budgets, o.Account, o.Tenant = budgets, "account", "one"
	})
	if _, err := c.Do(t.Context(), aRead); faultOf(t, err).Status != 429 {
		t.Fatalf("error %v", err)
	}
	// Another connection of the same account asks nobody.
	other := *c
	other.options.Tenant = "two"
	_, err := other.Do(t.Context(), aRead)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultThrottled || fault.Status != 0 || fault.After != 45*time.Second {
		t.Errorf("%+v, want Throttled for 45 s without a request", fault)
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
	clock.Advance(45 * time.Second)
	if _, err := other.Do(t.Context(), aRead); faultOf(t, err).Status != 429 || calls.Load() != 2 {
		t.Errorf("after the time that was named: %v, %d calls", err, calls.Load())
	}
}
