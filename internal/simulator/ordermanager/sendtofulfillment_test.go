// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

type sendAnswer struct {
	Message         string
	OrdersRemaining bool
	OrderBatch      *struct {
		BatchNumber, ProcessedCount, FailedCount int
		Created                                  string
		Orders                                   []struct {
			Order struct {
				OrderID        int64
				OrderNumber    string
				SalesChannelID int
			}
			OrderBatchNumber int
			Status           string
		}
	}
	Errors []struct {
		Index      int
		Identifier map[string]any
		ErrorCode  string
		Message    string
		Severity   string
	}
}

func (s *stand) send(query string) sendAnswer {
	s.t.Helper()
	return decode[sendAnswer](s.t, s.call(http.MethodPost, "/v1/orders/sendtofulfillment?"+query, "", http.StatusOK))
}

func (a sendAnswer) sent() []int64 {
	if a.OrderBatch == nil {
		return nil
	}
	var ids []int64
	for _, o := range a.OrderBatch.Orders {
		ids = append(ids, o.Order.OrderID)
	}
	return ids
}

func TestSendTakesWaitingOrdersAloneAndCountsErrorsFromOne(t *testing.T) {
	s := newStand(t, om.Options{})
	waiting := s.add(om.StatusAwaiting3PLExport)
	cancelled := s.add(om.StatusCancelled)
	dropship := s.add(om.StatusAwaitingDropship)
	got := s.send(orderIDs(waiting) + "&" + orderIDs(cancelled) + "&" + orderIDs(dropship) + "&orderId=42")
	if diff := cmp.Diff([]int64{waiting, dropship}, got.sent()); diff != "" {
		t.Error(diff)
	}
	if b := got.OrderBatch; b.ProcessedCount != 2 || b.FailedCount != 2 || b.Orders[0].Status != "PENDING" || b.Orders[0].OrderBatchNumber != b.BatchNumber || b.Created != "2026-11-23T10:00:00Z" {
		t.Errorf("batch %+v", b)
	}
	if len(got.Errors) != 2 || got.Errors[0].Index != 2 || got.Errors[1].Index != 4 || got.Errors[1].Identifier["orderId"] != 42.0 || got.Errors[0].Severity != "CRITICAL" {
		t.Errorf("errors %+v", got.Errors)
	}
	if s.status(waiting) != om.StatusPendingFulfillment || s.status(dropship) != om.StatusPendingFulfillment || s.status(cancelled) != om.StatusCancelled {
		t.Error("wrong statuses afterwards")
	}
	if diff := cmp.Diff(map[int64]int{waiting: 1, dropship: 1}, s.CountEffects(om.Marked)); diff != "" {
		t.Error(diff)
	}
}

func TestSendRefusesEveryOtherStatus(t *testing.T) {
	for _, status := range []string{
		om.StatusUnresolved, om.StatusAwaitingPayment, om.StatusAwaitingShipment, om.StatusAwaitingMCF, om.StatusPendingFulfillment,
		om.StatusShipped, om.StatusCancelled, om.StatusOnHold, om.StatusSKUUnprocessed, om.StatusProcessedOutside, om.StatusInboundPlan,
	} {
		s := newStand(t, om.Options{})
		id := s.add(status)
		got := s.send(orderIDs(id))
		if len(got.Errors) != 1 || got.OrderBatch != nil || s.status(id) != status || len(s.Effects()) != 0 {
			t.Errorf("%s: %+v", status, got)
		}
	}
}

func TestRepeatedSend(t *testing.T) {
	for accepted, want := range map[bool]struct{ errors, marks, repeated int }{
		false: {1, 1, 0},
		true:  {0, 1, 1},
	} {
		s := newStand(t, om.Options{RepeatedSendAccepted: accepted})
		id := s.add(om.StatusAwaiting3PLExport)
		s.send(orderIDs(id))
		if got := s.send(orderIDs(id)); len(got.Errors) != want.errors {
			t.Errorf("accepted %v: %+v", accepted, got)
		}
		state := s.Snapshot().Orders[0]
		if state.Marks != want.marks || state.RepeatedMarks != want.repeated {
			t.Errorf("accepted %v: %+v", accepted, state)
		}
		if len(s.effects(om.MarkedAgain)) != want.repeated {
			t.Errorf("accepted %v: %+v", accepted, s.Effects())
		}
	}
}

