// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ordersync.dev/operator/internal/fulfillment"
)

// outage is a system that answers as it is told, and clients of it.
type outage struct {
	t        *testing.T
	clock    *stillClock
	breakers *Breakers
	answer   atomic.Pointer[http.HandlerFunc]
	calls    atomic.Int32
	url      string
	// transport is shared by all clients.
	transport *Transport
}

func newOutage(t *testing.T) *outage {
	o := &outage{t: t, clock: newStillClock()}
	o.breakers = NewBreakers(o.clock.Now)
	o.breakers.spread = func(gap time.Duration) time.Duration { return gap }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.calls.Add(1)
		(*o.answer.Load())(w, r)
	}))
	t.Cleanup(server.Close)
	o.url = server.URL
	var err error
	if o.transport, err = NewTransport(nil, loopback(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.transport.CloseIdleConnections)
	o.says(http.StatusServiceUnavailable)
	return o
}

func (o *outage) says(status int) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	o.answer.Store(&handler)
}

func (o *outage) does(handler http.HandlerFunc) { o.answer.Store(&handler) }

// client is one of an account; its reads are not repeated.
func (o *outage) client(account string, change ...func(*Options)) *Client {
	o.t.Helper()
	options := Options{System: "Test System", BaseURL: o.url, Account: account, Transport: o.transport, Breakers: o.breakers, Now: o.clock.Now,
		Sleep: func(context.Context, time.Duration) error { return context.Canceled }}
	for _, c := range change {
		c(&options)
	}
	c, err := New(options)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// sent is how many requests came since it was last asked.
func (o *outage) sent() int { return int(o.calls.Swap(0)) }

// ask sends some reads.
func (o *outage) ask(c *Client, times int) {
	o.t.Helper()
	_ = o.fault(c, times)
}

// fault sends some reads and returns the last fault.
func (o *outage) fault(c *Client, times int) *fulfillment.Fault {
	o.t.Helper()
	var err error
	for range times {
		_, err = c.Do(o.t.Context(), aRead)
	}
	if err == nil {
		return nil
	}
	return faultOf(o.t, err)
}

func (o *outage) rests(c *Client) *fulfillment.Fault {
	o.t.Helper()
	before := o.calls.Load()
	fault := o.fault(c, 1)
	if fault == nil || fault.Kind != fulfillment.FaultUnavailable || fault.Reason != fulfillment.ReasonAccountResting || o.calls.Load() != before {
		o.t.Fatalf("it does not rest: %v, %d calls", fault, o.calls.Load()-before)
	}
	return fault
}

// An account whose requests fail in a row is asked once at gaps that grow, and
// everything else is refused at once, with the time at which it is asked again.
func TestAnAccountThatIsDownGetsOneProbeAtGrowingGaps(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	c := o.client("a")
	o.ask(c, 1000)
	if sent := o.sent(); sent != restAfter {
		t.Fatalf("%d of 1000 requests were sent to a system that is down, want %d", sent, restAfter)
	}
	for _, seconds := range []int{30, 60, 120, 240, 300, 300, 300} {
		gap := time.Duration(seconds) * time.Second
		fault := o.rests(c)
		if fault.After != gap || !strings.Contains(fault.Error(), o.clock.Now().Add(gap).Format(time.RFC3339)) {
			t.Errorf("asks again after %v, want %v: %s", fault.After, gap, fault)
		}
		o.clock.Advance(gap - time.Second)
		_ = o.rests(c)
		o.clock.Advance(time.Second)
		if o.ask(c, 100); o.sent() != 1 {
			t.Errorf("after %v it was not asked exactly once", gap)
		}
	}
	o.says(http.StatusOK)
	_ = o.rests(c)
	o.clock.Advance(longestRest)
	if fault := o.fault(c, 100); fault != nil || o.sent() != 100 {
		t.Errorf("after a good answer: %v", fault)
	}
	// The row and the gap begin again.
	o.says(http.StatusBadGateway)
	if o.ask(c, restAfter-1); o.sent() != restAfter-1 {
		t.Error("it rests too early")
	}
	o.ask(c, 1)
	if fault := o.rests(c); fault.After != firstRest {
		t.Errorf("the gap is %v", fault.After)
	}
}

// While a probe is under way all others are refused at once: a system that
// hangs holds one request, not all workers.
func TestOneProbeIsUnderWayAtATime(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	c := o.client("a")
	o.ask(c, restAfter)
	o.sent()
	o.clock.Advance(firstRest)
	arrived, release := make(chan struct{}, 1), make(chan struct{})
	o.does(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	})
	done := make(chan error, 1)
	go func() {
		_, err := c.Do(context.WithoutCancel(t.Context()), aRead)
		done <- err
	}()
	<-arrived
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := c.Do(context.WithoutCancel(t.Context()), aWrite); err == nil {
				t.Error("a request went past the probe")
			}
		})
	}
	group.Wait()
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if sent := o.sent(); sent != 1 {
		t.Errorf("%d requests during the probe", sent)
	}
}

