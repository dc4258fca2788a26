// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/mapping"
	"ordersync.dev/operator/internal/ordermanager"
)

// The tables that the page shows are read without a problem, and say what the
// page's words say.
func TestMappingsOfThePage(t *testing.T) {
	page := read(t, "docs/mappings.md")
	builder := mapping.NewBuilder(ordermanager.ShippingCarrier)
	connections, objects := 0, 0
	for _, document := range examples(page) {
		if strings.Contains(document, "kind: ConfigMap") {
			objects++
			var object corev1.ConfigMap
			if err := yaml.UnmarshalStrict([]byte(document), &object); err != nil {
				t.Fatal(err)
			}
			if object.Labels[v1alpha1.MappingLabel] != "true" {
				t.Errorf("ConfigMap %q would not be read", object.Name)
			}
			data := map[string][]byte{}
			for key, text := range object.Data {
				data[key] = []byte(text)
			}
			builder.ConfigMap(object.Name, data)
			continue
		}
		connections++
		if err := checkExample(document); err != nil {
			t.Errorf("%v in\n%s", err, document)
		}
	}
	tables := builder.Build()
	if _, problems := tables.Problems(); connections != 1 || objects != 1 || len(problems) != 0 || len(tables.Unreadable()) != 0 {
		t.Fatalf("%d connections, %d ConfigMaps, problems %v, unreadable %v", connections, objects, problems, tables.Unreadable())
	}
	if sku, _ := tables.WarehouseSKU("PLATE, LARGE"); sku != "100300" {
		t.Errorf("the plate is %q", sku)
	}
	if shipping, _ := tables.ShipMethod("Web shop", "next day"); shipping.Mode != "Next Day Air" {
		t.Errorf("the next day is %+v", shipping)
	}
	if carrier, _ := tables.Carrier("own VAN"); carrier != "OTHER_CARRIER" {
		t.Errorf("the van is %q", carrier)
	}
	for _, table := range []mapping.Table{mapping.ShipMethods, mapping.Carriers, mapping.SKUAliases} {
		for _, column := range table.Columns() {
			if !strings.Contains(page, "`"+column+"`") {
				t.Errorf("the page does not name the column %s", column)
			}
		}
	}
}
