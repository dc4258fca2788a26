// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"slices"
	"time"
)

// Package is one parcel of an order.
type Package struct {
	ID          int64     `json:"id,omitempty"`
	Tracking    string    `json:"tracking,omitempty"`
	Description string    `json:"description,omitempty"`
	Contents    []Content `json:"contents,omitempty"`
	Created     time.Time `json:"created,omitzero"`
}

// Content is what a package holds of one line. A line is named by its id, or
// by its SKU when the id is 0.
type Content struct {
	LineID int64    `json:"lineId,omitempty"`
	SKU    string   `json:"sku,omitempty"`
	Qty    Quantity `json:"qty"`
}

// Shipment is how an order leaves. The zero value is one package with a
// tracking number of its own that holds everything.
type Shipment struct {
	// Packages beside those that the order has already.
	Packages []Package `json:"packages,omitempty"`
	// NoPackages lets the order leave without a package, as freight does.
	NoPackages bool `json:"noPackages,omitempty"`
	// TransportationCharge is what the carrier charged.
	TransportationCharge Quantity `json:"transportationCharge,omitempty"`
	// OrderTracking is typed into the order's routing; it may hold several numbers.
	OrderTracking string `json:"orderTracking,omitempty"`
	// ParcelTracking are numbers that a small-parcel system wrote beside the order.
	ParcelTracking []string `json:"parcelTracking,omitempty"`
	BillOfLading   string   `json:"billOfLading,omitempty"`
	// Carrier, Mode and SCAC replace what the order asked for.
	Carrier string `json:"carrier,omitempty"`
	Mode    string `json:"mode,omitempty"`
	SCAC    string `json:"scac,omitempty"`
}

// Short is what leaves of an order that is closed without all of it.
type Short struct {
	// Shipped by SKU; a SKU that is not named does not leave at all.
	Shipped map[string]Quantity `json:"shipped"`
	// LowerQty writes the shipped quantity over the ordered one. By default the
	// difference shows in the line's allocations alone. Both are seen.
	LowerQty bool     `json:"lowerQty,omitempty"`
	Shipment Shipment `json:"shipment"`
}

// Ship closes an order: all of it leaves. It must be complete and fully allocated.
func (s *Server) Ship(orderID int64, shipment Shipment) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, err := s.openOrder(orderID)
	if err != nil {
		return err
	}
	return s.shipWhole(o, shipment)
}

func (s *Server) shipWhole(o *order, shipment Shipment) error {
	switch {
	case !o.complete:
		return fmt.Errorf("order %d is not complete: the warehouse was not told of it", o.id)
	case !o.fullyAllocated():
		return fmt.Errorf("order %d is not fully allocated", o.id)
	}
	shipped := map[*line]Quantity{}
	for _, l := range o.lines {
		shipped[l] = l.qty
	}
	return s.confirm(o, shipment, shipped)
}

// CloseShort closes an order though not all of it leaves.
func (s *Server) CloseShort(orderID int64, short Short) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, err := s.openOrder(orderID)
	if err != nil {
		return err
	}
	shipped := map[*line]Quantity{}
	left := map[string]Quantity{}
	for sku, quantity := range short.Shipped {
		left[s.fold(sku)] = quantity
	}
	for _, l := range o.lines {
		sku := s.fold(l.item.SKU)
		shipped[l] = min(l.qty, left[sku])
		left[sku] -= shipped[l]
	}
	for sku, quantity := range left {
		if quantity != 0 {
			return fmt.Errorf("order %d does not have that much of %q", orderID, sku)
		}
	}
	if err := s.confirm(o, short.Shipment, shipped); err != nil {
		return err
	}
	if short.LowerQty {
		for _, l := range o.lines {
			l.qty = l.shipped
		}
		s.record(EffectUpdate, ByWarehouse, o)
	}
	return nil
}

// confirm closes the order; nothing is changed when it cannot.
func (s *Server) confirm(o *order, shipment Shipment, shipped map[*line]Quantity) error {
	packages := shipment.Packages
	if len(packages) == 0 && !shipment.NoPackages && len(o.packages) == 0 {
		packages = []Package{{Tracking: fmt.Sprintf("1Z%010d", o.id)}}
		for _, l := range o.lines {
			if shipped[l] > 0 {
				packages[0].Contents = append(packages[0].Contents, Content{LineID: l.id, Qty: shipped[l]})
			}
		}
	}
	if err := s.pack(o, packages); err != nil {
		return err
	}
	routing := o.routing()
	for _, replace := range []struct {
		with string
		into *string
	}{
		{shipment.OrderTracking, &routing.TrackingNumber}, {shipment.BillOfLading, &routing.BillOfLading},
		{shipment.Carrier, &routing.Carrier}, {shipment.Mode, &routing.Mode}, {shipment.SCAC, &routing.ScacCode},
	} {
		if replace.with != "" {
			*replace.into = replace.with
		}
	}
	if shipment.TransportationCharge > 0 {
		o.doc.UpsTransportationCharge = new(shipment.TransportationCharge)
	}
	o.parcels = append(o.parcels, shipment.ParcelTracking...)
	for _, l := range o.lines {
		l.ship(shipped[l])
	}
	s.close(o, StatusClosed)
	s.record(EffectShip, ByWarehouse, o)
	return nil
}

