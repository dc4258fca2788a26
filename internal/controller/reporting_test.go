// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	applyv1alpha1 "ordersync.dev/operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const reportPath = "/v1.1/shipment/external"

// recordWrites sees what a manager writes of the record, and can have it refused.
type recordWrites struct {
	next http.RoundTripper

	mutex  sync.Mutex
	refuse bool
	// seen are the records that were written, one for each that differs from the one before.
	seen []string
}

func (w *recordWrites) wrap(next http.RoundTripper) http.RoundTripper {
	w.next = next
	return w
}

func (w *recordWrites) refused(refuse bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.refuse = refuse
}

func (w *recordWrites) records() []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Clone(w.seen)
}

func (w *recordWrites) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodPatch || !strings.HasSuffix(request.URL.Path, "/status") || request.URL.Query().Get("fieldManager") != shipmentConfirmation.fieldManager() {
		return w.next.RoundTrip(request)
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	request = request.Clone(request.Context())
	request.Body = io.NopCloser(bytes.NewReader(body))
	var object v1alpha1.OrderManagerConnection
	if err := json.Unmarshal(body, &object); err != nil {
		return nil, err
	}
	record, err := json.Marshal(object.Status.ShipmentConfirmation)
	if err != nil {
		return nil, err
	}
	w.mutex.Lock()
	if before := len(w.seen); string(record) != "null" && (before == 0 || w.seen[before-1] != string(record)) || before > 0 && w.seen[before-1] != string(record) {
		w.seen = append(w.seen, string(record))
	}
	refuse := w.refuse && string(record) != "null"
	w.mutex.Unlock()
	if refuse {
		return nil, errors.New("the way to the API server is cut")
	}
	return w.next.RoundTrip(request)
}

// shippedOrders are orders that the warehouse has shipped and that Order Manager
// calls sent; the manager runs.
func (s *shop) shippedOrders(n int) (*v1alpha1.OrderManagerConnection, []int64) {
	s.t.Helper()
	connection, ids, _ := s.shippedUnder(n)
	return connection, ids
}

// shippedUnder is shippedOrders with what stops the manager.
func (s *shop) shippedUnder(n int) (*v1alpha1.OrderManagerConnection, []int64, func()) {
	s.t.Helper()
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = s.order("SKU-1")
	}
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: testCustomer, FacilityID: testFacility, SKU: "SKU-1", OnHand: whsim.Units(int64(n))}))
	stop := s.manage()
	connection := s.connection("acme", token1(forOrders, "deliver"))
	s.await(key(connection), "the orders in the warehouse", answered(v1alpha1.OrderDownload, "deliver"))
	if shipped := s.wh.ShipAll(0); len(shipped) != n {
		s.t.Fatalf("%d of %d orders shipped", len(shipped), n)
	}
	return connection, ids, stop
}

// reached waits for a request that is held.
func (s *shop) reached(hold *fault.Hold) {
	s.t.Helper()
	select {
	case <-hold.Reached():
	case <-s.ctx.Done():
		s.t.Fatal("the request was waited for in vain")
	}
}

// record is the record as the API server has it.
func (s *shop) record(connection *v1alpha1.OrderManagerConnection) []routine.Cohort {
	s.t.Helper()
	live := &v1alpha1.OrderManagerConnection{}
	s.must(s.api.Get(s.ctx, key(connection), live))
	return reportingOf(live.Status.ShipmentConfirmation)
}

func (s *shop) confirmed(connection *v1alpha1.OrderManagerConnection, token string) *v1alpha1.RoutineStatus {
	s.t.Helper()
	s.annotate(connection, forShipments, token)
	entry := entryOf(s.await(key(connection), "the answer to "+token, answered(v1alpha1.ShipmentConfirmation, token)), v1alpha1.ShipmentConfirmation)
	if entry.LastRun == nil {
		s.t.Fatalf("nothing ran: %s", describe(entry))
	}
	return entry
}

func (s *shop) shippedOnce(ids []int64) {
	s.t.Helper()
	for _, order := range s.om.Snapshot().Orders {
		if slices.Contains(ids, order.ID) && (order.Shipments != 1 || order.Status != omsim.StatusShipped) {
			s.t.Errorf("order %d is %s and was reported %d times", order.ID, order.Status, order.Shipments)
		}
	}
}

