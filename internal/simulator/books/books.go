// SPDX-License-Identifier: Apache-2.0

// Package books compares Order Manager's books with a warehouse's, order by
// order and SKU by SKU: whether an order was lost, sent twice or reported
// wrongly, and whether what is offered for sale is there.
//
// It knows the truth of both sides and none of the operator's code, and it
// reads what took effect, not what was answered.
package books

import (
	"fmt"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/simulator/ordermanager"
)

// Options of Compare.
type Options struct {
	// OrderManagerWarehouseID is the warehouse of the connection in Order Manager.
	OrderManagerWarehouseID int64
	// Buffer is held back from every promise, in units.
	Buffer int64
	// PickupStatuses of waiting orders; nil means AWAITING_3PL_EXPORT.
	PickupStatuses []string
	// OrderTypes that are downloaded; nil means STANDARD and PRIME.
	OrderTypes []string
	// Excluded are waiting orders that cannot go through, so that they are not
	// waited for. They are still compared in every other way.
	Excluded []int64
	// Kits are products that are made of others: SKU to component SKU to units.
	// The warehouse is sent the components, and a kit's own stock record is not
	// looked at. FormerKits are what kits were made of before, each with all of
	// them: an order may have been sent by any.
	Kits       map[string]map[string]int64
	FormerKits []map[string]map[string]int64
	// PreBuiltKits says that the warehouse keeps kits under their own SKUs: it is
	// sent the kit, whose stock is looked at as any other.
	PreBuiltKits bool
	// SkipStock leaves the stock alone, for runs without an inventory sync.
	SkipStock bool
	// StopLabels keep a waiting order that has one of them from being sent.
	StopLabels []string
	// Settings of the connection; without them nothing is judged that depends on
	// any. People did what the books do not show.
	Settings *Settings
	People   People
	// OrderManagerEffects is Order Manager's ledger. It counts the stock levels
	// written, and tells a second mark after a change of mind from one too many.
	OrderManagerEffects []ordermanager.Effect
}

// Kind of a finding.
type Kind string

// Kinds that are mistakes: none of them is ever right.
const (
	// Lost is an order that Order Manager calls sent or shipped and that the warehouse does not have.
	Lost Kind = "Lost"
	// Twice is an order that the warehouse has, or had, two of at a time.
	Twice Kind = "Twice"
	// WrongStock is a product that offers something other than the promise.
	WrongStock Kind = "WrongStock"
	// WrongLines is an order whose lines in the warehouse are not those of Order
	// Manager, though nobody in the warehouse changed them.
	WrongLines Kind = "WrongLines"
	// WrongTracking is a tracking number in Order Manager that the warehouse does not have.
	WrongTracking Kind = "WrongTracking"
	// WrongCancel is an order that was cancelled in the warehouse by request and that Order Manager calls sent.
	WrongCancel Kind = "WrongCancel"
	// NotShipped is an order reported as shipped that the warehouse did not ship, or not all of.
	NotShipped Kind = "NotShipped"
	// MarkedTwice is an order that was marked as sent more than once.
	MarkedTwice Kind = "MarkedTwice"
	// ConfirmedTwice is an order whose shipment was reported, or whose buyer was told, more than once.
	ConfirmedTwice Kind = "ConfirmedTwice"
	// WrongMail is a reported order whose buyer was not told though it was to be, or the other way round.
	WrongMail Kind = "WrongMail"
	// WrongOrderCancel is an order that was cancelled in Order Manager by request though the warehouse did not cancel it by itself,
	// or nobody wanted that passed on.
	WrongOrderCancel Kind = "WrongOrderCancel"
	// SentThough is an order in the warehouse, in whatever state, that nobody ever let go there.
	SentThough Kind = "SentThough"
)

// Kinds that are work not done yet.
const (
	// Pending is a waiting order that the warehouse does not have.
	Pending Kind = "Pending"
	// Unmarked is a waiting order that the warehouse has.
	Unmarked Kind = "Unmarked"
	// Unconfirmed is an order that the warehouse shipped and Order Manager calls sent.
	Unconfirmed Kind = "Unconfirmed"
	// Uncancelled is an order that is open in the warehouse, could still be
	// cancelled there, and is cancelled or routed elsewhere in Order Manager.
	Uncancelled Kind = "Uncancelled"
	// EditNotTaken is an order that a user edited, that the warehouse could still
	// change, and that is not what Order Manager says.
	EditNotTaken Kind = "EditNotTaken"
	// NotSplitOff is an order of which something left that is to be an order of its own.
	NotSplitOff Kind = "NotSplitOff"
)

// Kinds that a person has to settle.
const (
	// TooLate is an order that Order Manager does not want from this warehouse
	// any more and that the warehouse ships, or has shipped.
	TooLate Kind = "TooLate"
	// CancelledByWarehouse is an order that Order Manager calls sent and that the warehouse cancelled by itself.
	CancelledByWarehouse Kind = "CancelledByWarehouse"
	// ClosedShort is an order that the warehouse closed without shipping all of it.
	ClosedShort Kind = "ClosedShort"
	// HeldButSent is an order that is on hold and open in the warehouse, or that a
	// label stops and that the warehouse has.
	HeldButSent Kind = "HeldButSent"
	// Edited is an order that a user edited and that the warehouse has as it was.
	Edited Kind = "Edited"
	// NotWanted is an order that a user shipped in Order Manager by hand and that is open in the warehouse.
	NotWanted Kind = "NotWanted"
	// Uncorrected is a reported order whose tracking number the warehouse
	// corrected, and whose correction is to be written.
	Uncorrected Kind = "Uncorrected"
	// TrackingDiffers is a reported order of which Order Manager has a number that the warehouse took back, and no other.
	TrackingDiffers Kind = "TrackingDiffers"
)

