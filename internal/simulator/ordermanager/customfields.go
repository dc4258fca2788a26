// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

var (
	orderFieldsQuery = paged(20, map[string]parameter{})
	itemFieldsQuery  = paged(100, map[string]parameter{"name": {kind: text}, "names": {kind: text, repeated: true}})
	itemValuesQuery  = map[string]parameter{
		"names": {kind: text, repeated: true}, "orderItemIds": {kind: number64, repeated: true, required: true},
	}
)

// CustomField is a field that the merchant defined for orders, or for their items.
type CustomField struct {
	ID     string `json:"customFieldDefId"`
	Name   string `json:"name"`
	Active bool   `json:"active"`
	Type   string `json:"type"`
}

// customValue is what one order or item has in a field. The vendor documents no form for those of items:
// assumed is that of orders, with the item's id.
type customValue struct {
	OrderItemID int64       `json:"orderItemId,omitempty"`
	ID          string      `json:"customFieldValueId"`
	Field       CustomField `json:"customFieldDef"`
	Value       any         `json:"value"`
}

// customFields are one level's fields, and their values by the id of the order or item.
type customFields struct {
	defined []CustomField
	values  map[int64]map[string]any
}

// maxCustomFields is how many an order may have.
const maxCustomFields = 25

func (f *customFields) define(id, name, kind string) error {
	switch {
	case name == "" || len(name) > 60:
		return fmt.Errorf("a custom field's name has 1 to 60 characters")
	case slices.ContainsFunc(f.defined, func(d CustomField) bool { return d.Name == name }):
		return fmt.Errorf("there is a custom field %q", name)
	case len(f.defined) == maxCustomFields:
		return fmt.Errorf("there are %d custom fields", maxCustomFields)
	}
	f.defined = append(f.defined, CustomField{ID: id, Name: name, Active: true, Type: kind})
	return nil
}

func (f *customFields) set(id int64, name string, value any) error {
	if !slices.ContainsFunc(f.defined, func(d CustomField) bool { return d.Name == name }) {
		return fmt.Errorf("no custom field %q", name)
	}
	if f.values == nil {
		f.values = map[int64]map[string]any{}
	}
	if f.values[id] == nil {
		f.values[id] = map[string]any{}
	}
	f.values[id][name] = value
	return nil
}

func (f *customFields) of(id, item int64, names []string) []customValue {
	list := []customValue{}
	for n, field := range f.defined {
		value, there := f.values[id][field.Name]
		if there && (len(names) == 0 || slices.Contains(names, field.Name)) {
			list = append(list, customValue{OrderItemID: item, ID: fmt.Sprintf("00000000-0000-4000-9000-%06d%06d", id%1_000_000, n), Field: field, Value: value})
		}
	}
	return list
}

// DefineOrderField makes a custom field of orders known; kind is one of the vendor's types.
func (s *Server) DefineOrderField(name, kind string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orderFields.define(fmt.Sprintf("00000000-0000-4000-8000-%012d", len(s.orderFields.defined)), name, kind)
}

// DefineItemField makes a custom field of order items known.
func (s *Server) DefineItemField(name, kind string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.itemFields.define(fmt.Sprintf("00000000-0000-4000-a000-%012d", len(s.itemFields.defined)), name, kind)
}

// SetOrderField writes into a custom field of an order, as a user does.
func (s *Server) SetOrderField(order int64, name string, value any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.orders[order] == nil {
		return fmt.Errorf("no order %d", order)
	}
	return s.orderFields.set(order, name, value)
}

// SetItemField writes into a custom field of an order item, as a user does.
func (s *Server) SetItemField(item int64, name string, value any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.itemFields.set(item, name, value)
}

func (s *Server) listOrderFields(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok(append([]CustomField{}, cut(c.query, s.orderFields.defined)...))
}

// readOrderValues answers with a list: the vendor documents one object, which could not hold 25 fields.
func (s *Server) readOrderValues(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := c.arguments["orderId"]
	if s.orders[id] == nil {
		return refuse(http.StatusNotFound, "no such order")
	}
	return ok(s.orderFields.of(id, 0, nil))
}

type itemFieldsAnswer struct {
	Message string `json:"message"`
	Results any    `json:"results"`
	Errors  []any  `json:"errors"`
}

// listItemFields: names are compared whole and come before name, a part of a name.
func (s *Server) listItemFields(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []CustomField{}
	for _, field := range s.itemFields.defined {
		matches := strings.Contains(field.Name, c.text("name"))
		if c.has("names") {
			matches = slices.Contains(c.texts("names"), field.Name)
		}
		if matches {
			list = append(list, field)
		}
	}
	return ok(itemFieldsAnswer{Message: "success", Results: append([]CustomField{}, cut(c.query, list)...), Errors: []any{}})
}

// readItemValues refuses an item that is of no order.
func (s *Server) readItemValues(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted := map[int64]bool{}
	for _, id := range c.numbers("orderItemIds") {
		wanted[id] = true
	}
	list := []customValue{}
	for _, id := range s.orderIDs {
		for _, item := range s.orders[id].order.Items {
			if wanted[item.OrderItemID] {
				delete(wanted, item.OrderItemID)
				list = append(list, s.itemFields.of(item.OrderItemID, item.OrderItemID, c.texts("names"))...)
			}
		}
	}
	if len(wanted) > 0 {
		return refuse(http.StatusUnprocessableEntity, "no such order item")
	}
	return ok(itemFieldsAnswer{Message: "success", Results: list, Errors: []any{}})
}
