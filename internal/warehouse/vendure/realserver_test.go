// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"errors"
	"net/http"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// What the real server says and does, in its own words, where no outcome of the
// driver shows it. docs/vendure.md lists these and the others.

// A reference that is taken is told by an error of the field without a code, in
// the words of the database; the draft stays, without
// any of the names that came with the reference.
func TestTakenReferenceInTheServersWords(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 10)
	first, second := newOrder(line(sku, 1)), newOrder(line(sku, 1))
	second.WarehouseID = 31
	create(t, d, first)
	draft, err := d.createDraft(t.Context())
	ok(t, err)
	names := namesOf(second)
	names[referenceField] = first.Number
	err = d.do(t.Context(), call{
		operation: createOperation, writes: "setDraftOrderCustomFields",
		document:  `mutation Name($id: ID!, $input: UpdateOrderInput!) { setDraftOrderCustomFields(orderId: $id, input: $input) { id } }`,
		variables: map[string]any{"id": draft, "input": map[string]any{"id": draft, "customFields": names}},
	}, nil)
	failed, isFailure := errors.AsType[*failure](err)
	if !isFailure || failed.Status != http.StatusOK || failed.first.Extensions.Code != "" || !uniqueRefused.MatchString(failed.first.Message) {
		t.Errorf("got %v", err)
	}
	left, err := server.Order(t.Context(), draft)
	ok(t, err)
	if left.State != stateDraft || left.CustomFields.Identity != "" || left.CustomFields.Reference != "" || left.CustomFields.Warehouse != "" {
		t.Errorf("the draft is in state %s with %+v", left.State, left.CustomFields)
	}
	ok(t, d.discardDraft(t.Context(), draft))
}

// Vendure adds what there is of a product, and calls that an error: a creation
// that took it for a refusal would go on with a shorter order.
func TestMoreThanThereIsIsAddedInPart(t *testing.T) {
	d := newDriver(t)
	sku := addSKU(t, 14)
	wanted, _, err := d.before(t.Context(), newOrder(line(sku, 500)), "none")
	ok(t, err)
	draft, err := d.createDraft(t.Context())
	ok(t, err)
	if f := wantFault(t, d.fill(t.Context(), draft, wanted), fulfillment.FaultInvalid); f.Code != "INSUFFICIENT_STOCK_ERROR" {
		t.Errorf("got %+v", f)
	}
	left, err := server.Order(t.Context(), draft)
	ok(t, err)
	if len(left.Lines) != 1 || left.Lines[0].Quantity != 14 {
		t.Errorf("500 of 14 were refused, and the draft has %+v", left.Lines)
	}
	ok(t, d.discardDraft(t.Context(), draft))
}

// A session that has ended is answered with HTTP 200.
func TestEndedSessionIsHTTP200(t *testing.T) {
	d := newDriver(t)
	_, err := d.Stock(t.Context())
	ok(t, err)
	ok(t, server.ExpireSessions(t.Context()))
	request := remote.Request{
		Operation: "test", Endpoint: AdminPath, Method: http.MethodPost, Path: d.path, Reads: true, Header: channelOf(d.channel),
		Body: []byte(`{"query":"{ orders { totalItems } }"}`),
	}
	response, err := d.client.Do(t.Context(), request)
	ok(t, err)
	failed := decode(d.client, request, response, nil)
	if response.Status != http.StatusOK || failed == nil || failed.first.Extensions.Code != codeForbidden || failed.first.field() != "orders" {
		t.Errorf("HTTP %d, %+v", response.Status, failed)
	}
}

// The mail address of a buyer who has an account is refused for a guest.
func TestRegisteredMailConflicts(t *testing.T) {
	d := newDriver(t)
	o := newOrder(line(addSKU(t, 10), 1))
	ok(t, server.Query(t.Context(), ourToken, `mutation($i: CreateCustomerInput!) { createCustomer(input: $i, password: "a-long-password") { __typename } }`,
		map[string]any{"i": map[string]any{"firstName": "Account", "lastName": "Holder", "emailAddress": o.ShipTo.Email}}, nil))
	draft, err := d.createDraft(t.Context())
	ok(t, err)
	var data struct {
		Customer result `json:"setCustomerForDraftOrder"`
	}
	ok(t, d.do(t.Context(), call{
		operation: "test", writes: "setCustomerForDraftOrder", variables: map[string]any{"id": draft, "customer": customerOf(o)},
		document: `mutation Customer($id: ID!, $customer: CreateCustomerInput!) { setCustomerForDraftOrder(orderId: $id, input: $customer) { ` + resultMembers + ` } }`,
	}, &data))
	if data.Customer.ErrorCode != "EMAIL_ADDRESS_CONFLICT_ERROR" {
		t.Errorf("got %+v", data.Customer)
	}
	ok(t, d.discardDraft(t.Context(), draft))
}
