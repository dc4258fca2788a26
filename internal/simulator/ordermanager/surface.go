// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// This file is what a test does behind the API's back: what a merchant's users and sales channels do.

// UnknownStatus and UnknownType stand for values that the vendor adds to its schema one day.
const (
	UnknownStatus = "AWAITING_ROBOT_PICK"
	UnknownType   = "SUBSCRIPTION_BOX"
)

// AddWarehouse makes a warehouse known; its type defaults to THIRD_PARTY_LOGISTICS and it is active.
func (s *Server) AddWarehouse(w Warehouse) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case w.WarehouseID <= 0 || w.Name == "":
		return errors.New("a warehouse needs an id and a name")
	case s.warehouse(w.WarehouseID) != nil:
		return fmt.Errorf("warehouse %d exists", w.WarehouseID)
	}
	setDefault(&w.Type, ThirdPartyLogistics)
	w.Active = true
	s.warehouses = append(s.warehouses, w)
	return nil
}

// RenameWarehouse gives a warehouse another name, as a user may at any time.
func (s *Server) RenameWarehouse(id int64, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.warehouse(id)
	if w == nil {
		return fmt.Errorf("no warehouse %d", id)
	}
	w.Name = name
	return nil
}

// AddChannel makes an active sales channel known.
func (s *Server) AddChannel(c SalesChannel) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.SalesChannelID <= 0 || c.Name == "" || s.channel(c.SalesChannelID) != nil {
		return errors.New("a sales channel needs an id of its own and a name")
	}
	c.Active = true
	s.channels = append(s.channels, c)
	return nil
}

// AddProduct makes a product known and returns its id. A bundle's components must be known, and may be
// bundles themselves; they may be named by MasterSKU alone. Products are active.
func (s *Server) AddProduct(p Product) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.MasterSKU == "" || s.bySKU[p.MasterSKU] != 0 {
		return 0, fmt.Errorf("a product needs a SKU of its own, not %q", p.MasterSKU)
	}
	items, err := s.bundledItems(p.BundledItems)
	if err != nil {
		return 0, err
	}
	p.BundledItems = items
	if p.Type == "" {
		p.Type = CoreProduct
		if len(p.BundledItems) > 0 {
			p.Type = BundleKit
		}
	}
	p.Bundle = p.Type == BundleKit
	p.Active = true
	setDefault(&p.Name, "Product "+p.MasterSKU)
	if p.ProductID == 0 {
		p.ProductID = s.lastProduct + 1
	}
	if s.products[p.ProductID] != nil {
		return 0, fmt.Errorf("product %d exists", p.ProductID)
	}
	s.lastProduct = max(s.lastProduct, p.ProductID)
	if p.CreatedDate.IsZero() {
		p.CreatedDate = At(s.now())
	}
	if p.ModifiedDate.IsZero() {
		p.ModifiedDate = p.CreatedDate
	}
	s.products[p.ProductID] = &p
	s.productIDs = insertSorted(s.productIDs, p.ProductID)
	s.bySKU[p.MasterSKU] = p.ProductID
	return p.ProductID, nil
}

// Products lists every product by rising id.
func (s *Server) Products() []Product {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Product, 0, len(s.productIDs))
	for _, id := range s.productIDs {
		list = append(list, *s.products[id])
	}
	return list
}

// Warehouses lists every warehouse.
func (s *Server) Warehouses() []Warehouse {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.warehouses)
}

// SetStock sets a product's stock at a warehouse's GLOBAL location, and makes the record if there is none.
// It is what a user did: no effect of the API.
func (s *Server) SetStock(sku string, warehouse, onHand, locked int64) error {
	return s.SetStockAt(sku, warehouse, GlobalLocation, onHand, locked)
}

// SetStockAt is SetStock for a named location of a DIRECT_FULFILLMENT warehouse.
func (s *Server) SetStockAt(sku string, warehouse int64, location string, onHand, locked int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	product := s.products[s.bySKU[sku]]
	if product == nil || s.warehouse(warehouse) == nil || location == "" {
		return fmt.Errorf("no product %q, no warehouse %d or no location", sku, warehouse)
	}
	record := s.findStock(stockKey{product.ProductID, warehouse}, location)
	if record == nil {
		record = s.createStock(stockRecord{product: product, warehouse: warehouse, location: location, pickable: true, receivable: true})
	}
	record.onHand, record.locked = onHand, locked
	return nil
}

// Stock is a product's figures at a warehouse; false when there is no stock record.
func (s *Server) Stock(sku string, warehouse int64) (Figures, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHolds(s.now())
	key := stockKey{s.bySKU[sku], warehouse}
	return s.figures(key), len(s.stocks[key]) > 0
}

// AddOrder takes an order in as it is and returns its id. Left out, these become: id the next one, number
// the id, status AWAITING_3PL_EXPORT, type STANDARD, dates now, item ids the next ones. Items name their
// product by MasterSKU (see Item), or have none; the warehouse and the channel are named by their ids.
func (s *Server) AddOrder(o Order) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addOrder(o)
}

func (s *Server) addOrder(given Order) (int64, error) {
	o := given.clone()
	if err := s.completeOrder(&o); err != nil {
		return 0, err
	}
	r := &record{order: &o}
	s.orders[o.OrderID] = r
	s.orderIDs = insertSorted(s.orderIDs, o.OrderID)
	s.index(r, +1)
	if o.OrderStatus == StatusOnHold && !o.HoldUntilDate.IsZero() {
		s.noteHoldEnd(o.HoldUntilDate.Time)
	}
	return o.OrderID, nil
}

