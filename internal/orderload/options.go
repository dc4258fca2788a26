// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

// Options are what a connection says of its orders. The zero value has every
// default.
type Options struct {
	// EarliestOrderDate leaves out orders placed before it; zero leaves out none.
	EarliestOrderDate time.Time
	// AdoptBefore is when this product took over: orders placed before it may
	// have been delivered by another. Zero is never.
	AdoptBefore time.Time
	// OrderTypes that are sent; empty means STANDARD and PRIME.
	OrderTypes []string
	// MinimumAge is how old an order is before it is sent; zero is any age.
	MinimumAge time.Duration

	// OrderNumber is the field that the warehouse knows the order by.
	OrderNumber NumberField
	// LoadCustomFields sends the order's custom fields along.
	LoadCustomFields bool
	// WholeCustomerNames keeps the buyer's name in one piece where the
	// destination has a first and a last name.
	WholeCustomerNames bool
	// ConcatShipCodeAndCarrier makes one text of both.
	ConcatShipCodeAndCarrier bool
	// LoadSalesChannelName adds the sales channel's name to the order source.
	LoadSalesChannelName bool
	// OrderSource is a fixed text for where orders come from.
	OrderSource string
	// DefaultEmail and DefaultPhone stand in where an order has none.
	DefaultEmail, DefaultPhone string

	Filters     []OrderFilter
	ItemFilters []ItemFilter

	// PreBuiltKits sends a kit under its own SKU: the warehouse keeps it built.
	// Otherwise a kit is sent as its components.
	PreBuiltKits bool
	// Compositions are what kits are made of, as far as they were asked for.
	// Without them an order with a kit is refused, unless kits are pre-built.
	Compositions Compositions

	// Mappings are the merchant's tables; nil is none.
	Mappings *mapping.Tables
	// RejectUnmapped holds an order whose ship method no row names.
	RejectUnmapped bool
}

// Decision is what becomes of an order.
type Decision int

const (
	// Send: the order is sent, as Verdict.Order says.
	Send Decision = iota
	// Skip: the options leave the order out, on purpose.
	Skip
	// Refuse: the order cannot be sent as it is; somebody has to mend it.
	Refuse
)

// Verdict is what the options make of an order.
type Verdict struct {
	Decision Decision
	// Order as it is to be sent. Its number is the reference's also when the
	// order is not sent.
	Order fulfillment.Order
	// Dropped are the lines that the item filters leave out, with their SKUs as
	// in Order Manager.
	Dropped []fulfillment.Line
	// Reason is one word of fulfillment's and Message a sentence of our own,
	// when the order is not sent.
	Reason, Message string
}

// MayBeAdopted reports whether another product may have delivered the order. One
// without a date is nobody's but ours.
func (o Options) MayBeAdopted(order fulfillment.Order) bool {
	return !order.OrderDate.IsZero() && order.OrderDate.Before(o.AdoptBefore)
}

// Load judges a waiting order.
func (o Options) Load(order fulfillment.Order, now time.Time) Verdict {
	sent, dropped := o.AsSent(order)
	v := Verdict{Decision: Skip, Order: sent, Dropped: dropped}
	for _, rule := range []func() (reason, message string){
		func() (string, string) { return o.leftOut(order, now) },
		func() (string, string) { return o.filteredOut(order, sent) },
	} {
		if v.Reason, v.Message = rule(); v.Reason != "" {
			return v
		}
	}
	v.Decision = Refuse
	if v.Reason, v.Message = o.undecidedItems(order); v.Reason != "" {
		return v
	}
	v.Decision = Skip
	if v.Reason, v.Message = o.itemsFilteredOut(order, sent); v.Reason != "" {
		return v
	}
	v.Decision = Refuse
	if v.Reason, v.Message = unfit(sent); v.Reason != "" {
		return v
	}
	if v.Reason, v.Message = o.unknownKit(sent); v.Reason != "" {
		return v
	}
	if v.Reason, v.Message = o.unmapped(sent); v.Reason != "" {
		return v
	}
	if v.Reason, v.Message = undeliverable(sent); v.Reason != "" {
		return v
	}
	v.Decision = Send
	return v
}
