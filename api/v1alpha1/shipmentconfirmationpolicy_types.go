// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// PartialShipments says what happens with an order of which a part has shipped.
// +kubebuilder:validation:Enum=WaitForAll;Split
type PartialShipments string

const (
	// PartialShipmentsWaitForAll confirms an order only when all of it has shipped.
	PartialShipmentsWaitForAll PartialShipments = "WaitForAll"
	// PartialShipmentsSplit splits off in Order Manager what has shipped, and confirms that.
	PartialShipmentsSplit PartialShipments = "Split"
)

// ShortShipped says what happens with an order that the warehouse closed
// without shipping all of it.
// +kubebuilder:validation:Enum=Hold;Split;ConfirmWhole
type ShortShipped string

const (
	// ShortShippedHold lists the order and writes nothing.
	ShortShippedHold ShortShipped = "Hold"
	// ShortShippedSplit splits off in Order Manager what has shipped, and confirms that.
	ShortShippedSplit ShortShipped = "Split"
	// ShortShippedConfirmWhole confirms the order as if all of it had shipped.
	ShortShippedConfirmWhole ShortShipped = "ConfirmWhole"
)

// NoTracking says what happens with a shipment that has no tracking number.
// +kubebuilder:validation:Enum=Wait;BillOfLading;Text
type NoTracking string

const (
	// NoTrackingWait lists the order and waits for a number.
	NoTrackingWait NoTracking = "Wait"
	// NoTrackingBillOfLading reports the bill of lading in place of a number.
	NoTrackingBillOfLading NoTracking = "BillOfLading"
	// NoTrackingText reports a text of the merchant's own.
	NoTrackingText NoTracking = "Text"
)

// AdditionalTracking says where the tracking numbers go that a shipment has
// besides the first.
// +kubebuilder:validation:Enum=None;InternalNotes;CustomField
type AdditionalTracking string

const (
	// AdditionalTrackingNone leaves them in the warehouse.
	AdditionalTrackingNone AdditionalTracking = "None"
	// AdditionalTrackingInternalNotes appends them to the order's internal notes.
	AdditionalTrackingInternalNotes AdditionalTracking = "InternalNotes"
	// AdditionalTrackingCustomField appends them to one of the order's custom fields.
	AdditionalTrackingCustomField AdditionalTracking = "CustomField"
)

// TrackingCorrections says what happens when the warehouse corrects the tracking
// number of a shipment that Order Manager was told already.
// +kubebuilder:validation:Enum=Report;Write
type TrackingCorrections string

const (
	// TrackingCorrectionsReport lists the order.
	TrackingCorrectionsReport TrackingCorrections = "Report"
	// TrackingCorrectionsWrite reports the corrected number, without a mail to the buyer.
	TrackingCorrectionsWrite TrackingCorrections = "Write"
)

// FreightCost says whether Order Manager is told what the carrier charged.
// +kubebuilder:validation:Enum=Omit;Send
type FreightCost string

const (
	// FreightCostOmit does not tell it.
	FreightCostOmit FreightCost = "Omit"
	// FreightCostSend tells it where the warehouse's order has it.
	FreightCostSend FreightCost = "Send"
)

// ShipmentConfirmationPolicy says when and how shipments are confirmed.
// +kubebuilder:validation:XValidation:rule="(has(self.noTracking) && self.noTracking == 'Text') == has(self.noTrackingText)",message="noTrackingText is required with noTracking: Text, and has no meaning without it"
// +kubebuilder:validation:XValidation:rule="(has(self.additionalTracking) && self.additionalTracking == 'CustomField') == has(self.additionalTrackingField)",message="additionalTrackingField is required with additionalTracking: CustomField, and has no meaning without it"
type ShipmentConfirmationPolicy struct {
	// schedule of the runs.
	// +required
	Schedule Schedule `json:"schedule,omitzero"`

	// partialShipments says what happens with an order of which a part has shipped.
	// +optional
	// +default="WaitForAll"
	PartialShipments PartialShipments `json:"partialShipments,omitempty"`

	// shortShipped says what happens with an order that the warehouse closed
	// without shipping all of it.
	// +optional
	// +default="Hold"
	ShortShipped ShortShipped `json:"shortShipped,omitempty"`

	// noTracking says what happens with a shipment that has no tracking number.
	// +optional
	// +default="Wait"
	NoTracking NoTracking `json:"noTracking,omitempty"`

	// noTrackingText stands in place of a tracking number with noTracking: Text.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[!-~]([ -~]*[!-~])?$')",message="must be printable ASCII without blanks at its ends"
	NoTrackingText string `json:"noTrackingText,omitempty"`

	// additionalTracking says where the tracking numbers go that a shipment has
	// besides the first. They are appended to what stands there.
	// +optional
	// +default="None"
	AdditionalTracking AdditionalTracking `json:"additionalTracking,omitempty"`

	// additionalTrackingField is the number of Order Manager's custom field with
	// additionalTracking: CustomField.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=3
	AdditionalTrackingField int32 `json:"additionalTrackingField,omitempty"`

	// trackingCorrections says what happens when the warehouse corrects the
	// tracking number of a shipment that Order Manager was told already.
	// +optional
	// +default="Report"
	TrackingCorrections TrackingCorrections `json:"trackingCorrections,omitempty"`

	// freightCost says whether Order Manager is told what the carrier charged.
	// +optional
	// +default="Omit"
	FreightCost FreightCost `json:"freightCost,omitempty"`

	// expectShippedWithin is the time within which a sent order is expected to
	// ship. One that has not is listed as Overdue, as is one whose ship-by date
	// has passed.
	// +optional
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('1h') && duration(self) <= duration('2160h')",message="must be between 1h and 2160h"
	ExpectShippedWithin *metav1.Duration `json:"expectShippedWithin,omitempty"`

	// updateChannel lets Order Manager pass the tracking on to the sales channel.
	// +optional
	// +default=true
	UpdateChannel *bool `json:"updateChannel,omitempty"`

	// notifyCustomer lets Order Manager mail the buyer.
	// +optional
	// +default=false
	NotifyCustomer *bool `json:"notifyCustomer,omitempty"`
}
