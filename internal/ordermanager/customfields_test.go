// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	simulator "ordersync.dev/operator/internal/simulator/ordermanager"
)

func TestCustomFieldsOfTheSimulator(t *testing.T) {
	a := newAccount(t, simulator.Options{}, simulator.SeedOptions{Orders: 3, WaitingOnly: true})
	source := a.source(t)
	orders, err := source.WaitingOrders(t.Context(), 1)
	if err != nil || len(orders) != 3 {
		t.Fatalf("%d orders, %v", len(orders), err)
	}
	fields, err := source.CustomFields(t.Context(), orders)
	if err != nil || len(fields) != 3 || fields[0].Order != nil || fields[0].Lines != nil {
		t.Fatalf("without a custom field: %+v, %v", fields, err)
	}
	for name, kind := range map[string]string{"Engraving": "TEXTSHORT", "Deposit": "MONEY", "Rush": "BOOLEAN"} {
		must(t, a.DefineOrderField(name, kind))
	}
	must(t, a.DefineItemField("Gift wrap", "TEXTSHORT"))
	must(t, a.SetOrderField(int64(orders[1].ID), "Engraving", " A + B "))
	must(t, a.SetOrderField(int64(orders[1].ID), "Rush", true))
	must(t, a.SetOrderField(int64(orders[2].ID), "Deposit", map[string]any{"amount": 12.5, "currency": "USD"}))
	must(t, a.SetItemField(orders[0].Lines[0].ID, "Gift wrap", "red"))
	fields, err = source.CustomFields(t.Context(), orders)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(fields[1].Order, func(a, b fulfillment.Field) int { return strings.Compare(a.Name, b.Name) })
	want := []fulfillment.CustomFields{
		{OrderID: orders[0].ID, Lines: map[int64][]fulfillment.Field{orders[0].Lines[0].ID: {{Name: "Gift wrap", Value: "red"}}}},
		{OrderID: orders[1].ID, Order: []fulfillment.Field{{Name: "Engraving", Value: "A + B"}, {Name: "Rush", Value: "true"}}},
		{OrderID: orders[2].ID, Order: []fulfillment.Field{{Name: "Deposit", Value: "12.5 USD"}}},
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// customStub answers the four calls; the values are those of every order, and of every call for items.
func customStub(t *testing.T, orderFields, orderValues, itemFields, itemValues string) *stub {
	t.Helper()
	return newStub(t, func(r *http.Request, _ string) (int, string) {
		answer := map[string]string{
			orderFieldsEndpoint: orderFields, itemFieldsEndpoint: itemFields, itemValuesEndpoint: itemValues,
		}[r.URL.Path]
		if strings.HasSuffix(r.URL.Path, "/customfieldvalues") {
			answer = orderValues
		}
		if answer == "" {
			return 404, ""
		}
		return 200, answer
	})
}

var twoLines = []fulfillment.Order{{ID: 1, Lines: []fulfillment.Line{{ID: 11}, {ID: 12}}}, {ID: 2, Lines: []fulfillment.Line{{ID: 21}}}}

func TestAssumptionOfTheFormOfCustomFields(t *testing.T) {
	const none, defined, bulk = `[]`, `[{"name":"Engraving"}]`, `{"results":[{"name":"Wrap"}],"errors":null}`
	engraved := func(value string) []fulfillment.Field {
		return []fulfillment.Field{{Name: "Engraving", Value: value}}
	}
	for _, test := range []struct {
		name                                             string
		orderFields, orderValues, itemFields, itemValues string
		order                                            []fulfillment.Field
		lines                                            map[int64][]fulfillment.Field
		unread                                           bool
	}{
		{name: "a list", orderFields: defined, orderValues: `[{"customFieldDef":{"name":"Engraving","active":true},"value":"A"}]`, itemFields: none, order: engraved("A")},
		{name: "one object", orderFields: defined, orderValues: `{"customFieldDef":{"name":"Engraving"},"value":7}`, itemFields: none, order: engraved("7")},
		{name: "in results", orderFields: bulk, orderValues: `{"results":[{"customFieldDef":{"name":"Engraving"},"value":"A"}]}`, itemFields: none, order: engraved("A")},
		{name: "no longer active, null, blank", orderFields: defined, itemFields: none,
			orderValues: `[{"customFieldDef":{"name":"Old","active":false},"value":"A"},{"customFieldDef":{"name":"B"},"value":null},{"customFieldDef":{"name":"C"},"value":" "}]`},
		{name: "no values", orderFields: defined, orderValues: `[]`, itemFields: none},
		{name: "a value without a field", orderFields: defined, orderValues: `[{"value":"A"}]`, itemFields: none, unread: true},
		{name: "null", orderFields: defined, orderValues: `null`, itemFields: none, unread: true},
		{name: "of lines", orderFields: none, itemFields: bulk, itemValues: `{"results":[{"orderItemId":12,"customFieldDef":{"name":"Wrap"},"value":"red"}]}`,
			lines: map[int64][]fulfillment.Field{12: {{Name: "Wrap", Value: "red"}}}},
		{name: "of lines, by name", orderFields: none, itemFields: bulk, itemValues: `{"results":[{"orderItemId":12,"name":"Wrap","value":"red"}]}`,
			lines: map[int64][]fulfillment.Field{12: {{Name: "Wrap", Value: "red"}}}},
		{name: "of a line that nobody asked for", orderFields: none, itemFields: bulk, itemValues: `{"results":[{"orderItemId":99,"name":"Wrap","value":"red"}]}`, unread: true},
		{name: "of lines, with an error", orderFields: none, itemFields: bulk, itemValues: `{"results":[],"errors":[{"errorCode":"ERR1"}]}`, unread: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := customStub(t, test.orderFields, test.orderValues, test.itemFields, test.itemValues)
			fields, err := s.source().CustomFields(t.Context(), twoLines[:1])
			if err != nil || len(fields) != 1 {
				t.Fatalf("%+v, %v", fields, err)
			}
			if (fields[0].Unread != nil) != test.unread {
				t.Errorf("unread: %v", fields[0].Unread)
			}
			if diff := cmp.Diff(test.order, fields[0].Order) + cmp.Diff(test.lines, fields[0].Lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Without a field there are two calls whatever the number of orders; with one
// there is a call for each order, and one for the lines of all of them.
func TestCallsForCustomFields(t *testing.T) {
	const defined = `[{"name":"Engraving"}]`
	s := customStub(t, `[]`, `[]`, `{"results":[]}`, ``)
	if _, err := s.source().CustomFields(t.Context(), twoLines); err != nil || len(s.requests()) != 2 {
		t.Errorf("%v", err)
	}
	s = customStub(t, defined, `[]`, defined, `{"results":[]}`)
	if _, err := s.source().CustomFields(t.Context(), twoLines); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"GET /v1.1/orders/orderitems/customFields/definitions?page=1&limit=100",
		"GET /v1.1/orders/orderitems/customFields/values?orderItemIds=11&orderItemIds=12&orderItemIds=21",
		"GET /v1.1/orders/customfielddefinitions?page=1&limit=100",
		"GET /v1.1/orders/1/customfieldvalues", "GET /v1.1/orders/2/customfieldvalues",
	}
	if diff := cmp.Diff(want, s.requests()); diff != "" {
		t.Error(diff)
	}
}

// What is refused for one order, or for one line, spoils no other order.
func TestUnreadCustomFieldsAreOneOrdersAlone(t *testing.T) {
	s := newStub(t, func(r *http.Request, _ string) (int, string) {
		switch {
		case r.URL.Path == orderFieldsEndpoint || r.URL.Path == itemFieldsEndpoint:
			return 200, `[{"name":"Engraving"}]`
		case r.URL.Path == itemValuesEndpoint && slices.Contains(r.URL.Query()["orderItemIds"], "12"):
			return 422, ``
		case r.URL.Path == itemValuesEndpoint:
			return 200, `{"results":[{"orderItemId":21,"name":"Wrap","value":"red"}]}`
		}
		return 200, `[{"customFieldDef":{"name":"Engraving"},"value":"A"}]`
	})
	fields, err := s.source().CustomFields(t.Context(), twoLines)
	if err != nil || len(fields) != 2 || fields[0].Unread == nil || fields[1].Unread != nil || len(fields[1].Order) != 1 || len(fields[1].Lines[21]) != 1 {
		t.Errorf("%+v, %v", fields, err)
	}
}

// What was read before the server gave out is not lost.
func TestCustomFieldsThatWereReadAreKept(t *testing.T) {
	s := newStub(t, func(r *http.Request, _ string) (int, string) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/2/customfieldvalues"):
			return 401, ``
		case r.URL.Path == itemFieldsEndpoint:
			return 200, `[]`
		case r.URL.Path == orderFieldsEndpoint:
			return 200, `[{"name":"Engraving"}]`
		}
		return 200, `[{"customFieldDef":{"name":"Engraving"},"value":"A"}]`
	})
	fields, err := s.source().CustomFields(t.Context(), twoLines)
	if err == nil || len(fields) != 1 || fields[0].OrderID != 1 || len(fields[0].Order) != 1 {
		t.Errorf("%+v, %v", fields, err)
	}
}
