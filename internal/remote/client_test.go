// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// serve starts a server on loopback and returns a client of it on a still clock.
func serve(t *testing.T, handler http.HandlerFunc, change func(*Options)) (*Client, *stillClock) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return client(t, server.URL, change)
}

func client(t *testing.T, url string, change func(*Options)) (*Client, *stillClock) {
	t.Helper()
	clock := newStillClock()
	transport, err := NewTransport(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	options := Options{System: "Test System", BaseURL: url, Transport: transport, Now: clock.Now, Sleep: clock.Sleep}
	if change != nil {
		change(&options)
	}
	c, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	return c, clock
}

var (
	aRead  = Request{Operation: "list things", Endpoint: "/things", Path: "/things"}
	aWrite = Request{Operation: "make a thing", Endpoint: "/things", Path: "/things", Method: http.MethodPost, Body: []byte(`{}`)}
)

func faultOf(t *testing.T, err error) *fulfillment.Fault {
	t.Helper()
	fault, ok := fulfillment.AsFault(err)
	if !ok {
		t.Fatalf("error %v is no Fault", err)
	}
	return fault
}

func TestStatusesBecomeFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status    int
		kind      fulfillment.FaultKind
		uncertain bool // of a write
		calls     int32
	}{
		{400, fulfillment.FaultInvalid, false, 1},
		{401, fulfillment.FaultAuthentication, false, 1},
		{403, fulfillment.FaultPermission, false, 1},
		{404, fulfillment.FaultNotFound, false, 1},
		{405, fulfillment.FaultInvalid, false, 1},
		{408, fulfillment.FaultUnavailable, true, 3},
		{409, fulfillment.FaultConflict, false, 1},
		{412, fulfillment.FaultConflict, false, 1},
		{413, fulfillment.FaultInvalid, false, 1},
		{422, fulfillment.FaultInvalid, false, 1},
		{428, fulfillment.FaultInvalid, false, 1},
		{429, fulfillment.FaultThrottled, false, 1},
		{500, fulfillment.FaultUnavailable, true, 3},
		{502, fulfillment.FaultUnavailable, true, 3},
		{503, fulfillment.FaultUnavailable, true, 3},
		{504, fulfillment.FaultUnavailable, true, 3},
		{599, fulfillment.FaultUnavailable, true, 3},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.status), func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				w.WriteHeader(test.status)
				io.WriteString(w, "body for the driver")
			}, nil)

			response, err := c.Do(t.Context(), aRead)
			fault := faultOf(t, err)
			if fault.Kind != test.kind || fault.Status != test.status || fault.Uncertain {
				t.Errorf("read: kind %s, status %d, uncertain %v; want %s, %d, false", fault.Kind, fault.Status, fault.Uncertain, test.kind, test.status)
			}
			if fault.System != "Test System" || fault.Operation != "list things" {
				t.Errorf("fault of %q, %q", fault.System, fault.Operation)
			}
			if response.Status != test.status || string(response.Body) != "body for the driver" {
				t.Errorf("the driver got status %d and body %q", response.Status, response.Body)
			}
			if n := calls.Swap(0); n != test.calls {
				t.Errorf("%d reads were sent, want %d", n, test.calls)
			}

			_, err = c.Do(t.Context(), aWrite)
			if fault := faultOf(t, err); fault.Kind != test.kind || fault.Uncertain != test.uncertain {
				t.Errorf("write: kind %s, uncertain %v; want %s, %v", fault.Kind, fault.Uncertain, test.kind, test.uncertain)
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("%d writes were sent, want 1", n)
			}
		})
	}
}

func TestSuccess(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 202, 204, 207, 304} {
		c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", epoch.Format(http.TimeFormat))
			w.Header().Set("X-Echo", r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Accept")+" "+r.Header.Get("Content-Type")+" "+r.UserAgent())
			w.WriteHeader(status)
		}, func(o *Options) { o.BaseURL += "/base/"; o.UserAgent = "agent/1" })
		response, err := c.Do(t.Context(), Request{Method: "put", Path: "/a%2Fb", Query: "q=1", Body: []byte("x")})
		if err != nil || response.Status != status || !response.Date.Equal(epoch) {
			t.Errorf("%d: status %d, date %v, error %v", status, response.Status, response.Date, err)
		}
		if want, got := "PUT /base/a%2Fb?q=1 application/json application/json agent/1", response.Header.Get("X-Echo"); got != want {
			t.Errorf("sent %q, want %q", got, want)
		}
	}
}

