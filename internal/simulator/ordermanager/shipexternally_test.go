// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

type batched struct {
	Order struct {
		OrderID        int64
		OrderNumber    string
		SalesChannelID int
	}
	OrderBatchNumber  int
	Status            string
	ProcessingMessage string
	Shipment          *om.Shipment
}

func entry(id int64, tracking string) string {
	return fmt.Sprintf(`{"orderId":%d,"trackingNumber":%q,"shipMethod":{"shippingCarrier":"UPS"}}`, id, tracking)
}

func (s *stand) ship(options string, entries ...string) []batched {
	s.t.Helper()
	body := fmt.Sprintf(`{%s"shipments":[%s]}`, options, strings.Join(entries, ","))
	return decode[[]batched](s.t, s.call(http.MethodPut, "/v1.1/shipment/external", body, http.StatusOK))
}

func TestExternalShipmentShipsTheWholeOrder(t *testing.T) {
	s := newStand(t, om.Options{})
	s.must(s.SetStock("A", dc, 10, 0))
	id := s.addOrder(om.Order{OrderNumber: "77", OrderStatus: om.StatusPendingFulfillment, OrderDate: day(1), Items: []om.OrderItem{om.Item("A", 2), om.Item("A2", 1)}})
	got := s.ship(`"updateChannel":true,"notifyCustomer":true,`, fmt.Sprintf(
		`{"orderId":%d,"trackingNumber":"1Z9","shipMethod":{"shippingCarrier":"FEDEX","shippingServiceId":3,"packageTypeId":4},"shipDate":"2026-11-20T08:00:00Z","deliveryStatus":"IN_TRANSIT","carrierFee":{"amount":7.50,"currency":"CAD"},"estimatedArrival":null}`, id))
	if len(got) != 1 || got[0].Status != "SHIPPED" || got[0].Order.OrderNumber != "77" || got[0].Order.SalesChannelID != 11 || got[0].OrderBatchNumber == 0 {
		t.Fatalf("%+v", got)
	}
	shipment := got[0].Shipment
	if shipment.TrackingNumber != "1Z9" || shipment.ShipMethod.ShippingCarrier != "FEDEX" || !shipment.External || shipment.CarrierFee.Amount != "7.50" {
		t.Errorf("%+v", shipment)
	}
	o, _ := s.Order(id)
	want := []om.ShipmentItems{{Items: []om.ShippedItem{{ListingSKU: "A", Quantity: 2}, {ListingSKU: "A2", Quantity: 1}}, TrackingNumbers: []string{"1Z9"}}}
	if diff := cmp.Diff(want, o.Shipments); diff != "" {
		t.Error(diff)
	}
	if o.OrderStatus != om.StatusShipped || o.ShipDate.Format(time.RFC3339) != "2026-11-20T08:00:00Z" || !o.Items[1].Fulfilled || o.Shipment.ShipmentID != shipment.ShipmentID {
		t.Errorf("%+v", o)
	}
	state := s.Snapshot().Orders[0]
	if state.Shipments != 1 || state.Notifications != 1 || !cmp.Equal(state.Tracking, []string{"1Z9"}) {
		t.Errorf("%+v", state)
	}
	for _, kind := range []om.EffectKind{om.ShipmentAccepted, om.BuyerNotified, om.ChannelUpdated, om.Shipped} {
		if n := len(s.effects(kind)); n != 1 {
			t.Errorf("%d × %s", n, kind)
		}
	}
}

func TestNobodyIsToldUnlessAsked(t *testing.T) {
	s := newStand(t, om.Options{})
	s.ship("", entry(s.add(om.StatusPendingFulfillment), "T"))
	if len(s.effects(om.BuyerNotified))+len(s.effects(om.ChannelUpdated)) != 0 {
		t.Errorf("%+v", s.Effects())
	}
}

