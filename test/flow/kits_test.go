// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
)

// kitShop has the products A, B, C and D, the kit PAIR of two A and one B, and
// the kit SET of one PAIR and three C.
func kitShop(t *testing.T, options omsim.Options) *shop {
	t.Helper()
	s := newShop(t, shopOptions{om: options})
	for _, sku := range []string{"A", "B", "C", "D"} {
		s.product(sku, 100, 100, 0)
	}
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "PAIR", BundledItems: []omsim.BundledItem{omsim.Part("A", 2), omsim.Part("B", 1)}}))
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "PAIR-2", BundledItems: []omsim.BundledItem{omsim.Part("D", 7)}})) // found by its beginning
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "SET", BundledItems: []omsim.BundledItem{omsim.Part("PAIR", 1), omsim.Part("C", 3)}}))
	return s
}

// preBuilt is a kitShop whose warehouse keeps the kits built: 20 PAIR, 10 SET.
func preBuilt(t *testing.T, options omsim.Options) *shop {
	t.Helper()
	s := kitShop(t, options)
	for sku, units := range map[string]int64{"PAIR": 20, "SET": 10} {
		s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: sku}))
		s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: sku, OnHand: whsim.Units(units)}))
	}
	s.load.PreBuiltKits, s.inventory.PreBuiltKits = true, true
	return s
}

// asked is what the warehouse is asked for under an identity, as SKU and units.
func (s *shop) asked(id fulfillment.OrderID) string {
	s.t.Helper()
	there := s.there(id)
	if len(there) != 1 {
		return fmt.Sprintf("%d orders", len(there))
	}
	var lines []string
	for _, line := range there[0].Lines {
		lines = append(lines, fmt.Sprintf("%s %d", line.SKU, line.Qty/whsim.Units(1)))
	}
	return fmt.Sprint(lines)
}

// booksOfKits compares both sides.
func (s *shop) booksOfKits() books.Result {
	s.t.Helper()
	options := books.Options{OrderManagerWarehouseID: east, OrderManagerEffects: s.om.Effects(), PreBuiltKits: s.load.PreBuiltKits}
	options.Kits, options.FormerKits = world.KitsOf(s.om)
	return books.Compare(s.om.Snapshot(), books.ThreePL{CustomerID: customer, FacilityID: facility}.Of(s.wh.Snapshot()), options)
}

func (s *shop) kitsBalance(step string) {
	s.t.Helper()
	s.clock.Pass(time.Minute)
	s.ok(s.sync())
	if err := s.booksOfKits().Err(); err != nil {
		s.t.Errorf("%s: %v", step, err)
	}
}

// productReads are how often products were asked for.
func (s *shop) productReads() int { return s.omCall.Calls()["GET /v1.1/products"] }

func withItems(items ...omsim.OrderItem) func(*omsim.Order) {
	return func(o *omsim.Order) { o.Items = append(o.Items, items...) }
}

// A kit is sent as its components, nested kits too; it is confirmed when all of
// them have left, and stock is right before, in between and after, whatever
// Order Manager allocates.
func TestKitsAreSentAsTheirComponents(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		t.Run(string(allocation), func(t *testing.T) {
			s := kitShop(t, omsim.Options{Allocation: allocation})
			id := s.order(omsim.StatusAwaiting3PLExport, "SET", 2, withItems(omsim.Item("A", 1), omsim.Item("PAIR", 3)))
			held := s.order(omsim.StatusOnHold, "SET", 1)
			check := func(step string) {
				t.Helper()
				s.clock.Pass(time.Minute) // a sync leaves alone what was marked at the same moment
				s.ok(s.sync())
				// Of A 4+1+6 and 2 held, of B 2+3 and 1, of C 6 and 3.
				for sku, want := range map[string]int64{"A": 87, "B": 94, "C": 91, "D": 100} {
					if got := s.offered(sku); got != want {
						t.Errorf("%s: %d of %s are offered, want %d", step, got, sku, want)
					}
				}
			}
			check("waiting")
			s.ok(s.download())
			if got := s.asked(id); got != "[A 4 B 2 C 6 A 1 A 6 B 3]" {
				t.Errorf("the warehouse is asked for %s", got)
			}
			check("sent")
			s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
			check("shipped")
			s.clock.Pass(time.Minute)
			if report := s.ok(s.confirm()); report.Counts.Confirmed != 1 || s.status(id) != omsim.StatusShipped {
				t.Errorf("%+v, %s", report, s.status(id))
			}
			check("confirmed")
			s.kitsBalance("in the end")
			if len(s.there(held)) != 0 {
				t.Error("the held order was sent")
			}
		})
	}
}

