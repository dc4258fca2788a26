// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"fmt"
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	shop "ordersync.dev/operator/internal/testing/vendure"
	"ordersync.dev/operator/internal/testing/vendureworld"
)

// A reference that another order has is not taken from it. Where the other is
// seen the order goes under its longer reference; where both are taken, or the
// holder is in another channel and not to be seen, it is reported. The others go through.
func TestReferenceThatIsTaken(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, vendureworld.Options{Seed: 17, Orders: 12, SKUs: 10, WaitingOnly: true})
	longer := m.add(m.shop, "LONGER", map[string]int32{"SKU-1": 1})
	both := m.add(m.shop, "BOTH", map[string]int32{"SKU-1": 1})
	elsewhere := m.add(m.shop, "ELSEWHERE", map[string]int32{"SKU-1": 1})
	number := func(id int64) string {
		order, _ := m.world.OrderManager.Order(id)
		return order.OrderNumber
	}
	place := func(channel, reference string) string {
		id, err := m.world.Host.Server.Place(t.Context(), shop.NewOrder{Channel: channel, Reference: reference, Identity: "990001", Units: map[string]int64{"SKU-2": 7}})
		m.must(err)
		return id
	}
	// A channel with stock of its own: what others set aside in the default
	// channel comes from any location.
	hidden := shop.Channel{Code: m.shop.Channel + "-hidden", Token: m.shop.Channel + "-hidden", Locations: []string{m.shop.Location + " hidden"}, SKUs: []string{"SKU-2"}}
	m.must(m.world.Host.Server.OpenChannel(t.Context(), hidden))
	m.must(m.world.Host.Server.Fill(t.Context(), hidden.Locations[0], map[string]int64{"SKU-2": 20}))
	holders := []string{
		place(m.shop.Channel, number(longer)),
		place(m.shop.Channel, number(both)), place(m.shop.Channel, fmt.Sprintf("%s.%d", number(both), both)),
		place(hidden.Token, number(elsewhere)),
	}
	m.start()
	entry := m.run(download)
	if got := entry.LastRun.Counts; got.Created != 13 || got.Failed != 2 {
		t.Errorf("%+v", got)
	}
	m.fails(entry, both, fulfillment.ReasonReferenceTaken)
	m.fails(entry, elsewhere, fulfillment.ReasonReferenceTaken)
	if got := m.one(m.shop, longer).Reference; got != fmt.Sprintf("%s.%d", number(longer), longer) {
		t.Errorf("delivered under %q", got)
	}
	for _, id := range holders {
		order, err := m.world.Host.Server.Order(t.Context(), id)
		m.must(err)
		if order.CustomFields.Identity != "990001" || len(order.Lines) != 1 || order.Lines[0].Quantity != 7 || order.State != "PaymentSettled" {
			t.Errorf("the holder is now %+v", order)
		}
	}
	m.shop.Excluded = append(m.shop.Excluded, both, elsewhere)
	m.runAll()
	m.close()
}

// Vendure has 14 of the 500 that an order asks for, and would add those and
// call it an error: nothing is delivered and nothing stays behind. Once there
// is enough the order goes by itself, whole.
func TestOversoldLine(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, vendureworld.Options{Seed: 19, Orders: 5, SKUs: 10, WaitingOnly: true})
	m.must(m.shop.AddSKU(t.Context(), "SCARCE", 14, 0))
	id := m.add(m.shop, "OVERSOLD", map[string]int32{"SKU-1": 2, "SCARCE": 500})
	m.start()
	for range 2 {
		entry := m.run(download)
		if got := m.fails(entry, id, fulfillment.ReasonRefusedByWarehouse); got.WarehouseOrderID != "" {
			t.Errorf("%+v", got)
		}
		m.noDrafts(m.shop)
		if orders, err := m.shop.Orders(t.Context()); err != nil || len(orders) != 5 {
			t.Errorf("Vendure has %d orders, want the five others: %v", len(orders), err)
		}
	}
	m.must(m.shop.SetStock(t.Context(), "SCARCE", 600))
	if entry := m.run(download); entry.LastRun.Counts.Created != 1 || entry.Failing != nil && entry.Failing.Count != 0 {
		t.Errorf("%+v, failing %+v", entry.LastRun.Counts, entry.Failing)
	}
	units := map[string]int64{}
	for _, line := range m.one(m.shop, id).Lines {
		units[line.ProductVariant.SKU] += line.Quantity
	}
	if units["SCARCE"] != 500 || units["SKU-1"] != 2 || len(units) != 2 {
		t.Errorf("delivered %v", units)
	}
	m.runAll()
	m.close()
}

// Cancelled before anything left, after it was packed, after a part left, after
// all of it left, and by the people of the shop as well; each is asked for
// twice, and Vendure is asked to cancel what can still be cancelled alone.
func TestCancellations(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, vendureworld.Options{Seed: 23, Orders: 5, SKUs: 10, WaitingOnly: true})
	names := []string{"UNTOUCHED", "PACKED", "PARTLY", "SHIPPED", "BOTH-SIDES"}
	ids := map[string]int64{}
	for _, name := range names {
		ids[name] = m.add(m.shop, name, map[string]int32{"SKU-1": 2})
	}
	m.start()
	m.run(download)
	server, there := m.world.Host.Server, map[string]string{}
	for _, name := range names {
		there[name] = m.one(m.shop, ids[name]).ID
	}
	packed, err := server.Pack(t.Context(), there["PACKED"], nil, "PACKED-1")
	m.must(err)
	m.must(server.Ship(t.Context(), there["PARTLY"], map[string]int64{"SKU-1": 1}, "PARTLY-1"))
	m.must(server.Ship(t.Context(), there["SHIPPED"], nil, "SHIPPED-1"))
	m.must(server.CancelOrder(t.Context(), there["BOTH-SIDES"], nil))
	for _, name := range names {
		m.must(m.world.OrderManager.CancelOrder(ids[name]))
	}
	for range 2 {
		entry := m.run(cancelling)
		for _, name := range []string{"PACKED", "PARTLY", "SHIPPED"} {
			m.fails(entry, ids[name], fulfillment.ReasonTooLate)
		}
		for name, want := range map[string]string{"UNTOUCHED": "Cancelled", "BOTH-SIDES": "Cancelled", "PACKED": "PaymentSettled", "PARTLY": "PartiallyShipped", "SHIPPED": "Shipped"} {
			if got := m.one(m.shop, ids[name]).State; got != want {
				t.Errorf("%s is %s in Vendure, want %s", name, got, want)
			}
		}
	}
	// It leaves all the same. Its tracking is never written to a cancelled order.
	m.must(server.MoveFulfillment(t.Context(), packed, "Shipped"))
	m.runAll()
	for _, name := range names {
		if order, _ := m.world.OrderManager.Order(ids[name]); order.OrderStatus != ordermanager.StatusCancelled || len(order.Shipments) > 0 {
			t.Errorf("%s: %s with %d shipments", name, order.OrderStatus, len(order.Shipments))
		}
	}
	result, err := m.shop.Books(t.Context())
	m.must(err)
	late := slices.DeleteFunc(slices.Clone(result.Findings), func(f books.Finding) bool { return f.Kind != books.TooLate })
	if result.Cancelled != 1 || result.TooLate != 3 || len(late) != 3 {
		t.Errorf("%d cancelled on request, %d too late: %v", result.Cancelled, result.TooLate, late)
	}
	m.close()
}
