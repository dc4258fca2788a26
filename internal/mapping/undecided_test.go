// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"strings"
	"testing"
)

// What no row that was read decides is Undecided while rows cannot be read, and
// never Unmapped: unmapped texts and SKUs go out as they are.
func TestWhatCannotBeReadIsNeverUnmapped(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Builder){
		"a ConfigMap that is not there": func(b *Builder) { b.Unreadable("big", "it does not exist in this namespace") },
		"a misspelt table": func(b *Builder) {
			b.ConfigMap("big", map[string][]byte{"a.yaml": []byte("skuAlias:\n- {masterSku: B}\n")})
		},
		"no YAML":               func(b *Builder) { b.ConfigMap("big", map[string][]byte{"a.yaml": []byte("skuAliases: [")}) },
		"a header that is none": func(b *Builder) { b.ConfigMap("big", map[string][]byte{"a.csv": []byte("sku,sku2\nA,B\n")}) },
		"no table at all":       func(b *Builder) { b.ConfigMap("big", map[string][]byte{"README": []byte("x")}) },
	} {
		b := NewBuilder(knownCarrier)
		b.Row(ShipMethods, "rows", 0, "Standard", "", "UPS", "", "")
		b.Row(ShipMethods, "rows", 1, "Standard", "Web shop", "USPS", "", "")
		b.Row(Carriers, "rows", 0, "Own van", "UPS")
		b.Row(SKUAliases, "rows", 0, "A", "W-A")
		spoil(b)
		tables := b.Build()
		verdict := func(what string, got, want Verdict) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %s is %v, want %v", name, what, got, want)
			}
		}
		method := func(channel, service string) Verdict { _, v := tables.ShipMethod(channel, service); return v }
		carrier := func(texts ...string) Verdict { _, v := tables.Carrier(texts...); return v }
		out := func(sku string) Verdict { _, v := tables.WarehouseSKU(sku); return v }
		back := func(sku string) Verdict { _, v := tables.MasterSKU(sku); return v }
		verdict("a service of the channel with a row", method("web shop", "standard"), Mapped)
		verdict("a service that asks for no channel", method("", "standard"), Mapped)
		verdict("a service with a row for every channel, which one for the channel would override", method("Amazon", "standard"), Undecided)
		verdict("another service", method("web shop", "express"), Undecided)
		verdict("a carrier with a row", carrier("Own van", "UPS"), Mapped)
		verdict("a carrier whose first text has no row", carrier("FDXG", "Own van"), Undecided)
		verdict("a carrier without a text", carrier("", ""), Undecided)
		verdict("a SKU with a row", out("A"), Mapped)
		verdict("the warehouse's SKU with a row", back("w-a"), Mapped)
		verdict("another SKU", out("B"), Undecided)
		verdict("another SKU of the warehouse", back("B"), Undecided)
		verdict("the warehouse's SKU as one of ours", out("W-A"), Refused)
		if !tables.HasAliases() || !strings.Contains(tables.Incomplete(SKUAliases), `ConfigMap "big"`) {
			t.Errorf("%s: %t, %s", name, tables.HasAliases(), tables.Incomplete(SKUAliases))
		}
	}
}

// A quotation mark that does not fit may take the rest of a table with it. The
// table is known, so the others are whole.
func TestALostRowLeavesOnlyItsOwnTableUndecided(t *testing.T) {
	t.Parallel()
	tables := made(map[string]string{"a.csv": "masterSku,warehouseSku\nA,W-A\n\"B,W-B\nC,W-C\n", "b.csv": "warehouseCarrier,shippingCarrier\nVan,UPS\n"})
	for sku, want := range map[string]Verdict{"A": Mapped, "B": Undecided, "C": Undecided} {
		if _, got := tables.WarehouseSKU(sku); got != want {
			t.Errorf("%s is %v, want %v", sku, got, want)
		}
	}
	if _, got := tables.Carrier("Other"); got != Unmapped {
		t.Errorf("a carrier is %v", got)
	}
	if _, got := tables.ShipMethod("", "Express"); got != Unmapped {
		t.Errorf("a ship method is %v", got)
	}
	if text := tables.Incomplete(SKUAliases); !strings.Contains(text, `key "a.csv", line 3: a quotation mark does not fit`) {
		t.Error(text)
	}
	if len(tables.Unreadable()) != 0 {
		t.Errorf("%v", tables.Unreadable())
	}
}
