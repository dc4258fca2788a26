// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
)

// NewOrder is an order that reaches the warehouse by another way than ours.
type NewOrder struct {
	// Channel is the channel's token; empty is the default channel.
	Channel string
	// Reference, Identity and Warehouse; empty is none.
	Reference, Identity, Warehouse string
	// Name and PostalCode of the address; empty are values of no meaning.
	Name, PostalCode string
	// Units by SKU.
	Units map[string]int64
	// Until is the state that the order is left in: Draft, ArrangingPayment or,
	// when empty, PaymentSettled.
	Until string
}

// Place makes an order and returns its id.
func (s *Server) Place(ctx context.Context, order NewOrder) (string, error) {
	variants, err := s.variants(ctx, slices.Sorted(maps.Keys(order.Units))...)
	if err != nil {
		return "", err
	}
	var draft struct{ CreateDraftOrder struct{ ID string } }
	if err := s.Query(ctx, order.Channel, `mutation { createDraftOrder { id } }`, nil, &draft); err != nil {
		return "", err
	}
	id := draft.CreateDraftOrder.ID
	fields := map[string]any{}
	if order.Reference != "" {
		fields["externalRef"] = order.Reference
	}
	if order.Identity != "" {
		fields["externalId"] = order.Identity
	}
	if order.Warehouse != "" {
		fields["externalWarehouse"] = order.Warehouse
	}
	if len(fields) > 0 {
		if err := s.Query(ctx, order.Channel, `mutation($i: UpdateOrderInput!) { setOrderCustomFields(input: $i) { id } }`,
			map[string]any{"i": map[string]any{"id": id, "customFields": fields}}, nil); err != nil {
			return "", err
		}
	}
	for sku, quantity := range order.Units {
		var data struct{ AddItemToDraftOrder refused }
		if err := s.Query(ctx, order.Channel, `mutation($o: ID!, $v: ID!, $q: Int!) {
				addItemToDraftOrder(orderId: $o, input: {productVariantId: $v, quantity: $q}) { `+refusal+` } }`,
			map[string]any{"o": id, "v": variants[sku].ID, "q": quantity}, &data); err != nil {
			return "", err
		}
		if err := data.AddItemToDraftOrder.err("placing an order"); err != nil {
			return "", err
		}
	}
	if order.Until == "Draft" {
		return id, nil
	}
	return id, s.finish(ctx, id, order)
}

func (s *Server) finish(ctx context.Context, id string, order NewOrder) error {
	name, postalCode := order.Name, order.PostalCode
	if name == "" {
		name = "Walk-in Customer"
	}
	if postalCode == "" {
		postalCode = "00000"
	}
	var eligible struct {
		EligibleShippingMethodsForDraftOrder []struct{ ID string }
	}
	if err := s.Query(ctx, order.Channel, `mutation($o: ID!, $c: CreateCustomerInput!, $a: CreateAddressInput!) {
			setCustomerForDraftOrder(orderId: $o, input: $c) { __typename }
			setDraftOrderShippingAddress(orderId: $o, input: $a) { id }
		}`, map[string]any{
		"o": id,
		"c": map[string]any{"firstName": "Walk-in", "lastName": "Customer", "emailAddress": "order-" + id + "@warehouse.example"},
		"a": map[string]any{"fullName": name, "streetLine1": "1 Test Street", "city": "Testville", "postalCode": postalCode, "countryCode": "US"},
	}, nil); err != nil {
		return err
	}
	if err := s.Query(ctx, order.Channel, `query($o: ID!) { eligibleShippingMethodsForDraftOrder(orderId: $o) { id } }`,
		map[string]any{"o": id}, &eligible); err != nil {
		return err
	}
	if len(eligible.EligibleShippingMethodsForDraftOrder) == 0 {
		return errors.New("placing an order: no shipping method is eligible")
	}
	steps := []string{
		`ship: setDraftOrderShippingMethod(orderId: $o, shippingMethodId: $m) { ` + refusal + ` }`,
		`arrange: transitionOrderToState(id: $o, state: "ArrangingPayment") { ` + refusal + ` ... on OrderStateTransitionError { transitionError } }`,
		`pay: addManualPaymentToOrder(input: {orderId: $o, method: "test", transactionId: "test", metadata: {}}) { ` + refusal + ` }`,
	}
	if order.Until == "ArrangingPayment" {
		steps = steps[:2]
	}
	document := "mutation($o: ID!, $m: ID!) {\n" + strings.Join(steps, "\n")
	data := map[string]refused{}
	if err := s.Query(ctx, order.Channel, document+"\n}",
		map[string]any{"o": id, "m": eligible.EligibleShippingMethodsForDraftOrder[0].ID}, &data); err != nil {
		return err
	}
	for _, step := range slices.Sorted(maps.Keys(data)) {
		if err := data[step].err("placing an order"); err != nil {
			return err
		}
	}
	return nil
}
