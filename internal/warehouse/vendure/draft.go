// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// linesAtOnce is how many lines go into one request: Vendure works out the
// prices of the whole order after each.
const linesAtOnce = 25

func (d *Driver) createDraft(ctx context.Context) (string, error) {
	var data struct {
		Draft struct {
			ID string `json:"id"`
		} `json:"createDraftOrder"`
	}
	if err := d.do(ctx, call{
		operation: createOperation, document: `mutation Draft { createDraftOrder { id } }`, writes: "createDraftOrder",
	}, &data); err != nil {
		return "", err
	}
	if !idShape.MatchString(data.Draft.ID) {
		return "", malformed(createOperation, "its draft has no id")
	}
	return data.Draft.ID, nil
}

// uniqueRefused recognises the databases' words for a value that is taken.
// Vendure passes them on without a code.
var uniqueRefused = regexp.MustCompile(`(?i)unique|duplicate`)

// name gives a draft its identity, its reference and its route, all at once,
// before anything else: from here on whoever looks knows whose it is. A
// reference that is taken is refused by the database; the draft is then without
// any of them.
func (d *Driver) name(ctx context.Context, draft string, order fulfillment.Order, reference string) error {
	const field = "setDraftOrderCustomFields"
	names := namesOf(order)
	names[referenceField] = reference
	err := d.do(ctx, call{
		operation: createOperation, writes: field,
		document: `mutation Name($id: ID!, $input: UpdateOrderInput!) { setDraftOrderCustomFields(orderId: $id, input: $input) { id } }`,
		variables: map[string]any{"id": draft, "input": map[string]any{
			"id": draft, "customFields": names,
		}},
	}, nil)
	if failed, ok := errors.AsType[*failure](err); ok && failed.first.field() == field && uniqueRefused.MatchString(failed.first.Message) {
		return duplicate()
	}
	return err
}

// fill puts every unit into the draft. Vendure adds what there is of a product
// and calls that an error: such a draft never goes on.
func (d *Driver) fill(ctx context.Context, draft string, wanted []units) error {
	for chunk := range slices.Chunk(wanted, linesAtOnce) {
		var declared, fields strings.Builder
		variables := map[string]any{"id": draft}
		for i, u := range chunk {
			fmt.Fprintf(&declared, ", $i%d: AddItemToDraftOrderInput!", i)
			fmt.Fprintf(&fields, "\n\ti%d: addItemToDraftOrder(orderId: $id, input: $i%d) { %s }", i, i, resultMembers)
			variables[fmt.Sprintf("i%d", i)] = map[string]any{"productVariantId": u.variant, "quantity": u.quantity}
		}
		results := map[string]result{}
		err := d.do(ctx, call{
			operation: createOperation, writes: "i0",
			document:  "mutation Fill($id: ID!" + declared.String() + ") {" + fields.String() + "\n}",
			variables: variables,
		}, &results)
		if err != nil {
			return refusedStep(err)
		}
		if fault := judgeItems(chunk, results); fault != nil {
			return fault
		}
	}
	return nil
}

// judgeItems says which SKUs were not added as they were asked for.
func judgeItems(chunk []units, results map[string]result) *fulfillment.Fault {
	var short []string
	var other *fulfillment.Fault
	for i, u := range chunk {
		r, answered := results[fmt.Sprintf("i%d", i)]
		switch {
		case !answered || r.Typename == "":
			return malformed(createOperation, "it does not say what became of a line")
		case r.Typename == "InsufficientStockError":
			short = append(short, u.sku)
		case r.ErrorCode != "":
			other = refusedOrder(fulfillment.ReasonRefusedByWarehouse, "it does not take a line of the order")
			other.Code = plain(r.ErrorCode)
		}
	}
	if len(short) > 0 {
		fault := refusedOrder(fulfillment.ReasonRefusedByWarehouse, "the channel has less in stock than the order asks for: "+listed(short))
		fault.Code = "INSUFFICIENT_STOCK_ERROR"
		return fault
	}
	return other
}

