// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"slices"
	"strconv"

	"ordersync.dev/operator/internal/fulfillment"
)

// skusAtOnce bounds the SKUs of one request: they stand in its address.
const skusAtOnce = 25

// ProductsBySKU implements fulfillment.StockKeeper. Order Manager takes a SKU
// for the beginning of one, so its neighbours come along and are left out. It
// is asked for active products first, and for the others only when some are
// missing: what it shows of a request that says neither is not documented.
func (s *source) ProductsBySKU(ctx context.Context, skus []string) ([]fulfillment.Product, error) {
	var found []fulfillment.Product
	for _, active := range []bool{true, false} {
		missing := slices.DeleteFunc(slices.Clone(skus), func(sku string) bool {
			return slices.ContainsFunc(found, func(p fulfillment.Product) bool { return p.SKU == sku })
		})
		for chunk := range slices.Chunk(missing, skusAtOnce) {
			products, err := s.productsNamed(ctx, chunk, active)
			if err != nil {
				return nil, err
			}
			found = append(found, products...)
		}
	}
	return found, nil
}

// productsNamed reads the pages of one request, no further than all are found.
func (s *source) productsNamed(ctx context.Context, skus []string, active bool) ([]fulfillment.Product, error) {
	missing := make(map[string]bool, len(skus))
	for _, sku := range skus {
		missing[sku] = true
	}
	var found []fulfillment.Product
	for page := 1; len(missing) > 0; page++ {
		if page > lastPage {
			return nil, endless(productsOperation)
		}
		wire, err := get[wireMerchantProduct](ctx, s.Client, productsOperation, productsEndpoint,
			new(query).page(page).add("active", strconv.FormatBool(active)).add("sku", skus...))
		if err != nil {
			return nil, err
		}
		if len(wire) == 0 {
			break
		}
		for _, w := range wire {
			if missing[w.MasterSKU] {
				delete(missing, w.MasterSKU)
				found = append(found, w.product(active))
			}
		}
	}
	return found, nil
}
