// SPDX-License-Identifier: Apache-2.0

package books

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
)

const (
	here, elsewhere    = 101, 102
	customer, facility = 17, 3
)

// pair is a pair of books that a test plants a mistake in.
type pair struct {
	om      ordermanager.Snapshot
	wh      threepl.Snapshot
	there   ThreePL
	options Options
}

// clean is a pair of books in step: one order in each state that is right.
//
//	1 waiting, 2 sent and open, 3 shipped and confirmed, 4 cancelled on both
//	sides, 5 routed elsewhere, 6 on hold, 7 shipped before our time
//
// and one SKU with 100 on hand: A is 100 − 10 on hold − 2 open − 1 waiting − 3 held.
func clean() *pair {
	p := &pair{there: ThreePL{CustomerID: customer, FacilityID: facility}, options: Options{OrderManagerWarehouseID: here}}
	p.order(1, ordermanager.StatusAwaiting3PLExport, 1)
	p.order(2, ordermanager.StatusPendingFulfillment, 2).Marks = 1
	p.deliver(2, threepl.StatusOpen, 2)
	shipped := p.order(3, ordermanager.StatusShipped, 5)
	shipped.Marks, shipped.Shipments, shipped.Tracking = 1, 1, []string{"T3"}
	p.deliver(3, threepl.StatusClosed, 5).Tracking = []string{"T3", "T3b"}
	p.order(4, ordermanager.StatusCancelled, 5).Marks = 1
	p.cancel(p.deliver(4, threepl.StatusOpen, 5), threepl.ByAPI)
	p.order(5, ordermanager.StatusAwaiting3PLExport, 5).WarehouseID = elsewhere
	p.order(6, ordermanager.StatusOnHold, 3)
	p.order(7, ordermanager.StatusShipped, 5)
	p.wh.Items = []threepl.Item{{ID: 1, CustomerID: customer, SKU: "A"}, {ID: 2, CustomerID: customer, SKU: "B"}, {ID: 3, CustomerID: 18, SKU: "C"}}
	p.wh.Stock = []threepl.StockLevel{
		{CustomerID: customer, FacilityID: facility, SKU: "A", OnHand: threepl.Units(100), OnHold: threepl.Units(10), Allocated: threepl.Units(1), Unallocated: threepl.Units(1)},
		{CustomerID: 18, FacilityID: facility, SKU: "A", OnHand: threepl.Units(1000)},
		{CustomerID: customer, FacilityID: 4, SKU: "A", OnHand: threepl.Units(2000)},
		{CustomerID: customer, FacilityID: facility, SKU: "A", Qualifier: "BLUE", OnHand: threepl.Units(4000)},
	}
	p.stock("A", here, 84)
	p.stock("A", elsewhere, 9999)
	p.stock("B", here, 0)
	p.stock("C", here, 12345) // not in the customer's list: left alone
	return p
}

func (p *pair) order(id int64, status string, units int32) *ordermanager.OrderState {
	p.om.Orders = append(p.om.Orders, ordermanager.OrderState{ID: id, Number: fmt.Sprintf("N%d", id), Status: status, Type: "STANDARD",
		WarehouseID: here, Lines: []ordermanager.LineState{{SKU: "A", Quantity: units}}})
	return &p.om.Orders[len(p.om.Orders)-1]
}

func (p *pair) om1(id int64) *ordermanager.OrderState {
	return &p.om.Orders[slices.IndexFunc(p.om.Orders, func(o ordermanager.OrderState) bool { return o.ID == id })]
}

// deliver enters an order into the warehouse's books and ledger as a request does.
func (p *pair) deliver(identity int64, status threepl.Status, units int64) *threepl.SnapshotOrder {
	order := threepl.SnapshotOrder{ID: 1000 + int64(len(p.wh.Orders)), CustomerID: customer, FacilityID: facility,
		Reference: fmt.Sprintf("N%d", identity), Original: fmt.Sprintf("N%d", identity), ExternalID: fmt.Sprint(identity), Status: status,
		Lines: []threepl.SnapshotLine{{SKU: "A", Qty: threepl.Units(units)}}}
	if status == threepl.StatusClosed {
		order.Lines[0].Shipped = threepl.Units(units)
	}
	p.wh.Orders = append(p.wh.Orders, order)
	p.effect(threepl.EffectCreate, threepl.ByAPI, order)
	return &p.wh.Orders[len(p.wh.Orders)-1]
}

func (p *pair) effect(kind threepl.EffectKind, by threepl.Actor, order threepl.SnapshotOrder) {
	p.wh.Effects = append(p.wh.Effects, threepl.Effect{Kind: kind, By: by, OrderID: order.ID, CustomerID: customer, ExternalID: order.ExternalID})
}

