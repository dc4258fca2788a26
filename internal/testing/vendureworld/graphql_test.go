// SPDX-License-Identifier: Apache-2.0

package vendureworld

import (
	"slices"
	"testing"
)

func TestRootFields(t *testing.T) {
	for document, want := range map[string][]string{
		`mutation Draft { createDraftOrder { id } }`: {"createDraftOrder"},
		`mutation Place($id: ID!, $m: ID!) {
			ship: setDraftOrderShippingMethod(orderId: $id, m: {a: $m}) { __typename ... on ErrorResult { errorCode } }
			pay: addManualPaymentToOrder(input: {note: "brace } and ( in text"}) { id lines { id } }
		}`: {"setDraftOrderShippingMethod", "addManualPaymentToOrder"},
		`query($o: Int = 3) { orders(options: {take: 1}) { items { id } } me { id } }`: {"orders", "me"},
		`{ channels { items { id } } }`: {"channels"},
		`not GraphQL`:                   nil,
		``:                              nil,
	} {
		if got := rootFields(document); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", document, got, want)
		}
	}
}
