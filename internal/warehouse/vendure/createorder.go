// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	createOperation = "create an order"

	beforeDocument = `query Before($filter: OrderFilterParameter!, $skus: [String!]!) {
	orders(options: {filter: $filter, sort: {createdAt: ASC}}) { totalItems items { ` + orderMembers + ` } }
	productVariants(options: {filter: {sku: {in: $skus}}}) { totalItems items { id sku enabled } }
}`
)

// units are how much of one product an order asks for. Vendure keeps one line
// for each product, so lines of one SKU are one to it.
type units struct {
	sku, variant string
	quantity     int64
}

// CreateOrder creates the order under the reference: a draft, which gets our
// identity before anything else, then everything that it ships, then its
// payment, which places it. It returns without an error only when Vendure's own
// words prove that the order is placed with every unit.
//
// What an earlier attempt left behind is thrown away first. A refusal throws
// the draft away again; after a lost answer it stays for the next attempt to
// find.
func (d *Driver) CreateOrder(ctx context.Context, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
	if fault := unmet(order, reference); fault != nil {
		return fulfillment.WarehouseOrder{}, fault
	}
	wanted, leftovers, err := d.before(ctx, order, reference)
	if err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	for _, id := range leftovers {
		if err := d.discard(ctx, id); err != nil {
			return fulfillment.WarehouseOrder{}, err
		}
	}
	draft, err := d.createDraft(ctx)
	if err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	created, err := d.complete(ctx, draft, order, reference, wanted)
	if err != nil && !fulfillment.Uncertain(err) && ctx.Err() == nil {
		// The refusal is what must be known. A draft that cannot be thrown away
		// now is a leftover of the next attempt.
		_ = d.discardDraft(ctx, draft)
	}
	return created, err
}

// complete makes an order of a draft.
func (d *Driver) complete(ctx context.Context, draft string, order fulfillment.Order, reference string, wanted []units) (fulfillment.WarehouseOrder, error) {
	if err := d.name(ctx, draft, order, reference); err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	if err := d.fill(ctx, draft, wanted); err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	if err := d.address(ctx, draft, order); err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	method, err := d.eligibleMethod(ctx, draft, order.Shipping)
	if err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	return d.place(ctx, draft, method, order, reference, wanted)
}

// before looks once more at what is there, and turns SKUs into Vendure's
// products. leftovers are what earlier attempts left under our identity, or
// under the reference.
func (d *Driver) before(ctx context.Context, order fulfillment.Order, reference string) (wanted []units, leftovers []string, err error) {
	wanted = unitsOf(order.Lines)
	skus := make([]string, len(wanted))
	for i, u := range wanted {
		skus[i] = u.sku
	}
	var data struct {
		Orders struct {
			TotalItems int             `json:"totalItems"`
			Items      []orderDocument `json:"items"`
		} `json:"orders"`
		ProductVariants struct {
			TotalItems int               `json:"totalItems"`
			Items      []variantDocument `json:"items"`
		} `json:"productVariants"`
	}
	if err := d.do(ctx, call{operation: createOperation, document: beforeDocument, variables: map[string]any{
		"filter": map[string]any{"_or": []any{
			oneOf(identityField, []string{order.ID.String()}), oneOf(referenceField, []string{reference}),
		}},
		"skus": skus,
	}}, &data); err != nil {
		return nil, nil, err
	}
	if data.Orders.TotalItems > len(data.Orders.Items) || data.ProductVariants.TotalItems > len(data.ProductVariants.Items) {
		return nil, nil, malformed(createOperation, "it gives a part of a list that is not longer than it may be")
	}
	for _, document := range data.Orders.Items {
		ours, taken := document.identity() == order.ID.String(), document.reference() == reference
		switch {
		case !ours && !strings.EqualFold(document.reference(), reference):
			// It is not what was asked for.
		case !document.placed() && document.identity() != "":
			// One of ours: people who begin a draft give it no identity. That it is
			// another order's is no matter, it would hold the reference for ever.
			leftovers = append(leftovers, document.ID)
		case taken, ours && document.State != stateCancelled:
			return nil, nil, duplicate()
		}
	}
	if fault := resolve(wanted, data.ProductVariants.Items); fault != nil {
		return nil, nil, fault
	}
	return wanted, leftovers, nil
}

// unitsOf adds up an order's lines by SKU, in their order.
func unitsOf(lines []fulfillment.Line) []units {
	var sum []units
	for _, line := range lines {
		sku := strings.TrimSpace(line.SKU)
		i := slices.IndexFunc(sum, func(u units) bool { return u.sku == sku })
		if i < 0 {
			sum = append(sum, units{sku: sku, quantity: line.Quantity})
			continue
		}
		sum[i].quantity += line.Quantity
	}
	return sum
}

// resolve finds the product of each SKU. Vendure lets several have the same,
// and none of them is then ours to choose.
func resolve(wanted []units, variants []variantDocument) *fulfillment.Fault {
	var unknown, ambiguous []string
	for i, u := range wanted {
		var ids []string
		for _, variant := range variants {
			if variant.SKU == u.sku && variant.Enabled {
				ids = append(ids, variant.ID)
			}
		}
		switch len(ids) {
		case 0:
			unknown = append(unknown, u.sku)
		case 1:
			wanted[i].variant = ids[0]
		default:
			ambiguous = append(ambiguous, u.sku)
		}
	}
	switch {
	case len(unknown) > 0:
		return refusedFor(unknown, "the channel has no enabled product variant with the SKU "+listed(unknown))
	case len(ambiguous) > 0:
		return refusedFor(ambiguous, "the channel has several product variants with the SKU "+listed(ambiguous))
	}
	return nil
}

// refusedOrder is the fault of an order that cannot be delivered as it is.
func refusedOrder(reason, hint string) *fulfillment.Fault {
	return &fulfillment.Fault{
		Kind: fulfillment.FaultInvalid, System: System, Operation: createOperation, Reason: reason, Hint: hint,
	}
}

// refusedFor is the fault of an order that waits for these products: it cannot
// go without the first of them, whatever becomes of the others.
func refusedFor(skus []string, hint string) *fulfillment.Fault {
	fault := refusedOrder(fulfillment.ReasonUnknownSKU, hint)
	fault.Thing = fulfillment.SKUThing(slices.Min(skus))
	return fault
}

func duplicate() *fulfillment.Fault {
	return &fulfillment.Fault{Kind: fulfillment.FaultDuplicate, System: System, Operation: createOperation}
}

// maxListed bounds the SKUs that a fault names.
const maxListed = 5

func listed(names []string) string {
	return strings.Join(names[:min(len(names), maxListed)], ", ")
}

// differing names what of the order is not as it was asked for.
func differing(created fulfillment.WarehouseOrder, order fulfillment.Order, reference string, wanted []units) []string {
	var names []string
	if created.Identity != order.ID.String() {
		names = append(names, identityField)
	}
	if created.Reference != reference {
		names = append(names, referenceField)
	}
	if created.RoutedTo != order.WarehouseID {
		names = append(names, routeField)
	}
	left := map[string]fulfillment.Quantity{}
	for _, line := range created.Lines {
		left[line.SKU] += line.Ordered
	}
	for _, u := range wanted {
		left[u.sku] -= fulfillment.Units(u.quantity)
	}
	for _, difference := range left {
		if difference != 0 {
			return append(names, "lines")
		}
	}
	return names
}
