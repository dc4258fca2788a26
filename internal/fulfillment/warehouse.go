// SPDX-License-Identifier: Apache-2.0

package fulfillment

import "time"

// WarehouseState is how an order stands in the warehouse.
type WarehouseState string

const (
	// WarehouseOpen is an order that is still to be shipped there.
	WarehouseOpen WarehouseState = "Open"
	// WarehouseShipped is an order that left the warehouse.
	WarehouseShipped WarehouseState = "Shipped"
	// WarehouseCancelled is an order that will not be shipped.
	WarehouseCancelled WarehouseState = "Cancelled"
)

// WarehouseOrder is one order as the warehouse holds it.
type WarehouseOrder struct {
	// ID is the warehouse's own id of the order. It stays when the reference is
	// renamed, so everything that must be proven is read back by it.
	ID        string
	Reference string
	// Identity is what the order carries as Order Manager's orderId; empty when
	// it carries nothing. Any other text than our id's is a foreign identity.
	Identity string
	// RoutedTo is the Order Manager warehouse that the order was routed to when
	// it was delivered; 0 when the warehouse's order does not say. An order that
	// Order Manager routes to another one now has been routed elsewhere.
	RoutedTo int64
	State    WarehouseState
	// InProgress says that work on the order has begun (batched, picked,
	// packed), in the warehouse's own word; empty when it has not.
	InProgress string
	// CancelledOnRequest says that the order was cancelled because we asked for
	// it; false where the warehouse does not tell.
	CancelledOnRequest bool
	// ShipTo holds at least name and postal code, for adoption.
	ShipTo Address
	Lines  []WarehouseLine
	// Packages of the order, in the warehouse's order.
	Packages []Package
	// Tracking are the distinct tracking numbers of the order, packages first.
	Tracking []string
	// BillOfLading of a freight shipment.
	BillOfLading string
	// Carrier, Service and SCAC are the warehouse's own texts.
	Carrier, Service, SCAC string
	// FreightCost is what the carrier charged, a decimal number in the currency
	// of the warehouse; empty when the warehouse does not say.
	FreightCost string
	// CreatedAt is when the order came into the warehouse's books; zero when it
	// does not say.
	CreatedAt time.Time
	// ShippedAt is the moment of shipping; zero when not shipped.
	ShippedAt time.Time
	// ModifiedAt by the warehouse's clock.
	ModifiedAt time.Time
	// Delivered is what the order remembers of its delivery; zero when it
	// remembers nothing. Content is what it says now, to be compared with
	// Delivered.Taken; zero when the driver cannot tell.
	Delivered Delivered
	Content   Content
}

// WarehouseLine is one line of an order in the warehouse.
type WarehouseLine struct {
	// LineID is the Key of the order's line when the warehouse kept it: Order
	// Manager's orderItemId, and of a component what Key adds to it.
	LineID string
	SKU    string
	// Ordered is what was asked for.
	Ordered Quantity
	// Shipped is what has left. For a shipped order without a figure of its own
	// it equals Ordered.
	Shipped Quantity
}

// Package is one parcel.
type Package struct {
	ID       string
	Tracking string
}

// Lookup asks for one order, under its identity and under every reference it
// might have.
type Lookup struct {
	ID         OrderID
	References []string
}

// WarehouseStock is what the warehouse says of one SKU. A nil figure was not
// given; it is not zero.
type WarehouseStock struct {
	SKU                 string
	Available           *Quantity
	OnHand              *Quantity
	OnHold              *Quantity
	OrderedNotAllocated *Quantity
}

// StockReport is what the warehouse says of its stock.
type StockReport struct {
	// Rows has one entry for each SKU that has stock records.
	Rows []WarehouseStock
	// Items are the SKUs in the warehouse's item list of this customer. A SKU
	// in it without a row has no stock; a SKU that is not in it is unknown.
	Items []string
	// Complete says that every page was read and that the totals did not change
	// from the first page to the last. Without it nothing may be taken for zero.
	Complete bool
}

// CancelOutcome is what became of a request to cancel, proven by reading back.
type CancelOutcome string

const (
	// CancelDone means the order was cancelled by this request.
	CancelDone CancelOutcome = "Cancelled"
	// CancelAlready means the order was cancelled before.
	CancelAlready CancelOutcome = "AlreadyCancelled"
	// CancelTooLate means the warehouse will ship it, or has shipped it.
	CancelTooLate CancelOutcome = "TooLate"
	// CancelNotSupported means the system cannot cancel.
	CancelNotSupported CancelOutcome = "NotSupported"
	// CancelUnknown means the answer proves nothing.
	CancelUnknown CancelOutcome = "Unknown"
)

// Cancellation is the outcome of a request to cancel.
type Cancellation struct {
	Outcome CancelOutcome
	// Order as it was read back.
	Order WarehouseOrder
	// Detail is the warehouse's own code for a refusal.
	Detail string
}

// ReferenceUnique says how a warehouse treats a second order under one reference.
type ReferenceUnique string

const (
	// ReferenceEnforced refuses it.
	ReferenceEnforced ReferenceUnique = "Enforced"
	// ReferenceNotEnforced takes it: one more look is needed right before each create.
	ReferenceNotEnforced ReferenceUnique = "NotEnforced"
)

// Capabilities are what a warehouse system can do. The set is closed.
type Capabilities struct {
	// FindOrder: orders can be asked for by identity and reference.
	FindOrder bool
	// ReferenceUnique: what becomes of a second order under one reference.
	ReferenceUnique ReferenceUnique
	// CancelOrder: an order can be cancelled.
	CancelOrder bool
	// IncrementalShipments: asking for what closed since a time misses nothing.
	IncrementalShipments bool
	// PartialShipments: an order can ship in parts.
	PartialShipments bool
	// EditOrder: an order can be changed after it was created.
	EditOrder bool
	// IntegerQuantities: stock is counted in whole units only.
	IntegerQuantities bool
	// CancelFreesReference: the reference of a cancelled order can be used again.
	CancelFreesReference bool
	// ReferenceMaxLength in characters; 0 is unlimited.
	ReferenceMaxLength int
	// ReferencePattern is a regular expression that references match; empty is any.
	ReferencePattern string
}
