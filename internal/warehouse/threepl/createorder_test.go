// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	sim "ordersync.dev/operator/internal/simulator/threepl"
)

func TestCreateOrder(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	created, err := w.driver.CreateOrder(t.Context(), everything(), "SO-1001")
	ok(t, err)
	if created.Identity != "8812001" || created.Reference != "SO-1001" || created.State != fulfillment.WarehouseOpen || len(created.Lines) != 2 {
		t.Errorf("got %+v", created)
	}
	id, _ := parseID(created.ID)
	order, _ := w.Order(id)
	if order.CustomerID != customerID || order.FacilityID != facilityID || !order.Complete {
		t.Errorf("got %+v", order.SnapshotOrder)
	}
	if calls := w.Faults().Calls(); calls["POST /orders"] != 1 || calls["GET /orders/{id}"] != 0 {
		t.Errorf("calls %v", calls)
	}
}

func TestTakenReference(t *testing.T) {
	for _, status := range []int{400, 409} {
		w := newWarehouse(t, sim.Options{DuplicateStatus: status})
		must(t)(w.AddForeignOrder(typedIn(customerID, facilityID, "S-1", "", "A")))
		_, err := w.driver.CreateOrder(t.Context(), anOrder(1), "S-1")
		if fault := wantFault(t, err, fulfillment.FaultDuplicate); fault.Uncertain || fault.Code != "Duplicate" {
			t.Errorf("got %+v", fault)
		}
		if got := len(w.Orders()); got != 1 {
			t.Errorf("%d orders, want 1", got)
		}
	}
}

func TestRefusedOrders(t *testing.T) {
	for name, test := range map[string]struct {
		order  func(*fulfillment.Order)
		kind   fulfillment.FaultKind
		reason string
		code   string
		hint   string
	}{
		"unknown SKU": {func(o *fulfillment.Order) { o.Lines[1].SKU = "NOPE-9" }, fulfillment.FaultInvalid,
			fulfillment.ReasonUnknownSKU, "DoesNotExist", "NOPE-9"},
		"two unknown SKUs": {func(o *fulfillment.Order) { o.Lines[0].SKU, o.Lines[1].SKU = "NOPE-8", "NOPE-9" }, fulfillment.FaultInvalid,
			fulfillment.ReasonUnknownSKU, "DoesNotExist", "NOPE-8"},
		"unknown carrier": {func(o *fulfillment.Order) { o.Carrier = "Pigeons" }, fulfillment.FaultInvalid,
			fulfillment.ReasonRefusedByWarehouse, "DoesNotExist", "RoutingInfo.Carrier"},
		"unknown service": {func(o *fulfillment.Order) { o.Carrier, o.RequestedService = "UPS", "By tomorrow, please" }, fulfillment.FaultInvalid,
			fulfillment.ReasonRefusedByWarehouse, "DoesNotExist", "RoutingInfo.Mode"},
		"several things": {func(o *fulfillment.Order) { o.Carrier = "Pigeons"; o.Lines[1].SKU = "NOPE-9" }, fulfillment.FaultInvalid,
			fulfillment.ReasonUnknownSKU, "DoesNotExist", "NOPE-9"},
	} {
		for _, flat := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " flat ", flat), func(t *testing.T) {
				w := newWarehouse(t, sim.Options{FlatListFaults: flat})
				order := anOrder(1)
				test.order(&order)
				_, err := w.driver.CreateOrder(t.Context(), order, "S-1")
				fault := wantFault(t, err, test.kind)
				if fault.Reason != test.reason || fault.Code != test.code || !strings.Contains(fault.Hint, test.hint) || fault.Uncertain {
					t.Errorf("got %+v", fault)
				}
				if len(w.Orders()) != 0 {
					t.Error("a refused order left something behind")
				}
			})
		}
	}
}

func TestWrongSettingsAreTheConnections(t *testing.T) {
	for name, test := range map[string]struct {
		set    func(*Options)
		reason string
	}{
		"customer":                    {func(o *Options) { o.CustomerID = 99 }, fulfillment.ReasonCustomerNotFound},
		"facility":                    {func(o *Options) { o.FacilityID = 99 }, fulfillment.ReasonFacilityNotFound},
		"facility of other customers": {func(o *Options) { o.FacilityID = 5 }, fulfillment.ReasonFacilityNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWarehouse(t, sim.Options{})
			must(t)(w.AddFacility(sim.Facility{ID: 5, Name: "South"}))
			o := options(t, w.url, w.clock)
			test.set(&o)
			_, err := mustNew(t, o).CreateOrder(t.Context(), anOrder(1), "S-1")
			if fault := wantFault(t, err, fulfillment.FaultMisconfigured); fault.Reason != test.reason || fault.Hint == "" {
				t.Errorf("got %+v", fault)
			}
		})
	}
}

