// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// identities are those that the warehouse may have an order under: its own, or
// that of the order that it was split off.
func (s *snapshot) identities(order fulfillment.Order) []fulfillment.OrderID {
	if !order.SplitOff() {
		return []fulfillment.OrderID{order.ID}
	}
	var ids []fulfillment.OrderID
	for _, parent := range s.relatives.parents(order) {
		ids = append(ids, parent.ID)
	}
	return ids
}

// partsOf is what the warehouse has of an order: of one that others were split
// off what is left to it, and of one that was split off what it stands for.
func (s *snapshot) partsOf(order fulfillment.Order) []fulfillment.WarehouseOrder {
	if order.SplitOff() {
		if part, ok := s.relatives.partOf(order, s.parts, orderload.Options{}); ok {
			return []fulfillment.WarehouseOrder{part}
		}
		return nil
	}
	parts := s.parts[order.ID]
	if len(parts) == 0 || len(s.relatives.children(order)) == 0 {
		return parts
	}
	return s.relatives.family(order, parts, orderload.Options{}).allot().own()
}
