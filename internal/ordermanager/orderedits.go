// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"net/http"

	"ordersync.dev/operator/internal/fulfillment"
)

// ASSUMPTION (what an update leaves alone). POST /v1.1/orders takes any of an
// order's fields. Assumed is that a field that is not named keeps what it has.

const editOperation = "update orders"

type wireOrderIdentifier struct {
	OrderID fulfillment.OrderID `json:"orderId"`
}

type wireOrderUpdate struct {
	OrderIdentifier wireOrderIdentifier `json:"orderIdentifier"`
	InternalNotes   *string             `json:"internalNotes,omitempty"`
	CustomField1    *string             `json:"customField1,omitempty"`
	CustomField2    *string             `json:"customField2,omitempty"`
	CustomField3    *string             `json:"customField3,omitempty"`
}

type wireBulkAnswer struct {
	Errors []refusal `json:"errors"`
}

// EditOrders implements fulfillment.OrderEditor. The answer is 200 whatever
// became of the orders: its errors name those that were not changed. An error
// that can be laid to no order leaves all of them unproven.
func (s *source) EditOrders(ctx context.Context, edits []fulfillment.OrderEdit) ([]fulfillment.EditResult, error) {
	if len(edits) == 0 {
		return nil, nil
	}
	updates := make([]wireOrderUpdate, len(edits))
	for i, edit := range edits {
		update := wireOrderUpdate{OrderIdentifier: wireOrderIdentifier{OrderID: edit.OrderID}}
		switch edit.Field {
		case fulfillment.FieldInternalNotes:
			update.InternalNotes = &edit.Text
		case fulfillment.CustomField(1):
			update.CustomField1 = &edit.Text
		case fulfillment.CustomField(2):
			update.CustomField2 = &edit.Text
		case fulfillment.CustomField(3):
			update.CustomField3 = &edit.Text
		default:
			return nil, &fulfillment.Fault{Kind: fulfillment.FaultInvalid, System: System, Operation: editOperation, Hint: "there is no such field"}
		}
		updates[i] = update
	}
	var answer wireBulkAnswer
	if err := s.write(ctx, http.MethodPost, ordersEndpoint, editOperation, updates, &answer); err != nil {
		return nil, err
	}
	return judgeEdits(edits, answer), nil
}

func judgeEdits(edits []fulfillment.OrderEdit, answer wireBulkAnswer) []fulfillment.EditResult {
	results := make([]fulfillment.EditResult, len(edits))
	for i, edit := range edits {
		results[i] = fulfillment.EditResult{OrderID: edit.OrderID, Done: true}
	}
	for _, r := range answer.Errors {
		if r.informs() {
			continue
		}
		why := firstOf(code(r.ErrorCode), CodeUnproven)
		if i := r.item(len(edits), func(i int, identifier string) bool { return identifier == edits[i].OrderID.String() }); i >= 0 {
			results[i].Done, results[i].Code = false, why
			continue
		}
		for i := range results {
			results[i].Done, results[i].Code = false, why
		}
	}
	return results
}
