// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"
	"strings"
	"testing"
)

func stock(field string) string {
	return `{spec: {inventorySync: {schedule: {every: 5m}, ` + field + `}}}`
}

func TestInventorySyncSettings(t *testing.T) {
	const path = "spec.inventorySync."
	runSchemaCases(t, policyManifest, []schemaCase{
		{name: "the hosted product's rule", patch: stock(`stockRule: Unlocked, heldOrders: Ignore, waitingOrders: Ignore`)},
		{name: "on hand", patch: stock(`stockRule: MatchOnHand`)},
		{name: "held orders", patch: stock(`heldOrders: Add`), field: path + "heldOrders", message: `supported values: "Subtract", "Ignore"`},
		{name: "waiting orders", patch: stock(`waitingOrders: Add`), field: path + "waitingOrders", message: `supported values: "Subtract", "Ignore"`},
		{name: "missing", patch: stock(`missing: Delete`), field: path + "missing", message: `supported values: "LeaveAlone", "Zero"`},
		{name: "starting inventory", patch: stock(`startingInventory: Create`)},
		{name: "other starting inventory", patch: stock(`startingInventory: Guess`), field: path + "startingInventory", message: `supported values: "Require", "Create"`},
		{name: "a brake", patch: stock(`brake: {maxIncrease: 0, maxZeros: 0}`)},
		{name: "half a brake", patch: stock(`brake: {maxZeros: 1000000}`)},
		{name: "a brake without limits", patch: stock(`brake: {}`), field: path + "brake", message: "should have at least 1 properties"},
		{name: "a negative increase", patch: stock(`brake: {maxIncrease: -1}`), field: path + "brake.maxIncrease", message: "should be greater than or equal to 0"},
		{name: "too many zeros", patch: stock(`brake: {maxZeros: 1000001}`), field: path + "brake.maxZeros", message: "should be less than or equal to 1000000"},
		{name: "a minimum level", patch: stock(`minimumLevel: 1000000`)},
		{name: "a negative minimum level", patch: stock(`minimumLevel: -1`), field: path + "minimumLevel", message: "should be greater than or equal to 0"},
		{name: "the youngest figures", patch: stock(`maxSnapshotAge: 1m`)},
		{name: "the oldest figures", patch: stock(`maxSnapshotAge: 60m`)},
		{name: "too young figures", patch: stock(`maxSnapshotAge: 59s`), field: path + "maxSnapshotAge", message: "must be between 1m and 1h"},
		{name: "too old figures", patch: stock(`maxSnapshotAge: 61m`), field: path + "maxSnapshotAge", message: "must be between 1m and 1h"},
	})
}

func TestConnectionInventory(t *testing.T) {
	const path = "spec.inventory"
	with := func(field string) string { return `{spec: {inventory: {` + field + `}}}` }
	many := func(n int) string {
		skus := make([]string, n)
		for i := range skus {
			skus[i] = fmt.Sprint("SKU-", i)
		}
		return strings.Join(skus, ", ")
	}
	runSchemaCases(t, connectionManifest, []schemaCase{
		{name: "a figure", patch: with(`warehouseFigure: OnHand`)},
		{name: "another figure", patch: with(`warehouseFigure: Sellable`), field: path + ".warehouseFigure", message: `supported values: "Available", "OnHand"`},
		{name: "a location", patch: with(`stockLocation: A-01`)},
		{name: "a blank location", patch: with(`stockLocation: "  "`), field: path + ".stockLocation", message: "must not be blank"},
		{name: "qualifiers", patch: with(`qualifiers: Sum`)},
		{name: "other qualifiers", patch: with(`qualifiers: Some`), field: path + ".qualifiers", message: `supported values: "Separate", "Sum"`},
		{name: "no list of SKUs", patch: with(`skus: {}`), field: path + ".skus", message: "should have at least 1 properties"},
		{name: "an empty list", patch: with(`skus: {allow: []}`), field: path + ".skus.allow", message: "should have at least 1 items"},
		{name: "an empty SKU", patch: with(`skus: {deny: [""]}`), field: path + ".skus.deny[0]", message: "should be at least 1 chars long"},
		{name: "a SKU twice", patch: with(`skus: {deny: [A, A]}`), field: path + ".skus.deny[1]", message: "Duplicate value"},
		{name: "both lists, as long as they may be", patch: with(`skus: {allow: [` + many(1000) + `], deny: [` + many(1000) + `]}`)},
		{name: "too long a list", patch: with(`skus: {allow: [` + many(1001) + `]}`), field: path + ".skus.allow", message: "must have at most 1000 items"},
	})
	runSchemaCases(t, vendureManifest, []schemaCase{
		{name: "a figure of Vendure", patch: with(`warehouseFigure: OnHand`)},
		{name: "qualifiers of Vendure", patch: with(`qualifiers: Sum`), field: "spec", message: "no other system has qualifiers"},
	})
}