// What is about to be reported stands in status when the report arrives, and is
// gone when the run has ended.
func TestTheRecordStandsWhenTheReportArrives(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	connection, ids := s.shippedOrders(3)
	hold := s.omCalls.HoldBefore(fault.Rule{Method: "PUT", Path: reportPath, Nth: 1})
	s.annotate(connection, forShipments, "go")
	s.reached(hold)
	record := s.record(connection)
	if len(record) != 1 || len(record[0].IDs) != len(ids) || record[0].Since.IsZero() {
		t.Errorf("the record is %+v", record)
	}
	// Others write the object meanwhile.
	s.annotate(connection, "example.com/note", "written meanwhile")
	hold.Release()
	got := s.await(key(connection), "the answer", answered(v1alpha1.ShipmentConfirmation, "go"))
	if run := entryOf(got, v1alpha1.ShipmentConfirmation).LastRun; got.Status.ShipmentConfirmation != nil || run.Counts.Confirmed != 3 {
		t.Errorf("after the run: %s, %s", describe(got.Status.ShipmentConfirmation), describe(run))
	}
	s.shippedOnce(ids)
}

// A process that stops in the middle of a run takes out what it has settled.
func TestAProcessThatStopsLeavesNoRecordOfWhatItKnows(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	connection, ids, stop := s.shippedUnder(3)
	hold := s.omCalls.HoldAfter(fault.Rule{Method: "PUT", Path: reportPath, Nth: 1})
	s.annotate(connection, forShipments, "go")
	s.reached(hold)
	stopped := make(chan struct{})
	go func() {
		stop()
		close(stopped)
	}()
	<-s.process.Done()
	hold.Release()
	<-stopped
	live := &v1alpha1.OrderManagerConnection{}
	s.must(s.api.Get(s.ctx, key(connection), live))
	if answered(v1alpha1.ShipmentConfirmation, "go")(live) {
		t.Fatal("the run came to its end") // then this shows nothing
	}
	if record := reportingOf(live.Status.ShipmentConfirmation); len(record) != 0 {
		t.Errorf("the record is %+v", record)
	}
	s.shippedOnce(ids)
}

// One write of status for a hundred reports, and one at the end of the run.
func TestAHundredReportsCostOneWriteOfTheRecord(t *testing.T) {
	s, writes := newShop(t), &recordWrites{}
	s.apiCalls = writes.wrap
	s.policy("standard")
	connection, ids := s.shippedOrders(150)
	s.confirmed(connection, "first")
	if records := writes.records(); len(records) != 3 || records[2] != "null" {
		t.Errorf("the record was written as %q; want two batches and its end", records)
	}
	s.confirmed(connection, "idle")
	if records := writes.records(); len(records) != 3 {
		t.Errorf("without reports: %q", records)
	}
	s.shippedOnce(ids)
}

// When it cannot be written down, nothing is reported; the run says so, and a
// later one reports.
func TestWithoutTheRecordNothingIsReported(t *testing.T) {
	s, writes := newShop(t), &recordWrites{}
	s.apiCalls = writes.wrap
	s.policy("standard")
	connection, ids := s.shippedOrders(3)
	writes.refused(true)
	run := s.confirmed(connection, "in-vain").LastRun
	if run.Result != v1alpha1.RunFailed || run.Reason != v1alpha1.ReasonStatusNotWritten {
		t.Errorf("the run: %s", describe(run))
	}
	if calls := s.omCalls.Calls()["PUT "+reportPath]; calls != 0 || len(writes.records()) == 0 {
		t.Errorf("reported in %d calls after the records %q", calls, writes.records())
	}
	writes.refused(false)
	if entry := s.confirmed(connection, "again"); entry.LastRun.Counts.Confirmed != 3 {
		t.Errorf("the run after it: %s", describe(entry))
	}
	s.shippedOnce(ids)
}

