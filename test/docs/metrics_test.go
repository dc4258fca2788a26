// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"ordersync.dev/operator/internal/controller"
	"ordersync.dev/operator/internal/remote"
)

// A description has no accessors; its text is the only way to what it says.
var description = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)

// described returns the metrics of a collector as "name{label,label}".
func described(t *testing.T, collector prometheus.Collector) []string {
	t.Helper()
	channel := make(chan *prometheus.Desc)
	go func() {
		defer close(channel)
		collector.Describe(channel)
	}()
	var found []string
	for desc := range channel {
		match := description.FindStringSubmatch(desc.String())
		if match == nil {
			t.Fatalf("a description has another form than this test knows: %s", desc)
		}
		found = append(found, match[1]+"{"+match[2]+"}")
	}
	return found
}

func TestEveryMetricIsExplained(t *testing.T) {
	truth := append(described(t, remote.NewMetrics()), described(t, controller.NewMetrics())...)
	if len(truth) < 5 {
		t.Fatalf("only %q were found", truth)
	}
	var named []string
	for _, row := range table(read(t, "docs/metrics.md"), "## Metrics") {
		if len(row) != 4 || len(codes(row[0])) != 1 || row[3] == "" {
			t.Errorf("a row must be metric, kind, labels, meaning: %q", row)
			continue
		}
		named = append(named, codes(row[0])[0]+"{"+strings.Join(codes(row[2]), ",")+"}")
	}
	for _, problem := range compare(named, truth) {
		t.Error(problem)
	}
}

func TestDescribedReadsNamesAndLabels(t *testing.T) {
	planted := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "planted_total", Help: "x"}, []string{"a", "b"})
	if got := described(t, planted); !slices.Equal(got, []string{"planted_total{a,b}"}) {
		t.Errorf("got %q", got)
	}
}

var metricName = regexp.MustCompile(`\bordersync_[a-z_]+`)

// Alerts name metrics that exist, histograms with the endings of their series.
func TestAlertsNameMetricsThatExist(t *testing.T) {
	var truth []string
	for _, name := range append(described(t, remote.NewMetrics()), described(t, controller.NewMetrics())...) {
		name, _, _ = strings.Cut(name, "{")
		truth = append(truth, name, name+"_bucket", name+"_count", name+"_sum")
	}
	names := metricName.FindAllString(read(t, "docs/metrics.md"), -1)
	if len(names) == 0 {
		t.Fatal("the page names no metric")
	}
	for _, name := range names {
		if !slices.Contains(truth, name) {
			t.Errorf("%s is no metric of ours", name)
		}
	}
}
