// SPDX-License-Identifier: Apache-2.0

package fulfillment

import (
	"context"
	"time"
)

// Sizes that every driver keeps to, so that routines can count calls.
const (
	// PageSize is the number of orders on a page, and the most that one look-up asks for.
	PageSize = 100
	// MarkBatch is the most orders that one call marks as sent.
	MarkBatch = 500
	// ShipmentBatch is the most shipments that one call reports.
	ShipmentBatch = 100
	// StockBatch is the most products that one call writes.
	StockBatch = 200
)

// Every method of both ports returns a *Fault (or a context's error) when it
// fails. Pages are numbered from 1, and only an empty page is the end: a
// server may return fewer than were asked for.

// Source is where orders come from and where stock is reported to, bound to
// one connection and the warehouses it claims.
type Source interface {
	OrderReader
	OrderMarker
	ShipmentConfirmer
	OrderEditor
	StockKeeper
}

// OrderReader reads orders. It never writes.
type OrderReader interface {
	// WaitingOrders returns a page of the orders in a pickup status of the claim.
	WaitingOrders(ctx context.Context, page int) ([]Order, error)
	// SentOrders returns a page of the orders of the claim that the source calls sent.
	SentOrders(ctx context.Context, page int) ([]Order, error)
	// OpenOrders returns a page of the orders of the claim in any open state.
	OpenOrders(ctx context.Context, page int) ([]Order, error)
	// CancelledSince returns a page of the orders of the claim that were
	// cancelled and modified since a time of the source's clock.
	CancelledSince(ctx context.Context, since time.Time, page int) ([]Order, error)
	// OrdersByID returns the orders with these ids, wherever they are routed, in
	// no order; at most PageSize. An id without an order is left out.
	OrdersByID(ctx context.Context, ids []OrderID) ([]Order, error)
	// OrdersByNumber returns the orders with these numbers, whatever their state
	// and wherever they are routed, in no order; at most PageSize numbers. Case
	// does not count. Numbers repeat over sales channels.
	OrdersByNumber(ctx context.Context, numbers []string) ([]Order, error)
	// CustomFields returns what the custom fields that the merchant defined say
	// of these orders, at most PageSize, one answer for each. It costs a call for
	// each order: ask for those alone that are about to be created. When a later
	// call fails, the answers from before it are returned with the error.
	CustomFields(ctx context.Context, orders []Order) ([]CustomFields, error)
}

// OrderMarker marks orders as sent.
type OrderMarker interface {
	// MarkSent tells the source that the warehouse has these orders, at most
	// MarkBatch. It returns one result for each order; an order without proof
	// is not marked. Marking an order that is sent already must not be relied
	// upon: read the order first.
	MarkSent(ctx context.Context, ids []OrderID) ([]MarkResult, error)
}

// ShipmentConfirmer reports shipments.
type ShipmentConfirmer interface {
	// ConfirmShipments reports shipments, at most ShipmentBatch, one for each
	// order. It is not idempotent: a repeat may mail the buyer twice, so read
	// the orders first. It returns one result for each shipment.
	ConfirmShipments(ctx context.Context, shipments []Shipment, options ShipmentOptions) ([]ShipmentResult, error)
	// KnowsCarrier reports whether the shipment says which of the source's
	// carriers took it. It asks nobody. A shipment of an unknown carrier is
	// reported as one of some other carrier.
	KnowsCarrier(shipment Shipment) bool
}

// OrderEditor changes orders.
type OrderEditor interface {
	// EditOrders replaces texts of orders, at most PageSize, one for each order.
	// A text is written whole: read the order right before, or what somebody
	// else wrote meanwhile is lost. A repeat of the same write does no harm. It
	// returns one result for each edit.
	EditOrders(ctx context.Context, edits []OrderEdit) ([]EditResult, error)
	// SplitOrder moves units of an order into a new one, which carries the
	// SplitLabel from its first moment, and returns the new order's id. It is not
	// idempotent: read the order and those it is related to first.
	SplitOrder(ctx context.Context, split Split) (OrderID, error)
	// CancelOrder cancels one order and reads it back; only what was read counts.
	// The buyer's sales channel is not told. A repeat does no harm, but a user
	// may have restored the order: read it first.
	CancelOrder(ctx context.Context, order Order) (cancelled bool, err error)
}

