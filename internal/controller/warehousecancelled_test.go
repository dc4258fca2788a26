// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
)

const forCancellations = v1alpha1.RunAnnotationPrefix + string(v1alpha1.OrderCancelDownload)

// What the warehouse cancelled is cancelled in Order Manager when the policy says so.
func TestWarehouseCancelledReachesOrderManager(t *testing.T) {
	s := newShop(t)
	s.product("A", 1000, 1000)
	s.policy("standard", func(p *v1alpha1.SyncPolicy) {
		p.Spec.OrderCancelDownload.WarehouseCancelled = v1alpha1.WarehouseCancelledCancelInOrderManager
	})
	s.manage()
	made := s.connection("acme")
	cancelled, open := s.order("A"), s.order("A")
	s.annotate(made, forOrders, "all")
	s.await(key(made), "the download", answered(v1alpha1.OrderDownload, "all"))
	// The simulators' clock is not moved: the order was last touched long before.
	s.must(s.om.UpdateOrder(cancelled, false, func(o *omsim.Order) { o.ModifiedDate = omsim.At(time.Now().Add(-time.Hour)) }))
	s.must(s.wh.CancelByWarehouse(s.wh.ByExternalID(strconv.FormatInt(cancelled, 10))[0].ID, "damaged"))
	s.annotate(made, forCancellations, "look")
	got := s.await(key(made), "the comparison", answered(v1alpha1.OrderCancelDownload, "look"))
	for id, want := range map[int64]string{cancelled: omsim.StatusCancelled, open: omsim.StatusPendingFulfillment} {
		if order, _ := s.om.Order(id); order.OrderStatus != want {
			t.Errorf("order %d is %s, want %s", id, order.OrderStatus, want)
		}
	}
	if entry := entryOf(got, v1alpha1.OrderCancelDownload); entry.LastRun.Counts.Cancelled != 1 {
		t.Errorf("counts %+v", entry.LastRun.Counts)
	}
}

// An order that is asked for again counts until OrderDownload has answered.
func TestResendsThatAreAsked(t *testing.T) {
	connection := &v1alpha1.OrderManagerConnection{}
	connection.Annotations = map[string]string{resendOrder: "7.again", resendTracking: "8", retryOrder: "9", backfillOrders: "2026-01-01"}
	if got := resendsAsked(connection); !slices.Equal(got, []fulfillment.OrderID{7}) {
		t.Errorf("asked are %v", got)
	}
	connection.Status.Routines = []v1alpha1.RoutineStatus{{Name: v1alpha1.OrderDownload, HandledTokens: []v1alpha1.HandledToken{{Annotation: resendOrder, Token: "7.again"}}}}
	if got := resendsAsked(connection); len(got) != 0 {
		t.Errorf("asked are %v", got)
	}
	connection.Annotations[resendOrder] = "not-an-id"
	if got := resendsAsked(connection); len(got) != 0 {
		t.Errorf("asked are %v", got)
	}
}
