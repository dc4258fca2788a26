// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	sim "ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/warehouse/conformance"
)

// conformancePage is the page that the walk over orders is made with: of a
// thousand the suite would have to create thousands.
const conformancePage = 10

// TestConformance runs the suite of all destinations against the simulator,
// once with each reading of what the vendor does not document.
func TestConformance(t *testing.T) {
	t.Run("Strict", func(t *testing.T) {
		conformance.Run(t, conformanceSubject("3PL Warehouse Manager", sim.Options{CancelKeepsReference: true}))
	})
	t.Run("Lenient", func(t *testing.T) {
		conformance.Run(t, conformanceSubject("3PL Warehouse Manager, other readings", sim.Options{
			CancelKeepsReference: true, CaseSensitive: true, PlusStaysPlus: true, ContactsAlways: true, ZeroStockRows: true, PhonesAsDigits: true,
			FlatListFaults: true, DuplicateStatus: http.StatusConflict, MaxURLLength: 2048,
		}))
	})
}

func conformanceSubject(name string, o sim.Options) conformance.Subject {
	return conformance.Subject{
		Name: name, PageSize: conformancePage, Page: conformance.Page{File: "../../../docs/conformance.md", Column: "3PL Warehouse Manager"},
		New: func(t testing.TB) (fulfillment.Destination, conformance.Warehouse) {
			t.Helper()
			w := newWarehouse(t, o)
			gate := conformance.NewGate(w.Server, func(r *http.Request, _ []byte) bool {
				return r.Method != http.MethodGet && r.URL.Path != tokenEndpoint
			})
			listener := httptest.NewUnstartedServer(gate)
			listener.Config.ErrorLog = quietLog()
			listener.Start()
			t.Cleanup(listener.Close)
			driver := mustNew(t, options(t, listener.URL, w.clock))
			driver.pageLimit.Store(conformancePage)
			return driver, &people{w, gate}
		},
		Cannot: map[conformance.Row]string{
			conformance.RowCancelFrees: "the vendor does not say whether the rename of a cancelled order frees its reference, so it counts as taken",
		},
	}
}

// people are those who work in the warehouse.
type people struct {
	*warehouse
	gate *conformance.Gate
}

var (
	_ conformance.Warehouse   = (*people)(nil)
	_ conformance.PartShipper = (*people)(nil)
	_ conformance.ShortCloser = (*people)(nil)
	_ conformance.Picker      = (*people)(nil)
	_ conformance.Pretender   = (*people)(nil)
	_ conformance.Editor      = (*people)(nil)
)

func (p *people) Gate() *conformance.Gate { return p.gate }

func (p *people) AddSKU(t testing.TB, sku string, onHand fulfillment.Quantity) {
	t.Helper()
	must(t)(p.AddItem(sim.Item{CustomerID: customerID, SKU: sku}))
	if onHand != 0 {
		p.stock(t, customerID, facilityID, sku, onHand)
	}
}

// AddForeignStock gives the other customer stock in our building, and us stock
// in the other building if the SKU is ours too.
func (p *people) AddForeignStock(t testing.TB, sku string, onHand fulfillment.Quantity) {
	t.Helper()
	must(t)(p.AddItem(sim.Item{CustomerID: otherCustomer, SKU: sku}))
	p.stock(t, otherCustomer, facilityID, sku, onHand)
	ours := slices.ContainsFunc(p.Snapshot().Items, func(item sim.Item) bool { return item.CustomerID == customerID && item.SKU == sku })
	if ours {
		p.stock(t, customerID, otherFacility, sku, onHand)
	}
}

func (p *people) stock(t testing.TB, customer, facility int64, sku string, onHand fulfillment.Quantity) {
	t.Helper()
	ok(t, p.SetStock(sim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: sku, OnHand: sim.Quantity(onHand)}))
}

func (p *people) EnterByHand(t testing.TB, order fulfillment.Order, reference string) string {
	t.Helper()
	to := contactOf(order.ShipTo)
	document := sim.OrderDocument{OrderFields: sim.OrderFields{
		CustomerIdentifier: &sim.Identifier{ID: customerID}, FacilityIdentifier: &sim.Identifier{ID: facilityID},
		ReferenceNum: reference,
		ShipTo: &sim.Contact{CompanyName: to.CompanyName, Name: to.Name, Address1: to.Address1, City: to.City,
			State: to.State, Zip: to.Zip, Country: to.Country},
	}}
	for _, line := range order.Lines {
		document.OrderItems = append(document.OrderItems, sim.OrderItem{
			ItemIdentifier: &sim.ItemIdentifier{SKU: line.SKU}, Qty: new(sim.Units(line.Quantity)),
		})
	}
	return decimal(must(t)(p.AddForeignOrder(document)))
}

