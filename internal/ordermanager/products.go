// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"strconv"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	productsEndpoint  = "/v1.1/products"
	productsOperation = "list products"
)

type wireMerchantProduct struct {
	ProductID    int64  `json:"productId"`
	MasterSKU    string `json:"masterSku"`
	Type         string `json:"type"`
	Active       *bool  `json:"active"`
	Bundle       bool   `json:"bundle"`
	BundledItems []struct {
		BundledProduct         wireProduct `json:"bundledProduct"`
		BundledProductQuantity wireUnits   `json:"bundledProductQuantity"`
	} `json:"bundledItems"`
}

// Products implements fulfillment.StockKeeper.
func (s *source) Products(ctx context.Context, page int) ([]fulfillment.Product, error) {
	return s.products(ctx, page, true)
}

func (s *source) products(ctx context.Context, page int, active bool) ([]fulfillment.Product, error) {
	wire, err := get[wireMerchantProduct](ctx, s.Client, productsOperation, productsEndpoint,
		new(query).page(page).add("active", strconv.FormatBool(active)))
	if err != nil {
		return nil, err
	}
	products := make([]fulfillment.Product, len(wire))
	for i, w := range wire {
		products[i] = w.product(active)
	}
	return products, nil
}

func (w wireMerchantProduct) product(active bool) fulfillment.Product {
	product := fulfillment.Product{
		ID: w.ProductID, SKU: w.MasterSKU,
		Active: active && (w.Active == nil || *w.Active),
		Bundle: w.Bundle || w.Type == typeBundle || len(w.BundledItems) > 0,
	}
	for _, item := range w.BundledItems {
		part := item.BundledProduct
		product.Components = append(product.Components, fulfillment.Component{
			SKU: part.MasterSKU, ProductID: part.ProductID, Quantity: int64(item.BundledProductQuantity), Kit: part.bundle()})
	}
	return product
}