func (p *pair) cancel(order *threepl.SnapshotOrder, by threepl.Actor) {
	order.Status = threepl.StatusCanceled
	p.effect(threepl.EffectCancel, by, *order)
}

// wh1 is the first order in the warehouse under an identity.
func (p *pair) wh1(identity int64) *threepl.SnapshotOrder {
	return &p.wh.Orders[slices.IndexFunc(p.wh.Orders, func(o threepl.SnapshotOrder) bool { return o.ExternalID == fmt.Sprint(identity) })]
}

// leave takes the open order's units off the books, of which some left.
func (p *pair) leave(units int64) {
	level := &p.wh.Stock[0]
	level.Allocated, level.Unallocated, level.OnHand = 0, 0, level.OnHand-threepl.Units(units)
}

func (p *pair) remove(identity int64) {
	p.wh.Orders = slices.DeleteFunc(p.wh.Orders, func(o threepl.SnapshotOrder) bool { return o.ExternalID == fmt.Sprint(identity) })
}

func (p *pair) stock(sku string, warehouse, available int64) {
	p.om.Stock = append(p.om.Stock, ordermanager.StockState{WarehouseID: warehouse, SKU: sku, Figures: ordermanager.Figures{Available: available}})
}

func (p *pair) compare() Result { return Compare(p.om, p.there.Of(p.wh), p.options) }

func TestCleanBooks(t *testing.T) {
	got := clean().compare()
	// The waiting order is not done yet, and is the only thing found.
	if !got.Clean() || got.Quiet() || got.Pending != 1 || len(got.Findings) != 1 {
		t.Errorf("clean books: %+v", got)
	}
	if got.Delivered != 3 || got.Cancelled != 1 || got.Confirmed != 1 || got.StockCompared != 2 {
		t.Errorf("counts: %+v", got)
	}
	p := clean()
	p.options.Excluded = []int64{1}
	if got := p.compare(); !got.Quiet() || got.Err() != nil {
		t.Errorf("with the waiting order excluded: %v", got.Err())
	}
	if line := got.Line(); line != "3 orders delivered, 1 cancelled, 1 shipments confirmed, 0 stock levels written, 0 lost, 0 twice, 0 wrong stock" {
		t.Error(line)
	}
}

