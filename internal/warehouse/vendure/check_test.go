// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestCheck(t *testing.T) {
	seed(t)
	for name, test := range map[string]struct {
		change       func(*Options)
		kind         fulfillment.FaultKind
		reason, hint string
	}{
		"good":                {func(*Options) {}, "", "", ""},
		"good with a path":    {func(o *Options) { o.Remote.BaseURL += "/admin-api/" }, "", "", ""},
		"another path":        {func(o *Options) { o.Remote.BaseURL += "/elsewhere" }, fulfillment.FaultNotFound, "", ""},
		"wrong password":      {func(o *Options) { o.Password = "wrong" }, fulfillment.FaultAuthentication, fulfillment.ReasonCredentialsRefused, "password"},
		"unknown channel":     {func(o *Options) { o.Channel = "no-such-token" }, fulfillment.FaultMisconfigured, fulfillment.ReasonCustomerNotFound, "token"},
		"unknown location":    {func(o *Options) { o.StockLocation = "Nowhere" }, fulfillment.FaultMisconfigured, fulfillment.ReasonFacilityNotFound, "stock location"},
		"another's location":  {func(o *Options) { o.StockLocation = west }, fulfillment.FaultMisconfigured, fulfillment.ReasonFacilityNotFound, "stock location"},
		"capitals of another": {func(o *Options) { o.StockLocation = "East" }, fulfillment.FaultMisconfigured, fulfillment.ReasonFacilityNotFound, "letter for letter"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(server.URL, newClock())
			test.change(&o)
			err := mustNew(t, o).Check(t.Context())
			if test.kind == "" {
				ok(t, err)
				return
			}
			if f := wantFault(t, err, test.kind); f.Reason != test.reason || !strings.Contains(f.Hint, test.hint) {
				t.Errorf("reason %q, hint %q", f.Reason, f.Hint)
			}
		})
	}
}

// A stock location that is gone is a fault, and not a report of zeros.
func TestLocationThatIsGone(t *testing.T) {
	seed(t)
	o := options(server.URL, newClock())
	o.StockLocation = "Renamed"
	_, err := mustNew(t, o).Stock(t.Context())
	if f := wantFault(t, err, fulfillment.FaultMisconfigured); f.Reason != fulfillment.ReasonFacilityNotFound {
		t.Errorf("reason %q", f.Reason)
	}
}

// administrator makes an administrator with these permissions in our channel.
func administrator(t *testing.T, permissions ...string) (username, password string) {
	t.Helper()
	var channels struct {
		Channels struct{ Items []struct{ ID, Code string } }
	}
	ok(t, server.Query(t.Context(), "", `{ channels { items { id code } } }`, nil, &channels))
	var ours []string
	for _, c := range channels.Channels.Items {
		if c.Code == ourChannel {
			ours = append(ours, c.ID)
		}
	}
	var role struct{ CreateRole struct{ ID string } }
	code := fmt.Sprintf("role-%d", nextID())
	ok(t, server.Query(t.Context(), "", `mutation($i: CreateRoleInput!) { createRole(input: $i) { id } }`, map[string]any{"i": map[string]any{
		"code": code, "description": code, "permissions": permissions, "channelIds": ours,
	}}, &role))
	username, password = code+"@warehouse.example", "a-long-password"
	ok(t, server.Query(t.Context(), "", `mutation($i: CreateAdministratorInput!) { createAdministrator(input: $i) { id } }`, map[string]any{"i": map[string]any{
		"firstName": "Role", "lastName": code, "emailAddress": username, "password": password, "roleIds": []string{role.CreateRole.ID},
	}}, nil))
	return username, password
}

// An administrator with the permissions that Check asks for, and no others,
// can do everything; with one less, Check says which.
func TestLeastPermissions(t *testing.T) {
	seed(t)
	all := []string{"ReadOrder", "CreateOrder", "UpdateOrder", "DeleteOrder", "ReadCustomer", "ReadProduct", "ReadStockLocation"}
	o := options(server.URL, newClock())
	o.Username, o.Password = administrator(t, all...)
	d := mustNew(t, o)
	ok(t, d.Check(t.Context()))
	sku := addSKU(t, 10)
	order := newOrder(line(sku, 1))
	order.InternalNotes = "Fragile"
	created := create(t, d, order)
	if found := lookup(t, d, order); len(found) != 1 {
		t.Errorf("%d orders are found", len(found))
	}
	if row, _ := rowOf(t, d, sku); row == nil || *row.Available != fulfillment.Units(9) {
		t.Errorf("stock: %+v", row)
	}
	leaveBehind(t, "ArrangingPayment", order.ID.String()+"0", order.Number+"0", sku)
	if c := cancel(t, d, created.ID); c.Outcome != fulfillment.CancelDone {
		t.Errorf("outcome %s", c.Outcome)
	}

	o.Username, o.Password = administrator(t, all[1:]...)
	d = mustNew(t, o)
	if f := wantFault(t, d.Check(t.Context()), fulfillment.FaultPermission); !strings.Contains(f.Hint, "ReadOrder") || strings.Contains(f.Hint, "CreateOrder") {
		t.Errorf("the hint is %q", f.Hint)
	}
	_, err := d.FindOrders(t.Context(), []fulfillment.Lookup{{ID: order.ID}})
	if f := wantFault(t, err, fulfillment.FaultPermission); f.Reason != fulfillment.ReasonPermissionDenied || f.Code != codeForbidden {
		t.Errorf("got %+v", f)
	}
}

// Options that cannot be used are told before anything is sent, and nothing
// prints the password.
func TestOptions(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"no url":      func(o *Options) { o.Remote.BaseURL = "" },
		"no scheme":   func(o *Options) { o.Remote.BaseURL = "shop.example" },
		"no location": func(o *Options) { o.StockLocation = "" },
	} {
		o := options("https://shop.example", newClock())
		change(&o)
		_, err := New(o)
		if !fulfillment.IsFault(err, fulfillment.FaultMisconfigured) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := options("https://shop.example", newClock())
	sessions, err := NewSessions(o)
	ok(t, err)
	o.Sessions = sessions
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v", o, o, o), fmt.Sprintf("%v %+v %#v", sessions, sessions, sessions)} {
		if strings.Contains(printed, o.Password) {
			t.Error("the password is printed")
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mustNew(t, o).Stock(ctx); err == nil {
		t.Error("a cancelled context sends requests")
	}
}
