// SPDX-License-Identifier: Apache-2.0

// Command bench measures OrderDownload in two parts.
//
// The first is throughput: ten thousand orders through the operator on a real
// API server against the simulators, beside a plain loop that makes the same
// calls with the same concurrency. Both run as processes of their own, one after
// the other, so that what they use can be told apart.
//
// The second is limits: forty connections of one account whose system allows
// twenty requests a second, alone and beside others that want more or hang.
//
// It prints tables and writes bin/bench.json. A part that is not measured keeps
// its figures there.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/controlplane"
)

// concurrency is how many orders the operator creates at the same time for one connection.
const concurrency = 4

func main() {
	orders := flag.Int("orders", 10_000, "Orders that are downloaded.")
	floor := flag.Bool("floor", false, "Be the plain loop: read the addresses from standard input and make the calls.")
	part := flag.String("part", "", "Measure this part alone: throughput or limits.")
	warmUp := flag.Duration("warm-up", 15*time.Second, "How long the limits are worked at before they are measured.")
	span := flag.Duration("span", time.Minute, "How long each case of the limits is measured.")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	run := func() error { return measure(ctx, *part, *orders, *warmUp, *span) }
	if *floor {
		run = func() error { return beTheFloor(ctx) }
	}
	err := run()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// Row is one measurement.
type Row struct {
	Who             string  `json:"who"`
	LatencyMillis   int64   `json:"latencyMillis"`
	Orders          int     `json:"orders"`
	Seconds         float64 `json:"seconds"`
	OrdersPerSecond float64 `json:"ordersPerSecond"`
	CallsPerOrder   float64 `json:"callsPerOrder"`
	// CPUMicrosPerOrder is user and system time of the process, for each order.
	CPUMicrosPerOrder float64 `json:"cpuMicrosPerOrder"`
	PeakMemoryMiB     float64 `json:"peakMemoryMiB"`
	// Calls by method and path.
	Calls map[string]int `json:"calls"`
}

// Report is what bin/bench.json holds.
type Report struct {
	Go     string  `json:"go"`
	CPUs   int     `json:"cpus"`
	Rows   []Row   `json:"rows"`
	Ratios []Ratio `json:"ratios"`
	// Limits is nil until that part was measured.
	Limits *LimitsReport `json:"limits,omitempty"`
}

// Ratio compares the operator with the plain loop at one latency.
type Ratio struct {
	LatencyMillis   int64   `json:"latencyMillis"`
	OrdersPerSecond float64 `json:"ordersPerSecond"`
	CPUPerOrder     float64 `json:"cpuPerOrder"`
	CallsPerOrder   float64 `json:"callsPerOrder"`
}

// The parts.
const (
	partThroughput = "throughput"
	partLimits     = "limits"
)

func measure(ctx context.Context, part string, orders int, warmUp, span time.Duration) (err error) {
	if part != "" && part != partThroughput && part != partLimits {
		return fmt.Errorf("there is no part %q: it is %s or %s", part, partThroughput, partLimits)
	}
	root, err := controlplane.ModuleRoot()
	if err != nil {
		return err
	}
	bench, err := newOperatorBench(ctx, root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bench.close()) }()
	kept := filepath.Join(root, "bin", "bench.json")
	var report Report
	if content, err := os.ReadFile(kept); err == nil && part != "" {
		// What is not measured now stays as it was; figures that cannot be read are no loss.
		_ = json.Unmarshal(content, &report)
	}
	report.Go, report.CPUs = runtime.Version(), runtime.NumCPU()
	if part != partLimits {
		if err := report.measureThroughput(ctx, bench, orders); err != nil {
			return err
		}
		report.print()
	}
	if part != partThroughput {
		if report.Limits, err = measureLimits(ctx, bench, warmUp, span); err != nil {
			return err
		}
		report.Limits.print()
	}
	encoded, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(kept, append(encoded, '\n'), 0o600)
}