func TestShipmentIsJudgedOrderByOrder(t *testing.T) {
	s := newStand(t, om.Options{})
	good := s.add(om.StatusAwaiting3PLExport)
	var entries []string
	for _, status := range []string{om.StatusCancelled, om.StatusShipped, om.StatusOnHold, om.StatusUnresolved, om.StatusAwaitingPayment, om.StatusProcessedOutside} {
		entries = append(entries, entry(s.add(status), "T"))
	}
	entries = append(entries, entry(42, "T"), entry(good, "T"))
	got := s.ship(`"notifyCustomer":true,`, entries...)
	for n, b := range got[:7] {
		if b.Status != "FAILED" || b.ProcessingMessage == "" || b.Shipment != nil {
			t.Errorf("entry %d: %+v", n, b)
		}
	}
	if got[6].Order.OrderID != 42 || got[7].Status != "SHIPPED" {
		t.Errorf("%+v", got[6:])
	}
	if diff := cmp.Diff(map[int64]int{good: 1}, s.CountEffects(om.BuyerNotified)); diff != "" {
		t.Error(diff)
	}
}

func TestRepeatedShipment(t *testing.T) {
	for _, c := range []struct {
		rule     om.RepeatedShipment
		status   string
		tracking []string
		listed   int
		notified int
	}{
		{"", "FAILED", []string{"T1"}, 1, 1},
		{om.RefuseRepeatedShipment, "FAILED", []string{"T1"}, 1, 1},
		{om.AddRepeatedTracking, "SHIPPED", []string{"T1", "T2"}, 1, 2},
		{om.DuplicateRepeatedShipment, "SHIPPED", []string{"T1", "T2"}, 2, 2},
	} {
		t.Run(string(c.rule), func(t *testing.T) {
			s := newStand(t, om.Options{RepeatedShipment: c.rule})
			s.must(s.SetStock("A", dc, 10, 0))
			id := s.add(om.StatusPendingFulfillment, om.Item("A", 1))
			s.ship(`"notifyCustomer":true,`, entry(id, "T1"))
			if got := s.ship(`"notifyCustomer":true,`, entry(id, "T2"))[0]; got.Status != c.status {
				t.Errorf("%+v", got)
			}
			state := s.Snapshot().Orders[0]
			if !cmp.Equal(state.Tracking, c.tracking) || state.Notifications != c.notified || state.Shipments != c.notified {
				t.Errorf("%+v", state)
			}
			if n := len(s.effects(om.ShipmentAcceptedAgain)); n != c.notified-1 {
				t.Errorf("%d accepted again", n)
			}
			if n := len(decode[[]om.Shipment](t, s.get(shipmentsToday))); n != c.listed {
				t.Errorf("%d listed", n)
			}
			if f, _ := s.Stock("A", dc); f.OnHand != 9 {
				t.Errorf("stock left twice: %+v", f)
			}
		})
	}
}

func TestPendingShipmentTakesHoldAfterSomeReads(t *testing.T) {
	s := newStand(t, om.Options{ShipmentPendingReads: 2})
	id := s.add(om.StatusPendingFulfillment)
	got := s.ship("", entry(id, "T"))[0]
	if got.Status != "PENDING" || got.Shipment != nil {
		t.Fatalf("%+v", got)
	}
	s.Snapshot() // looks, but does not count
	s.status(id)
	path := fmt.Sprintf("/v1.1/orders/%d", id)
	for n, want := range []string{om.StatusPendingFulfillment, om.StatusPendingFulfillment, om.StatusShipped} {
		if n == 1 {
			if again := s.ship("", entry(id, "T2"))[0]; again.Status != "FAILED" {
				t.Errorf("a second shipment while the first is pending: %+v", again)
			}
		}
		if o := decode[om.Order](t, s.get(path)); o.OrderStatus != want {
			t.Errorf("read %d: %s, want %s", n+1, o.OrderStatus, want)
		}
	}
	if n := len(s.effects(om.Shipped)); n != 1 {
		t.Errorf("shipped %d times", n)
	}
}

