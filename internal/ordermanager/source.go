// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// source is the order source of one connection: a client bound to the
// warehouses that were resolved.
type source struct {
	*Client
	claim Resolution
	walks walks
}

// Source returns the order source of the claimed warehouses.
func (c *Client) Source(claim Resolution) fulfillment.Source { return &source{Client: c, claim: claim} }

// claims reports whether the warehouse is one of the claimed.
func (s *source) claims(warehouseID int64) bool {
	_, found := slices.BinarySearch(s.claim.WarehouseIDs, warehouseID)
	return found
}

// atWarehouse adds the claimed warehouse to a query. With several the filter
// is left out, because it takes only one, and the answer is filtered.
func (s *source) atWarehouse(q *query) *query {
	if s.claim.All {
		return q
	}
	return addIDs(q, "warehouseId", []int64{s.claim.WarehouseID})
}
