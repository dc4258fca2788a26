// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// scene is a warehouse and its driver, as one row meets them.
type scene struct {
	subject     Subject
	destination fulfillment.Destination
	warehouse   Warehouse
}

func newScene(t testing.TB, subject Subject) scene {
	t.Helper()
	destination, warehouse := subject.New(t)
	return scene{subject, destination, warehouse}
}

// lastID numbers the orders and SKUs of a process, so that rows that share a
// warehouse do not meet.
var lastID atomic.Int64

func nextID() int64 { return 7_000_000 + lastID.Add(1) }

// The buyer of every order. No part of it may be found in a fault.
var buyer = fulfillment.Address{
	Name: "Testa Buyerson", Company: "Exemplary Goods", Line1: "1 Specimen Street", City: "Albany", Region: "NY",
	PostalCode: "12207", Country: "US", CountryAsGiven: "US", Phone: "518-555-0100", Email: "buyer@shop.example",
	Kind: fulfillment.Residential,
}

// item is a SKU and how much of it an order asks for.
type item struct {
	sku      string
	quantity int64
}

// sku puts a SKU with stock into the warehouse and returns its name.
func (s scene) sku(t testing.TB, units int64) string {
	t.Helper()
	name := fmt.Sprintf("CF-SKU-%d", nextID())
	s.warehouse.AddSKU(t, name, fulfillment.Units(units))
	return name
}

// order returns an order that nobody has seen, with a number of its own.
func order(items ...item) fulfillment.Order {
	id := fulfillment.OrderID(nextID())
	o := fulfillment.Order{
		ID: id, Number: fmt.Sprintf("CF-%d", id), State: fulfillment.StateWaiting, Type: "STANDARD", ShipTo: buyer,
		ChannelName: "Shop",
	}
	for _, i := range items {
		o.Lines = append(o.Lines, fulfillment.Line{
			ID: nextID(), SKU: i.sku, Name: "Specimen " + i.sku, ProductID: nextID(), Quantity: i.quantity,
			UnitPrice: fulfillment.Money{Amount: "1.50", Currency: "USD"},
		})
	}
	return o
}

// create delivers an order under its number, which must go well.
func (s scene) create(t testing.TB, o fulfillment.Order) fulfillment.WarehouseOrder {
	t.Helper()
	return s.createUnder(t, o, o.Number)
}

func (s scene) createUnder(t testing.TB, o fulfillment.Order, reference string) fulfillment.WarehouseOrder {
	t.Helper()
	created, err := s.destination.CreateOrder(t.Context(), o, reference)
	if err != nil {
		t.Fatalf("create under %q: %v", reference, err)
	}
	return created
}

// find looks orders up.
func (s scene) find(t testing.TB, lookups ...fulfillment.Lookup) []fulfillment.WarehouseOrder {
	t.Helper()
	found, err := s.destination.FindOrders(t.Context(), lookups)
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	return found
}

// lookup asks for an order as the routines do.
func lookup(o fulfillment.Order, references ...string) fulfillment.Lookup {
	return fulfillment.Lookup{ID: o.ID, References: append([]string{o.Number}, references...)}
}

// one looks an order up of which there is exactly one.
func (s scene) one(t testing.TB, o fulfillment.Order) fulfillment.WarehouseOrder {
	t.Helper()
	found := s.find(t, lookup(o))
	if len(found) != 1 {
		t.Fatalf("a look-up of %s shows %d orders, want 1", o.Number, len(found))
	}
	return found[0]
}

// book returns the order with this id in the warehouse's books.
func (s scene) book(t testing.TB, id string) Order {
	t.Helper()
	for _, o := range s.warehouse.Orders(t) {
		if o.ID == id {
			return o
		}
	}
	t.Fatalf("the warehouse has no order with the id %q", id)
	return Order{}
}

// booked returns the orders with this identity in the warehouse's books.
func (s scene) booked(t testing.TB, o fulfillment.Order) []Order {
	t.Helper()
	return slices.DeleteFunc(s.warehouse.Orders(t), func(b Order) bool { return b.Identity != o.ID.String() })
}

// ids are the ids of every order in the warehouse's books.
func (s scene) ids(t testing.TB) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for _, o := range s.warehouse.Orders(t) {
		ids[o.ID] = true
	}
	return ids
}

// leftNothing fails when there are orders that were not there before. One that
// was cancelled and that no look-up finds does no harm.
func (s scene) leftNothing(t testing.TB, before map[string]bool) {
	t.Helper()
	for _, o := range s.warehouse.Orders(t) {
		if before[o.ID] || o.State == fulfillment.WarehouseCancelled && o.Identity == "" && o.Reference == "" {
			continue
		}
		t.Errorf("what was refused left the order %s behind: state %s, reference %q, identity %q, %d lines",
			o.ID, o.State, o.Reference, o.Identity, len(o.Lines))
	}
}