// Until it shows, nothing tells a second report that there was a first.
func TestShipmentShowsAfterAWhile(t *testing.T) {
	s := newStand(t, om.Options{ShipmentShowsAfter: time.Minute})
	once, twice := s.add(om.StatusPendingFulfillment), s.add(om.StatusPendingFulfillment)
	s.ship("", entry(once, "T"), entry(twice, "T"))
	s.clock.advance(59 * time.Second)
	if again := s.ship("", entry(twice, "T"))[0]; again.Status != "PENDING" || s.status(once) != om.StatusPendingFulfillment {
		t.Errorf("%+v, %s", again, s.status(once))
	}
	s.clock.advance(time.Second)
	path := fmt.Sprintf("/v1.1/orders/%d", once)
	if o := decode[om.Order](t, s.get(path)); o.OrderStatus != om.StatusShipped {
		t.Errorf("%s", o.OrderStatus)
	}
	if first, again := len(s.effects(om.ShipmentAccepted)), len(s.effects(om.ShipmentAcceptedAgain)); first != 2 || again != 1 {
		t.Errorf("%d first and %d second ones", first, again)
	}
}

func TestPendingShipmentCountsListReadsAndSettles(t *testing.T) {
	s := newStand(t, om.Options{ShipmentPendingReads: 1})
	a, b, c := s.add(om.StatusPendingFulfillment), s.add(om.StatusPendingFulfillment), s.add(om.StatusPendingFulfillment)
	s.ship("", entry(a, "T"), entry(b, "T"), entry(c, "T"))
	s.must(s.CancelOrder(c))
	s.ids("/v1.1/orders?" + orderIDs(a))
	if s.status(a) != om.StatusShipped || s.status(b) != om.StatusPendingFulfillment {
		t.Errorf("%s, %s", s.status(a), s.status(b))
	}
	s.SettleShipments()
	if s.status(b) != om.StatusShipped || s.status(c) != om.StatusCancelled {
		t.Errorf("%s, %s", s.status(b), s.status(c))
	}
}

