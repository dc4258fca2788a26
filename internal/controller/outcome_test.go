// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

func TestJudge(t *testing.T) {
	stopped, stop := context.WithCancel(context.Background())
	stop()
	late, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer cancel()
	fault := func(kind fulfillment.FaultKind, after time.Duration) *fulfillment.Fault {
		return &fulfillment.Fault{Kind: kind, System: "Order Manager", Operation: "list orders", After: after}
	}
	cases := map[string]struct {
		ctx      context.Context
		err      error
		step     step
		after    time.Duration
		reason   string
		doubtful bool
	}{
		"done":                        {context.Background(), nil, end, 0, v1alpha1.ReasonSucceeded, false},
		"interrupted":                 {context.Background(), routine.ErrInterrupted, goOn, nextSlice, "", false},
		"interrupted, wrapped":        {context.Background(), fmt.Errorf("page 3: %w", routine.ErrInterrupted), goOn, nextSlice, "", false},
		"the process stops":           {stopped, fault(fulfillment.FaultUnavailable, 0), drop, 0, "", false},
		"cut off":                     {late, context.DeadlineExceeded, end, 0, v1alpha1.ReasonInternal, false},
		"throttled":                   {context.Background(), fault(fulfillment.FaultThrottled, time.Minute), goOn, time.Minute, "", false},
		"throttled for a moment":      {context.Background(), fault(fulfillment.FaultThrottled, 0), goOn, throttledPause, "", false},
		"throttled for hours":         {context.Background(), fault(fulfillment.FaultThrottled, 3*time.Hour), end, 3 * time.Hour, fulfillment.ReasonThrottled, false},
		"not leading":                 {context.Background(), fault(fulfillment.FaultNotLeading, 7*time.Second), drop, 7 * time.Second, "", false},
		"credentials":                 {context.Background(), fault(fulfillment.FaultAuthentication, 0), end, 0, fulfillment.ReasonCredentialsRefused, true},
		"permission":                  {context.Background(), fault(fulfillment.FaultPermission, 0), end, 0, fulfillment.ReasonPermissionDenied, true},
		"unreachable, told to wait":   {context.Background(), fault(fulfillment.FaultUnavailable, time.Hour), end, time.Hour, fulfillment.ReasonUnreachable, false},
		"malformed":                   {context.Background(), fault(fulfillment.FaultMalformed, 0), end, 0, fulfillment.ReasonMalformedAnswer, false},
		"too large":                   {context.Background(), fault(fulfillment.FaultTooLarge, 0), end, 0, fulfillment.ReasonAnswerTooLarge, false},
		"refused":                     {context.Background(), fault(fulfillment.FaultInvalid, 0), end, 0, fulfillment.ReasonRequestRefused, false},
		"gone":                        {context.Background(), fault(fulfillment.FaultNotFound, 0), end, 0, fulfillment.ReasonRequestRefused, true},
		"with a reason of its own":    {context.Background(), &fulfillment.Fault{Kind: fulfillment.FaultInvalid, Reason: fulfillment.ReasonRefusingAll}, end, 0, fulfillment.ReasonRefusingAll, false},
		"anything else":               {context.Background(), errors.New("index out of range: buyer@shop.example"), end, 0, v1alpha1.ReasonInternal, false},
		"a kind from a newer version": {context.Background(), fault("Novel", 0), end, 0, v1alpha1.ReasonInternal, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := judge(c.ctx, c.err)
			if got.step != c.step || got.after != c.after || got.reason != c.reason || got.doubtful != c.doubtful {
				t.Errorf("got %+v", got)
			}
			if c.step == end && c.err != nil && (got.result != v1alpha1.RunFailed || got.message == "") {
				t.Errorf("a failure without a sentence: %+v", got)
			}
			if got.reason == v1alpha1.ReasonInternal && got.unexpected != nil && got.message == got.unexpected.Error() {
				t.Errorf("an unknown error's text is shown: %s", got.message)
			}
		})
	}
}

func TestEveryResultHasPriority(t *testing.T) {
	if result := pause(time.Minute); result.Priority == nil || *result.Priority != 0 || result.RequeueAfter != time.Minute {
		t.Errorf("result %+v", result)
	}
}
