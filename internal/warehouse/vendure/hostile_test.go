// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// stub answers the operations of a document by their names, as a server does
// that is not what it should be.
type stub struct {
	mutex   sync.Mutex
	answers map[string][]string
	status  map[string]int
	asked   map[string]int
	logins  int
	tokens  []string
}

var operationName = regexp.MustCompile(`^(?:query|mutation) (\w+)`)

func newStub(t *testing.T, answers map[string][]string) (*stub, *Driver) {
	t.Helper()
	s := &stub{answers: answers, status: map[string]int{}, asked: map[string]int{}}
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	o := options(listener.URL, newClock())
	o.Username, o.Password = "user", "secret-password"
	return s, mustNew(t, o)
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var request graphqlRequest
	_ = json.NewDecoder(r.Body).Decode(&request)
	match := operationName.FindStringSubmatch(request.Query)
	if match == nil {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	name := match[1]
	s.tokens = append(s.tokens, r.Header.Get("Authorization"))
	answers := s.answers[name]
	if name == "Login" && answers == nil {
		s.logins++
		w.Header().Set(tokenHeader, fmt.Sprintf("token-%d", s.logins))
		answers = []string{`{"data":{"login":{"__typename":"CurrentUser"}}}`}
	}
	if len(answers) == 0 {
		answers = []string{`{"data":{}}`}
	}
	// The last answer is given for ever.
	answer := answers[min(s.asked[name], len(answers)-1)]
	s.asked[name]++
	w.Header().Set("Content-Type", "application/json")
	if status := s.status[name]; status != 0 {
		w.WriteHeader(status)
	}
	_, _ = w.Write([]byte(answer))
}

const (
	personal  = "Testa Buyerson of Albany"
	forbidden = `{"errors":[{"message":"` + personal + `","path":["%s"],"extensions":{"code":"FORBIDDEN"}}],"data":null}`
)

// What a reading is answered with, and what it means. No answer's text is ever
// part of a fault.
func TestHostileAnswersToReadings(t *testing.T) {
	order := func(id, createdAt string) string {
		return `{"id":"` + id + `","createdAt":"` + createdAt + `","updatedAt":"` + createdAt + `","orderPlacedAt":"` + createdAt +
			`","state":"PaymentSettled","customFields":{"externalRef":"N","externalId":"1"},"lines":[],"fulfillments":[]}`
	}
	orders := func(list ...string) string { return `{"data":{"orders":{"items":[` + strings.Join(list, ",") + `]}}}` }
	many := make([]string, 11)
	for i := range many {
		many[i] = order(fmt.Sprint(i), "2026-11-23T12:00:00.000Z")
	}
	for name, test := range map[string]struct {
		answer string
		status int
		kind   fulfillment.FaultKind
		hint   string
	}{
		"a web page":        {"<html>" + personal, 200, fulfillment.FaultMalformed, "web page"},
		"nothing":           {"", 200, fulfillment.FaultMalformed, ""},
		"null":              {"null", 200, fulfillment.FaultMalformed, "not the JSON that is documented"},
		"no data":           {`{"data":null}`, 200, fulfillment.FaultMalformed, "neither data nor errors"},
		"data of a text":    {`{"data":"` + personal + `"}`, 200, fulfillment.FaultMalformed, ""},
		"no list":           {`{"data":{"orders":null}}`, 200, fulfillment.FaultMalformed, "no list"},
		"null for a list":   {`{"data":{"orders":{"items":null}}}`, 200, fulfillment.FaultMalformed, "no list"},
		"an order of null":  {orders("null"), 200, fulfillment.FaultMalformed, "order of their creation"},
		"an id of nothing":  {orders(order("", "2026-11-23T12:00:00Z")), 200, fulfillment.FaultMalformed, ""},
		"an id with a mark": {orders(order("1|2", "2026-11-23T12:00:00Z")), 200, fulfillment.FaultMalformed, ""},
		"no creation":       {orders(order("1", "0001-01-01T00:00:00Z")), 200, fulfillment.FaultMalformed, ""},
		"the wrong order":   {orders(order("1", "2026-11-23T12:00:00Z"), order("2", "2026-11-23T11:00:00Z")), 200, fulfillment.FaultMalformed, "order of their creation"},
		"more than asked":   {orders(many...), 200, fulfillment.FaultMalformed, "longer"},
		"no lines":          {strings.ReplaceAll(orders(order("1", "2026-11-23T12:00:00Z")), `"lines":[]`, `"lines":null`), 200, fulfillment.FaultMalformed, "lines"},
		"a line of nothing": {strings.ReplaceAll(orders(order("1", "2026-11-23T12:00:00Z")), `"lines":[]`, `"lines":[{}]`), 200, fulfillment.FaultMalformed, "lines"},
		"no state":          {strings.ReplaceAll(orders(order("1", "2026-11-23T12:00:00Z")), "PaymentSettled", ""), 200, fulfillment.FaultMalformed, "state"},
		"forbidden":         {fmt.Sprintf(forbidden, "orders"), 200, fulfillment.FaultPermission, "permission"},
		"an internal error": {`{"errors":[{"message":"` + personal + `","path":["orders"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}],"data":null}`, 200, fulfillment.FaultUnavailable, ""},
		"an error of words": {`{"errors":[{"message":"` + personal + `"}]}`, 200, fulfillment.FaultUnavailable, ""},
		"a code of words":   {`{"errors":[{"message":"m","extensions":{"code":"` + personal + `"}}]}`, 200, fulfillment.FaultUnavailable, ""},
		"no custom fields": {`{"errors":[{"message":"Field \"externalRef\" is not defined","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`, 400,
			fulfillment.FaultMisconfigured, "externalRef"},
		"no such channel": {`{"errors":[{"message":"m","path":["orders"],"extensions":{"code":"CHANNEL_NOT_FOUND"}}],"data":null}`, 200,
			fulfillment.FaultMisconfigured, "token"},
		"a bad request":     {personal, 400, fulfillment.FaultInvalid, ""},
		"a broken server":   {personal, 500, fulfillment.FaultUnavailable, ""},
		"throttled":         {personal, 429, fulfillment.FaultThrottled, ""},
		"a proxy's refusal": {personal, 403, fulfillment.FaultPermission, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, d := newStub(t, map[string][]string{"Orders": {test.answer}})
			s.status["Orders"] = test.status
			for what, ask := range map[string]func() error{
				"find": func() error { _, err := d.FindOrders(t.Context(), []fulfillment.Lookup{{ID: 1}}); return err },
				"walk": func() error { _, _, err := d.WarehouseOpenOrders(t.Context(), ""); return err },
			} {
				f := wantFault(t, ask(), test.kind)
				if f.Uncertain || !strings.Contains(f.Hint, test.hint) {
					t.Errorf("%s: hint %q, uncertain %t", what, f.Hint, f.Uncertain)
				}
				if strings.Contains(f.Error(), "Testa") || strings.Contains(f.Error(), "secret") {
					t.Errorf("%s: the fault says %q", what, f)
				}
			}
		})
	}
}