// A plan writes no record.
func TestAPlanLeavesTheRecordAlone(t *testing.T) {
	s, writes := newShop(t), &recordWrites{}
	s.apiCalls = writes.wrap
	s.policy("standard")
	connection, _ := s.shippedOrders(3)
	s.must(s.api.Patch(s.ctx, &v1alpha1.SyncPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "standard"}},
		client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"mode":"Plan"}}`))))
	s.awaitPolicy("standard", "the mode", func(p *v1alpha1.SyncPolicy) bool { return p.Spec.Mode == v1alpha1.ModePlan })
	entry := s.confirmed(connection, "go")
	if entry.LastRun.Result != v1alpha1.RunPlanned || len(writes.records()) != 0 {
		t.Errorf("%s, records %q", describe(entry.LastRun), writes.records())
	}
}

// What a process that ended left in the record is not reported before it had the
// time to show; the next run that ends after that takes it out.
func TestTheNextProcessWaitsForWhatIsInTheRecord(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	connection, ids := s.shippedOrders(2)
	since := metav1.NewTime(s.clock.Now().Truncate(time.Second))
	text, _ := routine.EncodeOrderIDs([]fulfillment.OrderID{fulfillment.OrderID(ids[0]), 4711}, routine.MaxCohortIDs)
	left := applyv1alpha1.OrderManagerConnection(connection.Name, connection.Namespace).WithStatus(applyv1alpha1.OrderManagerConnectionStatus().
		WithShipmentConfirmation(applyv1alpha1.ShipmentConfirmationStatus().WithReporting(applyv1alpha1.ReportingOrders().WithSince(since).WithOrderIDs(text))))
	s.must(s.api.Status().Apply(s.ctx, left, client.FieldOwner(shipmentConfirmation.fieldManager()), client.ForceOwnership))
	entry := s.confirmed(connection, "too-soon")
	if entry.LastRun.Counts.Confirmed != 1 || entry.Failing == nil || entry.Failing.Count != 1 ||
		entry.Failing.Orders[0].OrderID != ids[0] || entry.Failing.Orders[0].Reason != fulfillment.ReasonOutcomeUnknown || !entry.Failing.Orders[0].Since.Equal(&since) {
		t.Errorf("before it had the time: %s", describe(entry))
	}
	if record := s.record(connection); len(record) != 1 || len(record[0].IDs) != 2 || !record[0].Since.Equal(since.Time) {
		t.Errorf("the record is %+v", record)
	}
	s.clock.pass(routine.LostReportWait)
	entry = s.confirmed(connection, "in-time")
	if entry.LastRun.Counts.Confirmed != 1 || entry.Failing != nil || len(s.record(connection)) != 0 {
		t.Errorf("when it had the time: %s, record %+v", describe(entry), s.record(connection))
	}
	s.shippedOnce(ids)
}

// A run that another process has overtaken, or whose connection is gone, writes
// no record, and so reports nothing. Nor does a process that does not lead.
func TestWhoMayNotReportWritesNoRecord(t *testing.T) {
	s := newShop(t)
	change := routine.RecordChange{Begun: map[fulfillment.OrderID]time.Time{1: s.clock.Now()}}
	for name, c := range map[string]struct {
		spoil func(*RoutineReconciler, *v1alpha1.OrderManagerConnection)
		want  func(error) bool
	}{
		"it may": {func(*RoutineReconciler, *v1alpha1.OrderManagerConnection) {}, func(err error) bool { return err == nil }},
		"overtaken": {func(_ *RoutineReconciler, c *v1alpha1.OrderManagerConnection) {
			c.Status.Routines = []v1alpha1.RoutineStatus{{Name: v1alpha1.ShipmentConfirmation, LastRun: &v1alpha1.RunStatus{StartTime: stamp(s.clock.Now().Add(time.Hour))}}}
			s.must(s.api.Status().Update(s.ctx, c))
		}, func(err error) bool { return errors.Is(err, errSuperseded) }},
		"created again": {func(_ *RoutineReconciler, c *v1alpha1.OrderManagerConnection) {
			s.must(s.api.Delete(s.ctx, c.DeepCopy()))
			s.connection(c.Name)
		}, func(err error) bool { return errors.Is(err, errSuperseded) }},
		"gone": {func(_ *RoutineReconciler, c *v1alpha1.OrderManagerConnection) {
			s.must(s.api.Delete(s.ctx, c.DeepCopy()))
		},
			func(err error) bool { return errors.Is(err, errSuperseded) }},
		"no leader": {func(r *RoutineReconciler, _ *v1alpha1.OrderManagerConnection) {
			r.Leadership = NewLeadership(nil, time.Second, time.Second, s.clock.Now)
		}, func(err error) bool { return fulfillment.IsFault(err, fulfillment.FaultNotLeading) }},
	} {
		t.Run(name, func(t *testing.T) {
			connection := s.connection(strings.ReplaceAll(name, " ", "-"))
			active := &activeRun{start: s.clock.Now(), subject: subject{connection: connection.UID}}
			r := &RoutineReconciler{Definition: shipmentConfirmation, Now: s.clock.Now, writer: statusWriter{reader: s.api, client: s.api}}
			c.spoil(r, connection)
			if err := r.recordReports(key(connection), active)(s.ctx, change); !c.want(err) {
				t.Errorf("answered %v", err)
			}
			live := &v1alpha1.OrderManagerConnection{}
			err := client.IgnoreNotFound(s.api.Get(s.ctx, key(connection), live))
			if written := live.Status.ShipmentConfirmation != nil; err != nil || written != (name == "it may") {
				t.Errorf("the record is %s, %v", describe(live.Status.ShipmentConfirmation), err)
			}
			// Written twice within a second it says the same, and stands.
			if name == "it may" {
				s.must(r.recordReports(key(connection), active)(s.ctx, change))
			}
		})
	}
	for _, definition := range []Definition{orderDownload, orderCancelDownload, inventorySync} {
		if r := (&RoutineReconciler{Definition: definition}); r.recordReports(key(s.connection("other-"+strings.ToLower(string(definition.Name)))), &activeRun{}) != nil {
			t.Errorf("%s writes a record", definition.Name)
		}
	}
}
