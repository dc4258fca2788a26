// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"ordersync.dev/operator/internal/simulator/fault"
	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

// TestManyClientsMarkTheSameOrders: whoever comes first, each order is marked once.
func TestManyClientsMarkTheSameOrders(t *testing.T) {
	s := newStand(t, om.Options{})
	var ids []int64
	for range 100 {
		ids = append(ids, s.add(om.StatusAwaiting3PLExport, om.Item("A", 1)))
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, id := range ids {
				post(s.url, "/v1/orders/sendtofulfillment?"+orderIDs(id))
				s.Snapshot()
			}
		})
		group.Go(func() {
			for _, id := range ids {
				response, err := http.DefaultClient.Do(newRequest(context.Background(), http.MethodGet, s.url, "/v1.1/orders?status=PENDING_FULFILLMENT&"+orderIDs(id)))
				if err == nil {
					response.Body.Close()
				}
			}
		})
	}
	group.Wait()
	for id, times := range s.CountEffects(om.Marked) {
		if times != 1 {
			t.Errorf("order %d marked %d times", id, times)
		}
	}
	for _, o := range s.Snapshot().Orders {
		if o.Marks != 1 || o.Status != om.StatusPendingFulfillment {
			t.Errorf("%+v", o)
		}
	}
}

// TestAHeldMarkHasTakenEffect is what tests that kill a client stand on.
func TestAHeldMarkHasTakenEffect(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusAwaiting3PLExport)
	injector := fault.New(fault.Options{Templates: om.Templates()})
	server := httptest.NewServer(injector.Wrap(s.Server))
	t.Cleanup(server.Close)
	t.Cleanup(injector.Clear)
	hold := injector.HoldAfter(fault.Rule{Method: http.MethodPost, Path: "/v1/orders/sendtofulfillment"})

	ctx, kill := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		response, err := http.DefaultClient.Do(newRequest(ctx, http.MethodPost, server.URL, "/v1/orders/sendtofulfillment?"+orderIDs(id)))
		if err == nil {
			response.Body.Close()
		}
		gone <- err
	}()
	<-hold.Reached()
	if s.status(id) != om.StatusPendingFulfillment {
		t.Error("held before it took effect")
	}
	kill()
	if err := <-gone; err == nil {
		t.Error("the killed client got an answer")
	}
	if got := injector.Calls()["POST /v1/orders/sendtofulfillment"]; got != 1 {
		t.Errorf("counted %d", got)
	}
	post(server.URL, fmt.Sprintf("/v1/orders/%d/labels?labelId=1", id))
	if got := injector.Calls()["POST /v1/orders/{orderId}/labels"]; got != 1 {
		t.Errorf("%v", injector.Calls())
	}
}

func post(server, path string) {
	response, err := http.DefaultClient.Do(newRequest(context.Background(), http.MethodPost, server, path))
	if err == nil {
		response.Body.Close()
	}
}

func newRequest(ctx context.Context, method, server, path string) *http.Request {
	request, err := http.NewRequestWithContext(ctx, method, server+path, strings.NewReader(""))
	if err != nil {
		panic(err)
	}
	request.Header.Set("Authorization", "Bearer "+om.DefaultAccessToken)
	return request
}
