// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const ordersPath = "spec.orders."

func TestConnectionOrderLoadOptions(t *testing.T) {
	runSchemaCases(t, connectionManifest, []schemaCase{
		{name: "all of them", patch: orders(`orderTypes: [POS, FBA], minimumAge: 30m, orderNumber: CustomField1, loadCustomFields: true,
			splitCustomerNames: false, concatShipCodeAndCarrier: true, loadSalesChannelName: true, orderSource: "Acme Web",
			defaultOrderEmail: orders@acme.example, defaultOrderPhone: "+1 (555) 010-0199 x7", edits: Update`)},
		{name: "another rule for edits", patch: orders(`edits: Overwrite`), field: ordersPath + "edits", message: "Unsupported value"},
		{name: "no type", patch: orders(`orderTypes: []`), field: ordersPath + "orderTypes", message: "should have at least 1 items"},
		{name: "a type that nobody knows", patch: orders(`orderTypes: [standard]`), field: ordersPath + "orderTypes[0]", message: "Unsupported value"},
		{name: "an age of nothing", patch: orders(`minimumAge: 0s`), field: ordersPath + "minimumAge", message: "must be between 1m and 168h"},
		{name: "an age of eight days", patch: orders(`minimumAge: 192h`), field: ordersPath + "minimumAge", message: "must be between 1m and 168h"},
		{name: "a number of another field", patch: orders(`orderNumber: Email`), field: ordersPath + "orderNumber", message: "Unsupported value"},
		{name: "pre-built kits", patch: orders(`kits: PreBuilt`)},
		{name: "kits of another kind", patch: orders(`kits: Virtual`), field: ordersPath + "kits", message: "Unsupported value"},
		{name: "a blank source", patch: orders(`orderSource: " "`), field: ordersPath + "orderSource", message: "should match"},
		{name: "a source with a blank at its end", patch: orders(`orderSource: "Acme "`), field: ordersPath + "orderSource", message: "should match"},
		{name: "no mail address", patch: orders(`defaultOrderEmail: orders`), field: ordersPath + "defaultOrderEmail", message: "should match"},
		{name: "two mail addresses", patch: orders(`defaultOrderEmail: "a@b c@d"`), field: ordersPath + "defaultOrderEmail", message: "should match"},
		{name: "no phone number", patch: orders(`defaultOrderPhone: none`), field: ordersPath + "defaultOrderPhone", message: "should match"},
	})
}

func TestConnectionOrderFilters(t *testing.T) {
	const path = ordersPath + "filters"
	runSchemaCases(t, connectionManifest, []schemaCase{
		{name: "a field twice", patch: orders(`filters: [{field: ShipState, mode: Restricted, values: [AK, HI]}, {field: ShipState, mode: Required, match: StartsWith, values: [T]}]`)},
		{name: "a field that is none", patch: orders(`filters: [{field: ShipName, mode: Required, values: [A]}]`), field: path + "[0].field", message: "Unsupported value"},
		{name: "no field", patch: orders(`filters: [{mode: Required, values: [A]}]`), field: path + "[0].field", message: "Required value"},
		{name: "no mode", patch: orders(`filters: [{field: Label, values: [A]}]`), field: path + "[0].mode", message: "Required value"},
		{name: "no values", patch: orders(`filters: [{field: Label, mode: Required}]`), field: path + "[0].values", message: "Required value"},
		{name: "an empty list", patch: orders(`filters: [{field: Label, mode: Required, values: []}]`), field: path + "[0].values", message: "should have at least 1 items"},
		{name: "a blank value", patch: orders(`filters: [{field: Label, mode: Required, values: ["  "]}]`), field: path + "[0].values[0]", message: "should match"},
		{name: "a match that is none", patch: orders(`filters: [{field: Label, mode: Required, match: Contains, values: [A]}]`), field: path + "[0].match", message: "Unsupported value"},
		{name: "33 filters", patch: orders(`filters: [` + strings.Repeat(`{field: Label, mode: Required, values: [A]},`, 33) + `]`), field: path, message: "must have at most 32 items"},
	})
}

func TestConnectionItemFilters(t *testing.T) {
	const path = ordersPath + "itemFilters"
	var many []string
	for i := range 501 {
		many = append(many, fmt.Sprintf("SKU-%d", i))
	}
	runSchemaCases(t, connectionManifest, []schemaCase{
		{name: "two", patch: orders(`itemFilters: [{mode: Deny, action: DropLine, skus: [A]}, {mode: Allow, action: SkipOrder, side: Warehouse, skus: [B]}]`)},
		{name: "500 SKUs", patch: orders(`itemFilters: [{mode: Deny, action: DropLine, skus: [` + strings.Join(many[:500], ",") + `]}]`)},
		{name: "501 SKUs", patch: orders(`itemFilters: [{mode: Deny, action: DropLine, skus: [` + strings.Join(many, ",") + `]}]`), field: path + "[0].skus", message: "must have at most 500 items"},
		{name: "no action", patch: orders(`itemFilters: [{mode: Deny, skus: [A]}]`), field: path + "[0].action", message: "Required value"},
		{name: "no mode", patch: orders(`itemFilters: [{action: DropLine, skus: [A]}]`), field: path + "[0].mode", message: "Required value"},
		{name: "no SKU", patch: orders(`itemFilters: [{mode: Deny, action: DropLine, skus: []}]`), field: path + "[0].skus", message: "should have at least 1 items"},
		{name: "a blank SKU", patch: orders(`itemFilters: [{mode: Deny, action: DropLine, skus: [" "]}]`), field: path + "[0].skus[0]", message: "should match"},
	})
}

