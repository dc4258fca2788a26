// SPDX-License-Identifier: Apache-2.0

// Package flow runs the routines with the real clients against the simulators,
// on one injected clock and without Kubernetes.
package flow

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
	"ordersync.dev/operator/internal/ordermanager"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/warehouse/threepl"
)

const (
	east     = 501
	west     = 502
	customer = 17
	facility = 3
)

// clock is the one clock of both simulators and of the routines.
type clock struct {
	mutex sync.Mutex
	at    time.Time
}

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.at
}

func (c *clock) Pass(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.at = c.at.Add(d)
}

// shop is a merchant with an account in Order Manager and a warehouse.
type shop struct {
	t      *testing.T
	clock  *clock
	om     *omsim.Server
	omCall *fault.Injector
	wh     *whsim.Server
	source fulfillment.Source
	driver fulfillment.Destination

	// load are the connection's order load options.
	load orderload.Options

	// updateEdits updates the warehouse's order when Order Manager's is changed.
	updateEdits bool

	coordination *routine.Coordination
	memory       map[string]routine.Memory
	// record is what status remembers of reports, written ahead of them.
	record []routine.Cohort
	// inventory is what InventorySync is told.
	inventory routine.InventorySyncConfig
	// firstRun brakes InventorySync as a policy's first run.
	firstRun bool
	// began is when the connection began; zero is at all times.
	began time.Time
	// shipments is what ShipmentConfirmation is told.
	shipments routine.ShipmentConfirmationConfig
}

type shopOptions struct {
	om omsim.Options
	wh whsim.Options
	// kind of the Order Manager warehouse; empty is a third-party warehouse.
	kind string
	// location that is written to, in an in-house warehouse.
	location string
	// pickup statuses and the label of downloaded orders.
	pickup []string
	label  string
	// behind is how much Order Manager's clock is behind all others.
	behind time.Duration
}

func newShop(t *testing.T, options shopOptions) *shop {
	t.Helper()
	s := &shop{t: t, clock: &clock{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)},
		coordination: routine.NewCoordination(), memory: map[string]routine.Memory{},
		shipments: routine.ShipmentConfirmationConfig{Options: fulfillment.ShipmentOptions{UpdateChannel: true}}}
	options.om.Now, options.wh.Now = func() time.Time { return s.clock.Now().Add(-options.behind) }, s.clock.Now
	s.om, s.wh = omsim.New(options.om), whsim.New(options.wh)
	s.omCall = fault.New(fault.Options{Templates: omsim.Templates()})
	omURL := serve(t, s.omCall.Wrap(s.om))
	whURL := serve(t, s.wh)

	s.must(s.om.AddWarehouse(omsim.Warehouse{WarehouseID: east, Name: "East DC", Type: options.kind}))
	s.must(s.om.AddWarehouse(omsim.Warehouse{WarehouseID: west, Name: "West DC"}))
	s.must(s.om.AddChannel(omsim.SalesChannel{SalesChannelID: 1, Name: "Web shop"}))
	s.must2(s.wh.AddFacility(whsim.Facility{ID: facility, Name: "Building 3", TimeZone: "America/Los_Angeles"}))
	s.must2(s.wh.AddCustomer(whsim.Customer{ID: customer, Name: "Acme", Facilities: []int64{facility}}))

	settings := remote.Options{Transport: http.DefaultTransport, Now: s.clock.Now,
		Sleep: func(context.Context, time.Duration) error { return nil }}
	settings.BaseURL = omURL
	client, err := ordermanager.New(ordermanager.Options{Remote: settings, WarehouseName: "East DC", StockLocation: options.location,
		PickupStatuses: options.pickup, DownloadLabel: options.label,
		Credentials: ordermanager.Credentials{AccessToken: omsim.DefaultAccessToken}})
	s.must(err)
	resolution, err := client.Resolve(t.Context())
	s.must(err)
	s.source = client.Source(resolution)
	settings.BaseURL = whURL
	location, err := time.LoadLocation("America/Los_Angeles")
	s.must(err)
	s.driver, err = threepl.New(threepl.Options{Remote: settings, ClientID: whsim.DefaultClientID, ClientSecret: whsim.DefaultClientSecret,
		UserLogin: whsim.DefaultUserLogin, CustomerID: customer, FacilityID: facility, Location: location})
	s.must(err)
	return s
}

