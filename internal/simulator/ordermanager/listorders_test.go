// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

func day(d int) om.Time { return om.At(time.Date(2026, 11, d, 12, 0, 0, 0, time.UTC)) }

func TestOrderFilters(t *testing.T) {
	s := newStand(t, om.Options{})
	one := s.addOrder(om.Order{OrderNumber: "100", Items: []om.OrderItem{om.Item("A", 1)}, OrderDate: day(1), CreatedDate: day(2), ModifiedDate: day(3), PaymentDate: day(4), ShipDate: day(5)})
	two := s.addOrder(om.Order{OrderNumber: "1001", OrderStatus: om.StatusShipped, SalesChannel: &om.SalesChannel{SalesChannelID: 12}, Items: []om.OrderItem{om.Item("A2", 1)}, OrderDate: day(6), CreatedDate: day(7), ModifiedDate: day(8)})
	three := s.addOrder(om.Order{OrderNumber: "111-1234567-1234567", Source: &om.WarehouseInfo{WarehouseID: other}, External: true, OrderDate: day(9)})
	four := s.addOrder(om.Order{OrderNumber: "abC-1", OrderStatus: om.StatusUnresolved, UnresolvedStatus: "OUT_OF_STOCK", OrderDate: day(10)})
	five := s.addOrder(om.Order{OrderNumber: "100", OrderStatus: om.StatusOnHold, SalesChannel: &om.SalesChannel{SalesChannelID: 12}, OrderDate: day(11)})
	product := decode[[]om.Product](t, s.get("/v1.1/products?sku=A2"))[0].ProductID
	for query, want := range map[string][]int64{
		"":                              {one, two, three, four, five},
		"status=AWAITING_3PL_EXPORT":    {one, three},
		"status=SHIPPED&status=ON_HOLD": {two, five},
		"status=AWAITING_3PL_EXPORT&warehouseId=102": {three},
		"status=CANCELLED":                           nil,
		"warehouseId=101":                            {one, two, four, five},
		"warehouseId=0":                              {one, two, three, four, five},
		"warehouseId=999":                            nil,
		"salesChannelId=12":                          {two, five},
		"salesChannelId=0":                           {one, two, three, four, five},
		"unresolvedStatus=OUT_OF_STOCK":              {four},
		"external=true":                              {three},
		"external=false":                             {one, two, four, five},
		"orderNumber=100":                            {one, two, five}, // a prefix, and numbers repeat
		"orderNumber=1001":                           {two},
		"orderNumber=ABC":                            {four}, // case does not count
		"orderNumber=00":                             nil,    // a prefix, no substring
		"orderNumber=abc&orderNumber=111":            {three, four},
		fmt.Sprintf("productId=%d", product):         {two},
		orderIDs(five, one):                          {one, five},
		orderIDs(one, one, 7):                        {one},
		orderIDs(one, two) + "&status=SHIPPED":       {two},
		"orderDateFrom=2026-11-06T12:00:00Z":         {two, three, four, five},
		"orderDateTo=2026-11-06T12:00:00Z":           {one, two},
		"orderDateTo=2026-11-06T11:59:59Z":           {one},
		"createdDateFrom=2026-11-02T00:00:00Z&createdDateTo=2026-11-07T13:00:00Z":   {one, two},
		"modifiedDateFrom=2026-11-03T00:00:00Z&modifiedDateTo=2026-11-03T23:00:00Z": {one},
		"paymentDateFrom=2026-11-01T00:00:00Z":                                      {one}, // no date is in no range
		"shipDateTo=2026-11-30T00:00:00Z":                                           {one},
	} {
		t.Run(query, func(t *testing.T) {
			if diff := cmp.Diff(want, s.ids("/v1.1/orders?"+query)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestListsAreBareArraysThatEndInAnEmptyOne(t *testing.T) {
	s := newStand(t, om.Options{})
	var want []int64
	for range 205 {
		want = append(want, s.add(om.StatusAwaiting3PLExport))
	}
	for query, size := range map[string]int{"": 100, "&limit=100": 100, "&limit=30": 30} {
		var got []int64
		for page := 1; ; page++ {
			ids := s.ids(fmt.Sprintf("/v1.1/orders?page=%d%s", page, query))
			if len(ids) == 0 {
				break
			}
			if len(ids) > size {
				t.Fatalf("a page of %d", len(ids))
			}
			got = append(got, ids...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	if body := strings.TrimSpace(s.get("/v1.1/orders?page=4")); body != "[]" {
		t.Errorf("the page behind the last is %s", body)
	}
	if body := strings.TrimSpace(s.get("/v1.1/orders?page=2147483647")); body != "[]" {
		t.Errorf("a page far away is %s", body)
	}
}

func TestPagesShiftWhenTheRunChangesWhatItFilters(t *testing.T) {
	s := newStand(t, om.Options{})
	for range 30 {
		s.add(om.StatusAwaiting3PLExport)
	}
	path := "/v1.1/orders?status=AWAITING_3PL_EXPORT&warehouseId=101&limit=10&page="
	first := s.ids(path + "1")
	s.call(http.MethodPost, "/v1/orders/sendtofulfillment?"+orderIDs(first...), "", 200)
	second := s.ids(path + "2")
	if second[0] != first[0]+20 {
		t.Errorf("page 2 begins with %d: it should have skipped ten orders", second[0])
	}
	if again := s.ids(path + "1"); again[0] != first[0]+10 {
		t.Errorf("page 1 begins with %d", again[0])
	}
}

func TestNewestFirst(t *testing.T) {
	s := newStand(t, om.Options{NewestFirst: true})
	a, b := s.add(om.StatusAwaiting3PLExport), s.add(om.StatusAwaiting3PLExport)
	if diff := cmp.Diff([]int64{b, a}, s.ids("/v1.1/orders")); diff != "" {
		t.Error(diff)
	}
}

func TestLimitsOfALargerAccount(t *testing.T) {
	s := newStand(t, om.Options{MinLimit: 1, MaxLimit: 500})
	s.get("/v1.1/orders?limit=500")
	s.get("/v1.1/products?limit=1")
	s.call(http.MethodGet, "/v1.1/orders?limit=501", "", 422)
}

func TestDefaultLimits(t *testing.T) {
	s := newStand(t, om.Options{})
	for n := range 120 {
		s.add(om.StatusAwaiting3PLExport)
		_, err := s.AddProduct(om.Product{MasterSKU: fmt.Sprintf("P%03d", n)})
		s.must(err)
		s.must(s.SetStock(fmt.Sprintf("P%03d", n), dc, 1, 0))
		s.AddLabel(fmt.Sprintf("L%d", n))
	}
	for path, want := range map[string]int{
		"/v1.1/orders": 100, "/v1.1/products": 20, "/v1/productstocks/total": 20, "/v1/inventory": 20, "/v1/labels": 50,
	} {
		if got := len(decode[[]any](t, s.get(path))); got != want {
			t.Errorf("%s: %d rows, want %d", path, got, want)
		}
	}
}

func TestShapeOfAnOrder(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.addOrder(om.Order{
		OrderNumber: "9", ShipCountry: "CAN", OrderDate: om.At(time.Date(2026, 11, 1, 9, 8, 7, 654321, time.FixedZone("", 3600))),
		Items:      []om.OrderItem{om.Item("A", 2), {ListingSKU: "unmapped", QuantityOrdered: 1}},
		OrderTotal: &om.Money{Amount: "12.30", Currency: "USD"},
	})
	body := s.get(fmt.Sprintf("/v1.1/orders/%d", id))
	shown := decode[map[string]any](t, body)
	if shown["orderDate"] != "2026-11-01T08:08:07Z" {
		t.Errorf("orderDate %v", shown["orderDate"])
	}
	if !strings.Contains(body, `"orderTotal":{"amount":12.30,"currency":"USD"}`) {
		t.Error("an amount is a number")
	}
	if shown["shipCountry"] != "CAN" || shown["orderId"] != float64(id) {
		t.Errorf("%v", shown)
	}
	if source := shown["fulfillmentSource"].(map[string]any); source["name"] != "East DC" {
		t.Errorf("source %v", source)
	}
	if channel := shown["salesChannel"].(map[string]any); channel["name"] != "Marketplace" {
		t.Errorf("channel %v", channel)
	}
	items := shown["orderItems"].([]any)
	if _, mapped := items[1].(map[string]any)["product"]; mapped || items[0].(map[string]any)["product"].(map[string]any)["masterSku"] != "A" {
		t.Errorf("items %v", items)
	}
	for _, absent := range []string{"shipDate", "labels", "shipment", "cancelReason", "giftMessage"} {
		if _, there := shown[absent]; there {
			t.Errorf("%s is there", absent)
		}
	}
}

func TestExplicitNulls(t *testing.T) {
	s := newStand(t, om.Options{ExplicitNulls: true})
	id := s.add(om.StatusAwaiting3PLExport, om.OrderItem{ListingSKU: "x", QuantityOrdered: 1})
	shown := decode[map[string]json.RawMessage](t, s.get(fmt.Sprintf("/v1.1/orders/%d", id)))
	for _, name := range []string{"shipDate", "labels", "shipment", "shipName", "shipments", "holdUntilDate"} {
		if string(shown[name]) != "null" {
			t.Errorf("%s is %s", name, shown[name])
		}
	}
	if !strings.Contains(string(shown["orderItems"]), `"product":null`) {
		t.Errorf("items %s", shown["orderItems"])
	}
	if strings.Contains(string(shown["orderId"]), "null") {
		t.Error("a member that is there became null")
	}
}

func TestSwaggerChannels(t *testing.T) {
	s := newStand(t, om.Options{SwaggerChannels: true})
	id := s.add(om.StatusAwaiting3PLExport)
	channel := decode[map[string]map[string]any](t, `{"c":`+string(decode[map[string]json.RawMessage](t, s.get(fmt.Sprintf("/v1.1/orders/%d", id)))["salesChannel"])+`}`)["c"]
	if channel["salesChannelName"] != "Marketplace" || channel["salesChannelId"] != 11.0 || channel["name"] != nil {
		t.Errorf("%v", channel)
	}
}

func TestUnknownValues(t *testing.T) {
	strict := newStand(t, om.Options{})
	for _, o := range []om.Order{{OrderStatus: om.UnknownStatus}, {OrderType: om.UnknownType}} {
		if _, err := strict.AddOrder(o); err == nil {
			t.Errorf("took %+v without the switch", o)
		}
	}
	s := newStand(t, om.Options{UnknownValues: true})
	id := s.addOrder(om.Order{OrderStatus: om.UnknownStatus, OrderType: om.UnknownType, Items: []om.OrderItem{om.Item("A", 3)}})
	body := s.get(fmt.Sprintf("/v1.1/orders/%d", id))
	for _, want := range []string{om.UnknownStatus, om.UnknownType, "sustainabilityScore"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	s.call(http.MethodGet, "/v1.1/orders?status="+om.UnknownStatus, "", 422)
	s.must(s.SetStock("A", dc, 10, 0))
	if f, _ := s.Stock("A", dc); f.Allocated != 3 {
		t.Errorf("an open order in an unknown status: %+v", f)
	}
}

func TestAddOrderRefuses(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusAwaiting3PLExport)
	for name, o := range map[string]om.Order{
		"same id":         {OrderID: id},
		"unknown product": {Items: []om.OrderItem{om.Item("nope", 1)}},
		"no warehouse":    {Source: &om.WarehouseInfo{WarehouseID: 5}},
		"no channel":      {SalesChannel: &om.SalesChannel{SalesChannelID: 5}},
		"two letters":     {ShipCountry: "US"},
		"unknown status":  {OrderStatus: "NEW"},
	} {
		if _, err := s.AddOrder(o); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if n := len(s.Orders()); n != 1 {
		t.Errorf("%d orders", n)
	}
}

func TestWhatATestHoldsIsNotTheState(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusAwaiting3PLExport, om.Item("A", 1))
	o, _ := s.Order(id)
	o.Items[0].QuantityOrdered = 99
	o.Items[0].Product.MasterSKU = "changed"
	o.Source.WarehouseID = 1
	s.Orders()[0].SalesChannel.Name = "changed"
	again, _ := s.Order(id)
	if again.Items[0].QuantityOrdered != 1 || again.Items[0].Product.MasterSKU != "A" || again.Source.WarehouseID != dc || again.SalesChannel.Name != "Marketplace" {
		t.Errorf("%+v", again)
	}
}

func TestTwentyThousandOrdersAreServedFromAnIndex(t *testing.T) {
	s := newStand(t, om.Options{})
	for n := range 20_000 {
		status := om.StatusShipped
		if n%20 == 0 {
			status = om.StatusAwaiting3PLExport
		}
		s.add(status, om.Item("A", 1))
	}
	seen := 0
	for page := 1; ; page++ {
		ids := s.ids(fmt.Sprintf("/v1.1/orders?status=AWAITING_3PL_EXPORT&warehouseId=101&page=%d", page))
		if len(ids) == 0 {
			break
		}
		if !slices.IsSorted(ids) {
			t.Fatal("not in order")
		}
		seen += len(ids)
	}
	if seen != 1000 {
		t.Errorf("%d waiting, want 1000", seen)
	}
}