// A server that gives the same page for ever is not believed for ever.
func TestSamePageForEver(t *testing.T) {
	page := make([]string, 10)
	for i := range page {
		page[i] = fmt.Sprintf(`{"id":"%d","createdAt":"2026-11-23T12:00:00.000Z","state":"PaymentSettled","lines":[]}`, i)
	}
	s, d := newStub(t, map[string][]string{"Orders": {`{"data":{"orders":{"items":[` + strings.Join(page, ",") + `]}}}`}})
	first, next, err := d.WarehouseOpenOrders(t.Context(), "")
	if err != nil || len(first) != 10 || next == "" {
		t.Fatalf("%d orders, next %q, %v", len(first), next, err)
	}
	if again, next, err := d.WarehouseOpenOrders(t.Context(), next); err != nil || len(again) != 0 || next != "" {
		t.Errorf("again %d orders, next %q, %v", len(again), next, err)
	}
	if s.asked["Orders"] != 2 {
		t.Errorf("asked %d times", s.asked["Orders"])
	}
}

// Many orders of one moment go over the border of a page whole: the moment is
// asked for again, in larger pages if need be.
func TestOrdersOfOneMoment(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var all []orderDocument
	for i := range 25 {
		all = append(all, orderDocument{ID: fmt.Sprint(i), CreatedAt: at.Add(time.Duration(i/20) * time.Second)})
	}
	var m mark
	seen := map[string]bool{}
	for pages := 0; len(seen) < len(all); pages++ {
		if pages > 10 {
			t.Fatal("the walk does not end")
		}
		from := 0
		for from < len(all) && !m.at.IsZero() && !all[from].CreatedAt.After(m.at.Add(-time.Millisecond)) {
			from++
		}
		to := min(from+8+len(m.seen), len(all))
		page, next, advanced := m.advance(all[from:to])
		if !advanced {
			t.Fatal("not advanced")
		}
		for _, o := range page {
			if seen[o.ID] {
				t.Errorf("order %s twice", o.ID)
			}
			seen[o.ID] = true
		}
		again, readable := parseMark(next.String())
		if !readable || !again.at.Equal(next.at) || len(again.seen) != len(next.seen) {
			t.Fatalf("the mark %q is read as %+v", next, again)
		}
		m = again
	}
	for _, text := range []string{"x", "|", "2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z|", "yesterday|1"} {
		if _, readable := parseMark(text); readable {
			t.Errorf("%q is taken for a mark", text)
		}
	}
	_, d := newStub(t, nil)
	_, _, err := d.WarehouseOpenOrders(t.Context(), "yesterday|1")
	wantFault(t, err, fulfillment.FaultInvalid)
}