// whole fails unless the order has its identity and every unit, in the
// driver's words and in the warehouse's books.
func (s scene) whole(t testing.TB, o fulfillment.Order, reference string, got fulfillment.WarehouseOrder) {
	t.Helper()
	if got.ID == "" || got.Identity != o.ID.String() || got.Reference != reference || got.State != fulfillment.WarehouseOpen {
		t.Errorf("the driver says id %q, identity %q, reference %q, state %s; want identity %s, reference %q, state Open",
			got.ID, got.Identity, got.Reference, got.State, o.ID, reference)
	}
	if units := orderedUnits(got.Lines); !maps.Equal(units, wantedUnits(o)) {
		t.Errorf("the driver says that the order asks for %v, want %v", units, wantedUnits(o))
	}
	if shipped := shippedUnits(got); len(shipped) > 0 {
		t.Errorf("the driver says that %v of a new order have left", shipped)
	}
	book := s.book(t, got.ID)
	if book.Identity != o.ID.String() || book.Reference != reference || book.State != fulfillment.WarehouseOpen {
		t.Errorf("the warehouse has identity %q, reference %q, state %s; want identity %s, reference %q, state Open",
			book.Identity, book.Reference, book.State, o.ID, reference)
	}
	if units := bookedUnits(book); !maps.Equal(units, wantedUnits(o)) {
		t.Errorf("the warehouse has %v, want %v", units, wantedUnits(o))
	}
}

// units are quantities by SKU, without those that are 0.
type units map[string]fulfillment.Quantity

func (u units) add(sku string, quantity fulfillment.Quantity) {
	if u[sku] += quantity; u[sku] == 0 {
		delete(u, sku)
	}
}

func wantedUnits(o fulfillment.Order) units {
	sum := units{}
	for _, line := range o.Lines {
		sum.add(line.SKU, fulfillment.Units(line.Quantity))
	}
	return sum
}

func orderedUnits(lines []fulfillment.WarehouseLine) units {
	sum := units{}
	for _, line := range lines {
		sum.add(line.SKU, line.Ordered)
	}
	return sum
}

func shippedUnits(orders ...fulfillment.WarehouseOrder) units {
	sum := units{}
	for _, o := range orders {
		for _, line := range o.Lines {
			sum.add(line.SKU, line.Shipped)
		}
	}
	return sum
}

func bookedUnits(o Order) units {
	sum := units{}
	for _, line := range o.Lines {
		sum.add(line.SKU, line.Ordered)
	}
	return sum
}

// parcel is a package with everything that an order asks for.
func parcel(o fulfillment.Order, tracking string) Package {
	p := Package{Tracking: tracking, Contents: map[string]int64{}}
	for _, line := range o.Lines {
		p.Contents[line.SKU] += line.Quantity
	}
	return p
}

// tracking is a tracking number that no other parcel has.
func tracking() string { return fmt.Sprintf("1ZCF%d", nextID()) }

// fault fails unless the error is a fault of one of these kinds, and returns
// it. No fault shows what belongs to the buyer.
func fault(t testing.TB, what string, err error, kinds ...fulfillment.FaultKind) *fulfillment.Fault {
	t.Helper()
	f, ok := fulfillment.AsFault(err)
	if !ok {
		t.Fatalf("%s: got %v, want a fault of kind %v", what, err, kinds)
	}
	if len(kinds) > 0 && !slices.Contains(kinds, f.Kind) {
		t.Errorf("%s: got a fault of kind %s (%v), want %v", what, f.Kind, f, kinds)
	}
	for _, personal := range []string{buyer.Name, buyer.Company, buyer.Line1, buyer.City, buyer.PostalCode, buyer.Phone, buyer.Email} {
		if strings.Contains(f.Error(), personal) {
			t.Errorf("%s: the fault shows the buyer's data", what)
		}
	}
	return f
}

// wantFault is fault where nothing more is asked of it.
func wantFault(t testing.TB, what string, err error, kinds ...fulfillment.FaultKind) {
	t.Helper()
	_ = fault(t, what, err, kinds...)
}

// open walks over all open orders and returns them by their ids.
func (s scene) open(t testing.TB) map[string]fulfillment.WarehouseOrder {
	t.Helper()
	open := map[string]fulfillment.WarehouseOrder{}
	walk(t, func(after string) (string, error) {
		orders, next, err := s.destination.WarehouseOpenOrders(t.Context(), after)
		for _, o := range orders {
			open[o.ID] = o
		}
		return next, err
	})
	return open
}

// mostPages ends a walk that would go on for ever.
const mostPages = 1000

// walk reads pages until there is no next one.
func walk(t testing.TB, page func(after string) (next string, err error)) {
	t.Helper()
	after := ""
	for range mostPages {
		next, err := page(after)
		if err != nil {
			t.Fatalf("a page after %q: %v", after, err)
		}
		if next == "" {
			return
		}
		after = next
	}
	t.Fatalf("the walk does not end after %d pages", mostPages)
}
