// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"net/http"
	"slices"
	"strings"
)

var totalsQuery = paged(20, map[string]parameter{
	"sku":            {kind: text, repeated: true},
	"productId":      {kind: number64, repeated: true},
	"warehouseId":    {kind: number64},
	"salesChannelId": {kind: number64},
})

var inventoryQuery = paged(20, map[string]parameter{
	"createdFromDate":     {kind: moment},
	"createdToDate":       {kind: moment},
	"sku":                 {kind: text, repeated: true},
	"productId":           {kind: number64, repeated: true},
	"warehouseId":         {kind: number64},
	"stockLocationName":   {kind: text},
	"includeBundledItems": {kind: boolean},
})

type stockTotals struct {
	Product           *ProductInfo `json:"product"`
	OnHandQuantity    int64        `json:"onHandQuantity"`
	AvailableQuantity *int64       `json:"availableQuantity,omitempty"`
	AllocatedQuantity *int64       `json:"allocatedQuantity,omitempty"`
	LockedQuantity    int64        `json:"lockedQuantity"`
	InTransitQuantity int64        `json:"inTransitQuantity"`
}

// listTotals has a row for every product with a stock record, summed over the warehouses asked for.
func (s *Server) listTotals(c *call) reply {
	if c.number("salesChannelId") != 0 {
		return refuse(http.StatusNotImplemented, "the simulator does not know the stock of a sales channel")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	page := []stockTotals{}
	for _, id := range cut(c.query, s.selectStocked(c)) {
		product := s.products[id]
		var sum Figures
		for _, w := range s.warehousesOf(c) {
			key := stockKey{id, w}
			if len(s.stocks[key]) == 0 {
				continue
			}
			f := s.figures(key)
			sum = Figures{sum.OnHand + f.OnHand, sum.Locked + f.Locked, sum.Allocated + f.Allocated, sum.Available + f.Available}
		}
		row := stockTotals{
			Product: product.info(), OnHandQuantity: sum.OnHand, LockedQuantity: sum.Locked,
			AvailableQuantity: &sum.Available, AllocatedQuantity: &sum.Allocated,
		}
		if s.options.TotalsLackAvailable {
			row.AvailableQuantity, row.AllocatedQuantity = nil, nil
		}
		page = append(page, row)
	}
	return ok(page)
}

// warehousesOf lists the warehouse asked for, or all.
func (s *Server) warehousesOf(c *call) []int64 {
	if id := c.number("warehouseId"); id != 0 {
		return []int64{id}
	}
	var ids []int64
	for _, w := range s.warehouses {
		ids = append(ids, w.WarehouseID)
	}
	return ids
}

// selectStocked lists the products asked for that have a stock record, ascending. A SKU is a prefix.
func (s *Server) selectStocked(c *call) []int64 {
	var candidates []int64
	warehouses := s.warehousesOf(c)
	for _, w := range warehouses {
		candidates = append(candidates, s.stocked[w]...)
	}
	if len(warehouses) > 1 {
		slices.Sort(candidates)
		candidates = slices.Compact(candidates)
	}
	if !c.has("sku") && !c.has("productId") {
		return candidates
	}
	wanted := c.numbers("productId")
	return slices.DeleteFunc(candidates, func(id int64) bool {
		return len(wanted) > 0 && !slices.Contains(wanted, id) || !matchesPrefix(c.texts("sku"), s.products[id].MasterSKU)
	})
}

type productStock struct {
	ProductStockID       int64            `json:"productStockId"`
	Product              *ProductInfo     `json:"product"`
	StockLocation        stockLocation    `json:"stockLocation"`
	Active               bool             `json:"active"`
	Pickable             bool             `json:"pickable"`
	Receivable           bool             `json:"receivable"`
	Quantity             int64            `json:"quantity"`
	QuantityLocked       int64            `json:"quantityLocked"`
	AllocatedQuantity    int64            `json:"allocatedQuantity"`
	AvailableQuantity    int64            `json:"availableQuantity"`
	MinStock             int64            `json:"minStock"`
	DrawRank             int64            `json:"drawRank"`
	WarehouseStockTotals warehouseFigures `json:"warehouseStockTotals"`
}

type stockLocation struct {
	StockLocationID int64  `json:"stockLocationId"`
	Location        string `json:"location"`
	WarehouseID     int64  `json:"warehouseId"`
}

type warehouseFigures struct {
	OnHandQuantity    int64 `json:"onHandQuantity"`
	AvailableQuantity int64 `json:"availableQuantity"`
	AllocatedQuantity int64 `json:"allocatedQuantity"`
	LockedQuantity    int64 `json:"lockedQuantity"`
	InTransitQuantity int64 `json:"inTransitQuantity"`
	MinInventoryLevel int64 `json:"minInventoryLevel"`
}

// listInventory has a row for every stock record. Of several locations the first carries what is allocated.
// includeBundledItems=false leaves the rows of bundles out.
func (s *Server) listInventory(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []*stockRecord
	for _, id := range s.selectStocked(c) {
		if c.has("includeBundledItems") && !c.flag("includeBundledItems") && s.products[id].Bundle {
			continue
		}
		for _, w := range s.warehousesOf(c) {
			for _, record := range s.stocks[stockKey{id, w}] {
				named := !c.has("stockLocationName") || strings.EqualFold(c.text("stockLocationName"), record.location)
				if named && c.within("createdFromDate", "createdToDate", record.created) {
					rows = append(rows, record)
				}
			}
		}
	}
	page := []productStock{}
	for _, record := range cut(c.query, rows) {
		page = append(page, s.stockRow(record))
	}
	return ok(page)
}

func (s *Server) stockRow(record *stockRecord) productStock {
	key := stockKey{record.product.ProductID, record.warehouse}
	total := s.figures(key)
	var minimum int64
	for _, other := range s.stocks[key] {
		minimum += other.minStock
	}
	allocated := int64(0)
	if s.stocks[key][0] == record {
		allocated = total.Allocated
	}
	own := s.derive(Figures{OnHand: record.onHand, Locked: record.locked}, allocated)
	return productStock{
		ProductStockID: record.id,
		Product:        record.product.info(),
		StockLocation:  stockLocation{record.locationID, record.location, record.warehouse},
		Active:         true, Pickable: record.pickable, Receivable: record.receivable,
		Quantity: own.OnHand, QuantityLocked: own.Locked, AllocatedQuantity: own.Allocated, AvailableQuantity: own.Available,
		MinStock: record.minStock, DrawRank: record.drawRank,
		WarehouseStockTotals: warehouseFigures{
			OnHandQuantity: total.OnHand, AvailableQuantity: total.Available, AllocatedQuantity: total.Allocated,
			LockedQuantity: total.Locked, MinInventoryLevel: minimum,
		},
	}
}
