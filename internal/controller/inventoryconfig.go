// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

// inventoryConfig is what InventorySync is told: what is true of the
// merchant's stock by the connection, how to sync it by the policy.
func inventoryConfig(connection *v1alpha1.OrderManagerConnection, policy *v1alpha1.InventorySyncPolicy) routine.InventorySyncConfig {
	stock := connection.Spec.Inventory
	config := routine.InventorySyncConfig{
		Rule:          routine.StockRule(policy.StockRule),
		FromOnHand:    stock.WarehouseFigure == v1alpha1.WarehouseFigureOnHand,
		IgnoreHeld:    policy.HeldOrders == v1alpha1.OpenOrdersIgnore,
		IgnoreWaiting: policy.WaitingOrders == v1alpha1.OpenOrdersIgnore,
		ZeroMissing:   policy.Missing == v1alpha1.MissingZero,
		CreateMissing: policy.StartingInventory == v1alpha1.StartingInventoryCreate,
		PreBuiltKits:  connection.Spec.Orders.Kits == v1alpha1.KitsPreBuilt,
		Allow:         stock.SKUs.Allow, Deny: stock.SKUs.Deny,
	}
	if policy.Buffer != nil {
		config.Buffer = int64(*policy.Buffer)
	}
	if policy.MinimumLevel != nil {
		config.MinimumLevel = int64(*policy.MinimumLevel)
	}
	if policy.MaxSnapshotAge != nil {
		config.MaxSnapshotAge = policy.MaxSnapshotAge.Duration
	}
	if brake := policy.Brake; brake != nil {
		config.MaxIncrease, config.MaxZeros = wide(brake.MaxIncrease), wide(brake.MaxZeros)
	}
	return config
}

func wide(n *int32) *int64 {
	if n == nil {
		return nil
	}
	return new(int64(*n))
}
