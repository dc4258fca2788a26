// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
)

func batched(id int, status string) string {
	return fmt.Sprintf(`{"order":{"orderId":%d,"orderNumber":"N"},"orderBatchNumber":1,"status":%q,"processingMessage":"secret"}`, id, status)
}

func marked(id int) fulfillment.MarkResult {
	return fulfillment.MarkResult{OrderID: fulfillment.OrderID(id), Marked: true}
}

func unmarked(id int, code string) fulfillment.MarkResult {
	return fulfillment.MarkResult{OrderID: fulfillment.OrderID(id), Code: code}
}

// TestAssumptionOfWhatProvesAMark names the assumption of marks.go. Orders 1,
// 2 and 3 are marked; whatever the answer does not prove is not marked.
func TestAssumptionOfWhatProvesAMark(t *testing.T) {
	t.Parallel()
	all := []fulfillment.MarkResult{marked(1), marked(2), marked(3)}
	none := []fulfillment.MarkResult{unmarked(1, CodeUnproven), unmarked(2, CodeUnproven), unmarked(3, CodeUnproven)}
	for name, test := range map[string]struct {
		status int
		answer string
		want   []fulfillment.MarkResult
	}{
		"a batch that was just made": {200, `{"orderBatch":{"processedCount":3,"failedCount":0,"orders":` +
			list(batched(3, "PENDING"), batched(1, "PENDING"), batched(2, "SHIPPED")) + `},"errors":[]}`, all},
		"201, and no errors member": {201, `{"orderBatch":{"orders":` + list(batched(1, "PENDING"), batched(2, "PENDING"), batched(3, "PENDING")) + `}}`, all},
		"counts alone":              {200, `{"ordersRemaining":false,"orderBatch":{"processedCount":3,"failedCount":0,"orders":[]},"errors":[]}`, all},
		"counts without a failed":   {200, `{"orderBatch":{"processedCount":3}}`, all},

		"an empty object":                  {200, `{}`, none},
		"a message alone":                  {200, `{"message":"3 orders sent"}`, none},
		"a null batch":                     {200, `{"orderBatch":null,"errors":null}`, none},
		"counts of fewer":                  {200, `{"orderBatch":{"processedCount":2,"failedCount":0}}`, none},
		"counts of more":                   {200, `{"orderBatch":{"processedCount":4,"failedCount":0}}`, none},
		"counts with a failed one":         {200, `{"orderBatch":{"processedCount":3,"failedCount":1}}`, none},
		"counts, and orders remain":        {200, `{"ordersRemaining":true,"orderBatch":{"processedCount":3,"failedCount":0}}`, none},
		"counts, and an error of somebody": {200, `{"orderBatch":{"processedCount":3,"failedCount":0},"errors":[{"errorCode":"ERR1"}]}`, none},
		"a batch of others":                {200, `{"orderBatch":{"processedCount":3,"failedCount":0,"orders":` + list(batched(4, "PENDING"), batched(5, "PENDING")) + `}}`, none},
		"a batch without ids":              {200, `{"orderBatch":{"processedCount":3,"orders":[{"order":{"orderNumber":"N"},"status":"PENDING"}]}}`, none},

		"each by its status": {200, `{"orderBatch":{"processedCount":1,"failedCount":2,"orders":` + list(batched(1, "PENDING"), batched(2, "FAILED"), batched(3, "CANCELLED")) + `}}`,
			[]fulfillment.MarkResult{marked(1), unmarked(2, "FAILED"), unmarked(3, "CANCELLED")}},
		"a status that is not known, and none": {200, `{"orderBatch":{"orders":` + list(batched(1, "QUEUED_LATER"), batched(2, ""), batched(3, "a secret sentence")) + `}}`,
			[]fulfillment.MarkResult{unmarked(1, "QUEUED_LATER"), unmarked(2, CodeUnproven), unmarked(3, CodeUnproven)}},
		"one is left out": {200, `{"orderBatch":{"processedCount":3,"failedCount":0,"orders":` + list(batched(1, "PENDING"), batched(3, "PENDING")) + `}}`,
			[]fulfillment.MarkResult{marked(1), unmarked(2, CodeUnproven), marked(3)}},
		"named twice, once as failed": {200, `{"orderBatch":{"orders":` +
			list(batched(1, "FAILED"), batched(1, "PENDING"), batched(2, "PENDING"), batched(2, "FAILED"), batched(3, "PENDING"), batched(3, "PENDING")) + `}}`,
			[]fulfillment.MarkResult{unmarked(1, "FAILED"), unmarked(2, "FAILED"), marked(3)}},

		"200 with an error inside, by its 1-based index": {200, `{"orderBatch":{"orders":` + list(batched(1, "PENDING"), batched(3, "PENDING")) + `},"errors":[{"index":2,"errorCode":"ERR042","message":"secret"}]}`,
			[]fulfillment.MarkResult{marked(1), unmarked(2, "ERR042"), marked(3)}},
		"by identifier, which comes before the index": {200, `{"orderBatch":{"orders":` + list(batched(2, "PENDING"), batched(3, "PENDING")) + `},"errors":[{"index":3,"identifier":{"orderId":1},"errorCode":"ERR042"}]}`,
			[]fulfillment.MarkResult{unmarked(1, "ERR042"), marked(2), marked(3)}},
		"by an identifier that is a number or a text": {200, `{"orderBatch":{"orders":` + list(batched(2, "PENDING")) + `},"errors":[{"identifier":1,"errorCode":"A1"},{"userIdentifier":"3","errorCode":"B2"}]}`,
			[]fulfillment.MarkResult{unmarked(1, "A1"), marked(2), unmarked(3, "B2")}},
		"an error beats the batch": {200, `{"orderBatch":{"orders":` + list(batched(1, "PENDING"), batched(2, "PENDING"), batched(3, "PENDING")) + `},"errors":[{"index":1,"severity":"CRITICAL","errorCode":"some secret text"}]}`,
			[]fulfillment.MarkResult{unmarked(1, CodeUnproven), marked(2), marked(3)}},
		"information is no refusal": {200, `{"orderBatch":{"orders":` + list(batched(1, "PENDING"), batched(2, "PENDING"), batched(3, "PENDING")) + `},"errors":[{"index":1,"severity":"INFO"}]}`, all},
		"an index out of range names nobody": {200, `{"orderBatch":{"orders":` + list(batched(1, "PENDING"), batched(2, "PENDING"), batched(3, "PENDING")) + `},"errors":[{"index":0},{"index":4},{"index":-1}]}`,
			all},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, always(test.status, test.answer))
			got, err := s.source().MarkSent(t.Context(), orderIDs(1, 3))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			equal(t, "requests", s.requests(), []string{"POST /v1/orders/sendtofulfillment?orderId=1&orderId=2&orderId=3"})
		})
	}
}