func serve(t *testing.T, handler http.Handler) string {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) must2(_ any, err error) {
	s.t.Helper()
	s.must(err)
}

// product makes a SKU known on both sides, with stock.
func (s *shop) product(sku string, onHandThere, onHandHere, locked int64) {
	s.t.Helper()
	s.must2(s.om.AddProduct(omsim.Product{MasterSKU: sku}))
	s.must2(s.wh.AddItem(whsim.Item{CustomerID: customer, SKU: sku}))
	s.must(s.om.SetStock(sku, east, onHandHere, locked))
	s.must(s.wh.SetStock(whsim.StockSetting{CustomerID: customer, FacilityID: facility, SKU: sku, OnHand: whsim.Units(onHandThere)}))
}

// order adds an order of one line to Order Manager.
func (s *shop) order(status, sku string, units int32, change ...func(*omsim.Order)) fulfillment.OrderID {
	s.t.Helper()
	order := omsim.Order{
		OrderStatus: status, Source: &omsim.WarehouseInfo{WarehouseID: east}, SalesChannel: &omsim.SalesChannel{SalesChannelID: 1},
		ShipName: "Test Buyer", ShipAddress1: "1 Main Street", ShipCity: "Austin", ShipState: "TX", ShipZipCode: "78701", ShipCountry: "USA",
		Items: []omsim.OrderItem{omsim.Item(sku, units)},
	}
	for _, c := range change {
		c(&order)
	}
	id, err := s.om.AddOrder(order)
	s.must(err)
	return fulfillment.OrderID(id)
}

// orders adds n orders that wait.
func (s *shop) orders(n int, sku string) []fulfillment.OrderID {
	s.t.Helper()
	ids := make([]fulfillment.OrderID, n)
	for i := range ids {
		number := fmt.Sprintf("SO-%05d", i+1)
		ids[i] = s.order(omsim.StatusAwaiting3PLExport, sku, 1, func(o *omsim.Order) { o.OrderNumber = number })
	}
	return ids
}

// deliver creates an order in the warehouse as the driver does.
func (s *shop) deliver(id fulfillment.OrderID) int64 {
	s.t.Helper()
	orders, err := s.source.OrdersByID(s.t.Context(), []fulfillment.OrderID{id})
	s.must(err)
	if len(orders) != 1 {
		s.t.Fatalf("order %d: found %d", id, len(orders))
	}
	s.must2(s.driver.CreateOrder(s.t.Context(), orders[0], orders[0].Number))
	return s.there(id)[0].ID
}

// there are the orders in the warehouse under an identity.
func (s *shop) there(id fulfillment.OrderID) []whsim.Order { return s.wh.ByExternalID(id.String()) }

// status is an order's status in Order Manager.
func (s *shop) status(id fulfillment.OrderID) string {
	s.t.Helper()
	order, ok := s.om.Order(int64(id))
	if !ok {
		s.t.Fatalf("no order %d", id)
	}
	return order.OrderStatus
}

func (s *shop) env(name string) routine.Env {
	memory := s.memory[name]
	memory.Released = !s.firstRun
	memory.Reporting = s.record
	return routine.Env{Source: s.source, Destination: s.driver, Now: s.clock.Now, Coordination: s.coordination, Memory: memory, Began: s.began,
		Record: s.writeRecord}
}

// writeRecord keeps the record as status would.
func (s *shop) writeRecord(_ context.Context, change routine.RecordChange) error {
	after, fits := change.Apply(s.record, s.clock.Now(), 0)
	if !fits {
		return routine.ErrRecordFull
	}
	s.record = after
	return nil
}

func goOn(context.Context, routine.Progress) error { return nil }

