// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
)

// While the systems of a connection hang, in the look that follows a change of
// its specification, a younger connection of the same host goes on: it runs, and
// its claim stands.
func TestAConnectionThatHangsStopsNoOtherOfItsHost(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	s.manage()
	west := func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.WarehouseName = "west dc" }
	// Of two of one age the name decides who is older.
	elder := s.connection("a-elder")
	s.await(key(elder), "readiness", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady))
	younger := s.connection("b-younger", west)
	s.await(key(younger), "readiness", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady))

	hold := s.omCalls.HoldBefore(fault.Rule{Method: "GET", Path: "/v1/warehouses"})
	t.Cleanup(hold.Release)
	s.change(elder.Name, func(c *v1alpha1.OrderManagerConnection) { c.Spec.Orders.EarliestOrderDate = "2001-01-01" })
	<-hold.Reached()
	s.annotate(younger, forOrders, "meanwhile")
	got := s.await(key(younger), "the run", answered(v1alpha1.OrderDownload, "meanwhile"))
	if echo := answer(got, v1alpha1.OrderDownload, "meanwhile"); echo.Result != v1alpha1.RunSucceeded {
		t.Errorf("answered %+v", echo)
	}
	if !conditionIs(v1alpha1.ConditionSourceClaimed, metav1.ConditionTrue, v1alpha1.ReasonClaimed)(got) {
		t.Errorf("its claim: %s", describe(got.Status.Conditions))
	}
	if state := hold.State(); state.Waiting != 1 {
		t.Errorf("the elder is not looked at any more: %+v", state)
	}
	hold.Release()
	s.await(key(elder), "the look", func(c *v1alpha1.OrderManagerConnection) bool { return c.Generation > 1 && lookedAt(c) })
}
