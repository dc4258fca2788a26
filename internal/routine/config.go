// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// OrderDownloadConfig is what OrderDownload is told by the connection and its policy.
type OrderDownloadConfig struct {
	// EarliestOrderDate leaves out orders placed before it; zero leaves out none.
	EarliestOrderDate time.Time
	// OrderTypes that are downloaded; empty means STANDARD and PRIME.
	OrderTypes []string
	// Concurrency is the number of orders created at the same time; 0 means 4.
	Concurrency int
}

// OrderCancelDownloadConfig is what OrderCancelDownload is told.
type OrderCancelDownloadConfig struct {
	// WarehouseIDs are the Order Manager warehouses of the claim: an order that
	// is routed to another one is no longer wanted here. Empty means every warehouse.
	WarehouseIDs []int64
}

// ShipmentConfirmationConfig is what ShipmentConfirmation is told.
type ShipmentConfirmationConfig struct {
	Options fulfillment.ShipmentOptions
	// HoldUnmappedCarrier holds a shipment whose carrier nothing tells, instead
	// of reporting it as one of some other carrier.
	HoldUnmappedCarrier bool
}

// InventorySyncConfig is what InventorySync is told.
type InventorySyncConfig struct {
	// Buffer is held back from every promise, in units.
	Buffer int64
	// MaxSnapshotAge is the age at which figures are read again, not written; 0 means ten minutes.
	MaxSnapshotAge time.Duration
}
