// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Rows about what is read page by page, and about credentials.
const (
	RowChangingSet   Row = "open orders over a changing set"
	RowClosedSince   Row = "closed orders since a time"
	RowExpiryInWalk  Row = "credentials expire in a walk"
	RowExpiryInCalls Row = "credentials expire before any call"
	RowBrokenReading Row = "a reading that breaks off"
)

func walkRows() []row {
	incremental := func(c fulfillment.Capabilities) bool { return c.IncrementalShipments }
	return []row{
		{name: RowChangingSet, check: checkChangingSet},
		{name: RowClosedSince, check: checkClosedSince, capability: incremental},
		{name: RowExpiryInWalk, check: checkExpiryInWalk},
		{name: RowExpiryInCalls, check: checkExpiryInCalls},
		{name: RowBrokenReading, check: checkBrokenReading},
	}
}

// several creates orders that fill two pages and more.
func (s scene) several(t testing.TB) (orders []fulfillment.Order, ids []string) {
	t.Helper()
	sku := s.sku(t, 1_000_000)
	for range 2*s.subject.PageSize + 3 {
		o := order(item{sku, 1})
		orders, ids = append(orders, o), append(ids, s.create(t, o).ID)
	}
	return orders, ids
}

// mostChanges is how many pages the set changes after.
const mostChanges = 10

// checkChangingSet: orders ship, are cancelled and come in between the pages.
// None is missed that was open from the first page to the last, and none is
// shown that was closed before the first.
func checkChangingSet(t testing.TB, s scene) {
	orders, ids := s.several(t)
	byID := map[string]fulfillment.Order{}
	for i, id := range ids {
		byID[id] = orders[i]
	}
	closed := map[string]bool{ids[0]: true, ids[1]: true}
	s.warehouse.Ship(t, ids[0], parcel(orders[0], tracking()))
	s.warehouse.Cancel(t, ids[1])
	before := map[string]bool{ids[0]: true, ids[1]: true}

	seen := map[string]bool{}
	// first returns an open order that was seen, or that was not, the oldest first.
	first := func(wanted bool) (string, bool) {
		for _, id := range ids {
			if !closed[id] && seen[id] == wanted {
				closed[id] = true
				return id, true
			}
		}
		return "", false
	}
	pages := 0
	walk(t, func(after string) (string, error) {
		page, next, err := s.destination.WarehouseOpenOrders(t.Context(), after)
		pages++
		for _, o := range page {
			if before[o.ID] || o.State != fulfillment.WarehouseOpen {
				t.Errorf("order %s in state %s is shown as open", o.ID, o.State)
			}
			seen[o.ID] = true
		}
		if next == "" || err != nil || pages > mostChanges {
			return next, err
		}
		for range 2 {
			if id, ok := first(true); ok {
				s.warehouse.Ship(t, id, parcel(byID[id], tracking()))
			}
		}
		if id, ok := first(false); ok {
			s.warehouse.Cancel(t, id)
		}
		s.create(t, order(item{orders[0].Lines[0].SKU, 1}))
		return next, nil
	})
	if pages < 2 {
		t.Errorf("%d orders came on one page: PageSize of the subject is not what it says", len(ids))
	}
	for _, id := range ids {
		if !closed[id] && !seen[id] {
			t.Errorf("order %s stayed open and was missed", id)
		}
	}
}

// checkClosedSince: what shipped or was cancelled after a moment of the
// warehouse's clock is shown, however long before it was created.
func checkClosedSince(t testing.TB, s scene) {
	sku := s.sku(t, 1000)
	shipped, cancelled, open := order(item{sku, 1}), order(item{sku, 1}), order(item{sku, 1})
	shippedID, cancelledID, openID := s.create(t, shipped).ID, s.create(t, cancelled).ID, s.create(t, open).ID
	s.warehouse.Tick(t)
	marker := order(item{sku, 1})
	s.create(t, marker)
	since := s.one(t, marker).ModifiedAt
	if since.IsZero() {
		t.Fatal("the order has no time of modification")
	}
	s.warehouse.Tick(t)
	s.warehouse.Ship(t, shippedID, parcel(shipped, tracking()))
	s.warehouse.Cancel(t, cancelledID)
	states := map[string]fulfillment.WarehouseState{}
	walk(t, func(after string) (string, error) {
		page, next, err := s.destination.ClosedSince(t.Context(), since, after)
		for _, o := range page {
			states[o.ID] = o.State
		}
		return next, err
	})
	if states[shippedID] != fulfillment.WarehouseShipped || states[cancelledID] != fulfillment.WarehouseCancelled {
		t.Errorf("the shipped order is shown as %q, the cancelled one as %q", states[shippedID], states[cancelledID])
	}
	if state, shown := states[openID]; shown {
		t.Errorf("an open order is shown as %s", state)
	}
}

