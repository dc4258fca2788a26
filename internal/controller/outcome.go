// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"slices"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// step is what follows a slice of a run.
type step int

const (
	// goOn: the run gave way and goes on after a pause.
	goOn step = iota
	// drop: the run must not go on; a new one may begin.
	drop
	// end: the run is over, and its result is written.
	end
)

// outcome is what became of a slice.
type outcome struct {
	step step
	// after is the pause before going on, or what a remote system asked for.
	after           time.Duration
	result          v1alpha1.RunResult
	reason, message string
	// doubtful says that the connection itself may be at fault.
	doubtful bool
	// unexpected is an error that is not a remote system's: it belongs into the log.
	unexpected error
}

const (
	// nextSlice is the pause between two slices of a run: others come in between.
	nextSlice = time.Millisecond
	// throttledPause is the shortest pause after a throttled request.
	throttledPause = time.Second
	// longestThrottle is the longest pause that a run sits out in memory; a
	// longer one ends it.
	longestThrottle = 15 * time.Minute
)

// judge says what becomes of a run whose slice ended with this error. The kind
// of a fault decides; nothing here reads a text.
func judge(ctx context.Context, err error) outcome {
	switch {
	case err == nil:
		return outcome{step: end, result: v1alpha1.RunSucceeded, reason: v1alpha1.ReasonSucceeded}
	case errors.Is(err, routine.ErrInterrupted):
		return outcome{step: goOn, after: nextSlice}
	case stopping(ctx):
		// The process stops. The slot is still due, and whoever leads next runs it.
		return outcome{step: drop}
	}
	switch {
	case errors.Is(err, errSuperseded):
		return outcome{step: drop, after: stalePause}
	case errors.Is(err, errStatusNotWritten):
		return outcome{
			step: end, result: v1alpha1.RunFailed, reason: v1alpha1.ReasonStatusNotWritten,
			message: "the API server did not take the list of the shipments that were about to be reported, so none of them was; the manager's log tells more", unexpected: err,
		}
	}
	fault, ok := fulfillment.AsFault(err)
	if !ok {
		return outcome{
			step: end, result: v1alpha1.RunFailed, reason: v1alpha1.ReasonInternal,
			message: "an unexpected error ended the run; the manager's log tells more", unexpected: err,
		}
	}
	if fault.Kind == fulfillment.FaultThrottled && fault.After <= longestThrottle {
		return outcome{step: goOn, after: max(fault.After, throttledPause)}
	}
	if fault.Kind == fulfillment.FaultNotLeading {
		// Nothing was refused and nothing was sent: the run begins again when
		// this process may write.
		return outcome{step: drop, after: max(fault.After, throttledPause)}
	}
	return outcome{
		step: end, result: v1alpha1.RunFailed, reason: reasonOf(fault), message: fault.Error(),
		after: fault.After, doubtful: needsPerson(fault),
	}
}

// stopping reports whether the process stops.
func stopping(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// unlessStopping returns the error, or nothing while the process stops: what
// was broken off then is no failure.
func unlessStopping(ctx context.Context, err error) error {
	if stopping(ctx) {
		return nil
	}
	return err
}

// reasonOf returns the one-word reason of a fault.
func reasonOf(fault *fulfillment.Fault) string {
	if fault.Reason != "" {
		return fault.Reason
	}
	switch fault.Kind {
	case fulfillment.FaultAuthentication:
		return fulfillment.ReasonCredentialsRefused
	case fulfillment.FaultPermission:
		return fulfillment.ReasonPermissionDenied
	case fulfillment.FaultThrottled:
		return fulfillment.ReasonThrottled
	case fulfillment.FaultUnavailable:
		return fulfillment.ReasonUnreachable
	case fulfillment.FaultMalformed:
		return fulfillment.ReasonMalformedAnswer
	case fulfillment.FaultTooLarge:
		return fulfillment.ReasonAnswerTooLarge
	case fulfillment.FaultNotLeading:
		return fulfillment.ReasonNotLeading
	case fulfillment.FaultInvalid, fulfillment.FaultDuplicate, fulfillment.FaultConflict, fulfillment.FaultNotFound:
		return fulfillment.ReasonRequestRefused
	case fulfillment.FaultMisconfigured:
		// Each has a reason of its own; one without is our mistake.
	}
	return v1alpha1.ReasonInternal
}

// needsPerson reports whether a repeat is pointless until somebody changes
// something.
func needsPerson(fault *fulfillment.Fault) bool {
	return slices.Contains([]fulfillment.FaultKind{
		fulfillment.FaultAuthentication, fulfillment.FaultPermission, fulfillment.FaultMisconfigured, fulfillment.FaultNotFound,
	}, fault.Kind)
}
