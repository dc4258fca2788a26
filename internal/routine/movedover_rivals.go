// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"fmt"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// What has left the warehouse can be given no identity. So nothing there says
// which order of Order Manager it was, once that order is confirmed: a second
// order with the same number, buyer and goods would be taken for the same parcel,
// and never be sent. Order Manager is asked for such an order, in whatever state.

// takenByContent is an order, as it is to be sent, with the order that has left
// the warehouse without an identity and is taken for it.
type takenByContent struct {
	raw, sent fulfillment.Order
	found     fulfillment.WarehouseOrder
}

// rivals returns another order of Order Manager for each of these that is not
// the only one that the warehouse's order could be.
func rivals(ctx context.Context, source fulfillment.OrderReader, load orderload.Options, taken []takenByContent) (map[fulfillment.OrderID]fulfillment.OrderID, error) {
	var numbers []string
	for _, t := range taken {
		// What merchants write into a field of their own cannot be asked for, and
		// an order id is one order's.
		if t.sent.Number == t.raw.Number {
			numbers = append(numbers, t.raw.Number)
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	orders, err := source.OrdersByNumber(ctx, numbers)
	if err != nil {
		return nil, err
	}
	byNumber := map[string][]fulfillment.Order{}
	for _, order := range orders {
		sent, _ := load.AsSent(order)
		if load.MayBeAdopted(order) && order.State != fulfillment.StateCancelled {
			number := foldReference(sent.Number)
			byNumber[number] = append(byNumber[number], sent)
		}
	}
	others := map[fulfillment.OrderID]fulfillment.OrderID{}
	for _, t := range taken {
		for _, other := range byNumber[foldReference(t.sent.Number)] {
			if other.ID != t.raw.ID && sameText(other.ShipTo.PostalCode, t.found.ShipTo.PostalCode) && sameGoods(other, t.found) {
				others[t.raw.ID] = other.ID
			}
		}
	}
	return others, nil
}

func rivalMessage(other fulfillment.OrderID) string {
	return fmt.Sprintf("the order %s in Order Manager has the same number, postal code and goods, and the warehouse shipped one of the two without an identity; "+
		"confirm the right one by hand, and enter the other anew under another number", other)
}

// withoutRivals reports orders whose match in the warehouse may be another
// order's. They are neither marked nor created.
func (r *orderDownload) withoutRivals(ctx context.Context, deliveries ...*delivery) error {
	var taken []takenByContent
	for _, d := range deliveries {
		if d.action.kind == actionMark && d.action.takes() {
			taken = append(taken, takenByContent{raw: d.read, sent: d.order, found: d.action.found})
		}
	}
	others, err := rivals(ctx, r.env.Source, r.config.Load, taken)
	for _, d := range deliveries {
		other, ok := others[d.order.ID]
		switch {
		case err != nil && d.action.kind == actionMark && d.action.takes():
			d.action = action{} // nothing follows from half the answer
		case ok:
			d.action = report(d.order, d.action.found.ID, fulfillment.ReasonAmbiguous, rivalMessage(other))
		}
	}
	return err
}
