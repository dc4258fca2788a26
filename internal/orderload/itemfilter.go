// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"fmt"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

// ItemMode says what the SKUs of an item filter are.
type ItemMode string

const (
	// Allow: only lines with one of the SKUs pass.
	Allow ItemMode = "Allow"
	// Deny: lines with one of the SKUs do not pass.
	Deny ItemMode = "Deny"
)

// ItemAction says what becomes of a line that does not pass.
type ItemAction string

const (
	// DropLine sends the order without the line.
	DropLine ItemAction = "DropLine"
	// SkipOrder does not send the order.
	SkipOrder ItemAction = "SkipOrder"
)

// SKUSide says whose SKUs an item filter holds.
type SKUSide string

const (
	// SourceSKU is Order Manager's.
	SourceSKU SKUSide = "Source"
	// WarehouseSKU is the warehouse's, after SKU aliases.
	WarehouseSKU SKUSide = "Warehouse"
)

// ItemFilter lets lines through, or not, by their SKU.
type ItemFilter struct {
	Mode   ItemMode
	Action ItemAction
	Side   SKUSide
	// skus are folded.
	skus map[string]bool
}

// NewItemFilter returns an item filter; case and blanks around a SKU do not matter.
func NewItemFilter(mode ItemMode, action ItemAction, side SKUSide, skus []string) ItemFilter {
	f := ItemFilter{Mode: mode, Action: action, Side: side, skus: make(map[string]bool, len(skus))}
	for _, sku := range skus {
		f.skus[fold(sku)] = true
	}
	return f
}

// passes reports whether a line passes. One without a SKU cannot be judged: it
// passes, and the order is refused for it, or a line that nobody could read
// would be left out in silence.
func (f ItemFilter) passes(source, warehouse string) bool {
	sku := source
	if f.Side == WarehouseSKU {
		sku = warehouse
	}
	return strings.TrimSpace(source) == "" || f.skus[fold(sku)] == (f.Mode == Allow)
}

// keeps reports whether the line is sent, should its order be.
func (o Options) keeps(line fulfillment.Line) bool {
	return !slices.ContainsFunc(o.ItemFilters, func(f ItemFilter) bool {
		return f.Action == DropLine && !f.passes(line.SKU, o.SKU(line.SKU))
	})
}

// SKU returns what the warehouse calls a SKU of Order Manager.
func (o Options) SKU(sku string) string {
	if there, verdict := o.Mappings.WarehouseSKU(sku); verdict == mapping.Mapped {
		return there
	}
	return sku
}

// itemsFilteredOut says why the items leave the whole order out.
func (o Options) itemsFilteredOut(order, sent fulfillment.Order) (reason, message string) {
	for i, filter := range o.ItemFilters {
		if filter.Action != SkipOrder {
			continue
		}
		for _, line := range order.Lines {
			if !filter.passes(line.SKU, o.SKU(line.SKU)) {
				return fulfillment.ReasonItemFiltered, fmt.Sprintf("itemFilters[%d]: SKU %s", i, line.SKU)
			}
		}
	}
	if len(order.Lines) > 0 && len(sent.Lines) == 0 {
		return fulfillment.ReasonEveryLineDropped, "itemFilters leave out every line"
	}
	return "", ""
}
