// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
	"ordersync.dev/operator/internal/ordermanager"
	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// tables parses a table as it stands in a ConfigMap.
func tables(t *testing.T, csv string) *mapping.Tables {
	t.Helper()
	b := mapping.NewBuilder(ordermanager.ShippingCarrier)
	b.ConfigMap("mappings", map[string][]byte{"table.csv": []byte(csv)})
	return b.Build()
}

// pair makes a product known under one SKU here and under another one there.
func (s *shop) pair(master, warehouse string, onHandThere, onHandHere int64) {
	s.t.Helper()
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: master}))
	s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: warehouse}))
	s.must(s.om.SetStock(master, east, onHandHere, 0))
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: warehouse, OnHand: whsim.Units(onHandThere)}))
}

// An order goes out with the warehouse's SKU and everything comes back with
// Order Manager's: what was sent is found again, stock is right while orders
// wait, are open and have shipped, a short close is seen, a whole one confirmed.
func TestAliasesBothWays(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.pair("MASTER", "WH-1", 100, 0)
	s.pair("OTHER", "MASTER", 50, 0) // the warehouse's MASTER is another product
	s.product("PLAIN", 70, 0, 0)
	s.driver = tables(t, "masterSku,warehouseSku\nMASTER,WH-1\nOTHER,MASTER\n").Destination(s.driver)
	inStep := func(when string, master, other, plain int64) {
		t.Helper()
		s.ok(s.sync())
		if a, b, c := s.offered("MASTER"), s.offered("OTHER"), s.offered("PLAIN"); a != master || b != other || c != plain {
			t.Errorf("%s: offered %d, %d, %d; want %d, %d, %d", when, a, b, c, master, other, plain)
		}
	}
	inStep("empty", 100, 50, 70)
	whole := s.order(omsim.StatusAwaiting3PLExport, "MASTER", 3, func(o *omsim.Order) { o.Items = append(o.Items, omsim.Item("PLAIN", 2)) })
	short := s.order(omsim.StatusAwaiting3PLExport, "MASTER", 4)
	unwanted := s.order(omsim.StatusAwaiting3PLExport, "OTHER", 5)
	inStep("waiting", 93, 45, 68)
	s.ok(s.download())
	if lines := s.there(whole)[0].Lines; len(lines) != 2 || lines[0].SKU != "WH-1" || lines[1].SKU != "PLAIN" {
		t.Errorf("sent lines %+v", lines)
	}
	if lines := s.there(unwanted)[0].Lines; lines[0].SKU != "MASTER" {
		t.Errorf("sent lines %+v", lines)
	}
	inStep("open there", 93, 45, 68)
	s.must(s.om.CancelOrder(int64(unwanted)))
	s.clock.Pass(time.Hour)
	s.ok(s.cancel())
	s.clock.Pass(time.Hour)
	inStep("one cancelled", 93, 50, 68)
	s.must(s.wh.Ship(s.there(whole)[0].ID, whsim.Shipment{}))
	s.must(s.wh.CloseShort(s.there(short)[0].ID, whsim.Short{Shipped: map[string]whsim.Quantity{"WH-1": whsim.Units(1)}}))
	report := s.ok(s.confirm())
	if report.Counts.Confirmed != 1 || reasons(report)[short] != fulfillment.ReasonClosedShort {
		t.Errorf("confirmed %d, reasons %v", report.Counts.Confirmed, reasons(report))
	}
}

// What another product carried over to the warehouse is found by its lines.
func TestAliasesInAdoption(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.pair("MASTER", "WH-1", 100, 0)
	s.driver = tables(t, "masterSku,warehouseSku\nMASTER,WH-1\n").Destination(s.driver)
	id := s.order(omsim.StatusAwaiting3PLExport, "MASTER", 3)
	at := s.deliver(id)
	s.must(s.wh.EditOrder(at, func(d *whsim.OrderDocument) { d.ExternalID = "" }))
	if report := s.ok(s.download()); report.Counts.Adopted != 1 || report.Counts.Created != 0 {
		t.Errorf("%+v, %v", report.Counts, reasons(report))
	}
}

// An alias that nobody can understand holds its product alone, and its stock
// stays as it is.
func TestAnAliasThatIsRefusedHoldsItsProductAlone(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.pair("M1", "SHARED", 100, 7)
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: "M2"}))
	s.must(s.om.SetStock("M2", east, 9, 0))
	s.product("PLAIN", 70, 0, 0)
	mappings := tables(t, "masterSku,warehouseSku\nM1,SHARED\nM2,SHARED\n")
	s.driver = mappings.Destination(s.driver)
	held, sent := s.order(omsim.StatusAwaiting3PLExport, "M1", 1), s.order(omsim.StatusAwaiting3PLExport, "PLAIN", 1)
	report := s.ok(s.download())
	if len(s.there(held)) != 0 || len(s.there(sent)) != 1 || reasons(report)[held] != fulfillment.ReasonMappingRefused || len(reasons(report)) != 1 {
		t.Errorf("there %d and %d, reasons %v", len(s.there(held)), len(s.there(sent)), reasons(report))
	}
	before := [2]int64{s.offered("M1"), s.offered("M2")}
	s.clock.Pass(time.Hour)
	// Not even what is missing in the warehouse is zero then.
	env := s.env("InventorySync")
	env.Mappings = mappings
	s.ok(s.finish("InventorySync", routine.NewInventorySync(env, routine.InventorySyncConfig{ZeroMissing: true})))
	if after := [2]int64{s.offered("M1"), s.offered("M2")}; after != before || s.offered("PLAIN") != 69 {
		t.Errorf("stock was %v and is %v; PLAIN %d", before, after, s.offered("PLAIN"))
	}
}