// A session that ended is told in errors[]. The call is sent once more with
// another, and never when a part of it has been done.
func TestSessionThatEnded(t *testing.T) {
	done := `{"data":{"cancelOrder":{"__typename":"Order"}}}`
	for name, test := range map[string]struct {
		answers []string
		asked   int
		kind    fulfillment.FaultKind
		unsure  bool
	}{
		"once":                {[]string{fmt.Sprintf(forbidden, "cancelOrder"), done}, 2, "", false},
		"for ever":            {[]string{fmt.Sprintf(forbidden, "cancelOrder")}, 2, fulfillment.FaultPermission, false},
		"at a later field":    {[]string{fmt.Sprintf(forbidden, "later"), done}, 1, fulfillment.FaultPermission, true},
		"at no field":         {[]string{`{"errors":[{"message":"m","extensions":{"code":"FORBIDDEN"}}]}`}, 1, fulfillment.FaultPermission, true},
		"an error after that": {[]string{fmt.Sprintf(forbidden, "cancelOrder"), `{"errors":[{"message":"m","path":["cancelOrder"]}]}`}, 2, fulfillment.FaultUnavailable, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, d := newStub(t, map[string][]string{"Cancel": test.answers})
			_, err := d.cancel(t.Context(), "test", "1")
			if s.asked["Cancel"] != test.asked {
				t.Errorf("sent %d times, want %d", s.asked["Cancel"], test.asked)
			}
			if test.kind == "" {
				ok(t, err)
				return
			}
			if f := wantFault(t, err, test.kind); f.Uncertain != test.unsure {
				t.Errorf("uncertain %t, want %t", f.Uncertain, test.unsure)
			}
		})
	}
}

// A session that ends seconds after its login is replaced at once, by the real
// server's own words: HTTP 200, and FORBIDDEN in errors[]. One session is begun
// for all that were under way.
func TestSessionThatEndsRightAfterItsLogin(t *testing.T) {
	seed(t)
	d := mustNew(t, options(server.URL, newClock()))
	sku := addSKU(t, 100)
	o := newOrder(line(sku, 1))
	if found := lookup(t, d, o); len(found) > 0 {
		t.Fatal("it is there before it was created")
	}
	ok(t, server.ExpireSessions(t.Context()))
	create(t, d, o)
	if books := booked(t, o); len(books) != 1 {
		t.Errorf("the books have the order %d times", len(books))
	}
}

// A permission that the role lacks looks the same as a session that has ended:
// it is not logged in for at the pace of the requests.
func TestForbiddenForEver(t *testing.T) {
	s, d := newStub(t, map[string][]string{"Cancel": {fmt.Sprintf(forbidden, "cancelOrder")}})
	for range 20 {
		_, err := d.cancel(t.Context(), "test", "1")
		wantFault(t, err, fulfillment.FaultPermission)
	}
	if s.logins != 2 || s.asked["Cancel"] != 21 {
		t.Errorf("logged in %d times to send %d requests, want 2 and 21", s.logins, s.asked["Cancel"])
	}
}

