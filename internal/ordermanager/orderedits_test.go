// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestAnEditNamesItsFieldAlone(t *testing.T) {
	t.Parallel()
	s := newStub(t, always(200, `{"results":[],"errors":[]}`))
	results, err := s.source().EditOrders(t.Context(), []fulfillment.OrderEdit{
		{OrderID: 1, Field: fulfillment.FieldInternalNotes, Text: "a"}, {OrderID: 2, Field: fulfillment.CustomField(3), Text: ""},
	})
	if err != nil || len(results) != 2 || !results[0].Done || !results[1].Done {
		t.Fatalf("%+v, %v", results, err)
	}
	equal(t, "requests", s.requests(), []string{"POST /v1.1/orders"})
	if got, want := s.lastBody(), `[{"orderIdentifier":{"orderId":1},"internalNotes":"a"},{"orderIdentifier":{"orderId":2},"customField3":""}]`; got != want {
		t.Errorf("body %s", got)
	}
	if _, err := s.source().EditOrders(t.Context(), []fulfillment.OrderEdit{{OrderID: 1, Field: "orderStatus"}}); !fulfillment.IsFault(err, fulfillment.FaultInvalid) {
		t.Errorf("another field: %v", err)
	}
}

func TestAnEditThatWasRefused(t *testing.T) {
	t.Parallel()
	edits := []fulfillment.OrderEdit{{OrderID: 1, Field: fulfillment.CustomField(1)}, {OrderID: 2, Field: fulfillment.CustomField(1)}}
	for name, test := range map[string]struct {
		errors string
		done   []bool
	}{
		"by its index":                {`[{"index":2,"errorCode":"ERR1","severity":"CRITICAL"}]`, []bool{true, false}},
		"by its order":                {`[{"identifier":{"orderId":1},"severity":"CRITICAL"}]`, []bool{false, true}},
		"by nothing":                  {`[{"errorCode":"ERR1","severity":"CRITICAL"}]`, []bool{false, false}},
		"a word that is no refusal":   {`[{"index":1,"severity":"INFO"}]`, []bool{true, true}},
		"an index that nothing bears": {`[{"index":9,"severity":"CRITICAL"}]`, []bool{false, false}},
	} {
		s := newStub(t, always(200, `{"results":[],"errors":`+test.errors+`}`))
		results, err := s.source().EditOrders(t.Context(), edits)
		if err != nil || len(results) != 2 || results[0].Done != test.done[0] || results[1].Done != test.done[1] {
			t.Errorf("%s: %+v, %v", name, results, err)
		}
	}
}
