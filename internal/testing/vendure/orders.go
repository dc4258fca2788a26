// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"fmt"
	"time"
)

// Order is one order in Vendure's own words.
type Order struct {
	ID, Code, State string
	// PlacedAt is nil for a draft and for what never became more.
	PlacedAt *time.Time `json:"orderPlacedAt"`
	// CustomFields hold the reference and the identity; empty when it has none.
	CustomFields struct {
		Reference string `json:"externalRef"`
		Identity  string `json:"externalId"`
		Warehouse string `json:"externalWarehouse"`
	}
	Lines        []Line
	Fulfillments []Fulfillment
	// Channels that the order is in; the default channel is always among them.
	Channels []struct{ Code string }
}

// In reports whether the order is in the channel with this code.
func (o Order) In(channel string) bool {
	for _, c := range o.Channels {
		if c.Code == channel {
			return true
		}
	}
	return false
}

// Line is one line of an order.
type Line struct {
	ID string
	// Quantity is what is still wanted: a cancellation lowers it.
	Quantity int64
	// Placed is what was ordered.
	Placed         int64 `json:"orderPlacedQuantity"`
	ProductVariant struct{ SKU string }
}

// Fulfillment is one shipment of an order.
type Fulfillment struct {
	ID, State, Method, TrackingCode string
	Lines                           []FulfillmentLine
}

// FulfillmentLine is how much of a line is in a shipment.
type FulfillmentLine struct {
	OrderLineID string
	Quantity    int64
}

const orderMembers = `id code state orderPlacedAt customFields { externalRef externalId externalWarehouse }
	lines { id quantity orderPlacedQuantity productVariant { sku } }
	fulfillments { id state method trackingCode lines { orderLineId quantity } } channels { code }`

// Orders are all orders of all channels, drafts included, in the order of their creation.
func (s *Server) Orders(ctx context.Context) ([]Order, error) {
	return s.OrdersSince(ctx, time.Unix(0, 0))
}

// OrdersSince are those of them that were created after a moment of this
// machine's clock. The database counts in seconds.
func (s *Server) OrdersSince(ctx context.Context, moment time.Time) ([]Order, error) {
	var all []Order
	for {
		var data struct {
			Orders struct {
				TotalItems int
				Items      []Order
			}
		}
		if err := s.query(ctx, `query($s: Int!, $a: DateTime!) { orders(options: {filter: {createdAt: {after: $a}}, skip: $s, take: 100, sort: {id: ASC}}) {
				totalItems items { `+orderMembers+` } } }`,
			map[string]any{"s": len(all), "a": moment.UTC().Truncate(time.Second).Add(-time.Millisecond)}, &data); err != nil {
			return nil, err
		}
		all = append(all, data.Orders.Items...)
		if len(data.Orders.Items) == 0 || len(all) >= data.Orders.TotalItems {
			return all, nil
		}
	}
}

// Order is the order with this id.
func (s *Server) Order(ctx context.Context, id string) (Order, error) {
	var data struct{ Order *Order }
	if err := s.query(ctx, `query($id: ID!) { order(id: $id) { `+orderMembers+` } }`, map[string]any{"id": id}, &data); err != nil {
		return Order{}, err
	}
	if data.Order == nil {
		return Order{}, fmt.Errorf("vendure has no order %s", id)
	}
	return *data.Order, nil
}

// Ship ships units by SKU, or with nil all that is left, in one parcel.
func (s *Server) Ship(ctx context.Context, id string, units map[string]int64, tracking string) error {
	fulfillment, err := s.Pack(ctx, id, units, tracking)
	if err != nil {
		return err
	}
	return s.MoveFulfillment(ctx, fulfillment, "Shipped")
}

// Pack makes a shipment that has not left yet, and returns its id.
func (s *Server) Pack(ctx context.Context, id string, units map[string]int64, tracking string) (string, error) {
	order, err := s.Order(ctx, id)
	if err != nil {
		return "", err
	}
	var lines []any
	for _, line := range order.Lines {
		quantity, wanted := units[line.ProductVariant.SKU]
		if units == nil {
			quantity, wanted = line.Quantity-order.packed(line.ID), true
		}
		if wanted && quantity > 0 {
			lines = append(lines, map[string]any{"orderLineId": line.ID, "quantity": quantity})
		}
	}
	var data struct {
		AddFulfillmentToOrder struct {
			refused
			ID string
		}
	}
	if err := s.query(ctx, `mutation($i: FulfillOrderInput!) { addFulfillmentToOrder(input: $i) { `+refusal+` ... on Fulfillment { id } } }`,
		map[string]any{"i": map[string]any{"lines": lines, "handler": map[string]any{
			"code": "manual-fulfillment", "arguments": []any{argument("method", "UPS Ground"), argument("trackingCode", tracking)},
		}}}, &data); err != nil {
		return "", err
	}
	return data.AddFulfillmentToOrder.ID, data.AddFulfillmentToOrder.err("packing an order")
}

func (o Order) packed(line string) (quantity int64) {
	for _, fulfillment := range o.Fulfillments {
		for _, packed := range fulfillment.Lines {
			if fulfillment.State != "Cancelled" && packed.OrderLineID == line {
				quantity += packed.Quantity
			}
		}
	}
	return quantity
}

// MoveFulfillment changes the state of a shipment: Shipped, Delivered, Cancelled.
func (s *Server) MoveFulfillment(ctx context.Context, id, state string) error {
	var data struct{ TransitionFulfillmentToState refused }
	if err := s.query(ctx, `mutation($id: ID!, $s: String!) { transitionFulfillmentToState(id: $id, state: $s) { `+refusal+` } }`,
		map[string]any{"id": id, "s": state}, &data); err != nil {
		return err
	}
	return data.TransitionFulfillmentToState.err("moving a shipment")
}

// CancelOrder cancels the order, or units of it by SKU.
func (s *Server) CancelOrder(ctx context.Context, id string, units map[string]int64) error {
	input := map[string]any{"orderId": id, "reason": "cancelled in the warehouse", "cancelShipping": units == nil}
	if units != nil {
		order, err := s.Order(ctx, id)
		if err != nil {
			return err
		}
		lines := []any{}
		for _, line := range order.Lines {
			if quantity := units[line.ProductVariant.SKU]; quantity > 0 {
				lines = append(lines, map[string]any{"orderLineId": line.ID, "quantity": quantity})
			}
		}
		input["lines"] = lines
	}
	var data struct{ CancelOrder refused }
	if err := s.query(ctx, `mutation($i: CancelOrderInput!) { cancelOrder(input: $i) { `+refusal+` } }`, map[string]any{"i": input}, &data); err != nil {
		return err
	}
	return data.CancelOrder.err("cancelling an order")
}