// refusedStep turns a step's error into the order's refusal, where it is about
// the order. Nothing that happens to a draft leaves an order in the warehouse,
// so what was refused is not uncertain.
func refusedStep(err error) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok || fault.Kind != fulfillment.FaultInvalid && fault.Kind != fulfillment.FaultNotFound {
		return err
	}
	refused := *fault
	refused.Kind, refused.Uncertain = fulfillment.FaultInvalid, false
	if refused.Reason == "" {
		refused.Reason = fulfillment.ReasonRefusedByWarehouse
	}
	return &refused
}

// address gives a draft its address, its buyer, and what is to be read beside it.
func (d *Driver) address(ctx context.Context, draft string, order fulfillment.Order) error {
	document := `mutation Address($id: ID!, $address: CreateAddressInput!, $customer: CreateCustomerInput!) {
	address: setDraftOrderShippingAddress(orderId: $id, input: $address) { id }
	customer: setCustomerForDraftOrder(orderId: $id, input: $customer) { ` + resultMembers + ` }
}`
	customer := customerOf(order)
	variables := map[string]any{"id": draft, "address": addressOf(order.ShipTo), "customer": customer}
	if note := noteOf(order); note != "" {
		document = strings.Replace(document, "!) {", "!, $note: AddNoteToOrderInput!) {", 1)
		document = strings.TrimSuffix(document, "}") + "\tnote: addNoteToOrder(input: $note) { id }\n}"
		variables["note"] = map[string]any{"id": draft, "note": note, "isPublic": false}
	}
	var data struct {
		Customer result `json:"customer"`
	}
	err := d.do(ctx, call{operation: createOperation, writes: "address", document: document, variables: variables}, &data)
	if failed, ok := errors.AsType[*failure](err); ok && failed.first.field() == "address" && failed.Kind == fulfillment.FaultInvalid {
		fault := refusedOrder(fulfillment.ReasonUnknownCountry, "it refuses the ship-to address; is its country among those of the shop?")
		fault.Code = failed.Code
		return fault
	}
	switch {
	case err != nil:
		return refusedStep(err)
	case data.Customer.ErrorCode == "EMAIL_ADDRESS_CONFLICT_ERROR":
		return d.registeredCustomer(ctx, draft, customer.EmailAddress)
	case data.Customer.ErrorCode != "":
		fault := refusedOrder(fulfillment.ReasonRefusedByWarehouse, "it does not take the buyer")
		fault.Code = plain(data.Customer.ErrorCode)
		return fault
	}
	return nil
}

// registeredCustomer gives a draft a buyer who has an account in the shop, and
// whom a guest of the same mail address must not change.
func (d *Driver) registeredCustomer(ctx context.Context, draft, mail string) error {
	var data struct {
		Customers struct {
			Items []struct {
				ID           string `json:"id"`
				EmailAddress string `json:"emailAddress"`
			} `json:"items"`
		} `json:"customers"`
	}
	if err := d.do(ctx, call{
		operation: createOperation, variables: map[string]any{"mail": strings.ToLower(mail)},
		document: `query Customer($mail: String!) { customers(options: {filter: {emailAddress: {eq: $mail}}}) { items { id emailAddress } } }`,
	}, &data); err != nil {
		return err
	}
	for _, customer := range data.Customers.Items {
		if !strings.EqualFold(customer.EmailAddress, mail) {
			continue
		}
		var set struct {
			Customer result `json:"setCustomerForDraftOrder"`
		}
		if err := d.do(ctx, call{
			operation: createOperation, writes: "setCustomerForDraftOrder", variables: map[string]any{"id": draft, "customer": customer.ID},
			document: `mutation Customer($id: ID!, $customer: ID!) { setCustomerForDraftOrder(orderId: $id, customerId: $customer) { ` + resultMembers + ` } }`,
		}, &set); err != nil {
			return refusedStep(err)
		}
		if set.Customer.ErrorCode == "" {
			return nil
		}
	}
	return refusedOrder(fulfillment.ReasonRefusedByWarehouse, "the buyer's mail address belongs to an account that is not in the channel")
}