var (
	mistakes = []Kind{Lost, Twice, WrongStock, WrongLines, WrongTracking, WrongCancel, NotShipped, MarkedTwice, ConfirmedTwice,
		WrongMail, WrongOrderCancel, SentThough}
	unfinished = []Kind{Pending, Unmarked, Unconfirmed, Uncancelled, EditNotTaken, NotSplitOff}
)

// Shown bounds the findings of each kind in a Result; the counts are true.
const Shown = 20

// Finding is one order or product.
type Finding struct {
	Kind      Kind   `json:"kind"`
	OrderID   int64  `json:"orderId,omitempty"`
	Reference string `json:"reference,omitempty"`
	// WarehouseOrders are the ids of the orders in the warehouse that it is about.
	WarehouseOrders []string `json:"warehouseOrders,omitempty"`
	SKU             string   `json:"sku,omitempty"`
	// Promise and Available are set for WrongStock: what may be promised, and what Order Manager offers.
	Promise   int64 `json:"promise,omitempty"`
	Available int64 `json:"available,omitempty"`
}

// String names the finding in one line.
func (f Finding) String() string {
	if f.Kind == WrongStock {
		return fmt.Sprintf("%s %s: promise %d, available %d", f.Kind, f.SKU, f.Promise, f.Available)
	}
	return fmt.Sprintf("%s %d (%s) in the warehouse as %v", f.Kind, f.OrderID, f.Reference, f.WarehouseOrders)
}

// Result of Compare.
type Result struct {
	// Delivered are orders that Order Manager marked and the warehouse has, or
	// had. Cancelled are cancellations in the warehouse by request. Confirmed
	// are orders that Order Manager knows to be shipped by report. StockWritten
	// are stock levels set by request; it needs Options.OrderManagerEffects.
	Delivered    int `json:"delivered"`
	Cancelled    int `json:"cancelled"`
	Confirmed    int `json:"confirmed"`
	StockWritten int `json:"stockWritten"`
	// Adopted are delivered orders that the warehouse has without their identity.
	Adopted int `json:"adopted"`
	// StockCompared are the products whose stock was looked at.
	StockCompared int `json:"stockCompared"`

	Lost       int `json:"lost"`
	Twice      int `json:"twice"`
	WrongStock int `json:"wrongStock"`
	Pending    int `json:"pending"`
	TooLate    int `json:"tooLate"`
	// Counts has the true number of every kind that was found.
	Counts map[Kind]int `json:"counts"`
	// Findings are at most Shown of each kind.
	Findings []Finding `json:"findings,omitempty"`
}

// Clean reports whether nothing is wrong. Work not done yet is not wrong.
func (r Result) Clean() bool { return r.sum(mistakes) == 0 }

// Quiet reports whether all work is done.
func (r Result) Quiet() bool { return r.sum(unfinished) == 0 }

// Err says what is wrong or not done yet; nil when the books are in step.
func (r Result) Err() error {
	if r.Clean() && r.Quiet() {
		return nil
	}
	var lines []string
	for _, kind := range slices.Concat(mistakes, unfinished) {
		if count := r.Counts[kind]; count > 0 {
			lines = append(lines, fmt.Sprintf("%d %s", count, kind))
		}
	}
	for _, finding := range r.Findings {
		if slices.Contains(mistakes, finding.Kind) || slices.Contains(unfinished, finding.Kind) {
			lines = append(lines, finding.String())
		}
	}
	return fmt.Errorf("the books differ: %s", strings.Join(lines, "; "))
}

// Line is the sentence that a demonstration ends with.
func (r Result) Line() string {
	return fmt.Sprintf("%d orders delivered, %d cancelled, %d shipments confirmed, %d stock levels written, %d lost, %d twice, %d wrong stock",
		r.Delivered, r.Cancelled, r.Confirmed, r.StockWritten, r.Lost, r.Twice, r.WrongStock)
}

func (r Result) sum(kinds []Kind) int {
	sum := 0
	for _, kind := range kinds {
		sum += r.Counts[kind]
	}
	return sum
}

func (r *Result) find(f Finding) {
	r.Counts[f.Kind]++
	if r.Counts[f.Kind] <= Shown {
		r.Findings = append(r.Findings, f)
	}
}

// Compare reads both books. For a result that means something, take both
// snapshots while nothing is under way: otherwise it may find work that is
// just being done, but never a mistake that was not made.
//
// Stock is right when a buyer is offered what may be promised:
//
//	promise = warehouse on hand − on hold − units of its open orders − uncovered − buffer
//	max(0, availableQuantity) = max(0, promise)
//
// The first three terms are Warehouse.Stock. Uncovered are the units of orders
// open in Order Manager for this warehouse that the warehouse neither holds
// open nor has shipped. Fractions are rounded down.
// Below zero both sides are compared as zero: nothing is offered either way,
// and how far below zero Order Manager can go depends on what it allocates.
// Looked at are products with a stock record whose SKU the warehouse knows.
func Compare(om ordermanager.Snapshot, wh Warehouse, options Options) Result {
	c := newComparison(om, wh, options)
	for _, order := range om.Orders {
		c.order(order)
	}
	if !options.SkipStock {
		c.stock()
	}
	c.count()
	return c.result
}

func newComparison(om ordermanager.Snapshot, wh Warehouse, options Options) *comparison {
	if options.PickupStatuses == nil {
		options.PickupStatuses = []string{ordermanager.StatusAwaiting3PLExport}
	}
	if options.OrderTypes == nil {
		options.OrderTypes = []string{"STANDARD", "PRIME"}
	}
	c := &comparison{options: options, om: om, wh: wh, result: Result{Counts: map[Kind]int{}}}
	c.index()
	return c
}
