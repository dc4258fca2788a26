// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// A kit keeps what it was made of when it was sent, also in an update; one that
// comes in later is told and not written.
func TestAnEditOfAnOrderWithAKit(t *testing.T) {
	t.Parallel()
	setUp := func(t *testing.T) (*shop, fulfillment.OrderID, int64) {
		t.Helper()
		s := kitShop(t, omsim.Options{})
		s.updateEdits = true
		id := s.order(omsim.StatusAwaiting3PLExport, "PAIR", 3)
		s.ok(s.download())
		s.nothingListed("before any edit", s.ok(s.cancel()))
		return s, id, s.there(id)[0].ID
	}
	t.Run("its address", func(t *testing.T) {
		s, id, there := setUp(t)
		s.edit(id, moved)
		s.nothingListed("moved", s.ok(s.cancel()))
		if u := s.units(there); u["A"] != whsim.Units(6) || u["B"] != whsim.Units(3) || s.updates() != 1 {
			t.Errorf("%v after %d updates", u, s.updates())
		}
	})
	t.Run("its units", func(t *testing.T) {
		s, id, there := setUp(t)
		s.edit(id, func(o *omsim.Order) { o.Items[0].QuantityOrdered = 5 })
		s.nothingListed("more kits", s.ok(s.cancel()))
		if u := s.units(there); len(u) != 2 || u["A"] != whsim.Units(10) || u["B"] != whsim.Units(5) || s.updates() != 1 {
			t.Errorf("%v after %d updates", u, s.updates())
		}
		s.nothingListed("later", s.ok(s.cancel()))
	})
	t.Run("another kit", func(t *testing.T) {
		s, id, there := setUp(t)
		s.edit(id, func(o *omsim.Order) {
			late := omsim.Item("PAIR-2", 1)
			late.Product.ProductType = omsim.BundleKit
			o.Items = append(o.Items, late)
		})
		s.listed("a kit more", s.ok(s.cancel()), id, fulfillment.ReasonEdited)
		if u := s.units(there); u["A"] != whsim.Units(6) || s.updates() != 0 {
			t.Errorf("%v after %d updates", u, s.updates())
		}
	})
}
