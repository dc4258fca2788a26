// SPDX-License-Identifier: Apache-2.0

package fault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ordersync.dev/operator/internal/simulator/fault"
)

const fullBody = `{"orderId":123,"orderStatus":"SHIPPED"}`

// stand is an injector before a handler that counts its runs, on a real connection.
type stand struct {
	*fault.Injector
	url    string
	client *http.Client
	ran    atomic.Int64
	slept  *sleeps
}

type sleeps struct {
	mu   sync.Mutex
	list []time.Duration
}

func (s *sleeps) sleep(_ context.Context, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, d)
}

func (s *sleeps) all() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Duration(nil), s.list...)
}

func newStand(t *testing.T, options fault.Options) *stand {
	t.Helper()
	s := &stand{slept: &sleeps{}}
	options.Sleep = s.slept.sleep
	s.Injector = fault.New(options)
	server := httptest.NewServer(s.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		s.ran.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Handler", "ran")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, fullBody)
	})))
	// A client without kept connections never repeats a request by itself.
	s.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	s.url = server.URL
	t.Cleanup(func() {
		s.Clear()
		s.client.CloseIdleConnections()
		server.Close()
	})
	return s
}

type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

func (s *stand) do(t *testing.T, method, path string) reply {
	t.Helper()
	return s.doContext(t.Context(), method, path, "")
}

func (s *stand) doContext(ctx context.Context, method, path, body string) reply {
	request, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return reply{err: err}
	}
	response, err := s.client.Do(request)
	if err != nil {
		return reply{err: err}
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return reply{status: response.StatusCode, header: response.Header, body: string(data), err: err}
}

func (s *stand) wantRuns(t *testing.T, want int64) {
	t.Helper()
	if got := s.ran.Load(); got != want {
		t.Errorf("the handler ran %d times, want %d", got, want)
	}
}

func wantWhole(t *testing.T, r reply) {
	t.Helper()
	if r.err != nil || r.status != http.StatusAccepted || r.body != fullBody || r.header.Get("X-Handler") != "ran" {
		t.Errorf("answer changed on the way: status %d, body %q, error %v", r.status, r.body, r.err)
	}
}

func TestNoRuleChangesNothing(t *testing.T) {
	s := newStand(t, fault.Options{})
	wantWhole(t, s.do(t, http.MethodGet, "/v1/a"))
	s.wantRuns(t, 1)
}

func TestStatusBeforeKeepsTheHandlerFromRunning(t *testing.T) {
	s := newStand(t, fault.Options{})
	s.MustAdd(fault.Rule{Kind: fault.StatusBefore, Status: 503, Body: `{"message":"busy"}`})
	r := s.do(t, http.MethodPost, "/v1/a")
	if r.status != 503 || r.body != `{"message":"busy"}` || r.header.Get("Content-Type") != "application/json" {
		t.Errorf("got %d %q %q", r.status, r.body, r.header.Get("Content-Type"))
	}
	s.wantRuns(t, 0)
}

func TestStatusAfterRunsTheHandlerAndThrowsItsAnswerAway(t *testing.T) {
	s := newStand(t, fault.Options{})
	s.MustAdd(fault.Rule{Kind: fault.StatusAfter, Status: 502, Header: map[string]string{"Content-Type": "text/html"}, Body: "<html>"})
	r := s.do(t, http.MethodPost, "/v1/a")
	if r.status != 502 || r.body != "<html>" || r.header.Get("Content-Type") != "text/html" {
		t.Errorf("got %d %q %q", r.status, r.body, r.header.Get("Content-Type"))
	}
	if r.header.Get("X-Handler") != "" {
		t.Error("a header of the discarded answer came through")
	}
	s.wantRuns(t, 1)
}

func TestTooManyRequestsCarriesTheHeadersThatWereAskedFor(t *testing.T) {
	s := newStand(t, fault.Options{})
	rule := fault.TooManyRequests("", "", map[string]string{"x-skubana-quota-retryAfter": "1500"})
	rule.Times = 1
	s.MustAdd(rule)
	r := s.do(t, http.MethodGet, "/v1/a")
	if r.status != http.StatusTooManyRequests || r.header.Get("X-Skubana-Quota-Retryafter") != "1500" {
		t.Errorf("got %d %v", r.status, r.header)
	}
	wantWhole(t, s.do(t, http.MethodGet, "/v1/a"))
	s.wantRuns(t, 1)
}

