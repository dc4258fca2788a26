// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Subject is a driver with a server of the system that it speaks to.
type Subject struct {
	// Name heads the table.
	Name string
	// New returns a driver and the warehouse at its other end. It is called for
	// each row. The rows use names of their own and do not rely on an empty
	// warehouse, so a server that is slow to start may serve all of them.
	New func(t testing.TB) (fulfillment.Destination, Warehouse)
	// PageSize is the most orders on a page of the walk over open orders. The
	// suite creates two pages and more, so it is better small.
	PageSize int
	// Page is where the table is kept for people to read.
	Page Page
	// Cannot says why the system cannot pass a row. A row that is not about a
	// capability of the system cannot be excused, and neither can one whose
	// capability the driver declares.
	Cannot map[Row]string
}

// Warehouse is what the people in the warehouse do, and what its own books
// say, by ways that are not the driver's. Methods fail the test that they are
// given when they cannot do as they are told.
type Warehouse interface {
	// AddSKU puts an item into our list, with stock in our building. 0 is an
	// item that never had any.
	AddSKU(t testing.TB, sku string, onHand fulfillment.Quantity)
	// AddForeignStock puts stock where it is not ours: of another customer, in
	// another channel or building. The SKU may be one that we have too.
	AddForeignStock(t testing.TB, sku string, onHand fulfillment.Quantity)
	// EnterByHand enters an order that carries no identity, as people do on the
	// telephone, and returns the warehouse's id of it.
	EnterByHand(t testing.TB, order fulfillment.Order, reference string) (id string)
	// Orders are the orders of this customer and building in the warehouse's own
	// books, those included that nobody finished entering.
	Orders(t testing.TB) []Order
	// Ship lets everything that is left of an order leave, in these packages.
	Ship(t testing.TB, id string, packages ...Package)
	// Cancel cancels an order from inside the warehouse.
	Cancel(t testing.TB, id string)
	// Tick returns when the warehouse's clock has moved by more than the finest
	// step of its dates. It is called only for drivers that declare
	// IncrementalShipments, and to probe those that do not.
	Tick(t testing.TB)
	// ExpireTokens makes every token and session that the driver has worthless,
	// and moves the driver's clock on where it renews them only every so often.
	ExpireTokens(t testing.TB)
	// Gate is what every request of the driver goes through.
	Gate() *Gate
}

// PartShipper is a Warehouse in which a part of an order can leave while the
// rest stays open. The capability PartialShipments needs it.
type PartShipper interface {
	// ShipPart lets what is in the package leave.
	ShipPart(t testing.TB, id string, part Package)
}

// ShortCloser is a Warehouse that can close an order without shipping all of it.
type ShortCloser interface {
	// CloseShort ships what is in the package, and nothing else ever.
	CloseShort(t testing.TB, id string, all Package)
}

// Picker is a Warehouse that knows of work on an order before it ships.
type Picker interface {
	// BeginWork begins to pick an order.
	BeginWork(t testing.TB, id string)
}

// Pretender is a Warehouse whose server can be made to lie.
type Pretender interface {
	// PretendCancel makes the next request to cancel be answered as if it had
	// been done, without any effect.
	PretendCancel(t testing.TB)
}

// Draft is the state in the warehouse's books of an order that nobody finished
// entering: it is not shipped as it stands. The port does not know the state.
const Draft fulfillment.WarehouseState = "Draft"

// Order is an order in the warehouse's own books.
type Order struct {
	// ID is the id that the driver knows it by.
	ID string
	// Reference and Identity are empty when the order has none. The reference
	// of a cancelled order may have been changed by the system.
	Reference, Identity string
	State               fulfillment.WarehouseState
	Lines               []Line
}

// Line is a line of an order in the warehouse's own books.
type Line struct {
	SKU              string
	Ordered, Shipped fulfillment.Quantity
}

// Package is a parcel: a tracking number, and units of SKUs.
type Package struct {
	Tracking string
	Contents map[string]int64
}
