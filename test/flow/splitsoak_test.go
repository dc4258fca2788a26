// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/books"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// Days in which the warehouse ships in parts, users cancel orders and what was
// split off them, answers are lost and the process forgets. In the end every
// parcel is confirmed once, or told of, and no unit is counted twice.
func TestBothBooksAgreeAfterAnyDayOfSplits(t *testing.T) {
	t.Parallel()
	for seed := range uint64(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			splitSoak(t, rand.New(rand.NewPCG(seed, 11)))
		})
	}
}

func splitSoak(t *testing.T, random *rand.Rand) {
	allocations := omsim.Allocations()
	coin := func() bool { return random.IntN(2) == 0 }
	s, _ := splitShop(t, omsim.Options{Allocation: allocations[random.IntN(len(allocations))], RepeatedShipment: omsim.DuplicateRepeatedShipment,
		SplitKeepsStatus: coin(), SplitNamesSiblings: coin(), NewestFirst: coin(), RerouteKeepsStatus: coin()}, 0)
	s.shipments.SplitShort, s.shipments.WarehouseIDs = coin(), []int64{east}
	soak := &soaking{shop: s, random: random}
	cancel := s.cancel
	if coin() {
		cancel = func() (routine.Report, error) { return s.cancelHere() }
	}
	for range 30 {
		soak.disturb()
		for range 1 + random.IntN(4) {
			soak.splitEvent()
		}
		for _, run := range []func() (routine.Report, error){s.download, s.confirm, cancel, s.sync} {
			if coin() {
				_, _ = run()
			}
		}
		s.clock.Pass(time.Duration(random.IntN(2000)) * time.Second)
	}
	s.omCall.Clear()
	s.wh.Faults().Clear()
	var told map[fulfillment.OrderID]string
	peace := func() {
		for range 10 {
			told = map[fulfillment.OrderID]string{}
			for _, run := range []func() (routine.Report, error){s.download, s.confirm, cancel} {
				for id, reason := range reasons(s.ok(run())) {
					told[id] += " " + reason
				}
			}
			s.clock.Pass(7 * time.Hour)
		}
	}
	peace()
	s.wh.ShipAll(0)
	peace()
	s.onlyWhatTheWarehouseCancelled()
	result := s.books()
	wanted := s.om.CountEffects(omsim.Restored)
	for id, n := range s.om.CountEffects(omsim.Rerouted) {
		wanted[id] += n
	}
	for _, finding := range result.Findings {
		// A user thought better of it after we had cancelled it there.
		if finding.Kind == books.WrongCancel && wanted[finding.OrderID] > 0 {
			result.Counts[books.WrongCancel]--
		}
	}
	if !result.Clean() {
		t.Error(result.Err())
	}
	for _, finding := range result.Findings {
		if told[fulfillment.OrderID(finding.OrderID)] == "" {
			t.Errorf("%v is not told", finding)
		}
	}
	if result.Counts[books.Unconfirmed]+result.Counts[books.Pending]+result.Counts[books.Unmarked]+result.Counts[books.Uncancelled] > 0 {
		t.Errorf("not done: %v, told are %v", result.Err(), told)
	}
}

// onlyWhatTheWarehouseCancelled fails if an order was cancelled in Order Manager
// by us, and the warehouse had it in any way but for what was split off it.
func (s *shop) onlyWhatTheWarehouseCancelled() {
	for _, effect := range s.om.Effects() {
		if effect.Kind != omsim.Cancelled || !effect.API {
			continue
		}
		id := fulfillment.OrderID(effect.OrderID)
		left := map[string]whsim.Quantity{}
		for _, there := range s.there(id) {
			for _, line := range there.Lines {
				if there.Status != whsim.StatusCanceled {
					left[line.SKU] += max(line.Shipped, line.Qty)
				}
				if there.Status == whsim.StatusClosed {
					left[line.SKU] += line.Shipped - max(line.Shipped, line.Qty)
				}
			}
		}
		for _, child := range s.splitChildren(id) {
			for _, line := range child.Lines {
				left[line.SKU] -= whsim.Units(int64(line.Quantity))
			}
		}
		for sku, units := range left {
			if units > 0 && s.status(id) == omsim.StatusCancelled {
				s.t.Errorf("order %d was cancelled and the warehouse has %v of %s", id, units, sku)
			}
		}
	}
}

// splitEvent is what users and a warehouse do that ships in parts.
func (s *soaking) splitEvent() {
	orders := s.om.Orders()
	var id fulfillment.OrderID // also one that was split off
	if len(orders) > 0 {
		id = fulfillment.OrderID(orders[s.random.IntN(len(orders))].OrderID)
	}
	var there int64
	if found := s.there(id); len(found) > 0 {
		there = found[s.random.IntN(len(found))].ID
	}
	switch s.random.IntN(14) {
	case 0, 1, 2:
		s.order(omsim.StatusAwaiting3PLExport, "A", int32(1+s.random.IntN(4)), func(o *omsim.Order) {
			o.Items = append(o.Items, omsim.Item("B", int32(1+s.random.IntN(4))))
		})
	case 3, 4, 5, 6:
		move := map[string]whsim.Quantity{[]string{"A", "B"}[s.random.IntN(2)]: whsim.Units(int64(1 + s.random.IntN(2)))}
		if part, err := s.wh.Split(there, move); err == nil {
			_ = s.wh.Ship(part, whsim.Shipment{})
		}
	case 7:
		_ = s.wh.Ship(there, whsim.Shipment{})
	case 8:
		_ = s.om.CancelOrder(int64(id))
	case 9:
		_ = s.om.RestoreOrder(int64(id))
	case 10:
		_ = s.wh.CloseShort(there, whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(1)}})
	case 11:
		if s.random.IntN(4) == 0 {
			_ = s.wh.CancelByWarehouse(there, "damaged")
		}
	case 12:
		_ = s.om.Reroute(int64(id), []int64{east, west}[s.random.IntN(2)])
	case 13:
		s.memory, s.coordination = map[string]routine.Memory{}, routine.NewCoordination()
	}
}
