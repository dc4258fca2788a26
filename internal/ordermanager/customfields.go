// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// ASSUMPTION (values of custom fields). The vendor documents the values of an
// order as one object with customFieldDef and value, where a list is to be
// expected: both are read. Of the values of order items it documents a list
// without a shape. Assumed is: an entry names its line as orderItemId, and
// otherwise looks like one of an order, or names its field as name. An entry
// that looks otherwise leaves the orders of that call unread; nothing is guessed.

const (
	orderFieldsEndpoint      = "/v1.1/orders/customfielddefinitions"
	orderValuesEndpoint      = "/v1.1/orders/{orderId}/customfieldvalues"
	itemFieldsEndpoint       = "/v1.1/orders/orderitems/customFields/definitions"
	itemValuesEndpoint       = "/v1.1/orders/orderitems/customFields/values"
	customFieldsOperation    = "list custom fields"
	customValuesOperation    = "read custom fields of an order"
	customItemsOperation     = "read custom fields of order items"
	customFieldOfNoKnownForm = "a custom field has a form that is not known"
)

type wireCustomField struct {
	Name   string `json:"name"`
	Active *bool  `json:"active"`
}

type wireCustomValue struct {
	OrderItemID int64            `json:"orderItemId"`
	Definition  *wireCustomField `json:"customFieldDef"`
	Name        string           `json:"name"`
	Value       json.RawMessage  `json:"value"`
}

// field returns the custom field and its text; ok is false when it has no
// name. A field without a value, and one that is no longer active, is blank.
func (w wireCustomValue) field() (field fulfillment.Field, ok bool) {
	field.Name = strings.TrimSpace(w.Name)
	if w.Definition != nil {
		if w.Definition.Active != nil && !*w.Definition.Active {
			return field, true
		}
		field.Name = strings.TrimSpace(w.Definition.Name)
	}
	field.Value = customText(w.Value)
	return field, field.Name != ""
}

// customText is a value as people read it: a text as it is, an amount of money
// with its currency, anything else as Order Manager wrote it.
func customText(raw json.RawMessage) string {
	var text string
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	if json.Unmarshal(raw, &text) == nil {
		return strings.TrimSpace(text)
	}
	var money struct {
		Amount   json.Number `json:"amount"`
		Currency string      `json:"currency"`
	}
	if json.Unmarshal(raw, &money) == nil && money.Amount != "" {
		return strings.TrimSpace(money.Amount.String() + " " + money.Currency)
	}
	return strings.TrimSpace(string(raw))
}

// CustomFields implements fulfillment.OrderReader. Nothing is asked of orders
// while the merchant has defined no field for them, nor of lines. Values of
// orders cost a call for each: the vendor has no other. Values of lines are read
// for a hundred lines with one call.
func (s *source) CustomFields(ctx context.Context, orders []fulfillment.Order) ([]fulfillment.CustomFields, error) {
	all := make([]fulfillment.CustomFields, len(orders))
	for i, order := range orders {
		all[i].OrderID = order.ID
	}
	if len(orders) == 0 {
		return all, nil
	}
	defined, err := s.definesCustomFields(ctx, itemFieldsEndpoint)
	if err == nil && defined {
		err = s.itemCustomFields(ctx, orders, all)
	}
	if err != nil {
		return nil, err
	}
	if defined, err = s.definesCustomFields(ctx, orderFieldsEndpoint); err != nil {
		return nil, err
	}
	for i := range all {
		if !defined || all[i].Unread != nil {
			continue
		}
		if err := s.orderCustomFields(ctx, &all[i]); err != nil {
			return all[:i], err
		}
	}
	return all, nil
}

// definesCustomFields reports whether there is a custom field, active or not.
func (s *source) definesCustomFields(ctx context.Context, endpoint string) (bool, error) {
	fields, err := listOf[wireCustomField](ctx, s.Client,
		remote.Request{Operation: customFieldsOperation, Endpoint: endpoint, Path: endpoint, Query: new(query).page(1).encode()})
	return len(fields) > 0, err
}

