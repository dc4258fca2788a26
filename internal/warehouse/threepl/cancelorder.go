// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"net/http"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const (
	orderEndpoint    = "/orders/{id}"
	cancelerEndpoint = "/orders/{id}/canceler"
	cancelOperation  = "cancel an order"
	// cancelReason is written into the order's notes by the service, where people
	// read it and we know our own cancellations by it.
	cancelReason = "Cancelled or routed elsewhere in Order Manager"
	// cancelBody is the documented body.
	cancelBody = `{"reason":"` + cancelReason + `","charge":0.0,"invoiceCreationInfo":null}`
	// maxCancelTries is how often an order that somebody else changed at the
	// same time is read and decided anew.
	maxCancelTries = 4
	// detailChanging is the Detail of an order that changed each time.
	detailChanging = "ChangedMeanwhile"
)

// readAnswer is one order as it was read, and the tag that its next change must name.
type readAnswer struct {
	document orderDocument
	order    fulfillment.WarehouseOrder
	etag     string
	request  remote.Request
	response remote.Response
}

// readOrder reads an order by the service's own id, which stays when the
// reference is renamed. Another customer's or building's order is not found.
func (d *Driver) readOrder(ctx context.Context, id string) (readAnswer, error) {
	return d.readOrderWith(ctx, "read an order", id, orderDetail, orderItemDetail)
}

func (d *Driver) readOrderWith(ctx context.Context, operation, id, detail, itemDetail string) (answer readAnswer, err error) {
	answer.request, answer.response, err = d.get(ctx, operation, orderEndpoint, "/orders/"+id,
		query(parameter{"detail", detail}, parameter{"itemdetail", itemDetail}))
	if err != nil {
		return answer, err
	}
	if err := d.client.DecodeJSON(answer.request, answer.response, &answer.document); err != nil {
		return answer, err
	}
	if answer.order, err = d.warehouseOrder(answer.document); err != nil {
		return answer, d.malformed(answer.request, answer.response, err.Error())
	}
	if answer.order.ID != id {
		return answer, d.malformed(answer.request, answer.response, "it is another order than the one asked for")
	}
	if d.foreign(answer.document) || d.elsewhere(answer.document) {
		fault := d.client.Fault(answer.request, answer.response, fulfillment.FaultNotFound)
		fault.Hint = "the order is not this customer's in this facility"
		return answer, fault
	}
	answer.etag = answer.response.Header.Get("ETag")
	return answer, nil
}

// CancelOrder cancels an order, unless it shipped. Whatever the service
// answers, the outcome is what a reading of the order afterwards shows: only
// status Canceled proves a cancellation, and an answer that was lost may have
// been either. After a fault that is Uncertain, the outcome is Unknown.
func (d *Driver) CancelOrder(ctx context.Context, id string) (fulfillment.Cancellation, error) {
	if _, ok := parseID(id); !ok {
		return fulfillment.Cancellation{}, &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: cancelOperation, Hint: "the id is not one of this system",
		}
	}
	var last fulfillment.WarehouseOrder
	for range maxCancelTries {
		read, err := d.readOrder(ctx, id)
		if err != nil {
			return fulfillment.Cancellation{}, err
		}
		last = read.order
		if outcome := settled(read, fulfillment.CancelAlready); outcome != "" {
			return fulfillment.Cancellation{Outcome: outcome, Order: read.order}, nil
		}
		if read.etag == "" {
			return fulfillment.Cancellation{}, d.malformed(read.request, read.response, "it has no ETag, without which no order can be cancelled")
		}
		cancellation, changed, err := d.askToCancel(ctx, id, read.etag)
		if !changed {
			return cancellation, err
		}
	}
	return fulfillment.Cancellation{Outcome: fulfillment.CancelUnknown, Order: last, Detail: detailChanging}, nil
}

// settled returns the outcome that an order's state alone decides; empty when
// the order is open. An order whose status says that it was confirmed is not
// asked for, even if it is not called closed.
func settled(read readAnswer, cancelled fulfillment.CancelOutcome) fulfillment.CancelOutcome {
	switch {
	case read.order.State == fulfillment.WarehouseCancelled:
		return cancelled
	case read.order.State == fulfillment.WarehouseShipped, *read.document.ReadOnly.Status == statusClosed:
		return fulfillment.CancelTooLate
	}
	return ""
}

// askToCancel sends one request to cancel and reads the order back. changed
// says that the order was changed since it was read, so that nothing was done.
func (d *Driver) askToCancel(ctx context.Context, id, etag string) (cancellation fulfillment.Cancellation, changed bool, err error) {
	request := remote.Request{
		Operation: cancelOperation,
		Endpoint:  cancelerEndpoint,
		Path:      "/orders/" + id + "/canceler",
		Header:    http.Header{"If-Match": {etag}},
		Body:      []byte(cancelBody),
	}
	response, err := d.post(ctx, request)
	if response.Status == http.StatusPreconditionFailed {
		return cancellation, true, nil
	}
	var refusal string
	if err != nil && !fulfillment.Uncertain(err) {
		if refusal = refusedOperation(response); refusal == "" {
			return cancellation, false, lacking(refinedCancellation(err, response), writingRoles)
		}
	}
	read, readErr := d.readOrder(ctx, id)
	if readErr != nil {
		return fulfillment.Cancellation{Outcome: fulfillment.CancelUnknown, Detail: refusal}, false, unproven(readErr, refusal)
	}
	cancellation = fulfillment.Cancellation{Order: read.order, Detail: refusal}
	cancelled := fulfillment.CancelDone
	if refusal != "" {
		// Refused for what had happened before it.
		cancelled = fulfillment.CancelAlready
	}
	cancellation.Outcome = settled(read, cancelled)
	switch {
	case cancellation.Outcome != "":
	case refusal != codeOrderCanceled && slices.Contains(operationCodes, refusal):
		cancellation.Outcome = fulfillment.CancelTooLate
	default:
		cancellation.Outcome = fulfillment.CancelUnknown
	}
	return cancellation, false, nil
}

// refusedOperation returns the code of a refusal for the order's state; empty
// when the answer is anything else.
func refusedOperation(response remote.Response) string {
	if response.Status != http.StatusForbidden {
		return ""
	}
	for _, e := range exceptionsOf(response) {
		if e.operation() && e.code() != "" {
			return e.code()
		}
	}
	return ""
}

// unproven is the fault of a reading that should have proven an outcome. After
// a refusal nothing is uncertain; after anything else the order may be cancelled.
func unproven(err error, refusal string) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok {
		return err
	}
	uncertain := *fault
	uncertain.Uncertain = refusal == ""
	return &uncertain
}

// refinedCancellation adds what the remote's codes say to a fault.
func refinedCancellation(err error, response remote.Response) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok {
		return err
	}
	refined := *fault
	if response.Status == http.StatusPreconditionRequired {
		refined.Kind, refined.Hint = fulfillment.FaultMalformed, "it did not see the If-Match header; something on the way removes it"
		return &refined
	}
	if exceptions := exceptionsOf(response); len(exceptions) > 0 {
		refined.Code = exceptions[0].code()
		if names := propertiesOf(exceptions); names != "" {
			refined.Hint = "it refuses " + names
		}
	}
	return &refined
}
