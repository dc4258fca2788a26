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

	// drift is the number of orders of which the two systems do not say the
	// same, and that a person has to settle. BooksBalance says more.
	// +optional
	Drift int64 `json:"drift"`

	// routines has one entry for each routine that was ever governed.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=8
	Routines []RoutineStatus `json:"routines,omitempty"`

	// inventory is what the last inventory sync saw.
	// +optional
	Inventory *InventoryStatus `json:"inventory,omitempty"`

	// shipmentConfirmation is what ShipmentConfirmation keeps beside its entry.
	// +optional
	ShipmentConfirmation *ShipmentConfirmationStatus `json:"shipmentConfirmation,omitempty"`
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

	// notBefore is the time of the next run after a failure.
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

	// drift are the orders that a person has to settle, and how.
	// +optional
	Drift *DriftOrders `json:"drift,omitempty"`

	// skipped are the orders that the connection's settings, or a label, left
	// out of the last run that succeeded, and why.
	// +optional
	Skipped *SkippedOrders `json:"skipped,omitempty"`

	// secondWriter is what somebody else was seen to write of these orders within
	// the last day.
	// +optional
	SecondWriter *SecondWriterStatus `json:"secondWriter,omitempty"`

	// handledTokens echoes the last answered token of each annotation.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
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
// +kubebuilder:validation:Enum=Succeeded;Failed;Refused;Planned
type RunResult string

const (
	// RunSucceeded means the run did all it could; single orders may still be failing.
	RunSucceeded RunResult = "Succeeded"
	// RunFailed means the run could not be done to its end.
	RunFailed RunResult = "Failed"
	// RunRefused means a requested run was not started.
	RunRefused RunResult = "Refused"
	// RunPlanned means the run said what it would do, and did nothing.
	RunPlanned RunResult = "Planned"
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
	// updated is the number of orders updated in the warehouse after they were changed in Order Manager.
	// +optional
	Updated int64 `json:"updated,omitempty"`
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
	// failed is the number of orders or products that are failing, or that a
	// person has to settle.
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
	// result of what the token asked for, or Refused.
	// +optional
	Result RunResult `json:"result,omitempty"`
	// reason in one word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// message in one sentence, when what was asked for was not done.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Message string `json:"message,omitempty"`
	// time at which the token was answered.
	// +optional
	Time *metav1.Time `json:"time,omitempty"`
}
