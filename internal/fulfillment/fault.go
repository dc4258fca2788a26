// SPDX-License-Identifier: Apache-2.0

package fulfillment

import (
	"errors"
	"fmt"
	"time"
)

// FaultKind decides what happens after a fault: retry, wait, stall, or report
// the one order it belongs to.
type FaultKind string

const (
	// FaultAuthentication: the credentials were refused; only a person can help.
	FaultAuthentication FaultKind = "Authentication"
	// FaultPermission: the credentials are good but do not allow this.
	FaultPermission FaultKind = "Permission"
	// FaultThrottled: the budget is used up; wait After.
	FaultThrottled FaultKind = "Throttled"
	// FaultInvalid: the system refused this request for what it says; a repeat
	// of the same request is refused again.
	FaultInvalid FaultKind = "Invalid"
	// FaultDuplicate: the reference is taken. Look and compare; assume nothing.
	FaultDuplicate FaultKind = "Duplicate"
	// FaultConflict: somebody else changed the thing meanwhile; read again.
	FaultConflict FaultKind = "Conflict"
	// FaultNotFound: the thing asked for does not exist.
	FaultNotFound FaultKind = "NotFound"
	// FaultUnavailable: the system cannot be reached or cannot answer now.
	FaultUnavailable FaultKind = "Unavailable"
	// FaultMalformed: the answer is not what the system documents.
	FaultMalformed FaultKind = "Malformed"
	// FaultTooLarge: the answer is larger than is accepted.
	FaultTooLarge FaultKind = "TooLarge"
	// FaultNotLeading: this process may not write now.
	FaultNotLeading FaultKind = "NotLeading"
	// FaultMisconfigured: the connection's own settings stand in the way; Reason says how.
	FaultMisconfigured FaultKind = "Misconfigured"
)

// Fault is an error of a remote system, in our own words. It never holds a
// value that came from an order, a credential or a response body, except the
// remote's own code: it may be shown in status, events and logs as it is.
type Fault struct {
	Kind FaultKind
	// System is the system that failed: "Order Manager", "3PL Warehouse Manager".
	System string
	// Operation is what was tried, for example "list orders".
	Operation string
	// Status is the HTTP status code; 0 when there was no answer. It is printed
	// when it was a refusal: a 200 explains nothing.
	Status int
	// Code is the remote's own error code.
	Code string
	// Reason is a one-word reason of api/v1alpha1 where the fault has one of its own.
	Reason string
	// Hint says what to do, or which properties were refused, in our own words.
	Hint string
	// Thing is what the order was refused for, when the refusal names one thing
	// that other orders may need too: see SKUThing. It is not printed.
	Thing string
	// After is how long to wait before the next request; 0 when not said.
	After time.Duration
	// Uncertain says that a write may have taken effect: look before a repeat.
	Uncertain bool
	// Cause is for errors.Is alone (context.Canceled, ...): it is not printed.
	Cause error
}

// Error returns one sentence on one line, without personal data or secrets.
func (f *Fault) Error() string {
	text := fmt.Sprintf("%s: %s: %s", f.System, f.Operation, f.words())
	if f.Status >= 400 {
		text += fmt.Sprintf(" (HTTP %d)", f.Status)
	}
	if f.Code != "" {
		text += " [" + f.Code + "]"
	}
	if f.Hint != "" {
		text += ": " + f.Hint
	}
	return OneLine(text)
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Cause }

func (f *Fault) words() string {
	switch f.Kind {
	case FaultAuthentication:
		return "the credentials were refused"
	case FaultPermission:
		return "the credentials do not allow this"
	case FaultThrottled:
		return "the request budget is used up"
	case FaultInvalid:
		return "the request was refused"
	case FaultDuplicate:
		return "the reference is taken"
	case FaultConflict:
		return "it was changed meanwhile"
	case FaultNotFound:
		return "not found"
	case FaultUnavailable:
		return "the system cannot be reached or cannot answer"
	case FaultMalformed:
		return "the answer cannot be read"
	case FaultTooLarge:
		return "the answer is too large"
	case FaultNotLeading:
		return "this process may not write now"
	case FaultMisconfigured:
		return "the connection's settings stand in the way"
	}
	return "unknown fault"
}

// AsFault returns the Fault in err's chain.
func AsFault(err error) (*Fault, bool) { return errors.AsType[*Fault](err) }

// IsFault reports whether err's chain holds a Fault of this kind.
func IsFault(err error, kind FaultKind) bool {
	f, ok := AsFault(err)
	return ok && f.Kind == kind
}

// Uncertain reports whether err leaves open if a write took effect.
func Uncertain(err error) bool {
	f, ok := AsFault(err)
	return ok && f.Uncertain
}