// acceptAll answers a mark as proven for every id that it names.
func acceptAll(r *http.Request, _ string) (int, string) {
	var orders []string
	for _, id := range r.URL.Query()["orderId"] {
		orders = append(orders, `{"order":{"orderId":`+id+`},"status":"PENDING"}`)
	}
	return 200, `{"orderBatch":{"orders":` + list(orders...) + `}}`
}

func TestNothingIsMarkedWithoutAnID(t *testing.T) {
	t.Parallel()
	s := newStub(t, acceptAll)
	results, err := s.source().MarkSent(t.Context(), nil)
	if err != nil || len(results) != 0 || len(s.requests()) != 0 {
		t.Errorf("%v, %v: a call without an id marks every waiting order of the account", results, err)
	}
}

func TestFiveHundredAreMarkedWithOneCall(t *testing.T) {
	t.Parallel()
	s := newStub(t, acceptAll)
	results, err := s.source().MarkSent(t.Context(), orderIDs(1_000_000_001, 1_000_000_750))
	if err != nil || len(results) != 750 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	sizes := callSizes(s)
	equal(t, "ids of each call", sizes, []int{500, 250})
	for _, result := range results {
		if !result.Marked {
			t.Fatalf("%v is not marked", result)
		}
	}
}

func callSizes(s *stub) []int {
	var sizes []int
	for _, request := range s.requests() {
		sizes = append(sizes, strings.Count(request, "orderId="))
	}
	return sizes
}

