// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
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
	c, _ := serve(t, func(http.ResponseWriter, *http.Request) { <-release }, func(o *Options) { o.Timeout = 500 * time.Millisecond })
	t.Cleanup(func() { close(release) }) // before the server closes
	_, err := c.Do(t.Context(), aWrite)
	fault := faultOf(t, err)
	if fault.Kind != fulfillment.FaultUnavailable || !fault.Uncertain || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%+v, want Unavailable, uncertain, wrapping the deadline", fault)
	}
	if !strings.Contains(fault.Hint, "500ms") {
		t.Errorf("hint %q does not say how long was waited", fault.Hint)
	}
}

// A server that always sends one more byte is no reason to wait for ever.
func TestABodyThatDripsEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			io.WriteString(w, " ")
			if http.NewResponseController(w).Flush() != nil {
				return
			}
		}
	}, func(o *Options) { o.Timeout, o.MaxBody = 50*time.Millisecond, 1<<40 })
	_, err := c.Do(t.Context(), aWrite)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultUnavailable || !fault.Uncertain || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%+v, want the deadline", fault)
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
