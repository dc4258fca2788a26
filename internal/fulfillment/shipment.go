// SPDX-License-Identifier: Apache-2.0

package fulfillment

import "time"

// Shipment is what is reported to Order Manager of one shipped order. It ships
// the whole order: Order Manager's external shipment has no lines.
type Shipment struct {
	OrderID OrderID
	// Tracking is the first tracking number.
	Tracking string
	// Carrier, Service and SCAC are the warehouse's own texts; the source turns
	// them into its own carrier.
	Carrier, Service, SCAC string
	// ShippingCarrier is the source's own carrier where the merchant's table
	// names it; empty leaves it to the texts.
	ShippingCarrier string
	ShippedAt       time.Time
	// CarrierFee is what the carrier charged; zero when it is not told.
	CarrierFee Money
}

// ShipmentOutcome is what became of one reported shipment.
type ShipmentOutcome string

const (
	// ShipmentConfirmed means the source proved that it knows the shipment.
	ShipmentConfirmed ShipmentOutcome = "Confirmed"
	// ShipmentPending is neither success nor failure: the order is read before a repeat.
	ShipmentPending ShipmentOutcome = "Pending"
	// ShipmentRefused means the source said no.
	ShipmentRefused ShipmentOutcome = "Refused"
)

// ShipmentResult is what became of one reported shipment.
type ShipmentResult struct {
	OrderID OrderID
	Outcome ShipmentOutcome
	// Code is the remote system's own code or status for the outcome.
	Code string
}

// ShipmentOptions are passed on with every reported shipment.
type ShipmentOptions struct {
	UpdateChannel  bool
	NotifyCustomer bool
}

// MarkResult is what became of marking one order as sent.
type MarkResult struct {
	OrderID OrderID
	// Marked is true only when the source proved it.
	Marked bool
	// Code is the remote system's own code for a refusal.
	Code string
}
