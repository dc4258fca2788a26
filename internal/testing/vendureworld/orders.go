// SPDX-License-Identifier: Apache-2.0

package vendureworld

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"ordersync.dev/operator/internal/testing/vendure"
)

// Order is an order of the shop in Vendure's books.
type Order struct {
	vendure.Order
	// Identity and Reference are its custom fields.
	Identity, Reference string
	// Placed says that it was ever given to the warehouse; what was not is a draft.
	Placed bool
	// InProgress says that some of it is packed or has left. Packed that some
	// waits to leave.
	InProgress, Packed bool

	pending []string
	history []entry
}

// entry is one line of an order's history.
type entry struct {
	number int64
	kind   string
	to     string
	by     string
}

const orderMembers = `id code state orderPlacedAt customFields { externalRef externalId }
	lines { id quantity orderPlacedQuantity productVariant { sku } }
	fulfillments { id state method trackingCode lines { orderLineId quantity } }
	history(options: {take: 100}) { items { id type data administrator { user { identifier } } } }`

// Orders are all orders of the channel, drafts included, by their ids.
func (s *Shop) Orders(ctx context.Context) ([]Order, error) {
	const page = 100
	var all []Order
	for {
		var data struct {
			Orders struct {
				TotalItems int
				Items      []struct {
					vendure.Order
					History struct{ Items []historyEntry }
				}
			}
		}
		if err := s.host.Server.Query(ctx, s.Channel, `query($s: Int!, $t: Int!) { orders(options: {skip: $s, take: $t, sort: {id: ASC}}) {
			totalItems items { `+orderMembers+` } } }`, map[string]any{"s": len(all), "t": page}, &data); err != nil {
			return nil, err
		}
		for _, item := range data.Orders.Items {
			order, err := newOrder(item.Order, item.History.Items)
			if err != nil {
				return nil, err
			}
			all = append(all, order)
		}
		if len(data.Orders.Items) == 0 || len(all) >= data.Orders.TotalItems {
			return all, nil
		}
	}
}

type historyEntry struct {
	ID, Type string
	Data     struct{ From, To any }
	// Administrator is nil for what Vendure did by itself.
	Administrator *struct{ User struct{ Identifier string } }
}

func newOrder(read vendure.Order, history []historyEntry) (Order, error) {
	order := Order{Order: read, Identity: read.CustomFields.Identity, Reference: read.CustomFields.Reference, Placed: read.PlacedAt != nil}
	for _, fulfillment := range read.Fulfillments {
		switch fulfillment.State {
		case "Cancelled":
		case "Shipped", "Delivered":
			order.InProgress = true
		default:
			order.InProgress, order.Packed = true, true
			order.pending = append(order.pending, fulfillment.ID)
		}
	}
	for _, line := range history {
		number, err := strconv.ParseInt(line.ID, 10, 64)
		if err != nil {
			return order, fmt.Errorf("the history of order %s: %w", read.ID, err)
		}
		e := entry{number: number, kind: line.Type}
		e.to, _ = line.Data.To.(string)
		if line.Administrator != nil {
			e.by = line.Administrator.User.Identifier
		}
		order.history = append(order.history, e)
	}
	slices.SortFunc(order.history, func(a, b entry) int { return cmp.Compare(a.number, b.number) })
	return order, nil
}

// shipped is how much of a line has left, packed how much is in a shipment.
func (o Order) shipped(line string) (left, packed int64) {
	for _, fulfillment := range o.Fulfillments {
		for _, row := range fulfillment.Lines {
			if row.OrderLineID != line || fulfillment.State == "Cancelled" {
				continue
			}
			packed += row.Quantity
			if fulfillment.State == "Shipped" || fulfillment.State == "Delivered" {
				left += row.Quantity
			}
		}
	}
	return left, packed
}

// open reports whether something of a placed order is still wanted and has not left.
func (o Order) open() bool {
	if o.State == "Cancelled" || o.State == "Shipped" || o.State == "Delivered" {
		return false
	}
	for _, line := range o.Lines {
		if left, _ := o.shipped(line.ID); left < line.Quantity {
			return true
		}
	}
	return false
}

// remaining are the units that are wanted and not packed.
func (o Order) remaining() (units int64) {
	for _, line := range o.Lines {
		_, packed := o.shipped(line.ID)
		units += line.Quantity - packed
	}
	return units
}

// oneUnit is one unit of the first line.
func (o Order) oneUnit() map[string]int64 {
	for _, line := range o.Lines {
		if line.Quantity > 0 {
			return map[string]int64{line.ProductVariant.SKU: 1}
		}
	}
	return nil
}

// Drafts are orders of the channel that were never placed and that carry an
// identity or a reference: what an interrupted delivery left behind.
func (s *Shop) Drafts(ctx context.Context) ([]Order, error) {
	orders, err := s.Orders(ctx)
	return slices.DeleteFunc(orders, func(o Order) bool { return o.Placed || o.Identity == "" && o.Reference == "" }), err
}

// Placed are the placed orders of the channel under an identity of Order Manager.
func (s *Shop) Placed(ctx context.Context, id int64) ([]Order, error) {
	orders, err := s.Orders(ctx)
	return slices.DeleteFunc(orders, func(o Order) bool { return !o.Placed || o.Identity != strconv.FormatInt(id, 10) }), err
}
