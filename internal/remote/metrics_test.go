// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	metrics := NewMetrics()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(metrics); err != nil {
		t.Fatal(err)
	}
	codes := []int{200, 503, 200, 429}
	c, clock := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		code := codes[0]
		codes = codes[1:]
		w.WriteHeader(code)
	}, func(o *Options) {
		o.Metrics = metrics
		o.Budgets = NewBudgets(Clock{Now: o.Now})
	})
	request := Request{Method: "GET", Path: "/things/secret-4711", Query: "name=secret", Endpoint: "/things/{id}", Operation: "read a thing"}
	do := func(request Request, kind fulfillment.FaultKind) {
		t.Helper()
		_, err := c.Do(t.Context(), request)
		if fault, failed := fulfillment.AsFault(err); failed != (kind != "") || failed && fault.Kind != kind {
			t.Errorf("%s %s: error %v, want kind %q", request.Method, request.Path, err, kind)
		}
	}
	do(request, "")                         // 200
	do(request, "")                         // 503, then 200
	do(request, fulfillment.FaultThrottled) // 429
	do(request, fulfillment.FaultThrottled) // not sent: the budget is empty
	clock.Advance(time.Hour)
	c.http = &http.Client{Transport: deadTransport{http.ErrServerClosed}}
	do(Request{Method: "POST", Path: "/things", Endpoint: "/things"}, fulfillment.FaultUnavailable)

	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.Metric {
			labels := []string{}
			for _, label := range metric.Label {
				if strings.Contains(label.GetValue(), "secret") || strings.Contains(label.GetValue(), "4711") {
					t.Errorf("label %s=%s", label.GetName(), label.GetValue())
				}
				labels = append(labels, label.GetValue())
			}
			value := metric.GetCounter().GetValue()
			if metric.Histogram != nil {
				value = float64(metric.Histogram.GetSampleCount())
			}
			got[family.GetName()+" "+strings.Join(labels, " ")] = value
		}
	}
	// Labels come sorted by name: code, endpoint, method, system.
	for name, want := range map[string]float64{
		"ordersync_remote_requests_total 200 /things/{id} GET Test System":   2,
		"ordersync_remote_requests_total 503 /things/{id} GET Test System":   1,
		"ordersync_remote_requests_total 429 /things/{id} GET Test System":   1,
		"ordersync_remote_requests_total none /things POST Test System":      1,
		"ordersync_remote_throttled_total /things/{id} Test System":          2,
		"ordersync_remote_request_duration_seconds /things/{id} Test System": 4,
		"ordersync_remote_request_duration_seconds /things Test System":      1,
	} {
		if got[name] != want {
			t.Errorf("%s = %v, want %v", name, got[name], want)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("more than was expected: %v", got)
	}
}

// deadTransport fails every request before anything is sent.
type deadTransport struct{ err error }

func (d deadTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, d.err }
