// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"slices"
	"strconv"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

var (
	_ Warehouse   = (*paper)(nil)
	_ PartShipper = (*paper)(nil)
	_ ShortCloser = (*paper)(nil)
	_ Picker      = (*paper)(nil)
	_ Pretender   = (*paper)(nil)
)

func (p *paper) Gate() *Gate { return p.gate }

func (p *paper) AddSKU(t testing.TB, sku string, onHand fulfillment.Quantity) {
	t.Helper()
	if p.can.IntegerQuantities && !onHand.Whole() {
		t.Fatal("this warehouse counts in whole units")
	}
	p.change(func() { p.onHand[sku] = onHand })
}

func (p *paper) AddForeignStock(_ testing.TB, sku string, onHand fulfillment.Quantity) {
	p.change(func() { p.foreign[sku] = onHand })
}

func (p *paper) EnterByHand(t testing.TB, order fulfillment.Order, reference string) (id string) {
	t.Helper()
	order.WarehouseID = 0 // nobody on the telephone knows it
	p.change(func() {
		s := p.enter(question{Reference: reference}, true)
		if _, refusal := p.finish(question{ID: s.ID, Order: order}); refusal != nil {
			t.Fatal(refusal)
		}
		id = s.ID
	})
	return id
}

func (p *paper) Orders(testing.TB) (orders []Order) {
	p.change(func() {
		for _, s := range p.orders {
			o := Order{ID: s.ID, Reference: s.Reference, Identity: s.Identity, State: s.State}
			if s.draft && s.State == fulfillment.WarehouseOpen {
				o.State = Draft
			}
			for _, line := range s.Lines {
				o.Lines = append(o.Lines, Line{line.SKU, line.Ordered, line.Shipped})
			}
			orders = append(orders, o)
		}
	})
	return orders
}

func (p *paper) Ship(t testing.TB, id string, packages ...Package) {
	t.Helper()
	p.change(func() {
		for _, parcel := range packages {
			p.leave(t, p.sheet(id), parcel)
		}
		if s := p.sheet(id); slices.ContainsFunc(s.Lines, func(l fulfillment.WarehouseLine) bool { return l.Shipped < l.Ordered }) {
			t.Fatal("not all of it left")
		}
		p.close(p.sheet(id))
	})
}

func (p *paper) ShipPart(t testing.TB, id string, part Package) {
	t.Helper()
	if !p.can.PartialShipments {
		t.Fatal("this warehouse does not ship in parts")
	}
	p.change(func() { p.leave(t, p.sheet(id), part) })
}

func (p *paper) CloseShort(t testing.TB, id string, all Package) {
	t.Helper()
	p.change(func() {
		p.leave(t, p.sheet(id), all)
		p.close(p.sheet(id))
	})
}

func (p *paper) leave(t testing.TB, s *sheet, parcel Package) {
	t.Helper()
	if s.State != fulfillment.WarehouseOpen || s.draft {
		t.Fatal("the order is not open")
	}
	for sku, units := range parcel.Contents {
		left := fulfillment.Units(units)
		for i := range s.Lines {
			if line := &s.Lines[i]; line.SKU == sku {
				taken := min(left, line.Ordered-line.Shipped)
				line.Shipped += taken
				left -= taken
			}
		}
		if left != 0 {
			t.Fatal("the order does not have that much")
		}
		p.onHand[sku] -= fulfillment.Units(units)
	}
	s.Packages = append(s.Packages, fulfillment.Package{ID: strconv.Itoa(len(s.Packages)), Tracking: parcel.Tracking})
	if !slices.Contains(s.Tracking, parcel.Tracking) {
		s.Tracking = append(s.Tracking, parcel.Tracking)
	}
	p.touch(s)
}

func (p *paper) close(s *sheet) {
	s.State, s.ShippedAt = fulfillment.WarehouseShipped, p.now()
}

func (p *paper) Cancel(t testing.TB, id string) {
	t.Helper()
	p.change(func() {
		s := p.sheet(id)
		s.State = fulfillment.WarehouseCancelled
		p.touch(s)
	})
}

func (p *paper) BeginWork(_ testing.TB, id string) {
	p.change(func() { p.sheet(id).InProgress = "picking" })
}

func (p *paper) PretendCancel(testing.TB) { p.change(func() { p.pretend = true }) }
func (p *paper) Tick(testing.TB)          { p.change(func() { p.minutes++ }) }
func (p *paper) ExpireTokens(testing.TB)  { p.change(func() { p.session++ }) }

func (p *paper) change(what func()) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	what()
}
