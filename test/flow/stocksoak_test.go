// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/books"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
)

// Days of a shop with kits, partial shipments, edits and short closes, under any
// settings. Whatever a day brought, one sync in peace at its end makes Order
// Manager offer what the warehouse can promise; and where a rule is not exact,
// no more than that.
func TestOneSyncMakesStockRightAfterAnyDay(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			stockSoak(t, rand.New(rand.NewPCG(seed, 23)))
		})
	}
}

type stockSoaking struct {
	*soaking
	exact bool
	// log is what happened, for a failure's message.
	log []string
}

// Spelled as merchants spell them: no SKU is all upper case.
var (
	soakSKUs = []string{"Shirt-a", "Button b", "cap"}
	soakKits = []string{"Pair", "Set-1"}
)

func stockSoak(t *testing.T, random *rand.Rand) {
	coin := func() bool { return random.IntN(2) == 0 }
	allocations := omsim.Allocations()
	options := omsim.Options{Allocation: allocations[random.IntN(len(allocations))], AvailableFloored: coin(), AvailableIgnoresLocked: coin(),
		OmittedLockedKept: coin(), ShipmentKeepsOnHand: coin(), SplitKeepsStatus: coin(), TotalsLackAvailable: random.IntN(4) == 0,
		AdjustOmitsResults: random.IntN(4) == 0, NewestFirst: coin(), RerouteKeepsStatus: coin(), RepeatedSendAccepted: coin()}
	s := &stockSoaking{soaking: &soaking{random: random, shop: newShop(t, shopOptions{om: options})}, exact: true}
	for i, sku := range soakSKUs {
		s.product(sku, int64(20+random.IntN(60)), int64(random.IntN(50)), int64(i*random.IntN(5)))
	}
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "Pair", BundledItems: []omsim.BundledItem{omsim.Part("Shirt-a", 2), omsim.Part("Button b", 1)}}))
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "Set-1", BundledItems: []omsim.BundledItem{omsim.Part("Pair", 1), omsim.Part("cap", 3)}}))
	if coin() {
		s.load.PreBuiltKits, s.inventory.PreBuiltKits = true, true
		for _, kit := range soakKits {
			s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: kit}))
			s.must(s.om.SetStock(kit, east, 3, int64(random.IntN(2))))
			s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: kit, OnHand: whsim.Units(20)}))
		}
	}
	s.updateEdits, s.shipments.Split, s.shipments.SplitShort, s.shipments.WarehouseIDs = coin(), coin(), coin(), []int64{east}
	s.inventory.FromOnHand, s.inventory.Buffer = random.IntN(3) == 0, int64(random.IntN(3))
	if !options.AvailableIgnoresLocked && coin() {
		s.inventory.Rule = routine.Unlocked
		s.exact = options.Allocation == omsim.AllocateNone
	}
	setting := fmt.Sprintf("%s %v, pre-built %v, split %v", options.Allocation, s.inventory.Rule, s.inventory.PreBuiltKits, s.shipments.Split)
	for range 8 {
		s.disturb()
		for range 2 + random.IntN(8) {
			s.happens()
			if coin() {
				s.anyRoutine()
			}
			s.clock.Pass(time.Duration(random.IntN(2000)) * time.Second)
		}
		s.omCall.Clear()
		s.wh.Faults().Clear()
		s.clock.Pass(7 * time.Hour)
		s.om.Orders() // holds that are over end before the sync, not in its middle
		s.ok(s.sync())
		if !s.right() {
			t.Fatalf("%s\nafter %v%s", setting, s.log, s.orders())
		}
	}
}

// right compares what is on offer with what can be promised.
func (s *stockSoaking) right() bool {
	options := books.Options{OrderManagerWarehouseID: east, PreBuiltKits: s.load.PreBuiltKits, Buffer: s.inventory.Buffer}
	options.Kits, options.FormerKits = world.KitsOf(s.om)
	there := books.ThreePL{CustomerID: customer, FacilityID: facility}.Of(s.wh.Snapshot())
	right := true
	for _, standing := range books.Standings(s.om.Snapshot(), there, options) {
		if over := standing.Oversold(); over > 0 || s.exact && over < 0 {
			s.t.Errorf("%s: Order Manager offers %d, the warehouse can promise %d", standing.SKU, standing.Available, standing.Promise)
			right = false
		}
	}
	return right
}

// orders are all orders on both sides, for a failure's message.
func (s *stockSoaking) orders() (all string) {
	for _, order := range s.om.Snapshot().Orders {
		all += fmt.Sprintf("\n%d %s at %d %v of %v:", order.ID, order.Status, order.WarehouseID, order.Lines, order.Related)
		for _, there := range s.there(fulfillment.OrderID(order.ID)) {
			all += fmt.Sprint(" | ", there.Status)
			for _, line := range there.Lines {
				all += fmt.Sprintf(" %s %v/%v", line.SKU, line.Shipped, line.Qty)
			}
		}
	}
	return all
}