// Bodies of refusals, as the vendor's documentation and its users show them.
func TestRefusalBodies(t *testing.T) {
	model := func(code, property, value string) string {
		return fmt.Sprintf(`{"$type":"WMS.V2.Generic.Models.Exceptions.ModelValidationException, WMS.V2.Generic.Models","ModelType":"Order",
			"Properties":[{"Name":%q,"Value":%s}],"ErrorCode":%q,"Hint":"Ada Byron, 1 Main St"}`, property, value, code)
	}
	list := func(faults ...string) string {
		return `{"$type":"WMS.V2.Generic.Models.Exceptions.ListException, WMS.V2.Generic.Models","Faults":[` + strings.Join(faults, ",") + `]}`
	}
	nested := model("Duplicate", "ReferenceNum", `"S-1"`)
	for range 50 {
		nested = list(nested)
	}
	for name, test := range map[string]struct {
		status int
		body   string
		kind   fulfillment.FaultKind
		reason string
		code   string
		hint   string
	}{
		"duplicate":                {400, model("Duplicate", "ReferenceNum", `"S-1"`), fulfillment.FaultDuplicate, "", "Duplicate", ""},
		"duplicate, no property":   {400, `{"ErrorCode":"Duplicate"}`, fulfillment.FaultDuplicate, "", "Duplicate", ""},
		"duplicate of the id":      {400, model("Duplicate", "externalId", `"1"`), fulfillment.FaultDuplicate, "", "Duplicate", ""},
		"duplicate of other thing": {400, model("Duplicate", "SavedElements", `null`), fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse, "Duplicate", "SavedElements"},
		"duplicate among others": {400, list(model("Required", "ShipTo.State", `null`), model("Duplicate", "ReferenceNum", `"S-1"`)),
			fulfillment.FaultDuplicate, "", "Duplicate", ""},
		"SKU by value":          {400, model("DoesNotExist", "ItemIdentifier.Sku", `"b"`), fulfillment.FaultInvalid, fulfillment.ReasonUnknownSKU, "DoesNotExist", "customer: B"},
		"SKU by identifier":     {400, model("DoesNotExist", "OrderItem.ItemIdentifier", `{"Sku":"B"}`), fulfillment.FaultInvalid, fulfillment.ReasonUnknownSKU, "DoesNotExist", "customer: B"},
		"SKU by place":          {400, model("DoesNotExist", "OrderItems[1].ItemIdentifier", `null`), fulfillment.FaultInvalid, fulfillment.ReasonUnknownSKU, "DoesNotExist", "customer: B"},
		"SKU by a wrong place":  {400, model("DoesNotExist", "OrderItems[9].ItemIdentifier", `null`), fulfillment.FaultInvalid, fulfillment.ReasonUnknownSKU, "DoesNotExist", "a SKU of the order"},
		"SKU of somebody else":  {400, model("DoesNotExist", "ItemIdentifier.Sku", `"Ada Byron"`), fulfillment.FaultInvalid, fulfillment.ReasonUnknownSKU, "DoesNotExist", "a SKU of the order"},
		"address":               {400, model("Required", "ShipTo.State", `null`), fulfillment.FaultInvalid, fulfillment.ReasonAddressIncomplete, "Required", "ShipTo.State"},
		"other":                 {400, model("ValueNotSupported", "ShipTo.Country", `"XX"`), fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse, "ValueNotSupported", "ShipTo.Country"},
		"personal data as name": {400, model("ValueNotSupported", "Ada Byron, 1 Main St", `null`), fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse, "ValueNotSupported", ""},
		"personal data as code": {400, model("Ada Byron", "ShipTo", `null`), fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse, "", "ShipTo"},
		"nested without end":    {400, nested, fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse, "", ""},
		"an operation":          {403, `{"$type":"X.OperationException, X","ErrorCode":"DateBeforeFreeze"}`, fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse, "DateBeforeFreeze", ""},
		"a missing permission":  {403, `{"$type":"X.AuthorizationException, X","Hint":"Ada"}`, fulfillment.FaultPermission, "", "", "OrderWrite"},
		"a bare 403":            {403, ``, fulfillment.FaultPermission, "", "", "OrderWrite"},
		"a bare 400":            {400, ``, fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse, "", ""},
		"plain text":            {400, `Ada Byron cannot be found`, fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse, "", ""},
		"an array":              {400, `[]`, fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse, "", ""},
		"too many requests":     {429, model("Duplicate", "ReferenceNum", `"S-1"`), fulfillment.FaultThrottled, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := scripted(t, map[string]http.HandlerFunc{"POST /orders": says(test.status, test.body)})
			_, err := d.CreateOrder(t.Context(), anOrder(1), "S-1")
			fault := wantFault(t, err, test.kind)
			if fault.Reason != test.reason || fault.Code != test.code || !strings.Contains(fault.Hint, test.hint) || fault.Uncertain || fault.Status != test.status {
				t.Errorf("got %+v", fault)
			}
		})
	}
}

