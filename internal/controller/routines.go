// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"strings"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// Definition is what sets one routine apart from the others.
type Definition struct {
	Name v1alpha1.RoutineName
	// priority of its requests in the account's budget.
	priority assembly.Priority
	// schedule is what a policy says of it; nil when the policy does not name it.
	schedule func(*v1alpha1.SyncPolicySpec) *v1alpha1.Schedule
	// start makes a run. The last argument are the connections that have their far end in common with it.
	start func(routine.Env, *v1alpha1.OrderManagerConnection, *v1alpha1.SyncPolicySpec, assembly.Resolution, neighbours) (routine.Run, error)
}

// fieldManager owns what the routine writes. It never changes.
func (d Definition) fieldManager() string {
	return v1alpha1.FieldManagerPrefix + strings.ToLower(string(d.Name))
}

// Definitions are the four routines, in the order in which they are served.
func Definitions() []Definition {
	return []Definition{shipmentConfirmation, orderCancelDownload, orderDownload, inventorySync}
}

var orderDownload = Definition{
	Name:     v1alpha1.OrderDownload,
	priority: assembly.PriorityOrder,
	schedule: func(spec *v1alpha1.SyncPolicySpec) *v1alpha1.Schedule {
		if spec.OrderDownload == nil {
			return nil
		}
		return &spec.OrderDownload.Schedule
	},
	start: func(env routine.Env, connection *v1alpha1.OrderManagerConnection, _ *v1alpha1.SyncPolicySpec, resolution assembly.Resolution, _ neighbours) (routine.Run, error) {
		load, err := loadOf(env, connection)
		if err != nil {
			return nil, err
		}
		return routine.NewOrderDownload(env, routine.OrderDownloadConfig{Load: load, WarehouseIDs: claimed(resolution)}), nil
	},
}

var orderCancelDownload = Definition{
	Name:     v1alpha1.OrderCancelDownload,
	priority: assembly.PriorityCancellation,
	schedule: func(spec *v1alpha1.SyncPolicySpec) *v1alpha1.Schedule {
		if spec.OrderCancelDownload == nil {
			return nil
		}
		return &spec.OrderCancelDownload.Schedule
	},
	start: func(env routine.Env, connection *v1alpha1.OrderManagerConnection, spec *v1alpha1.SyncPolicySpec, resolution assembly.Resolution, others neighbours) (routine.Run, error) {
		load, err := loadOf(env, connection)
		if err != nil {
			return nil, err
		}
		config := cancelConfig(connection, spec.OrderCancelDownload)
		config.Load, config.Claimed, config.UpdateEdits = load, claimed(resolution), updatesEdits(connection)
		if served, known := others.servedHere(resolution); known {
			config.WarehouseIDs = served
		}
		return routine.NewOrderCancelDownload(env, config), nil
	},
}

var shipmentConfirmation = Definition{
	Name:     v1alpha1.ShipmentConfirmation,
	priority: assembly.PriorityShipment,
	schedule: func(spec *v1alpha1.SyncPolicySpec) *v1alpha1.Schedule {
		if spec.ShipmentConfirmation == nil {
			return nil
		}
		return &spec.ShipmentConfirmation.Schedule
	},
	start: func(env routine.Env, connection *v1alpha1.OrderManagerConnection, spec *v1alpha1.SyncPolicySpec, resolution assembly.Resolution, _ neighbours) (routine.Run, error) {
		load, err := loadOf(env, connection)
		if err != nil {
			return nil, err
		}
		config := shipmentConfig(connection, spec.ShipmentConfirmation)
		config.Load, config.HoldUnmappedCarrier = load, holdsUnmappedCarrier(connection)
		config.WarehouseIDs = claimed(resolution)
		return routine.NewShipmentConfirmation(env, config), nil
	},
}

var inventorySync = Definition{
	Name:     v1alpha1.InventorySync,
	priority: assembly.PriorityStock,
	schedule: func(spec *v1alpha1.SyncPolicySpec) *v1alpha1.Schedule {
		if spec.InventorySync == nil {
			return nil
		}
		return &spec.InventorySync.Schedule
	},
	start: func(env routine.Env, connection *v1alpha1.OrderManagerConnection, spec *v1alpha1.SyncPolicySpec, resolution assembly.Resolution, others neighbours) (routine.Run, error) {
		if other := others.syncsStock(connection); other != nil {
			return nil, misconfigured(fulfillment.ReasonStockShared,
				"an older connection offers this stock already, and offered twice it is sold twice; leave inventorySync out of one of the two policies")
		}
		if resolution.All {
			return nil, misconfigured(fulfillment.ReasonEveryWarehouse,
				`stock belongs to one warehouse; name it in warehouseName instead of "*", or leave inventorySync out of the policy`)
		}
		return routine.NewInventorySync(env, inventoryConfig(connection, spec.InventorySync)), nil
	},
}

// claimed returns the warehouses of a claim; none when it is every one.
func claimed(resolution assembly.Resolution) []int64 {
	if resolution.All {
		return nil
	}
	return resolution.WarehouseIDs
}

func misconfigured(reason, hint string) *fulfillment.Fault {
	return &fulfillment.Fault{
		Kind: fulfillment.FaultMisconfigured, System: "connection", Operation: "set up", Reason: reason, Hint: hint,
	}
}