// A merchant's rows come before the built-in names, a tracking number after
// them; what nothing tells is held or reported as another carrier, and a held
// shipment goes in the next run after its carrier is mapped.
func TestCarriersOnTheWayBack(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	ids := s.orders(5, "A")
	s.ok(s.download())
	ship := func(id fulfillment.OrderID, carrier, tracking string) {
		s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{Carrier: carrier, Packages: []whsim.Package{{Tracking: tracking}}}))
	}
	ship(ids[0], "UPS", "T-1")             // known, and the merchant means another
	ship(ids[1], "FedEx", "T-2")           // known
	ship(ids[2], "Own van", "T-3")         // mapped later
	ship(ids[3], "", "1Z999AA10123456784") // the number tells
	ship(ids[4], "Broken", "T-5")          // its row is wrong
	confirm := func(csv string, hold bool) routine.Report {
		t.Helper()
		env := s.env("ShipmentConfirmation")
		env.Mappings = tables(t, csv)
		s.clock.Pass(time.Minute)
		return s.ok(s.finish("ShipmentConfirmation", routine.NewShipmentConfirmation(env, routine.ShipmentConfirmationConfig{HoldUnmappedCarrier: hold})))
	}
	carrierOf := func(id fulfillment.OrderID) string {
		t.Helper()
		order, ok := s.om.Order(int64(id))
		if !ok || order.Shipment == nil || order.Shipment.ShipMethod == nil {
			return ""
		}
		return order.Shipment.ShipMethod.ShippingCarrier
	}
	const rows = "warehouseCarrier,shippingCarrier\nups,UPS_FREIGHT\nBroken,PIGEON\n"
	report := confirm(rows, true)
	want := map[fulfillment.OrderID]string{ids[2]: fulfillment.ReasonUnmappedCarrier, ids[4]: fulfillment.ReasonMappingRefused}
	if got := reasons(report); len(got) != 2 || got[ids[2]] != want[ids[2]] || got[ids[4]] != want[ids[4]] {
		t.Errorf("reasons %v, want %v", got, want)
	}
	confirm(rows+"OWN  VAN,AMAZON_SHIPPING\n", true)
	confirm("warehouseCarrier,shippingCarrier\n", false)
	for i, want := range []string{"UPS_FREIGHT", "FEDEX", "AMAZON_SHIPPING", "UPS", "OTHER_CARRIER"} {
		if got := carrierOf(ids[i]); got != want {
			t.Errorf("order %d: %q, want %q", i, got, want)
		}
	}
}

// A ship method goes out in the warehouse's words. One that nobody mapped holds
// its order alone, and goes in the run after it is mapped, without having asked
// the warehouse in between.
func TestShipMethodsGoOut(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{})
	s.product("A", 1000, 0, 0)
	with := func(service string) fulfillment.OrderID {
		return s.order(omsim.StatusAwaiting3PLExport, "A", 1, func(o *omsim.Order) { o.RequestedService = service })
	}
	standard, express, plain := with("Std US"), with("Express"), with("")
	download := func(csv string) routine.Report {
		t.Helper()
		load := s.load
		load.Mappings, load.RejectUnmapped = tables(t, csv), true
		s.clock.Pass(time.Minute)
		return s.ok(s.finish("OrderDownload", routine.NewOrderDownload(s.env("OrderDownload"), routine.OrderDownloadConfig{Load: load})))
	}
	routing := func(id fulfillment.OrderID) string {
		t.Helper()
		found, err := s.driver.FindOrders(t.Context(), []fulfillment.Lookup{{ID: id}})
		s.must(err)
		if len(found) != 1 {
			return fmt.Sprintf("%d orders", len(found))
		}
		return found[0].Carrier + "/" + found[0].Service + "/" + found[0].SCAC
	}
	const rows = "service,channel,carrier,mode,scac\nstd us,web shop,UPS,Ground,UPSN\n(none),,,,FDEG\n"
	report := download(rows)
	if got := reasons(report); len(got) != 1 || got[express] != fulfillment.ReasonUnmappedShipMethod {
		t.Errorf("reasons %v", got)
	}
	if message := report.Failing.Orders[0].Message; !strings.Contains(message, `"Express" of channel "Web shop"`) || len(report.Failing.Cohorts) != 0 {
		t.Errorf("message %q, cohorts %v", message, report.Failing.Cohorts)
	}
	for id, want := range map[fulfillment.OrderID]string{standard: "UPS/Ground/UPSN", plain: "//FDEG", express: "0 orders"} {
		if got := routing(id); got != want {
			t.Errorf("order %d goes by %s, want %s", id, got, want)
		}
	}
	if report := download(rows + "Express,,USPS,Priority,\n"); len(report.Failing.Orders) != 0 || routing(express) != "USPS/Priority/" {
		t.Errorf("after it is mapped: %v, %s", reasons(report), routing(express))
	}
}