// eligibleMethod returns the id of the shipping method for a draft: the one
// whose code the merchant's table has as mode, or as carrier where it has no
// mode, else the one of the settings, else the first.
func (d *Driver) eligibleMethod(ctx context.Context, draft string, shipping fulfillment.Shipping) (string, error) {
	mapped := cmp.Or(shipping.Mode, shipping.Carrier)
	wanted := cmp.Or(mapped, d.shippingMethod)
	var data struct {
		Methods []struct {
			ID   string `json:"id"`
			Code string `json:"code"`
		} `json:"eligibleShippingMethodsForDraftOrder"`
	}
	if err := d.do(ctx, call{
		operation: createOperation, variables: map[string]any{"id": draft},
		document: `query Methods($id: ID!) { eligibleShippingMethodsForDraftOrder(orderId: $id) { id code } }`,
	}, &data); err != nil {
		return "", refusedStep(err)
	}
	for _, method := range data.Methods {
		if method.ID != "" && (wanted == "" || method.Code == wanted) {
			return method.ID, nil
		}
	}
	if mapped != "" {
		return "", refusedOrder(fulfillment.ReasonRefusedByWarehouse, "the shipping method of the mappings is not eligible for the order; mode is its code in Vendure")
	}
	if d.shippingMethod != "" {
		return "", refusedOrder(fulfillment.ReasonRefusedByWarehouse, "the shipping method of the settings is not eligible for the order")
	}
	return "", refusedOrder(fulfillment.ReasonRefusedByWarehouse, "no shipping method is eligible for the order; check the channel's shipping methods and zones")
}

const placeDocument = `mutation Place($id: ID!, $method: ID!, $payment: ManualPaymentInput!) {
	ship: setDraftOrderShippingMethod(orderId: $id, shippingMethodId: $method) { ` + resultMembers + ` }
	arrange: transitionOrderToState(id: $id, state: "` + stateArrangingPayment + `") { ` + resultMembers + ` }
	pay: addManualPaymentToOrder(input: $payment) { ` + resultMembers + ` ... on Order { ` + orderMembers + ` } }
}`

// paymentMethod is what the payment is called in Vendure's books.
const paymentMethod = "order-manager"

// place pays a draft that is whole, which makes it an order. The three steps
// go in one request; a step that is refused makes Vendure refuse those after it.
func (d *Driver) place(ctx context.Context, draft, method string, order fulfillment.Order, reference string, wanted []units) (fulfillment.WarehouseOrder, error) {
	var data struct {
		Ship    result `json:"ship"`
		Arrange result `json:"arrange"`
		Pay     struct {
			result
			orderDocument
		} `json:"pay"`
	}
	if err := d.do(ctx, call{
		operation: createOperation, document: placeDocument, writes: "ship",
		variables: map[string]any{"id": draft, "method": method, "payment": map[string]any{
			"orderId": draft, "method": paymentMethod, "transactionId": order.ID.String(), "metadata": map[string]any{},
		}},
	}, &data); err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	for _, step := range []struct {
		result
		hint string
	}{
		{data.Ship, "it refuses the shipping method"},
		{data.Arrange, "it does not let the order be paid; most often what was in stock has been sold meanwhile"},
		{data.Pay.result, "it refuses the payment"},
	} {
		if step.ErrorCode != "" {
			fault := refusedOrder(fulfillment.ReasonRefusedByWarehouse, step.hint)
			fault.Code = plain(step.ErrorCode)
			return fulfillment.WarehouseOrder{}, fault
		}
	}
	document := data.Pay.orderDocument
	if document.ID != draft {
		return fulfillment.WarehouseOrder{}, unproven("id")
	}
	created, err := warehouseOrder(document)
	if err != nil {
		return fulfillment.WarehouseOrder{}, unproven(err.Error())
	}
	if !document.placed() {
		return fulfillment.WarehouseOrder{}, refusedOrder(fulfillment.ReasonRefusedByWarehouse,
			"a payment by hand does not place the order; the order process of the shop is not the default one")
	}
	if names := differing(created, order, reference, wanted); len(names) > 0 {
		return created, unproven(strings.Join(names, ", "))
	}
	return created, nil
}

// unproven is the fault of an order that is placed, and that is not proven to
// be the one that was asked for.
func unproven(what string) *fulfillment.Fault {
	fault := malformed(createOperation, "the reply does not prove the order's "+what)
	fault.Uncertain = true
	return fault
}
