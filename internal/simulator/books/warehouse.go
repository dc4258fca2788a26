// SPDX-License-Identifier: Apache-2.0

package books

// Warehouse is what a warehouse's books say of one merchant in one building, in
// no system's own words: whoever keeps a warehouse says the same of it, and the
// comparison is one for all.
type Warehouse struct {
	// Orders of the merchant, whoever brought them. An order that is not placed
	// yet, a draft for one, is none.
	Orders []WarehouseOrder
	// Events are what happened to them, in the order in which it did.
	Events []Event
	// Stock is what the warehouse may still promise of each SKU that it knows:
	// on hand, less what is on hold, less the units of its open orders. A SKU
	// that it knows and has nothing of is there with zero.
	Stock map[string]Quantity
}

// State of an order in the warehouse.
type State string

const (
	// Open is an order that is still to be shipped, or some of it.
	Open State = "Open"
	// Shipped is an order that is closed because goods left, if not all of them.
	Shipped State = "Shipped"
	// Cancelled is an order of which nothing left and nothing will.
	Cancelled State = "Cancelled"
)

// WarehouseOrder is one order in the warehouse's books.
type WarehouseOrder struct {
	ID string
	// Identity is Order Manager's order id, or empty. Reference is the one that
	// the order came in with.
	Identity, Reference string
	State               State
	// Split is a part of another order that the warehouse made by itself.
	Split bool
	// InProgress says that work on the order has begun, so that it cannot be
	// cancelled any more.
	InProgress bool
	// Tracking are the distinct numbers of its parcels.
	Tracking []string
	Lines    []WarehouseLine
}

// WarehouseLine is one line of an order: what was asked for, and what has left.
type WarehouseLine struct {
	SKU              string
	Ordered, Shipped Quantity
}

// EventKind is what happened to an order.
type EventKind string

const (
	// Created is an order that came into the books.
	Created EventKind = "Created"
	// Changed is an order whose lines were changed.
	Changed EventKind = "Changed"
	// CancelledThere is an order that was cancelled.
	CancelledThere EventKind = "Cancelled"
)

// Event is one thing that happened to an order.
type Event struct {
	Kind EventKind
	// OnRequest says that it was asked for over the API by the operator, and not
	// done by somebody in the warehouse.
	OnRequest         bool
	OrderID, Identity string
}

// Quantity counts ten-thousandths of a unit: some warehouses sell half of one.
type Quantity int64

const unit = 10_000

// Units is a whole number of units.
func Units(n int64) Quantity { return Quantity(n * unit) }

// Floor is the whole units in a quantity, rounded down.
func (q Quantity) Floor() int64 {
	n := int64(q) / unit
	if int64(q)%unit < 0 {
		n--
	}
	return n
}
