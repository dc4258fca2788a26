// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const adoptOperation = "adopt an order"

// AdoptOrder writes an order's identity, and where it is routed to, into an
// order that carries none. The service changes an order as a whole, so it is
// read with everything it has and sent back with that one change, under the tag
// of the reading: a change by somebody else in between is a Conflict, and
// nothing is written.
//
// That an order which was read with all its detail may be sent back as it is,
// and loses nothing, is not documented; what was written is read back, and an
// order whose lines are not those that were read is a Malformed fault that is
// Uncertain.
func (d *Driver) AdoptOrder(ctx context.Context, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
	if _, ok := parseID(id); !ok {
		return fulfillment.WarehouseOrder{}, &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: adoptOperation, Hint: "the id is not one of this system",
		}
	}
	before, err := d.readOrder(ctx, id)
	switch {
	case err != nil:
		return fulfillment.WarehouseOrder{}, err
	case before.order.Identity == order.ID.String():
		return before.order, nil
	case before.order.Identity != "" || before.order.State != fulfillment.WarehouseOpen:
		fault := d.client.Fault(before.request, before.response, fulfillment.FaultConflict)
		fault.Hint = "the order is closed, or somebody else's by now"
		return fulfillment.WarehouseOrder{}, fault
	}
	if err := d.writeIdentity(ctx, id, order); err != nil && !fulfillment.Uncertain(err) {
		return fulfillment.WarehouseOrder{}, err
	}
	after, err := d.readOrder(ctx, id)
	if err != nil {
		return fulfillment.WarehouseOrder{}, unproven(err, "")
	}
	if after.order.Identity != order.ID.String() || !sameContents(before.order.Lines, after.order.Lines) {
		return after.order, d.malformed(after.request, after.response, "reading the order back does not prove the change")
	}
	return after.order, nil
}

// writeIdentity sends the order back with its identity.
func (d *Driver) writeIdentity(ctx context.Context, id string, order fulfillment.Order) error {
	request, response, err := d.get(ctx, adoptOperation, orderEndpoint, "/orders/"+id,
		query(parameter{"detail", "All"}, parameter{"itemdetail", "All"}))
	if err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := d.client.DecodeJSON(request, response, &members); err != nil {
		return err
	}
	var elements []savedElement
	if raw := member(members, "savedElements"); raw != nil {
		if err := json.Unmarshal(raw, &elements); err != nil {
			return d.malformed(request, response, "savedElements")
		}
	}
	for name, value := range map[string]any{"externalId": order.ID.String(), "savedElements": withRoute(elements, order.WarehouseID)} {
		if members[memberName(members, name)], err = json.Marshal(value); err != nil {
			return d.malformed(request, response, name)
		}
	}
	body, err := json.Marshal(members)
	if err != nil {
		return d.malformed(request, response, "the order cannot be written back")
	}
	answer, err := d.send(ctx, http.MethodPut, remote.Request{
		Operation: adoptOperation, Endpoint: orderEndpoint, Path: "/orders/" + id,
		Header: http.Header{"If-Match": {response.Header.Get("ETag")}}, Body: body,
	})
	if fault, ok := fulfillment.AsFault(err); ok {
		// Refused for the order's state, not for want of rights.
		if code := refusedOperation(answer); code != "" {
			refined := *fault
			refined.Kind, refined.Code = fulfillment.FaultConflict, code
			return &refined
		}
	}
	return err
}

// memberName returns a member's name as the service wrote it, which may be in
// another case, or the name itself when the member is new.
func memberName(members map[string]json.RawMessage, name string) string {
	for written := range members {
		if strings.EqualFold(written, name) {
			return written
		}
	}
	return name
}

func member(members map[string]json.RawMessage, name string) json.RawMessage {
	return members[memberName(members, name)]
}

// sameContents reports whether two readings of an order ask for the same units
// of the same SKUs.
func sameContents(a, b []fulfillment.WarehouseLine) bool {
	left := map[string]fulfillment.Quantity{}
	for _, line := range a {
		left[line.SKU] += line.Ordered
	}
	for _, line := range b {
		left[line.SKU] -= line.Ordered
	}
	for _, difference := range left {
		if difference != 0 {
			return false
		}
	}
	return true
}
