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

// PickupStatus is an Order Manager status from which orders are downloaded.
// +kubebuilder:validation:Enum=AWAITING_3PL_EXPORT;AWAITING_DROPSHIP;AWAITING_SHIPMENT;AWAITING_MC_FULFILLMENT;AWAITING_PAYMENT;PENDING_FULFILLMENT
type PickupStatus string

const (
	// PickupAwaiting3PLExport is the status of a paid order that waits for a third-party warehouse.
	PickupAwaiting3PLExport PickupStatus = "AWAITING_3PL_EXPORT"
	// PickupAwaitingDropship is the status of an order that waits for a dropship vendor.
	PickupAwaitingDropship PickupStatus = "AWAITING_DROPSHIP"
	// PickupAwaitingShipment is the status of an order that waits in an in-house warehouse.
	PickupAwaitingShipment PickupStatus = "AWAITING_SHIPMENT"
	// PickupAwaitingMCFulfillment is the status of an order that waits for a sales channel's own fulfilment.
	PickupAwaitingMCFulfillment PickupStatus = "AWAITING_MC_FULFILLMENT"
	// PickupAwaitingPayment is the status of an order that is not paid yet.
	PickupAwaitingPayment PickupStatus = "AWAITING_PAYMENT"
	// PickupPendingFulfillment is the status of an order that Order Manager calls sent.
	PickupPendingFulfillment PickupStatus = "PENDING_FULFILLMENT"
)

// OrderNumberField is the field of an order that the warehouse knows it by.
// +kubebuilder:validation:Enum=OrderNumber;OrderID;CustomField1;CustomField2;CustomField3
type OrderNumberField string

// OrderType is Order Manager's orderType.
// +kubebuilder:validation:Enum=STANDARD;PRIME;POS;FBA_WORKFLOW;FBA;STOCK_TRANSFER
type OrderType string

