// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	sim "ordersync.dev/operator/internal/simulator/threepl"
)

// placed is a warehouse with one order of ours, and the order's id there.
func placed(t testing.TB) (w *warehouse, text string, id int64) {
	t.Helper()
	w = newWarehouse(t, sim.Options{})
	created, err := w.driver.CreateOrder(t.Context(), anOrder(1), "S-1")
	ok(t, err)
	id, _ = parseID(created.ID)
	return w, created.ID, id
}

func (w *warehouse) cancelCalls() int { return w.Faults().Calls()["POST /orders/{id}/canceler"] }

func TestCancelOrder(t *testing.T) {
	for name, test := range map[string]struct {
		before func(w *warehouse, id int64) error
		want   fulfillment.CancelOutcome
		detail string
		state  fulfillment.WarehouseState
		asked  int
	}{
		"open": {nil, fulfillment.CancelDone, "", fulfillment.WarehouseCancelled, 1},
		"cancelled before": {func(w *warehouse, id int64) error { return w.CancelByWarehouse(id, "gone") },
			fulfillment.CancelAlready, "", fulfillment.WarehouseCancelled, 0},
		"shipped: not even asked": {func(w *warehouse, id int64) error { return w.Ship(id, sim.Shipment{}) },
			fulfillment.CancelTooLate, "", fulfillment.WarehouseShipped, 0},
		"in a pick batch": {func(w *warehouse, id int64) error { return w.Batch("morning", id) },
			fulfillment.CancelTooLate, "InUse", fulfillment.WarehouseOpen, 1},
		"being picked": {func(w *warehouse, id int64) error { return w.StartPicking(id) },
			fulfillment.CancelTooLate, "InUse", fulfillment.WarehouseOpen, 1},
		"packed": {func(w *warehouse, id int64) error { return w.FinishPacking(id) },
			fulfillment.CancelTooLate, "AlreadyCompleted", fulfillment.WarehouseOpen, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w, text, id := placed(t)
			if test.before != nil {
				ok(t, test.before(w, id))
			}
			got, err := w.driver.CancelOrder(t.Context(), text)
			ok(t, err)
			if got.Outcome != test.want || got.Detail != test.detail || got.Order.State != test.state || got.Order.ID != text || got.Order.Identity != "1" {
				t.Errorf("got %+v", got)
			}
			if w.cancelCalls() != test.asked {
				t.Errorf("asked %d times, want %d", w.cancelCalls(), test.asked)
			}
			again, err := w.driver.CancelOrder(t.Context(), text)
			ok(t, err)
			if want := map[bool]fulfillment.CancelOutcome{true: fulfillment.CancelAlready, false: test.want}[got.Order.State == fulfillment.WarehouseCancelled]; again.Outcome != want {
				t.Errorf("a repeat gives %s, want %s", again.Outcome, want)
			}
		})
	}
}

// A lost answer proves nothing; the order read back does.
func TestCancelWhoseAnswerIsLost(t *testing.T) {
	for name, test := range map[string]struct {
		rule fault.Rule
		want fulfillment.CancelOutcome
	}{
		"500 after the effect":           {fault.Rule{Kind: fault.StatusAfter, Status: 500}, fulfillment.CancelDone},
		"the connection breaks after it": {fault.Rule{Kind: fault.DropAfter}, fulfillment.CancelDone},
		"503 before the effect":          {fault.Rule{Kind: fault.StatusBefore, Status: 503}, fulfillment.CancelUnknown},
		"the connection breaks before":   {fault.Rule{Kind: fault.DropBefore}, fulfillment.CancelUnknown},
		"an empty success":               {fault.Rule{Kind: fault.StatusBefore, Status: 204}, fulfillment.CancelUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			w, text, _ := placed(t)
			test.rule.Method, test.rule.Path = http.MethodPost, "/orders/{id}/canceler"
			w.Faults().MustAdd(test.rule)
			got, err := w.driver.CancelOrder(t.Context(), text)
			ok(t, err)
			if got.Outcome != test.want || got.Order.ID != text || w.cancelCalls() != 1 {
				t.Errorf("got %+v after asking %d times", got, w.cancelCalls())
			}
		})
	}
}