// listOf reads a list, whether it stands alone or in the results of an answer.
// One object in its place is a list of one: that is how some of these answers
// are documented.
func listOf[T any](ctx context.Context, c *Client, request remote.Request) ([]T, error) {
	response, err := c.remote.Do(ctx, request)
	if err != nil {
		return nil, refined(response, err)
	}
	var whole json.RawMessage
	if err := c.remote.DecodeJSON(request, response, &whole); err != nil {
		return nil, err
	}
	var answer struct {
		Results *json.RawMessage `json:"results"`
		Errors  []refusal        `json:"errors"`
	}
	if json.Unmarshal(whole, &answer) == nil {
		if slices.ContainsFunc(answer.Errors, func(r refusal) bool { return !r.informs() }) {
			return nil, c.remote.Fault(request, response, fulfillment.FaultMalformed)
		}
		if answer.Results != nil {
			whole = *answer.Results
		}
	}
	var list []T
	if json.Unmarshal(whole, &list) == nil && list != nil {
		return list, nil
	}
	var one T
	if string(whole) == "null" || json.Unmarshal(whole, &one) != nil {
		return nil, c.remote.Fault(request, response, fulfillment.FaultMalformed)
	}
	return []T{one}, nil
}

// orderCustomFields reads the values of one order.
func (s *source) orderCustomFields(ctx context.Context, fields *fulfillment.CustomFields) error {
	values, err := listOf[wireCustomValue](ctx, s.Client, remote.Request{Operation: customValuesOperation, Endpoint: orderValuesEndpoint,
		Path: "/v1.1/orders/" + fields.OrderID.String() + "/customfieldvalues"})
	if fields.Unread = ownFault(err); fields.Unread != nil {
		err = nil
	}
	for _, value := range values {
		field, ok := value.field()
		if !ok {
			fields.Unread = malformed(customValuesOperation, customFieldOfNoKnownForm)
			return nil
		}
		if field.Value != "" {
			fields.Order = append(fields.Order, field)
		}
	}
	return err
}

// itemCustomFields reads the values of the orders' lines, those of a whole
// order with one call. What is wrong with one order spoils none of the others.
func (s *source) itemCustomFields(ctx context.Context, orders []fulfillment.Order, all []fulfillment.CustomFields) error {
	for start := 0; start < len(orders); {
		end, lines := start, 0
		for end < len(orders) && (end == start || lines+len(orders[end].Lines) <= pageLimit) {
			lines += len(orders[end].Lines)
			end++
		}
		part := all[start:end]
		err := s.itemValues(ctx, orders[start:end], part)
		if fault := ownFault(err); fault != nil && len(part) > 1 {
			for i := range part {
				if err := s.itemCustomFields(ctx, orders[start+i:start+i+1], part[i:i+1]); err != nil {
					return err
				}
			}
		} else if fault != nil {
			part[0].Unread = fault
		} else if err != nil {
			return err
		}
		start = end
	}
	return nil
}

// itemValues reads the values of all lines of some orders. It enters all of
// them or none.
func (s *source) itemValues(ctx context.Context, orders []fulfillment.Order, into []fulfillment.CustomFields) error {
	owner := map[int64]int{}
	q := new(query)
	for i, order := range orders {
		for _, line := range order.Lines {
			if _, twice := owner[line.ID]; line.ID > 0 && !twice {
				owner[line.ID] = i
				addIDs(q, "orderItemIds", []int64{line.ID})
			}
		}
	}
	if len(owner) == 0 {
		return nil
	}
	values, err := listOf[wireCustomValue](ctx, s.Client, remote.Request{Operation: customItemsOperation, Endpoint: itemValuesEndpoint, Path: itemValuesEndpoint, Query: q.encode()})
	if err != nil {
		return err
	}
	found := make([]map[int64][]fulfillment.Field, len(into))
	for _, value := range values {
		i, asked := owner[value.OrderItemID]
		field, ok := value.field()
		if !asked || !ok {
			return malformed(customItemsOperation, customFieldOfNoKnownForm)
		}
		if field.Value == "" {
			continue
		}
		if found[i] == nil {
			found[i] = map[int64][]fulfillment.Field{}
		}
		found[i][value.OrderItemID] = append(found[i][value.OrderItemID], field)
	}
	for i := range into {
		into[i].Lines = found[i]
	}
	return nil
}

// ownFault returns a fault that can lie with what was asked for alone.
func ownFault(err error) *fulfillment.Fault {
	for _, kind := range []fulfillment.FaultKind{fulfillment.FaultInvalid, fulfillment.FaultNotFound, fulfillment.FaultMalformed} {
		if fault, ok := fulfillment.AsFault(err); ok && fault.Kind == kind {
			return fault
		}
	}
	return nil
}
