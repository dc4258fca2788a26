// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"slices"
	"strings"
	"time"
)

// Snapshot is everything that the warehouse's books say at one moment.
type Snapshot struct {
	TakenAt   time.Time       `json:"takenAt"`
	Customers []Customer      `json:"customers"`
	Items     []Item          `json:"items"`
	Orders    []SnapshotOrder `json:"orders"`
	Stock     []StockLevel    `json:"stock"`
	Effects   []Effect        `json:"effects"`
}

// SnapshotOrder is an order without anything personal.
type SnapshotOrder struct {
	ID         int64 `json:"id"`
	CustomerID int64 `json:"customerId"`
	FacilityID int64 `json:"facilityId"`
	// Reference is the one of now, Original the one that the order came in with.
	Reference  string `json:"reference"`
	Original   string `json:"original"`
	ExternalID string `json:"externalId,omitempty"`
	Status     Status `json:"status"`
	Foreign    bool   `json:"foreign,omitempty"`
	ParentID   int64  `json:"parentId,omitempty"`
	// InProgress says that work on the order has begun, so that it cannot be
	// cancelled any more.
	InProgress bool           `json:"inProgress,omitempty"`
	Tracking   []string       `json:"tracking,omitempty"`
	Lines      []SnapshotLine `json:"lines"`
	Created    time.Time      `json:"created"`
	Closed     time.Time      `json:"closed,omitzero"`
}

// SnapshotLine is one line of an order.
type SnapshotLine struct {
	SKU       string   `json:"sku"`
	Qualifier string   `json:"qualifier,omitempty"`
	Qty       Quantity `json:"qty"`
	Allocated Quantity `json:"allocated"`
	Shipped   Quantity `json:"shipped"`
}

// Snapshot copies the books.
func (s *Server) Snapshot() Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshot := Snapshot{TakenAt: s.now(), Effects: slices.Clone(s.effects)}
	for _, id := range s.customerOrder {
		c := s.customers[id]
		snapshot.Customers = append(snapshot.Customers, c.Customer)
		for _, item := range c.items {
			snapshot.Items = append(snapshot.Items, *item)
		}
	}
	for _, o := range s.orders.ordered {
		snapshot.Orders = append(snapshot.Orders, o.snapshot())
	}
	for _, b := range s.stock.ordered {
		snapshot.Stock = append(snapshot.Stock, b.level())
	}
	return snapshot
}

func (o *order) snapshot() SnapshotOrder {
	copied := SnapshotOrder{ID: o.id, CustomerID: o.customer.ID, FacilityID: o.facility.ID, Reference: o.doc.ReferenceNum,
		Original: o.original, ExternalID: o.doc.ExternalID, Status: o.status, Foreign: o.foreign, ParentID: o.parent,
		InProgress: o.refusal("") != nil && !o.closed(), Tracking: o.tracking(), Created: o.created, Closed: o.processed}
	for _, l := range o.lines {
		copied.Lines = append(copied.Lines, SnapshotLine{l.item.SKU, l.doc.Qualifier, l.qty, l.allocated, l.shipped})
	}
	return copied
}

// tracking are the distinct tracking numbers of an order, from wherever they stand.
func (o *order) tracking() []string {
	var numbers []string
	for _, p := range o.packages {
		numbers = append(numbers, p.Tracking)
	}
	if o.doc.RoutingInfo != nil {
		numbers = append(numbers, strings.FieldsFunc(o.doc.RoutingInfo.TrackingNumber, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	numbers = append(numbers, o.parcels...)
	var distinct []string
	for _, number := range numbers {
		if number != "" && !slices.Contains(distinct, number) {
			distinct = append(distinct, number)
		}
	}
	return distinct
}
