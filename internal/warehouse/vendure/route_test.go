// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	shop "ordersync.dev/operator/internal/testing/vendure"
)

// The custom field is written for people to read too, and what people wrote
// into it is no warehouse unless it is one's number.
func TestRouteInTheBooks(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 100)
	o := newOrder(line(sku, 1))
	o.WarehouseID = 31
	if created := create(t, d, o); created.RoutedTo != 31 {
		t.Errorf("created with the route %d", created.RoutedTo)
	}
	if books := booked(t, o); len(books) != 1 || books[0].CustomFields.Warehouse != "31" {
		t.Errorf("the books have %+v", books)
	}
	for written, want := range map[string]int64{"": 0, "East DC": 0, "-4": 0, "1e3": 0, "99999999999999999999": 0, "17": 17} {
		o := newOrder(line(sku, 1))
		_, err := server.Place(t.Context(), shop.NewOrder{
			Channel: ourToken, Reference: o.Number, Warehouse: written, Units: map[string]int64{sku: 1},
		})
		ok(t, err)
		if found := lookup(t, d, o); len(found) != 1 || found[0].RoutedTo != want {
			t.Errorf("%q is read as %+v, want the route %d", written, found, want)
		}
	}
}

// A route that is there stays when the order is adopted; anything else that is
// there is written over.
func TestAdoptionAndTheRoute(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 100)
	for written, want := range map[string]int64{"": 31, "East DC": 31, "17": 17} {
		o := newOrder(line(sku, 1))
		o.WarehouseID = 31
		id, err := server.Place(t.Context(), shop.NewOrder{
			Channel: ourToken, Reference: o.Number, Warehouse: written, Units: map[string]int64{sku: 1},
		})
		ok(t, err)
		adopted, err := d.AdoptOrder(t.Context(), id, o)
		if err != nil || adopted.Identity != o.ID.String() || adopted.RoutedTo != want {
			t.Errorf("%q: adopted with identity %q and route %d, want %d: %v", written, adopted.Identity, adopted.RoutedTo, want, err)
		}
	}
}

// What was thrown away says nothing of a route any more, however far it came.
func TestLeftoversLoseTheirRoute(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 100)
	o := newOrder(line(sku, 1))
	left, err := server.Place(t.Context(), shop.NewOrder{
		Channel: ourToken, Identity: o.ID.String(), Reference: o.Number, Warehouse: "31", Units: map[string]int64{sku: 1}, Until: "ArrangingPayment",
	})
	ok(t, err)
	create(t, d, o)
	order, err := server.Order(t.Context(), left)
	ok(t, err)
	if order.State != stateCancelled || order.CustomFields.Identity != "" || order.CustomFields.Reference != "" || order.CustomFields.Warehouse != "" {
		t.Errorf("what was thrown away is in state %s with %+v", order.State, order.CustomFields)
	}
}

// A shop without one of the three fields is told which it needs, before any
// order is sent. The real server refuses the field that is not there.
func TestCheckOfAShopWithoutAField(t *testing.T) {
	seed(t)
	target, err := url.Parse(server.URL)
	ok(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	for _, field := range []string{referenceField, identityField, routeField} {
		for what, in := range map[string]string{"filter": ": {eq:", "members": " "} {
			listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				body = bytes.Replace(body, []byte(field+in), []byte("absent"+in), 1)
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
				proxy.ServeHTTP(w, r)
			}))
			err := mustNew(t, options(listener.URL, newClock())).Check(t.Context())
			if f := wantFault(t, err, fulfillment.FaultMisconfigured); f.Code != codeValidation || !strings.Contains(f.Hint, field) {
				t.Errorf("without %s in the %s: got %+v", field, what, f)
			}
			listener.Close()
		}
	}
}