// After these the order may be there: the routine looks before it repeats.
func TestLostAnswersAreUncertain(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"500 after the effect":           {Kind: fault.StatusAfter, Status: 500, Body: "Ada Byron"},
		"503 before the effect":          {Kind: fault.StatusBefore, Status: 503},
		"the connection breaks after it": {Kind: fault.DropAfter},
		"half an answer":                 {Kind: fault.Truncate},
		"half an answer, framed whole":   {Kind: fault.Truncate, Whole: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWarehouse(t, sim.Options{})
			rule.Method, rule.Path = http.MethodPost, "/orders"
			w.Faults().MustAdd(rule)
			_, err := w.driver.CreateOrder(t.Context(), anOrder(1), "S-1")
			if !fulfillment.Uncertain(err) {
				t.Errorf("got %v, want it to be uncertain", err)
			}
			if calls := w.Faults().Calls(); calls["POST /orders"] != 1 {
				t.Errorf("sent %d times", calls["POST /orders"])
			}
			w.Faults().Clear()
			want := 1
			if rule.Kind == fault.StatusBefore {
				want = 0
			}
			if got := w.find(t, lookup(1, "S-1")); len(got) != want {
				t.Errorf("found %d orders, want %d", len(got), want)
			}
		})
	}
}

// reply is the service's reply to anOrder(1) under S-1, with a change.
func reply(t testing.TB, change func(order map[string]any)) string {
	t.Helper()
	line := func(item int, external, sku string, qty float64) map[string]any {
		return map[string]any{"readOnly": map[string]any{"orderItemId": item}, "itemIdentifier": map[string]any{"sku": sku}, "externalId": external, "qty": qty}
	}
	order := map[string]any{
		"readOnly": map[string]any{"orderId": 100, "status": 0, "isClosed": false, "lastModifiedDate": "2026-11-23T04:00:00",
			"customerIdentifier": map[string]any{"id": 17}, "facilityIdentifier": map[string]any{"id": 3}},
		"referenceNum": "S-1", "externalId": "1",
		"_embedded": map[string]any{"http://api.3plCentral.com/rels/orders/item": []any{line(71, "91", "A", 2), line(72, "92", "B", 1)}},
	}
	change(order)
	body, err := json.Marshal(order)
	ok(t, err)
	return string(body)
}

func lines(order map[string]any) []any {
	return order["_embedded"].(map[string]any)["http://api.3plCentral.com/rels/orders/item"].([]any)
}

func TestReplyMustProveTheOrder(t *testing.T) {
	embed := func(order map[string]any, items ...any) {
		order["_embedded"] = map[string]any{"http://api.3plCentral.com/rels/orders/item": items}
	}
	for name, test := range map[string]struct {
		change func(order map[string]any)
		names  string
	}{
		"another identity":  {func(o map[string]any) { o["externalId"] = "2" }, "externalId"},
		"no identity":       {func(o map[string]any) { o["externalId"] = "" }, "externalId"},
		"another reference": {func(o map[string]any) { o["referenceNum"] = "S-1-1" }, "referenceNum"},
		"another customer": {func(o map[string]any) {
			o["readOnly"].(map[string]any)["customerIdentifier"] = map[string]any{"id": 18}
		}, "customerIdentifier"},
		"another building":  {func(o map[string]any) { o["readOnly"].(map[string]any)["facilityIdentifier"] = map[string]any{"id": 4} }, "facilityIdentifier"},
		"a line is missing": {func(o map[string]any) { embed(o, lines(o)[0]) }, "orderItems"},
		"a line twice":      {func(o map[string]any) { embed(o, lines(o)[0], lines(o)[1], lines(o)[1]) }, "orderItems"},
		"lines exchanged": {func(o map[string]any) {
			lines(o)[0].(map[string]any)["externalId"], lines(o)[1].(map[string]any)["externalId"] = "92", "91"
		}, "orderItems"},
		"fewer units":        {func(o map[string]any) { lines(o)[0].(map[string]any)["qty"] = 1.9999 }, "orderItems"},
		"another SKU":        {func(o map[string]any) { lines(o)[0].(map[string]any)["itemIdentifier"] = map[string]any{"sku": "C"} }, "orderItems"},
		"no lines":           {func(o map[string]any) { delete(o, "_embedded") }, "orderItems"},
		"no id":              {func(o map[string]any) { o["readOnly"].(map[string]any)["orderId"] = nil }, "readOnly.orderId"},
		"a body without any": {func(o map[string]any) { clear(o) }, "readOnly.orderId"},
	} {
		t.Run(name, func(t *testing.T) {
			body := reply(t, test.change)
			d := scripted(t, map[string]http.HandlerFunc{"POST /orders": says(201, body), "GET /orders/100": says(200, body)})
			_, err := d.CreateOrder(t.Context(), anOrder(1), "S-1")
			fault := wantFault(t, err, fulfillment.FaultMalformed)
			if !fault.Uncertain || !strings.Contains(fault.Hint, test.names) {
				t.Errorf("got %+v", fault)
			}
		})
	}
}

