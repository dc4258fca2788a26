// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/testing/vendureworld"
)

// A day of a merchant: five hundred orders and some that Vendure cannot take,
// cancellations, parcels, stock, and the books of both sides after each step.
func TestADay(t *testing.T) {
	t.Parallel()
	const orders, abroad = 500, 3
	m := newMerchant(t, vendureworld.Options{Seed: 11, Orders: orders + abroad, SKUs: 80, WaitingOnly: true, NoStockEvery: 25, KitEvery: 9,
		ForeignOrders: 4, UnknownCountries: abroad})
	m.start()

	entry := m.run(download)
	if got := entry.LastRun.Counts; got.Created != orders || got.Marked != orders || got.Failed != abroad {
		t.Fatalf("the download says %+v", got)
	}
	for _, id := range m.shop.Excluded {
		m.fails(entry, id, fulfillment.ReasonUnknownCountry)
	}
	m.run(inventory)
	m.balanced()

	picked, err := m.shop.Pick(t.Context(), 3)
	m.must(err)
	parts, err := m.shop.ShipPart(t.Context(), 6)
	m.must(err)
	two, err := m.shop.ShipInTwo(t.Context(), 6)
	m.must(err)
	cancelled, err := m.shop.Cancel(t.Context(), 25)
	m.must(err)
	if len(picked) != 3 || len(parts) != 6 || len(two) != 6 || len(cancelled) != 25 {
		t.Fatalf("%d picked, %d in part, %d in two parcels, %d cancelled", len(picked), len(parts), len(two), len(cancelled))
	}
	m.run(cancelling)
	if got := m.run(confirmation).LastRun.Counts.Confirmed; got != 6 {
		t.Errorf("%d shipments confirmed: those in part are not to be", got)
	}
	m.runAll()
	m.balanced()

	shipped, err := m.shop.Ship(t.Context(), 40)
	m.must(err)
	_, err = m.shop.Arrive(10)
	m.must(err)
	m.runAll()
	result, err := m.shop.Books(t.Context())
	m.must(err)
	if result.Delivered != orders+10 || result.Cancelled != 25 || result.Confirmed != 6+len(shipped) || result.Pending != 0 || result.StockWritten == 0 {
		t.Errorf("%s", result.Line())
	}
	m.close()
}

// A shipment of two parcels is confirmed when both have left, with a number
// that is one of the two; a part of an order is not confirmed.
func TestShipments(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, vendureworld.Options{Seed: 13, Orders: 6, SKUs: 10, WaitingOnly: true})
	whole := m.add(m.shop, "WHOLE", map[string]int32{"SKU-1": 2})
	parts := m.add(m.shop, "PARTS", map[string]int32{"SKU-1": 2, "SKU-2": 3})
	short := m.add(m.shop, "SHORT", map[string]int32{"SKU-3": 4})
	m.start()
	m.run(download)

	server := m.world.Host.Server
	m.must(server.Ship(t.Context(), m.one(m.shop, whole).ID, nil, "WHOLE-1"))
	partsThere := m.one(m.shop, parts).ID
	m.must(server.Ship(t.Context(), partsThere, map[string]int64{"SKU-1": 2}, "PARTS-1"))
	second, err := server.Pack(t.Context(), partsThere, map[string]int64{"SKU-2": 3}, "PARTS-2")
	m.must(err)
	shortThere := m.one(m.shop, short).ID
	m.must(server.Ship(t.Context(), shortThere, map[string]int64{"SKU-3": 1}, "SHORT-1"))
	if got := m.run(confirmation).LastRun.Counts.Confirmed; got != 1 {
		t.Errorf("%d confirmed, want the whole one alone", got)
	}
	if m.status(whole) != ordermanager.StatusShipped || m.status(parts) != ordermanager.StatusPendingFulfillment || m.status(short) != ordermanager.StatusPendingFulfillment {
		t.Errorf("whole %s, parts %s, short %s", m.status(whole), m.status(parts), m.status(short))
	}
	// The second parcel leaves; the rest of the short one is cancelled there.
	m.must(server.MoveFulfillment(t.Context(), second, "Shipped"))
	m.must(server.CancelOrder(t.Context(), shortThere, map[string]int64{"SKU-3": 3}))
	entry := m.run(confirmation)
	if m.status(parts) != ordermanager.StatusShipped || m.status(short) != ordermanager.StatusPendingFulfillment {
		t.Errorf("parts %s, short %s", m.status(parts), m.status(short))
	}
	m.fails(entry, short, fulfillment.ReasonClosedShort)
	m.run(confirmation)
	m.run(inventory)
	m.close()
}
