// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	"fmt"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// kit is a product that is made of others; a part that begins with K is a kit itself.
func kit(parts ...any) fulfillment.Product {
	product := fulfillment.Product{Bundle: true}
	for i := 0; i < len(parts); i += 2 {
		sku := parts[i].(string)
		product.Components = append(product.Components, fulfillment.Component{SKU: sku, Quantity: int64(parts[i+1].(int)), Kit: strings.HasPrefix(sku, "K")})
	}
	return product
}

func TestExplode(t *testing.T) {
	deep := Compositions{}
	for n := range 12 {
		deep[fmt.Sprintf("K%d", n)] = kit(fmt.Sprintf("K%d", n+1), 1)
	}
	deep["K12"] = kit("A", 1)
	for name, c := range map[string]struct {
		known   Compositions
		sku     string
		want    string
		problem string
	}{
		"components":                      {Compositions{"K": kit("A", 2, "B", 1)}, "K", "A 2, B 1", ""},
		"the same component twice":        {Compositions{"K": kit("A", 2, "B", 1, "A", 3)}, "K", "A 5, B 1", ""},
		"a kit in a kit":                  {Compositions{"K": kit("K2", 3, "B", 1), "K2": kit("A", 2, "B", 4)}, "K", "A 6, B 13", ""},
		"a kit that is not called one":    {Compositions{"K": kit("SET", 2), "SET": kit("A", 2)}, "K", "A 4", ""},
		"one kit in two":                  {Compositions{"K": kit("K1", 1, "K2", 1), "K1": kit("K3", 2), "K2": kit("K3", 1), "K3": kit("A", 1)}, "K", "A 3", ""},
		"eight in each other":             {deep, "K5", "A 1", ""},
		"nine in each other":              {deep, "K4", "", "more than 8 kits"},
		"it holds itself":                 {Compositions{"K": kit("A", 1, "K", 1)}, "K", "", "kit K holds itself"},
		"it holds itself by another":      {Compositions{"K": kit("K2", 1), "K2": kit("K", 1)}, "K", "", "kit K holds itself"},
		"nobody asked":                    {Compositions{}, "K", "", "were not read"},
		"nothing known at all":            {nil, "K", "", "were not read"},
		"not found":                       {Compositions{"K": {}}, "K", "", "no components of kit K"},
		"a kit in it is not found":        {Compositions{"K": kit("A", 1, "K2", 1), "K2": {}}, "K", "", "no components of kit K2"},
		"a component without a SKU":       {Compositions{"K": kit("", 1)}, "K", "", "has no SKU"},
		"none of a component":             {Compositions{"K": kit("A", 0)}, "K", "", "quantity of A"},
		"less than none":                  {Compositions{"K": kit("A", -1)}, "K", "", "quantity of A"},
		"more than anybody ships":         {Compositions{"K": kit("A", 1_000_001)}, "K", "", "quantity of A"},
		"more than anybody ships, nested": {Compositions{"K": kit("K2", 2000), "K2": kit("A", 2000)}, "K", "", "quantity of A"},
		"more than anybody ships, in sum": {Compositions{"K": kit("A", 600_000, "A", 600_000)}, "K", "", "quantity of A"},
	} {
		t.Run(name, func(t *testing.T) {
			components, problem := c.known.Explode(c.sku)
			var texts []string
			for _, part := range components {
				texts = append(texts, fmt.Sprintf("%s %d", part.SKU, part.Quantity))
			}
			if got := strings.Join(texts, ", "); got != c.want || (problem == "") != (c.problem == "") || !strings.Contains(problem, c.problem) {
				t.Errorf("%q, %q", got, problem)
			}
		})
	}
}

func TestWhichKitsHaveToBeAskedFor(t *testing.T) {
	known := Compositions{"K": kit("A", 1, "K2", 1, "K", 1), "GONE": {}}
	if got := fmt.Sprint(known.Missing([]string{"K", "K3", "GONE", "K3", "K"})); got != "[K3 K2]" {
		t.Error(got)
	}
	known["K2"], known["K3"] = kit("B", 1), fulfillment.Product{}
	if got := known.Missing([]string{"K", "K3", "GONE"}); len(got) != 0 {
		t.Error(got)
	}
}
