// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// MaxSkippedShown bounds the list of orders that were left out.
const MaxSkippedShown = 20

// Skipped are orders that the connection's settings, or a label, leave out, in
// whole or in part. Nothing vanishes in silence: each of them is counted.
type Skipped struct {
	// Count is the true number, Orders at most MaxSkippedShown of them.
	Count   int64
	Reasons []SkippedReason
	Orders  []SkippedOrder
}

// SkippedReason is how many orders were left out for one reason.
type SkippedReason struct {
	Reason string
	Count  int64
}

// SkippedOrder is one order that was left out.
type SkippedOrder struct {
	ID        fulfillment.OrderID
	Reference string
	Reason    string
	// Message is a sentence of our own, as in FailingOrder.
	Message string
}

// skipped collects them. It keeps, of each reason, no more than can be shown:
// a filter may leave out most of a shop.
type skipped struct {
	counts map[string]int64
	orders map[string][]SkippedOrder
}

func (s *skipped) add(order SkippedOrder) {
	if s.counts == nil {
		s.counts, s.orders = map[string]int64{}, map[string][]SkippedOrder{}
	}
	s.counts[order.Reason]++
	s.orders[order.Reason] = append(s.orders[order.Reason], order)
	if kept := s.orders[order.Reason]; len(kept) > 2*MaxSkippedShown {
		slices.SortFunc(kept, bySkippedID)
		s.orders[order.Reason] = kept[:MaxSkippedShown]
	}
}

// lines notes an order that was sent without some of its lines.
func (s *skipped) lines(d *delivery) {
	if len(d.dropped) > 0 {
		s.add(SkippedOrder{ID: d.order.ID, Reference: d.order.Number, Reason: fulfillment.ReasonLinesDropped,
			Message: fmt.Sprintf("sent without %d of %d lines, the first of them SKU %s", len(d.dropped), len(d.read.Lines), d.dropped[0].SKU)})
	}
}

// report returns the counts, the largest first, and at most MaxSkippedShown
// orders: one of each reason first, then those with the lowest ids. The same
// orders give the same report.
func (s *skipped) report() Skipped {
	var result Skipped
	var first, rest []SkippedOrder
	for _, reason := range slices.Sorted(maps.Keys(s.counts)) {
		result.Count += s.counts[reason]
		result.Reasons = append(result.Reasons, SkippedReason{Reason: reason, Count: s.counts[reason]})
		orders := slices.SortedFunc(slices.Values(s.orders[reason]), bySkippedID)
		first, rest = append(first, orders[0]), append(rest, orders[1:]...)
	}
	slices.SortStableFunc(result.Reasons, func(a, b SkippedReason) int { return cmp.Compare(b.Count, a.Count) })
	slices.SortFunc(rest, bySkippedID)
	all := slices.Concat(first, rest)
	result.Orders = slices.Clip(all[:min(len(all), MaxSkippedShown)])
	return result
}

func bySkippedID(a, b SkippedOrder) int { return cmp.Compare(a.ID, b.ID) }
