// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"slices"
	"strings"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// largestPage is the most that Vendure gives at once, unless it is told otherwise.
const largestPage = 1000

const ordersDocument = `query Orders($filter: OrderFilterParameter!, $take: Int!) {
	orders(options: {filter: $filter, take: $take, sort: {createdAt: ASC, id: ASC}}) { items { ` + orderMembers + ` } }
}`

// mark is a place in a walk over orders, which goes by the moment of their
// creation: that never changes, where pages by number would shift when an order
// leaves the filter between two of them. Ids cannot be compared in a filter,
// and are not numbers everywhere.
type mark struct {
	// at is when the last order that was seen was created.
	at time.Time
	// seen are the orders of that moment that were seen.
	seen []string
}

const (
	markTime      = time.RFC3339Nano
	markSeparator = "|"
)

// String returns the mark as it is handed out.
func (m mark) String() string {
	return m.at.UTC().Format(markTime) + markSeparator + strings.Join(m.seen, markSeparator)
}

// parseMark reads a mark that was handed out earlier.
func parseMark(text string) (mark, bool) {
	if text == "" {
		return mark{}, true
	}
	at, seen, ok := strings.Cut(text, markSeparator)
	moment, err := time.Parse(markTime, at)
	if !ok || err != nil || seen == "" {
		return mark{}, false
	}
	return mark{moment, strings.Split(seen, markSeparator)}, true
}

// ordersAfter reads a page of the orders for which the filter holds, after the
// mark. next is the mark of the page; zero when nothing is left.
func (d *Driver) ordersAfter(ctx context.Context, operation string, filter map[string]any, after mark) (page []orderDocument, next mark, err error) {
	if !after.at.IsZero() {
		// Databases keep finer times than Vendure tells, so the moment itself is
		// asked for again.
		filter = map[string]any{"_and": []any{filter, map[string]any{
			"createdAt": map[string]any{"after": after.at.Add(-time.Millisecond).UTC().Format(markTime)},
		}}}
	}
	for take := min(d.pageSize+len(after.seen), largestPage); ; take = min(4*take, largestPage) {
		var data struct {
			Orders *struct {
				Items []orderDocument `json:"items"`
			} `json:"orders"`
		}
		if err := d.do(ctx, call{operation: operation, document: ordersDocument, variables: map[string]any{"filter": filter, "take": take}}, &data); err != nil {
			return nil, mark{}, err
		}
		if data.Orders == nil || data.Orders.Items == nil || len(data.Orders.Items) > take {
			return nil, mark{}, malformed(operation, "it holds no list of orders, or a longer one than was asked for")
		}
		page, next, ok := after.advance(data.Orders.Items)
		switch {
		case !ok:
			return nil, mark{}, malformed(operation, "its orders are not those after the last page, in the order of their creation")
		case len(data.Orders.Items) < take:
			return page, mark{}, nil
		case len(page) > 0:
			return page, next, nil
		case take == largestPage:
			return nil, mark{}, malformed(operation, "more orders were created at one moment than it gives at once")
		}
	}
}

// advance returns those of the orders that are behind the mark, and the mark behind them.
func (m mark) advance(orders []orderDocument) (page []orderDocument, next mark, ok bool) {
	next = m
	last := time.Time{}
	for _, order := range orders {
		if order.ID == "" || strings.Contains(order.ID, markSeparator) || order.CreatedAt.IsZero() || order.CreatedAt.Before(last) {
			return nil, mark{}, false
		}
		last = order.CreatedAt
		if order.CreatedAt.Before(m.at) || order.CreatedAt.Equal(m.at) && slices.Contains(m.seen, order.ID) {
			continue
		}
		page = append(page, order)
		if !order.CreatedAt.Equal(next.at) {
			next = mark{at: order.CreatedAt}
		}
		next.seen = append(slices.Clip(next.seen), order.ID)
	}
	return page, next, true
}

// malformed is the fault of an answer to a query that is not what is documented.
func malformed(operation, hint string) *fulfillment.Fault {
	return &fulfillment.Fault{Kind: fulfillment.FaultMalformed, System: System, Operation: operation, Hint: hint}
}
