// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// OrderFilterField is a field of an order that a filter looks at.
// +kubebuilder:validation:Enum=OrderNumber;OrderType;OrderSource;SalesChannel;ShipCountry;ShipState;ShipZipCode;RequestedShippingService;ShippingCarrier;Label;CustomField1;CustomField2;CustomField3
type OrderFilterField string

// OrderFilterMode says what becomes of an order that matches.
// +kubebuilder:validation:Enum=Required;Restricted
type OrderFilterMode string

// OrderFilterMatch is how a value is compared.
// +kubebuilder:validation:Enum=Equal;StartsWith;EndsWith
type OrderFilterMatch string

// OrderFilter lets orders through, or leaves them out, by one field.
type OrderFilter struct {
	// field of the order that is looked at. The country is compared in ISO
	// 3166-1 alpha-3 and alpha-2.
	// +required
	Field OrderFilterField `json:"field,omitempty"`

	// mode says what becomes of an order that matches: with Required only
	// orders that match are sent, with Restricted those that match are not.
	// +required
	Mode OrderFilterMode `json:"mode,omitempty"`

	// match is how a value is compared. Case and blanks around do not matter.
	// +optional
	// +default="Equal"
	Match OrderFilterMatch `json:"match,omitempty"`

	// values to compare with; an order matches when any of them does.
	// +required
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=255
	// +kubebuilder:validation:items:Pattern=`\S`
	// +listType=set
	Values []string `json:"values,omitempty"`
}

// ItemFilterMode says what the SKUs of an item filter are.
// +kubebuilder:validation:Enum=Allow;Deny
type ItemFilterMode string

const (
	// ItemFilterAllow lets only lines with one of the SKUs through.
	ItemFilterAllow ItemFilterMode = "Allow"
	// ItemFilterDeny lets no line with one of the SKUs through.
	ItemFilterDeny ItemFilterMode = "Deny"
)

// ItemFilterAction says what becomes of a line that is not let through.
// +kubebuilder:validation:Enum=DropLine;SkipOrder
type ItemFilterAction string

const (
	// ItemFilterDropLine sends the order without the line.
	ItemFilterDropLine ItemFilterAction = "DropLine"
	// ItemFilterSkipOrder does not send the order.
	ItemFilterSkipOrder ItemFilterAction = "SkipOrder"
)

// ItemFilterSide says whose SKUs an item filter holds.
// +kubebuilder:validation:Enum=Source;Warehouse
type ItemFilterSide string

const (
	// ItemFilterSource is Order Manager.
	ItemFilterSource ItemFilterSide = "Source"
	// ItemFilterWarehouse is the warehouse.
	ItemFilterWarehouse ItemFilterSide = "Warehouse"
)

// ItemFilter lets lines of orders through, or not, by their SKU.
type ItemFilter struct {
	// mode says what the SKUs are: with Allow only lines with one of them are
	// let through, with Deny all others.
	// +required
	Mode ItemFilterMode `json:"mode,omitempty"`

	// action says what becomes of a line that is not let through: DropLine
	// sends the order without it, SkipOrder does not send the order.
	// +required
	Action ItemFilterAction `json:"action,omitempty"`

	// side says whose SKUs these are: Order Manager's (Source) or the
	// warehouse's (Warehouse).
	// +optional
	// +default="Source"
	Side ItemFilterSide `json:"side,omitempty"`

	// skus of the filter. Case and blanks around do not matter.
	// +required
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=500
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	// +kubebuilder:validation:items:Pattern=`\S`
	// +listType=set
	SKUs []string `json:"skus,omitempty"`
}
