// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"testing"
)

func TestFreightCostAssumption(t *testing.T) {
	for document, want := range map[string]string{
		`{}`: "",
		`{"upsTransportationCharge":null,"upsServiceOptionCharge":0}`:     "",
		`{"upsTransportationCharge":7.25}`:                                "7.25",
		`{"upsTransportationCharge":7.25,"upsServiceOptionCharge":"1.5"}`: "8.75",
		`{"upsTransportationCharge":-7.25}`:                               "",
		`{"upsTransportationCharge":7.25,"upsServiceOptionCharge":{}}`:    "",
	} {
		var o orderDocument
		if err := json.Unmarshal([]byte(document), &o); err != nil {
			t.Fatal(err)
		}
		if got := freightCost(o); got != want {
			t.Errorf("%s: %q, want %q", document, got, want)
		}
	}
}
