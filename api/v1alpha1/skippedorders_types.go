// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// SkippedOrders are orders that the connection's settings, or a label, leave
// out, in whole or in part.
type SkippedOrders struct {
	// count of orders that were left out, all of them.
	// +optional
	Count int64 `json:"count,omitempty"`
	// reasons says how many were left out for which reason.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Reasons []SkippedReason `json:"reasons,omitempty"`
	// orders shows up to 20 of them: one of each reason first, then the lowest ids.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Orders []SkippedOrder `json:"orders,omitempty"`
}

// SkippedReason is how many orders were left out for one reason.
type SkippedReason struct {
	// reason in one word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// count of orders.
	// +optional
	Count int64 `json:"count,omitempty"`
}

// SkippedOrder is one order that was left out.
type SkippedOrder struct {
	// orderID is Order Manager's orderId.
	// +optional
	OrderID int64 `json:"orderID,omitempty"`
	// reference is the order's number as the warehouse would know it.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Reference string `json:"reference,omitempty"`
	// reason in one word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// message says which setting left it out.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Message string `json:"message,omitempty"`
}