func TestReplyThatProvesTheOrder(t *testing.T) {
	for name, change := range map[string]func(order map[string]any){
		"as it is":           func(map[string]any) {},
		"in another order":   func(o map[string]any) { slices.Reverse(lines(o)) },
		"SKUs in other case": func(o map[string]any) { lines(o)[0].(map[string]any)["itemIdentifier"] = map[string]any{"sku": "a"} },
		"decimals":           func(o map[string]any) { lines(o)[0].(map[string]any)["qty"] = "2.0000" },
	} {
		t.Run(name, func(t *testing.T) {
			d := scripted(t, map[string]http.HandlerFunc{"POST /orders": says(201, reply(t, change))})
			created, err := d.CreateOrder(t.Context(), anOrder(1), "S-1")
			ok(t, err)
			if created.ID != "100" {
				t.Errorf("got %+v", created)
			}
		})
	}
}

func TestAShortReplyIsReadAgain(t *testing.T) {
	short := reply(t, func(o map[string]any) { delete(o, "_embedded") })
	for name, test := range map[string]struct {
		read http.HandlerFunc
		good bool
	}{
		"proven":           {says(200, reply(t, func(map[string]any) {})), true},
		"still unproven":   {says(200, short), false},
		"not readable":     {says(500, ""), false},
		"archived at once": {says(404, ""), false},
	} {
		t.Run(name, func(t *testing.T) {
			d := scripted(t, map[string]http.HandlerFunc{"POST /orders": says(201, short), "GET /orders/100": test.read})
			_, err := d.CreateOrder(t.Context(), anOrder(1), "S-1")
			if test.good {
				ok(t, err)
				return
			}
			if fault := wantFault(t, err, fulfillment.FaultMalformed); !fault.Uncertain {
				t.Errorf("got %+v", fault)
			}
		})
	}
}

func TestAnswersOfSuccessThatSayNothing(t *testing.T) {
	for _, body := range []string{``, `null`, `<html>`, `[]`, `"created"`} {
		d := scripted(t, map[string]http.HandlerFunc{"POST /orders": says(201, body)})
		_, err := d.CreateOrder(t.Context(), anOrder(1), "S-1")
		if fault := wantFault(t, err, fulfillment.FaultMalformed); !fault.Uncertain {
			t.Errorf("%q: got %+v", body, fault)
		}
	}
}

// A refusal says for want of which one thing an order was refused, so that it
// can be told of other orders whether they need it too; words name nothing.
func TestRefusalsNameTheThingThatIsMissing(t *testing.T) {
	pigeons := func(o *fulfillment.Order) { o.Carrier = "Pigeons" }
	for name, test := range map[string]struct {
		order func(*fulfillment.Order)
		thing func(fulfillment.Order) string
	}{
		"an unknown SKU":   {func(o *fulfillment.Order) { o.Lines[1].SKU = "NOPE-9" }, func(fulfillment.Order) string { return fulfillment.SKUThing("NOPE-9") }},
		"two unknown SKUs": {func(o *fulfillment.Order) { o.Lines[0].SKU, o.Lines[1].SKU = "NOPE-9", "NOPE-8" }, func(fulfillment.Order) string { return fulfillment.SKUThing("NOPE-9") }},
		"a carrier":        {pigeons, fulfillment.ShippingThing},
		"a SKU before it":  {func(o *fulfillment.Order) { pigeons(o); o.Lines[0].SKU = "NOPE-9" }, func(fulfillment.Order) string { return fulfillment.SKUThing("NOPE-9") }},
		"no city":          {func(o *fulfillment.Order) { o.ShipTo.City = "" }, func(fulfillment.Order) string { return "" }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWarehouse(t, sim.Options{})
			order := anOrder(1)
			test.order(&order)
			_, err := w.driver.CreateOrder(t.Context(), order, "S-1")
			if fault := wantFault(t, err, fulfillment.FaultInvalid); fault.Thing != test.thing(order) {
				t.Errorf("names %q, want %q", fault.Thing, test.thing(order))
			}
		})
	}
}
