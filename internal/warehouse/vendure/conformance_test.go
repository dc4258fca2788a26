// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	shop "ordersync.dev/operator/internal/testing/vendure"
	"ordersync.dev/operator/internal/warehouse/conformance"
)

// conformancePage is a small page: the suite creates two of them and more.
const conformancePage = 4

// TestConformance runs the suite of all destinations against the real server.
func TestConformance(t *testing.T) {
	conformance.Run(t, conformance.Subject{
		Name: System, PageSize: conformancePage, Page: conformance.Page{File: "../../../docs/conformance.md", Column: System},
		New: func(t testing.TB) (fulfillment.Destination, conformance.Warehouse) {
			t.Helper()
			return newPeople(t)
		},
		Cannot: map[conformance.Row]string{
			conformance.RowCancelFrees: "the unique field that holds the reference knows no states, so a cancelled order keeps it",
			conformance.RowClosedSince: "an order's updatedAt does not move when its goods ship, and its shipments cannot be asked for by date",
			conformance.RowFractions:   "stock is counted in whole units",
			conformance.RowRemembers:   "an order has no field for it, and it would be of no use where no order is changed",
			conformance.RowUpdate:      unchangeable, conformance.RowUpdateLost: unchangeable, conformance.RowUpdateConflict: unchangeable,
			conformance.RowUpdateTooLate: unchangeable, conformance.RowUpdateRefused: unchangeable,
		},
	})
}

// unchangeable is why no order is updated.
const unchangeable = "a placed order is changed only with a payment or a refund for the difference, and has no version to write against"

// people are those who work in the warehouse, with a driver that comes to them
// through a gate.
type people struct {
	gate  *conformance.Gate
	clock *testClock
	began time.Time
}

var (
	_ conformance.Warehouse   = (*people)(nil)
	_ conformance.PartShipper = (*people)(nil)
	_ conformance.ShortCloser = (*people)(nil)
	_ conformance.Picker      = (*people)(nil)
	_ conformance.Pretender   = (*people)(nil)
)

func newPeople(t testing.TB) (*Driver, *people) {
	t.Helper()
	seed(t)
	gate := newGate(t)
	listener := httptest.NewUnstartedServer(gate)
	listener.Config.ErrorLog = quietLog()
	listener.Start()
	t.Cleanup(listener.Close)
	p := &people{gate: gate, clock: newClock(), began: time.Now()}
	o := options(listener.URL, p.clock)
	o.PageSize = conformancePage
	return mustNew(t, o), p
}

