// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// Fault returns a fault of this kind for a request and its answer. It is
// Uncertain when the request writes and the answer leaves open what became of
// it: that is so for an answer of success that cannot be understood.
func (c *Client) Fault(r Request, response Response, kind fulfillment.FaultKind) *fulfillment.Fault {
	r = r.normal()
	// An answer of 4xx is a refusal, and a refusal has no effect. The exception
	// is 408: the server lost patience, and nobody knows at which point.
	refused := response.Status >= 400 && response.Status < 500 && response.Status != http.StatusRequestTimeout
	return &fulfillment.Fault{
		Kind:      kind,
		System:    c.options.System,
		Operation: r.Operation,
		Status:    response.Status,
		Uncertain: response.Status != 0 && !refused && !r.reads(),
	}
}

// statusFault turns an HTTP status into a fault; nil when it is none.
func (c *Client) statusFault(r Request, response Response) *fulfillment.Fault {
	var kind fulfillment.FaultKind
	var hint string
	switch status := response.Status; {
	case status == http.StatusMovedPermanently, status == http.StatusFound, status == http.StatusSeeOther,
		status == http.StatusTemporaryRedirect, status == http.StatusPermanentRedirect:
		kind, hint = fulfillment.FaultUnavailable, "it redirects elsewhere, which is not followed; check the url"
	case status < 400:
		return nil
	case status == http.StatusUnauthorized:
		kind = fulfillment.FaultAuthentication
	case status == http.StatusForbidden:
		kind = fulfillment.FaultPermission
	case status == http.StatusNotFound:
		kind = fulfillment.FaultNotFound
	case status == http.StatusConflict, status == http.StatusPreconditionFailed:
		kind = fulfillment.FaultConflict
	case status == http.StatusTooManyRequests:
		kind = fulfillment.FaultThrottled
	case status >= 500, status == http.StatusRequestTimeout:
		kind = fulfillment.FaultUnavailable
	default:
		kind = fulfillment.FaultInvalid
	}
	fault := c.Fault(r, response, kind)
	fault.Hint = hint
	switch {
	case kind == fulfillment.FaultThrottled:
		fault.After = retryAfter(response.Header, c.options.Now())
		if fault.After == 0 {
			fault.After = unsaidRetryAfter
		}
	case kind == fulfillment.FaultUnavailable:
		fault.After = retryAfter(response.Header, c.options.Now())
	}
	return fault
}

// networkFault turns an error of the transport into a fault. The error's text
// holds the URL, so nothing of it is kept but what it means. reached says that
// the request may have reached the server.
func (c *Client) networkFault(ctx context.Context, r Request, err error, reached bool) *fulfillment.Fault {
	fault := &fulfillment.Fault{
		Kind:      fulfillment.FaultUnavailable,
		System:    c.options.System,
		Operation: r.Operation,
		Uncertain: reached && !r.reads(),
		Cause:     ctx.Err(),
	}
	switch {
	case fault.Cause != nil:
		fault.Hint = "the request was given up"
	case errors.Is(err, context.DeadlineExceeded):
		fault.Hint = "no answer within " + c.options.Timeout.String()
		fault.Cause = context.DeadlineExceeded
	case errors.Is(err, errOutOfReach):
		fault.Kind, fault.Reason = fulfillment.FaultMisconfigured, fulfillment.ReasonAddressNotAllowed
		fault.Hint = "its host is in a network that the operator does not call; check the url, or have the network added to the manager's --allowed-private-cidrs"
	case untrusted(err):
		fault.Cause = errUntrusted
		fault.Hint = "its certificate is not trusted; a private authority belongs into the bundle of certificates"
	case is[*net.DNSError](err):
		fault.Hint = "its host name cannot be resolved; check the url"
	case reached:
		fault.Hint = "the connection broke"
	default:
		fault.Hint = "no connection; check the url"
	}
	return fault
}

// errUntrusted marks a certificate that this connection does not trust: others
// may, so it says nothing of the system.
var errUntrusted = errors.New("untrusted certificate")

// verdictOf says what the outcome of a request tells of the system, and how
// long that asks to be left alone.
func verdictOf(ctx context.Context, response Response, fault *fulfillment.Fault) (verdict, time.Duration) {
	switch {
	case fault != nil && response.Status == 0 && fault.Kind != fulfillment.FaultUnavailable:
		return unknown, 0 // nothing was sent: an address that is not called
	case fault == nil, fault.Kind != fulfillment.FaultUnavailable, response.Status >= 300 && response.Status < 400:
		return answered, 0
	case ctx.Err() != nil, errors.Is(fault, errUntrusted):
		return unknown, 0
	}
	return failed, fault.After
}

// restingFault is the fault of a request that is not sent since its account rests.
func (c *Client) restingFault(r Request, resting *Resting) *fulfillment.Fault {
	return &fulfillment.Fault{
		Kind: fulfillment.FaultUnavailable, System: c.options.System, Operation: r.Operation,
		Reason: fulfillment.ReasonAccountResting,
		Hint: fmt.Sprintf("it was not asked, since %d requests of the account failed in a row; it is asked again at %s",
			resting.Failures, resting.Again.UTC().Format(time.RFC3339)),
		After: resting.Again.Sub(c.options.Now()),
	}
}

// noRoomFault is the fault of an answer that was not read since others took all
// room. A read is asked for again after a pause; what a write did is not known.
func (c *Client) noRoomFault(r Request, response Response) *fulfillment.Fault {
	if !r.reads() {
		return c.Fault(r, response, fulfillment.FaultTooLarge)
	}
	fault := c.Fault(r, response, fulfillment.FaultThrottled)
	fault.After, fault.Hint = c.options.MaxWait+time.Second, "too many large answers came at once"
	return fault
}

// untrusted reports whether the server's certificate was refused.
func untrusted(err error) bool {
	return is[*tls.CertificateVerificationError](err) || is[x509.UnknownAuthorityError](err) || is[x509.HostnameError](err)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
