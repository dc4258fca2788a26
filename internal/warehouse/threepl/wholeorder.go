// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"ordersync.dev/operator/internal/remote"
)

// wholeOrder is an order with everything it has, as it is sent back. The
// service changes an order as a whole: a member that is left out may be lost.
type wholeOrder struct {
	readAnswer
	members map[string]json.RawMessage
}

// readWhole reads an order with all its detail.
func (d *Driver) readWhole(ctx context.Context, operation, id string) (whole wholeOrder, err error) {
	whole.readAnswer, err = d.readOrderWith(ctx, operation, id, "All", "All")
	if err != nil {
		return whole, err
	}
	return whole, d.client.DecodeJSON(whole.request, whole.response, &whole.members)
}

// writeBack sends the order back under the tag of its reading, so that a change
// by somebody else in between is a 412 and nothing is written.
func (d *Driver) writeBack(ctx context.Context, operation string, whole wholeOrder) (remote.Response, error) {
	body, err := json.Marshal(whole.members)
	if err != nil {
		return remote.Response{}, d.malformed(whole.request, whole.response, "the order cannot be written back")
	}
	return d.send(ctx, http.MethodPut, remote.Request{
		Operation: operation, Endpoint: orderEndpoint, Path: "/orders/" + whole.order.ID,
		Header: http.Header{"If-Match": {whole.etag}}, Body: body,
	})
}

// set replaces a member.
func (w wholeOrder) set(name string, value any) (err error) {
	w.members[memberName(w.members, name)], err = json.Marshal(value)
	return err
}

// merge replaces members of a member and keeps its others.
func (w wholeOrder) merge(name string, values map[string]any) error {
	inner := map[string]json.RawMessage{}
	if raw := member(w.members, name); raw != nil {
		if err := json.Unmarshal(raw, &inner); err != nil {
			return err
		}
	}
	if inner == nil { // it was null
		inner = map[string]json.RawMessage{}
	}
	for key, value := range values {
		raw, err := json.Marshal(value)
		if err != nil {
			return err
		}
		inner[memberName(inner, key)] = raw
	}
	return w.set(name, inner)
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
