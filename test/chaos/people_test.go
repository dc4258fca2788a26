// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
)

const (
	here      = world.OrderManagerWarehouseID
	elsewhere = ordermanager.WestDC
)

// deed is something that people do about single orders besides letting them
// come, ship and be cancelled.
type deed struct {
	name string
	// perMille of all orders that it is done to.
	perMille int
	// do does it to one order, if there is any that it fits.
	do func(*merchant) (bool, error)
}

var deeds = []deed{
	{"lines edited", 12, (*merchant).editLines},
	{"addresses edited", 12, (*merchant).editAddress},
	{"parts shipped", 20, (*merchant).shipPart},
	{"orders closed short", 10, (*merchant).closeShort},
	{"orders picked", 15, (*merchant).pick},
	{"orders cancelled too late", 6, (*merchant).cancelLate},
	{"orders cancelled by the warehouse", 10, (*merchant).cancelThere},
	{"tracking numbers corrected", 15, (*merchant).correctTracking},
	{"orders routed elsewhere", 12, (*merchant).routeAway},
	{"orders routed back", 6, (*merchant).routeBack},
	{"orders put on hold", 8, (*merchant).hold},
	{"orders stopped by a label", 6, (*merchant).stop},
	{"orders released", 20, (*merchant).release},
	{"cancelled orders restored", 6, (*merchant).restoreCancelled},
	{"orders shipped by hand in Order Manager", 4, (*merchant).shipByHand},
	{"orders changed by the warehouse", 6, (*merchant).changeThere},
	{"kits composed anew", 6, (*merchant).compose},
}

// people remembers what the books of the end do not show.
type people struct {
	books.People
	// moved are the streets that users wrote into orders which the warehouse had.
	moved map[int64]string
	done  map[string]int
}

func newPeople() people {
	return people{People: books.People{Barred: map[int64]bool{}, Edited: map[int64]bool{}, Corrected: map[int64][]string{},
		Wavered: map[int64]bool{}, ByHand: map[int64]bool{}, Reported: map[int64]bool{}}, moved: map[int64]string{}, done: map[string]int{}}
}

// deeds is how much was done.
func (p people) deeds() (sum int) {
	for _, count := range p.done {
		sum += count
	}
	return sum
}

// dress makes an order that comes in one of those that are not to be sent yet.
func (m *merchant) dress(order *ordermanager.Order) {
	var reason string
	switch kind := m.random.IntN(100); {
	case kind < 2:
		order.Labels, reason = []ordermanager.Label{m.labels[filteredLabel]}, "orders that a filter leaves out"
	case kind < 3:
		order.Labels, reason = []ordermanager.Label{m.labels[fulfillment.HoldLabel]}, "orders that came with a label"
	case kind < 5:
		order.OrderStatus, order.HoldUntilDate = ordermanager.StatusOnHold, ordermanager.At(time.Now().Add(24*time.Hour))
		reason = "orders that came on hold"
	case kind < 8:
		order.RequestedService, reason = lateService, "orders with a service that is mapped late"
	default:
		return
	}
	m.people.done[reason]++
}

// bar remembers orders that nobody has let go yet.
func (m *merchant) bar(ids []int64) {
	for _, id := range ids {
		if order, known := m.world.OrderManager.Order(id); known && (order.OrderStatus == ordermanager.StatusOnHold || len(order.Labels) > 0) {
			m.people.Barred[id] = true
		}
	}
}

// act does to single orders what is due when so many have come in.
func (m *merchant) act(orders int) error {
	for _, one := range deeds {
		for m.people.done[one.name] < orders*one.perMille*(*peopleFlag)/1000 {
			done, err := one.do(m)
			if err != nil {
				return fmt.Errorf("%s: %w", one.name, err)
			}
			if !done {
				break // there is none that fits; later there may be
			}
			m.people.done[one.name]++
		}
	}
	return nil
}

// pair is an order of Order Manager and the orders that the warehouse has of it.
type pair struct {
	ordermanager.OrderState
	there []threepl.SnapshotOrder
}

// whole reports whether the warehouse has the order once, open, not begun with
// and not split.
func (p pair) whole() bool {
	return len(p.there) == 1 && p.there[0].Status == threepl.StatusOpen && !p.there[0].InProgress && p.there[0].ParentID == 0
}

func (p pair) sent() bool {
	return p.Status == ordermanager.StatusPendingFulfillment && p.WarehouseID == here
}

func (p pair) waiting() bool {
	return p.Status == ordermanager.StatusAwaiting3PLExport && p.WarehouseID == here
}

// one picks an order at random out of those that fit. Orders that we split off
// are left to the days of test/flow.
func (m *merchant) one(fits func(pair) bool) (pair, bool) {
	there := map[string][]threepl.SnapshotOrder{}
	for _, order := range m.world.Warehouse.Snapshot().Orders {
		there[order.ExternalID] = append(there[order.ExternalID], order)
	}
	var fitting []pair
	for _, order := range m.world.OrderManager.Snapshot().Orders {
		found := pair{order, there[strconv.FormatInt(order.ID, 10)]}
		if !slices.Contains(order.Labels, books.SplitLabel) && fits(found) {
			fitting = append(fitting, found)
		}
	}
	if len(fitting) == 0 {
		return pair{}, false
	}
	return fitting[m.random.IntN(len(fitting))], true
}

