// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// defaultOrderTypes are the types that a warehouse ships for a merchant.
var defaultOrderTypes = []string{"STANDARD", "PRIME"}

// leftOut says why an order is not to be sent, now or ever. What the order
// does not say leaves it out of nothing.
func (o Options) leftOut(order fulfillment.Order, now time.Time) (reason, message string) {
	types := o.OrderTypes
	if len(types) == 0 {
		types = defaultOrderTypes
	}
	switch {
	case HasLabel(order, fulfillment.SkipLabel):
		return fulfillment.ReasonSkippedByLabel, "it has the label " + fulfillment.SkipLabel
	case HasLabel(order, fulfillment.HoldLabel):
		return fulfillment.ReasonHeldByLabel, "it has the label " + fulfillment.HoldLabel
	case order.Type != "" && !slices.Contains(types, order.Type):
		return fulfillment.ReasonOtherOrderType, "its type is not one of orderTypes"
	case !order.OrderDate.IsZero() && order.OrderDate.Before(o.EarliestOrderDate):
		return fulfillment.ReasonTooOld, "it was placed before earliestOrderDate"
	case !order.OrderDate.IsZero() && o.MinimumAge > 0 && now.Sub(order.OrderDate) < o.MinimumAge:
		return fulfillment.ReasonTooYoung, fmt.Sprintf("it is younger than minimumAge, %s", o.MinimumAge)
	}
	return "", ""
}

// HasLabel reports whether an order has a label in Order Manager, where people
// write labels by hand: case and blanks around do not matter.
func HasLabel(order fulfillment.Order, label string) bool {
	return slices.ContainsFunc(order.Labels, func(l string) bool { return same(l, label) })
}

// fold makes texts comparable that people type: case and blanks around do not matter.
func fold(text string) string { return strings.ToUpper(strings.TrimSpace(text)) }

func same(a, b string) bool { return fold(a) == fold(b) }
