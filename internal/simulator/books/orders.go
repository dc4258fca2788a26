// SPDX-License-Identifier: Apache-2.0

package books

import (
	"slices"
	"strconv"

	"ordersync.dev/operator/internal/simulator/ordermanager"
)

// comparison is one Compare at work.
type comparison struct {
	options Options
	om      ordermanager.Snapshot
	wh      Warehouse
	result  Result

	// byIdentity are the customer's orders in the warehouse under an identity.
	byIdentity map[string][]WarehouseOrder
	// anonymous are those without one, by their reference.
	anonymous map[string][]WarehouseOrder
	// changed are orders that somebody in the warehouse changed, cancelled
	// those that a request cancelled, overlapping identities that had two
	// created orders at a time.
	changed, cancelled map[string]bool
	overlapping        map[string]bool
	// byItself are identities of which the warehouse cancelled an order by
	// itself, cancelledHere orders that a request cancelled in Order Manager.
	byItself      map[string]bool
	cancelledHere map[int64]bool
	excluded      map[int64]bool
	// parent is the order that another one was split off, children the other way round.
	parent   map[int64]ordermanager.OrderState
	children map[int64][]ordermanager.OrderState
	marks    map[int64]bool
}

func (c *comparison) index() {
	c.byIdentity, c.anonymous = map[string][]WarehouseOrder{}, map[string][]WarehouseOrder{}
	for _, order := range c.wh.Orders {
		if order.Identity == "" {
			c.anonymous[order.Reference] = append(c.anonymous[order.Reference], order)
			continue
		}
		c.byIdentity[order.Identity] = append(c.byIdentity[order.Identity], order)
	}
	c.excluded = map[int64]bool{}
	for _, id := range c.options.Excluded {
		c.excluded[id] = true
	}
	c.indexSplits()
	c.readWarehouseLedger()
	c.readOrderManagerLedger()
}

// readWarehouseLedger finds what the last state does not show: an order that
// was created again while the first one stood.
func (c *comparison) readWarehouseLedger() {
	c.changed, c.cancelled, c.overlapping, c.byItself = map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	standing := map[string]int{}
	for _, event := range c.wh.Events {
		switch {
		case event.Kind == Created && event.OnRequest && event.Identity != "":
			standing[event.Identity]++
			if standing[event.Identity] > 1 {
				c.overlapping[event.Identity] = true
			}
		case event.Kind == CancelledThere:
			if standing[event.Identity] > 0 {
				standing[event.Identity]--
			}
			c.cancelled[event.OrderID] = event.OnRequest
			if !event.OnRequest {
				c.byItself[event.Identity] = true
			}
		case event.Kind == Changed && !event.OnRequest:
			c.changed[event.OrderID] = true
		}
	}
}

// readOrderManagerLedger finds orders that were marked twice with nothing in
// between that makes a second mark right.
func (c *comparison) readOrderManagerLedger() {
	if c.options.OrderManagerEffects == nil {
		return
	}
	c.marks, c.cancelledHere = map[int64]bool{}, map[int64]bool{}
	marked := map[int64]bool{}
	for _, effect := range c.options.OrderManagerEffects {
		switch effect.Kind {
		case ordermanager.Marked:
			if marked[effect.OrderID] {
				c.marks[effect.OrderID] = true
			}
			marked[effect.OrderID] = true
		case ordermanager.Rerouted, ordermanager.Restored, ordermanager.Cancelled:
			marked[effect.OrderID] = false
			if effect.Kind == ordermanager.Cancelled && effect.API {
				c.cancelledHere[effect.OrderID] = true
			}
		case ordermanager.StockAdjusted, ordermanager.StockCreated:
			if effect.API && effect.WarehouseID == c.options.OrderManagerWarehouseID {
				c.result.StockWritten++
			}
		default: // nothing that a mark or a stock level depends on
		}
	}
}