// An order that Order Manager has broken down is sent as its component lines
// and never as the kit beside them, whichever way it shows it and whichever way
// kits are sent; its stock is owed once.
func TestABrokenDownOrderIsSentOnceAsItsComponents(t *testing.T) {
	t.Parallel()
	for _, built := range []bool{false, true} {
		for _, drop := range []bool{false, true} {
			t.Run(fmt.Sprintf("pre-built %t, kit dropped %t", built, drop), func(t *testing.T) {
				s := kitShop(t, omsim.Options{})
				s.load.PreBuiltKits, s.inventory.PreBuiltKits = built, built
				id := s.order(omsim.StatusAwaiting3PLExport, "SET", 2, withItems(omsim.Item("D", 5)))
				s.must(s.om.BreakDown(int64(id), "SET", drop))
				s.ok(s.sync())
				if a, b, c, d := s.offered("A"), s.offered("B"), s.offered("C"), s.offered("D"); a != 96 || b != 98 || c != 94 || d != 95 {
					t.Errorf("offered %d, %d, %d, %d", a, b, c, d)
				}
				s.ok(s.download())
				if got := s.asked(id); got != "[D 5 A 4 B 2 C 6]" {
					t.Errorf("the warehouse is asked for %s", got)
				}
				s.kitsBalance("sent")
				s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
				s.ok(s.confirm())
				if s.status(id) != omsim.StatusShipped {
					t.Errorf("it is %s", s.status(id))
				}
				s.kitsBalance("confirmed")
			})
		}
	}
}

// An order is refused, never sent shorter, when nobody tells what its kit is
// made of, and goes through by itself once that is mended.
func TestAKitOfUnknownCompositionIsRefusedAndHealsByItself(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil, mend func(s *shop, id fulfillment.OrderID)
		reason      string
	}{
		"without components": {
			spoil: func(s *shop, _ fulfillment.OrderID) { s.must(s.om.Compose("PAIR")) },
			mend: func(s *shop, _ fulfillment.OrderID) {
				s.must(s.om.Compose("PAIR", omsim.Part("A", 2), omsim.Part("B", 1)))
			},
			reason: fulfillment.ReasonUnknownKit,
		},
		"a kit that holds itself": {
			spoil: func(s *shop, _ fulfillment.OrderID) {
				s.must(s.om.Compose("PAIR", omsim.Part("A", 2), omsim.Part("SET", 1)))
			},
			mend: func(s *shop, _ fulfillment.OrderID) {
				s.must(s.om.Compose("PAIR", omsim.Part("A", 2), omsim.Part("B", 1)))
			},
			reason: fulfillment.ReasonUnknownKit,
		},
		"broken down, and its components are gone": {
			spoil: func(s *shop, id fulfillment.OrderID) {
				s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.Items[0].BrokenDown = true }))
			},
			mend: func(s *shop, id fulfillment.OrderID) {
				s.must(s.om.UpdateOrder(int64(id), true, func(o *omsim.Order) { o.Items[0].BrokenDown = false }))
			},
			reason: fulfillment.ReasonBrokenDownInPart,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := kitShop(t, omsim.Options{})
			id := s.order(omsim.StatusAwaiting3PLExport, "SET", 1)
			plain := s.order(omsim.StatusAwaiting3PLExport, "D", 1)
			c.spoil(s, id)
			report := s.ok(s.download())
			if got := reasons(report); len(got) != 1 || got[id] != c.reason || len(s.there(id)) != 0 || len(s.there(plain)) != 1 {
				t.Fatalf("reasons %v; %d and %d there", got, len(s.there(id)), len(s.there(plain)))
			}
			c.mend(s, id)
			s.clock.Pass(time.Minute)
			s.ok(s.download())
			if got := s.asked(id); got != "[A 2 B 1 C 3]" {
				t.Errorf("the warehouse is asked for %s", got)
			}
			s.kitsBalance("mended")
		})
	}
}

