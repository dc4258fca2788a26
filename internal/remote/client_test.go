// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

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
	transport, err := NewTransport(nil, loopback(t))
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

// loopback is within the reach of most tests: their servers are there.
func loopback(t *testing.T) Reach {
	t.Helper()
	reach, err := ParseReach("127.0.0.0/8,::1/128")
	if err != nil {
		t.Fatal(err)
	}
	return reach
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
			w.Header().Set("X-Echo", r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Accept")+" "+r.Header.Get("Content-Type")+" "+r.UserAgent())
			w.WriteHeader(status)
		}, func(o *Options) { o.BaseURL += "/base/"; o.UserAgent = "agent/1" })
		response, err := c.Do(t.Context(), Request{Method: "put", Path: "/a%2Fb", Query: "q=1", Body: []byte("x")})
		if err != nil || response.Status != status {
			t.Errorf("%d: status %d, error %v", status, response.Status, err)
		}
		if want, got := "PUT /base/a%2Fb?q=1 application/json application/json agent/1", response.Header.Get("X-Echo"); got != want {
			t.Errorf("sent %q, want %q", got, want)
		}
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
