// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"

	"ordersync.dev/operator/internal/fulfillment"
)

// walkLimit is how many unseen orders one walk gathers before they are worked:
// ten pages, read before anything changes the set that is read.
const walkLimit = 10 * fulfillment.PageSize

// walk reads a paged set of orders that the run itself changes. Orders that a
// run has worked leave the set, so the pages behind them move up: each walk
// starts over, behind as many pages as the run has left full of orders that
// stay.
type walk struct {
	read func(ctx context.Context, page int) ([]fulfillment.Order, error)
	seen map[fulfillment.OrderID]bool
	// left are this run's orders that remain in the set.
	left map[fulfillment.OrderID]bool
	// restart lets the next walk begin at the first page.
	restart bool
}

func newWalk(read func(ctx context.Context, page int) ([]fulfillment.Order, error)) *walk {
	return &walk{read: read, seen: map[fulfillment.OrderID]bool{}, left: map[fulfillment.OrderID]bool{}}
}

// stays notes an order that remains in the set.
func (w *walk) stays(id fulfillment.OrderID) { w.left[id] = true }

// again lets an order be met once more. It may stand before those that stay,
// so the next walk skips nothing.
func (w *walk) again(id fulfillment.OrderID) {
	delete(w.seen, id)
	delete(w.left, id)
	w.restart = true
}

// leaves notes an order that is worked after all and may leave the set: since it
// stood among those that stay, the next walk skips nothing.
func (w *walk) leaves(id fulfillment.OrderID) {
	delete(w.left, id)
	w.restart = true
}

// next returns the next unseen orders, up to walkLimit. None at all means that
// a whole walk showed nothing new, which is the end: "page one until it is
// empty" would never end with a hundred orders that stay.
func (w *walk) next(ctx context.Context) ([]fulfillment.Order, error) {
	var unseen []fulfillment.Order
	first := 1 + len(w.left)/fulfillment.PageSize
	if w.restart {
		first = 1
	}
	for page := first; len(unseen) < walkLimit; page++ {
		orders, err := w.read(ctx, page)
		if err != nil {
			return nil, err
		}
		if len(orders) == 0 {
			break
		}
		for _, order := range orders {
			if !w.seen[order.ID] {
				unseen = append(unseen, order)
			}
		}
		// An order may appear on two pages when the set moves between them.
		unseen = distinct(unseen)
	}
	w.restart = false
	for _, order := range unseen {
		w.seen[order.ID] = true
	}
	return unseen, nil
}

func distinct(orders []fulfillment.Order) []fulfillment.Order {
	have := make(map[fulfillment.OrderID]bool, len(orders))
	kept := orders[:0]
	for _, order := range orders {
		if !have[order.ID] {
			have[order.ID] = true
			kept = append(kept, order)
		}
	}
	return kept
}

// reading reads a paged set of orders that others may change meanwhile. A set
// of more than one page is read again until a reading shows nothing new: an
// order that leaves an early page moves another one past the reader. It can be
// interrupted between pages and goes on where it was.
type reading struct {
	read func(ctx context.Context, page int) ([]fulfillment.Order, error)

	orders []fulfillment.Order
	index  map[fulfillment.OrderID]int
	page   int
	added  int
	// readings is how often the set was read to its end.
	readings int
	done     bool
}

// maxReadings ends a reading of a set that shows something new each time: in a
// busy shop orders come in faster than they are read.
const maxReadings = 5

func newReading(read func(ctx context.Context, page int) ([]fulfillment.Order, error)) *reading {
	return &reading{read: read, index: map[fulfillment.OrderID]int{}, page: 1}
}

// next reads one page.
func (r *reading) next(ctx context.Context) error {
	orders, err := r.read(ctx, r.page)
	if err != nil {
		return err
	}
	if len(orders) == 0 {
		r.readings++
		r.done = r.page <= 2 || r.added == 0 || r.readings == maxReadings
		r.page, r.added = 1, 0
		return nil
	}
	for _, order := range orders {
		if at, ok := r.index[order.ID]; ok {
			r.orders[at] = order
			continue
		}
		r.index[order.ID] = len(r.orders)
		r.orders = append(r.orders, order)
		r.added++
	}
	r.page++
	return nil
}