// The composition is changed between the creation of an order and its mark, or
// after it: what was sent counts. It is not sent again, not told to differ, and
// confirmed when what was sent has left.
func TestWhatWasSentOfAKitCountsWhenItsCompositionChanges(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(s *shop){
		"after the mark": func(*shop) {},
		"before the mark": func(s *shop) {
			s.omCall.MustAdd(fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Kind: fault.DropBefore, Nth: 1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := kitShop(t, omsim.Options{})
			id := s.order(omsim.StatusAwaiting3PLExport, "PAIR", 2, withItems(omsim.Item("B", 1)))
			spoil(s)
			_, _ = s.download()
			s.must(s.om.Compose("PAIR", omsim.Part("C", 5), omsim.Part("B", 2)))
			for range 3 {
				s.clock.Pass(time.Minute)
				if got := reasons(s.ok(s.download())); len(got) != 0 {
					t.Errorf("told of: %v", got)
				}
				s.ok(s.cancel())
			}
			if got := s.asked(id); got != "[A 4 B 2 B 1]" || s.status(id) != omsim.StatusPendingFulfillment {
				t.Fatalf("the warehouse is asked for %s, it is %s", got, s.status(id))
			}
			s.kitsBalance("sent")
			s.must(s.wh.CloseShort(s.there(id)[0].ID, whsim.Short{Shipped: map[string]whsim.Quantity{"A": whsim.Units(4), "B": whsim.Units(2)}}))
			if got := reasons(s.ok(s.confirm())); got[id] != fulfillment.ReasonClosedShort {
				t.Errorf("one B is missing: %v", got)
			}
			other := s.order(omsim.StatusAwaiting3PLExport, "PAIR", 1)
			s.ok(s.download())
			if got := s.asked(other); got != "[C 5 B 2]" {
				t.Errorf("the warehouse is asked for %s", got)
			}
			s.must(s.om.Compose("PAIR", omsim.Part("D", 9)))
			s.must(s.wh.Ship(s.there(other)[0].ID, whsim.Shipment{}))
			s.clock.Pass(time.Minute)
			if got := reasons(s.ok(s.confirm())); s.status(other) != omsim.StatusShipped || len(got) != 1 {
				t.Errorf("it is %s; told of: %v", s.status(other), got)
			}
		})
	}
}

// Products are asked for when an order holds a kit that is not known yet, and
// for a page of orders at once.
func TestCompositionsAreReadAPageAtATime(t *testing.T) {
	t.Parallel()
	s := kitShop(t, omsim.Options{})
	for n := range 150 {
		s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.OrderNumber = fmt.Sprintf("SO-%d", n) })
	}
	s.ok(s.download())
	if n := s.productReads(); n != 0 {
		t.Errorf("without kits products were asked for %d times", n)
	}
	for n := range 150 {
		sku := []string{"PAIR", "SET"}[n%2]
		s.order(omsim.StatusAwaiting3PLExport, sku, 1, func(o *omsim.Order) { o.OrderNumber = fmt.Sprintf("KO-%d", n) })
	}
	report := s.ok(s.download())
	if n := s.productReads(); n != 1 || report.Counts.Created != 150 {
		t.Errorf("for 150 orders with two kits products were asked for %d times; %d created", n, report.Counts.Created)
	}
}

