// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// OrderManagerConnectionStatus is everything that happened on a connection.
type OrderManagerConnectionStatus struct {
	// conditions of the connection. Ready is computed from the others;
	// Reconciling and Stalled stand only while true.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation of the spec that was last looked at.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// warehouseID is the Order Manager warehouse that warehouseName resolved to.
	// It is absent when every warehouse is meant.
	// +optional
	WarehouseID *int64 `json:"warehouseID,omitempty"`

	// claims are hashes of the Order Manager warehouses that this connection
	// works or wants to work, 16 hex digits each. One warehouse has one owner.
	// +optional
	// +kubebuilder:validation:MaxItems=200
	// +kubebuilder:validation:items:MaxLength=16
	// +listType=atomic
	Claims []string `json:"claims,omitempty"`

	// failing is the number of orders of all routines that did not go through.
	// +optional
	Failing int64 `json:"failing"`

	// routines has one entry for each routine that was ever governed.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=8
	Routines []RoutineStatus `json:"routines,omitempty"`

	// inventory is what the last inventory sync saw.
	// +optional
	Inventory *InventoryStatus `json:"inventory,omitempty"`
}

// RoutineName names a routine.
// +kubebuilder:validation:Enum=OrderDownload;OrderCancelDownload;ShipmentConfirmation;InventorySync
type RoutineName string

// The four routines, in the order in which they are served when several are due.
const (
	ShipmentConfirmation RoutineName = "ShipmentConfirmation"
	OrderCancelDownload  RoutineName = "OrderCancelDownload"
	OrderDownload        RoutineName = "OrderDownload"
	InventorySync        RoutineName = "InventorySync"
)

// RoutineState says whether a routine runs, and if not why.
// +kubebuilder:validation:Enum=Scheduled;Running;Suspended;NotGoverned;Blocked
type RoutineState string

const (
	// RoutineScheduled waits for its next slot.
	RoutineScheduled RoutineState = "Scheduled"
	// RoutineRunning has a run under way.
	RoutineRunning RoutineState = "Running"
	// RoutineSuspended is stopped by spec.suspend of the connection or its policy.
	RoutineSuspended RoutineState = "Suspended"
	// RoutineNotGoverned has no policy that names it.
	RoutineNotGoverned RoutineState = "NotGoverned"
	// RoutineBlocked cannot run until the connection or its policy is mended.
	RoutineBlocked RoutineState = "Blocked"
)

// RoutineStatus is what is known of one routine of one connection.
type RoutineStatus struct {
	// name of the routine.
	// +required
	Name RoutineName `json:"name,omitempty"`

	// state says whether the routine runs, and if not why.
	// +optional
	State RoutineState `json:"state,omitempty"`

	// policy that governs the routine.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Policy string `json:"policy,omitempty"`

	// schedule of the routine, for example "every 5m0s" or a cron expression
	// with its time zone.
	// +optional
	// +kubebuilder:validation:MaxLength=200
	Schedule string `json:"schedule,omitempty"`

	// nextRun is the time of the next run (RFC 3339).
	// +optional
	// +kubebuilder:validation:MaxLength=64
	NextRun string `json:"nextRun,omitempty"`

	// lastRun is the last run that ended.
	// +optional
	LastRun *RunStatus `json:"lastRun,omitempty"`

	// lastSuccessTime is the end of the last run that succeeded.
	// +optional
	LastSuccessTime *metav1.Time `json:"lastSuccessTime,omitempty"`

	// consecutiveFailures counts the runs that failed since the last success.
	// +optional
	ConsecutiveFailures int32 `json:"consecutiveFailures,omitempty"`

	// notBefore is the earliest time of the next scheduled run after a failure.
	// +optional
	NotBefore *metav1.Time `json:"notBefore,omitempty"`

	// cursor makes the next run cheaper. Without it the next run compares everything.
	// +optional
	Cursor *RoutineCursor `json:"cursor,omitempty"`

	// progress of the run under way.
	// +optional
	Progress *RunProgress `json:"progress,omitempty"`

	// failing are the orders that did not go through, and why.
	// +optional
	Failing *FailingOrders `json:"failing,omitempty"`

	// handledTokens echoes the last run tokens that were answered.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=2
	HandledTokens []HandledToken `json:"handledTokens,omitempty"`

	// history of the last runs, newest first; equal results are collapsed.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	History []RunHistory `json:"history,omitempty"`
}

// RunTrigger is what started a run.
// +kubebuilder:validation:Enum=Schedule;Token
type RunTrigger string

