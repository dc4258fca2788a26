// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"net/http"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// A refused query says which of its parameters was refused, wherever in the
// answer the parameter is named, and says nothing else of the answer.
func TestRefusedQueriesNameTheirParameter(t *testing.T) {
	for name, test := range map[string]struct{ body, code, hint string }{
		"one":                {`{"ErrorCode":"Malformed","Parameters":["pgsiz"]}`, "Malformed", "it refuses the query parameter pgsiz"},
		"the second of two":  {`{"Faults":[{"ErrorCode":"Other"},{"ErrorCode":"Malformed","Parameters":["rql"]}]}`, "Malformed", "it refuses the query parameter rql"},
		"the first of two":   {`{"Faults":[{"ErrorCode":"A","Parameters":["rql"]},{"ErrorCode":"B","Parameters":["sort"]}]}`, "A", "it refuses the query parameter rql"},
		"after words":        {`{"ErrorCode":"Malformed","Parameters":["Ada lives here","sort"]}`, "Malformed", "it refuses the query parameter sort"},
		"only words":         {`{"ErrorCode":"Malformed","Parameters":["Ada lives here"]}`, "Malformed", ""},
		"no parameter":       {`{"Faults":[{"ErrorCode":"First"},{"ErrorCode":"Second"}]}`, "First", ""},
		"a code of words":    {`{"ErrorCode":"Ada lives here","Parameters":["rql"]}`, "", "it refuses the query parameter rql"},
		"no exception":       {`{}`, "", ""},
		"no JSON":            {`<html>`, "", ""},
		"an empty list only": {`{"Faults":[]}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := scripted(t, map[string]http.HandlerFunc{itemsPath: says(http.StatusBadRequest, test.body)})
			_, err := d.Stock(t.Context())
			wantFault(t, err, fulfillment.FaultInvalid)
			if fault, _ := fulfillment.AsFault(err); fault.Code != test.code || fault.Hint != test.hint {
				t.Errorf("code %q, hint %q, want %q, %q", fault.Code, fault.Hint, test.code, test.hint)
			}
		})
	}
}
