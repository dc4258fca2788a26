// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
)

// A token that comes while a run is under way, and whose event is used up by a
// pause of the run, is followed when the run is over.
func TestATokenThatComesInAPauseIsFollowed(t *testing.T) {
	s := newShop(t)
	s.order("SKU-1")
	s.policy("standard")
	s.manage()
	_, err := s.omCalls.Add(fault.Rule{Method: "POST", Path: "/v1/orders/sendtofulfillment", Kind: fault.StatusBefore, Status: 429,
		Header: map[string]string{"Retry-After": "7"}, Times: 1})
	s.must(err)
	hold := s.whCalls.HoldAfter(fault.Rule{Method: "POST", Path: "/orders", Nth: 1})
	connection := s.connection("acme", token1(forOrders, "first"))
	<-hold.Reached()
	s.annotate(connection, forOrders, "second")
	s.await(key(connection), "the second token in view", func(c *v1alpha1.OrderManagerConnection) bool { return c.Annotations[forOrders] == "second" })
	s.whCalls.Remove(hold.ID)
	hold.Release()
	got := s.await(key(connection), "the second run", answered(v1alpha1.OrderDownload, "second"))
	if echo := answer(got, v1alpha1.OrderDownload, "second"); echo.Result != v1alpha1.RunSucceeded {
		t.Errorf("echoed %+v", echo)
	}
}
