// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
	"ordersync.dev/operator/internal/orderload"
	"ordersync.dev/operator/internal/ordermanager"
	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// halfRead are tables of which the row A,WH-A was read and a ConfigMap was not.
func halfRead() *mapping.Tables {
	b := mapping.NewBuilder(ordermanager.ShippingCarrier)
	b.Row(mapping.SKUAliases, "spec.mappings.skuAliases", 0, "A", "WH-A")
	b.Row(mapping.ShipMethods, "spec.mappings.shipMethods.rows", 0, "Ground", "Web shop", "UPS", "Ground", "")
	b.Row(mapping.Carriers, "spec.mappings.carriers.rows", 0, "UPS Ground", "UPS")
	b.Unreadable("acme", "it does not exist in this namespace")
	return b.Build()
}

// onHand is what Order Manager has of a SKU, whatever it offers.
func (s *shop) onHand(sku string) int64 {
	s.t.Helper()
	figures, ok := s.om.Stock(sku, east)
	if !ok {
		s.t.Fatalf("no stock record of %s", sku)
	}
	return figures.OnHand
}

// mappedRuns works the routines with tables, as a connection with these does.
type mappedRuns struct {
	*shop
	driver fulfillment.Destination
	tables *mapping.Tables
}

func (s mappedRuns) env(name string) routine.Env {
	env := s.shop.env(name)
	env.Mappings, env.Destination = s.tables, s.tables.Destination(s.driver)
	return env
}

func (s mappedRuns) all() (download, confirm, stock routine.Report) {
	s.t.Helper()
	load := s.load
	load.Mappings = s.tables
	download = s.ok(s.finish("OrderDownload", routine.NewOrderDownload(s.env("OrderDownload"), routine.OrderDownloadConfig{Load: load})))
	config := s.shipments
	config.Load = load
	confirm = s.ok(s.finish("ShipmentConfirmation", routine.NewShipmentConfirmation(s.env("ShipmentConfirmation"), config)))
	s.clock.Pass(time.Hour)
	stock = s.ok(s.finish("InventorySync", routine.NewInventorySync(s.env("InventorySync"), s.inventory)))
	return download, confirm, stock
}