// AddPackages packs parcels of an order that stays open: their tracking
// numbers show before anything has left.
func (s *Server) AddPackages(orderID int64, packages ...Package) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, err := s.openOrder(orderID)
	if err != nil {
		return err
	}
	if err := s.pack(o, packages); err != nil {
		return err
	}
	s.touch(o)
	return nil
}

// CorrectTracking replaces the tracking numbers of an order, open or shipped.
func (s *Server) CorrectTracking(orderID int64, numbers ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.orders.byID[orderID]
	if o == nil {
		return fmt.Errorf("order %d does not exist", orderID)
	}
	o.packages, o.parcels, o.routing().TrackingNumber = nil, nil, ""
	for _, number := range numbers {
		if err := s.pack(o, []Package{{Tracking: number}}); err != nil {
			return err
		}
	}
	s.touch(o)
	return nil
}

func (s *Server) pack(o *order, packages []Package) error {
	var packed []Package
	for _, p := range packages {
		p.Contents = slices.Clone(p.Contents)
		for i := range p.Contents {
			content := &p.Contents[i]
			at := slices.IndexFunc(o.lines, func(l *line) bool {
				return content.LineID == l.id || content.LineID == 0 && s.fold(content.SKU) == s.fold(l.item.SKU)
			})
			if at < 0 {
				return fmt.Errorf("order %d has no such line to pack", o.id)
			}
			content.LineID, content.SKU = o.lines[at].id, o.lines[at].item.SKU
		}
		p.ID, p.Created = s.nextID(), s.now()
		packed = append(packed, p)
	}
	o.packages = append(o.packages, packed...)
	return nil
}

// ShipAll ships open orders that can be shipped, the oldest first, at most
// limit (0 is no limit), and returns their ids.
func (s *Server) ShipAll(limit int) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []int64
	for _, o := range s.openByID() {
		if limit > 0 && len(ids) == limit {
			break
		}
		if s.shipWhole(o, Shipment{}) == nil {
			ids = append(ids, o.id)
		}
	}
	return ids
}

func (s *Server) openByID() []*order {
	open := make([]*order, 0, len(s.orders.open))
	for _, o := range s.orders.open {
		open = append(open, o)
	}
	slices.SortFunc(open, func(a, b *order) int { return int(a.id - b.id) })
	return open
}

// Batch puts open orders into a pick batch: they cannot be cancelled any more.
func (s *Server) Batch(name string, orderIDs ...int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	batchID := s.nextID()
	return s.each(orderIDs, func(o *order) { o.batchID, o.batch = batchID, name })
}

// StartPicking begins to pick open orders: they cannot be cancelled any more.
func (s *Server) StartPicking(orderIDs ...int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.each(orderIDs, func(o *order) { o.pickStarted = s.now() })
}

// FinishPacking says that open orders are picked and packed: a cancel is
// refused as AlreadyCompleted.
func (s *Server) FinishPacking(orderIDs ...int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.each(orderIDs, func(o *order) { o.pickStarted, o.pickDone, o.packDone = s.now(), s.now(), s.now() })
}

// Complete tells the warehouse of orders that came in with a deferred notification.
func (s *Server) Complete(orderIDs ...int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.each(orderIDs, func(o *order) { o.complete = true })
}

// Allocate sets goods aside for open orders, as far as there are any, in the order of the ids given.
func (s *Server) Allocate(orderIDs ...int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.each(orderIDs, func(o *order) {
		for _, l := range o.lines {
			l.allocate()
		}
	})
}

// AllocateAll completes and allocates every open order, the oldest first.
func (s *Server) AllocateAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.openByID() {
		if o.complete && o.fullyAllocated() {
			continue
		}
		o.complete = true
		for _, l := range o.lines {
			l.allocate()
		}
		s.touch(o)
	}
}

// each applies a change to open orders, to all of them or to none.
func (s *Server) each(orderIDs []int64, change func(*order)) error {
	var orders []*order
	for _, id := range orderIDs {
		o, err := s.openOrder(id)
		if err != nil {
			return err
		}
		orders = append(orders, o)
	}
	for _, o := range orders {
		change(o)
		s.touch(o)
	}
	return nil
}

// CancelByWarehouse cancels an order from inside the warehouse: picking does not stand in its way.
func (s *Server) CancelByWarehouse(orderID int64, reason string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, err := s.openOrder(orderID)
	if err != nil {
		return err
	}
	s.cancel(o, reason, ByWarehouse)
	return nil
}

func (s *Server) openOrder(id int64) (*order, error) {
	o := s.orders.byID[id]
	switch {
	case o == nil:
		return nil, fmt.Errorf("order %d does not exist", id)
	case o.closed():
		return nil, fmt.Errorf("order %d is closed", id)
	}
	return o, nil
}

func (o *order) routing() *RoutingInfo {
	if o.doc.RoutingInfo == nil {
		o.doc.RoutingInfo = &RoutingInfo{}
	}
	return o.doc.RoutingInfo
}
