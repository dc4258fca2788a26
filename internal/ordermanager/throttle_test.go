// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// TestAssumptionThatQuotaRestoreRateIsMillisecondsPerRequest names the
// assumption of throttle.go.
func TestAssumptionThatQuotaRestoreRateIsMillisecondsPerRequest(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, list(
		`{"requestMethod":"GET","requestPath":"/v1.1/orders","notes":"n","throttleConfig":{"appId":1,"companyId":2,"quotaMaxRequest":5,"quotaMaxRequestHourly":0,"quotaRestoreRate":200}}`,
		`{"requestMethod":"POST","requestPath":"/service/v1.1/inventory/adjust","throttleConfig":{"quotaMaxRequest":1,"quotaRestoreRate":10000}}`,
		// The hourly quota is the lower one: 100 an hour is one in 36 seconds.
		`{"requestMethod":"GET","requestPath":"/v1/warehouses","throttleConfig":{"appId":1,"companyId":2,"quotaMaxRequest":5,"quotaMaxRequestHourly":100,"quotaRestoreRate":200}}`,
		`{"requestMethod":"GET","requestPath":"/v1/nothing","throttleConfig":{}}`,
		`{"requestMethod":"GET","requestPath":"/v1/absurd","throttleConfig":{"quotaMaxRequest":9999999999,"quotaRestoreRate":9223372036854775807}}`,
		`{"requestMethod":"GET","requestPath":"/v1/null","throttleConfig":null}`,
		`{"throttleConfig":{"quotaMaxRequest":1}}`,
	)))
	got, err := s.client(nil).Limits(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pool := strings.TrimPrefix(s.server.URL, "http://") + "/1/2"
	want := []remote.Limit{
		{Method: "GET", Endpoint: "/v1.1/orders", Burst: 3, Spare: 2, Every: 200 * time.Millisecond, Pool: pool},
		{Method: "POST", Endpoint: "/v1.1/inventory/adjust", Burst: 1, Every: 10 * time.Second},
		{Method: "GET", Endpoint: "/v1/warehouses", Burst: 3, Spare: 2, Every: 36 * time.Second, Fastest: 36 * time.Second, Pool: pool},
		{Method: "GET", Endpoint: "/v1/nothing"},
		{Method: "GET", Endpoint: "/v1/absurd", Burst: 5_000, Spare: 5_000, Every: time.Hour},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	equal(t, "requests", s.requests(), []string{"GET /v1/throttlelimits"})
}

// TestLimitsAreKeptByEveryMethod: what the source asks for is budgeted under
// the path that the limits name.
func TestLimitsAreKeptByEveryMethod(t *testing.T) {
	t.Parallel()
	for endpoint, ask := range map[string]func(fulfillment.Source) error{
		"GET /v1.1/orders": func(f fulfillment.Source) error { _, err := f.WaitingOrders(t.Context(), 1); return err },
		"POST /v1/orders/sendtofulfillment": func(f fulfillment.Source) error {
			_, err := f.MarkSent(t.Context(), orderIDs(1, 2))
			return err
		},
		"PUT /v1.1/shipment/external": func(f fulfillment.Source) error {
			_, err := f.ConfirmShipments(t.Context(), []fulfillment.Shipment{{OrderID: 1, Tracking: "1Z"}}, fulfillment.ShipmentOptions{})
			return err
		},
		"GET /v1/productstocks/total": func(f fulfillment.Source) error { _, err := f.ProductStocks(t.Context(), 1); return err },
		"POST /v1.1/inventory/adjust": func(f fulfillment.Source) error { _, err := f.SetStock(t.Context(), threeWrites); return err },
		"GET /v1.1/products":          func(f fulfillment.Source) error { _, err := f.Products(t.Context(), 1); return err },
	} {
		s := newStub(t, always(200, "[]"))
		budgets := remote.NewBudgets(remote.Clock{})
		method, path, _ := strings.Cut(endpoint, " ")
		budgets.Learn("account", []remote.Limit{{Method: method, Endpoint: path, Burst: 1, Every: time.Hour}})
		source := s.client(func(o *Options) { o.Remote.Budgets, o.Remote.Account = budgets, "account" }).Source(warehouse7)
		// What the first call makes of the empty answer is its own affair; only that
		// the budget let it through counts.
		if err := ask(source); fulfillment.IsFault(err, fulfillment.FaultThrottled) {
			t.Errorf("%s: the first call was held back: %v", endpoint, err)
		}
		if err := ask(source); !fulfillment.IsFault(err, fulfillment.FaultThrottled) {
			t.Errorf("%s: the second call was not held back: %v", endpoint, err)
		}
		if n := len(s.requests()); n != 1 {
			t.Errorf("%s: %d requests, want 1", endpoint, n)
		}
	}
}
