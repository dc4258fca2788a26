// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"net/http"
	"slices"
)

// sendAtMost is the vendor's bound on one call.
const sendAtMost = 500

var sendQuery = map[string]parameter{
	"orderId":        {kind: number64, repeated: true},
	"orderNumber":    {kind: text, repeated: true},
	"salesChannelId": {kind: number32},
	"warehouseId":    {kind: number64},
}

type orderIdentifier struct {
	OrderID        int64  `json:"orderId"`
	OrderNumber    string `json:"orderNumber"`
	SalesChannelID int32  `json:"salesChannelId,omitempty"`
}

type batchedOrder struct {
	Order             orderIdentifier `json:"order"`
	OrderBatchNumber  int32           `json:"orderBatchNumber,omitempty"`
	Status            string          `json:"status"`
	ProcessingMessage string          `json:"processingMessage,omitempty"`
	Shipment          *Shipment       `json:"shipment,omitempty"`
}

// Statuses of a batchedOrder.
const (
	batchPending = "PENDING"
	batchShipped = "SHIPPED"
	batchFailed  = "FAILED"
)

type orderBatch struct {
	BatchNumber    int32          `json:"batchNumber"`
	Created        Time           `json:"created"`
	ProcessedCount int            `json:"processedCount"`
	FailedCount    int            `json:"failedCount"`
	Orders         []batchedOrder `json:"orders"`
}

type sendReply struct {
	Message         string      `json:"message"`
	OrdersRemaining bool        `json:"ordersRemaining"`
	OrderBatch      *orderBatch `json:"orderBatch,omitempty"`
	Errors          []detail    `json:"errors"`
}

func (o *Order) identifier() orderIdentifier {
	return orderIdentifier{OrderID: o.OrderID, OrderNumber: o.OrderNumber, SalesChannelID: o.channelID()}
}

// wish is one entry of a request that names orders; r is nil when there is no such order.
type wish struct {
	identifier any
	field      string
	r          *record
}

func (s *Server) sendToFulfillment(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHolds(s.now())
	if len(c.texts("orderId"))+len(c.texts("orderNumber")) > sendAtMost {
		return refusef(http.StatusUnprocessableEntity, "at most %d orders in one call", sendAtMost)
	}
	answer := sendReply{Errors: []detail{}}
	wishes := s.named(c)
	if !c.has("orderId") && !c.has("orderNumber") {
		wishes, answer.OrdersRemaining = s.waiting(c)
	}
	var sent []batchedOrder
	for n, w := range wishes {
		problem := s.cannotSend(c, w.r)
		if problem != "" {
			answer.Errors = append(answer.Errors, detail{
				Index: n + 1, Identifier: w.identifier, FieldName: w.field,
				ErrorCode: codeSimulated, Message: problem, Severity: "CRITICAL",
			})
			continue
		}
		s.mark(w.r)
		sent = append(sent, batchedOrder{Order: w.r.order.identifier(), Status: batchPending})
	}
	if len(sent) > 0 {
		s.lastBatch++
		for n := range sent {
			sent[n].OrderBatchNumber = s.lastBatch
		}
		answer.OrderBatch = &orderBatch{
			BatchNumber: s.lastBatch, Created: At(s.now()),
			ProcessedCount: len(sent), FailedCount: len(answer.Errors), Orders: sent,
		}
	}
	answer.Message = fmt.Sprintf("%d sent, %d refused", len(sent), len(answer.Errors))
	return ok(answer)
}

// named lists the orders that a request names by id or, exactly, by number.
func (s *Server) named(c *call) []wish {
	var wishes []wish
	for _, id := range c.numbers("orderId") {
		wishes = append(wishes, wish{identifier: map[string]any{"orderId": id}, field: "orderId", r: s.orders[id]})
	}
	if !c.has("orderNumber") {
		return wishes
	}
	byNumber := map[string][]*record{}
	for _, id := range s.orderIDs {
		r := s.orders[id]
		if c.number("salesChannelId") == 0 || c.number("salesChannelId") == int64(r.order.channelID()) {
			byNumber[r.order.OrderNumber] = append(byNumber[r.order.OrderNumber], r)
		}
	}
	for _, number := range c.texts("orderNumber") {
		identifier := map[string]any{"orderNumber": number}
		if len(byNumber[number]) == 0 {
			wishes = append(wishes, wish{identifier: identifier, field: "orderNumber"})
		}
		for _, r := range byNumber[number] {
			wishes = append(wishes, wish{identifier: identifier, field: "orderNumber", r: r})
		}
	}
	return wishes
}

// waiting lists every order that could be sent, up to the bound, and whether there are more.
func (s *Server) waiting(c *call) (wishes []wish, more bool) {
	for _, id := range s.orderIDs {
		r := s.orders[id]
		if !isSendable(r.order.OrderStatus) || s.cannotSend(c, r) != "" {
			continue
		}
		if len(wishes) == sendAtMost {
			return wishes, true
		}
		wishes = append(wishes, wish{r: r})
	}
	return wishes, false
}

func isSendable(status string) bool {
	return slices.Contains([]string{StatusAwaiting3PLExport, StatusAwaitingDropship}, status)
}

func (s *Server) cannotSend(c *call, r *record) string {
	switch {
	case r == nil:
		return "no such order"
	case c.number("warehouseId") != 0 && c.number("warehouseId") != r.order.warehouseID():
		return "the order is not routed to this warehouse"
	case c.number("salesChannelId") != 0 && c.number("salesChannelId") != int64(r.order.channelID()):
		return "the order is of another sales channel"
	case isSendable(r.order.OrderStatus):
		return ""
	case r.order.OrderStatus == StatusPendingFulfillment && s.options.RepeatedSendAccepted:
		return ""
	}
	return "an order that is " + r.order.OrderStatus + " cannot be sent to fulfillment"
}

func (s *Server) mark(r *record) {
	before := r.order.OrderStatus
	kind := Marked
	if before == StatusPendingFulfillment {
		r.repeatedMarks++
		kind = MarkedAgain
	} else {
		r.marks++
		s.change(r, s.now(), !s.options.MarksKeepModifiedDate, func(o *Order) { o.OrderStatus = StatusPendingFulfillment })
	}
	s.note(Effect{Kind: kind, Time: s.now(), API: true, OrderID: r.order.OrderID, Before: before, After: r.order.OrderStatus})
}
