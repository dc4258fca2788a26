// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestProducts(t *testing.T) {
	t.Parallel()
	s := newStub(t, pages(list(
		`{"productId":1,"masterSku":"A","type":"CORE_PRODUCT","active":true,"bundle":false,"bundledItems":null,"vendorCost":{"amount":1.5}}`,
		`{"productId":2,"masterSku":"KIT","type":"BUNDLE_KIT","active":true,"bundledItems":[{"bundledProduct":{"productId":1,"masterSku":"A"},"bundledProductQuantity":2},{"bundledProduct":{"productId":3,"masterSku":"C"},"bundledProductQuantity":1}]}`,
		`{"productId":4,"masterSku":"FLAG","bundle":true}`,
		`{"productId":5,"masterSku":"OLD","type":"INVENTED_TYPE","active":false}`,
	)))
	got, err := s.source().Products(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []fulfillment.Product{
		{ID: 1, SKU: "A", Active: true},
		{ID: 2, SKU: "KIT", Active: true, Bundle: true, Components: []fulfillment.Component{{SKU: "A", ProductID: 1, Quantity: 2}, {SKU: "C", ProductID: 3, Quantity: 1}}},
		{ID: 4, SKU: "FLAG", Active: true, Bundle: true},
		{ID: 5, SKU: "OLD"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	equal(t, "requests", s.requests(), []string{"GET /v1.1/products?page=1&limit=100&active=true"})
}
