// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// VendureDestination is one channel and one stock location of a Vendure.
// +kubebuilder:validation:XValidation:rule="has(self.channel) == has(oldSelf.channel) && (!has(self.channel) || self.channel == oldSelf.channel)",fieldPath=".channel",message="cannot be changed: open orders live in this channel; create a new connection"
type VendureDestination struct {
	// url of the Vendure server. Without a path the admin API is at /admin-api.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHostname() != '' && !self.matches('[@?#\\\\s]')",message="must be an http or https URL with a host and without user information, query and fragment"
	URL string `json:"url,omitempty"`

	// secretRef names the Secret with the keys username and password of an
	// administrator, and hosts, the hosts that they may be sent to.
	// +required
	SecretRef SecretReference `json:"secretRef,omitzero"`

	// caBundleRef names certificates of a private certificate authority.
	// +optional
	CABundleRef *CABundleReference `json:"caBundleRef,omitempty"`

	// channel is the token of the merchant's channel. When it is not set, the
	// default channel is meant.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:Pattern=`^[!-~]+$`
	Channel string `json:"channel,omitempty"`

	// stockLocation is the name of the building whose stock is synced.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self.trim().size() > 0",message="must not be blank"
	StockLocation string `json:"stockLocation,omitempty"`

	// shippingMethod is the code of the shipping method of every order. When it
	// is not set, an order gets the first that is eligible for it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	ShippingMethod string `json:"shippingMethod,omitempty"`
}
