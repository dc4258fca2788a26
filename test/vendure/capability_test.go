// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"net/http"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/ordermanager"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/testing/vendureworld"
	"ordersync.dev/operator/internal/warehouse/vendure"
)

// cannotCancel is Vendure as a system that cannot cancel. Asking it to is a mistake.
type cannotCancel struct {
	fulfillment.Destination
	asked int
}

func (d *cannotCancel) Capabilities() fulfillment.Capabilities {
	c := d.Destination.Capabilities()
	c.CancelOrder = false
	return c
}

func (d *cannotCancel) CancelOrder(context.Context, string) (fulfillment.Cancellation, error) {
	d.asked++
	return fulfillment.Cancellation{Outcome: fulfillment.CancelNotSupported}, nil
}

// A destination that declares that it cannot cancel is never asked to. The run
// succeeds, the order is listed with its reason, and Vendure, which could have,
// still has it open.
func TestDestinationThatCannotCancel(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, vendureworld.Options{Seed: 43, Orders: 4, SKUs: 5, WaitingOnly: true})
	there := m.world.Addresses()
	settings := remote.Options{BaseURL: there.OrderManager.URL, Transport: http.DefaultTransport}
	client, err := ordermanager.New(ordermanager.Options{Remote: settings, WarehouseName: there.OrderManager.WarehouseName,
		Credentials: ordermanager.Credentials{AccessToken: there.OrderManager.AccessToken}})
	m.must(err)
	resolution, err := client.Resolve(t.Context())
	m.must(err)
	settings.BaseURL = there.Vendure.URL
	driver, err := vendure.New(vendure.Options{Remote: settings, Username: there.Vendure.Username, Password: there.Vendure.Password,
		Channel: there.Vendure.Channel, StockLocation: there.Vendure.StockLocation})
	m.must(err)
	destination := &cannotCancel{Destination: driver}
	env := routine.Env{Source: client.Source(resolution), Destination: destination, Now: time.Now, Coordination: routine.NewCoordination()}
	finish := func(run routine.Run) routine.Report {
		t.Helper()
		m.must(run.Slice(t.Context(), func(context.Context, routine.Progress) error { return nil }))
		return run.Report()
	}
	if report := finish(routine.NewOrderDownload(env, routine.OrderDownloadConfig{})); report.Counts.Created != 4 {
		t.Fatalf("%+v", report.Counts)
	}
	cancelled, err := m.shop.Cancel(t.Context(), 1)
	m.must(err)
	for range 2 {
		report := finish(routine.NewOrderCancelDownload(env, routine.OrderCancelDownloadConfig{WarehouseIDs: []int64{m.shop.WarehouseID}}))
		if len(report.Drift.Orders) != 1 || int64(report.Drift.Orders[0].ID) != cancelled[0] || report.Drift.Orders[0].Reason != fulfillment.ReasonCancelNotSupported {
			t.Errorf("listed: %+v", report.Drift.Orders)
		}
	}
	if destination.asked > 0 {
		t.Errorf("it was asked to cancel %d times", destination.asked)
	}
	options := m.shop.BooksOptions()
	options.SkipStock = true
	result, err := m.shop.BooksWith(t.Context(), options)
	m.must(err)
	if result.Counts[books.Uncancelled] != 1 || result.Cancelled != 0 {
		t.Errorf("%+v", result)
	}
	// The operator itself can, and does.
	m.start()
	m.runAll()
	m.close()
}
