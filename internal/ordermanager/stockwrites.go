// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"net/http"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	adjustEndpoint  = "/v1.1/inventory/adjust"
	adjustOperation = "set stock"
	// globalLocation is the only stock location of a warehouse that is not in-house.
	globalLocation = "GLOBAL"
)

type wireAdjustment struct {
	WarehouseID       int64  `json:"warehouseId"`
	ProductID         int64  `json:"productId,omitempty"`
	MasterSKU         string `json:"masterSku,omitempty"`
	StockLocationName string `json:"stockLocationName"`
	OnHandQuantity    int64  `json:"onHandQuantity"`
	LockedQuantity    int64  `json:"lockedQuantity"`
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
	location := globalLocation
	if s.claim.Type == typeDirectFulfillment {
		if location = s.options.StockLocation; location == "" {
			return nil, &fulfillment.Fault{Kind: fulfillment.FaultMisconfigured, System: System, Operation: adjustOperation,
				Reason: fulfillment.ReasonRequestRefused, Hint: "an in-house warehouse keeps stock by location, and no location is set"}
		}
	}
	body := make([]wireAdjustment, len(writes))
	for i, write := range writes {
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
