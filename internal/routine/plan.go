// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"slices"
	"sync"

	"ordersync.dev/operator/internal/fulfillment"
)

// MaxPlanned bounds the steps that a plan lists; it counts all of them.
const MaxPlanned = 5000

// PlannedAction is what a run would do.
type PlannedAction string

// What a run would do to one order, or to the stock of one product.
const (
	PlannedCreate PlannedAction = "Create"
	PlannedAdopt  PlannedAction = "Adopt"
	PlannedMark   PlannedAction = "MarkSent"
	PlannedCancel PlannedAction = "Cancel"
	// PlannedUpdate changes an order in the warehouse.
	PlannedUpdate PlannedAction = "UpdateInWarehouse"
	// PlannedCancelHere cancels an order in Order Manager.
	PlannedCancelHere PlannedAction = "CancelInOrderManager"
	PlannedConfirm    PlannedAction = "ConfirmShipment"
	PlannedSplit      PlannedAction = "SplitOrder"
	PlannedEdit       PlannedAction = "UpdateOrder"
	PlannedSetStock   PlannedAction = "SetStock"
	// PlannedCreateStock begins a product's stock record.
	PlannedCreateStock PlannedAction = "CreateStock"
)

// PlannedStep is one thing that a run would do. It holds no personal data.
type PlannedStep struct {
	Action PlannedAction
	// OrderID and Reference of an order; zero and empty for stock.
	OrderID   fulfillment.OrderID
	Reference string
	// SKU and Quantity of a line, or of a product whose quantity on hand is set.
	SKU      string
	Quantity int64
	// Before is the quantity on hand that stock has now.
	Before int64
}

// Plan records what a run would do, instead of its doing it. It is safe for
// concurrent use.
type Plan struct {
	mutex sync.Mutex
	steps []PlannedStep
	total int64
}

// NewPlan returns an empty plan.
func NewPlan() *Plan { return &Plan{} }

// Steps returns the listed steps by reference and SKU, and how many there are in all.
func (p *Plan) Steps() (listed []PlannedStep, total int64) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	listed = slices.Clone(p.steps)
	slices.SortStableFunc(listed, func(a, b PlannedStep) int {
		return cmp.Or(cmp.Compare(a.Action, b.Action), cmp.Compare(a.OrderID, b.OrderID), cmp.Compare(a.SKU, b.SKU))
	})
	return listed, p.total
}

func (p *Plan) add(step PlannedStep) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.total++
	if len(p.steps) < MaxPlanned {
		p.steps = append(p.steps, step)
	}
}

// Env returns an Env whose ports read and do not write. What a run would write
// is recorded, and answered as if it had been done. It has a coordination of
// its own: nothing that other routines should mind is done.
func (p *Plan) Env(env Env) Env {
	env.Source = &planningSource{source: env.Source, plan: p, onHand: map[int64]int64{}}
	env.Destination = &planningDestination{destination: env.Destination, plan: p, orders: map[string]fulfillment.WarehouseOrder{}}
	env.Coordination = NewCoordination()
	env.Planning = true
	env.Record = nil
	return env
}
