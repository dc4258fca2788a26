// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

// withCarrier asks the merchant's table which carrier took a shipment, before
// the source's own names for it. It is judged in every run, without asking
// anyone, so that a shipment that is held goes as soon as its carrier is mapped.
func (r *shipmentConfirmation) withCarrier(order fulfillment.Order, verdict shipmentVerdict) shipmentVerdict {
	if verdict.shipment == nil {
		return verdict
	}
	shipment := verdict.shipment
	carrier, found := r.env.Mappings.Carrier(shipment.Carrier+" "+shipment.Service, shipment.Carrier, shipment.SCAC, shipment.Service)
	switch {
	case found == mapping.Undecided:
		return stuck(order, "", fulfillment.ReasonMappingUnreadable, "the carrier "+carrierInWords(*shipment)+": "+r.env.Mappings.Incomplete(mapping.Carriers))
	case found == mapping.Refused:
		return stuck(order, "", fulfillment.ReasonMappingRefused,
			"the rows for the carrier "+carrierInWords(*shipment)+" contradict each other or are wrong; see the condition MappingsAccepted")
	case found == mapping.Mapped:
		shipment.ShippingCarrier = carrier
	case r.config.HoldUnmappedCarrier && !r.env.Source.KnowsCarrier(*shipment):
		return stuck(order, "", fulfillment.ReasonUnmappedCarrier,
			"nothing tells which of Order Manager's carriers is "+carrierInWords(*shipment)+"; add a row to the carriers in spec.mappings")
	}
	return verdict
}

// carrierInWords are the warehouse's texts for a carrier.
func carrierInWords(shipment fulfillment.Shipment) string {
	var texts []string
	for _, text := range []string{shipment.Carrier, shipment.Service, shipment.SCAC} {
		if text = strings.Join(strings.Fields(text), " "); text != "" {
			texts = append(texts, quoted(text))
		}
	}
	if len(texts) == 0 {
		return "the one that the warehouse does not name"
	}
	return strings.Join(texts, ", ")
}

// quoted returns the beginning of a code in quotation marks.
func quoted(text string) string {
	const longest = 40
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return `"` + text + `"`
}