func TestLogin(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		status int
		kind   fulfillment.FaultKind
		hint   string
	}{
		"refused":     {`{"data":{"login":{"__typename":"InvalidCredentialsError","errorCode":"INVALID_CREDENTIALS_ERROR"}}}`, 200, fulfillment.FaultAuthentication, "password"},
		"by HTTP":     {personal, 401, fulfillment.FaultAuthentication, "password"},
		"no token":    {`{"data":{"login":{"__typename":"CurrentUser"}}}`, 200, fulfillment.FaultMalformed, "bearer"},
		"no such API": {personal, 404, fulfillment.FaultNotFound, ""},
		"broken":      {`{"errors":[{"message":"` + personal + `"}]}`, 200, fulfillment.FaultUnavailable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, d := newStub(t, map[string][]string{"Login": {test.answer}})
			s.status["Login"] = test.status
			for range 2 {
				_, err := d.Stock(t.Context())
				f := wantFault(t, err, test.kind)
				if !strings.Contains(f.Hint, test.hint) || strings.Contains(f.Error(), "Testa") || strings.Contains(f.Error(), "secret") {
					t.Errorf("the fault says %q", f)
				}
			}
			if test.kind == fulfillment.FaultAuthentication && s.asked["Login"] != 1 {
				t.Errorf("refused credentials were tried %d times at once", s.asked["Login"])
			}
		})
	}
}

// Every reply that does not prove a cancellation.
func TestHostileAnswersToCancels(t *testing.T) {
	order := func(state string) string {
		return `{"data":{"order":{"id":"7","createdAt":"2026-11-23T12:00:00Z","orderPlacedAt":"2026-11-23T12:00:00Z","state":"` + state + `","lines":[]}}}`
	}
	for name, test := range map[string]struct {
		reads, cancels []string
		outcome        fulfillment.CancelOutcome
		kind           fulfillment.FaultKind
		unsure         bool
	}{
		"pretended":            {[]string{order("PaymentSettled")}, []string{`{"data":{"cancelOrder":{"__typename":"Order"}}}`}, fulfillment.CancelUnknown, "", false},
		"nothing":              {[]string{order("PaymentSettled")}, []string{`{"data":{}}`}, fulfillment.CancelUnknown, "", false},
		"refused":              {[]string{order("PaymentSettled")}, []string{`{"data":{"cancelOrder":{"__typename":"E","errorCode":"QUANTITY_TOO_GREAT_ERROR"}}}`}, fulfillment.CancelUnknown, "", false},
		"error, done":          {[]string{order("PaymentSettled"), order("Cancelled")}, []string{`{"errors":[{"message":"m","path":["cancelOrder"]}]}`}, fulfillment.CancelDone, "", false},
		"refused, done before": {[]string{order("PaymentSettled"), order("Cancelled")}, []string{`{"data":{"cancelOrder":{"errorCode":"EMPTY_ORDER_LINE_SELECTION_ERROR"}}}`}, fulfillment.CancelAlready, "", false},
		"shipped meanwhile":    {[]string{order("PaymentSettled"), order("Shipped")}, []string{`{"data":{"cancelOrder":{"__typename":"Order"}}}`}, fulfillment.CancelTooLate, "", false},
		"not read back":        {[]string{order("PaymentSettled"), "{"}, []string{`{"data":{"cancelOrder":{"__typename":"Order"}}}`}, fulfillment.CancelUnknown, fulfillment.FaultMalformed, true},
		"another order":        {[]string{strings.Replace(order("PaymentSettled"), `"7"`, `"8"`, 1)}, nil, "", fulfillment.FaultMalformed, false},
		"no order":             {[]string{`{"data":{"order":null}}`}, nil, "", fulfillment.FaultNotFound, false},
	} {
		t.Run(name, func(t *testing.T) {
			_, d := newStub(t, map[string][]string{"OrderByID": test.reads, "Cancel": test.cancels})
			c, err := d.CancelOrder(t.Context(), "7")
			if c.Outcome != test.outcome {
				t.Errorf("outcome %q, want %q", c.Outcome, test.outcome)
			}
			if test.kind == "" {
				ok(t, err)
				return
			}
			if f := wantFault(t, err, test.kind); f.Uncertain != test.unsure {
				t.Errorf("uncertain %t, want %t", f.Uncertain, test.unsure)
			}
		})
	}
}

