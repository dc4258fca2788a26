// SPDX-License-Identifier: Apache-2.0

package fulfillment

import (
	"slices"
	"strings"
)

// Labels that a user puts on an order in Order Manager.
const (
	// AcknowledgedLabel says that a cancellation that came too late is settled.
	AcknowledgedLabel = "ordersync-acknowledged"
	// HoldLabel keeps an order from being sent for as long as it is there.
	HoldLabel = "ordersync-hold"
	// SkipLabel says that an order is never to be sent.
	SkipLabel = "ordersync-skip"
)

// SplitLabel is the label of an order that this operator split off another one
// for what had shipped of it. The warehouse has it under the other's identity,
// so it is never sent.
const SplitLabel = "ordersync-split"

// SplitOff reports whether the order carries the label.
func (o Order) SplitOff() bool {
	return slices.ContainsFunc(o.Labels, func(label string) bool { return strings.EqualFold(strings.TrimSpace(label), SplitLabel) })
}
