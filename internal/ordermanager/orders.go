// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"slices"
	"strings"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	ordersEndpoint  = "/v1.1/orders"
	ordersOperation = "list orders"
	// lastPage bounds every loop over pages, against a server that knows no end.
	lastPage = 10_000
	// lastOrderPage bounds a list of orders: no account has 100,000 in one.
	lastOrderPage = 1_000
	// lastPageOfIDs bounds the pages of what was asked for by at most a hundred
	// ids. It fits on the first, unless the server grants smaller pages.
	lastPageOfIDs = 20
	// numbersInOneCall keeps the query of a look by numbers, which merchants
	// choose, well within what servers take.
	numbersInOneCall = 20
)

// WaitingOrders implements fulfillment.OrderReader.
func (s *source) WaitingOrders(ctx context.Context, page int) ([]fulfillment.Order, error) {
	return s.claimed(ctx, page, func(order fulfillment.Order) bool { return order.State == fulfillment.StateWaiting },
		func(q *query) { q.add("status", s.pickupStatuses...) })
}

// SentOrders implements fulfillment.OrderReader.
func (s *source) SentOrders(ctx context.Context, page int) ([]fulfillment.Order, error) {
	return s.claimed(ctx, page, func(order fulfillment.Order) bool { return order.State == fulfillment.StateSent },
		func(q *query) { q.add("status", s.sentStatuses()...) })
}

// OpenOrders implements fulfillment.OrderReader. It asks for every open status
// that is documented.
func (s *source) OpenOrders(ctx context.Context, page int) ([]fulfillment.Order, error) {
	return s.claimed(ctx, page, func(order fulfillment.Order) bool { return order.State.Open() },
		func(q *query) { q.add("status", s.allOpenStatuses()...) })
}

// CancelledSince implements fulfillment.OrderReader.
func (s *source) CancelledSince(ctx context.Context, since time.Time, page int) ([]fulfillment.Order, error) {
	return s.claimed(ctx, page, func(order fulfillment.Order) bool { return order.State == fulfillment.StateCancelled },
		func(q *query) { q.add("status", statusCancelled).add("modifiedDateFrom", apiTime(since)) })
}

// claimed returns a page of the claimed orders that are wanted. An order that
// names no warehouse, or another one than was asked for, is not of the claim.
//
// Since an empty page is the end, a page that the filter empties is followed
// by the next one. Orders of that page are then returned for its own number
// too: as with any page of a list that changes, callers go by the order's id.
func (s *source) claimed(ctx context.Context, page int, wanted func(fulfillment.Order) bool, filter func(*query)) ([]fulfillment.Order, error) {
	filters := s.atWarehouse(new(query))
	filter(filters)
	for ; page <= lastOrderPage; page++ {
		q := new(query).page(page)
		filter(q)
		all, err := s.orders(ctx, s.atWarehouse(q))
		if err != nil || len(all) == 0 {
			return nil, err
		}
		if s.walks.repeat(filters.encode(), page, all) {
			break
		}
		kept := slices.DeleteFunc(all, func(order fulfillment.Order) bool {
			return !s.claims(order.WarehouseID) || !wanted(order)
		})
		if len(kept) > 0 {
			return kept, nil
		}
	}
	return nil, endless(ordersOperation)
}

// OrdersByID implements fulfillment.OrderReader. As a rule it is one call for
// a hundred ids, and one more when some of them have no order.
func (s *source) OrdersByID(ctx context.Context, ids []fulfillment.OrderID) ([]fulfillment.Order, error) {
	var found []fulfillment.Order
	for chunk := range slices.Chunk(ids, pageLimit) {
		missing := make(map[fulfillment.OrderID]bool, len(chunk))
		for _, id := range chunk {
			missing[id] = true
		}
		for page := 1; len(missing) > 0; page++ {
			if page > lastPageOfIDs {
				return nil, endless(ordersOperation)
			}
			orders, err := s.orders(ctx, addIDs(new(query).page(page), "orderId", chunk))
			if err != nil {
				return nil, err
			}
			if len(orders) == 0 {
				break
			}
			for _, order := range orders {
				if missing[order.ID] {
					delete(missing, order.ID)
					found = append(found, order)
				}
			}
		}
	}
	return found, nil
}

// OrdersByNumber implements fulfillment.OrderReader. Order Manager finds every
// number that begins like one of these, so there may be many pages of others.
func (s *source) OrdersByNumber(ctx context.Context, numbers []string) ([]fulfillment.Order, error) {
	wanted, asked := map[string]bool{}, []string{}
	for _, number := range numbers {
		// An empty beginning would be that of every order.
		if folded := strings.ToUpper(number); folded != "" && !wanted[folded] {
			wanted[folded] = true
			asked = append(asked, number)
		}
	}
	var found []fulfillment.Order
	seen := map[fulfillment.OrderID]bool{}
	for chunk := range slices.Chunk(asked, numbersInOneCall) {
		for page := 1; ; page++ {
			if page > lastPage {
				return nil, endless(ordersOperation)
			}
			orders, err := s.orders(ctx, new(query).page(page).add("orderNumber", chunk...))
			if err != nil {
				return nil, err
			}
			if len(orders) == 0 {
				break
			}
			for _, order := range orders {
				if wanted[strings.ToUpper(order.Number)] && !seen[order.ID] {
					seen[order.ID] = true
					found = append(found, order)
				}
			}
		}
	}
	return found, nil
}

// orders reads one page of orders.
func (s *source) orders(ctx context.Context, q *query) ([]fulfillment.Order, error) {
	wire, err := get[wireOrder](ctx, s.Client, ordersOperation, ordersEndpoint, q)
	if err != nil {
		return nil, err
	}
	orders := make([]fulfillment.Order, len(wire))
	for i, w := range wire {
		if w.OrderID <= 0 || w.OrderStatus == "" {
			// Without identity and status nothing can be said of it, not even
			// that it may be left out.
			return nil, malformed(ordersOperation, "an order has no orderId or no orderStatus")
		}
		orders[i] = s.order(w)
	}
	return orders, nil
}

func endless(operation string) *fulfillment.Fault {
	return malformed(operation, "the pages have no end")
}

func malformed(operation, hint string) *fulfillment.Fault {
	return &fulfillment.Fault{Kind: fulfillment.FaultMalformed, System: System, Operation: operation, Hint: hint}
}
