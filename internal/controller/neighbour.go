// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
)

// neighbours returns the other connections, in every watched namespace, that
// ship from the same stock: same system, customer and building. Their orders
// stand beside ours in the warehouse, and their stock is ours.
func neighbours(ctx context.Context, reader client.Reader, mine *v1alpha1.OrderManagerConnection) ([]v1alpha1.OrderManagerConnection, error) {
	key := assembly.DestinationKey(mine)
	if key == "" {
		return nil, nil
	}
	var list v1alpha1.OrderManagerConnectionList
	if err := reader.List(ctx, &list, client.MatchingFields{destinationIndex: key}); err != nil {
		return nil, err
	}
	var others []v1alpha1.OrderManagerConnection
	for _, other := range list.Items {
		if other.UID != mine.UID && other.DeletionTimestamp.IsZero() {
			others = append(others, other)
		}
	}
	return others, nil
}

// servedHere returns the Order Manager warehouses whose orders are shipped from
// this stock: an order that is routed to any of them is not routed elsewhere.
// It is false when that is not known, because a neighbour was not resolved yet
// or means every warehouse; then nothing is taken for routed elsewhere.
func servedHere(resolution assembly.Resolution, others []v1alpha1.OrderManagerConnection) ([]int64, bool) {
	if resolution.All {
		return nil, false
	}
	served := append([]int64(nil), resolution.WarehouseIDs...)
	for _, other := range others {
		if other.Status.WarehouseID == nil {
			return nil, false
		}
		served = append(served, *other.Status.WarehouseID)
	}
	return served, true
}

// syncsStock returns the neighbour that syncs this stock already, the oldest of
// them; nil when none does, or when mine is older.
func syncsStock(mine *v1alpha1.OrderManagerConnection, others []v1alpha1.OrderManagerConnection) *v1alpha1.OrderManagerConnection {
	for i := range others {
		other := &others[i]
		entry := entryOf(other, v1alpha1.InventorySync)
		governed := entry != nil && (entry.State == v1alpha1.RoutineScheduled || entry.State == v1alpha1.RoutineRunning)
		if governed && older(other, mine) < 0 {
			return other
		}
	}
	return nil
}
