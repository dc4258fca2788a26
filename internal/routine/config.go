// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// OrderDownloadConfig is what OrderDownload is told by the connection and its policy.
type OrderDownloadConfig struct {
	// Load says which orders are sent, and what of an order is.
	Load orderload.Options
	// Concurrency is the number of orders created at the same time; 0 means 4.
	Concurrency int
	// WarehouseIDs are the Order Manager warehouses of the claim: an order that
	// is asked for by its id may be another's. Empty means every warehouse.
	WarehouseIDs []int64
}

func (c OrderDownloadConfig) claims(warehouse int64) bool {
	return len(c.WarehouseIDs) == 0 || slices.Contains(c.WarehouseIDs, warehouse)
}

// OrderCancelDownloadConfig is what OrderCancelDownload is told.
type OrderCancelDownloadConfig struct {
	// WarehouseIDs are the Order Manager warehouses of the claim: an order that
	// is routed to another one is no longer wanted here. Empty means every warehouse.
	WarehouseIDs []int64
	// Load says which orders are sent, of those of this connection's own claim:
	// Claimed. Others that are served from here have rules of their own. Empty
	// means every warehouse.
	Load    orderload.Options
	Claimed []int64
	// UpdateEdits updates the warehouse's order when the order is changed in Order
	// Manager after its delivery; otherwise that is reported.
	UpdateEdits bool
	// CancelInOrderManager cancels in Order Manager what the warehouse cancelled
	// by itself, but none of Resends, which a person wants sent again.
	CancelInOrderManager bool
	Resends              []fulfillment.OrderID
}

func (c OrderCancelDownloadConfig) claims(warehouse int64) bool {
	return len(c.Claimed) == 0 || slices.Contains(c.Claimed, warehouse)
}

// ShipmentConfirmationConfig is what ShipmentConfirmation is told.
type ShipmentConfirmationConfig struct {
	Options fulfillment.ShipmentOptions
	// Split confirms what has shipped of an order of which the rest is still to
	// come: it is split off in Order Manager. SplitShort does the same with what
	// shipped of an order that the warehouse closed short.
	Split, SplitShort bool
	// ConfirmShort confirms an order that the warehouse closed short as if all
	// of it had shipped.
	ConfirmShort bool
	// UseBillOfLading and NoTrackingText stand in for a tracking number where a
	// shipment has none. With neither it is waited for.
	UseBillOfLading bool
	NoTrackingText  string
	// AdditionalTracking is where the other tracking numbers of a shipment are
	// appended; empty leaves them out.
	AdditionalTracking fulfillment.OrderField
	// FreightCurrency is the currency of the warehouse's freight costs; empty
	// does not report them.
	FreightCurrency string
	// ExpectShippedWithin is how long after it came into the warehouse a sent
	// order is expected to ship; 0 leaves it to the order's ship-by date.
	ExpectShippedWithin time.Duration
	// WriteCorrections reports a tracking number that the warehouse corrected
	// after Order Manager was told; otherwise it is listed.
	WriteCorrections bool
	// Load says what of an order the warehouse was sent.
	Load orderload.Options
	// WarehouseIDs are the Order Manager warehouses of the claim; empty means every warehouse.
	WarehouseIDs []int64
	// HoldUnmappedCarrier holds a shipment whose carrier nothing tells, instead
	// of reporting it as one of some other carrier.
	HoldUnmappedCarrier bool
}

// claims reports whether an Order Manager warehouse is of the claim.
func (c ShipmentConfirmationConfig) claims(warehouse int64) bool {
	return len(c.WarehouseIDs) == 0 || slices.Contains(c.WarehouseIDs, warehouse)
}

// StockRule says how the warehouse's figures become Order Manager's.
type StockRule string

const (
	// MatchAvailable makes Order Manager's available quantity equal to the promise.
	MatchAvailable StockRule = "MatchAvailable"
	// Unlocked writes what is available in the warehouse, plus what is locked.
	Unlocked StockRule = "Unlocked"
	// MatchOnHand writes what is on hand in the warehouse, plus what is locked.
	MatchOnHand StockRule = "MatchOnHand"
)

// InventorySyncConfig is what InventorySync is told. Its zero value is right.
type InventorySyncConfig struct {
	// Rule is MatchAvailable when empty.
	Rule StockRule
	// FromOnHand computes what is available from what is on hand: the
	// warehouse's own figure of it is not used.
	FromOnHand bool
	// IgnoreHeld and IgnoreWaiting do not take units off that orders on hold,
	// and other open orders, have not in the warehouse.
	IgnoreHeld, IgnoreWaiting bool
	// Buffer is held back from every promise, in units.
	Buffer int64
	// MinimumLevel in units: what is less is reported as nothing.
	MinimumLevel int64
	// ZeroMissing takes products off sale that are not in the warehouse's item list.
	ZeroMissing bool
	// CreateMissing begins stock records of products in the warehouse's item list.
	CreateMissing bool
	// PreBuiltKits says that the warehouse keeps kits under their own SKUs: a kit
	// is owed as itself and has a stock of its own.
	PreBuiltKits bool
	// MaxIncrease and MaxZeros are the limits of the brake; nil is no limit but
	// that of a policy's first run.
	MaxIncrease, MaxZeros *int64
	// Allow are the only SKUs that are synced, all when empty; Deny are never.
	Allow, Deny []string
	// MaxSnapshotAge is the age at which figures are read again, not written; 0 means ten minutes.
	MaxSnapshotAge time.Duration
}