// held is what the warehouse has of one order.
type held struct {
	all, open, shipped, cancelled []WarehouseOrder
	adopted                       bool
}

// has reports whether an order stands: open or shipped.
func (h held) stands() bool { return len(h.open)+len(h.shipped) > 0 }

func (h held) ids() []string {
	var ids []string
	for _, order := range h.all {
		ids = append(ids, order.ID)
	}
	return ids
}

func (c *comparison) held(order ordermanager.OrderState) held {
	found := held{all: c.byIdentity[strconv.FormatInt(order.ID, 10)]}
	if len(found.all) == 0 && order.WarehouseID == c.options.OrderManagerWarehouseID {
		// An order without any identity is this one if it could have been adopted.
		for _, candidate := range c.anonymous[order.Number] {
			if !candidate.Split && sameUnits(c.wanted(order), orderedOf([]WarehouseOrder{candidate})) {
				found.all, found.adopted = append(found.all, candidate), true
			}
		}
	}
	for _, candidate := range found.all {
		switch candidate.State {
		case Open:
			found.open = append(found.open, candidate)
		case Shipped:
			found.shipped = append(found.shipped, candidate)
		case Cancelled:
			found.cancelled = append(found.cancelled, candidate)
		}
	}
	return found
}

// order compares one order of Order Manager with what the warehouse has of it.
func (c *comparison) order(order ordermanager.OrderState) {
	if parent, split := c.parent[order.ID]; split {
		c.splitOff(order, parent)
		return
	}
	h := c.held(order)
	here := order.WarehouseID == c.options.OrderManagerWarehouseID
	find := func(kind Kind) {
		c.result.find(Finding{Kind: kind, OrderID: order.ID, Reference: order.Number, WarehouseOrders: h.ids()})
	}
	if c.twice(order, h) {
		find(Twice)
	}
	if c.linesDiffer(order, h) {
		c.differs(order, h, find)
	}
	if c.options.People.Barred[order.ID] && len(h.all) > 0 {
		find(SentThough)
	}
	if c.cancelledWrongly(order) {
		find(WrongOrderCancel)
	}
	switch {
	case order.Status == ordermanager.StatusCancelled || !here:
		c.unwanted(order, h, find)
	case order.Status == ordermanager.StatusPendingFulfillment:
		c.sent(order, h, find)
	case order.Status == ordermanager.StatusShipped:
		c.shipped(order, h, find)
	case order.Status == ordermanager.StatusOnHold && len(h.open) > 0, c.stopped(order) && h.stands():
		find(HeldButSent)
	case c.stopped(order):
	case slices.Contains(c.options.PickupStatuses, order.Status) && slices.Contains(c.options.OrderTypes, order.Type) && !c.excluded[order.ID]:
		if h.stands() {
			find(Unmarked)
		} else {
			find(Pending)
		}
	}
	if !here {
		return
	}
	if c.markedTwice(order) {
		find(MarkedTwice)
	}
	c.reports(order, find)
	if order.Marks > 0 && len(h.all) > 0 {
		c.result.Delivered++
		if h.adopted {
			c.result.Adopted++
		}
	}
	if order.Shipments > 0 {
		c.result.Confirmed++
	}
}

// twice reports whether the warehouse has two of an order, split ones apart,
// or had two at a time.
func (c *comparison) twice(order ordermanager.OrderState, h held) bool {
	if len(c.children[order.ID]) > 0 {
		// The rest may have been sent again after what had shipped was split off.
		// Of what a user edited meanwhile nobody can tell how much was asked for.
		for sku, units := range h.covered() {
			if units > c.wanted(order)[sku] && !c.options.People.Edited[order.ID] {
				return true
			}
		}
		return false
	}
	whole := 0
	for _, candidate := range slices.Concat(h.open, h.shipped) {
		if !candidate.Split {
			whole++
		}
	}
	return whole > 1 || c.overlapping[strconv.FormatInt(order.ID, 10)]
}

