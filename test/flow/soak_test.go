// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// Days of a shop in which users, the warehouse, the network and our own
// memory do what they like; then peace. Whatever came before, both books must
// agree in the end, and nothing may have happened twice.
func TestBothBooksAgreeAfterAnyDay(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			soak(t, rand.New(rand.NewPCG(seed, 7)))
		})
	}
}

type soaking struct {
	*shop
	random *rand.Rand
	ids    []fulfillment.OrderID
}

func soak(t *testing.T, random *rand.Rand) {
	allocations := omsim.Allocations()
	s := &soaking{random: random, shop: newShop(t, shopOptions{om: omsim.Options{
		Allocation: allocations[random.IntN(len(allocations))], AvailableFloored: random.IntN(2) == 0,
		RepeatedShipment: omsim.DuplicateRepeatedShipment, RepeatedSendAccepted: random.IntN(2) == 0,
		NewestFirst: random.IntN(2) == 0, MarksKeepModifiedDate: random.IntN(2) == 0,
		RerouteKeepsStatus: random.IntN(2) == 0, ExplicitNulls: random.IntN(2) == 0,
	}})}
	for _, sku := range []string{"A", "B"} {
		s.product(sku, 10_000, 10, 3)
	}
	for range 40 {
		s.disturb()
		for range 1 + random.IntN(4) {
			s.event()
		}
		s.routine()
		s.clock.Pass(time.Duration(random.IntN(400)) * time.Second)
	}
	s.omCall.Clear()
	s.wh.Faults().Clear()
	for range 12 {
		s.ok(s.confirm())
		s.ok(s.cancel())
		s.ok(s.download())
		s.clock.Pass(time.Second)
		s.ok(s.sync())
		s.clock.Pass(7 * time.Hour)
	}
	s.wh.ShipAll(0)
	s.agree(s.ok(s.cancel()), s.ok(s.confirm()))
	s.clock.Pass(time.Hour)
	s.ok(s.sync())
	for _, sku := range []string{"A", "B"} {
		if offered, promise := s.offered(sku), s.promiseHere(sku); offered != promise {
			t.Errorf("%s: Order Manager offers %d, the warehouse can promise %d", sku, offered, promise)
		}
	}
}

// disturb lets the network do what it likes for a while.
func (s *soaking) disturb() {
	s.omCall.Clear()
	s.wh.Faults().Clear()
	kinds := []fault.Rule{{Kind: fault.DropAfter}, {Kind: fault.DropBefore}, {Kind: fault.StatusAfter, Status: 500},
		{Kind: fault.StatusBefore, Status: 503}, {Kind: fault.Truncate}, {Kind: fault.StatusBefore, Status: 429}}
	for _, injector := range []*fault.Injector{s.omCall, s.wh.Faults()} {
		if s.random.IntN(2) == 0 {
			continue
		}
		rule := kinds[s.random.IntN(len(kinds))]
		rule.Method = []string{"POST", "PUT", "GET", ""}[s.random.IntN(4)]
		rule.Every = 1 + s.random.IntN(5)
		injector.MustAdd(rule)
	}
}

// event is what users and the warehouse do.
func (s *soaking) event() {
	pick := func() fulfillment.OrderID {
		if len(s.ids) == 0 {
			return 0
		}
		return s.ids[s.random.IntN(len(s.ids))]
	}
	id := pick()
	var there int64
	if orders := s.there(id); len(orders) > 0 {
		there = orders[s.random.IntN(len(orders))].ID
	}
	switch s.random.IntN(14) {
	case 0, 1, 2, 3:
		number := fmt.Sprintf("SO-%d", s.random.IntN(30))
		if s.random.IntN(3) == 0 {
			number += "-1"
		}
		sku := []string{"A", "B"}[s.random.IntN(2)]
		units := int32(1 + s.random.IntN(5))
		s.ids = append(s.ids, s.order(omsim.StatusAwaiting3PLExport, sku, units, func(o *omsim.Order) {
			o.OrderNumber = number
			if s.random.IntN(3) == 0 {
				o.Items = append(o.Items, omsim.Item("B", 2))
			}
		}))
	case 4:
		_ = s.om.CancelOrder(int64(id))
	case 5:
		_ = s.om.RestoreOrder(int64(id))
	case 6:
		_ = s.om.HoldOrder(int64(id), s.clock.Now().Add(time.Hour))
	case 7:
		_ = s.wh.StartPicking(there)
	case 8:
		_ = s.wh.Ship(there, whsim.Shipment{})
	case 9:
		_, _ = s.wh.Split(there, map[string]whsim.Quantity{"B": whsim.Units(1)})
	case 10:
		_ = s.om.Reroute(int64(id), []int64{east, west}[s.random.IntN(2)])
	case 11:
		_ = s.wh.CancelByWarehouse(there, "damaged")
	case 12:
		_ = s.wh.CloseShort(there, whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(1)}})
	case 13:
		s.memory = map[string]routine.Memory{}
	}
}

