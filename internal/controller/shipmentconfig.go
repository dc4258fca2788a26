// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// shipmentConfig is what ShipmentConfirmation is told: what is true of the
// merchant's shipments by the connection, how to confirm them by the policy.
func shipmentConfig(connection *v1alpha1.OrderManagerConnection, policy *v1alpha1.ShipmentConfirmationPolicy) routine.ShipmentConfirmationConfig {
	config := routine.ShipmentConfirmationConfig{
		Options: fulfillment.ShipmentOptions{
			UpdateChannel:  policy.UpdateChannel == nil || *policy.UpdateChannel,
			NotifyCustomer: policy.NotifyCustomer != nil && *policy.NotifyCustomer,
		},
		Split:            policy.PartialShipments == v1alpha1.PartialShipmentsSplit,
		SplitShort:       policy.ShortShipped == v1alpha1.ShortShippedSplit,
		ConfirmShort:     policy.ShortShipped == v1alpha1.ShortShippedConfirmWhole,
		WriteCorrections: policy.TrackingCorrections == v1alpha1.TrackingCorrectionsWrite,
		UseBillOfLading:  policy.NoTracking == v1alpha1.NoTrackingBillOfLading,
	}
	if policy.NoTracking == v1alpha1.NoTrackingText {
		config.NoTrackingText = policy.NoTrackingText
	}
	switch policy.AdditionalTracking {
	case v1alpha1.AdditionalTrackingInternalNotes:
		config.AdditionalTracking = fulfillment.FieldInternalNotes
	case v1alpha1.AdditionalTrackingCustomField:
		config.AdditionalTracking = fulfillment.CustomField(int(policy.AdditionalTrackingField))
	case v1alpha1.AdditionalTrackingNone:
	}
	if policy.FreightCost == v1alpha1.FreightCostSend {
		config.FreightCurrency = connection.Spec.Shipments.WarehouseShipCurrency
		if config.FreightCurrency == "" {
			config.FreightCurrency = "USD"
		}
	}
	if policy.ExpectShippedWithin != nil {
		config.ExpectShippedWithin = policy.ExpectShippedWithin.Duration
	}
	return config
}