// checkExpiryInWalk: between two pages every token becomes worthless.
func checkExpiryInWalk(t testing.TB, s scene) {
	_, ids := s.several(t)
	seen := map[string]bool{}
	walk(t, func(after string) (string, error) {
		page, next, err := s.destination.WarehouseOpenOrders(t.Context(), after)
		for _, o := range page {
			seen[o.ID] = true
		}
		s.warehouse.ExpireTokens(t)
		return next, err
	})
	for _, id := range ids {
		if !seen[id] {
			t.Errorf("order %s was missed", id)
		}
	}
}

// checkExpiryInCalls: no call fails for a token that has expired since the
// last, and none that writes takes effect twice.
func checkExpiryInCalls(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	o := order(item{sku, 1})
	s.find(t, lookup(o))
	s.warehouse.ExpireTokens(t)
	created := s.create(t, o)
	if booked := s.booked(t, o); len(booked) != 1 {
		t.Errorf("the warehouse has the order %d times", len(booked))
	}
	s.warehouse.ExpireTokens(t)
	s.whole(t, o, o.Number, s.one(t, o))
	s.warehouse.ExpireTokens(t)
	if report, err := s.destination.Stock(t.Context()); err != nil || !report.Complete {
		t.Errorf("stock: complete %t, %v", report.Complete, err)
	}
	if s.destination.Capabilities().CancelOrder {
		s.warehouse.ExpireTokens(t)
		if c := s.cancel(t, created.ID); c.Outcome != fulfillment.CancelDone {
			t.Errorf("the outcome is %s", c.Outcome)
		}
	}
}

// checkBrokenReading breaks each of the requests of a reading, one after the
// other. What broke off is a failure, and never a shorter answer.
func checkBrokenReading(t testing.TB, s scene) {
	orders, ids := s.several(t)
	_, _ = s.destination.Stock(t.Context())
	for what, read := range map[string]func() (complete bool, err error){
		"a look-up": func() (bool, error) {
			found, err := s.destination.FindOrders(t.Context(), []fulfillment.Lookup{lookup(orders[0]), lookup(orders[1])})
			return len(found) == 2, err
		},
		"the open orders": func() (bool, error) {
			seen := map[string]bool{}
			for after := ""; ; {
				page, next, err := s.destination.WarehouseOpenOrders(t.Context(), after)
				if err != nil {
					return false, err
				}
				for _, o := range page {
					seen[o.ID] = true
				}
				if next == "" {
					break
				}
				after = next
			}
			for _, id := range ids {
				if !seen[id] {
					return false, nil
				}
			}
			return true, nil
		},
		"stock": func() (bool, error) {
			report, err := s.destination.Stock(t.Context())
			// An incomplete report that says so is no lie.
			known := slices.Contains(report.Items, orders[0].Lines[0].SKU) && len(report.Rows) > 0
			return report.Complete && known, orIncomplete(report, err)
		},
	} {
		s.breaksOff(t, what, read)
	}
}

// mostReads ends a search for the last request of a reading.
const mostReads = 1000

func (s scene) breaksOff(t testing.TB, what string, read func() (complete bool, err error)) {
	t.Helper()
	for n := range mostReads {
		stop := s.warehouse.Gate().BreakAfter(n)
		complete, err := read()
		if !stop() {
			if err != nil || !complete {
				t.Errorf("%s: complete %t, %v, and nothing broke", what, complete, err)
			}
			return
		}
		if err == nil && !complete {
			t.Errorf("%s: broke off after %d requests, and the shorter answer passes for the whole", what, n)
		}
	}
	t.Fatalf("%s takes more than %d requests", what, mostReads)
}

func orIncomplete(report fulfillment.StockReport, err error) error {
	if err == nil && !report.Complete {
		return &fulfillment.Fault{Kind: fulfillment.FaultUnavailable, Hint: "the report says that it is not complete"}
	}
	return err
}
