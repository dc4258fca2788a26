// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"errors"
	"fmt"
	"slices"
)

// Part is one component of a bundle by its SKU.
func Part(sku string, quantity int32) BundledItem {
	return BundledItem{BundledProduct: &ProductInfo{MasterSKU: sku}, BundledProductQuantity: quantity}
}

// bundledItems fills in what is known of components.
func (s *store) bundledItems(items []BundledItem) ([]BundledItem, error) {
	items = slices.Clone(items)
	for n, part := range items {
		if part.BundledProduct == nil || part.BundledProductQuantity < 1 {
			return nil, errors.New("a component needs a product and a quantity")
		}
		component := s.products[s.bySKU[part.BundledProduct.MasterSKU]]
		if component == nil {
			return nil, fmt.Errorf("component %q is unknown", part.BundledProduct.MasterSKU)
		}
		items[n] = BundledItem{int64(n + 1), component.info(), part.BundledProductQuantity}
	}
	return items, nil
}

// Compose changes what a bundle is made of, as a merchant does; without items nothing is shown of it. What
// open orders take from stock follows. Bundles may then hold themselves: nobody knows whether the vendor
// refuses it.
func (s *Server) Compose(sku string, items ...BundledItem) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	product := s.products[s.bySKU[sku]]
	if product == nil || product.Type != BundleKit {
		return fmt.Errorf("no bundle %q", sku)
	}
	items, err := s.bundledItems(items)
	if err != nil {
		return err
	}
	for _, r := range s.orders {
		s.index(r, -1)
	}
	changed := *product
	changed.BundledItems, changed.ModifiedDate = items, At(s.now())
	s.products[product.ProductID] = &changed
	s.former = append(s.former, *product)
	for _, r := range s.orders {
		s.index(r, +1)
	}
	return nil
}

// FormerBundles are bundles as they were before they were composed anew, the oldest first.
func (s *Server) FormerBundles() []Product {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.former)
}

// BreakDown is an orderbot that breaks a bundle of an order down: the components become items of the order.
// The bundle's own item stays unless it is dropped.
func (s *Server) BreakDown(orderID int64, sku string, drop bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, product := s.orders[orderID], s.products[s.bySKU[sku]]
	if r == nil || product == nil || product.Type != BundleKit {
		return fmt.Errorf("no order %d with bundle %q", orderID, sku)
	}
	s.change(r, s.now(), true, func(o *Order) { o.Items = s.brokenDown(o.Items, product, drop) })
	return nil
}

func (s *store) brokenDown(items []OrderItem, bundle *Product, drop bool) []OrderItem {
	var all, parts []OrderItem
	for _, item := range items {
		if item.Product == nil || item.Product.ProductID != bundle.ProductID || item.BrokenDown {
			all = append(all, item)
			continue
		}
		s.eachPart(bundle, int64(item.QuantityOrdered), maxBundleDepth, func(product, units int64) {
			info := s.products[product].info()
			s.lastItem++
			parts = append(parts, OrderItem{OrderItemID: s.lastItem, ListingSKU: info.MasterSKU, ListingName: info.Name, Product: info,
				QuantityOrdered: int32(units), BrokenDown: true})
		})
		if item.BrokenDown = true; !drop {
			all = append(all, item)
		}
	}
	return append(all, parts...)
}