// While a table cannot be read, what a row that was read decides goes on, and
// nothing else: no order goes out unmapped, no shipment is judged by SKUs that
// nobody can translate, and no product's stock is written or zeroed.
func TestWhatAnUnreadableTableMaySpeakOfWaits(t *testing.T) {
	t.Parallel()
	s := mappedRuns{shop: newShop(t, shopOptions{})}
	s.driver, s.shop.driver = s.shop.driver, nil
	s.pair("A", "WH-A", 100, 0)
	s.pair("B", "WH-B", 50, 7)
	s.product("PLAIN", 70, 3, 0)
	s.wh.SetCarriers([]whsim.Carrier{{Name: "UPS", Services: []string{"Ground"}}})
	s.shipments.ConfirmShort = true
	s.inventory.ZeroMissing = true
	ground := func(o *omsim.Order) { o.RequestedService = "Ground" }
	// One was sent before the table was lost.
	s.tables = tables(t, "masterSku,warehouseSku\nA,WH-A\nB,WH-B\n")
	before := s.order(omsim.StatusAwaiting3PLExport, "B", 2, ground)
	s.all()
	s.must(s.wh.Ship(s.there(before)[0].ID, whsim.Shipment{Carrier: "UPS", Mode: "Ground"})) // a carrier that is decided
	writtenB, writtenPlain := s.onHand("B"), s.onHand("PLAIN")
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: "WH-A", OnHand: whsim.Units(90)}))
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: "WH-B", OnHand: whsim.Units(20)}))

	s.tables = halfRead()
	decided := s.order(omsim.StatusAwaiting3PLExport, "A", 1, ground)
	held := []fulfillment.OrderID{
		s.order(omsim.StatusAwaiting3PLExport, "B", 1, ground),
		s.order(omsim.StatusAwaiting3PLExport, "PLAIN", 1, ground),
		s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.RequestedService = "Express" }),
		s.order(omsim.StatusAwaiting3PLExport, "A", 1, ground, func(o *omsim.Order) { o.Items = append(o.Items, omsim.Item("B", 1)) }),
	}
	s.clock.Pass(time.Hour)
	download, confirm, stock := s.all()
	s.once([]fulfillment.OrderID{decided})
	if lines := s.there(decided)[0].Lines; lines[0].SKU != "WH-A" {
		t.Errorf("sent as %s", lines[0].SKU)
	}
	for _, id := range held {
		if len(s.there(id)) != 0 || reasons(download)[id] != fulfillment.ReasonMappingUnreadable {
			t.Errorf("order %d: %d there, %v", id, len(s.there(id)), reasons(download))
		}
	}
	for _, failing := range download.Failing.Orders {
		if !strings.Contains(failing.Message, `ConfigMap "acme": it does not exist`) {
			t.Errorf("the ConfigMap is not named: %s", failing.Message)
		}
	}
	if reasons(confirm)[before] != fulfillment.ReasonMappingUnreadable || confirm.Counts.Confirmed != 0 {
		t.Errorf("confirmed %d, %v", confirm.Counts.Confirmed, reasons(confirm))
	}
	for _, failing := range confirm.Failing.Orders {
		if !strings.Contains(failing.Message, "the alias of SKU B") {
			t.Errorf("held for another reason than its SKU: %s", failing.Message)
		}
	}
	if a := s.offered("A"); a != 90-3 { // one is open there, and two orders wait
		t.Errorf("A is offered %d", a)
	}
	if b, plain := s.onHand("B"), s.onHand("PLAIN"); b != writtenB || plain != writtenPlain {
		t.Errorf("on hand are %d and %d, want %d and %d as before", b, plain, writtenB, writtenPlain)
	}
	if stock.Failing.Count != 2 {
		t.Errorf("products told of: %v", stock.Failing.Orders)
	}
	t.Run("resent tracking is refused", func(t *testing.T) {
		config := s.shipments
		config.Load.Mappings = s.tables
		env := s.env("ShipmentConfirmation")
		env.Requests = []routine.Request{{Kind: routine.RequestResend, OrderID: before}}
		report := s.ok(s.finish("ShipmentConfirmation", routine.NewShipmentConfirmation(env, config)))
		judgeAnswer(t, report.Answers, fulfillment.ReasonMappingUnreadable, true)
	})

	// The table is mended.
	s.tables = tables(t, "masterSku,warehouseSku\nA,WH-A\nB,WH-B\n")
	s.clock.Pass(time.Hour)
	_, confirm, _ = s.all()
	s.once(held)
	if confirm.Counts.Confirmed != 1 || s.status(before) != omsim.StatusShipped {
		t.Errorf("confirmed %d, %v", confirm.Counts.Confirmed, reasons(confirm))
	}
	s.clock.Pass(time.Hour)
	_, _, stock = s.all()
	if b := s.offered("B"); b != 20-2 || stock.Failing.Count != 0 {
		t.Errorf("B is offered %d, %v", b, stock.Failing.Orders)
	}
}

// A filter by the warehouse's SKUs drops no line, and skips no order, by the
// name of a SKU that may have an alias.
func TestAFilterByTheWarehousesSKUGuessesNothing(t *testing.T) {
	t.Parallel()
	s := mappedRuns{shop: newShop(t, shopOptions{})}
	s.driver = s.shop.driver
	s.pair("A", "WH-A", 100, 0)
	s.pair("B", "WH-B", 50, 0)
	s.load.ItemFilters = []orderload.ItemFilter{orderload.NewItemFilter(orderload.Allow, orderload.DropLine, orderload.WarehouseSKU, []string{"WH-A", "WH-B"})}
	s.tables = halfRead()
	s.tables, s.load.RejectUnmapped = halfRead(), false
	id := s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) {
		o.RequestedService = "Ground"
		o.Items = append(o.Items, omsim.Item("B", 1))
	})
	if download, _, _ := s.all(); reasons(download)[id] != fulfillment.ReasonMappingUnreadable || len(s.there(id)) != 0 {
		t.Errorf("%v, %d there", reasons(download), len(s.there(id)))
	}
}
