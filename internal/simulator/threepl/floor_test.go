// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// summary returns one row of the stock summaries; nil when there is none.
func (b *bench) summary(sku string) map[string]any {
	b.Helper()
	got := b.get("/inventory/stocksummaries?orderednotallocated=true&" + rql("facilityId==3;itemIdentifier.sku=="+sku))
	b.want(got, 200, "summaries")
	for _, row := range got.body["summaries"].([]any) {
		item := row.(map[string]any)["itemIdentifier"].(map[string]any)
		if b.customerOf(item["id"].(json.Number)) == DefaultCustomerID {
			return row.(map[string]any)
		}
	}
	return nil
}

func (b *bench) customerOf(itemID json.Number) int64 {
	for _, item := range b.Snapshot().Items {
		if idText(item.ID) == itemID.String() {
			return item.CustomerID
		}
	}
	return 0
}

func (b *bench) wantRow(when, sku string, want map[string]string) {
	b.Helper()
	row := b.summary(sku)
	for name, figure := range want {
		if have, _ := row[name].(json.Number); have.String() != figure {
			b.Errorf("%s: %s is %v, want %s: %v", when, name, row[name], figure, row)
		}
	}
}

func qty(n any) map[string]any {
	return map[string]any{"orderItems": []any{map[string]any{"itemIdentifier": map[string]any{"sku": SeedSKU(1)}, "qty": n}}}
}

func TestStockIsKept(t *testing.T) {
	b := start(t, Options{})
	mustSet(t, b.Server, StockSetting{CustomerID: 17, FacilityID: 3, SKU: SeedSKU(1), OnHand: MustQuantity("100.5"), OnHold: Units(10)})
	b.wantRow("at first", SeedSKU(1), map[string]string{"onHand": "100.5", "onHold": "10.0", "available": "90.5", "allocated": "0.0",
		"orderedNotAllocated": "0.0", "totalReceived": "100.5", "facilityId": "3"})
	id, _ := b.create("A", qty(30))
	b.wantRow("allocated on import", SeedSKU(1), map[string]string{"onHand": "100.5", "available": "60.5", "allocated": "30.0", "orderedNotAllocated": "0.0"})
	short, _ := b.create("B", qty(80.25))
	b.wantRow("short stock", SeedSKU(1), map[string]string{"available": "0.0", "allocated": "90.5", "orderedNotAllocated": "19.75"})
	if order, _ := b.Order(short); order.FullyAllocated || order.Lines[0].Allocated != MustQuantity("60.5") {
		t.Errorf("partly allocated: %+v", order.Lines)
	}
	if err := b.Ship(id, Shipment{}); err != nil {
		t.Fatal(err)
	}
	b.wantRow("shipped: allocated still counts it", SeedSKU(1), map[string]string{"onHand": "70.5", "available": "0.0", "allocated": "90.5", "totalReceived": "100.5"})
	if err := b.Ship(short, Shipment{}); err == nil || !strings.Contains(err.Error(), "allocated") {
		t.Errorf("an order that is not fully allocated was shipped: %v", err)
	}
	mustSet(t, b.Server, StockSetting{CustomerID: 17, FacilityID: 3, SKU: SeedSKU(1), OnHand: Units(200), OnHold: Units(10)})
	b.wantRow("goods came in: nothing is allocated by itself", SeedSKU(1), map[string]string{"available": "129.5", "orderedNotAllocated": "19.75"})
	if err := b.Allocate(short); err != nil {
		t.Fatal(err)
	}
	b.wantRow("allocated by hand", SeedSKU(1), map[string]string{"available": "109.75", "orderedNotAllocated": "0.0"})
	order, _ := b.Order(short)
	b.want(b.cancel(short, order.ETag), 204, "cancel")
	b.wantRow("cancelled", SeedSKU(1), map[string]string{"available": "190.0", "onHand": "200.0"})
	b.create("C", qty(5))
	mustSet(t, b.Server, StockSetting{CustomerID: 17, FacilityID: 3, SKU: SeedSKU(1), OnHand: Units(3)})
	b.wantRow("less on hand than set aside", SeedSKU(1), map[string]string{"available": "-2.0"})
}