func (p *people) Orders(t testing.TB) []conformance.Order {
	t.Helper()
	states := map[sim.Status]fulfillment.WarehouseState{
		sim.StatusOpen: fulfillment.WarehouseOpen, sim.StatusClosed: fulfillment.WarehouseShipped, sim.StatusCanceled: fulfillment.WarehouseCancelled,
	}
	var orders []conformance.Order
	for _, o := range p.Snapshot().Orders {
		if o.CustomerID != customerID || o.FacilityID != facilityID {
			continue
		}
		order := conformance.Order{ID: decimal(o.ID), Reference: o.Reference, Identity: o.ExternalID, State: states[o.Status]}
		for _, line := range o.Lines {
			order.Lines = append(order.Lines, conformance.Line{
				SKU: line.SKU, Ordered: fulfillment.Quantity(line.Qty), Shipped: fulfillment.Quantity(line.Shipped),
			})
		}
		orders = append(orders, order)
	}
	return orders
}

func (p *people) Ship(t testing.TB, id string, packages ...conformance.Package) {
	t.Helper()
	ok(t, p.Server.Ship(number(t, id), sim.Shipment{Packages: packed3PL(packages...)}))
}

// ShipPart splits the order, as this system does, and ships what was split off.
func (p *people) ShipPart(t testing.TB, id string, part conformance.Package) {
	t.Helper()
	child := must(t)(p.Split(number(t, id), quantities(part.Contents)))
	ok(t, p.Server.Ship(child, sim.Shipment{Packages: packed3PL(part)}))
}

func (p *people) CloseShort(t testing.TB, id string, all conformance.Package) {
	t.Helper()
	ok(t, p.Server.CloseShort(number(t, id), sim.Short{
		Shipped: quantities(all.Contents), Shipment: sim.Shipment{Packages: packed3PL(all)},
	}))
}

func (p *people) Readdress(t testing.TB, id, postalCode string) {
	t.Helper()
	ok(t, p.Server.EditOrder(number(t, id), func(d *sim.OrderDocument) { d.ShipTo.Zip = postalCode }))
}

func (p *people) Cancel(t testing.TB, id string) {
	t.Helper()
	ok(t, p.CancelByWarehouse(number(t, id), "Not on the shelf"))
}

// BeginWork puts the order into a pick batch: picking alone does not show.
func (p *people) BeginWork(t testing.TB, id string) {
	t.Helper()
	ok(t, p.Batch("morning", number(t, id)))
}

// PretendCancel answers as a cancellation that was done is answered.
func (p *people) PretendCancel(testing.TB) {
	p.gate.Pretend(func(r *http.Request, _ []byte) bool { return strings.HasSuffix(r.URL.Path, "/canceler") }, http.StatusNoContent, "")
}

func (p *people) Tick(testing.TB) { p.clock.add(time.Minute) }

// ExpireTokens lets time pass too: a token that replaced a refused one a moment
// ago, and is refused as well, is not replaced at once.
func (p *people) ExpireTokens(testing.TB) {
	p.clock.add(time.Minute)
	p.RevokeTokens()
}

func number(t testing.TB, id string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(id, 10, 64)
	ok(t, err)
	return n
}

func quantities(contents map[string]int64) map[string]sim.Quantity {
	all := map[string]sim.Quantity{}
	for sku, units := range contents {
		all[sku] = sim.Units(units)
	}
	return all
}

func packed3PL(packages ...conformance.Package) []sim.Package {
	var all []sim.Package
	for _, p := range packages {
		one := sim.Package{Tracking: p.Tracking}
		for _, sku := range slices.Sorted(maps.Keys(p.Contents)) {
			one.Contents = append(one.Contents, sim.Content{SKU: sku, Qty: sim.Units(p.Contents[sku])})
		}
		all = append(all, one)
	}
	return all
}

// quietLog keeps the server from telling of the connections that are dropped on purpose.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
