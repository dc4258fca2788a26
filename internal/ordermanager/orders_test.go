// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestWhatOrderListsAskFor(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, "[]"))
	one := s.source()
	both := s.client(func(o *Options) { o.PickupStatuses = []string{"AWAITING_3PL_EXPORT", "AWAITING_DROPSHIP"} }).
		Source(Resolution{WarehouseIDs: []int64{7, 8}, All: true})
	ctx := t.Context()
	since := time.Date(2026, 11, 23, 10, 0, 0, 999, time.FixedZone("", -5*3600))
	for _, test := range []struct {
		name string
		ask  func() error
		want string
	}{
		{"waiting", func() error { _, err := one.WaitingOrders(ctx, 3); return err },
			"page=3&limit=100&status=AWAITING_3PL_EXPORT&warehouseId=7"},
		{"waiting, every warehouse, two statuses", func() error { _, err := both.WaitingOrders(ctx, 1); return err },
			"page=1&limit=100&status=AWAITING_3PL_EXPORT&status=AWAITING_DROPSHIP"},
		{"sent", func() error { _, err := one.SentOrders(ctx, 1); return err },
			"page=1&limit=100&status=PENDING_FULFILLMENT&warehouseId=7"},
		{"open: every open status that is documented", func() error { _, err := one.OpenOrders(ctx, 1); return err },
			"page=1&limit=100&status=UNRESOLVED&status=AWAITING_PAYMENT&status=AWAITING_SHIPMENT&status=AWAITING_MC_FULFILLMENT" +
				"&status=AWAITING_3PL_EXPORT&status=AWAITING_DROPSHIP&status=PENDING_FULFILLMENT&status=ON_HOLD&warehouseId=7"},
		{"cancelled since, in UTC and whole seconds", func() error { _, err := one.CancelledSince(ctx, since, 2); return err },
			"page=2&limit=100&status=CANCELLED&modifiedDateFrom=2026-11-23T15%3A00%3A00Z&warehouseId=7"},
		{"by id, wherever they are routed", func() error { _, err := one.OrdersByID(ctx, orderIDs(11, 13)); return err },
			"page=1&limit=100&orderId=11&orderId=12&orderId=13"},
		{"by number, wherever they are routed", func() error { _, err := one.OrdersByNumber(ctx, []string{"A 1", "", "B&2", "a 1"}); return err },
			"page=1&limit=100&orderNumber=A+1&orderNumber=B%262"},
	} {
		if err := test.ask(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		equal(t, test.name, s.requests(), []string{"GET /v1.1/orders?" + test.want})
	}
}

func TestStatesOfStatuses(t *testing.T) {
	t.Parallel()
	c := newStub(t, always(200, "[]")).client(nil)
	for status, want := range map[string]fulfillment.OrderState{
		"AWAITING_3PL_EXPORT":          fulfillment.StateWaiting,
		"AWAITING_DROPSHIP":            fulfillment.StateOpen, // no pickup status here
		"PENDING_FULFILLMENT":          fulfillment.StateSent,
		"ON_HOLD":                      fulfillment.StateHeld,
		"SHIPPED":                      fulfillment.StateShipped,
		"CANCELLED":                    fulfillment.StateCancelled,
		"PROCESSED_OUTSIDE_OF_SKUBANA": fulfillment.StateClosed,
		"SKU_UNPROCESSED":              fulfillment.StateClosed,
		"INBOUND_SHIPMENT_PLAN":        fulfillment.StateClosed,
		"FBA_INBOUND_SHIPMENT_PLAN":    fulfillment.StateClosed,
		"UNRESOLVED":                   fulfillment.StateOpen,
		"AWAITING_PAYMENT":             fulfillment.StateOpen,
		"AWAITING_SHIPMENT":            fulfillment.StateOpen,
		"AWAITING_MC_FULFILLMENT":      fulfillment.StateOpen,
		"INVENTED_NEXT_YEAR":           fulfillment.StateOpen,
	} {
		if got := c.state(status); got != want {
			t.Errorf("%s is %s, want %s", status, got, want)
		}
	}
	dropship := newStub(t, always(200, "[]")).client(func(o *Options) { o.PickupStatuses = []string{"AWAITING_DROPSHIP"} })
	if got := dropship.state("AWAITING_3PL_EXPORT"); got != fulfillment.StateOpen {
		t.Errorf("a status that is not picked up is %s, want Open", got)
	}
}

