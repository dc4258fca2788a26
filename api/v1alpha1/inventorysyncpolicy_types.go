// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// StockRule says how the warehouse's figures become Order Manager's.
// +kubebuilder:validation:Enum=MatchAvailable;Unlocked;MatchOnHand
type StockRule string

const (
	// StockRuleMatchAvailable makes Order Manager's available quantity equal to
	// what the warehouse can still promise, whatever Order Manager takes off.
	StockRuleMatchAvailable StockRule = "MatchAvailable"
	// StockRuleUnlocked writes what is available in the warehouse as unlocked stock.
	StockRuleUnlocked StockRule = "Unlocked"
	// StockRuleMatchOnHand writes what is on hand in the warehouse as unlocked stock.
	StockRuleMatchOnHand StockRule = "MatchOnHand"
)

// OpenOrders says whether units of open orders that the warehouse does not
// hold are taken off the stock.
// +kubebuilder:validation:Enum=Subtract;Ignore
type OpenOrders string

const (
	// OpenOrdersSubtract takes their units off.
	OpenOrdersSubtract OpenOrders = "Subtract"
	// OpenOrdersIgnore does not look at them.
	OpenOrdersIgnore OpenOrders = "Ignore"
)

// MissingStock says what becomes of products that the warehouse does not know.
// +kubebuilder:validation:Enum=LeaveAlone;Zero
type MissingStock string

const (
	// MissingLeaveAlone does not write them.
	MissingLeaveAlone MissingStock = "LeaveAlone"
	// MissingZero takes them off sale.
	MissingZero MissingStock = "Zero"
)

// StartingInventory says what becomes of products that Order Manager has no
// stock record of at the warehouse.
// +kubebuilder:validation:Enum=Require;Create
type StartingInventory string

const (
	// StartingInventoryRequire counts them: a user has to set any level once.
	StartingInventoryRequire StartingInventory = "Require"
	// StartingInventoryCreate begins the record.
	StartingInventoryCreate StartingInventory = "Create"
)

// StockBrake says what is held back until it is approved.
// +kubebuilder:validation:MinProperties=1
type StockBrake struct {
	// maxIncrease is the most units by which what is offered of one product may
	// rise in one run. Not limited when it is not set, except by 1000 in the
	// policy's first run on a connection.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100000000
	MaxIncrease *int32 `json:"maxIncrease,omitempty"`

	// maxZeros is the most products that may be taken off sale in one run; when
	// there are more, all of them are held back. Not limited when it is not set,
	// except by 50 in the policy's first run on a connection.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000000
	MaxZeros *int32 `json:"maxZeros,omitempty"`
}

// InventorySyncPolicy says when and how stock is synced.
type InventorySyncPolicy struct {
	// schedule of the runs. Order Manager passes a change on to its sales
	// channels in about 15 minutes, so a shorter interval gains nothing.
	// +required
	Schedule Schedule `json:"schedule,omitzero"`

	// stockRule says how the warehouse's figures become Order Manager's.
	// +optional
	// +default="MatchAvailable"
	StockRule StockRule `json:"stockRule,omitempty"`

	// heldOrders says whether units of orders on hold in Order Manager that the
	// warehouse does not hold are taken off.
	// +optional
	// +default="Subtract"
	HeldOrders OpenOrders `json:"heldOrders,omitempty"`

	// waitingOrders says whether units of other open orders that the warehouse
	// does not hold are taken off: waiting, awaiting payment, unresolved, and
	// sent orders that the warehouse cancelled or does not know.
	// +optional
	// +default="Subtract"
	WaitingOrders OpenOrders `json:"waitingOrders,omitempty"`

	// buffer is held back from what the warehouse can promise, in units of each SKU.
	// +optional
	// +default=0
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000000
	Buffer *int32 `json:"buffer,omitempty"`

	// minimumLevel is the least number of units that is offered: a product with
	// fewer is reported as 0.
	// +optional
	// +default=0
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000000
	MinimumLevel *int32 `json:"minimumLevel,omitempty"`

	// startingInventory says what becomes of products in the warehouse's item
	// list that have no stock record in Order Manager.
	// +optional
	// +default="Require"
	StartingInventory StartingInventory `json:"startingInventory,omitempty"`

	// missing says what becomes of products with stock in Order Manager that are
	// not in the warehouse's item list.
	// +optional
	// +default="LeaveAlone"
	Missing MissingStock `json:"missing,omitempty"`

	// maxSnapshotAge is the age at which figures are read again, not written.
	// +optional
	// +default="10m"
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('1m') && duration(self) <= duration('1h')",message="must be between 1m and 1h"
	MaxSnapshotAge *metav1.Duration `json:"maxSnapshotAge,omitempty"`

	// brake holds back what looks like a mistake until it is approved.
	// +optional
	Brake *StockBrake `json:"brake,omitempty"`
}
