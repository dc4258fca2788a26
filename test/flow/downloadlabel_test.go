// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const downloadLabel = "At the warehouse"

// labels are the names of the labels that an order has in Order Manager.
func (s *shop) labels(id fulfillment.OrderID) []string {
	s.t.Helper()
	order, ok := s.om.Order(int64(id))
	if !ok {
		s.t.Fatalf("no order %d", id)
	}
	var names []string
	for _, label := range order.Labels {
		names = append(names, label.Name)
	}
	return names
}

// deliveredOnce fails unless each order was created once and carries the label once.
func (s *shop) deliveredOnce(ids ...fulfillment.OrderID) {
	s.t.Helper()
	created, labelled := map[string]int{}, map[int64]int{}
	for _, effect := range s.wh.Effects() {
		if effect.Kind == whsim.EffectCreate {
			created[effect.ExternalID]++
		}
	}
	for _, effect := range s.om.Effects() {
		if effect.Kind == omsim.Labelled && effect.API {
			labelled[effect.OrderID]++
		}
	}
	for _, id := range ids {
		if created[id.String()] != 1 || labelled[int64(id)] != 1 || !slices.Equal(s.labels(id), []string{downloadLabel}) {
			s.t.Errorf("order %d: created %d times, labelled %d times, labels %q", id, created[id.String()], labelled[int64(id)], s.labels(id))
		}
	}
}

// From a status that Order Manager marks no order from, the label is the mark:
// in the waiting list, in the stock, for cancellations and for shipments.
func TestALabelIsTheMarkWhereOrderManagerHasNone(t *testing.T) {
	t.Parallel()
	for _, status := range []string{omsim.StatusAwaitingShipment, omsim.StatusPendingFulfillment, omsim.StatusAwaitingMCF, omsim.StatusAwaitingPayment} {
		for _, allocation := range omsim.Allocations() {
			t.Run(status+" "+string(allocation), func(t *testing.T) {
				s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}, pickup: []string{status}, label: downloadLabel})
				s.product("A", 100, 100, 0)
				first, second := s.order(status, "A", 1), s.order(status, "A", 2)
				if report := s.ok(s.download()); report.Counts.Created != 2 || report.Counts.Marked != 2 || report.Failing.Count != 0 {
					t.Fatalf("%+v, failing %v", report.Counts, report.Failing.Orders)
				}
				s.deliveredOnce(first, second)
				if s.status(first) != status {
					t.Errorf("it is %s now", s.status(first))
				}
				if calls := s.omCall.Calls()["POST /v1/orders/sendtofulfillment"]; calls != 0 {
					t.Errorf("%d calls that Order Manager refuses", calls)
				}
				waiting := s.order(status, "A", 3)
				if sent, err := s.source.SentOrders(t.Context(), 1); err != nil || len(sent) != 2 {
					t.Errorf("%d sent orders, %v", len(sent), err)
				}
				s.clock.Pass(time.Minute)
				s.ok(s.sync())
				if offered := s.offered("A"); offered != 94 {
					t.Errorf("%d are offered, 94 can be promised", offered)
				}
				if report := s.ok(s.download()); report.Counts.Read != 1 || report.Counts.Created != 1 {
					t.Errorf("the next run %+v", report.Counts)
				}
				s.deliveredOnce(first, second, waiting)
				s.must(s.om.CancelOrder(int64(second)))
				s.clock.Pass(time.Minute)
				s.ok(s.cancel())
				if there := s.there(second); len(there) != 1 || there[0].Status != whsim.StatusCanceled {
					t.Errorf("the cancelled order in the warehouse: %+v", there)
				}
				s.wh.ShipAll(0)
				s.clock.Pass(time.Hour)
				report := s.ok(s.confirm())
				if status == omsim.StatusAwaitingShipment || status == omsim.StatusPendingFulfillment {
					s.confirmedOnce([]fulfillment.OrderID{first, waiting})
				} else if reasons(report)[first] != fulfillment.ReasonConfirmationRefused {
					// The simulator ships no order from these: it is said, and tried again.
					t.Errorf("%v", report.Failing.Orders)
				}
			})
		}
	}
}

// Where Order Manager marks an order by its status, the label is a note beside it.
func TestALabelBesideTheMarkOfOrderManager(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{pickup: []string{omsim.StatusAwaiting3PLExport, omsim.StatusAwaitingShipment}, label: downloadLabel})
	s.product("A", 100, 0, 0)
	s.om.AddLabel("at the WAREHOUSE and more")
	known := s.om.AddLabel(strings.ToUpper(downloadLabel))
	s.om.AddLabel(downloadLabel)
	exported, inHouse := s.waiting(), s.order(omsim.StatusAwaitingShipment, "A", 1)
	s.ok(s.download())
	if s.status(exported) != omsim.StatusPendingFulfillment || s.status(inHouse) != omsim.StatusAwaitingShipment {
		t.Errorf("%s and %s", s.status(exported), s.status(inHouse))
	}
	for _, id := range []fulfillment.OrderID{exported, inHouse} {
		if !slices.Equal(s.labels(id), []string{known.Name}) || len(s.there(id)) != 1 {
			t.Errorf("order %d: labels %q, %d there", id, s.labels(id), len(s.there(id)))
		}
	}
	if calls := s.omCall.Calls()["PUT /v1/labels"]; calls != 0 {
		t.Errorf("a label was made beside one of the same name")
	}
	if again := s.ok(s.download()); again.Counts.Read != 0 {
		t.Errorf("again %+v", again.Counts)
	}
}

func TestAnOrderThatSomebodyLabelledIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []string{omsim.StatusAwaiting3PLExport, omsim.StatusAwaitingShipment} {
		s := newShop(t, shopOptions{pickup: []string{status}, label: downloadLabel})
		if status == omsim.StatusAwaiting3PLExport {
			s = newShop(t, shopOptions{label: downloadLabel})
		}
		s.product("A", 100, 0, 0)
		id := s.order(status, "A", 1)
		s.relabel(id, "vip", " "+strings.ToLower(downloadLabel))
		if report := s.ok(s.download()); report.Counts.Read != 0 || len(s.there(id)) != 0 {
			t.Errorf("%s: %+v, %d there", status, report.Counts, len(s.there(id)))
		}
		if report := s.ok(s.confirm()); reasons(report)[id] != fulfillment.ReasonUnknownInWarehouse {
			t.Errorf("%s: nobody says that the warehouse lacks it: %v", status, report.Failing.Orders)
		}
		s.relabel(id)
		if report := s.ok(s.download()); report.Counts.Created != 1 {
			t.Errorf("%s: without the label %+v", status, report.Counts)
		}
	}
}

func TestALabelIsPutOnOnceThoughAnswersAreLost(t *testing.T) {
	t.Parallel()
	const onOrder = "/v1/orders/{id}/labels"
	for name, rule := range map[string]fault.Rule{
		"the label is made and the answer lost":     {Method: http.MethodPut, Path: "/v1/labels", Kind: fault.DropAfter, Nth: 1},
		"the label is not made":                     {Method: http.MethodPut, Path: "/v1/labels", Kind: fault.DropBefore, Nth: 1},
		"a 500 after the label was made":            {Method: http.MethodPut, Path: "/v1/labels", Kind: fault.StatusAfter, Status: 500, Nth: 1},
		"half a list of labels":                     {Method: http.MethodGet, Path: "/v1/labels", Kind: fault.Truncate, Nth: 1},
		"an order is labelled and the answer lost":  {Method: http.MethodPost, Path: onOrder, Kind: fault.DropAfter, Every: 3},
		"an order is not labelled":                  {Method: http.MethodPost, Path: onOrder, Kind: fault.DropBefore, Every: 3},
		"a 502 before an order is labelled":         {Method: http.MethodPost, Path: onOrder, Kind: fault.StatusBefore, Status: 502, Every: 3},
		"an order's label is refused":               {Method: http.MethodPost, Path: onOrder, Kind: fault.StatusBefore, Status: 422, Nth: 2},
		"the token is refused in the midst of them": {Method: http.MethodPost, Path: onOrder, Kind: fault.StatusBefore, Status: 403, Nth: 4},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, shopOptions{pickup: []string{omsim.StatusAwaitingShipment}, label: downloadLabel})
			s.product("A", 100, 0, 0)
			var ids []fulfillment.OrderID
			for range 10 {
				ids = append(ids, s.order(omsim.StatusAwaitingShipment, "A", 1))
			}
			s.must2(s.omCall.Add(rule))
			var marked int64
			for range 8 {
				report, err := s.download()
				if err != nil && !errors.As(err, new(*fulfillment.Fault)) {
					t.Fatal(err)
				}
				marked += report.Counts.Marked
				s.clock.Pass(5 * time.Minute)
			}
			s.deliveredOnce(ids...)
			if marked != int64(len(ids)) {
				t.Errorf("%d orders were called marked", marked)
			}
			made := map[string]int{}
			for _, id := range ids {
				order, _ := s.om.Order(int64(id))
				for _, label := range order.Labels {
					made[label.Name]++
				}
			}
			if len(made) != 1 {
				t.Errorf("labels %v", made)
			}
			if creates := s.omCall.Calls()["PUT /v1/labels"]; creates > 2 {
				t.Errorf("the label was made %d times", creates)
			}
		})
	}
}

// An account that refuses the label refuses every order's mark, and none of
// them is created a second time.
func TestALabelThatIsRefusedIsSaidOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, shopOptions{pickup: []string{omsim.StatusAwaitingShipment}, label: downloadLabel})
	s.product("A", 100, 0, 0)
	for range 20 {
		s.order(omsim.StatusAwaitingShipment, "A", 1)
	}
	s.must2(s.omCall.Add(fault.Rule{Method: http.MethodPut, Path: "/v1/labels", Kind: fault.StatusBefore, Status: 400}))
	for range 3 {
		if _, err := s.download(); err == nil {
			t.Fatal("the run succeeds")
		} else if f, ok := fulfillment.AsFault(err); !ok || f.Reason != fulfillment.ReasonLabelRefused {
			t.Fatalf("%v", err)
		}
		s.clock.Pass(5 * time.Minute)
	}
	if creates, asked := s.wh.Faults().Calls()["POST /orders"], s.omCall.Calls()["PUT /v1/labels"]; creates != 20 || asked != 3 {
		t.Errorf("%d creates, the label was asked for %d times", creates, asked)
	}
}