// The label of downloaded orders says that an open order was sent, whatever its status.
func TestStatesOfLabelledOrders(t *testing.T) {
	t.Parallel()
	stub := newStub(t, always(200, "[]"))
	note := stub.client(func(o *Options) { o.DownloadLabel = "Sent" })
	mark := stub.client(func(o *Options) {
		o.DownloadLabel, o.PickupStatuses = "Sent", []string{"AWAITING_SHIPMENT", "PENDING_FULFILLMENT"}
	})
	none := stub.client(nil)
	for _, test := range []struct {
		client *Client
		status string
		labels []string
		want   fulfillment.OrderState
	}{
		{none, "AWAITING_3PL_EXPORT", []string{"Sent"}, fulfillment.StateWaiting},
		{note, "AWAITING_3PL_EXPORT", nil, fulfillment.StateWaiting},
		{note, "AWAITING_3PL_EXPORT", []string{"vip", "Sentinel"}, fulfillment.StateWaiting},
		{note, "AWAITING_3PL_EXPORT", []string{"vip", " sent"}, fulfillment.StateSent},
		{note, "PENDING_FULFILLMENT", nil, fulfillment.StateSent},
		{mark, "AWAITING_SHIPMENT", nil, fulfillment.StateWaiting},
		{mark, "AWAITING_SHIPMENT", []string{"Sent"}, fulfillment.StateSent},
		{mark, "PENDING_FULFILLMENT", nil, fulfillment.StateWaiting},
		{mark, "PENDING_FULFILLMENT", []string{"Sent"}, fulfillment.StateSent},
		{mark, "UNRESOLVED", []string{"Sent"}, fulfillment.StateSent},
		{mark, "UNRESOLVED", nil, fulfillment.StateOpen},
		{mark, "AWAITING_3PL_EXPORT", []string{"Sent"}, fulfillment.StateSent},
		{mark, "AWAITING_3PL_EXPORT", nil, fulfillment.StateOpen},
		{mark, "ON_HOLD", []string{"Sent"}, fulfillment.StateHeld},
		{mark, "CANCELLED", []string{"Sent"}, fulfillment.StateCancelled},
		{mark, "SHIPPED", []string{"Sent"}, fulfillment.StateShipped},
		{mark, "INVENTED_NEXT_YEAR", []string{"Sent"}, fulfillment.StateOpen},
	} {
		if got := test.client.state(test.status, test.labels...); got != test.want {
			t.Errorf("%s with %q (picked up %v) is %s, want %s", test.status, test.labels, test.client.pickupStatuses, got, test.want)
		}
	}
}

func TestAStatusWithoutAMarkNeedsALabel(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"AWAITING_SHIPMENT", "PENDING_FULFILLMENT", "AWAITING_PAYMENT", "AWAITING_MC_FULFILLMENT"} {
		options := Options{WarehouseName: "East DC", Credentials: Credentials{AccessToken: "secret-token"}, PickupStatuses: []string{"AWAITING_3PL_EXPORT", status}}
		if _, err := New(options); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", status, err)
		}
		options.DownloadLabel = "Sent"
		if _, err := New(options); err != nil {
			t.Errorf("%s with a label: %v", status, err)
		}
	}
}

func TestOnlyWantedOrdersOfTheClaimAreReturned(t *testing.T) {
	t.Parallel()
	elsewhere := `{"orderId":4,"orderStatus":"AWAITING_3PL_EXPORT","fulfillmentSource":{"warehouseId":8}}`
	nowhere := `{"orderId":5,"orderStatus":"AWAITING_3PL_EXPORT","fulfillmentSource":null}`
	s := newStub(t, pages(list(anOrder(1, "AWAITING_3PL_EXPORT"), anOrder(2, "CANCELLED"), anOrder(3, "NEW_STATUS"), elsewhere, nowhere)))
	ctx := t.Context()
	for name, test := range map[string]struct {
		ask  func(fulfillment.Source) ([]fulfillment.Order, error)
		want []int64
	}{
		"waiting": {func(f fulfillment.Source) ([]fulfillment.Order, error) { return f.WaitingOrders(ctx, 1) }, []int64{1}},
		"sent":    {func(f fulfillment.Source) ([]fulfillment.Order, error) { return f.SentOrders(ctx, 1) }, nil},
		// An unknown status counts for stock.
		"open": {func(f fulfillment.Source) ([]fulfillment.Order, error) { return f.OpenOrders(ctx, 1) }, []int64{1, 3}},
		"cancelled": {func(f fulfillment.Source) ([]fulfillment.Order, error) {
			return f.CancelledSince(ctx, time.Unix(0, 0), 1)
		}, []int64{2}},
	} {
		orders, err := test.ask(s.source())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		equal(t, name, ids(orders), test.want)
	}
	all := s.client(nil).Source(Resolution{WarehouseIDs: []int64{7, 8}, All: true})
	orders, err := all.WaitingOrders(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "of every warehouse", ids(orders), []int64{1, 4})
}

