// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"maps"
	"slices"
)

// AddForeignOrder enters an order that did not come from the operator: typed
// in by hand, or by another program. It is checked like any other, so its
// reference must be free.
func (s *Server) AddForeignOrder(doc OrderDocument) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, fault := s.build(doc, nil)
	if fault != nil {
		return 0, fault.asError()
	}
	o.foreign = true
	o.complete = true
	s.enter(o, !o.customer.OrderQueue)
	s.record(EffectCreate, ByWarehouse, o)
	return o.id, nil
}

// EditOrder changes an open order from inside the warehouse.
func (s *Server) EditOrder(orderID int64, change func(*OrderDocument)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, err := s.openOrder(orderID)
	if err != nil {
		return err
	}
	doc := o.document()
	change(&doc)
	replacement, fault := s.build(doc, o)
	if fault != nil {
		return fault.asError()
	}
	s.replace(o, replacement)
	s.record(EffectUpdate, ByWarehouse, o)
	return nil
}

// Split moves quantities of an open order into a new one under the reference
// with the suffix -1, -2 and so on, as the warehouse system does. The new order
// keeps the external id.
func (s *Server) Split(orderID int64, move map[string]Quantity) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	parent, err := s.openOrder(orderID)
	if err != nil {
		return 0, err
	}
	rest, child := parent.document(), parent.document()
	rest.OrderItems, child.OrderItems = nil, nil
	left := maps.Clone(move)
	for _, l := range parent.lines {
		moved := min(l.qty, left[l.item.SKU])
		left[l.item.SKU] -= moved
		stays, goes := l.doc, l.doc
		stays.Qty, goes.Qty = new(l.qty-moved), new(moved)
		if l.qty > moved {
			rest.OrderItems = append(rest.OrderItems, stays)
		}
		if moved > 0 {
			child.OrderItems = append(child.OrderItems, goes)
		}
	}
	for sku, quantity := range left {
		if quantity > 0 {
			return 0, fmt.Errorf("order %d does not have that much of %q", orderID, sku)
		}
	}
	for n := 1; ; n++ {
		child.ReferenceNum = fmt.Sprintf("%s-%d", parent.doc.ReferenceNum, n)
		if s.holder(parent.customer, child.ReferenceNum) == nil {
			break
		}
	}
	remaining, fault := s.build(rest, parent)
	if fault != nil {
		return 0, fault.asError()
	}
	added, fault := s.build(child, nil)
	if fault != nil {
		return 0, fault.asError()
	}
	s.replace(parent, remaining)
	s.record(EffectUpdate, ByWarehouse, parent)
	added.parent, added.complete, added.foreign = parent.id, parent.complete, parent.foreign
	s.enter(added, !added.customer.OrderQueue)
	s.record(EffectCreate, ByWarehouse, added)
	return added.id, nil
}

// document is the order as its client would write it now.
func (o *order) document() OrderDocument {
	doc := o.doc.clone()
	doc.CustomerIdentifier = &Identifier{ID: o.customer.ID}
	doc.FacilityIdentifier = &Identifier{ID: o.facility.ID}
	return doc
}

func (e *exception) asError() error {
	if len(e.Faults) > 0 {
		return fmt.Errorf("refused for %d reasons", len(e.Faults))
	}
	return fmt.Errorf("refused: %s %s: %s", e.ErrorCode, e.Properties[0].Name, e.Hint)
}

// Order is an order as a test sees it: a copy.
type Order struct {
	SnapshotOrder
	ETag           string
	Complete       bool
	FullyAllocated bool
	Batch          string
	Packages       []Package
	// Document is everything that was written into the order, as it is now.
	Document OrderDocument
}

func (o *order) view() Order {
	view := Order{SnapshotOrder: o.snapshot(), ETag: o.etag(), Complete: o.complete, FullyAllocated: o.fullyAllocated(),
		Batch: o.batch, Document: o.document()}
	for _, p := range o.packages {
		p.Contents = slices.Clone(p.Contents)
		view.Packages = append(view.Packages, p)
	}
	return view
}

// Order returns the order with this id.
func (s *Server) Order(id int64) (Order, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.orders.byID[id]
	if o == nil {
		return Order{}, false
	}
	return o.view(), true
}

// ByReference returns the orders that have, or came in with, this reference, by id.
func (s *Server) ByReference(reference string) []Order {
	return s.pick(func(o *order) bool { return o.doc.ReferenceNum == reference || o.original == reference })
}

// ByExternalID returns the orders with this identity, by id.
func (s *Server) ByExternalID(externalID string) []Order {
	return s.pick(func(o *order) bool { return o.doc.ExternalID == externalID })
}

// Orders returns every order, by id.
func (s *Server) Orders() []Order { return s.pick(func(*order) bool { return true }) }

func (s *Server) pick(wanted func(*order) bool) []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	var views []Order
	for _, o := range s.orders.ordered {
		if wanted(o) {
			views = append(views, o.view())
		}
	}
	return views
}
