// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"slices"
	"strings"
	"testing"
	"time"

	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

func TestSoleWriter(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	entry := func(name v1alpha1.RoutineName, ago time.Duration, seen *v1alpha1.SecondWriterStatus) v1alpha1.RoutineStatus {
		if seen != nil {
			seen.LastTime = stamp(now.Add(-ago))
		}
		return v1alpha1.RoutineStatus{Name: name, LastRun: &v1alpha1.RunStatus{}, SecondWriter: seen}
	}
	for _, test := range []struct {
		name    string
		entries []v1alpha1.RoutineStatus
		there   bool
		status  metav1.ConditionStatus
		message []string
		wake    time.Time
	}{
		{name: "no run yet"},
		{name: "stock alone sees nobody", entries: []v1alpha1.RoutineStatus{entry(v1alpha1.InventorySync, 0, nil)}},
		{name: "nobody", entries: []v1alpha1.RoutineStatus{entry(v1alpha1.OrderDownload, 0, nil)}, there: true, status: metav1.ConditionTrue},
		{
			name: "orders and tracking, by two routines", there: true, status: metav1.ConditionFalse,
			entries: []v1alpha1.RoutineStatus{
				entry(v1alpha1.OrderDownload, time.Hour, &v1alpha1.SecondWriterStatus{Orders: 2, References: []string{"SO-2", "SO-9"}}),
				entry(v1alpha1.ShipmentConfirmation, time.Minute, &v1alpha1.SecondWriterStatus{Orders: 1, Tracking: 4, References: []string{"SO-1", "SO-2", "SO-3"}}),
			},
			message: []string{"2 orders in the warehouse", "4 orders that the warehouse has open", "(SO-1, SO-2, SO-3)"}, wake: now.Add(24*time.Hour - time.Minute),
		},
		{
			name: "a day later", there: true, status: metav1.ConditionTrue,
			entries: []v1alpha1.RoutineStatus{entry(v1alpha1.OrderDownload, 24*time.Hour, &v1alpha1.SecondWriterStatus{Orders: 2})},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := view{connection: &v1alpha1.OrderManagerConnection{Status: v1alpha1.OrderManagerConnectionStatus{Routines: test.entries}}, now: now}
			condition, there := v.soleWriter()
			if there != test.there || there && condition.Status != test.status {
				t.Fatalf("%v, %+v", there, condition)
			}
			for _, part := range test.message {
				if !strings.Contains(condition.Message, part) {
					t.Errorf("%q does not say %q", condition.Message, part)
				}
			}
			if wake := v.wake(); !wake.Equal(test.wake) {
				t.Errorf("wakes at %v, want %v", wake, test.wake)
			}
		})
	}
}

func TestASecondWriterIsRememberedForADay(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	seen := secondWriterAfter(nil, &routine.SecondWriter{Orders: 1, References: []string{strings.Repeat("x", 500)}}, now)
	if seen == nil || len(seen.References[0]) > maxReference {
		t.Fatalf("%+v", seen)
	}
	if secondWriterAfter(seen, nil, now.Add(24*time.Hour-time.Second)) == nil {
		t.Error("forgotten too early")
	}
	if secondWriterAfter(seen, nil, now.Add(24*time.Hour)) != nil {
		t.Error("remembered too long")
	}
}

// The other product is not switched off: the connection says so, announces it
// once, stays Ready, says it again after its status is wiped, and says that
// nobody is seen any more a day after the last sighting.
func TestASecondWriterIsToldAndForgotten(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	s.manage()
	connection := s.connection("acme")
	s.await(key(connection), "readiness", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, ""))
	id := s.order("SKU-1")
	s.must(s.om.UpdateOrder(id, true, func(o *omsim.Order) { o.OrderNumber = "SO-OTHER" }))
	order, _ := s.om.Order(id)
	foreign := func(reference, zip string) {
		doc := whsim.OrderDocument{OrderItems: []whsim.OrderItem{{ItemIdentifier: &whsim.ItemIdentifier{SKU: "SKU-1"}, Qty: new(whsim.Units(1))}}}
		doc.ReferenceNum = reference
		doc.CustomerIdentifier, doc.FacilityIdentifier = &whsim.Identifier{ID: testCustomer}, &whsim.Identifier{ID: testFacility}
		doc.ShipTo = &whsim.Contact{Name: order.ShipName, CompanyName: order.ShipName, Address1: "1 Main Street", City: "Austin", State: "TX", Zip: zip, Country: "US"}
		if _, err := s.wh.AddForeignOrder(doc); err != nil {
			t.Fatal(err)
		}
	}
	foreign("SO-OTHER", "99999")
	s.must(s.om.UpdateOrder(id, true, func(o *omsim.Order) { o.OrderStatus = omsim.StatusPendingFulfillment }))
	run := func(token string) *v1alpha1.OrderManagerConnection {
		s.annotate(connection, v1alpha1.RunAnnotation+"."+string(v1alpha1.ShipmentConfirmation), token)
		return s.await(key(connection), "the answer to "+token, answered(v1alpha1.ShipmentConfirmation, token))
	}
	run("one") // lists it as unknown
	run("two") // asks for its number
	told := conditionIs(v1alpha1.ConditionSoleWriter, metav1.ConditionFalse, fulfillment.ReasonSecondWriterSeen)
	got := s.await(key(connection), "the second writer", told)
	if !hasCondition(got.Status.Conditions, v1alpha1.ConditionReady, metav1.ConditionTrue, "") {
		t.Errorf("it is no part of Ready: %s", describe(got.Status.Conditions))
	}
	s.awaitEvent(fulfillment.ReasonSecondWriterSeen)

	got = s.wipe(connection)
	if entryOf(got, v1alpha1.ShipmentConfirmation) != nil && entryOf(got, v1alpha1.ShipmentConfirmation).SecondWriter != nil {
		t.Fatal("the status is not wiped")
	}
	run("three")
	run("four")
	s.await(key(connection), "the second writer again", told)

	// It is settled in Order Manager; nobody sees it any more.
	s.must(s.om.CancelOrder(id))
	s.clock.pass(25 * time.Hour)
	run("five")
	s.await(key(connection), "the all-clear", conditionIs(v1alpha1.ConditionSoleWriter, metav1.ConditionTrue, v1alpha1.ReasonNoSecondWriterSeen))
	s.awaitEvent(v1alpha1.ReasonNoSecondWriterSeen)
}

// awaitEvent waits for an event with a reason.
func (s *shop) awaitEvent(reason string) {
	s.t.Helper()
	watcher, err := s.api.Watch(s.ctx, &eventsv1.EventList{}, client.InNamespace(s.namespace))
	s.must(err)
	defer watcher.Stop()
	var seen []string
	for event := range watcher.ResultChan() {
		if e, ok := event.Object.(*eventsv1.Event); ok {
			if e.Reason == reason {
				return
			}
			seen = append(seen, e.Reason)
		}
	}
	slices.Sort(seen)
	s.t.Fatalf("waited in vain for an event %s among %v", reason, slices.Compact(seen))
}

// wipe removes the whole status of a connection.
func (s *shop) wipe(connection *v1alpha1.OrderManagerConnection) *v1alpha1.OrderManagerConnection {
	s.t.Helper()
	live := &v1alpha1.OrderManagerConnection{}
	for {
		s.must(s.api.Get(s.ctx, key(connection), live))
		live.Status = v1alpha1.OrderManagerConnectionStatus{}
		if err := s.api.Status().Update(s.ctx, live); err == nil {
			return live
		}
	}
}