// Only whole kits are split off: what has shipped of half a kit waits.
func TestOnlyWholeKitsAreSplitOff(t *testing.T) {
	t.Parallel()
	s := kitShop(t, omsim.Options{})
	s.shipments.Split = true
	id := s.order(omsim.StatusAwaiting3PLExport, "PAIR", 3, withItems(omsim.Item("C", 2)))
	s.ok(s.download())
	s.must(s.om.Compose("PAIR", omsim.Part("D", 1))) // what was sent counts
	confirm := func() {
		t.Helper()
		for range 3 {
			s.ok(s.confirm())
			s.clock.Pass(15 * time.Minute)
			if report := s.ok(s.download()); report.Counts.Created != 0 {
				t.Errorf("%d created", report.Counts.Created)
			}
		}
	}
	s.shipPart(id, map[string]int64{"A": 2, "B": 1})
	confirm()
	if children := s.splitChildren(id); len(children) != 1 || children[0].Status != omsim.StatusShipped || fmt.Sprint(children[0].Lines) != "[{PAIR 1}]" {
		t.Fatalf("split off were %+v", children)
	}
	s.kitsBalance("one kit")
	s.shipPart(id, map[string]int64{"A": 1})
	confirm()
	if children := s.splitChildren(id); len(children) != 1 {
		t.Errorf("for half a kit were split off %+v", children)
	}
	for _, there := range s.there(id) {
		if there.Status == whsim.StatusOpen {
			s.must(s.wh.Ship(there.ID, whsim.Shipment{}))
		}
	}
	confirm()
	if s.status(id) != omsim.StatusShipped {
		t.Errorf("all has left and it is %s", s.status(id))
	}
	s.kitsBalance("in the end")
}