func TestSameOrderTwiceInOneCallIsARepeat(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusAwaiting3PLExport)
	if got := s.send(orderIDs(id, id)); len(got.Errors) != 1 || got.Errors[0].Index != 2 {
		t.Errorf("%+v", got)
	}
}

func TestSendWithoutOrdersExportsEverythingOfTheWarehouse(t *testing.T) {
	s := newStand(t, om.Options{})
	for range 501 {
		s.add(om.StatusAwaiting3PLExport)
	}
	elsewhere := s.addOrder(om.Order{Source: &om.WarehouseInfo{WarehouseID: other}})
	held := s.add(om.StatusOnHold)
	first := s.send("warehouseId=101")
	if len(first.sent()) != 500 || !first.OrdersRemaining || len(first.Errors) != 0 {
		t.Fatalf("%d sent, remaining %v", len(first.sent()), first.OrdersRemaining)
	}
	second := s.send("warehouseId=101")
	if len(second.sent()) != 1 || second.OrdersRemaining {
		t.Errorf("%d sent, remaining %v", len(second.sent()), second.OrdersRemaining)
	}
	if s.status(elsewhere) != om.StatusAwaiting3PLExport || s.status(held) != om.StatusOnHold {
		t.Error("another warehouse's or a held order went, too")
	}
	if third := s.send(""); len(third.sent()) != 1 {
		t.Errorf("without any parameter everything goes: %+v", third)
	}
}

func TestSendTakesAtMostFiveHundred(t *testing.T) {
	s := newStand(t, om.Options{})
	var ids []int64
	for range 501 {
		ids = append(ids, s.add(om.StatusAwaiting3PLExport))
	}
	s.call(http.MethodPost, "/v1/orders/sendtofulfillment?"+orderIDs(ids...), "", 422)
	if len(s.Effects()) != 0 {
		t.Fatal("a refused call had an effect")
	}
	if got := s.send(orderIDs(ids[:500]...)); len(got.sent()) != 500 || got.OrdersRemaining {
		t.Errorf("%d sent", len(got.sent()))
	}
}

func TestSendByNumberIsExactAndMayMeanSeveral(t *testing.T) {
	s := newStand(t, om.Options{})
	a := s.addOrder(om.Order{OrderNumber: "100"})
	b := s.addOrder(om.Order{OrderNumber: "100", SalesChannel: &om.SalesChannel{SalesChannelID: 12}})
	longer := s.addOrder(om.Order{OrderNumber: "1001"})
	if got := s.send("orderNumber=100&salesChannelId=12"); !cmp.Equal(got.sent(), []int64{b}) {
		t.Errorf("%+v", got)
	}
	if got := s.send("orderNumber=100&orderNumber=77"); !cmp.Equal(got.sent(), []int64{a}) || len(got.Errors) != 2 {
		t.Errorf("%+v", got)
	}
	if s.status(longer) != om.StatusAwaiting3PLExport {
		t.Error("a longer number went, too")
	}
}

func TestSendKeepsToTheWarehouseThatIsNamed(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusAwaiting3PLExport)
	if got := s.send(orderIDs(id) + "&warehouseId=102"); len(got.Errors) != 1 || s.status(id) != om.StatusAwaiting3PLExport {
		t.Errorf("%+v", got)
	}
	if got := s.send(orderIDs(id) + "&salesChannelId=12"); len(got.Errors) != 1 {
		t.Errorf("%+v", got)
	}
	if got := s.send(orderIDs(id) + "&salesChannelId=11&warehouseId=101"); len(got.Errors) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestMarkMovesModifiedDateUnlessSwitchedOff(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		s := newStand(t, om.Options{MarksKeepModifiedDate: keeps})
		id := s.add(om.StatusAwaiting3PLExport)
		before, _ := s.Order(id)
		s.clock.advance(time.Hour)
		s.send(orderIDs(id))
		after, _ := s.Order(id)
		if moved := after.ModifiedDate != before.ModifiedDate; moved == keeps {
			t.Errorf("keeps %v, moved %v", keeps, moved)
		}
	}
}

