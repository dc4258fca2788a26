// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Kits says how the warehouse keeps the merchant's kits: products of Order
// Manager that are made of others.
// +kubebuilder:validation:Enum=Exploded;PreBuilt
type Kits string

const (
	// KitsExploded keeps the components: a kit is sent as these.
	KitsExploded Kits = "Exploded"
	// KitsPreBuilt keeps kits built, under their own SKUs.
	KitsPreBuilt Kits = "PreBuilt"
)