// plants are one mistake each, and everything that the books then say beside
// the one waiting order.
func TestPlants(t *testing.T) {
	for _, test := range []struct {
		name  string
		plant func(*pair)
		want  map[Kind]int
	}{
		{"a loss", func(p *pair) { p.remove(2); p.wh.Stock[0].Allocated, p.wh.Stock[0].Unallocated = 0, 0 }, map[Kind]int{Lost: 1}},
		{"a loss of what was reported as shipped", func(p *pair) { p.remove(3) }, map[Kind]int{Lost: 1}},
		{"a loss under another customer", func(p *pair) { p.wh1(2).CustomerID = 18 }, map[Kind]int{Lost: 1, WrongStock: 1}},
		{"a loss by a foreign identity", func(p *pair) { p.wh1(2).ExternalID = "99" }, map[Kind]int{Lost: 1, WrongStock: 1}},
		{"a double", func(p *pair) { p.deliver(2, threepl.StatusOpen, 2).Reference = "N2.2" }, map[Kind]int{Twice: 1}},
		{"a double of what shipped", func(p *pair) { p.deliver(3, threepl.StatusClosed, 5).Tracking = []string{"T3"} }, map[Kind]int{Twice: 1}},
		{"a double that was cancelled later", func(p *pair) { p.cancel(p.deliver(2, threepl.StatusOpen, 2), threepl.ByAPI) }, map[Kind]int{Twice: 1}},
		{"created again after a cancel is no double", func(p *pair) {
			p.cancel(p.wh1(2), threepl.ByWarehouse)
			p.deliver(2, threepl.StatusOpen, 2)
		}, nil},
		{"a split is no double", func(p *pair) {
			p.wh1(2).Lines[0].Qty = threepl.Units(1)
			child := p.deliver(2, threepl.StatusOpen, 1)
			child.ParentID = 1000
			p.wh.Effects[len(p.wh.Effects)-1].By = threepl.ByWarehouse
		}, nil},
		{"more on sale than there is", func(p *pair) { p.om.Stock[0].Available = 85 }, map[Kind]int{WrongStock: 1}},
		{"less on sale than there is", func(p *pair) { p.om.Stock[0].Available = 83 }, map[Kind]int{WrongStock: 1}},
		{"on sale with nothing there", func(p *pair) { p.om.Stock[2].Available = 1 }, map[Kind]int{WrongStock: 1}},
		{"below nothing is nothing", func(p *pair) { p.om.Stock[2].Available = -7 }, nil},
		{"a promise below nothing is nothing", func(p *pair) { p.wh.Stock[0].OnHand = 0; p.om.Stock[0].Available = 0 }, nil},
		{"half a unit is not for sale", func(p *pair) { p.wh.Stock[0].OnHand = threepl.MustQuantity("100.9") }, nil},
		{"half a unit less", func(p *pair) { p.wh.Stock[0].OnHand = threepl.MustQuantity("99.9") }, map[Kind]int{WrongStock: 1}},
		{"the buffer", func(p *pair) { p.options.Buffer = 4; p.om.Stock[0].Available = 80 }, nil},
		{"the buffer forgotten", func(p *pair) { p.options.Buffer = 4 }, map[Kind]int{WrongStock: 1}},
		{"every qualifier", func(p *pair) { p.there.SumQualifiers = true; p.om.Stock[0].Available = 4084 }, nil},
		{"no stock, please", func(p *pair) { p.options.SkipStock = true; p.om.Stock[0].Available = 0 }, nil},
		{"wrong tracking", func(p *pair) { p.om1(3).Tracking = []string{"T2"} }, map[Kind]int{WrongTracking: 1}},
		{"no tracking", func(p *pair) { p.om1(3).Tracking = nil }, map[Kind]int{WrongTracking: 1}},
		{"one number too many", func(p *pair) { p.om1(3).Tracking = []string{"T3", "T9"} }, map[Kind]int{WrongTracking: 1}},
		{"the second number", func(p *pair) { p.om1(3).Tracking = []string{"T3b"} }, nil},
		{"freight without a number", func(p *pair) { p.wh1(3).Tracking = nil; p.om1(3).Tracking = []string{"BOL"} }, nil},
		{"a wrong cancel", func(p *pair) {
			p.cancel(p.wh1(2), threepl.ByAPI)
			p.wh.Stock[0].Allocated, p.wh.Stock[0].Unallocated = 0, 0
		}, map[Kind]int{WrongCancel: 1}},
		{"cancelled by the warehouse", func(p *pair) {
			p.cancel(p.wh1(2), threepl.ByWarehouse)
			p.wh.Stock[0].Allocated, p.wh.Stock[0].Unallocated = 0, 0
		}, map[Kind]int{CancelledByWarehouse: 1}},
		{"not cancelled yet", func(p *pair) { p.om1(2).Status = ordermanager.StatusCancelled }, map[Kind]int{Uncancelled: 1}},
		{"not cancelled yet though routed elsewhere", func(p *pair) { p.om1(2).WarehouseID = elsewhere }, map[Kind]int{Uncancelled: 1}},
		{"too late: being picked", func(p *pair) {
			p.om1(2).Status = ordermanager.StatusCancelled
			p.wh1(2).InProgress = true
		}, map[Kind]int{TooLate: 1}},
		{"too late: gone", func(p *pair) {
			p.om1(2).Status = ordermanager.StatusCancelled
			p.wh1(2).Status = threepl.StatusClosed
		}, map[Kind]int{TooLate: 1}},
		{"held after it was sent", func(p *pair) { p.om1(2).Status = ordermanager.StatusOnHold }, map[Kind]int{HeldButSent: 1}},
		{"not marked yet", func(p *pair) { p.deliver(1, threepl.StatusOpen, 1); p.wh.Stock[0].Allocated += threepl.Units(1) },
			map[Kind]int{Unmarked: 1, Pending: -1}},
		{"not confirmed yet", func(p *pair) {
			p.wh1(2).Status, p.wh1(2).Lines[0].Shipped = threepl.StatusClosed, threepl.Units(2)
		}, map[Kind]int{Unconfirmed: 1}},
		{"closed short", func(p *pair) {
			p.wh1(2).Status, p.wh1(2).Lines[0].Shipped = threepl.StatusClosed, threepl.Units(1)
			p.leave(1)
		}, map[Kind]int{ClosedShort: 1}},
		{"closed short, and what did not leave is on sale again", func(p *pair) {
			p.wh1(2).Status, p.wh1(2).Lines[0].Shipped = threepl.StatusClosed, threepl.Units(1)
			p.leave(1)
			p.om.Stock[0].Available++
		}, map[Kind]int{ClosedShort: 1, WrongStock: 1}},
		{"a part reported as a whole", func(p *pair) { p.wh1(3).Lines[0].Shipped = threepl.Units(4) }, map[Kind]int{NotShipped: 1}},
		{"reported before it left", func(p *pair) { p.wh1(3).Status = threepl.StatusOpen }, map[Kind]int{NotShipped: 1}},
		{"fewer units than ordered", func(p *pair) { p.wh1(2).Lines[0].Qty, p.wh.Stock[0].Unallocated = threepl.Units(1), 0 }, map[Kind]int{WrongLines: 1}},
		{"another SKU than ordered", func(p *pair) { p.wh1(2).Lines[0].SKU = "B"; p.leave(0) }, map[Kind]int{WrongLines: 1}},
		{"a line too many", func(p *pair) {
			p.wh1(2).Lines = append(p.wh1(2).Lines, threepl.SnapshotLine{SKU: "B", Qty: threepl.Units(1)})
		}, map[Kind]int{WrongLines: 1}},
		{"changed in the warehouse", func(p *pair) {
			p.wh1(2).Lines[0].Qty, p.wh.Stock[0].Unallocated = threepl.Units(1), 0
			p.effect(threepl.EffectUpdate, threepl.ByWarehouse, *p.wh1(2))
		}, nil},
		{"marked twice", func(p *pair) { p.om1(2).Marks = 2 }, map[Kind]int{MarkedTwice: 1}},
		{"marked again", func(p *pair) { p.om1(2).RepeatedMarks = 1 }, map[Kind]int{MarkedTwice: 1}},
		{"shipment reported twice", func(p *pair) { p.om1(3).Shipments = 2 }, map[Kind]int{ConfirmedTwice: 1}},
		{"buyer told twice", func(p *pair) { p.om1(3).Notifications = 2 }, map[Kind]int{ConfirmedTwice: 1}},
		{"an order that nobody downloads", func(p *pair) { p.om1(1).Type = "FBA" }, map[Kind]int{Pending: -1}},
		{"a status that nobody picks up", func(p *pair) { p.om1(1).Status = ordermanager.StatusUnresolved }, map[Kind]int{Pending: -1}},
		{"adopted without an identity", func(p *pair) { p.wh1(2).ExternalID = "" }, nil},
		{"not to be adopted: other units", func(p *pair) {
			p.wh1(2).Lines[0].Qty = threepl.Units(9)
			p.wh1(2).ExternalID = ""
		}, map[Kind]int{Lost: 1, WrongStock: 1}},
		{"a kit counts as its components", func(p *pair) {
			p.om1(1).Lines = []ordermanager.LineState{{SKU: "KIT", Quantity: 2}}
			p.options.Kits = map[string]map[string]int64{"KIT": {"A": 2}}
			p.om.Stock[0].Available = 81
		}, nil},
		{"a kit that is sent as its components", func(p *pair) {
			p.om1(2).Lines, p.options.Kits = []ordermanager.LineState{{SKU: "KIT", Quantity: 1}}, map[string]map[string]int64{"KIT": {"A": 2}}
		}, nil},
		{"a kit that is sent under its own SKU", func(p *pair) {
			p.om1(2).Lines, p.options.Kits = []ordermanager.LineState{{SKU: "KIT", Quantity: 1}}, map[string]map[string]int64{"KIT": {"A": 2}}
			p.wh1(2).Lines = []threepl.SnapshotLine{{SKU: "KIT", Qty: threepl.Units(1)}}
		}, map[Kind]int{WrongLines: 1, WrongStock: 1}},
		{"a pre-built kit that is sent as its components", func(p *pair) {
			p.om1(2).Lines, p.options.Kits = []ordermanager.LineState{{SKU: "KIT", Quantity: 1}}, map[string]map[string]int64{"KIT": {"A": 2}}
			p.options.PreBuiltKits = true
		}, map[Kind]int{WrongLines: 1}},
		{"a kit with one component too few", func(p *pair) {
			p.om1(2).Lines, p.options.Kits = []ordermanager.LineState{{SKU: "KIT", Quantity: 1}}, map[string]map[string]int64{"KIT": {"A": 2, "B": 1}}
		}, map[Kind]int{WrongLines: 1, WrongStock: 0}},
		{"a kit that was composed anew after it was sent", func(p *pair) {
			p.om1(2).Lines, p.options.Kits = []ordermanager.LineState{{SKU: "KIT", Quantity: 1}}, map[string]map[string]int64{"KIT": {"B": 7}}
			p.options.FormerKits = []map[string]map[string]int64{{"KIT": {"A": 9}}, {"KIT": {"A": 2}}}
		}, nil},
		{"a kit that was composed anew after it was cancelled as a part", func(p *pair) {
			p.om1(2).Lines = []ordermanager.LineState{{SKU: "A", Quantity: 1}, {SKU: "KIT", Quantity: 1}}
			p.options.Kits, p.options.FormerKits = map[string]map[string]int64{"KIT": {"B": 7}}, []map[string]map[string]int64{{"KIT": {"A": 1}}}
			p.wh1(2).Lines[0].Qty, p.wh.Stock[0].Unallocated = threepl.Units(1), 0
			p.effect(threepl.EffectUpdate, threepl.ByWarehouse, *p.wh1(2))
			part := p.deliver(2, threepl.StatusOpen, 1)
			part.ParentID, p.wh.Effects[len(p.wh.Effects)-1].By = 1000, threepl.ByWarehouse
			p.cancel(part, threepl.ByWarehouse)
		}, nil},
		{"a kit that left without one component", func(p *pair) {
			p.om1(3).Lines, p.options.Kits = []ordermanager.LineState{{SKU: "KIT", Quantity: 1}}, map[string]map[string]int64{"KIT": {"A": 6}}
		}, map[Kind]int{NotShipped: 1, WrongLines: 1}},
		{"a pre-built kit without its stock", func(p *pair) {
			p.options.Kits, p.options.PreBuiltKits = map[string]map[string]int64{"B": {"A": 2}}, true
			p.om.Stock[2].Available = 4
		}, map[Kind]int{WrongStock: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := clean()
			test.plant(p)
			got := p.compare()
			want := besideTheWaiting(test.want)
			if fmt.Sprint(got.Counts) != fmt.Sprint(want) {
				t.Errorf("found %v, want %v: %v", got.Counts, want, got.Findings)
			}
			mistake := slices.ContainsFunc(mistakes, func(kind Kind) bool { return want[kind] > 0 })
			if got.Clean() == mistake {
				t.Errorf("clean: %v", got.Clean())
			}
			if got.Lost != want[Lost] || got.Twice != want[Twice] || got.WrongStock != want[WrongStock] || got.TooLate != want[TooLate] || got.Pending != want[Pending] {
				t.Errorf("counts by name: %+v", got)
			}
			if mistake && (got.Err() == nil || len(got.Findings) == 0) {
				t.Errorf("a mistake without an error: %+v", got)
			}
		})
	}
}

