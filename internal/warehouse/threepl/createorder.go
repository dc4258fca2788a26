// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const createOperation = "create an order"

// CreateOrder creates the order under the reference. It returns without an
// error only when the service's own words prove that it holds this order, in
// this building, with every line; an answer that does not say so is followed
// by one reading of the order, and is Uncertain if that does not prove it either.
func (d *Driver) CreateOrder(ctx context.Context, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
	if fault := unmet(order, reference); fault != nil {
		return fulfillment.WarehouseOrder{}, fault
	}
	sent := d.newOrder(order, reference)
	sent.SavedElements = withDelivered(sent.SavedElements, fulfillment.Delivered{Said: order.Content, Taken: d.Content(order)})
	body, err := json.Marshal(sent)
	if err != nil {
		return fulfillment.WarehouseOrder{}, &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: createOperation, Hint: "the order cannot be written as JSON",
		}
	}
	request := remote.Request{
		Operation: createOperation, Endpoint: ordersEndpoint, Path: ordersEndpoint, Method: "POST", Body: body,
	}
	response, err := d.post(ctx, request)
	if err != nil {
		if fault, ok := fulfillment.AsFault(err); ok && response.Status != 0 {
			return fulfillment.WarehouseOrder{}, lacking(refinedCreation(fault, response, order), writingRoles)
		}
		return fulfillment.WarehouseOrder{}, err
	}
	var document orderDocument
	if err := d.client.DecodeJSON(request, response, &document); err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	created, differing := d.proof(document, order, reference)
	if len(differing) > 0 && document.ReadOnly.OrderID > 0 {
		// A reply may be shorter than the order that it tells of.
		if read, err := d.readOrder(ctx, decimal(int64(document.ReadOnly.OrderID))); err == nil {
			created, differing = d.proof(read.document, order, reference)
		}
	}
	if len(differing) > 0 {
		return fulfillment.WarehouseOrder{}, d.malformed(request, response,
			"the reply does not prove the order's "+strings.Join(differing, ", "))
	}
	return d.rememberTaken(ctx, created, fulfillment.Parts()), nil
}

// proof compares the service's order with what was sent, and names the members
// that differ or cannot be read.
func (d *Driver) proof(document orderDocument, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, []string) {
	created, err := d.warehouseOrder(document)
	if member, ok := errors.AsType[memberError](err); ok {
		return created, []string{string(member)}
	}
	var differing []string
	for _, member := range []struct {
		name  string
		equal bool
	}{
		{"externalId", document.ExternalID == order.ID.String()},
		{"referenceNum", document.ReferenceNum == reference},
		{"customerIdentifier", !d.foreign(document)},
		{"facilityIdentifier", !d.elsewhere(document)},
		{"orderItems", sameLines(created.Lines, order.Lines)},
	} {
		if !member.equal {
			differing = append(differing, member.name)
		}
	}
	return created, differing
}

// sameLines reports whether the lines are the same, in any order. The
// warehouse may write a SKU in its own case.
func sameLines(theirs []fulfillment.WarehouseLine, ours []fulfillment.Line) bool {
	type line struct {
		id, sku  string
		quantity fulfillment.Quantity
	}
	var a, b []line
	for _, t := range theirs {
		a = append(a, line{t.LineID, strings.ToLower(strings.TrimSpace(t.SKU)), t.Ordered})
	}
	for _, o := range ours {
		b = append(b, line{o.Key(), strings.ToLower(strings.TrimSpace(o.SKU)), fulfillment.Units(o.Quantity)})
	}
	order := func(x, y line) int {
		if c := strings.Compare(x.id, y.id); c != 0 {
			return c
		}
		if c := strings.Compare(x.sku, y.sku); c != 0 {
			return c
		}
		return int(min(max(x.quantity-y.quantity, -1), 1))
	}
	slices.SortFunc(a, order)
	slices.SortFunc(b, order)
	return slices.Equal(a, b)
}
