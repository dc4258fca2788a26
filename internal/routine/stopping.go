// SPDX-License-Identifier: Apache-2.0

package routine

import "context"

// stoppingKey is under which a context holds when its process stops.
type stoppingKey struct{}

// WithStopping returns a context for Slice that goes on when the process stops,
// and tells the run so: it finishes the order that it is at, begins no other,
// marks what the warehouse has, and answers ErrInterrupted. A page may be a
// hundred orders, and a slow system would take longer for them than a process
// is given to stop.
func WithStopping(ctx context.Context, stopping <-chan struct{}) context.Context {
	return context.WithValue(ctx, stoppingKey{}, stopping)
}

// beforeNext is asked before each order that something is written for. It is
// ErrInterrupted when the process stops, and the context's error when that ended.
func beforeNext(ctx context.Context) error {
	stopping, _ := ctx.Value(stoppingKey{}).(<-chan struct{})
	select {
	case <-stopping: // nil when nothing was told: never
		return ErrInterrupted
	default:
		return ctx.Err()
	}
}
