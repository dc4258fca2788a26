// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"strconv"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const (
	resendOrder    = v1alpha1.ResendAnnotationPrefix + "OrderDownload"
	resendTracking = v1alpha1.ResendAnnotationPrefix + "ShipmentConfirmation"
	retryOrder     = v1alpha1.RetryAnnotationPrefix + "OrderDownload"
	backfillOrders = v1alpha1.BackfillAnnotationPrefix + "OrderDownload"
)

// echoOf waits for the answer to a token of an annotation.
func (s *shop) echoOf(connection *v1alpha1.OrderManagerConnection, name v1alpha1.RoutineName, annotation, value string) v1alpha1.HandledToken {
	s.t.Helper()
	var found v1alpha1.HandledToken
	s.await(key(connection), "the answer to "+annotation, func(c *v1alpha1.OrderManagerConnection) bool {
		entry := entryOf(c, name)
		if entry == nil {
			return false
		}
		for _, echo := range entry.HandledTokens {
			if echo.Annotation == annotation && echo.Token == value {
				found = echo
				return true
			}
		}
		return false
	})
	return found
}

// What a person asks for by annotation is done once, echoed with what became of
// it, and refused with a reason when it makes no sense.
func TestRequestsAreAnsweredOnce(t *testing.T) {
	s := newShop(t)
	id := s.order("SKU-1")
	s.policy("standard")
	s.manage()
	connection := s.connection("acme", token1(forOrders, "first"))
	s.await(key(connection), "the order", answered(v1alpha1.OrderDownload, "first"))
	subject := strconv.FormatInt(id, 10)

	s.annotate(connection, resendOrder, subject)
	if echo := s.echoOf(connection, v1alpha1.OrderDownload, resendOrder, subject); echo.Result != v1alpha1.RunRefused || echo.Reason != fulfillment.ReasonStillInWarehouse || echo.Message == "" {
		t.Errorf("echoed %+v", echo)
	}
	there := s.wh.ByExternalID(subject)
	s.must(s.wh.CancelByWarehouse(there[0].ID, "no stock"))
	s.annotate(connection, resendOrder, subject+".again")
	if echo := s.echoOf(connection, v1alpha1.OrderDownload, resendOrder, subject+".again"); echo.Result != v1alpha1.RunSucceeded || echo.Message != "" {
		t.Errorf("echoed %+v", echo)
	}
	s.annotate(connection, retryOrder, subject)
	if echo := s.echoOf(connection, v1alpha1.OrderDownload, retryOrder, subject); echo.Result != v1alpha1.RunRefused || echo.Reason != fulfillment.ReasonNotFailing {
		t.Errorf("echoed %+v", echo)
	}
	s.annotate(connection, backfillOrders, "2026-01-01")
	if echo := s.echoOf(connection, v1alpha1.OrderDownload, backfillOrders, "2026-01-01"); echo.Result != v1alpha1.RunRefused || echo.Reason != fulfillment.ReasonNothingToBackfill {
		t.Errorf("echoed %+v", echo)
	}
	s.annotate(connection, resendTracking, "not-an-id")
	if echo := s.echoOf(connection, v1alpha1.ShipmentConfirmation, resendTracking, "not-an-id"); echo.Result != v1alpha1.RunRefused || echo.Reason != v1alpha1.ReasonInvalidToken {
		t.Errorf("echoed %+v", echo)
	}
	// The annotations still stand. A run that is asked for does none of it again.
	s.annotate(connection, forOrders, "later")
	got := s.await(key(connection), "the run", answered(v1alpha1.OrderDownload, "later"))
	if orders := s.wh.ByExternalID(subject); len(orders) != 2 {
		t.Errorf("the warehouse has the order %d times", len(orders))
	}
	if kept := len(entryOf(got, v1alpha1.OrderDownload).HandledTokens); kept != 4 {
		t.Errorf("%d answers are kept", kept)
	}
}

// A request for one order leaves the pause of the others alone.
func TestARetryIsOfOneOrder(t *testing.T) {
	s := newShop(t)
	s.order("SKU-1")
	one := s.order("SKU-1")
	s.policy("standard")
	rule, err := s.whCalls.Add(fault.Rule{Method: "POST", Path: "/orders", Kind: fault.StatusBefore, Status: 400})
	s.must(err)
	// The objects were not made in the second in which a run begins: a change
	// makes everything due.
	s.clock.pass(time.Hour)
	s.manage()
	connection := s.connection("acme", token1(forOrders, "first"))
	s.await(key(connection), "the refusals", answered(v1alpha1.OrderDownload, "first"))
	s.whCalls.Remove(rule)
	subject := strconv.FormatInt(one, 10)
	s.annotate(connection, retryOrder, subject)
	if echo := s.echoOf(connection, v1alpha1.OrderDownload, retryOrder, subject); echo.Result != v1alpha1.RunSucceeded {
		t.Errorf("echoed %+v", echo)
	}
	if created := s.wh.CountEffects(whsim.EffectCreate, whsim.ByAPI); created != 1 {
		t.Errorf("%d orders were created", created)
	}
}

// Who annotates has changed nothing of the specification.
func TestAnAnnotationIsNoChange(t *testing.T) {
	field := func(subresource, owns string, at metav1.Time) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{Subresource: subresource, Time: &at, FieldsV1: metav1.NewFieldsV1(owns)}
	}
	before, after := metav1.NewTime(noon.Add(-1)), metav1.NewTime(noon)
	for name, c := range map[string]struct {
		field metav1.ManagedFieldsEntry
		want  bool
	}{
		"the specification, since":  {field("", `{"f:spec":{"f:suspend":{}}}`, after), true},
		"the specification, before": {field("", `{"f:spec":{"f:suspend":{}}}`, before), false},
		"an annotation":             {field("", `{"f:metadata":{"f:annotations":{"f:ordersync.dev/run":{}}}}`, after), false},
		"status":                    {field("status", `{"f:status":{"f:spec":{}}}`, after), false},
		"nobody knows what":         {metav1.ManagedFieldsEntry{Time: &after}, true},
	} {
		if got := changedSince([]metav1.ManagedFieldsEntry{c.field}, noon); got != c.want {
			t.Errorf("%s: changed %t", name, got)
		}
	}
}
