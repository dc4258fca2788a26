// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// WarehouseFigure is the figure of the warehouse that stock is computed from.
// +kubebuilder:validation:Enum=Available;OnHand
type WarehouseFigure string

const (
	// WarehouseFigureAvailable is what the warehouse calls available.
	WarehouseFigureAvailable WarehouseFigure = "Available"
	// WarehouseFigureOnHand is what stands on the shelves; what the warehouse
	// has on hold or owes to its open orders is then taken off by this operator.
	WarehouseFigureOnHand WarehouseFigure = "OnHand"
)

// Qualifiers says what becomes of stock that the warehouse keeps under a qualifier.
// +kubebuilder:validation:Enum=Separate;Sum
type Qualifiers string

const (
	// QualifiersSeparate leaves it out: orders name no qualifier.
	QualifiersSeparate Qualifiers = "Separate"
	// QualifiersSum adds it to the stock without one.
	QualifiersSum Qualifiers = "Sum"
)

// ConnectionInventory says what is true of this merchant's stock.
type ConnectionInventory struct {
	// warehouseFigure is the figure of the warehouse that stock is computed from.
	// +optional
	// +default="Available"
	WarehouseFigure WarehouseFigure `json:"warehouseFigure,omitempty"`

	// qualifiers says what becomes of stock that 3PL Warehouse Manager keeps
	// under a qualifier: Separate leaves it out, Sum adds it up. Separate when
	// it is not set. Other systems have no qualifiers.
	// +optional
	Qualifiers Qualifiers `json:"qualifiers,omitempty"`

	// stockLocation is the location in Order Manager that is written to. Only an
	// in-house warehouse (DIRECT_FULFILLMENT) has locations; it needs one named
	// when it has several.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self.trim().size() > 0",message="must not be blank"
	StockLocation string `json:"stockLocation,omitempty"`

	// skus says which products are synced; all when it is not set.
	// +optional
	SKUs SKUSelection `json:"skus,omitzero"`
}

// SKUSelection picks products by Order Manager's SKU, compared whole and
// without regard to case.
// +kubebuilder:validation:MinProperties=1
type SKUSelection struct {
	// allow lists the only SKUs that are synced; all when it is empty.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1000
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	Allow []string `json:"allow,omitempty"`

	// deny lists SKUs that are not synced, also when allow names them.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1000
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	Deny []string `json:"deny,omitempty"`
}
