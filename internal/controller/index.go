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
	// destinationIndex finds connections by what is at their other end.
	destinationIndex = "spec.destination"
)

// IndexFields teaches the cache to find connections by claim, by host and by destination.
func IndexFields(ctx context.Context, indexer client.FieldIndexer) error {
	if err := indexer.IndexField(ctx, &v1alpha1.OrderManagerConnection{}, claimIndex, func(object client.Object) []string {
		return object.(*v1alpha1.OrderManagerConnection).Status.Claims
	}); err != nil {
		return err
	}
	if err := indexer.IndexField(ctx, &v1alpha1.OrderManagerConnection{}, destinationIndex, func(object client.Object) []string {
		if key := assembly.DestinationKey(object.(*v1alpha1.OrderManagerConnection)); key != "" {
			return []string{key}
		}
		return nil
	}); err != nil {
		return err
	}
	return indexer.IndexField(ctx, &v1alpha1.OrderManagerConnection{}, hostIndex, func(object client.Object) []string {
		if host := assembly.SourceHost(object.(*v1alpha1.OrderManagerConnection)); host != "" {
			return []string{host}
		}
		return nil
	})
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