func TestStockSwitches(t *testing.T) {
	b := start(t, Options{})
	if err := b.SetOrderQueue(DefaultCustomerID, true); err != nil {
		t.Fatal(err)
	}
	b.create("A", qty(30))
	b.wantRow("order queue", SeedSKU(1), map[string]string{"available": "100.0", "orderedNotAllocated": "30.0"})
	b.AllocateAll()
	b.wantRow("allocated later", SeedSKU(1), map[string]string{"available": "70.0", "orderedNotAllocated": "0.0"})

	net := start(t, Options{AvailableNetOfUnallocated: true})
	net.create("A", qty(130))
	net.wantRow("net", SeedSKU(1), map[string]string{"available": "-30.0", "orderedNotAllocated": "30.0"})

	// An item without stock has no row, even if it is ordered.
	empty := SeedSKU(2)
	mustSet(t, b.Server, StockSetting{CustomerID: 17, FacilityID: 3, SKU: empty, OnHand: 0})
	if row := b.summary(empty); row != nil {
		t.Errorf("a row without stock: %v", row)
	}
	rows := start(t, Options{ZeroStockRows: true})
	mustSet(t, rows.Server, StockSetting{CustomerID: 17, FacilityID: 3, SKU: empty, OnHand: 0})
	rows.wantRow("zero rows", empty, map[string]string{"onHand": "0.0", "available": "0.0"})
	if got := b.get("/inventory/stocksummaries"); got.find("summaries", "0", "orderedNotAllocated") != nil {
		t.Error("orderedNotAllocated is shown though nobody asked")
	}
}

func TestStockRowsMixCustomersAndQualifiers(t *testing.T) {
	b := start(t, Options{})
	mustSet(t, b.Server, StockSetting{CustomerID: 17, FacilityID: 3, SKU: SeedSKU(10), Qualifier: "BLUE", OnHand: Units(5)})
	got := b.get("/inventory/stocksummaries?" + rql("facilityId==3;itemIdentifier.sku=="+SeedSKU(10)))
	if rows := got.body["summaries"].([]any); len(rows) != 3 {
		t.Errorf("%d rows, want ours, ours in blue, and the other merchant's: %s", len(rows), got.text)
	}
	if strings.Contains(got.text, "customer") {
		t.Errorf("a row names a customer: %s", got.text)
	}
	mustSet(t, b.Server, StockSetting{CustomerID: 17, FacilityID: 3, SKU: SeedSKU(1), OnHand: Units(100), OnHold: Units(30)})
	details := b.get("/inventory/stockdetails?customerid=17&facilityid=3&" + rql("itemIdentifier.sku=="+SeedSKU(1)))
	if details.find("_embedded", "item", "0", "available") != json.Number("70.0") || details.find("_embedded", "item", "1", "isOnHold") != true ||
		details.find("_embedded", "item", "1", "available") != json.Number("0.0") {
		t.Errorf("details: %s", details.text)
	}
}