func TestAPageThatTheFilterEmptiesIsNotTheEnd(t *testing.T) {
	t.Parallel()
	foreign := list(`{"orderId":9,"orderStatus":"AWAITING_3PL_EXPORT","fulfillmentSource":{"warehouseId":99}}`)
	s := newStub(t, pages(list(anOrder(1, "AWAITING_3PL_EXPORT")), foreign, foreign, list(anOrder(2, "AWAITING_3PL_EXPORT")), foreign))
	source := s.source()
	for page, want := range map[int][]int64{1: {1}, 2: {2}, 3: {2}, 4: {2}, 5: nil, 6: nil} {
		orders, err := source.WaitingOrders(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprint("page ", page), ids(orders), want)
	}
}

func TestPagesWithoutAnEndAreAFault(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, list(`{"orderId":9,"orderStatus":"SHIPPED"}`)))
	_, err := s.source().WaitingOrders(t.Context(), lastOrderPage-2)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultMalformed {
		t.Errorf("%v", err)
	}
	if n := len(s.requests()); n != 3 {
		t.Errorf("%d calls, want the three to the last page", n)
	}
}

// Entries that name no product are left out, and a report of nothing else is none.
func TestAReportThatNamesNoProductIsNotReadToTheLastPage(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, list(`{"orderId":"no stock at all"}`)))
	_, err := s.source().(fulfillment.StockKeeper).ProductStocks(t.Context(), 1)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultMalformed {
		t.Errorf("%v", err)
	}
	if n := len(s.requests()); n != maxFruitless {
		t.Errorf("%d calls, want %d", n, maxFruitless)
	}
}

// Order Manager finds every number that begins like the one that was asked for.
func TestOrdersByNumber(t *testing.T) {
	t.Parallel()
	numbered := func(id int64, number string) string {
		return strings.Replace(anOrder(id, "SHIPPED"), fmt.Sprintf("N-%d", id), number, 1)
	}
	t.Run("over pages, whole numbers alone, in any case, each once", func(t *testing.T) {
		t.Parallel()
		s := newStub(t, pages(list(numbered(1, "so-1"), numbered(2, "SO-10")), list(numbered(3, "SO-100"), numbered(4, "SO-1"), numbered(1, "so-1"))))
		orders, err := s.source().OrdersByNumber(t.Context(), []string{"SO-1"})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "orders", ids(orders), []int64{1, 4})
	})
	t.Run("nothing is asked for nothing", func(t *testing.T) {
		t.Parallel()
		s := newStub(t, always(200, list(numbered(1, "SO-1"))))
		orders, err := s.source().OrdersByNumber(t.Context(), []string{""})
		if err != nil || len(orders) != 0 || len(s.requests()) != 0 {
			t.Errorf("%v, %v: without a number the filter would be every order", orders, err)
		}
	})
	t.Run("pages without an end", func(t *testing.T) {
		t.Parallel()
		s := newStub(t, always(200, list(numbered(1, "SO-10"))))
		_, err := s.source().OrdersByNumber(t.Context(), []string{"SO-1"})
		if fault := faultOf(t, err); fault.Kind != fulfillment.FaultMalformed {
			t.Errorf("%v", err)
		}
	})
}

func TestOrdersByID(t *testing.T) {
	t.Parallel()
	t.Run("one call when all are there, neighbours left out", func(t *testing.T) {
		t.Parallel()
		s := newStub(t, always(200, list(anOrder(12, "SHIPPED"), anOrder(1, "CANCELLED"), anOrder(123, "SHIPPED"))))
		orders, err := s.source().OrdersByID(t.Context(), []fulfillment.OrderID{1, 12})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "orders", ids(orders), []int64{12, 1})
		if n := len(s.requests()); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
	})
	t.Run("one more call for an id without an order", func(t *testing.T) {
		t.Parallel()
		s := newStub(t, pages(list(anOrder(1, "SHIPPED"))))
		orders, err := s.source().OrdersByID(t.Context(), []fulfillment.OrderID{1, 2})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "orders", ids(orders), []int64{1})
		if n := len(s.requests()); n != 2 {
			t.Errorf("%d calls, want 2", n)
		}
	})
	t.Run("a server that returns fewer than it was asked for", func(t *testing.T) {
		t.Parallel()
		s := newStub(t, pages(list(anOrder(1, "SHIPPED")), list(anOrder(1, "SHIPPED"), anOrder(2, "SHIPPED")), list(anOrder(3, "SHIPPED"))))
		orders, err := s.source().OrdersByID(t.Context(), orderIDs(1, 3))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "orders, each once", ids(orders), []int64{1, 2, 3})
	})
	t.Run("nothing is asked for nothing", func(t *testing.T) {
		t.Parallel()
		s := newStub(t, always(200, list(anOrder(1, "SHIPPED"))))
		orders, err := s.source().OrdersByID(t.Context(), nil)
		if err != nil || len(orders) != 0 || len(s.requests()) != 0 {
			t.Errorf("%v, %v: without an id the filter would be every order", orders, err)
		}
	})
	t.Run("a hundred in one call", func(t *testing.T) {
		t.Parallel()
		s := newStub(t, func(r *http.Request, _ string) (int, string) {
			var orders []string
			for _, id := range r.URL.Query()["orderId"] {
				orders = append(orders, strings.ReplaceAll(anOrder(0, "SHIPPED"), `"orderId":0`, `"orderId":`+id))
			}
			return 200, list(orders...)
		})
		orders, err := s.source().OrdersByID(t.Context(), orderIDs(1_000_001, 1_000_100))
		if err != nil || len(orders) != 100 || len(s.requests()) != 1 {
			t.Errorf("%d orders, %v", len(orders), err)
		}
	})
}

