// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"net/http"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	sim "ordersync.dev/operator/internal/simulator/threepl"
)

func TestCheck(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	ok(t, w.driver.Check(t.Context()))
	if calls := w.Faults().Calls(); calls["GET /customers"] != 1 || calls["GET /properties/facilities"] != 1 || len(calls) != 3 {
		t.Errorf("calls %v", calls)
	}
}

func TestCheckOfWrongSettings(t *testing.T) {
	for name, test := range map[string]struct {
		set    func(*Options)
		reason string
	}{
		"customer":    {func(o *Options) { o.CustomerID = 99 }, fulfillment.ReasonCustomerNotFound},
		"facility":    {func(o *Options) { o.FacilityID = 99 }, fulfillment.ReasonFacilityNotFound},
		"exchanged":   {func(o *Options) { o.CustomerID, o.FacilityID = facilityID, customerID }, fulfillment.ReasonCustomerNotFound},
		"deactivated": {func(o *Options) { o.CustomerID = 20 }, fulfillment.ReasonCustomerNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWarehouse(t, sim.Options{})
			must(t)(w.AddCustomer(sim.Customer{ID: 20, Name: "Former", Facilities: []int64{facilityID}, Deactivated: true}))
			o := options(t, w.url, w.clock)
			test.set(&o)
			fault := wantFault(t, mustNew(t, o).Check(t.Context()), fulfillment.FaultMisconfigured)
			if fault.Reason != test.reason || fault.Hint == "" {
				t.Errorf("got %+v", fault)
			}
		})
	}
}

func TestCheckFindsACustomerOnALaterPage(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	for i := range 230 {
		must(t)(w.AddCustomer(sim.Customer{ID: int64(1000 + i), Name: fmt.Sprint("Customer ", 1000+i), Facilities: []int64{facilityID}}))
	}
	o := options(t, w.url, w.clock)
	o.CustomerID = 1229
	ok(t, mustNew(t, o).Check(t.Context()))
	o.CustomerID = 1230
	wantFault(t, mustNew(t, o).Check(t.Context()), fulfillment.FaultMisconfigured)
	if calls := w.Faults().Calls(); calls["GET /customers"] != 6 {
		t.Errorf("calls %v", calls)
	}
}

func TestFacilitiesOfEveryShape(t *testing.T) {
	customer := `{"totalResults":1,"_embedded":{"http://api.3plCentral.com/rels/customers/customer":[{"readOnly":{"customerId":17},"facilities":%s}]}}`
	for name, test := range map[string]struct {
		own, list string
		want      fulfillment.FaultKind
	}{
		"id":                   {`null`, `{"totalResults":1,"_embedded":{"x/facility":[{"id":3,"name":"East"}]}}`, ""},
		"facilityId":           {`[]`, `{"_embedded":{"item":[{"facilityId":3}]}}`, ""},
		"identifier":           {`[]`, `{"ResourceList":[{"FacilityIdentifier":{"Id":3}}]}`, ""},
		"read-only":            {`[]`, `{"ResourceList":[{"ReadOnly":{"FacilityId":3}}]}`, ""},
		"the customer's own":   {`[{"id":3}]`, `{"totalResults":900,"_embedded":{"facility":[{"id":8}]}}`, ""},
		"another":              {`[{"id":5}]`, `{"totalResults":1,"_embedded":{"facility":[{"id":33}]}}`, fulfillment.FaultMisconfigured},
		"none":                 {`[]`, `{"totalResults":0,"_embedded":{"facility":[]}}`, fulfillment.FaultMisconfigured},
		"nothing is not proof": {`[{"id":3}]`, `{}`, fulfillment.FaultMalformed},
		"a web page":           {`[{"id":3}]`, `<html>`, fulfillment.FaultMalformed},
		"texts":                {`[{"id":3}]`, `{"_embedded":{"facility":["East"]}}`, fulfillment.FaultMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			d := scripted(t, map[string]http.HandlerFunc{
				"GET /customers":             says(200, fmt.Sprintf(customer, test.own)),
				"GET /properties/facilities": says(200, test.list),
			})
			err := d.Check(t.Context())
			if test.want == "" {
				ok(t, err)
				return
			}
			wantFault(t, err, test.want)
		})
	}
}

func TestCheckNeverTakesNothingForAnAnswer(t *testing.T) {
	for _, body := range []string{``, `{}`, `<html>`, `{"totalResults":4}`} {
		d := scripted(t, map[string]http.HandlerFunc{"GET /customers": says(200, body)})
		wantFault(t, d.Check(t.Context()), fulfillment.FaultMalformed)
	}
}
