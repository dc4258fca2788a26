// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"slices"
	"time"
)

// closedStatuses are those in which an order is over, or (the inbound plan) was never a buyer's.
var closedStatuses = []string{StatusShipped, StatusCancelled, StatusProcessedOutside, StatusInboundPlan}

// allocates says whether Order Manager takes orders in this status off the available quantity. A status that
// the schema does not list is an open one.
func (a Allocation) allocates(status string) bool {
	if a == AllocateNone || slices.Contains(closedStatuses, status) {
		return false
	}
	switch status {
	case StatusOnHold:
		return a != AllocateAllButHeld
	case StatusPendingFulfillment:
		return a != AllocateReleasedWhenSent
	}
	return true
}

// allocated sums the units of the open orders that the switch counts.
func (s *Server) allocated(key stockKey) int64 {
	units := s.heldBack(key)
	for _, status := range orderStatuses {
		if s.options.Allocation.allocates(status) {
			units += s.demand[demandKey{key, status}]
		}
	}
	if s.options.UnknownValues && s.options.Allocation.allocates(UnknownStatus) {
		units += s.demand[demandKey{key, UnknownStatus}]
	}
	return units
}

// lateRelease is what a cancelled order still holds allocated.
type lateRelease struct {
	order int64
	key   stockKey
	units int64
	until time.Time
}

// holdBack keeps a cancelled order's units allocated for the time that the switch says.
func (s *Server) holdBack(o *Order) {
	now := s.now()
	s.late = slices.DeleteFunc(s.late, func(l lateRelease) bool { return !now.Before(l.until) })
	s.eachUnit(o, func(product, units int64) {
		key := stockKey{product, o.warehouseID()}
		s.late = append(s.late, lateRelease{o.OrderID, key, units, now.Add(s.options.CancelReleasesAfter)})
	})
}

// heldBack sums what cancelled orders still hold allocated.
func (s *Server) heldBack(key stockKey) int64 {
	if len(s.late) == 0 || !s.options.Allocation.allocates(StatusPendingFulfillment) {
		return 0
	}
	var units int64
	now := s.now()
	for _, l := range s.late {
		if l.key == key && now.Before(l.until) {
			units += l.units
		}
	}
	return units
}

// figures of a product at a warehouse, over all its locations.
func (s *Server) figures(key stockKey) Figures {
	var f Figures
	for _, record := range s.stocks[key] {
		f.OnHand += record.onHand
		f.Locked += record.locked
	}
	return s.derive(f, s.allocated(key))
}

func (s *Server) derive(f Figures, allocated int64) Figures {
	f.Allocated = allocated
	f.Available = f.OnHand - f.Allocated
	if !s.options.AvailableIgnoresLocked {
		f.Available -= f.Locked
	}
	if s.options.AvailableFloored {
		f.Available = max(0, f.Available)
	}
	return f
}

// createStock enters a new record; the caller has checked that there is none.
func (s *Server) createStock(record stockRecord) *stockRecord {
	s.lastStock++
	record.id = s.lastStock
	record.locationID = s.locationID(record.warehouse, record.location)
	record.created = s.now()
	key := stockKey{record.product.ProductID, record.warehouse}
	s.stocks[key] = append(s.stocks[key], &record)
	slices.SortStableFunc(s.stocks[key], func(a, b *stockRecord) int { return int(a.drawRank - b.drawRank) })
	s.stocked[record.warehouse] = insertSorted(s.stocked[record.warehouse], record.product.ProductID)
	return &record
}

// locationID is the same for every record at one location of one warehouse.
func (s *Server) locationID(warehouse int64, name string) int64 {
	place := location{warehouse, name}
	if s.locations[place] == 0 {
		s.locations[place] = 60_000 + int64(len(s.locations))
	}
	return s.locations[place]
}

func (s *Server) findStock(key stockKey, location string) *stockRecord {
	for _, record := range s.stocks[key] {
		if record.location == location {
			return record
		}
	}
	return nil
}

// shipStock takes a shipped order's units off the first location of each product.
func (s *Server) shipStock(o *Order, api bool) {
	if s.options.ShipmentKeepsOnHand {
		return
	}
	warehouse := o.warehouseID()
	s.eachUnit(o, func(product, units int64) {
		key := stockKey{product, warehouse}
		records := s.stocks[key]
		if len(records) == 0 {
			return
		}
		before := s.figures(key)
		records[0].onHand -= units
		s.note(Effect{
			Kind: StockShipped, Time: s.now(), API: api, OrderID: o.OrderID,
			SKU: records[0].product.MasterSKU, WarehouseID: warehouse,
			StockBefore: &before, StockAfter: new(s.figures(key)),
		})
	})
}
