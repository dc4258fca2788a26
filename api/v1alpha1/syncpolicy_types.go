// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SyncPolicySpec says when and how the connections it selects are kept in
// step. A routine is switched on by naming it.
// +kubebuilder:validation:XValidation:rule="has(self.orderDownload) || has(self.orderCancelDownload) || has(self.shipmentConfirmation) || has(self.inventorySync)",message="name at least one routine"
type SyncPolicySpec struct {
	// connections selects the connections in this namespace that the policy governs.
	// +required
	Connections ConnectionSelection `json:"connections,omitzero"`

	// timeZone in which cron schedules are read, an IANA name.
	// +optional
	// +default="UTC"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z][A-Za-z0-9/_+-]*$') && self != 'Local' && timestamp('2026-01-01T00:00:00Z').getHours(self) >= 0",message="must be an IANA time zone, for example America/New_York"
	TimeZone string `json:"timeZone,omitempty"`

	// suspend stops the routines of every connection that the policy governs.
	// A suspended policy still governs: no other policy takes its place.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// mode says whether runs write. In Plan every routine runs without writing
	// anything to either system; what it would do is counted in status and listed
	// in a ConfigMap beside the connection.
	// +optional
	// +default="Sync"
	Mode SyncMode `json:"mode,omitempty"`

	// orderDownload brings waiting orders to the warehouse and marks them sent.
	// +optional
	OrderDownload *OrderDownloadPolicy `json:"orderDownload,omitempty"`

	// orderCancelDownload cancels in the warehouse what Order Manager no longer
	// wants shipped from it.
	// +optional
	OrderCancelDownload *OrderCancelDownloadPolicy `json:"orderCancelDownload,omitempty"`

	// shipmentConfirmation brings tracking back to Order Manager.
	// +optional
	ShipmentConfirmation *ShipmentConfirmationPolicy `json:"shipmentConfirmation,omitempty"`

	// inventorySync brings available stock back to Order Manager.
	// +optional
	InventorySync *InventorySyncPolicy `json:"inventorySync,omitempty"`
}

// ConnectionSelection picks connections of the policy's own namespace, by name
// or by label.
// +kubebuilder:validation:ExactlyOneOf=names;selector
type ConnectionSelection struct {
	// names of connections. A policy that names a connection governs it before
	// one that selects it by label.
	// +optional
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=500
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	// +listType=set
	Names []string `json:"names,omitempty"`

	// selector of connections by label; {} selects every connection in the namespace.
	// +optional
	Selector *metav1.LabelSelector `json:"selector,omitempty"`
}

// OrderDownloadPolicy says when orders are downloaded.
type OrderDownloadPolicy struct {
	// schedule of the runs.
	// +required
	Schedule Schedule `json:"schedule,omitzero"`
}

// OrderCancelDownloadPolicy says when cancellations are downloaded.
type OrderCancelDownloadPolicy struct {
	// schedule of the runs.
	// +required
	Schedule Schedule `json:"schedule,omitzero"`

	// warehouseCancelled says what happens with an order that the warehouse
	// cancelled by itself.
	// +optional
	// +default="Report"
	WarehouseCancelled WarehouseCancelled `json:"warehouseCancelled,omitempty"`
}

// SyncPolicyStatus says how many connections the policy governs and how they fare.
type SyncPolicyStatus struct {
	// conditions of the policy: Accepted, ConnectionsResolved, Uncontested, Ready;
	// Reconciling and Stalled only while true.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation of the spec that was last looked at.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// connections is the number of connections that the policy governs.
	// +optional
	Connections int32 `json:"connections"`

	// readyConnections is the number of governed connections that are ready.
	// +optional
	ReadyConnections int32 `json:"readyConnections"`

	// ready is readyConnections and connections in one text, for example 297/300.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Ready string `json:"ready,omitempty"`

	// failing is the number of failing orders of all governed connections.
	// +optional
	Failing int64 `json:"failing"`

	// oldestSuccessTime is the oldest last success of any governed routine. It
	// is refreshed at most once a minute.
	// +optional
	OldestSuccessTime *metav1.Time `json:"oldestSuccessTime,omitempty"`

	// nextRun is the time of the next run of any governed routine (RFC 3339). It
	// is refreshed at most once a minute.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	NextRun string `json:"nextRun,omitempty"`
}

// SyncPolicy says when and how the connections it selects are kept in step.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=syncpol,categories=ordersync
// +kubebuilder:printcolumn:name="Connections",type=integer,JSONPath=`.status.connections`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.ready`
// +kubebuilder:printcolumn:name="Failing",type=integer,JSONPath=`.status.failing`
// +kubebuilder:printcolumn:name="Mode",type=string,JSONPath=`.spec.mode`
// +kubebuilder:printcolumn:name="Suspended",type=boolean,JSONPath=`.spec.suspend`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Oldest success",type=date,priority=1,JSONPath=`.status.oldestSuccessTime`
// +kubebuilder:printcolumn:name="Next run",type=string,priority=1,JSONPath=`.status.nextRun`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
type SyncPolicy struct {
	metav1.TypeMeta `json:",inline"`
	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what the user wants.
	// +required
	Spec SyncPolicySpec `json:"spec,omitzero"`

	// status is what was seen and done.
	// +optional
	// +default={"observedGeneration": -1}
	Status SyncPolicyStatus `json:"status,omitzero"`
}

// SyncPolicyList is a list of policies.
// +kubebuilder:object:root=true
type SyncPolicyList struct {
	metav1.TypeMeta `json:",inline"`
	// metadata of the list.
	// +optional
	metav1.ListMeta `json:"metadata,omitzero"`

	// items of the list.
	// +required
	Items []SyncPolicy `json:"items"`
}
