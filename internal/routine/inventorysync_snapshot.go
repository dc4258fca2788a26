// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"maps"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// snapshot is both sides' figures, read in the one order in which nothing that
// moves meanwhile makes a promise too high:
//
//  1. Order Manager's totals: what is taken off its available quantity later
//     than this is kept off by the write, which only adds a difference.
//  2. Order Manager's open orders.
//  3. The warehouse's orders, before its stock: an order that arrives there in
//     between is then subtracted twice rather than not at all.
//  4. The warehouse's stock.
//  5. The warehouse's open orders again: what was cancelled there since step 3
//     has been released into the stock and is still owed.
type snapshot struct {
	env   Env
	stage snapshotStage
	// preBuiltKits says that a kit is owed as itself, not as its components.
	preBuiltKits bool

	totalsAt time.Time
	totals   []fulfillment.ProductStock
	counted  map[int64]bool // products of totals
	page     int

	open *reading

	after     string
	held      map[string]fulfillment.WarehouseOrder // by the warehouse's id
	lookup    []fulfillment.OrderID
	parts     map[fulfillment.OrderID][]fulfillment.WarehouseOrder // of an order of ours, open or shipped
	cancelled map[fulfillment.OrderID][]fulfillment.WarehouseOrder // of one that was looked up, what was cancelled there
	relatives relatives                                            // of open orders that were split
	stillHeld map[string]fulfillment.WarehouseOrder                // open there when asked again
	arrived   []fulfillment.WarehouseOrder                         // open there only when asked again
	vanished  []string
	stock     fulfillment.StockReport
	stockAt   time.Time
	products  []fulfillment.Product
	// compositions are the kits of open orders, and those inside of them.
	compositions orderload.Compositions
	productsFor  bool
	missing      []int64 // products that no page of totals had, and are still to be asked for
	overlooked   map[string]bool
}

type snapshotStage int

const (
	readTotals snapshotStage = iota
	readOpenOrders
	readKits
	readWarehouseOrders
	lookUpOthers
	readStock
	readWarehouseOrdersAgain
	lookUpVanished
	readProducts
	checkMissing
	snapshotDone
)

func newSnapshot(env Env, preBuiltKits bool) *snapshot {
	return &snapshot{env: env, preBuiltKits: preBuiltKits, page: 1, open: newReading(env.Source.OpenOrders),
		counted: map[int64]bool{}, overlooked: map[string]bool{}, held: map[string]fulfillment.WarehouseOrder{}, stillHeld: map[string]fulfillment.WarehouseOrder{},
		parts: map[fulfillment.OrderID][]fulfillment.WarehouseOrder{}, cancelled: map[fulfillment.OrderID][]fulfillment.WarehouseOrder{},
		compositions: orderload.Compositions{}}
}

func (s *snapshot) tooOld(now time.Time, limit time.Duration) bool {
	return !s.totalsAt.IsZero() && now.Sub(s.totalsAt) > limit
}

// step says in words what is being read.
func (s *snapshot) step() string {
	return [...]string{"Order Manager's totals", "Order Manager's open orders", "the kits", "the warehouse's orders", "the warehouse's orders",
		"the warehouse's stock", "the warehouse's orders again", "the warehouse's orders again", "the products", "the totals of some products", "nothing more"}[s.stage]
}