func TestHoldAndCancelRules(t *testing.T) {
	until := "holdUntil=2026-12-01T00:00:00Z&salesChannelId=11&"
	cancel := "cancelReasonType=NO_INVENTORY&salesChannelId=11&"
	for _, c := range []struct {
		status       string
		hold, cancel int
	}{
		{om.StatusAwaiting3PLExport, 200, 200},
		{om.StatusAwaitingPayment, 200, 200},
		{om.StatusUnresolved, 200, 200},
		{om.StatusOnHold, 200, 200},
		{om.StatusPendingFulfillment, 422, 200}, // cannot be held, but can be cancelled
		{om.StatusShipped, 422, 422},
		{om.StatusCancelled, 422, 422},
		{om.StatusProcessedOutside, 422, 422},
	} {
		t.Run(c.status, func(t *testing.T) {
			s := newStand(t, om.Options{})
			held, dropped := s.add(c.status), s.add(c.status)
			s.call(http.MethodPost, "/v1/orders/onhold?"+until+orderIDs(held), "", c.hold)
			s.call(http.MethodPost, "/v1/orders/cancel?"+cancel+orderIDs(dropped), "", c.cancel)
			want := map[bool]string{true: om.StatusOnHold, false: c.status}[c.hold == 200]
			if got := s.status(held); got != want {
				t.Errorf("after the hold %s, want %s", got, want)
			}
			want = map[bool]string{true: om.StatusCancelled, false: c.status}[c.cancel == 200]
			if got := s.status(dropped); got != want {
				t.Errorf("after the cancellation %s, want %s", got, want)
			}
			if fromUser := s.HoldOrder(s.add(c.status), s.clock.Now().Add(time.Hour)) == nil; fromUser != (c.hold == 200) {
				t.Errorf("a user's hold: %v", fromUser)
			}
			if fromUser := s.CancelOrder(s.add(c.status)) == nil; fromUser != (c.cancel == 200) {
				t.Errorf("a user's cancellation: %v", fromUser)
			}
		})
	}
}

func TestCancelAndHoldDemandTheirParameters(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusAwaiting3PLExport)
	for path, want := range map[string]int{
		"/v1/orders/cancel?salesChannelId=11&" + orderIDs(id):                                422,
		"/v1/orders/cancel?cancelReasonType=OTHER&" + orderIDs(id):                           422,
		"/v1/orders/cancel?cancelReasonType=BORED&salesChannelId=11&" + orderIDs(id):         422,
		"/v1/orders/cancel?cancelReasonType=OTHER&salesChannelId=11":                         422,
		"/v1/orders/cancel?cancelReasonType=OTHER&salesChannelId=12&" + orderIDs(id):         404,
		"/v1/orders/cancel?cancelReasonType=OTHER&salesChannelId=11&" + orderIDs(id, 42):     404,
		"/v1/orders/onhold?salesChannelId=11&" + orderIDs(id):                                422,
		"/v1/orders/onhold?holdUntil=2026-12-01T00:00:00Z&" + orderIDs(id):                   422,
		"/v1/orders/onhold?holdUntil=2026-11-23T10:00:00Z&salesChannelId=11&" + orderIDs(id): 422, // passed
		"/v1/orders/onhold?holdUntil=tomorrow&salesChannelId=11&" + orderIDs(id):             422,
	} {
		s.call(http.MethodPost, path, "", want)
	}
	if s.status(id) != om.StatusAwaiting3PLExport || len(s.Effects()) != 0 {
		t.Error("something happened nevertheless")
	}
}

