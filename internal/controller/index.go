// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
)

const (
	// claimIndex finds connections by a warehouse that they claim.
	claimIndex = "status.claims"
	// hostIndex finds connections by the host of their source.
	hostIndex = "spec.source.host"
	// ordersIndex finds connections by the place of their orders.
	ordersIndex = "spec.destination.orders"
	// stockIndex finds connections by the place of their stock.
	stockIndex = "spec.destination.stock"
)

// IndexFields teaches the cache to find connections by claim, by host and by
// the places of their orders and of their stock.
func IndexFields(ctx context.Context, indexer client.FieldIndexer) error {
	one := func(of func(*v1alpha1.OrderManagerConnection) string) client.IndexerFunc {
		return func(object client.Object) []string {
			if key := of(object.(*v1alpha1.OrderManagerConnection)); key != "" {
				return []string{key}
			}
			return nil
		}
	}
	for field, values := range map[string]client.IndexerFunc{
		claimIndex:  func(object client.Object) []string { return object.(*v1alpha1.OrderManagerConnection).Status.Claims },
		hostIndex:   one(assembly.SourceHost),
		ordersIndex: one(func(c *v1alpha1.OrderManagerConnection) string { return assembly.PlaceOf(c).Orders }),
		stockIndex:  one(func(c *v1alpha1.OrderManagerConnection) string { return assembly.PlaceOf(c).Stock }),
	} {
		if err := indexer.IndexField(ctx, &v1alpha1.OrderManagerConnection{}, field, values); err != nil {
			return err
		}
	}
	return nil
}

// claimants returns the connections, in every watched namespace, that claim one
// of the warehouses, and those to the same host that were not looked at yet.
func claimants(ctx context.Context, reader client.Reader, mine *v1alpha1.OrderManagerConnection) ([]v1alpha1.OrderManagerConnection, error) {
	var found []v1alpha1.OrderManagerConnection
	for _, claim := range mine.Status.Claims {
		var list v1alpha1.OrderManagerConnectionList
		if err := reader.List(ctx, &list, client.MatchingFields{claimIndex: claim}); err != nil {
			return nil, err
		}
		found = append(found, list.Items...)
	}
	for _, other := range sameHost(ctx, reader, mine) {
		if !lookedAt(&other) {
			found = append(found, other)
		}
	}
	return found, nil
}

// sameHost returns the connections to the host of a connection's source.
func sameHost(ctx context.Context, reader client.Reader, connection *v1alpha1.OrderManagerConnection) []v1alpha1.OrderManagerConnection {
	var list v1alpha1.OrderManagerConnectionList
	host := assembly.SourceHost(connection)
	if host == "" || reader.List(ctx, &list, client.MatchingFields{hostIndex: host}) != nil {
		return nil
	}
	return list.Items
}
