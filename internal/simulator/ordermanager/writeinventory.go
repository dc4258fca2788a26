// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"errors"
	"fmt"
	"net/http"
)

// quantityLimit is the largest quantity that a client was seen to send.
const quantityLimit = 100_000_000

type adjustBody struct {
	WarehouseID       *int64  `json:"warehouseId"`
	OnHandQuantity    *int32  `json:"onHandQuantity"`
	LockedQuantity    *int32  `json:"lockedQuantity"`
	MinStockQuantity  *int32  `json:"minStockQuantity"`
	MasterSKU         *string `json:"masterSku"`
	ProductID         *int64  `json:"productId"`
	StockLocationName *string `json:"stockLocationName"`
	Notes             *string `json:"notes"`
}

type createStockBody struct {
	WarehouseID       *int64  `json:"warehouseId"`
	MasterSKU         *string `json:"masterSku"`
	ProductID         *int64  `json:"productId"`
	Quantity          *int32  `json:"quantity"`
	QuantityLocked    *int32  `json:"quantityLocked"`
	MinStock          *int32  `json:"minStock"`
	Pickable          *bool   `json:"pickable"`
	Receivable        *bool   `json:"receivable"`
	DrawRank          *int32  `json:"drawRank"`
	StockLocationName *string `json:"stockLocationName"`
}

type stockResult struct {
	MasterSKU         string `json:"masterSku"`
	AvailableQuantity int64  `json:"availableQuantity"`
	ProductStockID    int64  `json:"productStockId"`
	WarehouseID       int64  `json:"warehouseId"`
}

// itemProblem is why one item of a bulk write was refused.
type itemProblem struct {
	code, field, message string
}

func problem(field, message string) *itemProblem {
	return &itemProblem{code: codeSimulated, field: field, message: message}
}

func (p *itemProblem) detail(index int, sku *string, product *int64) detail {
	d := detail{Index: index, FieldName: p.field, ErrorCode: p.code, Message: p.message, Severity: "CRITICAL"}
	switch {
	case sku != nil:
		d.Identifier = *sku
	case product != nil:
		d.Identifier = *product
	}
	return d
}

func (b *adjustBody) check() error {
	switch {
	case b.WarehouseID == nil || b.OnHandQuantity == nil:
		return errors.New("warehouseId and onHandQuantity are required")
	case b.MasterSKU == nil && b.ProductID == nil:
		return errors.New("masterSku or productId is required")
	}
	return nil
}

