// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// RequestKind is what a person asks of a run, beside what it does anyway.
type RequestKind string

// The requests. Each is bound to one routine.
const (
	// RequestRetry makes a failing order due at once (OrderDownload, ShipmentConfirmation).
	RequestRetry RequestKind = "Retry"
	// RequestResend sends an order again that Order Manager calls sent and that
	// the warehouse does not hold (OrderDownload), or its tracking
	// (ShipmentConfirmation).
	RequestResend RequestKind = "Resend"
	// RequestBackfill downloads orders from before the earliest order date (OrderDownload).
	RequestBackfill RequestKind = "Backfill"
)

// Request is one of them.
type Request struct {
	Kind RequestKind
	// OrderID of a retry or a resend.
	OrderID fulfillment.OrderID
	// Since is the first day of a backfill.
	Since time.Time
}

// Answer is what became of a request. One that is neither refused nor failed
// was done.
type Answer struct {
	Request Request
	// Refused: it makes no sense as things stand, and nothing was done.
	// Failed: it was tried in vain.
	Refused, Failed bool
	// Reason is one word and Message a sentence of our own, when it was not done.
	Reason, Message string
}

func refusedRequest(request Request, reason, message string) Answer {
	return Answer{Request: request, Refused: true, Reason: reason, Message: message}
}

func failedRequest(request Request, order FailingOrder) Answer {
	return Answer{Request: request, Failed: true, Reason: order.Reason, Message: order.Message}
}

// requestsOf returns the requests of one kind.
func (e Env) requestsOf(kind RequestKind) []Request {
	var found []Request
	for _, request := range e.Requests {
		if request.Kind == kind {
			found = append(found, request)
		}
	}
	return found
}

// retry makes the orders that are to be retried due.
func (f *failures) retry(requests []Request) {
	for _, request := range requests {
		_, remembered := f.since[request.OrderID]
		_, shown := f.shown[request.OrderID]
		f.asked[request.OrderID] = remembered || shown
	}
}

// answerRetries says what became of the orders that were to be retried.
func (f *failures) answerRetries(requests []Request) []Answer {
	var answers []Answer
	for _, request := range requests {
		order, failing := f.found[request.OrderID]
		switch {
		case failing:
			answers = append(answers, failedRequest(request, order))
		case f.asked[request.OrderID]:
			answers = append(answers, Answer{Request: request})
		default:
			answers = append(answers, refusedRequest(request, fulfillment.ReasonNotFailing,
				"the order is not among those that this routine lists as failing"))
		}
	}
	return answers
}

// answerEach works requests one by one and notes what became of each. What an
// error leaves undone is returned.
func answerEach(ctx context.Context, requests []Request, answers *[]Answer, work func(context.Context, Request) (Answer, error)) ([]Request, error) {
	for len(requests) > 0 {
		answer, err := work(ctx, requests[0])
		if err != nil {
			return requests, err
		}
		*answers = append(*answers, answer)
		requests = requests[1:]
	}
	return requests, nil
}

// requestedOrder reads the order that a request names. When Order Manager knows
// none, or one of a warehouse that is not claimed, the answer refuses the request.
func (e Env) requestedOrder(ctx context.Context, request Request, claims func(warehouseID int64) bool) (fulfillment.Order, *Answer, error) {
	orders, err := e.Source.OrdersByID(ctx, []fulfillment.OrderID{request.OrderID})
	if err != nil {
		return fulfillment.Order{}, nil, err
	}
	if len(orders) == 0 {
		return fulfillment.Order{}, new(refusedRequest(request, fulfillment.ReasonMissingInOrderManager, "Order Manager knows no order with this id")), nil
	}
	if !claims(orders[0].WarehouseID) {
		return fulfillment.Order{}, new(refusedRequest(request, fulfillment.ReasonRoutedElsewhere, "the order is routed to a warehouse that is not this connection's")), nil
	}
	return orders[0], nil, nil
}
