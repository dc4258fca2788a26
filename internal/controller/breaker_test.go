// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
)

// Runs on demand against a system that is down ask it once each, a run that is
// not on demand is told that the account rests, and the first run after the
// outage that a person asks for succeeds at once. While the account rests the
// connection is deleted like any other.
func TestRunsOnDemandAskARestingSystemOnceAndFindItUpAgain(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	s.manage()
	connection := s.connection("acme")
	s.await(key(connection), "readiness", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady))
	s.omCalls.MustAdd(fault.Rule{Kind: fault.StatusBefore, Status: 503})
	run := func(token string) (*v1alpha1.RunStatus, int) {
		before := len(s.omCalls.Log())
		s.annotate(connection, forOrders, token)
		got := s.await(key(connection), "the answer to "+token, answered(v1alpha1.OrderDownload, token))
		return entryOf(got, v1alpha1.OrderDownload).LastRun, len(s.omCalls.Log()) - before
	}
	for i := range 3 { // until it rests
		run(fmt.Sprintf("down-%d", i))
	}
	for i := range 3 {
		last, asked := run(fmt.Sprintf("resting-%d", i))
		if last.Result != v1alpha1.RunFailed || asked > 1 {
			t.Errorf("%d requests: %s", asked, describe(last))
		}
		if last.Reason == fulfillment.ReasonAccountResting && !strings.Contains(last.Message, "asked again at") {
			t.Errorf("it does not say when: %s", last.Message)
		}
	}
	s.omCalls.Clear()
	if last, _ := run("up"); last.Result != v1alpha1.RunSucceeded {
		t.Errorf("after the outage: %s", describe(last))
	}
	s.omCalls.MustAdd(fault.Rule{Kind: fault.StatusBefore, Status: 503})
	for i := range 3 {
		run(fmt.Sprintf("again-%d", i))
	}
	s.must(s.api.Delete(s.ctx, connection))
	live := &v1alpha1.OrderManagerConnection{}
	if err := s.api.Get(s.ctx, key(connection), live); !apierrors.IsNotFound(err) {
		t.Errorf("it is not gone: %v", err)
	}
}
