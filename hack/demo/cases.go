// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
	simulators "ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/operator"
)

// What the cases are about.
const (
	kitSKU         = "SKU-50"
	caseSKU        = "CASE"
	heldUnits      = 30
	caseOnHand     = 200
	unknownService = "Hyperspeed"
	filteredLabel  = "packed-by-shop"
)

// missingRow is added to the table of config/samples/demo in the course of the day.
const missingRow = `{"data":{"added.csv":"service,channel,carrier,mode,scac\n` + unknownService + `,,UPS,Next Day Air,UPSN\n"}}`

// cases are single orders that show what a day brings besides the plain ones.
// Each is looked for in both systems and in status when the day is over.
type cases struct {
	world                                                   *simulators.World
	kit, held, unmapped, filtered, partly, late, shortOrder int64
}

// plant lets the orders come in.
func plant(w *simulators.World) (*cases, error) {
	c := &cases{world: w}
	if err := w.AddSKU(caseSKU, caseOnHand, 0); err != nil {
		return nil, err
	}
	for _, one := range []struct {
		id     *int64
		number string
		units  map[string]int32
		dress  func(*ordermanager.Order)
	}{
		{&c.kit, "KIT-ORDER", map[string]int32{kitSKU: 1}, nil},
		{&c.held, "HELD-ORDER", map[string]int32{caseSKU: heldUnits}, nil},
		{&c.unmapped, "UNMAPPED-ORDER", map[string]int32{caseSKU: 1}, func(o *ordermanager.Order) { o.RequestedService = unknownService }},
		{&c.filtered, "FILTERED-ORDER", map[string]int32{caseSKU: 1}, func(o *ordermanager.Order) {
			o.Labels = []ordermanager.Label{w.OrderManager.AddLabel(filteredLabel)}
		}},
		{&c.partly, "PARTLY-ORDER", map[string]int32{caseSKU: 3}, nil},
		{&c.late, "LATE-ORDER", map[string]int32{caseSKU: 1}, nil},
		{&c.shortOrder, "SHORT-ORDER", map[string]int32{caseSKU: 5}, nil},
	} {
		order := simulators.NewOrder(one.number, one.units)
		if one.dress != nil {
			one.dress(&order)
		}
		var err error
		if *one.id, err = w.OrderManager.AddOrder(order); err != nil {
			return nil, fmt.Errorf("%s: %w", one.number, err)
		}
	}
	// The shop packs it: nobody waits for it in the warehouse.
	w.Excluded = append(w.Excluded, c.filtered)
	return c, w.OrderManager.HoldOrder(c.held, time.Now().Add(24*time.Hour))
}

// work is what people do about the orders once the warehouse has them.
func (c *cases) work() error {
	w := c.world
	w.Warehouse.AllocateAll()
	var problems []error
	there := func(order int64) int64 {
		for _, found := range c.there(order) {
			return found.ID
		}
		problems = append(problems, fmt.Errorf("the warehouse does not have order %d", order))
		return 0
	}
	kit, unmapped, partly, late, short := there(c.kit), there(c.unmapped), there(c.partly), there(c.late), there(c.shortOrder)
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	part, err := w.Warehouse.Split(partly, map[string]threepl.Quantity{caseSKU: threepl.Units(1)})
	if err != nil {
		return err
	}
	w.Warehouse.AllocateAll()
	return errors.Join(
		w.Warehouse.Ship(part, threepl.Shipment{}),
		w.Warehouse.CloseShort(short, threepl.Short{Shipped: map[string]threepl.Quantity{caseSKU: threepl.Units(2)}}),
		// What is being picked is not among the orders that the merchant cancels in time.
		w.Warehouse.StartPicking(kit, unmapped, partly, late),
		w.OrderManager.CancelOrder(c.late),
	)
}

func (c *cases) there(order int64) []threepl.Order {
	return c.world.Warehouse.ByExternalID(strconv.FormatInt(order, 10))
}

// waitsForTheTable fails unless the order with the unknown service is listed
// and nowhere else.
func (c *cases) waitsForTheTable(connection *v1alpha1.OrderManagerConnection) error {
	entry := operator.Entry(connection, v1alpha1.OrderDownload)
	if entry.Failing == nil || !listed(entry.Failing.Orders, c.unmapped, fulfillment.ReasonUnmappedShipMethod) || len(c.there(c.unmapped)) > 0 {
		return fmt.Errorf("order %d is not held for its ship method: %+v", c.unmapped, entry.Failing)
	}
	return nil
}

