// SPDX-License-Identifier: Apache-2.0

package ordermanager

import "slices"

// Snapshot is the state as a book-keeper compares it with the warehouse's.
type Snapshot struct {
	Orders []OrderState `json:"orders"`
	Stock  []StockState `json:"stock"`
}

// OrderState is one order in a Snapshot, by rising id.
type OrderState struct {
	ID          int64       `json:"id"`
	Number      string      `json:"number"`
	Status      string      `json:"status"`
	Type        string      `json:"type"`
	WarehouseID int64       `json:"warehouseId"`
	Lines       []LineState `json:"lines"`
	// BrokenDown are bundles whose components are among the lines: they are not.
	BrokenDown []LineState `json:"brokenDown,omitempty"`
	// Tracking lists the tracking numbers of all shipments.
	Tracking []string `json:"tracking,omitempty"`
	Labels   []string `json:"labels,omitempty"`
	// Related are the orders that this one was split from or into.
	Related []int64 `json:"related,omitempty"`
	// Marks counts how often the order was sent to fulfillment out of a waiting status; RepeatedMarks how
	// often it was sent again while it was already sent (accepted ones alone).
	Marks         int `json:"marks"`
	RepeatedMarks int `json:"repeatedMarks"`
	// Shipments counts the external shipments that were accepted, Notifications the mails to the buyer.
	Shipments     int `json:"shipments"`
	Notifications int `json:"notifications"`
}

// LineState is one line of an order; SKU is the product's masterSku, or the listing's where there is none.
type LineState struct {
	SKU      string `json:"sku"`
	Quantity int32  `json:"quantity"`
}

// StockState is one product with a stock record at one warehouse, over all its locations.
type StockState struct {
	WarehouseID int64  `json:"warehouseId"`
	ProductID   int64  `json:"productId"`
	SKU         string `json:"sku"`
	Figures
}

// Snapshot of this moment. It counts as no read of a pending shipment.
func (s *Server) Snapshot() Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passTime()
	shot := Snapshot{Orders: make([]OrderState, 0, len(s.orderIDs)), Stock: []StockState{}}
	for _, id := range s.orderIDs {
		shot.Orders = append(shot.Orders, s.orders[id].state())
	}
	for _, warehouse := range s.warehouses {
		for _, product := range s.stocked[warehouse.WarehouseID] {
			shot.Stock = append(shot.Stock, StockState{
				WarehouseID: warehouse.WarehouseID,
				ProductID:   product,
				SKU:         s.products[product].MasterSKU,
				Figures:     s.figures(stockKey{product, warehouse.WarehouseID}),
			})
		}
	}
	return shot
}

func (r *record) state() OrderState {
	o := r.order
	state := OrderState{
		ID: o.OrderID, Number: o.OrderNumber, Status: o.OrderStatus, Type: o.OrderType, WarehouseID: o.warehouseID(),
		Marks: r.marks, RepeatedMarks: r.repeatedMarks, Shipments: r.shipments, Notifications: r.notified,
		Related: slices.Clone(o.RelatedOrderIDs),
	}
	for _, item := range o.Items {
		sku := item.ListingSKU
		if item.Product != nil {
			sku = item.Product.MasterSKU
		}
		line := LineState{SKU: sku, Quantity: item.QuantityOrdered}
		if item.BrokenDown && item.Product != nil && item.Product.ProductType == BundleKit {
			state.BrokenDown = append(state.BrokenDown, line)
			continue
		}
		state.Lines = append(state.Lines, line)
	}
	for _, shipment := range o.Shipments {
		state.Tracking = append(state.Tracking, shipment.TrackingNumbers...)
	}
	for _, label := range o.Labels {
		state.Labels = append(state.Labels, label.Name)
	}
	slices.Sort(state.Labels)
	return state
}
