// SPDX-License-Identifier: Apache-2.0

// Command simulator serves strict simulators of Order Manager and 3PL
// Warehouse Manager on loopback, with the same goods on both sides, and a
// control API that plays the people who work with them.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "simulator:", err)
		os.Exit(1)
	}
}

// run serves until the context ends. It prints one line of JSON, a
// world.Addresses, once both systems answer.
func run(ctx context.Context, arguments []string, out, complaints io.Writer) error {
	options, err := parse(arguments, complaints)
	if err != nil {
		return err
	}
	w, err := world.Start(options)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(w.Addresses()); err != nil {
		return fmt.Errorf("print the addresses: %w", err)
	}
	<-ctx.Done()
	return w.Close()
}

func parse(arguments []string, out io.Writer) (world.Options, error) {
	var options world.Options
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() { usage(flags, out) }
	flags.StringVar(&options.OrderManagerAddress, "order-manager-address", "127.0.0.1:0", "where Order Manager listens; loopback only")
	flags.StringVar(&options.ThreePLAddress, "threepl-address", "127.0.0.1:0", "where 3PL Warehouse Manager listens; loopback only")
	flags.StringVar(&options.ControlAddress, "control-address", "127.0.0.1:0", "where the control API listens; loopback only")
	flags.Uint64Var(&options.Seed, "seed", 1, "the same seed makes the same orders and stock")
	flags.IntVar(&options.Orders, "orders", 1000, "orders in Order Manager")
	flags.IntVar(&options.SKUs, "skus", 200, "products on both sides")
	flags.BoolVar(&options.WaitingOnly, "waiting-only", false, "every order waits for the warehouse "+world.WarehouseName)
	flags.IntVar(&options.ForeignOrders, "foreign-orders", 0, "open orders that only the warehouse knows")
	flags.IntVar(&options.IncompleteAddresses, "incomplete-addresses", 0, "orders whose address the warehouse refuses")
	flags.IntVar(&options.NoStockEvery, "no-stock-every", 0, "every n-th product has no stock record in Order Manager")
	flags.IntVar(&options.KitEvery, "kit-every", 0, "every n-th order has a kit, and every third of these is broken down; it needs 50 SKUs")
	flags.BoolVar(&options.PreBuiltKits, "pre-built-kits", false, "the books expect kits under their own SKUs in the warehouse")
	flags.BoolVar(&options.OrderQueue, "order-queue", false, "the warehouse allocates orders when it ships them, not when they come in")
	flags.DurationVar(&options.Latency, "latency", 0, "waited before every answer")
	flags.BoolVar(&options.OrderManager.EnforceLimits, "enforce-limits", false, "Order Manager answers 429 over its rate limits")
	flags.BoolVar(&options.Warehouse.AvailableNetOfUnallocated, "net-available", false, "the warehouse's available is net of orders that are not allocated")
	allocation := flags.String("allocation", string(ordermanager.AllocateAll), "which open orders Order Manager takes off the available: "+allocations())
	if err := flags.Parse(arguments); err != nil {
		return options, err
	}
	options.OrderManager.Allocation = ordermanager.Allocation(*allocation)
	switch {
	case flags.NArg() > 0:
		return options, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case !slices.Contains(ordermanager.Allocations(), options.OrderManager.Allocation):
		return options, fmt.Errorf("--allocation is one of %s", allocations())
	case options.Orders < 0 || options.SKUs < 0 || options.ForeignOrders < 0 || options.IncompleteAddresses < 0 || options.Latency < 0:
		return options, fmt.Errorf("numbers and durations must not be negative")
	}
	// Nothing at all is asked for by zeros; the world's own zero means a default.
	options.Empty = options.Orders == 0 && options.SKUs == 0
	if !options.Empty && (options.Orders == 0 || options.SKUs == 0) {
		return options, fmt.Errorf("--orders and --skus are both zero or both not")
	}
	return options, nil
}

func allocations() string {
	var names []string
	for _, one := range ordermanager.Allocations() {
		names = append(names, string(one))
	}
	return strings.Join(names, ", ")
}

func usage(flags *flag.FlagSet, out io.Writer) {
	w, err := world.New(world.Options{Empty: true})
	if err != nil {
		_, _ = fmt.Fprintln(out, err)
		return
	}
	a := w.Addresses()
	_, _ = fmt.Fprintf(out, `Serves Order Manager and 3PL Warehouse Manager as simulators on loopback until SIGTERM.
When ready it prints one line of JSON with the addresses and everything below.

Order Manager          warehouseName %q (id %d)
                       username %s, password %s
                       or accessToken %s
3PL Warehouse Manager  customerID %d, facilityID %d, timeZone %s
                       clientID %s, clientSecret %s
                       userLogin %s

The control API:
  GET  /_control/world              the line that is printed when ready
  GET  /_control/books              both sides compared; ?stock=false leaves the stock alone
  POST /_control/ship   {"limit":n} the warehouse ships its oldest orders, 0 is all
  POST /_control/pick   {"limit":n} the warehouse begins to pick: no cancel any more
  POST /_control/cancel {"limit":n} the merchant cancels orders that were sent
  POST /_control/arrive {"limit":n} more orders come in
  /order-manager/_control/, /threepl/_control/   each system's own, with its faults

Flags:
`, a.OrderManager.WarehouseName, a.OrderManager.WarehouseID, a.OrderManager.Username, a.OrderManager.Password, a.OrderManager.AccessToken,
		a.ThreePL.CustomerID, a.ThreePL.FacilityID, a.ThreePL.TimeZone, a.ThreePL.ClientID, a.ThreePL.ClientSecret, a.ThreePL.UserLogin)
	flags.PrintDefaults()
}
