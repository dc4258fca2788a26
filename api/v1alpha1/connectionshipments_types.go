// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// ConnectionShipments says what is true of this merchant's shipments.
type ConnectionShipments struct {
	// warehouseShipCurrency is the currency in which the warehouse states what
	// a shipment cost, an ISO 4217 code.
	// +optional
	// +default="USD"
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=3
	// +kubebuilder:validation:Pattern=`^[A-Z]{3}$`
	WarehouseShipCurrency string `json:"warehouseShipCurrency,omitempty"`
}