// editLines changes how much is wanted of a line, or takes one away. Lines with
// kits stay as they are.
func (m *merchant) editLines() (bool, error) {
	kits, _ := world.KitsOf(m.world.OrderManager)
	order, found := m.one(func(p pair) bool {
		kit := slices.ContainsFunc(p.Lines, func(l ordermanager.LineState) bool { return kits[l.SKU] != nil })
		return p.sent() && p.whole() && !kit && len(p.BrokenDown) == 0 && len(p.Related) == 0 && len(p.Lines) > 0
	})
	if !found {
		return false, nil
	}
	m.people.Edited[order.ID] = true
	return true, m.world.OrderManager.UpdateOrder(order.ID, true, func(o *ordermanager.Order) {
		last := len(o.Items) - 1
		if last > 0 && m.random.IntN(3) == 0 {
			o.Items = o.Items[:last]
			return
		}
		o.Items[last].QuantityOrdered = 1 + (o.Items[last].QuantityOrdered+int32(m.random.IntN(3)))%6
	})
}

func (m *merchant) editAddress() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.sent() && p.whole() })
	if !found {
		return false, nil
	}
	street := fmt.Sprintf("%d Second Thoughts Lane", 1+m.random.IntN(900))
	m.people.moved[order.ID] = street
	return true, m.world.OrderManager.UpdateOrder(order.ID, true, func(o *ordermanager.Order) { o.ShipAddress1 = street })
}

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

func (m *merchant) cancelLate() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.sent() && len(p.there) == 1 && p.there[0].InProgress })
	if !found {
		return false, nil
	}
	return true, m.world.OrderManager.CancelOrder(order.ID)
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

func (m *merchant) routeAway() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.sent() || p.waiting() })
	if !found {
		return false, nil
	}
	m.people.Wavered[order.ID] = true
	return true, m.world.OrderManager.Reroute(order.ID, elsewhere)
}

func (m *merchant) routeBack() (bool, error) {
	order, found := m.one(func(p pair) bool {
		return p.WarehouseID == elsewhere && p.Status != ordermanager.StatusCancelled && p.Status != ordermanager.StatusShipped
	})
	if !found {
		return false, nil
	}
	return true, m.world.OrderManager.Reroute(order.ID, here)
}

// hold races with the download: the warehouse may have the order before it is marked.
func (m *merchant) hold() (bool, error) {
	order, found := m.one(pair.waiting)
	if !found {
		return false, nil
	}
	// It may have been sent in this moment, and is then held no more.
	return m.world.OrderManager.HoldOrder(order.ID, time.Now().Add(24*time.Hour)) == nil, nil
}

func (m *merchant) stop() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.waiting() && len(p.Labels) == 0 })
	if !found {
		return false, nil
	}
	return true, m.world.OrderManager.UpdateOrder(order.ID, true, func(o *ordermanager.Order) {
		o.Labels = append(o.Labels, m.labels[fulfillment.HoldLabel])
	})
}

// release lets an order go that a hold, a label or a filter kept.
func (m *merchant) release() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.Status == ordermanager.StatusOnHold || p.waiting() && len(p.Labels) > 0 })
	if !found {
		return false, nil
	}
	delete(m.people.Barred, order.ID)
	if order.Status == ordermanager.StatusOnHold {
		return true, m.world.OrderManager.RestoreOrder(order.ID)
	}
	return true, m.world.OrderManager.UpdateOrder(order.ID, true, func(o *ordermanager.Order) { o.Labels = nil })
}

// restoreCancelled is a second thought. What was cancelled in the warehouse
// meanwhile is sent again by itself only when it waits again.
func (m *merchant) restoreCancelled() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.Status == ordermanager.StatusCancelled && p.WarehouseID == here })
	if !found {
		return false, nil
	}
	m.people.Wavered[order.ID] = true
	return true, m.world.OrderManager.RestoreOrder(order.ID)
}

// shipByHand is a user who knows better than to wait for the report.
func (m *merchant) shipByHand() (bool, error) {
	order, found := m.one(func(p pair) bool { return p.sent() && len(p.there) > 0 && len(m.people.Corrected[p.ID]) == 0 })
	if !found {
		return false, nil
	}
	number := fmt.Sprintf("1ZBYHAND%d", order.ID)
	// It may be being reported in this moment, and is then shipped by us.
	done := m.world.OrderManager.ShipInOrderManager(order.ID, number, "UPS") == nil
	if done {
		m.people.Corrected[order.ID], m.people.ByHand[order.ID] = []string{number}, true
	}
	return done, nil
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

// compose makes a kit of other products than before. Orders that were sent keep
// what it was made of then.
func (m *merchant) compose() (bool, error) {
	var kits, parts []string
	for _, product := range m.world.OrderManager.Products() {
		if product.Bundle {
			kits = append(kits, product.MasterSKU)
		} else if _, stocked := m.world.OrderManager.Stock(product.MasterSKU, here); stocked {
			parts = append(parts, product.MasterSKU)
		}
	}
	kit, first := kits[m.random.IntN(len(kits))], m.random.IntN(len(parts)-1)
	return true, m.world.OrderManager.Compose(kit, ordermanager.Part(parts[first], 1), ordermanager.Part(parts[first+1], int32(1+m.random.IntN(2))))
}
