// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"net/http"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestASplitCarriesItsLabelInTheSameCall(t *testing.T) {
	t.Parallel()
	var labels []string
	s := newStub(t, func(r *http.Request, _ string) (int, string) {
		switch {
		case r.Method == http.MethodGet && r.URL.Query().Get("page") == "1":
			return 200, list(labels...)
		case r.Method == http.MethodGet:
			return 200, "[]"
		case r.Method == http.MethodPut:
			labels = append(labels, `{"labelId":7,"name":"ordersync-split"}`)
			return 200, list(labels...)
		}
		return 200, `{"id":88,"message":"ok"}`
	})
	source := s.source()
	for range 2 {
		id, err := source.SplitOrder(t.Context(), fulfillment.Split{OrderID: 5, Lines: []fulfillment.SplitLine{{ListingSKU: "L-1", Quantity: 2}}})
		if err != nil || id != 88 {
			t.Fatalf("%d, %v", id, err)
		}
	}
	if got, want := s.lastBody(), `{"splitOrders":[{"orderItems":[{"listingSku":"L-1","quantityOrdered":2}],"labelIds":[7]}]}`; got != want {
		t.Errorf("body %s", got)
	}
	var made, split int
	for _, request := range s.requests() {
		if strings.HasPrefix(request, "PUT /v1/labels") {
			made++
		}
		if strings.HasPrefix(request, "POST /v1/order/5/split") {
			split++
		}
	}
	if made != 1 || split != 2 {
		t.Errorf("requests %v", s.requests())
	}
	if _, err := source.SplitOrder(t.Context(), fulfillment.Split{OrderID: 5, Lines: []fulfillment.SplitLine{{Quantity: 2}}}); !fulfillment.IsFault(err, fulfillment.FaultInvalid) {
		t.Errorf("a line without a listing: %v", err)
	}
}
