// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// Options of a Client.
type Options struct {
	// System is the system's name in faults and metrics, for example "Order Manager".
	System string
	// BaseURL of every request: http or https, without user information, query or fragment.
	BaseURL string
	// Transport is shared by clients; nil is a new one that reaches the public internet.
	Transport http.RoundTripper
	// Authorizer sets credentials; nil sets none.
	Authorizer Authorizer
	// Budgets bound the rate of requests; nil is unlimited.
	Budgets *Budgets
	// Breakers refuse requests to a system that is down; nil lets all through.
	Breakers *Breakers
	// Account is whose budget is used: a hash of host and user or token, never a secret itself.
	Account string
	// Tenant is the connection, for fairness inside a budget.
	Tenant string
	// Priority inside a budget.
	Priority Priority
	// WriteGate is asked right before each request that writes; its error
	// stops the request. nil lets all pass.
	WriteGate func(context.Context) error
	UserAgent string
	// Timeout of one request with its answer; 0 is 30 seconds.
	Timeout time.Duration
	// MaxBody is the most bytes of an answer, after decompression; 0 is 16 MiB.
	MaxBody int64
	// Bodies is the memory that large answers share; nil is without a bound.
	Bodies *Bodies
	// MaxWait is the longest wait for the budget; a longer one is a fault of
	// kind Throttled at once. 0 is 5 seconds.
	MaxWait time.Duration
	// Now and Sleep are the clock; nil is real time.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
	// Metrics count requests; nil counts none.
	Metrics *Metrics
}

// maxRefusal is the most bytes that are read of an answer which is no success:
// only its first words matter. A longer one is taken for one that says nothing.
const maxRefusal = 256 << 10

// Client sends requests to one system on behalf of one tenant. It is safe for
// concurrent use.
type Client struct {
	options Options
	base    string
	breaker breakerKey
	http    *http.Client
	clock   *serverClock
}

// New returns a client. It fails when the base URL cannot be used; the error
// does not repeat it.
func New(options Options) (*Client, error) {
	base, err := url.Parse(options.BaseURL)
	switch {
	case err != nil:
		return nil, errors.New("the url cannot be parsed")
	case base.Scheme != "https" && base.Scheme != "http", base.Host == "":
		return nil, errors.New("the url must begin with https:// or http:// and name a host")
	case base.User != nil, base.RawQuery != "", base.Fragment != "":
		return nil, errors.New("the url must hold neither user information nor a query nor a fragment")
	}
	if options.Transport == nil {
		if options.Transport, err = NewTransport(nil, Reach{}); err != nil {
			return nil, err
		}
	}
	if options.Timeout <= 0 {
		options.Timeout = 30 * time.Second
	}
	if options.MaxBody <= 0 {
		options.MaxBody = 16 << 20
	}
	if options.MaxWait <= 0 {
		options.MaxWait = 5 * time.Second
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Sleep == nil {
		options.Sleep = sleep
	}
	return &Client{
		options: options,
		base:    strings.TrimRight(base.String(), "/"),
		breaker: breakerKey{strings.ToLower(base.Host), options.Account},
		http:    &http.Client{Transport: options.Transport, CheckRedirect: checkRedirect},
		clock:   &serverClock{},
	}, nil
}

// Do sends a request and returns the answer. The answer of a status below 400
// comes without an error, except a redirect that is not followed. Any other
// status comes with the answer and a *fulfillment.Fault, which the caller may
// refine from the body. Every other failure is a *fulfillment.Fault too; one
// that came of the context wraps the context's error.
//
// Reads are repeated at most twice while the system is unavailable. A write is
// sent once. The exception is an answer of 401, which says that the request
// was not looked at: then it is sent once more with new credentials, if there are any.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	r = r.normal()
	renewed := false
	for repeats := 0; ; {
		response, fault, sent := c.try(ctx, r)
		if fault == nil {
			return response, nil
		}
		if response.Status == http.StatusUnauthorized && !renewed && c.options.Authorizer != nil {
			renewed = true
			if c.options.Authorizer.Refused(ctx, response.Issue) {
				continue
			}
		}
		// What failed before it was sent had its own tries: the budget was
		// waited for, and the token was fetched by a client like this one.
		gap, again := c.repeat(ctx, r, fault, repeats)
		if !sent || !again || c.options.Sleep(ctx, gap) != nil {
			return response, fault
		}
		repeats++
	}
}

// normal fills in what may be left out.
func (r Request) normal() Request {
	r.Method = strings.ToUpper(r.Method)
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	if r.ContentType == "" && r.Body != nil {
		r.ContentType = "application/json"
	}
	return r
}

