// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

func TestUpdateOrdersWritesTheNamedTextsAlone(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.addOrder(om.Order{InternalNotes: "notes", CustomField1: "one", CustomField2: "two"})
	gone := s.add(om.StatusCancelled)
	body := fmt.Sprintf(`[{"orderIdentifier":{"orderId":%d},"customField2":"new"},{"orderIdentifier":{"orderId":%d},"customField2":"new"},
		{"orderIdentifier":{"orderId":77},"customField2":"new"},{"customField2":"new"},
		{"orderIdentifier":{"orderId":%d},"internalNotes":%q}]`, id, gone, id, strings.Repeat("é", 1001))
	answer := decode[struct {
		Results []any
		Errors  []struct{ Index int }
	}](t, s.call(http.MethodPost, "/v1.1/orders", body, 200))
	var indexes []int
	for _, e := range answer.Errors {
		indexes = append(indexes, e.Index)
	}
	if fmt.Sprint(indexes) != "[2 3 4 5]" || len(answer.Results) != 1 || len(s.effects(om.Updated)) != 1 {
		t.Errorf("%+v, %d effects", answer, len(s.effects(om.Updated)))
	}
	order := decode[om.Order](t, s.get(fmt.Sprint("/v1.1/orders/", id)))
	if order.InternalNotes != "notes" || order.CustomField1 != "one" || order.CustomField2 != "new" {
		t.Errorf("%+v", order)
	}
	s.call(http.MethodPost, "/v1.1/orders", fmt.Sprintf(`[{"orderIdentifier":{"orderId":%d},"internalNotes":%q}]`, id, strings.Repeat("é", 1000)), 200)
	if n := len(s.effects(om.Updated)); n != 2 {
		t.Errorf("%d effects", n)
	}
}

func TestUpdateOrdersRefuses(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusAwaiting3PLExport)
	for body, status := range map[string]int{
		`[]`: 400, `{}`: 400, `[null]`: 400,
		fmt.Sprintf(`[{"orderIdentifier":{"orderId":%d},"orderStatus":"SHIPPED"}]`, id):                                   400,
		fmt.Sprintf(`[{"orderIdentifier":{"orderId":%d},"shipMethod":{"shippingCarrier":"UPS"},"customField1":"x"}]`, id): 501,
		fmt.Sprintf(`[{"orderIdentifier":{"orderId":%d},"gift":true}]`, id):                                               501,
	} {
		s.call(http.MethodPost, "/v1.1/orders", body, status)
	}
	if n := len(s.effects(om.Updated)); n != 0 {
		t.Errorf("%d effects", n)
	}
}
