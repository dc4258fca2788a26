// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// UnmappedShipMethod says what becomes of an order whose ship method no row names.
// +kubebuilder:validation:Enum=Reject;PassThrough
type UnmappedShipMethod string

const (
	// UnmappedReject holds the order until its ship method is mapped.
	UnmappedReject UnmappedShipMethod = "Reject"
	// UnmappedPassThrough sends the order with Order Manager's carrier and the
	// channel's text.
	UnmappedPassThrough UnmappedShipMethod = "PassThrough"
)

// ShipMethodMapping maps the channels' ship methods to the warehouse's.
type ShipMethodMapping struct {
	// unmapped says what becomes of an order whose ship method no row names.
	// +optional
	// +default="PassThrough"
	Unmapped UnmappedShipMethod `json:"unmapped,omitempty"`

	// rows of the table.
	// +optional
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +listType=atomic
	Rows []ShipMethodRow `json:"rows,omitempty"`
}

// ShipMethodRow maps one requested service.
// +kubebuilder:validation:XValidation:rule="has(self.carrier) || has(self.mode) || has(self.scac)",message="must name a carrier, a mode or a scac"
type ShipMethodRow struct {
	// service is the shipping service as the channel asks for it; "(none)" is an
	// order that asks for none.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Service string `json:"service,omitempty"`

	// channel restricts the row to one sales channel, by its name in Order
	// Manager. It goes before a row for every channel.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Channel string `json:"channel,omitempty"`

	// carrier in the warehouse's words.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Carrier string `json:"carrier,omitempty"`

	// mode is the service in the warehouse's words.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Mode string `json:"mode,omitempty"`

	// scac is the carrier's Standard Carrier Alpha Code.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	SCAC string `json:"scac,omitempty"`
}