func TestCancelThatCannotBeReadBack(t *testing.T) {
	for name, test := range map[string]struct {
		cancel    fault.Rule
		uncertain bool
	}{
		"after a success":     {fault.Rule{}, true},
		"after a lost answer": {fault.Rule{Kind: fault.DropAfter}, true},
		"after a refusal":     {fault.Rule{Kind: fault.StatusBefore, Status: 403, Body: `{"$type":"X.OperationException, X","ErrorCode":"InUse"}`}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w, text, _ := placed(t)
			test.cancel.Method, test.cancel.Path = http.MethodPost, "/orders/{id}/canceler"
			w.Faults().MustAdd(test.cancel)
			// The first reading is good, every later one fails.
			w.Faults().MustAdd(fault.Rule{Method: http.MethodGet, Path: "/orders/{id}", Nth: 2, Kind: fault.StatusBefore, Status: 400})
			got, err := w.driver.CancelOrder(t.Context(), text)
			if got.Outcome != fulfillment.CancelUnknown || err == nil || fulfillment.Uncertain(err) != test.uncertain {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// The order is changed by others between reading and asking: it is read and
// decided anew, a bounded number of times.
func TestCancelOfAnOrderThatChanges(t *testing.T) {
	for name, test := range map[string]struct {
		orders []string
		posts  int
		want   fulfillment.CancelOutcome
		detail string
	}{
		"once":              {[]string{isOpen, isOpen, `"status":2,"isClosed":true,`}, 2, fulfillment.CancelDone, ""},
		"shipped meanwhile": {[]string{isOpen, `"status":1,"isClosed":true,`}, 1, fulfillment.CancelTooLate, ""},
		"cancelled by them": {[]string{isOpen, `"status":2,"isClosed":true,`}, 1, fulfillment.CancelAlready, ""},
		"for ever":          {[]string{isOpen}, maxCancelTries, fulfillment.CancelUnknown, "ChangedMeanwhile"},
	} {
		t.Run(name, func(t *testing.T) {
			reads, posts := 0, 0
			d := scripted(t, map[string]http.HandlerFunc{
				"GET /orders/100": func(w http.ResponseWriter, _ *http.Request) {
					head := test.orders[min(reads, len(test.orders)-1)]
					reads++
					w.Header().Set("ETag", fmt.Sprintf(`"v%d"`, reads))
					fmt.Fprint(w, orderJSON(100, "S-1", "1", head))
				},
				"POST /orders/100/canceler": func(w http.ResponseWriter, r *http.Request) {
					posts++
					if want := fmt.Sprintf(`"v%d"`, reads); r.Header.Get("If-Match") != want {
						t.Errorf("If-Match %s, want %s", r.Header.Get("If-Match"), want)
					}
					if name == "once" && posts == 2 {
						w.WriteHeader(204)
						return
					}
					w.WriteHeader(412)
				},
			})
			got, err := d.CancelOrder(t.Context(), "100")
			ok(t, err)
			if got.Outcome != test.want || got.Detail != test.detail || posts != test.posts || got.Order.ID != "100" {
				t.Errorf("got %+v after %d posts", got, posts)
			}
		})
	}
}

func TestCancelerAnswers(t *testing.T) {
	operation := func(code string) string {
		return `{"$type":"WMS.V2.Generic.Models.Exceptions.OperationException, WMS.V2.Generic.Models","ActionNameType":"OrderAction","ActionName":"Cancel","ErrorCode":"` + code + `","Hint":"Ada"}`
	}
	const cancelled, shipped = `"status":2,"isClosed":true,`, `"status":1,"isClosed":true,`
	for name, test := range map[string]struct {
		status int
		body   string
		after  string
		want   fulfillment.CancelOutcome
		detail string
	}{
		"OrderCanceled, and it is":        {403, operation("OrderCanceled"), cancelled, fulfillment.CancelAlready, "OrderCanceled"},
		"OrderCanceled, but it is not":    {403, operation("OrderCanceled"), isOpen, fulfillment.CancelUnknown, "OrderCanceled"},
		"OrderConfirmed, and shipped":     {403, operation("OrderConfirmed"), shipped, fulfillment.CancelTooLate, "OrderConfirmed"},
		"OrderConfirmed, still open":      {403, operation("OrderConfirmed"), isOpen, fulfillment.CancelTooLate, "OrderConfirmed"},
		"InUse":                           {403, operation("InUse"), isOpen, fulfillment.CancelTooLate, "InUse"},
		"InUse, cancelled meanwhile":      {403, operation("InUse"), cancelled, fulfillment.CancelAlready, "InUse"},
		"AlreadyCompleted":                {403, operation("AlreadyCompleted"), isOpen, fulfillment.CancelTooLate, "AlreadyCompleted"},
		"another operation":               {403, operation("DateBeforeFreeze"), isOpen, fulfillment.CancelUnknown, "DateBeforeFreeze"},
		"InUse in a list":                 {403, `{"Faults":[` + operation("InUse") + `]}`, isOpen, fulfillment.CancelTooLate, "InUse"},
		"success that changed nothing":    {204, "", isOpen, fulfillment.CancelUnknown, ""},
		"success of a shipped order":      {204, "", shipped, fulfillment.CancelTooLate, ""},
		"success in words":                {200, `{"ok":true}`, cancelled, fulfillment.CancelDone, ""},
		"success, contradictory state":    {204, "", `"status":0,"isClosed":true,`, fulfillment.CancelUnknown, ""},
		"confirmed, though not so called": {204, "", `"status":1,"isClosed":false,`, fulfillment.CancelTooLate, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := scripted(t, map[string]http.HandlerFunc{
				"GET /orders/100":           inTurn(says(200, orderJSON(100, "S-1", "1", isOpen)), says(200, orderJSON(100, "S-1", "1", test.after))),
				"POST /orders/100/canceler": says(test.status, test.body),
			})
			got, err := d.CancelOrder(t.Context(), "100")
			ok(t, err)
			if got.Outcome != test.want || got.Detail != test.detail {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestCancelerRefusalsThatAreFaults(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		kind   fulfillment.FaultKind
	}{
		"428: our If-Match was lost": {428, "", fulfillment.FaultMalformed},
		"403 without an operation":   {403, `{"$type":"X.AuthorizationException, X"}`, fulfillment.FaultPermission},
		"400":                        {400, `{"$type":"X.ModelValidationException, X","Properties":[{"Name":"Reason"}],"ErrorCode":"Required"}`, fulfillment.FaultInvalid},
		"404":                        {404, "", fulfillment.FaultNotFound},
		"429":                        {429, "", fulfillment.FaultThrottled},
		"a redirect is not followed": {307, "", fulfillment.FaultUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			d := scripted(t, map[string]http.HandlerFunc{
				"GET /orders/100":           says(200, orderJSON(100, "S-1", "1", isOpen)),
				"POST /orders/100/canceler": says(test.status, test.body),
			})
			got, err := d.CancelOrder(t.Context(), "100")
			if test.status == 307 {
				// It may have been passed on: the reading decides.
				ok(t, err)
				if got.Outcome != fulfillment.CancelUnknown {
					t.Errorf("got %+v", got)
				}
				return
			}
			if fault := wantFault(t, err, test.kind); fault.Uncertain || got.Outcome != "" {
				t.Errorf("got %+v, %+v", got, fault)
			}
		})
	}
}

func TestContradictoryConfirmedOrderIsNotAskedFor(t *testing.T) {
	d := scripted(t, map[string]http.HandlerFunc{"GET /orders/100": says(200, orderJSON(100, "S-1", "1", `"status":1,"isClosed":false,`))})
	got, err := d.CancelOrder(t.Context(), "100")
	ok(t, err)
	if got.Outcome != fulfillment.CancelTooLate {
		t.Errorf("got %+v", got)
	}
}

func TestCancelOfWhatIsNotOurs(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	must(t)(w.AddItem(sim.Item{CustomerID: otherCustomer, SKU: "A"}))
	for _, id := range []int64{
		must(t)(w.AddForeignOrder(typedIn(otherCustomer, facilityID, "S-1", "1", "A"))),
		must(t)(w.AddForeignOrder(typedIn(customerID, otherFacility, "S-2", "1", "A"))),
		999999,
	} {
		_, err := w.driver.CancelOrder(t.Context(), decimal(id))
		wantFault(t, err, fulfillment.FaultNotFound)
	}
	if w.cancelCalls() != 0 {
		t.Errorf("asked %d times", w.cancelCalls())
	}
	for _, id := range []string{"", "0", "-1", "x", "100/../101", "100?", "1e3", "0100"} {
		_, err := w.driver.CancelOrder(t.Context(), id)
		wantFault(t, err, fulfillment.FaultInvalid)
	}
}

func TestCancelWithoutProofOfWhichOrder(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"another order": says(200, orderJSON(101, "S-1", "1", isOpen)),
		"no ETag": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, orderJSON(100, "S-1", "1", isOpen))
		},
		"no order": says(200, `{}`),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scripted(t, map[string]http.HandlerFunc{"GET /orders/100": handler}).CancelOrder(t.Context(), "100")
			wantFault(t, err, fulfillment.FaultMalformed)
		})
	}
}

func TestCancelSendsAReasonOfOurs(t *testing.T) {
	w, text, id := placed(t)
	_, err := w.driver.CancelOrder(t.Context(), text)
	ok(t, err)
	order, _ := w.Order(id)
	if !strings.Contains(order.Document.Notes, "Order Manager") {
		t.Errorf("notes %q", order.Document.Notes)
	}
	var body string
	d := scripted(t, map[string]http.HandlerFunc{
		"GET /orders/100": says(200, orderJSON(100, "S-1", "1", isOpen)),
		"POST /orders/100/canceler": func(w http.ResponseWriter, r *http.Request) {
			read, _ := io.ReadAll(r.Body)
			body = string(read)
			w.WriteHeader(204)
		},
	})
	_, err = d.CancelOrder(t.Context(), "100")
	ok(t, err)
	if body != cancelBody {
		t.Errorf("sent %s", body)
	}
}

func TestClosedGateStopsCancelAndCreate(t *testing.T) {
	w, text, _ := placed(t)
	o := options(t, w.url, w.clock)
	o.Remote.WriteGate = func(context.Context) error {
		return &fulfillment.Fault{Kind: fulfillment.FaultNotLeading, System: System}
	}
	gated := mustNew(t, o)
	_, err := gated.CancelOrder(t.Context(), text)
	if fault := wantFault(t, err, fulfillment.FaultNotLeading); fault.Uncertain {
		t.Error("nothing was sent")
	}
	_, err = gated.CreateOrder(t.Context(), anOrder(2), "S-2")
	if fault := wantFault(t, err, fulfillment.FaultNotLeading); fault.Uncertain {
		t.Error("nothing was sent")
	}
	ok(t, gated.Check(t.Context()))
	if calls := w.Faults().Calls(); calls["POST /orders"] != 1 || w.cancelCalls() != 0 {
		t.Errorf("calls %v", calls)
	}
}

// A process that is told to stop while the service works: both writes may have
// taken effect, and say so.
func TestWritesThatAreGivenUpAreUncertain(t *testing.T) {
	for name, write := range map[string]struct {
		path string
		run  func(ctx context.Context, w *warehouse, text string) error
	}{
		"create": {"/orders", func(ctx context.Context, w *warehouse, _ string) error {
			_, err := w.driver.CreateOrder(ctx, anOrder(2), "S-2")
			return err
		}},
		"cancel": {"/orders/{id}/canceler", func(ctx context.Context, w *warehouse, text string) error {
			cancellation, err := w.driver.CancelOrder(ctx, text)
			if cancellation.Outcome != fulfillment.CancelUnknown {
				t.Errorf("got %+v", cancellation)
			}
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w, text, _ := placed(t)
			ctx, giveUp := context.WithCancel(t.Context())
			hold := w.Faults().HoldAfter(fault.Rule{Method: http.MethodPost, Path: write.path})
			t.Cleanup(hold.Release)
			go func() {
				<-hold.Reached()
				giveUp()
			}()
			err := write.run(ctx, w, text)
			if !fulfillment.Uncertain(err) || !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	}
}
