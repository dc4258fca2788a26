// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// OrderManagerConnectionSpec says who is kept in step: one order source, one
// order destination, their credentials, and what is true of this merchant's orders.
// +kubebuilder:validation:XValidation:rule="!has(self.inventory) || !has(self.inventory.qualifiers) || has(self.destination.threePLWarehouseManager)",message="inventory.qualifiers belongs to 3PL Warehouse Manager: no other system has qualifiers"
type OrderManagerConnectionSpec struct {
	// source is where orders come from and where stock is reported to.
	// +required
	Source OrderSource `json:"source,omitzero"`

	// destination is the warehouse system that ships the orders.
	// +required
	Destination OrderDestination `json:"destination,omitzero"`

	// orders says which orders are downloaded, and what of an order.
	// +optional
	Orders OrderSelection `json:"orders,omitzero"`

	// mappings translate ship methods, carriers and SKUs.
	// +optional
	Mappings *Mappings `json:"mappings,omitempty"`

	// inventory says what is true of this merchant's stock.
	// +optional
	Inventory ConnectionInventory `json:"inventory,omitzero"`

	// shipments says what is true of this merchant's shipments.
	// +optional
	Shipments ConnectionShipments `json:"shipments,omitzero"`

	// suspend stops every routine of this connection. A run under way ends at
	// the next page.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// OrderSource is a union: exactly one member is set.
// +kubebuilder:validation:ExactlyOneOf=orderManager
type OrderSource struct {
	// orderManager is Extensiv Order Manager (formerly Skubana).
	// +optional
	OrderManager *OrderManagerSource `json:"orderManager,omitempty"`
}

// OrderDestination is a union: exactly one member is set. Its kind cannot be
// changed, because open orders live in the system it names.
// +kubebuilder:validation:ExactlyOneOf=threePLWarehouseManager;vendure
// +kubebuilder:validation:XValidation:rule="has(self.threePLWarehouseManager) == has(oldSelf.threePLWarehouseManager) && has(self.vendure) == has(oldSelf.vendure)",message="the kind of destination cannot be changed: open orders live there; create a new connection"
type OrderDestination struct {
	// threePLWarehouseManager is Extensiv 3PL Warehouse Manager.
	// +optional
	ThreePLWarehouseManager *ThreePLWarehouseManagerDestination `json:"threePLWarehouseManager,omitempty"`

	// vendure is Vendure, an open-source commerce and order system.
	// +optional
	Vendure *VendureDestination `json:"vendure,omitempty"`
}

// OrderManagerSource is one warehouse of one Extensiv Order Manager account.
type OrderManagerSource struct {
	// url of the Order Manager API.
	// +optional
	// +default="https://api.skubana.com"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHostname() != '' && !self.matches('[@?#\\\\s]')",message="must be an http or https URL with a host and without user information, query and fragment"
	URL string `json:"url,omitempty"`

	// tokenURL is where username and password are exchanged for a token. When
	// it is not set, the token endpoint that belongs to url is used. It has no
	// meaning with an accessToken.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHostname() != '' && !self.matches('[@?#\\\\s]')",message="must be an http or https URL with a host and without user information, query and fragment"
	TokenURL string `json:"tokenURL,omitempty"`

	// secretRef names the Secret with the keys username and password, or
	// accessToken; and optionally hosts, the hosts besides the default one that
	// the credentials may be sent to.
	// +required
	SecretRef SecretReference `json:"secretRef,omitzero"`

	// caBundleRef names certificates of a private certificate authority.
	// +optional
	CABundleRef *CABundleReference `json:"caBundleRef,omitempty"`

	// warehouseName is the name of the warehouse in Order Manager, compared
	// whole and without regard to case. "*" means every warehouse of the
	// account, and then no inventory is synced.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self.trim().size() > 0",message="must not be blank; \"*\" means every warehouse"
	WarehouseName string `json:"warehouseName,omitempty"`
}

// ThreePLWarehouseManagerDestination is one customer at one facility of
// Extensiv 3PL Warehouse Manager.
type ThreePLWarehouseManagerDestination struct {
	// url of the 3PL Warehouse Manager API.
	// +optional
	// +default="https://secure-wms.com"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHostname() != '' && !self.matches('[@?#\\\\s]')",message="must be an http or https URL with a host and without user information, query and fragment"
	URL string `json:"url,omitempty"`

	// secretRef names the Secret with the keys clientID and clientSecret; and
	// optionally hosts, the hosts besides the default one that the credentials
	// may be sent to.
	// +required
	SecretRef SecretReference `json:"secretRef,omitzero"`

	// caBundleRef names certificates of a private certificate authority.
	// +optional
	CABundleRef *CABundleReference `json:"caBundleRef,omitempty"`

	// userLogin is the login, or the numeric user id, that the integration acts as.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	UserLogin string `json:"userLogin,omitempty"`

	// tpl is the 3PL key (a GUID), needed only with credentials that are bound
	// to one tenant.
	// +optional
	// +kubebuilder:validation:MinLength=32
	// +kubebuilder:validation:MaxLength=38
	// +kubebuilder:validation:Pattern=`^([0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}|\{[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}\})$`
	TPL string `json:"tpl,omitempty"`

	// customerID is the merchant's number in the warehouse system.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="cannot be changed: open orders live with this customer; create a new connection"
	CustomerID int64 `json:"customerID,omitempty"`

	// facilityID is the number of the building in the warehouse system.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="cannot be changed: open orders live in this facility; create a new connection"
	FacilityID int64 `json:"facilityID,omitempty"`

	// timeZone is the facility's clock, an IANA name: the warehouse's dates
	// carry no offset.
	// +optional
	// +default="UTC"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z][A-Za-z0-9/_+-]*$') && self != 'Local' && timestamp('2026-01-01T00:00:00Z').getHours(self) >= 0",message="must be an IANA time zone, for example America/Los_Angeles"
	TimeZone string `json:"timeZone,omitempty"`
}

// SecretReference names a Secret in the namespace of the object that holds it.
type SecretReference struct {
	// name of the Secret.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
}

// CABundleKind is where a bundle of certificates is kept.
// +kubebuilder:validation:Enum=ConfigMap;Secret
type CABundleKind string

const (
	// CABundleConfigMap keeps the bundle in a ConfigMap.
	CABundleConfigMap CABundleKind = "ConfigMap"
	// CABundleSecret keeps the bundle in a Secret.
	CABundleSecret CABundleKind = "Secret"
)

// CABundleReference names PEM certificates in the namespace of the object that holds it.
type CABundleReference struct {
	// kind of the object that holds the certificates.
	// +optional
	// +default="ConfigMap"
	Kind CABundleKind `json:"kind,omitempty"`

	// name of the object that holds the certificates.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// key under which the certificates stand.
	// +optional
	// +default="ca.crt"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Key string `json:"key,omitempty"`
}

// OrderManagerConnection says who is kept in step: one order source and one
// order destination. Its status carries everything that happened on it.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=omc,categories=ordersync
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Orders",type=date,JSONPath=`.status.routines[?(@.name=="OrderDownload")].lastSuccessTime`
// +kubebuilder:printcolumn:name="Shipments",type=date,JSONPath=`.status.routines[?(@.name=="ShipmentConfirmation")].lastSuccessTime`
// +kubebuilder:printcolumn:name="Stock",type=date,JSONPath=`.status.routines[?(@.name=="InventorySync")].lastSuccessTime`
// +kubebuilder:printcolumn:name="Failing",type=integer,JSONPath=`.status.failing`
// +kubebuilder:printcolumn:name="Drift",type=integer,JSONPath=`.status.drift`
// +kubebuilder:printcolumn:name="Next orders",type=string,JSONPath=`.status.routines[?(@.name=="OrderDownload")].nextRun`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:selectablefield:JSONPath=`.spec.suspend`
type OrderManagerConnection struct {
	metav1.TypeMeta `json:",inline"`
	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what the user wants.
	// +required
	Spec OrderManagerConnectionSpec `json:"spec,omitzero"`

	// status is what was seen and done.
	// +optional
	// +default={"observedGeneration": -1}
	Status OrderManagerConnectionStatus `json:"status,omitzero"`
}

// OrderManagerConnectionList is a list of connections.
// +kubebuilder:object:root=true
type OrderManagerConnectionList struct {
	metav1.TypeMeta `json:",inline"`
	// metadata of the list.
	// +optional
	metav1.ListMeta `json:"metadata,omitzero"`

	// items of the list.
	// +required
	Items []OrderManagerConnection `json:"items"`
}
