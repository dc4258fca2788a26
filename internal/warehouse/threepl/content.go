// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// contentElement is the saved element in which an order remembers what it said
// when it was delivered, as digests.
//
// That the service keeps it is the assumption of routeElement. If it drops it,
// orders remember nothing: edits are then told only where the two orders
// differ for sure, and none is ever written.
const contentElement = "OrderSync Content"

// withDelivered puts what an order remembers of its delivery in place of what
// it remembered before.
func withDelivered(elements []savedElement, delivered fulfillment.Delivered) []savedElement {
	if delivered.IsZero() {
		return elements
	}
	kept := slices.DeleteFunc(slices.Clone(elements), func(e savedElement) bool { return strings.EqualFold(e.Name, contentElement) })
	return append(kept, savedElement{contentElement, delivered.String()})
}

func deliveredOf(elements []savedElement) fulfillment.Delivered {
	for _, element := range elements {
		if strings.EqualFold(element.Name, contentElement) {
			return fulfillment.ParseDelivered(element.Value)
		}
	}
	return fulfillment.Delivered{}
}

// contentOf is what an order says, of those of its members that an order is
// created with. Whether a house is a home is the carrier's to say, so it is left out.
func contentOf(identity string, document orderDocument, lines []fulfillment.WarehouseLine) fulfillment.Content {
	to, routing := document.ShipTo, document.RoutingInfo
	return fulfillment.Content{
		fulfillment.PartShipTo: fulfillment.Digest(identity, fulfillment.PartShipTo, to.CompanyName, to.Name, to.Address1, to.Address2,
			to.City, to.State, to.Zip, to.Country, to.PhoneNumber, to.EmailAddress),
		fulfillment.PartLines: fulfillment.Digest(identity, fulfillment.PartLines, unitsBySKU(lines)...),
		fulfillment.PartShipping: fulfillment.Digest(identity, fulfillment.PartShipping, routing.Carrier, routing.Mode, routing.SCACCode,
			routing.Account, routing.ShipPointZip, strconv.FormatBool(routing.IsCod), strconv.FormatBool(routing.IsInsurance),
			strconv.FormatBool(routing.RequiresDeliveryConf), document.BillingCode, document.ShippingNotes),
		fulfillment.PartNotes: fulfillment.Digest(identity, fulfillment.PartNotes,
			append([]string{document.Notes, document.FulfillInvInfo.GiftMessage}, lineNotes(document)...)...),
	}
}

func unitsBySKU(lines []fulfillment.WarehouseLine) []string {
	units := map[string]fulfillment.Quantity{}
	for _, line := range lines {
		units[strings.ToUpper(strings.TrimSpace(line.SKU))] += line.Ordered
	}
	texts := make([]string, 0, len(units))
	for sku, quantity := range units {
		texts = append(texts, sku+"\t"+strconv.FormatInt(int64(quantity), 10))
	}
	slices.Sort(texts)
	return texts
}

func lineNotes(document orderDocument) []string {
	lines, _, err := document.lines()
	if err != nil {
		return nil
	}
	var notes []string
	for _, line := range lines {
		if note := strings.TrimSpace(line.Notes); note != "" {
			notes = append(notes, note)
		}
	}
	slices.Sort(notes)
	return notes
}

// Content is what the service's order would say if the order were sent now: the
// document that would be sent, read as an answer is.
func (d *Driver) Content(order fulfillment.Order) fulfillment.Content {
	body, err := json.Marshal(d.newOrder(order, order.Number))
	if err != nil {
		return fulfillment.Content{}
	}
	var document orderDocument
	if err := json.Unmarshal(body, &document); err != nil {
		return fulfillment.Content{}
	}
	lines, err := linesOf(document, fulfillment.WarehouseOpen, nil, false)
	if err != nil {
		return fulfillment.Content{}
	}
	return contentOf(order.ID.String(), document, lines)
}