// A pre-built kit goes under its own SKU and has a stock of its own, whatever
// Order Manager allocates; the components are not charged for it. A kit that
// the warehouse does not keep gets no stock.
func TestPreBuiltKitsHaveAStockOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		t.Run(string(allocation), func(t *testing.T) {
			s := preBuilt(t, omsim.Options{Allocation: allocation})
			s.must(s.om.SetStock("PAIR", east, 0, 0)) // SET has no record in Order Manager
			s.must(s.om.SetStock("PAIR-2", east, 5, 0))
			id := s.order(omsim.StatusAwaiting3PLExport, "PAIR", 3, withItems(omsim.Item("A", 1)))
			s.order(omsim.StatusOnHold, "PAIR", 2)
			check := func(step string) {
				t.Helper()
				s.clock.Pass(time.Minute) // a sync leaves alone what was marked at the same moment
				s.ok(s.sync())
				for sku, want := range map[string]int64{"PAIR": 15, "PAIR-2": 5, "A": 99, "B": 100} {
					if got := s.offered(sku); got != want {
						t.Errorf("%s: %d of %s are offered, want %d", step, got, sku, want)
					}
				}
			}
			check("waiting")
			s.ok(s.download())
			if got := s.asked(id); got != "[PAIR 3 A 1]" {
				t.Errorf("the warehouse is asked for %s", got)
			}
			check("sent")
			s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
			s.ok(s.confirm())
			check("confirmed")
			if _, created := s.om.Stock("SET", east); created || s.status(id) != omsim.StatusShipped || s.productReads() == 0 {
				t.Errorf("SET has a record: %t; the order is %s", created, s.status(id))
			}
			options := books.Options{OrderManagerWarehouseID: east, PreBuiltKits: true}
			options.Kits, _ = world.KitsOf(s.om)
			if err := books.Compare(s.om.Snapshot(), books.ThreePL{CustomerID: customer, FacilityID: facility}.Of(s.wh.Snapshot()), options).Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Under Exploded no stock is written to a kit, though the warehouse knows its SKU.
func TestNoStockIsWrittenToAKitThatIsExploded(t *testing.T) {
	t.Parallel()
	s := preBuilt(t, omsim.Options{})
	s.load.PreBuiltKits, s.inventory.PreBuiltKits = false, false
	s.must(s.om.SetStock("PAIR", east, 3, 0))
	s.ok(s.sync())
	if got := s.offered("PAIR"); got != 3 {
		t.Errorf("%d are offered", got)
	}
}

// Aliases are those of what is sent: of the components, or of the pre-built kit.
func TestAliasesOfKits(t *testing.T) {
	t.Parallel()
	for built, want := range map[bool]string{false: "[WA 2 B 1]", true: "[WPAIR 1]"} {
		s := kitShop(t, omsim.Options{})
		s.load.PreBuiltKits, s.inventory.PreBuiltKits = built, built
		for _, sku := range []string{"WA", "WPAIR"} {
			s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: sku}))
			s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: sku, OnHand: whsim.Units(10)}))
		}
		s.driver = tables(t, "masterSku,warehouseSku\nA,WA\nPAIR,WPAIR\n").Destination(s.driver)
		s.must(s.om.SetStock("PAIR", east, 0, 0))
		id := s.order(omsim.StatusAwaiting3PLExport, "PAIR", 1)
		s.ok(s.download())
		if got := s.asked(id); got != want {
			t.Errorf("pre-built %t: the warehouse is asked for %s", built, got)
		}
		s.clock.Pass(time.Minute)
		s.ok(s.sync())
		pair, a := s.offered("PAIR"), s.offered("A")
		if built && (pair != 9 || a != 10) || !built && (pair != 0 || a != 8) {
			t.Errorf("pre-built %t: offered are %d PAIR and %d A", built, pair, a)
		}
		s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
		s.ok(s.confirm())
		if s.status(id) != omsim.StatusShipped {
			t.Errorf("pre-built %t: it is %s", built, s.status(id))
		}
	}
}

// The setting is changed while orders are with the warehouse, or another
// product sent them under the kit's own SKU: no order is sent a second time,
// none is told to differ, and each is confirmed.
func TestOrdersSentTheOtherWayAreNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, built := range []bool{false, true} {
		for _, spoil := range []string{"unmarked", "marked", "without identity"} {
			if built && spoil == "without identity" {
				continue // it is not known what its components are
			}
			t.Run(fmt.Sprintf("now pre-built %t, %s", built, spoil), func(t *testing.T) {
				s := preBuilt(t, omsim.Options{})
				s.load.PreBuiltKits, s.inventory.PreBuiltKits = !built, !built
				id := s.order(omsim.StatusAwaiting3PLExport, "PAIR", 2)
				if spoil != "marked" {
					s.omCall.MustAdd(fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Kind: fault.DropBefore, Nth: 1})
				}
				_, _ = s.download()
				if spoil == "without identity" {
					s.must(s.wh.EditOrder(s.there(id)[0].ID, func(d *whsim.OrderDocument) { d.ExternalID = "" }))
				}
				s.load.PreBuiltKits, s.inventory.PreBuiltKits = built, built
				for range 2 {
					s.clock.Pass(time.Minute)
					if got := reasons(s.ok(s.download())); len(got) != 0 {
						t.Errorf("told of: %v", got)
					}
				}
				want := "[A 4 B 2]"
				if !built {
					want = "[PAIR 2]"
				}
				if got := s.asked(id); got != want || len(s.wh.Orders()) != 1 {
					t.Fatalf("the warehouse is asked for %s, and has %d orders", got, len(s.wh.Orders()))
				}
				s.ok(s.sync())
				a := s.offered("A")
				if built && a != 96 || !built && a != 100 {
					t.Errorf("%d of A are offered", a)
				}
				s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
				s.clock.Pass(time.Minute)
				s.ok(s.confirm())
				if s.status(id) != omsim.StatusShipped {
					t.Errorf("it is %s", s.status(id))
				}
			})
		}
	}
}