// measureThroughput measures both contenders at both latencies.
func (r *Report) measureThroughput(ctx context.Context, bench *operatorBench, orders int) error {
	r.Rows, r.Ratios = nil, nil
	for _, latency := range []time.Duration{0, 20 * time.Millisecond} {
		var pair [2]Row
		for i, contender := range []struct {
			who string
			run func(context.Context, *world.World) (usage, error)
		}{{"plain loop", runFloor}, {"operator", bench.run}} {
			fmt.Fprintf(os.Stderr, "bench: %d orders, %v latency, %s\n", orders, latency, contender.who)
			row, err := measureOne(ctx, orders, latency, contender.run)
			if err != nil {
				return fmt.Errorf("%s at %v: %w", contender.who, latency, err)
			}
			row.Who = contender.who
			pair[i] = row
		}
		r.Rows = append(r.Rows, pair[:]...)
		r.Ratios = append(r.Ratios, Ratio{LatencyMillis: latency.Milliseconds(),
			OrdersPerSecond: pair[1].OrdersPerSecond / pair[0].OrdersPerSecond,
			CPUPerOrder:     pair[1].CPUMicrosPerOrder / pair[0].CPUMicrosPerOrder,
			CallsPerOrder:   pair[1].CallsPerOrder / pair[0].CallsPerOrder})
	}
	return nil
}

// usage is what a contender used while it worked.
type usage struct {
	wall, cpu       time.Duration
	peakMemoryBytes int64
}

func measureOne(ctx context.Context, orders int, latency time.Duration, run func(context.Context, *world.World) (usage, error)) (row Row, err error) {
	// Order Manager grants five lists a second, which the operator keeps to and
	// the plain loop would not: what is measured is the work, not the waiting.
	unlimited := []ordermanager.RateLimit{
		{Method: http.MethodGet, Path: "/v1.1/orders", Burst: 1000, Restore: time.Millisecond},
		{Method: http.MethodPost, Path: "/v1/orders/sendtofulfillment", Burst: 1000, Restore: time.Millisecond},
	}
	w, err := world.Start(world.Options{Seed: 1, Orders: orders, SKUs: 2000, WaitingOnly: true, Latency: latency,
		OrderManager: ordermanager.Options{RateLimits: unlimited}})
	if err != nil {
		return Row{}, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	used, err := run(ctx, w)
	if err != nil {
		return Row{}, err
	}
	options := w.BooksOptions()
	options.SkipStock = true
	result := w.BooksWith(options)
	if err := result.Err(); err != nil {
		return Row{}, err
	}
	calls, total := map[string]int{}, 0
	for _, injector := range []map[string]int{w.OrderManagerFaults.Calls(), w.WarehouseFaults.Calls()} {
		for call, n := range injector {
			calls[call] += n
			total += n
		}
	}
	n := float64(result.Delivered)
	return Row{LatencyMillis: latency.Milliseconds(), Orders: result.Delivered, Seconds: used.wall.Seconds(),
		OrdersPerSecond: n / used.wall.Seconds(), CallsPerOrder: float64(total) / n,
		CPUMicrosPerOrder: float64(used.cpu.Microseconds()) / n, PeakMemoryMiB: float64(used.peakMemoryBytes) / (1 << 20), Calls: calls}, nil
}

func (r Report) print() {
	fmt.Printf("\n%s, %d CPUs, concurrency %d\n\n", r.Go, r.CPUs, concurrency)
	fmt.Printf("| latency | who        | orders |    s | orders/s | calls/order | CPU µs/order | peak MiB |\n")
	fmt.Printf("|--------:|------------|-------:|-----:|---------:|------------:|-------------:|---------:|\n")
	for _, row := range r.Rows {
		fmt.Printf("| %4d ms | %-10s | %6d | %4.1f | %8.0f | %11.4f | %12.0f | %8.0f |\n",
			row.LatencyMillis, row.Who, row.Orders, row.Seconds, row.OrdersPerSecond, row.CallsPerOrder, row.CPUMicrosPerOrder, row.PeakMemoryMiB)
	}
	fmt.Println()
	for _, ratio := range r.Ratios {
		fmt.Printf("at %d ms: %.2f times the orders/s, %.2f times the CPU, %.4f times the calls of the plain loop\n",
			ratio.LatencyMillis, ratio.OrdersPerSecond, ratio.CPUPerOrder, ratio.CallsPerOrder)
	}
	fmt.Printf("\nfewest calls for one order: 1 creation + 1/100 look-up + 1/500 mark + 1/100 page = 1.0220; and 1/100 more to read it before its mark = 1.0320\n")
}
