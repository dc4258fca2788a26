// SPDX-License-Identifier: Apache-2.0

package world

import (
	"fmt"
	"slices"
	"strconv"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
)

// Ship lets the warehouse allocate and ship its oldest open orders that came
// from Order Manager, at most limit (0 is all), and returns their ids there.
// What cannot be allocated or is not complete stays.
func (w *World) Ship(limit int) []int64 {
	w.Warehouse.AllocateAll()
	var shipped []int64
	for _, order := range w.delivered() {
		if limit > 0 && len(shipped) == limit {
			break
		}
		if w.Warehouse.Ship(order.ID, threepl.Shipment{}) == nil {
			shipped = append(shipped, order.ID)
		}
	}
	return shipped
}

// ShipPart lets the warehouse ship one unit of each of its oldest open orders of
// more than one that came from Order Manager, at most limit, and keep the rest
// open. It returns the ids of the orders there.
func (w *World) ShipPart(limit int) ([]int64, error) {
	w.Warehouse.AllocateAll()
	var shipped []int64
	for _, order := range w.delivered() {
		var units threepl.Quantity
		for _, line := range order.Lines {
			units += line.Qty
		}
		if len(shipped) == limit || units < threepl.Units(2) || order.InProgress || order.ParentID != 0 {
			continue
		}
		part, err := w.Warehouse.Split(order.ID, map[string]threepl.Quantity{order.Lines[0].SKU: threepl.Units(1)})
		if err != nil {
			return shipped, err
		}
		w.Warehouse.AllocateAll()
		if err := w.Warehouse.Ship(part, threepl.Shipment{}); err != nil {
			return shipped, err
		}
		shipped = append(shipped, order.ID)
	}
	return shipped, nil
}

// Pick lets the warehouse begin to pick its oldest open orders from Order
// Manager that nobody has begun with, at most limit: they cannot be cancelled any more.
func (w *World) Pick(limit int) ([]int64, error) {
	var picked []int64
	for _, order := range w.delivered() {
		if len(picked) < limit && !order.InProgress {
			picked = append(picked, order.ID)
		}
	}
	return picked, w.Warehouse.StartPicking(picked...)
}

// delivered are the warehouse's open orders that came from Order Manager, by id.
func (w *World) delivered() []threepl.SnapshotOrder {
	return slices.DeleteFunc(w.Warehouse.Snapshot().Orders, func(o threepl.SnapshotOrder) bool {
		return o.Foreign || o.Status != threepl.StatusOpen || o.CustomerID != CustomerID
	})
}

// Cancel is the merchant's cancellation of sent orders whose goods nobody in
// the warehouse has touched yet, the youngest first, at most count. It returns
// their ids in Order Manager.
func (w *World) Cancel(count int) ([]int64, error) {
	untouched := map[int64]bool{}
	for _, order := range w.delivered() {
		if id, err := strconv.ParseInt(order.ExternalID, 10, 64); err == nil && !order.InProgress {
			untouched[id] = true
		}
	}
	var cancelled []int64
	for _, order := range slices.Backward(w.OrderManager.Snapshot().Orders) {
		if len(cancelled) == count {
			break
		}
		if order.Status != ordermanager.StatusPendingFulfillment || !untouched[order.ID] {
			continue
		}
		if err := w.OrderManager.CancelOrder(order.ID); err != nil {
			return cancelled, fmt.Errorf("cancel order %d: %w", order.ID, err)
		}
		cancelled = append(cancelled, order.ID)
	}
	return cancelled, nil
}

// Arrive lets count more orders come in, each like one that is there and dressed
// as told, and returns their ids in Order Manager.
func (w *World) Arrive(count int, dress ...func(*ordermanager.Order)) ([]int64, error) {
	var models []ordermanager.Order
	for _, order := range w.OrderManager.Orders() {
		if order.Source != nil && order.Source.WarehouseID == OrderManagerWarehouseID && len(order.Items) > 0 && !slices.Contains(w.Excluded, order.OrderID) {
			models = append(models, order)
		}
	}
	if len(models) == 0 {
		return nil, fmt.Errorf("there is no order to make others like")
	}
	var arrived []int64
	for n := range count {
		model := models[n%len(models)]
		units := map[string]int32{}
		for _, item := range model.Items {
			units[item.ListingSKU] += item.QuantityOrdered
		}
		order := NewOrder(fmt.Sprintf("N%d-%d", len(models), n+1), units)
		for _, one := range dress {
			one(&order)
		}
		id, err := w.OrderManager.AddOrder(order)
		if err != nil {
			return arrived, err
		}
		arrived = append(arrived, id)
	}
	return arrived, nil
}