// TestAnswersThatAreNoList: a page that cannot be read is a fault and never an
// empty page, because an empty page is the end.
func TestAnswersThatAreNoList(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"empty":                   "",
		"null":                    "null",
		"an object":               `{"message":"secret"}`,
		"a page around the list":  `{"content":[],"totalPages":0}`,
		"cut off":                 `[{"orderId":1,`,
		"a web page":              "<!doctype html><title>secret</title>",
		"a text":                  `"secret"`,
		"an order without an id":  `[{"orderStatus":"SHIPPED"}]`,
		"an order without status": `[{"orderId":1}]`,
		"an order that is null":   `[null]`,
		"an id that is a text":    `[{"orderId":"secret","orderStatus":"SHIPPED"}]`,
		"lines that are no list":  `[{"orderId":1,"orderStatus":"SHIPPED","orderItems":{"secret":1}}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, always(200, answer))
			for _, ask := range []func(context.Context, int) ([]fulfillment.Order, error){s.source().WaitingOrders, s.source().SentOrders, s.source().OpenOrders} {
				_, err := ask(t.Context(), 1)
				if fault := faultOf(t, err); fault.Kind != fulfillment.FaultMalformed || fault.Uncertain {
					t.Errorf("%+v, want Malformed", fault)
				}
			}
		})
	}
}

func TestAnOversizedPageIsAFault(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, list(strings.Repeat(" ", 2000))))
	source := s.client(func(o *Options) { o.Remote.MaxBody = 1000 }).Source(warehouse7)
	_, err := source.WaitingOrders(t.Context(), 1)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultTooLarge {
		t.Errorf("%+v", fault)
	}
}

func TestRefusalsNameCodeAndPropertyAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, code, hint string }{
		"errors":             {`{"message":"secret","errors":[{"errorCode":"ERR422","fieldName":"modifiedDateFrom","message":"secret"}]}`, "ERR422", "property modifiedDateFrom"},
		"at the top":         {`{"errorCode":"ERR001","fieldName":"status[0]"}`, "ERR001", "property status[0]"},
		"a sentence as code": {`{"errorCode":"no secret order here","fieldName":"the field secret"}`, "", ""},
		"not JSON":           {`secret`, "", ""},
		"other shape":        {`["secret"]`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newStub(t, always(422, test.body)).source().WaitingOrders(t.Context(), 1)
			if fault := faultOf(t, err); fault.Kind != fulfillment.FaultInvalid || fault.Code != test.code || fault.Hint != test.hint {
				t.Errorf("%+v, want code %q and hint %q", fault, test.code, test.hint)
			}
		})
	}
}

func TestOpenStatusesAreOpenAndNoneIsMissing(t *testing.T) {
	t.Parallel()
	c := newStub(t, always(200, "[]")).client(nil)
	documented := []string{"UNRESOLVED", "AWAITING_PAYMENT", "AWAITING_SHIPMENT", "AWAITING_MC_FULFILLMENT", "AWAITING_3PL_EXPORT",
		"AWAITING_DROPSHIP", "PENDING_FULFILLMENT", "SHIPPED", "CANCELLED", "ON_HOLD", "SKU_UNPROCESSED", "PROCESSED_OUTSIDE_OF_SKUBANA", "INBOUND_SHIPMENT_PLAN"}
	for _, status := range documented {
		if c.state(status).Open() != slices.Contains(openStatuses, status) {
			t.Errorf("%s: open %v, asked for as open %v", status, c.state(status).Open(), slices.Contains(openStatuses, status))
		}
	}
}
