// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// maxSpoiled is how many orders in a row may be refused when asked for alone,
// without one between them that is marked, before a refusal is taken for one
// of the call itself. Once the run has marked an order, marks are known to
// work, and refusalsToStop are.
const maxSpoiled = 10

// isolate marks orders of which a call for all of them was refused: those that
// spoil a call stop none of the others. A group that is refused is halved until
// the order is found, and the rest is asked for in groups that are the smaller
// the more such orders there were. For each of them it takes about as many
// calls as its batch can be halved. Only an order that was asked for alone is
// said to be refused, and every group is read right before its call.
func (r *orderDownload) isolate(ctx context.Context, batch []pendingMark) error {
	queue := slices.Clone(batch)
	// In any other order ten such orders in front would hide the good ones
	// behind them, in every run anew.
	random := rand.New(rand.NewPCG(uint64(r.started.UnixNano()), uint64(len(queue)))) //nolint:gosec // G404: an order of trying, nothing is secret
	random.Shuffle(len(queue), func(i, j int) { queue[i], queue[j] = queue[j], queue[i] })
	// What was in the warehouse already may have been refused before, and comes last.
	slices.SortStableFunc(queue, func(a, b pendingMark) int { return cmp.Compare(a.place(), b.place()) })

	// The first suspects of the queue hold an order that spoils a call; size is
	// how many are asked for next.
	suspects, size, found := len(queue), max(1, len(queue)/2), 0
	for len(queue) > 0 {
		n := min(size, len(queue))
		left, refusal, err := r.tryMark(ctx, queue[:n:n])
		switch {
		case err != nil:
			return err
		case refusal == nil && suspects > n:
			queue, suspects = queue[n:], suspects-n
			size = (suspects + 1) / 2
		case refusal == nil:
			queue, suspects, size = queue[n:], 0, 2*n
		case n > 1:
			queue = append(left, queue[n:]...)
			suspects, size = len(left), max(1, len(left)/2)
		default:
			if err := r.spoils(ctx, left, refusal); err != nil {
				return err
			}
			found++
			queue, suspects, size = queue[1:], 0, max(1, len(queue)/found)
			if r.spoiled > 1 {
				size = 1 // is there one at all that is marked?
			}
		}
	}
	return nil
}

// place puts orders of this run before those of an earlier one.
func (p pendingMark) place() int {
	if p.created {
		return 0
	}
	return 1
}

// spoils reports an order that Order Manager would not mark alone.
func (r *orderDownload) spoils(ctx context.Context, order []pendingMark, refusal *fulfillment.Fault) error {
	codes := map[fulfillment.OrderID]string{}
	for _, p := range order {
		codes[p.order.ID] = refusal.Code
	}
	if err := r.notMarked(ctx, order, codes); err != nil {
		return err
	}
	limit := maxSpoiled
	if r.marksWork {
		limit = refusalsToStop
	}
	if r.spoiled++; r.spoiled >= limit {
		return refusal
	}
	return nil
}