// routine runs one or two of the four, to the end or not.
func (s *soaking) routine() {
	runs := map[string]func(routine.Env) routine.Run{
		"OrderDownload": func(e routine.Env) routine.Run { return routine.NewOrderDownload(e, routine.OrderDownloadConfig{}) },
		"OrderCancelDownload": func(e routine.Env) routine.Run {
			return routine.NewOrderCancelDownload(e, routine.OrderCancelDownloadConfig{WarehouseIDs: []int64{east}})
		},
		"ShipmentConfirmation": func(e routine.Env) routine.Run {
			return routine.NewShipmentConfirmation(e, routine.ShipmentConfirmationConfig{})
		},
		"InventorySync": func(e routine.Env) routine.Run { return routine.NewInventorySync(e, routine.InventorySyncConfig{}) },
	}
	done := make(chan struct{})
	started := 0
	for name, start := range runs {
		if s.random.IntN(2) == 0 {
			continue
		}
		started++
		run := start(s.env(name))
		go func() {
			defer func() { done <- struct{}{} }()
			for range 5 {
				err := run.Slice(s.t.Context(), goOn)
				if err == nil || !fulfillment.IsFault(err, fulfillment.FaultThrottled) && !errors.Is(err, routine.ErrInterrupted) {
					return
				}
			}
		}()
	}
	for range started {
		<-done
	}
}

// agree compares both books.
func (s *soaking) agree(cancels, confirms routine.Report) {
	s.t.Helper()
	told := reasons(cancels)
	for id, reason := range reasons(confirms) {
		told[id] += " " + reason
	}
	reported := map[int64]int{}
	for _, order := range s.om.Snapshot().Orders {
		reported[order.ID] = order.Shipments
	}
	for _, id := range s.ids {
		order, _ := s.om.Order(int64(id))
		var open, shipped int
		var units, left, ordered int64
		for _, item := range order.Items {
			ordered += int64(item.QuantityOrdered)
		}
		for _, there := range s.there(id) {
			for _, line := range there.Lines {
				if there.Status != whsim.StatusCanceled {
					units, left = units+line.Qty.Floor(), left+line.Shipped.Floor()
				}
			}
			switch there.Status {
			case whsim.StatusOpen:
				open++
			case whsim.StatusCanceled:
			default:
				shipped++
			}
		}
		here := order.Source != nil && order.Source.WarehouseID == east
		state := fmt.Sprintf("order %d %s: %s, at east %v, there %d open and %d shipped, told %q", id, order.OrderNumber, order.OrderStatus, here, open, shipped, told[id])
		if units > ordered {
			s.t.Errorf("%s: %d units for %d ordered", state, units, ordered)
		}
		if order.OrderStatus == omsim.StatusShipped && left < ordered {
			s.t.Errorf("%s: %d of %d units have left", state, left, ordered)
		}
		if reported[int64(id)] > 1 {
			s.t.Errorf("%s: shipment reported %d times", state, reported[int64(id)])
		}
		switch {
		case told[id] != "":
		case order.OrderStatus == omsim.StatusShipped && shipped == 0,
			order.OrderStatus == omsim.StatusAwaiting3PLExport && here,
			order.OrderStatus == omsim.StatusPendingFulfillment && here,
			order.OrderStatus == omsim.StatusCancelled && (open > 0 || here && shipped > 0),
			!here && open > 0:
			s.t.Error(state)
		}
	}
}

// promiseHere is what the warehouse can still promise, by the units of the
// orders that are routed to it.
func (s *soaking) promiseHere(sku string) int64 {
	var promise int64
	for _, level := range s.wh.Stock(sku) {
		promise += level.Available().Floor() - level.Unallocated.Floor()
	}
	for _, order := range s.om.Orders() {
		here := order.Source != nil && order.Source.WarehouseID == east
		if !here || order.OrderStatus == omsim.StatusShipped || order.OrderStatus == omsim.StatusCancelled {
			continue
		}
		var owed int64
		for _, item := range order.Items {
			if item.Product.MasterSKU == sku {
				owed += int64(item.QuantityOrdered)
			}
		}
		for _, there := range s.there(fulfillment.OrderID(order.OrderID)) {
			for _, line := range there.Lines {
				switch {
				case line.SKU != sku || there.Status == whsim.StatusCanceled:
				case there.Status == whsim.StatusOpen:
					owed -= line.Qty.Floor()
				default:
					owed -= line.Shipped.Floor()
				}
			}
		}
		promise -= max(0, owed)
	}
	return promise
}