func TestDrop(t *testing.T) {
	for _, c := range []struct {
		kind fault.Kind
		runs int64
	}{{fault.DropBefore, 0}, {fault.DropAfter, 1}} {
		t.Run(string(c.kind), func(t *testing.T) {
			s := newStand(t, fault.Options{})
			s.MustAdd(fault.Rule{Kind: c.kind, Nth: 1})
			if r := s.do(t, http.MethodPost, "/v1/a"); r.err == nil {
				t.Errorf("an answer %d came over a dropped connection", r.status)
			}
			s.wantRuns(t, c.runs)
			wantWhole(t, s.do(t, http.MethodPost, "/v1/a"))
		})
	}
}

func TestDropWithoutHijackerAborts(t *testing.T) {
	i := fault.New(fault.Options{})
	i.MustAdd(fault.Rule{Kind: fault.DropBefore})
	defer func() {
		recovered := recover()
		if err, ok := recovered.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("recovered %v, want ErrAbortHandler", recovered)
		}
	}()
	i.Wrap(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	t.Error("came back from an abort")
}

func TestTruncate(t *testing.T) {
	for _, c := range []struct {
		name    string
		rule    fault.Rule
		want    string
		wantErr error
	}{
		{"half", fault.Rule{}, fullBody[:len(fullBody)/2], io.ErrUnexpectedEOF},
		{"three bytes", fault.Rule{KeepBytes: 3}, fullBody[:3], io.ErrUnexpectedEOF},
		{"more than there is", fault.Rule{KeepBytes: 9999}, fullBody, nil},
		{"framed as whole", fault.Rule{KeepBytes: 10, Whole: true}, fullBody[:10], nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStand(t, fault.Options{})
			c.rule.Kind = fault.Truncate
			s.MustAdd(c.rule)
			r := s.do(t, http.MethodGet, "/v1/a")
			if r.status != http.StatusAccepted || r.body != c.want || !errors.Is(r.err, c.wantErr) {
				t.Errorf("got %d %q %v", r.status, r.body, r.err)
			}
			s.wantRuns(t, 1)
		})
	}
}

func TestSlowSendsEverythingInPieces(t *testing.T) {
	s := newStand(t, fault.Options{})
	s.MustAdd(fault.Rule{Kind: fault.Slow, ChunkBytes: 10, ChunkPause: time.Minute})
	wantWhole(t, s.do(t, http.MethodGet, "/v1/a"))
	pauses := s.slept.all()
	if want := (len(fullBody) - 1) / 10; len(pauses) != want || pauses[0] != time.Minute {
		t.Errorf("paused %v, want %d times a minute", pauses, want)
	}
}

func TestLatenciesAddUpAndCombineWithAKind(t *testing.T) {
	s := newStand(t, fault.Options{})
	s.MustAdd(fault.Rule{Latency: 20 * time.Millisecond})
	s.MustAdd(fault.Rule{Latency: time.Second, Kind: fault.StatusBefore, Status: 500})
	if r := s.do(t, http.MethodGet, "/v1/a"); r.status != 500 {
		t.Errorf("status %d", r.status)
	}
	slept := s.slept.all()
	if len(slept) != 2 || slept[0]+slept[1] != 1020*time.Millisecond {
		t.Errorf("slept %v", slept)
	}
}