// try sends the request once: breaker, budget, credentials, gate, request. sent
// says whether it came to the last of these.
//
// The breaker is asked twice. Nobody waits for the budget of a system that is
// down; and the probe is taken last, so that a token that has to be fetched
// first can be the probe.
func (c *Client) try(ctx context.Context, r Request) (response Response, fault *fulfillment.Fault, sent bool) {
	if resting := c.options.Breakers.resting(ctx, c.breaker); resting != nil {
		return Response{}, c.restingFault(r, resting), false
	}
	if fault := c.awaitBudget(ctx, r); fault != nil {
		return Response{}, fault, false
	}
	request, err := c.build(ctx, r)
	if err != nil {
		return Response{}, c.wrap(r, fulfillment.FaultInvalid, err), false
	}
	var issue Issue
	if c.options.Authorizer != nil {
		if issue, err = c.options.Authorizer.Authorize(ctx, request.Header); err != nil {
			return Response{}, c.wrap(r, fulfillment.FaultUnavailable, err), false
		}
	}
	if c.options.WriteGate != nil && !r.reads() {
		if err := c.options.WriteGate(ctx); err != nil {
			return Response{}, c.wrap(r, fulfillment.FaultNotLeading, err), false
		}
	}
	probe, resting := c.options.Breakers.enter(ctx, c.options.System, c.breaker)
	if resting != nil {
		return Response{}, c.restingFault(r, resting), false
	}
	left := c.options.Now()
	response, fault = c.exchange(ctx, r, request)
	response.Issue = issue
	v, asked := verdictOf(ctx, response, fault)
	c.options.Breakers.leave(c.breaker, probe, v, asked)
	if response.Status == http.StatusTooManyRequests {
		c.options.Metrics.throttle(c.options.System, r.Endpoint)
		if c.options.Budgets != nil {
			c.options.Budgets.drain(c.options.Account, r.Method, r.Endpoint, fault.After, c.options.Now().Sub(left))
		}
	}
	return response, fault, true
}

// awaitBudget waits for the account's budget.
func (c *Client) awaitBudget(ctx context.Context, r Request) *fulfillment.Fault {
	if c.options.Budgets == nil {
		return nil
	}
	key := budgetKey{c.options.Account, r.Method, r.Endpoint}
	after, err := c.options.Budgets.take(ctx, key, c.options.Tenant, c.options.Priority, c.options.MaxWait)
	if err != nil {
		return c.wrap(r, fulfillment.FaultUnavailable, err)
	}
	if after > 0 {
		c.options.Metrics.throttle(c.options.System, r.Endpoint)
		fault := c.wrap(r, fulfillment.FaultThrottled, nil)
		fault.After = after
		return fault
	}
	return nil
}

// build makes the HTTP request.
func (c *Client) build(ctx context.Context, r Request) (*http.Request, error) {
	if r.Path != "" && !strings.HasPrefix(r.Path, "/") {
		return nil, errors.New("path without a slash")
	}
	target, err := url.Parse(c.base + r.Path)
	if err != nil {
		return nil, errors.New("path that cannot be parsed")
	}
	target.RawQuery, target.Fragment = r.Query, ""
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, target.String(), body)
	if err != nil {
		return nil, errors.New("request that cannot be built")
	}
	if r.Header != nil {
		request.Header = r.Header.Clone()
	}
	if r.ContentType != "" {
		request.Header.Set("Content-Type", r.ContentType)
	}
	if request.Header.Get("Accept") == "" {
		request.Header.Set("Accept", "application/json")
	}
	if c.options.UserAgent != "" {
		request.Header.Set("User-Agent", c.options.UserAgent)
	}
	return request, nil
}

// exchange sends the request and reads the whole answer.
func (c *Client) exchange(ctx context.Context, r Request, request *http.Request) (response Response, fault *fulfillment.Fault) {
	limited, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	// With a connection in hand, bytes may leave at any moment.
	var reached atomic.Bool
	limited = httptrace.WithClientTrace(limited, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { reached.Store(true) },
	})
	start := c.options.Now()
	defer func() {
		c.options.Metrics.observe(c.options.System, r, response.Status, c.options.Now().Sub(start))
	}()

	answer, err := c.http.Do(request.WithContext(limited))
	if err != nil {
		return Response{}, c.networkFault(ctx, r, err, reached.Load())
	}
	defer answer.Body.Close()
	response = Response{Status: answer.StatusCode, Header: answer.Header}
	date, _ := http.ParseTime(answer.Header.Get("Date"))
	c.clock.saw(date, c.options.Now())
	limit := c.options.MaxBody
	if answer.StatusCode >= 300 {
		limit = min(limit, maxRefusal)
	}
	body, held, err := c.readBody(limited, answer, limit)
	tooLarge := int64(len(body)) > limit
	if tooLarge {
		held.giveBack()
	} else {
		response.Body, response.held = body, held
	}
	if fault := c.statusFault(r, response); fault != nil {
		return response, fault
	}
	if errors.Is(err, errNoRoom) && ctx.Err() == nil {
		return response, c.noRoomFault(r, response)
	}
	if err != nil {
		fault := c.networkFault(ctx, r, err, true)
		fault.Status = response.Status
		return response, fault
	}
	if tooLarge {
		return response, c.Fault(r, response, fulfillment.FaultTooLarge)
	}
	return response, nil
}

// wrap makes a fault of an error that came before anything was sent. A fault
// is passed on as it is; of anything else only the cause is kept.
func (c *Client) wrap(r Request, kind fulfillment.FaultKind, err error) *fulfillment.Fault {
	if fault, ok := fulfillment.AsFault(err); ok {
		return fault
	}
	return &fulfillment.Fault{Kind: kind, System: c.options.System, Operation: r.Operation, Cause: err}
}