const (
	// TriggerSchedule is a slot of the schedule.
	TriggerSchedule RunTrigger = "Schedule"
	// TriggerToken is a run token in an annotation.
	TriggerToken RunTrigger = "Token"
)

// RunResult is how a run ended.
// +kubebuilder:validation:Enum=Succeeded;Failed;Refused
type RunResult string

const (
	// RunSucceeded means the run did all it could; single orders may still be failing.
	RunSucceeded RunResult = "Succeeded"
	// RunFailed means the run could not be done to its end.
	RunFailed RunResult = "Failed"
	// RunRefused means a requested run was not started.
	RunRefused RunResult = "Refused"
)

// RunStatus is a run that ended.
type RunStatus struct {
	// startTime of the run.
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// endTime of the run.
	// +optional
	EndTime *metav1.Time `json:"endTime,omitempty"`
	// slot is the time that the schedule named for the run.
	// +optional
	Slot *metav1.Time `json:"slot,omitempty"`
	// trigger of the run.
	// +optional
	Trigger RunTrigger `json:"trigger,omitempty"`
	// result of the run.
	// +optional
	Result RunResult `json:"result,omitempty"`
	// reason in one word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// message in one sentence.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Message string `json:"message,omitempty"`
	// fullComparison says whether the run compared everything or went by its cursor.
	// +optional
	FullComparison bool `json:"fullComparison,omitempty"`
	// counts of what the run did.
	// +optional
	Counts RunCounts `json:"counts,omitzero"`
}

// RunCounts counts what a run did.
type RunCounts struct {
	// read is the number of orders, or of products for an inventory sync, that were looked at.
	// +optional
	Read int64 `json:"read,omitempty"`
	// created is the number of orders created in the warehouse.
	// +optional
	Created int64 `json:"created,omitempty"`
	// adopted is the number of orders found in the warehouse without an identity and taken as ours.
	// +optional
	Adopted int64 `json:"adopted,omitempty"`
	// marked is the number of orders marked sent in Order Manager.
	// +optional
	Marked int64 `json:"marked,omitempty"`
	// cancelled is the number of orders cancelled in the warehouse.
	// +optional
	Cancelled int64 `json:"cancelled,omitempty"`
	// confirmed is the number of shipments confirmed in Order Manager.
	// +optional
	Confirmed int64 `json:"confirmed,omitempty"`
	// written is the number of stock levels written.
	// +optional
	Written int64 `json:"written,omitempty"`
	// skipped is the number of orders left alone by a setting.
	// +optional
	Skipped int64 `json:"skipped,omitempty"`
	// failed is the number of orders or products that did not go through.
	// +optional
	Failed int64 `json:"failed,omitempty"`
}

// RunHistory is one or more successive runs with equal results.
type RunHistory struct {
	// result of the runs.
	// +optional
	Result RunResult `json:"result,omitempty"`
	// reason in one word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// runs is how many successive runs ended this way.
	// +optional
	Runs int64 `json:"runs,omitempty"`
	// firstTime is the end of the first of them.
	// +optional
	FirstTime *metav1.Time `json:"firstTime,omitempty"`
	// lastTime is the end of the last of them.
	// +optional
	LastTime *metav1.Time `json:"lastTime,omitempty"`
	// counts summed over the runs.
	// +optional
	Counts RunCounts `json:"counts,omitzero"`
}

// RoutineCursor is how far a routine has seen, by the clock of the remote system.
type RoutineCursor struct {
	// time up to which the remote system was seen.
	// +optional
	Time *metav1.Time `json:"time,omitempty"`
	// scope the cursor is valid for: a hash of the claim and the destination.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Scope string `json:"scope,omitempty"`
	// fullComparisonTime is the start of the last run that compared everything.
	// +optional
	FullComparisonTime *metav1.Time `json:"fullComparisonTime,omitempty"`
}

// RunProgress is how far a run under way has come.
type RunProgress struct {
	// startTime of the run.
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// message says what the run is doing.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Message string `json:"message,omitempty"`
	// counts so far.
	// +optional
	Counts RunCounts `json:"counts,omitzero"`
}

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
	// orderIDs in a compact form: "8812001-8812040,+7,+12".
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	OrderIDs string `json:"orderIDs,omitempty"`
}

// HandledToken echoes a run token.
type HandledToken struct {
	// annotation that carried the token.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Annotation string `json:"annotation,omitempty"`
	// token as it was given.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Token string `json:"token,omitempty"`
	// result of the run, or Refused.
	// +optional
	Result RunResult `json:"result,omitempty"`
	// reason in one word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// time at which the token was answered.
	// +optional
	Time *metav1.Time `json:"time,omitempty"`
}

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
