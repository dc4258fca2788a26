// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// FindOrders returns the channel's placed orders under these identities and
// references. All lookups go in one query; what comes back is compared again,
// whole and exactly: some databases do not tell capital letters.
//
// What was never placed is not in the warehouse and is left out. While it
// holds a reference a creation under it is refused as a duplicate.
func (d *Driver) FindOrders(ctx context.Context, lookups []fulfillment.Lookup) ([]fulfillment.WarehouseOrder, error) {
	const operation = "find orders"
	if len(lookups) > fulfillment.PageSize {
		return nil, &fulfillment.Fault{Kind: fulfillment.FaultInvalid, System: System, Operation: operation, Hint: "too many lookups at once"}
	}
	identities, references := map[string]bool{}, map[string]bool{}
	var alternatives []any
	var identityList, referenceList []string
	for _, lookup := range lookups {
		if id := lookup.ID.String(); lookup.ID != 0 && !identities[id] {
			identities[id] = true
			identityList = append(identityList, id)
		}
		for _, reference := range lookup.References {
			if reference != "" && !references[reference] {
				references[reference] = true
				referenceList = append(referenceList, reference)
			}
		}
	}
	if len(identityList) > 0 {
		alternatives = append(alternatives, oneOf(identityField, identityList))
	}
	if len(referenceList) > 0 {
		alternatives = append(alternatives, oneOf(referenceField, referenceList))
	}
	if len(alternatives) == 0 {
		return nil, nil
	}
	var found []fulfillment.WarehouseOrder
	filter := map[string]any{"_or": alternatives}
	for after := (mark{}); ; {
		page, next, err := d.ordersAfter(ctx, operation, filter, after)
		if err != nil {
			return nil, err
		}
		for _, document := range page {
			if !document.placed() || !identities[document.identity()] && !references[document.reference()] {
				continue
			}
			order, err := warehouseOrder(document)
			if err != nil {
				return nil, malformed(operation, err.Error())
			}
			found = append(found, order)
		}
		if next.at.IsZero() {
			return found, nil
		}
		after = next
	}
}

func oneOf(field string, values []string) map[string]any {
	return map[string]any{field: map[string]any{"in": values}}
}

// WarehouseOpenOrders returns a page of the open orders of the channel.
func (d *Driver) WarehouseOpenOrders(ctx context.Context, after string) ([]fulfillment.WarehouseOrder, string, error) {
	const operation = "list open orders"
	from, ok := parseMark(after)
	if !ok {
		return nil, "", &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: operation, Hint: "the mark is not one of an earlier page",
		}
	}
	// A merchant's own states are open ones, so the others are named.
	filter := map[string]any{"state": map[string]any{"notIn": append(append([]string(nil), unplacedStates...), closedStates...)}}
	page, next, err := d.ordersAfter(ctx, operation, filter, from)
	if err != nil {
		return nil, "", err
	}
	var orders []fulfillment.WarehouseOrder
	for _, document := range page {
		if !document.placed() {
			continue
		}
		order, err := warehouseOrder(document)
		if err != nil {
			return nil, "", malformed(operation, err.Error())
		}
		if order.State == fulfillment.WarehouseOpen {
			orders = append(orders, order)
		}
	}
	if next.at.IsZero() {
		return orders, "", nil
	}
	return orders, next.String(), nil
}

// ClosedSince is not there: an order's updatedAt does not move when its goods
// ship, and there is nothing else to ask by.
func (d *Driver) ClosedSince(context.Context, time.Time, string) ([]fulfillment.WarehouseOrder, string, error) {
	return nil, "", &fulfillment.Fault{
		Kind: fulfillment.FaultInvalid, System: System, Operation: "list closed orders", Hint: "the system cannot tell what shipped since a time",
	}
}