// account says what became of each case, and fails for one that came out wrong.
func (c *cases) account(connection *v1alpha1.OrderManagerConnection) (lines []string, err error) {
	download, cancel := operator.Entry(connection, v1alpha1.OrderDownload), operator.Entry(connection, v1alpha1.OrderCancelDownload)
	confirm := operator.Entry(connection, v1alpha1.ShipmentConfirmation)
	drift := func(entry *v1alpha1.RoutineStatus, order int64, reason string) bool {
		return entry.Drift != nil && listed(entry.Drift.Orders, order, reason)
	}
	skipped := func(order int64, reason string) bool {
		return download.Skipped != nil && slices.ContainsFunc(download.Skipped.Orders, func(o v1alpha1.SkippedOrder) bool {
			return o.OrderID == order && o.Reason == reason
		})
	}
	offered, _ := c.world.OrderManager.Stock(caseSKU, simulators.OrderManagerWarehouseID)
	free := c.free()
	child := c.child()
	without := connection.Status.Inventory.AwaitingStartingInventory
	var problems []error
	for _, one := range []struct {
		right bool
		line  string
	}{
		{c.isExploded(), fmt.Sprintf("a kit: one %s of KIT-ORDER stands in the warehouse as %s", kitSKU, c.lines(c.kit))},
		{len(c.there(c.held)) == 0 && offered.Available == free-heldUnits-1,
			fmt.Sprintf("a held order: HELD-ORDER was not sent; of %d free %s in the warehouse its %d are not offered, nor 1 of FILTERED-ORDER: %d", free, caseSKU, heldUnits, offered.Available)},
		{len(c.there(c.unmapped)) == 1 && c.status(c.unmapped) == ordermanager.StatusPendingFulfillment,
			fmt.Sprintf("an unmapped ship method: UNMAPPED-ORDER waited for %q and went once when the table had it", unknownService)},
		{len(c.there(c.filtered)) == 0 && skipped(c.filtered, fulfillment.ReasonOrderFiltered),
			fmt.Sprintf("a filter: FILTERED-ORDER carries the label %s and is listed as %s", filteredLabel, fulfillment.ReasonOrderFiltered)},
		{child != 0 && c.status(child) == ordermanager.StatusShipped && c.status(c.partly) == ordermanager.StatusPendingFulfillment,
			fmt.Sprintf("a split shipment: 1 of 3 units of PARTLY-ORDER left and is order %d in Order Manager, shipped; the rest is still to come", child)},
		{drift(cancel, c.late, fulfillment.ReasonTooLate),
			fmt.Sprintf("a late cancel: LATE-ORDER is being picked and is listed as %s", fulfillment.ReasonTooLate)},
		{c.status(c.shortOrder) == ordermanager.StatusPendingFulfillment && drift(confirm, c.shortOrder, fulfillment.ReasonClosedShort),
			fmt.Sprintf("a short close: 2 of 5 units of SHORT-ORDER left; it is not reported as shipped and is listed as %s", fulfillment.ReasonClosedShort)},
		{without > 0, fmt.Sprintf("no starting inventory: %d products of the warehouse have no stock record in Order Manager; they are counted and left alone", without)},
	} {
		if !one.right {
			problems = append(problems, fmt.Errorf("this did not come out: %s", one.line))
		}
		lines = append(lines, one.line)
	}
	return lines, errors.Join(problems...)
}

// free is what the warehouse can promise of the cases' SKU, less what it still
// owes to the order that it closed short.
func (c *cases) free() (units int64) {
	for _, level := range c.world.Warehouse.Stock(caseSKU) {
		units += level.Available().Floor() - level.Unallocated.Floor()
	}
	return units - 3
}

func (c *cases) status(order int64) string {
	found, _ := c.world.OrderManager.Order(order)
	return found.OrderStatus
}

// child is the order that was split off in Order Manager.
func (c *cases) child() int64 {
	for _, order := range c.world.OrderManager.Orders() {
		if order.OrderID != c.partly && slices.Contains(order.RelatedOrderIDs, c.partly) {
			return order.OrderID
		}
	}
	return 0
}

// isExploded reports whether the kit's components, and not the kit, stand in the warehouse.
func (c *cases) isExploded() bool {
	there := c.there(c.kit)
	return len(there) == 1 && len(there[0].Lines) > 1 && !slices.ContainsFunc(there[0].Lines, func(l threepl.SnapshotLine) bool { return l.SKU == kitSKU })
}

func (c *cases) lines(order int64) string {
	var lines []string
	for _, there := range c.there(order) {
		for _, line := range there.Lines {
			lines = append(lines, fmt.Sprintf("%d %s", line.Qty.Floor(), line.SKU))
		}
	}
	return strings.Join(lines, " and ")
}

func listed(orders []v1alpha1.FailingOrder, order int64, reason string) bool {
	return slices.ContainsFunc(orders, func(o v1alpha1.FailingOrder) bool { return o.OrderID == order && o.Reason == reason })
}
