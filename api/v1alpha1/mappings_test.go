// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"
	"strings"
	"testing"
)

const mappingsPath = "spec.mappings."

func mappingsWith(field string) string { return `{spec: {mappings: {` + field + `}}}` }

// repeated returns a list of n members; %d is the number of each.
func repeated(n int, member string) string {
	members := make([]string, n)
	for i := range members {
		members[i] = fmt.Sprintf(member, i)
	}
	return "[" + strings.Join(members, ", ") + "]"
}

func TestMappings(t *testing.T) {
	long := strings.Repeat("a", 129)
	runSchemaCases(t, vendureManifest, []schemaCase{
		{name: "empty", patch: mappingsWith(``)},
		{name: "eight ConfigMaps", patch: mappingsWith(`configMapRefs: ` + repeated(8, `{name: m%d}`))},
		{name: "nine ConfigMaps", patch: mappingsWith(`configMapRefs: ` + repeated(9, `{name: m%d}`)), field: mappingsPath + "configMapRefs", message: "must have at most 8 items"},
		{name: "a ConfigMap twice", patch: mappingsWith(`configMapRefs: [{name: a}, {name: a}]`), field: mappingsPath + "configMapRefs[1]", message: "Duplicate value"},
		{name: "a ConfigMap without a name", patch: mappingsWith(`configMapRefs: [{}]`), field: mappingsPath + "configMapRefs[0].name", message: "Required value"},
		{name: "ship methods", patch: mappingsWith(`shipMethods: {unmapped: Reject, rows: ` + repeated(64, `{service: "S%d", channel: Web shop, carrier: UPS, mode: Ground, scac: UPSN}`) + `}`)},
		{name: "too many ship methods", patch: mappingsWith(`shipMethods: {rows: ` + repeated(65, `{service: "S%d", scac: UPSN}`) + `}`), field: mappingsPath + "shipMethods.rows", message: "must have at most 64 items"},
		{name: "a ship method that says nothing", patch: mappingsWith(`shipMethods: {rows: [{service: S, channel: C}]}`), field: mappingsPath + "shipMethods.rows[0]", message: "must name a carrier, a mode or a scac"},
		{name: "a ship method without a service", patch: mappingsWith(`shipMethods: {rows: [{carrier: UPS}]}`), field: mappingsPath + "shipMethods.rows[0].service", message: "Required value"},
		{name: "another word for unmapped", patch: mappingsWith(`shipMethods: {unmapped: Ignore}`), field: mappingsPath + "shipMethods.unmapped", message: "Unsupported value"},
		{name: "carriers", patch: mappingsWith(`carriers: {unmappedCarrier: Hold, rows: ` + repeated(64, `{warehouseCarrier: "C%d", shippingCarrier: UPS}`) + `}`)},
		{name: "too many carriers", patch: mappingsWith(`carriers: {rows: ` + repeated(65, `{warehouseCarrier: "C%d", shippingCarrier: UPS}`) + `}`), field: mappingsPath + "carriers.rows", message: "must have at most 64 items"},
		{name: "another word for a carrier", patch: mappingsWith(`carriers: {unmappedCarrier: Guess}`), field: mappingsPath + "carriers.unmappedCarrier", message: "Unsupported value"},
		{name: "a carrier without its other side", patch: mappingsWith(`carriers: {rows: [{warehouseCarrier: A}]}`), field: mappingsPath + "carriers.rows[0].shippingCarrier", message: "Required value"},
		{name: "aliases", patch: mappingsWith(`skuAliases: ` + repeated(64, `{masterSku: "A%[1]d", warehouseSku: "B%[1]d"}`))},
		{name: "too many aliases", patch: mappingsWith(`skuAliases: ` + repeated(65, `{masterSku: "A%[1]d", warehouseSku: "B%[1]d"}`)), field: mappingsPath + "skuAliases", message: "must have at most 64 items"},
		{name: "an alias too long", patch: mappingsWith(`skuAliases: [{masterSku: A, warehouseSku: ` + long + `}]`), field: mappingsPath + "skuAliases[0].warehouseSku", message: "may not be more than 128"},
	})
}
