// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	moment = `"2026-11-01T10:00:00Z"`

	// largestObject is what etcd takes in one request by default.
	largestObject = 1536 * 1024
)

// list writes count items as a YAML flow sequence; %d in the item is its number.
func list(count int, item string) string {
	items := make([]string, count)
	for i := range items {
		items[i] = strings.ReplaceAll(item, "%d", fmt.Sprint(i))
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func condition(name string) string {
	return `{type: ` + name + `, status: "True", reason: Ready, message: "", lastTransitionTime: ` + moment + `}`
}

func routine(fields string) string {
	return `{status: {routines: [{name: OrderDownload, ` + fields + `}]}}`
}

func inventory(fields string) string { return `{status: {inventory: {` + fields + `}}}` }

func runStatusCases(t *testing.T, stored *unstructured.Unstructured, cases []schemaCase) {
	t.Helper()
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			changed := stored.DeepCopy()
			changed.Object, _ = merge(changed.Object, parse(t, test.patch)).(map[string]any)
			err := plane.Client.Status().Update(t.Context(), changed, client.DryRunAll)
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

func TestConnectionStatusBounds(t *testing.T) {
	const (
		entry = "status.routines[0]."
		stock = "status.inventory."
	)
	text := func(length int) string { return strings.Repeat("x", length) }
	runStatusCases(t, create(t, object(t, connectionManifest)), []schemaCase{
		{name: "16 conditions", patch: `{status: {conditions: ` + list(16, condition("Condition%d")) + `}}`},
		{name: "17 conditions", patch: `{status: {conditions: ` + list(17, condition("Condition%d")) + `}}`, field: "status.conditions", message: "must have at most 16 items"},
		{name: "a condition twice", patch: `{status: {conditions: ` + list(2, condition("Ready")) + `}}`, field: "status.conditions[1]", message: "Duplicate value"},
		{name: "200 claims", patch: `{status: {claims: ` + list(200, "0123456789abcdef") + `}}`},
		{name: "201 claims", patch: `{status: {claims: ` + list(201, "0123456789abcdef") + `}}`, field: "status.claims", message: "must have at most 200 items"},
		{name: "a claim too long", patch: `{status: {claims: [0123456789abcdef0]}}`, field: "status.claims[0]", message: "may not be more than 16"},

		{name: "the four routines", patch: `{status: {routines: [{name: OrderDownload}, {name: OrderCancelDownload}, {name: ShipmentConfirmation}, {name: InventorySync}]}}`},
		{name: "a routine twice", patch: `{status: {routines: [{name: OrderDownload}, {name: OrderDownload}]}}`, field: "status.routines[1]", message: "Duplicate value"},
		{name: "an unknown routine", patch: `{status: {routines: [{name: Dance}]}}`, field: "status.routines[0].name", message: "supported values"},
		{name: "a routine without a name", patch: `{status: {routines: [{state: Scheduled}]}}`, field: "status.routines[0].name", message: "Required value"},
		{name: "an unknown state", patch: routine(`state: Asleep`), field: entry + "state", message: "supported values"},
		{name: "an unknown result", patch: routine(`lastRun: {result: Perhaps}`), field: entry + "lastRun.result", message: "supported values"},
		{name: "an unknown trigger", patch: routine(`lastRun: {trigger: Whim}`), field: entry + "lastRun.trigger", message: "supported values"},
		{name: "a time that is none", patch: routine(`lastSuccessTime: yesterday`), field: entry + "lastSuccessTime", message: "date-time"},

		{name: "a message of 256 characters", patch: routine(`lastRun: {message: ` + text(256) + `}`)},
		{name: "a message of 257 characters", patch: routine(`lastRun: {message: ` + text(257) + `}`), field: entry + "lastRun.message", message: "may not be more than 256"},
		{name: "a reason of 65 characters", patch: routine(`lastRun: {reason: ` + text(65) + `}`), field: entry + "lastRun.reason", message: "may not be more than 64"},
		{name: "progress that says too much", patch: routine(`progress: {message: ` + text(257) + `}`), field: entry + "progress.message", message: "may not be more than 256"},
		{name: "10 runs of history", patch: routine(`history: ` + list(10, `{runs: 1}`))},
		{name: "11 runs of history", patch: routine(`history: ` + list(11, `{runs: 1}`)), field: entry + "history", message: "must have at most 10 items"},
		{name: "8 tokens", patch: routine(`handledTokens: ` + list(8, `{token: token-%d}`))},
		{name: "9 tokens", patch: routine(`handledTokens: ` + list(9, `{token: token-%d}`)), field: entry + "handledTokens", message: "must have at most 8 items"},
		{name: "a token of 65 characters", patch: routine(`handledTokens: [{token: ` + text(65) + `}]`), field: entry + "handledTokens[0].token", message: "may not be more than 64"},
		{name: "20 failing orders", patch: routine(`failing: {count: 4000, orders: ` + list(20, `{orderID: %d}`) + `}`)},
		{name: "21 failing orders", patch: routine(`failing: {orders: ` + list(21, `{orderID: %d}`) + `}`), field: entry + "failing.orders", message: "must have at most 20 items"},
		{name: "a failing order that says too much", patch: routine(`failing: {orders: [{message: ` + text(257) + `}]}`), field: entry + "failing.orders[0].message", message: "may not be more than 256"},
		{name: "20 orders to settle", patch: routine(`drift: {count: 4000, reasons: ` + list(24, `{reason: R%d, count: 1}`) + `, orders: ` + list(20, `{orderID: %d}`) + `}`)},
		{name: "21 orders to settle", patch: routine(`drift: {orders: ` + list(21, `{orderID: %d}`) + `}`), field: entry + "drift.orders", message: "must have at most 20 items"},
		{name: "25 reasons of drift", patch: routine(`drift: {reasons: ` + list(25, `{reason: R%d}`) + `}`), field: entry + "drift.reasons", message: "must have at most 24 items"},
		{name: "16 cohorts", patch: routine(`failing: {cohorts: ` + list(16, `{orderIDs: "%d"}`) + `}`)},
		{name: "17 cohorts", patch: routine(`failing: {cohorts: ` + list(17, `{orderIDs: "%d"}`) + `}`), field: entry + "failing.cohorts", message: "must have at most 16 items"},
		{name: "a cohort of 1024 characters", patch: routine(`failing: {cohorts: [{orderIDs: "` + strings.Repeat("1", 1024) + `"}]}`)},
		{name: "a cohort of 1025 characters", patch: routine(`failing: {cohorts: [{orderIDs: "` + strings.Repeat("1", 1025) + `"}]}`), field: entry + "failing.cohorts[0].orderIDs", message: "may not be more than 1024"},

		{name: "16 groups of reports", patch: `{status: {shipmentConfirmation: {reporting: ` + list(16, `{since: `+moment+`, orderIDs: "%d"}`) + `}}}`},
		{name: "17 groups of reports", patch: `{status: {shipmentConfirmation: {reporting: ` + list(17, `{orderIDs: "%d"}`) + `}}}`, field: "status.shipmentConfirmation.reporting", message: "must have at most 16 items"},
		{name: "a group of 1025 characters", patch: `{status: {shipmentConfirmation: {reporting: [{orderIDs: "` + strings.Repeat("1", 1025) + `"}]}}}`, field: "status.shipmentConfirmation.reporting[0].orderIDs", message: "may not be more than 1024"},

		{name: "20 differences", patch: inventory(`largestDifferences: ` + list(20, `{sku: sku-%d, promise: 1, available: 0}`))},
		{name: "21 differences", patch: inventory(`largestDifferences: ` + list(21, `{sku: sku-%d, promise: 1, available: 0}`)), field: stock + "largestDifferences", message: "must have at most 20 items"},
		{name: "21 products without stock records", patch: inventory(`awaitingStartingInventorySKUs: ` + list(21, `sku-%d`)), field: stock + "awaitingStartingInventorySKUs", message: "must have at most 20 items"},
		{name: "a SKU of 129 characters", patch: inventory(`awaitingStartingInventorySKUs: [` + text(129) + `]`), field: stock + "awaitingStartingInventorySKUs[0]", message: "may not be more than 128"},
		{name: "17 statuses", patch: inventory(`allocatedStatuses: ` + list(17, `STATUS_%d`)), field: stock + "allocatedStatuses", message: "must have at most 16 items"},
		{name: "an unknown allocation", patch: inventory(`allocation: Maybe`), field: stock + "allocation", message: "supported values"},
		{name: "a negative promise", patch: inventory(`largestDifferences: [{sku: sku, promise: -3, available: 0}]`)},
	})
}

func TestPolicyStatusBounds(t *testing.T) {
	runStatusCases(t, create(t, object(t, policyManifest)), []schemaCase{
		{name: "counts", patch: `{status: {connections: 300, readyConnections: 297, ready: 297/300, failing: 12}}`},
		{name: "17 conditions", patch: `{status: {conditions: ` + list(17, condition("Condition%d")) + `}}`, field: "status.conditions", message: "must have at most 16 items"},
		{name: "a condition twice", patch: `{status: {conditions: ` + list(2, condition("Ready")) + `}}`, field: "status.conditions[1]", message: "Duplicate value"},
		{name: "a long text", patch: `{status: {ready: "` + strings.Repeat("9", 33) + `"}}`, field: "status.ready", message: "may not be more than 32"},
		{name: "a time that is none", patch: `{status: {oldestSuccessTime: soon}}`, field: "status.oldestSuccessTime", message: "date-time"},
	})
}

// However much goes wrong on a connection, its status can be stored.
func TestFullStatusFitsTheStore(t *testing.T) {
	letters := strings.Repeat("ü", 256)
	entry := func(name string) string {
		return `{name: ` + name + `, state: Running, lastRun: {reason: "` + letters[:128] + `", message: "` + letters + `"},
			progress: {message: "` + letters + `"},
			failing: {orders: ` + list(20, `{orderID: 9007199254740991, reference: "`+letters[:256]+`", message: "`+letters+`"}`) + `,
				cohorts: ` + list(16, `{since: `+moment+`, orderIDs: "`+strings.Repeat("1", 1024)+`"}`) + `},
			drift: {reasons: ` + list(24, `{reason: "`+letters[:128]+`", count: %d}`) + `,
				orders: ` + list(20, `{orderID: 9007199254740991, reference: "`+letters[:256]+`", message: "`+letters+`"}`) + `},
			history: ` + list(10, `{result: Failed, reason: "`+letters[:128]+`", runs: 9007199254740991, firstTime: `+moment+`}`) + `}`
	}
	routines := `[` + entry("OrderDownload") + `, ` + entry("OrderCancelDownload") + `, ` + entry("ShipmentConfirmation") + `, ` + entry("InventorySync") + `]`
	full := create(t, object(t, connectionManifest))
	full.Object, _ = merge(full.Object, parse(t, `{status: {claims: `+list(200, "0123456789abcdef")+`,
		conditions: `+list(16, condition("Condition%d"))+`, routines: `+routines+`,
		shipmentConfirmation: {reporting: `+list(16, `{since: `+moment+`, orderIDs: "`+strings.Repeat("1", 1024)+`"}`)+`}}}`)).(map[string]any)
	if err := plane.Client.Status().Update(t.Context(), full); err != nil {
		t.Fatalf("refused: %v", err)
	}
	content, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	if len(content) < 64*1024 || len(content) > largestObject/4 {
		t.Errorf("a full status takes %d bytes; want a quarter of %d at most, and no status that is not full", len(content), largestObject)
	}
}

// The subresource keeps the two writers apart: a user cannot forge a status,
// and the operator cannot change what the user wants.
func TestStatusIsASubresource(t *testing.T) {
	stored := create(t, object(t, connectionManifest, `{status: {failing: 7, warehouseID: 1}}`))
	if _, found, _ := unstructured.NestedFieldNoCopy(stored.Object, "status", "failing"); found {
		t.Error("a status was taken when the connection was created")
	}
	changed := stored.DeepCopy()
	changed.Object, _ = merge(changed.Object, parse(t, `{spec: {suspend: true}, status: {failing: 7}}`)).(map[string]any)
	if err := plane.Client.Status().Update(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	if suspended, _, _ := unstructured.NestedBool(changed.Object, "spec", "suspend"); suspended {
		t.Error("a status update changed spec")
	}
	if failing, _, _ := unstructured.NestedInt64(changed.Object, "status", "failing"); failing != 7 {
		t.Errorf("failing = %d, want 7", failing)
	}
	if changed.GetGeneration() != stored.GetGeneration() {
		t.Error("a status update moved the generation")
	}
}
