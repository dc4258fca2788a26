// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
