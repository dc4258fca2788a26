// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"net/http"
	"slices"
)

var listOrdersQuery = paged(100, map[string]parameter{
	"createdDateFrom":  {kind: moment},
	"createdDateTo":    {kind: moment},
	"modifiedDateFrom": {kind: moment},
	"modifiedDateTo":   {kind: moment},
	"orderDateFrom":    {kind: moment},
	"orderDateTo":      {kind: moment},
	"paymentDateFrom":  {kind: moment},
	"paymentDateTo":    {kind: moment},
	"shipDateFrom":     {kind: moment},
	"shipDateTo":       {kind: moment},
	"status":           {kind: choice, repeated: true, choices: orderStatuses},
	"unresolvedStatus": {kind: choice, repeated: true, choices: unresolvedStatuses},
	"warehouseId":      {kind: number64},
	"salesChannelId":   {kind: number32},
	"orderId":          {kind: number64, repeated: true},
	"orderNumber":      {kind: text, repeated: true},
	"productId":        {kind: number64, repeated: true},
	"external":         {kind: boolean},
})

func (s *Server) listOrders(c *call) reply {
	s.mu.Lock()
	s.passTime()
	matching := s.candidates(c)
	if !c.isIndexed() {
		matching = slices.DeleteFunc(slices.Clone(matching), func(id int64) bool { return !c.selects(s.orders[id].order) })
	}
	if s.options.NewestFirst {
		matching = slices.Clone(matching)
		slices.Reverse(matching)
	}
	page := []any{}
	for _, id := range cut(c.query, matching) {
		page = append(page, s.show(s.orders[id].order))
		s.observe(s.orders[id])
	}
	s.mu.Unlock()
	return ok(page)
}

// candidates narrows the search by the index that helps most; the ids rise.
func (s *Server) candidates(c *call) []int64 {
	if c.has("orderId") {
		var ids []int64
		for _, id := range c.numbers("orderId") {
			if s.orders[id] != nil {
				ids = insertSorted(ids, id)
			}
		}
		return ids
	}
	if !c.has("status") {
		return s.orderIDs
	}
	var ids []int64
	buckets := 0
	for key, bucket := range s.buckets {
		right := c.number("warehouseId") == 0 || c.number("warehouseId") == key.warehouse
		if right && len(bucket) > 0 && slices.Contains(c.texts("status"), key.status) {
			ids = append(ids, bucket...)
			buckets++
		}
	}
	if buckets > 1 {
		slices.Sort(ids)
	}
	return ids
}

// isIndexed says that the candidates are all that is asked for: the question that clients ask most.
func (c *call) isIndexed() bool {
	for name := range c.values {
		switch name {
		case pageName, limitName, "status":
		case "warehouseId":
			if !c.has("status") {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (c *call) selects(o *Order) bool {
	switch {
	case c.has("status") && !slices.Contains(c.texts("status"), o.OrderStatus),
		c.has("unresolvedStatus") && !slices.Contains(c.texts("unresolvedStatus"), o.UnresolvedStatus),
		c.number("warehouseId") != 0 && c.number("warehouseId") != o.warehouseID(),
		c.number("salesChannelId") != 0 && c.number("salesChannelId") != int64(o.channelID()),
		c.has("external") && c.flag("external") != o.External,
		!matchesPrefix(c.texts("orderNumber"), o.OrderNumber),
		!c.within("createdDateFrom", "createdDateTo", o.CreatedDate.Time),
		!c.within("modifiedDateFrom", "modifiedDateTo", o.ModifiedDate.Time),
		!c.within("orderDateFrom", "orderDateTo", o.OrderDate.Time),
		!c.within("paymentDateFrom", "paymentDateTo", o.PaymentDate.Time),
		!c.within("shipDateFrom", "shipDateTo", o.ShipDate.Time):
		return false
	}
	if !c.has("productId") {
		return true
	}
	wanted := c.numbers("productId")
	return slices.ContainsFunc(o.Items, func(item OrderItem) bool {
		return item.Product != nil && slices.Contains(wanted, item.Product.ProductID)
	})
}

func (s *Server) readOrder(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passTime()
	r := s.orders[c.arguments["orderId"]]
	if r == nil {
		return refuse(http.StatusNotFound, "no such order")
	}
	shown := s.show(r.order)
	s.observe(r)
	return ok(shown)
}

// show is an order as the switches have it written.
func (s *Server) show(o *Order) any {
	if !s.options.ExplicitNulls && !s.options.UnknownValues && !s.options.SwaggerChannels {
		return o
	}
	return s.dress(o)
}
