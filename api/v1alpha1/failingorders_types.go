// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// FailingOrders are orders that did not go through.
type FailingOrders struct {
	// count of failing orders, all of them.
	// +optional
	Count int64 `json:"count,omitempty"`
	// orders shows up to 20 of them: one of each reason first, then the oldest.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Orders []FailingOrder `json:"orders,omitempty"`
	// cohorts remember when the warehouse first refused which orders, so that
	// they are tried again at growing gaps without a write for each attempt.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Cohorts []FailingCohort `json:"cohorts,omitempty"`
	// notRemembered is the number of orders that the cohorts have no room for.
	// They are tried again by the next run.
	// +optional
	NotRemembered int64 `json:"notRemembered,omitempty"`
}

// FailingOrder is one order that did not go through.
type FailingOrder struct {
	// orderID is Order Manager's orderId.
	// +optional
	OrderID int64 `json:"orderID,omitempty"`
	// reference is the order's number as the warehouse would know it.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Reference string `json:"reference,omitempty"`
	// warehouseOrderID is the warehouse's own id of the order, when it has one.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	WarehouseOrderID string `json:"warehouseOrderID,omitempty"`
	// reason in one word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// message says what is wrong and what mends it.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Message string `json:"message,omitempty"`
	// since when the order is failing.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
}

// FailingCohort is a group of orders that were first refused at one time.
type FailingCohort struct {
	// since is when the warehouse first refused them.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
	// cause stands for what all of them were refused for: the thing that is
	// missing, or the words of the refusal. A few of them are tried for all.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Cause string `json:"cause,omitempty"`
	// orderIDs in a compact form: "8812001-8812040,+7,+12".
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	OrderIDs string `json:"orderIDs,omitempty"`
}