// The answer to the creation of an order with kits is lost: it is found by what
// it is and not created again.
func TestAnOrderWithKitsIsCreatedOnceThoughAnswersAreLost(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.DropBefore, fault.DropAfter} {
		s := kitShop(t, omsim.Options{})
		id := s.order(omsim.StatusAwaiting3PLExport, "SET", 1, withItems(omsim.Item("SET", 2)))
		s.wh.Faults().MustAdd(fault.Rule{Method: "POST", Path: "/orders", Kind: kind, Nth: 1})
		for range 3 {
			_, _ = s.download()
			s.clock.Pass(7 * time.Hour)
		}
		if n := s.wh.CountEffects(whsim.EffectCreate, whsim.ByAPI); n != 1 || s.asked(id) != "[A 2 B 1 C 3 A 4 B 2 C 6]" {
			t.Errorf("%s: created %d times; asked for %s", kind, n, s.asked(id))
		}
		s.kitsBalance(string(kind))
	}
}

// The books find a kit that was sent as anything else than its components.
func TestTheBooksFindAKitThatWasSentWrong(t *testing.T) {
	t.Parallel()
	s := kitShop(t, omsim.Options{})
	ids := []fulfillment.OrderID{s.order(omsim.StatusAwaiting3PLExport, "SET", 1), s.order(omsim.StatusAwaiting3PLExport, "PAIR", 2)}
	s.ok(s.download())
	s.kitsBalance("as they are")
	snapshot := s.wh.Snapshot()
	i := slices.IndexFunc(snapshot.Orders, func(o whsim.SnapshotOrder) bool { return o.ExternalID == ids[0].String() })
	snapshot.Orders[i].Lines[0].Qty += whsim.Units(1)
	options := books.Options{OrderManagerWarehouseID: east}
	options.Kits, options.FormerKits = world.KitsOf(s.om)
	got := books.Compare(s.om.Snapshot(), books.ThreePL{CustomerID: customer, FacilityID: facility}.Of(snapshot), options)
	if got.Counts[books.WrongLines] != 1 || got.Findings[0].OrderID != int64(ids[0]) {
		t.Errorf("found %v", got.Counts)
	}
}

// A confirmation, a mark and a cancellation move the stock of a kit's
// components: a sync that may have read before them leaves these alone.
func TestAKitsComponentsAreLeftAloneByASyncThatMayHaveReadBefore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		allocation omsim.Allocation
		move       func(s *shop, id fulfillment.OrderID)
	}{
		"a mark": {omsim.AllocateReleasedWhenSent, func(s *shop, _ fulfillment.OrderID) { s.ok(s.download()) }},
		"a confirmation": {omsim.AllocateNone, func(s *shop, id fulfillment.OrderID) {
			s.ok(s.download())
			s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
			s.clock.Pass(time.Minute)
			s.ok(s.confirm())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := kitShop(t, omsim.Options{Allocation: c.allocation})
			id := s.order(omsim.StatusAwaiting3PLExport, "SET", 1, withItems(omsim.Item("A", 1)))
			s.ok(s.sync())
			s.clock.Pass(time.Minute)
			if got := s.offered("A"); got != 97 {
				t.Fatalf("%d of A are offered", got)
			}
			c.move(s, id)
			before := s.offered("B")
			s.ok(s.sync())
			if got := s.offered("B"); before == 99 || got != before {
				t.Errorf("%d of B were offered, and %d after a sync at the same moment", before, got)
			}
			s.clock.Pass(time.Minute)
			s.ok(s.sync())
			if a, b := s.offered("A"), s.offered("B"); a != 97 || b != 99 {
				t.Errorf("in the end %d of A and %d of B are offered", a, b)
			}
		})
	}
}
