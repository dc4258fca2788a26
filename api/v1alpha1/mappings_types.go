// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// MappingLabel is the label, with the value "true", of the ConfigMaps that hold
// mappings. Only those are watched.
const MappingLabel = "ordersync.dev/mapping"

// Mappings translate between the merchant's sales channels, Order Manager and
// the warehouse. Each table has rows here, in ConfigMaps, or in both; none
// overrides another.
type Mappings struct {
	// configMapRefs name ConfigMaps in this namespace with more rows. Each must
	// have the label ordersync.dev/mapping: "true".
	// +optional
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	// +listType=map
	// +listMapKey=name
	ConfigMapRefs []ConfigMapReference `json:"configMapRefs,omitempty"`

	// shipMethods say how the warehouse ships what a sales channel asks for.
	// +optional
	ShipMethods ShipMethodMapping `json:"shipMethods,omitzero"`

	// carriers say which of Order Manager's carriers the warehouse means.
	// +optional
	Carriers CarrierMapping `json:"carriers,omitzero"`

	// skuAliases pair SKUs of Order Manager with those of the warehouse, both
	// ways. A SKU without a row is the same on both sides.
	// +optional
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +listType=atomic
	SKUAliases []SKUAlias `json:"skuAliases,omitempty"`
}

// ConfigMapReference names a ConfigMap in the namespace of the object that holds it.
type ConfigMapReference struct {
	// name of the ConfigMap.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
}

// UnmappedCarrier says what becomes of a shipment whose carrier nothing tells.
// +kubebuilder:validation:Enum=OtherCarrier;Hold
type UnmappedCarrier string

const (
	// UnmappedCarrierOther reports it under Order Manager's OTHER_CARRIER.
	UnmappedCarrierOther UnmappedCarrier = "OtherCarrier"
	// UnmappedCarrierHold holds it until its carrier is mapped.
	UnmappedCarrierHold UnmappedCarrier = "Hold"
)

// CarrierMapping maps the warehouse's carriers to Order Manager's.
type CarrierMapping struct {
	// unmappedCarrier says what becomes of a shipment whose carrier no row, no
	// built-in name and no tracking number tells.
	// +optional
	// +default="OtherCarrier"
	UnmappedCarrier UnmappedCarrier `json:"unmappedCarrier,omitempty"`

	// rows of the table.
	// +optional
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +listType=atomic
	Rows []CarrierMappingRow `json:"rows,omitempty"`
}

// CarrierMappingRow maps one of the warehouse's carriers.
type CarrierMappingRow struct {
	// warehouseCarrier is the carrier, the SCAC or the service as the warehouse
	// writes it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	WarehouseCarrier string `json:"warehouseCarrier,omitempty"`

	// shippingCarrier is one of Order Manager's carriers, for example UPS or FEDEX.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	ShippingCarrier string `json:"shippingCarrier,omitempty"`
}

// SKUAlias pairs one SKU of Order Manager with one of the warehouse.
type SKUAlias struct {
	// masterSku is the SKU as it is spelled in Order Manager.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	MasterSKU string `json:"masterSku,omitempty"`

	// warehouseSku is the SKU as it is spelled in the warehouse.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	WarehouseSKU string `json:"warehouseSku,omitempty"`
}
