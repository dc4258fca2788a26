// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// WarehouseCancelled says what happens with an order that the warehouse
// cancelled by itself.
// +kubebuilder:validation:Enum=Report;CancelInOrderManager
type WarehouseCancelled string

const (
	// WarehouseCancelledReport lists the order and leaves it to a person.
	WarehouseCancelledReport WarehouseCancelled = "Report"
	// WarehouseCancelledCancelInOrderManager cancels the order in Order Manager.
	WarehouseCancelledCancelInOrderManager WarehouseCancelled = "CancelInOrderManager"
)
