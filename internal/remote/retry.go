// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	// maxRepeats is how often a read is repeated.
	maxRepeats = 2
	// firstGap is the longest gap before the first repeat; the next is three
	// times as long. Each is drawn from its upper half, so gaps grow whatever is drawn.
	firstGap = 400 * time.Millisecond
)

// repeat returns the gap before the next try, and whether there is one. Only
// reads are repeated: whether a write took effect is for the caller to find out.
func (c *Client) repeat(ctx context.Context, r Request, fault *fulfillment.Fault, repeats int) (time.Duration, bool) {
	if !r.reads() || repeats >= maxRepeats || ctx.Err() != nil {
		return 0, false
	}
	if fault.Kind != fulfillment.FaultUnavailable && fault.Kind != fulfillment.FaultThrottled {
		return 0, false
	}
	// A system that said nothing for the whole time of a request would hold the
	// worker as long once more.
	if errors.Is(fault, context.DeadlineExceeded) || c.options.Breakers.resting(ctx, c.breaker) != nil {
		return 0, false
	}
	gap := firstGap
	for range repeats {
		gap *= 3
	}
	gap = gap/2 + rand.N(gap/2) //nolint:gosec // G404: it spreads load, nothing is secret
	if fault.After > c.options.MaxWait {
		return 0, false
	}
	gap = max(gap, fault.After)
	if deadline, ok := ctx.Deadline(); ok && !c.options.Now().Add(gap).Before(deadline) {
		return 0, false
	}
	return gap, true
}

// sleep waits in real time, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
