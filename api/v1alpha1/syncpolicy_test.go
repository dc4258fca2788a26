// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"
	"strings"
	"testing"
)

func schedule(field string) string { return `{spec: {orderDownload: {schedule: {` + field + `}}}}` }

const schedulePath = "spec.orderDownload.schedule"

func TestPolicyConnections(t *testing.T) {
	const path = "spec.connections"
	runSchemaCases(t, policyManifest, []schemaCase{
		{name: "names", patch: `{spec: {connections: {names: [east, west]}}}`},
		{name: "a selector", patch: `{spec: {connections: {names: null, selector: {matchLabels: {tier: standard}}}}}`},
		{name: "every connection", patch: `{spec: {connections: {names: null, selector: {}}}}`},
		{name: "an operator, which the controller judges", patch: `{spec: {connections: {names: null, selector: {matchExpressions: [{key: tier, operator: Near}]}}}}`},
		{name: "none", patch: `{spec: {connections: null}}`, field: path, message: "Required value"},
		{name: "neither", patch: `{spec: {connections: {names: null}}}`, field: path, message: "exactly one of the fields in [names selector] must be set"},
		{name: "both", patch: `{spec: {connections: {selector: {}}}}`, field: path, message: "exactly one of the fields in [names selector] must be set"},
		{name: "no name", patch: `{spec: {connections: {names: []}}}`, field: path + ".names", message: "should have at least 1 items"},
		{name: "an empty name", patch: `{spec: {connections: {names: [""]}}}`, field: path + ".names[0]", message: "should be at least 1 chars long"},
		{name: "a long name", patch: `{spec: {connections: {names: [` + strings.Repeat("a", 254) + `]}}}`, field: path + ".names[0]", message: "may not be more than 253"},
		{name: "a name twice", patch: `{spec: {connections: {names: [east, east]}}}`, field: path + ".names[1]", message: "Duplicate value"},
		{name: "500 names", patch: `{spec: {connections: {names: [` + names(500) + `]}}}`},
		{name: "501 names", patch: `{spec: {connections: {names: [` + names(501) + `]}}}`, field: path + ".names", message: "must have at most 500 items"},
	})
}

func names(count int) string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprintf("connection-%03d", i)
	}
	return strings.Join(all, ", ")
}

func TestPolicyRoutines(t *testing.T) {
	runSchemaCases(t, policyManifest, []schemaCase{
		{name: "no routine", patch: `{spec: {orderDownload: null}}`, field: "spec", message: "name at least one routine"},
		{name: "cancellations alone", patch: `{spec: {orderDownload: null, orderCancelDownload: {schedule: {every: 5m}}}}`},
		{name: "shipments alone", patch: `{spec: {orderDownload: null, shipmentConfirmation: {schedule: {every: 5m}}}}`},
		{name: "stock alone", patch: `{spec: {orderDownload: null, inventorySync: {schedule: {cron: "@daily"}}}}`},
		{name: "orders without a schedule", patch: `{spec: {orderDownload: {schedule: null}}}`, field: schedulePath, message: "Required value"},
		{name: "cancellations without a schedule", patch: `{spec: {orderCancelDownload: {}}}`, field: "spec.orderCancelDownload.schedule", message: "Required value"},
		{name: "shipments without a schedule", patch: `{spec: {shipmentConfirmation: {}}}`, field: "spec.shipmentConfirmation.schedule", message: "Required value"},
		{name: "stock without a schedule", patch: `{spec: {inventorySync: {}}}`, field: "spec.inventorySync.schedule", message: "Required value"},
		{
			name: "parts of an order", patch: `{spec: {shipmentConfirmation: {schedule: {every: 5m}, partialShipments: Each}}}`,
			field: "spec.shipmentConfirmation.partialShipments", message: `supported values: "WaitForAll"`,
		},
		{
			name: "another stock rule", patch: `{spec: {inventorySync: {schedule: {every: 5m}, stockRule: Guess}}}`,
			field: "spec.inventorySync.stockRule", message: `supported values: "MatchAvailable"`,
		},
		{name: "no buffer", patch: `{spec: {inventorySync: {schedule: {every: 5m}, buffer: 0}}}`},
		{name: "the largest buffer", patch: `{spec: {inventorySync: {schedule: {every: 5m}, buffer: 1000000}}}`},
		{
			name: "a negative buffer", patch: `{spec: {inventorySync: {schedule: {every: 5m}, buffer: -1}}}`,
			field: "spec.inventorySync.buffer", message: "should be greater than or equal to 0",
		},
		{
			name: "too large a buffer", patch: `{spec: {inventorySync: {schedule: {every: 5m}, buffer: 1000001}}}`,
			field: "spec.inventorySync.buffer", message: "should be less than or equal to 1000000",
		},
	})
}

func TestPolicyTimeZone(t *testing.T) {
	runSchemaCases(t, policyManifest, timeZoneCases("spec.timeZone", func(zone string) string {
		return `{spec: {timeZone: "` + zone + `"}}`
	}))
}

func TestScheduleUnion(t *testing.T) {
	const wrong = "exactly one of the fields in [every cron] must be set"
	runSchemaCases(t, policyManifest, []schemaCase{
		{name: "cron alone", patch: schedule(`every: null, cron: "0 6 * * 1"`)},
		{name: "neither", patch: schedule(`every: null`), field: schedulePath, message: wrong},
		{name: "both", patch: schedule(`cron: "@daily"`), field: schedulePath, message: wrong},
	})
}

