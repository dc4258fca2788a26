// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"errors"
	"regexp"

	"ordersync.dev/operator/internal/fulfillment"
)

const orderByIDDocument = `query OrderByID($id: ID!) { order(id: $id) { ` + orderMembers + ` } }`

// idShape is what Vendure's ids look like: numbers, or the unique ids that a
// merchant may have chosen instead.
var idShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// readOrder reads an order by Vendure's own id; found is false when the
// channel has none.
func (d *Driver) readOrder(ctx context.Context, operation, id string) (document orderDocument, found bool, err error) {
	var data struct {
		Order *orderDocument `json:"order"`
	}
	err = d.do(ctx, call{operation: operation, document: orderByIDDocument, variables: map[string]any{"id": id}}, &data)
	if fulfillment.IsFault(err, fulfillment.FaultNotFound) {
		return document, false, nil
	}
	if err != nil || data.Order == nil {
		return document, false, err
	}
	if data.Order.ID != id {
		return document, false, malformed(operation, "it is another order than the one asked for")
	}
	return *data.Order, true, nil
}

// discardTries is how often something that was never placed is looked at: it
// changes its state on its way out.
const discardTries = 4

// discard throws away what was never placed. A draft is deleted. What had come
// as far as its payment cannot be, so it is cancelled, and then gives back its
// identity, its reference and its route: an interruption in between is found
// again.
//
// If it was placed meanwhile, by a request that was under way for long, it is
// an order: the fault is Duplicate and the caller looks.
func (d *Driver) discard(ctx context.Context, id string) error {
	for range discardTries {
		document, found, err := d.readOrder(ctx, createOperation, id)
		switch {
		case err != nil:
			return err
		case !found:
			return nil
		case document.placed():
			return duplicate()
		case document.State == stateCancelled:
			return d.unname(ctx, id)
		case document.State == stateDraft:
			if _, err := d.deleteDraft(ctx, id); err != nil {
				return err
			}
		default:
			// Whether it was refused shows when it is read again.
			if _, err := d.cancel(ctx, createOperation, id); err != nil {
				return err
			}
		}
	}
	return refusedOrder(fulfillment.ReasonReferenceTaken, "an unfinished order has its names and cannot be thrown away; delete or cancel it in the shop")
}

// discardDraft throws away a draft that was refused a moment ago.
func (d *Driver) discardDraft(ctx context.Context, id string) error {
	if deleted, err := d.deleteDraft(ctx, id); deleted || err != nil {
		return err
	}
	return d.discard(ctx, id)
}

// deleteDraft deletes a draft; deleted is false when it is none.
func (d *Driver) deleteDraft(ctx context.Context, id string) (deleted bool, err error) {
	var data struct {
		Deletion struct {
			Result string `json:"result"`
		} `json:"deleteDraftOrder"`
	}
	err = d.do(ctx, call{
		operation: createOperation, writes: "deleteDraftOrder", variables: map[string]any{"id": id},
		document: `mutation Delete($id: ID!) { deleteDraftOrder(orderId: $id) { result } }`,
	}, &data)
	return data.Deletion.Result == "DELETED", err
}

// unname takes identity, reference and route from an order that was never placed.
func (d *Driver) unname(ctx context.Context, id string) error {
	return d.do(ctx, call{
		operation: createOperation, writes: "setOrderCustomFields",
		document: `mutation Unname($input: UpdateOrderInput!) { setOrderCustomFields(input: $input) { id } }`,
		variables: map[string]any{"input": map[string]any{
			"id": id, "customFields": map[string]any{identityField: nil, referenceField: nil, routeField: nil},
		}},
	}, nil)
}

const cancelReason = "Cancelled or routed elsewhere in Order Manager"

// cancel asks Vendure to cancel an order and returns the code of a refusal.
func (d *Driver) cancel(ctx context.Context, operation, id string) (refusal string, err error) {
	var data struct {
		Cancel result `json:"cancelOrder"`
	}
	err = d.do(ctx, call{
		operation: operation, writes: "cancelOrder",
		document:  `mutation Cancel($input: CancelOrderInput!) { cancelOrder(input: $input) { ` + resultMembers + ` } }`,
		variables: map[string]any{"input": map[string]any{"orderId": id, "cancelShipping": true, "reason": cancelReason}},
	}, &data)
	if failed, ok := errors.AsType[*failure](err); ok && failed.Kind == fulfillment.FaultNotFound {
		return failed.Code, nil // it went away since it was read; reading tells
	}
	return plain(data.Cancel.ErrorCode), err
}
