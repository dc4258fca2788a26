// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"fmt"
)

// stockPage is the size of the pages in which variants are read.
const stockPage = 100

// Level is the stock of one SKU at one location.
type Level struct{ OnHand, Allocated int64 }

// Available is what may still be promised.
func (l Level) Available() int64 { return l.OnHand - l.Allocated }

type variant struct {
	ID, SKU     string
	StockLevels []struct {
		StockOnHand, StockAllocated int64
		StockLocation               struct{ Name string }
	}
}

// variants are those with these SKUs, or all of them.
func (s *Server) variants(ctx context.Context, skus ...string) (map[string]variant, error) {
	all := map[string]variant{}
	filter := map[string]any{}
	if len(skus) > 0 {
		filter["sku"] = map[string]any{"in": skus}
	}
	for skip := 0; ; skip += stockPage {
		var data struct {
			ProductVariants struct{ Items []variant }
		}
		if err := s.query(ctx, `query($s: Int!, $t: Int!, $f: ProductVariantFilterParameter) { productVariants(options: {skip: $s, take: $t, filter: $f, sort: {id: ASC}}) { items {
				id sku stockLevels { stockOnHand stockAllocated stockLocation { name } } } } }`,
			map[string]any{"s": skip, "t": stockPage, "f": filter}, &data); err != nil {
			return nil, err
		}
		for _, v := range data.ProductVariants.Items {
			all[v.SKU] = v
		}
		if len(data.ProductVariants.Items) < stockPage {
			return all, nil
		}
	}
}

// Stock is the whole stock: by location, then by SKU.
func (s *Server) Stock(ctx context.Context) (map[string]map[string]Level, error) {
	variants, err := s.variants(ctx)
	if err != nil {
		return nil, err
	}
	stock := map[string]map[string]Level{}
	for sku, v := range variants {
		for _, level := range v.StockLevels {
			name := level.StockLocation.Name
			if stock[name] == nil {
				stock[name] = map[string]Level{}
			}
			stock[name][sku] = Level{level.StockOnHand, level.StockAllocated}
		}
	}
	return stock, nil
}

// SetStock sets the stock on hand of one SKU by location.
func (s *Server) SetStock(ctx context.Context, sku string, onHand map[string]int64) error {
	variants, err := s.variants(ctx, sku)
	if err != nil {
		return err
	}
	v, ok := variants[sku]
	if !ok {
		return fmt.Errorf("vendure has no SKU %q", sku)
	}
	locations, err := s.locations(ctx)
	if err != nil {
		return err
	}
	levels, err := stockLevels(locations, onHand)
	if err != nil {
		return err
	}
	return s.query(ctx, `mutation($i: [UpdateProductVariantInput!]!) { updateProductVariants(input: $i) { id } }`,
		map[string]any{"i": []any{map[string]any{"id": v.ID, "stockLevels": levels}}}, nil)
}
