// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// EditRule says what becomes of an order that is changed in Order Manager after
// it was sent.
// +kubebuilder:validation:Enum=Report;Update
type EditRule string

const (
	// EditReport lists the order and leaves the warehouse's order as it is.
	EditReport EditRule = "Report"
	// EditUpdate updates the warehouse's order, where nobody there changed the
	// same part and no work on it has begun.
	EditUpdate EditRule = "Update"
)
