// SPDX-License-Identifier: Apache-2.0

package fulfillment

import "testing"

func TestALinesKeySaysWhatAKitHeldWhenItWasSent(t *testing.T) {
	plain := Line{ID: 55000001, SKU: "A"}
	if plain.Key() != "55000001" {
		t.Error(plain.Key())
	}
	part := Line{ID: 55000001, SKU: "A", Component: ComponentOf{KitSKU: "K", KitProductID: 1200003, PerKit: 4}}
	if kit, per, ok := (WarehouseLine{LineID: part.Key()}).KeptComponent(); kit != 1200003 || per != 4 || !ok || part.Key() != "55000001.1200003x4" {
		t.Errorf("%s is read as %d, %d, %t", part.Key(), kit, per, ok)
	}
	for _, id := range []string{"", "55000001", "1.2", "1.2x", "1.x2", "1.2x0", "1.2x-1", "1.2xy", "1x2", "1.2x3x4", "10.5"} {
		if kit, per, ok := (WarehouseLine{LineID: id}).KeptComponent(); ok {
			t.Errorf("%q is read as %d, %d", id, kit, per)
		}
	}
}
