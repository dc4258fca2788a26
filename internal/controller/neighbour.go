// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
)

// neighbours are the other connections, in every watched namespace, that have
// their far end in common with one.
type neighbours struct {
	// orders see the same orders in the warehouse system.
	orders []v1alpha1.OrderManagerConnection
	// stock draw upon the same stock, or see the same orders.
	stock []v1alpha1.OrderManagerConnection
}

func neighboursOf(ctx context.Context, reader client.Reader, mine *v1alpha1.OrderManagerConnection) (neighbours, error) {
	place := assembly.PlaceOf(mine)
	orders, err := othersAt(ctx, reader, mine, ordersIndex, place.Orders)
	if err != nil {
		return neighbours{}, err
	}
	stock, err := othersAt(ctx, reader, mine, stockIndex, place.Stock)
	for _, other := range orders {
		if !slices.ContainsFunc(stock, func(o v1alpha1.OrderManagerConnection) bool { return o.UID == other.UID }) {
			stock = append(stock, other)
		}
	}
	return neighbours{orders: orders, stock: stock}, err
}

// othersAt returns the other connections that an index has under a key.
func othersAt(ctx context.Context, reader client.Reader, mine *v1alpha1.OrderManagerConnection, index, key string) ([]v1alpha1.OrderManagerConnection, error) {
	if key == "" {
		return nil, nil
	}
	var list v1alpha1.OrderManagerConnectionList
	if err := reader.List(ctx, &list, client.MatchingFields{index: key}); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list.Items, func(other v1alpha1.OrderManagerConnection) bool {
		return other.UID == mine.UID || !other.DeletionTimestamp.IsZero()
	}), nil
}

// servedHere returns the Order Manager warehouses whose orders stand in this
// place: an order that is routed to any of them is not routed elsewhere.
// It is false when that is not known, because a neighbour was not resolved yet
// or means every warehouse; then nothing is taken for routed elsewhere.
func (n neighbours) servedHere(resolution assembly.Resolution) ([]int64, bool) {
	if resolution.All {
		return nil, false
	}
	served := append([]int64(nil), resolution.WarehouseIDs...)
	for _, other := range n.orders {
		if other.Status.WarehouseID == nil {
			return nil, false
		}
		served = append(served, *other.Status.WarehouseID)
	}
	return served, true
}

// syncsStock returns the neighbour that syncs this stock already, the oldest of
// them; nil when none does, or when mine is older.
func (n neighbours) syncsStock(mine *v1alpha1.OrderManagerConnection) *v1alpha1.OrderManagerConnection {
	for i := range n.stock {
		other := &n.stock[i]
		entry := entryOf(other, v1alpha1.InventorySync)
		governed := entry != nil && (entry.State == v1alpha1.RoutineScheduled || entry.State == v1alpha1.RoutineRunning)
		if governed && older(other, mine) < 0 {
			return other
		}
	}
	return nil
}