// anyRoutine runs one of the four; a fault may end it.
func (s *stockSoaking) anyRoutine() {
	n := s.random.IntN(4)
	_, err := []func() (routine.Report, error){s.download, s.confirm, s.cancel, s.sync}[n]()
	s.log = append(s.log, fmt.Sprintf("%s(%v)", []string{"download", "confirm", "cancel", "sync"}[n], err != nil))
}

func (s *stockSoaking) units(most int) int32 { return int32(1 + s.random.IntN(most)) }

func (s *stockSoaking) line() omsim.OrderItem {
	if s.random.IntN(2) == 0 {
		item := omsim.Item(soakKits[s.random.IntN(2)], s.units(2))
		item.Product.ProductType = omsim.BundleKit
		return item
	}
	return omsim.Item(soakSKUs[s.random.IntN(3)], s.units(4))
}

// happens is one thing that users or the warehouse do.
func (s *stockSoaking) happens() {
	var id fulfillment.OrderID
	if orders := s.om.Orders(); len(orders) > 0 {
		id = fulfillment.OrderID(orders[s.random.IntN(len(orders))].OrderID)
	}
	var there int64
	lines := map[string]whsim.Quantity{} // some units of one of the order's lines
	if found := s.there(id); len(found) > 0 {
		order := found[s.random.IntN(len(found))]
		there = order.ID
		line := order.Lines[s.random.IntN(len(order.Lines))]
		lines[line.SKU] = whsim.Units(1 + s.random.Int64N(max(1, line.Qty.Floor())))
	}
	name, err := "", error(nil)
	switch s.random.IntN(18) {
	case 0, 1, 2, 3:
		name = "order"
		items := []omsim.OrderItem{s.line()}
		if s.random.IntN(2) == 0 {
			items = append(items, s.line())
		}
		status := []string{omsim.StatusAwaiting3PLExport, omsim.StatusAwaiting3PLExport, omsim.StatusOnHold, omsim.StatusAwaitingPayment}[s.random.IntN(4)]
		id = s.order(status, "cap", 1, func(o *omsim.Order) { o.Items = items })
	case 4:
		name, err = "user cancels", s.om.CancelOrder(int64(id))
	case 5:
		name, err = "user restores", s.om.RestoreOrder(int64(id))
	case 6:
		name, err = "user holds", s.om.HoldOrder(int64(id), s.clock.Now().Add(time.Duration(s.random.IntN(20))*time.Hour))
	case 7:
		name, err = "ships", s.wh.Ship(there, whsim.Shipment{})
	case 8, 9:
		name = fmt.Sprint("ships a part ", lines)
		var part int64
		if part, err = s.wh.Split(there, lines); err == nil {
			err = s.wh.Ship(part, whsim.Shipment{})
		}
	case 10:
		name, err = "moves", s.om.Reroute(int64(id), []int64{east, west}[s.random.IntN(2)])
	case 11:
		name, err = "warehouse cancels", s.wh.CancelByWarehouse(there, "damaged")
	case 12:
		name = fmt.Sprint("closes short ", lines)
		err = s.wh.CloseShort(there, whsim.Short{Shipped: lines, LowerQty: s.random.IntN(2) == 0})
	case 13:
		name = "warehouse lowers"
		err = s.wh.EditOrder(there, func(d *whsim.OrderDocument) { d.OrderItems[0].Qty = new(whsim.Units(1)) })
	case 14, 15:
		order, ok := s.om.Order(int64(id))
		if !ok || order.OrderStatus == omsim.StatusShipped || order.OrderStatus == omsim.StatusCancelled || slices.Contains(s.labels(id), fulfillment.SplitLabel) {
			return
		}
		late := s.line()
		n := s.units(5)
		name = fmt.Sprintf("edit to %d, with %s %d", n, late.Product.MasterSKU, late.QuantityOrdered)
		add := s.random.IntN(2) == 0
		err = s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) {
			if add {
				o.Items = append(o.Items, late)
				return
			}
			o.Items[0].QuantityOrdered = n
		})
	case 16:
		name, err = "broken down", s.om.BreakDown(int64(id), soakKits[s.random.IntN(2)], s.random.IntN(2) == 0)
	case 17:
		name = "the process forgets"
		s.memory, s.coordination = map[string]routine.Memory{}, routine.NewCoordination()
	}
	s.log = append(s.log, fmt.Sprintf("%s(%d,%v)", name, id, err != nil))
}
