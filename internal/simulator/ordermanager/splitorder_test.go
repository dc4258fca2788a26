// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

func TestSplitMovesItemsIntoANewOrder(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		for _, names := range []bool{false, true} {
			s := newStand(t, om.Options{SplitKeepsStatus: keeps, SplitNamesSiblings: names})
			id := s.add(om.StatusPendingFulfillment, om.OrderItem{ListingSKU: "A", QuantityOrdered: 3}, om.OrderItem{ListingSKU: "B", QuantityOrdered: 2})
			label := s.AddLabel("split")
			split := func(items string) int64 {
				body := fmt.Sprintf(`{"splitOrders":[{"orderItems":%s,"labelIds":[%d]}]}`, items, label.LabelID)
				return decode[struct{ ID int64 }](t, s.call(http.MethodPost, fmt.Sprintf("/v1/order/%d/split", id), body, 200)).ID
			}
			first := split(`[{"listingSku":"A","quantityOrdered":1},{"listingSku":"B","quantityOrdered":2}]`)
			second := split(`[{"listingSku":"A","quantityOrdered":1}]`)
			read := func(id int64) om.Order { return decode[om.Order](t, s.get(fmt.Sprint("/v1.1/orders/", id))) }
			parent, one, two := read(id), read(first), read(second)
			status := om.StatusAwaiting3PLExport
			if keeps {
				status = om.StatusPendingFulfillment
			}
			if len(parent.Items) != 1 || parent.Items[0].QuantityOrdered != 1 || parent.OrderStatus != om.StatusPendingFulfillment || !cmp.Equal(parent.RelatedOrderIDs, []int64{first, second}) {
				t.Errorf("left is %+v", parent)
			}
			if len(one.Items) != 2 || one.OrderStatus != status || !cmp.Equal(labelNames(one.Labels), []string{"split"}) || one.OrderNumber != parent.OrderNumber || one.Items[0].OrderItemID == parent.Items[0].OrderItemID {
				t.Errorf("split off is %+v", one)
			}
			want := []int64{id}
			if names {
				want = []int64{id, first}
			}
			if !cmp.Equal(two.RelatedOrderIDs, want) {
				t.Errorf("related are %v, want %v", two.RelatedOrderIDs, want)
			}
			if n := len(s.effects(om.SplitOff)); n != 2 {
				t.Errorf("%d splits", n)
			}
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	s := newStand(t, om.Options{PendingSplitRefused: true})
	id := s.add(om.StatusAwaiting3PLExport, om.OrderItem{ListingSKU: "A", QuantityOrdered: 3})
	path := fmt.Sprintf("/v1/order/%d/split", id)
	for body, status := range map[string]int{
		`{}`: 400, `{"splitOrders":[]}`: 400, `{"splitOrders":[{}]}`: 400,
		`{"splitOrders":[{"orderItems":[{"listingSku":"A","quantityOrdered":4}]}]}`:                                                         400,
		`{"splitOrders":[{"orderItems":[{"listingSku":"A","quantityOrdered":3}]}]}`:                                                         400,
		`{"splitOrders":[{"orderItems":[{"listingSku":"A","quantityOrdered":0}]}]}`:                                                         400,
		`{"splitOrders":[{"orderItems":[{"listingSku":"A","quantityOrdered":1}],"labelIds":[99]}]}`:                                         400,
		`{"splitOrders":[{"orderItems":[{"listingSku":"A","quantityOrdered":2}]},{"orderItems":[{"listingSku":"A","quantityOrdered":1}]}]}`: 400,
		`{"splitOrders":[{"orderItems":[{"listingSku":"A","quantityOrdered":1}],"notes":"x"}]}`:                                             400,
	} {
		s.call(http.MethodPost, path, body, status)
	}
	good := `{"splitOrders":[{"orderItems":[{"listingSku":"A","quantityOrdered":1}]}]}`
	s.call(http.MethodPost, "/v1/order/77/split", good, 404)
	for _, status := range []string{om.StatusPendingFulfillment, om.StatusShipped, om.StatusCancelled} {
		s.call(http.MethodPost, fmt.Sprintf("/v1/order/%d/split", s.add(status, om.OrderItem{ListingSKU: "A", QuantityOrdered: 3})), good, 400)
	}
	if n := len(s.effects(om.SplitOff)); n != 0 {
		t.Errorf("%d splits", n)
	}
	s.call(http.MethodPost, path, good, 200)
}
