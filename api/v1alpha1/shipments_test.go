// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"strings"
	"testing"
)

func shipping(field string) string {
	return `{spec: {shipmentConfirmation: {schedule: {every: 5m}, ` + field + `}}}`
}

func TestShipmentConfirmationSettings(t *testing.T) {
	const path = "spec.shipmentConfirmation"
	runSchemaCases(t, policyManifest, []schemaCase{
		{name: "parts", patch: shipping(`partialShipments: Split, shortShipped: Split`)},
		{name: "short", patch: shipping(`shortShipped: ConfirmWhole`)},
		{name: "short in another way", patch: shipping(`shortShipped: Refund`), field: path + ".shortShipped", message: `supported values: "Hold"`},
		{name: "a bill of lading", patch: shipping(`noTracking: BillOfLading`)},
		{name: "a text", patch: shipping(`noTracking: Text, noTrackingText: "by truck"`)},
		{name: "the longest text", patch: shipping(`noTracking: Text, noTrackingText: ` + strings.Repeat("x", 64))},
		{name: "too long a text", patch: shipping(`noTracking: Text, noTrackingText: ` + strings.Repeat("x", 65)), field: path + ".noTrackingText", message: "may not be more than 64"},
		{name: "no text", patch: shipping(`noTracking: Text`), field: path, message: "noTrackingText is required with noTracking: Text"},
		{name: "a text for nothing", patch: shipping(`noTrackingText: truck`), field: path, message: "has no meaning without it"},
		{name: "a blank text", patch: shipping(`noTracking: Text, noTrackingText: " "`), field: path + ".noTrackingText", message: "printable ASCII"},
		{name: "notes", patch: shipping(`additionalTracking: InternalNotes`)},
		{name: "a custom field", patch: shipping(`additionalTracking: CustomField, additionalTrackingField: 3`)},
		{name: "a fourth custom field", patch: shipping(`additionalTracking: CustomField, additionalTrackingField: 4`), field: path + ".additionalTrackingField", message: "should be less than or equal to 3"},
		{name: "no custom field", patch: shipping(`additionalTracking: CustomField`), field: path, message: "additionalTrackingField is required"},
		{name: "a custom field for nothing", patch: shipping(`additionalTracking: InternalNotes, additionalTrackingField: 1`), field: path, message: "has no meaning without it"},
		{name: "corrections", patch: shipping(`trackingCorrections: Write`)},
		{name: "other corrections", patch: shipping(`trackingCorrections: Guess`), field: path + ".trackingCorrections", message: `supported values: "Report", "Write"`},
		{name: "cancelled by the warehouse", patch: `{spec: {orderCancelDownload: {schedule: {every: 5m}, warehouseCancelled: CancelInOrderManager}}}`},
		{name: "cancelled in another way", patch: `{spec: {orderCancelDownload: {schedule: {every: 5m}, warehouseCancelled: Refund}}}`, field: "spec.orderCancelDownload.warehouseCancelled", message: `supported values: "Report", "CancelInOrderManager"`},
		{name: "freight", patch: shipping(`freightCost: Send`)},
		{name: "other freight", patch: shipping(`freightCost: Guess`), field: path + ".freightCost", message: `supported values: "Omit", "Send"`},
		{name: "an hour", patch: shipping(`expectShippedWithin: 1h`)},
		{name: "ninety days", patch: shipping(`expectShippedWithin: 2160h`)},
		{name: "too soon", patch: shipping(`expectShippedWithin: 59m`), field: path + ".expectShippedWithin", message: "must be between 1h and 2160h"},
		{name: "too late", patch: shipping(`expectShippedWithin: 2161h`), field: path + ".expectShippedWithin", message: "must be between 1h and 2160h"},
	})
	runSchemaCases(t, connectionManifest, []schemaCase{
		{name: "a currency", patch: `{spec: {shipments: {warehouseShipCurrency: CAD}}}`},
		{name: "no currency", patch: `{spec: {shipments: {warehouseShipCurrency: cad}}}`, field: "spec.shipments.warehouseShipCurrency", message: "should match"},
	})
}
