// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const (
	shipmentEndpoint  = "/v1.1/shipment/external"
	shipmentOperation = "report shipments"
	// CodeNoTracking stands in the result of a shipment that was not sent for
	// want of a tracking number.
	CodeNoTracking = "NoTracking"
)

type wireExternalShipments struct {
	Shipments      []wireExternalShipment `json:"shipments"`
	UpdateChannel  bool                   `json:"updateChannel"`
	NotifyCustomer bool                   `json:"notifyCustomer"`
}

type wireExternalShipment struct {
	OrderID        fulfillment.OrderID `json:"orderId"`
	TrackingNumber string              `json:"trackingNumber"`
	ShipMethod     wireShipMethod      `json:"shipMethod"`
	ShipDate       string              `json:"shipDate,omitempty"`
	CarrierFee     *wireMoney          `json:"carrierFee,omitempty"`
}

type wireShipMethod struct {
	ShippingCarrier string `json:"shippingCarrier"`
}

// ConfirmShipments implements fulfillment.ShipmentConfirmer. A status of 200
// proves nothing: the answer has a status for each order, and one that is not
// in it is Pending, to be read before anything else is done. A shipment
// without a tracking number is refused without asking: Order Manager requires
// one, and would refuse all the others with it.
func (s *source) ConfirmShipments(ctx context.Context, shipments []fulfillment.Shipment, options fulfillment.ShipmentOptions) ([]fulfillment.ShipmentResult, error) {
	wire := wireExternalShipments{UpdateChannel: options.UpdateChannel, NotifyCustomer: options.NotifyCustomer}
	for _, shipment := range shipments {
		if strings.TrimSpace(shipment.Tracking) == "" {
			continue
		}
		external := wireExternalShipment{
			OrderID:        shipment.OrderID,
			TrackingNumber: strings.TrimSpace(shipment.Tracking),
			ShipMethod:     wireShipMethod{ShippingCarrier: cmp.Or(carrierOf(shipment), otherCarrier)},
		}
		if !shipment.ShippedAt.IsZero() {
			external.ShipDate = apiTime(s.notAhead(shipment.ShippedAt))
		}
		if fee := shipment.CarrierFee; !fee.IsZero() {
			external.CarrierFee = &wireMoney{Amount: json.Number(fee.Amount), Currency: fee.Currency}
		}
		wire.Shipments = append(wire.Shipments, external)
	}
	var answer []wireBatchedOrder
	if len(wire.Shipments) > 0 {
		if err := s.write(ctx, http.MethodPut, shipmentEndpoint, shipmentOperation, wire, &answer); err != nil {
			return nil, err
		}
	}
	return judgeShipments(shipments, answer), nil
}

// notAhead is a time that is no future by Order Manager's own clock, as far as
// that is known: it may refuse a parcel that left tomorrow, and the clocks of
// all three parties differ.
func (s *source) notAhead(at time.Time) time.Time {
	if now, known := s.remote.ServerNow(); known && at.After(now) {
		return now
	}
	return at
}

// KnowsCarrier implements fulfillment.ShipmentConfirmer.
func (s *source) KnowsCarrier(shipment fulfillment.Shipment) bool { return carrierOf(shipment) != "" }

// carrierOf returns Order Manager's carrier of a shipment: what the merchant's
// table says, then what the warehouse's texts say, and the tracking number as
// the last resort. Empty is a carrier that nothing tells.
func carrierOf(shipment fulfillment.Shipment) string {
	if shipment.ShippingCarrier != "" {
		return shipment.ShippingCarrier
	}
	if known := knownCarrier(shipment.Carrier, shipment.Service, shipment.SCAC); known != "" {
		return known
	}
	return carrierByTracking(shipment.Tracking)
}

// judgeShipments says what became of each shipment.
func judgeShipments(shipments []fulfillment.Shipment, answer []wireBatchedOrder) []fulfillment.ShipmentResult {
	statuses := map[fulfillment.OrderID]string{}
	for _, batched := range answer {
		// An order that is named twice is shipped if either entry says so.
		if statuses[batched.Order.OrderID] != batchedShipped {
			statuses[batched.Order.OrderID] = batched.Status
		}
	}
	results := make([]fulfillment.ShipmentResult, len(shipments))
	for i, shipment := range shipments {
		status := statuses[shipment.OrderID]
		results[i] = fulfillment.ShipmentResult{OrderID: shipment.OrderID, Outcome: fulfillment.ShipmentPending, Code: code(status)}
		switch {
		case strings.TrimSpace(shipment.Tracking) == "":
			results[i].Outcome, results[i].Code = fulfillment.ShipmentRefused, CodeNoTracking
		case status == batchedShipped:
			results[i].Outcome = fulfillment.ShipmentConfirmed
		case status == batchedFailed, status == batchedCancelled:
			results[i].Outcome = fulfillment.ShipmentRefused
		case results[i].Code == "":
			results[i].Code = CodeUnproven
		}
	}
	return results
}

// write sends a body and reads the answer.
func (c *Client) write(ctx context.Context, method, endpoint, operation string, body, answer any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return &fulfillment.Fault{Kind: fulfillment.FaultInvalid, System: System, Operation: operation, Hint: "it cannot be written as JSON"}
	}
	request := remote.Request{Operation: operation, Endpoint: endpoint, Path: endpoint, Method: method, Body: encoded}
	response, err := c.remote.Do(ctx, request)
	if err != nil {
		return refined(response, err)
	}
	return c.remote.DecodeJSON(request, response, answer)
}
