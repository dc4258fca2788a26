// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"cmp"
	"slices"
	"time"
)

// store is the state; Server.mu guards it.
type store struct {
	orders   map[int64]*record
	orderIDs []int64 // ascending
	buckets  map[bucketKey][]int64
	demand   map[demandKey]int64

	warehouses []Warehouse
	channels   []SalesChannel
	labels     []Label

	orderFields, itemFields customFields

	products   map[int64]*Product
	productIDs []int64 // ascending
	bySKU      map[string]int64
	former     []Product // bundles before they were composed anew

	stocks map[stockKey][]*stockRecord
	// stocked lists the products with a stock record in a warehouse, ascending.
	stocked   map[int64][]int64
	locations map[location]int64

	late      []lateRelease
	shipments []*Shipment // by rising id
	effects   []Effect

	lastOrder, lastItem, lastProduct, lastStock, lastShipment, lastLabel int64
	lastBatch                                                            int32
	// nextHoldEnd is the earliest end of a hold, so that nothing is searched before it.
	nextHoldEnd time.Time
}

// record is an order with what the vendor keeps to itself. The order itself is never changed in place: a
// reader may hold on to it outside the lock.
type record struct {
	order *Order
	// before is the status to go back to when a hold ends or a cancellation is taken back.
	before string
	// told says that the sales channel knows of the cancellation, which can then not be taken back.
	told          bool
	marks         int
	repeatedMarks int
	shipments     int
	notified      int
	// pendingReads counts down to the moment an external shipment takes hold; shipping is what it will be.
	pendingReads int
	shipping     *Shipment
	// showsAt is when it takes hold instead, with Options.ShipmentShowsAfter.
	showsAt time.Time
}

type bucketKey struct {
	warehouse int64
	status    string
}

type stockKey struct {
	product, warehouse int64
}

type location struct {
	warehouse int64
	name      string
}

type demandKey struct {
	stockKey
	status string
}

// stockRecord is a product at one location of a warehouse.
type stockRecord struct {
	id         int64
	product    *Product
	warehouse  int64
	location   string
	locationID int64
	onHand     int64
	locked     int64
	minStock   int64
	pickable   bool
	receivable bool
	drawRank   int64
	created    time.Time
}

func newStore() store {
	return store{
		orders:    map[int64]*record{},
		buckets:   map[bucketKey][]int64{},
		demand:    map[demandKey]int64{},
		products:  map[int64]*Product{},
		bySKU:     map[string]int64{},
		stocks:    map[stockKey][]*stockRecord{},
		stocked:   map[int64][]int64{},
		locations: map[location]int64{},
		// The vendor's ids are large; they must survive every client's number types.
		lastOrder:    8_800_000,
		lastItem:     55_000_000,
		lastProduct:  1_200_000,
		lastStock:    7_700_000,
		lastShipment: 9_300_000,
		lastLabel:    300,
		lastBatch:    1000,
	}
}

func insertSorted[T cmp.Ordered](list []T, value T) []T {
	n, found := slices.BinarySearch(list, value)
	if found {
		return list
	}
	return slices.Insert(list, n, value)
}

func removeSorted[T cmp.Ordered](list []T, value T) []T {
	n, found := slices.BinarySearch(list, value)
	if !found {
		return list
	}
	return slices.Delete(list, n, n+1)
}

// index enters a record into the buckets and the demand; sign −1 takes it out again.
func (s *store) index(r *record, sign int64) {
	key := bucketKey{r.order.warehouseID(), r.order.OrderStatus}
	if sign > 0 {
		s.buckets[key] = insertSorted(s.buckets[key], r.order.OrderID)
	} else {
		s.buckets[key] = removeSorted(s.buckets[key], r.order.OrderID)
	}
	s.eachUnit(r.order, func(product, units int64) {
		s.demand[demandKey{stockKey{product, key.warehouse}, key.status}] += sign * units
	})
}

// maxBundleDepth is how many bundles may stand in each other.
const maxBundleDepth = 16

// eachUnit names the products that an order takes from stock: of a bundle its components, and nothing of
// one that an orderbot has broken down, since its components are items of the order.
func (s *store) eachUnit(o *Order, visit func(product, units int64)) {
	for _, item := range o.Items {
		if item.Product == nil {
			continue
		}
		product := s.products[item.Product.ProductID]
		if product == nil {
			continue
		}
		if product.Type == BundleKit && item.BrokenDown {
			continue
		}
		s.eachPart(product, int64(item.QuantityOrdered), maxBundleDepth, visit)
	}
}

func (s *store) eachPart(product *Product, units int64, depth int, visit func(product, units int64)) {
	if product.Type != BundleKit {
		visit(product.ProductID, units)
		return
	}
	for _, part := range product.BundledItems {
		if component := s.products[part.BundledProduct.ProductID]; component != nil && depth > 0 {
			s.eachPart(component, units*int64(part.BundledProductQuantity), depth-1, visit)
		}
	}
}

// change replaces the order of a record by a changed copy and keeps every index right.
func (s *store) change(r *record, now time.Time, touch bool, mutate func(*Order)) {
	s.index(r, -1)
	next := r.order.clone()
	mutate(&next)
	if touch {
		next.ModifiedDate = At(now)
	}
	r.order = &next
	s.index(r, +1)
}

// endHolds brings back the orders whose hold is over: a hold ends by itself at its date.
func (s *store) endHolds(now time.Time) {
	if s.nextHoldEnd.IsZero() || now.Before(s.nextHoldEnd) {
		return
	}
	var held []*record
	for key, ids := range s.buckets {
		if key.status == StatusOnHold {
			for _, id := range ids {
				held = append(held, s.orders[id])
			}
		}
	}
	slices.SortFunc(held, func(a, b *record) int { return cmp.Compare(a.order.OrderID, b.order.OrderID) })
	s.nextHoldEnd = time.Time{}
	for _, r := range held {
		until := r.order.HoldUntilDate
		switch {
		case until.IsZero():
		case now.Before(until.Time):
			s.noteHoldEnd(until.Time)
		default:
			s.unhold(r, now)
			s.note(Effect{Kind: HoldEnded, Time: now, OrderID: r.order.OrderID, Before: StatusOnHold, After: r.order.OrderStatus})
		}
	}
}

func (s *store) noteHoldEnd(until time.Time) {
	if s.nextHoldEnd.IsZero() || until.Before(s.nextHoldEnd) {
		s.nextHoldEnd = until
	}
}

func (s *store) unhold(r *record, now time.Time) {
	back := r.before
	if back == "" {
		back = StatusAwaiting3PLExport
	}
	r.before = ""
	s.change(r, now, true, func(o *Order) {
		o.OrderStatus = back
		o.HoldUntilDate = Time{}
	})
}

func (s *store) warehouse(id int64) *Warehouse {
	for n := range s.warehouses {
		if s.warehouses[n].WarehouseID == id {
			return &s.warehouses[n]
		}
	}
	return nil
}

func (s *store) channel(id int32) *SalesChannel {
	for n := range s.channels {
		if s.channels[n].SalesChannelID == id {
			return &s.channels[n]
		}
	}
	return nil
}
