// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// SecondWriterStatus is what somebody else was seen to write of a connection's
// orders.
type SecondWriterStatus struct {
	// lastTime is the end of the last run that saw it. It is forgotten a day later.
	// +optional
	LastTime *metav1.Time `json:"lastTime,omitempty"`
	// orders that somebody else created in the warehouse under our numbers, as
	// seen by that run.
	// +optional
	Orders int64 `json:"orders,omitempty"`
	// tracking is the number of orders whose tracking somebody else wrote in
	// Order Manager while the warehouse has them open, as seen by that run.
	// +optional
	Tracking int64 `json:"tracking,omitempty"`
	// references shows up to 3 of these orders.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=3
	// +kubebuilder:validation:items:MaxLength=128
	References []string `json:"references,omitempty"`
}
