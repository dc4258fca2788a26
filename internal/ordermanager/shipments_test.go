// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestWhatAShipmentSays(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, "[]"))
	_, err := s.source().ConfirmShipments(t.Context(), []fulfillment.Shipment{
		{OrderID: 1, Tracking: " 1Z999 ", Carrier: "UPS", Service: "Ground", SCAC: "UPSN", ShippedAt: time.Date(2026, 11, 23, 5, 0, 0, 7, time.FixedZone("", -8*3600))},
		{OrderID: 2, Tracking: "9400", Carrier: "Bob's Trucks"},
	}, fulfillment.ShipmentOptions{UpdateChannel: true})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "requests", s.requests(), []string{"PUT /v1.1/shipment/external"})
	var got, want any
	if err := json.Unmarshal([]byte(s.lastBody()), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"updateChannel":true,"notifyCustomer":false,"shipments":[
		{"orderId":1,"trackingNumber":"1Z999","shipMethod":{"shippingCarrier":"UPS"},"shipDate":"2026-11-23T13:00:00Z"},
		{"orderId":2,"trackingNumber":"9400","shipMethod":{"shippingCarrier":"OTHER_CARRIER"}}]}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestOnlyTheStatusOfAnOrderProvesItsShipment(t *testing.T) {
	t.Parallel()
	result := func(id int64, outcome fulfillment.ShipmentOutcome, code string) fulfillment.ShipmentResult {
		return fulfillment.ShipmentResult{OrderID: fulfillment.OrderID(id), Outcome: outcome, Code: code}
	}
	confirmed, pending, refused := fulfillment.ShipmentConfirmed, fulfillment.ShipmentPending, fulfillment.ShipmentRefused
	for name, test := range map[string]struct {
		answer string
		want   fulfillment.ShipmentResult
	}{
		"shipped":                       {list(batched(1, "SHIPPED")), result(1, confirmed, "SHIPPED")},
		"pending":                       {list(batched(1, "PENDING")), result(1, pending, "PENDING")},
		"failed":                        {list(batched(1, "FAILED")), result(1, refused, "FAILED")},
		"cancelled":                     {list(batched(1, "CANCELLED")), result(1, refused, "CANCELLED")},
		"absent":                        {list(batched(11, "SHIPPED")), result(1, pending, CodeUnproven)},
		"an empty list":                 {`[]`, result(1, pending, CodeUnproven)},
		"unknown status":                {list(batched(1, "ON_ITS_WAY")), result(1, pending, "ON_ITS_WAY")},
		"a sentence for a status":       {list(batched(1, "secret of the buyer")), result(1, pending, CodeUnproven)},
		"no status":                     {`[{"order":{"orderId":1}}]`, result(1, pending, CodeUnproven)},
		"no order":                      {`[{"status":"SHIPPED"}]`, result(1, pending, CodeUnproven)},
		"twice, once as shipped":        {list(batched(1, "SHIPPED"), batched(1, "FAILED")), result(1, confirmed, "SHIPPED")},
		"twice, the other way round":    {list(batched(1, "FAILED"), batched(1, "SHIPPED")), result(1, confirmed, "SHIPPED")},
		"with a shipment of any figure": {`[{"order":{"orderId":1},"status":"SHIPPED","shipment":{"carrierFee":{"amount":1.5}}}]`, result(1, confirmed, "SHIPPED")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, always(200, test.answer))
			got, err := s.source().ConfirmShipments(t.Context(), []fulfillment.Shipment{{OrderID: 1, Tracking: "1Z"}}, fulfillment.ShipmentOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]fulfillment.ShipmentResult{test.want}, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestAShipmentWithoutTrackingSpoilsNoOther(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, list(batched(2, "SHIPPED"))))
	source := s.source()
	got, err := source.ConfirmShipments(t.Context(), []fulfillment.Shipment{{OrderID: 1, Tracking: " "}, {OrderID: 2, Tracking: "1Z"}}, fulfillment.ShipmentOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []fulfillment.ShipmentResult{
		{OrderID: 1, Outcome: fulfillment.ShipmentRefused, Code: CodeNoTracking},
		{OrderID: 2, Outcome: fulfillment.ShipmentConfirmed, Code: "SHIPPED"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if sent := decode[wireExternalShipments](t, s.lastBody()); len(sent.Shipments) != 1 || sent.Shipments[0].OrderID != 2 {
		t.Errorf("sent %+v", sent)
	}
	s.requests()
	if _, err := source.ConfirmShipments(t.Context(), []fulfillment.Shipment{{OrderID: 1}}, fulfillment.ShipmentOptions{}); err != nil || len(s.requests()) != 0 {
		t.Errorf("an empty batch was sent, error %v", err)
	}
}