// StockKeeper reads and writes stock.
type StockKeeper interface {
	// ProductStocks returns a page of the totals of every product at the claimed warehouse.
	ProductStocks(ctx context.Context, page int) ([]ProductStock, error)
	// ProductStocksByID returns the totals of these products, at most
	// StockBatch, in as few calls as the source allows.
	ProductStocksByID(ctx context.Context, productIDs []int64) ([]ProductStock, error)
	// Products returns a page of the merchant's active products.
	Products(ctx context.Context, page int) ([]Product, error)
	// ProductsBySKU returns the products with these SKUs, active or not (of a kit
	// that is no longer sold the last orders may still be open), at most PageSize,
	// in no order. A SKU without a product is left out.
	ProductsBySKU(ctx context.Context, skus []string) ([]Product, error)
	// SetStock sets products' stock, at most StockBatch. Setting is absolute, so
	// a repeat of the same write does no harm while nothing else changed.
	SetStock(ctx context.Context, writes []StockWrite) ([]StockWriteResult, error)
	// CreateStock begins the stock records of products that have none, at most
	// StockBatch. Whether it replaces a record that exists is not known: look
	// right before.
	CreateStock(ctx context.Context, writes []StockWrite) ([]StockWriteResult, error)
}

// Destination is a warehouse system, bound to one customer and one building.
type Destination interface {
	// Capabilities are what the system can do.
	Capabilities() Capabilities
	OrderFinder
	OrderTaker
	StockReporter
}

// OrderFinder reads the warehouse's orders. It never writes.
type OrderFinder interface {
	// FindOrders returns every order of this customer under one of these
	// identities or references, at most PageSize lookups, in no order. Matches
	// are whole, and exact but for what the system itself takes for the same: one
	// that refuses "SO-1" beside "so-1" shows each under the other. Cancelled and
	// shipped orders are among them.
	FindOrders(ctx context.Context, lookups []Lookup) ([]WarehouseOrder, error)
	// WarehouseOpenOrders returns a page of the orders that are open for this
	// customer and building, after a mark that an earlier page returned (empty
	// for the first). An empty next mark is the end.
	WarehouseOpenOrders(ctx context.Context, after string) (orders []WarehouseOrder, next string, err error)
	// ClosedSince returns a page of the orders that shipped or were cancelled
	// since a time of the warehouse's clock, in the manner of WarehouseOpenOrders.
	// It is asked for only with the capability IncrementalShipments.
	ClosedSince(ctx context.Context, since time.Time, after string) (orders []WarehouseOrder, next string, err error)
}

// OrderTaker writes the warehouse's orders.
type OrderTaker interface {
	// CreateOrder creates the order under the reference, with the order's id as
	// its identity, whole or not at all. A Fault of kind Duplicate or one that
	// is Uncertain says nothing of what is there: look. Kind Invalid is this
	// order's own refusal.
	CreateOrder(ctx context.Context, order Order, reference string) (WarehouseOrder, error)
	// AdoptOrder gives the order with this id of the warehouse, which carries no
	// identity, the identity of an order, where it is routed to and what it says,
	// and returns it as it was read back. It changes nothing else, and does nothing to an
	// order that carries the identity already. An order that carries another one
	// is a Conflict.
	AdoptOrder(ctx context.Context, id string, order Order) (WarehouseOrder, error)
	// Content is what the warehouse's order would say if the order were sent now,
	// to be compared with WarehouseOrder.Content. It asks nobody. It is zero
	// without the capability EditOrder.
	Content(order Order) Content
	// UpdateOrder changes these parts of the order with this id of the warehouse,
	// which carries the order's identity, to what they would be if the order were
	// sent now: all of them or none. It reads the order back; the outcome is what
	// was read. A part that somebody in the warehouse changed since the delivery
	// is never written over, nor is an order that is worked on. A Fault of kind
	// Invalid is the refusal of the new content. It is idempotent.
	UpdateOrder(ctx context.Context, id string, order Order, parts []Part) (Update, error)
	// CancelOrder cancels the order with this id of the warehouse and reads it
	// back; the outcome is what was read. A system that would accept the cancel
	// of a shipped order is not asked to. It is idempotent.
	CancelOrder(ctx context.Context, id string) (Cancellation, error)
}

// StockReporter reads the warehouse's stock.
type StockReporter interface {
	// Stock returns the stock of this customer in this building, every page of it.
	Stock(ctx context.Context) (StockReport, error)
}
