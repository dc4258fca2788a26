// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// DriftOrders are orders of which the two systems do not say the same, and that
// no further run brings together: a person has to settle them. None of them is
// among the failing orders of the same routine.
type DriftOrders struct {
	// count of orders, all of them.
	// +optional
	Count int64 `json:"count,omitempty"`
	// reasons says how many there are for which reason.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=24
	Reasons []DriftReason `json:"reasons,omitempty"`
	// orders shows up to 20 of them: one of each reason first, then the oldest.
	// The message says what to do.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Orders []FailingOrder `json:"orders,omitempty"`
}

// DriftReason is how many orders there are for one reason.
type DriftReason struct {
	// reason in one word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// count of orders.
	// +optional
	Count int64 `json:"count,omitempty"`
}