func TestScheduleEvery(t *testing.T) {
	const (
		path  = schedulePath + ".every"
		wrong = "must be between 1m and 168h"
	)
	runSchemaCases(t, policyManifest, []schemaCase{
		{name: "the shortest", patch: schedule(`every: 1m`)},
		{name: "the shortest in seconds", patch: schedule(`every: 60s`)},
		{name: "the longest", patch: schedule(`every: 168h`)},
		{name: "in parts", patch: schedule(`every: 1h30m`)},
		{name: "too short", patch: schedule(`every: 59s`), field: path, message: wrong},
		{name: "too short by a nanosecond", patch: schedule(`every: 59999999999ns`), field: path, message: wrong},
		{name: "too long", patch: schedule(`every: 168h1s`), field: path, message: wrong},
		{name: "nothing", patch: schedule(`every: 0s`), field: path, message: wrong},
		{name: "backwards", patch: schedule(`every: -5m`), field: path, message: wrong},
		{name: "a day", patch: schedule(`every: 1d`), field: path, message: wrong},
		{name: "no unit", patch: schedule(`every: "5"`), field: path, message: wrong},
		{name: "no number", patch: schedule(`every: soon`), field: path, message: wrong},
		{name: "a number", patch: schedule(`every: 300`), field: path, message: "must be of type string"},
		{name: "spread", patch: schedule(`spreadOver: 5m`), field: schedulePath, message: "spreadOver belongs to cron"},
	})
}

func TestScheduleCron(t *testing.T) {
	const (
		path  = schedulePath + ".cron"
		wrong = "must have five fields, or be @hourly, @daily, @weekly or @monthly"
	)
	set := func(expression string) string { return schedule(`every: null, cron: "` + expression + `"`) }
	runSchemaCases(t, policyManifest, []schemaCase{
		{name: "five fields", patch: set("*/15 6-22 * * MON-FRI")},
		{name: "several blanks between fields", patch: set("0   6 * * *")},
		{name: "hourly", patch: set("@hourly")},
		{name: "daily", patch: set("@daily")},
		{name: "weekly", patch: set("@weekly")},
		{name: "monthly", patch: set("@monthly")},
		{name: "a time zone before the fields", patch: set("TZ=Asia/Tokyo 0 6 * * *"), field: path, message: wrong},
		{name: "a time zone among the fields", patch: set("TZ=UTC 0 6 * *"), field: path, message: wrong},
		{name: "a time zone by its long name", patch: set("CRON_TZ=UTC 0 6 * *"), field: path, message: wrong},
		{name: "a time zone before a word", patch: set("TZ=UTC @daily"), field: path, message: wrong},
		{name: "an interval", patch: set("@every 10s"), field: path, message: wrong},
		{name: "an interval padded to five fields", patch: set("@every 10s 0 0 0"), field: path, message: wrong},
		{name: "a word padded to five fields", patch: set("@daily * * * *"), field: path, message: wrong},
		{name: "midnight", patch: set("@midnight"), field: path, message: wrong},
		{name: "yearly", patch: set("@yearly"), field: path, message: wrong},
		{name: "reboot", patch: set("@reboot"), field: path, message: wrong},
		{name: "seconds", patch: set("0 0 6 * * *"), field: path, message: wrong},
		{name: "four fields", patch: set("0 6 * *"), field: path, message: wrong},
		{name: "a blank before", patch: set(" 0 6 * * *"), field: path, message: wrong},
		{name: "a blank after", patch: set("0 6 * * * "), field: path, message: wrong},
		{name: "a tab", patch: set("0\\t6 * * *"), field: path, message: wrong},
		{name: "a second line", patch: set("@daily\\n@every 1s"), field: path, message: wrong},
		{name: "five fields on a second line", patch: set("0 6 * * *\\n* * * * *"), field: path, message: wrong},
		{name: "empty", patch: set(""), field: path, message: "should be at least 1 chars long"},
		{name: "101 characters", patch: set(strings.Repeat("1", 92) + " * * * * "), field: path, message: "may not be more than 100"},
	})
}

func TestScheduleSpreadOver(t *testing.T) {
	const (
		path  = schedulePath + ".spreadOver"
		wrong = "must be between 0s and 1h"
	)
	set := func(duration string) string { return schedule(`every: null, cron: "@daily", spreadOver: ` + duration) }
	runSchemaCases(t, policyManifest, []schemaCase{
		{name: "not at all", patch: set("0s")},
		{name: "an hour", patch: set("1h")},
		{name: "more than an hour", patch: set("1h1s"), field: path, message: wrong},
		{name: "backwards", patch: set("-1s"), field: path, message: wrong},
		{name: "no duration", patch: set("widely"), field: path, message: wrong},
	})
}

func TestPolicyMode(t *testing.T) {
	runSchemaCases(t, policyManifest, []schemaCase{
		{name: "Sync", patch: `{spec: {mode: Sync}}`},
		{name: "Plan", patch: `{spec: {mode: Plan}}`},
		{name: "another word", patch: `{spec: {mode: DryRun}}`, field: "spec.mode", message: `supported values: "Sync", "Plan"`},
		{name: "empty", patch: `{spec: {mode: ""}}`, field: "spec.mode", message: `supported values: "Sync", "Plan"`},
	})
}