func TestShip(t *testing.T) {
	b := start(t, Options{})
	id, _ := b.create("A", map[string]any{"orderItems": []any{
		map[string]any{"itemIdentifier": map[string]any{"sku": SeedSKU(1)}, "qty": 2},
		map[string]any{"itemIdentifier": map[string]any{"sku": SeedSKU(2)}, "qty": 3}}})
	if err := b.AddPackages(id, Package{Tracking: "T1", Contents: []Content{{SKU: SeedSKU(1), Qty: Units(2)}}}); err != nil {
		t.Fatal(err)
	}
	open := b.get(fmt.Sprintf("/orders/%d?detail=Packages", id))
	if open.find("readOnly", "isClosed") != false || open.find("readOnly", "packages", "0", "trackingNumber") != "T1" {
		t.Errorf("packed and open: %s", open.text)
	}
	if err := b.AddPackages(id, Package{Contents: []Content{{SKU: "NOPE", Qty: Units(1)}}}); err == nil {
		t.Error("packed what was not ordered")
	}
	err := b.Ship(id, Shipment{
		Packages:      []Package{{Tracking: "T2", Contents: []Content{{SKU: SeedSKU(2), Qty: Units(3)}}}},
		OrderTracking: "T2, T3", ParcelTracking: []string{"T4"}, BillOfLading: "BOL", Carrier: "FedEx", SCAC: "FDEG", Mode: "2Day",
	})
	if err != nil {
		t.Fatal(err)
	}
	got := b.get(fmt.Sprintf("/orders/%d?detail=All&itemdetail=All", id))
	for path, want := range map[string]any{
		"readOnly status": json.Number("1"), "readOnly isClosed": true, "readOnly processDate": "2026-11-23T04:00:00",
		"routingInfo trackingNumber": "T2, T3", "routingInfo billOfLading": "BOL", "routingInfo carrier": "FedEx",
		"parcelResponse trackingNumbers 0": "T4", "readOnly packages 1 trackingNumber": "T2",
		"readOnly packages 1 packageContents 0 qty": json.Number("3.0"),
	} {
		if have := got.find(strings.Fields(path)...); have != want {
			t.Errorf("%s is %v, want %v", path, have, want)
		}
	}
	line := got.find("_embedded", rel+"orders/item", "1", "readOnly").(map[string]any)
	if content := got.find("readOnly", "packages", "1", "packageContents", "0", "orderItemId"); content != line["orderItemId"] {
		t.Errorf("contents name line %v, want %v", content, line["orderItemId"])
	}
	packages := b.get(fmt.Sprintf("/orders/%d/packages", id))
	if packages.find("_embedded", rel+"orders/package", "0", "_embedded", rel+"orders/packagecontent", "0", "qty") != json.Number("2.0") {
		t.Errorf("packages: %s", packages.text)
	}
	if tracking := b.Snapshot().Orders[0].Tracking; !slices.Equal(tracking, []string{"T1", "T2", "T3", "T4"}) {
		t.Errorf("tracking %v", tracking)
	}
	if err := b.Ship(id, Shipment{}); err == nil {
		t.Error("shipped twice")
	}
	if n := b.CountEffects(EffectShip, ByWarehouse); n != 1 {
		t.Errorf("%d shipments, want 1", n)
	}
}

func TestCloseShort(t *testing.T) {
	for _, lower := range []bool{false, true} {
		b := start(t, Options{})
		id, _ := b.create("A", qty(5))
		if err := b.CloseShort(id, Short{Shipped: map[string]Quantity{SeedSKU(1): Units(6)}}); err == nil {
			t.Error("shipped more than was ordered")
		}
		if err := b.CloseShort(id, Short{Shipped: map[string]Quantity{SeedSKU(1): Units(3)}, LowerQty: lower}); err != nil {
			t.Fatal(err)
		}
		got := b.get(fmt.Sprintf("/orders/%d?detail=All&itemdetail=All", id))
		line := []string{"_embedded", rel + "orders/item", "0"}
		want := json.Number("5.0")
		if lower {
			want = "3.0"
		}
		if have := got.find(append(line, "qty")...); have != want {
			t.Errorf("lower %v: quantity %v, want %v", lower, have, want)
		}
		if have := got.find(append(line, "readOnly", "allocations", "0", "properlyPickedPrimary")...); have != json.Number("3.0") {
			t.Errorf("lower %v: picked %v", lower, have)
		}
		b.wantRow("closed short", SeedSKU(1), map[string]string{"onHand": "97.0", "available": "97.0", "orderedNotAllocated": "0.0"})
	}
}

func TestSplit(t *testing.T) {
	b := start(t, Options{})
	id, _ := b.create("SO-7", qty(5))
	if _, err := b.Split(id, map[string]Quantity{SeedSKU(1): Units(9)}); err == nil {
		t.Error("split more than was ordered")
	}
	child, err := b.Split(id, map[string]Quantity{SeedSKU(1): Units(2)})
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.Split(id, map[string]Quantity{SeedSKU(1): Units(1)})
	if err != nil {
		t.Fatal(err)
	}
	for wanted, units := range map[int64]int64{id: 2, child: 2, second: 1} {
		order, _ := b.Order(wanted)
		if order.Lines[0].Qty != Units(units) || order.ExternalID != "ext-SO-7" {
			t.Errorf("%d: %+v", wanted, order.SnapshotOrder)
		}
	}
	if one, _ := b.Order(child); one.Reference != "SO-7-1" || one.ParentID != id {
		t.Errorf("child %+v", one.SnapshotOrder)
	}
	if two, _ := b.Order(second); two.Reference != "SO-7-2" {
		t.Errorf("second child %+v", two.SnapshotOrder)
	}
	b.wantRow("split", SeedSKU(1), map[string]string{"available": "95.0", "orderedNotAllocated": "0.0"})
}

