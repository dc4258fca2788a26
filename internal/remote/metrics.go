// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the counters of all clients. Labels are closed sets (systems,
// methods, path templates, status codes), never single objects. A Metrics is a
// prometheus.Collector, to be registered once; a nil *Metrics counts nothing.
type Metrics struct {
	requests  *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	throttled *prometheus.CounterVec
	open      *prometheus.Desc
	breakers  *Breakers
}

// noAnswer is the code label of a request without an answer.
const noAnswer = "none"

// NewMetrics returns metrics that are not registered yet.
func NewMetrics() *Metrics {
	return &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ordersync_remote_requests_total",
			Help: "Requests sent to remote systems, by HTTP status code (none: no answer).",
		}, []string{"system", "method", "endpoint", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "ordersync_remote_request_duration_seconds",
			Help:    "Time from sending a request to the end of its answer, without waits for a budget.",
			Buckets: []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
		}, []string{"system", "endpoint"}),
		throttled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ordersync_remote_throttled_total",
			Help: "Requests put off because a request budget was used up, by the remote system (HTTP 429) or before sending.",
		}, []string{"system", "endpoint"}),
		open: prometheus.NewDesc("ordersync_remote_breaker_open",
			"Accounts that are not asked for a while since their requests failed in a row.", []string{"system"}, nil),
	}
}

// Watch shows how many accounts of these breakers rest. It is called before the
// metrics are registered.
func (m *Metrics) Watch(breakers *Breakers) { m.breakers = breakers }

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(out chan<- *prometheus.Desc) {
	m.requests.Describe(out)
	m.duration.Describe(out)
	m.throttled.Describe(out)
	out <- m.open
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(out chan<- prometheus.Metric) {
	m.requests.Collect(out)
	m.duration.Collect(out)
	m.throttled.Collect(out)
	for system, count := range m.breakers.open() {
		out <- prometheus.MustNewConstMetric(m.open, prometheus.GaugeValue, float64(count), system)
	}
}

func (m *Metrics) observe(system string, r Request, status int, took time.Duration) {
	if m == nil {
		return
	}
	code := noAnswer
	if status != 0 {
		code = strconv.Itoa(status)
	}
	m.requests.WithLabelValues(system, r.Method, r.Endpoint, code).Inc()
	m.duration.WithLabelValues(system, r.Endpoint).Observe(took.Seconds())
}

func (m *Metrics) throttle(system, endpoint string) {
	if m != nil {
		m.throttled.WithLabelValues(system, endpoint).Inc()
	}
}
