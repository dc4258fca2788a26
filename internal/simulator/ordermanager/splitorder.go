// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"net/http"
	"slices"
)

type splitBody struct {
	SplitOrders []splitOrderBody `json:"splitOrders"`
}

type splitOrderBody struct {
	OrderItems   []splitItemBody `json:"orderItems"`
	LabelIDs     []int64         `json:"labelIds"`
	OrderTotal   *Money          `json:"orderTotal"`
	ShippingCost *Money          `json:"shippingCost"`
	Discount     *Money          `json:"discount"`
	Tax          *Money          `json:"tax"`
	AmountPaid   *Money          `json:"amountPaid"`
	InsuredValue *Money          `json:"insuredValue"`
	Weight       *float64        `json:"weight"`
}

type splitItemBody struct {
	ListingSKU      *string `json:"listingSku"`
	QuantityOrdered *int32  `json:"quantityOrdered"`
}

// splitOrder moves items of an order into new ones. Nothing is done unless all of it can be.
func (s *Server) splitOrder(c *call) reply {
	body := c.body.(*splitBody)
	if len(body.SplitOrders) == 0 {
		return refuse(http.StatusBadRequest, "splitOrders is required")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHolds(s.now())
	r := s.orders[c.arguments["orderId"]]
	if r == nil {
		return refuse(http.StatusNotFound, "no such order")
	}
	if problem := s.cannotSplit(r); problem != "" {
		return refuse(http.StatusBadRequest, problem)
	}
	rest := r.order.clone().Items
	var children []Order
	for n := range body.SplitOrders {
		child, problem := s.splitOff(r.order, &rest, &body.SplitOrders[n])
		if problem != "" {
			return refusef(http.StatusBadRequest, "splitOrders[%d]: %s", n, problem)
		}
		children = append(children, child)
	}
	if len(rest) == 0 {
		return refuse(http.StatusBadRequest, "nothing would be left of the order")
	}
	return s.enterSplit(r, rest, children)
}

// cannotSplit: ENABLE_PENDING_FULFILLMENT_SPLIT, a toggle of the account, decides over orders that were sent.
func (s *Server) cannotSplit(r *record) string {
	switch status := r.order.OrderStatus; status {
	case StatusShipped, StatusCancelled, StatusProcessedOutside, StatusInboundPlan:
		return "an order that is " + status + " cannot be split"
	case StatusPendingFulfillment:
		if s.options.PendingSplitRefused {
			return "an order that is " + status + " cannot be split in this account"
		}
	}
	if r.pendingReads > 0 {
		return "the order is being processed in a batch"
	}
	return ""
}

// splitOff takes one new order's items out of what is left of the old one's.
func (s *Server) splitOff(from *Order, rest *[]OrderItem, b *splitOrderBody) (Order, string) {
	child := from.clone()
	child.OrderID, child.Items, child.Labels, child.RelatedOrderIDs, child.Shipments = 0, nil, nil, nil, nil
	child.CreatedDate, child.ModifiedDate = At(s.now()), At(s.now())
	if child.OrderStatus == StatusPendingFulfillment && !s.options.SplitKeepsStatus {
		child.OrderStatus = StatusAwaiting3PLExport
	}
	if len(b.OrderItems) == 0 {
		return child, "orderItems is required"
	}
	for _, wanted := range b.OrderItems {
		if wanted.ListingSKU == nil || wanted.QuantityOrdered == nil || *wanted.QuantityOrdered <= 0 {
			return child, "an item needs listingSku and a quantityOrdered above 0"
		}
		left := *wanted.QuantityOrdered
		for n := range *rest {
			item := &(*rest)[n]
			if item.ListingSKU != *wanted.ListingSKU || left == 0 {
				continue
			}
			moved := *item
			moved.OrderItemID, moved.QuantityOrdered = 0, min(left, item.QuantityOrdered)
			item.QuantityOrdered -= moved.QuantityOrdered
			left -= moved.QuantityOrdered
			if moved.QuantityOrdered > 0 {
				child.Items = append(child.Items, moved)
			}
		}
		if left > 0 {
			return child, "the order does not have that much of an item"
		}
	}
	*rest = slices.DeleteFunc(*rest, func(item OrderItem) bool { return item.QuantityOrdered == 0 })
	for _, id := range b.LabelIDs {
		n := slices.IndexFunc(s.labels, func(l Label) bool { return l.LabelID == id })
		if n < 0 {
			return child, "no such label"
		}
		child.Labels = append(child.Labels, s.labels[n])
	}
	return child, ""
}

func (s *Server) enterSplit(r *record, rest []OrderItem, children []Order) reply {
	parent := r.order.OrderID
	siblings := r.order.RelatedOrderIDs
	var ids []int64
	for _, child := range children {
		child.RelatedOrderIDs = []int64{parent}
		if s.options.SplitNamesSiblings {
			child.RelatedOrderIDs = append(child.RelatedOrderIDs, siblings...)
		}
		id, err := s.addOrder(child)
		if err != nil {
			return refuse(http.StatusBadRequest, err.Error())
		}
		ids = append(ids, id)
		s.note(Effect{Kind: SplitOff, Time: s.now(), API: true, OrderID: parent, After: fmt.Sprint(id)})
		if !s.options.SplitNamesSiblings {
			continue
		}
		for _, sibling := range siblings {
			s.change(s.orders[sibling], s.now(), true, func(o *Order) { o.RelatedOrderIDs = append(o.RelatedOrderIDs, id) })
		}
	}
	s.change(r, s.now(), true, func(o *Order) {
		o.Items = rest
		o.RelatedOrderIDs = append(o.RelatedOrderIDs, ids...)
	})
	return ok(idReply{ids[0], fmt.Sprintf("%d split off", len(ids))})
}
