// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"fmt"

	"ordersync.dev/operator/internal/simulator/threepl"
)

// This file is what the people in the warehouse do about single orders.

// shipPart lets one unit leave and keeps the rest open.
func (m *merchant) shipPart() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.sent() && p.whole() && units(p.there[0]) > 1 })
	if !found {
		return false, nil
	}
	part, err := m.world.Warehouse.Split(order.there[0].ID, map[string]threepl.Quantity{order.there[0].Lines[0].SKU: threepl.Units(1)})
	if err != nil {
		return false, err
	}
	m.world.Warehouse.AllocateAll()
	if m.world.Warehouse.Ship(part, threepl.Shipment{}) == nil {
		m.shipped++ // else there are no goods, and it goes with the others
	}
	return true, nil
}

func units(order threepl.SnapshotOrder) (sum int64) {
	for _, line := range order.Lines {
		sum += line.Qty.Floor()
	}
	return sum
}

func (m *merchant) closeShort() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.sent() && p.whole() && units(p.there[0]) > 1 })
	if !found {
		return false, nil
	}
	m.shipped++
	return true, m.world.Warehouse.CloseShort(order.there[0].ID, threepl.Short{LowerQty: m.random.IntN(2) == 0,
		Shipped: map[string]threepl.Quantity{order.there[0].Lines[0].SKU: threepl.Units(1)}})
}

func (m *merchant) pick() (bool, error) {
	order, found := m.one(pair.whole)
	if !found {
		return false, nil
	}
	return true, m.world.Warehouse.StartPicking(order.there[0].ID)
}

func (m *merchant) cancelThere() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.sent() && p.whole() })
	if !found {
		return false, nil
	}
	return true, m.world.Warehouse.CancelByWarehouse(order.there[0].ID, "damaged")
}

// correctTracking takes back the number of an order that has left in one piece.
func (m *merchant) correctTracking() (bool, error) {
	order, found := m.one(func(p pair) bool {
		return len(p.there) == 1 && p.there[0].Status == threepl.StatusClosed && len(p.there[0].Tracking) > 0 &&
			len(p.Related) == 0 && len(m.people.Corrected[p.ID]) == 0 && p.WarehouseID == here
	})
	if !found {
		return false, nil
	}
	m.people.Corrected[order.ID] = order.there[0].Tracking
	return true, m.world.Warehouse.CorrectTracking(order.there[0].ID, fmt.Sprintf("1ZCORRECTED%d", order.ID))
}

// changeThere is a warehouse that changes its mind about a quantity.
func (m *merchant) changeThere() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.sent() && p.whole() })
	if !found {
		return false, nil
	}
	return true, m.world.Warehouse.EditOrder(order.there[0].ID, func(d *threepl.OrderDocument) {
		d.OrderItems[0].Qty = new(threepl.Units(int64(1 + m.random.IntN(4))))
	})
}
