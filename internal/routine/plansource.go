// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"sync"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// planningSource reads from a source and writes nothing. It embeds nothing: a
// write that the port learns must be planned here before it compiles.
type planningSource struct {
	source fulfillment.Source
	plan   *Plan

	mutex sync.Mutex
	// onHand is what was last read, by product.
	onHand map[int64]int64
}

var _ fulfillment.Source = (*planningSource)(nil)

// WaitingOrders implements fulfillment.Source.
func (s *planningSource) WaitingOrders(ctx context.Context, page int) ([]fulfillment.Order, error) {
	return s.source.WaitingOrders(ctx, page)
}

// SentOrders implements fulfillment.Source.
func (s *planningSource) SentOrders(ctx context.Context, page int) ([]fulfillment.Order, error) {
	return s.source.SentOrders(ctx, page)
}

// OpenOrders implements fulfillment.Source.
func (s *planningSource) OpenOrders(ctx context.Context, page int) ([]fulfillment.Order, error) {
	return s.source.OpenOrders(ctx, page)
}

// CancelledSince implements fulfillment.Source.
func (s *planningSource) CancelledSince(ctx context.Context, since time.Time, page int) ([]fulfillment.Order, error) {
	return s.source.CancelledSince(ctx, since, page)
}

// OrdersByID implements fulfillment.Source.
func (s *planningSource) OrdersByID(ctx context.Context, ids []fulfillment.OrderID) ([]fulfillment.Order, error) {
	return s.source.OrdersByID(ctx, ids)
}

// OrdersByNumber implements fulfillment.Source.
func (s *planningSource) OrdersByNumber(ctx context.Context, numbers []string) ([]fulfillment.Order, error) {
	return s.source.OrdersByNumber(ctx, numbers)
}

// CustomFields implements fulfillment.Source.
func (s *planningSource) CustomFields(ctx context.Context, orders []fulfillment.Order) ([]fulfillment.CustomFields, error) {
	return s.source.CustomFields(ctx, orders)
}

// KnowsCarrier implements fulfillment.Source.
func (s *planningSource) KnowsCarrier(shipment fulfillment.Shipment) bool {
	return s.source.KnowsCarrier(shipment)
}

// ProductStocks implements fulfillment.Source.
func (s *planningSource) ProductStocks(ctx context.Context, page int) ([]fulfillment.ProductStock, error) {
	stocks, err := s.source.ProductStocks(ctx, page)
	s.remember(stocks)
	return stocks, err
}

// ProductStocksByID implements fulfillment.Source.
func (s *planningSource) ProductStocksByID(ctx context.Context, productIDs []int64) ([]fulfillment.ProductStock, error) {
	stocks, err := s.source.ProductStocksByID(ctx, productIDs)
	s.remember(stocks)
	return stocks, err
}

// Products implements fulfillment.Source.
func (s *planningSource) Products(ctx context.Context, page int) ([]fulfillment.Product, error) {
	return s.source.Products(ctx, page)
}

// ProductsBySKU implements fulfillment.Source.
func (s *planningSource) ProductsBySKU(ctx context.Context, skus []string) ([]fulfillment.Product, error) {
	return s.source.ProductsBySKU(ctx, skus)
}

// MarkSent implements fulfillment.Source.
func (s *planningSource) MarkSent(_ context.Context, ids []fulfillment.OrderID) ([]fulfillment.MarkResult, error) {
	results := make([]fulfillment.MarkResult, len(ids))
	for i, id := range ids {
		s.plan.add(PlannedStep{Action: PlannedMark, OrderID: id})
		results[i] = fulfillment.MarkResult{OrderID: id, Marked: true}
	}
	return results, nil
}

// ConfirmShipments implements fulfillment.Source.
func (s *planningSource) ConfirmShipments(_ context.Context, shipments []fulfillment.Shipment, _ fulfillment.ShipmentOptions) ([]fulfillment.ShipmentResult, error) {
	results := make([]fulfillment.ShipmentResult, len(shipments))
	for i, shipment := range shipments {
		s.plan.add(PlannedStep{Action: PlannedConfirm, OrderID: shipment.OrderID})
		results[i] = fulfillment.ShipmentResult{OrderID: shipment.OrderID, Outcome: fulfillment.ShipmentConfirmed}
	}
	return results, nil
}

// EditOrders implements fulfillment.Source.
func (s *planningSource) EditOrders(_ context.Context, edits []fulfillment.OrderEdit) ([]fulfillment.EditResult, error) {
	results := make([]fulfillment.EditResult, len(edits))
	for i, edit := range edits {
		s.plan.add(PlannedStep{Action: PlannedEdit, OrderID: edit.OrderID})
		results[i] = fulfillment.EditResult{OrderID: edit.OrderID, Done: true}
	}
	return results, nil
}

// SplitOrder implements fulfillment.Source. The new order's id is not known
// before there is one: 0.
func (s *planningSource) SplitOrder(_ context.Context, split fulfillment.Split) (fulfillment.OrderID, error) {
	for _, line := range split.Lines {
		s.plan.add(PlannedStep{Action: PlannedSplit, OrderID: split.OrderID, SKU: line.SKU, Quantity: line.Quantity})
	}
	return 0, nil
}

// CancelOrder implements fulfillment.Source.
func (s *planningSource) CancelOrder(_ context.Context, order fulfillment.Order) (bool, error) {
	s.plan.add(PlannedStep{Action: PlannedCancelHere, OrderID: order.ID, Reference: order.Number})
	return true, nil
}

// SetStock implements fulfillment.Source. What Order Manager would offer after
// it is not said: only Order Manager knows.
func (s *planningSource) SetStock(_ context.Context, writes []fulfillment.StockWrite) ([]fulfillment.StockWriteResult, error) {
	results := make([]fulfillment.StockWriteResult, len(writes))
	for i, write := range writes {
		s.plan.add(PlannedStep{Action: PlannedSetStock, SKU: write.SKU, Quantity: write.OnHand, Before: s.before(write.ProductID)})
		results[i] = fulfillment.StockWriteResult{SKU: write.SKU}
	}
	return results, nil
}

// CreateStock implements fulfillment.Source.
func (s *planningSource) CreateStock(_ context.Context, writes []fulfillment.StockWrite) ([]fulfillment.StockWriteResult, error) {
	results := make([]fulfillment.StockWriteResult, len(writes))
	for i, write := range writes {
		s.plan.add(PlannedStep{Action: PlannedCreateStock, SKU: write.SKU, Quantity: write.OnHand})
		results[i] = fulfillment.StockWriteResult{SKU: write.SKU}
	}
	return results, nil
}

func (s *planningSource) remember(stocks []fulfillment.ProductStock) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, stock := range stocks {
		if onHand, _ := stock.Written(); onHand != nil {
			s.onHand[stock.ProductID] = *onHand
		}
	}
}

func (s *planningSource) before(product int64) int64 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.onHand[product]
}