func TestLatencyEndsWithTheRequest(t *testing.T) {
	i := fault.New(fault.Options{}) // the real timer
	i.MustAdd(fault.Rule{Latency: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	i.Wrap(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
}

func TestHoldAfterKeepsTheAnswerBackOnceTheEffectIsThere(t *testing.T) {
	s := newStand(t, fault.Options{})
	hold := s.HoldAfter(fault.Rule{Method: http.MethodPost, Path: "/orders/{id}", Nth: 2})
	wantWhole(t, s.do(t, http.MethodPost, "/orders/1"))
	select {
	case <-hold.Reached():
		t.Fatal("reached by the first request")
	default:
	}
	answered := make(chan reply, 1)
	go func() { answered <- s.doContext(context.Background(), http.MethodPost, "/orders/2?a=b", "x") }()
	<-hold.Reached()
	s.wantRuns(t, 2)
	if state := hold.State(); !state.Reached || state.Released || state.Waiting != 1 || state.Held[0].Path != "/orders/2" {
		t.Errorf("state %+v", state)
	}
	wantWhole(t, s.do(t, http.MethodPost, "/orders/3")) // others pass
	select {
	case r := <-answered:
		t.Fatalf("answered %d before the release", r.status)
	default:
	}
	hold.Release()
	hold.Release()
	wantWhole(t, <-answered)
	if held := hold.Held(); len(held) != 1 || held[0].Query != "a=b" {
		t.Errorf("held %+v", held)
	}
}

func TestHoldWithoutACountHoldsTheFirst(t *testing.T) {
	s := newStand(t, fault.Options{})
	hold := s.HoldAfter(fault.Rule{Path: "/a"})
	answered := make(chan reply, 1)
	go func() { answered <- s.doContext(context.Background(), http.MethodGet, "/a", "") }()
	<-hold.Reached()
	wantWhole(t, s.do(t, http.MethodGet, "/a"))
	s.Clear() // releases
	wantWhole(t, <-answered)
}

func TestHoldEndsWithAClientThatIsKilled(t *testing.T) {
	for _, c := range []struct {
		kind fault.Kind
		runs int64
	}{{fault.HoldAfter, 1}, {fault.HoldBefore, 0}} {
		t.Run(string(c.kind), func(t *testing.T) {
			s := newStand(t, fault.Options{})
			rule := fault.Rule{Method: http.MethodPut}
			hold := s.HoldAfter(rule)
			if c.kind == fault.HoldBefore {
				s.Remove(hold.ID)
				hold = s.HoldBefore(rule)
			}
			ctx, kill := context.WithCancel(t.Context())
			gone := make(chan reply, 1)
			go func() { gone <- s.doContext(ctx, http.MethodPut, "/a", strings.Repeat("x", 100_000)) }()
			<-hold.Reached()
			kill()
			if r := <-gone; r.err == nil {
				t.Error("a killed client got an answer")
			}
			<-hold.Ended()
			if waiting := hold.State().Waiting; waiting != 0 {
				t.Errorf("%d are held still", waiting)
			}
			hold.Release()
			wantWhole(t, s.do(t, http.MethodPut, "/a"))
			s.wantRuns(t, c.runs+1)
		})
	}
}

// A hold that ends because the server does, and not because somebody released
// it, is no answer: the client is still there, and must not take it for one.
func TestHoldEndsWithTheServerUnanswered(t *testing.T) {
	for _, c := range []struct {
		kind fault.Kind
		runs int64
	}{{fault.HoldAfter, 1}, {fault.HoldBefore, 0}} {
		t.Run(string(c.kind), func(t *testing.T) {
			i := fault.New(fault.Options{})
			hold := i.HoldAfter(fault.Rule{})
			if c.kind == fault.HoldBefore {
				i.Clear()
				hold = i.HoldBefore(fault.Rule{})
			}
			base, end := context.WithCancel(t.Context())
			s := &stand{Injector: i, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
			server := httptest.NewUnstartedServer(i.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { s.ran.Add(1) })))
			server.Config.BaseContext = func(net.Listener) context.Context { return base }
			server.Start()
			defer server.Close()
			s.url = server.URL
			answered := make(chan reply, 1)
			go func() { answered <- s.doContext(context.Background(), http.MethodPut, "/a", "x") }()
			<-hold.Reached()
			end()
			if r := <-answered; r.err == nil {
				t.Errorf("answered %d", r.status)
			}
			s.wantRuns(t, c.runs)
		})
	}
}

// Whoever goes on when a released request has ended finds its effect.
func TestHoldHasEndedWhenItsRequestTookEffect(t *testing.T) {
	s := newStand(t, fault.Options{})
	hold := s.HoldBefore(fault.Rule{Method: http.MethodPut})
	answered := make(chan reply, 1)
	go func() { answered <- s.doContext(t.Context(), http.MethodPut, "/a", "x") }()
	<-hold.Reached()
	select {
	case <-hold.Ended():
		t.Error("it ended while it was held")
	default:
	}
	hold.Release()
	<-hold.Ended()
	s.wantRuns(t, 1)
	wantWhole(t, <-answered)
}

func TestHoldBeforeThenAnswersWithTheWholeBodyInPlace(t *testing.T) {
	i := fault.New(fault.Options{})
	hold := i.HoldBefore(fault.Rule{})
	hold.Release()
	var got string
	handler := i.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		got = string(data)
	}))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPut, "/", bytes.NewBufferString("body")))
	if got != "body" {
		t.Errorf("the handler read %q", got)
	}
}

func TestHoldThenDrop(t *testing.T) {
	s := newStand(t, fault.Options{})
	hold := s.HoldAfter(fault.Rule{})
	s.MustAdd(fault.Rule{Kind: fault.DropAfter})
	gone := make(chan reply, 1)
	go func() { gone <- s.doContext(context.Background(), http.MethodPost, "/a", "") }()
	<-hold.Reached()
	hold.Release()
	if r := <-gone; r.err == nil {
		t.Error("the answer came through")
	}
	s.wantRuns(t, 1)
}