// read reads what is missing. It can be interrupted between pages.
func (s *snapshot) read(ctx context.Context, pause func(context.Context) error) error {
	for s.stage != snapshotDone {
		if err := pause(ctx); err != nil {
			return err
		}
		if err := s.readPage(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *snapshot) readPage(ctx context.Context) error {
	switch s.stage {
	case readTotals:
		return s.readTotals(ctx)
	case readOpenOrders:
		if err := s.open.next(ctx); err != nil {
			return err
		}
		if !s.open.done {
			return nil
		}
		var err error
		if s.relatives, err = readRelatives(ctx, s.env.Source, s.open.orders); err != nil {
			return err
		}
		s.stage = readKits
	case readKits:
		return s.readKits(ctx)
	case readWarehouseOrders:
		return s.readWarehouseOrders(ctx, func(o fulfillment.WarehouseOrder) { s.held[o.ID] = o }, s.cover)
	case lookUpOthers:
		return s.lookUpOthers(ctx)
	case readStock:
		s.stockAt = s.env.Now()
		var err error
		if s.stock, err = s.env.Destination.Stock(ctx); err != nil {
			return err
		}
		if !s.stock.Complete {
			return &fulfillment.Fault{Kind: fulfillment.FaultConflict, System: "the warehouse", Operation: "read stock",
				Reason: fulfillment.ReasonStockIncomplete, Hint: "the report changed while it was read; nothing was written"}
		}
		s.stage = readWarehouseOrdersAgain
	case readWarehouseOrdersAgain:
		return s.readWarehouseOrders(ctx, s.seeAgain, s.findVanished)
	case lookUpVanished:
		return s.lookUpVanished(ctx)
	case readProducts:
		return s.readProducts(ctx)
	case checkMissing:
		return s.checkMissing(ctx)
	case snapshotDone:
	}
	return nil
}

func (s *snapshot) readTotals(ctx context.Context) error {
	if s.totalsAt.IsZero() {
		s.totalsAt = s.env.Now()
	}
	totals, err := s.env.Source.ProductStocks(ctx, s.page)
	if err != nil {
		return err
	}
	if len(totals) == 0 {
		s.page, s.stage = 1, readOpenOrders
		return nil
	}
	for _, total := range totals {
		// Pages shift: what comes twice counts as it was read first.
		if !s.counted[total.ProductID] {
			s.counted[total.ProductID] = true
			s.totals = append(s.totals, total)
		}
	}
	s.page++
	return nil
}

func (s *snapshot) readWarehouseOrders(ctx context.Context, each func(fulfillment.WarehouseOrder), last func()) error {
	orders, next, err := s.env.Destination.WarehouseOpenOrders(ctx, s.after)
	if err != nil {
		return err
	}
	for _, o := range orders {
		each(o)
	}
	s.after = next
	if next == "" {
		last()
	}
	return nil
}

// cover notes which open orders the warehouse holds, and which have to be
// looked up: they, or parts of them, may have shipped there already.
func (s *snapshot) cover() {
	for _, o := range s.held {
		if id, ok := identityOf(o); ok {
			s.parts[id] = append(s.parts[id], o)
		}
	}
	wanted := map[fulfillment.OrderID]bool{}
	for _, order := range s.open.orders {
		if len(s.owed(order)) == 0 && !s.lacksComponents(order) {
			continue
		}
		for _, id := range s.identities(order) {
			if !wanted[id] {
				wanted[id], s.lookup = true, append(s.lookup, id)
			}
		}
	}
	s.stage = lookUpOthers
}

func (s *snapshot) lookUpOthers(ctx context.Context) error {
	if len(s.lookup) == 0 {
		s.stage = readStock
		return nil
	}
	ids := s.lookup[:min(len(s.lookup), fulfillment.PageSize)]
	identities := make([]fulfillment.Lookup, len(ids))
	for i, id := range ids {
		identities[i] = fulfillment.Lookup{ID: id}
	}
	found, err := s.env.Destination.FindOrders(ctx, identities)
	if err != nil {
		return err
	}
	index := indexFound(found)
	for _, id := range ids {
		s.found(id, index.byIdentity[id.String()])
		for _, o := range inState(s.parts[id], fulfillment.WarehouseOpen) {
			s.held[o.ID] = o // also when it came between the list and the look-up
		}
	}
	s.lookup = s.lookup[len(ids):]
	return nil
}

// found notes all that the warehouse has under an identity.
func (s *snapshot) found(id fulfillment.OrderID, orders []fulfillment.WarehouseOrder) {
	s.parts[id], s.cancelled[id] = notCancelled(orders), inState(orders, fulfillment.WarehouseCancelled)
}

// seeAgain notes an order that is open after the stock was read.
func (s *snapshot) seeAgain(o fulfillment.WarehouseOrder) {
	s.stillHeld[o.ID] = o
	if _, before := s.held[o.ID]; !before {
		s.arrived = append(s.arrived, o)
	}
}

// unitsOpenThere are the units of every order that was open in the warehouse at
// any time while the stock was read, whoever brought it. Of one that left
// meanwhile nobody knows whether the stock still has its units: it counts too.
func (s *snapshot) unitsOpenThere() map[string]fulfillment.Quantity {
	units := map[string]fulfillment.Quantity{}
	for _, o := range s.held {
		for sku, most := range mostOf(unitsToShip(o), unitsToShip(s.stillHeld[o.ID])) {
			units[sku] += most
		}
	}
	for _, o := range s.arrived {
		for sku, open := range unitsToShip(o) {
			units[sku] += open
		}
	}
	return units
}

// unitsToShip are the units of an order in the warehouse that have not left, by SKU.
func unitsToShip(o fulfillment.WarehouseOrder) map[string]fulfillment.Quantity {
	units := map[string]fulfillment.Quantity{}
	for _, line := range o.Lines {
		units[foldSKU(line.SKU)] += max(0, line.Ordered-line.Shipped)
	}
	return units
}

// mostOf is the higher of two numbers of units, SKU by SKU.
func mostOf(a, b map[string]fulfillment.Quantity) map[string]fulfillment.Quantity {
	most := maps.Clone(a)
	for sku, units := range b {
		most[sku] = max(most[sku], units)
	}
	return most
}

// findVanished lists the orders of ours that are not as they were before the
// stock was read: those that are open no longer, and those of which the
// warehouse dropped units, which it has released into the stock.
func (s *snapshot) findVanished() {
	for id, o := range s.held {
		if _, ours := identityOf(o); ours && !within(unitsToShip(o), unitsToShip(s.stillHeld[id])) {
			s.vanished = append(s.vanished, id)
		}
	}
	slices.SortFunc(s.vanished, compareIDs)
	s.stage = lookUpVanished
}

// lookUpVanished asks what became of orders that were open before the stock
// was read and are not any more, or with fewer units. A shipped one has left the stock; a cancelled
// one was released into it.
func (s *snapshot) lookUpVanished(ctx context.Context) error {
	if len(s.vanished) == 0 {
		s.page, s.stage = 1, readProducts
		return nil
	}
	ids := s.vanished[:min(len(s.vanished), fulfillment.PageSize)]
	identities := make([]fulfillment.Lookup, 0, len(ids))
	for _, id := range ids {
		if identity, ok := identityOf(s.held[id]); ok {
			identities = append(identities, fulfillment.Lookup{ID: identity})
		}
	}
	found, err := s.env.Destination.FindOrders(ctx, identities)
	if err != nil {
		return err
	}
	index := indexFound(found)
	for _, lookup := range identities {
		s.found(lookup.ID, index.byIdentity[lookup.ID.String()])
	}
	s.vanished = s.vanished[len(ids):]
	return nil
}

func notCancelled(orders []fulfillment.WarehouseOrder) []fulfillment.WarehouseOrder {
	return append(inState(orders, fulfillment.WarehouseOpen), inState(orders, fulfillment.WarehouseShipped)...)
}
