// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

const adjustPath = "/v1.1/inventory/adjust"

func TestQuotaIsByMethodAndPath(t *testing.T) {
	s := newStand(t, om.Options{EnforceLimits: true})
	body := `[{"warehouseId":101,"masterSku":"A","onHandQuantity":1}]`
	s.call(http.MethodPost, adjustPath, body, 200)
	refused := s.request(http.MethodPost, adjustPath, body, nil)
	if refused.status != 429 || refused.header.Get("x-skubana-quota-retryAfter") != "10000" {
		t.Fatalf("%d after %q ms, want 429 after 10000", refused.status, refused.header.Get("x-skubana-quota-retryAfter"))
	}
	if refused.header.Get("Retry-After") != "" {
		t.Error("the vendor's header is its own; there is no Retry-After")
	}
	s.get("/v1.1/orders") // another bucket
	s.clock.advance(9_999 * time.Millisecond)
	if got := s.request(http.MethodPost, adjustPath, body, nil); got.status != 429 || got.header.Get("x-skubana-quota-retryAfter") != "1" {
		t.Errorf("%d %q", got.status, got.header.Get("x-skubana-quota-retryAfter"))
	}
	s.clock.advance(time.Millisecond)
	s.call(http.MethodPost, adjustPath, body, 200)
}

func TestQuotaLetsABurstThroughAndRestores(t *testing.T) {
	s := newStand(t, om.Options{EnforceLimits: true})
	for range 5 {
		s.get("/v1.1/orders")
	}
	s.call(http.MethodGet, "/v1.1/orders", "", 429)
	s.clock.advance(200 * time.Millisecond)
	s.get("/v1.1/orders")
	s.call(http.MethodGet, "/v1.1/orders", "", 429)
	s.clock.advance(time.Hour)
	for range 5 {
		s.get("/v1.1/orders")
	}
	s.call(http.MethodGet, "/v1.1/orders", "", 429)
}

func TestWaitingAsToldIsEnough(t *testing.T) {
	s := newStand(t, om.Options{EnforceLimits: true, RateLimits: []om.RateLimit{
		{Method: "GET", Path: "/v1/warehouses", Burst: 2, Restore: 3333333 * time.Nanosecond},
	}})
	for range 40 {
		got := s.request(http.MethodGet, "/v1/warehouses", "", nil)
		if got.status == 200 {
			continue
		}
		wait, err := strconv.Atoi(got.header.Get("x-skubana-quota-retryAfter"))
		if err != nil || wait < 1 {
			t.Fatalf("told to wait %q", got.header.Get("x-skubana-quota-retryAfter"))
		}
		s.clock.advance(time.Duration(wait) * time.Millisecond)
		s.get("/v1/warehouses")
	}
}

func TestHourlyQuota(t *testing.T) {
	s := newStand(t, om.Options{EnforceLimits: true, RateLimits: []om.RateLimit{
		{Method: "GET", Path: "/v1/warehouses", Burst: 100, Restore: time.Millisecond, Hourly: 3},
	}})
	for range 3 {
		s.get("/v1/warehouses")
	}
	s.clock.advance(59 * time.Minute)
	if got := s.request(http.MethodGet, "/v1/warehouses", "", nil); got.status != 429 || got.header.Get("x-skubana-quota-retryAfter") != "60000" {
		t.Errorf("%d %q", got.status, got.header.Get("x-skubana-quota-retryAfter"))
	}
	s.clock.advance(time.Minute)
	s.get("/v1/warehouses")
}

func TestQuotaIsOffByDefault(t *testing.T) {
	s := newStand(t, om.Options{})
	for range 30 {
		s.get("/v1/companyinfo")
	}
}

type limitEntry struct {
	RequestMethod, RequestPath string
	ThrottleConfig             struct {
		AppID, CompanyID                                         int64
		QuotaMaxRequest, QuotaMaxRequestHourly, QuotaRestoreRate int
	}
}

func TestThrottleLimitsAreToldInEveryUnit(t *testing.T) {
	for unit, want := range map[om.RestoreUnit][2]int{ // orders, adjust
		"":                        {200, 10_000},
		om.MillisecondsPerRequest: {200, 10_000},
		om.SecondsPerRequest:      {1, 10},
		om.RequestsPerSecond:      {5, 1},
		om.RequestsPerMinute:      {300, 6},
	} {
		t.Run(string(unit), func(t *testing.T) {
			s := newStand(t, om.Options{RestoreUnit: unit})
			got := map[string]limitEntry{}
			for _, e := range decode[[]limitEntry](t, s.get("/v1/throttlelimits")) {
				got[e.RequestMethod+" "+e.RequestPath] = e
			}
			orders, adjust := got["GET /v1.1/orders"].ThrottleConfig, got["POST "+adjustPath].ThrottleConfig
			if orders.QuotaRestoreRate != want[0] || adjust.QuotaRestoreRate != want[1] {
				t.Errorf("restore rates %d and %d, want %v", orders.QuotaRestoreRate, adjust.QuotaRestoreRate, want)
			}
			if orders.QuotaMaxRequest != 5 || adjust.QuotaMaxRequest != 1 || orders.CompanyID != om.CompanyID || orders.AppID != om.AppID {
				t.Errorf("orders %+v, adjust %+v", orders, adjust)
			}
		})
	}
}

func TestCompanyInfoHasNoID(t *testing.T) {
	s := newStand(t, om.Options{})
	info := decode[map[string]any](t, s.get("/v1/companyinfo"))
	for name := range info {
		if name == "companyId" || name == "id" {
			t.Errorf("companyinfo tells %s", name)
		}
	}
	if info["name"] == "" || info["address"].(map[string]any)["country"] != "USA" {
		t.Errorf("%v", info)
	}
}
