// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

// Metrics tell of runs. Labels that name an object are dropped when it is gone.
type Metrics struct {
	duration    *prometheus.HistogramVec
	runs        *prometheus.CounterVec
	lastSuccess *prometheus.GaugeVec
	failing     *prometheus.GaugeVec
	drift       *prometheus.GaugeVec
}

// NewMetrics returns metrics that are not registered yet.
func NewMetrics() *Metrics {
	object := []string{"namespace", "name", "routine"}
	return &Metrics{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "ordersync_run_duration_seconds",
			Help:    "Time from the start of a run to its end, pauses between its slices included.",
			Buckets: []float64{0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600},
		}, []string{"routine"}),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ordersync_runs_total",
			Help: "Runs that ended, by result.",
		}, []string{"routine", "result"}),
		lastSuccess: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ordersync_last_success_timestamp_seconds",
			Help: "End of the last run that succeeded, in seconds since the epoch.",
		}, object),
		failing: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ordersync_failing_orders",
			Help: "Orders that did not go through, by routine.",
		}, object),
		drift: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ordersync_drift_orders",
			Help: "Orders of which the two systems do not say the same and that a person has to settle, by reason.",
		}, append(slices.Clone(object), "reason")),
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(out chan<- *prometheus.Desc) {
	m.duration.Describe(out)
	m.runs.Describe(out)
	m.lastSuccess.Describe(out)
	m.failing.Describe(out)
	m.drift.Describe(out)
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(out chan<- prometheus.Metric) {
	m.duration.Collect(out)
	m.runs.Collect(out)
	m.lastSuccess.Collect(out)
	m.failing.Collect(out)
	m.drift.Collect(out)
}

func (m *Metrics) observeRun(name v1alpha1.RoutineName, e *ending) {
	m.duration.WithLabelValues(string(name)).Observe(e.end.Sub(e.start).Seconds())
	m.runs.WithLabelValues(string(name), string(e.result)).Inc()
}

// observeEntry shows what an entry says; without an entry nothing is shown.
func (m *Metrics) observeEntry(key types.NamespacedName, name v1alpha1.RoutineName, entry *v1alpha1.RoutineStatus) {
	if entry == nil {
		m.forgetRoutine(key, name)
		return
	}
	failing := 0.0
	if entry.Failing != nil {
		failing = float64(entry.Failing.Count)
	}
	m.failing.WithLabelValues(key.Namespace, key.Name, string(name)).Set(failing)
	m.observeDrift(key, name, entry.Drift)
	if entry.LastSuccessTime != nil {
		m.lastSuccess.WithLabelValues(key.Namespace, key.Name, string(name)).Set(float64(entry.LastSuccessTime.Unix()))
	} else {
		m.lastSuccess.DeleteLabelValues(key.Namespace, key.Name, string(name))
	}
}

// observeDrift shows the counts by reason; a reason that is settled shows none.
func (m *Metrics) observeDrift(key types.NamespacedName, name v1alpha1.RoutineName, drift *v1alpha1.DriftOrders) {
	counts := map[string]int64{}
	if drift != nil {
		for _, reason := range drift.Reasons {
			counts[reason.Reason] = reason.Count
		}
	}
	for _, reason := range routine.DriftReasons() {
		if counts[reason] > 0 {
			m.drift.WithLabelValues(key.Namespace, key.Name, string(name), reason).Set(float64(counts[reason]))
		} else {
			m.drift.DeleteLabelValues(key.Namespace, key.Name, string(name), reason)
		}
	}
}

// forgetRoutine drops the label sets of a connection that is gone.
func (m *Metrics) forgetRoutine(key types.NamespacedName, name v1alpha1.RoutineName) {
	m.failing.DeleteLabelValues(key.Namespace, key.Name, string(name))
	m.observeDrift(key, name, nil)
	m.lastSuccess.DeleteLabelValues(key.Namespace, key.Name, string(name))
}
