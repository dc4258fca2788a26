// SPDX-License-Identifier: Apache-2.0

// Package routine holds the four routines. They know the two ports and a
// clock, and neither Kubernetes nor HTTP. Every run compares the two systems
// and acts on the difference; what it is given to remember only makes it cheaper.
package routine

import (
	"context"
	"errors"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

// ErrInterrupted is what a Checkpoint answers when the run has to give way, and
// what Slice then returns. The next Slice of the same run goes on from there.
var ErrInterrupted = errors.New("the run was interrupted at a safe point")

// Checkpoint is asked between pages, at points where nothing is half done.
type Checkpoint func(ctx context.Context, progress Progress) error

// Progress is how far a run has come.
type Progress struct {
	Message string
	Counts  Counts
}

// Run is one execution of one routine for one connection.
type Run interface {
	// Slice works until the run is done (nil), a Checkpoint interrupts it
	// (ErrInterrupted), or it cannot go on (a *fulfillment.Fault or a context's
	// error). After ErrInterrupted, and after a Fault of kind Throttled, Slice
	// may be called again; after anything else the run is over.
	Slice(ctx context.Context, check Checkpoint) error
	// Report is what the run has seen and done so far. It is complete when
	// Slice returned nil; of a run that failed it still holds what is worth
	// remembering.
	Report() Report
}

// Env is what every routine works with.
type Env struct {
	Source      fulfillment.Source
	Destination fulfillment.Destination
	// Mappings are the merchant's tables; nil is none. The destination is seen
	// through their aliases already.
	Mappings *mapping.Tables
	// Now is the clock.
	Now func() time.Time
	// Coordination is shared by the routines of one connection in this process.
	Coordination *Coordination
	Memory       Memory
	// Requests are what a person asked of this run.
	Requests []Request
	// Began is when the connection began: what others wrote before is no second
	// writer's. Zero is at all times.
	Began time.Time
	// Planning says that nothing is written: what was worked stays as it was.
	Planning bool
	// Record writes down, outside of this process, which orders Order Manager is
	// about to be told of. Nothing is sent of them unless it was written. Nil is
	// a run that sends nothing, or that nobody remembers.
	Record func(ctx context.Context, change RecordChange) error
	// LostReportWait is how long an order is not reported again after it may have
	// been; 0 is the constant of that name.
	LostReportWait time.Duration
}

// Memory is what earlier runs left behind. Its zero value is right: the run
// then compares everything.
type Memory struct {
	// PreviousRun is the start of the previous run; zero when there was none.
	PreviousRun time.Time
	// Cursor is the time up to which the remote was seen, by its own clock.
	Cursor time.Time
	// LastFullComparison is the start of the last run that compared everything.
	LastFullComparison time.Time
	// Failing are the orders that were refused, by when they first were. One that
	// stands in a second, younger cohort is owed an attempt: see cohorts.
	Failing []Cohort
	// Shown are the failing orders that status shows, and those that a person has
	// to settle: their reasons and messages stand until the next attempt.
	Shown []FailingOrder
	// Drift counts all of those that a person has to settle.
	Drift []DriftReason
	// Reporting are the orders that earlier runs wrote down and did not settle.
	Reporting []Cohort
	// LastReason is the reason the previous run ended with, empty for a success.
	LastReason string
	// Released says that an earlier run of the same policy, on the same stock,
	// held nothing back: this is no first run.
	Released bool
	// Approved is the digest of the plan that a person approved for this run.
	Approved string
	// Reset makes every failing order due, and asks for a full comparison: the
	// run was asked for by a token, or a specification changed.
	Reset bool
	// Whole says that a person asked for the comparison of everything, also of
	// what earlier comparisons have looked at already.
	Whole bool
}

// Cohort is a group of orders that were first refused at one time.
type Cohort struct {
	Since time.Time
	// Cause stands for what all of them were refused for; empty when that
	// differs, or nobody knows.
	Cause string
	IDs   []fulfillment.OrderID
}

// Counts is what a run did.
type Counts struct {
	Read, Created, Adopted, Marked, Updated, Cancelled, Confirmed, Written, Skipped, Failed int64
}

// Report is what a run saw and did.
type Report struct {
	Counts         Counts
	FullComparison bool
	// Cursor and LastFullComparison are the new values for Memory; zero when
	// the run moved neither.
	Cursor             time.Time
	LastFullComparison time.Time
	Failing            Failing
	Drift              Drift
	// Skipped is set by OrderDownload alone.
	Skipped Skipped
	// SecondWriter is what somebody else was seen to write; nil when nothing was.
	SecondWriter *SecondWriter
	// Answers are what became of the requests; a request without one stands and
	// falls with the run.
	Answers []Answer
	// Record is what the run leaves to be changed in the record of reports.
	Record RecordChange
	// Inventory is set by InventorySync alone.
	Inventory *Inventory
	// Approval is what became of Memory.Approved: empty while it is not known,
	// Applied, or PlanChanged.
	Approval string
	// StockRule is what InventorySync learned of the stock rule; nil when it
	// wrote nothing it could judge by.
	StockRule *StockRuleVerdict
}

// fullReport is the report of a run that compares everything, which it has
// done only when it came to its end.
func fullReport(report Report, complete bool, started time.Time) Report {
	if complete {
		report.FullComparison, report.LastFullComparison = true, started
	}
	return report
}

// Failing are orders that did not go through.
type Failing struct {
	// Count is the true number, Orders at most MaxFailingShown of them.
	Count   int64
	Orders  []FailingOrder
	Cohorts []Cohort
}

// MaxFailingShown bounds the list of failing orders.
const MaxFailingShown = 20

// FailingOrder is one order that did not go through.
type FailingOrder struct {
	ID        fulfillment.OrderID
	Reference string
	// WarehouseID is the warehouse's own id of the order, when it has one.
	WarehouseID string
	Reason      string
	// Message is a sentence of our own: no value that came from an order but
	// references and SKUs.
	Message string
	// Cause stands for what the order was refused for, where others may have been
	// refused for the same. It is not shown.
	Cause string
	Since time.Time
}

// Inventory is what an inventory sync saw.
type Inventory struct {
	ObservedAt                    time.Time
	InStep, Updated               int64
	AwaitingStartingInventory     int64
	AwaitingStartingInventorySKUs []string
	UnknownInOrderManager         int64
	UnknownInWarehouse            int64
	RoundedDown                   int64
	UnitsAvailable, UnitsLocked   int64
	UnitsUncovered                int64
	// UnitsHeld and UnitsWaiting are the parts of UnitsUncovered that orders on
	// hold, and all others, are owed.
	UnitsHeld, UnitsWaiting int64
	// UnitsAllocated is what Order Manager was seen to take off.
	UnitsAllocated int64
	// UnitsOfferedMore and UnitsOfferedLess are how far the stock rule lies from
	// what the warehouse can promise.
	UnitsOfferedMore, UnitsOfferedLess int64
	// WithoutFigures are products of which one of the systems gave no figure.
	WithoutFigures int64
	// Created are the products whose stock record was begun.
	Created int64
	// Held is what the brake holds back; nil when it holds back nothing.
	Held *HeldStock
	// Excluded are products that the connection does not sync.
	Excluded int64
	// Allocation is Counted, NotCounted, Mixed or NotSeen.
	Allocation         string
	AllocatedStatuses  []string
	LargestDifferences []StockDifference
}

// Outcomes of an approval.
const (
	ApprovalApplied     = "Applied"
	ApprovalPlanChanged = "PlanChanged"
)

// HeldStock is what the brake holds back: a plan that a person may approve.
type HeldStock struct {
	// Digest stands for the plan, product by product and unit by unit.
	Digest string
	// Increases and Zeros are the number of products of each kind.
	Increases, Zeros int64
	// Largest are at most MaxFailingShown of them.
	Largest []StockDifference
}

// StockDifference is one product whose figures lay apart.
type StockDifference struct {
	SKU                string
	Promise, Available int64
}

// StockRuleVerdict is what the answers to stock writes said of the stock rule.
type StockRuleVerdict struct {
	Verified bool
	// SKU, Expected and Seen name the answer that contradicted it.
	SKU            string
	Expected, Seen int64
}
