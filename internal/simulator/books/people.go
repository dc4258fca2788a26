// SPDX-License-Identifier: Apache-2.0

package books

import (
	"slices"
	"strconv"

	"ordersync.dev/operator/internal/simulator/ordermanager"
)

// Settings are those of a connection and its policy that decide what is right
// in the end.
type Settings struct {
	// HeldIgnored offers the units of orders on hold to others.
	HeldIgnored bool
	// PartsSplitOff makes what has shipped of an open order one of its own, and
	// ShortSplitOff what left of an order that was closed short.
	PartsSplitOff, ShortSplitOff bool
	// BuyerMailed has each buyer told of the shipment.
	BuyerMailed bool
	// EditsTaken writes edits into the warehouse's order.
	EditsTaken bool
	// CancelledHere cancels in Order Manager what the warehouse cancelled.
	CancelledHere bool
	// CorrectionsWritten reports a tracking number that the warehouse corrected.
	CorrectionsWritten bool
}

// People is what users and the warehouse did that the books of the end do not
// show, by Order Manager's id of the order.
type People struct {
	// Barred are orders that nobody ever let go to the warehouse: a filter, a
	// label or a hold stood before them from the first moment on.
	Barred map[int64]bool
	// Edited are orders whose lines a user changed after the warehouse had them.
	Edited map[int64]bool
	// Corrected are the tracking numbers that the warehouse took back, and those
	// that a user wrote by hand.
	Corrected map[int64][]string
	// ByHand are orders that a user shipped in Order Manager.
	ByHand map[int64]bool
	// Wavered are orders that a user routed elsewhere and back, or cancelled and
	// restored: what was cancelled in the warehouse meanwhile may stay so until
	// somebody sends it again.
	Wavered map[int64]bool
	// Reported are orders whose tracking a user asked to report again. How often
	// is not counted: a status that is lost forgets what was answered.
	Reported map[int64]bool
}

// stopped reports whether a label stops a waiting order.
func (c *comparison) stopped(order ordermanager.OrderState) bool {
	return slices.Contains(c.options.PickupStatuses, order.Status) &&
		slices.ContainsFunc(order.Labels, func(label string) bool { return slices.Contains(c.options.StopLabels, label) })
}

// cancelledWrongly reports whether a request cancelled an order in Order Manager
// though the settings do not say so, or the warehouse had not cancelled it by itself.
func (c *comparison) cancelledWrongly(order ordermanager.OrderState) bool {
	told := c.options.Settings == nil || c.options.Settings.CancelledHere
	return c.cancelledHere[order.ID] && !(told && c.byItself[strconv.FormatInt(order.ID, 10)])
}

// differs judges lines that are not those of Order Manager. An edit of an order
// that has shipped, or that nobody wants from here, comes to nothing.
func (c *comparison) differs(order ordermanager.OrderState, h held, find func(Kind)) {
	begun := slices.ContainsFunc(h.open, func(o WarehouseOrder) bool { return o.InProgress })
	switch {
	case !c.options.People.Edited[order.ID]:
		find(WrongLines)
	case len(h.shipped) > 0 || order.Status != ordermanager.StatusPendingFulfillment || order.WarehouseID != c.options.OrderManagerWarehouseID:
	case c.options.Settings != nil && c.options.Settings.EditsTaken && !begun:
		find(EditNotTaken)
	default:
		find(Edited)
	}
}

// tracking compares the numbers of a reported order with those of the orders in
// the warehouse that it stands for. A warehouse without any can be given no
// wrong one.
func (c *comparison) tracking(order ordermanager.OrderState, there []WarehouseOrder, find func(Kind)) {
	var numbers []string
	for _, candidate := range there {
		numbers = append(numbers, candidate.Tracking...)
	}
	if len(numbers) == 0 {
		return
	}
	former := c.options.People.Corrected[order.ID]
	has, foreign := false, false
	for _, number := range order.Tracking {
		has = has || slices.Contains(numbers, number)
		foreign = foreign || !slices.Contains(numbers, number) && !slices.Contains(former, number)
	}
	switch {
	case foreign || len(order.Tracking) == 0:
		find(WrongTracking)
	case has:
	case c.options.Settings != nil && c.options.Settings.CorrectionsWritten && !slices.ContainsFunc(there, stillOpen):
		find(Uncorrected)
	default:
		find(TrackingDiffers)
	}
}

func stillOpen(order WarehouseOrder) bool { return order.State == Open }

// reports judges how often an order's shipment was reported, and its buyer told.
// A correction that is written is one report more, and no mail.
func (c *comparison) reports(order ordermanager.OrderState, find func(Kind)) {
	settings, people := c.options.Settings, c.options.People
	if people.Reported[order.ID] {
		return
	}
	allowed := 1
	if settings != nil && settings.CorrectionsWritten {
		allowed += len(people.Corrected[order.ID])
	}
	if order.Shipments > allowed || order.Notifications > 1 {
		find(ConfirmedTwice)
		return
	}
	if people.ByHand[order.ID] {
		return // a correction of what a user wrote is no news to the buyer
	}
	if settings != nil && order.Shipments > 0 && (order.Notifications > 0) != settings.BuyerMailed {
		find(WrongMail)
	}
}

// owesSplit reports whether units that left are still to become an order of
// their own. Orders with kits, of which only whole ones are split off, and those
// whose lines a user changed meanwhile are not judged.
func (c *comparison) owesSplit(order ordermanager.OrderState, h held) bool {
	settings := c.options.Settings
	switch {
	case settings == nil, c.options.People.Edited[order.ID], len(h.open) > 0 && !settings.PartsSplitOff, len(h.open) == 0 && !settings.ShortSplitOff:
		return false
	case slices.ContainsFunc(order.Lines, func(l ordermanager.LineState) bool { return c.options.Kits[l.SKU] != nil }):
		return false
	}
	return positive(c.left(order, h))
}
