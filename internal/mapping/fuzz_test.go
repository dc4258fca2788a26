// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"bytes"
	"testing"
)

// FuzzParse parses whatever stands in a ConfigMap. Nothing may break; every
// problem has a place in the text; and what was mapped was mapped there and back.
func FuzzParse(f *testing.F) {
	f.Add("a.csv", []byte(methodsCSV))
	f.Add("a.csv", []byte("masterSku,warehouseSku\nA,B\nC,B\n\"x\n"))
	f.Add("a.yaml", []byte("carriers:\n- {warehouseCarrier: UPS Frt, shippingCarrier: UPS_FREIGHT}\n"))
	f.Add("a.yml", []byte("skuAliases:\n- {masterSku: &a A, warehouseSku: *a}\n- <<: *a\n"))
	f.Add("a.yaml", []byte("---\n...\n"))
	f.Add("readme", []byte("x"))
	f.Fuzz(func(t *testing.T, key string, data []byte) {
		b := NewBuilder(knownCarrier)
		b.ConfigMap("acme", map[string][]byte{key: data})
		tables := b.Build()
		lines := bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) + 2
		count, rows := tables.Problems()
		if count < len(rows) || len(rows) > maxProblems {
			t.Errorf("%d problems, %d kept", count, len(rows))
		}
		for _, p := range append(tables.Unreadable(), rows...) {
			if p.What == "" || p.At.Line < 0 || p.At.Line > lines {
				t.Errorf("problem %+v in a text of %d lines", p, lines)
			}
		}
		for master := range tables.aliases.toWarehouse {
			warehouse, verdict := tables.WarehouseSKU(master)
			if verdict != Mapped {
				continue
			}
			if back, verdict := tables.MasterSKU(warehouse); verdict != Mapped || back != master {
				t.Errorf("%q goes out as %q and comes back as %q (%v)", master, warehouse, back, verdict)
			}
		}
	})
}
