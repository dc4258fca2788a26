// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// knownCarrier stands for Order Manager's list.
func knownCarrier(text string) (string, bool) {
	name := strings.ToUpper(text)
	return name, slices.Contains([]string{"UPS", "FEDEX", "UPS_FREIGHT", "OTHER_CARRIER"}, name)
}

func made(data map[string]string) *Tables {
	b := NewBuilder(knownCarrier)
	texts := map[string][]byte{}
	for key, text := range data {
		texts[key] = []byte(text)
	}
	b.ConfigMap("acme", texts)
	return b.Build()
}

// problems returns what is wrong, as "key line what".
func problems(t *Tables) []string {
	var found []string
	_, rows := t.Problems()
	for _, p := range append(t.Unreadable(), rows...) {
		found = append(found, fmt.Sprintf("%s %d %s", p.At.Key, p.At.Line, p.What))
	}
	return found
}

const methodsCSV = "service,channel,carrier,mode,scac\r\n" +
	"Standard,,UPS,Ground,UPSN\r\n" +
	"\"Next  day, air\",Web shop,UPS,Next Day Air,\r\n" +
	"standard,Amazon,,,FDEG\r\n" +
	"(none),,USPS,,\r\n"

func TestShipMethods(t *testing.T) {
	t.Parallel()
	tables := made(map[string]string{"methods.csv": "\ufeff" + methodsCSV})
	if found := problems(tables); len(found) != 0 || tables.Rows() != 4 {
		t.Fatalf("%d rows, %v", tables.Rows(), found)
	}
	for _, test := range []struct {
		channel, service string
		want             fulfillment.Shipping
		verdict          Verdict
	}{
		{"Web shop", "Standard", fulfillment.Shipping{Carrier: "UPS", Mode: "Ground", SCAC: "UPSN"}, Mapped},
		{"", " STANDARD ", fulfillment.Shipping{Carrier: "UPS", Mode: "Ground", SCAC: "UPSN"}, Mapped},
		{"amazon", "standard", fulfillment.Shipping{SCAC: "FDEG"}, Mapped},
		{"WEB  SHOP", "next day, air", fulfillment.Shipping{Carrier: "UPS", Mode: "Next Day Air"}, Mapped},
		{"Amazon", "Next day, air", fulfillment.Shipping{}, Unmapped},
		{"Amazon", "Standard Plus", fulfillment.Shipping{}, Unmapped},
		{"Amazon", "", fulfillment.Shipping{Carrier: "USPS"}, Mapped},
		{"Amazon", "  ", fulfillment.Shipping{Carrier: "USPS"}, Mapped},
	} {
		got, verdict := tables.ShipMethod(test.channel, test.service)
		if got != test.want || verdict != test.verdict {
			t.Errorf("%q of %q: %+v, %v", test.service, test.channel, got, verdict)
		}
	}
}