// breakAfter returns a handler that reads the request, writes a raw text to the
// connection and closes it.
func breakAfter(raw string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		connection, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			io.WriteString(connection, raw)
			connection.Close()
		}
	}
}

func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	zipped := gzip.NewWriter(&bomb)
	zipped.Write(make([]byte, 1<<20))
	zipped.Close()
	tests := []struct {
		name    string
		handler http.HandlerFunc
		kind    fulfillment.FaultKind
		status  int
		reads   int32
	}{
		{"closed without an answer", breakAfter(""), fulfillment.FaultUnavailable, 0, 3},
		{"no HTTP", breakAfter("hello\r\n\r\n"), fulfillment.FaultUnavailable, 0, 3},
		{"closed inside the header", breakAfter("HTTP/1.1 200 OK\r\nConte"), fulfillment.FaultUnavailable, 0, 3},
		{"closed inside the body", breakAfter("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1,2"), fulfillment.FaultUnavailable, 200, 3},
		{"closed inside a chunk", breakAfter("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n[1,2"), fulfillment.FaultUnavailable, 200, 3},
		{"too large", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 1001)) }, fulfillment.FaultTooLarge, 200, 1},
		{"too large once decompressed", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb.Bytes())
		}, fulfillment.FaultTooLarge, 200, 1},
		{"not gzip at all", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "[]")
		}, fulfillment.FaultUnavailable, 200, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				test.handler(w, r)
			}, func(o *Options) { o.MaxBody = 1000 })
			_, err := c.Do(t.Context(), aWrite)
			fault := faultOf(t, err)
			if fault.Kind != test.kind || fault.Status != test.status || !fault.Uncertain {
				t.Errorf("write: %s, status %d, uncertain %v; want %s, %d, true", fault.Kind, fault.Status, fault.Uncertain, test.kind, test.status)
			}
			if n := calls.Swap(0); n != 1 {
				t.Errorf("%d writes were sent, want 1", n)
			}
			_, err = c.Do(t.Context(), aRead)
			if fault := faultOf(t, err); fault.Kind != test.kind || fault.Uncertain {
				t.Errorf("read: %s, uncertain %v; want %s, false", fault.Kind, fault.Uncertain, test.kind)
			}
			if n := calls.Load(); n != test.reads {
				t.Errorf("%d reads were sent, want %d", n, test.reads)
			}
		})
	}
}

func TestABodyOfExactlyTheLimitIsTaken(t *testing.T) {
	t.Parallel()
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 1000)) }, func(o *Options) { o.MaxBody = 1000 })
	if response, err := c.Do(t.Context(), aRead); err != nil || len(response.Body) != 1000 {
		t.Errorf("%d bytes, error %v", len(response.Body), err)
	}
}

func TestAnErrorWithATooLargeBodyKeepsItsStatus(t *testing.T) {
	t.Parallel()
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(422)
		w.Write(make([]byte, 2000))
	}, func(o *Options) { o.MaxBody = 1000 })
	response, err := c.Do(t.Context(), aWrite)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultInvalid || fault.Uncertain || response.Body != nil {
		t.Errorf("%+v, body of %d bytes", fault, len(response.Body))
	}
}

