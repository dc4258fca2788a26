// SPDX-License-Identifier: Apache-2.0

package vendureworld

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/testing/vendure"
)

// Ship lets the people of the shop ship its oldest open orders that came from
// Order Manager, at most limit (0 is all), each in one parcel. It returns their ids there.
func (s *Shop) Ship(ctx context.Context, limit int) ([]string, error) {
	return s.each(ctx, limit, func(order Order) error {
		if order.Packed {
			// What was packed before leaves now.
			for _, fulfillment := range order.pending {
				if err := s.host.Server.MoveFulfillment(ctx, fulfillment, "Shipped"); err != nil {
					return err
				}
			}
		}
		if order.remaining() == 0 {
			return nil
		}
		return s.host.Server.Ship(ctx, order.ID, nil, s.tracking())
	})
}

// ShipInTwo ships each of the oldest untouched orders of more than one unit in
// two parcels with a number each. It returns their ids.
func (s *Shop) ShipInTwo(ctx context.Context, limit int) ([]string, error) {
	return s.eachOfSeveral(ctx, limit, func(order Order) error {
		if err := s.host.Server.Ship(ctx, order.ID, order.oneUnit(), s.tracking()); err != nil {
			return err
		}
		return s.host.Server.Ship(ctx, order.ID, nil, s.tracking())
	})
}

// ShipPart ships one unit of each of the oldest untouched orders of more than one. It returns their ids.
func (s *Shop) ShipPart(ctx context.Context, limit int) ([]string, error) {
	return s.eachOfSeveral(ctx, limit, func(order Order) error {
		return s.host.Server.Ship(ctx, order.ID, order.oneUnit(), s.tracking())
	})
}

// Pick lets the people of the shop pack its oldest open orders that nobody has
// begun with, at most limit: they cannot be cancelled any more.
func (s *Shop) Pick(ctx context.Context, limit int) ([]string, error) {
	return s.eachUntouched(ctx, limit, func(Order) bool { return true }, func(order Order) error {
		_, err := s.host.Server.Pack(ctx, order.ID, nil, s.tracking())
		return err
	})
}

func (s *Shop) eachOfSeveral(ctx context.Context, limit int, do func(Order) error) ([]string, error) {
	return s.eachUntouched(ctx, limit, func(order Order) bool { return order.remaining() > 1 }, do)
}

func (s *Shop) eachUntouched(ctx context.Context, limit int, fits func(Order) bool, do func(Order) error) ([]string, error) {
	orders, err := s.delivered(ctx)
	if err != nil {
		return nil, err
	}
	orders = slices.DeleteFunc(orders, func(o Order) bool { return o.InProgress || !fits(o) })
	return work(orders[:min(limit, len(orders))], do)
}

func (s *Shop) each(ctx context.Context, limit int, do func(Order) error) ([]string, error) {
	orders, err := s.delivered(ctx)
	if err != nil {
		return nil, err
	}
	if limit > 0 {
		orders = orders[:min(limit, len(orders))]
	}
	return work(orders, do)
}

func work(orders []Order, do func(Order) error) (ids []string, err error) {
	for _, order := range orders {
		if err := do(order); err != nil {
			return ids, err
		}
		ids = append(ids, order.ID)
	}
	return ids, nil
}

// delivered are the open orders that came from Order Manager, the oldest first.
func (s *Shop) delivered(ctx context.Context) ([]Order, error) {
	orders, err := s.Orders(ctx)
	return slices.DeleteFunc(orders, func(o Order) bool { return !o.Placed || !o.open() || o.Identity == "" }), err
}

// tracking is a number that no other parcel of the shop has.
func (s *Shop) tracking() string {
	s.parcel++
	return fmt.Sprintf("1Z-%s-%05d", s.code, s.parcel)
}

// Cancel is the merchant's cancellation of sent orders whose goods nobody has
// touched yet, the youngest first, at most count. It returns their ids in Order Manager.
func (s *Shop) Cancel(ctx context.Context, count int) ([]int64, error) {
	orders, err := s.delivered(ctx)
	if err != nil {
		return nil, err
	}
	untouched := map[int64]bool{}
	for _, order := range orders {
		if id, err := strconv.ParseInt(order.Identity, 10, 64); err == nil && !order.InProgress {
			untouched[id] = true
		}
	}
	var cancelled []int64
	for _, order := range slices.Backward(s.world.OrderManager.Snapshot().Orders) {
		if len(cancelled) == count {
			break
		}
		if order.WarehouseID != s.WarehouseID || order.Status != ordermanager.StatusPendingFulfillment || !untouched[order.ID] {
			continue
		}
		if err := s.world.OrderManager.CancelOrder(order.ID); err != nil {
			return cancelled, fmt.Errorf("cancel order %d: %w", order.ID, err)
		}
		cancelled = append(cancelled, order.ID)
	}
	return cancelled, nil
}

// Arrive lets count more orders come in, each like one that is there, and
// returns their ids in Order Manager.
func (s *Shop) Arrive(count int) ([]int64, error) {
	var models []ordermanager.Order
	for _, order := range s.world.OrderManager.Orders() {
		if order.Source != nil && order.Source.WarehouseID == s.WarehouseID && len(order.Items) > 0 && !slices.Contains(s.Excluded, order.OrderID) {
			models = append(models, order)
		}
	}
	if len(models) == 0 {
		return nil, errors.New("there is no order to make others like")
	}
	var arrived []int64
	for n := range count {
		units := map[string]int32{}
		for _, item := range models[n%len(models)].Items {
			units[item.ListingSKU] += item.QuantityOrdered
		}
		// The warehouse is in the number: references are unique in all of Vendure.
		id, err := s.world.OrderManager.AddOrder(s.NewOrder(fmt.Sprintf("N%d-%d-%d", s.WarehouseID, len(models), n+1), units))
		if err != nil {
			return arrived, err
		}
		arrived = append(arrived, id)
	}
	return arrived, nil
}

// placeForeign puts orders into the first shop that come from elsewhere.
func (w *World) placeForeign(ctx context.Context, count int) error {
	products := w.OrderManager.Products()
	for n := range count {
		if _, err := w.Host.Server.Place(ctx, vendure.NewOrder{Channel: w.Channel, Units: map[string]int64{products[n%len(products)].MasterSKU: int64(1 + n%3)}}); err != nil {
			return err
		}
	}
	return nil
}