// adjustInventory sets quantities. It answers 200 whatever becomes of the items.
func (s *Server) adjustInventory(c *call) reply {
	bodies := *c.body.(*[]adjustBody)
	if len(bodies) == 0 || len(bodies) > s.options.MaxAdjust {
		return refusef(http.StatusBadRequest, "between 1 and %d items in one call", s.options.MaxAdjust)
	}
	for n := range bodies {
		if err := bodies[n].check(); err != nil {
			return refusef(http.StatusBadRequest, "[%d]: %v", n, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHolds(s.now())
	answer := bulkReply{Results: []any{}, Errors: []detail{}}
	for n := range bodies {
		result, wrong := s.adjust(&bodies[n])
		if wrong != nil {
			answer.Errors = append(answer.Errors, wrong.detail(n+1, bodies[n].MasterSKU, bodies[n].ProductID))
			continue
		}
		answer.Results = append(answer.Results, result)
	}
	answer.Message = fmt.Sprintf("%d adjusted, %d refused", len(answer.Results), len(answer.Errors))
	if s.options.AdjustOmitsResults {
		answer.Results = []any{}
	}
	return ok(answer)
}

func (s *Server) adjust(b *adjustBody) (*stockResult, *itemProblem) {
	w := s.warehouse(*b.WarehouseID)
	if w == nil {
		return nil, problem("warehouseId", "no such warehouse")
	}
	product, wrong := s.stockProduct(b.MasterSKU, b.ProductID)
	if wrong != nil {
		return nil, wrong
	}
	location, wrong := locationOf(w, b.StockLocationName)
	if wrong != nil {
		return nil, wrong
	}
	key := stockKey{product.ProductID, w.WarehouseID}
	record := s.findStock(key, location)
	switch {
	case record == nil:
		return nil, &itemProblem{codeNoStockRecord, "masterSku", "no product stock there"}
	case !isQuantity(b.OnHandQuantity):
		return nil, problem("onHandQuantity", "the quantity is out of range")
	case !isQuantity(b.LockedQuantity):
		return nil, problem("lockedQuantity", "the quantity is out of range")
	case !isQuantity(b.MinStockQuantity):
		return nil, problem("minStockQuantity", "the quantity is out of range")
	}
	before := s.figures(key)
	record.onHand = int64(*b.OnHandQuantity)
	if b.LockedQuantity != nil {
		record.locked = int64(*b.LockedQuantity)
	} else if !s.options.OmittedLockedKept {
		record.locked = 0
	}
	if b.MinStockQuantity != nil {
		record.minStock = int64(*b.MinStockQuantity)
	}
	after := s.figures(key)
	s.note(Effect{
		Kind: StockAdjusted, Time: s.now(), API: true, SKU: product.MasterSKU, WarehouseID: w.WarehouseID,
		StockBefore: &before, StockAfter: &after,
	})
	return &stockResult{product.MasterSKU, after.Available, record.id, w.WarehouseID}, nil
}

// isQuantity takes an absent quantity, too. That a negative one is refused is the stricter reading.
func isQuantity(quantity *int32) bool {
	return quantity == nil || *quantity >= 0 && *quantity <= quantityLimit
}

func (s *Server) stockProduct(sku *string, id *int64) (*Product, *itemProblem) {
	var product *Product
	if id != nil {
		product = s.products[*id]
	} else {
		product = s.products[s.bySKU[*sku]]
	}
	if product == nil || id != nil && sku != nil && product.MasterSKU != *sku {
		code := codeUnknownProduct
		if s.options.UnknownProductAsNoStock {
			code = codeNoStockRecord
		}
		return nil, &itemProblem{code, "masterSku", "no such product"}
	}
	return product, nil
}

// locationOf: only DIRECT_FULFILLMENT warehouses have locations of their own, and there one must be named.
func locationOf(w *Warehouse, name *string) (string, *itemProblem) {
	switch {
	case w.Type == DirectFulfillment && (name == nil || *name == ""):
		return "", problem("stockLocationName", "this warehouse needs the location's name")
	case w.Type == DirectFulfillment:
		return *name, nil
	case name != nil && *name != GlobalLocation:
		return "", &itemProblem{codeNoStockRecord, "stockLocationName", "this warehouse has the location GLOBAL alone"}
	}
	return GlobalLocation, nil
}

func (b *createStockBody) check() error {
	switch {
	case b.WarehouseID == nil, b.Quantity == nil, b.QuantityLocked == nil, b.MinStock == nil, b.Pickable == nil, b.Receivable == nil:
		return errors.New("warehouseId, quantity, quantityLocked, minStock, pickable and receivable are required")
	case b.MasterSKU == nil && b.ProductID == nil:
		return errors.New("masterSku or productId is required")
	}
	return nil
}

// createInventory begins stock records: the starting inventory without which nothing can be adjusted.
func (s *Server) createInventory(c *call) reply {
	bodies := *c.body.(*[]createStockBody)
	if len(bodies) == 0 || len(bodies) > s.options.MaxAdjust {
		return refusef(http.StatusBadRequest, "between 1 and %d items in one call", s.options.MaxAdjust)
	}
	for n := range bodies {
		if err := bodies[n].check(); err != nil {
			return refusef(http.StatusBadRequest, "[%d]: %v", n, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := bulkReply{Results: []any{}, Errors: []detail{}}
	for n := range bodies {
		result, wrong := s.create(&bodies[n])
		if wrong != nil {
			answer.Errors = append(answer.Errors, wrong.detail(n+1, bodies[n].MasterSKU, bodies[n].ProductID))
			continue
		}
		answer.Results = append(answer.Results, result)
	}
	answer.Message = fmt.Sprintf("%d created, %d refused", len(answer.Results), len(answer.Errors))
	return ok(answer)
}

func (s *Server) create(b *createStockBody) (*stockResult, *itemProblem) {
	w := s.warehouse(*b.WarehouseID)
	if w == nil {
		return nil, problem("warehouseId", "no such warehouse")
	}
	product, wrong := s.stockProduct(b.MasterSKU, b.ProductID)
	if wrong != nil {
		return nil, wrong
	}
	location, wrong := locationOf(w, b.StockLocationName)
	if wrong != nil {
		return nil, wrong
	}
	if !isQuantity(b.Quantity) || !isQuantity(b.QuantityLocked) || !isQuantity(b.MinStock) {
		return nil, problem("quantity", "the quantity is out of range")
	}
	key := stockKey{product.ProductID, w.WarehouseID}
	effect := Effect{Kind: StockCreated, Time: s.now(), API: true, SKU: product.MasterSKU, WarehouseID: w.WarehouseID}
	record := s.findStock(key, location)
	switch {
	case record != nil && !s.options.CreateOverwrites:
		return nil, problem("masterSku", "the product has stock there already")
	case record != nil:
		effect.Kind, effect.StockBefore = StockAdjusted, new(s.figures(key))
	default:
		record = s.createStock(stockRecord{product: product, warehouse: w.WarehouseID, location: location, drawRank: int64(deref(b.DrawRank))})
	}
	record.onHand, record.locked, record.minStock = int64(*b.Quantity), int64(*b.QuantityLocked), int64(*b.MinStock)
	record.pickable, record.receivable = *b.Pickable, *b.Receivable
	effect.StockAfter = new(s.figures(key))
	s.note(effect)
	return &stockResult{product.MasterSKU, effect.StockAfter.Available, record.id, w.WarehouseID}, nil
}