// besideTheWaiting is what is found with the one waiting order of clean books.
func besideTheWaiting(found map[Kind]int) map[Kind]int {
	want := map[Kind]int{Pending: 1}
	for kind, count := range found {
		if want[kind] += count; want[kind] == 0 {
			delete(want, kind)
		}
	}
	return want
}

func TestLedgerOfOrderManager(t *testing.T) {
	p := clean()
	p.om1(2).Marks = 2
	p.options.OrderManagerEffects = []ordermanager.Effect{
		{Kind: ordermanager.Marked, OrderID: 2}, {Kind: ordermanager.Rerouted, OrderID: 2}, {Kind: ordermanager.Marked, OrderID: 2},
		{Kind: ordermanager.StockAdjusted, API: true, WarehouseID: here}, {Kind: ordermanager.StockAdjusted, API: true, WarehouseID: elsewhere},
		{Kind: ordermanager.StockShipped, API: true, WarehouseID: here}, {Kind: ordermanager.StockCreated, API: true, WarehouseID: here},
	}
	if got := p.compare(); !got.Clean() || got.StockWritten != 2 {
		t.Errorf("a change of mind between two marks: %+v", got)
	}
	p.options.OrderManagerEffects = slices.Delete(p.options.OrderManagerEffects, 1, 2)
	if got := p.compare(); got.Counts[MarkedTwice] != 1 {
		t.Errorf("two marks in a row: %+v", got)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	p := clean()
	for id := int64(100); id < 100+3*Shown; id++ {
		p.order(id, ordermanager.StatusPendingFulfillment, 1).Marks = 1
	}
	p.options.SkipStock = true
	got := p.compare()
	if got.Lost != 3*Shown || len(got.Findings) != Shown+1 {
		t.Errorf("%d lost, %d findings", got.Lost, len(got.Findings))
	}
	if message := got.Err().Error(); !strings.Contains(message, "60 Lost") || !strings.Contains(message, "N100") {
		t.Error(message)
	}
	encoded, err := json.Marshal(got)
	if err != nil || !strings.Contains(string(encoded), `"lost":60`) {
		t.Errorf("%v: %s", err, encoded)
	}
}
