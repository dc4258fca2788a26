// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// readProducts reads the catalogue, and only when something needs it: kits
// among the uncovered orders, or SKUs of the warehouse without a stock record.
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
		s.page, s.stage = 1, readInactiveProducts
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
	return s.owesKits(nil) || slices.ContainsFunc(s.stock.Items, func(sku string) bool { return !known[sku] })
}

// owesKits reports whether an order is owed a kit, or one inside of it, other
// than the known ones. A pre-built kit is owed as itself, unless Order Manager
// has broken it down.
func (s *snapshot) owesKits(known map[string]bool) bool {
	compositions := s.kits().Compositions
	for _, order := range s.open.orders {
		for _, line := range s.owed(order) {
			if line.Kit && (!s.preBuiltKits || line.BrokenDown) &&
				slices.ContainsFunc(compositions.Missing([]string{line.SKU}), func(sku string) bool { return !known[sku] }) {
				return true
			}
		}
	}
	return false
}

// kits is what is known of kits, as far as the catalogue was read.
func (s *snapshot) kits() orderload.Options {
	if s.compositions == nil || s.composed != len(s.products) {
		s.compositions, s.composed = orderload.Compositions{}, len(s.products)
		for _, product := range s.products {
			if product.Bundle {
				s.compositions[product.SKU] = product
			}
		}
	}
	return orderload.Options{PreBuiltKits: s.preBuiltKits, Compositions: s.compositions}
}

// readInactiveProducts reads the rest of the catalogue when an order is owed a
// kit that is not sold any more: its components are owed all the same.
func (s *snapshot) readInactiveProducts(ctx context.Context) error {
	if s.page == 1 {
		known := make(map[string]bool, len(s.products))
		for _, product := range s.products {
			known[product.SKU] = true
		}
		if !s.owesKits(known) {
			s.findMissing()
			return nil
		}
	}
	products, err := s.env.Source.InactiveProducts(ctx, s.page)
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