// Any answer says that the system is up, and only a missing one or its own word
// that it cannot says that it is down.
func TestWhatMakesAnAccountRest(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		rests  bool
	}{
		"invalid":              {status(400), false},
		"wrong credentials":    {status(401), false},
		"permission":           {status(403), false},
		"not found":            {status(404), false},
		"conflict":             {status(409), false},
		"unprocessable":        {status(422), false},
		"a limit":              {status(429), false},
		"redirect elsewhere":   {status(302), false},
		"malformed":            {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, false},
		"too large":            {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 2000)) }, false},
		"its patience is over": {status(408), true},
		"its own error":        {status(500), true},
		"bad gateway":          {status(502), true},
		"unavailable":          {status(503), true},
		"gateway timeout":      {status(504), true},
		"no answer":            {breakAfter(""), true},
		"half an answer":       {breakAfter("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1,2"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOutage(t)
			client := o.client("a", func(options *Options) { options.MaxBody = 1000 })
			o.does(c.answer)
			o.ask(client, 50)
			if sent := o.sent(); (sent < 50) != c.rests {
				t.Errorf("%d of 50 requests were sent", sent)
			}
			if c.rests {
				return
			}
			// As a probe it opens the way too.
			o.says(http.StatusServiceUnavailable)
			o.ask(client, restAfter)
			o.clock.Advance(firstRest)
			o.does(c.answer)
			o.sent()
			if o.ask(client, 50); o.sent() != 50 {
				t.Error("the answer did not end the rest")
			}
		})
	}
}

// Answers in between, from any connection of the account, keep it awake: one
// poisoned order or one endpoint that fails is no outage.
func TestAGoodAnswerInBetweenBreaksTheRow(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	poisoned, healthy := o.client("a"), o.client("a", func(options *Options) { options.Tenant = "other" })
	for range 50 {
		o.says(http.StatusInternalServerError)
		o.ask(poisoned, restAfter-1)
		o.says(http.StatusOK)
		if fault := o.fault(healthy, 1); fault != nil {
			t.Fatal(fault)
		}
	}
}

// A request that we gave up, and a certificate that this connection alone does
// not trust, say nothing of the system.
func TestOurOwnFaultsMakeNobodyRest(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	c := o.client("a")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		_, _ = c.Do(cancelled, aRead)
	}
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	trustless := o.client("a", func(options *Options) { options.BaseURL = secure.URL })
	o.ask(trustless, 20)
	trusting := o.client("a", func(options *Options) { options.BaseURL, options.Transport = secure.URL, secure.Client().Transport })
	if fault := o.fault(trusting, 1); fault != nil {
		t.Errorf("a connection that trusts the certificate is refused: %v", fault)
	}
	o.says(http.StatusOK)
	if fault := o.fault(c, 1); fault != nil {
		t.Error(fault)
	}
}

