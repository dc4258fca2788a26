// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// readKits reads what the kits of open orders are made of, a page of them at a
// time: what they are owed, and what Order Manager takes off for them. They are
// asked for by their SKUs, so that no page of the catalogue that shifts, and no
// kit that is sold no longer, hides one.
func (s *snapshot) readKits(ctx context.Context) error {
	var skus []string
	for _, order := range s.open.orders {
		for _, line := range order.Lines {
			if line.Kit {
				skus = append(skus, line.SKU)
			}
		}
	}
	missing := s.compositions.Missing(skus)
	if len(missing) == 0 {
		s.stage = readWarehouseOrders
		return nil
	}
	return readCompositions(ctx, s.env.Source, s.compositions, missing[:min(len(missing), fulfillment.PageSize)])
}

// kits is how kits are sent, and what is known of them.
func (s *snapshot) kits() orderload.Options {
	return orderload.Options{PreBuiltKits: s.preBuiltKits, Compositions: s.compositions}
}

// readProducts reads the catalogue, and only when something needs it: SKUs of
// the warehouse without a stock record.
func (s *snapshot) readProducts(ctx context.Context) error {
	if !s.productsFor && !s.needsProducts() {
		s.stage = snapshotDone
		return nil
	}
	s.productsFor = true
	products, err := s.env.Source.Products(ctx, s.page)
	if err != nil {
		return err
	}
	if len(products) == 0 {
		s.findMissing()
		return nil
	}
	s.products = append(s.products, products...)
	s.page++
	return nil
}

func (s *snapshot) needsProducts() bool {
	known := make(map[string]bool, len(s.totals))
	for _, total := range s.totals {
		known[total.SKU] = true
	}
	return slices.ContainsFunc(s.stock.Items, func(sku string) bool { return !known[sku] })
}

// findMissing lists the products of the warehouse that no page of totals had.
func (s *snapshot) findMissing() {
	for sku, product := range s.awaiting() {
		if product.ID != 0 && sku != "" {
			s.missing = append(s.missing, product.ID)
		}
	}
	slices.Sort(s.missing)
	s.stage = checkMissing
}

// awaiting are the products in the warehouse's item list for which no page of
// totals had a row, by SKU. Those of which nothing but the SKU is known have no id.
func (s *snapshot) awaiting() map[string]fulfillment.Product {
	bySKU := make(map[string]fulfillment.Product, len(s.products))
	for _, product := range s.products {
		if product.Active {
			bySKU[product.SKU] = product
		}
	}
	for _, total := range s.totals {
		bySKU[total.SKU] = fulfillment.Product{Bundle: true} // it has a record
	}
	found := map[string]fulfillment.Product{}
	for _, sku := range s.stock.Items {
		if product := bySKU[sku]; !product.Bundle {
			found[sku] = product
		}
	}
	return found
}

// checkMissing asks for the totals of these products by their ids. One that has
// totals after all was missed because the pages shifted while they were read:
// what is read of it now is younger than the orders, so it is left for a
// second pass over everything.
func (s *snapshot) checkMissing(ctx context.Context) error {
	if len(s.missing) == 0 {
		s.stage = snapshotDone
		return nil
	}
	ids := s.missing[:min(len(s.missing), fulfillment.StockBatch)]
	stocks, err := s.env.Source.ProductStocksByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, stock := range stocks {
		s.overlooked[stock.SKU] = true
	}
	s.missing = s.missing[len(ids):]
	return nil
}