func TestPicking(t *testing.T) {
	for _, c := range []struct {
		name string
		rule fault.Rule
		want string // one letter per request: x picked, . let through
	}{
		{"all", fault.Rule{}, "xxxxxx"},
		{"third", fault.Rule{Nth: 3}, "..x..."},
		{"every second", fault.Rule{Every: 2}, ".x.x.x"},
		{"first two", fault.Rule{Times: 2}, "xx...."},
		{"second and fourth", fault.Rule{Every: 2, Times: 2}, ".x.x.."},
		{"surely", fault.Rule{Probability: 1}, "xxxxxx"},
		{"another method", fault.Rule{Method: http.MethodPut}, "......"},
		{"this method", fault.Rule{Method: http.MethodGet}, "xxxxxx"},
		{"template", fault.Rule{Path: "/v1/orders/{id}"}, "xxxxxx"},
		{"template too short", fault.Rule{Path: "/v1/{id}"}, "......"},
		{"literal", fault.Rule{Path: "/v1/orders/4"}, "....x."},
		{"prefix", fault.Rule{Path: "/v1/ord*"}, "xxxxxx"},
		{"other prefix", fault.Rule{Path: "/v2/*"}, "......"},
		{"query", fault.Rule{Query: map[string]string{"page": "2"}}, "..x..."},
		{"query and count", fault.Rule{Query: map[string]string{"page": "2"}, Nth: 2}, "......"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStand(t, fault.Options{})
			c.rule.Kind, c.rule.Status = fault.StatusBefore, 500
			s.MustAdd(c.rule)
			got := ""
			for n := range len(c.want) {
				mark := "."
				if s.do(t, http.MethodGet, fmt.Sprintf("/v1/orders/%d?page=%d&page=x", n, n)).status == 500 {
					mark = "x"
				}
				got += mark
			}
			if got != c.want {
				t.Errorf("picked %s, want %s", got, c.want)
			}
		})
	}
}

func TestProbabilityIsTheSameForTheSameSeed(t *testing.T) {
	draw := func(seed uint64) string {
		i := fault.New(fault.Options{Seed: seed})
		i.MustAdd(fault.Rule{Probability: 0.5, Kind: fault.StatusBefore, Status: 500})
		handler := i.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		var drawn strings.Builder
		for range 64 {
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", nil))
			fmt.Fprintf(&drawn, "%d ", recorder.Code)
		}
		return drawn.String()
	}
	first := draw(1)
	if first != draw(1) {
		t.Error("one seed, two sequences")
	}
	if first == draw(2) {
		t.Error("two seeds, one sequence")
	}
	if !strings.Contains(first, "200") || !strings.Contains(first, "500") {
		t.Errorf("half of them should fail: %s", first)
	}
}

func TestRuleThatMakesNoSenseIsRefused(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"two counts":          {Nth: 1, Every: 2},
		"count and chance":    {Nth: 1, Probability: 0.5},
		"negative count":      {Nth: -1},
		"negative times":      {Times: -1},
		"negative latency":    {Latency: -1},
		"chance above one":    {Probability: 1.5},
		"negative chance":     {Probability: -0.5},
		"path without slash":  {Path: "orders"},
		"small method":        {Method: "get"},
		"unknown kind":        {Kind: "Explode"},
		"status missing":      {Kind: fault.StatusBefore},
		"status out of range": {Kind: fault.StatusAfter, Status: 99},
		"status without kind": {Status: 500},
		"header with a drop":  {Kind: fault.DropAfter, Header: map[string]string{"A": "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			i := fault.New(fault.Options{})
			if _, err := i.Add(rule); err == nil {
				t.Error("accepted")
			}
			if len(i.Rules()) != 0 {
				t.Error("armed nevertheless")
			}
			defer func() {
				if recover() == nil {
					t.Error("MustAdd did not panic")
				}
			}()
			i.MustAdd(rule)
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	s := newStand(t, fault.Options{LogSize: 10})
	s.MustAdd(fault.Rule{Every: 4, Kind: fault.StatusBefore, Status: 500})
	var group sync.WaitGroup
	var refused atomic.Int64
	for n := range 80 {
		group.Go(func() {
			if s.doContext(context.Background(), http.MethodGet, fmt.Sprintf("/orders/%d", n), "").status == 500 {
				refused.Add(1)
			}
			s.Calls()
			s.Log()
			s.Rules()
		})
	}
	group.Wait()
	if refused.Load() != 20 {
		t.Errorf("%d refused, want 20 of 80", refused.Load())
	}
	s.wantRuns(t, 60)
	if got := s.Calls()["GET /orders/{id}"]; got != 80 {
		t.Errorf("counted %d", got)
	}
}
