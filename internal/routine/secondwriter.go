// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"maps"
	"slices"
	"sync"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// MaxSecondWriterReferences bounds how many orders are named of what somebody
// else was seen to write.
const MaxSecondWriterReferences = 3

// SecondWriter is what somebody else was seen to write of this connection's
// orders: another product that was not switched off, or a person.
type SecondWriter struct {
	// Orders are orders in the warehouse under one of our numbers, without our
	// identity, that came in since the connection began.
	Orders int64
	// Tracking are orders that have tracking in Order Manager and are open in
	// the warehouse.
	Tracking int64
	// References are at most MaxSecondWriterReferences of them, the lowest first.
	References []string
}

// sightings collects it, out of what a run reads anyway. Orders are created
// several at a time.
type sightings struct {
	mutex            sync.Mutex
	began            time.Time
	orders, tracking map[string]bool
}

func newSightings(began time.Time) *sightings {
	return &sightings{began: began, orders: map[string]bool{}, tracking: map[string]bool{}}
}

// order notes the orders that were found under one of an order's references and
// are somebody else's. It returns one of them.
func (s *sightings) order(order fulfillment.Order, found []fulfillment.WarehouseOrder) (foreign *fulfillment.WarehouseOrder) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for i, o := range found {
		reference := slices.ContainsFunc(references(order), func(reference string) bool { return sameReference(reference, o.Reference) })
		// An order with a number for its identity may be another one of ours.
		if _, numeric := identityOf(o); numeric || !reference || o.State == fulfillment.WarehouseCancelled {
			continue
		}
		if o.CreatedAt.IsZero() || o.CreatedAt.Before(s.began) {
			continue // it may be older than we are
		}
		s.orders[o.Reference] = true
		foreign = &found[i]
	}
	return foreign
}

// open notes an order that the warehouse has open, when it has tracking in Order
// Manager that the warehouse does not know: we report what has left alone. Of an
// order that was split the others may have left.
func (s *sightings) open(order fulfillment.Order, parts []fulfillment.WarehouseOrder) {
	if len(order.Tracking) == 0 || len(order.Related) > 0 || len(parts) == 0 || order.ModifiedDate.Before(s.began) {
		return
	}
	for _, o := range parts {
		ours := slices.ContainsFunc(o.Tracking, func(number string) bool { return containsFold(order.Tracking, number) })
		if o.State != fulfillment.WarehouseOpen || ours {
			return
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.tracking[parts[0].Reference] = true
}

// report returns what was seen; nil when it was nothing.
func (s *sightings) report() *SecondWriter {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.orders)+len(s.tracking) == 0 {
		return nil
	}
	both := maps.Clone(s.orders)
	maps.Copy(both, s.tracking)
	named := slices.Sorted(maps.Keys(both))
	return &SecondWriter{Orders: int64(len(s.orders)), Tracking: int64(len(s.tracking)),
		References: named[:min(len(named), MaxSecondWriterReferences)]}
}
