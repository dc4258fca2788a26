// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Schedule says when a routine runs. Exactly one of every and cron is set.
// +kubebuilder:validation:ExactlyOneOf=every;cron
// +kubebuilder:validation:XValidation:rule="!has(self.spreadOver) || has(self.cron)",message="spreadOver belongs to cron; intervals are always spread"
type Schedule struct {
	// every is the time between two runs, from 1m to 168h. The first slot of a
	// connection is spread over the interval by a hash of its UID.
	// +optional
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('1m') && duration(self) <= duration('168h')",message="must be between 1m and 168h"
	Every *metav1.Duration `json:"every,omitempty"`

	// cron is a five-field cron expression or one of @hourly, @daily, @weekly,
	// @monthly, read in the policy's time zone.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	// +kubebuilder:validation:XValidation:rule="self.matches('^(@(hourly|daily|weekly|monthly)|[0-9A-Za-z*/,?-]+( +[0-9A-Za-z*/,?-]+){4})$')",message="must have five fields, or be @hourly, @daily, @weekly or @monthly; the time zone is set in timeZone"
	Cron string `json:"cron,omitempty"`

	// spreadOver moves each connection's cron slot by up to this time (at most
	// 1h), by a hash of its UID, so that a policy's connections do not all start
	// at once.
	// +optional
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('0s') && duration(self) <= duration('1h')",message="must be between 0s and 1h"
	SpreadOver *metav1.Duration `json:"spreadOver,omitempty"`
}
