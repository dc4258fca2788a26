// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// AllocationModel says whether Order Manager was seen to take open orders off
// its available quantity.
// +kubebuilder:validation:Enum=Counted;NotCounted;Mixed;NotSeen
type AllocationModel string

const (
	// AllocationCounted means open orders are taken off.
	AllocationCounted AllocationModel = "Counted"
	// AllocationNotCounted means open orders are not taken off.
	AllocationNotCounted AllocationModel = "NotCounted"
	// AllocationMixed means some are and some are not.
	AllocationMixed AllocationModel = "Mixed"
	// AllocationNotSeen means there were no open orders to tell by.
	AllocationNotSeen AllocationModel = "NotSeen"
)

// InventoryStatus is what the last inventory sync saw.
type InventoryStatus struct {
	// observedTime is when the warehouse's stock was read.
	// +optional
	ObservedTime *metav1.Time `json:"observedTime,omitempty"`
	// inStep is the number of products whose available quantity was already right.
	// +optional
	InStep int64 `json:"inStep"`
	// updated is the number of products that were written.
	// +optional
	Updated int64 `json:"updated"`
	// created is the number of products whose stock record was begun.
	// +optional
	Created int64 `json:"created,omitempty"`
	// awaitingStartingInventory is the number of products without a stock record in Order Manager.
	// +optional
	AwaitingStartingInventory int64 `json:"awaitingStartingInventory"`
	// awaitingStartingInventorySKUs names up to 20 of them.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:items:MaxLength=128
	AwaitingStartingInventorySKUs []string `json:"awaitingStartingInventorySKUs,omitempty"`
	// unknownInOrderManager is the number of the warehouse's SKUs that Order Manager does not know.
	// +optional
	UnknownInOrderManager int64 `json:"unknownInOrderManager"`
	// unknownInWarehouse is the number of Order Manager's products that the warehouse does not know.
	// +optional
	UnknownInWarehouse int64 `json:"unknownInWarehouse"`
	// excluded is the number of products that the connection does not sync.
	// +optional
	Excluded int64 `json:"excluded,omitempty"`
	// withoutFigures is the number of products of which one of the systems gave no figure.
	// +optional
	WithoutFigures int64 `json:"withoutFigures,omitempty"`
	// roundedDown is the number of fractional figures that were rounded down.
	// +optional
	RoundedDown int64 `json:"roundedDown,omitempty"`
	// unitsAvailable is the sum of what the warehouse called available.
	// +optional
	UnitsAvailable int64 `json:"unitsAvailable"`
	// unitsLocked is the sum of what is set aside in Order Manager.
	// +optional
	UnitsLocked int64 `json:"unitsLocked"`
	// unitsUncovered is the sum of the units of open orders that the warehouse neither holds nor has shipped.
	// +optional
	UnitsUncovered int64 `json:"unitsUncovered"`
	// unitsHeld is the part of unitsUncovered that belongs to orders on hold.
	// +optional
	UnitsHeld int64 `json:"unitsHeld"`
	// unitsWaiting is the part of unitsUncovered that belongs to other open orders.
	// +optional
	UnitsWaiting int64 `json:"unitsWaiting"`
	// unitsAllocated is the sum of what Order Manager was seen to take off for open orders.
	// +optional
	UnitsAllocated int64 `json:"unitsAllocated"`
	// unitsOfferedMore is how many units the stock rule offers beyond what the
	// warehouse can promise.
	// +optional
	UnitsOfferedMore int64 `json:"unitsOfferedMore,omitempty"`
	// unitsOfferedLess is how many units that the warehouse can promise the
	// stock rule does not offer.
	// +optional
	UnitsOfferedLess int64 `json:"unitsOfferedLess,omitempty"`
	// allocation says whether Order Manager was seen to take open orders off.
	// +optional
	Allocation AllocationModel `json:"allocation,omitempty"`
	// allocatedStatuses are the order statuses that explain what Order Manager took off.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=64
	AllocatedStatuses []string `json:"allocatedStatuses,omitempty"`
	// largestDifferences are up to 20 products whose figures lay furthest apart.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	LargestDifferences []StockDifference `json:"largestDifferences,omitempty"`
	// heldBack is what the brake did not let through.
	// +optional
	HeldBack *HeldStock `json:"heldBack,omitempty"`
	// releasedFor is the hash of the policy and the stock of which a run held
	// nothing back: from then on a run is not the policy's first.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	ReleasedFor string `json:"releasedFor,omitempty"`
}

// HeldStock is a plan that the brake holds back until it is approved.
type HeldStock struct {
	// digest of the plan: the approval carries it.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Digest string `json:"digest,omitempty"`
	// count of products that are held back.
	// +optional
	Count int64 `json:"count,omitempty"`
	// increases is the number of products that would be offered more of than the limit allows.
	// +optional
	Increases int64 `json:"increases,omitempty"`
	// zeros is the number of products that would be offered no longer.
	// +optional
	Zeros int64 `json:"zeros,omitempty"`
	// largest are up to 20 of them, the largest differences first.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Largest []StockDifference `json:"largest,omitempty"`
}

// StockDifference is one product whose figures lay apart.
type StockDifference struct {
	// sku of the product.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	SKU string `json:"sku,omitempty"`
	// promise is what the warehouse can still promise.
	// +optional
	Promise int64 `json:"promise"`
	// available is what Order Manager offered before the run.
	// +optional
	Available int64 `json:"available"`
}
