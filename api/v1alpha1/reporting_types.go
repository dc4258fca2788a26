// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ShipmentConfirmationStatus is what ShipmentConfirmation keeps beside its entry.
type ShipmentConfirmationStatus struct {
	// reporting are the orders of which Order Manager was about to be told. They
	// are written down before it is told, and taken out when it is known what
	// became of them: a process that ends in between leaves them here, and the
	// next one does not report them again before they had the time to show.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Reporting []ReportingOrders `json:"reporting,omitempty"`
}

// ReportingOrders is a group of orders that were about to be reported at one time.
type ReportingOrders struct {
	// since is when Order Manager was about to be told.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
	// orderIDs in a compact form: "8812001-8812040,+7,+12".
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	OrderIDs string `json:"orderIDs,omitempty"`
}