func TestOneBadRowStopsNoOther(t *testing.T) {
	t.Parallel()
	tables := made(map[string]string{
		"a.yaml": "shipMethods:\n" +
			"- {service: Good, carrier: UPS}\n" +
			"- {service: Nothing}\n" +
			"- {service: Misspelt, carier: UPS}\n" +
			"- [a, b]\n" +
			"- {carrier: UPS}\n" +
			"carriers:\n" +
			"- {warehouseCarrier: UPS Frt, shippingCarrier: ups_freight}\n" +
			"- {warehouseCarrier: Pigeon, shippingCarrier: PIGEON}\n" +
			"skuAliases:\n" +
			"- {masterSku: 1e5, warehouseSku: 007}\n" +
			"- {masterSku: NO, warehouseSku: off}\n" +
			"- {masterSku: [A], warehouseSku: B}\n",
		"b.csv":      "masterSku,warehouseSku\nA,B\nC\nD,E,F\n\"G,H\nI,J\n",
		"c.csv":      "masterSku,warehouseSku\nX,Y\nZ,\"Q\"Q\nV,W\n",
		"README.txt": "not a table",
	})
	want := []string{
		"a.yaml 3 it names no carrier, no mode and no scac",
		"a.yaml 4 a member is none of service, channel, carrier, mode, scac",
		"a.yaml 5 it must have the members service, channel, carrier, mode, scac",
		"a.yaml 6 service is missing",
		"a.yaml 9 shippingCarrier is none of Order Manager's",
		"a.yaml 13 masterSku must be a text",
		"b.csv 3 it has another number of fields than the first line",
		"b.csv 4 it has another number of fields than the first line",
		"b.csv 5 a quotation mark does not fit",
		"c.csv 3 a quotation mark does not fit",
	}
	if got := problems(tables); !slices.Equal(got, want) {
		t.Errorf("problems:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got, verdict := tables.ShipMethod("", "good"); verdict != Mapped || got.Carrier != "UPS" {
		t.Errorf("the good row: %v %v", got, verdict)
	}
	// What a bad row speaks of is not as if nobody had spoken of it.
	for _, service := range []string{"Nothing", "Misspelt"} {
		if _, verdict := tables.ShipMethod("", service); verdict != Refused {
			t.Errorf("%s: %v", service, verdict)
		}
	}
	if got, verdict := tables.Carrier("ups  FRT"); verdict != Mapped || got != "UPS_FREIGHT" {
		t.Errorf("carrier %q %v", got, verdict)
	}
	if _, verdict := tables.Carrier("", "Pigeon"); verdict != Refused {
		t.Errorf("a carrier that Order Manager does not know: %v", verdict)
	}
	for master, warehouse := range map[string]string{"1e5": "007", "NO": "off", "A": "B", "X": "Y", "V": "W"} {
		if got, verdict := tables.WarehouseSKU(master); verdict != Mapped || got != warehouse {
			t.Errorf("alias of %s: %q %v", master, got, verdict)
		}
	}
	for _, master := range []string{"C", "D"} {
		if _, verdict := tables.WarehouseSKU(master); verdict != Refused {
			t.Errorf("the bad row of %s: %v", master, verdict)
		}
	}
}

func TestATableThatCannotBeReadIsNotAnEmptyOne(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]map[string]string{
		"no table among the keys":       {"readme.md": "hello"},
		"no keys":                       {},
		"broken YAML":                   {"a.yaml": "shipMethods: [\n"},
		"a list where names should be":  {"a.yaml": "- service: A\n"},
		"a misspelt table":              {"a.yaml": "shipmethods: []\n"},
		"a table that is no list":       {"a.yaml": "carriers: {a: b}\n"},
		"a table twice":                 {"a.yaml": "carriers: []\ncarriers: []\n"},
		"two documents":                 {"a.yaml": "carriers: []\n---\ncarriers: []\n"},
		"no header":                     {"a.csv": "A,B\n"},
		"a misspelt column":             {"a.csv": "masterSku,warehouse\nA,B\n"},
		"a column twice":                {"a.csv": "masterSku,masterSku,warehouseSku\n"},
		"a column missing":              {"a.csv": "masterSku\nA\n"},
		"semicolons":                    {"a.csv": "masterSku;warehouseSku\nA;B\n"},
		"UTF-16":                        {"a.csv": "\xff\xfem\x00a\x00"},
		"too large":                     {"a.csv": "masterSku,warehouseSku\n" + strings.Repeat("A,B\n", MaxBytes/4)},
		"one good and one broken table": {"a.csv": "masterSku,warehouseSku\nA,B\n", "b.yaml": "\t"},
	} {
		if found := made(data).Unreadable(); len(found) != 1 || found[0].At.ConfigMap != "acme" || found[0].What == "" {
			t.Errorf("%s: %v", name, found)
		}
	}
	for name, data := range map[string]map[string]string{
		"nothing in it yet": {"a.yaml": "", "b.csv": "", "c.yml": "# to come\n", "d.yaml": "carriers:\n"},
		"only a header":     {"a.csv": "masterSku,warehouseSku\n"},
		"the columns in another order, blank lines": {"a.csv": "warehouseSku,masterSku\n\nB,A\n,\n"},
	} {
		tables := made(data)
		if found := problems(tables); len(found) != 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestRowsThatContradictEachOther(t *testing.T) {
	t.Parallel()
	b := NewBuilder(knownCarrier)
	b.Row(ShipMethods, "spec.mappings.shipMethods.rows", 0, "Standard", "", "UPS", "", "")
	b.ConfigMap("acme", map[string][]byte{"a.csv": []byte("service,carrier\nSTANDARD,FedEx\nExpress,UPS\nexpress,UPS\n")})
	tables := b.Build()
	count, found := tables.Problems()
	if count != 2 || found[0].At.Path == "" || found[1].At.Line != 2 {
		t.Errorf("problems %v", found)
	}
	if _, verdict := tables.ShipMethod("", "standard"); verdict != Refused {
		t.Errorf("contradicted: %v", verdict)
	}
	if _, verdict := tables.ShipMethod("", "Express"); verdict != Mapped {
		t.Errorf("a row that stands twice: %v", verdict)
	}
}

func TestAliases(t *testing.T) {
	t.Parallel()
	tables := made(map[string]string{"a.csv": "masterSku,warehouseSku\n" +
		"A,W-A\n" + // a plain pair
		"B,C\nC,B\n" + // two that change places
		"D1,SHARED\nD2,shared\n" + // one warehouse SKU for two products
		"E,W-E1\nE,W-E2\n" + // one product with two warehouse SKUs
		"f,F\n"})
	forth := map[string]struct {
		sku     string
		verdict Verdict
	}{
		"A": {"W-A", Mapped}, "B": {"C", Mapped}, "C": {"B", Mapped}, "PLAIN": {"PLAIN", Unmapped},
		"D1": {"", Refused}, "D2": {"", Refused}, "E": {"", Refused},
		"W-A": {"", Refused}, // Order Manager's product W-A is not what the warehouse calls W-A
		"a":   {"", Refused}, // another spelling than the row's
		"f":   {"F", Mapped}, "F": {"", Refused},
	}
	for sku, want := range forth {
		if got, verdict := tables.WarehouseSKU(sku); got != want.sku || verdict != want.verdict {
			t.Errorf("out: %s is %q %v", sku, got, verdict)
		}
	}
	back := map[string]struct {
		sku     string
		verdict Verdict
	}{
		"W-A": {"A", Mapped}, "w-a": {"A", Mapped}, "C": {"B", Mapped}, "B": {"C", Mapped}, "PLAIN": {"PLAIN", Unmapped},
		"SHARED": {"", Refused}, "W-E1": {"", Refused}, "W-E2": {"", Refused},
		"A": {"", Refused}, // the warehouse's A is not Order Manager's A
		"F": {"f", Mapped},
	}
	for sku, want := range back {
		if got, verdict := tables.MasterSKU(sku); got != want.sku || verdict != want.verdict {
			t.Errorf("back: %s is %q %v", sku, got, verdict)
		}
	}
	if count, found := tables.Problems(); count != 4 {
		t.Errorf("problems %v", found)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	b := NewBuilder(knownCarrier)
	for i := range MaxRows + 10 {
		b.Row(SKUAliases, "", i, fmt.Sprintf("M%d", i), fmt.Sprintf("W%d", i))
	}
	tables := b.Build()
	if tables.Rows() != MaxRows || len(tables.Unreadable()) != 1 {
		t.Errorf("%d rows, %v", tables.Rows(), tables.Unreadable())
	}
	var text strings.Builder
	text.WriteString("masterSku,warehouseSku\n")
	for range 1000 {
		text.WriteString("A,\n")
	}
	count, first := made(map[string]string{"a.csv": text.String() + strings.Repeat("x", 200) + ",B\n\x01,C\n"}).Problems()
	if count != 1002 || len(first) != maxProblems {
		t.Errorf("%d problems of which %d are kept", count, len(first))
	}
}

func TestNoTablesMapNothing(t *testing.T) {
	t.Parallel()
	var tables *Tables
	if _, verdict := tables.ShipMethod("a", "b"); verdict != Unmapped {
		t.Error("ship method")
	}
	if _, verdict := tables.Carrier("a"); verdict != Unmapped {
		t.Error("carrier")
	}
	if sku, verdict := tables.WarehouseSKU("A"); sku != "A" || verdict != Unmapped {
		t.Error("warehouse SKU")
	}
	if sku, verdict := tables.MasterSKU("A"); sku != "A" || verdict != Unmapped {
		t.Error("master SKU")
	}
	if tables.HasAliases() || len(tables.Unreadable()) > 0 {
		t.Error("aliases out of nothing")
	}
}

// BenchmarkTwentyThousandRows shows what a large merchant's aliases cost.
func BenchmarkTwentyThousandRows(b *testing.B) {
	var text strings.Builder
	text.WriteString("masterSku,warehouseSku\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "MASTER-%06d,WH-%06d\n", i, i)
	}
	data := map[string][]byte{"aliases.csv": []byte(text.String())}
	b.ReportAllocs()
	for b.Loop() {
		builder := NewBuilder(knownCarrier)
		builder.ConfigMap("acme", data)
		if tables := builder.Build(); tables.Rows() != 20_000 {
			b.Fatal("rows are missing")
		}
	}
}