// finish works a run to its end and remembers what the next one is given.
func (s *shop) finish(name string, run routine.Run) (routine.Report, error) {
	s.t.Helper()
	started := s.clock.Now()
	err := run.Slice(s.t.Context(), goOn)
	report := run.Report()
	memory := s.memory[name]
	memory.PreviousRun, memory.Failing, memory.Shown, memory.Drift, memory.LastReason = started, s.kept(report.Failing.Cohorts), report.Listed(), report.Drift.Reasons, ""
	// A run that did not move these leaves them as they were.
	if !report.Cursor.IsZero() {
		memory.Cursor = report.Cursor
	}
	if !report.LastFullComparison.IsZero() {
		memory.LastFullComparison = report.LastFullComparison
	}
	if f, ok := fulfillment.AsFault(err); ok {
		memory.LastReason = f.Reason
	}
	s.memory[name] = memory
	s.record, _ = report.Record.Apply(s.record, s.clock.Now(), 0)
	return report, err
}

// kept is what status has room for of the memory of refused orders.
func (s *shop) kept(cohorts []routine.Cohort) []routine.Cohort {
	s.t.Helper()
	var kept []routine.Cohort
	for _, cohort := range cohorts[:min(len(cohorts), routine.MaxCohorts)] {
		text, _ := routine.EncodeOrderIDs(cohort.IDs, routine.MaxCohortIDs)
		ids, err := routine.DecodeOrderIDs(text)
		s.must(err)
		kept = append(kept, routine.Cohort{Since: cohort.Since.Truncate(time.Second), Cause: cohort.Cause, IDs: ids})
	}
	return kept
}

func (s *shop) download() (routine.Report, error) {
	s.t.Helper()
	return s.finish("OrderDownload", routine.NewOrderDownload(s.env("OrderDownload"), routine.OrderDownloadConfig{Load: s.load}))
}

func (s *shop) cancel() (routine.Report, error) {
	s.t.Helper()
	return s.finish("OrderCancelDownload", routine.NewOrderCancelDownload(s.env("OrderCancelDownload"),
		routine.OrderCancelDownloadConfig{WarehouseIDs: []int64{east}, Load: s.load, Claimed: []int64{east}, UpdateEdits: s.updateEdits}))
}

func (s *shop) confirm() (routine.Report, error) {
	s.t.Helper()
	config := s.shipments
	config.Load = s.load
	return s.finish("ShipmentConfirmation", routine.NewShipmentConfirmation(s.env("ShipmentConfirmation"), config))
}

func (s *shop) sync() (routine.Report, error) {
	s.t.Helper()
	return s.finish("InventorySync", routine.NewInventorySync(s.env("InventorySync"), s.inventory))
}

// ok is for a run that must not fail.
func (s *shop) ok(report routine.Report, err error) routine.Report {
	s.t.Helper()
	s.must(err)
	return report
}

// offered is what Order Manager offers of a SKU.
func (s *shop) offered(sku string) int64 {
	s.t.Helper()
	figures, ok := s.om.Stock(sku, east)
	if !ok {
		s.t.Fatalf("no stock record of %s", sku)
	}
	return figures.Available
}

// reasons are the reasons of the orders that are failing or drift, by order.
func reasons(report routine.Report) map[fulfillment.OrderID]string {
	m := map[fulfillment.OrderID]string{}
	for _, order := range report.Listed() {
		m[order.ID] = order.Reason
	}
	return m
}

// diesWhileHeld works a run until a request of it is held, ends the process
// there, and starts another that knows nothing of it.
func (s *shop) diesWhileHeld(held *fault.Hold, run routine.Run) {
	s.t.Helper()
	ctx, kill := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- run.Slice(ctx, goOn) }()
	<-held.Reached()
	kill()
	if err := <-done; err == nil {
		s.t.Error("the run went on")
	}
	s.omCall.Remove(held.ID)
	held.Release()
	// Or it would arrive at a later time of the clock, behind any bound.
	<-held.Ended()
	s.restart()
}