func TestAWriteThatNeverReachedAServerIsCertain(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	for name, test := range map[string]struct {
		url, hint string
		transport http.RoundTripper
	}{
		"nobody listens":        {closed.URL, "no connection; check the url", nil},
		"untrusted certificate": {untrusted.URL, "certificate is not trusted", nil},
		"unknown host":          {"http://api.example", "host name cannot be resolved", deadTransport{&net.DNSError{Err: "no such host", Name: "api.example", IsNotFound: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := client(t, test.url, func(o *Options) {
				if test.transport != nil {
					o.Transport = test.transport
				}
			})
			_, err := c.Do(t.Context(), aWrite)
			fault := faultOf(t, err)
			if fault.Kind != fulfillment.FaultUnavailable || fault.Uncertain {
				t.Errorf("%s, uncertain %v; want Unavailable and certain", fault.Kind, fault.Uncertain)
			}
			if !strings.Contains(fault.Hint, test.hint) {
				t.Errorf("hint %q, want one about %q", fault.Hint, test.hint)
			}
		})
	}
}

func TestATimeoutOfAWriteIsUncertain(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	c, _ := serve(t, func(http.ResponseWriter, *http.Request) { <-release }, func(o *Options) { o.Timeout = 10 * time.Millisecond })
	t.Cleanup(func() { close(release) }) // before the server closes
	_, err := c.Do(t.Context(), aWrite)
	fault := faultOf(t, err)
	if fault.Kind != fulfillment.FaultUnavailable || !fault.Uncertain || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%+v, want Unavailable, uncertain, wrapping the deadline", fault)
	}
	if !strings.Contains(fault.Hint, "10ms") {
		t.Errorf("hint %q does not say how long was waited", fault.Hint)
	}
}

func TestAGivenUpWriteIsUncertainAndWrapsTheContext(t *testing.T) {
	t.Parallel()
	reached, release := make(chan struct{}), make(chan struct{})
	c, _ := serve(t, func(http.ResponseWriter, *http.Request) { close(reached); <-release }, nil)
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	_, err := c.Do(ctx, aWrite)
	if fault := faultOf(t, err); !fault.Uncertain || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, want uncertain, wrapping the context's error", fault)
	}
	_, err = c.Do(ctx, aWrite)
	if fault := faultOf(t, err); fault.Uncertain || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v of a request that was never sent, want certain", fault)
	}
}

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

func TestTheGateIsAskedLastAndForWritesAlone(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	var order []string
	closed := errors.New("somebody else leads: secret-lease-holder")
	c, _ := serve(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) }, func(o *Options) {
		o.Authorizer = authorizer{authorize: func() error { order = append(order, "authorize"); return nil }}
		o.WriteGate = func(context.Context) error { order = append(order, "gate"); return closed }
	})
	if _, err := c.Do(t.Context(), aRead); err != nil {
		t.Errorf("a read was stopped: %v", err)
	}
	_, err := c.Do(t.Context(), aWrite)
	fault := faultOf(t, err)
	if fault.Kind != fulfillment.FaultNotLeading || fault.Uncertain || !errors.Is(err, closed) || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
	if got := fmt.Sprint(order); got != "[authorize authorize gate]" || calls.Load() != 1 {
		t.Errorf("order %s with %d calls", got, calls.Load())
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	var landed atomic.Int32
	handler := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/same":
			http.Redirect(w, r, "/landing", http.StatusFound)
		case "/landing":
			landed.Add(1)
			io.WriteString(w, r.Header.Get("Authorization"))
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/user":
			http.Redirect(w, r, "http://user:pass@"+r.Host+"/landing", http.StatusFound)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		case "/temporary":
			http.Redirect(w, r, "/landing", http.StatusTemporaryRedirect)
		default:
			http.Redirect(w, r, other.URL+"/stolen", http.StatusFound)
		}
	}
	c, _ := serve(t, handler, func(o *Options) { o.Authorizer = StaticToken("token") })
	response, err := c.Do(t.Context(), Request{Path: "/same"})
	if err != nil || string(response.Body) != "Bearer token" {
		t.Errorf("on the same host: %q, %v", response.Body, err)
	}
	landed.Store(0)
	for _, test := range []struct {
		method, path string
		uncertain    bool
	}{
		{"GET", "/other", false}, {"GET", "/loop", false}, {"GET", "/user", false}, {"GET", "/nowhere", false},
		{"POST", "/other", true}, {"POST", "/same", true}, {"POST", "/temporary", true}, {"PUT", "/temporary", true}, {"DELETE", "/same", true},
	} {
		_, err := c.Do(t.Context(), Request{Method: test.method, Path: test.path})
		if fault := faultOf(t, err); fault.Kind != fulfillment.FaultUnavailable || fault.Uncertain != test.uncertain {
			t.Errorf("%s %s: %+v", test.method, test.path, fault)
		}
	}
	if landed.Load() != 0 || elsewhere.Load() != 0 {
		t.Errorf("followed %d times on the host and %d times elsewhere", landed.Load(), elsewhere.Load())
	}
}