// Each account rests alone, and so does each host that an account is used at.
func TestAccountsRestApart(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	o.ask(o.client("a"), 100)
	o.sent()
	if o.ask(o.client("b"), 1); o.sent() != 1 {
		t.Error("another account of the host rests too")
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(elsewhere.Close)
	if fault := o.fault(o.client("a", func(options *Options) { options.BaseURL = elsewhere.URL }), 1); fault != nil {
		t.Errorf("the account rests at another host: %v", fault)
	}
}

// Three hundred merchants on a host that is down cost one request each, and
// then one probe at a time for them all. The first answer wakes all.
func TestAHostThatIsDownIsNotAskedByEachOfItsAccounts(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	const accounts = 300
	var clients []*Client
	for i := range accounts {
		clients = append(clients, o.client(fmt.Sprint(i)))
	}
	all := func() {
		for _, c := range clients {
			o.ask(c, 1)
		}
	}
	for range 20 {
		all()
	}
	if sent := o.sent(); sent > accounts+hostAfter*restAfter {
		t.Errorf("%d requests to a host that is down", sent)
	}
	const minutes = 60
	for range minutes {
		o.clock.Advance(time.Minute)
		all()
	}
	if sent := o.sent(); sent == 0 || sent > minutes {
		t.Errorf("%d probes in %d minutes", sent, minutes)
	}
	o.says(http.StatusOK)
	o.clock.Advance(time.Minute)
	all()
	if sent := o.sent(); sent < accounts-1 {
		all()
		if sent += o.sent(); sent < 2*accounts-hostAfter {
			t.Errorf("%d requests after the host was back", sent)
		}
	}
}

// Accounts that fail while others of the host get answers never stand for the host.
func TestAFewBadAccountsAreNoOutageOfTheHost(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	bad := []*Client{o.client("bad 1"), o.client("bad 2"), o.client("bad 3"), o.client("bad 4")}
	good := o.client("good")
	for range 100 {
		o.says(http.StatusServiceUnavailable)
		for _, c := range bad {
			o.ask(c, 3)
		}
		o.says(http.StatusOK)
		if fault := o.fault(good, 1); fault != nil {
			t.Fatal(fault)
		}
		o.clock.Advance(20 * time.Second)
	}
}

// A run on demand asks once before the time, and no more than that.
func TestARunOnDemandAsksARestingAccountOnce(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	c := o.client("a")
	o.ask(c, restAfter)
	o.sent()
	demand := NewDemand()
	for range 10 {
		ctx := demand.With(t.Context())
		_, _ = c.Do(ctx, aRead)
		_, _ = c.Do(ctx, aWrite)
	}
	if sent := o.sent(); sent != 1 {
		t.Errorf("a demand was good for %d requests", sent)
	}
	o.says(http.StatusOK)
	if _, err := c.Do(NewDemand().With(t.Context()), aRead); err != nil {
		t.Errorf("the next demand: %v", err)
	}
	if fault := o.fault(c, 1); fault != nil {
		t.Errorf("the answer to it did not end the rest: %v", fault)
	}
}

func TestAnAccountRestsForAsLongAsItsSystemAsks(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	c := o.client("a")
	o.does(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	o.ask(c, restAfter)
	if fault := o.rests(c); fault.After != 10*time.Minute {
		t.Errorf("after %v", fault.After)
	}
}

// A token that has to be fetched first is the probe, not what stands in its way.
func TestAFetchOfATokenIsTheProbe(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	login := o.client("a")
	bearer := NewBearer(func(ctx context.Context) (Token, error) {
		_, err := login.Do(ctx, Request{Operation: "log in", Endpoint: "/token", Path: "/token", Method: http.MethodPost, Reads: true})
		return Token{Value: "t"}, err
	}, o.clock.Now)
	c := o.client("a", func(options *Options) { options.Authorizer = bearer })
	o.ask(c, 100)
	if sent := o.sent(); sent != restAfter {
		t.Errorf("%d requests", sent)
	}
	o.clock.Advance(firstRest)
	o.says(http.StatusOK)
	if fault := o.fault(c, 1); fault != nil || o.sent() != 2 {
		t.Errorf("after the rest: %v", fault)
	}
}

// A read that got no answer for the whole time of a request is not repeated: it
// would hold its worker as long once more.
func TestAReadThatTimedOutIsNotRepeated(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	o.does(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := o.client("a", func(options *Options) { options.Timeout, options.Sleep = 50*time.Millisecond, o.clock.Sleep })
	if fault := o.fault(c, 1); fault == nil || fault.Kind != fulfillment.FaultUnavailable || o.sent() != 1 {
		t.Errorf("%v", fault)
	}
}

func TestTheMetricCountsAccountsThatRestAndForgetsThem(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	metrics := NewMetrics()
	metrics.Watch(o.breakers)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(metrics)
	shown := func() map[string]float64 {
		values := map[string]float64{}
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			for _, metric := range family.GetMetric() {
				values[metric.GetLabel()[0].GetValue()] = metric.GetGauge().GetValue()
			}
		}
		return values
	}
	if got := shown(); len(got) != 0 {
		t.Errorf("before the first request: %v", got)
	}
	o.ask(o.client("a"), 10)
	o.ask(o.client("b"), 10)
	o.ask(o.client("c"), 1)
	if got := shown(); got["Test System"] != 3 {
		t.Errorf("shows %v, want 3: the third account failed while two rested", got)
	}
	// Their connections are deleted: nobody asks any more.
	o.clock.Advance(3 * idleBreaker)
	if got := shown(); len(got) != 0 || len(o.breakers.hosts) != 0 {
		t.Errorf("long after: %v, %d hosts", got, len(o.breakers.hosts))
	}
}
