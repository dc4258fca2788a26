// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/ordermanager"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/warehouse/threepl"
)

// trader is a merchant of which most orders are refused by the warehouse, for
// three causes, and whose clock stands.
type trader struct {
	t           *testing.T
	now         time.Time
	om          *omsim.Server
	wh          *whsim.Server
	source      fulfillment.Source
	destination fulfillment.Destination
	// tried are the orders that the warehouse was asked to create.
	tried  []string
	number int
}

// RoundTrip notes which order the warehouse is asked to create.
func (m *trader) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method == http.MethodPost && request.URL.Path == "/orders" {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		var sent struct {
			ExternalID string `json:"externalId"`
		}
		if err := json.Unmarshal(body, &sent); err != nil {
			return nil, err
		}
		m.tried = append(m.tried, sent.ExternalID)
	}
	return http.DefaultTransport.RoundTrip(request)
}

func newTrader(t *testing.T) *trader {
	t.Helper()
	m := &trader{t: t, now: noon}
	clock := func() time.Time { return m.now }
	m.om, m.wh = omsim.New(omsim.Options{Now: clock}), whsim.New(whsim.Options{Now: clock, ReferenceMaxLength: 20})
	m.must(nil, m.om.AddWarehouse(omsim.Warehouse{WarehouseID: east, Name: "East DC"}))
	m.must(nil, m.om.AddChannel(omsim.SalesChannel{SalesChannelID: 1, Name: "Web shop"}))
	m.must(m.wh.AddFacility(whsim.Facility{ID: testFacility, Name: "Building 3", TimeZone: "America/Los_Angeles"}))
	m.must(m.wh.AddCustomer(whsim.Customer{ID: testCustomer, Name: "Acme", Facilities: []int64{testFacility}}))
	for _, sku := range []string{"A", "NEW-1", "NEW-2"} {
		m.must(m.om.AddProduct(omsim.Product{MasterSKU: sku}))
	}
	m.must(m.wh.AddItem(whsim.Item{CustomerID: testCustomer, SKU: "A"}))
	settings := remote.Options{Transport: m, Now: clock, Sleep: func(context.Context, time.Duration) error { return nil }}
	settings.BaseURL = serve(t, m.om)
	client, err := ordermanager.New(ordermanager.Options{Remote: settings, WarehouseName: "East DC", Credentials: ordermanager.Credentials{AccessToken: omsim.DefaultAccessToken}})
	m.must(nil, err)
	resolution, err := client.Resolve(t.Context())
	m.must(nil, err)
	m.source = client.Source(resolution)
	settings.BaseURL = serve(t, m.wh)
	m.destination, err = threepl.New(threepl.Options{Remote: settings, ClientID: whsim.DefaultClientID, ClientSecret: whsim.DefaultClientSecret,
		UserLogin: whsim.DefaultUserLogin, CustomerID: testCustomer, FacilityID: testFacility, Location: time.UTC})
	m.must(nil, err)
	return m
}

func (m *trader) must(_ any, err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// order adds an order that the warehouse takes, or refuses for one of the causes.
func (m *trader) order(cause int) {
	m.t.Helper()
	m.number++
	order := omsim.Order{OrderNumber: fmt.Sprintf("SO-%06d", m.number), OrderStatus: omsim.StatusAwaiting3PLExport,
		Source: &omsim.WarehouseInfo{WarehouseID: east}, SalesChannel: &omsim.SalesChannel{SalesChannelID: 1},
		ShipName: "Test Buyer", ShipAddress1: "1 Main Street", ShipCity: "Austin", ShipState: "TX", ShipZipCode: "78701", ShipCountry: "USA",
		Items: []omsim.OrderItem{omsim.Item("A", 1)}}
	switch cause {
	case 1, 2:
		order.Items = []omsim.OrderItem{omsim.Item(fmt.Sprintf("NEW-%d", cause), 1)}
	case 3:
		order.OrderNumber = "A-NUMBER-THAT-IS-TOO-LONG-" + order.OrderNumber
	}
	m.must(m.om.AddOrder(order))
}

// run works a run with this memory, and returns the orders it tried.
func (m *trader) run(memory routine.Memory) (routine.Report, []string) {
	m.t.Helper()
	m.tried = nil
	run := routine.NewOrderDownload(routine.Env{Source: m.source, Destination: m.destination, Now: func() time.Time { return m.now },
		Coordination: routine.NewCoordination(), Memory: memory}, routine.OrderDownloadConfig{Concurrency: 1})
	m.must(nil, run.Slice(m.t.Context(), func(context.Context, routine.Progress) error { return nil }))
	slices.Sort(m.tried)
	return run.Report(), m.tried
}

// A new process decides from status alone which refused orders are tried: at
// each instant they are those that a process tries which has not ended, and
// that was given what the run before it reported, and nothing of status.
func TestANewProcessDecidesAttemptsFromStatusAlone(t *testing.T) {
	lasting, mortal := newTrader(t), newTrader(t)
	var kept routine.Memory
	var entry *v1alpha1.RoutineStatus
	retried, probed := 0, false
	for i := range 60 {
		for _, m := range []*trader{lasting, mortal} {
			m.now = m.now.Add(30 * time.Minute)
			for n := range 8 {
				if i < 20 {
					m.order([]int{1, 3, 3, 2, 3, 1, 3, 0}[n])
				}
			}
		}
		report, tried := lasting.run(kept)
		kept = routine.Memory{PreviousRun: lasting.now, Failing: report.Failing.Cohorts, Shown: report.Listed()}

		// The other one ends after each run: all it has is the object.
		fromStatus, triedAnew := mortal.run(memoryOf(entry, "scope", false))
		written := finished(entry, endingOf(planned(t, nil), v1alpha1.RunSucceeded, func(e *ending) {
			e.start, e.end, e.report = mortal.now, mortal.now.Add(time.Second), fromStatus
		}))
		encoded, err := json.Marshal(bounded(&written))
		mortal.must(nil, err)
		entry = &v1alpha1.RoutineStatus{}
		mortal.must(nil, json.Unmarshal(encoded, entry))

		if !slices.Equal(tried, triedAnew) {
			t.Fatalf("run %d: the new process tried %d orders, the lasting one %d:\n%v\n%v", i, len(triedAnew), len(tried), triedAnew, tried)
		}
		if i >= 20 {
			retried += len(tried)
			probed = probed || len(tried) > 0 && len(tried) < 40
		}
	}
	if remembered := distinctIDs(entry.Failing.Cohorts); remembered != 140 || retried == 0 || !probed {
		t.Errorf("%d remembered, %d retried, some for others: %t", remembered, retried, probed)
	}
	if !slices.ContainsFunc(entry.Failing.Cohorts, func(c v1alpha1.FailingCohort) bool { return c.Cause != "" }) {
		t.Error("no cohort has a cause")
	}
}
