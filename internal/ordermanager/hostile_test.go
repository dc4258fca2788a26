// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Null was taken for an answer without errors, and so for
// a change that took effect.
func TestNullProvesNoWrite(t *testing.T) {
	t.Parallel()
	source := newStub(t, always(200, "null")).source()
	for name, write := range map[string]func() error{
		"marks": func() error { _, err := source.MarkSent(t.Context(), []fulfillment.OrderID{1}); return err },
		"stock": func() error {
			_, err := source.SetStock(t.Context(), []fulfillment.StockWrite{{ProductID: 1, SKU: "A"}})
			return err
		},
		"edits": func() error {
			_, err := source.EditOrders(t.Context(), []fulfillment.OrderEdit{{OrderID: 1, Field: fulfillment.FieldInternalNotes}})
			return err
		},
		"shipments": func() error {
			_, err := source.ConfirmShipments(t.Context(), []fulfillment.Shipment{{OrderID: 1, Tracking: "1Z"}}, fulfillment.ShipmentOptions{})
			return err
		},
	} {
		if err := write(); !fulfillment.IsFault(err, fulfillment.FaultMalformed) || !fulfillment.Uncertain(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An order of more units than there are was multiplied by the parts of a kit,
// and turned over. It is refused like any other quantity that is none.
func TestUnbelievableQuantitiesOfLinesAreNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1000000000": 1_000_000_000, "1000000001": 0, "99999999999999": 0, "1e14": 0, "1e999999": 0} {
		order := parseOrder(t, `{"orderId":1,"orderItems":[{"orderItemId":1,"quantityOrdered":`+text+`}]}`)
		if got := order.Lines[0].Quantity; got != want {
			t.Errorf("%s is %d, want %d", text, got, want)
		}
	}
}

// A line without a quantity got the one of a line that
// stood in its place before.
func TestLinesThatStandTwiceAreNotMixed(t *testing.T) {
	t.Parallel()
	body := strings.Replace(list(anOrder(1, statusAwaiting3PLExport)), `"orderId":1,`,
		`"orderId":1,"orderItems":[{"listingSku":"A","quantityOrdered":5}],"orderItems":[{"listingSku":"B"}],`, 1)
	if orders, err := newStub(t, pages(body)).source().WaitingOrders(t.Context(), 1); !fulfillment.IsFault(err, fulfillment.FaultMalformed) {
		t.Errorf("%+v, %v", orders, err)
	}
}

// A list that shows the same pages again and again, whatever page is asked for,
// ends the walk after a few calls, and not at the last page that is read.
func TestAListThatGoesRoundInCirclesIsAFault(t *testing.T) {
	t.Parallel()
	ours, others := func(id int64) string { return anOrder(id, statusAwaiting3PLExport) }, func(id int64) string { return anOrder(id, statusCancelled) }
	for name, page := range map[string]func(page int) string{
		"one page":              func(int) string { return list(ours(1), ours(2)) },
		"two pages":             func(page int) string { return list(ours(int64(1 + page%2))) },
		"none of them are ours": func(int) string { return list(others(1)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, func(r *http.Request, _ string) (int, string) {
				number, _ := strconv.Atoi(r.URL.Query().Get("page"))
				return 200, page(number)
			})
			source, calls := s.source(), 0
			var err error
			for number := 1; err == nil; number++ {
				if calls++; calls > 10 {
					t.Fatal("it goes on and on")
				}
				_, err = source.WaitingOrders(t.Context(), number)
			}
			if fault := faultOf(t, err); fault.Kind != fulfillment.FaultMalformed || !strings.Contains(fault.Hint, "no end") {
				t.Errorf("%v", err)
			}
		})
	}
}

// What is read again from its beginning, or was shown twice since it grew at its
// front, does have an end.
func TestAListThatIsReadAgainOrMovesIsNoCircle(t *testing.T) {
	t.Parallel()
	grown := 0
	s := newStub(t, func(r *http.Request, _ string) (int, string) {
		number, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if number -= grown; number > 4 {
			return 200, "[]"
		}
		return 200, list(anOrder(int64(100+number), statusAwaiting3PLExport))
	})
	source := s.source()
	for range 5 {
		read := 0
		for page := 1; ; page++ {
			if page == 2 || page == 4 { // orders come in before the others
				grown++
			}
			orders, err := source.WaitingOrders(t.Context(), page)
			if err != nil {
				t.Fatal(err)
			}
			if len(orders) == 0 {
				break
			}
			read++
		}
		if read < 4 {
			t.Fatalf("%d pages", read)
		}
	}
}

// A hundred ids fit on a page. A server that answers with other orders, and
// always has more of them, is not followed.
func TestWhatWasNotAskedForIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	next := int64(1000)
	s := newStub(t, func(*http.Request, string) (int, string) {
		next++
		return 200, list(anOrder(next, statusAwaiting3PLExport))
	})
	_, err := s.source().OrdersByID(t.Context(), orderIDs(1, 2))
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultMalformed {
		t.Errorf("%v", err)
	}
	if n := len(s.requests()); n != lastPageOfIDs {
		t.Errorf("%d calls", n)
	}
}