// newGate is a gate in front of the real server. Everything is a POST here;
// what writes is a mutation that does not only log in.
func newGate(t testing.TB) *conformance.Gate {
	t.Helper()
	target, err := url.Parse(server.URL)
	ok(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = quietLog()
	return conformance.NewGate(proxy, func(_ *http.Request, body []byte) bool {
		return bytes.Contains(body, []byte(`"query":"mutation`)) && !bytes.Contains(body, []byte("login("))
	})
}

func (p *people) Gate() *conformance.Gate { return p.gate }

func (p *people) AddSKU(t testing.TB, sku string, onHand fulfillment.Quantity) {
	t.Helper()
	if !onHand.Whole() {
		t.Fatalf("%s units: stock is counted in whole units", onHand)
	}
	variant := shop.Variant{SKU: sku, Price: 100}
	if onHand != 0 {
		variant.Stock = map[string]int64{east: onHand.Floor()}
	}
	addVariant(t, ourChannel, variant)
}

// AddForeignStock gives the other channel stock in the other building, also of
// a SKU that we have.
func (p *people) AddForeignStock(t testing.TB, sku string, onHand fulfillment.Quantity) {
	t.Helper()
	stock, err := server.Stock(t.Context())
	ok(t, err)
	if _, ours := stock[east][sku]; ours {
		ok(t, server.SetStock(t.Context(), sku, map[string]int64{west: onHand.Floor()}))
		ok(t, server.AddToChannel(t.Context(), otherChannel, sku))
		return
	}
	addVariant(t, otherChannel, shop.Variant{SKU: sku, Stock: map[string]int64{west: onHand.Floor()}})
}

func (p *people) EnterByHand(t testing.TB, order fulfillment.Order, reference string) string {
	t.Helper()
	units := map[string]int64{}
	for _, line := range order.Lines {
		units[line.SKU] += line.Quantity
	}
	id, err := server.Place(t.Context(), shop.NewOrder{
		Channel: ourToken, Reference: reference, Name: order.ShipTo.Name, PostalCode: order.ShipTo.PostalCode, Units: units,
	})
	ok(t, err)
	return id
}

func (p *people) Orders(t testing.TB) []conformance.Order {
	t.Helper()
	books, err := server.OrdersSince(t.Context(), p.began)
	ok(t, err)
	var orders []conformance.Order
	for _, o := range books {
		if o.In(ourChannel) {
			orders = append(orders, bookOf(o))
		}
	}
	return orders
}

func bookOf(o shop.Order) conformance.Order {
	book := conformance.Order{ID: o.ID, Reference: o.CustomFields.Reference, Identity: o.CustomFields.Identity, State: fulfillment.WarehouseOpen}
	switch o.State {
	case "Draft", "ArrangingPayment", "AddingItems":
		book.State = conformance.Draft
	case "Shipped", "Delivered":
		book.State = fulfillment.WarehouseShipped
	case "Cancelled":
		book.State = fulfillment.WarehouseCancelled
	}
	for _, line := range o.Lines {
		ordered, left := line.Quantity, int64(0)
		if o.State == "Cancelled" {
			ordered = line.Placed
		}
		for _, f := range o.Fulfillments {
			for _, packed := range f.Lines {
				if (f.State == "Shipped" || f.State == "Delivered") && packed.OrderLineID == line.ID {
					left += packed.Quantity
				}
			}
		}
		book.Lines = append(book.Lines, conformance.Line{
			SKU: line.ProductVariant.SKU, Ordered: fulfillment.Units(ordered), Shipped: fulfillment.Units(left),
		})
	}
	return book
}

func (p *people) Ship(t testing.TB, id string, packages ...conformance.Package) {
	t.Helper()
	for _, one := range packages {
		ok(t, server.Ship(t.Context(), id, one.Contents, one.Tracking))
	}
}

func (p *people) ShipPart(t testing.TB, id string, part conformance.Package) {
	t.Helper()
	p.Ship(t, id, part)
}

// CloseShort ships what there is and cancels the rest.
func (p *people) CloseShort(t testing.TB, id string, all conformance.Package) {
	t.Helper()
	p.Ship(t, id, all)
	order, err := server.Order(t.Context(), id)
	ok(t, err)
	rest := map[string]int64{}
	for _, line := range order.Lines {
		rest[line.ProductVariant.SKU] = line.Quantity - all.Contents[line.ProductVariant.SKU]
	}
	ok(t, server.CancelOrder(t.Context(), id, rest))
}

func (p *people) Cancel(t testing.TB, id string) {
	t.Helper()
	ok(t, server.CancelOrder(t.Context(), id, nil))
}

// BeginWork makes a shipment that has not left.
func (p *people) BeginWork(t testing.TB, id string) {
	t.Helper()
	_, err := server.Pack(t.Context(), id, nil, "")
	ok(t, err)
}

func (p *people) PretendCancel(testing.TB) {
	p.gate.Pretend(func(_ *http.Request, body []byte) bool { return bytes.Contains(body, []byte("cancelOrder(")) },
		http.StatusOK, `{"data":{"cancelOrder":{"__typename":"Order"}}}`)
}

// Tick waits for the next second, in which the database counts.
func (p *people) Tick(t testing.TB) {
	t.Helper()
	next := time.NewTimer(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	select {
	case <-next.C:
	case <-t.Context().Done():
	}
}

// ExpireTokens lets time pass too: a token that replaced a refused one a moment
// ago, and is refused as well, is not replaced at once.
func (p *people) ExpireTokens(t testing.TB) {
	t.Helper()
	p.clock.add(time.Minute)
	ok(t, server.ExpireSessions(t.Context()))
}

// quietLog keeps servers from telling of the connections that are dropped on purpose.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
