// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// SyncMode says whether runs write.
// +kubebuilder:validation:Enum=Sync;Plan
type SyncMode string

const (
	// ModeSync brings the two systems in step.
	ModeSync SyncMode = "Sync"
	// ModePlan writes nothing to either system and says what a run would do.
	ModePlan SyncMode = "Plan"
)