func TestShipmentSchemaRefusesTheWholeCall(t *testing.T) {
	s := newStand(t, om.Options{MaxShipments: 3})
	id := s.add(om.StatusPendingFulfillment)
	good := entry(id, "T")
	for name, body := range map[string]string{
		"no shipments":       `{"updateChannel":true}`,
		"empty":              `{"shipments":[]}`,
		"no order":           `{"shipments":[{"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"}}]}`,
		"number alone":       `{"shipments":[{"orderNumber":"1","trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"}}]}`,
		"no tracking":        fmt.Sprintf(`{"shipments":[{"orderId":%d,"shipMethod":{"shippingCarrier":"UPS"}}]}`, id),
		"empty tracking":     fmt.Sprintf(`{"shipments":[%s]}`, entry(id, "")),
		"no method":          fmt.Sprintf(`{"shipments":[{"orderId":%d,"trackingNumber":"T"}]}`, id),
		"no carrier":         fmt.Sprintf(`{"shipments":[{"orderId":%d,"trackingNumber":"T","shipMethod":{}}]}`, id),
		"unknown carrier":    fmt.Sprintf(`{"shipments":[{"orderId":%d,"trackingNumber":"T","shipMethod":{"shippingCarrier":"ups"}}]}`, id),
		"provider":           fmt.Sprintf(`{"shipments":[{"orderId":%d,"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS","shippingProviderId":1}}]}`, id),
		"lines":              fmt.Sprintf(`{"shipments":[{"orderId":%d,"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"},"items":[]}]}`, id),
		"date with offset":   fmt.Sprintf(`{"shipments":[{"orderId":%d,"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"},"shipDate":"2026-11-20T08:00:00+01:00"}]}`, id),
		"date with fraction": fmt.Sprintf(`{"shipments":[{"orderId":%d,"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"},"shipDate":"2026-11-20T08:00:00.5Z"}]}`, id),
		"delivery status":    fmt.Sprintf(`{"shipments":[{"orderId":%d,"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"},"deliveryStatus":"SOON"}]}`, id),
		"fee as text":        fmt.Sprintf(`{"shipments":[{"orderId":%d,"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"},"carrierFee":7}]}`, id),
		"fee's currency":     fmt.Sprintf(`{"shipments":[{"orderId":%d,"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"},"carrierFee":{"amount":7}}]}`, id),
		"id as text":         `{"shipments":[{"orderId":"1","trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"}}]}`,
		"flag as text":       `{"updateChannel":"yes","shipments":[` + good + `]}`,
		"too many":           `{"shipments":[` + strings.Join([]string{good, good, good, good}, ",") + `]}`,
		"good, then bad":     fmt.Sprintf(`{"shipments":[%s,{"orderId":%d}]}`, good, id),
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.request(http.MethodPut, "/v1.1/shipment/external", body, nil); got.status != 400 {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	if s.status(id) != om.StatusPendingFulfillment || len(s.Effects()) != 0 {
		t.Error("a refused call had an effect")
	}
}

func TestShipmentByNumberAndChannel(t *testing.T) {
	s := newStand(t, om.Options{})
	first := s.addOrder(om.Order{OrderNumber: "5"})
	second := s.addOrder(om.Order{OrderNumber: "5", SalesChannel: &om.SalesChannel{SalesChannelID: 12}})
	got := s.ship("", `{"orderNumber":"5","salesChannelId":12,"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"}}`,
		`{"orderNumber":"5","salesChannelId":13,"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"}}`,
		fmt.Sprintf(`{"orderId":%d,"orderNumber":"6","trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"}}`, first))
	if got[0].Order.OrderID != second || got[0].Status != "SHIPPED" || got[1].Status != "FAILED" || got[2].Status != "FAILED" {
		t.Errorf("%+v", got)
	}
	if s.status(first) != om.StatusAwaiting3PLExport {
		t.Error("the other order of that number went, too")
	}
}

func TestShipDateMustBePossible(t *testing.T) {
	dated := func(id int64, date string) string {
		return fmt.Sprintf(`{"orderId":%d,"trackingNumber":"T","shipMethod":{"shippingCarrier":"UPS"},"shipDate":%q}`, id, date)
	}
	for date, want := range map[string]string{
		"2026-11-23T10:05:00Z": "SHIPPED",
		"2026-11-23T10:05:01Z": "FAILED", // beyond what clocks may differ
		"2026-11-10T12:00:00Z": "SHIPPED",
		"2026-11-10T11:59:59Z": "FAILED", // before the order
	} {
		s := newStand(t, om.Options{})
		if got := s.ship("", dated(s.addOrder(om.Order{OrderDate: day(10)}), date))[0]; got.Status != want {
			t.Errorf("%s: %+v, want %s", date, got, want)
		}
		lax := newStand(t, om.Options{AnyShipDate: true})
		if got := lax.ship("", dated(lax.addOrder(om.Order{OrderDate: day(10)}), date))[0]; got.Status != "SHIPPED" {
			t.Errorf("%s with the switch: %+v", date, got)
		}
	}
}

func TestShippingLowersOnHandUnlessSwitchedOff(t *testing.T) {
	for keeps, want := range map[bool]int64{false: 6, true: 10} {
		s := newStand(t, om.Options{ShipmentKeepsOnHand: keeps})
		s.must(s.SetStock("A", dc, 10, 0))
		s.must(s.SetStock("A2", dc, 10, 0))
		s.ship("", entry(s.add(om.StatusPendingFulfillment, om.Item("A", 2), om.Item("KIT", 2)), "T"))
		if f, _ := s.Stock("A", dc); f.OnHand != want { // 2 and 2 × 1
			t.Errorf("keeps %v: %+v", keeps, f)
		}
		if f, _ := s.Stock("A2", dc); f.OnHand != want { // 2 × 2
			t.Errorf("keeps %v: %+v", keeps, f)
		}
		if n := len(s.effects(om.StockShipped)); (n == 0) != keeps {
			t.Errorf("keeps %v: %d effects on stock", keeps, n)
		}
	}
}

func TestUserShipsInOrderManager(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusPendingFulfillment)
	s.must(s.ShipInOrderManager(id, "OWN", "USPS"))
	if got := s.ship("", entry(id, "T"))[0]; got.Status != "FAILED" {
		t.Errorf("%+v", got)
	}
	if s.ShipInOrderManager(id, "OWN", "USPS") == nil || s.ShipInOrderManager(42, "OWN", "USPS") == nil || s.ShipInOrderManager(id, "OWN", "NOPE") == nil {
		t.Error("shipped what cannot be")
	}
	state := s.Snapshot().Orders[0]
	if state.Shipments != 0 || !cmp.Equal(state.Tracking, []string{"OWN"}) {
		t.Errorf("%+v", state)
	}
	for _, e := range s.Effects() {
		if e.API {
			t.Errorf("a user's doing counts as a client's: %+v", e)
		}
	}
}

const shipmentsToday = "/v1/shipments?shipmentFromDate=2026-11-20T00:00:00Z&shipmentToDate=2026-11-24T00:00:00Z"

func TestShipmentsDemandAPairOfDatesOfAtMostSevenDays(t *testing.T) {
	s := newStand(t, om.Options{})
	s.ship("", entry(s.add(om.StatusPendingFulfillment), "T"))
	for query, want := range map[string]int{
		"":                                      422,
		"page=1":                                422,
		"shipmentFromDate=2026-11-20T00:00:00Z": 422,
		"shipmentFromDate=2026-11-20T00:00:00Z&shipmentCreatedToDate=2026-11-21T00:00:00Z":                                                                                  422,
		"shipmentFromDate=2026-11-16T09:59:59Z&shipmentToDate=2026-11-23T10:00:00Z":                                                                                         422,
		"shipmentFromDate=2026-11-24T00:00:00Z&shipmentToDate=2026-11-23T00:00:00Z":                                                                                         422,
		"shipmentFromDate=2026-11-16T10:00:00Z&shipmentToDate=2026-11-23T10:00:00Z":                                                                                         200,
		"shipmentCreatedFromDate=2026-11-20T00:00:00Z&shipmentCreatedToDate=2026-11-24T00:00:00Z":                                                                           200,
		"shipmentFromDate=2026-11-20T00:00:00Z&shipmentToDate=2026-11-24T00:00:00Z&shipmentCreatedFromDate=2026-11-01T00:00:00Z&shipmentCreatedToDate=2026-11-24T00:00:00Z": 422,
	} {
		t.Run(query, func(t *testing.T) {
			body := s.call(http.MethodGet, "/v1/shipments?"+query, "", want)
			if want == 200 && len(decode[[]om.Shipment](t, body)) != 1 {
				t.Errorf("%s", body)
			}
		})
	}
}

func TestShipmentFilters(t *testing.T) {
	s := newStand(t, om.Options{})
	a := s.addOrder(om.Order{OrderNumber: "10", ShipName: "Testbuyer One", ShipCity: "Austin", ShipState: "TX", ShipCountry: "USA"})
	b := s.addOrder(om.Order{OrderNumber: "101", Source: &om.WarehouseInfo{WarehouseID: other}, SalesChannel: &om.SalesChannel{SalesChannelID: 12}, ShipName: "Other", ShipCity: "Köln", ShipCountry: "DEU"})
	first := s.ship("", entry(a, "1Z10"))[0]
	s.ship("", entry(b, "1Z101"))
	for query, want := range map[string][]int64{
		"":                     {a, b},
		orderIDs(b):            {b},
		"orderNumber=10":       {a, b},
		"orderNumber=101":      {b},
		"trackingNumber=1Z10":  {a, b},
		"trackingNumber=1Z101": {b},
		fmt.Sprintf("shipmentId=%d", first.Shipment.ShipmentID): {a},
		fmt.Sprintf("batchNumber=%d", first.OrderBatchNumber):   {a},
		"warehouseId=102":          {b},
		"salesChannelId=11":        {a},
		"deliveryStatus=UNKNOWN":   {a, b},
		"deliveryStatus=DELIVERED": nil,
		"recipient=testb":          {a},
		"city=K%C3%B6":             {b},
		"state=TX":                 {a},
		"country=DEU":              {b},
		"shippingProviderId=3":     nil,
	} {
		t.Run(query, func(t *testing.T) {
			var got []int64
			for _, shipment := range decode[[]om.Shipment](t, s.get(shipmentsToday+"&"+query)) {
				got = append(got, shipment.OrderID)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