func TestHoldEndsByItselfAtItsDate(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusAwaiting3PLExport, om.Item("A", 1))
	later := s.add(om.StatusAwaitingPayment)
	s.must(s.HoldOrder(id, s.clock.Now().Add(time.Hour)))
	s.must(s.HoldOrder(later, s.clock.Now().Add(2*time.Hour)))
	s.clock.advance(time.Hour - time.Second)
	if got := s.ids("/v1.1/orders?status=ON_HOLD"); len(got) != 2 {
		t.Fatalf("held %v", got)
	}
	s.clock.advance(time.Second)
	if diff := cmp.Diff([]int64{id}, s.ids("/v1.1/orders?status=AWAITING_3PL_EXPORT")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{later}, s.ids("/v1.1/orders?status=ON_HOLD")); diff != "" {
		t.Error(diff)
	}
	s.clock.advance(time.Hour)
	if s.status(later) != om.StatusAwaitingPayment {
		t.Errorf("back to %s", s.status(later))
	}
	if len(s.effects(om.HoldEnded)) != 2 {
		t.Errorf("%+v", s.Effects())
	}
}

func TestRestore(t *testing.T) {
	s := newStand(t, om.Options{})
	held, cancelled, told, waiting := s.add(om.StatusAwaitingPayment), s.add(om.StatusPendingFulfillment), s.add(om.StatusAwaiting3PLExport), s.add(om.StatusAwaiting3PLExport)
	s.must(s.HoldOrder(held, s.clock.Now().Add(time.Hour)))
	s.must(s.CancelOrder(cancelled))
	s.call(http.MethodPost, "/v1/orders/cancel?cancelReasonType=OTHER&salesChannelId=11&updateSalesChannels=true&"+orderIDs(told), "", 200)
	partial := decode[struct{ Errors []struct{ Index int } }](t, s.call(http.MethodPost, "/v1/orders/restore",
		fmt.Sprintf("[%d,%d,%d,%d,42]", held, told, cancelled, waiting), 201))
	if len(partial.Errors) != 3 || partial.Errors[0].Index != 2 || partial.Errors[1].Index != 4 || partial.Errors[2].Index != 5 {
		t.Errorf("%+v", partial)
	}
	for id, want := range map[int64]string{held: om.StatusAwaitingPayment, cancelled: om.StatusPendingFulfillment, told: om.StatusCancelled, waiting: om.StatusAwaiting3PLExport} {
		if got := s.status(id); got != want {
			t.Errorf("%d is %s, want %s", id, got, want)
		}
	}
	s.call(http.MethodPost, "/v1/orders/restore", fmt.Sprintf("[%d]", told), 200) // all failed: 200 with errors
	s.must(s.HoldOrder(waiting, s.clock.Now().Add(time.Hour)))
	s.call(http.MethodPost, "/v1/orders/restore", fmt.Sprintf("[%d]", waiting), 200)
	if s.status(waiting) != om.StatusAwaiting3PLExport {
		t.Error("not restored")
	}
	if s.RestoreOrder(told) == nil {
		t.Error("a user restored what the channel was told")
	}
}

func TestReroute(t *testing.T) {
	for keeps, want := range map[bool]string{false: om.StatusAwaiting3PLExport, true: om.StatusPendingFulfillment} {
		s := newStand(t, om.Options{RerouteKeepsStatus: keeps})
		id := s.add(om.StatusPendingFulfillment)
		s.must(s.Reroute(id, other))
		if diff := cmp.Diff([]int64{id}, s.ids("/v1.1/orders?warehouseId=102&status="+want)); diff != "" {
			t.Error(diff)
		}
		if got := s.ids("/v1.1/orders?warehouseId=101"); got != nil {
			t.Errorf("still at the old warehouse: %v", got)
		}
		if s.Reroute(s.add(om.StatusShipped), other) == nil || s.Reroute(id, 999) == nil {
			t.Error("rerouted a shipped order, or to nowhere")
		}
	}
}