func (c *comparison) markedTwice(order ordermanager.OrderState) bool {
	if c.marks != nil {
		return c.marks[order.ID] || order.RepeatedMarks > 0
	}
	return order.Marks > 1 || order.RepeatedMarks > 0
}

// unwanted is an order that Order Manager does not want from this warehouse.
func (c *comparison) unwanted(order ordermanager.OrderState, h held, find func(Kind)) {
	switch {
	case slices.ContainsFunc(h.open, func(o WarehouseOrder) bool { return !o.InProgress }):
		find(Uncancelled)
	case len(h.open) == 0 && len(c.children[order.ID]) > 0 && !positive(c.left(order, h)):
		// What has left was split off before.
	case h.stands():
		find(TooLate)
	}
}

// sent is an order that Order Manager calls sent.
func (c *comparison) sent(order ordermanager.OrderState, h held, find func(Kind)) {
	switch {
	case len(h.open)+len(h.shipped) > 0 && c.owesSplit(order, h) && !c.whole(order, h):
		find(NotSplitOff)
	case len(h.open) > 0:
	case len(h.shipped) > 0 && c.whole(order, h):
		find(Unconfirmed)
	case len(h.shipped) > 0:
		find(ClosedShort)
	case len(h.cancelled) == 0:
		find(Lost)
	case !c.options.People.Wavered[order.ID] && slices.ContainsFunc(h.cancelled, func(o WarehouseOrder) bool { return c.cancelled[o.ID] }):
		find(WrongCancel)
	default:
		find(CancelledByWarehouse)
	}
	if order.Shipments > 0 && !c.whole(order, h) {
		find(NotShipped)
	}
}

// shipped is an order that Order Manager calls shipped. One that was neither
// marked nor reported was shipped some other way, and is none of ours.
func (c *comparison) shipped(order ordermanager.OrderState, h held, find func(Kind)) {
	if order.Marks == 0 && order.Shipments == 0 {
		return
	}
	switch {
	case len(h.all) == 0:
		find(Lost)
	case order.Shipments > 0 && !c.options.People.ByHand[order.ID] && !c.whole(order, h):
		find(NotShipped)
	}
	if order.Shipments == 0 && len(h.open) > 0 {
		find(NotWanted)
	}
	if order.Shipments > 0 || len(c.options.People.Corrected[order.ID]) > 0 {
		c.tracking(order, slices.Concat(h.shipped, h.open), find)
	}
}

// whole reports whether everything that was ordered has left.
func (c *comparison) whole(order ordermanager.OrderState, h held) bool {
	if len(h.open) > 0 || len(h.shipped) == 0 {
		return false
	}
	left := c.left(order, h)
	for sku, units := range c.unitsOf(order) {
		if left[sku] < units {
			return false
		}
	}
	return true
}

// linesDiffer reports whether the warehouse was told something else than was ordered.
func (c *comparison) linesDiffer(order ordermanager.OrderState, h held) bool {
	standing := slices.Concat(h.open, h.shipped)
	if len(standing) == 0 || slices.ContainsFunc(standing, func(o WarehouseOrder) bool { return c.changed[o.ID] || o.Split }) {
		return false
	}
	return !sameUnits(c.wanted(order), orderedOf(standing[:1]))
}

func positive(units map[string]Quantity) bool {
	for _, quantity := range units {
		if quantity > 0 {
			return true
		}
	}
	return false
}

func orderedOf(orders []WarehouseOrder) map[string]Quantity {
	units := map[string]Quantity{}
	for _, order := range orders {
		for _, line := range order.Lines {
			units[line.SKU] += line.Ordered
		}
	}
	return units
}

func sameUnits(a, b map[string]Quantity) bool {
	if len(a) != len(b) {
		return false
	}
	for sku, units := range a {
		if b[sku] != units {
			return false
		}
	}
	return true
}
