// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/ordermanager"
	"ordersync.dev/operator/internal/remote"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
)

// quota is an Order Manager that enforces its limits, on a clock that only
// waiting moves, and a client with a budget.
type quota struct {
	t              *testing.T
	clock          *clock
	client         *ordermanager.Client
	source         fulfillment.Source
	budgets        *remote.Budgets
	asked, refused int
	// late is how long the next request is on its way; nil is no time at all.
	late func() time.Duration
}

const (
	quotaAccount = "account"
	// ordersPath is what is asked.
	ordersPath = "/v1.1/orders"
)

func newQuota(t *testing.T, options omsim.Options) *quota {
	t.Helper()
	q := &quota{t: t, clock: &clock{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}}
	options.Now, options.EnforceLimits = q.clock.Now, true
	om := omsim.New(options)
	if err := om.AddWarehouse(omsim.Warehouse{WarehouseID: east, Name: "East DC"}); err != nil {
		t.Fatal(err)
	}
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if q.late != nil {
			q.clock.Pass(q.late())
		}
		recorder := httptest.NewRecorder()
		om.ServeHTTP(recorder, r)
		if r.URL.Path == ordersPath {
			q.asked++
			if recorder.Code == http.StatusTooManyRequests {
				q.refused++
			}
		}
		maps.Copy(w.Header(), recorder.Header())
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	}))
	q.budgets = remote.NewBudgets(remote.Clock{Now: q.clock.Now, After: func(d time.Duration) <-chan time.Time {
		q.clock.Pass(d)
		passed := make(chan time.Time, 1)
		passed <- q.clock.Now()
		return passed
	}})
	var err error
	q.client, err = ordermanager.New(ordermanager.Options{WarehouseName: "East DC",
		Credentials: ordermanager.Credentials{AccessToken: omsim.DefaultAccessToken},
		Remote: remote.Options{BaseURL: address, Transport: http.DefaultTransport, Now: q.clock.Now, Budgets: q.budgets, Account: quotaAccount,
			Sleep: func(_ context.Context, d time.Duration) error { q.clock.Pass(d); return nil }}})
	if err != nil {
		t.Fatal(err)
	}
	resolution, err := q.client.Resolve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	q.source = q.client.Source(resolution)
	return q
}

// learn tells the budgets what the account tells, without the hourly quota when
// only the pace shall count.
func (q *quota) learn(change func(*remote.Limit)) {
	q.t.Helper()
	limits, err := q.client.Limits(q.t.Context())
	if err != nil {
		q.t.Fatal(err)
	}
	for i := range limits {
		change(&limits[i])
	}
	q.budgets.Learn(quotaAccount, limits)
}

// read asks for orders without a pause and returns how many requests were
// granted in which time.
func (q *quota) read(requests int) (granted int, took time.Duration) {
	q.t.Helper()
	began := q.clock.Now()
	for granted < requests {
		_, err := q.source.OrdersByID(q.t.Context(), []fulfillment.OrderID{1})
		fault, isFault := fulfillment.AsFault(err)
		switch {
		case err == nil:
			granted++
		case isFault && fault.Kind == fulfillment.FaultThrottled:
			q.clock.Pass(max(fault.After, time.Millisecond))
		default:
			q.t.Fatal(err)
		}
	}
	return granted, q.clock.Now().Sub(began)
}

// Whatever unit quotaRestoreRate is in, and whether what is told is right or
// not, at least 95 % of what the server allows is reached, and fewer than one
// request in a hundred is refused.
func TestTheRateThatIsAllowedIsReachedAndHardlyARequestIsRefused(t *testing.T) {
	t.Parallel()
	// The first requests find out what is allowed.
	const burst, restore, first, requests = 5, 200 * time.Millisecond, 2000, 4000
	pace := omsim.RateLimit{Method: "GET", Path: ordersPath, Burst: burst, Restore: restore}
	hourly := pace
	hourly.Hourly = 3600
	asTold := func(*remote.Limit) {}
	for _, c := range []struct {
		name   string
		unit   omsim.RestoreUnit
		limit  omsim.RateLimit
		change func(*remote.Limit)
		// every is what the server allows in the long run.
		every time.Duration
	}{
		{"milliseconds for a request", omsim.MillisecondsPerRequest, pace, asTold, restore},
		{"seconds for a request", omsim.SecondsPerRequest, pace, asTold, restore},
		{"requests in a second", omsim.RequestsPerSecond, pace, asTold, restore},
		{"requests in a minute", omsim.RequestsPerMinute, pace, asTold, restore},
		{"an hourly quota", omsim.MillisecondsPerRequest, hourly, asTold, time.Second},
		{"a fortieth of the truth is told", omsim.MillisecondsPerRequest, pace, func(l *remote.Limit) { l.Every = 5 * time.Millisecond }, restore},
		{"half of the truth is told", omsim.MillisecondsPerRequest, pace, func(l *remote.Limit) { l.Every = restore / 2 }, restore},
		{"nothing is told", omsim.MillisecondsPerRequest, pace, func(l *remote.Limit) { l.Every, l.Burst = 0, 0 }, restore},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := newQuota(t, omsim.Options{RestoreUnit: c.unit, RateLimits: []omsim.RateLimit{c.limit}})
			q.learn(c.change)
			_, _ = q.read(first)
			q.asked, q.refused = 0, 0
			granted, took := q.read(requests)
			allowed := float64(burst) + float64(took)/float64(c.every)
			reached, refused := 100*float64(granted)/allowed, 100*float64(q.refused)/float64(q.asked)
			t.Logf("limits: %-32s %.1f%% of the rate, %.2f%% of %d requests refused", c.name, reached, refused, q.asked)
			if reached < 95 {
				t.Errorf("%.1f%% of the rate that is allowed", reached)
			}
			if refused >= 1 {
				t.Errorf("%.2f%% of the requests were refused", refused)
			}
		})
	}
}

// Requests do not take equally long on their way. Whenever the first after a
// pause was late, those that follow come sooner after it than they were sent.
func TestRequestsThatAreLateOnTheirWayAreNotPaidForWithRefusals(t *testing.T) {
	t.Parallel()
	const restore, longest, requests, stretches = 200 * time.Millisecond, 150 * time.Millisecond, 40, 100
	q := newQuota(t, omsim.Options{RateLimits: []omsim.RateLimit{{Method: "GET", Path: ordersPath, Burst: 5, Restore: restore}}})
	q.learn(func(*remote.Limit) {})
	random := rand.New(rand.NewPCG(5, 6))
	q.late = func() time.Duration { return time.Duration(random.Int64N(int64(longest))) }
	var busy time.Duration
	q.asked, q.refused = 0, 0
	for range stretches {
		_, took := q.read(requests)
		busy += took
		q.clock.Pass(2 * time.Second)
	}
	reached, refused := 100*float64(requests*stretches)/float64(busy/restore), 100*float64(q.refused)/float64(q.asked)
	t.Logf("limits: %-32s %.1f%% of the rate, %.2f%% of %d requests refused", "late on their way", reached, refused, q.asked)
	if reached < 95 || refused >= 1 {
		t.Errorf("%.1f%% of the rate that is allowed, %.2f%% of the requests were refused", reached, refused)
	}
}