// Every reply to the last step of a creation that does not prove the order.
func TestHostileAnswersToCreations(t *testing.T) {
	placed := `{"__typename":"Order","id":"7","createdAt":"2026-11-23T12:00:00Z","orderPlacedAt":"2026-11-23T12:00:00Z","state":"PaymentSettled",
		"customFields":{"externalRef":"N","externalId":"5","externalWarehouse":"31"},"lines":[{"id":"1","quantity":2,"orderPlacedQuantity":2,"productVariant":{"sku":"A"}}]}`
	reply := func(pay string) string {
		return `{"data":{"ship":{"__typename":"Order"},"arrange":{"__typename":"Order"},"pay":` + pay + `}}`
	}
	for name, test := range map[string]struct {
		answer string
		kind   fulfillment.FaultKind
		unsure bool
	}{
		"proven":             {reply(placed), "", false},
		"another order":      {reply(strings.Replace(placed, `"7"`, `"8"`, 1)), fulfillment.FaultMalformed, true},
		"another identity":   {reply(strings.Replace(placed, `"5"`, `"6"`, 1)), fulfillment.FaultMalformed, true},
		"another reference":  {reply(strings.Replace(placed, `"N"`, `"M"`, 1)), fulfillment.FaultMalformed, true},
		"another route":      {reply(strings.Replace(placed, `"31"`, `"32"`, 1)), fulfillment.FaultMalformed, true},
		"fewer units":        {reply(strings.Replace(placed, `"quantity":2`, `"quantity":1`, 1)), fulfillment.FaultMalformed, true},
		"another SKU":        {reply(strings.Replace(placed, `"A"`, `"B"`, 1)), fulfillment.FaultMalformed, true},
		"no lines":           {reply(strings.Replace(placed, `"lines":[`, `"other":[`, 1)), fulfillment.FaultMalformed, true},
		"not placed":         {reply(strings.Replace(placed, "PaymentSettled", "ArrangingPayment", 1)), fulfillment.FaultInvalid, false},
		"nothing":            {`{"data":{}}`, fulfillment.FaultMalformed, true},
		"error at the first": {`{"errors":[{"message":"` + personal + `","path":["ship"],"extensions":{"code":"ENTITY_NOT_FOUND"}}],"data":null}`, fulfillment.FaultNotFound, false},
		"error at the last":  {`{"errors":[{"message":"` + personal + `","path":["pay"],"extensions":{"code":"ENTITY_NOT_FOUND"}}],"data":null}`, fulfillment.FaultNotFound, true},
		"refused": {`{"data":{"ship":{},"arrange":{"errorCode":"ORDER_STATE_TRANSITION_ERROR"},"pay":{"errorCode":"MANUAL_PAYMENT_STATE_ERROR"}}}`,
			fulfillment.FaultInvalid, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, d := newStub(t, map[string][]string{
				"Before":  {`{"data":{"orders":{"items":[]},"productVariants":{"totalItems":1,"items":[{"id":"9","sku":"A","enabled":true}]}}}`},
				"Draft":   {`{"data":{"createDraftOrder":{"id":"7"}}}`},
				"Name":    {`{"data":{"setDraftOrderCustomFields":{"id":"7"}}}`},
				"Fill":    {`{"data":{"i0":{"__typename":"Order"}}}`},
				"Address": {`{"data":{"address":{"id":"7"},"customer":{"__typename":"Order"}}}`},
				"Methods": {`{"data":{"eligibleShippingMethodsForDraftOrder":[{"id":"1","code":"standard"}]}}`},
				"Place":   {test.answer},
				"Delete":  {`{"data":{"deleteDraftOrder":{"result":"DELETED"}}}`},
			})
			o := newOrder(line("A", 2))
			o.ID, o.WarehouseID = 5, 31
			_, err := d.CreateOrder(t.Context(), o, "N")
			if test.kind == "" {
				ok(t, err)
				return
			}
			f := wantFault(t, err, test.kind)
			if f.Uncertain != test.unsure || strings.Contains(f.Error(), "Testa") {
				t.Errorf("uncertain %t, want %t: %v", f.Uncertain, test.unsure, f)
			}
			// What may have been placed is never thrown away.
			if got, want := s.asked["Delete"], 1; test.unsure && got != 0 || !test.unsure && got != want {
				t.Errorf("the draft was deleted %d times", got)
			}
		})
	}
}

