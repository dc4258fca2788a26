// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// family is an order, the orders that were split off it for what had shipped,
// and all that the warehouse has under the first one's identity: it knows
// nothing of a split in Order Manager.
type family struct {
	root     fulfillment.Order
	children []fulfillment.Order
	parts    []fulfillment.WarehouseOrder
	// load says what of an order the warehouse was sent.
	load orderload.Options
}

// relatives are orders, and those that they were split from or into.
type relatives struct {
	byID map[fulfillment.OrderID]fulfillment.Order
	// related holds each relation in both directions.
	related map[fulfillment.OrderID][]fulfillment.OrderID
}

// readRelatives reads the orders that these are related to. Orders that are
// related to none, which is most of them, cost no call.
func readRelatives(ctx context.Context, source fulfillment.OrderReader, orders []fulfillment.Order) (relatives, error) {
	r := relatives{byID: map[fulfillment.OrderID]fulfillment.Order{}, related: map[fulfillment.OrderID][]fulfillment.OrderID{}}
	// Twice: of a split order the one it came from, and what else came from that.
	fresh := orders
	for range 2 {
		ids := r.add(fresh)
		fresh = nil
		for page := range slices.Chunk(ids, fulfillment.PageSize) {
			read, err := source.OrdersByID(ctx, page)
			if err != nil {
				return relatives{}, err
			}
			fresh = append(fresh, read...)
		}
	}
	r.add(fresh)
	return r, nil
}

// add notes orders and returns the ids of those that they are related to and
// that are not known.
func (r relatives) add(orders []fulfillment.Order) []fulfillment.OrderID {
	var ids []fulfillment.OrderID
	for _, order := range orders {
		r.byID[order.ID] = order
		for _, id := range order.Related {
			if id == order.ID || slices.Contains(r.related[order.ID], id) {
				continue
			}
			r.related[order.ID] = append(r.related[order.ID], id)
			r.related[id] = append(r.related[id], order.ID)
		}
		ids = append(ids, order.Related...)
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id fulfillment.OrderID) bool { _, known := r.byID[id]; return known })
}

// partsOf are the parts of one order of these families: what no order stands for
// that was split off it, or what it stands for itself.
func partsOf(order fulfillment.Order, families []family) []fulfillment.WarehouseOrder {
	for _, f := range families {
		a := f.allot()
		if f.root.ID == order.ID {
			return a.own()
		}
		if part, ok := a.partOf(order, f.load); ok {
			return []fulfillment.WarehouseOrder{part}
		}
	}
	return nil
}

// children are the orders that were split off this one.
func (r relatives) children(order fulfillment.Order) []fulfillment.Order {
	return r.of(order, true)
}

// parents are the orders that this one may have been split off.
func (r relatives) parents(order fulfillment.Order) []fulfillment.Order {
	return r.of(order, false)
}

func (r relatives) of(order fulfillment.Order, splitOff bool) []fulfillment.Order {
	var found []fulfillment.Order
	for _, id := range r.related[order.ID] {
		if other, known := r.byID[id]; known && other.SplitOff() == splitOff {
			found = append(found, other)
		}
	}
	slices.SortFunc(found, byID)
	return found
}

// partsOfParents are what the warehouse holds or has shipped under the
// identities of the orders that these may have been split off.
func (r relatives) partsOfParents(ctx context.Context, destination fulfillment.OrderFinder, orders []fulfillment.Order) (map[fulfillment.OrderID][]fulfillment.WarehouseOrder, error) {
	var parents []fulfillment.Order
	for _, order := range orders {
		parents = append(parents, r.parents(order)...)
	}
	slices.SortFunc(parents, byID)
	parents = slices.CompactFunc(parents, func(a, b fulfillment.Order) bool { return a.ID == b.ID })
	parts := map[fulfillment.OrderID][]fulfillment.WarehouseOrder{}
	for chunk := range slices.Chunk(parents, fulfillment.PageSize) {
		found, err := destination.FindOrders(ctx, byIdentity(chunk))
		if err != nil {
			return nil, err
		}
		index := indexFound(found)
		for _, parent := range chunk {
			parts[parent.ID] = notCancelled(index.byIdentity[parent.ID.String()])
		}
	}
	return parts, nil
}

// gone are the warehouse's orders under an order's identity that stand for
// others, which were split off it.
func (r relatives) gone(order fulfillment.Order, parts []fulfillment.WarehouseOrder, load orderload.Options) map[string]bool {
	gone := map[string]bool{}
	if len(r.children(order)) == 0 {
		return gone
	}
	a := r.family(order, parts, load).allot()
	for i, part := range a.parts {
		gone[part.ID] = a.gone[i]
	}
	return gone
}

// partOf is what the warehouse shipped of an order that was split off, among
// the parts of those that it may have been split off.
func (r relatives) partOf(order fulfillment.Order, parts map[fulfillment.OrderID][]fulfillment.WarehouseOrder, load orderload.Options) (fulfillment.WarehouseOrder, bool) {
	for _, parent := range r.parents(order) {
		f := r.family(parent, parts[parent.ID], load)
		if part, ok := f.allot().partOf(order, load); ok {
			return part, true
		}
	}
	return fulfillment.WarehouseOrder{}, false
}

func byID(a, b fulfillment.Order) int { return cmp.Compare(a.ID, b.ID) }

// family returns the family of an order. A child that may have been split off
// several is of the one whose parts it fits.
func (r relatives) family(root fulfillment.Order, parts []fulfillment.WarehouseOrder, load orderload.Options) family {
	f := family{root: root, children: r.children(root), parts: parts, load: load}
	if a := f.allot(); len(a.stray) > 0 {
		f.children = slices.DeleteFunc(f.children, func(child fulfillment.Order) bool {
			_, fits := a.part[child.ID]
			return !fits && len(r.parents(child)) > 1
		})
	}
	return f
}