func TestAURLThatIsTooLongIsHalved(t *testing.T) {
	t.Parallel()
	for status, later := range map[int][]int{
		414: {125, 25}, // it said so: remembered
		431: {125, 25},
		400: {150}, // it may have meant something else: tried again
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			refusing := true
			s := newStub(t, func(r *http.Request, body string) (int, string) {
				if refusing && len(r.URL.RawQuery) > 2600 {
					return status, "secret"
				}
				return acceptAll(r, body)
			})
			source := s.source()
			results, err := source.MarkSent(t.Context(), orderIDs(1_000_000_001, 1_000_000_500))
			if err != nil || len(results) != 500 || slices.ContainsFunc(results, func(r fulfillment.MarkResult) bool { return !r.Marked }) {
				t.Fatalf("%d results, %v", len(results), err)
			}
			equal(t, "ids of each call", callSizes(s), []int{500, 250, 125, 125, 125, 125})
			refusing = false
			if _, err := source.MarkSent(t.Context(), orderIDs(1, 150)); err != nil {
				t.Fatal(err)
			}
			equal(t, "ids of later calls", callSizes(s), later)
		})
	}
}

func TestAFailureBetweenTwoCallsKeepsWhatIsProven(t *testing.T) {
	t.Parallel()
	calls := 0
	s := newStub(t, func(r *http.Request, body string) (int, string) {
		if calls++; calls > 1 {
			return 503, ""
		}
		return acceptAll(r, body)
	})
	results, err := s.source().MarkSent(t.Context(), orderIDs(1, 600))
	if fault := faultOf(t, err); !fault.Uncertain || fault.Kind != fulfillment.FaultUnavailable {
		t.Errorf("%+v", fault)
	}
	if len(results) != 500 || !results[499].Marked || calls != 2 {
		t.Errorf("%d results after %d calls", len(results), calls)
	}
}

func TestWritesThatMayHaveHappenedAreUncertain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status    int
		answer    string
		kind      fulfillment.FaultKind
		uncertain bool
	}{
		"500":                {500, "secret", fulfillment.FaultUnavailable, true},
		"504":                {504, "", fulfillment.FaultUnavailable, true},
		"malformed JSON":     {200, `{"orderBatch": secret`, fulfillment.FaultMalformed, true},
		"a web page":         {200, "<html>secret</html>", fulfillment.FaultMalformed, true},
		"nothing":            {200, "", fulfillment.FaultMalformed, true},
		"another shape":      {200, `"secret"`, fulfillment.FaultMalformed, true},
		"oversized":          {200, strings.Repeat(" ", 5000), fulfillment.FaultTooLarge, true},
		"401":                {401, "secret", fulfillment.FaultAuthentication, false},
		"403":                {403, "secret", fulfillment.FaultPermission, false},
		"422":                {422, "secret", fulfillment.FaultInvalid, false},
		"429":                {429, "secret", fulfillment.FaultThrottled, false},
		"a redirect (login)": {302, "", fulfillment.FaultUnavailable, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, always(test.status, test.answer))
			source := s.client(func(o *Options) { o.Remote.MaxBody = 4000 }).Source(warehouse7)
			_, markErr := source.MarkSent(t.Context(), orderIDs(1, 2))
			_, shipErr := source.ConfirmShipments(t.Context(), []fulfillment.Shipment{{OrderID: 1, Tracking: "1Z"}}, fulfillment.ShipmentOptions{})
			_, stockErr := source.SetStock(t.Context(), []fulfillment.StockWrite{{SKU: "A", OnHand: 1}})
			for what, err := range map[string]error{"mark": markErr, "ship": shipErr, "stock": stockErr} {
				if fault := faultOf(t, err); fault.Kind != test.kind || fault.Uncertain != test.uncertain {
					t.Errorf("%s: %s, uncertain %v; want %s, %v", what, fault.Kind, fault.Uncertain, test.kind, test.uncertain)
				}
			}
			if n := len(s.requests()); n != 3 {
				t.Errorf("%d requests for three writes: a write is never repeated", n)
			}
		})
	}
}