// What was thrown away may have been placed by a request that was under way.
func TestLeftoverThatWasPlacedMeanwhile(t *testing.T) {
	leftover := `{"id":"7","createdAt":"2026-11-23T12:00:00Z","state":"ArrangingPayment","customFields":{"externalRef":"N","externalId":"5"},"lines":[]}`
	for name, later := range map[string]string{
		"placed": `"orderPlacedAt":"2026-11-23T12:00:01Z","state":"PaymentSettled"`,
		// It was placed right before we cancelled it: an order of ours that is
		// cancelled, with its names, for the routines to see.
		"placed and cancelled": `"orderPlacedAt":"2026-11-23T12:00:01Z","state":"Cancelled"`,
	} {
		s, d := newStub(t, map[string][]string{
			"Before":    {`{"data":{"orders":{"totalItems":1,"items":[` + leftover + `]},"productVariants":{"totalItems":1,"items":[{"id":"9","sku":"A","enabled":true}]}}}`},
			"OrderByID": {`{"data":{"order":` + leftover + `}}`, `{"data":{"order":{"id":"7",` + later + `}}}`},
			"Cancel":    {`{"data":{"cancelOrder":{"__typename":"Order"}}}`},
		})
		o := newOrder(line("A", 2))
		o.ID = 5
		_, err := d.CreateOrder(t.Context(), o, "N")
		wantFault(t, err, fulfillment.FaultDuplicate)
		if s.asked["Unname"] != 0 || s.asked["Draft"] != 0 {
			t.Errorf("%s: its names were taken %d times, %d drafts were begun", name, s.asked["Unname"], s.asked["Draft"])
		}
	}
}

// A leftover that cannot be thrown away stops its order and no other.
func TestLeftoverThatStays(t *testing.T) {
	leftover := `{"id":"7","createdAt":"2026-11-23T12:00:00Z","state":"ArrangingPayment","customFields":{"externalRef":"N","externalId":"5"},"lines":[]}`
	_, d := newStub(t, map[string][]string{
		"OrderByID": {`{"data":{"order":` + leftover + `}}`},
		"Cancel":    {`{"data":{"cancelOrder":{"errorCode":"ORDER_STATE_TRANSITION_ERROR"}}}`},
	})
	if f := wantFault(t, d.discard(t.Context(), "7"), fulfillment.FaultInvalid); f.Reason != fulfillment.ReasonReferenceTaken {
		t.Errorf("reason %q", f.Reason)
	}
}