// TestNothingSecretIsInFaults puts secrets everywhere and looks for them in
// everything that a fault prints.
func TestNothingSecretIsInFaults(t *testing.T) {
	t.Parallel()
	handlers := map[string]http.HandlerFunc{
		"400":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400); io.WriteString(w, "secret-answer") },
		"401":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401); io.WriteString(w, "secret-answer") },
		"500":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500); io.WriteString(w, "secret-answer") },
		"malformed": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"a": secret-answer`) },
		"broken":    breakAfter(""),
		"no HTTP":   breakAfter("secret-answer\r\n\r\n"),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.invalid/?secret-query", http.StatusFound)
		},
	}
	request := Request{Operation: "make a thing", Endpoint: "/things/{id}", Method: "POST", Path: "/things/secret-path", Query: "q=secret-query",
		Header: http.Header{"X-Secret": {"secret-header"}}, Body: []byte("secret-body")}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := serve(t, handler, func(o *Options) { o.Authorizer = StaticToken("secret-token") })
			response, err := c.Do(t.Context(), request)
			if err == nil {
				err = c.DecodeJSON(request, response, &struct{}{})
			}
			if err == nil {
				t.Fatal("no error")
			}
			for _, printed := range []string{err.Error(), fmt.Sprintf("%+v", faultOf(t, err)), fmt.Sprintf("%#v", faultOf(t, err))} {
				if strings.Contains(printed, "secret") {
					t.Errorf("printed: %s", printed)
				}
			}
			for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
				if strings.Contains(cause.Error(), "secret") {
					t.Errorf("cause: %s", cause)
				}
			}
		})
	}
}

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	c, _ := client(t, "http://unused.example", nil)
	for body, hint := range map[string]string{
		"":                       "not the JSON",
		"[1,2":                   "not the JSON",
		"[1] [2]":                "not the JSON",
		`{"a":1}`:                "not the JSON", // a list was documented
		"<!DOCTYPE html><p>":     "web page",
		" \n<html>maintenance":   "web page",
		`["text","not numbers"]`: "not the JSON",
	} {
		var list []int
		err := c.DecodeJSON(aWrite, Response{Status: 200, Body: []byte(body)}, &list)
		fault := faultOf(t, err)
		if fault.Kind != fulfillment.FaultMalformed || !fault.Uncertain || !strings.Contains(fault.Hint, hint) {
			t.Errorf("%q: %+v", body, fault)
		}
		if fault := faultOf(t, c.DecodeJSON(aRead, Response{Status: 200, Body: []byte(body)}, &list)); fault.Uncertain {
			t.Errorf("%q: a read is uncertain", body)
		}
	}
	var list []int
	if err := c.DecodeJSON(aRead, Response{Status: 200, Body: []byte(" [1, 2]\n")}, &list); err != nil || len(list) != 2 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestNewRefusesUnusableURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "api.example", "ftp://api.example", "https://", "https://user:secret@api.example", "https://api.example?secret=1",
		"https://api.example#secret", "https://api.example/%zz-secret", "://secret"} {
		if _, err := New(Options{BaseURL: url}); err == nil {
			t.Errorf("%q was taken", url)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats the URL: %v", err)
		}
	}
}

func TestAPathCannotLeaveTheHost(t *testing.T) {
	t.Parallel()
	var got atomic.Value
	c, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) { got.Store(r.URL.RequestURI()) }, nil)
	for _, path := range []string{"things", ".evil.example/", "@evil.example/", ":80@evil.example/"} {
		if _, err := c.Do(t.Context(), Request{Path: path}); err == nil {
			t.Errorf("%q was sent", path)
		}
	}
	if _, err := c.Do(t.Context(), Request{Path: "/a?b#c", Query: "d=1"}); err != nil || got.Load() != "/a?d=1" {
		t.Errorf("sent %v, error %v; want the query of Query alone", got.Load(), err)
	}
}
