// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

// unmapped returns why the merchant's tables hold an order back. It is judged
// in every run, so that the order goes as soon as what it needs is mapped.
func (o Options) unmapped(order fulfillment.Order) (reason, message string) {
	for _, line := range order.Lines {
		if _, verdict := o.Mappings.WarehouseSKU(line.SKU); verdict == mapping.Refused {
			return fulfillment.ReasonMappingRefused, mapping.AliasRefused(line.SKU)
		}
	}
	if reason, message = o.undecided(order); reason != "" {
		return reason, message
	}
	_, verdict := o.Mappings.ShipMethod(order.ChannelName, order.RequestedService)
	switch {
	case verdict == mapping.Undecided:
		return fulfillment.ReasonMappingUnreadable, shipMethodInWords(order) + ": " + o.Mappings.Incomplete(mapping.ShipMethods)
	case verdict == mapping.Refused:
		return fulfillment.ReasonMappingRefused,
			"the rows for " + shipMethodInWords(order) + " contradict each other or are wrong; see the condition MappingsAccepted"
	case verdict == mapping.Unmapped && o.RejectUnmapped:
		return fulfillment.ReasonUnmappedShipMethod,
			"no row names " + shipMethodInWords(order) + "; add one to the shipMethods in spec.mappings"
	}
	return "", ""
}

// undecided returns why nobody knows what the warehouse calls a line, while
// aliases cannot be read. It never passes as itself.
func (o Options) undecided(order fulfillment.Order) (reason, message string) {
	for _, line := range order.Lines {
		if _, verdict := o.Mappings.WarehouseSKU(line.SKU); verdict == mapping.Undecided {
			return fulfillment.ReasonMappingUnreadable, o.Mappings.AliasUndecided(line.SKU)
		}
	}
	return "", ""
}

// undecidedItems is undecided, of an order whose lines a filter tells by the
// warehouse's SKUs: without them it would drop lines, or the order, by guess.
func (o Options) undecidedItems(order fulfillment.Order) (reason, message string) {
	if slices.ContainsFunc(o.ItemFilters, func(f ItemFilter) bool { return f.Side == WarehouseSKU }) {
		return o.undecided(order)
	}
	return "", ""
}

// shipMethodInWords names the code that an order asks for.
func shipMethodInWords(order fulfillment.Order) string {
	text := `ship method "` + short(order.RequestedService) + `"`
	if strings.TrimSpace(order.RequestedService) == "" {
		text = `the ship method of an order that asks for none ("` + mapping.NoService + `")`
	}
	if channel := short(order.ChannelName); channel != "" {
		text += ` of channel "` + channel + `"`
	}
	return text
}

// short returns the beginning of a code in one line.
func short(text string) string {
	const longest = 48
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}
