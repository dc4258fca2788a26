// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/testing/operator"
)

const (
	// sharers are the connections of the account that is measured.
	sharers = 40
	// usualWork is how many orders a run of theirs finds, heavyWork those of one
	// that has fifty times as much to do.
	usualWork, heavyWork = 20, 50 * usualWork
	// hangers are the connections of another account, whose system hangs.
	hangers = 10
)

// LimitsReport is what was measured of limits and fairness.
type LimitsReport struct {
	// AllowedPerSecond is what Order Manager allows the account.
	AllowedPerSecond int         `json:"allowedPerSecond"`
	LoadAverage      string      `json:"loadAverage"`
	Rows             []LimitsRow `json:"rows"`
}

// LimitsRow is one measurement. Requests are those to the list of orders,
// which is what the limit is on.
type LimitsRow struct {
	Who         string  `json:"who"`
	Connections int     `json:"connections"`
	Seconds     float64 `json:"seconds"`
	Allowed     int     `json:"allowed"`
	Made        int     `json:"made"`
	Refused     int     `json:"refused"`
	// ShareOfAllowed is what was granted of what is allowed, ShareOfFloor the
	// same against the plain loop, both in percent.
	ShareOfAllowed float64 `json:"shareOfAllowedPercent"`
	ShareOfFloor   float64 `json:"shareOfFloorPercent"`
	// RefusedOfAll is the share of answers of 429 among all calls of the account.
	RefusedOfAll float64 `json:"refusedOfAllPercent"`
	// Requests and Orders are by connection, without the one that has fifty
	// times the work.
	Requests Spread `json:"requests"`
	Orders   Spread `json:"orders"`
	// LongestWait is the longest time in which a connection had no answer.
	LongestWait float64 `json:"longestWaitSeconds"`
	// HeavyRequests and HeavyOrders are those of the connection that has fifty
	// times the work.
	HeavyRequests int `json:"heavyRequests,omitempty"`
	HeavyOrders   int `json:"heavyOrders,omitempty"`
}

// Spread is how something is shared out.
type Spread struct {
	Min    int `json:"min"`
	Median int `json:"median"`
	Max    int `json:"max"`
}

func spread(values []int) Spread {
	values = slices.Sorted(slices.Values(values))
	return Spread{values[0], values[len(values)/2], values[len(values)-1]}
}

// evenness is the least share against the greatest.
func (s Spread) evenness() float64 { return float64(s.Min) / float64(max(s.Max, 1)) }

// limitsCase is one of the situations that are measured.
type limitsCase struct {
	who string
	// heavy are how many connections have fifty times the work.
	heavy int
	// beside is another account that hangs.
	beside bool
}

func measureLimits(ctx context.Context, bench *operatorBench, warmUp, span time.Duration) (*LimitsReport, error) {
	report := &LimitsReport{AllowedPerSecond: limitedRate, LoadAverage: loadAverage()}
	fmt.Fprintf(os.Stderr, "bench: limits, plain loop at the allowed rate\n")
	floor, err := paceLoop(ctx, span/4)
	if err != nil {
		return nil, fmt.Errorf("plain loop: %w", err)
	}
	report.Rows = append(report.Rows, floor)
	for _, c := range []limitsCase{
		{who: "40 alike"},
		{who: "one of them with 50 times the work", heavy: 1},
		{who: "16 of them with 50 times the work", heavy: 16},
		{who: "10 of an account that hangs beside them", beside: true},
	} {
		fmt.Fprintf(os.Stderr, "bench: limits, %s\n", c.who)
		row, err := bench.limits(ctx, c, warmUp, span)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.who, err)
		}
		row.ShareOfFloor = 100 * row.ShareOfAllowed / floor.ShareOfAllowed
		report.Rows = append(report.Rows, row)
	}
	return report, nil
}

func loadAverage() string {
	content, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return string(content[:len("0.00 0.00 0.00")])
}

// limits measures one case, with a manager and systems of its own.
func (b *operatorBench) limits(ctx context.Context, c limitsCase, warmUp, span time.Duration) (row LimitsRow, err error) {
	b.runs++
	good, err := b.load(sharers, fmt.Sprintf("limits-%d", b.runs))
	if err != nil {
		return row, err
	}
	defer func() { err = errors.Join(err, good.account.close()) }()
	good.work = func(n int) int {
		if n < c.heavy {
			return heavyWork
		}
		return usualWork
	}
	loads := []*load{good}
	if c.beside {
		bad, err := b.load(hangers, good.namespace+"-beside")
		if err != nil {
			return row, err
		}
		defer func() { err = errors.Join(err, bad.account.close()) }()
		bad.gap = time.Second
		loads = append(loads, bad)
	}
	var namespaces []string
	for _, l := range loads {
		if err := l.create(ctx); err != nil {
			return row, err
		}
		namespaces = append(namespaces, l.namespace)
	}
	manager, err := operator.Start(filepath.Join(b.root, "bin", "manager"), b.kubeconfig, nil, "--watch-namespaces="+strings.Join(namespaces, ","),
		"--metrics-bind-address=0", "--health-probe-bind-address=0")
	if err != nil {
		return row, err
	}
	defer func() { err = errors.Join(err, manager.Stop()) }()
	for _, l := range loads {
		if err := l.ready(ctx); err != nil {
			return row, err
		}
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, len(loads))
	for _, l := range loads {
		if l != good {
			close(l.account.hung)
		}
		go func() { failed <- l.run(working) }()
	}
	if err := pass(ctx, warmUp, failed); err != nil {
		return row, err
	}
	from, before := time.Now(), good.account.sent()
	if err := pass(ctx, span, failed); err != nil {
		return row, err
	}
	to, after := time.Now(), good.account.sent()
	return good.account.row(c, from, to, before, after), nil
}

