// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"encoding/json"
	"reflect"
	"strings"
)

// dress writes an order with the oddities that real servers have: null where a member is absent, another
// name for a member, and members that appear one day.
func (s *Server) dress(o *Order) any {
	data, err := json.Marshal(o)
	if err != nil {
		return o
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return o
	}
	if s.options.ExplicitNulls {
		addNulls(members, reflect.TypeFor[Order]())
		members["orderItems"] = eachWithNulls(o.Items)
	}
	if o.SalesChannel != nil && s.options.SwaggerChannels {
		members["salesChannel"], _ = json.Marshal(map[string]any{
			"salesChannelId": o.SalesChannel.SalesChannelID, "salesChannelName": o.SalesChannel.Name,
			"salesChannelType": o.SalesChannel.Type, "active": o.SalesChannel.Active,
		})
	}
	if s.options.UnknownValues {
		members["sustainabilityScore"] = json.RawMessage(`{"value":7,"badges":["reused box"]}`)
	}
	return members
}

func eachWithNulls(items []OrderItem) json.RawMessage {
	list := []map[string]json.RawMessage{}
	for _, item := range items {
		members := map[string]json.RawMessage{}
		data, _ := json.Marshal(item)
		_ = json.Unmarshal(data, &members)
		addNulls(members, reflect.TypeFor[OrderItem]())
		list = append(list, members)
	}
	data, _ := json.Marshal(list)
	return data
}

func addNulls(members map[string]json.RawMessage, t reflect.Type) {
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if _, there := members[name]; !there {
			members[name] = json.RawMessage("null")
		}
	}
}
