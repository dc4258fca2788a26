// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"slices"
	"strconv"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	totalsEndpoint     = "/v1/productstocks/total"
	totalsOperation    = "read stock totals"
	inventoryEndpoint  = "/v1/inventory"
	inventoryOperation = "read stock records"
	// maxFruitless is how many pages in a row may name no product: more are no
	// report of stock, and nobody else gets the worker while they are read.
	maxFruitless = 10
)

// wireTotals are the figures of one product. Answers of older date have no
// available and no allocated quantity.
type wireTotals struct {
	OnHand    *wireUnits `json:"onHandQuantity"`
	Available *wireUnits `json:"availableQuantity"`
	Allocated *wireUnits `json:"allocatedQuantity"`
	Locked    *wireUnits `json:"lockedQuantity"`
}

type wireProductTotals struct {
	Product *wireProduct `json:"product"`
	wireTotals
}

// wireStockRecord is the stock of one product at one location, with the totals
// of its warehouse.
type wireStockRecord struct {
	Product       *wireProduct `json:"product"`
	StockLocation struct {
		WarehouseID int64  `json:"warehouseId"`
		Location    string `json:"location"`
	} `json:"stockLocation"`
	Quantity             *wireUnits  `json:"quantity"`
	QuantityLocked       *wireUnits  `json:"quantityLocked"`
	WarehouseStockTotals *wireTotals `json:"warehouseStockTotals"`
}

// ProductStocks implements fulfillment.StockKeeper.
func (s *source) ProductStocks(ctx context.Context, page int) ([]fulfillment.ProductStock, error) {
	if err := s.oneWarehouse(totalsOperation); err != nil {
		return nil, err
	}
	for fruitless := 0; fruitless < maxFruitless && page <= lastPage; fruitless, page = fruitless+1, page+1 {
		stocks, rows, err := s.totals(ctx, new(query).page(page))
		if err != nil || rows == 0 {
			return nil, err
		}
		if len(stocks) > 0 {
			return stocks, s.complete(ctx, stocks)
		}
	}
	return nil, endless(totalsOperation)
}

// ProductStocksByID implements fulfillment.StockKeeper: one call for each
// hundred products, and one more when some of them have no totals. Products
// are asked for by id because the filter on SKUs searches by prefix; what was
// not asked for is dropped nevertheless.
func (s *source) ProductStocksByID(ctx context.Context, productIDs []int64) ([]fulfillment.ProductStock, error) {
	if err := s.oneWarehouse(totalsOperation); err != nil {
		return nil, err
	}
	var found []fulfillment.ProductStock
	for chunk := range slices.Chunk(productIDs, pageLimit) {
		missing := idSet(chunk)
		for page := 1; len(missing) > 0; page++ {
			if page > lastPageOfIDs {
				return nil, endless(totalsOperation)
			}
			stocks, rows, err := s.totals(ctx, addIDs(new(query).page(page), "productId", chunk))
			if err != nil {
				return nil, err
			}
			if rows == 0 {
				break
			}
			for _, stock := range stocks {
				if missing[stock.ProductID] {
					delete(missing, stock.ProductID)
					found = append(found, stock)
				}
			}
		}
	}
	return found, s.complete(ctx, found)
}

// totals reads one page of totals; rows is how many entries the page had.
func (s *source) totals(ctx context.Context, q *query) (stocks []fulfillment.ProductStock, rows int, err error) {
	wire, err := get[wireProductTotals](ctx, s.Client, totalsOperation, totalsEndpoint, s.atWarehouse(q))
	if err != nil {
		return nil, 0, err
	}
	for _, w := range wire {
		if w.Product == nil || w.Product.ProductID <= 0 {
			continue // figures of no product
		}
		stock := fulfillment.ProductStock{ProductID: w.Product.ProductID, SKU: w.Product.MasterSKU, Bundle: w.Product.bundle()}
		w.into(&stock)
		stocks = append(stocks, stock)
	}
	return stocks, len(wire), nil
}

// into fills in the figures that are absent.
func (t wireTotals) into(stock *fulfillment.ProductStock) {
	fillFigure(&stock.OnHand, t.OnHand)
	fillFigure(&stock.Available, t.Available)
	fillFigure(&stock.Allocated, t.Allocated)
	fillFigure(&stock.Locked, t.Locked)
}

func fillFigure(figure **int64, given *wireUnits) {
	if *figure == nil {
		*figure = given.figure()
	}
}

// complete adds what the totals do not say.
func (s *source) complete(ctx context.Context, stocks []fulfillment.ProductStock) error {
	if err := s.fill(ctx, stocks); err != nil {
		return err
	}
	return s.locate(ctx, stocks)
}

// fill reads the figures that the totals left out from the stock records. What
// these do not have either stays unknown.
func (s *source) fill(ctx context.Context, stocks []fulfillment.ProductStock) error {
	incomplete := map[bool][]int64{} // bundles apart: they are left out unless they are asked for
	for _, stock := range stocks {
		if stock.OnHand == nil || stock.Available == nil || stock.Allocated == nil || stock.Locked == nil {
			incomplete[stock.Bundle] = append(incomplete[stock.Bundle], stock.ProductID)
		}
	}
	known := map[int64]wireTotals{}
	for bundles, ids := range incomplete {
		for chunk := range slices.Chunk(ids, pageLimit) {
			if err := s.recordTotals(ctx, chunk, bundles, known); err != nil {
				return err
			}
		}
	}
	for i := range stocks {
		known[stocks[i].ProductID].into(&stocks[i])
	}
	return nil
}

// recordTotals reads the totals that stand in the stock records of these
// products, which are bundles or are none.
func (s *source) recordTotals(ctx context.Context, ids []int64, bundles bool, known map[int64]wireTotals) error {
	missing := idSet(ids)
	for page := 1; len(missing) > 0; page++ {
		if page > lastPage {
			return endless(inventoryOperation)
		}
		q := addIDs(new(query).page(page), "productId", ids).add("includeBundledItems", strconv.FormatBool(bundles))
		records, err := get[wireStockRecord](ctx, s.Client, inventoryOperation, inventoryEndpoint, s.atWarehouse(q))
		if err != nil || len(records) == 0 {
			return err
		}
		for _, record := range records {
			if record.Product == nil || !missing[record.Product.ProductID] || record.WarehouseStockTotals == nil ||
				record.StockLocation.WarehouseID != s.claim.WarehouseID {
				continue
			}
			delete(missing, record.Product.ProductID)
			known[record.Product.ProductID] = *record.WarehouseStockTotals
		}
	}
	return nil
}

// oneWarehouse refuses what has no meaning for all warehouses together.
func (s *source) oneWarehouse(operation string) error {
	if !s.claim.All {
		return nil
	}
	return &fulfillment.Fault{Kind: fulfillment.FaultMisconfigured, System: System, Operation: operation,
		Reason: fulfillment.ReasonEveryWarehouse, Hint: "stock belongs to one warehouse; name it in warehouseName"}
}

func idSet(ids []int64) map[int64]bool {
	set := make(map[int64]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}
