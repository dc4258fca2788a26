// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"
	"time"

	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// A run ends between the adoption of an order and its mark, or the answer to
// the adoption is lost: the next run finds the order as ours and marks it, and
// nothing is created beside it.
func TestARunThatEndsBetweenAdoptionAndMark(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(s *shop){
		"the mark does not get through": func(s *shop) {
			s.omCall.MustAdd(fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Kind: fault.DropBefore, Nth: 1})
		},
		"the reading before the mark fails": func(s *shop) {
			// The page, the empty page behind it, then the reading by id and its repeats.
			for nth := 3; nth <= 5; nth++ {
				s.omCall.MustAdd(fault.Rule{Method: "GET", Path: "/v1.1/orders", Kind: fault.StatusBefore, Status: 503, Nth: nth})
			}
		},
		"the answer to the adoption is lost": func(s *shop) {
			s.wh.Faults().MustAdd(fault.Rule{Method: "PUT", Path: "/orders/{id}", Kind: fault.DropAfter, Nth: 1})
		},
		"the adoption and its reading back are lost": func(s *shop) {
			s.wh.Faults().MustAdd(fault.Rule{Method: "PUT", Path: "/orders/{id}", Kind: fault.DropAfter, Nth: 1})
			for nth := 3; nth <= 5; nth++ {
				s.wh.Faults().MustAdd(fault.Rule{Method: "GET", Path: "/orders/{id}", Kind: fault.StatusBefore, Status: 503, Nth: nth})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{})
			s.product("A", 100, 0, 0)
			id := s.orders(1, "A")[0]
			there := s.deliver(id)
			s.must(s.wh.EditOrder(there, func(d *whsim.OrderDocument) { d.ExternalID = "" }))
			s.omCall.ResetCalls()
			spoil(s)
			for range 4 {
				_, _ = s.download()
				s.clock.Pass(7 * time.Hour)
			}
			creates := s.wh.CountEffects(whsim.EffectCreate, whsim.ByAPI)
			marks := 0
			for _, order := range s.om.Snapshot().Orders {
				marks += order.Marks + order.RepeatedMarks
			}
			if creates != 1 || marks != 1 {
				t.Errorf("%d created (one before the run), %d marked", creates, marks)
			}
			if len(s.there(id)) != 1 || s.there(id)[0].ID != there || s.status(id) != omsim.StatusPendingFulfillment {
				t.Errorf("%d orders there, %s", len(s.there(id)), s.status(id))
			}
		})
	}
}