func (b *operatorBench) load(connections int, namespace string) (*load, error) {
	a, err := startAccount(connections)
	if err != nil {
		return nil, err
	}
	return &load{client: b.client, namespace: namespace, account: a, work: func(int) int { return usualWork }}, nil
}

// pass lets time pass, unless something fails.
func pass(ctx context.Context, d time.Duration, failed <-chan error) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case err := <-failed:
		return errors.Join(errors.New("the load ended early"), err)
	}
}

func (a *account) row(c limitsCase, from, to time.Time, before, after []int) LimitsRow {
	requests, waits, refused, calls, refusedOfAll := a.tally.between(from, to)
	orders := make([]int, a.connections)
	granted := 0
	for n := range orders {
		orders[n] = after[n] - before[n]
		granted += requests[n]
	}
	row := LimitsRow{Who: c.who, Connections: a.connections, Seconds: to.Sub(from).Seconds(),
		Made: granted + refused, Refused: refused, LongestWait: slices.Max(waits[c.heavy:]).Seconds(),
		RefusedOfAll: 100 * float64(refusedOfAll) / float64(max(calls, 1)),
		Requests:     spread(requests[c.heavy:]), Orders: spread(orders[c.heavy:])}
	row.Allowed = int(row.Seconds * limitedRate)
	row.ShareOfAllowed = 100 * float64(granted) / float64(row.Allowed)
	for n := range c.heavy {
		row.HeavyRequests, row.HeavyOrders = row.HeavyRequests+requests[n], row.HeavyOrders+orders[n]
	}
	row.HeavyRequests, row.HeavyOrders = row.HeavyRequests/max(c.heavy, 1), row.HeavyOrders/max(c.heavy, 1)
	return row
}

// paceLoop asks at the very rate that is allowed, and does nothing else.
func paceLoop(ctx context.Context, span time.Duration) (row LimitsRow, err error) {
	a, err := startAccount(1)
	if err != nil {
		return row, err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	target := fmt.Sprintf("%s%s?warehouseId=%d&limit=100&page=1", a.systemURL, limitedPath, firstWarehouse)
	ask := func() error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+ordermanager.DefaultAccessToken)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		return response.Body.Close()
	}
	for range limitedBurst { // what was saved up is no rate
		if err := ask(); err != nil {
			return row, err
		}
	}
	from := time.Now()
	for next := from.Add(limitedRestore); next.Before(from.Add(span)); next = next.Add(limitedRestore) {
		select {
		case <-time.After(time.Until(next)):
		case <-ctx.Done():
			return row, ctx.Err()
		}
		if err := ask(); err != nil {
			return row, err
		}
	}
	row = a.row(limitsCase{who: "plain loop"}, from, from.Add(span), []int{0}, []int{0})
	row.ShareOfFloor = 100
	return row, nil
}

func (r *LimitsReport) print() {
	fmt.Printf("\n%d requests a second are allowed; load average before: %s\n\n", r.AllowedPerSecond, r.LoadAverage)
	fmt.Printf("| who                                      | allowed | made | of allowed | of plain loop | refused, of these | of all calls | requests min/median/max | min/max | orders min/median/max | min/max | longest wait |\n")
	fmt.Printf("|------------------------------------------|--------:|-----:|-----------:|--------------:|------------------:|-------------:|------------------------:|--------:|----------------------:|--------:|-------------:|\n")
	for _, row := range r.Rows {
		fmt.Printf("| %-40s | %7d | %4d | %8.1f %% | %11.1f %% | %15.2f %% | %10.2f %% | %9d / %4d / %4d | %7.2f | %8d / %3d / %4d | %7.2f | %10.1f s |\n",
			row.Who, row.Allowed, row.Made, row.ShareOfAllowed, row.ShareOfFloor, 100*float64(row.Refused)/float64(max(row.Made, 1)), row.RefusedOfAll,
			row.Requests.Min, row.Requests.Median, row.Requests.Max, row.Requests.evenness(),
			row.Orders.Min, row.Orders.Median, row.Orders.Max, row.Orders.evenness(), row.LongestWait)
		if row.HeavyRequests > 0 {
			fmt.Printf("| %-40s | %7s | %4s | %10s | %13s | %17s | %12s | %9s   %4d   %4s | %7s | %8s   %3d   %4s | %7s | %12s |\n",
				"- each that has 50 times the work", "", "", "", "", "", "", "", row.HeavyRequests, "", "", "", row.HeavyOrders, "", "", "")
		}
	}
}
