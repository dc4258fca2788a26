// SPDX-License-Identifier: Apache-2.0

package fulfillment

// Labels that a user puts on an order in Order Manager.
const (
	// AcknowledgedLabel says that a cancellation that came too late is settled.
	AcknowledgedLabel = "ordersync-acknowledged"
	// HoldLabel keeps an order from being sent for as long as it is there.
	HoldLabel = "ordersync-hold"
	// SkipLabel says that an order is never to be sent.
	SkipLabel = "ordersync-skip"
)