// A report is complete only if the totals say so on every page.
func TestHostileStock(t *testing.T) {
	settings := `{"data":{"stockLocations":{"items":[{"id":"1","name":"EAST"}]},"globalSettings":{"trackInventory":true,"outOfStockThreshold":0}}}`
	variants := func(total, from, count int) string {
		list := make([]string, count)
		for i := range list {
			list[i] = fmt.Sprintf(`{"id":"%d","sku":"S%d","trackInventory":"INHERIT","stockLevels":[{"stockLocationId":"1","stockOnHand":5,"stockAllocated":2}]}`, from+i, from+i)
		}
		return fmt.Sprintf(`{"data":{"productVariants":{"totalItems":%d,"items":[%s]}}}`, total, strings.Join(list, ","))
	}
	for name, test := range map[string]struct {
		settings  string
		pages     []string
		rows      int
		complete  bool
		kind      fulfillment.FaultKind
		available int64
	}{
		"two pages":         {settings, []string{variants(13, 0, 10), variants(13, 10, 3)}, 13, true, "", 3},
		"one came":          {settings, []string{variants(13, 0, 10), variants(14, 10, 4)}, 14, false, "", 3},
		"one went":          {settings, []string{variants(13, 0, 10), variants(12, 11, 2)}, 12, false, "", 3},
		"one shifted":       {settings, []string{variants(13, 0, 10), variants(13, 9, 3)}, 12, false, "", 3},
		"a page of nothing": {settings, []string{variants(13, 0, 10), variants(13, 0, 0)}, 10, false, "", 3},
		"tracks nothing":    {strings.Replace(settings, "true", "false", 1), []string{variants(3, 0, 3)}, 0, true, "", 3},
		"keeps two back":    {strings.Replace(settings, `Threshold":0`, `Threshold":2`, 1), []string{strings.ReplaceAll(variants(3, 0, 3), `"trackInventory"`, `"useGlobalOutOfStockThreshold":true,"trackInventory"`)}, 3, true, "", 1},
		"keeps none back":   {strings.Replace(settings, `Threshold":0`, `Threshold":2`, 1), []string{variants(3, 0, 3)}, 3, true, "", 3},
		"a broken page":     {settings, []string{variants(13, 0, 10), "{"}, 0, false, fulfillment.FaultMalformed, 0},
		"no list":           {settings, []string{`{"data":{"productVariants":null}}`}, 0, false, fulfillment.FaultMalformed, 0},
		"no figure":         {settings, []string{strings.Replace(variants(1, 0, 1), `"stockAllocated":2`, `"x":2`, 1)}, 0, false, fulfillment.FaultMalformed, 0},
		"no SKU":            {settings, []string{strings.Replace(variants(1, 0, 1), `"S0"`, `""`, 1)}, 0, false, fulfillment.FaultMalformed, 0},
		"two of the name": {`{"data":{"stockLocations":{"items":[{"id":"1","name":"EAST"},{"id":"2","name":"EAST"}]},"globalSettings":{}}}`, nil, 0, false,
			fulfillment.FaultMisconfigured, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, d := newStub(t, map[string][]string{"StockSettings": {test.settings}, "Stock": test.pages})
			report, err := d.Stock(t.Context())
			if test.kind != "" {
				wantFault(t, err, test.kind)
				return
			}
			ok(t, err)
			if len(report.Rows) != test.rows || len(report.Items) != test.rows || report.Complete != test.complete {
				t.Errorf("%d rows, %d items, complete %t; want %d and %t", len(report.Rows), len(report.Items), report.Complete, test.rows, test.complete)
			}
			for _, row := range report.Rows {
				// The threshold of the shop counts only for variants that follow it.
				if *row.Available != fulfillment.Units(test.available) {
					t.Errorf("%s are available, want %d", row.Available, test.available)
				}
			}
		})
	}
}

// What is said of a line that was not answered for.
func TestHostileLines(t *testing.T) {
	chunk := []units{{sku: "A", variant: "1", quantity: 1}, {sku: "B", variant: "2", quantity: 1}}
	for name, test := range map[string]struct {
		results map[string]result
		kind    fulfillment.FaultKind
		hint    string
	}{
		"taken":       {map[string]result{"i0": {Typename: "Order"}, "i1": {Typename: "Order"}}, "", ""},
		"one missing": {map[string]result{"i0": {Typename: "Order"}}, fulfillment.FaultMalformed, "line"},
		"no type":     {map[string]result{"i0": {Typename: "Order"}, "i1": {}}, fulfillment.FaultMalformed, "line"},
		"one short": {map[string]result{"i0": {Typename: "Order"}, "i1": {Typename: "InsufficientStockError", ErrorCode: "INSUFFICIENT_STOCK_ERROR"}},
			fulfillment.FaultInvalid, "B"},
		"one refused": {map[string]result{"i0": {Typename: "X", ErrorCode: personal}, "i1": {Typename: "Order"}}, fulfillment.FaultInvalid, "line"},
	} {
		f := judgeItems(chunk, test.results)
		switch {
		case test.kind == "":
			if f != nil {
				t.Errorf("%s: %v", name, f)
			}
		case f == nil || f.Kind != test.kind || !strings.Contains(f.Hint, test.hint) || strings.Contains(f.Error(), "Testa"):
			t.Errorf("%s: %v", name, f)
		}
	}
}