// completeOrder fills in what was left out and refuses what the API could not show.
func (s *Server) completeOrder(o *Order) error {
	if o.OrderID == 0 {
		o.OrderID = s.lastOrder + 1
	}
	if s.orders[o.OrderID] != nil {
		return fmt.Errorf("order %d exists", o.OrderID)
	}
	setDefault(&o.OrderNumber, fmt.Sprint(o.OrderID))
	setDefault(&o.OrderStatus, StatusAwaiting3PLExport)
	setDefault(&o.OrderType, "STANDARD")
	setDefault(&o.Currency, "USD")
	now := At(s.now())
	setDefault(&o.OrderDate, now)
	setDefault(&o.CreatedDate, o.OrderDate)
	setDefault(&o.ModifiedDate, o.CreatedDate)
	known := slices.Contains(orderStatuses, o.OrderStatus) || s.options.UnknownValues && o.OrderStatus == UnknownStatus
	if !known {
		return fmt.Errorf("unknown status %q", o.OrderStatus)
	}
	if !slices.Contains(orderTypes, o.OrderType) && (!s.options.UnknownValues || o.OrderType != UnknownType) {
		return fmt.Errorf("unknown type %q", o.OrderType)
	}
	if o.ShipCountry != "" && len(o.ShipCountry) != 3 {
		return errors.New("countries have three letters")
	}
	if o.Source != nil {
		w := s.warehouse(o.Source.WarehouseID)
		if w == nil {
			return fmt.Errorf("no warehouse %d", o.Source.WarehouseID)
		}
		o.Source = &WarehouseInfo{WarehouseID: w.WarehouseID, Name: w.Name}
	}
	if o.SalesChannel != nil {
		channel := s.channel(o.SalesChannel.SalesChannelID)
		if channel == nil {
			return fmt.Errorf("no sales channel %d", o.SalesChannel.SalesChannelID)
		}
		o.SalesChannel = new(*channel)
	}
	if o.Items == nil {
		o.Items = []OrderItem{}
	}
	item := s.lastItem
	for n := range o.Items {
		line := &o.Items[n]
		if line.OrderItemID == 0 {
			item++
			line.OrderItemID = item
		}
		if line.Product == nil {
			continue
		}
		product := s.products[s.bySKU[line.Product.MasterSKU]]
		if product == nil {
			return fmt.Errorf("no product %q", line.Product.MasterSKU)
		}
		line.Product = product.info()
		setDefault(&line.ListingSKU, product.MasterSKU)
	}
	s.lastItem = item
	s.lastOrder = max(s.lastOrder, o.OrderID)
	return nil
}

// UpdateOrder lets a user change anything in an order but its id; touch says whether modifiedDate moves.
func (s *Server) UpdateOrder(id int64, touch bool, mutate func(*Order)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[id]
	if r == nil {
		return fmt.Errorf("no order %d", id)
	}
	s.change(r, s.now(), touch, func(o *Order) {
		mutate(o)
		o.OrderID = id
	})
	return nil
}

// CancelOrder is a user's cancellation.
func (s *Server) CancelOrder(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[id]
	if r == nil {
		return fmt.Errorf("no order %d", id)
	}
	if problem := cannotCancel(r); problem != "" {
		return errors.New(problem)
	}
	s.cancel(r, CancelReason{Type: "BUYER_CANCELLED"}, false, false)
	return nil
}

// HoldOrder is a user's hold.
func (s *Server) HoldOrder(id int64, until time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[id]
	if r == nil {
		return fmt.Errorf("no order %d", id)
	}
	if problem := cannotHold(r); problem != "" {
		return errors.New(problem)
	}
	s.hold(r, until, false)
	return nil
}

// RestoreOrder is a user's restoring of a held or cancelled order.
func (s *Server) RestoreOrder(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[id]
	if r == nil {
		return fmt.Errorf("no order %d", id)
	}
	if problem := cannotRestore(r); problem != "" {
		return errors.New(problem)
	}
	s.restore(r, false)
	return nil
}

// Reroute is a user's change of an open order's warehouse.
func (s *Server) Reroute(id, warehouse int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, w := s.orders[id], s.warehouse(warehouse)
	if r == nil || w == nil {
		return fmt.Errorf("no order %d or no warehouse %d", id, warehouse)
	}
	if slices.Contains(closedStatuses, r.order.OrderStatus) {
		return fmt.Errorf("an order that is %s is not routed any more", r.order.OrderStatus)
	}
	before := fmt.Sprint(r.order.warehouseID())
	s.change(r, s.now(), true, func(o *Order) {
		o.Source = &WarehouseInfo{WarehouseID: w.WarehouseID, Name: w.Name}
		if o.OrderStatus == StatusPendingFulfillment && !s.options.RerouteKeepsStatus {
			o.OrderStatus = StatusAwaiting3PLExport
		}
	})
	s.note(Effect{Kind: Rerouted, Time: s.now(), OrderID: id, Before: before, After: fmt.Sprint(warehouse)})
	return nil
}

// Order is a copy of an order; false when there is none. It counts as no read of a pending shipment.
func (s *Server) Order(id int64) (Order, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHolds(s.now())
	r := s.orders[id]
	if r == nil {
		return Order{}, false
	}
	return r.order.clone(), true
}

// Orders copies every order, by rising id.
func (s *Server) Orders() []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHolds(s.now())
	list := make([]Order, 0, len(s.orderIDs))
	for _, id := range s.orderIDs {
		list = append(list, s.orders[id].order.clone())
	}
	return list
}
