// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"net/http"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// ASSUMPTION (what proves a mark). The answer to sendtofulfillment names the
// orders of the batch that it made, each with a status, and counts. The vendor
// does not say what these mean for the orders themselves. Assumed is: an order
// was marked when the batch names it as PENDING (that is how a batch that was
// just made looks) or SHIPPED and no error names it; and, where the batch
// names nobody, when the answer has no error, leaves nothing over, and counts
// as many processed orders as were asked for and none as failed. Everything
// else proves nothing, and the order is read before anyone concludes from it.

const (
	markEndpoint  = "/v1/orders/sendtofulfillment"
	markOperation = "mark orders as sent"
	// CodeUnproven stands in a result in place of a code of Order Manager: the
	// answer does not say what became of the item.
	CodeUnproven = "Unproven"
)

// Statuses of an order in a batch.
const (
	batchedPending   = "PENDING"
	batchedShipped   = "SHIPPED"
	batchedFailed    = "FAILED"
	batchedCancelled = "CANCELLED"
)

type wireBatchedOrder struct {
	Order struct {
		OrderID fulfillment.OrderID `json:"orderId"`
	} `json:"order"`
	Status string `json:"status"`
}

type wireMarkAnswer struct {
	OrdersRemaining bool `json:"ordersRemaining"`
	OrderBatch      *struct {
		ProcessedCount *wireUnits         `json:"processedCount"`
		FailedCount    *wireUnits         `json:"failedCount"`
		Orders         []wireBatchedOrder `json:"orders"`
	} `json:"orderBatch"`
	Errors []refusal `json:"errors"`
}

// smallestMarkBatch is how many ids fit into any URL.
const smallestMarkBatch = 100

// MarkSent implements fulfillment.OrderMarker.
func (s *source) MarkSent(ctx context.Context, ids []fulfillment.OrderID) ([]fulfillment.MarkResult, error) {
	if s.options.DownloadLabel == "" {
		return s.send(ctx, ids)
	}
	return s.markAndLabel(ctx, ids)
}

// send marks orders by their status.
//
// The ids stand in the query, which is where the vendor documents them: five
// hundred of ten digits make a URL of ten thousand characters. Servers that
// find this too long refuse the request unread (HTTP 400, 414 or 431); then it
// is sent again in halves. When a later part fails, the results of the parts
// before it are returned with the error.
func (s *source) send(ctx context.Context, ids []fulfillment.OrderID) ([]fulfillment.MarkResult, error) {
	results := make([]fulfillment.MarkResult, 0, len(ids))
	size := int(s.markBatch.Load())
	for len(ids) > 0 {
		part := ids[:min(len(ids), size)]
		answer, err := s.mark(ctx, part)
		if refused, certain := tooLong(err); refused && len(part) > smallestMarkBatch {
			size = max(len(part)/2, smallestMarkBatch)
			if certain {
				s.markBatch.Store(int64(size))
			}
			continue
		}
		if err != nil {
			return results, err
		}
		results = append(results, proveMarks(part, answer)...)
		ids = ids[len(part):]
	}
	return results, nil
}

// mark marks orders with one call. It always names them: a call without ids
// would mark every waiting order there is.
func (s *source) mark(ctx context.Context, ids []fulfillment.OrderID) (wireMarkAnswer, error) {
	request := remote.Request{
		Operation: markOperation, Endpoint: markEndpoint, Path: markEndpoint, Method: http.MethodPost,
		Query: addIDs(new(query), "orderId", ids).encode(),
	}
	response, err := s.remote.Do(ctx, request)
	if err != nil {
		return wireMarkAnswer{}, refined(response, err)
	}
	var answer wireMarkAnswer
	err = s.remote.DecodeJSON(request, response, &answer)
	return answer, err
}

// tooLong reports whether the server may have found the URL too long, and
// whether it said so.
func tooLong(err error) (refused, certain bool) {
	fault, ok := fulfillment.AsFault(err)
	if !ok {
		return false, false
	}
	switch fault.Status {
	case http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
		return true, true
	case http.StatusBadRequest:
		return true, false
	}
	return false, false
}

// proveMarks says which orders the answer proves to be marked.
func proveMarks(ids []fulfillment.OrderID, answer wireMarkAnswer) []fulfillment.MarkResult {
	refused := map[fulfillment.OrderID]string{}
	for _, r := range answer.Errors {
		if r.informs() {
			continue
		}
		i := r.item(len(ids), func(i int, identifier string) bool { return identifier == ids[i].String() })
		if i >= 0 {
			refused[ids[i]] = firstOf(code(r.ErrorCode), CodeUnproven)
		}
	}
	batched := map[fulfillment.OrderID]string{}
	if answer.OrderBatch != nil {
		for _, b := range answer.OrderBatch.Orders {
			batched[b.Order.OrderID] = worse(batched[b.Order.OrderID], b.Status)
		}
	}
	counted := countsProve(len(ids), answer)
	results := make([]fulfillment.MarkResult, len(ids))
	for i, id := range ids {
		result := fulfillment.MarkResult{OrderID: id}
		status, listed := batched[id]
		switch why, isRefused := refused[id]; {
		case isRefused:
			result.Code = why
		case listed && (status == batchedPending || status == batchedShipped), !listed && counted:
			result.Marked = true
		case listed:
			result.Code = firstOf(code(status), CodeUnproven)
		default:
			result.Code = CodeUnproven
		}
		results[i] = result
	}
	return results
}

// countsProve reports whether the counts alone prove that all n were marked.
func countsProve(n int, answer wireMarkAnswer) bool {
	batch := answer.OrderBatch
	return batch != nil && len(batch.Orders) == 0 && len(answer.Errors) == 0 && !answer.OrdersRemaining &&
		batch.ProcessedCount != nil && int(*batch.ProcessedCount) == n &&
		(batch.FailedCount == nil || *batch.FailedCount == 0)
}

// worse returns which of two statuses of one order counts: an order that is
// named twice is proven only by two good ones.
func worse(before, now string) string {
	if before != "" && before != batchedPending && before != batchedShipped {
		return before
	}
	return now
}
