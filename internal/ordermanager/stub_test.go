// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// stub is a server that answers what a test tells it to, and notes what it was asked.
type stub struct {
	t      *testing.T
	mutex  sync.Mutex
	asked  []string // "GET /path?query"
	bodies []string
	answer func(r *http.Request, body string) (status int, answer string)
	server *httptest.Server
}

// newStub starts a server; every answer is given by the function.
func newStub(t *testing.T, answer func(r *http.Request, body string) (int, string)) *stub {
	t.Helper()
	s := &stub{t: t, answer: answer}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

// always answers every request alike.
func always(status int, answer string) func(*http.Request, string) (int, string) {
	return func(*http.Request, string) (int, string) { return status, answer }
}

// pages answers the pages of a list in turn, and then empty ones.
func pages(answers ...string) func(*http.Request, string) (int, string) {
	return func(r *http.Request, _ string) (int, string) {
		page, err := strconv.Atoi(r.URL.Query().Get("page"))
		if err != nil || page < 1 {
			return 400, ""
		}
		if page > len(answers) {
			return 200, "[]"
		}
		return 200, answers[page-1]
	}
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	asked := r.Method + " " + r.URL.Path
	if r.URL.RawQuery != "" {
		asked += "?" + r.URL.RawQuery
	}
	s.asked, s.bodies = append(s.asked, asked), append(s.bodies, string(body))
	status, answer := s.answer(r, string(body))
	w.WriteHeader(status)
	io.WriteString(w, answer)
}

// requests returns what was asked since the last call.
func (s *stub) requests() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

func (s *stub) lastBody() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.bodies[len(s.bodies)-1]
}

// client returns a client of the server, whose gaps between repeats take no time.
func (s *stub) client(change func(*Options)) *Client {
	s.t.Helper()
	reach, err := remote.ParseReach("127.0.0.0/8")
	if err != nil {
		s.t.Fatal(err)
	}
	transport, err := remote.NewTransport(nil, reach)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(transport.CloseIdleConnections)
	options := Options{
		Remote: remote.Options{BaseURL: s.server.URL, Transport: transport,
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }},
		Credentials:   Credentials{AccessToken: "secret-token"},
		WarehouseName: "East DC",
	}
	if change != nil {
		change(&options)
	}
	client, err := New(options)
	if err != nil {
		s.t.Fatal(err)
	}
	return client
}

// warehouse7 is the claim of most tests.
var warehouse7 = Resolution{WarehouseIDs: []int64{7}, WarehouseID: 7, Type: "THIRD_PARTY_LOGISTICS"}

func (s *stub) source() fulfillment.Source { return s.client(nil).Source(warehouse7) }

func faultOf(t *testing.T, err error) *fulfillment.Fault {
	t.Helper()
	fault, ok := fulfillment.AsFault(err)
	if !ok {
		t.Fatalf("error %v is no Fault", err)
	}
	if strings.Contains(fmt.Sprintf("%v %+v", err, fault), "secret") {
		t.Errorf("the fault holds a secret: %v", err)
	}
	return fault
}

// anOrder is the smallest order of warehouse 7.
func anOrder(id int64, status string) string {
	return fmt.Sprintf(`{"orderId":%d,"orderNumber":"N-%d","orderStatus":%q,"fulfillmentSource":{"warehouseId":7}}`, id, id, status)
}

func list(items ...string) string { return "[" + strings.Join(items, ",") + "]" }

func ids(orders []fulfillment.Order) []int64 {
	var list []int64
	for _, order := range orders {
		list = append(list, int64(order.ID))
	}
	return list
}

func orderIDs(from, to int) []fulfillment.OrderID {
	var list []fulfillment.OrderID
	for id := from; id <= to; id++ {
		list = append(list, fulfillment.OrderID(id))
	}
	return list
}

// decode reads a request's body, and refuses members that the type does not have.
func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var value T
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("body %s: %v", body, err)
	}
	return value
}

func equal[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}
