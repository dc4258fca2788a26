// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// globalLocation is the only stock location of a warehouse that is not in-house.
const globalLocation = "GLOBAL"

// shownLocations is how many locations a message names.
const shownLocations = 3

// inHouse reports whether the warehouse has stock locations of its own.
func (s *source) inHouse() bool { return s.claim.Type == typeDirectFulfillment }

// locate adds the figures of the location that is written to, for warehouses
// that have several. A write names one location, and replaces what that has.
func (s *source) locate(ctx context.Context, stocks []fulfillment.ProductStock) error {
	if !s.inHouse() {
		return nil
	}
	var ids []int64
	for i := range stocks {
		stocks[i].At = &fulfillment.LocationStock{Name: s.options.StockLocation}
		if !stocks[i].Bundle {
			ids = append(ids, stocks[i].ProductID)
		}
	}
	found := map[int64][]fulfillment.LocationStock{}
	for chunk := range slices.Chunk(ids, pageLimit) {
		if err := s.records(ctx, chunk, found); err != nil {
			return err
		}
	}
	for i := range stocks {
		switch records := found[stocks[i].ProductID]; {
		case len(records) > 1:
			return s.severalLocations(records)
		case len(records) == 1:
			stocks[i].At = &records[0]
		}
	}
	return nil
}

// records reads the stock records of these products at the location that is
// set, or at every location when none is.
func (s *source) records(ctx context.Context, ids []int64, found map[int64][]fulfillment.LocationStock) error {
	wanted := idSet(ids)
	for page := 1; page <= lastPage; page++ {
		q := addIDs(new(query).page(page), "productId", ids).add("includeBundledItems", "false")
		if s.options.StockLocation != "" {
			q = q.add("stockLocationName", s.options.StockLocation)
		}
		records, err := get[wireStockRecord](ctx, s.Client, inventoryOperation, inventoryEndpoint, s.atWarehouse(q))
		if err != nil || len(records) == 0 {
			return err
		}
		for _, record := range records {
			name := record.StockLocation.Location
			if record.Product == nil || !wanted[record.Product.ProductID] || record.StockLocation.WarehouseID != s.claim.WarehouseID ||
				s.options.StockLocation != "" && !same(name, s.options.StockLocation) {
				continue
			}
			at := found[record.Product.ProductID]
			if !slices.ContainsFunc(at, func(l fulfillment.LocationStock) bool { return l.Name == name }) {
				found[record.Product.ProductID] = append(at, fulfillment.LocationStock{
					Name: name, OnHand: record.Quantity.figure(), Locked: record.QuantityLocked.figure()})
			}
		}
	}
	return endless(inventoryOperation)
}

func (s *source) severalLocations(records []fulfillment.LocationStock) error {
	var names []string
	for _, record := range records[:min(len(records), shownLocations)] {
		names = append(names, fmt.Sprintf("%.40q", record.Name))
	}
	return locationMissing("this in-house warehouse keeps stock at several locations; name the one that is synced in spec.inventory.stockLocation, for example " +
		strings.Join(names, ", "))
}

func locationMissing(hint string) error {
	return &fulfillment.Fault{Kind: fulfillment.FaultMisconfigured, System: System, Operation: adjustOperation,
		Reason: fulfillment.ReasonStockLocationMissing, Hint: hint}
}

// locationOf returns the name of the location that a write is for.
func (s *source) locationOf(write fulfillment.StockWrite) (string, error) {
	switch {
	case !s.inHouse():
		return globalLocation, nil
	case write.Location != "":
		return write.Location, nil
	case s.options.StockLocation != "":
		return s.options.StockLocation, nil
	}
	return "", locationMissing("an in-house warehouse keeps stock by location; name it in spec.inventory.stockLocation")
}