func TestForeignHands(t *testing.T) {
	b := start(t, Options{})
	id, etag := b.create("A", nil)
	if err := b.EditOrder(id, func(doc *OrderDocument) { doc.ExternalID = "changed"; doc.OrderItems[0].Qty = new(Units(9)) }); err != nil {
		t.Fatal(err)
	}
	if got := b.references(rql("externalId==changed")); len(got) != 1 {
		t.Errorf("the index did not follow the edit: %v", got)
	}
	if got := b.references(rql("externalId==ext-A")); len(got) != 0 {
		t.Errorf("the old identity is still found: %v", got)
	}
	b.want(b.cancel(id, etag), 412, "the tag before the edit")
	if err := b.EditOrder(id, func(doc *OrderDocument) { doc.ShipTo.City = "" }); err == nil {
		t.Error("an edit that the system would refuse")
	}
	b.wantRow("edited", SeedSKU(1), map[string]string{"available": "91.0"})
	foreign, err := b.AddForeignOrder(seedForeignOrder(Seed{CustomerID: 17, FacilityID: 3, SKUs: 3}, 1))
	if err != nil {
		t.Fatal(err)
	}
	if order, _ := b.Order(foreign); !order.Foreign || order.ExternalID != "" {
		t.Errorf("foreign %+v", order.SnapshotOrder)
	}
	if _, err := b.AddForeignOrder(seedForeignOrder(Seed{CustomerID: 17, FacilityID: 3, SKUs: 3}, 1)); err == nil {
		t.Error("a foreign order under a taken reference")
	}
	if err := b.CancelByWarehouse(foreign, "typo"); err != nil {
		t.Fatal(err)
	}
	if len(b.ByReference("PHONE-00001")) != 1 || len(b.ByExternalID("changed")) != 1 || len(b.Orders()) != 2 {
		t.Error("orders are not found")
	}
	var kinds []string
	for i, e := range b.Effects() {
		if e.Number != i+1 || !e.Time.Equal(noon) {
			t.Errorf("effect %+v", e)
		}
		kinds = append(kinds, string(e.Kind)+" "+string(e.By))
	}
	if got := strings.Join(kinds, ", "); got != "Create API, Update Warehouse, Create Warehouse, Cancel Warehouse" {
		t.Errorf("ledger: %s", got)
	}
}

func TestShipAll(t *testing.T) {
	b := start(t, Options{})
	var ids []int64
	for n := range 5 {
		id, _ := b.create(fmt.Sprintf("A-%d", n), nil)
		ids = append(ids, id)
	}
	b.create("short", qty(1000))
	if shipped := b.ShipAll(2); !slices.Equal(shipped, ids[:2]) {
		t.Errorf("shipped %v", shipped)
	}
	if shipped := b.ShipAll(0); !slices.Equal(shipped, ids[2:]) {
		t.Errorf("the rest: %v", shipped)
	}
	if err := b.Batch("all or none", ids[0], b.ByReference("short")[0].ID); err == nil {
		t.Error("a closed order went into a batch")
	}
	if order := b.ByReference("short")[0]; order.InProgress || order.Batch != "" {
		t.Error("a batch that failed changed an order")
	}
}

// A view is a copy: what a test does to it does not reach the server.
func TestViewsAreCopies(t *testing.T) {
	b := start(t, Options{})
	id, _ := b.create("A", nil)
	view, _ := b.Order(id)
	view.Document.ShipTo.City = "Elsewhere"
	view.Lines[0].Qty = 0
	if again, _ := b.Order(id); again.Document.ShipTo.City != "Austin" || again.Lines[0].Qty != Units(2) {
		t.Error("a view reached the server")
	}
}

func TestQuantity(t *testing.T) {
	for text, want := range map[string]string{"3": "3.0", "-2.5": "-2.5", "0.0001": "0.0001", "10.5000": "10.5", "-0.25": "-0.25"} {
		if got := MustQuantity(text); got.String() != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "-", ".5", "1e3", "1.00001", "a", "--1", "1.-5"} {
		if got, err := ParseQuantity(text); err == nil {
			t.Errorf("%q is %s", text, got)
		}
	}
	for text, want := range map[string]int64{"2.9": 2, "-2.1": -3, "-2": -2, "0": 0} {
		if got := MustQuantity(text).Floor(); got != want {
			t.Errorf("floor of %s is %d, want %d", text, got, want)
		}
	}
}
