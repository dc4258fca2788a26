// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

var cancelQuery = map[string]parameter{
	"cancelReasonType":               {kind: choice, required: true, choices: cancelReasons},
	"cancelReason":                   {kind: text},
	"orderId":                        {kind: number64, repeated: true},
	"orderNumber":                    {kind: text, repeated: true},
	"salesChannelId":                 {kind: number32, required: true},
	"updateSalesChannels":            {kind: boolean},
	"refundOrdersOnChannels":         {kind: boolean},
	"sendEmailNotificationToChannel": {kind: boolean},
}

var holdQuery = map[string]parameter{
	"holdUntil":      {kind: moment, required: true},
	"orderId":        {kind: number64, repeated: true},
	"orderNumber":    {kind: text, repeated: true},
	"salesChannelId": {kind: number32, required: true},
}

func cannotCancel(r *record) string {
	switch r.order.OrderStatus {
	case StatusShipped, StatusCancelled, StatusProcessedOutside, StatusInboundPlan:
		return "an order that is " + r.order.OrderStatus + " cannot be cancelled"
	}
	return ""
}

// cannotHold: an order that is PENDING_FULFILLMENT, SHIPPED or CANCELLED cannot be put on hold.
func cannotHold(r *record) string {
	switch r.order.OrderStatus {
	case StatusPendingFulfillment, StatusShipped, StatusCancelled, StatusProcessedOutside, StatusInboundPlan:
		return "an order that is " + r.order.OrderStatus + " cannot be put on hold"
	}
	return ""
}

// cannotRestore: once the channel was told of a cancellation it cannot be taken back.
func cannotRestore(r *record) string {
	switch {
	case r.order.OrderStatus != StatusOnHold && r.order.OrderStatus != StatusCancelled:
		return "only held and cancelled orders can be restored"
	case r.order.OrderStatus == StatusCancelled && r.told:
		return "the sales channel was told of the cancellation"
	}
	return ""
}

// chosen returns the orders that a request names, or the refusal: nothing is done unless all can be.
func (s *Server) chosen(c *call, cannot func(*record) string) ([]*record, *reply) {
	wishes := s.named(c)
	if len(wishes) == 0 {
		return nil, new(refuse(http.StatusUnprocessableEntity, "orderId or orderNumber is required"))
	}
	var records []*record
	for _, w := range wishes {
		if w.r == nil || int64(w.r.order.channelID()) != c.number("salesChannelId") {
			return nil, new(refuse(http.StatusNotFound, "no such order in this sales channel"))
		}
		if problem := cannot(w.r); problem != "" {
			return nil, new(refuse(http.StatusUnprocessableEntity, problem))
		}
		records = append(records, w.r)
	}
	return records, nil
}

func (s *Server) cancelOrders(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHolds(s.now())
	records, refused := s.chosen(c, cannotCancel)
	if refused != nil {
		return *refused
	}
	for _, r := range records {
		if r.order.OrderStatus != StatusCancelled {
			s.cancel(r, CancelReason{c.text("cancelReasonType"), c.text("cancelReason")}, c.flag("updateSalesChannels"), true)
		}
	}
	return ok(idReply{records[0].order.OrderID, fmt.Sprintf("%d cancelled", len(records))})
}

func (s *Server) cancel(r *record, reason CancelReason, told, api bool) {
	before := r.order.OrderStatus
	if before != StatusOnHold {
		r.before = before
	}
	r.told = told
	r.pendingReads, r.shipping = 0, nil
	if before == StatusPendingFulfillment && s.options.CancelReleasesAfter > 0 {
		s.holdBack(r.order)
	}
	s.change(r, s.now(), true, func(o *Order) {
		o.OrderStatus = StatusCancelled
		o.CancelReason = &reason
		o.HoldUntilDate = Time{}
	})
	s.note(Effect{Kind: Cancelled, Time: s.now(), API: api, OrderID: r.order.OrderID, Before: before, After: StatusCancelled})
	if told {
		s.note(Effect{Kind: ChannelUpdated, Time: s.now(), API: api, OrderID: r.order.OrderID})
	}
}

func (s *Server) holdOrders(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHolds(s.now())
	until, _ := parseTime(c.text("holdUntil"))
	if !until.After(s.now()) {
		return refuse(http.StatusUnprocessableEntity, "holdUntil has passed")
	}
	records, refused := s.chosen(c, cannotHold)
	if refused != nil {
		return *refused
	}
	for _, r := range records {
		s.hold(r, until, true)
	}
	return ok(idReply{records[0].order.OrderID, fmt.Sprintf("%d put on hold", len(records))})
}

func (s *Server) hold(r *record, until time.Time, api bool) {
	before := r.order.OrderStatus
	if before != StatusOnHold {
		r.before = before
	}
	s.change(r, s.now(), true, func(o *Order) {
		o.OrderStatus = StatusOnHold
		o.HoldUntilDate = At(until)
	})
	s.noteHoldEnd(until)
	s.note(Effect{Kind: Held, Time: s.now(), API: api, OrderID: r.order.OrderID, Before: before, After: StatusOnHold})
}

// restoreOrders answers 201 when only some of the orders could be restored.
func (s *Server) restoreOrders(c *call) reply {
	ids := *c.body.(*[]int64)
	if len(ids) == 0 {
		return refuse(http.StatusBadRequest, "the list is empty")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHolds(s.now())
	answer := bulkReply{Results: []any{}, Errors: []detail{}}
	for n, id := range ids {
		problem := "no such order"
		if r := s.orders[id]; r != nil {
			problem = cannotRestore(r)
		}
		if problem != "" {
			answer.Errors = append(answer.Errors, detail{
				Index: n + 1, Identifier: id, ErrorCode: codeSimulated, Message: problem, Severity: "CRITICAL",
			})
			continue
		}
		s.restore(s.orders[id], true)
		answer.Results = append(answer.Results, map[string]int64{"orderId": id})
	}
	answer.Message = fmt.Sprintf("%d restored", len(answer.Results))
	if len(answer.Results) > 0 && len(answer.Errors) > 0 {
		return reply{status: http.StatusCreated, body: answer}
	}
	return ok(answer)
}

func (s *Server) restore(r *record, api bool) {
	before := r.order.OrderStatus
	s.unhold(r, s.now())
	r.told = false
	s.late = slices.DeleteFunc(s.late, func(l lateRelease) bool { return l.order == r.order.OrderID })
	s.change(r, s.now(), true, func(o *Order) { o.CancelReason = nil })
	s.note(Effect{Kind: Restored, Time: s.now(), API: api, OrderID: r.order.OrderID, Before: before, After: r.order.OrderStatus})
}
