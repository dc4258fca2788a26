// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"cmp"
	"fmt"
	"slices"
)

// binKey is what the warehouse keeps stock by.
type binKey struct {
	itemID     int64
	qualifier  string
	facilityID int64
}

// bin is the stock of one item, qualifier and facility.
type bin struct {
	binKey
	customerID    int64
	item          *Item
	receiveItemID int64

	onHand, onHold Quantity
	// allocated and unallocated are the units of open orders that goods are set
	// aside for, and that none are.
	allocated, unallocated Quantity
	// shipped is all that ever left: the API's "allocated" includes it.
	shipped Quantity
}

// free is what can be set aside for an order.
func (b *bin) free() Quantity { return b.onHand - b.onHold - b.allocated }

// stockroom is all stock.
type stockroom struct {
	bins map[binKey]*bin
	// ordered is the bins in the order in which they are listed.
	ordered []*bin
}

func newStockroom() stockroom { return stockroom{bins: map[binKey]*bin{}} }

// bin returns the stock of a key, with nothing in it when it is new.
func (s *Server) bin(item *Item, qualifier string, facilityID int64) *bin {
	key := binKey{item.ID, qualifier, facilityID}
	if found := s.stock.bins[key]; found != nil {
		return found
	}
	added := &bin{binKey: key, customerID: item.CustomerID, item: item, receiveItemID: s.nextID()}
	s.stock.bins[key] = added
	at, _ := slices.BinarySearchFunc(s.stock.ordered, added, compareBins)
	s.stock.ordered = slices.Insert(s.stock.ordered, at, added)
	return added
}

func compareBins(a, b *bin) int {
	return cmp.Or(cmp.Compare(a.itemID, b.itemID), cmp.Compare(a.facilityID, b.facilityID), cmp.Compare(a.qualifier, b.qualifier))
}

// available is the figure that the API shows.
func (s *Server) available(b *bin) Quantity {
	available := b.free()
	if s.options.AvailableNetOfUnallocated {
		available -= b.unallocated
	}
	return available
}

// reserve counts a new line, and sets goods aside for it when allocate is true.
func (l *line) reserve(allocate bool) {
	l.bin.unallocated += l.qty
	if allocate {
		l.allocate()
	}
}

// allocate sets aside what is there.
func (l *line) allocate() {
	take := min(l.qty-l.allocated, max(0, l.bin.free()))
	l.allocated += take
	l.bin.allocated += take
	l.bin.unallocated -= take
}

// release takes a line of an open order out of the books.
func (l *line) release() {
	l.bin.allocated -= l.allocated
	l.bin.unallocated -= l.qty - l.allocated
	l.allocated = 0
}

// ship lets goods leave; what was ordered and not shipped is ordered no more.
func (l *line) ship(shipped Quantity) {
	l.release()
	l.shipped = shipped
	l.bin.onHand -= shipped
	l.bin.shipped += shipped
}

// StockLevel is the truth about the stock of one SKU, qualifier and facility.
type StockLevel struct {
	CustomerID int64  `json:"customerId"`
	FacilityID int64  `json:"facilityId"`
	ItemID     int64  `json:"itemId"`
	SKU        string `json:"sku"`
	Qualifier  string `json:"qualifier,omitempty"`
	// OnHand is what lies on the shelves, OnHold what may not be shipped of it.
	OnHand Quantity `json:"onHand"`
	OnHold Quantity `json:"onHold"`
	// Allocated and Unallocated are the units of open orders with and without
	// goods set aside for them.
	Allocated   Quantity `json:"allocated"`
	Unallocated Quantity `json:"unallocated"`
	// Shipped is all that ever left.
	Shipped Quantity `json:"shipped"`
}

// Available is on hand without what is on hold and what is set aside. It does
// not depend on what the API shows as available.
func (l StockLevel) Available() Quantity { return l.OnHand - l.OnHold - l.Allocated }

func (b *bin) level() StockLevel {
	return StockLevel{CustomerID: b.customerID, FacilityID: b.facilityID, ItemID: b.itemID, SKU: b.item.SKU, Qualifier: b.qualifier,
		OnHand: b.onHand, OnHold: b.onHold, Allocated: b.allocated, Unallocated: b.unallocated, Shipped: b.shipped}
}

// StockSetting sets what lies on the shelves.
type StockSetting struct {
	CustomerID int64    `json:"customerId"`
	FacilityID int64    `json:"facilityId"`
	SKU        string   `json:"sku"`
	Qualifier  string   `json:"qualifier,omitempty"`
	OnHand     Quantity `json:"onHand"`
	OnHold     Quantity `json:"onHold,omitempty"`
}

// SetStock sets what lies on the shelves, and what may not be shipped of it.
// Goods set aside stay so: less on hand than that makes available negative.
func (s *Server) SetStock(setting StockSetting) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.customers[setting.CustomerID]
	if c == nil || !c.servedBy(setting.FacilityID) {
		return fmt.Errorf("customer %d is not served by facility %d", setting.CustomerID, setting.FacilityID)
	}
	item := c.bySKU[s.fold(setting.SKU)]
	if item == nil {
		return fmt.Errorf("customer %d has no SKU %q", setting.CustomerID, setting.SKU)
	}
	b := s.bin(item, setting.Qualifier, setting.FacilityID)
	b.onHand, b.onHold = setting.OnHand, setting.OnHold
	return nil
}

// Stock returns the stock of a SKU: one level for each customer, qualifier and facility.
func (s *Server) Stock(sku string) []StockLevel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var levels []StockLevel
	for _, b := range s.stock.ordered {
		if s.fold(b.item.SKU) == s.fold(sku) {
			levels = append(levels, b.level())
		}
	}
	return levels
}