// OrderSelection says which orders are downloaded, and what of an order.
// +kubebuilder:validation:XValidation:rule="has(self.labelDownloadedOrders) || !has(self.pickupStatuses) || self.pickupStatuses.all(status, status in ['AWAITING_3PL_EXPORT', 'AWAITING_DROPSHIP'])",fieldPath=".labelDownloadedOrders",reason=FieldValueRequired,message="is required with these pickupStatuses: from AWAITING_3PL_EXPORT and AWAITING_DROPSHIP alone Order Manager marks an order as sent, in any other the label is the mark"
// +kubebuilder:validation:XValidation:rule="!has(self.pickupStatuses) || self.pickupStatuses.all(status, status in ['AWAITING_3PL_EXPORT', 'AWAITING_DROPSHIP']) || !has(oldSelf.pickupStatuses) || oldSelf.pickupStatuses.all(status, status in ['AWAITING_3PL_EXPORT', 'AWAITING_DROPSHIP']) || !has(oldSelf.labelDownloadedOrders) || !has(self.labelDownloadedOrders) || self.labelDownloadedOrders.lowerAscii() == oldSelf.labelDownloadedOrders.lowerAscii()",fieldPath=".labelDownloadedOrders",message="cannot be changed while it is the mark of a pickup status: orders with the old label would count as waiting again"
type OrderSelection struct {
	// earliestOrderDate leaves out orders placed before this day (YYYY-MM-DD, UTC).
	// +optional
	// +kubebuilder:validation:MinLength=10
	// +kubebuilder:validation:MaxLength=10
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{4}-[0-9]{2}-[0-9]{2}$') && timestamp(self + 'T00:00:00Z') > timestamp('2000-01-01T00:00:00Z')",message="must be a day, YYYY-MM-DD, after the year 2000"
	EarliestOrderDate string `json:"earliestOrderDate,omitempty"`

	// adoptBefore is the day (YYYY-MM-DD, UTC) before which another product
	// delivered orders to the warehouse. Those carry no identity of ours: they are
	// recognised by number, postal code and lines, and adopted.
	// +optional
	// +kubebuilder:validation:MinLength=10
	// +kubebuilder:validation:MaxLength=10
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{4}-[0-9]{2}-[0-9]{2}$') && timestamp(self + 'T00:00:00Z') > timestamp('2000-01-01T00:00:00Z')",message="must be a day, YYYY-MM-DD, after the year 2000"
	AdoptBefore string `json:"adoptBefore,omitempty"`

	// pickupStatuses are the Order Manager statuses from which orders are
	// downloaded. Any but AWAITING_3PL_EXPORT and AWAITING_DROPSHIP needs
	// labelDownloadedOrders.
	// +optional
	// +default=["AWAITING_3PL_EXPORT"]
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=6
	// +listType=set
	PickupStatuses []PickupStatus `json:"pickupStatuses,omitempty"`

	// labelDownloadedOrders is the name of a label that every downloaded order
	// gets in Order Manager. It is made when there is none of the name. An open
	// order that carries it counts as sent.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	// +kubebuilder:validation:Pattern=`^\S(.*\S)?$`
	// +kubebuilder:validation:XValidation:rule="!(self.lowerAscii() in ['ordersync-hold', 'ordersync-skip', 'ordersync-split', 'ordersync-acknowledged'])",message="is a label that means something else"
	LabelDownloadedOrders string `json:"labelDownloadedOrders,omitempty"`

	// orderTypes are the types of orders that are downloaded.
	// +optional
	// +default=["STANDARD","PRIME"]
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=6
	// +listType=set
	OrderTypes []OrderType `json:"orderTypes,omitempty"`

	// minimumAge is how long ago an order was placed, at least, before it is
	// downloaded: time for the buyer's second thoughts.
	// +optional
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('1m') && duration(self) <= duration('168h')",message="must be between 1m and 168h"
	MinimumAge *metav1.Duration `json:"minimumAge,omitempty"`

	// orderNumber is the field of the order that becomes its reference in the
	// warehouse. Where it is blank, the order number takes its place.
	// +optional
	// +default="OrderNumber"
	OrderNumber OrderNumberField `json:"orderNumber,omitempty"`

	// loadCustomFields sends the custom fields of the order and of its lines to the warehouse.
	// +optional
	// +default=false
	LoadCustomFields *bool `json:"loadCustomFields,omitempty"`

	// splitCustomerNames splits the buyer's name into a first and a last name
	// where the destination has two fields.
	// +optional
	// +default=true
	SplitCustomerNames *bool `json:"splitCustomerNames,omitempty"`

	// concatShipCodeAndCarrier makes one text of ship code and carrier, for
	// orders that name a shipping service by its id.
	// +optional
	// +default=false
	ConcatShipCodeAndCarrier *bool `json:"concatShipCodeAndCarrier,omitempty"`

	// loadSalesChannelName adds the sales channel's name to the order source.
	// +optional
	// +default=false
	LoadSalesChannelName *bool `json:"loadSalesChannelName,omitempty"`

	// orderSource is what the warehouse is told in its field for where the
	// order comes from.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	// +kubebuilder:validation:Pattern=`^\S(.*\S)?$`
	OrderSource string `json:"orderSource,omitempty"`

	// defaultOrderEmail is the mail address of orders that have none.
	// +optional
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=254
	// +kubebuilder:validation:Pattern=`^[^@\s]+@[^@\s]+$`
	DefaultOrderEmail string `json:"defaultOrderEmail,omitempty"`

	// defaultOrderPhone is the phone number of orders that have none.
	// +optional
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=40
	// +kubebuilder:validation:Pattern=`^\+?[0-9][0-9 ().x/-]*$`
	DefaultOrderPhone string `json:"defaultOrderPhone,omitempty"`

	// edits is what becomes of an order that is changed in Order Manager after it
	// was sent: it is reported, or the warehouse's order is updated.
	// +optional
	// +default="Report"
	Edits EditRule `json:"edits,omitempty"`

	// kits says how an order's kits are sent, and how their stock is counted:
	// Exploded sends a kit as its components, PreBuilt under its own SKU.
	// +optional
	// +default="Exploded"
	Kits Kits `json:"kits,omitempty"`

	// filters let orders through, or leave them out, by a field. An order is
	// downloaded when every filter lets it through.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Filters []OrderFilter `json:"filters,omitempty"`

	// itemFilters let lines of orders through, or not, by their SKU.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	ItemFilters []ItemFilter `json:"itemFilters,omitempty"`
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
