// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"net/http"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	adjustEndpoint = "/v1.1/inventory/adjust"
	// inventoryWriteEndpoint begins stock records.
	inventoryWriteEndpoint = "/v1.1/inventory"
	adjustOperation        = "set stock"
	createOperation        = "create stock records"
)

type wireAdjustment struct {
	WarehouseID       int64  `json:"warehouseId"`
	ProductID         int64  `json:"productId,omitempty"`
	MasterSKU         string `json:"masterSku,omitempty"`
	StockLocationName string `json:"stockLocationName"`
	OnHandQuantity    int64  `json:"onHandQuantity"`
	LockedQuantity    int64  `json:"lockedQuantity"`
}

// wireNewStock is the body of a new stock record. All but the product, of
// which one of the two is named, is mandatory.
type wireNewStock struct {
	WarehouseID       int64  `json:"warehouseId"`
	ProductID         int64  `json:"productId,omitempty"`
	MasterSKU         string `json:"masterSku,omitempty"`
	StockLocationName string `json:"stockLocationName"`
	Quantity          int64  `json:"quantity"`
	QuantityLocked    int64  `json:"quantityLocked"`
	MinStock          int64  `json:"minStock"`
	Pickable          bool   `json:"pickable"`
	Receivable        bool   `json:"receivable"`
}

type wireAdjustAnswer struct {
	// Results has no documented shape; this is what clients were seen to read.
	Results []struct {
		MasterSKU         string     `json:"masterSku"`
		WarehouseID       int64      `json:"warehouseId"`
		AvailableQuantity *wireUnits `json:"availableQuantity"`
	} `json:"results"`
	Errors []refusal `json:"errors"`
}

// SetStock implements fulfillment.StockKeeper. The answer is 200 (or 201)
// whatever became of the products; each is judged by its own entry.
func (s *source) SetStock(ctx context.Context, writes []fulfillment.StockWrite) ([]fulfillment.StockWriteResult, error) {
	if len(writes) == 0 {
		return nil, nil
	}
	if err := s.oneWarehouse(adjustOperation); err != nil {
		return nil, err
	}
	body := make([]wireAdjustment, len(writes))
	for i, write := range writes {
		location, err := s.locationOf(write)
		if err != nil {
			return nil, err
		}
		body[i] = wireAdjustment{WarehouseID: s.claim.WarehouseID, ProductID: write.ProductID, StockLocationName: location,
			OnHandQuantity: write.OnHand, LockedQuantity: write.Locked}
		if write.ProductID == 0 {
			body[i].MasterSKU = write.SKU
		}
	}
	var answer wireAdjustAnswer
	if err := s.write(ctx, http.MethodPost, adjustEndpoint, adjustOperation, body, &answer); err != nil {
		return nil, err
	}
	return s.judgeStock(writes, answer), nil
}

// CreateStock implements fulfillment.StockKeeper. Its answers are those of SetStock.
func (s *source) CreateStock(ctx context.Context, writes []fulfillment.StockWrite) ([]fulfillment.StockWriteResult, error) {
	if len(writes) == 0 {
		return nil, nil
	}
	if err := s.oneWarehouse(createOperation); err != nil {
		return nil, err
	}
	body := make([]wireNewStock, len(writes))
	for i, write := range writes {
		location, err := s.locationOf(write)
		if err != nil {
			return nil, err
		}
		body[i] = wireNewStock{WarehouseID: s.claim.WarehouseID, ProductID: write.ProductID, StockLocationName: location,
			Quantity: write.OnHand, QuantityLocked: write.Locked, Pickable: true, Receivable: true}
		if write.ProductID == 0 {
			body[i].MasterSKU = write.SKU
		}
	}
	var answer wireAdjustAnswer
	if err := s.write(ctx, http.MethodPut, inventoryWriteEndpoint, createOperation, body, &answer); err != nil {
		return nil, err
	}
	return s.judgeStock(writes, answer), nil
}

// judgeStock says what became of each write.
func (s *source) judgeStock(writes []fulfillment.StockWrite, answer wireAdjustAnswer) []fulfillment.StockWriteResult {
	results := make([]fulfillment.StockWriteResult, len(writes))
	listed := make([]bool, len(writes))
	for i, write := range writes {
		results[i].SKU = write.SKU
		for _, r := range answer.Results {
			if same(r.MasterSKU, write.SKU) && (r.WarehouseID == 0 || r.WarehouseID == s.claim.WarehouseID) {
				listed[i], results[i].Available = true, r.AvailableQuantity.figure()
			}
		}
	}
	unattributed := ""
	for _, r := range answer.Errors {
		if r.informs() {
			continue
		}
		i := r.item(len(writes), func(i int, identifier string) bool {
			return same(identifier, writes[i].SKU) || writes[i].ProductID != 0 && identifier == formatID(writes[i].ProductID)
		})
		if i < 0 {
			unattributed = firstOf(code(r.ErrorCode), CodeUnproven)
			continue
		}
		results[i].Reason, results[i].Code, results[i].Available = stockReason(r.ErrorCode), code(r.ErrorCode), nil
	}
	if unattributed != "" {
		// Somebody was refused and nobody knows who: only what is listed is proven.
		for i := range results {
			if results[i].Reason == "" && !listed[i] {
				results[i].Reason, results[i].Code = fulfillment.ReasonStockRefused, unattributed
			}
		}
	}
	return results
}

func stockReason(errorCode string) string {
	switch errorCode {
	case codeNoStock:
		return fulfillment.ReasonNoStartingInventory
	case codeUnknownProduct:
		return fulfillment.ReasonUnknownProduct
	}
	return fulfillment.ReasonStockRefused
}
