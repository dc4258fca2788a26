// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// billingCodes are the service's codes for who pays the carrier. One is
// documented: carriage paid by the sender. For the others no code is sent, and
// the shipping notes say who pays, beside the account in the routing.
var billingCodes = map[fulfillment.BillingOption]string{
	fulfillment.BillSender: "Prepaid",
}

// billingNotes say what billingCodes cannot.
var billingNotes = map[fulfillment.BillingOption]string{
	fulfillment.BillRecipient:  "Bill carriage to the recipient",
	fulfillment.BillThirdParty: "Bill carriage to a third party",
	fulfillment.BillCollect:    "Carriage is paid on delivery",
}

// Values of Order Manager's deliveryConfirmation, an enumeration.
const (
	confirmationNone = "NO_CONFIRMATION"
	confirmationOnly = "DELIVERY_CONFIRMATION"
)

// signatureNotes say which signature is asked for.
var signatureNotes = map[string]string{
	"SIGNATURE_CONFIRMATION":        "Signature required",
	"ADULT_SIGNATURE_CONFIRMATION":  "Adult signature required",
	"DIRECT_SIGNATURE_CONFIRMATION": "Direct signature required",
}

// routingOf says how to ship. Carrier and mode are names that are set up in
// the warehouse; Order Manager's texts are given as they are, and a pair that
// the warehouse does not know is its refusal to report. A mode is a service of
// a carrier: where no carrier is named, the requested service is a note. What
// the merchant's table says is given alone: what it leaves blank is the
// warehouse's to choose.
func routingOf(order fulfillment.Order) newRouting {
	shipping := order.Shipping
	if shipping.IsZero() && order.Carrier != "" {
		shipping = fulfillment.Shipping{Carrier: order.Carrier, Mode: order.RequestedService}
	}
	return newRouting{
		Carrier:              shipping.Carrier,
		Mode:                 shipping.Mode,
		ScacCode:             shipping.SCAC,
		Account:              order.Billing.Account,
		ShipPointZip:         order.Billing.PostalCode,
		IsCod:                !order.Billing.CollectOnDelivery.IsZero(),
		IsInsurance:          !order.InsuredValue.IsZero(),
		RequiresDeliveryConf: order.Confirmation != "" && order.Confirmation != confirmationNone,
	}
}

// shippingNotes say to the packer what the service has no member for.
func shippingNotes(order fulfillment.Order) []string {
	var notes []string
	add := func(condition bool, note string) {
		if condition {
			notes = append(notes, note)
		}
	}
	add(order.Shipping.IsZero() && order.Carrier == "" && order.RequestedService != "", "Requested service "+order.RequestedService)
	signature, known := signatureNotes[order.Confirmation]
	add(known, signature)
	add(!known && order.Confirmation != "" && order.Confirmation != confirmationNone && order.Confirmation != confirmationOnly,
		"Delivery confirmation "+order.Confirmation)
	add(order.ReleaseWithoutSignature, "Release without signature")
	add(order.Saturday, "Saturday delivery")
	billing := billingNotes[order.Billing.Option]
	if billing != "" && order.Billing.Country != "" {
		billing += " in " + order.Billing.Country
	}
	add(billing != "", billing)
	add(!order.Billing.CollectOnDelivery.IsZero(), "Collect on delivery "+written(order.Billing.CollectOnDelivery))
	add(!order.InsuredValue.IsZero(), "Insure for "+written(order.InsuredValue))
	add(!order.ReceiveBy.IsZero(), "Deliver by "+order.ReceiveBy.UTC().Format(time.DateOnly))
	add(order.Gift, "Gift")
	return notes
}

func written(money fulfillment.Money) string { return joinFilled(" ", money.Amount, money.Currency) }