func TestFilterDefaults(t *testing.T) {
	created := create(t, object(t, connectionManifest, orders(
		`filters: [{field: Label, mode: Required, values: [A]}], itemFilters: [{mode: Deny, action: DropLine, skus: [A]}]`)))
	got, _, err := unstructured.NestedMap(created.Object, "spec", "orders")
	if err != nil {
		t.Fatal(err)
	}
	want := parse(t, `
filters: [{field: Label, mode: Required, match: Equal, values: [A]}]
itemFilters: [{mode: Deny, action: DropLine, side: Source, skus: [A]}]
`)
	for _, name := range []string{"filters", "itemFilters"} {
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestConnectionLabelOfDownloadedOrders(t *testing.T) {
	const (
		path  = ordersPath + "labelDownloadedOrders"
		need  = "is required with these pickupStatuses"
		other = "is a label that means something else"
	)
	cases := []schemaCase{
		{name: "a label", patch: orders(`labelDownloadedOrders: At the warehouse`)},
		{name: "a label beside marked statuses", patch: orders(`labelDownloadedOrders: sent, pickupStatuses: [AWAITING_DROPSHIP]`)},
		{name: "every status", patch: orders(`labelDownloadedOrders: sent, pickupStatuses: [AWAITING_3PL_EXPORT, AWAITING_DROPSHIP, AWAITING_SHIPMENT, AWAITING_MC_FULFILLMENT, AWAITING_PAYMENT, PENDING_FULFILLMENT]`)},
		{name: "one among marked ones", patch: orders(`pickupStatuses: [AWAITING_3PL_EXPORT, AWAITING_SHIPMENT]`), field: path, message: need},
		{name: "a blank one", patch: orders(`labelDownloadedOrders: " "`), field: path, message: "should match"},
		{name: "an empty one", patch: orders(`labelDownloadedOrders: ""`), field: path, message: "should be at least 1 chars long"},
		{name: "the one that holds", patch: orders(`labelDownloadedOrders: OrderSync-Hold`), field: path, message: other},
		{name: "the one that skips", patch: orders(`labelDownloadedOrders: ordersync-skip`), field: path, message: other},
		{name: "one that only begins alike", patch: orders(`labelDownloadedOrders: ordersync-sent`)},
	}
	for _, status := range []string{"AWAITING_SHIPMENT", "AWAITING_MC_FULFILLMENT", "AWAITING_PAYMENT", "PENDING_FULFILLMENT"} {
		cases = append(cases,
			schemaCase{name: status + " without a label", patch: orders(`pickupStatuses: [` + status + `]`), field: path, message: need},
			schemaCase{name: status + " with a label", patch: orders(`labelDownloadedOrders: sent, pickupStatuses: [` + status + `]`)})
	}
	runSchemaCases(t, connectionManifest, cases)
}

// The label is what tells sent orders from waiting ones.
func TestLabelOfDownloadedOrdersStays(t *testing.T) {
	const path = ordersPath + "labelDownloadedOrders"
	for _, test := range []struct{ name, stored, patch, field, message string }{
		{"another label where it is the mark", `labelDownloadedOrders: sent, pickupStatuses: [AWAITING_SHIPMENT]`, `labelDownloadedOrders: gone`, path, "cannot be changed while it is the mark"},
		{"the same in other letters", `labelDownloadedOrders: sent, pickupStatuses: [AWAITING_SHIPMENT]`, `labelDownloadedOrders: Sent`, "", ""},
		{"no label where it is the mark", `labelDownloadedOrders: sent, pickupStatuses: [AWAITING_SHIPMENT]`, `labelDownloadedOrders: null`, path, "is required with these pickupStatuses"},
		{"another label and another status", `labelDownloadedOrders: sent, pickupStatuses: [AWAITING_SHIPMENT]`, `labelDownloadedOrders: gone, pickupStatuses: [AWAITING_DROPSHIP]`, "", ""},
		{"another label where it is a note", `labelDownloadedOrders: sent`, `labelDownloadedOrders: gone`, "", ""},
		{"a first label", `pickupStatuses: [AWAITING_DROPSHIP]`, `labelDownloadedOrders: sent, pickupStatuses: [AWAITING_SHIPMENT]`, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := create(t, object(t, connectionManifest, orders(test.stored))).DeepCopy()
			changed.Object, _ = merge(changed.Object, parse(t, orders(test.patch))).(map[string]any)
			err := plane.Client.Update(t.Context(), changed, client.DryRunAll)
			if test.field != "" {
				requireRefusal(t, err, test.field, test.message)
				return
			}
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
		})
	}
}
