// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"
)

// Status is readOnly.status of an order.
type Status int

const (
	// StatusOpen is an order that was not confirmed yet.
	StatusOpen Status = 0
	// StatusClosed is an order that was confirmed: it shipped.
	StatusClosed Status = 1
	// StatusCanceled is an order that was cancelled. It is closed too.
	StatusCanceled Status = 2
)

// order is one order of the warehouse.
type order struct {
	id       int64
	customer *customer
	facility *facility
	doc      OrderDocument
	// original is the reference that the order came in with: a cancel renames it.
	original string
	status   Status
	lines    []*line
	packages []Package
	// parcels are tracking numbers of a small-parcel system.
	parcels []string
	version uint64
	// complete says that the warehouse was told.
	complete bool
	foreign  bool
	parent   int64

	created, modified, processed    time.Time
	batchID                         int64
	batch                           string
	pickStarted, pickDone, packDone time.Time
}

type line struct {
	id                      int64
	doc                     OrderItem
	item                    *Item
	bin                     *bin
	qty, allocated, shipped Quantity
}

func (o *order) closed() bool { return o.status != StatusOpen }

func (o *order) fullyAllocated() bool {
	return !slices.ContainsFunc(o.lines, func(l *line) bool { return o.status == StatusOpen && l.allocated < l.qty })
}

// etag is a row version as the vendor's database writes one: eight bytes in base64.
func (o *order) etag() string {
	var bytes [8]byte
	binary.BigEndian.PutUint64(bytes[:], o.version)
	return `"` + base64.StdEncoding.EncodeToString(bytes[:]) + `"`
}

// touch notes a modification.
func (s *Server) touch(o *order) {
	o.modified = s.now()
	o.version = s.nextVersion()
}

// orderBook has all orders and their indexes.
type orderBook struct {
	nextID int64
	byID   map[int64]*order
	// ordered is all orders by id.
	ordered []*order
	open    map[int64]*order
	// byReference and byExternal have the orders of a folded text. A reference
	// is a customer's own; the customer is checked by whoever looks.
	byReference, byExternal map[string][]*order
	// retired are the references that cancelled orders had.
	retired map[string][]*order
}

func newOrderBook(first int64) orderBook {
	return orderBook{nextID: first, byID: map[int64]*order{}, open: map[int64]*order{},
		byReference: map[string][]*order{}, byExternal: map[string][]*order{}, retired: map[string][]*order{}}
}

// enter puts a new order into the books and its lines into the stock's.
func (s *Server) enter(o *order, allocate bool) {
	o.id = s.orders.nextID
	s.orders.nextID++
	o.original = o.doc.ReferenceNum
	o.created = s.now()
	s.orders.byID[o.id] = o
	s.orders.ordered = append(s.orders.ordered, o)
	s.orders.open[o.id] = o
	s.index(o)
	for _, l := range o.lines {
		l.reserve(allocate)
	}
	s.touch(o)
}

func (s *Server) index(o *order) {
	add(s.orders.byReference, s.fold(o.doc.ReferenceNum), o)
	add(s.orders.byExternal, s.fold(o.doc.ExternalID), o)
}

func (s *Server) unindex(o *order) {
	drop(s.orders.byReference, s.fold(o.doc.ReferenceNum), o)
	drop(s.orders.byExternal, s.fold(o.doc.ExternalID), o)
}

func add(index map[string][]*order, key string, o *order) {
	if key != "" {
		index[key] = append(index[key], o)
	}
}

func drop(index map[string][]*order, key string, o *order) {
	left := slices.DeleteFunc(index[key], func(other *order) bool { return other == o })
	if len(left) == 0 {
		delete(index, key)
		return
	}
	index[key] = left
}

// holder returns the order of the customer that holds a reference; nil when it is free.
func (s *Server) holder(c *customer, reference string) *order {
	candidates := s.orders.byReference[s.fold(reference)]
	if s.options.CancelKeepsReference {
		candidates = slices.Concat(candidates, s.orders.retired[s.fold(reference)])
	}
	for _, o := range candidates {
		if o.customer == c {
			return o
		}
	}
	return nil
}

// close takes an order out of the open ones.
func (s *Server) close(o *order, status Status) {
	o.status = status
	o.processed = s.now()
	delete(s.orders.open, o.id)
	s.touch(o)
}
